# SPDX-License-Identifier: Apache-2.0
# Links, trap_exit, monitors and exit signals of every kind.

# crashes are told to the log; keep it quiet
Code.ensure_loaded?(:logger) and :logger.set_primary_config(:level, :none)
Process.flag(:trap_exit, true)

strip = fn
  {%{__struct__: s, message: m}, st} when is_list(st) -> {:exception, s, m}
  {reason, st} when is_list(st) -> {:error, reason}
  other -> other
end

next_exit = fn pid -> receive do {:EXIT, ^pid, r} -> strip.(r) after 5000 -> :nothing end end

# what a linked process tells when it ends
IO.inspect(next_exit.(spawn_link(fn -> :ok end)))
IO.inspect(next_exit.(spawn_link(fn -> exit(:normal) end)))
IO.inspect(next_exit.(spawn_link(fn -> exit(:shutdown) end)))
IO.inspect(next_exit.(spawn_link(fn -> exit({:custom, 1}) end)))
IO.inspect(next_exit.(spawn_link(fn -> raise "boom" end)))
IO.inspect(next_exit.(spawn_link(fn -> throw(:ball) end)))
IO.inspect(next_exit.(spawn_link(fn -> :erlang.error(:reason) end)))
IO.inspect(next_exit.(spawn_link(fn -> 1 + Function.identity(:a) end)))
IO.inspect(next_exit.(spawn_link(fn -> Process.exit(self(), :kill) end)))

# exit signals to another process
sleeper = fn -> spawn_link(fn -> receive do :stop -> :stopped end end) end

for reason <- [:shutdown, :kill, {:any, "term"}] do
  p = sleeper.()
  Process.exit(p, reason)
  IO.inspect(next_exit.(p))
end

# :normal does not end another process
p = sleeper.()
Process.exit(p, :normal)
IO.inspect(Process.alive?(p))
send(p, :stop)
IO.inspect(next_exit.(p))

# a trapping process gets the signal as message
me = self()
trapper =
  spawn_link(fn ->
    Process.flag(:trap_exit, true)
    send(me, :ready)
    receive do
      {:EXIT, from, reason} -> send(me, {:trapped, from == me, reason})
    end
    receive do
      {:EXIT, _, reason} -> send(me, {:trapped_again, reason})
    end
    receive do :never -> :ok end
  end)

receive do :ready -> :ok end
Process.exit(trapper, :please)
IO.inspect(receive do {:trapped, _, _} = t -> t end)
Process.exit(trapper, :normal)
IO.inspect(receive do {:trapped_again, r} -> r end)
Process.exit(trapper, :kill)
IO.inspect(next_exit.(trapper))

# monitors
down = fn ref -> receive do {:DOWN, ^ref, :process, _, r} -> strip.(r) after 5000 -> :nothing end end
{pid, ref} = spawn_monitor(fn -> exit(:watched) end)
IO.inspect({is_pid(pid), down.(ref)})
{_, ref} = spawn_monitor(fn -> raise ArgumentError, "in monitored" end)
IO.inspect(down.(ref))
dead = spawn(fn -> :ok end)
ref = Process.monitor(dead)
r1 = down.(ref)
IO.inspect(r1 in [:normal, :noproc])
IO.inspect(down.(Process.monitor(dead)))
IO.inspect(receive do {:DOWN, _, :process, {name, node}, r} -> {name, node == node(), r} after 0 -> :none end)
ref = Process.monitor(:nobody_here)
IO.inspect(receive do {:DOWN, ^ref, :process, {name, n}, r} -> {name, n == node(), r} end)

# demonitor with flush; several monitors of one process
p = spawn(fn -> receive do :go -> :ok end end)
refs = for _ <- 1..3, do: Process.monitor(p)
IO.inspect(Process.demonitor(hd(refs)))
send(p, :go)
IO.inspect(Enum.map(tl(refs), down))
IO.inspect(receive do {:DOWN, _, _, _, _} -> :unexpected after 20 -> :quiet end)
{p, ref} = spawn_monitor(fn -> :ok end)
Process.sleep(20)
IO.inspect(Process.alive?(p))
IO.inspect(Process.demonitor(ref, [:flush]))
IO.inspect(receive do {:DOWN, _, _, _, _} -> :unexpected after 0 -> :flushed end)

# links: both ways, chains, unlink
chain =
  spawn(fn ->
    Process.flag(:trap_exit, true)
    send(me, {:chain, self()})
    inner = spawn_link(fn -> spawn_link(fn -> exit(:deep) end); receive do :never -> 1 end end)
    receive do {:EXIT, ^inner, r} -> send(me, {:inner_ended, r}) end
  end)

receive do {:chain, ^chain} -> :ok end
IO.inspect(receive do {:inner_ended, r} -> r end)

p = spawn(fn -> receive do :crash -> exit(:crashed) end end)
IO.inspect(Process.link(p))
IO.inspect(Process.unlink(p))
ref = Process.monitor(p)
send(p, :crash)
IO.inspect(down.(ref))
IO.inspect(receive do {:EXIT, ^p, r} -> r after 20 -> :no_exit_signal end)

# link to a dead process
dead = spawn(fn -> :ok end)
ref = Process.monitor(dead)
down.(ref)
IO.inspect(try do Process.link(dead) rescue e -> e.__struct__ end)
IO.inspect(receive do {:EXIT, ^dead, r} -> r after 1000 -> :none end)

# without trap_exit a crash takes the linked process along
victim =
  spawn(fn ->
    spawn_link(fn -> exit(:bad) end)
    receive do :never -> :ok end
  end)

IO.inspect(down.(Process.monitor(victim)) in [:bad, :noproc])

# a restarting watcher
defmodule Watch do
  def run(to, n) do
    {pid, ref} = spawn_monitor(fn -> receive do {:do, 0} -> exit(:zero); {:do, x} -> send(to, {:done, 100 / x}) end end)
    send(pid, {:do, n})
    receive do
      {:DOWN, ^ref, _, _, :normal} -> send(to, :finished)
      {:DOWN, ^ref, _, _, reason} -> send(to, {:restarting, reason}); run(to, n + 1)
    end
  end
end

spawn(Watch, :run, [self(), 0])
IO.inspect(for _ <- 1..3, do: (receive do {:restarting, _} = m -> m; {:done, _} = m -> m; :finished = m -> m after 2000 -> :lost end))
IO.inspect(receive do m -> {:left_over, m} after 0 -> :no_messages end)
IO.inspect(Process.flag(:trap_exit, false))
