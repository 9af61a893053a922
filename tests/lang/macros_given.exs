# What macros give to the code that uses them: aliases, modules, guards, code with quotes in it; and what attributes give to functions.
defmodule Given do
  defmacro __using__(_) do
    quote do
      alias String, as: Text
      require Integer, as: Whole
      defguard is_twice(n) when is_integer(n) and rem(n, 2) == 0
      defguardp is_small(n, limit) when n < limit and n > -limit

      defmodule Inner do
        def name, do: {:inner, __MODULE__}
      end

      def small?(n), do: is_small(n, 10)
    end
  end

  defmacro other do
    quote do
      alias List, as: Text
      def other, do: {Text, Inner}
    end
  end

  defmacro seen, do: quote(do: {Text, Inner})

  # A body that is kept as data and becomes a function; holes of quotes within stay theirs.
  defmacro example(name, do: block) do
    quote bind_quoted: [name: name, block: Macro.escape(block, unquote: true)] do
      def unquote(:"example #{name}")(), do: unquote(block)
    end
  end
end

defmodule Taker do
  use Given
  require Given
  def names, do: {Text, Whole, Inner, Inner.name()}
  def twice?(n) when is_twice(n), do: is_twice(n)
  def twice?(_), do: false
  Given.other()
  def later, do: {Text, Given.seen()}

  for n <- 1..2 do
    Given.example "#{n}" do
      x = {unquote(n), 3}
      quote do: {unquote(x), unquote_splicing([1, 2]), [unquote(elem(x, 1))]}
    end
  end
end

IO.inspect(Taker.names())
IO.inspect(Enum.map([4, 5, :a], &Taker.twice?/1))
IO.inspect(Enum.map([4, 50], &Taker.small?/1))
IO.inspect(Taker.other())
IO.inspect(Taker.later())
IO.inspect(Macro.to_string(apply(Taker, :"example 1", [])))

node = {:unquote, [], [{:y, [], nil}]}
IO.inspect(Macro.escape({:quote, [], [[do: node]]}, unquote: true))
IO.inspect(Macro.escape({:quote, [], [[line: node], [do: node]]}, unquote: true))
IO.inspect(Macro.escape([node, {:quote, [], nil}], unquote: true))

# Guards
defmodule Same do
  defguard is_same(a, b) when a == b
  defguard is_after(a, b, c) when a < b and b < c
end

defmodule SameUser do
  import Same

  def run do
    x = 1
    first = is_same(x = 2, x)
    {first, x, is_after(x, x + 1, hd([9])), is_same(x, 2)}
  end
end

IO.inspect(SameUser.run())

told = fn text ->
  try do
    Code.eval_string(text)
    :accepted
  rescue
    error -> error.__struct__
  end
end

for {text, n} <- Enum.with_index(["when nothing_of_it(x)", "when x when x", "when x and y(1)"]) do
  IO.inspect(told.("defmodule Bad#{n} do\n  defguard bad(x) #{text}\nend"))
end

IO.inspect(told.("defmodule Bad4 do\n  defguard Far.bad(x) when x\nend"))
IO.inspect(told.("defmodule Bad5 do\n  defguard bad(1) when true\nend"))
IO.inspect(told.("defmodule Bad6 do\n  @value make_ref()\n  def bad, do: @value\nend"))
IO.inspect(told.("defmodule Bad7 do\n  @value fn -> 1 end\n  def bad, do: @value\nend"))
IO.inspect(told.("fn a, b -> (a <> b) = \"ab\" end"))

# Values of attributes that are no literals
defmodule Values do
  @fun &List.flatten/1
  @bits <<1, 2::3>>
  @deep %{a: [&Enum.map/2, {<<1::1>>}]}
  def fun, do: @fun
  def bits, do: @bits
  def deep, do: @deep
  def bits?(@bits), do: true
  def bits?(_), do: false
  def bits2?(x) when x == @bits, do: true
  def bits2?(_), do: false
end

IO.inspect({Values.fun(), Values.bits(), Values.deep()})
IO.inspect({Values.bits?(<<1, 2::3>>), Values.bits?(1), Values.bits2?(<<1, 2::3>>), Values.bits2?(1)})
IO.inspect(Values.fun().([1, [2]]))

# Bits before <> in patterns
<<a::binary-size(2)>> <> b = "abcd"
<<c::utf8>> <> d = "éa"
<<?a, e::16>> <> f = "abcd"
n = 1
<<g::binary-size(n)>> <> "b" <> h = "abcd"
IO.inspect({a, b, c, d, e, f, g, h})

split = fn
  <<size, word::binary-size(size)>> <> rest -> {word, rest}
  _ -> :short
end

IO.inspect({split.(<<2, "abc">>), split.(<<9>>)})

# Splices before a tail, names after a dot that are known later, quotes that bind in quotes
list = [1, 2]
IO.inspect(quote(do: [unquote_splicing(list) | [3]]))
IO.inspect(quote(do: [0, unquote_splicing(list) | rest]))
IO.inspect(quote(do: [unquote_splicing(list), 5 | unquote([4])]))
IO.inspect(Macro.escape([{:|, [], [{:unquote_splicing, [], [[1, 2]]}, [3]]}], unquote: true) |> Code.eval_quoted() |> elem(0))

defmodule Spliced do
  def rest([unquote_splicing(["a", "b"]) | rest]), do: rest
end

IO.inspect(Spliced.rest(["a", "b", "c"]))

for name <- [:bar, Bar, quote(do: bar)] do
  IO.inspect({quote(do: Foo.unquote(name)), quote(do: foo.unquote(name)(2))})
end

defmodule Bound do
  defmacrop twice(arg) do
    quote bind_quoted: [arg: arg] do
      quote bind_quoted: [arg: arg], do: String.duplicate(arg, 2)
    end
  end

  defmacro __using__(_) do
    quote do
      def twice, do: unquote(twice("ab"))
    end
  end
end

defmodule BoundUser do
  use Bound
end

IO.inspect(quote(do: Foo.unquote(quote(do: bar(1)))))
IO.inspect(BoundUser.twice())

# What evaluated code knows
options = [functions: [{Kernel, [is_atom: 1]}], macros: [{Kernel, [and: 2]}], aliases: [{K, Kernel}], requires: [Kernel]]
IO.inspect(Code.eval_string("is_atom(:foo) and K.is_list([])", [], options))
IO.inspect(told.("get_and_update_in(nil[\"john\"][:age], fn nil -> {:ok, 28} end)"))
