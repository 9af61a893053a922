# seed: 14
# SPDX-License-Identifier: Apache-2.0
# Task.Supervisor: what its tasks know, to whom they are linked, how they end and are started again. Real Elixir prints the same.
Code.require_file("cases.ex", __DIR__)

# A function that is to run in a task, and what its process is beside.
known = fn sup, me ->
  {:links, links} = Process.info(self(), :links)
  {Process.get(:"$callers") == [me], Process.get(:"$ancestors") == [sup, me], sup in links, me in links, length(links)}
end

for trap <- [false, true] do
  run = fn name, options, fun ->
    Cases.run(trap, name, fn ->
      {:ok, sup} = Task.Supervisor.start_link(options)
      result = fun.(sup, self())
      Process.unlink(sup)
      Process.exit(sup, :kill)
      result
    end)
  end

  for f <- [:async, :async_nolink] do
    run.("#{f}", [], fn s, _ -> apply(Task.Supervisor, f, [s, fn -> 1 end]) |> Task.await() end)
    run.("#{f}, mfa", [], fn s, _ -> apply(Task.Supervisor, f, [s, Kernel, :+, [1, 2]]) |> Task.await() end)
    run.("#{f}, known", [], fn s, me -> apply(Task.Supervisor, f, [s, fn -> known.(s, me) end]) |> Task.await() end)
  end

  run.("start_child, known", [], fn s, me -> {:ok, _} = Task.Supervisor.start_child(s, fn -> send(me, known.(s, me)) end); receive do: (x -> x) end)

  for {name, fun} <- Cases.ends({:shutdown, 1}) do
    nolink = fn s -> Task.Supervisor.async_nolink(s, fun) end
    late = fn t -> Process.sleep(10) && t end
    run.("#{name}, nolink, await", [], fn s, _ -> Task.await(nolink.(s)) end)
    run.("#{name}, nolink, yield", [], fn s, _ -> Task.yield(nolink.(s)) end)
    run.("#{name}, nolink, shutdown", [], fn s, _ -> Task.shutdown(late.(nolink.(s))) end)
    run.("#{name}, nolink, kill", [], fn s, _ -> Task.shutdown(late.(nolink.(s)), :brutal_kill) end)
    run.("#{name}, nolink, ignore", [], fn s, _ -> Task.ignore(late.(nolink.(s))) end)
    run.("#{name}, nolink, stream", [], fn s, _ -> Task.Supervisor.async_stream_nolink(s, [1, 2], fn 1 -> fun.(); x -> x end) |> Enum.to_list() end)

    if trap do
      run.("#{name}, await", [], fn s, _ -> Task.Supervisor.async(s, fun) |> Task.await() end)
      run.("#{name}, stream", [], fn s, _ -> Task.Supervisor.async_stream(s, [1, 2], fn 1 -> fun.(); x -> x end) |> Enum.to_list() end)
    else
      run.("#{name}, await", [], fn s, _ -> Cases.end_of(fn -> Task.Supervisor.async(s, fun) |> Task.await() end) end)
      run.("#{name}, stream", [], fn s, _ -> Cases.end_of(fn -> Task.Supervisor.async_stream(s, [1], fn _ -> fun.() end) |> Enum.to_list() end) end)
    end

    for restart <- [:temporary, :transient, :permanent] do
      run.("#{name}, #{restart}", [max_restarts: 1], fn s, me ->
        Process.unlink(s)
        {:ok, _} = Task.Supervisor.start_child(s, fn -> Process.sleep(2); send(me, :ran); fun.() end, restart: restart)
        Process.sleep(20)
        {Process.alive?(s), Cases.messages()}
      end)
    end
  end

  run.("children", [], fn s, _ ->
    pids = for _ <- 1..3, do: elem(Task.Supervisor.start_child(s, &Cases.hang/0), 1)
    {Enum.sort(Task.Supervisor.children(s)) == Enum.sort(pids), Enum.sort(Supervisor.count_children(s)), DynamicSupervisor.which_children(s) |> Enum.map(&Tuple.delete_at(&1, 1))}
  end)

  run.("as many as allowed", [max_children: 1], fn s, _ ->
    {:ok, _} = Task.Supervisor.start_child(s, &Cases.hang/0)
    {Task.Supervisor.start_child(s, &Cases.hang/0), for(f <- [:async, :async_nolink], do: try do apply(Task.Supervisor, f, [s, fn -> 1 end]) rescue e -> e.__struct__ end)}
  end)

  for shutdown <- [5000, 10, :brutal_kill] do
    run.("terminate_child, #{shutdown}", [], fn s, me ->
      {:ok, pid} = Task.Supervisor.start_child(s, fn -> Process.flag(:trap_exit, true); send(me, :up); receive do: ({:EXIT, from, reason} -> send(me, {from == s, reason})); if(shutdown == 10, do: Cases.hang()) end, shutdown: shutdown)
      receive do: (:up -> :ok)
      ref = Process.monitor(pid)
      {Task.Supervisor.terminate_child(s, pid), receive do {:DOWN, ^ref, _, _, reason} -> reason end, Cases.messages(), Task.Supervisor.terminate_child(s, pid)}
    end)
  end

  run.("the supervisor goes", [], fn s, _ ->
    t = Task.Supervisor.async_nolink(s, &Cases.hang/0)
    Process.unlink(s)
    Supervisor.stop(s)
    Task.yield(t)
  end)

  run.("streams", [], fn s, me ->
    {Task.Supervisor.async_stream(s, [1, 2], fn x -> {x, Process.get(:"$callers") == [me], hd(Process.get(:"$ancestors")) == s} end) |> Enum.to_list(),
     Task.Supervisor.async_stream(s, [1, 2], Kernel, :+, [1], max_concurrency: 1) |> Enum.to_list(),
     Task.Supervisor.async_stream_nolink(s, [1, 2], fn 1 -> Cases.hang(); x -> x end, timeout: 20, on_timeout: :kill_task, zip_input_on_exit: true) |> Enum.to_list()}
  end)

  run.("a stream stopped early", [], fn s, _ ->
    taken = Task.Supervisor.async_stream_nolink(s, [1, 2, 3], fn 1 -> 1; _ -> Cases.hang() end, max_concurrency: 3) |> Enum.take(1)
    Process.sleep(20)
    {taken, Task.Supervisor.children(s)}
  end)

  run.("specifications", [], fn _, _ -> {Task.Supervisor.child_spec([]), Task.Supervisor.child_spec(name: :a, max_children: 1), Task.child_spec(1)} end)
end
