# seed: 12
# SPDX-License-Identifier: Apache-2.0
# Shutting down and ignoring tasks, yielding to many, and owners that end, with exits trapped and not. Real Elixir prints the same.
Code.require_file("cases.ex", __DIR__)

for trap <- [false, true] do
  run = &Cases.run(trap, &1, &2)

  # A task that is told to stop, and what it does then.
  told = fn then ->
    me = self()
    t = Task.async(fn -> Process.flag(:trap_exit, true); send(me, :up); receive do: ({:EXIT, _, reason} -> then.(reason)) end)
    receive do: (:up -> t)
  end

  done = fn -> t = Task.async(fn -> 1 end); Process.sleep(20); t end

  for how <- [5000, :infinity, :brutal_kill] do
    run.("shutdown #{how}", fn -> Task.shutdown(Task.async(&Cases.hang/0), how) end)
    run.("shutdown #{how} when done", fn -> Task.shutdown(done.(), how) end)
    run.("shutdown #{how} twice", fn -> t = Task.async(&Cases.hang/0); {Task.shutdown(t, how), Task.shutdown(t, how)} end)
    run.("shutdown #{how} when awaited", fn -> t = done.(); {Task.await(t), Task.shutdown(t, how)} end)
  end

  run.("shutdown 10 of a stubborn one", fn -> Task.shutdown(told.(fn _ -> Cases.hang() end), 10) end)
  run.("shutdown brutal_kill of a stubborn one", fn -> Task.shutdown(told.(fn _ -> Cases.hang() end), :brutal_kill) end)
  run.("shutdown is told and answers", fn -> Task.shutdown(told.(fn reason -> {:told, reason} end)) end)
  for reason <- [:normal, :noproc, :other, :shutdown, {:shutdown, 1}], do: run.("shutdown is told and exits #{inspect(reason)}", fn -> Task.shutdown(told.(fn _ -> exit(reason) end)) end)
  run.("shutdown, no timeout", fn -> t = done.(); try do Task.shutdown(t, :x) rescue e -> e.__struct__ end end)

  run.("ignore", fn ->
    t = Task.async(fn -> receive do: (:go -> 1) end)
    ref = Process.monitor(t.pid)
    answer = Task.ignore(t)
    send(t.pid, :go)
    receive do: ({:DOWN, ^ref, _, _, reason} -> {answer, reason})
  end)

  run.("ignore when done", fn -> Task.ignore(done.()) end)
  run.("yield, then kill", fn -> t = Task.async(&Cases.hang/0); {Task.yield(t, 0), Task.shutdown(t, :brutal_kill)} end)

  run.("yield_many", fn ->
    ts = [done.(), Task.async(&Cases.hang/0), done.()]
    results = for {t, r} <- Task.yield_many(ts, 20), do: {t in ts, r}
    {results, Task.shutdown(Enum.at(ts, 1))}
  end)

  run.("yield_many 0", fn -> for {_, r} <- Task.yield_many([Task.completed(1)], 0), do: r end)

  # The end of the owner.
  for reason <- [:why, :normal, :kill] do
    run.("owner ends #{reason}", fn ->
      me = self()

      {owner, ref} =
        spawn_monitor(fn ->
          Process.flag(:trap_exit, trap)
          send(me, {:task, Task.async(&Cases.hang/0).pid})
          receive do: (:kill -> Process.exit(self(), :kill); reason -> exit(reason))
        end)

      task = receive do: ({:task, pid} -> pid)
      of_task = Process.monitor(task)
      send(owner, reason)

      {receive do
         {:DOWN, ^ref, _, _, reason} -> reason
       end,
       receive do
         {:DOWN, ^of_task, _, _, reason} -> reason
       after
         20 -> Process.demonitor(of_task) && Process.exit(task, :kill) && :alive
       end}
    end)
  end
end
