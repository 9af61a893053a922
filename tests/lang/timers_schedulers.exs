# schedulers: 4
# Timers while several schedulers run: each timer's message comes once or its cancelling was told, whoever cancels and wherever its process has gone;
# who cancels in vain has the message already; a scheduler that takes no more work still fires what it has.
defmodule Timers do
  # Keeps its scheduler busy, so that processes move.
  def spin(0), do: :ok
  def spin(n), do: spin(n - 1)

  # Starts timers to itself and has another cancel them. Answers {messages, cancellings}.
  def own(other, rounds), do: own(other, rounds, {0, 0})
  def own(_, 0, sums), do: sums

  def own(other, n, {messages, cancelled}) do
    t = Process.send_after(self(), {:one, n}, rem(n, 3))
    spin(rem(n * 7919, 3000))
    send(other, {:cancel, self(), t})

    receive do
      {^t, false} ->
        receive do
          {:one, ^n} -> own(other, n - 1, {messages + 1, cancelled})
        after
          0 -> raise "neither fired nor cancelled"
        end

      {^t, left} when is_integer(left) ->
        receive do
          {:one, ^n} -> raise "fired and cancelled"
        after
          rem(n, 2) -> own(other, n - 1, {messages, cancelled + 1})
        end
    end
  end

  def canceller do
    receive do
      {:cancel, from, t} ->
        answer = if rem(:erlang.phash2(t), 2) == 0, do: Process.cancel_timer(t), else: async(t)
        send(from, {t, answer})
        canceller()
    end
  end

  defp async(t) do
    Process.cancel_timer(t, async: true)
    receive do: ({:cancel_timer, ^t, answer} -> answer)
  end

  # Receives that time out, follow each other at once, and must not hear of one another.
  def waits(0), do: :ok

  def waits(n) do
    before = System.monotonic_time()
    ms = rem(n, 3)
    if rem(n, 5) == 0, do: send(self(), :here)

    receive do
      :here -> :ok
    after
      ms ->
        if System.monotonic_time() - before < System.convert_time_unit(ms, :millisecond, :native), do: raise("too early")
    end

    waits(n - 1)
  end
end

me = self()

cancellers = for _ <- 1..4, do: spawn_link(&Timers.canceller/0)

for i <- 1..16 do
  spawn_link(fn ->
    {messages, cancelled} = Timers.own(Enum.at(cancellers, rem(i, 4)), 60)
    send(me, {:own, messages + cancelled})
  end)

  spawn_link(fn -> send(me, {:waits, Timers.waits(60)}) end)
end

IO.inspect(Enum.all?(for _ <- 1..16, do: receive(do: ({:own, n} -> n == 60))))
IO.inspect(Enum.uniq(for _ <- 1..16, do: receive(do: ({:waits, r} -> r))))

# Timers of many processes, all over the schedulers, and then one scheduler takes work.
for i <- 1..200 do
  spawn_link(fn ->
    Timers.spin(20_000)
    t = Process.send_after(me, {:late, i}, 60_000)
    Process.send_after(self(), :go, 50 + rem(i, 50))
    send(me, {:started, t})
    receive do: (:go -> :ok)
    Process.sleep(10)
    send(me, {:woken, i})
  end)
end

timers = for _ <- 1..200, do: receive(do: ({:started, t} -> t))
:erlang.system_flag(:schedulers_online, 1)
IO.inspect(length(for i <- 1..200, do: receive(do: ({:woken, ^i} -> i))))
IO.inspect(Enum.count(timers, &is_integer(Process.read_timer(&1))))
IO.inspect(Enum.count(timers, &is_integer(Process.cancel_timer(&1))))
IO.inspect(Enum.count(timers, &is_integer(Process.cancel_timer(&1))))
:erlang.system_flag(:schedulers_online, 4)

# A receiver that ended: nobody is told, and there is no such timer.
dead = spawn(fn -> :ok end)
ref = Process.monitor(dead)
receive do: ({:DOWN, ^ref, _, _, _} -> :ok)
IO.inspect(for _ <- 1..4, do: Process.cancel_timer(Process.send_after(dead, :x, 60_000)))
IO.inspect(receive(do: (m -> m), after: (0 -> :empty)))
