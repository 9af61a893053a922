# SPDX-License-Identifier: Apache-2.0
#
# Planted: deadlines are kept by a process. A request that is answered cancels its deadline, but one that has just passed is
# already on its way: it lies in the mailbox and ends the next request, which has hardly begun.
defmodule Deadlines do
  def start, do: spawn(fn -> loop(%{}) end)

  defp loop(timers) do
    receive do
      {:set, from, id, ms} ->
        loop(Map.put(timers, id, Process.send_after(self(), {:passed, from, id}, ms)))

      {:cancel, id} ->
        {timer, timers} = Map.pop(timers, id)
        if timer, do: Process.cancel_timer(timer)
        loop(timers)

      {:passed, from, id} ->
        if Map.has_key?(timers, id), do: send(from, :too_late)
        loop(Map.delete(timers, id))
    end
  end
end

deadlines = Deadlines.start()

for n <- 1..12 do
  me = self()
  took = 3 + rem(n, 3)

  spawn(fn ->
    Process.sleep(took)
    send(me, {:answer, n})
  end)

  send(deadlines, {:set, self(), n, 5})

  # What takes longer than its deadline is late, by the clock; at the same moment either is right.
  started = System.monotonic_time(:millisecond)

  receive do
    {:answer, ^n} ->
      send(deadlines, {:cancel, n})

    :too_late ->
      waited = System.monotonic_time(:millisecond) - started
      if waited < 5, do: raise("request #{n} is given up after #{waited} of 5 ms")
      receive do: ({:answer, ^n} -> :late)
  end
end

IO.puts("no request was given up too early")
