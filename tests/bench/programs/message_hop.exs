# A message around a ring of 100 processes: microseconds a hop.
n = case System.argv() do
  [a | _] -> String.to_integer(a)
  [] -> 1_000_000
end

defmodule Ring do
  def pass(next) do
    receive do
      {:hop, 0, from} -> send(from, :done)
      {:hop, k, from} -> send(next, {:hop, k - 1, from}); pass(next)
    end
  end

  def first do
    receive do
      {:next, pid} -> pass(pid)
    end
  end
end

first = spawn(&Ring.first/0)
last = Enum.reduce(1..99, first, fn _, next -> spawn(Ring, :pass, [next]) end)
send(first, {:next, last})
t0 = System.monotonic_time(:microsecond)
send(first, {:hop, n, self()})

receive do
  :done -> :ok
end

t1 = System.monotonic_time(:microsecond)
IO.puts("message_hop #{n}")
IO.puts(:stderr, "elapsed_us=#{t1 - t0}")
IO.puts(:stderr, "metric_us_each=#{(t1 - t0) / n}")
