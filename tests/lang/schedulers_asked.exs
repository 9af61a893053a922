# schedulers: 4
# SPDX-License-Identifier: Apache-2.0
# A process that runs is asked for what only it can do: to be collected, which it must not be in the middle of an instruction; to be
# suspended, by one that is killed before it has the answer.
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
