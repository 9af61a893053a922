# SPDX-License-Identifier: Apache-2.0
#
# The stream of `Task.async_stream`: takes elements one by one from the source, keeps at most so many tasks, gives results out.
#
# The tasks are linked to and monitored by the process that runs the stream, directly (of Task.Supervisor: linked or not). `running` maps a monitor to the task's
# position, `done` maps positions to results that wait for their turn. The link of a crashed task ends the caller, unless it
# traps exits: then its exit is the element. An exit message of a task is taken out of the mailbox.

defmodule Task.Stream do
  @moduledoc false

  def options(options) do
    max = Keyword.get_lazy(options, :max_concurrency, &System.schedulers_online/0)

    if not (is_integer(max) and max > 0) do
      raise ArgumentError, ":max_concurrency must be an integer greater than zero"
    end

    on_timeout = Keyword.get(options, :on_timeout, :exit)

    if on_timeout not in [:exit, :kill_task] do
      raise ArgumentError, ":on_timeout must be either :exit or :kill_task"
    end

    timeout = Keyword.get(options, :timeout, 5000)

    if not (timeout == :infinity or (is_integer(timeout) and timeout >= 0)) do
      raise ArgumentError, ":timeout must be either a positive integer or :infinity"
    end

    %{
      max: max,
      ordered: Keyword.get(options, :ordered, true),
      timeout: timeout,
      on_timeout: on_timeout,
      zip: Keyword.get(options, :zip_input_on_exit, false),
      link: true,
      start: &start_linked/2
    }
  end

  # How a task is started: {pid, monitor}, told where to answer. Task.Supervisor has another way.
  defp start_linked(callers, call) do
    pid = :proc_lib.spawn_link(Task.Supervised, :reply, [self(), :joist_report.own_name(), callers, call])
    ref = :erlang.monitor(:process, pid, alias: :demonitor)
    send(pid, {self(), ref})
    {pid, ref}
  end

  def run(enumerable, call, options, acc, fun) do
    # Suspended with an element each time; a source that ends with its last element (Stream.take/2) ends with it in hand.
    next = &Enumerable.reduce(enumerable, &1, fn element, _ -> {:suspend, {:element, element}} end)
    state = %{call: call, options: options, next: next, running: %{}, done: %{}, given: 0, taken: 0}
    step(acc, fun, state)
  end

  # Gives out what can be given, starts what can be started, waits for the rest.
  defp step({:halt, acc}, _fun, state) do
    close(state)
    {:halted, acc}
  end

  defp step({:suspend, acc}, fun, state), do: {:suspended, acc, &step(&1, fun, state)}

  defp step({:cont, acc}, fun, state) do
    case :maps.take(state.given, state.done) do
      {result, done} -> give(result, acc, fun, %{state | done: done, given: state.given + 1})
      :error -> fill(acc, fun, state)
    end
  end

  defp give(result, acc, fun, state) do
    next =
      try do
        fun.(result, acc)
      catch
        kind, reason ->
          stack = __STACKTRACE__
          close(state)
          :erlang.raise(kind, reason, stack)
      end

    step(next, fun, state)
  end

  # What is done and waits its turn takes a place as well, so that a slow first element does not let the others pile up.
  defp fill(acc, _fun, %{next: nil, running: running}) when map_size(running) == 0 do
    {:done, acc}
  end

  defp fill(acc, fun, %{next: next, running: running, options: %{max: max}} = state)
       when next != nil and map_size(running) < max and state.taken - state.given < max do
    result =
      try do
        next.({:cont, :none})
      catch
        kind, reason ->
          stack = __STACKTRACE__
          close(%{state | next: nil})
          :erlang.raise(kind, reason, stack)
      end

    case result do
      {:suspended, {:element, element}, next} -> fill(acc, fun, start(element, %{state | next: next}))
      {_done, {:element, element}} -> fill(acc, fun, start(element, %{state | next: nil}))
      {_done, :none} -> fill(acc, fun, %{state | next: nil})
    end
  end

  defp fill(acc, fun, state) do
    {result, state} = wait(state)

    case result do
      :none -> step({:cont, acc}, fun, state)
      {:give, result} -> give(result, acc, fun, state)
    end
  end

  defp start(element, state) do
    {pid, ref} =
      try do
        state.options.start.(Task.Supervised.callers(), state.call.(element))
      catch
        kind, reason ->
          stack = __STACKTRACE__
          close(state)
          :erlang.raise(kind, reason, stack)
      end

    limit = if state.options.timeout == :infinity, do: :infinity, else: :erlang.monotonic_time(:millisecond) + state.options.timeout
    %{state | running: Map.put(state.running, ref, {state.taken, pid, element, limit}), taken: state.taken + 1}
  end

  defp wait(%{running: running} = state) do
    receive do
      {ref, value} when is_map_key(running, ref) ->
        {_, pid, _, _} = Map.fetch!(running, ref)
        forget(ref, pid)
        ended(ref, {:ok, value}, state)

      {:DOWN, ref, _, pid, reason} when is_map_key(running, ref) ->
        down(ref, pid, reason, state)
    after
      soonest(running, state.options.timeout) -> expire(state)
    end
  end

  # An exit of the task comes here when this process traps exits; otherwise the link is about to end it.
  defp down(ref, pid, reason, state) do
    :erlang.unlink(pid)
    flush_exit(pid)

    case :erlang.process_info(self(), :trap_exit) do
      {:trap_exit, false} when reason != :normal and state.options.link ->
        close(%{state | running: Map.delete(state.running, ref)})
        :erlang.exit(self(), reason)
        exit(reason)

      _ ->
        ended(ref, {:exit, zip(ref, reason, state)}, state)
    end
  end

  defp zip(ref, reason, %{options: %{zip: true}, running: running}) do
    {_, _, element, _} = Map.fetch!(running, ref)
    {element, reason}
  end

  defp zip(_ref, reason, _state), do: reason

  defp ended(ref, result, state) do
    {{position, _, _, _}, running} = Map.pop!(state.running, ref)
    state = %{state | running: running}

    if state.options.ordered do
      {:none, %{state | done: Map.put(state.done, position, result)}}
    else
      {{:give, result}, %{state | given: state.given + 1}}
    end
  end

  defp soonest(_running, :infinity), do: :infinity

  defp soonest(running, _timeout) do
    limit = :maps.fold(fn _, {_, _, _, limit}, least -> min(limit, least) end, :infinity, running)
    max(limit - :erlang.monotonic_time(:millisecond), 0)
  end

  defp expire(state) do
    now = :erlang.monotonic_time(:millisecond)

    case for {ref, {position, pid, _, limit}} <- state.running, limit <= now, do: {position, ref, pid} do
      [] ->
        {:none, state}

      late ->
        {_, ref, pid} = Enum.min(late)

        if state.options.on_timeout == :kill_task do
          forget(ref, pid)
          :erlang.exit(pid, :kill)
          ended(ref, {:exit, zip(ref, :timeout, state)}, state)
        else
          close(state)
          exit({:timeout, {Task.Supervised, :stream, [state.options.timeout]}})
        end
    end
  end

  defp forget(ref, pid) do
    :erlang.unlink(pid)
    :erlang.demonitor(ref, [:flush])
    flush_exit(pid)

    receive do
      {^ref, _} -> :ok
    after
      0 -> :ok
    end
  end

  # Ends what runs, and the source.
  defp close(state) do
    for {ref, {_, pid, _, _}} <- state.running do
      forget(ref, pid)
      :erlang.exit(pid, :kill)
    end

    if state.next && state.taken > 0, do: state.next.({:halt, :none})
    :ok
  end

  defp flush_exit(pid) do
    receive do
      {:EXIT, ^pid, _} -> :ok
    after
      0 -> :ok
    end
  end
end
