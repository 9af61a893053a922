# SPDX-License-Identifier: Apache-2.0
# Process and Node: what can be told without racing.

defmodule T do
  # Prints each call with its result, or with what it raised. Messages of ArgumentError come from primitives as a rule: only the class is shown.
  def calls(module, calls), do: Enum.each(calls, fn {name, args} -> show("#{name}(#{Enum.map_join(args, ", ", &text/1)})", fn -> apply(module, name, args) end) end)

  def show(label, fun) do
    result =
      try do
        fun.()
      rescue
        e in FunctionClauseError -> {:raised, FunctionClauseError, e.function, e.arity}
        e in [ArgumentError, ErlangError] -> {:raised, e.__struct__}
        e -> {:raised, e.__struct__, Exception.message(e)}
      catch
        kind, value -> {kind, value}
      end

    IO.puts("#{label} = #{text(result)}")
  end

  def message(label, fun) do
    fun.()
    IO.puts("#{label}: nothing raised")
  rescue
    e -> IO.puts("#{label}: #{inspect(e.__struct__)} #{Exception.message(e)}")
  end

  def text(term), do: inspect(term, charlists: :as_lists, limit: :infinity, printable_limit: :infinity, width: 1000)
end

T.show("dictionary", fn -> [Process.put(:k, 1), Process.put(:k, 2), Process.get(:k), Process.get(:absent), Process.get(:absent, 3), Process.get_keys(2), Process.delete(:k), Process.delete(:k)] end)
T.show("names", fn -> [Process.register(self(), :main), Process.whereis(:main) == self(), Process.whereis(:nobody), :main in Process.registered(), Process.info(self(), :registered_name), Process.unregister(:main), Process.info(self(), :registered_name)] end)
T.message("name twice", fn -> Process.register(self(), :one); try do Process.register(self(), :two) rescue e in ArgumentError -> raise ArgumentError, String.replace(Exception.message(e), inspect(self()), "PID") end end)
Process.unregister(:one)
T.calls(Process, register: [self(), nil] |> Enum.drop(1) |> then(&[:no_pid | &1]), whereis: ["a"], sleep: [-1], sleep: [0], cancel_timer: [:a], exit: [:a, :b], link: [:a], flag: [:no_such_flag, 1])
T.show("self", fn -> [Process.alive?(self()), self() in Process.list(), Process.link(self()), Process.unlink(self()), Process.info(self(), :status), Process.info(self(), [:trap_exit, :status])] end)
T.show("flags", fn -> [Process.flag(:trap_exit, true), Process.flag(:trap_exit, false), Process.flag(:priority, :high), Process.flag(:priority, :normal)] end)
parent = self()
pid = spawn(fn -> receive do: (:stop -> :ok) end)
ref = Process.monitor(pid)
T.show("alive", fn -> [Process.alive?(pid), send(pid, :stop), receive do {:DOWN, ^ref, :process, ^pid, reason} -> {:down, reason} end, Process.alive?(pid), Process.info(pid)] end)
ref = Process.monitor(pid)
T.show("monitor of a dead process", fn -> receive do {:DOWN, ^ref, :process, ^pid, reason} -> reason end end)
pid = spawn(fn -> Process.sleep(:infinity) end)
ref = Process.monitor(pid)
Process.exit(pid, :kill)
T.show("kill", fn -> receive do {:DOWN, ^ref, :process, ^pid, reason} -> reason end end)
pid = spawn(fn -> Process.sleep(:infinity) end)
ref = Process.monitor(pid)
T.show("demonitor", fn -> [Process.demonitor(ref, [:flush]), Process.exit(pid, :x), receive do {:DOWN, _, _, _, _} -> :got after 20 -> :nothing end] end)
Process.flag(:trap_exit, true)
pid = spawn_link(fn -> exit(:bye) end)
T.show("linked", fn -> receive do {:EXIT, ^pid, reason} -> reason end end)
pid = Process.spawn(fn -> exit(:spawned) end, [:link])
T.show("spawn with link", fn -> receive do {:EXIT, ^pid, reason} -> reason end end)
{pid, ref} = Process.spawn(fn -> exit(:monitored) end, [:monitor])
T.show("spawn with monitor", fn -> receive do {:DOWN, ^ref, :process, ^pid, reason} -> reason end end)
pid = Process.spawn(Kernel, :exit, [:mfa], [:link])
T.show("spawn a function by name", fn -> receive do {:EXIT, ^pid, reason} -> reason end end)
timer = Process.send_after(self(), :later, 60_000)
T.show("timers", fn -> [is_integer(Process.read_timer(timer)), is_integer(Process.cancel_timer(timer)), Process.cancel_timer(timer), Process.read_timer(timer)] end)
Process.send_after(parent, :tick, 1)
T.show("tick", fn -> receive do :tick -> :ticked after 1000 -> :late end end)
T.show("send", fn -> [Process.send(self(), :m, []), receive do x -> x end] end)
pid = spawn(fn -> receive do: (:never -> :ok) end)
T.show("group leader", fn -> [Process.group_leader() == Process.group_leader(), Process.group_leader(pid, Process.group_leader())] end)
a = :erlang.alias()
T.show("alias", fn -> [send(a, :by_alias), receive do x -> x end, :erlang.unalias(a), :erlang.unalias(a)] |> Enum.drop(1) end)
T.calls(Node, self: [], alive?: [], list: [], get_cookie: [])
IO.inspect(Node.ping(:nobody@nowhere))
