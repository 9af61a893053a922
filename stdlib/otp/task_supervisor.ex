# SPDX-License-Identifier: Apache-2.0
#
# Task.Supervisor: tasks that are children of a supervisor. It is a DynamicSupervisor whose children run what `Task.Supervised`
# runs; the owner links itself (`async`) or does not (`async_nolink`), monitors the child and tells it the alias to answer to.
#
# Invariant: a task waits for that before it runs its function, so no answer is lost and a link comes in time.

defmodule Task.Supervisor do
  @moduledoc """
  A supervisor of tasks.

      {:ok, sup} = Task.Supervisor.start_link()
      task = Task.Supervisor.async_nolink(sup, fn -> work() end)
      Task.yield(task, 5000) || Task.shutdown(task)
  """

  @type option :: DynamicSupervisor.option() | DynamicSupervisor.init_option()
  @type async_stream_option :: Task.async_stream_option() | {:shutdown, Supervisor.shutdown()}

  @doc """
  How a task supervisor is started under another supervisor; its id is its name.

      iex> Task.Supervisor.child_spec(name: :tasks).id
      :tasks
  """
  @spec child_spec([option]) :: Supervisor.child_spec()
  def child_spec(options) when is_list(options) do
    id =
      case Keyword.get(options, :name, Task.Supervisor) do
        name when is_atom(name) -> name
        {:global, name} -> name
        {:via, _module, name} -> name
      end

    %{id: id, start: {Task.Supervisor, :start_link, [options]}, type: :supervisor}
  end

  @doc """
  Starts a supervisor. Options: `:name`, `:max_children`, `:max_restarts`, `:max_seconds`.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> Task.Supervisor.children(sup)
      []
  """
  @spec start_link([option]) :: Supervisor.on_start()
  def start_link(options \\ []) when is_list(options) do
    for key <- [:restart, :shutdown], Keyword.has_key?(options, key) do
      raise ArgumentError, "unknown option #{inspect(key)} of Task.Supervisor.start_link/1: :restart and :shutdown are options of start_child/3"
    end

    {init_options, start_options} = Keyword.split(options, [:max_children, :max_seconds, :max_restarts])
    DynamicSupervisor.start_link([strategy: :one_for_one] ++ init_options ++ Keyword.delete(start_options, :strategy))
  end

  @doc """
  Starts a task that is linked to its owner and to be awaited. Options: `:shutdown`.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> sup |> Task.Supervisor.async(fn -> 1 + 1 end) |> Task.await()
      2
  """
  @spec async(Supervisor.supervisor(), (-> any), keyword) :: Task.t()
  def async(supervisor, fun, options \\ []) when is_function(fun, 0), do: start_task(supervisor, true, {:erlang, :apply, [fun, []]}, options)

  @doc """
  Like `async/3`, with the function of a module.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> sup |> Task.Supervisor.async(Kernel, :+, [1, 2]) |> Task.await()
      3
  """
  @spec async(Supervisor.supervisor(), module, atom, [term], keyword) :: Task.t()
  def async(supervisor, module, function, args, options \\ []) when is_atom(function) and is_list(args),
    do: start_task(supervisor, true, {module, function, args}, options)

  @doc """
  Starts a task that is not linked to its owner: its crash is a message, seen by `Task.yield/2`, not an end.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> sup |> Task.Supervisor.async_nolink(fn -> exit(:oops) end) |> Task.yield()
      {:exit, :oops}
  """
  @spec async_nolink(Supervisor.supervisor(), (-> any), keyword) :: Task.t()
  def async_nolink(supervisor, fun, options \\ []) when is_function(fun, 0), do: start_task(supervisor, false, {:erlang, :apply, [fun, []]}, options)

  @doc """
  Like `async_nolink/3`, with the function of a module.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> sup |> Task.Supervisor.async_nolink(Kernel, :+, [1, 2]) |> Task.await()
      3
  """
  @spec async_nolink(Supervisor.supervisor(), module, atom, [term], keyword) :: Task.t()
  def async_nolink(supervisor, module, function, args, options \\ []) when is_atom(function) and is_list(args),
    do: start_task(supervisor, false, {module, function, args}, options)

  @doc """
  Like `Task.async_stream/3`, with tasks under a supervisor.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> sup |> Task.Supervisor.async_stream([1, 2], fn x -> x * 2 end) |> Enum.to_list()
      [ok: 2, ok: 4]
  """
  @spec async_stream(Supervisor.supervisor(), Enumerable.t(), (term -> term), [async_stream_option]) :: Enumerable.t()
  def async_stream(supervisor, enumerable, fun, options \\ []) when is_function(fun, 1),
    do: stream(supervisor, enumerable, true, &{:erlang, :apply, [fun, [&1]]}, options)

  @doc """
  Like `async_stream/4`; the element goes before the other arguments of the function.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> sup |> Task.Supervisor.async_stream([1, 2], Kernel, :+, [1]) |> Enum.to_list()
      [ok: 2, ok: 3]
  """
  @spec async_stream(Supervisor.supervisor(), Enumerable.t(), module, atom, [term], [async_stream_option]) :: Enumerable.t()
  def async_stream(supervisor, enumerable, module, function, args, options \\ []) when is_atom(module) and is_atom(function) and is_list(args),
    do: stream(supervisor, enumerable, true, &{module, function, [&1 | args]}, options)

  @doc """
  Like `async_stream/4`, with tasks that are not linked: the exit of one is its element.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> sup |> Task.Supervisor.async_stream_nolink([1, 2], fn 2 -> exit(:no); x -> x end) |> Enum.to_list()
      [ok: 1, exit: :no]
  """
  @spec async_stream_nolink(Supervisor.supervisor(), Enumerable.t(), (term -> term), [async_stream_option]) :: Enumerable.t()
  def async_stream_nolink(supervisor, enumerable, fun, options \\ []) when is_function(fun, 1),
    do: stream(supervisor, enumerable, false, &{:erlang, :apply, [fun, [&1]]}, options)

  @doc """
  Like `async_stream_nolink/4`; the element goes before the other arguments of the function.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> sup |> Task.Supervisor.async_stream_nolink([1, 2], Kernel, :+, [1]) |> Enum.to_list()
      [ok: 2, ok: 3]
  """
  @spec async_stream_nolink(Supervisor.supervisor(), Enumerable.t(), module, atom, [term], [async_stream_option]) :: Enumerable.t()
  def async_stream_nolink(supervisor, enumerable, module, function, args, options \\ []) when is_atom(module) and is_atom(function) and is_list(args),
    do: stream(supervisor, enumerable, false, &{module, function, [&1 | args]}, options)

  @doc """
  Starts a task nobody awaits. Options: `:restart` (`:temporary` if not given) and `:shutdown`.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> {:ok, pid} = Task.Supervisor.start_child(sup, fn -> Process.sleep(:infinity) end)
      iex> Task.Supervisor.children(sup) == [pid]
      true
  """
  @spec start_child(Supervisor.supervisor(), (-> any), keyword) :: DynamicSupervisor.on_start_child()
  def start_child(supervisor, fun, options \\ []) when is_function(fun, 0), do: start_alone(supervisor, {:erlang, :apply, [fun, []]}, options)

  @doc """
  Like `start_child/3`, with the function of a module.

      {:ok, pid} = Task.Supervisor.start_child(sup, IO, :puts, ["hi"])
  """
  @spec start_child(Supervisor.supervisor(), module, atom, [term], keyword) :: DynamicSupervisor.on_start_child()
  def start_child(supervisor, module, function, args, options \\ []) when is_atom(function) and is_list(args),
    do: start_alone(supervisor, {module, function, args}, options)

  @doc """
  Ends a task.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> Task.Supervisor.terminate_child(sup, self())
      {:error, :not_found}
  """
  @spec terminate_child(Supervisor.supervisor(), pid) :: :ok | {:error, :not_found}
  def terminate_child(supervisor, pid) when is_pid(pid), do: DynamicSupervisor.terminate_child(supervisor, pid)

  @doc """
  The processes of all tasks.

      iex> {:ok, sup} = Task.Supervisor.start_link()
      iex> Task.Supervisor.children(sup)
      []
  """
  @spec children(Supervisor.supervisor()) :: [pid]
  def children(supervisor), do: for({_, pid, _, _} <- DynamicSupervisor.which_children(supervisor), is_pid(pid), do: pid)

  defp start_alone(supervisor, call, options) do
    restart = Keyword.get(options, :restart, :temporary)
    DynamicSupervisor.start_child(supervisor, spec(:noreply, [:joist_report.own_name(), Task.Supervised.callers(), call], restart, options))
  end

  defp start_task(supervisor, link, {module, function, args} = call, options) do
    owner = self()
    {pid, ref} = start_awaited(supervisor, link, Keyword.get(options, :shutdown, 5000), Task.Supervised.callers(), call)
    %Task{mfa: {module, function, length(args)}, owner: owner, pid: pid, ref: ref}
  end

  defp start_awaited(supervisor, link, shutdown, callers, call) do
    case DynamicSupervisor.start_child(supervisor, spec(:reply, [self(), :joist_report.own_name(), callers, call], :temporary, shutdown: shutdown)) do
      {:ok, pid} ->
        if link, do: :erlang.link(pid)
        ref = :erlang.monitor(:process, pid, alias: :demonitor)
        send(pid, {self(), ref})
        {pid, ref}

      {:error, :max_children} ->
        raise "reached the maximum number of tasks of the supervisor #{inspect(supervisor)} (its option :max_children): no other can be started before one ends"
    end
  end

  defp spec(function, args, restart, options) do
    shutdown = Keyword.get(options, :shutdown, 5000)
    %{id: Task.Supervised, start: {Task.Supervised, :start_link, [function, args]}, restart: restart, shutdown: shutdown}
  end

  defp stream(supervisor, enumerable, link, call, options) do
    shutdown = Keyword.get(options, :shutdown, 5000)
    options = Task.Stream.options(options)
    options = %{options | link: link, start: fn callers, call -> start_awaited(supervisor, link, shutdown, callers, call) end}
    &Task.Stream.run(enumerable, call, options, &1, &2)
  end
end
