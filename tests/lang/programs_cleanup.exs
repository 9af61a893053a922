# SPDX-License-Identifier: Apache-2.0
# What runs and what is told when processes end: after, catch and rescue around exits, watchers that release, how exits read.

defmodule Ended do
  def of(fun) do
    {pid, ref} = spawn_monitor(fun)

    case receive(do: ({:DOWN, ^ref, _, ^pid, reason} -> reason)) do
      {e, stack} when is_list(stack) -> {:down, e}
      reason -> {:down, reason}
    end
  end
end
# exceptions and cleanup in processes: try/after, nested, reraise, exit within catch, at exits
me = self()
run = &Ended.of/1
:logger.set_primary_config(:level, :none)
got = fn -> receive do x -> x after 0 -> :none end end
IO.inspect run.(fn -> try do exit(:a) after send(me, :cleaned) end end)
IO.inspect got.()
IO.inspect run.(fn -> try do raise "a" rescue e in RuntimeError -> exit({:wrapped, e.message}) end end)
IO.inspect run.(fn -> try do throw(1) catch x -> exit({:caught, x}) after exit(:from_after) end end)
IO.inspect run.(fn -> try do Process.exit(self(), :kill); Process.sleep(50) after send(me, :never) end end)
IO.inspect got.()
IO.inspect run.(fn -> try do exit(:x) catch :exit, r -> send(me, {:caught, r}) end end)
IO.inspect got.()
IO.inspect run.(fn -> try do raise "x" rescue e -> reraise e, __STACKTRACE__ end end)
IO.inspect run.(fn -> try do :erlang.error(:bad, [1]) catch :error, :bad -> throw(:next) end end)
IO.inspect run.(fn -> spawn_link(fn -> exit(:child) end); try do Process.sleep(100) catch :exit, r -> send(me, {:no, r}) end end)
IO.inspect got.()
IO.inspect run.(fn -> Process.flag(:trap_exit, true); spawn_link(fn -> raise "child" end); receive do {:EXIT, _, {e, _}} -> exit(e.message) end end)
# resources released by a monitor process
defmodule Res do
  def with_resource(owner_fun, me) do
    owner = spawn(fn -> receive do :go -> owner_fun.() end end)
    m = spawn(fn -> r = Process.monitor(owner); send(me, :ready); receive do {:DOWN, ^r, _, _, why} -> send(me, {:released, why}) end end)
    receive do :ready -> :ok end
    send(owner, :go)
    _ = m
    receive do {:released, w} -> w end
  end
end
IO.inspect Res.with_resource(fn -> :ok end, me)
IO.inspect Res.with_resource(fn -> exit(:bad) end, me)
IO.inspect (Res.with_resource(fn -> raise "bad" end, me) |> elem(0))
# GenServer.call catching: all forms
IO.inspect (try do GenServer.call(spawn(fn -> receive do _ -> exit(:mid_call) end end), :x) catch :exit, {r, {GenServer, :call, [_, :x, 5000]}} -> r end)
IO.inspect (try do GenServer.call(spawn(fn -> receive do _ -> :ok end end), :x) catch :exit, {r, _} -> r end)
IO.inspect (try do GenServer.call(spawn(fn -> Process.sleep(1000) end), :x, 1) catch :exit, {r, _} -> r end)
IO.inspect Exception.format_exit({:noproc, {GenServer, :call, [:foo, :bar, 5000]}})
IO.inspect Exception.format_exit({{:nodedown, :a@b}, {GenServer, :call, [:foo, :bar, 5000]}})
IO.inspect Exception.format_exit({:timeout, {Task, :await, [1, 2]}})
IO.inspect Exception.format_exit(:shutdown)
IO.inspect Exception.format_exit({:shutdown, :x})
IO.inspect Exception.format_exit({%RuntimeError{message: "m"}, []})
IO.inspect Exception.format_exit({{:bad_return_value, 1}, {GenServer, :call, [:foo, :bar, 5000]}})
IO.inspect Exception.format_exit({:EXIT, :x})
IO.inspect Exception.format_exit(:killed)
IO.inspect Exception.format_exit(:normal)
IO.inspect Exception.format_banner(:exit, :x)
IO.inspect Exception.format(:exit, {:a, 1}, [])
IO.inspect Exception.format(:throw, {:a, 1}, [])
