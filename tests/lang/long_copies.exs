# schedulers: 1
# Terms that take longer to copy than a scheduler may: sent, spawned with, exited with, given to timers. Another process, on the same scheduler,
# gets on meanwhile; what arrives is whole, in order, and never behind the news of its sender's end.

import Bitwise

defmodule Long do
  def term(n \\ 40_000), do: for(i <- 1..n, do: {i, Integer.to_string(i)})
  def check(term), do: {length(term), Enum.reduce(term, 0, fn {i, s}, sum -> sum + i + byte_size(s) end), List.last(term)}

  # Two that wake each other: one of them always stands in the line.
  def counter(counters) do
    receive do
      other ->
        :counters.add(counters, 1, 1)
        send(other, self())
        counter(counters)
    end
  end

  # Does somebody else run in the meantime? (With several schedulers that says nothing.)
  def meanwhile(counters, fun) do
    before = :counters.get(counters, 1)
    result = fun.()
    {result, :counters.get(counters, 1) > before or System.schedulers_online() > 1}
  end

  def take do
    receive do
      {:long, term} -> check(term)
    end
  end

  def with_arguments(to, a, b, c), do: send(to, {:sums, Enum.map([a, b, c], &check/1)})
end

me = self()
long = Long.term()
expected = Long.check(long)
counters = :counters.new(1, [])
counting = spawn(Long, :counter, [counters])
send(counting, spawn(fn -> Process.link(counting); Long.counter(counters) end))
meanwhile = &Long.meanwhile(counters, &1)
same = fn result -> result == expected end

IO.puts("messages")
echo = spawn(fn -> (fn f -> f.(f) end).(fn f -> receive do {from, m} -> send(from, m) ; f.(f) end end) end)
{_, ran} = meanwhile.(fn -> send(echo, {me, {:long, long}}) end)
IO.inspect({same.(Long.take()), ran})
Process.register(echo, :echo)
{_, ran} = meanwhile.(fn -> send(:echo, {me, {:long, long}}) end)
IO.inspect({same.(Long.take()), ran})
{_, ran} = meanwhile.(fn -> send({:echo, node()}, {me, {:long, long}}) end)
IO.inspect({same.(Long.take()), ran})
{_, ran} = meanwhile.(fn -> apply(:erlang, :send, [echo, {me, {:long, long}}, [:nosuspend]]) end)
IO.inspect({same.(Long.take()), ran})
alias_ = :erlang.alias()
{answer, ran} = meanwhile.(fn -> send(alias_, {:long, long}) end)
IO.inspect({same.(Long.take()), ran, elem(answer, 1) == long})
:erlang.unalias(alias_)
send(alias_, {:long, long})
{_, ran} = meanwhile.(fn -> send(me, {:long, long}) end)
IO.inspect({same.(Long.take()), ran})
dead = spawn(fn -> :ok end)
ref = Process.monitor(dead)
receive do: ({:DOWN, ^ref, _, _, _} -> :ok)
IO.inspect({send(dead, {:long, long}) == {:long, long}, apply(Kernel, :send, [dead, :short])})
IO.inspect(try do: send(:nobody_has_this_name, long), rescue: (e in ArgumentError -> e.__struct__))
# What comes next is not mistaken for what was copied for somebody who was gone.
send(echo, {me, {:long, Enum.reverse(long)}})
IO.inspect(receive do: ({:long, [first | _]} -> first))

IO.puts("kinds of terms")
binary = String.duplicate("0123456789", 1000)
odd = {long, %{long => :key, key: {:tuple, 1.5, 1 <<< 200, binary, binary_part(binary, 3, 5000), <<5::3>>}}, fn x -> {x, hd(long)} end, me, alias_, "literal", [:improper | 5]}
send(echo, {me, odd})
receive do
  {l, m, f, pid, a, s, i} ->
    IO.inspect({Long.check(l) == expected, m == elem(odd, 1), f.(1), pid == me, a == alias_, s, i})
end

IO.puts("servers")
{:ok, agent} = Agent.start_link(fn -> long end)
{answer, ran} = meanwhile.(fn -> Agent.get(agent, & &1) end)
IO.inspect({same.(Long.check(answer)), ran})
task = Task.async(fn -> Enum.map(long, fn {i, s} -> {i, s} end) end)
IO.inspect(same.(Long.check(Task.await(task))))
IO.inspect(1..4 |> Task.async_stream(fn _ -> long end) |> Enum.map(fn {:ok, l} -> same.(Long.check(l)) end))

IO.puts("spawning")
{_, ran} = meanwhile.(fn -> spawn(fn -> send(me, {:checked, Long.check(long)}) end) end)
IO.inspect({receive(do: ({:checked, c} -> same.(c))), ran})
{_, ran} = meanwhile.(fn -> spawn(Long, :with_arguments, [me, long, Enum.take(long, 10), long]) end)
IO.inspect({receive(do: ({:sums, [a, b, c]} -> {same.(a), b, same.(c)})), ran})
{{pid, ref}, ran} = meanwhile.(fn -> spawn_monitor(fn -> exit({:done, length(long)}) end) end)
IO.inspect({receive(do: ({:DOWN, ^ref, :process, ^pid, reason} -> reason)), ran})
{{pid, ref}, _} = meanwhile.(fn -> :erlang.spawn_opt(fn -> exit({:done, length(long)}) end, [:monitor, max_heap_size: 0, priority: :low]) end)
IO.inspect(receive(do: ({:DOWN, ^ref, :process, ^pid, reason} -> reason)))
collected = spawn(fn ->
  kept = Enum.map(long, fn {i, _} -> i end)
  :erlang.garbage_collect()
  send(me, {:kept, Enum.sum(kept), Long.check(long)})
end)
IO.inspect(receive(do: ({:kept, sum, c} -> {sum, same.(c), is_pid(collected)})))

IO.puts("ends")
Process.flag(:trap_exit, true)
waiting = fn -> spawn_link(fn -> receive do: (:never -> :ok) end) end
pid = waiting.()
{_, ran} = meanwhile.(fn -> Process.exit(pid, {:because, long}) end)
IO.inspect({receive(do: ({:EXIT, ^pid, {:because, l}} -> same.(Long.check(l)))), ran})
trapping = spawn_link(fn ->
  Process.flag(:trap_exit, true)
  send(me, :ready)
  receive do: ({:EXIT, ^me, {:because, l}} -> send(me, {:trapped, Long.check(l)}))
end)
receive do: (:ready -> :ok)
Process.exit(trapping, {:because, long})
IO.inspect(receive(do: ({:trapped, c} -> same.(c))))
Process.exit(me, {:to_myself, long})
IO.inspect(receive(do: ({:EXIT, ^me, {:to_myself, l}} -> same.(Long.check(l)))))
{pid, ref} = spawn_monitor(fn -> exit({:with, Long.term()}) end)
IO.inspect(receive(do: ({:DOWN, ^ref, :process, ^pid, {:with, l}} -> same.(Long.check(l)))))
# Along a chain of links.
chain = Enum.reduce(1..3, nil, fn _, next ->
  spawn_link(fn ->
    if next, do: Process.link(next)
    send(me, :linked)
    receive do: (:never -> :ok)
  end)
end)
for _ <- 1..3, do: receive(do: (:linked -> :ok))
Process.exit(chain, {:chain, long})
IO.inspect(for _ <- 1..3, do: receive(do: ({:EXIT, p, {:chain, l}} when p != trapping -> same.(Long.check(l)))))

IO.puts("timers")
{first, ran} = meanwhile.(fn -> Process.send_after(me, {:long, long}, 1) end)
{second, ran_again} = meanwhile.(fn -> :erlang.start_timer(1, me, long) end)
Process.exit(counting, :kill)
IO.inspect({is_reference(first), same.(Long.take()), ran})
IO.inspect({receive(do: ({:timeout, ^second, l} -> same.(Long.check(l)))), ran_again})
ref = Process.send_after(me, {:long, long}, 100_000)
IO.inspect(Process.cancel_timer(ref) > 0)

IO.puts("order")
# A sender's messages come in order and before the news of its end; killed in the middle, all that comes is a beginning of them.
kinds = for round <- 1..30 do
  {pid, ref} = spawn_monitor(fn ->
    send(me, {round, 1, long})
    send(me, {round, 2, :short})
    send(me, {round, 3, long})
  end)
  for _ <- 1..rem(round, 7), do: :erlang.yield()
  if rem(round, 3) != 0, do: Process.exit(pid, :kill)
  collect = fn collect, acc ->
    receive do
      {^round, k, _} -> collect.(collect, [k | acc])
      {:DOWN, ^ref, _, _, reason} -> {Enum.reverse(acc), reason}
    end
  end
  {got, reason} = collect.(collect, [])
  late = receive do: ({^round, _, _} -> :late), after: (0 -> :none)
  cond do
    late == :late -> :late
    reason == :normal and got == [1, 2, 3] -> :whole
    reason == :killed and List.starts_with?([1, 2, 3], got) -> :beginning
    true -> {got, reason}
  end
end
IO.inspect(Enum.uniq(Enum.map(kinds, &(&1 in [:whole, :beginning]))))
IO.inspect(Enum.at(kinds, 2))
