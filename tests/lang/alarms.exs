# seed: 3
# SPDX-License-Identifier: Apache-2.0
# Alarms: long queues, large heaps, long collections, long slices; on virtual time work stands for milliseconds.
parent = self()
IO.inspect(:erlang.system_monitor())
IO.inspect(Alarm.watch(long_message_queue: {10, 100}))
IO.inspect(:erlang.system_monitor() == {self(), [long_message_queue: {10, 100}]})

IO.puts("-- a long queue, told once, and its end")
slow = spawn(fn ->
  receive do: (:go -> :ok)
  for _ <- 1..500, do: receive(do: ({:m, _} -> :ok))
  send(parent, :worked)
  receive do: (:never -> :ok)
end)
for i <- 1..500, do: send(slow, {:m, i})
receive do: ({:monitor, ^slow, :long_message_queue, state} -> IO.inspect(state))
send(slow, :go)
receive do: (:worked -> :ok)
receive do: ({:monitor, ^slow, :long_message_queue, state} -> IO.inspect(state))
receive do: ({:monitor, _, _, _} = more -> IO.inspect(more)), after: (100 -> IO.puts("no more"))

IO.puts("-- a large heap, told once")
Alarm.watch(large_heap: 100_000)
big = spawn(fn ->
  list = Enum.to_list(1..200_000)
  :erlang.garbage_collect()
  :erlang.garbage_collect()
  send(parent, {:sum, Enum.sum(list)})
end)
receive do: ({:monitor, ^big, :large_heap, info} -> IO.inspect({Keyword.keys(info), Enum.sum(Keyword.values(info)) > 100_000}))
receive do: ({:sum, n} -> IO.inspect(n))
receive do: ({:monitor, _, _, _} = more -> IO.inspect(more)), after: (100 -> IO.puts("no more"))

IO.puts("-- a long collection")
Alarm.watch(long_gc: 5)
worker = spawn(fn ->
  list = Enum.to_list(1..500_000)
  :erlang.garbage_collect()
  send(parent, {:length, length(list)})
end)
receive do: ({:monitor, ^worker, :long_gc, info} -> IO.inspect({hd(Keyword.keys(info)), info[:timeout] > 5}))
receive do: ({:length, n} -> IO.inspect(n))

IO.puts("-- a long slice")
Alarm.watch(long_schedule: 10)
hog = spawn(fn ->
  binary = String.duplicate("0123456789", 1_000_000)
  send(parent, {:hash, is_binary(:erlang.md5(binary)), :erlang.term_to_binary(Enum.to_list(1..1_000_000)) |> byte_size()})
end)
receive do: ({:monitor, ^hog, :long_schedule, [timeout: ms]} -> IO.inspect(ms > 10)), after: (1000 -> IO.puts("none"))

IO.puts("-- off, and wrong")
Alarm.unwatch()
IO.inspect({:erlang.system_monitor(), Alarm.options()})
for bad <- [[long_gc: -1], [:other], [long_message_queue: {5, 5}], [large_heap: 1.5], :busy_port] do
  IO.inspect(try do :erlang.system_monitor(self(), bad) rescue e -> e.__struct__ end)
end
IO.inspect(:erlang.system_monitor({self(), [:busy_port, {:long_gc, 7}]}))
IO.inspect(Alarm.options())
# The watching process ends: nobody is told any more.
{pid, ref} = spawn_monitor(fn -> Alarm.watch(long_gc: 1) end)
receive do: ({:DOWN, ^ref, :process, ^pid, _} -> IO.inspect(:erlang.system_monitor()))
