# SPDX-License-Identifier: Apache-2.0
# Supervisors: strategies, restart kinds, intensity, the calls on children.

defmodule Worker do
  use GenServer

  def start_link({id, main}), do: GenServer.start_link(__MODULE__, {id, main}, name: id)
  def child_spec({id, _} = arg), do: %{id: id, start: {__MODULE__, :start_link, [arg]}}

  def init({id, main}) do
    Process.flag(:trap_exit, true)
    send(main, {:up, id})
    {:ok, {id, main}}
  end

  def handle_cast({:stop, reason}, state), do: {:stop, reason, state}

  def terminate(reason, {id, main}) do
    send(main, {:down, id, reason})
  end
end

defmodule Say do
  def seen(n) do
    list =
      for _ <- 1..n//1 do
        receive do
          {:up, id} -> {:up, id}
          {:down, id, reason} -> {:down, id, reason}
        after
          2000 -> :timeout
        end
      end

    IO.inspect(list)
  end

  def nothing do
    receive do
      {:up, id} -> IO.inspect({:unexpected, id})
    after
      30 -> IO.puts("nothing more")
    end
  end

  def ids(sup), do: for({id, pid, type, mods} <- Supervisor.which_children(sup), do: {id, is_pid(pid), type, mods})
end

defmodule MySup do
  use Supervisor
  def start_link(arg), do: Supervisor.start_link(__MODULE__, arg, name: __MODULE__)
  def init(:ignore), do: :ignore
  def init(main), do: Supervisor.init([{Worker, {:inner, main}}], strategy: :one_for_one)
end

Process.flag(:trap_exit, true)
me = self()

for strategy <- [:one_for_one, :rest_for_one, :one_for_all] do
  IO.inspect(strategy)
  {:ok, sup} = Supervisor.start_link([{Worker, {:a, me}}, {Worker, {:b, me}}, {Worker, {:c, me}}], strategy: strategy)
  Say.seen(3)
  GenServer.cast(:b, {:stop, :shutdown})
  Say.seen(case strategy do :one_for_one -> 2; :rest_for_one -> 4; :one_for_all -> 6 end)
  IO.inspect(Say.ids(sup))
  IO.inspect(Supervisor.count_children(sup))
  IO.inspect(Supervisor.stop(sup))
  Say.seen(3)
  receive do: ({:EXIT, ^sup, reason} -> IO.inspect(reason))
end

IO.puts("restart kinds")
specs = for {id, kind} <- [p: :permanent, t: :transient, x: :temporary], do: Supervisor.child_spec({Worker, {id, me}}, restart: kind)
{:ok, sup} = Supervisor.start_link(specs, strategy: :one_for_one, max_restarts: 10, name: :kinds)
Say.seen(3)
for id <- [:p, :t, :x] do
  GenServer.cast(id, {:stop, :normal})
  Say.seen(if id == :p, do: 2, else: 1)
end
Say.nothing()
IO.inspect(Say.ids(sup))
IO.inspect(Supervisor.restart_child(:kinds, :p))
IO.inspect(elem(Supervisor.restart_child(:kinds, :t), 0))
Say.seen(1)
GenServer.cast(:t, {:stop, {:shutdown, 1}})
Say.seen(1)
Say.nothing()
IO.inspect(Supervisor.restart_child(:kinds, :x))
IO.inspect(Supervisor.terminate_child(sup, :p))
Say.seen(1)
IO.inspect(Supervisor.terminate_child(sup, :p))
IO.inspect(Supervisor.terminate_child(sup, :nobody))
IO.inspect(Supervisor.delete_child(sup, :p))
IO.inspect(Supervisor.delete_child(sup, :p))
IO.inspect(Say.ids(sup))

IO.puts("start_child")
{:ok, pid} = Supervisor.start_child(sup, {Worker, {:n, me}})
Say.seen(1)
IO.inspect(Supervisor.start_child(sup, {Worker, {:n, me}}) == {:error, {:already_started, pid}})
IO.inspect(Supervisor.delete_child(sup, :n))
IO.inspect(Supervisor.start_child(sup, {Worker, {:t, me}}))
IO.inspect(Supervisor.start_child(sup, %{id: :bad, start: {Function, :identity, [{:error, :why}]}}))
IO.inspect(Supervisor.start_child(sup, %{id: :odd, start: {Function, :identity, [:odd]}, restart: :temporary, type: :supervisor}))
IO.inspect(Supervisor.start_child(sup, %{id: :ign, start: {Function, :identity, [:ignore]}}))
IO.inspect(Supervisor.start_child(sup, %{id: :ign, start: {Function, :identity, [:ignore]}}))
IO.inspect(Supervisor.start_child(sup, %{id: :bad, start: 1}))
IO.inspect(Supervisor.start_child(sup, %{start: {Function, :identity, [:ignore]}}))
IO.inspect(Supervisor.start_child(sup, %{id: :bad, start: {A, :b, []}, restart: :never}))
{:ok, agent} = Supervisor.start_child(sup, {Agent, fn -> 5 end})
IO.inspect(Agent.get(agent, & &1))
{:ok, inner} = Supervisor.start_child(sup, {MySup, me})
Say.seen(1)
IO.inspect(Process.whereis(MySup) == inner)
IO.inspect(Say.ids(sup))
IO.inspect(Supervisor.count_children(sup))
Supervisor.stop(sup, :shutdown)
Say.seen(2)
receive do: ({:EXIT, ^sup, reason} -> IO.inspect(reason))

IO.puts("intensity")
{:ok, sup} = Supervisor.start_link([{Worker, {:i, me}}, {Worker, {:j, me}}], strategy: :one_for_one, max_restarts: 2, max_seconds: 5)
Say.seen(2)
for _ <- 1..3 do
  pid = Process.whereis(:i)
  ref = Process.monitor(pid)
  Process.exit(pid, :kill)
  receive do: ({:DOWN, ^ref, _, _, _} -> :ok)
  receive do
    {:up, :i} -> IO.puts("again")
    {:EXIT, ^sup, reason} -> IO.inspect(reason)
  end
end
Say.seen(1)

IO.puts("failing starts")
r = Supervisor.start_link([{Worker, {:k, me}}, %{id: :bad, start: {Function, :identity, [{:error, :why}]}}], strategy: :one_for_one)
IO.inspect(r)
Say.seen(2)
receive do: ({:EXIT, _, reason} -> IO.inspect(reason))
IO.inspect(MySup.start_link(:ignore))
receive do: ({:EXIT, _, reason} -> IO.inspect(reason))
r = Supervisor.start_link([{Worker, {:k, me}}, {Worker, {:k, me}}], strategy: :one_for_one)
IO.inspect(r)
receive do: ({:EXIT, _, reason} -> IO.inspect(reason))
IO.inspect(try do Supervisor.start_link([], []) rescue e -> e end)
IO.inspect(try do Supervisor.child_spec(Worker.child_spec({:a, 1}), foo: 1) rescue e -> e end)
IO.inspect(try do Supervisor.start_link([Nowhere], strategy: :one_for_one) rescue e -> Exception.message(e) end)
IO.inspect(Supervisor.child_spec({MySup, 1}, id: :x, restart: :temporary))

IO.puts("brutal kill")
{:ok, sup} = Supervisor.start_link([Supervisor.child_spec({Worker, {:q, me}}, shutdown: :brutal_kill)], strategy: :one_for_one)
Say.seen(1)
IO.inspect(Supervisor.terminate_child(sup, :q))
Say.nothing()
