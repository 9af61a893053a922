# SPDX-License-Identifier: Apache-2.0
# Protocols for built-in types, structs, Any, derived; the protocols of the language on own types.

defprotocol Size do
  @doc "How many elements."
  def size(data)
end

defimpl Size, for: BitString do
  def size(s), do: byte_size(s)
end

defimpl Size, for: [Map, List] do
  def size(c), do: Enum.count(c)
end

defimpl Size, for: Tuple do
  def size(t), do: tuple_size(t)
end

defmodule Box do
  defstruct items: []

  defimpl Size do
    def size(%Box{items: i}), do: length(i)
  end
end

defmodule Plain do
  defstruct [:a]
end

defprotocol Describe do
  @fallback_to_any true
  def describe(x)
  def describe(x, opts)
end

defimpl Describe, for: Any do
  def describe(_), do: "something"
  def describe(x, _), do: describe(x)
end

for t <- [Integer, Float, Atom, BitString, List, Tuple, Map, Function, PID, Reference] do
  defimpl Describe, for: t do
    def describe(_), do: "a " <> inspect(@for)
    def describe(_, opts), do: {@protocol, @for, opts}
  end
end

defmodule Pet do
  defstruct [:name]
end

defimpl Describe, for: Pet do
  def describe(%{name: n}), do: "pet " <> n
  def describe(p, shout: true), do: String.upcase(describe(p))
end

defprotocol Json do
  def encode(v)
end

defimpl Json, for: Any do
  defmacro __deriving__(module, _struct, opts) do
    fields = Keyword.get(opts, :only, [])

    quote do
      defimpl Json, for: unquote(module) do
        def encode(s) do
          pairs = Enum.map(unquote(fields), fn f -> "\"#{f}\":" <> Json.encode(Map.get(s, f)) end)
          "{" <> Enum.join(pairs, ",") <> "}"
        end
      end
    end
  end

  def encode(_), do: "null"
end

defimpl Json, for: Integer do
  def encode(n), do: Integer.to_string(n)
end

defimpl Json, for: BitString do
  def encode(s), do: "\"" <> s <> "\""
end

defimpl Json, for: List do
  def encode(l), do: "[" <> Enum.map_join(l, ",", &Json.encode/1) <> "]"
end

defimpl Json, for: Atom do
  def encode(nil), do: "null"
  def encode(a) when is_boolean(a), do: to_string(a)
  def encode(a), do: Json.encode(Atom.to_string(a))
end

defmodule Account do
  @derive {Json, only: [:id, :owner, :tags]}
  defstruct [:id, :owner, :secret, tags: []]
end

defmodule Stack do
  defstruct items: []
  def push(%__MODULE__{items: i} = s, x), do: %{s | items: [x | i]}

  defimpl Enumerable do
    def count(%{items: i}), do: {:ok, length(i)}
    def member?(%{items: i}, x), do: {:ok, x in i}
    def slice(_), do: {:error, __MODULE__}
    def reduce(_, {:halt, acc}, _f), do: {:halted, acc}
    def reduce(s, {:suspend, acc}, f), do: {:suspended, acc, &reduce(s, &1, f)}
    def reduce(%{items: []}, {:cont, acc}, _f), do: {:done, acc}
    def reduce(%{items: [h | t]} = s, {:cont, acc}, f), do: reduce(%{s | items: t}, f.(h, acc), f)
  end

  defimpl Collectable do
    def into(s) do
      {s,
       fn
         acc, {:cont, x} -> Stack.push(acc, x)
         acc, :done -> acc
         _, :halt -> :ok
       end}
    end
  end

  defimpl String.Chars do
    def to_string(s), do: Enum.join(s.items, ">")
  end

  defimpl Inspect do
    import Inspect.Algebra
    def inspect(s, opts), do: concat(["#Stack<", to_doc(s.items, opts), ">"])
  end
end

defmodule Money do
  defstruct cents: 0
  def compare(%{cents: a}, %{cents: b}) when a < b, do: :lt
  def compare(%{cents: a}, %{cents: b}) when a > b, do: :gt
  def compare(_, _), do: :eq

  defimpl String.Chars do
    def to_string(%{cents: c}), do: "#{div(c, 100)}.#{c |> rem(100) |> Integer.to_string() |> String.pad_leading(2, "0")}"
  end

  defimpl List.Chars do
    def to_charlist(m), do: m |> to_string() |> String.to_charlist()
  end

  defimpl Inspect do
    def inspect(m, _), do: "#Money<#{m}>"
  end
end

defmodule Main do
  def run do
    IO.inspect(Enum.map(["abc", %{a: 1}, [1, 2], {1, 2, 3}, %Box{items: [1]}], &Size.size/1))

    for bad <- [:atom, 5, %Plain{}, fn -> 1 end] do
      try do
        Size.size(bad)
      rescue
        e in Protocol.UndefinedError -> IO.inspect({e.protocol, is_function(bad) or e.value == bad})
      end
    end

    for v <- [1, 1.5, :a, nil, true, "s", [], {}, %{}, fn -> 1 end, self(), make_ref(), %Plain{}, %Pet{name: "Rex"}] do
      IO.puts(Describe.describe(v))
    end

    IO.inspect(Describe.describe(1, :opts))
    IO.inspect(Describe.describe(%Pet{name: "Rex"}, shout: true))
    IO.inspect(Describe.describe(%Plain{}, []))

    IO.inspect({Size.impl_for("x"), Size.impl_for(:none), Size.impl_for(%Box{}), Describe.impl_for(%Plain{})})
    IO.inspect(Size.impl_for!([]))
    IO.inspect(Protocol.assert_protocol!(Size))
    IO.inspect(Size.__protocol__(:functions))
    IO.inspect(Size.__protocol__(:module))
    IO.inspect(Size.Box.__impl__(:for))
    IO.puts(Json.encode([1, "a", nil, true, :b, [2]]))
    IO.puts(Json.encode(%Account{id: 1, owner: "me", secret: "x", tags: ["t"]}))
    IO.inspect(Enum.map([[1], {1}], &Size.size/1))

    # Enumerable, Collectable, String.Chars, Inspect, List.Chars on own types
    s = Enum.into([3, 1, 2, 3], %Stack{})
    IO.inspect(s)
    IO.puts("stack: #{s}")
    IO.inspect(Enum.to_list(s))
    IO.inspect(Enum.map(s, &(&1 + 1)))
    IO.inspect({Enum.count(s), 1 in s, Enum.take(s, 2), Enum.sum(s), Enum.at(s, 1), Enum.zip(s, [:a, :b])})
    IO.inspect(for x <- s, x > 1, into: %Stack{}, do: x * 10)
    IO.inspect(s |> Stream.map(&(&1 * 2)) |> Enum.take(2))
    IO.inspect(%{nested: [s]})
    IO.inspect(%Money{cents: 12345})
    IO.puts(%Money{cents: 5})
    IO.inspect(to_charlist(%Money{cents: 5}) == ~c"0.05")
    IO.inspect([%Money{cents: 1}], label: "l")
    IO.inspect(Enum.sort([%Money{cents: 3}, %Money{cents: 1}, %Money{cents: 2}], Money))
    IO.inspect(Enum.max([%Money{cents: 3}, %Money{cents: 10}], Money))
  end
end

Main.run()
