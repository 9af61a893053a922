# SPDX-License-Identifier: Apache-2.0
# The order of all terms, sorting, equality, boolean operators.

f = fn -> 1 end
ref = make_ref()
pid = self()

ordered = [
  -5, 0, 1, 1.5, 2, 10 ** 20,
  :a, :b, false, nil, true,
  ref, f, pid,
  {}, {1}, {2}, {1, 1}, {1, 2}, {:a, 0},
  %{}, %{a: 1}, %{a: 2}, %{b: 1}, %{a: 1, b: 1},
  [], [1], [1, 2], [2], [:a],
  "", "A", "a", "aa", "b", <<255>>
]

names = fn l ->
  Enum.map(l, fn
    x when is_function(x) -> :fun
    x when is_reference(x) -> :ref
    x when is_pid(x) -> :pid
    x -> x
  end)
end

IO.inspect(names.(Enum.sort(Enum.reverse(ordered))) == names.(ordered))
IO.inspect(names.(Enum.sort(Enum.reverse(ordered))), limit: :infinity, charlists: :as_lists)

pairs = for {x, i} <- Enum.with_index(ordered), {y, j} <- Enum.with_index(ordered), i < j, do: {x < y, y > x, x <= y, x == y, x != y, x >= y}
IO.inspect(Enum.uniq(pairs))

IO.inspect({1 < :atom, :atom < {}, {} < %{}, %{} < [], [] < "", 1 < "1"})
IO.inspect({{1, 2, 3} > {9, 9}, [1, 2, 3] < [9, 9], "abc" < "abcd", [1] < [1, 2]})
IO.inspect({1 == 1.0, {1, 2} == {1.0, 2.0}, %{a: 1} == %{a: 1.0}, %{1 => :a} == %{1.0 => :a}})
IO.inspect({:b > :a, :aa > :a, :B < :a, :"" < :a})
IO.inspect({nil < 1, nil > 0, true > 100, false < true})
IO.inspect(Enum.max([1, :a, "s", [], {}]))
IO.inspect(Enum.min([1, :a, "s", [], {}]))

# improper lists and nested
IO.inspect([1 | 2] < [1, 2])
IO.inspect([1, [2, 3]] > [1, [2, 2, 9]])
IO.inspect(%{a: [1, 2]} < %{a: [1, 3]})
IO.inspect({:x, %{k: {1, "b"}}} > {:x, %{k: {1, "a"}}})

# sort with functions and directions
IO.inspect(Enum.sort([3, 1, 2], :desc))
IO.inspect(Enum.sort_by(["aaa", "b", "cc"], &String.length/1))
IO.inspect(Enum.sort_by([{"b", 2}, {"a", 2}, {"c", 1}], &elem(&1, 1)))
IO.inspect(Enum.sort_by([{"b", 2}, {"a", 2}, {"c", 1}], &elem(&1, 1), :desc))
IO.inspect(Enum.sort(["banana", "apple", "Cherry"], &(String.downcase(&1) <= String.downcase(&2))))
IO.inspect(Enum.sort([{1, :b}, {1, :a}, {0, :z}]))
IO.inspect(Enum.sort([1, 0, 2.5, 1.5, 2]))

# strict booleans
for {name, op} <- [and: &(&1 and &2), or: &(&1 or &2)], l <- [true, false, nil, 1], r <- [true, :x] do
  res =
    try do
      op.(l, r)
    rescue
      e in BadBooleanError -> {:bad, e.operator, e.term}
    end

  IO.inspect({name, l, r, res})
end

for {name, op} <- ["&&": &(&1 && &2), "||": &(&1 || &2)], l <- [true, false, nil, 0], r <- [nil, :x] do
  IO.inspect({name, l, r, op.(l, r)})
end

IO.inspect(Enum.map([true, false, nil, 0, "", []], &!/1))
IO.inspect({is_nil(nil), is_nil(false), nil == false})
