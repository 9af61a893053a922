# SPDX-License-Identifier: Apache-2.0
# Patterns over tuples, lists, literals and pins: what matches, what binds, what fails.

{a, b} = {1, 2}
IO.inspect({a, b})
{x, {y, [z | rest]}} = {:deep, {2, [3, 4, 5]}}
IO.inspect([x, y, z, rest])
[h | t] = [1]
IO.inspect({h, t})
[one, two | more] = [1, 2, 3, 4]
IO.inspect({one, two, more})
[] = []
{} = {}
IO.inspect(a = b = 7)
IO.inspect({a, b})

# the value of a match is its right side
IO.inspect({p, _} = {1, :ignored})
IO.inspect(p)

# both sides may be patterns inside a pattern
{q, r} = s = {10, 20}
IO.inspect({q, r, s})

fun = fn {m, n} = whole -> {m, n, whole} end
IO.inspect(fun.({1, 2}))
fun2 = fn whole = {m, _n} -> {m, whole} end
IO.inspect(fun2.({3, 4}))

# the same variable twice must be equal, strictly
same = fn
  {v, v} -> {:same, v}
  {v, w} -> {:different, v, w}
end

IO.inspect(same.({1, 1}))
IO.inspect(same.({1, 1.0}))
IO.inspect(same.({"ab", "a" <> "b"}))
IO.inspect(same.({[1, {2, %{a: 1}}], [1, {2, %{a: 1}}]}))

# underscore matches each time afresh
{_, _, third} = {1, 2, 3}
IO.inspect(third)
{_same, _other} = {1, 2}

# pins
pinned = 5
{^pinned, other} = {5, 6}
IO.inspect(other)

result =
  try do
    ^pinned = 6
  rescue
    e in MatchError -> {:no_match, e.term, Exception.message(e)}
  end

IO.inspect(result)

check = fn value, expected ->
  case value do
    ^expected -> :equal
    [^expected | _] -> :head
    {:wrapped, ^expected} -> :wrapped
    %{key: ^expected} -> :in_map
    _ -> :nothing
  end
end

IO.inspect(Enum.map([1, [1, 2], {:wrapped, 1}, %{key: 1}, 1.0, [2, 1]], &check.(&1, 1)))

# rebinding inside and outside
n = 1
n = n + 1
IO.inspect(n)

if true do
  n = 100
  IO.inspect(n)
end

IO.inspect(n)

# pin of the outer value while binding the same name
pinned = 1
{pinned, ^pinned} = {2, 1}
IO.inspect(pinned)

# literals of all kinds
classify = fn
  0 -> :zero
  -1 -> :minus_one
  1.5 -> :one_and_half
  -2.5 -> :minus_float
  :atom -> :an_atom
  nil -> :nil_value
  true -> :true_value
  false -> :false_value
  "text" -> :text
  "" -> :empty_text
  [] -> :empty_list
  {} -> :empty_tuple
  {:ok, _} -> :ok_tuple
  {:error, reason} -> {:failed, reason}
  [_] -> :one_element
  [_, _] -> :two_elements
  [1 | _] -> :starts_with_one
  [_ | [2 | _]] -> :second_is_two
  ~c"abc" -> :charlist
  123_456_789_012_345_678_901_234_567_890 -> :big
  String -> :module
  _ -> :other
end

for v <- [0, -1, 1.5, -2.5, :atom, nil, true, false, "text", "", [], {}, {:ok, 1}, {:error, :enoent}, [5], [5, 6], [1, 2, 3], [7, 2, 3], ~c"abc", 123_456_789_012_345_678_901_234_567_890, String, 1, {1, 2, 3}] do
  IO.inspect(classify.(v), label: inspect(v, charlists: :as_lists))
end

# match in expressions
IO.inspect([c1, c2] = [1, 2])
IO.inspect(c1 + c2)
IO.inspect({:ok, value} = {:ok, (inner = 3; inner * 2)})
IO.inspect({value, inner})

# failing matches in each position
failing = [
  fn -> {1, 2} = {1, 3} end,
  fn -> [_ | _] = [] end,
  fn -> {_, _} = {1, 2, 3} end,
  fn -> %{a: 1} = %{a: 2} end,
  fn -> "a" <> _ = "b" end,
  fn -> [a, a] = [1, 2]; a end,
  fn -> :a = :b end,
  fn -> 1 = 1.0 end
]

for f <- failing do
  try do
    f.()
    IO.puts("matched")
  rescue
    e in MatchError -> IO.puts(Exception.message(e))
  end
end

# match?/2
IO.inspect(match?({:ok, _}, {:ok, 1}))
IO.inspect(match?({:ok, v} when v > 1, {:ok, 1}))
IO.inspect(Enum.filter([{:a, 1}, {:b, 2}, {:a, 3}], &match?({:a, _}, &1)))

# long tuples and nested lists
{a1, a2, a3, a4, a5, a6, a7, a8, a9, a10} = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
IO.inspect(a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10)
[[[deepest]]] = [[[:bottom]]]
IO.inspect(deepest)
[first: f, second: s2] = [first: 1, second: 2]
IO.inspect({f, s2})
{:a, [{:b, {:c, [d, e | tail]}}], g} = {:a, [{:b, {:c, [1, 2, 3, 4]}}], %{x: 1}}
IO.inspect({d, e, tail, g})
