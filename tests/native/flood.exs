# SPDX-License-Identifier: Apache-2.0
# What a native sends from a dirty thread leads to code that is replaced meanwhile, and searched for, while others monitor its process
# and end it. What a native on a dirty thread calls gets its arguments, though its process is collected before it runs again.
[library] = System.argv()
{:ok, _} = Joist.Native.load(library)
Code.compiler_options(ignore_module_conflict: true)

defmodule Round do
  # Large enough that a few of them are worth a search.
  def module(n) do
    functions = for i <- 1..60, do: "def f#{i}(x), do: {x, #{n}, \"#{String.duplicate("text", 400)}#{i}\"}\n"
    Code.compile_string("defmodule Changing do\ndef fun, do: fn x -> {x, #{n}, f1(x)} end\n#{functions}\nend")
  end

  def takes(count) do
    receive do
      fun when is_function(fun) ->
        {1, n, {1, n, _}} = fun.(1)
        takes(count + 1)

      {:stop, from} -> send(from, {:took, count > 0})
    end
  end

  def bothers(pid) do
    for _ <- 1..10, do: Process.demonitor(Process.monitor(pid))
    Process.exit(pid, :normal)
    bothers(pid)
  end
end

Round.module(0)
taker = spawn(Round, :takes, [0])
modules = 20

for round <- 1..2 do
  flooders = for _ <- 1..2, do: spawn(fn -> Flood.flood(taker, apply(Changing, :fun, []), 1_000_000) end)
  botherers = for pid <- flooders, do: spawn(Round, :bothers, [pid])
  for n <- 1..modules, do: Round.module(round * modules + n)

  for pid <- flooders do
    ref = Process.monitor(pid)
    Process.exit(pid, if(rem(round, 2) == 0, do: :kill, else: :enough))
    receive do: ({:DOWN, ^ref, :process, _, _} -> :ok)
  end

  for pid <- botherers, do: Process.exit(pid, :kill)
end

send(taker, {:stop, self()})
receive do: ({:took, some} -> IO.inspect(took: some))

defmodule Spread do
  def fun(kept), do: fn a, b, c, d, e, f, g, h -> {kept, Enum.uniq([a, b, c, d, e, f, g, h])} end

  def all(0), do: true

  def all(n) do
    kept = Enum.to_list(1..n)
    fun = fun(kept)
    {^kept, [^fun]} = apply(Flood, :spread, [fun])
    all(n - 1)
  end

  def collects(pids) do
    Enum.each(pids, &:erlang.garbage_collect/1)
    collects(pids)
  end
end

main = self()
pids = for _ <- 1..4, do: spawn(fn -> send(main, {self(), Spread.all(1500)}) end)
collectors = for _ <- 1..2, do: spawn(Spread, :collects, [pids])
IO.inspect(spread: Enum.all?(for pid <- pids, do: receive(do: ({^pid, right} -> right))))
for pid <- collectors, do: Process.exit(pid, :kill)
