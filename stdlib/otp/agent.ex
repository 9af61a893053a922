# SPDX-License-Identifier: Apache-2.0
#
# Agent: a server whose requests are functions on its state.

defmodule Agent do
  @moduledoc """
  A process that keeps a value.

      iex> {:ok, agent} = Agent.start_link(fn -> 1 end)
      iex> Agent.update(agent, &(&1 + 1))
      iex> Agent.get(agent, & &1)
      2
  """

  @type on_start :: {:ok, pid} | {:error, {:already_started, pid} | term}
  @type name :: atom | {:global, term} | {:via, module, term}
  @type agent :: pid | {atom, node} | name
  @type state :: term

  @doc """
  How an agent is started under a supervisor.

      iex> Agent.child_spec(fn -> 0 end).id
      Agent
  """
  @spec child_spec(term) :: Supervisor.child_spec()
  def child_spec(arg), do: %{id: Agent, start: {Agent, :start_link, [arg]}}

  @doc false
  defmacro __using__(opts) do
    :joist_child_spec.define(opts, "How this agent is started under a supervisor.")
  end

  @doc """
  Starts a linked agent with what the function answers.

      {:ok, agent} = Agent.start_link(fn -> %{} end, name: :store)
  """
  @spec start_link((-> term), GenServer.options()) :: on_start
  def start_link(fun, options \\ []) when is_function(fun, 0), do: GenServer.start_link(Agent.Server, fun, options)

  @doc """
  Like `start_link/2`, with the function of a module.

      {:ok, agent} = Agent.start_link(Map, :new, [])
  """
  @spec start_link(module, atom, [any], GenServer.options()) :: on_start
  def start_link(module, fun, args, options \\ []), do: GenServer.start_link(Agent.Server, {module, fun, args}, options)

  @doc """
  Like `start_link/2`, without a link.

      {:ok, agent} = Agent.start(fn -> 0 end)
  """
  @spec start((-> term), GenServer.options()) :: on_start
  def start(fun, options \\ []) when is_function(fun, 0), do: GenServer.start(Agent.Server, fun, options)

  @doc """
  Like `start_link/4`, without a link.

      {:ok, agent} = Agent.start(Map, :new, [])
  """
  @spec start(module, atom, [any], GenServer.options()) :: on_start
  def start(module, fun, args, options \\ []), do: GenServer.start(Agent.Server, {module, fun, args}, options)

  @doc """
  What the function makes of the value.

      iex> Agent.get(agent, & &1)
      2
  """
  @spec get(agent, (state -> a), timeout) :: a when a: var
  def get(agent, fun, timeout \\ 5000) when is_function(fun, 1), do: GenServer.call(agent, {:get, fun}, timeout)

  @doc """
  Like `get/3`, with the function of a module, which gets the value as its first argument.

      iex> Agent.get(agent, Kernel, :+, [1])
      3
  """
  @spec get(agent, module, atom, [term], timeout) :: any
  def get(agent, module, fun, args, timeout \\ 5000), do: GenServer.call(agent, {:get, {module, fun, args}}, timeout)

  @doc """
  The function answers `{result, new_value}`.

      iex> Agent.get_and_update(agent, fn n -> {n, n + 1} end)
      2
  """
  @spec get_and_update(agent, (state -> {a, state}), timeout) :: a when a: var
  def get_and_update(agent, fun, timeout \\ 5000) when is_function(fun, 1), do: GenServer.call(agent, {:get_and_update, fun}, timeout)

  @doc """
  Like `get_and_update/3`, with the function of a module.

      Agent.get_and_update(agent, Store, :take, [:key])
  """
  @spec get_and_update(agent, module, atom, [term], timeout) :: any
  def get_and_update(agent, module, fun, args, timeout \\ 5000) do
    GenServer.call(agent, {:get_and_update, {module, fun, args}}, timeout)
  end

  @doc """
  Changes the value.

      iex> Agent.update(agent, &(&1 * 2))
      :ok
  """
  @spec update(agent, (state -> state), timeout) :: :ok
  def update(agent, fun, timeout \\ 5000) when is_function(fun, 1), do: GenServer.call(agent, {:update, fun}, timeout)

  @doc """
  Like `update/3`, with the function of a module.

      iex> Agent.update(agent, Kernel, :+, [1])
      :ok
  """
  @spec update(agent, module, atom, [term], timeout) :: :ok
  def update(agent, module, fun, args, timeout \\ 5000), do: GenServer.call(agent, {:update, {module, fun, args}}, timeout)

  @doc """
  Changes the value without waiting for it.

      iex> Agent.cast(agent, &(&1 + 1))
      :ok
  """
  @spec cast(agent, (state -> state)) :: :ok
  def cast(agent, fun) when is_function(fun, 1), do: GenServer.cast(agent, {:cast, fun})

  @doc """
  Like `cast/2`, with the function of a module.

      iex> Agent.cast(agent, Kernel, :+, [1])
      :ok
  """
  @spec cast(agent, module, atom, [term]) :: :ok
  def cast(agent, module, fun, args), do: GenServer.cast(agent, {:cast, {module, fun, args}})

  @doc """
  Ends an agent.

      iex> Agent.stop(agent)
      :ok
  """
  @spec stop(agent, reason :: term, timeout) :: :ok
  def stop(agent, reason \\ :normal, timeout \\ :infinity), do: GenServer.stop(agent, reason, timeout)
end

defmodule Agent.Server do
  @moduledoc false
  use GenServer

  @impl true
  def init(fun) do
    :erlang.put(:"$initial_call", initial_call(fun))
    {:ok, run(fun, [])}
  end

  @impl true
  def handle_call({:get, fun}, _from, state), do: {:reply, run(fun, [state]), state}

  def handle_call({:get_and_update, fun}, _from, state) do
    case run(fun, [state]) do
      {reply, state} -> {:reply, reply, state}
      other -> {:stop, {:bad_return_value, other}, state}
    end
  end

  def handle_call({:update, fun}, _from, state), do: {:reply, :ok, run(fun, [state])}

  @impl true
  def handle_cast({:cast, fun}, state), do: {:noreply, run(fun, [state])}

  @impl true
  def handle_info(_message, state), do: {:noreply, state}

  @impl true
  def code_change(_old, state, fun), do: {:ok, run(fun, [state])}

  defp initial_call({module, fun, args}), do: {module, fun, length(args)}

  defp initial_call(fun) do
    {:module, module} = :erlang.fun_info(fun, :module)
    {:name, name} = :erlang.fun_info(fun, :name)
    {module, name, 0}
  end

  defp run({module, fun, args}, extra), do: apply(module, fun, extra ++ args)
  defp run(fun, extra), do: apply(fun, extra)
end
