# schedulers: 1
# SPDX-License-Identifier: Apache-2.0
# Tasks: awaiting, yielding, shutting down, streams.

defmodule T do
  def exit_of(fun) do
    fun.()
  catch
    :exit, {{reason, [_ | _]}, {m, f, args}} -> {:exit, reason, m, f, length(args)}
    :exit, {reason, {m, f, args}} -> {:exit, reason, m, f, length(args)}
    :exit, reason -> {:exit, reason}
  end

  def down(fun) do
    {:ok, pid} = fun.()
    ref = Process.monitor(pid)
    receive do: ({:DOWN, ^ref, _, _, reason} -> reason)
  end

  def twice(x), do: x * 2
  def plus(x, y), do: x + y
end

defmodule Job do
  use Task, restart: :transient
  def start_link(arg), do: Task.start_link(__MODULE__, :run, [arg])
  def run(pid), do: send(pid, :job_done)
end

me = self()
IO.puts("await")
IO.inspect(Task.await(Task.async(fn -> 1 + 1 end)))
IO.inspect(Task.await(Task.async(T, :plus, [1, 2]), :infinity))
t = Task.async(fn -> {Process.get(:"$callers") == [me], Process.get(:"$ancestors") == [me]} end)
IO.inspect({Task.await(t), is_pid(t.pid), is_reference(t.ref), t.owner == me})
IO.inspect(Task.await(Task.completed(5)))
IO.inspect(Task.await_many(for i <- 1..5, do: Task.async(fn -> Process.sleep(5 - i); i end)))
IO.inspect(T.exit_of(fn -> Task.await(Task.async(fn -> Process.sleep(:infinity) end), 5) end))
IO.inspect(T.exit_of(fn -> Task.await_many([Task.completed(1), Task.async(fn -> Process.sleep(:infinity) end)], 5) end))
t = Task.async(fn -> 1 end)
IO.inspect(Task.await(Task.async(fn -> try do Task.await(t) rescue e in ArgumentError -> e.__struct__ end end)))
IO.inspect(Task.await(t))

IO.puts("yield and shutdown")
t = Task.async(fn -> Process.sleep(30); :late end)
IO.inspect({Task.yield(t, 1), Task.yield(t)})
IO.inspect(Task.shutdown(Task.async(fn -> Process.sleep(:infinity) end)))
IO.inspect(Task.shutdown(Task.async(fn -> Process.sleep(:infinity) end), :brutal_kill))
t = Task.async(fn -> :quick end)
Process.sleep(20)
IO.inspect(Task.shutdown(t))
a = Task.async(fn -> :a end)
b = Task.async(fn -> Process.sleep(:infinity) end)
IO.inspect(for {_, r} <- Task.yield_many([a, b], 30), do: r)
IO.inspect(Task.shutdown(b, :brutal_kill))
Process.flag(:trap_exit, true)
t = Task.async(fn -> exit({:shutdown, 1}) end)
IO.inspect(Task.yield(t))
receive do: ({:EXIT, _, r} -> IO.inspect(r))
t = Task.async(fn -> exit(:shutdown) end)
IO.inspect(T.exit_of(fn -> Task.await(t) end))
receive do: ({:EXIT, _, r} -> IO.inspect(r))
t = Task.async(fn -> raise "task" end)
IO.inspect(T.exit_of(fn -> Task.await(t) end))
receive do: ({:EXIT, _, {r, [_ | _]}} -> IO.inspect(r))
t = Task.async(fn -> Process.flag(:trap_exit, true); receive do: (:never -> :ok) end)
Process.sleep(10)
IO.inspect(Task.shutdown(t, 20))
Process.flag(:trap_exit, false)

IO.puts("start")
{:ok, p} = Task.start(fn -> send(me, :started) end)
receive do: (m -> IO.inspect({m, is_pid(p)}))
{:ok, p} = Task.start_link(Kernel, :send, [me, :linked])
receive do: (m -> IO.inspect({m, is_pid(p)}))
IO.inspect(elem(T.down(fn -> Task.start(fn -> Process.sleep(20); raise "quiet" end) end), 0))
IO.inspect(Job.child_spec(1))
{:ok, sup} = Supervisor.start_link([{Job, me}, Supervisor.child_spec({Task, fn -> send(me, :plain) end}, id: :x)], strategy: :one_for_one)
receive do: (:job_done -> IO.puts("job"))
receive do: (:plain -> IO.puts("plain"))
Process.sleep(10)
IO.inspect(for {id, pid, _, _} <- Supervisor.which_children(sup), do: {id, pid})

IO.puts("streams")
IO.inspect(1..5 |> Task.async_stream(&T.twice/1) |> Enum.to_list())
IO.inspect(1..5 |> Task.async_stream(T, :plus, [10], max_concurrency: 2) |> Enum.to_list())
IO.inspect(1..20 |> Task.async_stream(fn i -> Process.sleep(rem(i * 7, 5)); i end, max_concurrency: 4) |> Enum.map(fn {:ok, i} -> i end))
IO.inspect(1..20 |> Task.async_stream(fn i -> Process.sleep(rem(i * 7, 5)); i end, ordered: false, max_concurrency: 4) |> Enum.map(fn {:ok, i} -> i end) |> Enum.sort())
IO.inspect([] |> Task.async_stream(& &1) |> Enum.to_list())
IO.inspect(Stream.iterate(1, &(&1 + 1)) |> Task.async_stream(& &1, max_concurrency: 3) |> Enum.take(4))
IO.inspect([1, 500, 3] |> Task.async_stream(fn t -> Process.sleep(t); t end, timeout: 100, on_timeout: :kill_task, max_concurrency: 3) |> Enum.to_list())
IO.inspect([1, 500, 3] |> Task.async_stream(fn t -> Process.sleep(t); t end, timeout: 100, on_timeout: :kill_task, max_concurrency: 3, zip_input_on_exit: true) |> Enum.to_list())
IO.inspect(T.exit_of(fn -> [500] |> Task.async_stream(&Process.sleep/1, timeout: 10) |> Enum.to_list() end) |> elem(1))
Process.flag(:trap_exit, true)
IO.inspect([1, 2, 3] |> Task.async_stream(fn 2 -> exit(:shutdown); x -> x end) |> Enum.to_list())
IO.inspect(Process.info(me, :message_queue_len))
Process.flag(:trap_exit, false)
IO.inspect(try do 1..9 |> Task.async_stream(& &1) |> Enum.each(fn {:ok, 3} -> throw(:three); _ -> :ok end) catch x -> x end)
IO.inspect(Enum.zip(1..3 |> Task.async_stream(&(&1 * &1)), [:a, :b, :c, :d]))
IO.inspect(1..4 |> Task.async_stream(& &1) |> Stream.map(fn {:ok, x} -> x end) |> Enum.sum())
IO.inspect(try do Task.async_stream([1], & &1, max_concurrency: 0) |> Enum.to_list() rescue e -> e end)
IO.inspect(T.down(fn -> {:ok, spawn(fn -> Process.sleep(20); [1] |> Task.async_stream(fn _ -> exit({:shutdown, :in}) end) |> Enum.to_list() end)} end))
IO.inspect(Process.info(me, :message_queue_len))
