# schedulers: 1
# Who answers and who computes, on one scheduler: neither waits for all of the other. Counted in reductions, as time says nothing here.
defmodule Levels do
  def compute(0), do: :ok
  def compute(n), do: compute(n - 1)

  def hog(x \\ 1), do: hog(rem(x * 48_271, 2_147_483_647))

  def echo do
    receive do
      {from, n} ->
        send(from, {:echo, n})
        echo()
    end
  end

  def used(pid) do
    {:reductions, n} = Process.info(pid, :reductions)
    n
  end

  def ping(echo, n) do
    send(echo, {self(), n})

    receive do
      {:echo, ^n} -> :ok
    end
  end

  # Two that wake each other for ever.
  def pair do
    a = spawn(fn -> back_and_forth() end)
    b = spawn(fn -> back_and_forth() end)
    send(a, b)
    [a, b]
  end

  def back_and_forth do
    receive do
      pid ->
        send(pid, self())
        back_and_forth()
    end
  end
end

slice = 3000
computing = fn hogs -> hogs |> Enum.map(&Levels.used/1) |> Enum.sum() end

IO.puts("-- two hundred compute: an answer waits for few of them")
hogs = for _ <- 1..200, do: spawn(fn -> Levels.hog() end)
echo = spawn(fn -> Levels.echo() end)
Levels.ping(echo, 0)
Levels.compute(10 * slice)
before = computing.(hogs)
for n <- 1..100, do: Levels.ping(echo, n)
used = computing.(hogs) - before
IO.inspect(used <= 100 * 3 * slice || used)

IO.puts("-- and a timer that is due for those until it is looked at, not for all")
before = computing.(hogs)

for n <- 1..20 do
  Process.send_after(self(), n, 0)

  receive do
    ^n -> :ok
  end
end

used = computing.(hogs) - before
IO.inspect(used <= 20 * 100 * slice || used)

IO.puts("-- all compute meanwhile")
start = Enum.map(hogs, &Levels.used/1)
Levels.compute(3 * slice)
Process.sleep(1)
wait = fn wait -> if Enum.zip(hogs, start) |> Enum.all?(fn {h, s} -> Levels.used(h) > s end), do: :all, else: (Levels.compute(slice); wait.(wait)) end
IO.inspect(wait.(wait))
for h <- hogs, do: Process.exit(h, :kill)

IO.puts("-- a hundred pairs talk without end: who computes has about half")
talking = Enum.flat_map(1..100, fn _ -> Levels.pair() end)
Levels.compute(10 * slice)
before = computing.(talking)
Levels.compute(500 * slice)
used = computing.(talking) - before
IO.inspect({used >= 100 * slice || used, used <= 1000 * slice || used})
for t <- talking, do: Process.exit(t, :kill)
