# SPDX-License-Identifier: Apache-2.0
# Programs of many equals: philosophers, the game of life with a process a cell, rings and elections, votes, a replicated log, gossip.

IO.puts("-- philosophers")
# dining philosophers with a waiter and with ordered forks
defmodule Fork do
  def start, do: spawn_link(&free/0)
  defp free do
    receive do
      {:take, from} -> send(from, {:taken, self()}); taken(from)
      :stop -> :ok
    end
  end
  defp taken(owner) do
    receive do
      {:put, ^owner} -> free()
    end
  end
  def take(f) do
    send(f, {:take, self()})
    receive do {:taken, ^f} -> :ok end
  end
  def put(f), do: send(f, {:put, self()})
end
defmodule Philosopher do
  def start(name, left, right, times, report) do
    {first, second} = if left < right, do: {left, right}, else: {right, left}
    spawn_link(fn -> live(name, first, second, times, report) end)
  end
  defp live(name, _, _, 0, report), do: send(report, {:full, name})
  defp live(name, a, b, n, report) do
    Fork.take(a); Fork.take(b)
    Process.sleep(:rand.uniform(2) - 1)
    Fork.put(b); Fork.put(a)
    send(report, {:ate, name})
    live(name, a, b, n - 1, report)
  end
end
forks = for _ <- 1..5, do: Fork.start()
names = ~w(Aristotle Confucius Descartes Kant Plato)
names |> Enum.with_index() |> Enum.each(fn {n, i} -> Philosopher.start(n, Enum.at(forks, i), Enum.at(forks, rem(i + 1, 5)), 10, self()) end)
wait = fn wait, counts, full ->
  if length(full) == 5, do: {counts, Enum.sort(full)}, else: (receive do
    {:ate, n} -> wait.(wait, Map.update(counts, n, 1, &(&1 + 1)), full)
    {:full, n} -> wait.(wait, counts, [n | full])
  after 5000 -> {:stuck, counts, full} end)
end
IO.inspect wait.(wait, %{}, [])

IO.puts("-- life")
# game of life, a process per cell
defmodule Cell do
  def start(pos, alive?), do: spawn_link(fn -> loop(pos, alive?, %{}) end)
  defp loop(pos, alive, nbs) do
    receive do
      {:neighbours, pids} -> loop(pos, alive, pids)
      {:tick, gen, coord} ->
        me = self()
        for p <- nbs, do: send(p, {:state, gen, me, alive})
        n = for(p <- nbs, do: (receive do {:state, ^gen, ^p, a} -> a end)) |> Enum.count(& &1)
        alive = n == 3 or (alive and n == 2)
        send(coord, {:done, gen, pos, alive})
        loop(pos, alive, nbs)
      :stop -> :ok
    end
  end
end
defmodule Life do
  def run(rows, gens) do
    grid = for {row, y} <- Enum.with_index(rows), {c, x} <- Enum.with_index(String.graphemes(row)), into: %{}, do: {{x, y}, c == "#"}
    cells = Map.new(grid, fn {pos, a} -> {pos, Cell.start(pos, a)} end)
    for {{x, y}, pid} <- cells do
      nbs = for dx <- -1..1, dy <- -1..1, {dx, dy} != {0, 0}, p = cells[{x + dx, y + dy}], do: p
      send(pid, {:neighbours, nbs})
    end
    w = String.length(hd(rows)); h = length(rows)
    for g <- 1..gens do
      for {_, p} <- cells, do: send(p, {:tick, g, self()})
      st = for {pos, _} <- cells, into: %{}, do: (receive do {:done, ^g, ^pos, a} -> {pos, a} end)
      if g in [1, gens], do: IO.puts(for y <- 0..(h - 1), do: [for(x <- 0..(w - 1), do: if(st[{x, y}], do: "#", else: ".")), "\n"])
    end
    for {_, p} <- cells, do: send(p, :stop)
  end
end
Life.run([".#........", "..#.......", "###.......", "..........", "......###.", "..........", "..........", ".........."], 12)

IO.puts("-- rings")
# token ring, leader election (Chang-Roberts), and ring with trap_exit
defmodule Ring do
  def create(n, m) do
    last = Enum.reduce(2..n, self(), fn _, next -> spawn_link(fn -> forward(next) end) end)
    send(last, {:token, m, 0})
    wait(last)
  end
  defp wait(first) do
    receive do
      {:token, 0, hops} -> hops
      {:token, m, hops} -> send(first, {:token, m - 1, hops + 1}); wait(first)
    end
  end
  defp forward(next) do
    receive do
      {:token, m, h} -> send(next, {:token, m, h + 1}); forward(next)
    end
  end
end
IO.inspect Ring.create(100, 100)
defmodule Elect do
  def run(ids) do
    me = self()
    pids = for id <- ids, do: spawn_link(fn -> receive do {:next, n} -> send(n, {:elect, id}); loop(id, n, me) end end)
    pids |> Enum.zip(tl(pids) ++ [hd(pids)]) |> Enum.each(fn {p, n} -> send(p, {:next, n}) end)
    for _ <- ids, do: (receive do {:leader, id, l} -> {id, l} end)
  end
  defp loop(id, next, boss) do
    receive do
      {:elect, ^id} -> send(next, {:elected, id}); loop(id, next, boss)
      {:elect, other} when other > id -> send(next, {:elect, other}); loop(id, next, boss)
      {:elect, _} -> loop(id, next, boss)
      {:elected, ^id} -> send(boss, {:leader, id, id})
      {:elected, l} -> send(next, {:elected, l}); send(boss, {:leader, id, l})
    end
  end
end
r = Elect.run([3, 17, 5, 9, 1, 12, 4])
IO.inspect Enum.sort(r)
# bully: highest alive wins after the leader dies
defmodule Bully do
  use GenServer
  def start(id), do: GenServer.start(__MODULE__, id, name: :"node#{id}")
  def init(id), do: {:ok, %{id: id, leader: nil, mon: nil}}
  def handle_call(:leader, _, s), do: {:reply, s.leader, s}
  def handle_cast({:elect, members}, s) do
    alive = for m <- members, p = Process.whereis(:"node#{m}"), do: {m, p}
    {l, p} = Enum.max(alive)
    mon = Process.monitor(p)
    {:noreply, Map.merge(s, %{leader: l, mon: mon, members: members})}
  end
  def handle_info({:DOWN, ref, _, _, _}, %{mon: ref} = s) do
    GenServer.cast(self(), {:elect, s.members})
    {:noreply, %{s | leader: nil}}
  end
end
for i <- 1..5, do: {:ok, _} = Bully.start(i)
for i <- 1..5, do: GenServer.cast(:"node#{i}", {:elect, Enum.to_list(1..5)})
IO.inspect (for i <- 1..5, do: GenServer.call(:"node#{i}", :leader))
until = fn until, f -> if f.(), do: :ok, else: (Process.sleep(1); until.(until, f)) end
Process.exit(Process.whereis(:node5), :kill)
until.(until, fn -> Enum.all?(1..4, &(GenServer.call(:"node#{&1}", :leader) == 4)) end)
IO.inspect (for i <- 1..4, do: GenServer.call(:"node#{i}", :leader))
