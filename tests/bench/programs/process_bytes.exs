# Resident bytes of a process that waits after ten messages: growth of resident memory over N of them, less what the
# measuring process itself came to hold.
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

defmodule Measure do
  def resident do
    File.read!("/proc/self/status")
    |> String.split("\n")
    |> Enum.find_value(fn line ->
      case String.split(line) do
        ["VmRSS:", kb | _] -> String.to_integer(kb) * 1024
        _ -> nil
      end
    end)
  end

  def own, do: self() |> Process.info(:memory) |> elem(1)

  def run(n) do
    before = resident()
    own = own()
    pids = for _ <- 1..n, do: spawn(Waiting, :take, [10])

    # A round at a time, so that no mailbox grows.
    for i <- 1..10 do
      for pid <- pids, do: send(pid, {:item, i})
      Process.sleep(200)
    end

    :erlang.garbage_collect()
    Process.sleep(200)
    bytes = div(resident() - before - (own() - own), n)
    {length(pids), bytes}
  end
end

n =
  case System.argv() do
    [a | _] -> String.to_integer(a)
    [] -> 100_000
  end

t0 = System.monotonic_time(:microsecond)
{count, bytes} = Measure.run(n)
t1 = System.monotonic_time(:microsecond)
IO.puts("process_bytes #{count}")
IO.puts(:stderr, "elapsed_us=#{t1 - t0}")
IO.puts(:stderr, "metric_bytes_each=#{bytes}")
