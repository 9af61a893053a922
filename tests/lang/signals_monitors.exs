# seed: 22
# SPDX-License-Identifier: Apache-2.0
# Monitors and aliases: who is told, once or not at all, with which reason and name; what an alias lets through. Real Elixir prints the same.
Code.require_file("cases.ex", __DIR__)

defmodule S do
  def waiting do
    me = self()
    pid = spawn(fn -> send(me, {self(), :ready}); loop() end)
    receive do: ({^pid, :ready} -> pid)
  end

  defp loop do
    receive do
      {:end, reason} -> exit(reason)
      {:do, fun} -> fun.()
    end

    loop()
  end

  def dead do
    {pid, ref} = spawn_monitor(fn -> :ok end)
    receive do: ({:DOWN, ^ref, _, _, _} -> pid)
  end

  # Comes back when it has done all that was asked of it before.
  def settled(pid) do
    me = self()
    send(pid, {:do, fn -> send(me, {pid, :settled}) end})
    receive do: ({^pid, :settled} -> pid)
  end

  def counts(pid), do: for({_, list} <- Process.info(pid, [:monitors, :monitored_by]), do: length(list))

  # What of a monitor has come.
  def down(ref, wait \\ 20) do
    receive do
      {:DOWN, ^ref, _, _, reason} -> {:down, reason}
    after
      wait -> :nothing
    end
  end
end

# Ends, told.
for {name, fun} <- [
      normal: fn -> :ok end,
      exit: fn -> exit(:x) end,
      shutdown: fn -> exit({:shutdown, 1}) end,
      raise: fn -> raise "x" end,
      throw: fn -> throw(:x) end,
      kill: fn -> Process.exit(self(), :kill) end,
      kill_by_name: fn -> exit(:kill) end
    ] do
  Cases.run("spawn_monitor, #{name}", fn -> {pid, ref} = spawn_monitor(fun); receive do: ({:DOWN, _, kind, object, reason} -> {is_reference(ref), kind, object == pid, reason}) end)
end

for reason <- [:normal, :x, :kill] do
  Cases.run("sent #{reason}", fn ->
    pid = S.waiting()
    ref = Process.monitor(pid)
    Process.exit(pid, reason)
    S.down(ref)
  end)
end

# Making and ending monitors.
Cases.run("of the dead", fn -> S.down(Process.monitor(S.dead())) end)
Cases.run("of itself", fn -> ref = Process.monitor(self()); {is_reference(ref), S.counts(self()), S.down(ref, 1), Process.demonitor(ref)} end)
Cases.run("of nobody's name", fn -> ref = Process.monitor(:nobody_here); receive do: ({:DOWN, ^ref, kind, object, reason} -> {kind, object, reason}) end)

Cases.run("of a name", fn ->
  pid = S.waiting()
  Process.register(pid, :named)
  a = Process.monitor(:named)
  b = Process.monitor({:named, node()})
  c = Process.monitor(pid)
  kinds = Process.info(self(), :monitors) |> elem(1) |> Enum.map(fn {:process, x} -> if is_pid(x), do: :pid, else: x end) |> Enum.sort()
  send(pid, {:end, :x})
  S.down(c)
  Process.sleep(1)
  {kinds, for({:DOWN, ref, _, object, _} <- Cases.messages(), do: {ref == a or ref == b, object}), Process.whereis(:named)}
end)

Cases.run("of a name that is given up", fn ->
  pid = S.waiting()
  Process.register(pid, :given)
  ref = Process.monitor(:given)
  Process.unregister(:given)
  other = S.waiting()
  Process.register(other, :given)
  Process.exit(other, :kill)
  early = S.down(ref, 5)
  Process.exit(pid, :x)
  {early, receive do {:DOWN, ^ref, _, object, reason} -> {object, reason} end}
end)

Cases.run("several of one", fn ->
  pid = S.waiting()
  refs = for _ <- 1..3, do: Process.monitor(pid)
  counts = S.counts(pid)
  Process.demonitor(Enum.at(refs, 1))
  S.settled(pid)
  fewer = S.counts(pid)
  send(pid, {:end, :x})
  {length(Enum.uniq(refs)), counts, fewer, for(ref <- refs, do: S.down(ref))}
end)

Cases.run("of each other", fn ->
  me = self()
  pid = S.waiting()
  ref = Process.monitor(pid)
  send(pid, {:do, fn -> Process.monitor(me) end})
  S.settled(pid)
  counts = {S.counts(me), S.counts(pid)}
  send(pid, {:end, :x})
  {counts, S.down(ref), S.counts(me)}
end)

Cases.run("demonitor", fn -> pid = S.waiting(); ref = Process.monitor(pid); {Process.demonitor(ref), Process.demonitor(ref), send(pid, {:end, :x}) && S.down(ref)} end)
Cases.run("demonitor, info", fn -> ref = Process.monitor(S.waiting()); {Process.demonitor(ref, [:info]), Process.demonitor(ref, [:info])} end)
Cases.run("demonitor too late", fn -> ref = Process.monitor(S.dead()); Process.sleep(1); {Process.demonitor(ref), S.down(ref)} end)
Cases.run("demonitor too late, flush", fn -> ref = Process.monitor(S.dead()); Process.sleep(1); {Process.demonitor(ref, [:flush]), S.down(ref)} end)
Cases.run("demonitor too late, info", fn -> ref = Process.monitor(S.dead()); Process.sleep(1); {Process.demonitor(ref, [:info]), S.down(ref)} end)
Cases.run("demonitor too late, flush and info", fn -> ref = Process.monitor(S.dead()); Process.sleep(1); {Process.demonitor(ref, [:info, :flush]), S.down(ref)} end)
Cases.run("demonitor, flush and info", fn -> ref = Process.monitor(S.waiting()); Process.demonitor(ref, [:flush, :info]) end)
Cases.run("demonitor of no monitor", fn -> {Process.demonitor(make_ref()), Process.demonitor(make_ref(), [:flush]), Process.demonitor(make_ref(), [:info])} end)

Cases.run("demonitor of another's", fn ->
  me = self()
  pid = S.waiting()
  ref = Process.monitor(pid)
  {_, other} = spawn_monitor(fn -> exit(try do Process.demonitor(ref) rescue e -> e.__struct__ end) end)
  {S.down(other), is_pid(me), send(pid, {:end, :x}) && S.down(ref)}
end)

Cases.run("the end of who watches", fn ->
  pid = S.waiting()
  watcher = S.waiting()
  send(watcher, {:do, fn -> for _ <- 1..3, do: Process.monitor(pid) end})
  S.settled(watcher)
  before = S.counts(pid)
  ref = Process.monitor(watcher)
  send(watcher, {:end, :x})
  S.down(ref)
  S.settled(pid)
  {before, S.counts(pid)}
end)

# Demonitoring and ending at once: with flush nothing comes later.
Cases.run("demonitor in a race", fn ->
  late =
    for _ <- 1..50 do
      {pid, ref} = spawn_monitor(fn -> :ok end)
      Process.demonitor(ref, [:flush])
      again = Process.monitor(pid)
      {:down, _} = S.down(again)
      S.down(ref, 0)
    end

  Enum.uniq(late)
end)

Cases.run("messages before the end", fn ->
  me = self()
  {_, ref} = spawn_monitor(fn -> for i <- 1..3, do: send(me, i); exit(:x) end)
  S.down(ref)
  Cases.messages()
end)

Cases.run("link and monitor", fn ->
  Process.flag(:trap_exit, true)
  pid = S.waiting()
  Process.link(pid)
  ref = Process.monitor(pid)
  send(pid, {:end, :x})
  {receive do {:EXIT, ^pid, reason} -> reason end, S.down(ref)}
end)

Cases.run("a link ends who watches", fn ->
  {_, ref} = spawn_monitor(fn -> pid = spawn_link(fn -> receive do: (:go -> exit(:x)) end); ref = Process.monitor(pid); send(pid, :go); S.down(ref, 1000); Process.sleep(10); exit(:lived) end)
  S.down(ref, 1000)
end)

# spawn_opt.
for options <- [[:link], [:monitor], [:link, :monitor], [{:monitor, []}], [{:monitor, [tag: :gone]}], [{:monitor, [alias: :demonitor]}], []] do
  Cases.run("spawn_opt #{inspect(options)}", fn ->
    Process.flag(:trap_exit, true)
    answer = Process.spawn(fn -> exit(:x) end, options)
    Process.sleep(1)
    {answer, Enum.sort_by(Cases.messages(), &elem(&1, 0))}
  end)
end

for options <- [[tag: :gone], [tag: {:gone, 1}], [alias: :explicit_unalias], [alias: :demonitor], [alias: :reply_demonitor]] do
  Cases.run("monitor #{inspect(options)}", fn ->
    pid = S.waiting()
    :erlang.monitor(:process, pid, options)
    send(pid, {:end, :x})
    Process.sleep(1)
    Cases.messages()
  end)
end

for options <- [[:x], [tag: 1, alias: :x], [alias: true]], do: Cases.run("monitor #{inspect(options)}", fn -> :erlang.monitor(:process, self(), options) end)

# Aliases.
tell = fn to, what -> S.settled(S.waiting()) |> tap(fn pid -> send(pid, {:do, fn -> send(to, what) end}); S.settled(pid) end) end

Cases.run("alias", fn ->
  a = :erlang.alias()
  tell.(a, :one)
  tell.(a, :two)
  first = Cases.messages()
  off = :erlang.unalias(a)
  tell.(a, :three)
  {first, off, :erlang.unalias(a), Cases.messages()}
end)

Cases.run("alias, reply", fn ->
  a = :erlang.alias([:reply])
  tell.(a, :one)
  tell.(a, :two)
  {Cases.messages(), :erlang.unalias(a)}
end)

Cases.run("alias, explicit_unalias", fn -> a = :erlang.alias([:explicit_unalias]); tell.(a, :one); {Cases.messages(), :erlang.unalias(a), :erlang.unalias(a)} end)
Cases.run("alias, itself", fn -> a = :erlang.alias(); send(a, :one); :erlang.unalias(a); send(a, :two); Cases.messages() end)
Cases.run("alias of another", fn -> me = self(); {pid, _} = spawn_monitor(fn -> send(me, {:alias, :erlang.alias()}); Cases.hang() end); a = receive do: ({:alias, a} -> a); {:erlang.unalias(a), Process.exit(pid, :kill), send(a, :x) == :x, receive do {:DOWN, _, _, _, r} -> r end} end)
Cases.run("send to no alias", fn -> send(make_ref(), :x) end)
for x <- [:x, 1], do: Cases.run("unalias #{inspect(x)}", fn -> :erlang.unalias(x) end)
Cases.run("alias, no option", fn -> :erlang.alias([:x]) end)

for kind <- [:explicit_unalias, :demonitor, :reply_demonitor] do
  Cases.run("#{kind}: two messages", fn ->
    pid = S.waiting()
    a = :erlang.monitor(:process, pid, [alias: kind])
    tell.(a, :one)
    tell.(a, :two)
    got = Cases.messages()
    send(pid, {:end, :x})
    {got, S.down(a), tell.(a, :three) && Cases.messages(), :erlang.unalias(a)}
  end)

  Cases.run("#{kind}: demonitor", fn ->
    a = :erlang.monitor(:process, S.waiting(), [alias: kind])
    off = Process.demonitor(a)
    tell.(a, :one)
    {off, Cases.messages(), :erlang.unalias(a)}
  end)

  Cases.run("#{kind}: unalias", fn ->
    pid = S.waiting()
    a = :erlang.monitor(:process, pid, [alias: kind])
    off = :erlang.unalias(a)
    tell.(a, :one)
    send(pid, {:end, :x})
    {off, Cases.messages(), S.down(a)}
  end)

  Cases.run("#{kind}: after the end", fn ->
    a = :erlang.monitor(:process, S.dead(), [alias: kind])
    down = S.down(a)
    tell.(a, :one)
    {down, Cases.messages(), :erlang.unalias(a)}
  end)
end

for arg <- [1, "x", {:a, :b, :c}, nil], do: Cases.run("monitor #{inspect(arg)}", fn -> if(arg == nil, do: exit(:normal)); Process.monitor(arg) end)
for arg <- [:x, 1, self()], do: Cases.run("demonitor #{if is_pid(arg), do: "pid", else: inspect(arg)}", fn -> Process.demonitor(arg) end)
Cases.run("demonitor, no option", fn -> Process.demonitor(make_ref(), [:x]) end)
