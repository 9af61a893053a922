# seed: 11
# Timers as a program sees them, on virtual time: order, what is left, cancelling in every way, names and processes that end, and receives
# whose timeouts follow each other closely. (OTP 25 prints the same; there it takes a few seconds.)
defmodule Timers do
  def flush(acc \\ []) do
    receive do
      m -> flush([m | acc])
    after
      0 -> Enum.reverse(acc)
    end
  end

  # Everything that comes until nothing came for so long.
  def all(ms, acc \\ []) do
    receive do
      m -> all(ms, [m | acc])
    after
      ms -> Enum.reverse(acc)
    end
  end

  def near(left, ms) when is_integer(left), do: left <= ms and left > ms - 40
  def near(other, _), do: other
end

IO.puts("-- order")
for ms <- [300, 100, 200, 0, 700], do: Process.send_after(self(), ms, ms)
IO.inspect(Timers.all(500))
for n <- 1..5, do: Process.send_after(self(), n, 50)
IO.inspect(Timers.all(200))
at = :erlang.monotonic_time(:millisecond) + 100
:erlang.send_after(at, self(), :absolute, abs: true)
:erlang.send_after(at - 150, self(), :long_ago, abs: true)
IO.inspect(Timers.all(200))

IO.puts("-- what is left")
t = Process.send_after(self(), :never, 10_000)
IO.inspect(Timers.near(Process.read_timer(t), 10_000))
Process.sleep(100)
IO.inspect(Timers.near(Process.read_timer(t), 9_900))
IO.inspect(Timers.near(Process.cancel_timer(t), 9_900))
IO.inspect({Process.read_timer(t), Process.cancel_timer(t), Process.cancel_timer(make_ref())})

IO.puts("-- asked for by message, or not at all")
t = Process.send_after(self(), :never, 10_000)
IO.inspect(:erlang.read_timer(t, async: true))
IO.inspect(with [{:read_timer, ^t, left}] <- Timers.all(50), do: Timers.near(left, 10_000))
IO.inspect(Process.cancel_timer(t, async: true))
IO.inspect(with [{:cancel_timer, ^t, left}] <- Timers.all(50), do: Timers.near(left, 10_000))
IO.inspect(Process.cancel_timer(t, async: true))
IO.inspect(with [{:cancel_timer, ^t, left}] <- Timers.all(50), do: left)
t = Process.send_after(self(), :never, 10_000)
IO.inspect({Process.cancel_timer(t, info: false), Process.cancel_timer(t, info: false)})
t = Process.send_after(self(), :never, 10_000)
IO.inspect({Process.cancel_timer(t, async: true, info: false), Timers.all(50)})

IO.puts("-- with its reference")
t = :erlang.start_timer(20, self(), {:payload, [1, 2]})
IO.inspect(with {:timeout, ^t, payload} <- hd(Timers.all(100)), do: payload)
IO.inspect(Process.cancel_timer(t))

IO.puts("-- others'")
me = self()
t = Process.send_after(self(), :from_here, 5_000)
other = spawn(fn -> send(me, {Timers.near(Process.read_timer(t), 5000), Timers.near(Process.cancel_timer(t), 5000)}) end)
IO.inspect(Timers.all(200))
IO.inspect(Process.alive?(other))
t = Process.send_after(other, :nobody, 10_000)
IO.inspect({Process.read_timer(t), Process.cancel_timer(t)})
Process.send_after(:timers_name, :too_early, 50)
Process.send_after(:timers_name, :in_time, 150)
Process.sleep(100)
Process.register(self(), :timers_name)
IO.inspect(Timers.all(200))

IO.puts("-- one timeout after the other")
for round <- 1..50 do
  spawn(fn ->
    for n <- 1..20 do
      # As often the message as the timeout; the next receive waits for something else.
      Process.send_after(self(), {:tick, n}, rem(n * round, 7))

      got =
        receive do
          {:tick, ^n} -> :tick
        after
          3 -> :timeout
        end

      asked = System.monotonic_time(:millisecond)

      receive do
        {:other, _} -> :never
      after
        2 -> :ok
      end

      if System.monotonic_time(:millisecond) - asked < 2, do: raise("too early")
      if got == :timeout, do: receive(do: ({:tick, ^n} -> :ok), after: (5000 -> raise("lost")))
    end

    [] = Timers.flush()
    send(me, {:done, round})
  end)
end

IO.inspect(length(for round <- 1..50, do: receive(do: ({:done, ^round} -> round), after: (20_000 -> raise("lost")))))

IO.puts("-- cancelled, or taken out of the mailbox")
sums =
  for n <- 1..200 do
    t = Process.send_after(self(), {:one, n}, rem(n, 4))
    if rem(n, 3) == 0, do: Process.sleep(2)

    case Process.cancel_timer(t) do
      false -> receive(do: ({:one, ^n} -> 1), after: (0 -> raise("neither")))
      _ -> 1
    end
  end

IO.inspect({Enum.sum(sums), Timers.all(50)})

IO.puts("-- what is wrong")
bad = fn f ->
  try do
    f.()
  rescue
    e in ArgumentError -> e.__struct__
  end
end

IO.inspect(bad.(fn -> Process.send_after(self(), :x, -1) end))
IO.inspect(bad.(fn -> Process.send_after("name", :x, 1) end))
IO.inspect(bad.(fn -> :erlang.cancel_timer(:no_ref) end))
IO.inspect(bad.(fn -> :erlang.cancel_timer(make_ref(), [:async]) end))
IO.inspect(bad.(fn -> :erlang.read_timer(make_ref(), info: false) end))
