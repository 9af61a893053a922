# SPDX-License-Identifier: Apache-2.0
# Task.Supervisor: tasks as children, linked to their owner or not.
:logger.set_primary_config(:level, :none)
# A supervisor learns of an end when it comes to it.
alone = fn alone, sup -> with [_ | _] <- Task.Supervisor.children(sup), do: (Process.sleep(1); alone.(alone, sup)) end
down = fn pid, ref -> receive do {:DOWN, ^ref, _, ^pid, reason} -> reason end end
{:ok, sup} = Task.Supervisor.start_link(name: :tasks)
IO.inspect(Task.Supervisor.async(:tasks, fn -> {self() in Task.Supervisor.children(sup), hd(Process.get(:"$callers"))} end) |> Task.await() |> then(fn {child, caller} -> {child, caller == self()} end))
IO.inspect(Task.Supervisor.async(sup, Kernel, :+, [1, 2]) |> Task.await())
task = Task.Supervisor.async_nolink(sup, fn -> raise "x" end)
IO.inspect(match?({:exit, {%RuntimeError{message: "x"}, [_ | _]}}, Task.yield(task)))
task = Task.Supervisor.async_nolink(sup, fn -> exit(:no) end)
IO.inspect(try do Task.await(task) catch :exit, {reason, {m, f, [_, t]}} -> {reason, m, f, t} end)
task = Task.Supervisor.async_nolink(sup, Process, :sleep, [:infinity])
IO.inspect(Task.Supervisor.children(sup) == [task.pid])
IO.inspect(Task.shutdown(task, :brutal_kill))
IO.inspect(alone.(alone, sup))
# a linked task ends its owner
{owner, ref} = spawn_monitor(fn -> Task.Supervisor.async(sup, fn -> exit(:boom) end) |> Task.await() end)
IO.inspect(down.(owner, ref))
# and the end of its owner ends a linked task, not one that is not
me = self()
for kind <- [:async, :async_nolink] do
  {owner, ref} = spawn_monitor(fn ->
    task = apply(Task.Supervisor, kind, [sup, fn -> receive do :go -> send(me, {:still, kind}) end end])
    send(me, {:task, task.pid})
    receive do :stop -> exit(:shutdown) end
  end)
  pid = receive do {:task, pid} -> pid end
  r = Process.monitor(pid)
  send(owner, :stop)
  IO.inspect({kind, down.(owner, ref)})
  if kind == :async_nolink, do: send(pid, :go)
  IO.inspect({kind, down.(pid, r)})
end
receive do {:still, kind} -> IO.inspect(kind) end
# start_child
{:ok, pid} = Task.Supervisor.start_child(sup, fn -> Process.sleep(:infinity) end)
IO.inspect(Task.Supervisor.children(sup) == [pid])
IO.inspect(Task.Supervisor.terminate_child(sup, pid))
IO.inspect(Task.Supervisor.terminate_child(sup, pid))
{:ok, counter} = Agent.start_link(fn -> 0 end)
{:ok, _} = Task.Supervisor.start_child(sup, fn ->
  n = Agent.get_and_update(counter, &{&1, &1 + 1})
  if n < 2, do: exit(:again), else: send(me, {:done, n})
end, restart: :transient)
receive do {:done, n} -> IO.inspect(n) end
{:ok, _} = Task.Supervisor.start_child(sup, Kernel, :send, [me, :from_child])
receive do :from_child -> IO.puts("from child") end
# streams
IO.inspect(Task.Supervisor.async_stream(sup, 1..4, &(&1 * 2)) |> Enum.to_list())
IO.inspect(Task.Supervisor.async_stream(sup, [1, 2], Kernel, :+, [10], max_concurrency: 1) |> Enum.to_list())
IO.inspect(Task.Supervisor.async_stream_nolink(sup, 1..4, fn 2 -> exit(:two); x -> x end, max_concurrency: 2) |> Enum.to_list())
IO.inspect(Task.Supervisor.async_stream_nolink(sup, [:a, :b], fn :a -> Process.sleep(:infinity); x -> x end, timeout: 20, on_timeout: :kill_task, zip_input_on_exit: true) |> Enum.to_list())
{owner, ref} = spawn_monitor(fn -> Task.Supervisor.async_stream(sup, 1..4, fn 2 -> exit(:two); x -> x end) |> Enum.to_list() end)
IO.inspect(down.(owner, ref))
IO.inspect(alone.(alone, sup))
# as many as allowed
{:ok, small} = Task.Supervisor.start_link(max_children: 1)
{:ok, _} = Task.Supervisor.start_child(small, fn -> Process.sleep(:infinity) end)
IO.inspect(Task.Supervisor.start_child(small, fn -> :ok end))
IO.inspect(try do Task.Supervisor.async(small, fn -> :ok end) rescue e -> e.__struct__ end)
{:ok, top} = Supervisor.start_link([{Task.Supervisor, name: MyApp.Tasks}], strategy: :one_for_one)
IO.inspect(for {id, pid, type, modules} <- Supervisor.which_children(top), do: {id, is_pid(pid), type, modules})
IO.inspect(Task.Supervisor.async(MyApp.Tasks, fn -> :ok end) |> Task.await())
Supervisor.stop(top)
IO.inspect(Supervisor.stop(sup))
