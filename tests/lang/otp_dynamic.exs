# SPDX-License-Identifier: Apache-2.0
# Dynamic supervisors.

defmodule W do
  use GenServer, restart: :transient
  def start_link(x), do: GenServer.start_link(__MODULE__, x)
  def init(:ignore), do: :ignore
  def init({:stop, r}), do: {:stop, r}
  def init(x) do
    send(:main, {:up, x})
    {:ok, x}
  end
  def handle_call(:get, _from, x), do: {:reply, x, x}
  def handle_cast({:stop, r}, x), do: {:stop, r, x}
end

defmodule D do
  use DynamicSupervisor
  def start_link(arg), do: DynamicSupervisor.start_link(__MODULE__, arg, name: __MODULE__)
  def init(arg), do: DynamicSupervisor.init(strategy: :one_for_one, max_children: arg, extra_arguments: [])
end

defmodule S do
  def up do
    receive do
      {:up, x} -> x
    after
      2000 -> :timeout
    end
  end

  def gone(pid) do
    ref = Process.monitor(pid)
    receive do: ({:DOWN, ^ref, _, _, r} -> r)
  end
end

Process.register(self(), :main)
Process.flag(:trap_exit, true)
{:ok, sup} = DynamicSupervisor.start_link(strategy: :one_for_one, name: :dyn)
IO.inspect(DynamicSupervisor.count_children(sup))
{:ok, a} = DynamicSupervisor.start_child(:dyn, {W, :a})
{:ok, b} = DynamicSupervisor.start_child(sup, {W, :b})
IO.inspect({S.up(), S.up(), GenServer.call(a, :get)})
IO.inspect(DynamicSupervisor.start_child(sup, {W, :ignore}))
IO.inspect(DynamicSupervisor.start_child(sup, {W, {:stop, :no}}))
IO.inspect(DynamicSupervisor.start_child(sup, %{id: 1, start: 1}))
IO.inspect(DynamicSupervisor.count_children(sup))
IO.inspect(for {:undefined, pid, :worker, [W]} <- DynamicSupervisor.which_children(sup), do: pid in [a, b])
Process.exit(a, :kill)
IO.inspect(S.up())
GenServer.cast(b, {:stop, :normal})
IO.inspect(S.gone(b) in [:normal, :noproc])
IO.inspect(DynamicSupervisor.count_children(sup))
[{_, c, _, _}] = DynamicSupervisor.which_children(sup)
IO.inspect(DynamicSupervisor.terminate_child(sup, c))
IO.inspect(DynamicSupervisor.terminate_child(sup, c))
IO.inspect(DynamicSupervisor.which_children(sup))
{:ok, d} = DynamicSupervisor.start_child(sup, {W, :d})
ref = Process.monitor(d)
IO.inspect(DynamicSupervisor.stop(sup))
receive do: ({:DOWN, ^ref, _, _, r} -> IO.inspect(r))
receive do: ({:EXIT, ^sup, r} -> IO.inspect(r))
{:up, :d} = receive(do: (m -> m))

{:ok, sup} = D.start_link(1)
{:ok, a} = DynamicSupervisor.start_child(D, {W, 1})
IO.inspect({S.up(), DynamicSupervisor.start_child(D, {W, 2})})
for _ <- 1..4 do
  [{_, pid, _, _}] = DynamicSupervisor.which_children(D)
  Process.exit(pid, :kill)
  receive do
    {:up, x} -> IO.inspect(x)
    {:EXIT, ^sup, r} -> IO.inspect(r)
  end
end
IO.inspect(D.child_spec(1))
IO.inspect(DynamicSupervisor.child_spec(name: :x))
{:ok, top} = Supervisor.start_link([{DynamicSupervisor, name: :under}], strategy: :one_for_one)
{:ok, w} = DynamicSupervisor.start_child(:under, {Agent, fn -> 3 end})
IO.inspect({Agent.get(w, & &1), is_pid(a)})
Supervisor.stop(top)
IO.inspect({Process.whereis(:under), Process.alive?(w)})
IO.inspect(DynamicSupervisor.start_link(strategy: :one_for_all))
receive do: ({:EXIT, _, :normal} -> :ok; {:EXIT, _, {:supervisor_data, _} = r} -> IO.inspect(r))
