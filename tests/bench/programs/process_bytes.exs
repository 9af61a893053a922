# Resident bytes of a process that waits after ten messages: by the growth of resident memory over N of them.
n = case System.argv() do
  [a | _] -> String.to_integer(a)
  [] -> 100_000
end

defmodule Waiting do
  def take(0) do
    receive do
      :never -> :ok
    end
  end

  def take(k) do
    receive do
      {:item, _} -> take(k - 1)
    end
  end
end

resident = fn ->
  [kb] = Regex.run(~r/VmRSS:\s+(\d+)/, File.read!("/proc/self/status"), capture: :all_but_first)
  String.to_integer(kb) * 1024
end

resident =
  try do
    resident.()
    resident
  rescue
    # Without regular expressions.
    _ ->
      fn ->
        File.read!("/proc/self/status")
        |> String.split("\n")
        |> Enum.find_value(fn line ->
          case String.split(line) do
            ["VmRSS:", kb | _] -> String.to_integer(kb) * 1024
            _ -> nil
          end
        end)
      end
  end

before = resident.()
t0 = System.monotonic_time(:microsecond)
pids = for _ <- 1..n, do: spawn(Waiting, :take, [10])
for i <- 1..10, pid <- pids, do: send(pid, {:item, i})
Process.sleep(500)
t1 = System.monotonic_time(:microsecond)
bytes = div(resident.() - before, n)
IO.puts("process_bytes #{length(pids)}")
IO.puts(:stderr, "elapsed_us=#{t1 - t0}")
IO.puts(:stderr, "metric_bytes_each=#{bytes}")
