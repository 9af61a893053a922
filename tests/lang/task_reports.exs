# seed: 15
# SPDX-License-Identifier: Apache-2.0
# What is reported of tasks and servers that fail: who started them, why, where, and what they were to do.
defmodule M do
  use GenServer
  def boom(x), do: raise("boom #{x}")
  def init(x), do: {:ok, x}
  def handle_cast(:exit, _), do: exit(:bye)
  def handle_cast(:error, _), do: :erlang.error(:some)
end

failing = fn name, fun ->
  IO.puts(:stderr, "--- #{name}")
  {_, ref} = spawn_monitor(fun)
  receive do: ({:DOWN, ^ref, _, _, _} -> Process.sleep(20))
end

failing.("raise", fn -> Task.await(Task.async(M, :boom, [1])) end)
failing.("exit", fn -> Task.await(Task.async(fn -> exit(:out) end)) end)
failing.("throw", fn -> Task.await(Task.async(fn -> throw(:ball) end)) end)
failing.("error", fn -> Task.await(Task.async(fn -> :erlang.error(:some) end)) end)
failing.("nothing to report", fn -> Task.await(Task.async(fn -> exit({:shutdown, :so}) end)) end)
failing.("a named owner", fn -> Process.register(self(), :owner); Task.await(Task.async(fn -> Process.register(self(), :task); exit(:out) end)) end)

failing.("awaiting in vain", fn ->
  Task.await(Task.async(fn -> Task.await(Task.completed(1), 0) && Task.await(Task.async(fn -> Process.sleep(:infinity) end), 5) end))
end)

failing.("a server exits", fn -> {:ok, pid} = GenServer.start(M, 0); GenServer.cast(pid, :exit); Process.sleep(20) end)
failing.("a server fails", fn -> {:ok, pid} = GenServer.start(M, 0); GenServer.cast(pid, :error); Process.sleep(20) end)
