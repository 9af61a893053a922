# SPDX-License-Identifier: Apache-2.0
#
# GenServer: the behaviour of servers, and how clients speak to them. The loop is in `:gen_server`. `call/3` is written out
# here, without a layer between, since most messages of a program go through it.

defmodule GenServer do
  @moduledoc """
  A process that keeps a state and answers requests.

      defmodule Counter do
        use GenServer
        def init(n), do: {:ok, n}
        def handle_call(:next, _from, n), do: {:reply, n, n + 1}
      end

      iex> {:ok, pid} = GenServer.start_link(Counter, 1)
      iex> GenServer.call(pid, :next)
      1
  """

  @type on_start :: {:ok, pid} | :ignore | {:error, {:already_started, pid} | term}
  @type name :: atom | {:global, term} | {:via, module, term}
  @type options :: [option]
  @type option :: {:debug, list} | {:name, name} | {:timeout, timeout} | {:spawn_opt, list} | {:hibernate_after, timeout}
  @type server :: pid | name | {atom, node}
  @type from :: {pid, tag :: term}

  @callback init(init_arg :: term) ::
              {:ok, state} | {:ok, state, timeout | :hibernate | {:continue, term}} | :ignore | {:stop, reason :: any}
            when state: any
  @callback handle_call(request :: term, from, state :: term) ::
              {:reply, reply, new_state}
              | {:reply, reply, new_state, timeout | :hibernate | {:continue, term}}
              | {:noreply, new_state}
              | {:noreply, new_state, timeout | :hibernate | {:continue, term}}
              | {:stop, reason, reply, new_state}
              | {:stop, reason, new_state}
            when reply: term, new_state: term, reason: term
  @callback handle_cast(request :: term, state :: term) ::
              {:noreply, new_state}
              | {:noreply, new_state, timeout | :hibernate | {:continue, term}}
              | {:stop, reason :: term, new_state}
            when new_state: term
  @callback handle_info(msg :: :timeout | term, state :: term) ::
              {:noreply, new_state}
              | {:noreply, new_state, timeout | :hibernate | {:continue, term}}
              | {:stop, reason :: term, new_state}
            when new_state: term
  @callback handle_continue(continue_arg, state :: term) ::
              {:noreply, new_state}
              | {:noreply, new_state, timeout | :hibernate | {:continue, continue_arg}}
              | {:stop, reason :: term, new_state}
            when new_state: term, continue_arg: term
  @callback terminate(reason, state :: term) :: term when reason: :normal | :shutdown | {:shutdown, term} | term
  @callback code_change(old_vsn, state :: term, extra :: term) :: {:ok, new_state :: term} | {:error, reason :: term} when old_vsn: term
  @callback format_status(reason, pdict_and_state :: list) :: term when reason: :normal | :terminate

  @optional_callbacks code_change: 3, terminate: 2, handle_info: 2, handle_cast: 2, handle_call: 3, format_status: 2, handle_continue: 2

  @doc false
  defmacro __using__(opts) do
    quote location: :keep do
      @behaviour GenServer
      unquote(:joist_child_spec.define(opts, "How this server is started under a supervisor."))

      @before_compile GenServer

      @doc false
      def handle_call(msg, _from, state) do
        raise "attempted to call GenServer #{inspect(:joist_report.own_name())} but no handle_call/3 clause was provided"
      end

      @doc false
      def handle_info(msg, state) do
        :joist_report.unexpected(__MODULE__, :joist_report.own_name(), msg)
        {:noreply, state}
      end

      @doc false
      def handle_cast(msg, state) do
        raise "attempted to cast GenServer #{inspect(:joist_report.own_name())} but no handle_cast/2 clause was provided"
      end

      @doc false
      def terminate(_reason, _state), do: :ok

      @doc false
      def code_change(_old, state, _extra), do: {:ok, state}

      defoverridable code_change: 3, terminate: 2, handle_info: 2, handle_cast: 2, handle_call: 3
    end
  end

  @doc false
  defmacro __before_compile__(env) do
    unless Module.defines?(env.module, {:init, 1}) do
      message =
        "function init/1 required by behaviour GenServer is not implemented (in module #{inspect(env.module)}). " <>
          "It is defined as the function that keeps its argument as the state"

      IO.warn(message, env)

      quote do
        @doc false
        def init(init_arg), do: {:ok, init_arg}
        defoverridable init: 1
      end
    end
  end

  @doc """
  Starts a server linked to this process: `module.init(init_arg)` gives its state.

      {:ok, pid} = GenServer.start_link(Counter, 0, name: Counter)
  """
  @spec start_link(module, term, options) :: on_start
  def start_link(module, init_arg, options \\ []) when is_atom(module) and is_list(options) do
    case name(options) do
      nil -> :gen_server.start_link(module, init_arg, options)
      name -> :gen_server.start_link(name, module, init_arg, options)
    end
  end

  @doc """
  Like `start_link/3`, without a link.

      {:ok, pid} = GenServer.start(Counter, 0)
  """
  @spec start(module, term, options) :: on_start
  def start(module, init_arg, options \\ []) when is_atom(module) and is_list(options) do
    case name(options) do
      nil -> :gen_server.start(module, init_arg, options)
      name -> :gen_server.start(name, module, init_arg, options)
    end
  end

  @doc false
  def name(options) do
    case Keyword.get(options, :name) do
      nil ->
        nil

      atom when is_atom(atom) ->
        {:local, atom}

      {:global, _} = name ->
        name

      {:via, via_module, _} = name when is_atom(via_module) ->
        name

      other ->
        raise ArgumentError, """
        expected :name option to be one of the following:

          * nil
          * atom
          * {:global, term}
          * {:via, module, term}

        Got: #{inspect(other)}
        """
    end
  end

  @doc """
  Stops a server, which calls its `terminate/2`, and waits until it has ended.

      iex> GenServer.stop(pid)
      :ok
  """
  @spec stop(server, reason :: term, timeout) :: :ok
  def stop(server, reason \\ :normal, timeout \\ :infinity) do
    case whereis(server) do
      nil ->
        exit({:noproc, {__MODULE__, :stop, [server, reason, timeout]}})

      pid when pid == self() ->
        exit({:calling_self, {__MODULE__, :stop, [server, reason, timeout]}})

      pid ->
        try do
          :proc_lib.stop(pid, reason, timeout)
        catch
          :exit, error -> exit({error, {__MODULE__, :stop, [server, reason, timeout]}})
        end
    end
  end

  @doc """
  Sends a request and waits for the answer, five seconds unless said otherwise. No answer is an exit.

      iex> GenServer.call(pid, :next)
      2
  """
  @spec call(server, term, timeout) :: term
  def call(server, request, timeout \\ 5000)

  def call(server, request, timeout) when is_pid(server) and ((is_integer(timeout) and timeout >= 0) or timeout == :infinity) do
    call_process(server, server, request, timeout)
  end

  def call(server, request, timeout) when (is_integer(timeout) and timeout >= 0) or timeout == :infinity do
    case whereis(server) do
      nil -> exit({:noproc, {__MODULE__, :call, [server, request, timeout]}})
      {_name, node} -> exit({{:nodedown, node}, {__MODULE__, :call, [server, request, timeout]}})
      process -> call_process(process, server, request, timeout)
    end
  end

  defp call_process(process, server, request, timeout) when process == self() do
    exit({:calling_self, {__MODULE__, :call, [server, request, timeout]}})
  end

  defp call_process(process, server, request, timeout) do
    ref = :erlang.monitor(:process, process, alias: :reply_demonitor)
    # A bounded mailbox that is full makes the caller wait, for no longer than its timeout.
    left = :joist_process.send_within(process, {:"$gen_call", {self(), [:alias | ref]}, request}, timeout)
    if not (is_integer(left) or left == :infinity), do: not_sent(left, ref, [server, request, timeout])

    receive do
      {[:alias | ^ref], answer} ->
        answer

      {:DOWN, ^ref, _, _, :noconnection} ->
        exit({{:nodedown, :erlang.element(2, process)}, {__MODULE__, :call, [server, request, timeout]}})

      {:DOWN, ^ref, _, _, reason} ->
        exit({reason, {__MODULE__, :call, [server, request, timeout]}})
    after
      left ->
        :erlang.demonitor(ref, [:flush])

        receive do
          {[:alias | ^ref], answer} -> answer
        after
          0 -> exit({:timeout, {__MODULE__, :call, [server, request, timeout]}})
        end
    end
  end

  defp not_sent(why, ref, args) do
    :erlang.demonitor(ref, [:flush])
    if why == :timeout, do: exit({:timeout, {__MODULE__, :call, args}}), else: :erlang.error(why)
  end

  @doc """
  Sends a request for which there is no answer.

      iex> GenServer.cast(pid, :reset)
      :ok
  """
  @spec cast(server, term) :: :ok
  def cast(server, request)

  def cast(pid, request) when is_pid(pid) do
    send(pid, {:"$gen_cast", request})
    :ok
  end

  def cast({:via, module, name}, request) do
    module.send(name, {:"$gen_cast", request})
    :ok
  catch
    :error, {:mailbox_full, _, _, _} = full -> :erlang.error(full)
    _, _ -> :ok
  end

  def cast({:global, name}, request), do: cast({:via, :global, name}, request)

  def cast(name, request) when is_atom(name) or is_tuple(name) do
    send(name, {:"$gen_cast", request})
    :ok
  catch
    :error, {:mailbox_full, _, _, _} = full -> :erlang.error(full)
    _, _ -> :ok
  end

  @doc """
  Casts to the servers of one name on several nodes. Only this node can be reached; the others are passed over.

      iex> GenServer.abcast(Counter, :reset)
      :abcast
  """
  @spec abcast([node], name :: atom, term) :: :abcast
  def abcast(nodes \\ [node() | Node.list()], name, request) when is_list(nodes) and is_atom(name) do
    for node <- nodes, node == node(), do: cast(name, request)
    :abcast
  end

  @doc """
  Calls the servers of one name on several nodes: the answers, and the nodes that gave none. Only this node can be reached.

      iex> GenServer.multi_call([node(), :far@away], Counter, :next)
      {[{:nonode@nohost, 1}], [:far@away]}
  """
  @spec multi_call([node], name :: atom, term, timeout) :: {replies :: [{node, term}], bad_nodes :: [node]}
  def multi_call(nodes \\ [node() | Node.list()], name, request, timeout \\ :infinity) when is_list(nodes) and is_atom(name) do
    {near, far} = Enum.split_with(nodes, &(&1 == node()))
    {replies, silent} = near |> Enum.map(&answer_of(&1, name, request, timeout)) |> Enum.split_with(&is_tuple/1)
    {replies, silent ++ far}
  end

  defp answer_of(node, name, request, timeout) do
    {node, call(name, request, timeout)}
  catch
    :exit, _ -> node
  end

  @doc """
  Answers a call from anywhere: `client` is what `handle_call/3` got as `from`.

      iex> GenServer.reply(from, :done)
      :ok
  """
  @spec reply(from, term) :: :ok
  def reply(client, reply), do: :gen_server.reply(client, reply)

  @doc """
  The process of a server, or nil.

      iex> GenServer.whereis(:nobody)
      nil
  """
  @spec whereis(server) :: pid | {atom, node} | nil
  def whereis(server)
  def whereis(pid) when is_pid(pid), do: pid
  def whereis(name) when is_atom(name), do: Process.whereis(name)
  def whereis({:global, name}), do: whereis({:via, :global, name})

  def whereis({:via, module, name}) do
    case module.whereis_name(name) do
      pid when is_pid(pid) -> pid
      :undefined -> nil
    end
  end

  def whereis({name, local}) when is_atom(name) and local == node(), do: Process.whereis(name)
  def whereis({name, node} = server) when is_atom(name) and is_atom(node), do: server
end
