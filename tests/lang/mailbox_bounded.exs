# seed: 7
# SPDX-License-Identifier: Apache-2.0
# Bounded mailboxes: the five policies, what passes, who waits and how waits end.
parent = self()

holder = fn options -> Process.spawn(fn -> receive do: (:never -> :ok) end, mailbox: options) end
mailbox = fn pid -> pid |> Process.info(:mailbox) |> elem(1) end
wait_until = fn again, check -> if check.(), do: :ok, else: (Process.sleep(1); again.(again, check)) end

IO.puts("-- block: nothing is lost, each pair in order, the bound holds")
receiver =
  Process.spawn(
    fn ->
      Process.sleep(100)
      worst = fn worst, 0, most, seen -> {worst, 0, most, Enum.reverse(seen)} |> then(fn {_, _, m, s} -> {m, s} end)
                 worst, n, most, seen ->
                   {:message_queue_len, length} = Process.info(self(), :message_queue_len)
                   receive do: ({:m, s, i} -> worst.(worst, n - 1, max(most, length), [{s, i} | seen]))
              end
      send(parent, {:seen, worst.(worst, 200, 0, [])})
    end,
    mailbox: [max: 5]
  )

for s <- 1..10, do: spawn(fn -> for(i <- 1..20, do: send(receiver, {:m, s, i})); send(parent, {:done, s}) end)
receive do
  {:seen, {most, seen}} ->
    IO.inspect(most, label: "longest queue")
    IO.inspect(length(seen), label: "received")
    IO.inspect(Enum.all?(1..10, fn s -> for({^s, i} <- seen, do: i) == Enum.to_list(1..20) end), label: "in order")
end
IO.inspect(for(s <- 1..10, do: receive(do: ({:done, ^s} -> s))), label: "done")

IO.puts("-- block: first come, first served")
slow = Process.spawn(fn -> receive do: (:go -> :ok)
  send(parent, {:order, for(_ <- 1..5, do: receive(do: ({:n, n} -> n)))}) end, mailbox: [max: 2])
send(slow, {:n, 0})
send(slow, :go_later)
senders = for n <- 1..4 do
  pid = spawn(fn -> send(slow, {:n, n}) end)
  wait_until.(wait_until, fn -> Process.info(pid, :sending_to) == {:sending_to, slow} end)
  pid
end
IO.inspect(mailbox.(slow)[:blocked] == senders, label: "the line")
IO.inspect(Process.info(hd(senders), :status))

Process.exit(Enum.at(senders, 1), :kill)
IO.inspect(mailbox.(slow)[:length], label: "length")
IO.inspect(length(mailbox.(slow)[:blocked]), label: "blocked")


IO.puts("-- messages that take long to copy count, wait and are dropped as others")
long = for i <- 1..40_000, do: {i, [i]}
gate = spawn(fn -> receive do: (:never -> :ok) end)
slow = Process.spawn(fn -> Process.monitor(gate)
  receive do: ({:DOWN, _, _, _, _} -> :ok)
  send(parent, {:lengths, for(_ <- 1..3, do: receive(do: ({:long, l} -> length(l))))}) end, mailbox: [max: 2])
blocked = spawn(fn -> for k <- 0..2, do: send(slow, {:long, Enum.drop(long, k)}) end)
wait_until.(wait_until, fn -> Process.info(blocked, :sending_to) == {:sending_to, slow} end)
IO.inspect(mailbox.(slow)[:length], label: "length")
Process.exit(gate, :kill)
IO.inspect(receive(do: ({:lengths, lengths} -> lengths)), label: "lengths")
newest = holder.(max: 1, on_full: :drop_newest)
for k <- 1..3, do: send(newest, {k, long})
{:messages, kept} = Process.info(newest, :messages)
IO.inspect(for {k, l} <- kept, do: {k, l == long})
refusing = holder.(max: 1, on_full: :error)
send(refusing, long)
IO.inspect(try do: send(refusing, long), rescue: (e -> e.__struct__))

IO.puts("-- a blocked sender is told exits, can be suspended, collected, released")
full = holder.(max: 1)
send(full, :first)
{sender, monitor} = spawn_monitor(fn -> send(full, :second) end)
wait_until.(wait_until, fn -> Process.info(sender, :sending_to) == {:sending_to, full} end)
:erlang.suspend_process(sender)
IO.inspect(:erlang.garbage_collect(sender))
:erlang.resume_process(sender)
for i <- 1..3, do: send(sender, i)
IO.inspect(Process.info(sender, [:status, :message_queue_len]))
Process.exit(sender, :enough)
receive do: ({:DOWN, ^monitor, _, _, reason} -> IO.inspect(reason))
IO.inspect(mailbox.(full))

{trapping, monitor} = spawn_monitor(fn ->
  Process.flag(:trap_exit, true)
  send(parent, {:sent, send(full, :third)})
  receive do: ({:EXIT, _, reason} -> exit({:trapped, reason}))
end)
wait_until.(wait_until, fn -> Process.info(trapping, :sending_to) == {:sending_to, full} end)
Process.exit(trapping, :later)
Process.exit(full, :kill)
receive do: ({:sent, m} -> IO.inspect(m, label: "released by the receiver's end"))
receive do: ({:DOWN, ^monitor, _, _, reason} -> IO.inspect(reason))

IO.puts("-- error")
refusing = holder.(max: 2, on_full: :error)
Process.register(refusing, :refusing)
send(refusing, 1)
send(:refusing, 2)
for send <- [fn -> send(refusing, 3) end, fn -> send(:refusing, 3) end, fn -> :erlang.send(refusing, 3) end,
             fn -> Process.send(refusing, 3, []) end, fn -> GenServer.cast(:refusing, 3) end, fn -> GenServer.call(:refusing, 3) end] do
  try do
    send.()
  rescue
    e in MailboxFullError -> IO.inspect({e.pid == refusing, e.max, e.on_full})
  end
end
IO.puts(String.replace(Exception.message(%MailboxFullError{pid: refusing, max: 2, on_full: :error}), inspect(refusing), "PID"))
IO.inspect(Process.info(self(), :monitors))

IO.puts("-- drop_newest, drop_oldest")
for policy <- [:drop_newest, :drop_oldest] do
  pid = holder.(max: 3, on_full: policy)
  for i <- 1..10, do: send(pid, i)
  IO.inspect(Process.info(pid, :messages))
  IO.inspect(mailbox.(pid))
end

IO.puts("-- kill")
{pid, monitor} = Process.spawn(fn -> Process.flag(:trap_exit, true); receive(do: (:never -> :ok)) end, [:monitor, mailbox: [max: 2, on_full: :kill]])
for i <- 1..5, do: send(pid, i)
receive do: ({:DOWN, ^monitor, _, _, reason} -> IO.inspect(reason))

IO.puts("-- to itself")
for policy <- [:block, :error, :drop_newest, :drop_oldest, :kill] do
  {_, monitor} = Process.spawn(fn ->
    send(self(), 1)
    try do
      send(self(), 2)
    rescue
      e in MailboxFullError -> exit({:refused, e.max, e.on_full})
    end
    exit({:has, Process.info(self(), :messages)})
  end, [:monitor, mailbox: [max: 1, on_full: policy]])
  receive do: ({:DOWN, ^monitor, _, _, reason} -> IO.inspect({policy, reason}))
end

IO.puts("-- nosuspend")
full = holder.(max: 1)
IO.inspect([Process.send(full, 1, [:nosuspend]), Process.send(full, 1, [:nosuspend]), Process.send(full, 1, [:noconnect, :nosuspend])])
IO.inspect(:erlang.send_nosuspend(full, 1))

IO.puts("-- what passes: exits, DOWN, replies, system messages; what is dropped: timers")
gate = Process.spawn(fn ->
  Process.flag(:trap_exit, true)
  {:ok, server} = Agent.start_link(fn -> 41 end)
  send(self(), :ordinary)
  one = Agent.get(server, &(&1 + 1))
  task = Task.async(fn -> 43 end)
  two = Task.await(task)
  {:ok, other} = GenServer.start_link(Agent.Server, fn -> 1 end)
  spawn_link(fn -> exit(:linked) end)
  Process.send_after(self(), :tick, 1)
  Process.sleep(5)
  send(parent, {:results, one, two, is_pid(other), elem(Process.info(self(), :mailbox), 1)})
  receive do: (:go -> :ok)
end, mailbox: [max: 1])
receive do
  {:results, one, two, other, info} -> IO.inspect({one, two, other, info})
end
{:messages, messages} = Process.info(gate, :messages)
IO.inspect(for(m <- messages, do: if(is_tuple(m), do: {elem(m, 0), elem(m, 2)}, else: m)))

IO.puts("-- servers")
defmodule Slow do
  use GenServer
  def init(_), do: {:ok, 0}
  def handle_call(:get, _, n), do: {:reply, n, n}
  def handle_cast(:add, n) do
    Process.sleep(10)
    {:noreply, n + 1}
  end
end

{:ok, server} = GenServer.start_link(Slow, nil, spawn_opt: [mailbox: [max: 2]])
for _ <- 1..20, do: GenServer.cast(server, :add)
IO.inspect(GenServer.call(server, :get))
:sys.suspend(server)
for _ <- 1..2, do: GenServer.cast(server, :add)
IO.inspect(:sys.get_state(server))
IO.inspect(:sys.get_status(server) |> elem(3) |> Enum.at(1))
before = System.monotonic_time(:millisecond)
try do
  GenServer.call(server, :get, 70)
catch
  :exit, {:timeout, {GenServer, :call, [_, :get, 70]}} -> IO.inspect(System.monotonic_time(:millisecond) - before >= 70, label: "timed out")
end
IO.inspect(mailbox.(server)[:blocked])
:sys.resume(server)
IO.inspect(GenServer.call(server, :get, 1000))

IO.puts("-- set while running")
pid = Process.spawn(fn ->
  receive do: (:set -> :ok)
  old = Process.flag(:mailbox, max: 2, on_full: :drop_newest)
  for i <- 1..5, do: send(self(), i)
  send(parent, {:flags, old, Process.flag(:mailbox, :unbounded), Process.info(self(), :mailbox)})
end, [])
send(pid, :set)
receive do: ({:flags, old, new, now} -> IO.inspect({old, new, now}))
for bad <- [[max: 0], [max: -1], [on_full: :block], [max: 1, on_full: :explode], [max: 1.0], :huge, [{:max, 1}, :x]] do
  IO.inspect(try do Process.flag(:mailbox, bad) rescue e -> e.__struct__ end)
  IO.inspect(try do Process.spawn(fn -> :ok end, mailbox: bad) rescue e -> e.__struct__ end)
end
