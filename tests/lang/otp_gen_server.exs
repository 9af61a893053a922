# SPDX-License-Identifier: Apache-2.0
# GenServer: starting, calls, casts, messages, timeouts, continue, stops, names, exits. Agent.

defmodule Server do
  use GenServer

  def init({:give, result}), do: result
  def init({:raise, text}), do: raise(text)
  def init({:throw, value}), do: throw(value)
  def init({:exit, reason}), do: exit(reason)
  def init(n), do: {:ok, n}

  def handle_call(:get, _from, n), do: {:reply, n, n}
  def handle_call({:give, result}, _from, _n), do: result
  def handle_call({:throw, result}, _from, _n), do: throw(result)
  def handle_call({:later, v}, from, n) do
    send(self(), {:answer, from, v})
    {:noreply, n}
  end
  def handle_call({:early, v}, from, n) do
    GenServer.reply(from, v)
    {:noreply, n + 1}
  end
  def handle_call(:slow, _from, n) do
    Process.sleep(50)
    {:reply, n, n}
  end
  def handle_call({:run, fun}, from, n), do: {:reply, fun.(from), n}

  def handle_cast({:add, k}, n), do: {:noreply, n + k}
  def handle_cast({:give, result}, _n), do: result

  def handle_info({:answer, from, v}, n) do
    GenServer.reply(from, v)
    {:noreply, n}
  end
  def handle_info(:timeout, n), do: {:noreply, {:timed_out, n}}
  def handle_info({:give, result}, _n), do: result
  def handle_info(other, n), do: {:noreply, {other, n}}

  def handle_continue({:to, v}, n), do: {:noreply, {v, n}}
  def handle_continue({:chain, v}, n), do: {:noreply, n, {:continue, {:to, v}}}

  def terminate(reason, {:tell, pid}), do: send(pid, {:terminated, reason})
  def terminate(_, _), do: :ok
end

defmodule Plain do
  use GenServer, restart: :transient, shutdown: 10
  def init(x), do: {:ok, x}
end

defmodule Via do
  def register_name(name, pid) do
    Process.register(pid, name)
    :yes
  rescue
    _ -> :no
  end
  def unregister_name(name), do: Process.unregister(name)
  def whereis_name(name), do: Process.whereis(name) || :undefined
  def send(name, msg), do: Kernel.send(name, msg)
end

defmodule T do
  def caught(fun) do
    fun.()
  catch
    :exit, {{reason, [_ | _]}, {m, f, args}} -> {:exit, reason, m, f, length(args)}
    :exit, {reason, {m, f, args}} -> {:exit, reason, m, f, length(args)}
    :exit, reason -> {:exit, reason}
  end

  def start(x), do: elem(GenServer.start(Server, x), 1)
end

Process.flag(:trap_exit, true)
me = self()

IO.puts("starting")
{:ok, p} = GenServer.start_link(Server, 1)
IO.inspect({is_pid(p), GenServer.call(p, :get)})
for r <- [:ignore, {:stop, :why}, {:stop, :normal}, :odd], do: IO.inspect(GenServer.start(Server, {:give, r}))
IO.inspect(GenServer.start_link(Server, {:give, {:stop, :linked}}))
receive do: ({:EXIT, _, reason} -> IO.inspect(reason))
IO.inspect(with {:error, {e, [_ | _]}} <- GenServer.start(Server, {:raise, "no"}), do: e)
IO.inspect(GenServer.start(Server, {:throw, {:stop, :thrown}}))
IO.inspect(GenServer.start(Server, {:exit, :gone}))
q = T.start({:give, {:ok, 7, {:continue, {:chain, :c}}}})
IO.inspect(:sys.get_state(q))
q = T.start({:give, {:ok, 7, 10}})
Process.sleep(40)
IO.inspect(:sys.get_state(q))
q = T.start({:give, {:ok, 7, :hibernate}})
IO.inspect(GenServer.call(q, :get))
IO.inspect(GenServer.call(q, {:give, {:reply, :ok, 8, :hibernate}}))
IO.inspect(GenServer.call(q, :get))

IO.puts("names")
IO.inspect(GenServer.whereis(:srv))
{:ok, s} = GenServer.start_link(Server, 5, name: :srv)
IO.inspect(GenServer.whereis(:srv) == s)
IO.inspect(GenServer.start_link(Server, 5, name: :srv) == {:error, {:already_started, s}})
IO.inspect({GenServer.call(:srv, :get), GenServer.call({:srv, node()}, :get)})
IO.inspect({GenServer.cast(:srv, {:add, 2}), GenServer.cast(:nobody, :x), GenServer.call(:srv, :get)})
{:ok, v} = GenServer.start_link(Server, 6, name: {:via, Via, :v})
IO.inspect({GenServer.call({:via, Via, :v}, :get), GenServer.whereis({:via, Via, :v}) == v, GenServer.cast({:via, Via, :v}, {:add, 1})})
IO.inspect(GenServer.call(v, :get))
IO.inspect(try do GenServer.start_link(Server, 5, name: "text") rescue e -> e end)

IO.puts("calls")
IO.inspect(GenServer.call(p, {:later, 4}))
IO.inspect(GenServer.call(p, {:early, 4}))
IO.inspect(GenServer.call(p, {:throw, {:reply, :thrown, 9}}))
IO.inspect(GenServer.call(p, {:give, {:reply, 1, 10, {:continue, {:to, :x}}}}))
IO.inspect(GenServer.call(p, :get))
send(p, :hello)
IO.inspect(GenServer.call(p, :get))
IO.inspect(GenServer.call(p, {:give, {:reply, 1, 10, 5}}))
Process.sleep(30)
IO.inspect(GenServer.call(p, :get))
IO.inspect(T.caught(fn -> GenServer.call(p, :slow, 5) end))
IO.inspect(GenServer.call(p, :get, :infinity))
Process.sleep(10)
IO.inspect(Process.info(self(), :message_queue_len))
IO.inspect(T.caught(fn -> GenServer.call(:nobody, :x) end))
IO.inspect(T.caught(fn -> GenServer.call(self(), :x) end))
dead = T.start(1)
IO.inspect(GenServer.stop(dead))
IO.inspect(T.caught(fn -> GenServer.call(dead, :x) end))
IO.inspect(T.caught(fn -> GenServer.stop(dead) end))
IO.inspect(try do GenServer.call(p, :x, -1) rescue e -> e.__struct__ end)
IO.inspect(GenServer.call(p, {:run, fn {pid, [:alias | ref]} -> pid == me and is_reference(ref) end}))
IO.inspect(:sys.replace_state(p, fn _ -> :new end))
IO.inspect(:sys.get_state(p))

IO.puts("stopping")
IO.inspect(T.caught(fn -> GenServer.call(T.start(1), {:give, {:stop, :normal, :bye, 1}}) end))
IO.inspect(T.caught(fn -> GenServer.call(T.start(1), {:give, {:stop, :normal, 1}}) end))
IO.inspect(T.caught(fn -> GenServer.call(T.start(1), {:give, {:stop, :shutdown, {:tell, me}}}) end))
receive do: (m -> IO.inspect(m))
IO.inspect(T.caught(fn -> GenServer.call(T.start(1), {:run, fn _ -> exit(:shutdown) end}) end))
IO.inspect(T.caught(fn -> GenServer.stop(T.start({:tell, me}), {:shutdown, :x}) end))
receive do: (m -> IO.inspect(m))
{:ok, l} = GenServer.start_link(Server, 0)
GenServer.cast(l, {:give, {:stop, {:shutdown, 3}, 0}})
receive do: ({:EXIT, ^l, r} -> IO.inspect(r))

parent = spawn(fn ->
  GenServer.start_link(Server, {:tell, me}, name: :child)
  GenServer.call(:child, {:run, fn _ -> Process.flag(:trap_exit, true) end})
  receive do: (:end -> exit(:parent_ends))
end)
Process.sleep(20)
Process.unlink(parent)
child = Process.whereis(:child)
:sys.replace_state(:child, fn s -> s end)
ref = Process.monitor(child)
send(child, {:EXIT, parent, :shutdown})
receive do: ({:terminated, r} -> IO.inspect(r))
receive do: ({:DOWN, ^ref, _, _, r} -> IO.inspect(r))

IO.puts("specs")
IO.inspect(Plain.child_spec(3))
IO.inspect(Server.child_spec(3))
IO.inspect(function_exported?(Plain, :handle_call, 3))
IO.inspect(Process.get(:"$ancestors"))
IO.inspect(GenServer.call(s, {:run, fn _ -> {Process.get(:"$ancestors") == [me], Process.get(:"$initial_call")} end}))

IO.puts("agents")
{:ok, a} = Agent.start_link(fn -> 1 end, name: :agent)
IO.inspect(Agent.get(a, & &1))
IO.inspect(Agent.update(:agent, &(&1 + 1)))
IO.inspect(Agent.get_and_update(a, fn n -> {n, n * 10} end))
IO.inspect(Agent.cast(a, &(&1 + 1)))
IO.inspect(Agent.get(a, Kernel, :+, [1]))
IO.inspect(Agent.update(a, Kernel, :-, [1]))
IO.inspect(Agent.cast(a, Kernel, :*, [2]))
IO.inspect(Agent.get(a, & &1, 1000))
IO.inspect(T.caught(fn -> Agent.get(a, fn _ -> Process.sleep(100) end, 5) end) |> elem(1))
IO.inspect(Agent.stop(a))
IO.inspect(T.caught(fn -> Agent.get(:agent, & &1) end) |> elem(1))
{:ok, m} = Agent.start(Map, :new, [])
IO.inspect(Agent.get(m, & &1))
IO.inspect(Agent.start_link(fn -> exit(:bad) end))
