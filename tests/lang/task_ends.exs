# seed: 11
# SPDX-License-Identifier: Apache-2.0
# How tasks end, told to each function that asks; what a task knows; whom it answers. Real Elixir prints the same.
Code.require_file("cases.ex", __DIR__)

defmodule T do
  def info(keys), do: for(key <- keys, do: {key, Process.get(key)})
  def id(x), do: x

  def exit_of(fun) do
    fun.()
  catch
    :exit, reason -> reason
  end
end

# What a task knows.
Cases.run("async", fn -> Task.await(Task.async(T, :info, [[:"$callers", :"$ancestors", :"$initial_call"]])) end)
Cases.run("keys", fn -> Task.await(Task.async(fn -> Enum.sort(Process.get_keys()) end)) end)
Cases.run("callers of callers", fn -> Task.await(Task.async(fn -> Task.await(Task.async(fn -> Process.get(:"$callers") end)) end)) end)

for f <- [:start, :start_link] do
  Cases.run("#{f}", fn ->
    me = self()
    {:ok, _} = apply(Task, f, [fn -> send(me, {Enum.sort(Process.get_keys()), T.info([:"$callers", :"$ancestors"])}) end])
    receive do: (x -> x)
  end)
end

Cases.run("struct", fn -> tap(Task.async(fn -> 1 end), &Task.await/1) end)
Cases.run("struct, mfa", fn -> tap(Task.async(T, :id, [1]), &Task.await/1) end)
Cases.run("completed", fn -> Task.completed(1) end)
for f <- [:await, :yield], do: Cases.run("completed, #{f}", fn -> apply(Task, f, [Task.completed(1)]) end)
Cases.run("completed, yield_many", fn -> for {_, r} <- Task.yield_many([Task.completed(1), Task.completed(2)]), do: r end)
Cases.run("completed, shutdown", fn -> Task.shutdown(Task.completed(1)) end)

# Waiting, and wrong arguments.
Cases.run("await twice", fn ->
  t = Task.async(fn -> 1 end)
  {Task.await(t), T.exit_of(fn -> Task.await(t, 200) end)}
end)

Cases.run("await too late", fn ->
  t = Task.async(fn -> receive do: (:go -> 5) end)
  reason = T.exit_of(fn -> Task.await(t, 1) end)
  send(t.pid, :go)
  Process.sleep(20)
  reason
end)

Cases.run("await a message of others", fn ->
  send(self(), {:x, 1})
  send(self(), {make_ref(), 1})
  Task.await(Task.async(fn -> 2 end))
end)

Cases.run("await_many too late", fn ->
  ts = [Task.async(fn -> 1 end), Task.async(&Cases.hang/0)]
  reason = T.exit_of(fn -> Task.await_many(ts, 200) end)
  Task.shutdown(Enum.at(ts, 1), :brutal_kill)
  reason
end)

for timeout <- [-1, :x], f <- [:await, :yield], do: Cases.run("#{f}, timeout #{inspect(timeout)}", fn -> apply(Task, f, [Task.completed(1), timeout]) end)
Cases.run("await_many, timeout", fn -> Task.await_many([Task.completed(1)], :x) end)
for f <- [:await, :yield, :shutdown, :ignore], do: Cases.run("#{f} no task", fn -> apply(Task, f, [:x]) end)
for f <- [:await_many, :yield_many], do: Cases.run("#{f} nothing", fn -> apply(Task, f, [[]]) end)
for f <- [:async, :start, :start_link], fun <- [:x, fn x -> x end], do: Cases.run("#{f} no function", fn -> apply(Task, f, [fun]) end)
for f <- [:async, :start, :start_link], args <- [[1, :a, []], [T, "a", []], [T, :a, :b]], do: Cases.run("#{f} no mfa", fn -> apply(Task, f, args) end)
Cases.run("await_many the same twice", fn -> t = Task.completed(1); Task.await_many([t, t]) end)

for f <- [:await, :yield, :shutdown, :ignore, :await_many, :yield_many] do
  Cases.run("#{f} of another's", fn ->
    t = Task.async(&Cases.hang/0)
    arg = if f in [:await_many, :yield_many], do: [t], else: t
    e = Task.await(Task.async(fn -> try do apply(Task, f, [arg]) rescue e -> e end end))
    Task.shutdown(t, :brutal_kill)
    {e.__struct__, Cases.mask(Exception.message(e))}
  end)
end

# Ends.
ends = [
  raise: fn -> raise "x" end,
  exit: fn -> exit(:x) end,
  throw: fn -> throw(:x) end,
  error: fn -> :erlang.error(:x) end,
  normal: fn -> exit(:normal) end,
  shutdown: fn -> exit(:shutdown) end,
  shutdown_1: fn -> exit({:shutdown, 1}) end,
  kill: fn -> Process.exit(self(), :kill) end
]

late = fn t -> Process.sleep(20) && t end

for {name, fun} <- ends do
  asked = [
    await: fn -> Task.await(Task.async(fun)) end,
    yield: fn -> Task.yield(Task.async(fun)) end,
    shutdown: fn -> Task.shutdown(late.(Task.async(fun))) end,
    kill: fn -> Task.shutdown(late.(Task.async(fun)), :brutal_kill) end,
    ignore: fn -> Task.ignore(late.(Task.async(fun))) end,
    await_many: fn -> Task.await_many([Task.completed(1), Task.async(fun)]) end,
    yield_many: fn -> for {_, r} <- Task.yield_many([Task.completed(1), Task.async(fun)]), do: r end
  ]

  Cases.run("#{name}, linked", fn -> Cases.end_of(fn -> Task.await(Task.async(fun)) end) end)
  for {f, ask} <- asked, do: Cases.run("#{name}, #{f}", fn -> Process.flag(:trap_exit, true) && ask.() end)

  Cases.run("#{name}, start", fn ->
    {:ok, pid} = Task.start(fn -> receive do: (:go -> fun.()) end)
    ref = Process.monitor(pid)
    send(pid, :go)
    receive do: ({:DOWN, ^ref, _, _, reason} -> reason)
  end)

  Cases.run("#{name}, start_link", fn ->
    Process.flag(:trap_exit, true)
    {:ok, pid} = Task.start_link(fun)
    receive do: ({:EXIT, ^pid, reason} -> reason)
  end)
end
