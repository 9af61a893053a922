# SPDX-License-Identifier: Apache-2.0
#
# Keys of maps that take longer to hash and compare than a scheduler may: the instruction or native is done on a dirty thread and taken up where
# it was left, in bodies, guards, patterns and a receive, whatever else is in the map, and while others have the process collected.

defmodule Keys do
  def literal(a, b), do: %{a => 1, b => 2, :small => 3}
  def put(map, key), do: Map.put(map, key, :put)
  def update(map, key), do: %{map | key => :updated, :small => 4}
  def missing(map, key), do: %{map | :small => 5, key => :none}

  def find(map, key) do
    case map do
      %{^key => value} -> {:found, value}
      %{small: value} -> {:other, value}
    end
  end

  def has(map, key) when is_map_key(map, key), do: true
  def has(_, _), do: false
  def guard(map, key) when :erlang.map_get(key, map) > 1, do: :more
  def guard(_, _), do: :less

  def receives(key) do
    receive do
      {:x, %{^key => value}} -> value
      {:x, other} -> {:other, map_size(other)}
    end
  end

  # What stands around the map must survive it.
  def amid(key, same, kept) do
    before = {kept, [kept]}
    map = %{key => before}
    {map[same], map_size(%{map | same => kept}), [before | kept]}
  end

  def natives(map, same, other) do
    IO.inspect([Map.get(map, same), Map.get(map, other, :none), Map.fetch(map, same), Map.fetch(map, other), Map.has_key?(map, same)])
    IO.inspect([map_size(Map.delete(map, same)), map_size(Map.delete(map, other)), elem(Map.pop(map, same), 0), :maps.take(other, map)])
    IO.inspect([Map.replace!(map, same, 7)[same], Map.merge(map, %{other => 1})[other], map_size(Map.merge(%{same => 1}, map))])
    IO.inspect([Keys.find(map, same), Keys.find(map, other), Keys.has(map, same), Keys.has(map, other)])
    IO.inspect([Keys.guard(map, same), Keys.guard(map, other)])
  end
end

n = 100_000
make = fn last -> for(i <- 1..n, do: {i, [i]}) ++ [last] end
[a, b, c] = [make.(1), make.(1), make.(2)]

flat = Keys.literal(a, c)
IO.inspect([map_size(flat), flat[b], flat[c], map_size(Keys.literal(a, b)), Keys.literal(a, b)[a]])
IO.inspect([Keys.update(flat, b)[a], map_size(Keys.put(flat, b)), Keys.amid(a, b, "kept")])

try do
  Keys.missing(flat, make.(3))
rescue
  e in KeyError -> IO.inspect({List.last(e.key), length(e.key)})
end

Keys.natives(Map.put(%{small: 0}, a, 5), b, c)
Keys.natives(Map.put(Map.new([{:small, 0} | for(i <- 1..200, do: {i, i})]), a, 5), b, c)

# A small key that comes where a huge one hangs has that hashed.
tree = Enum.reduce(1..100, Map.new(for(i <- 1..6, do: {make.(i), i})), fn i, map -> Map.put(map, i, i) end)
IO.inspect([map_size(tree), tree[a], tree[c], Enum.sum(Map.values(tree))])

# Many at once.
IO.inspect(map_size(Map.new([{a, 1}, {b, 2}, {c, 3}])))
IO.inspect(map_size(Map.new(for(i <- 1..50, do: {i, i}) ++ [{a, 1}, {b, 2}, {c, 3}])))
IO.inspect(map_size(:maps.from_keys([a, b, c | Enum.to_list(1..50)], 0)))
IO.inspect(Enum.map(Map.merge(Map.new(for(i <- 1..40, do: {i, i}) ++ [{a, :a}]), %{b => :b, c => :c}), &elem(&1, 1)) |> Enum.filter(&is_atom/1) |> Enum.sort())
forty = Code.eval_string("fn a, b -> %{#{Enum.map_join(1..40, ", ", &"#{&1} => #{&1}")}, a => :a, b => :b} end") |> elem(0)
IO.inspect([map_size(forty.(a, b)), forty.(a, b)[a], map_size(forty.(a, c))])
IO.inspect([MapSet.member?(MapSet.new([a, c]), b), MapSet.size(MapSet.new([a, b, c, 1])), length(Enum.uniq([a, b, c]))])

# Other kinds of keys: maps, tuples, bit strings, and equality of the maps themselves.
maps = for last <- [1, 1, 2], do: Map.new(for(i <- 1..n, do: {i, i}) ++ [{:last, last}])
tuples = for last <- [1, 1, 2], do: List.to_tuple(for(i <- 1..(2 * n), do: i) ++ [last])
bits = for last <- [1, 1, 2], do: <<0::1, String.duplicate("0123456789abcdef", 3_000_000)::binary, last>>

for [x, y, z] <- [maps, tuples, bits] do
  IO.inspect([%{x => 1}[y], %{x => 1}[z], %{x => 1} == %{y => 1}, %{x => 1} == %{z => 1}, map_size(%{x => 1, y => 2, z => 3})])
end

# The process dictionary and persistent terms.
IO.inspect([Process.put(a, 1), Process.get(b), Process.get(c), Process.put(b, 2), Process.get(a), Process.delete(b), Process.get(a)])
:persistent_term.put(a, 1)
IO.inspect([:persistent_term.get(b), :persistent_term.get(c, :none), :persistent_term.put(b, 2), :persistent_term.get(a)])
IO.inspect([:persistent_term.erase(c), :persistent_term.erase(b), :persistent_term.get(a, :none)])

# In a receive the message may still be where its sender put it.
for key <- [b, c], do: send(self(), {:x, %{key => key == c}})
IO.inspect([Keys.receives(a), Keys.receives(a)])

# Others collect and look at who makes maps.
me = self()

maker =
  spawn_link(fn ->
    mine = make.(1)
    sum = for _ <- 1..10, reduce: 0, do: (sum -> sum + Keys.literal(mine, c)[a] + Keys.update(%{mine => 0, :small => 1}, a).small)
    send(me, {:sum, sum})
  end)

for _ <- 1..20 do
  :erlang.garbage_collect(maker)
  Process.info(maker, :current_stacktrace)
end

IO.inspect(receive(do: ({:sum, sum} -> sum)))

# Killed in the middle, it is gone.
{killed, ref} = spawn_monitor(fn -> Enum.each(Stream.cycle([1]), fn _ -> Keys.literal(a, b) end) end)
Process.exit(killed, :kill)
receive(do: ({:DOWN, ^ref, _, _, reason} -> IO.inspect(reason)))
