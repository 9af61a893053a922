# An endless loop beside a ticker that wants to wake every 5 ms: how late it is (99.9%), in microseconds.
ticks = case System.argv() do
  [a | _] -> String.to_integer(a)
  [] -> 1000
end

defmodule Ticker do
  def busy(n), do: busy(n + 1)

  def tick(0, _, late), do: late

  def tick(n, due, late) do
    wait = div(due - System.monotonic_time(:microsecond) + 999, 1000)
    if wait > 0, do: Process.sleep(wait)
    now = System.monotonic_time(:microsecond)
    tick(n - 1, due + 5_000, [max(now - due, 0) | late])
  end
end

# As many busy loops as Elixir has schedulers, so that both have none to spare.
for _ <- 1..System.schedulers_online(), do: spawn(Ticker, :busy, [0])
t0 = System.monotonic_time(:microsecond)
late = Enum.sort(Ticker.tick(ticks, t0 + 5_000, []))
t1 = System.monotonic_time(:microsecond)
IO.puts("ticker #{ticks}")
IO.puts(:stderr, "elapsed_us=#{t1 - t0}")
IO.puts(:stderr, "metric_late_p50_us=#{Enum.at(late, div(ticks, 2))}")
IO.puts(:stderr, "metric_late_p999_us=#{Enum.at(late, div(ticks * 999, 1000))}")
