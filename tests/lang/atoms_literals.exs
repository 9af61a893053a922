# SPDX-License-Identifier: Apache-2.0
# Atoms, aliases, literals of numbers, comments, separators, and how they print.

IO.inspect([:a, :ab_c, :A, :a1, :"with space", :"1a", :"", :"é", :ünï, :a?, :b!, :a@b, :"a-b", :_x])
IO.inspect([:+, :-, :*, :/, :==, :===, :!=, :<=, :&&, :||, :!, :<>, :++, :--, :|>, :<<>>, :{}, :%{}, :%, :.., :., :"::", :->, :<-, :=, :in, :not, :and, :or, :when, :fn, :do, :end])
IO.inspect(["foo bar": 1, "b#{1}": 2])
IO.inspect([true, false, nil, true == :true, nil == :nil, is_atom(nil), is_atom(String)])
IO.inspect([String, Elixir.String, :"Elixir.String", Foo.Bar, :"Elixir.foo", Elixir])
IO.inspect(String == :"Elixir.String")
IO.puts(Atom.to_string(Foo.Bar))
IO.puts("#{Foo.Bar} #{:a} #{nil}|")
IO.puts(inspect(Foo.Bar))
IO.inspect(:"multi\nline")
IO.inspect(:"quote\"d")
IO.inspect(%{"a b": 1, nil: 2, true: 3, A: 4, a?: 5})
IO.inspect([{:a, 1}, {:"b c", 2}, {Foo, 3}])
IO.inspect([{Foo, 1}])
IO.inspect(%{Foo => 1, :b => 2})
x = "dyn"
IO.inspect(:"#{x}_atom")
IO.inspect(:"#{x}" == :dyn)

# numbers
IO.inspect([0, 1_000_000, 0xFF, 0xff_ff, 0o777, 0b1010_1010, -0x10])
IO.inspect([1.0, 1.0e3, 1.5e-3, 1_000.5, 1.0E5, 123.456e7])
IO.inspect([?a, ?A, ?0, ?\n, ?\\, ?\s, ?ß])
IO.inspect(123456789012345678901234567890)
IO.inspect(-0)
IO.inspect(0xDEADBEEFDEADBEEFDEADBEEF)

# printing of nested data: nesting, width, limit
IO.inspect({})
IO.inspect([])
IO.inspect(%{})
IO.inspect([[], {}, %{}, [[[]]], ""])
IO.inspect({1, {2, {3, {4, {5}}}}})
IO.inspect([1 | 2])
IO.inspect([1, 2 | 3])
IO.inspect(Enum.to_list(1..30))
IO.inspect(Enum.to_list(1001..1060))
IO.inspect(Enum.to_list(1..60), limit: 5)
IO.inspect(Enum.to_list(1..60), limit: :infinity)
IO.inspect(List.to_tuple(Enum.to_list(100..130)))
IO.inspect(Enum.map(1..4, &{&1, String.duplicate("x", 25)}))
IO.inspect(%{alpha: String.duplicate("a", 30), beta: String.duplicate("b", 30), gamma: [1, 2, 3]})
IO.inspect(%{a: %{b: %{c: String.duplicate("deep ", 14)}}, list: Enum.map(1..5, &%{id: &1, name: "item #{&1}"})})
IO.inspect([a: 1, b: [c: 2, d: [e: String.duplicate("z", 60)]]])
IO.inspect([1, 2, 3], label: "label")
IO.inspect(%{a: [1, 2, {3, 4}]}, width: 10)
IO.inspect({:ok, "x"}, width: 5)
IO.inspect([:a, "b", 3.0, nil], pretty: true)
IO.inspect("text", label: :atom_label)
IO.puts(inspect({:a, [1, 2]}, width: 1))
IO.inspect(255, base: :hex)
IO.inspect([1, 2, 255], base: :binary)
IO.inspect({8, 64}, base: :octal)
IO.inspect({:nested, [%{k: {1, [2, [3]]}}]}, limit: 3)
IO.inspect(fn_result: (fn -> :x end).())

# separators and comments
a = 1; b = 2
IO.inspect({a, b}) # trailing comment
list = [
  # comment inside
  1,
  2, # after an element
  3
]
IO.inspect(list)
long =
  1 +
    2 +
    3
IO.inspect(long)
piped =
  list
  # comment between pipes
  |> Enum.map(&(&1 * 2))

  |> Enum.sum()
IO.inspect(piped)
t = {
  :a,
  :b
}
IO.inspect(t)
m = %{
  a: 1,
  b: 2
}
_ = m
