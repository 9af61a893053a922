# SPDX-License-Identifier: Apache-2.0
# Default arguments, heads without body, clauses of several arities, private functions.

defmodule Defaults do
  def one(a, b \\ 2), do: {a, b}
  def two(a \\ :a, b, c \\ :c), do: {a, b, c}
  def all(a \\ 1, b \\ 2, c \\ 3), do: {a, b, c}

  def head(x, opts \\ [])
  def head([], opts), do: {:empty, opts}
  def head([h | _], opts), do: {h, opts}

  def call_default(x \\ make()), do: x
  defp make, do: {:made, :fresh}

  def expr(list, n \\ length([1, 2, 3]) * 2), do: {list, n}
  def guarded(x, y \\ 5) when x > y, do: :gt
  def guarded(_, y), do: {:le, y}

  defp hidden(x, y \\ 10), do: x + y
  def uses_hidden, do: {hidden(1), hidden(1, 2)}

  def loop(n, acc \\ [])
  def loop(0, acc), do: acc
  def loop(n, acc), do: loop(n - 1, [n | acc])

  def keywords(opts \\ []) do
    name = Keyword.get(opts, :name, "anonymous")
    size = opts[:size] || 1
    "#{name}/#{size}"
  end

  def fun_default(f \\ &String.upcase/1), do: f.("text")
  def fn_default(x, f \\ fn v -> v * 3 end), do: f.(x)
  def map_default(m \\ %{a: 1}), do: m
  def module_default(m \\ __MODULE__), do: m

  def tuple({a, b} \\ {1, 2}), do: a + b
end

IO.inspect({Defaults.one(1), Defaults.one(1, 3)})
IO.inspect({Defaults.two(1), Defaults.two(1, 2), Defaults.two(1, 2, 3)})
IO.inspect({Defaults.all(), Defaults.all(:x), Defaults.all(:x, :y), Defaults.all(:x, :y, :z)})
IO.inspect({Defaults.head([]), Defaults.head([1], a: 1), Defaults.head([2, 3])})
IO.inspect({Defaults.call_default(), Defaults.call_default(1)})
IO.inspect({Defaults.expr([]), Defaults.expr([], 0)})
IO.inspect({Defaults.guarded(6), Defaults.guarded(1), Defaults.guarded(1, 0)})
IO.inspect(Defaults.uses_hidden())
IO.inspect(Defaults.loop(5))
IO.inspect({Defaults.keywords(), Defaults.keywords(name: "x"), Defaults.keywords(name: "y", size: 3)})
IO.inspect({Defaults.fun_default(), Defaults.fun_default(&String.reverse/1)})
IO.inspect({Defaults.fn_default(2), Defaults.fn_default(2, &(&1 + 1))})
IO.inspect({Defaults.map_default(), Defaults.module_default(), Defaults.tuple(), Defaults.tuple({5, 6})})
IO.inspect(Defaults.__info__(:functions) |> Keyword.get_values(:all) |> Enum.sort())
IO.inspect(function_exported?(Defaults, :hidden, 1))
IO.inspect(Enum.map([1, 2], &Defaults.one/1))

defmodule Arities do
  def f, do: 0
  def f(_), do: 1
  def f(_, _), do: 2
  def sum(list), do: sum(list, 0)
  defp sum([], acc), do: acc
  defp sum([h | t], acc), do: sum(t, acc + h)

  def max_of([x]), do: x
  def max_of([a, b | t]) when a >= b, do: max_of([a | t])
  def max_of([_, b | t]), do: max_of([b | t])

  def is_valid?(x), do: x == :valid
  def save!(x), do: {:saved, x}
  def unquote(:"strange name")(x), do: {:strange, x}
  def ünïcode(x), do: x
  def _underscored, do: :underscored

  def a <~> b, do: {:tie, a, b}

  def no_parens do
    :np
  end

  def rescued(f) do
    f.()
  rescue
    e in RuntimeError -> {:rescued, e.message}
  catch
    :throw, v -> {:caught, v}
    kind, v -> {kind, v}
  else
    v when is_integer(v) -> {:int, v}
    v -> {:else, v}
  after
    IO.puts("after")
  end
end

IO.inspect({Arities.f(), Arities.f(1), Arities.f(1, 2)})
IO.inspect({Arities.sum([1, 2, 3]), Arities.max_of([3, 9, 2])})
IO.inspect({Arities.is_valid?(:valid), Arities.save!(1)})
IO.inspect(apply(Arities, :"strange name", [1]))
IO.inspect(Arities."strange name"(2))
IO.inspect({Arities.ünïcode(1), Arities._underscored(), Arities.no_parens()})
IO.inspect(Arities.<~>(1, 2))
IO.inspect(Arities.rescued(fn -> 5 end))
IO.inspect(Arities.rescued(fn -> :x end))
IO.inspect(Arities.rescued(fn -> raise "oops" end))
IO.inspect(Arities.rescued(fn -> throw(:ball) end))
IO.inspect(Arities.rescued(fn -> exit(:bye) end))

for f <- [fn -> Arities.f(1, 2, 3) end, fn -> Arities.nope() end, fn -> Nope.nope() end, fn -> Arities.max_of([]) end, fn -> apply(Defaults, :hidden, [1]) end] do
  try do
    f.()
  rescue
    e -> IO.puts(Exception.message(e) |> String.split("\n") |> hd())
  end
end
