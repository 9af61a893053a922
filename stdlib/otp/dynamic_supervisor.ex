# SPDX-License-Identifier: Apache-2.0
#
# DynamicSupervisor: children of one kind of life, started on demand and known by their pids. They are kept in a map from pid to
# child; one whose new start failed keeps its old pid as the key and is tried again.

defmodule DynamicSupervisor do
  @moduledoc """
  A supervisor without children at first; each is started by `start_child/2`.

      {:ok, sup} = DynamicSupervisor.start_link(strategy: :one_for_one)
      {:ok, pid} = DynamicSupervisor.start_child(sup, {Counter, 0})
  """
  use GenServer
  alias Supervisor.Child

  @type on_start_child :: {:ok, pid} | {:ok, pid, info :: term} | :ignore | {:error, {:already_started, pid} | :max_children | term}
  @type option :: GenServer.option()
  @type init_option :: {:strategy, :one_for_one} | {:max_restarts, non_neg_integer} | {:max_seconds, pos_integer} | {:max_children, non_neg_integer | :infinity} | {:extra_arguments, [term]}

  @callback init(init_arg :: term) :: {:ok, map} | :ignore

  @doc false
  defmacro __using__(opts) do
    quote do
      @behaviour DynamicSupervisor
      unquote(:joist_child_spec.define(opts, "How this supervisor is started under another one.", %{type: :supervisor}))
    end
  end

  @doc """
  How a dynamic supervisor is started under another supervisor; its id is its name.

      iex> DynamicSupervisor.child_spec(name: :dyn).id
      :dyn
  """
  @spec child_spec([option | init_option]) :: Supervisor.child_spec()
  def child_spec(options) when is_list(options) do
    id = Keyword.get(options, :name, DynamicSupervisor)
    %{id: id, start: {DynamicSupervisor, :start_link, [options]}, type: :supervisor}
  end

  @doc """
  Starts a supervisor. Options: `:strategy`, `:max_restarts`, `:max_seconds`, `:max_children`, `:extra_arguments`, `:name`.

      {:ok, sup} = DynamicSupervisor.start_link(name: :dyn)
  """
  @spec start_link([option | init_option]) :: Supervisor.on_start()
  def start_link(options) when is_list(options) do
    keys = [:extra_arguments, :max_children, :max_seconds, :max_restarts, :strategy]
    {init_options, start_options} = Keyword.split(options, keys)
    start_link(Supervisor.Default, init(init_options), start_options)
  end

  @doc """
  Starts a supervisor of a module whose `init/1` gives the options.

      {:ok, sup} = DynamicSupervisor.start_link(MyDynamic, [], name: MyDynamic)
  """
  @spec start_link(module, term, [option]) :: Supervisor.on_start()
  def start_link(module, init_arg, options \\ []), do: GenServer.start_link(DynamicSupervisor, {module, init_arg, options[:name]}, options)

  @doc """
  Starts a child.

      {:ok, pid} = DynamicSupervisor.start_child(sup, {Counter, 0})
  """
  @spec start_child(Supervisor.supervisor(), Supervisor.child_spec() | {module, term} | module) :: on_start_child
  def start_child(supervisor, child_spec) do
    case check_child(Supervisor.spec(child_spec)) do
      {:ok, child} -> call(supervisor, {:start_child, child})
      error -> error
    end
  end

  defp check_child(%{id: _, start: {_, _, _}} = spec), do: Child.check(spec)
  defp check_child({_, _, _, _, _, _} = spec), do: Child.check(spec)
  defp check_child(other), do: {:error, {:invalid_child_spec, other}}

  @doc """
  Ends a child.

      iex> DynamicSupervisor.terminate_child(sup, pid)
      :ok
  """
  @spec terminate_child(Supervisor.supervisor(), pid) :: :ok | {:error, :not_found}
  def terminate_child(supervisor, pid) when is_pid(pid), do: call(supervisor, {:terminate_child, pid})

  @doc """
  All children: `{:undefined, pid | :restarting, type, modules}`.

      iex> DynamicSupervisor.which_children(sup)
      [{:undefined, pid, :worker, [Counter]}]
  """
  @spec which_children(Supervisor.supervisor()) :: [{:undefined, pid | :restarting, Supervisor.type(), [module] | :dynamic}]
  def which_children(supervisor), do: call(supervisor, :which_children)

  @doc """
  How many children there are.

      iex> DynamicSupervisor.count_children(sup)
      %{active: 1, specs: 1, supervisors: 0, workers: 1}
  """
  @spec count_children(Supervisor.supervisor()) :: map
  def count_children(supervisor), do: call(supervisor, :count_children)

  @doc """
  Ends a supervisor and its children.

      iex> DynamicSupervisor.stop(sup)
      :ok
  """
  @spec stop(Supervisor.supervisor(), reason :: term, timeout) :: :ok
  def stop(supervisor, reason \\ :normal, timeout \\ :infinity), do: GenServer.stop(supervisor, reason, timeout)

  defp call(supervisor, request), do: GenServer.call(supervisor, request, :infinity)

  @doc """
  What `init/1` of a dynamic supervisor's module answers.

      iex> {:ok, flags} = DynamicSupervisor.init(strategy: :one_for_one)
      iex> flags.intensity
      3
  """
  @spec init([init_option]) :: {:ok, map}
  @impl true
  def init(options) when is_list(options) do
    {:ok,
     %{
       strategy: Keyword.get(options, :strategy, :one_for_one),
       intensity: Keyword.get(options, :max_restarts, 3),
       period: Keyword.get(options, :max_seconds, 5),
       max_children: Keyword.get(options, :max_children, :infinity),
       extra_arguments: Keyword.get(options, :extra_arguments, [])
     }}
  end

  def init({module, arg, _name}) do
    :erlang.put(:"$initial_call", {:supervisor, module, 1})
    :erlang.process_flag(:trap_exit, true)

    case module.init(arg) do
      {:ok, flags} when is_map(flags) ->
        with :ok <- check(flags) do
          {:ok,
           %{
             intensity: Map.get(flags, :intensity, 1),
             period: Map.get(flags, :period, 5),
             max: Map.get(flags, :max_children, :infinity),
             extra: Map.get(flags, :extra_arguments, []),
             children: %{},
             restarts: []
           }}
        end

      :ignore ->
        :ignore

      other ->
        {:stop, {:bad_return, {module, :init, other}}}
    end
  end

  defp check(flags) do
    strategy = Map.get(flags, :strategy, :one_for_one)
    max = Map.get(flags, :max_children, :infinity)
    intensity = Map.get(flags, :intensity, 1)
    period = Map.get(flags, :period, 5)
    extra = Map.get(flags, :extra_arguments, [])

    cond do
      strategy != :one_for_one -> {:stop, {:supervisor_data, {:invalid_strategy, strategy}}}
      not (is_integer(intensity) and intensity >= 0) -> {:stop, {:supervisor_data, {:invalid_intensity, intensity}}}
      not (is_integer(period) and period > 0) -> {:stop, {:supervisor_data, {:invalid_period, period}}}
      max != :infinity and not (is_integer(max) and max >= 0) -> {:stop, {:supervisor_data, {:invalid_max_children, max}}}
      not is_list(extra) -> {:stop, {:supervisor_data, {:invalid_extra_arguments, extra}}}
      true -> :ok
    end
  end

  @doc false
  @impl true
  def handle_call({:start_child, child}, _from, state) do
    {module, function, args} = child.start
    child = %{child | start: {module, function, state.extra ++ args}}

    if state.max == :infinity or map_size(state.children) < state.max do
      case start_with(child.start) do
        {:ok, :undefined} -> {:reply, :ignore, state}
        {:ok, pid} = ok -> {:reply, ok, save(state, pid, child)}
        {:ok, pid, _info} = ok -> {:reply, ok, save(state, pid, child)}
        {:error, _} = error -> {:reply, error, state}
      end
    else
      {:reply, {:error, :max_children}, state}
    end
  end

  def handle_call({:terminate_child, pid}, _from, %{children: children} = state) do
    case children do
      %{^pid => child} ->
        Child.stop(child)
        {:reply, :ok, %{state | children: Map.delete(children, pid)}}

      _ ->
        {:reply, {:error, :not_found}, state}
    end
  end

  def handle_call(:which_children, _from, state) do
    list =
      for {_, child} <- state.children do
        {:undefined, if(is_pid(child.pid), do: child.pid, else: :restarting), child.type, child.modules}
      end

    {:reply, list, state}
  end

  def handle_call(:count_children, _from, state) do
    supervisors = Enum.count(state.children, fn {_, child} -> child.type == :supervisor end)
    active = Enum.count(state.children, fn {_, child} -> is_pid(child.pid) and :erlang.is_process_alive(child.pid) end)
    specs = map_size(state.children)
    {:reply, %{specs: specs, active: active, supervisors: supervisors, workers: specs - supervisors}, state}
  end

  @doc false
  @impl true
  def handle_cast({:try_again, key}, %{children: children} = state) do
    case children do
      %{^key => %{pid: {:restarting, _}} = child} -> restart(key, child, state)
      _ -> {:noreply, state}
    end
  end

  @doc false
  @impl true
  def handle_info({:EXIT, pid, reason}, %{children: children} = state) do
    case children do
      %{^pid => child} ->
        if Child.restart?(child, reason), do: restart(pid, child, state), else: {:noreply, %{state | children: Map.delete(children, pid)}}

      _ ->
        {:noreply, state}
    end
  end

  def handle_info(message, state) do
    :joist_report.unexpected(DynamicSupervisor, :joist_report.own_name(), message)
    {:noreply, state}
  end

  # All are told to end first, then each is waited for.
  @doc false
  @impl true
  def terminate(_reason, state) do
    started = :erlang.monotonic_time(:millisecond)
    waiting = for {_, %{pid: pid} = child} <- state.children, is_pid(pid), do: {:erlang.monitor(:process, pid), child}

    for {_, %{pid: pid, shutdown: shutdown}} <- waiting do
      :erlang.unlink(pid)
      :erlang.exit(pid, if(shutdown == :brutal_kill, do: :kill, else: :shutdown))
    end

    for {ref, %{pid: pid, shutdown: shutdown}} <- waiting do
      time =
        cond do
          is_integer(shutdown) -> max(started + shutdown - :erlang.monotonic_time(:millisecond), 0)
          true -> :infinity
        end

      receive do
        {:DOWN, ^ref, _, _, _} -> :ok
      after
        time ->
          :erlang.exit(pid, :kill)

          receive do
            {:DOWN, ^ref, _, _, _} -> :ok
          end
      end
    end

    :ok
  end

  # Whoever asked for the child gets the reason of a crash bare, as an exit would have it.
  defp start_with({module, function, args}) do
    Child.started(apply(module, function, args))
  catch
    :exit, reason -> {:error, reason}
    :error, reason -> {:error, {reason, __STACKTRACE__}}
    :throw, value -> {:error, {{:nocatch, value}, __STACKTRACE__}}
  end

  defp save(state, pid, child), do: %{state | children: Map.put(state.children, pid, %{child | pid: pid})}

  defp restart(key, child, state) do
    case Child.count(state.restarts, state.intensity, state.period) do
      {:ok, restarts} ->
        state = %{state | restarts: restarts}
        without = %{state | children: Map.delete(state.children, key)}

        case start_with(child.start) do
          {:ok, :undefined} ->
            {:noreply, without}

          {:ok, pid} ->
            {:noreply, save(without, pid, child)}

          {:ok, pid, _info} ->
            {:noreply, save(without, pid, child)}

          {:error, _} ->
            GenServer.cast(self(), {:try_again, key})
            {:noreply, %{state | children: Map.put(state.children, key, %{child | pid: {:restarting, key}})}}
        end

      :too_many ->
        {:stop, :shutdown, %{state | children: Map.delete(state.children, key)}}
    end
  end
end
