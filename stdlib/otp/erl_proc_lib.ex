# SPDX-License-Identifier: Apache-2.0
#
# Processes that know who started them, and starting that waits until the new process says it is ready.
#
# A process started here has `$ancestors` and `$initial_call` in its dictionary. A starter waits for `{:ack, pid, value}`; it
# monitors the new process, so that an end before the acknowledgement is an answer too. An uncaught exception becomes the exit
# reason without a report: the servers built on this report for themselves.

defmodule :proc_lib do
  @moduledoc """
  Processes with ancestors, and synchronous starting, under Erlang's name.

      iex> :proc_lib.start_link(:my_module, :init, [self()])
      {:ok, pid}
  """

  @doc "Spawns a function."
  @spec spawn((-> any)) :: pid
  def spawn(fun), do: spawn_opt(:erlang, :apply, [fun, []], [])

  @doc "Spawns `module.function(args)`."
  @spec spawn(module, atom, list) :: pid
  def spawn(module, function, args), do: spawn_opt(module, function, args, [])

  @doc "Spawns and links a function."
  @spec spawn_link((-> any)) :: pid
  def spawn_link(fun), do: spawn_opt(:erlang, :apply, [fun, []], [:link])

  @doc "Spawns and links `module.function(args)`."
  @spec spawn_link(module, atom, list) :: pid
  def spawn_link(module, function, args), do: spawn_opt(module, function, args, [:link])

  @doc "Spawns a function with options."
  @spec spawn_opt((-> any), list) :: pid | {pid, reference}
  def spawn_opt(fun, options), do: spawn_opt(:erlang, :apply, [fun, []], options)

  @doc "Spawns `module.function(args)` with options."
  @spec spawn_opt(module, atom, list, list) :: pid | {pid, reference}
  def spawn_opt(module, function, args, options) do
    :erlang.spawn_opt(:proc_lib, :init_p, [parent(), ancestors(), module, function, args], options)
  end

  @doc false
  def init_p(parent, ancestors, module, function, args) do
    :erlang.put(:"$ancestors", [parent | ancestors])
    :erlang.put(:"$initial_call", initial(module, function, args))

    try do
      apply(module, function, args)
    catch
      :exit, reason -> :erlang.exit(reason)
      :error, reason -> :erlang.exit({reason, __STACKTRACE__})
      :throw, value -> :erlang.exit({{:nocatch, value}, __STACKTRACE__})
    end
  end

  defp initial(:gen_server, :init_it, [_, _, _, module | _]), do: {module, :init, 1}
  defp initial(:erlang, :apply, [fun, []]), do: {:erlang.element(2, :erlang.fun_info(fun, :module)), :erlang.element(2, :erlang.fun_info(fun, :name)), 0}
  defp initial(module, function, args), do: {module, function, length(args)}

  @doc "Starts a process and waits for its acknowledgement."
  @spec start(module, atom, list, timeout, list) :: term
  def start(module, function, args, timeout \\ :infinity, options \\ []) do
    module |> spawn_opt(function, args, [:monitor | options]) |> await(timeout)
  end

  @doc "Like `start/5`, linked."
  @spec start_link(module, atom, list, timeout, list) :: term
  def start_link(module, function, args, timeout \\ :infinity, options \\ []) do
    module |> spawn_opt(function, args, [:monitor, :link | options]) |> await(timeout)
  end

  defp await({pid, ref}, timeout) do
    receive do
      {:ack, ^pid, answer} ->
        :erlang.demonitor(ref, [:flush])
        answer

      {:nack, ^pid, answer} ->
        receive do
          {:DOWN, ^ref, _, _, _} -> answer
        end

      {:DOWN, ^ref, _, _, reason} ->
        flush_exit(pid)
        {:error, reason}
    after
      timeout ->
        :erlang.unlink(pid)
        :erlang.exit(pid, :kill)

        receive do
          {:DOWN, ^ref, _, _, _} -> flush_exit(pid)
        end

        {:error, :timeout}
    end
  end

  defp flush_exit(pid) do
    receive do
      {:EXIT, ^pid, _} -> :ok
    after
      0 -> :ok
    end
  end

  @doc "Tells the parent that this process is ready."
  @spec init_ack(term) :: :ok
  def init_ack(answer) do
    [parent | _] = :erlang.get(:"$ancestors")
    init_ack(parent, answer)
  end

  @doc "Tells `parent` that this process is ready."
  @spec init_ack(pid | atom, term) :: :ok
  def init_ack(parent, answer) do
    send(parent, {:ack, self(), answer})
    :ok
  end

  @doc "Tells the parent that starting failed, and raises."
  @spec init_fail(term, tuple) :: no_return
  def init_fail(answer, exception) do
    [parent | _] = :erlang.get(:"$ancestors")
    init_fail(parent, answer, exception)
  end

  @doc "Tells `parent` that starting failed, and raises."
  @spec init_fail(pid | atom, term, tuple) :: no_return
  def init_fail(parent, answer, exception) do
    send(parent, {:nack, self(), answer})

    case exception do
      {kind, reason} -> :erlang.raise(kind, reason, [])
      {kind, reason, stack} -> :erlang.raise(kind, reason, stack)
    end
  end

  @doc "Asks a process that knows system messages to end, and waits for that."
  @spec stop(pid | atom) :: :ok
  def stop(process), do: stop(process, :normal, :infinity)

  @doc "Like `stop/1`, with a reason and a timeout. Another reason of the end, or none in time, is an exit."
  @spec stop(pid | atom, term, timeout) :: :ok
  def stop(process, reason, timeout) do
    ref = :erlang.monitor(:process, process)
    destination = if is_atom(process), do: :erlang.whereis(process), else: process
    # The server acknowledges to an alias that has ended already: only its end counts.
    nowhere = :erlang.alias()
    :erlang.unalias(nowhere)
    if destination != :undefined, do: send(destination, {:system, {self(), [:alias | nowhere]}, {:terminate, reason}})

    receive do
      {:DOWN, ^ref, _, _, ^reason} -> :ok
      {:DOWN, ^ref, _, _, other} -> exit(other)
    after
      timeout ->
        :erlang.demonitor(ref, [:flush])
        exit(:timeout)
    end
  end

  @doc "Collects garbage and goes on with `module.function(args)`, which is to wait for a message first."
  @spec hibernate(module, atom, list) :: no_return
  def hibernate(module, function, args) do
    :erlang.garbage_collect()
    apply(module, function, args)
  end

  @doc "The first call of a process started here, or false."
  @spec initial_call(pid | list) :: {module, atom, [atom]} | false
  def initial_call(process) do
    case translate(process) do
      {module, function, arity} -> {module, function, for(n <- :lists.seq(1, arity), do: :erlang.binary_to_atom("Argument__" <> Integer.to_string(n)))}
      false -> false
    end
  end

  @doc "The first call of a process as `{module, function, arity}`."
  @spec translate_initial_call(pid | list) :: {module, atom, arity}
  def translate_initial_call(process), do: translate(process) || {:proc_lib, :init_p, 5}

  defp translate(process) when is_pid(process) do
    case :erlang.process_info(process, :dictionary) do
      {:dictionary, dictionary} -> find(dictionary)
      _ -> false
    end
  end

  defp translate(info) when is_list(info), do: find(:proplists.get_value(:dictionary, info, []))

  defp find(dictionary) do
    case :lists.keyfind(:"$initial_call", 1, dictionary) do
      {_, call} -> call
      false -> false
    end
  end

  defp parent, do: :joist_report.own_name()

  defp ancestors do
    case :erlang.get(:"$ancestors") do
      list when is_list(list) -> list
      _ -> []
    end
  end
end
