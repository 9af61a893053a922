# How late a sleep of 1 ms ends beside one hog a scheduler. Arguments: HOG N. What a hog itself waits for (its collections) does not count.
# Percentiles in microseconds on standard error.
defmodule Hog do
  # Each makes what it needs, says that it is ready, and goes on for ever.
  def start("none", main), do: ready(main, fn -> Process.sleep(:infinity) end)
  def start("loop", main), do: ready(main, fn -> loop(1) end)

  # A large live heap that is changed all the time.
  def start("heap", main) do
    live = Map.new(1..200_000, fn i -> {i, Enum.to_list(i..(i + 10))} end)
    ready(main, fn -> grow(live, 1) end)
  end

  def start("mul8k", main), do: ready(main, fn -> multiply(Bitwise.bsl(1, 8_000) - 3, 1) end)
  def start("mul200k", main), do: ready(main, fn -> multiply(Bitwise.bsl(1, 200_000) - 3, 1) end)

  def start("sort", main) do
    list = numbers(10_000_000, 7, [])
    ready(main, fn -> forever(fn -> hd(Enum.sort(list)) end) end)
  end

  def start("compare", main) do
    a = Enum.map(1..3_000_000, fn i -> {i, [i]} end)
    b = Enum.map(1..3_000_000, fn i -> {i, [i]} end)
    ready(main, fn -> forever(fn -> true = a == b end) end)
  end

  def start("inspect", main) do
    term = Enum.map(1..300_000, fn i -> {i, "text #{i}", %{number: i}} end)
    ready(main, fn -> forever(fn -> byte_size(inspect(term, limit: :infinity)) end) end)
  end

  # Processes with large heaps end, one after another.
  def start("free", main) do
    ready(main, fn ->
      forever(fn ->
        {_, ref} = spawn_monitor(fn -> length(Enum.to_list(1..3_000_000)) end)
        receive do: ({:DOWN, ^ref, _, _, _} -> :ok)
      end)
    end)
  end

  def start("hash", main) do
    term = Enum.map(1..3_000_000, fn i -> {i, [i]} end)
    ready(main, fn -> forever(fn -> :erlang.phash2(term) end) end)
  end

  def start("format", main) do
    term = Enum.map(1..1_000_000, fn i -> {i, [i]} end)
    ready(main, fn -> forever(fn -> byte_size(:erlang.term_to_binary(term)) end) end)
  end

  # Large messages are sent and received.
  def start("copy", main) do
    term = Enum.map(1..1_000_000, fn i -> {i, [i]} end)

    ready(main, fn ->
      me = self()
      sink = spawn_link(fn -> forever(fn -> receive do: (t -> send(me, hd(t))) end) end)

      forever(fn ->
        send(sink, term)
        receive do: (_ -> :ok)
      end)
    end)
  end

  def ready(main, fun) do
    send(main, :ready)
    fun.()
  end

  def loop(i), do: loop(rem(i * 48_271, 2_147_483_647))

  def grow(live, i) do
    k = rem(i * 48_271, 200_000) + 1
    grow(Map.put(live, k, Enum.to_list(i..(i + 10))), i + 1)
  end

  def multiply(b, k) do
    x = b * (b - k)
    multiply(b, rem(x, 97) + 1)
  end

  def numbers(0, _, list), do: list
  def numbers(n, x, list), do: numbers(n - 1, rem(x * 48_271, 2_147_483_647), [x | list])

  def forever(fun) do
    fun.()
    forever(fun)
  end
end

defmodule Main do
  def main([hog, n]) do
    n = String.to_integer(n)
    main = self()
    hogs = for _ <- 1..System.schedulers_online(), do: spawn(fn -> Hog.start(hog, main) end)

    for _ <- hogs do
      receive do
        :ready -> :ok
      end
    end

    # What was measured is handed over at the end: the sampler has a small heap of its own.
    Process.sleep(100)
    t0 = System.monotonic_time(:microsecond)
    spawn(fn -> send(main, {:late, sample(n, [])}) end)

    late =
      receive do
        {:late, late} -> late
      end

    t1 = System.monotonic_time(:microsecond)
    for pid <- hogs, do: Process.exit(pid, :kill)
    sorted = late |> Enum.sort() |> List.to_tuple()
    for {name, part} <- [p50: 500, p99: 990, p999: 999], do: IO.puts(:stderr, "metric_#{name}_us=#{elem(sorted, min(div(n * part, 1000), n - 1))}")
    IO.puts(:stderr, "metric_max_us=#{elem(sorted, n - 1)}")
    IO.puts(:stderr, "elapsed_us=#{t1 - t0}")
    IO.puts("sleep #{hog} #{n}")
  end

  def sample(0, late), do: late

  def sample(n, late) do
    t0 = System.monotonic_time(:microsecond)
    Process.sleep(1)
    t1 = System.monotonic_time(:microsecond)
    sample(n - 1, [max(t1 - t0 - 1000, 0) | late])
  end
end

Main.main(System.argv())
System.halt(0)
