# seed: 5
# SPDX-License-Identifier: Apache-2.0
# Memory is counted in one chain: what processes hold, and by kind all that is no process's, add up to the total.
near = fn a, b, by -> if abs(a - b) <= by, do: :near, else: {a, b} end
held = fn -> for(p <- Process.list(), {:memory, n} <- [Process.info(p, :memory)], do: n) |> Enum.sum() end

waiters =
  for i <- 1..50 do
    pid =
      Process.spawn(
        fn ->
          for k <- 1..i, do: Process.put({:key, k}, k)
          list = Enum.to_list(1..(i * 100))
          receive do: (:never -> list)
        end,
        if(rem(i, 2) == 0, do: [mailbox: [max: 100]], else: [])
      )

    for n <- 1..i, do: send(pid, {n, "some text that is longer than sixty-four bytes, so that it is a binary shared by those who hold it"})
    Process.monitor(pid)
    pid
  end

Process.sleep(5)
IO.puts("-- the sum of processes is what memory says")
IO.inspect(near.(held.(), :erlang.memory(:processes), 100_000))
m = :erlang.memory()
IO.inspect(Keyword.keys(m))
IO.inspect(near.(m[:total], m[:processes] + m[:system], 50_000))
IO.inspect(m[:system] >= m[:atom] + m[:binary] + m[:code])

IO.puts("-- what each item counts")
one = Enum.at(waiters, 9)
info = Process.info(one, [:memory, :total_heap_size, :heap_size, :stack_size, :message_queue_len, :messages, :garbage_collection])
IO.inspect(info[:message_queue_len] == 10 and length(info[:messages]) == 10)
IO.inspect(info[:memory] >= info[:total_heap_size] * 8)
IO.inspect(info[:total_heap_size] >= info[:heap_size])
IO.inspect(is_list(info[:garbage_collection]) and is_integer(info[:garbage_collection][:minor_gcs]))
# A thousand more messages are memory of the receiver.
before = elem(Process.info(one, :memory), 1)
for n <- 1..90, do: send(one, {n, n, n, n})
IO.inspect(elem(Process.info(one, :memory), 1) - before >= 90 * (5 + 5) * 8)

IO.puts("-- binaries, by kind and by holder")
# What this process left behind goes first: it might go between the two measurements.
:erlang.garbage_collect()
binary = :erlang.memory(:binary)
holder = spawn(fn -> b = String.duplicate("x", 1_000_000); receive(do: (:never -> b)) end)
Process.sleep(5)
IO.inspect(:erlang.memory(:binary) - binary >= 1_000_000)
Process.exit(holder, :kill)
Process.sleep(5)
IO.inspect(near.(:erlang.memory(:binary), binary, 1000))

IO.puts("-- it all comes back")
for p <- waiters, do: Process.exit(p, :kill)
for _ <- waiters, do: receive(do: ({:DOWN, _, _, _, _} -> :ok))
:erlang.garbage_collect()
IO.inspect(near.(held.(), :erlang.memory(:processes), 100_000))
IO.inspect(:erlang.memory(:processes) < 1_000_000)
