# SPDX-License-Identifier: Apache-2.0
# Counters and atomics: what they hold, how they wrap, what is refused, and many processes at once.

IO.puts("-- atomics")
# counters and atomics under many processes
c = :counters.new(3, [])
1..20 |> Enum.map(fn i -> Task.async(fn -> for _ <- 1..500, do: :counters.add(c, rem(i, 3) + 1, 1) end) end) |> Task.await_many()
IO.inspect for i <- 1..3, do: :counters.get(c, i)
:counters.sub(c, 1, 5000); :counters.put(c, 2, -7)
IO.inspect for i <- 1..3, do: :counters.get(c, i)
IO.inspect :counters.info(c).size
a = :atomics.new(2, signed: true)
IO.inspect :atomics.add_get(a, 1, 5)
IO.inspect :atomics.sub_get(a, 1, 7)
IO.inspect :atomics.exchange(a, 1, 100)
IO.inspect :atomics.compare_exchange(a, 1, 99, 1)
IO.inspect :atomics.compare_exchange(a, 1, 100, 1)
IO.inspect :atomics.get(a, 1)
IO.inspect :atomics.put(a, 2, 9223372036854775807)
IO.inspect :atomics.add_get(a, 2, 1)
IO.inspect Map.delete(:atomics.info(a), :memory)
u = :atomics.new(1, signed: false)
IO.inspect :atomics.sub_get(u, 1, 1)
IO.inspect Map.delete(:atomics.info(u), :memory)
for f <- [fn -> :atomics.get(a, 3) end, fn -> :atomics.get(a, 0) end, fn -> :atomics.new(0, []) end, fn -> :atomics.put(a, 1, 9223372036854775808) end, fn -> :atomics.put(u, 1, -1) end, fn -> :atomics.get(make_ref(), 1) end, fn -> :atomics.add(a, 1, :x) end, fn -> :atomics.add(a, 1, 18446744073709551615) end, fn -> :atomics.add(a, 1, 18446744073709551616) end, fn -> :counters.new(1, [:bad]) end, fn -> :counters.get(c, 4) end] do
  IO.inspect (try do f.() rescue e in ArgumentError -> e.__struct__ end)
end
IO.inspect is_reference(a)
# a spin lock and a ticket dispenser
lock = :atomics.new(1, [])
{:ok, box} = Agent.start_link(fn -> [] end)
with_lock = fn wl, f -> case :atomics.compare_exchange(lock, 1, 0, 1) do :ok -> r = f.(); :atomics.put(lock, 1, 0); r; _ -> :erlang.yield(); wl.(wl, f) end end
1..20 |> Enum.map(fn i -> Task.async(fn -> with_lock.(with_lock, fn -> l = Agent.get(box, & &1); Agent.update(box, fn _ -> [i | l] end) end) end) end) |> Task.await_many()
IO.inspect Agent.get(box, &Enum.sort/1) == Enum.to_list(1..20)
tickets = 1..50 |> Enum.map(fn _ -> Task.async(fn -> :atomics.add_get(lock, 1, 1) end) end) |> Task.await_many()
IO.inspect Enum.sort(tickets) == Enum.to_list(1..50)
m = :atomics.new(1, [])
max = fn max, v -> cur = :atomics.get(m, 1); if v > cur and :atomics.compare_exchange(m, 1, cur, v) != :ok, do: max.(max, v) end
1..100 |> Enum.shuffle() |> Enum.map(fn v -> Task.async(fn -> max.(max, v) end) end) |> Task.await_many()
IO.inspect :atomics.get(m, 1)
:persistent_term.put(:cnt, c)
Task.await(Task.async(fn -> :counters.add(:persistent_term.get(:cnt), 1, 41) end))
IO.inspect :counters.get(c, 1)
