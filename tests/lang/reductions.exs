# schedulers: 1
# SPDX-License-Identifier: Apache-2.0
# What a process is charged: all of it is told, what is charged beyond a slice and on dirty threads too, and no more.
defmodule Cost do
  def of(fun) do
    before = now()
    fun.()
    now() - before
  end

  def now, do: elem(Process.info(self(), :reductions), 1)
  def loop(0), do: :ok
  def loop(n), do: loop(n - 1)
end

base = Cost.of(fn -> :ok end)
# Calls, over many slices.
IO.inspect(for n <- [10, 1_000, 100_000, 1_000_000], do: Cost.of(fn -> Cost.loop(n) end) - base)
# Natives that take longer than a slice, or leave for a dirty thread.
bytes = :binary.copy("abc", 1_000_000)
IO.inspect(Cost.of(fn -> :erlang.md5(bytes) end) in 40_000..60_000)
IO.inspect(Cost.of(fn -> :binary.copy(bytes, 3) end) > 1_000)
list = Enum.to_list(1..500_000)
IO.inspect(Cost.of(fn -> :erlang.term_to_binary(list) end) > 10_000)
other = Enum.to_list(1..500_000)
IO.inspect(Cost.of(fn -> :erlang.max(list, other) end) in 10_000..1_000_000)
# Small things are small.
IO.inspect(Cost.of(fn -> :erlang.max({1, 2}, {1, 3}) end) < 50)
# Others see it too, of one that runs and of one that waits.
me = self()
pid = spawn(fn -> Cost.loop(200_000); send(me, :done); receive(do: (:end -> :ok)) end)
receive do: (:done -> :ok)
IO.inspect(elem(Process.info(pid, :reductions), 1) >= 200_000)
