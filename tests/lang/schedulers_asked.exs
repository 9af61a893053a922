# schedulers: 4
# SPDX-License-Identifier: Apache-2.0
# A process that runs is asked for what only it can do: to be collected, which it must not be in the middle of an instruction; to be
# suspended, by one that is killed before it has the answer; whether it lives.
defmodule A do
  def burn(0), do: 0
  def burn(n), do: burn(n - 1)

  # Sleeps between messages, and then looks at what it keeps.
  def keeps(n, kept) do
    receive do
      {:ping, from, ref} when length(kept) == 30 -> send(from, {ref, length(Enum.uniq(kept)) == 30})
      {:stop, from, ref} when length(kept) == 30 -> exit(send(from, {ref, true}) && :normal)
    end

    :erlang.hibernate(A, :keeps, [n + 1, for({i, _} <- kept, do: {i, n})])
  end

  def pinged(0, _pids), do: :ok

  def pinged(n, pids) do
    refs = for p <- pids, do: (ref = make_ref(); send(p, {:ping, self(), ref}); ref)
    true = Enum.all?(for ref <- refs, do: receive(do: ({^ref, answer} -> answer)))
    pinged(n - 1, pids)
  end

  # Computes, and answers when it is asked; never waits.
  def busy(n) do
    receive do
      {:ping, from, ref} -> send(from, {ref, true})
    after
      0 -> burn(200)
    end

    busy(n + 1)
  end

  def ask(pid, what) do
    ref = make_ref()
    send(pid, {what, self(), ref})
    receive do: ({^ref, answer} -> answer)
  end

  def down(pid) do
    ref = Process.monitor(pid)
    receive do: ({:DOWN, ^ref, :process, ^pid, reason} -> reason)
  end

  # Suspends, and perhaps is killed while it asks.
  def holds(victim) do
    :erlang.suspend_process(victim)
    burn(100)
    :erlang.resume_process(victim)
  end

  def rounds(0, _victims), do: :ok

  def rounds(n, victims) do
    holders = for v <- victims, _ <- 1..2, do: spawn(A, :holds, [v])
    burn(rem(n * 7919, 3000))
    for h <- holders, do: Process.exit(h, :kill)
    for h <- holders, do: down(h)
    true = Enum.all?(victims, &ask(&1, :ping))
    rounds(n - 1, victims)
  end
end

IO.puts("collected while they run")
pids = for _ <- 1..20, do: spawn(A, :keeps, [0, for(i <- 1..30, do: {i, 0})])
collector = fn -> Stream.run(Stream.repeatedly(fn -> Enum.each(pids, &(true = :erlang.garbage_collect(&1))) end)) end
collectors = for _ <- 1..2, do: spawn_monitor(collector)
pingers = for _ <- 1..3, do: spawn_monitor(A, :pinged, [120, pids])
IO.inspect(for {p, r} <- pingers, do: receive(do: ({:DOWN, ^r, :process, ^p, reason} -> reason)))
for {p, _} <- collectors, do: Process.exit(p, :kill)
IO.inspect(for {p, r} <- collectors, do: receive(do: ({:DOWN, ^r, :process, ^p, reason} -> reason)))

IO.puts("nobody stays suspended by one that is gone")
victims = for _ <- 1..3, do: spawn(A, :busy, [0])
IO.inspect(A.rounds(200, victims))
refs = for p <- pids, do: Process.monitor(p)
IO.inspect(Enum.all?(pids, &A.ask(&1, :stop)))
IO.inspect(Enum.uniq(for r <- refs, do: receive(do: ({:DOWN, ^r, :process, _, reason} -> reason))))

IO.puts("one that ends answers who asked")
ended = fn -> p = spawn(A, :burn, [2000]); :erlang.garbage_collect(p) in [true, false] end
IO.inspect(Enum.all?(1..200, fn _ -> ended.() end))

IO.puts("who was sent an exit is not alive for who sent it, while it acts on what came before")
defmodule B do
  def spin(n), do: spin(n + 1)
  def noise(pid, n), do: Enum.each(1..n, fn _ -> Process.demonitor(Process.monitor(pid)) end)

  def killed(_) do
    pid = spawn(B, :spin, [0])
    noise(pid, 300)
    Process.exit(pid, :kill)
    Enum.any?(1..20, fn _ -> Process.alive?(pid) end)
  end

  # Never waits, and sends in the middle of its slices.
  def sends(to, n) do
    receive do: (:go_on -> send(to, {:number, n}))
    send(self(), :go_on)
    sends(to, n + 1)
  end

  def flush(n) do
    receive do
      {:number, _} -> flush(n + 1)
    after
      0 -> n
    end
  end

  def late(pid) do
    true = :erlang.suspend_process(pid)
    flush(0)
    A.burn(300)
    {:status, status} = Process.info(pid, :status)
    late = flush(0)
    true = :erlang.resume_process(pid)
    {late > 0, status}
  end
end

IO.inspect(Enum.any?(1..300, &B.killed/1))

IO.puts("who was told that another is suspended hears nothing more of it")
pid = spawn(B, :sends, [self(), 0])
send(pid, :go_on)
IO.inspect(Enum.uniq(for _ <- 1..3000, do: B.late(pid)))
