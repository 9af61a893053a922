# SPDX-License-Identifier: Apache-2.0
# case, cond, if, unless, and what they return and bind.

f = fn x ->
  case x do
    0 -> "zero"
    n when is_integer(n) and n < 0 -> "negative"
    n when is_integer(n) -> "positive #{n}"
    [a, b | _] when a == b -> "twins"
    {:ok, {inner, _}} -> "ok #{inspect(inner)}"
    <<"pre", rest::binary>> -> "prefix then " <> rest
    %{k: v} -> "map #{v}"
    nil -> "nil"
    other -> "other #{inspect(other)}"
  end
end

for x <- [0, -1, 5, [1, 1, 2], [1, 2], {:ok, {1, 2}}, "prefix", "other", %{k: :v}, %{}, nil, 1.5] do
  IO.puts(f.(x))
end

# case of expressions, nested, with blocks
r =
  case {1, 2} do
    {a, b} when a > b ->
      :gt

    {a, b} ->
      c = a + b

      case rem(c, 2) do
        0 -> {:even, c}
        1 -> {:odd, c}
      end
  end

IO.inspect(r)
IO.inspect(case 1 do _ -> :only end)
IO.inspect(case(true, do: (true -> 1; false -> 2)))

# a variable bound inside does not leave
x = 1
case 2 do
  x -> x
end
IO.inspect(x)

# cond
size = fn n ->
  cond do
    n < 10 -> :small
    n < 100 -> :medium
    true -> :large
  end
end

IO.inspect(Enum.map([5, 50, 500], size))
IO.inspect(cond do nil -> 1; false -> 2; "truthy" -> 3 end)
IO.inspect(cond do v = Map.get(%{a: 1}, :a) -> {:found, v}; true -> :none end)

try do
  cond do
    x > 100 -> :never
    nil -> :never
  end
rescue
  e in CondClauseError -> IO.puts(Exception.message(e))
end

# if and unless
IO.inspect(if true, do: 1)
IO.inspect(if false, do: 1)
IO.inspect(if nil, do: 1, else: 2)
IO.inspect(if 0, do: :zero_is_true)
IO.inspect(if "", do: :empty_is_true)
IO.inspect(if [], do: :nil_list_is_true)
IO.inspect(unless false, do: :ran)
IO.inspect(unless true, do: :ran)
IO.inspect(unless true, do: 1, else: 2)

y =
  if x == 1 do
    a = 10
    a * 2
  else
    0
  end

IO.inspect(y)

z =
  unless x == 2 do
    :not_two
  else
    :two
  end

IO.inspect(z)

nested =
  if x > 0 do
    if x > 10, do: :big, else: :small
  else
    :neg
  end

IO.inspect(nested)

# empty branches
IO.inspect(if true do end)
IO.inspect(if false do 1 else end)

# condition with match
if m = Enum.find([1, 2, 3], &(&1 > 1)), do: IO.inspect(m)
if (d = x + 1) > 1 do
  IO.inspect(d)
end

# no clause
try do
  case {:error, 1} do
    {:ok, v} -> v
  end
rescue
  e in CaseClauseError -> IO.inspect({e.term, Exception.message(e)})
end

# and, or, &&, || as control flow
IO.inspect(nil || :default)
IO.inspect(false || nil)
IO.inspect(1 && 2)
IO.inspect(nil && raise("not evaluated"))
IO.inspect(1 || raise("not evaluated"))
IO.inspect(true and :second)
IO.inspect(false or :second)
IO.inspect(false and raise("not evaluated"))
IO.inspect(true or raise("not evaluated"))
IO.inspect({!nil, !1, !!1, not true, !false})

for {name, fun} <- [
      and: fn v -> v and true end,
      or: fn v -> v or true end,
      not: fn v -> not v end
    ] do
  try do
    fun.(1)
  rescue
    e in BadBooleanError -> IO.puts("#{name}: #{Exception.message(e)}")
    e in ArgumentError -> IO.puts("#{name}: argument error #{Exception.message(e)}")
  end
end

# order of evaluation
say = fn v -> IO.puts("eval #{inspect(v)}"); v end
IO.inspect({say.(1), say.(2), [say.(3) | say.([4])]})
IO.inspect(%{say.(:k1) => say.(:v1), say.(:k2) => say.(:v2)})
IO.inspect(say.(1) + say.(2) * say.(3))
IO.inspect(<<say.(1), say.(2)>>)
say.(&Enum.max/1).(say.([5, 9]))
|> IO.inspect()

# blocks
v = (1; 2; 3)
IO.inspect(v)
w = (
  q = 4
  q + 1
)
IO.inspect({q, w})
IO.inspect((fn -> nil end).())
