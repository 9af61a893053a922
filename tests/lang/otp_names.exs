# Names over all nodes (there is one), servers asked on several nodes, changed code, and what else servers rarely do.
defmodule Keeper do
  use GenServer
  def init(state), do: {:ok, state}
  def handle_call(:get, _from, state), do: {:reply, state, state}
  def handle_call(:stop, _from, state), do: {:stop, :normal, state}
  def handle_cast({:put, state}, _), do: {:noreply, state}
  def code_change(_old, _state, :bad), do: {:error, :no_way}
  def code_change(_old, _state, :odd), do: raise("odd")
  def code_change(old, state, extra), do: {:ok, {old, state, extra}}
end

defmodule Wait do
  def down(pid, cause \\ fn -> :ok end) do
    ref = Process.monitor(pid)
    cause.()
    receive(do: ({:DOWN, ^ref, _, _, reason} -> reason))
  end
end

show = fn label, term -> IO.puts("#{label}: #{inspect(term)}") end
caught = fn fun ->
  try do
    fun.()
  catch
    kind, reason -> {kind, reason}
  end
end

# :global
name = {:global, {:keeper, 1}}
{:ok, pid} = GenServer.start_link(Keeper, :one, name: name)
show.("again", match?({:error, {:already_started, ^pid}}, GenServer.start_link(Keeper, :two, name: name)))
show.("call", GenServer.call(name, :get))
show.("cast", GenServer.cast(name, {:put, :three}))
show.("call", GenServer.call({:via, :global, {:keeper, 1}}, :get))
show.("whereis", GenServer.whereis(name) == pid)
show.("nobody", {GenServer.whereis({:global, :nobody}), GenServer.cast({:global, :nobody}, :x), caught.(fn -> GenServer.call({:global, :nobody}, :x) end)})
show.("stop", GenServer.stop(name))
show.("gone", GenServer.whereis(name))

show.("register", :global.register_name(:me, self()))
show.("register", :global.register_name(:me, spawn(fn -> :ok end)))
show.("names", :global.registered_names())
show.("send", :global.send(:me, :hello) == self())
show.("got", receive(do: (m -> m)))
show.("send", caught.(fn -> :global.send(:nobody, 1) end))
show.("unregister", {:global.unregister_name(:me), :global.whereis_name(:me), :global.unregister_name(:me)})

other = spawn(fn -> receive(do: (:end -> :ok)) end)
show.("other", :global.register_name(:other, other))
Wait.down(other, fn -> send(other, :end) end)
show.("ended", :global.whereis_name(:other))
show.("re", {:global.re_register_name(:other, self()), :global.whereis_name(:other) == self()})

show.("lock", {:global.set_lock({:door, 1}), :global.set_lock({:door, 1}), :global.set_lock({:door, 2}, [node()], 0)})
show.("unlock", {:global.del_lock({:door, 1}), :global.set_lock({:door, 2}, [node()], 0), :global.del_lock({:door, 2})})
show.("trans", :global.trans({:door, self()}, fn -> :inside end))

# Several nodes
{:ok, _} = GenServer.start_link(Keeper, 1, name: :keeper)
show.("abcast", {GenServer.abcast(:keeper, {:put, 2}), GenServer.call(:keeper, :get), GenServer.abcast([:far@away, node()], :keeper, {:put, 3}), GenServer.call(:keeper, :get)})
show.("multi", {GenServer.multi_call(:keeper, :get), GenServer.multi_call([node(), :far@away], :keeper, :get), GenServer.multi_call(:nobody, :get)})
show.("far", caught.(fn -> GenServer.call({:keeper, :far@away}, :get) end))

# Code that changes
:ok = :sys.suspend(:keeper)
show.("change", :sys.change_code(:keeper, Keeper, 1, :new))
show.("change", :sys.change_code(:keeper, Keeper, 1, :bad))
show.("change", match?({:error, _}, :sys.change_code(:keeper, Keeper, 1, :odd)))
:ok = :sys.resume(:keeper)
show.("changed", GenServer.call(:keeper, :get))
{:ok, agent} = Agent.start_link(fn -> 1 end)
:ok = :sys.suspend(agent)
show.("agent", :sys.change_code(agent, Agent, 1, &(&1 + 1)))
:ok = :sys.resume(agent)
show.("agent", Agent.get(agent, & &1))

# Tasks on a node that went away, and a source that ends with its last element
for fun <- [&Task.yield(&1, 0), &Task.await(&1, 0), &Task.ignore/1, &Task.shutdown(&1, 100), &Task.yield_many([&1], 0)] do
  ref = make_ref()
  pid = spawn(fn -> :ok end)
  Wait.down(pid)
  task = %Task{ref: ref, pid: pid, owner: self(), mfa: {:m, :f, 0}}
  send(self(), {:DOWN, ref, :process, pid, :noconnection})
  {:exit, {reason, {Task, function, _}}} = caught.(fn -> fun.(task) end)
  show.("task", {reason, function})
end

show.("take", 1..8 |> Stream.take(3) |> Task.async_stream(& &1, max_concurrency: 2) |> Enum.to_list())
show.("take", 1..8 |> Stream.take(3) |> Task.async_stream(& &1, max_concurrency: 8, ordered: false) |> Enum.count())
show.("one", Stream.take([1], 1) |> Task.async_stream(& &1) |> Enum.to_list())

# Starts that crash
{:ok, sup} = DynamicSupervisor.start_link(strategy: :one_for_one)
start = fn fun -> DynamicSupervisor.start_child(sup, %{id: 1, start: {Kernel, :apply, [fun, []]}}) end
show.("throw", match?({:error, {{:nocatch, 1}, [_ | _]}}, start.(fn -> throw(1) end)))
show.("raise", match?({:error, {%RuntimeError{}, [_ | _]}}, start.(fn -> raise "x" end)))
show.("exit", start.(fn -> exit(:away) end))
show.("spec", DynamicSupervisor.start_child(sup, {1, 2, 3, 4, 5, 6}))
show.("many", match?({:ok, _}, Task.Supervisor.start_link(strategy: :one_for_one, name: :tasks)))

# A registry takes its processes along
{:ok, names} = Registry.start_link(keys: :unique, name: Names)
{:ok, _} = Registry.register(Names, :a, %{x: 1, y: 2})
show.("match", {length(Registry.match(Names, :a, %{x: 1})), length(Registry.match(Names, :a, %{z: 1})), Registry.count_match(Names, :a, %{y: :"$1"}, [{:>, :"$1", 1}])})
Process.unlink(names)
me = self()

holder =
  spawn(fn ->
    {:ok, owner} = Registry.register(Names, :held, nil)
    send(me, {:owner, owner, owner in elem(Process.info(self(), :links), 1)})
    receive(do: (:never -> :ok))
  end)

{owner, linked} = receive(do: ({:owner, owner, linked} -> {owner, linked}))
show.("linked", linked)
Process.flag(:trap_exit, true)
show.("down", Wait.down(holder, fn -> Process.exit(owner, :kill) end))
