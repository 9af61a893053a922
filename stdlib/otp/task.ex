# SPDX-License-Identifier: Apache-2.0
#
# Task: functions in processes of their own, whose result is awaited; `Task.Supervised` is what these processes run,
# `Task.Stream` runs many with a bound.
#
# A task is linked to its owner and answers `{ref, result}` to the owner's monitor, which is an alias: when the owner gives up
# waiting, the answer goes nowhere.

defmodule Task do
  @moduledoc """
  Functions that run beside this process.

      iex> task = Task.async(fn -> 1 + 1 end)
      iex> Task.await(task)
      2
  """

  @enforce_keys [:mfa, :owner, :pid, :ref]
  defstruct @enforce_keys

  @type t :: %__MODULE__{mfa: mfa, owner: pid, pid: pid | nil, ref: reference}
  @type async_stream_option ::
          {:max_concurrency, pos_integer} | {:ordered, boolean} | {:timeout, timeout} | {:on_timeout, :exit | :kill_task} | {:zip_input_on_exit, boolean}

  @doc """
  How a task is started under a supervisor.

      iex> Task.child_spec(fn -> :ok end).restart
      :temporary
  """
  @spec child_spec(term) :: Supervisor.child_spec()
  def child_spec(arg), do: %{id: Task, start: {Task, :start_link, [arg]}, restart: :temporary}

  @doc false
  defmacro __using__(opts) do
    :joist_child_spec.define(opts, "How this task is started under a supervisor.", %{restart: :temporary})
  end

  @doc """
  Starts a linked process that runs a function; nobody awaits it.

      {:ok, pid} = Task.start_link(fn -> work() end)
  """
  @spec start_link((-> any)) :: {:ok, pid}
  def start_link(fun) when is_function(fun, 0), do: start_link(:erlang, :apply, [fun, []])

  @doc """
  Like `start_link/1`, with the function of a module.

      {:ok, pid} = Task.start_link(IO, :puts, ["hi"])
  """
  @spec start_link(module, atom, [term]) :: {:ok, pid}
  def start_link(module, function, args) when is_atom(module) and is_atom(function) and is_list(args),
    do: {:ok, :proc_lib.spawn_link(Task.Supervised, :noreply, supervised(module, function, args))}

  @doc """
  Starts a process that runs a function; nobody awaits it.

      {:ok, pid} = Task.start(fn -> work() end)
  """
  @spec start((-> any)) :: {:ok, pid}
  def start(fun) when is_function(fun, 0), do: start(:erlang, :apply, [fun, []])

  @doc """
  Like `start/1`, with the function of a module.

      {:ok, pid} = Task.start(IO, :puts, ["hi"])
  """
  @spec start(module, atom, [term]) :: {:ok, pid}
  def start(module, function, args) when is_atom(module) and is_atom(function) and is_list(args),
    do: {:ok, :proc_lib.spawn(Task.Supervised, :noreply, supervised(module, function, args))}

  defp supervised(module, function, args), do: [:joist_report.own_name(), Task.Supervised.callers(), {module, function, args}]

  @doc """
  Starts a linked task that is to be awaited by this process.

      iex> Task.async(fn -> 1 end) |> Task.await()
      1
  """
  @spec async((-> any)) :: t
  def async(fun) when is_function(fun, 0), do: async(:erlang, :apply, [fun, []])

  @doc """
  Like `async/1`, with the function of a module.

      iex> Task.async(Kernel, :+, [1, 2]) |> Task.await()
      3
  """
  @spec async(module, atom, [term]) :: t
  def async(module, function, args) when is_atom(module) and is_atom(function) and is_list(args) do
    owner = self()
    pid = :proc_lib.spawn_link(Task.Supervised, :reply, [owner, :joist_report.own_name(), Task.Supervised.callers(), {module, function, args}])
    ref = :erlang.monitor(:process, pid, alias: :demonitor)
    send(pid, {owner, ref})
    %Task{mfa: {module, function, length(args)}, owner: owner, pid: pid, ref: ref}
  end

  @doc """
  A task that is already done.

      iex> Task.completed(5) |> Task.await()
      5
  """
  @spec completed(any) :: t
  def completed(result) do
    ref = make_ref()
    send(self(), {ref, result})
    %Task{mfa: {Task, :completed, 1}, owner: self(), pid: nil, ref: ref}
  end

  @doc """
  Waits for the result. None in time, or the end of the task, is an exit.

      iex> Task.await(Task.async(fn -> :done end), 1000)
      :done
  """
  @spec await(t, timeout) :: term
  def await(%Task{ref: ref, owner: owner} = task, timeout \\ 5000) when timeout == :infinity or (is_integer(timeout) and timeout >= 0) do
    check_owner(task, owner)

    receive do
      {^ref, reply} ->
        :erlang.demonitor(ref, [:flush])
        reply

      {:DOWN, ^ref, _, proc, reason} ->
        exit({reason(reason, proc), {__MODULE__, :await, [task, timeout]}})
    after
      timeout ->
        :erlang.demonitor(ref, [:flush])
        exit({:timeout, {__MODULE__, :await, [task, timeout]}})
    end
  end

  @doc """
  Waits for all results, together no longer than the timeout.

      iex> Task.await_many([Task.async(fn -> 1 end), Task.async(fn -> 2 end)])
      [1, 2]
  """
  @spec await_many([t], timeout) :: [term]
  def await_many(tasks, timeout \\ 5000) when timeout == :infinity or (is_integer(timeout) and timeout >= 0) do
    refs = own_refs(tasks)
    results = gather(refs, %{}, tasks, timeout, deadline(timeout))
    for task <- tasks, do: Map.fetch!(results, task.ref)
  end

  defp gather(waiting, results, _tasks, _timeout, _deadline) when map_size(waiting) == 0, do: results

  defp gather(waiting, results, tasks, timeout, deadline) do
    receive do
      {ref, reply} when is_map_key(waiting, ref) ->
        :erlang.demonitor(ref, [:flush])
        gather(Map.delete(waiting, ref), Map.put(results, ref, reply), tasks, timeout, deadline)

      {:DOWN, ref, _, proc, reason} when is_map_key(waiting, ref) ->
        give_up(waiting)
        exit({reason(reason, proc), {__MODULE__, :await_many, [tasks, timeout]}})
    after
      left(deadline) ->
        give_up(waiting)
        exit({:timeout, {__MODULE__, :await_many, [tasks, timeout]}})
    end
  end

  defp give_up(waiting), do: for({ref, _} <- waiting, do: :erlang.demonitor(ref, [:flush]))

  @doc """
  Forgets a task that still runs, so that its answer is not waited for; the task goes on, linked.

      iex> Task.ignore(Task.completed(1))
      {:ok, 1}
  """
  @spec ignore(t) :: {:ok, term} | {:exit, term} | nil
  def ignore(%Task{ref: ref, pid: pid, owner: owner} = task) do
    check_owner(task, owner)

    receive do
      {^ref, reply} ->
        if pid, do: :erlang.unlink(pid)
        :erlang.demonitor(ref, [:flush])
        {:ok, reply}

      {:DOWN, ^ref, _, proc, :noconnection} ->
        exit({reason(:noconnection, proc), {__MODULE__, :ignore, [task]}})

      {:DOWN, ^ref, _, _, reason} ->
        {:exit, reason}
    after
      0 ->
        if pid, do: :erlang.unlink(pid)
        :erlang.demonitor(ref, [:flush])
        nil
    end
  end

  @doc """
  Waits for the result for a while: `{:ok, result}`, `{:exit, reason}`, or nil when it is not there yet.

      iex> Task.yield(Task.completed(1))
      {:ok, 1}
  """
  @spec yield(t, timeout) :: {:ok, term} | {:exit, term} | nil
  def yield(%Task{ref: ref, owner: owner} = task, timeout \\ 5000) when timeout == :infinity or (is_integer(timeout) and timeout >= 0) do
    check_owner(task, owner)

    receive do
      {^ref, reply} ->
        :erlang.demonitor(ref, [:flush])
        {:ok, reply}

      {:DOWN, ^ref, _, proc, :noconnection} ->
        exit({reason(:noconnection, proc), {__MODULE__, :yield, [task, timeout]}})

      {:DOWN, ^ref, _, _, reason} ->
        {:exit, reason}
    after
      timeout -> nil
    end
  end

  @doc """
  Like `yield/2` for many. Options: `:limit` (so many results are enough), `:timeout`, `:on_timeout` (`:nothing`, `:ignore`,
  `:kill_task`).

      iex> [{_task, result}] = Task.yield_many([Task.completed(1)])
      iex> result
      {:ok, 1}
  """
  @spec yield_many([t], timeout | keyword) :: [{t, {:ok, term} | {:exit, term} | nil}]
  def yield_many(tasks, options \\ [])
  def yield_many(tasks, timeout) when timeout == :infinity or (is_integer(timeout) and timeout >= 0), do: yield_many(tasks, timeout: timeout)

  def yield_many(tasks, options) when is_list(options) do
    refs = own_refs(tasks)
    timeout = Keyword.get(options, :timeout, 5000)
    on_timeout = Keyword.get(options, :on_timeout, :nothing)
    limit = Keyword.get(options, :limit) || length(tasks)
    results = collect(refs, %{}, limit, deadline(timeout), {__MODULE__, :yield_many, [tasks, timeout]})

    for task <- tasks do
      case Map.fetch(results, task.ref) do
        {:ok, result} -> {task, result}
        :error -> {task, late(on_timeout, task)}
      end
    end
  end

  defp collect(waiting, results, limit, _deadline, _call) when map_size(waiting) == 0 or limit == 0, do: results

  defp collect(waiting, results, limit, deadline, call) do
    receive do
      {ref, reply} when is_map_key(waiting, ref) ->
        :erlang.demonitor(ref, [:flush])
        collect(Map.delete(waiting, ref), Map.put(results, ref, {:ok, reply}), limit - 1, deadline, call)

      {:DOWN, ref, _, proc, :noconnection} when is_map_key(waiting, ref) ->
        exit({reason(:noconnection, proc), call})

      {:DOWN, ref, _, _, reason} when is_map_key(waiting, ref) ->
        collect(Map.delete(waiting, ref), Map.put(results, ref, {:exit, reason}), limit - 1, deadline, call)
    after
      left(deadline) -> results
    end
  end

  defp late(:nothing, _task), do: nil
  defp late(:ignore, task), do: ignore(task)
  defp late(:kill_task, task), do: shutdown(task, :brutal_kill)

  @doc """
  Ends a task and answers its result if it was there already.

      iex> Task.shutdown(Task.async(fn -> Process.sleep(:infinity) end))
      nil
  """
  @spec shutdown(t, timeout | :brutal_kill) :: {:ok, term} | {:exit, term} | nil
  def shutdown(task, shutdown \\ 5000)

  def shutdown(%Task{pid: nil} = task, _) do
    raise ArgumentError, "task #{inspect(task)} does not have an associated task process"
  end

  # The task is unlinked before it is told, so that its end is seen by the monitor alone. The task's own monitor may be gone, when it was awaited
  # before: so there is another one.
  def shutdown(%Task{pid: pid, ref: ref, owner: owner} = task, how) when how == :brutal_kill or how == :infinity or (is_integer(how) and how >= 0) do
    check_owner(task, owner)
    monitor = :erlang.monitor(:process, pid)
    :erlang.unlink(pid)
    {signal, wanted, timeout} = if how == :brutal_kill, do: {:kill, :killed, :infinity}, else: {:shutdown, :shutdown, how}
    :erlang.exit(pid, signal)
    result = why(ref, end_of(pid, monitor, timeout), wanted)
    :erlang.demonitor(ref, [:flush])

    case result do
      {:exit, {:noconnection, proc}} -> exit({reason(:noconnection, proc), {__MODULE__, :shutdown, [task, how]}})
      _ -> result
    end
  end

  defp end_of(pid, monitor, timeout) do
    receive do
      {:DOWN, ^monitor, _, proc, :noconnection} -> {:noconnection, proc}
      {:DOWN, ^monitor, _, _, reason} -> reason
    after
      timeout ->
        :erlang.exit(pid, :kill)
        end_of(pid, monitor, :infinity)
    end
  end

  # An answer counts more than the end; the end that was asked for is nil.
  defp why(ref, reason, wanted) do
    receive do
      {^ref, reply} -> {:ok, reply}
      {:DOWN, ^ref, _, proc, :noconnection} when reason == :noproc -> {:exit, {:noconnection, proc}}
      {:DOWN, ^ref, _, _, earlier} when reason == :noproc -> ended(earlier, wanted)
    after
      0 -> ended(reason, wanted)
    end
  end

  defp ended(wanted, wanted), do: nil
  defp ended(reason, _wanted), do: {:exit, reason}

  @doc """
  Runs a function on every element, in tasks of their own, so many at once. Options: `:max_concurrency`, `:ordered`, `:timeout`,
  `:on_timeout`, `:zip_input_on_exit`.

      iex> [1, 2] |> Task.async_stream(&(&1 * 2)) |> Enum.to_list()
      [ok: 2, ok: 4]
  """
  @spec async_stream(Enumerable.t(), (term -> term), [async_stream_option]) :: Enumerable.t()
  def async_stream(enumerable, fun, options \\ []) when is_function(fun, 1) and is_list(options) do
    stream(enumerable, fn element -> {:erlang, :apply, [fun, [element]]} end, options)
  end

  @doc """
  Like `async_stream/3`; the element goes before the other arguments.

      iex> [1, 2] |> Task.async_stream(Kernel, :+, [1]) |> Enum.to_list()
      [ok: 2, ok: 3]
  """
  @spec async_stream(Enumerable.t(), module, atom, [term], [async_stream_option]) :: Enumerable.t()
  def async_stream(enumerable, module, function, args, options \\ []) when is_atom(module) and is_atom(function) and is_list(args) do
    stream(enumerable, fn element -> {module, function, [element | args]} end, options)
  end

  defp stream(enumerable, call, options) do
    options = Task.Stream.options(options)
    &Task.Stream.run(enumerable, call, options, &1, &2)
  end

  defp own_refs(tasks) do
    Map.new(tasks, fn %Task{ref: ref, owner: owner} = task ->
      check_owner(task, owner)
      {ref, true}
    end)
  end

  defp check_owner(task, owner) when owner != self() do
    raise ArgumentError,
          "task #{inspect(task)} must be queried from the owner but was queried from #{inspect(self())}"
  end

  defp check_owner(_task, _owner), do: :ok

  defp reason(:noconnection, {_name, node}), do: {:nodedown, node}
  defp reason(:noconnection, pid), do: {:nodedown, node(pid)}
  defp reason(reason, _proc), do: reason

  defp deadline(:infinity), do: :infinity
  defp deadline(timeout), do: :erlang.monotonic_time(:millisecond) + timeout

  defp left(:infinity), do: :infinity
  defp left(deadline), do: max(deadline - :erlang.monotonic_time(:millisecond), 0)
end

defmodule Task.Supervised do
  @moduledoc false

  def callers do
    case :erlang.get(:"$callers") do
      list when is_list(list) -> [self() | list]
      _ -> [self()]
    end
  end

  # A task that is the child of a supervisor: `function` is :reply or :noreply.
  def start_link(function, args), do: {:ok, :proc_lib.spawn_link(__MODULE__, function, args)}

  # Runs a task that answers to the alias it is told first. `starter` is what its owner is called in a report.
  def reply(owner, starter, callers, call) do
    :erlang.put(:"$callers", callers)
    ref = :erlang.monitor(:process, owner)

    receive do
      {^owner, alias_ref} ->
        :erlang.demonitor(ref, [:flush])
        initial(call)
        send(alias_ref, {alias_ref, run(starter, call)})

      {:DOWN, ^ref, _, _, reason} ->
        exit({:shutdown, reason})
    end
  end

  # Runs a task nobody awaits.
  def noreply(starter, callers, call) do
    :erlang.put(:"$callers", callers)
    initial(call)
    run(starter, call)
  end

  defp initial({:erlang, :apply, [fun, args]}) do
    {:module, module} = :erlang.fun_info(fun, :module)
    {:name, name} = :erlang.fun_info(fun, :name)
    :erlang.put(:"$initial_call", {module, name, length(args)})
  end

  defp initial({module, function, args}), do: :erlang.put(:"$initial_call", {module, function, length(args)})

  defp run(starter, {module, function, args} = call) do
    apply(module, function, args)
  catch
    :exit, reason -> failed(starter, reason, __STACKTRACE__, call)
    :error, reason -> failed(starter, {reason, __STACKTRACE__}, __STACKTRACE__, call)
    :throw, value -> failed(starter, {{:nocatch, value}, __STACKTRACE__}, __STACKTRACE__, call)
  end

  defp failed(starter, reason, stack, call) do
    unless :joist_report.orderly?(reason), do: report(starter, reason, stack, call)
    :erlang.exit(reason)
  end

  defp report(starter, reason, stack, {:erlang, :apply, [fun, args]}), do: :joist_report.task(starter, reason, stack, fun, args)

  defp report(starter, reason, stack, {module, function, args}),
    do: :joist_report.task(starter, reason, stack, Function.capture(module, function, length(args)), args)
end
