# N crashes of every class (first argument) beside a process that keeps a checksum.
defmodule Keeper do
  def loop(sum, count) do
    receive do
      {:add, n} -> loop(rem(sum * 31 + n, 1_000_000_007), count + 1)
      {:read, from} -> send(from, {:sum, sum, count})
    end
  end
end

defmodule Crash do
  # Each class, and the reason that a monitor must see.
  def classes do
    [
      error: fn -> raise ArgumentError, "on purpose" end,
      badarith: fn -> div(1, zero()) end,
      badmatch: fn -> {:ok, _} = zero() end,
      function_clause: fn -> only_atoms(zero()) end,
      badarg: fn -> :erlang.atom_to_binary(zero()) end,
      undef: fn -> apply(Nowhere, :at_all, [zero()]) end,
      throw: fn -> throw(:on_purpose) end,
      exit: fn -> exit(:on_purpose) end,
      shutdown: fn -> exit({:shutdown, :done}) end,
      killed: fn -> Process.exit(self(), :kill) end,
      signal:
        fn ->
          parent = self()

          spawn(fn -> Process.exit(parent, :signal) end)

          receive do
            :never -> :ok
          end
        end
    ]
  end

  def zero, do: String.length("")
  def only_atoms(a) when is_atom(a), do: a

  def reason_fits?(:error, {%ArgumentError{message: "on purpose"}, [_ | _]}), do: true
  def reason_fits?(:badarith, {:badarith, [_ | _]}), do: true
  def reason_fits?(:badmatch, {{:badmatch, 0}, [_ | _]}), do: true
  def reason_fits?(:function_clause, {:function_clause, [{Crash, :only_atoms, [0], _} | _]}), do: true
  def reason_fits?(:badarg, {:badarg, [{:erlang, :atom_to_binary, _, _} | _]}), do: true
  def reason_fits?(:undef, {:undef, [{Nowhere, :at_all, [0], _} | _]}), do: true
  def reason_fits?(:throw, {{:nocatch, :on_purpose}, [_ | _]}), do: true
  def reason_fits?(:exit, :on_purpose), do: true
  def reason_fits?(:shutdown, {:shutdown, :done}), do: true
  def reason_fits?(:killed, :killed), do: true
  def reason_fits?(:signal, :signal), do: true
  def reason_fits?(_, _), do: false

  def run(_, _, _, 0, wrong), do: wrong

  def run(keeper, class, fun, n, wrong) do
    {pid, ref} = spawn_monitor(fun)
    send(keeper, {:add, n})

    receive do
      {:DOWN, ^ref, :process, ^pid, reason} ->
        run(keeper, class, fun, n - 1, if(reason_fits?(class, reason), do: wrong, else: wrong + 1))
    end
  end
end

times =
  case System.argv() do
    [n | _] -> String.to_integer(n)
    [] -> 20
  end

keeper = spawn(Keeper, :loop, [0, 0])

# A tenth of each class first: what is held afterwards may be held at the end, and no more.
early = div(times, 10)
wrong_early = for {class, fun} <- Crash.classes(), do: Crash.run(keeper, class, fun, early, 0)
:erlang.garbage_collect()
before = :erlang.memory(:total)

for {{class, fun}, wrong} <- Enum.zip(Crash.classes(), wrong_early) do
  wrong = Crash.run(keeper, class, fun, times - early, wrong)
  IO.puts("#{class}: #{wrong} wrong")
end

:erlang.garbage_collect()
grown = :erlang.memory(:total) - before
IO.puts("memory flat: #{if grown < 200_000, do: true, else: "grown by #{grown} bytes"}")

want =
  Enum.reduce(Crash.classes(), 0, fn _, sum ->
    Enum.reduce(early..1//-1, sum, fn n, sum -> rem(sum * 31 + n, 1_000_000_007) end)
  end)

want =
  Enum.reduce(Crash.classes(), want, fn _, sum ->
    Enum.reduce((times - early)..1//-1, sum, fn n, sum -> rem(sum * 31 + n, 1_000_000_007) end)
  end)

send(keeper, {:read, self()})

receive do
  {:sum, sum, count} -> IO.puts("checksum #{sum == want}, count #{count == times * length(Crash.classes())}")
end
