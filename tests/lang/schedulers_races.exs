# schedulers: 4
# SPDX-License-Identifier: Apache-2.0
# Processes on several schedulers do to each other, while they run, all that processes can: what comes out of it depends on nothing but the rules.
defmodule R do
  def spin(n), do: spin(n + 1)

  # Computes, and answers when it is asked; never waits.
  def busy(n) do
    receive do
      {:ask, from, ref} -> send(from, {ref, :answer})
      :stop -> exit(:stopped)
    after
      0 -> :ok
    end

    busy(n + 1)
  end

  def chat(0, to, me), do: send(to, {:over, me})

  def chat(n, to, me) do
    receive do: ({:ball, from} -> send(from, {:ball, self()}))
    chat(n - 1, to, me)
  end

  def down(pid) do
    ref = Process.monitor(pid)
    receive do: ({:DOWN, ^ref, :process, ^pid, reason} -> reason)
  end

  def ask(pid) do
    ref = make_ref()
    send(pid, {:ask, self(), ref})
    receive do: ({^ref, a} -> a)
  end

  # What fun answers in each of n processes that run at the same time, by their numbers.
  def all(n, fun) do
    me = self()
    pids = for i <- 1..n, do: spawn(fn -> send(me, {self(), fun.(i)}) end)
    for p <- pids, do: receive(do: ({^p, x} -> x))
  end

  def count(list), do: list |> Enum.frequencies() |> Enum.sort()
end

IO.puts("running processes are killed")
pids = for _ <- 1..20, do: spawn(R, :spin, [0])
for p <- pids, do: Process.exit(p, :kill)
IO.inspect(R.count(for p <- pids, do: R.down(p)))
pids = for i <- 1..20, do: spawn(fn -> Process.flag(:trap_exit, rem(i, 2) == 0); R.busy(0) end)
for p <- pids, do: R.ask(p)
for p <- pids, do: Process.exit(p, :normal)
IO.inspect(R.count(for p <- pids, do: R.ask(p)))
refs = for p <- pids, do: Process.monitor(p)
for p <- pids, do: Process.exit(p, :enough)
for p <- pids, do: send(p, :stop)
IO.inspect(R.count(for ref <- refs, do: receive(do: ({:DOWN, ^ref, _, _, r} -> r))))

IO.puts("watched by many at once")
p = spawn(R, :busy, [0])
watchers = Task.async(fn -> R.all(30, fn _ -> ref = Process.monitor(p); receive(do: ({:DOWN, ^ref, _, _, r} -> r)) end) end)
R.ask(p)
Process.exit(p, :kill)
IO.inspect(R.count(for r <- Task.await(watchers, :infinity), do: r in [:killed, :noproc]))

IO.puts("a chain of links falls from either end")
for from <- [0, 99] do
  me = self()
  # each links to the one before
  pids = Enum.scan(1..100, nil, fn _, before -> spawn(fn -> if before, do: Process.link(before); send(me, {:linked, self()}); Process.sleep(:infinity) end) end)
  for q <- pids, do: receive(do: ({:linked, ^q} -> :ok))
  Process.exit(Enum.at(pids, from), :fall)
  IO.inspect(R.count(for q <- pids, do: R.down(q) in [:fall, :noproc]))
end

IO.puts("linked and unlinked from both sides at once")
for _ <- 1..5 do
  a = spawn(R, :busy, [0])
  R.all(8, fn _ -> for(_ <- 1..50, do: (Process.link(a); Process.unlink(a))); Process.info(self(), :links) end) |> R.count() |> then(&IO.inspect/1)
  IO.inspect({Process.info(a, :links), Process.alive?(a)})
  Process.exit(a, :kill)
end

IO.puts("one name, many takers")
for _ <- 1..5 do
  me = self()
  pids = for _ <- 1..16, do: spawn(fn ->
    won = try do Process.register(self(), :prize) rescue ArgumentError -> false end
    send(me, {:won, self(), won})
    receive do: (:go -> if(won, do: Process.unregister(:prize)); send(me, {:gone, self()}))
  end)
  IO.inspect(R.count(for q <- pids, do: receive(do: ({:won, ^q, w} -> w))))
  true = Process.whereis(:prize) in pids
  for q <- pids, do: send(q, :go)
  for q <- pids, do: receive(do: ({:gone, ^q} -> :ok))
  IO.inspect(Process.whereis(:prize))
end
# registered by its end's watchers as soon as they hear of it
taken = for i <- 1..50 do
  q = spawn(fn -> receive do: (:end -> :ok) end)
  Process.register(q, :short)
  ref = Process.monitor(q)
  send(q, :end)
  receive do: ({:DOWN, ^ref, _, _, _} -> :ok)
  Process.register(self(), :short) and Process.unregister(:short) and i > 0
end
IO.inspect(R.count(taken))

IO.puts("told about while they run")
pids = for _ <- 1..8, do: spawn(R, :busy, [0])
told = R.all(16, fn i ->
  q = Enum.at(pids, rem(i, 8))
  for _ <- 1..20 do
    {:status, s} = Process.info(q, :status)
    [message_queue_len: n, links: [], reductions: r] = Process.info(q, [:message_queue_len, :links, :reductions])
    true = :erlang.garbage_collect(q)
    s in [:running, :runnable, :garbage_collecting] and n == 0 and r >= 0 and Process.alive?(q)
  end |> Enum.all?()
end)
IO.inspect(R.count(told))
IO.inspect(Enum.all?(pids, &(&1 in Process.list())))

IO.puts("suspended while they run")
held = R.all(8, fn i ->
  q = Enum.at(pids, i - 1)
  for _ <- 1..20 do
    true = :erlang.suspend_process(q)
    {:reductions, a} = Process.info(q, :reductions)
    {:status, :suspended} = Process.info(q, :status)
    {:reductions, b} = Process.info(q, :reductions)
    true = :erlang.resume_process(q)
    :answer = R.ask(q)
    a == b
  end |> Enum.all?()
end)
IO.inspect(R.count(held))
# by many at once: it stands until the last lets go
R.all(8, fn _ -> :erlang.suspend_process(hd(pids)); :erlang.resume_process(hd(pids)) end) |> R.count() |> IO.inspect()
IO.inspect(R.ask(hd(pids)))
# who ends lets go
{holder, ref} = spawn_monitor(fn -> :erlang.suspend_process(hd(pids)); exit(:held) end)
receive do: ({:DOWN, ^ref, _, ^holder, r} -> IO.inspect(r))
IO.inspect(R.ask(hd(pids)))
for q <- pids, do: Process.exit(q, :kill)
IO.inspect(R.count(for q <- pids, do: R.down(q) in [:killed, :noproc]))
IO.inspect({Process.alive?(hd(pids)), Process.info(hd(pids)), :erlang.garbage_collect(hd(pids))})

IO.puts("two ask one another")
pair = fn ->
  me = self()
  a = spawn(fn -> receive do: ({:other, q} -> for(_ <- 1..100, do: {:links, []} = Process.info(q, :links)); send(me, {:asked, self()}); receive(do: (:end -> :ok))) end)
  b = spawn(fn -> for(_ <- 1..100, do: {:links, []} = Process.info(a, :links)); send(me, {:asked, self()}); receive(do: (:end -> :ok)) end)
  send(a, {:other, b})
  for q <- [a, b], do: receive(do: ({:asked, ^q} -> :ok))
  for q <- [a, b], do: send(q, :end)
  :both
end
IO.inspect(R.count(R.all(10, fn _ -> pair.() end)))

IO.puts("timers cancelled by others")
me = self()
fates = R.all(20, fn i ->
  timer = Process.send_after(me, {:late, i}, 3_600_000)
  soon = Process.send_after(me, {:soon, i}, rem(i, 3))
  {timer, soon}
end)
cancelled = R.all(20, fn i -> {timer, soon} = Enum.at(fates, i - 1); {is_integer(Process.cancel_timer(timer)), Process.cancel_timer(timer), Process.cancel_timer(soon)} end)
IO.inspect(R.count(for {x, y, _} <- cancelled, do: {x, y}))
# each of the others either fired or was cancelled, never both and never neither
whole = for {{_, _, left}, i} <- Enum.with_index(cancelled, 1) do
  if left, do: receive(do: ({:soon, ^i} -> :both), after: (0 -> :one)), else: receive(do: ({:soon, ^i} -> :one))
end
IO.inspect(R.count(whole))

IO.puts("order of each pair")
sinks = for _ <- 1..4, do: Task.async(fn ->
  for(_ <- 1..4000, do: receive(do: ({s, n} -> {s, n}))) |> Enum.group_by(&elem(&1, 0), &elem(&1, 1)) |> Map.values() |> Enum.map(&(&1 == Enum.to_list(1..500)))
end)
R.all(8, fn i -> for n <- 1..500, t <- sinks, do: send(t.pid, {i, n}) end)
IO.inspect(R.count(Enum.flat_map(sinks, &Task.await(&1, :infinity))))

IO.puts("a message goes before the end of its sender")
early = R.all(100, fn _ ->
  me = self()
  {q, ref} = spawn_monitor(fn -> send(me, :first); exit(:then) end)
  receive do
    :first -> receive do: ({:DOWN, ^ref, _, ^q, :then} -> :in_order)
    {:DOWN, ^ref, _, _, _} -> :overtaken
  end
end)
IO.inspect(R.count(early))
