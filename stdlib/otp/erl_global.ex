# SPDX-License-Identifier: Apache-2.0
#
# Names that hold on all nodes, and locks: there is one node, so one server has them all. It starts when it is needed first.
#
#   names    %{name => {pid, monitor}}
#   locks    %{resource => {requester, %{pid => monitor}}}
#
# A name or lock goes when its process ends.

defmodule :global do
  @moduledoc """
  Names for processes on all nodes, under Erlang's name. `{:global, name}` is a name of a server.

      iex> :global.register_name(:here, self())
      :yes
      iex> :global.whereis_name(:here) == self()
      true
  """
  use GenServer

  @doc "Gives a process a name: `:no` if another process has it."
  @spec register_name(term, pid) :: :yes | :no
  def register_name(name, pid) when is_pid(pid), do: GenServer.call(server(), {:register, name, pid, false}, :infinity)

  @doc "The same; which of two processes keeps a name when two networks meet is never asked with one node."
  @spec register_name(term, pid, (term, pid, pid -> pid | :none) | {module, atom}) :: :yes | :no
  def register_name(name, pid, _resolve), do: register_name(name, pid)

  @doc "Gives a process a name, also if another has it."
  @spec re_register_name(term, pid) :: :yes
  def re_register_name(name, pid) when is_pid(pid), do: GenServer.call(server(), {:register, name, pid, true}, :infinity)

  @doc "The same, see `register_name/3`."
  @spec re_register_name(term, pid, (term, pid, pid -> pid | :none) | {module, atom}) :: :yes
  def re_register_name(name, pid, _resolve), do: re_register_name(name, pid)

  @doc "Takes a name back."
  @spec unregister_name(term) :: :ok
  def unregister_name(name), do: ask({:unregister, name}, :ok)

  @doc "The process of a name, or `:undefined`."
  @spec whereis_name(term) :: pid | :undefined
  def whereis_name(name), do: ask({:whereis, name}, :undefined)

  @doc "All names."
  @spec registered_names() :: [term]
  def registered_names(), do: ask(:names, [])

  @doc "Sends to the process of a name, which is answered; without one it is an exit."
  @spec send(term, term) :: pid
  def send(name, message) do
    case whereis_name(name) do
      :undefined ->
        exit({:badarg, {name, message}})

      pid ->
        Kernel.send(pid, message)
        pid
    end
  end

  @doc """
  Takes the lock `{resource, requester}`. Whoever calls itself by the same requester shares it; others wait and try again, so many times.

      iex> :global.set_lock({:printer, self()})
      true
  """
  @spec set_lock({term, term}, [node], non_neg_integer | :infinity) :: boolean
  def set_lock({_, _} = id, nodes \\ [node()], retries \\ :infinity) when is_list(nodes) do
    cond do
      GenServer.call(server(), {:lock, id, self()}, :infinity) ->
        true

      retries == 0 ->
        false

      true ->
        Process.sleep(:rand.uniform(50))
        set_lock(id, nodes, if(retries == :infinity, do: retries, else: retries - 1))
    end
  end

  @doc "Gives a lock back."
  @spec del_lock({term, term}, [node]) :: true
  def del_lock({_, _} = id, nodes \\ [node()]) when is_list(nodes), do: ask({:unlock, id, self()}, true)

  @doc "Calls a function while a lock is held; `:aborted` when it was not to be had."
  @spec trans({term, term}, (-> term), [node], non_neg_integer | :infinity) :: term | :aborted
  def trans(id, fun, nodes \\ [node()], retries \\ :infinity) when is_function(fun, 0) do
    if set_lock(id, nodes, retries) do
      try do
        fun.()
      after
        del_lock(id, nodes)
      end
    else
      :aborted
    end
  end

  # Asking needs no server: without one there are no names.
  defp ask(request, without) do
    case Process.whereis(:global_name_server) do
      nil -> without
      pid -> GenServer.call(pid, request, :infinity)
    end
  end

  defp server() do
    case Process.whereis(:global_name_server) || GenServer.start(:global, [], name: :global_name_server) do
      {:ok, pid} -> pid
      {:error, {:already_started, pid}} -> pid
      pid -> pid
    end
  end

  @doc false
  @impl true
  def init(_), do: {:ok, %{names: %{}, locks: %{}}}

  @doc false
  @impl true
  def handle_call({:register, name, pid, force}, _from, state) do
    case state.names do
      %{^name => {other, _}} when not force -> if Process.alive?(other), do: {:reply, :no, state}, else: {:reply, :yes, name(state, name, pid)}
      _ -> {:reply, :yes, name(state, name, pid)}
    end
  end

  def handle_call({:unregister, name}, _from, state), do: {:reply, :ok, unname(state, name)}
  def handle_call(:names, _from, state), do: {:reply, Map.keys(state.names), state}

  def handle_call({:whereis, name}, _from, state) do
    case state.names do
      %{^name => {pid, _}} -> {:reply, if(Process.alive?(pid), do: pid, else: :undefined), state}
      _ -> {:reply, :undefined, state}
    end
  end

  def handle_call({:lock, {resource, requester}, pid}, _from, state) do
    case Map.get(state.locks, resource, {requester, %{}}) do
      {^requester, holders} ->
        holders = Map.put_new_lazy(holders, pid, fn -> Process.monitor(pid) end)
        {:reply, true, %{state | locks: Map.put(state.locks, resource, {requester, holders})}}

      _ ->
        {:reply, false, state}
    end
  end

  def handle_call({:unlock, {resource, requester}, pid}, _from, state) do
    case state.locks do
      %{^resource => {^requester, %{^pid => ref} = holders}} ->
        Process.demonitor(ref, [:flush])
        {:reply, true, %{state | locks: release(state.locks, resource, requester, Map.delete(holders, pid))}}

      _ ->
        {:reply, true, state}
    end
  end

  @doc false
  @impl true
  def handle_info({:DOWN, ref, :process, pid, _}, state) do
    names = Map.reject(state.names, fn {_, {_, monitor}} -> monitor == ref end)

    locks =
      Enum.reduce(state.locks, state.locks, fn
        {resource, {requester, %{^pid => ^ref} = holders}}, locks -> release(locks, resource, requester, Map.delete(holders, pid))
        _, locks -> locks
      end)

    {:noreply, %{state | names: names, locks: locks}}
  end

  def handle_info(_other, state), do: {:noreply, state}

  defp name(state, name, pid) do
    state = unname(state, name)
    %{state | names: Map.put(state.names, name, {pid, Process.monitor(pid)})}
  end

  defp unname(state, name) do
    case Map.pop(state.names, name) do
      {nil, _} ->
        state

      {{_, ref}, names} ->
        Process.demonitor(ref, [:flush])
        %{state | names: names}
    end
  end

  defp release(locks, resource, _requester, holders) when map_size(holders) == 0, do: Map.delete(locks, resource)
  defp release(locks, resource, requester, holders), do: Map.put(locks, resource, {requester, holders})
end
