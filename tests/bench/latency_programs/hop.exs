# What a message takes from one process to another: half of a round trip. Arguments: LOAD N. LOAD: idle; compute: one computing process a
# scheduler; storm: processes that flood each other. Percentiles in microseconds on standard error.
defmodule Load do
  def start("idle"), do: []
  def start("compute"), do: for(_ <- 1..System.schedulers_online(), do: spawn(fn -> compute(1) end))

  # Four pairs a scheduler: each sends a hundred messages and waits until they are read.
  def start("storm") do
    for _ <- 1..(4 * System.schedulers_online()), do: spawn(fn -> flood(spawn_link(fn -> sink() end)) end)
  end

  def compute(i), do: compute(rem(i * 48_271, 2_147_483_647))

  def flood(sink) do
    for i <- 1..100, do: send(sink, {:drop, i, "some text"})
    send(sink, {:done, self()})

    receive do
      :read -> flood(sink)
    end
  end

  def sink do
    receive do
      {:drop, _, _} ->
        sink()

      {:done, from} ->
        send(from, :read)
        sink()
    end
  end
end

defmodule Main do
  def main([load, n]) do
    n = String.to_integer(n)
    main = self()
    echo = spawn(fn -> echo() end)
    trips(100, echo, [])
    loads = Load.start(load)
    Process.sleep(50)
    t0 = System.monotonic_time(:microsecond)
    spawn(fn -> send(main, {:trips, trips(n, echo, [])}) end)

    trips =
      receive do
        {:trips, trips} -> trips
      end

    t1 = System.monotonic_time(:microsecond)
    for pid <- loads, do: Process.exit(pid, :kill)
    sorted = trips |> Enum.sort() |> List.to_tuple()
    for {name, part} <- [p50: 500, p99: 990, p999: 999], do: IO.puts(:stderr, "metric_#{name}_us=#{elem(sorted, min(div(n * part, 1000), n - 1)) / 2000}")
    IO.puts(:stderr, "metric_max_us=#{elem(sorted, n - 1) / 2000}")
    IO.puts(:stderr, "elapsed_us=#{t1 - t0}")
    IO.puts("hop #{load} #{n}")
  end

  def echo do
    receive do
      {from, n} ->
        send(from, n)
        echo()
    end
  end

  def trips(0, _, trips), do: trips

  def trips(n, echo, trips) do
    t0 = System.monotonic_time(:nanosecond)
    send(echo, {self(), n})

    receive do
      ^n -> :ok
    end

    t1 = System.monotonic_time(:nanosecond)
    trips(n - 1, echo, [t1 - t0 | trips])
  end
end

Main.main(System.argv())
System.halt(0)
