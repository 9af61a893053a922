# seed: 21
# SPDX-License-Identifier: Apache-2.0
# Links and exit signals: who ends with which reason, who is told what, and in what order. Real Elixir prints the same.
Code.require_file("cases.ex", __DIR__)

defmodule S do
  # A process that says what comes to it, until it is told to end. The caller watches it.
  def told(trap, fun \\ fn -> :ok end) do
    me = self()
    pid = spawn(fn -> Process.flag(:trap_exit, trap); fun.(); send(me, :ready); loop(me) end)
    Process.put(pid, Process.monitor(pid))
    receive do: (:ready -> pid)
  end

  defp loop(to) do
    receive do
      {:end, reason} -> exit(reason)
      {:do, fun} -> fun.()
      {:EXIT, _, reason} -> send(to, {:told, reason})
      other -> send(to, {:message, other})
    end

    loop(to)
  end

  def dead do
    {pid, ref} = spawn_monitor(fn -> :ok end)
    receive do: ({:DOWN, ^ref, _, _, _} -> pid)
  end

  # Of one that was watched from its start, if it was `told`.
  def end_of(pid) do
    ref = Process.delete(pid) || Process.monitor(pid)

    receive do
      {:DOWN, ^ref, _, _, reason} -> reason
    after
      50 -> Process.demonitor(ref, [:flush]) && :alive
    end
  end

  def links(pid), do: pid |> Process.info(:links) |> elem(1) |> length()
end

reasons = [:normal, :shutdown, {:shutdown, 1}, :x, :kill, :killed, :noproc, {:a, [1]}]

# Exit signals sent, to processes that trap them or not.
for trap <- [false, true], reason <- reasons do
  Cases.run("sent #{inspect(reason)}#{if trap, do: ", trapped"}", fn ->
    pid = S.told(trap)
    sent = Process.exit(pid, reason)
    {sent, S.end_of(pid), Cases.messages()}
  end)

  Cases.run("sent to itself #{inspect(reason)}#{if trap, do: ", trapped"}", fn ->
    Cases.end_of(fn ->
      Process.flag(:trap_exit, trap)
      me = self()
      Process.exit(me, reason)
      receive do: ({:EXIT, ^me, r} -> exit({:told, r})), after: (0 -> exit(:nothing))
    end)
  end)

  Cases.run("by a link #{inspect(reason)}#{if trap, do: ", trapped"}", fn ->
    pid = S.told(false)
    other = S.told(trap, fn -> Process.link(pid) end)
    send(pid, {:end, reason})
    {S.end_of(pid), S.end_of(other), Cases.messages()}
  end)
end

# Making and ending links.
for trap <- [false, true] do
  told = if trap, do: ", trapped", else: ""
  Cases.run("link to the dead#{told}", fn -> dead = S.dead(); Cases.end_of(fn -> Process.flag(:trap_exit, trap); r = Process.link(dead); receive do: ({:EXIT, ^dead, x} -> exit({:told, r, x})) end) end)
  Cases.run("link to itself#{told}", fn -> Process.flag(:trap_exit, trap); {Process.link(self()), S.links(self()), Process.unlink(self())} end)
  Cases.run("spawn_link#{told}", fn -> Cases.end_of(fn -> Process.flag(:trap_exit, trap); pid = spawn_link(fn -> exit(:x) end); receive do: ({:EXIT, ^pid, x} -> exit({:told, x})) end) end)
  Cases.run("spawn_link, raise#{told}", fn -> Cases.end_of(fn -> Process.flag(:trap_exit, trap); pid = spawn_link(fn -> raise "x" end); receive do: ({:EXIT, ^pid, x} -> exit({:told, x})) end) end)
  Cases.run("spawn_link, throw#{told}", fn -> Cases.end_of(fn -> Process.flag(:trap_exit, trap); pid = spawn_link(fn -> throw(:x) end); receive do: ({:EXIT, ^pid, x} -> exit({:told, x})) end) end)
end

Cases.run("link twice, unlink once", fn ->
  pid = S.told(false)
  Process.link(pid)
  Process.link(pid)
  before = {S.links(self()), S.links(pid)}
  Process.unlink(pid)
  send(pid, {:do, fn -> :ok end})
  send(pid, {:end, :x})
  {before, S.links(self()), S.end_of(pid)}
end)

Cases.run("linked from both sides, unlinked from one", fn ->
  pid = S.told(false)
  me = self()
  Process.link(pid)
  send(pid, {:do, fn -> Process.link(me); send(me, :linked) end})
  receive do: (:linked -> :ok)
  Process.unlink(pid)
  send(pid, {:end, :x})
  S.end_of(pid)
end)

Cases.run("linked again", fn ->
  Process.flag(:trap_exit, true)
  pid = S.told(false)
  for _ <- 1..3, do: Process.link(pid) && Process.unlink(pid)
  Process.link(pid)
  send(pid, {:end, :x})
  receive do: ({:EXIT, ^pid, x} -> x)
end)

Cases.run("unlink a stranger and the dead", fn -> {Process.unlink(S.told(false)), Process.unlink(S.dead())} end)

Cases.run("unlink after the end", fn ->
  Process.flag(:trap_exit, true)
  pid = spawn_link(fn -> exit(:x) end)
  S.end_of(pid)
  Process.sleep(1)
  {Process.unlink(pid), receive do {:EXIT, ^pid, x} -> {:told, x} after 0 -> :nothing end}
end)

Cases.run("unlink before the end", fn ->
  Process.flag(:trap_exit, true)
  pid = spawn_link(fn -> receive do: (:go -> exit(:x)) end)
  Process.unlink(pid)
  send(pid, :go)
  {S.end_of(pid), receive do {:EXIT, ^pid, x} -> {:told, x} after 5 -> :nothing end}
end)

# Unlinking and ending at once: told before the unlinking or not at all, never later.
Cases.run("unlink in a race", fn ->
  Process.flag(:trap_exit, true)

  late =
    for _ <- 1..50 do
      pid = spawn_link(fn -> exit(:x) end)
      Process.unlink(pid)
      receive do {:EXIT, ^pid, _} -> :ok after 0 -> :ok end
      S.end_of(pid)
      receive do {:EXIT, ^pid, _} -> :late after 1 -> :ok end
    end

  Enum.uniq(late)
end)

# What is sent before is there before.
Cases.run("messages, then the end", fn ->
  Process.flag(:trap_exit, true)
  me = self()
  pid = spawn_link(fn -> for i <- 1..3, do: send(me, i); exit(:x) end)
  S.end_of(pid)
  Process.sleep(1)
  for m <- Cases.messages(), do: if(is_tuple(m), do: elem(m, 2), else: m)
end)

Cases.run("messages, then an exit signal, then messages", fn ->
  pid = S.told(true)
  for i <- 1..3, do: send(pid, i)
  Process.exit(pid, :x)
  send(pid, 4)
  Process.exit(pid, :y)
  Process.sleep(5)
  Cases.messages()
end)

Cases.run("trapping no more", fn ->
  pid = S.told(true)
  Process.exit(pid, :first)
  send(pid, {:do, fn -> Process.flag(:trap_exit, false) end})
  Process.sleep(5)
  Process.exit(pid, :second)
  {S.end_of(pid), Cases.messages()}
end)

Cases.run("what was trapped stays", fn ->
  me = self()

  Cases.end_of(fn ->
    Process.flag(:trap_exit, true)
    Process.exit(self(), :x)
    Process.sleep(1)
    send(me, Process.flag(:trap_exit, false))
    receive do: ({:EXIT, _, r} -> exit({:told, r}))
  end)
end)

# Ends that go round.
for {name, edges} <- [chain: [{1, 2}, {2, 3}, {3, 4}], ring: [{1, 2}, {2, 3}, {3, 1}], star: [{1, 2}, {1, 3}, {1, 4}], double: [{1, 2}, {2, 1}]], trapping <- [[], [2], [3]] do
  Cases.run("#{name}, #{inspect(trapping)} trap", fn ->
    all = edges |> Enum.flat_map(&Tuple.to_list/1) |> Enum.uniq() |> Enum.sort()
    pids = Map.new(all, fn n -> {n, S.told(n in trapping)} end)
    me = self()
    for {a, b} <- edges, do: send(pids[a], {:do, fn -> Process.link(pids[b]); send(me, :linked) end})
    for _ <- edges, do: (receive do: (:linked -> :ok))
    send(pids[1], {:end, :x})
    ends = for n <- all, do: {n, S.end_of(pids[n])}
    for {_, pid} <- pids, do: Process.exit(pid, :kill)
    {ends, Cases.messages()}
  end)
end

Cases.run("a link to who ends by the kill of another", fn ->
  pid = S.told(false)
  one = S.told(false, fn -> Process.link(pid) end)
  two = S.told(true, fn -> Process.link(pid) end)
  Process.exit(pid, :kill)
  {S.end_of(pid), S.end_of(one), S.end_of(two), Cases.messages()}
end)

Cases.run("two signals: the first one counts", fn ->
  pid = S.told(false)
  Process.exit(pid, :one)
  Process.exit(pid, :two)
  Process.exit(pid, :kill)
  S.end_of(pid)
end)

Cases.run("a trapped one, then a kill", fn ->
  pid = S.told(true)
  Process.exit(pid, :one)
  Process.exit(pid, :kill)
  {S.end_of(pid), Process.alive?(pid)}
end)

Cases.run("exits in exits", fn ->
  Cases.end_of(fn ->
    try do
      exit(:a)
    catch
      :exit, :a -> exit({:b, :a})
    end
  end)
end)

Cases.run("the end of one that waits, of one that computes", fn ->
  # On virtual time nobody sleeps while one computes: the kill comes when it has begun.
  me = self()
  forever = fn f -> f.(f) end
  for fun <- [&Cases.hang/0, fn -> forever.(forever) end] do
    pid = spawn(fn -> send(me, :begun); fun.() end)
    receive do: (:begun -> Process.exit(pid, :x))
    S.end_of(pid)
  end
end)

for f <- [:link, :unlink], arg <- [:x, 1, nil, make_ref()], do: Cases.run("#{f} #{if is_reference(arg), do: "ref", else: inspect(arg)}", fn -> apply(:erlang, f, [arg]) end)
for arg <- [:x, 1, nil], do: Cases.run("exit #{inspect(arg)}", fn -> Process.exit(arg, :x) end)
Cases.run("exit of the dead", fn -> Process.exit(S.dead(), :x) end)
Cases.run("flag", fn -> {Process.flag(:trap_exit, true), Process.flag(:trap_exit, true), Process.flag(:trap_exit, false)} end)
Cases.run("flag, no boolean", fn -> Process.flag(:trap_exit, 1) end)
