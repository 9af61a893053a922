# Spawning a process that ends at once, and seeing its end: microseconds each.
n = case System.argv() do
  [a | _] -> String.to_integer(a)
  [] -> 100_000
end

defmodule SpawnExit do
  def run(0), do: :ok

  def run(n) do
    {_, ref} = spawn_monitor(fn -> :ok end)

    receive do
      {:DOWN, ^ref, _, _, :normal} -> run(n - 1)
    end
  end
end

SpawnExit.run(1000)
t0 = System.monotonic_time(:microsecond)
SpawnExit.run(n)
t1 = System.monotonic_time(:microsecond)
IO.puts("spawn_exit #{n}")
IO.puts(:stderr, "elapsed_us=#{t1 - t0}")
IO.puts(:stderr, "metric_us_each=#{(t1 - t0) / n}")
