# SPDX-License-Identifier: Apache-2.0
#
# Planted: workers are spawned first and monitored afterwards, and only their own reason of ending is waited for. One that is
# over before it is monitored says :noproc, which nobody takes: its end is missed, and the run is a deadlock.
workers =
  for i <- 1..4 do
    spawn(fn ->
      Enum.each(1..(50 * i), & &1)
      exit({:done, i})
    end)
  end

IO.puts("#{length(workers)} workers: #{inspect(Enum.map(1..5, &(&1 * &1)))}")
for pid <- workers, do: Process.monitor(pid)

for _ <- workers do
  receive do
    {:DOWN, _, :process, _, {:done, i}} -> IO.puts("#{i} is done")
  end
end
