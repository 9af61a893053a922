# SPDX-License-Identifier: Apache-2.0
# Trees of supervisors: strategies, children that are ended and started by hand, escalation up to the top, dynamic children, the order of a shutdown, slow and failing ones.

IO.puts("-- trees")
# supervised tree with restarts and escalation
defmodule Flaky do
  use GenServer, restart: :transient
  def start_link({name, parent}), do: GenServer.start_link(__MODULE__, {name, parent}, name: name)
  def init({name, parent}) do
    send(parent, {:started, name})
    {:ok, {name, parent, 0}}
  end
  def handle_call(:inc, _, {n, p, c}), do: {:reply, c + 1, {n, p, c + 1}}
  def handle_cast({:exit, r}, s), do: {:stop, r, s}
end
defmodule Sub do
  use Supervisor
  def start_link({name, strategy, kids, parent}), do: Supervisor.start_link(__MODULE__, {strategy, kids, parent}, name: name)
  def init({strategy, kids, parent}) do
    children = for k <- kids, do: Supervisor.child_spec({Flaky, {k, parent}}, id: k)
    Supervisor.init(children, strategy: strategy, max_restarts: 2, max_seconds: 5)
  end
  def child_spec({name, _, _, _} = a), do: %{id: name, start: {__MODULE__, :start_link, [a]}, type: :supervisor}
end
:logger.set_primary_config(:level, :none)
me = self()
started = fn n -> for(_ <- 1..n//1, do: (receive do {:started, name} -> name after 5000 -> :lost end)) end
{:ok, top} = Supervisor.start_link([
  {Sub, {:s1, :one_for_one, [:a, :b, :c], me}},
  {Sub, {:s2, :rest_for_one, [:d, :e, :f], me}},
  {Sub, {:s3, :one_for_all, [:g, :h], me}}], strategy: :one_for_one, max_restarts: 3)
IO.inspect started.(8)
IO.inspect Supervisor.which_children(top) |> Enum.map(fn {id, pid, t, m} -> {id, is_pid(pid), t, m} end)
GenServer.cast(:b, {:exit, :boom}); IO.inspect started.(1)
GenServer.cast(:e, {:exit, :boom}); IO.inspect started.(2)
GenServer.cast(:h, {:exit, :boom}); IO.inspect started.(2)
IO.inspect GenServer.call(:a, :inc)
ref = Process.monitor(:c)
GenServer.cast(:c, {:exit, :normal})
receive do {:DOWN, ^ref, _, _, :normal} -> :ok end
until = fn until, f -> if f.(), do: :ok, else: (Process.sleep(1); until.(until, f)) end
until.(until, fn -> Supervisor.count_children(:s1).active == 2 end)
IO.inspect Supervisor.which_children(:s1) |> Enum.map(fn {id, pid, _, _} -> {id, is_pid(pid)} end)
IO.inspect Supervisor.restart_child(:s1, :c) |> elem(0); IO.inspect started.(1)
IO.inspect Supervisor.restart_child(:s1, :c)
IO.inspect Supervisor.restart_child(:s1, :zz)
IO.inspect Supervisor.terminate_child(:s1, :c)
IO.inspect Supervisor.delete_child(:s1, :c)
IO.inspect Supervisor.delete_child(:s1, :a)
IO.inspect Supervisor.count_children(:s1)

# b fails once more than it may: its supervisor ends, and is started again with all that it had at first
kill = fn name, n -> Process.exit(Process.whereis(name), :kill); IO.inspect started.(n) end
old = Process.whereis(:s1)
kill.(:b, 1)
kill.(:b, 3)
IO.inspect Process.whereis(:s1) != old
IO.inspect Supervisor.count_children(:s1)

# too often at the top: everything ends
Process.flag(:trap_exit, true)
ref = Process.monitor(top)
for _ <- 1..7, do: kill.(:g, 2)
Process.exit(Process.whereis(:g), :kill)
receive do {:DOWN, ^ref, _, _, r} -> IO.inspect r end
receive do {:EXIT, ^top, r} -> IO.inspect r end
IO.inspect Enum.map([:a, :d, :g, :s1, :s2, :s3], &Process.whereis/1)
Process.flag(:trap_exit, false)


IO.puts("-- dynamic")
defmodule W do
  use GenServer, restart: :temporary, shutdown: 100
  def start_link({n, p}), do: GenServer.start_link(__MODULE__, {n, p})
  def init({n, p}) do
    Process.flag(:trap_exit, true)
    {:ok, {n, p}}
  end
  def handle_call(:n, _, {n, _} = s), do: {:reply, n, s}
  def handle_cast(:crash, s), do: {:stop, :crashed, s}
  def terminate(r, {n, p}), do: send(p, {:terminated, n, r})
end
defmodule DS do
  use DynamicSupervisor
  def start_link(a), do: DynamicSupervisor.start_link(__MODULE__, a, name: __MODULE__)
  def init(_), do: DynamicSupervisor.init(strategy: :one_for_one, max_children: 4)
end
{:ok, ds} = DS.start_link(:x)
kids = for i <- 1..4, do: DynamicSupervisor.start_child(DS, {W, {i, self()}}) |> elem(1)
IO.inspect DynamicSupervisor.start_child(DS, {W, {5, self()}})
IO.inspect DynamicSupervisor.count_children(ds)
IO.inspect DynamicSupervisor.which_children(ds) |> Enum.map(fn {id, p, t, m} -> {id, is_pid(p), t, m} end) |> Enum.uniq()
GenServer.cast(hd(kids), :crash)
IO.inspect (receive do m -> m after 5000 -> :lost end)
until.(until, fn -> DynamicSupervisor.count_children(ds).active == 3 end)
IO.inspect DynamicSupervisor.count_children(ds)
IO.inspect DynamicSupervisor.terminate_child(ds, Enum.at(kids, 1))
IO.inspect (receive do m -> m after 5000 -> :lost end)
IO.inspect DynamicSupervisor.terminate_child(ds, self())
DynamicSupervisor.stop(ds)
IO.inspect (for _ <- 1..2, do: (receive do m -> m after 5000 -> :lost end)) |> Enum.sort()
# shutdown order
specs = for i <- 1..4, do: Supervisor.child_spec({W, {i, self()}}, id: i, restart: :permanent)
{:ok, s} = Supervisor.start_link(specs, strategy: :one_for_one)
Supervisor.stop(s)
IO.inspect (for _ <- 1..4, do: (receive do m -> m after 5000 -> :lost end))
# brutal kill and slow terminate
defmodule Slow do
  use GenServer
  def start_link(p), do: GenServer.start_link(__MODULE__, p)
  def init(p), do: (Process.flag(:trap_exit, true); {:ok, p})
  def terminate(_, p), do: (send(p, :begin); Process.sleep(300); send(p, :end))
end
{:ok, s} = Supervisor.start_link([Supervisor.child_spec({Slow, self()}, shutdown: 30)], strategy: :one_for_one)
[{Slow, slow, :worker, [Slow]}] = Supervisor.which_children(s)
r = Process.monitor(slow)
Supervisor.stop(s)
IO.inspect (for _ <- 1..2, do: (receive do {:DOWN, ^r, _, _, why} -> why; m -> m after 5000 -> :lost end))
{:ok, s} = Supervisor.start_link([Supervisor.child_spec({Slow, self()}, shutdown: :brutal_kill)], strategy: :one_for_one)
Supervisor.stop(s)
IO.inspect (receive do m -> m after 50 -> :nothing end)
# start failures
defmodule Bad do
  def start_link(x), do: x
  def child_spec(x), do: %{id: Bad, start: {Bad, :start_link, [x]}}
end
Process.flag(:trap_exit, true)
IO.inspect Supervisor.start_link([{Bad, {:error, :why}}], strategy: :one_for_one)
IO.inspect Supervisor.start_link([{Bad, :ignore}], strategy: :one_for_one) |> elem(0)
IO.inspect Supervisor.start_link([{Bad, :what}], strategy: :one_for_one) |> elem(0)
IO.inspect (try do Supervisor.start_link([:no_such_module], strategy: :one_for_one) rescue e -> e.__struct__ end)
IO.inspect Supervisor.start_link([%{id: 1, start: {Agent, :start_link, [fn -> 1 end]}}, %{id: 1, start: {Agent, :start_link, [fn -> 1 end]}}], strategy: :one_for_one)
IO.inspect Supervisor.init([{W, {1, nil}}], strategy: :one_for_all, max_restarts: 7)
(fn f -> receive do {:EXIT, _, _} -> f.(f) after 0 -> :ok end end) |> then(& &1.(&1))

