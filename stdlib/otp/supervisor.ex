# SPDX-License-Identifier: Apache-2.0
#
# Supervisor: the behaviour, its clients, and the server that starts children in order and again when they end.
#
# The server keeps its children newest first, as they have to be ended in that order. `restart/3` of a strategy gives
# `{:ok, children}` or `{:again, children, id}`: the start of that child failed, it is marked as restarting, and the server
# tells itself to try again, which counts as a restart.

defmodule Supervisor do
  @moduledoc """
  A process that starts others, ends them when it ends, and starts them again when they crash.

      children = [{Counter, 0}, %{id: :other, start: {Other, :start_link, []}}]
      {:ok, sup} = Supervisor.start_link(children, strategy: :one_for_one)
  """

  @type on_start :: {:ok, pid} | :ignore | {:error, {:already_started, pid} | {:shutdown, term} | term}
  @type on_start_child :: {:ok, child} | {:ok, child, info :: term} | {:error, {:already_started, child} | :already_present | term}
  @type child :: pid | :undefined
  @type name :: atom | {:global, term} | {:via, module, term}
  @type option :: {:name, name}
  @type init_option :: {:strategy, strategy} | {:max_restarts, non_neg_integer} | {:max_seconds, pos_integer}
  @type supervisor :: pid | name | {atom, node}
  @type strategy :: :one_for_one | :one_for_all | :rest_for_one
  @type restart :: :permanent | :transient | :temporary
  @type shutdown :: timeout | :brutal_kill
  @type type :: :worker | :supervisor
  @type child_spec :: %{
          required(:id) => atom | term,
          required(:start) => {module, atom, [term]},
          optional(:restart) => restart,
          optional(:shutdown) => shutdown,
          optional(:type) => type,
          optional(:modules) => [module] | :dynamic,
          optional(:significant) => boolean
        }
  @type module_spec :: {module, args :: term} | module

  @callback init(init_arg :: term) :: {:ok, {map, [child_spec]}} | :ignore

  @doc false
  defmacro __using__(opts) do
    quote do
      @behaviour Supervisor
      unquote(:joist_child_spec.define(opts, "How this supervisor is started under another one.", %{type: :supervisor}))
    end
  end

  @doc """
  Starts a supervisor of these children. Options: `:strategy` (needed), `:max_restarts`, `:max_seconds`, `:name`.

      {:ok, sup} = Supervisor.start_link([{Counter, 0}], strategy: :one_for_one)
  """
  @spec start_link([child_spec | module_spec], [option | init_option]) :: on_start
  @spec start_link(module, term) :: on_start
  def start_link(children_or_module, options_or_arg)

  def start_link(children, options) when is_list(children) do
    {init_options, start_options} = Keyword.split(options, [:strategy, :max_seconds, :max_restarts, :auto_shutdown])
    start_link(Supervisor.Default, init(children, init_options), start_options)
  end

  def start_link(module, init_arg) when is_atom(module), do: start_link(module, init_arg, [])

  @doc """
  Starts a supervisor of a module whose `init/1` says what to supervise.

      {:ok, sup} = Supervisor.start_link(MySupervisor, [], name: MySupervisor)
  """
  @spec start_link(module, term, [option]) :: on_start
  def start_link(module, init_arg, options) when is_atom(module) and is_list(options) do
    GenServer.start_link(Supervisor.Server, {module, init_arg}, options)
  end

  @doc """
  What `init/1` of a supervisor module answers.

      Supervisor.init([{Counter, 0}], strategy: :one_for_one)
  """
  @spec init([child_spec | module_spec], [init_option]) :: {:ok, {map, [child_spec]}}
  def init(children, options) when is_list(children) and is_list(options) do
    strategy =
      case options[:strategy] do
        nil -> raise ArgumentError, "expected :strategy option to be given"
        :simple_one_for_one -> raise ArgumentError, "the :simple_one_for_one strategy is gone: use DynamicSupervisor"
        other -> other
      end

    if Keyword.get(options, :auto_shutdown, :never) != :never, do: raise(ArgumentError, "option :auto_shutdown of Supervisor is not supported")

    flags = %{strategy: strategy, intensity: Keyword.get(options, :max_restarts, 3), period: Keyword.get(options, :max_seconds, 5)}
    {:ok, {flags, Enum.map(children, &spec/1)}}
  end

  @doc """
  A child specification, with some of its fields changed.

      iex> Supervisor.child_spec({Agent, fn -> 0 end}, id: :zero).id
      :zero
  """
  @spec child_spec(child_spec | module_spec, keyword) :: child_spec
  def child_spec(module_or_map, overrides) do
    Enum.reduce(overrides, spec(module_or_map), fn
      {key, value}, acc when key in [:id, :start, :restart, :shutdown, :type, :modules, :significant] ->
        Map.put(acc, key, value)

      {key, _value}, _acc ->
        raise ArgumentError, "unknown key #{inspect(key)} in child specification override"
    end)
  end

  @doc false
  def spec(%{} = spec), do: spec
  def spec({_, _, _, _, _, _} = spec), do: spec
  def spec({module, arg}) when is_atom(module), do: spec_of(module, arg)
  def spec(module) when is_atom(module), do: spec_of(module, [])

  def spec(other) do
    raise ArgumentError, "supervisors expect each child to be one of a module, a {module, arg} tuple or a map with at least :id and :start, got: #{inspect(other)}"
  end

  defp spec_of(module, arg) do
    if not Code.ensure_loaded?(module) do
      raise ArgumentError, "The module #{inspect(module)} was given as a child to a supervisor but it does not exist."
    end

    if not function_exported?(module, :child_spec, 1) do
      raise ArgumentError,
            "The module #{inspect(module)} was given as a child to a supervisor\nbut it does not implement child_spec/1.\n\n" <>
              "Define it, or give a map with at least :id and :start instead.\n"
    end

    module.child_spec(arg)
  end

  @doc """
  Adds a child and starts it.

      {:ok, pid} = Supervisor.start_child(sup, {Counter, 5})
  """
  @spec start_child(supervisor, child_spec | module_spec) :: on_start_child
  def start_child(supervisor, child_spec), do: call(supervisor, {:start_child, spec(child_spec)})

  @doc """
  Ends a child; its specification stays.

      iex> Supervisor.terminate_child(sup, Counter)
      :ok
  """
  @spec terminate_child(supervisor, term) :: :ok | {:error, :not_found}
  def terminate_child(supervisor, child_id), do: call(supervisor, {:terminate_child, child_id})

  @doc """
  Forgets a child that does not run.

      iex> Supervisor.delete_child(sup, Counter)
      :ok
  """
  @spec delete_child(supervisor, term) :: :ok | {:error, :not_found | :running | :restarting}
  def delete_child(supervisor, child_id), do: call(supervisor, {:delete_child, child_id})

  @doc """
  Starts a child that was ended.

      {:ok, pid} = Supervisor.restart_child(sup, Counter)
  """
  @spec restart_child(supervisor, term) :: {:ok, child} | {:ok, child, term} | {:error, :not_found | :running | :restarting | term}
  def restart_child(supervisor, child_id), do: call(supervisor, {:restart_child, child_id})

  @doc """
  All children: `{id, pid | :undefined | :restarting, type, modules}`.

      iex> Supervisor.which_children(sup)
      [{Counter, pid, :worker, [Counter]}]
  """
  @spec which_children(supervisor) :: [{term, child | :restarting, type, [module] | :dynamic}]
  def which_children(supervisor), do: call(supervisor, :which_children)

  @doc """
  How many children there are.

      iex> Supervisor.count_children(sup)
      %{active: 1, specs: 1, supervisors: 0, workers: 1}
  """
  @spec count_children(supervisor) :: %{
          specs: non_neg_integer,
          active: non_neg_integer,
          supervisors: non_neg_integer,
          workers: non_neg_integer
        }
  def count_children(supervisor), do: call(supervisor, :count_children)

  @doc """
  Ends a supervisor and its children.

      iex> Supervisor.stop(sup)
      :ok
  """
  @spec stop(supervisor, reason :: term, timeout) :: :ok
  def stop(supervisor, reason \\ :normal, timeout \\ :infinity), do: GenServer.stop(supervisor, reason, timeout)

  defp call(supervisor, request), do: GenServer.call(supervisor, request, :infinity)
end

defmodule Supervisor.Default do
  @moduledoc false
  def init(args), do: args
end

defmodule Supervisor.Server do
  @moduledoc false
  use GenServer
  alias Supervisor.Child

  @impl true
  def init({module, arg}) do
    :erlang.put(:"$initial_call", {:supervisor, module, 1})
    :erlang.process_flag(:trap_exit, true)

    case module.init(arg) do
      {:ok, {flags, specs}} -> init(module, flags, specs)
      :ignore -> :ignore
      other -> {:stop, {:bad_return, {module, :init, other}}}
    end
  end

  defp init(module, flags, specs) do
    with {:ok, state} <- flags(flags),
         {:ok, children} <- all(specs) do
      case start_all(children, []) do
        {:ok, started} ->
          {:ok, Map.merge(state, %{module: module, children: started, restarts: []})}

        {:error, started, id, reason} ->
          stop_all(started)
          {:stop, {:shutdown, {:failed_to_start_child, id, reason}}}
      end
    else
      {:error, reason} -> {:stop, reason}
    end
  end

  defp all(specs) do
    case Child.check_all(specs) do
      {:ok, _} = ok -> ok
      {:error, reason} -> {:error, {:start_spec, reason}}
    end
  end

  defp flags(flags) when is_map(flags) do
    strategy = Map.get(flags, :strategy, :one_for_one)
    intensity = Map.get(flags, :intensity, 1)
    period = Map.get(flags, :period, 5)

    cond do
      strategy not in [:one_for_one, :one_for_all, :rest_for_one] -> {:error, {:supervisor_data, {:invalid_strategy, strategy}}}
      not (is_integer(intensity) and intensity >= 0) -> {:error, {:supervisor_data, {:invalid_intensity, intensity}}}
      not (is_integer(period) and period > 0) -> {:error, {:supervisor_data, {:invalid_period, period}}}
      true -> {:ok, %{strategy: strategy, intensity: intensity, period: period}}
    end
  end

  defp flags({strategy, intensity, period}), do: flags(%{strategy: strategy, intensity: intensity, period: period})
  defp flags(other), do: {:error, {:supervisor_data, {:invalid_type, other}}}

  # Starts children, oldest first, onto those already there. A temporary one that wants to be ignored is forgotten.
  defp start_all([], started), do: {:ok, started}

  defp start_all([child | rest], started) do
    case Child.start(child.start) do
      {:ok, :undefined} when child.restart == :temporary -> start_all(rest, started)
      {:ok, pid} -> start_all(rest, [%{child | pid: pid} | started])
      {:ok, pid, _info} -> start_all(rest, [%{child | pid: pid} | started])
      {:error, reason} -> {:error, started, child.id, reason}
    end
  end

  # Ends children, given newest first; what is left of them, in the same order.
  defp stop_all(children) do
    for child <- children, stopped(child), child.restart != :temporary, do: %{child | pid: :undefined}
  end

  defp stopped(child) do
    Child.stop(child)
    true
  end

  @impl true
  def handle_call(:which_children, _from, state) do
    list =
      for child <- state.children do
        pid = if is_tuple(child.pid), do: :restarting, else: child.pid
        {child.id, pid, child.type, child.modules}
      end

    {:reply, list, state}
  end

  def handle_call(:count_children, _from, state) do
    counts =
      Enum.reduce(state.children, %{specs: 0, active: 0, supervisors: 0, workers: 0}, fn child, counts ->
        kind = if child.type == :supervisor, do: :supervisors, else: :workers
        active = if is_pid(child.pid) and :erlang.is_process_alive(child.pid), do: 1, else: 0
        counts |> Map.update!(:specs, &(&1 + 1)) |> Map.update!(kind, &(&1 + 1)) |> Map.update!(:active, &(&1 + active))
      end)

    {:reply, counts, state}
  end

  def handle_call({:start_child, spec}, _from, state) do
    case Child.check(spec) do
      {:ok, child} -> start_child(find(state.children, child.id), child, state)
      {:error, reason} -> {:reply, {:error, reason}, state}
    end
  end

  def handle_call({:terminate_child, id}, _from, state) do
    case find(state.children, id) do
      nil ->
        {:reply, {:error, :not_found}, state}

      child ->
        Child.stop(child)
        {:reply, :ok, %{state | children: ended(state.children, child)}}
    end
  end

  def handle_call({:delete_child, id}, _from, state) do
    case find(state.children, id) do
      nil -> {:reply, {:error, :not_found}, state}
      %{pid: :undefined} -> {:reply, :ok, %{state | children: remove(state.children, id)}}
      %{pid: pid} when is_pid(pid) -> {:reply, {:error, :running}, state}
      _ -> {:reply, {:error, :restarting}, state}
    end
  end

  def handle_call({:restart_child, id}, _from, state) do
    case find(state.children, id) do
      nil ->
        {:reply, {:error, :not_found}, state}

      %{pid: :undefined} = child ->
        case Child.start(child.start) do
          {:ok, pid} = ok -> {:reply, ok, put_pid(state, id, pid)}
          {:ok, pid, _info} = ok -> {:reply, ok, put_pid(state, id, pid)}
          error -> {:reply, error, state}
        end

      %{pid: pid} when is_pid(pid) ->
        {:reply, {:error, :running}, state}

      _ ->
        {:reply, {:error, :restarting}, state}
    end
  end

  defp start_child(nil, child, state) do
    case Child.start(child.start) do
      {:ok, :undefined} when child.restart == :temporary -> {:reply, {:ok, :undefined}, state}
      {:ok, pid} = ok -> {:reply, ok, %{state | children: [%{child | pid: pid} | state.children]}}
      {:ok, pid, _info} = ok -> {:reply, ok, %{state | children: [%{child | pid: pid} | state.children]}}
      {:error, {:already_started, _}} = error -> {:reply, error, state}
      {:error, reason} -> {:reply, {:error, {reason, Child.record(child)}}, state}
    end
  end

  defp start_child(%{pid: pid}, _child, state) when is_pid(pid), do: {:reply, {:error, {:already_started, pid}}, state}
  defp start_child(_, _child, state), do: {:reply, {:error, :already_present}, state}

  @impl true
  def handle_cast({:try_again, id}, state) do
    case find(state.children, id) do
      %{pid: {:restarting, _}} = child -> restart(child, state)
      _ -> {:noreply, state}
    end
  end

  @impl true
  def handle_info({:EXIT, pid, reason}, state) do
    case find_pid(state.children, pid) do
      nil -> {:noreply, state}
      child -> if Child.restart?(child, reason), do: restart(child, state), else: {:noreply, %{state | children: ended(state.children, child)}}
    end
  end

  def handle_info(message, state) do
    :joist_report.unexpected(Supervisor, :joist_report.own_name(), message)
    {:noreply, state}
  end

  @impl true
  def terminate(_reason, state), do: stop_all(state.children)

  defp restart(child, state) do
    case Child.count(state.restarts, state.intensity, state.period) do
      {:ok, restarts} ->
        case restart(state.strategy, child, state.children) do
          {:ok, children} ->
            {:noreply, %{state | children: children, restarts: restarts}}

          {:again, children, id} ->
            GenServer.cast(self(), {:try_again, id})
            {:noreply, %{state | children: children, restarts: restarts}}
        end

      :too_many ->
        {:stop, :shutdown, %{state | children: ended(state.children, child)}}
    end
  end

  defp restart(:one_for_one, child, children) do
    case Child.start(child.start) do
      {:ok, :undefined} when child.restart == :temporary -> {:ok, remove(children, child.id)}
      {:ok, pid} -> {:ok, put_pid_in(children, child.id, pid)}
      {:ok, pid, _info} -> {:ok, put_pid_in(children, child.id, pid)}
      {:error, _} -> {:again, put_pid_in(children, child.id, restarting(child.pid)), child.id}
    end
  end

  # Those started after the child (before it in the list) are ended; then it and they are started again.
  defp restart(:rest_for_one, child, children) do
    {newer, [_ | older]} = Enum.split_while(children, &(&1.id != child.id))
    start_again(child, stop_all(newer) ++ [%{child | pid: :undefined}], older)
  end

  defp restart(:one_for_all, child, children) do
    start_again(child, stop_all(put_pid_in(children, child.id, :undefined)), [])
  end

  defp start_again(child, stopped, older) do
    case start_all(:lists.reverse(stopped), older) do
      {:ok, children} ->
        {:ok, children}

      {:error, started, id, _reason} ->
        # What was not reached keeps its place.
        reached = length(started) - length(older)
        rest = :lists.reverse(Enum.drop(:lists.reverse(stopped), reached))
        {:again, put_pid_in(rest ++ started, id, restarting(child.pid)), id}
    end
  end

  defp restarting({:restarting, _} = again), do: again
  defp restarting(pid), do: {:restarting, pid}

  defp ended(children, %{restart: :temporary, id: id}), do: remove(children, id)
  defp ended(children, %{id: id}), do: put_pid_in(children, id, :undefined)

  defp put_pid(state, id, pid), do: %{state | children: put_pid_in(state.children, id, pid)}

  defp put_pid_in([%{id: id} = child | rest], id, pid), do: [%{child | pid: pid} | rest]
  defp put_pid_in([child | rest], id, pid), do: [child | put_pid_in(rest, id, pid)]
  defp put_pid_in([], _id, _pid), do: []

  defp remove([%{id: id} | rest], id), do: rest
  defp remove([child | rest], id), do: [child | remove(rest, id)]
  defp remove([], _id), do: []

  defp find([%{id: id} = child | _], id), do: child
  defp find([_ | rest], id), do: find(rest, id)
  defp find([], _id), do: nil

  defp find_pid([%{pid: pid} = child | _], pid), do: child
  defp find_pid([_ | rest], pid), do: find_pid(rest, pid)
  defp find_pid([], _pid), do: nil
end
