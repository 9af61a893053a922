# SPDX-License-Identifier: Apache-2.0
# Maps of more than 32 keys: growth, shrinking, equality, keys of all kinds. What is printed is sorted.

big = for i <- 1..1000, into: %{}, do: {i, i * i}
IO.inspect(map_size(big))
IO.inspect(Enum.sum(Map.values(big)))
IO.inspect(big |> Map.keys() |> Enum.sort() |> Enum.take(5))
IO.inspect({big[1], big[500], big[1000], big[1001], Map.get(big, 0, :none)})
IO.inspect(Map.has_key?(big, 999))

# removing down across the limit of small maps
small = Enum.reduce(31..1000, big, &Map.delete(&2, &1))
IO.inspect(map_size(small))
IO.inspect(small == Map.new(1..30, &{&1, &1 * &1}))
IO.inspect(small)

# crossing the limit one by one, both ways
sizes = Enum.map(30..36, fn n -> m = Map.new(1..n, &{&1, &1}); {map_size(m), Enum.sum(Map.keys(m)), m[n]} end)
IO.inspect(sizes)
m33 = Map.new(1..33, &{&1, &1})
m32 = Map.delete(m33, 33)
IO.inspect(m32 == Map.new(1..32, &{&1, &1}))
IO.inspect(Map.put(m32, 33, 33) == m33)
IO.inspect(Map.delete(m33, :absent) == m33)

# order of insertion does not matter for equality
a = Enum.reduce(1..200, %{}, &Map.put(&2, &1, &1))
b = Enum.reduce(200..1//-1, %{}, &Map.put(&2, &1, &1))
IO.inspect({a == b, a === b, inspect(a) == inspect(b), Map.to_list(a) == Map.to_list(b)})
IO.inspect(Map.put(a, 5, :changed) == b)
IO.inspect(:erlang.phash2(a) == :erlang.phash2(b))

# mixed keys
mixed =
  for i <- 1..50, key <- [i, i / 1, "k#{i}", :"a#{i}", {i, i + 1}, [i], 10 ** 20 + i, %{i => i}], into: %{} do
    {key, i}
  end

IO.inspect(map_size(mixed))
IO.inspect({mixed[7], mixed[7.0], mixed["k7"], mixed[:a7], mixed[{7, 8}], mixed[[7]], mixed[100_000_000_000_000_000_007], mixed[%{7 => 7}]})
IO.inspect(Enum.all?(1..50, fn i -> mixed[i] == i and mixed[{i, i + 1}] == i and mixed["k#{i}"] == i end))

# update of existing keys
up = Enum.reduce(1..1000, big, fn i, m -> %{m | i => -i} end)
IO.inspect({map_size(up), up[10], Enum.sum(Map.values(up))})
IO.inspect({big[10], Map.update!(big, 10, &(&1 + 1))[10], Map.update(big, :new, 1, & &1)[:new]})

try do
  %{big | none: 1}
rescue
  e in KeyError -> IO.inspect(e.key)
end

# merges
odd = Map.new(1..99//2, &{&1, :odd})
even = Map.new(2..100//2, &{&1, :even})
all = Map.merge(odd, even)
IO.inspect({map_size(all), all[1], all[2], all[99], all[100]})
both = Map.merge(all, Map.new(1..10, &{&1, :over}), fn k, x, y -> {k, x, y} end)
IO.inspect({both[3], both[4], both[11]})

# patterns, comprehension, iteration
%{50 => fifty} = big
IO.inspect(fifty)
IO.inspect(for({k, v} <- big, rem(k, 250) == 0, do: {k, v}) |> Enum.sort())
IO.inspect(Enum.reduce(big, 0, fn {k, v}, acc -> acc + k * v end))
IO.inspect(Enum.count(big, fn {_, v} -> rem(v, 2) == 0 end))
IO.inspect(big |> Map.filter(fn {k, _} -> k > 997 end))
IO.inspect(big |> Map.split([1, 2, 5000]) |> elem(0))
IO.inspect(big |> Map.take([3, 1, 2]))
{v, rest} = Map.pop(big, 1)
IO.inspect({v, map_size(rest)})
IO.inspect(big |> Enum.max_by(fn {_, v} -> v end))
IO.inspect(Map.new(big, fn {k, v} -> {rem(k, 3), v} end) |> map_size())

# nested large maps
grid = for x <- 1..40, into: %{}, do: {x, for(y <- 1..40, into: %{}, do: {y, x * y})}
IO.inspect(get_in(grid, [40, 39]))
IO.inspect(put_in(grid[40][40], :corner)[40][40])
IO.inspect(grid == Map.new(grid))

# comparison of large maps
IO.inspect({big > small, Map.put(big, 1, 2) > big, Map.new(1..40, &{&1, 0}) < Map.new(2..41, &{&1, 0})})

# ten thousand strings
words = for i <- 1..10_000, do: "word#{rem(i * 7919, 3001)}"
freq = Enum.frequencies(words)
IO.inspect({map_size(freq), Enum.sum(Map.values(freq)), freq["word17"]})
IO.inspect(freq |> Enum.sort_by(fn {w, n} -> {-n, w} end) |> Enum.take(3))

# inspect limits at 50 entries
shown = inspect(Map.new(1..100, &{&1, &1}), limit: 5)
IO.inspect(String.ends_with?(shown, ", ...}"))
set = MapSet.new(1..100)
IO.inspect({MapSet.size(set), 77 in set, 101 in set, MapSet.size(MapSet.union(set, MapSet.new(90..110)))})
