# Guards made of private guards, default arguments, hygiene, aliases, attributes, derived Inspect.

defmodule Guards do
  defguardp is_small(x) when x < 10
  defguard is_small_even(x) when is_integer(x) and is_small(x) and rem(x, 2) == 0
  defguard is_pair(t) when is_tuple(t) and tuple_size(t) == 2 and elem(t, 0) != nil
  defmacro is_odd_m(x), do: quote(do: rem(unquote(x), 2) == 1)
end
defmodule UseGuards do
  import Guards
  def f(x) when is_small_even(x), do: :small_even
  def f(x) when is_pair(x) or is_nil(x), do: :pair_or_nil
  def f(x) when is_odd_m(x), do: :odd
  def f(_), do: :other
  def g(x), do: is_small_even(x)
end
defmodule Defaults do
  def a(x, y \\ x(), z \\ [1 | [2]], opts \\ [])
  def a(x, y, z, opts) when is_atom(x), do: {:atom, x, y, z, opts}
  def a(x, y, z, opts), do: {x, y, z, opts}
  defp x, do: :private_default
  def b(a \\ 1, b, c \\ 3), do: {a, b, c}
  def c(a, %{x: x} = m \\ %{x: 5}), do: {a, x, m}
  defmacro m(x \\ 5, do: b), do: quote(do: {unquote(x), unquote(b)})
end
defmodule Hyg do
  defmacro set(v), do: quote(do: (x = unquote(v); x))
  defmacro setb(v), do: quote(do: (var!(x) = unquote(v)))
  defmacro twice(e), do: quote(do: (unquote(e); unquote(e)))
  defmacro bq(e), do: quote(bind_quoted: [e: e], do: {e, e})
  defmacro ctx, do: quote(do: {__MODULE__, unquote(__MODULE__), __ENV__.module})
  defmacro fun_name, do: Macro.escape(__CALLER__.function)
  defmacro line_of(e), do: (Macro.prewalk(e, &Macro.update_meta(&1, fn m -> Keyword.delete(m, :column) end)); e |> elem(1) |> Keyword.get(:line))
  defmacro alias_in, do: quote(do: Str.upcase("a"))
  defmacro gen(names) do
    for n <- names, do: quote(do: def(unquote(n)(), do: unquote(to_string(n))))
  end
  defmacro my_if(c, do: t, else: e) do
    quote do
      case unquote(c) do
        x when x in [false, nil] -> unquote(e)
        _ -> unquote(t)
      end
    end
  end
end
defmodule Alias1.Inner.Deep do
  def hi, do: :deep
  defmacro mac, do: :mac
end
defmodule Alias1.Other do
  def hi, do: :other
end
defmodule UseAll do
  alias Alias1.{Inner.Deep, Other}
  alias Alias1.Inner, as: In
  alias String, as: Str, warn: false
  require Hyg, as: H
  require Deep
  require Defaults
  import Hyg, only: :macros, except: [bq: 1]
  import List, only: [first: 1, last: 1]
  gen [:one, :two]
  def t do
    x = 1
    a = set(5)
    y = H.setb(7)
    IO.inspect {x, a, y}
    IO.inspect twice(IO.puts("side"))
    IO.inspect H.bq(IO.puts("once"))
    IO.inspect ctx()
    IO.inspect fun_name()
    IO.inspect line_of(foo(1))
    IO.inspect {Deep.hi(), Other.hi(), In.Deep.hi(), Deep.mac()}
    IO.inspect {one(), two()}
    IO.inspect my_if(nil, do: 1, else: 2)
    IO.inspect {first([1, 2]), last([1, 2])}
    require Defaults
    IO.inspect Defaults.m(do: 4)
    IO.inspect Defaults.m(1, do: 4)
    IO.inspect In
    IO.inspect __MODULE__.Foo
    IO.inspect Module.concat(In, "Foo.Bar")
    IO.inspect match?({:ok, x} when x > 1, {:ok, 2})
    IO.inspect match?(%{a: ^x}, %{a: 7})
    IO.inspect binding()
    IO.inspect (for {k, v} when is_atom(k) <- [{:a, 1}, {"b", 2}], v > 0, do: k)
    f = fn
      0, acc -> acc
      n, acc when n > 100 -> {:big, acc}
      n, %{c: c} = acc -> {n, c, map_size(acc)}
    end
    IO.inspect {f.(0, 1), f.(101, 2), f.(1, %{c: 3})}
    IO.inspect Enum.map([1, 2], &{&1, &1 + 1})
    IO.inspect Enum.map([1, 2], &[&1 | [0]])
    IO.inspect Enum.map([1, 2], &%{v: &1})
    IO.inspect Enum.map([1, 2], &"#{&1}!")
    IO.inspect Enum.map([{1, 2}], fn {a, b} -> a + b end)
    IO.inspect (&(&1 + &2)).(1, 2)
    IO.inspect (& &1.a).(%{a: 1})
    IO.inspect (&Deep.hi/0).()
    IO.inspect Enum.reduce([1, 2, 3], &-/2)
    g = &t2(&1, :x)
    IO.inspect g.(1)
    IO.inspect (fn -> :z end).()
    IO.inspect [1, 2, 3] |> Enum.map(& &1 * 2) |> then(&(&1 ++ [0])) |> tap(&IO.inspect/1) |> length()
    "piped" |> String.upcase |> IO.puts
  end
  defp t2(a, b), do: {a, b}
end
IO.inspect for x <- [2, 12, {1, 2}, {nil, 1}, nil, 7, :a, 4.0], do: UseGuards.f(x)
IO.inspect {UseGuards.g(4), UseGuards.g(11)}
IO.inspect [Defaults.a(1), Defaults.a(:k, 2), Defaults.a(1, 2, 3), Defaults.a(1, 2, 3, 4), Defaults.b(9), Defaults.b(8, 9), Defaults.c(1), Defaults.c(1, %{x: 2})]
UseAll.t()
defmodule Attrs do
  @moduledoc false
  Module.register_attribute(__MODULE__, :acc, accumulate: true)
  @acc 1
  @acc 2
  @vals [a: 1] ++ [b: 2]
  @f &String.upcase/1
  @re %{x: {1, [2 | 3]}}
  def acc, do: @acc
  @acc 3
  def acc2, do: @acc
  def vals, do: @vals
  def f, do: @f.("up")
  def re, do: @re
  @doc "x" <> "y"
  @doc since: "1.0"
  @spec g(integer) :: integer when a: var
  def g(x) when x in @acc, do: {:in, x}
  def g(x), do: {:out, x}
  for {k, v} <- @vals do
    def unquote(k)(), do: unquote(v)
    def unquote(:"#{k}_next")(n \\ unquote(v)), do: n + 1
  end
  @before_compile __MODULE__.Hook
  @after_compile __MODULE__.Hook
  @on_definition {__MODULE__.Hook, :on_def}
  defmodule Hook do
    defmacro __before_compile__(env) do
      n = Module.get_attribute(env.module, :acc)
      quote do
        def hooked, do: unquote(n)
        def defs, do: unquote(Macro.escape(Module.definitions_in(env.module) |> Enum.sort()))
      end
    end
    def __after_compile__(env, bin), do: IO.inspect({:after, env.module, is_binary(bin)})
    def on_def(_env, kind, name, args, guards, body), do: IO.inspect({kind, name, length(args), Macro.to_string(guards), Macro.to_string(body)})
  end
  def late(a, b) when a > b, do: a
  defp priv(x), do: x
  def use_priv, do: priv(1)
end
IO.inspect {Attrs.acc, Attrs.acc2, Attrs.vals, Attrs.f, Attrs.re, Attrs.g(3), Attrs.g(2), Attrs.a, Attrs.b_next, Attrs.b_next(5), Attrs.hooked}
IO.inspect Attrs.defs
defmodule Structs do
  defmodule A do
    @derive {Inspect, only: [:a]}
    defstruct [:a, :b]
  end
  defmodule B do
    @derive {Inspect, except: [:b]}
    defstruct a: 1, b: 2, c: %{}
  end
  defmodule C do
    @enforce_keys [:x]
    defstruct [:x, y: 0]
    def new(x), do: %__MODULE__{x: x}
    def up(%__MODULE__{x: x} = s, n), do: %__MODULE__{s | x: x + n}
    def up2(%mod{} = s), do: {mod, struct(s, y: 9)}
    def bad(s), do: %{s | z: 1}
  end
  defmodule D do
    @derive {Inspect, optional: [:m, :n]}
    defstruct [:m, n: 1, o: nil]
  end
  def run do
    IO.inspect [%A{a: 1, b: 2}, %B{}, C.new(1), %D{}, %D{m: 2, n: 1}]
    IO.inspect C.up(C.new(1), 2)
    IO.inspect C.up2(C.new(1))
    for f <- [fn -> C.bad(C.new(1)) end, fn -> C.up(1, 2) end, fn -> struct!(C, %{}) end, fn -> C.new(1)[:x] end, fn -> put_in(C.new(1)[:x], 1) end, fn -> put_in(C.new(1).x, 7) end, fn -> update_in(C.new(1).q, & &1) end, fn -> struct(C, y: 1, nope: 2) end, fn -> Map.put(C.new(1), :extra, 1) end, fn -> %{C.new(1) | y: 2} == struct(C, x: 1, y: 2) end, fn -> is_struct(C.new(1), C) end, fn -> C.new(1) > C.new(0) end, fn -> Map.keys(C.new(1)) end] do
      try do
        IO.inspect f.()
      rescue
        e -> IO.puts(Exception.format_banner(:error, e))
      end
    end
  end
end
Structs.run()
