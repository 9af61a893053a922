# seed: 13
# SPDX-License-Identifier: Apache-2.0
# Task.async_stream: options, order, ends of tasks, of the source, of the consumer and of the owner. Real Elixir prints the same.
Code.require_file("cases.ex", __DIR__)

defmodule T do
  def plus(x, y), do: x + y
  def callers(_), do: Process.get(:"$callers")

  def gone(pid) do
    Process.sleep(100)
    if Process.alive?(pid), do: :alive, else: :gone
  end

  def double(source, options), do: source |> Task.async_stream(&(&1 * 2), options) |> Enum.to_list()
end

for trap <- [false, true] do
  run = &Cases.run(trap, &1, &2)

  run.("plain", fn -> T.double(1..3, []) end)
  run.("none", fn -> T.double([], []) end)
  run.("mfa", fn -> 1..3 |> Task.async_stream(T, :plus, [10]) |> Enum.to_list() end)
  run.("mfa, options", fn -> 1..3 |> Task.async_stream(T, :plus, [10], max_concurrency: 1) |> Enum.to_list() end)
  run.("without a limit of time", fn -> T.double(1..3, timeout: :infinity) end)
  run.("unknown option", fn -> T.double([1], foo: 1) end)
  run.("no concurrency", fn -> T.double([1], max_concurrency: 0) end)
  run.("no function of one", fn -> Task.async_stream([1], fn -> 1 end) end)
  run.("callers", fn -> [1] |> Task.async_stream(T, :callers, []) |> Enum.to_list() end)
  run.("callers of callers", fn -> Task.async(fn -> [1] |> Task.async_stream(&T.callers/1) |> Enum.to_list() end) |> Task.await() end)
  run.("in each other", fn -> 1..3 |> Task.async_stream(fn x -> 1..x |> Task.async_stream(& &1) |> Enum.map(&elem(&1, 1)) end) |> Enum.to_list() end)
  run.("ordered", fn -> [30, 1] |> Task.async_stream(fn x -> Process.sleep(x); x end, max_concurrency: 2) |> Enum.to_list() end)
  run.("not ordered", fn -> [30, 1] |> Task.async_stream(fn x -> Process.sleep(x); x end, max_concurrency: 2, ordered: false) |> Enum.to_list() end)

  run.("one at a time", fn ->
    me = self()
    answers = 1..4 |> Task.async_stream(fn x -> send(me, {:at, x}); x end, max_concurrency: 1) |> Enum.to_list()
    {answers, Cases.messages()}
  end)

  # How far it runs ahead of its consumer.
  run.("ahead", fn ->
    me = self()
    source = Stream.map(1..9, fn x -> send(me, {:source, x}); x end)
    {:suspended, first, next} = source |> Task.async_stream(& &1, max_concurrency: 3) |> Enumerable.reduce({:cont, nil}, fn x, _ -> {:suspend, x} end)
    taken = for {:source, x} <- Cases.messages(), do: x
    next.({:halt, nil})
    {first, taken}
  end)

  run.("taken from", fn -> 1..30 |> Task.async_stream(&(&1 * 2), max_concurrency: 2) |> Enum.take(2) end)
  run.("zipped", fn -> Stream.zip(1..4 |> Task.async_stream(&(&1 * 2), max_concurrency: 2), [:a, :b]) |> Enum.to_list() end)
  run.("zipped behind", fn -> Stream.zip([:a, :b], 1..4 |> Task.async_stream(&(&1 * 2), max_concurrency: 2)) |> Enum.to_list() end)
  run.("halted", fn -> 1..9 |> Task.async_stream(& &1) |> Enum.reduce_while(0, fn {:ok, x}, sum -> if x == 3, do: {:halt, sum}, else: {:cont, sum + x} end) end)

  # Tasks that take too long.
  slow = fn 1 -> Cases.hang()
            x -> x end

  for options <- [[], [zip_input_on_exit: true], [ordered: false, max_concurrency: 2], [ordered: false, zip_input_on_exit: true, max_concurrency: 1]] do
    run.("killed #{inspect(options)}", fn -> [1, 2] |> Task.async_stream(slow, [timeout: 20, on_timeout: :kill_task] ++ options) |> Enum.to_list() end)
  end

  run.("a trapping task killed", fn -> [1] |> Task.async_stream(fn _ -> Process.flag(:trap_exit, true); Cases.hang() end, timeout: 20, on_timeout: :kill_task) |> Enum.to_list() end)
  run.("exit for a slow one", fn -> Cases.end_of(fn -> [1, 2] |> Task.async_stream(slow, timeout: 300) |> Enum.to_list() end) end)

  # Ends of tasks, of the source, of the consumer.
  for {name, fun} <- Cases.ends(:shutdown) do
    run.("#{name} in a task", fn ->
      Cases.end_of(fn ->
        Process.flag(:trap_exit, trap)
        exit({:got, [1, 2] |> Task.async_stream(fn 2 -> fun.(); x -> x end, max_concurrency: 1) |> Enum.to_list()})
      end)
    end)

    if name != :kill do
      run.("#{name} in the source", fn -> 1..5 |> Stream.map(fn 2 -> fun.(); x -> x end) |> Task.async_stream(& &1) |> Enum.to_list() end)
      run.("#{name} in the consumer", fn -> 1..5 |> Task.async_stream(& &1) |> Enum.each(fn _ -> fun.() end) end)
    end
  end

  if trap do
    for {name, fun} <- Cases.ends(:shutdown) do
      run.("#{name}, not ordered, zipped", fn -> [1, 2] |> Task.async_stream(fn 2 -> fun.(); x -> x end, max_concurrency: 1, ordered: false, zip_input_on_exit: true) |> Enum.to_list() end)
    end
  end

  run.("no enumerable", fn -> Cases.end_of(fn -> Task.async_stream(1, & &1) |> Enum.to_list() end) |> elem(0) |> Map.get(:__struct__) end)

  run.("the source's end is run", fn ->
    me = self()
    source = Stream.resource(fn -> 0 end, fn n -> {[n], n + 1} end, fn n -> send(me, {:ended, n > 0}) end)
    {source |> Task.async_stream(& &1, max_concurrency: 2) |> Enum.take(3) |> length(), Enum.filter(Cases.messages(), &match?({:ended, _}, &1))}
  end)

  # Whoever stops early, or ends, leaves no task.
  task_and = fn fun ->
    me = self()
    result = fun.(fn -> send(me, {:task, self()}); Cases.hang() end)
    {result, T.gone(receive do: ({:task, pid} -> pid))}
  end

  run.("stopped early", fn -> task_and.(fn hang -> [1, 2, 3] |> Task.async_stream(fn 1 -> Process.sleep(20); 1; _ -> hang.() end, max_concurrency: 2) |> Enum.take(1) end) end)

  for reason <- [:normal, :why] do
    run.("owner ends #{reason}", fn ->
      task_and.(fn hang ->
        Cases.end_of(fn ->
          Process.flag(:trap_exit, trap)
          stream = Task.async_stream([1, 2], fn 1 -> Process.sleep(20); 1; _ -> hang.() end, max_concurrency: 2)
          {:suspended, _, _} = Enumerable.reduce(stream, {:cont, nil}, fn x, _ -> {:suspend, x} end)
          exit(reason)
        end)
      end)
    end)
  end
end
