# SPDX-License-Identifier: Apache-2.0

defmodule :joist_signal do
  @moduledoc """
  The operating system's signals as programs see them: the functions of `System.trap_signal/3` and what happens without or
  after them.

  The traps live in a process that is started with the first one and calls them, newest first, one signal after the other.
  What a signal does by default comes last: SIGTERM stops the program in order, SIGQUIT reports its processes; others
  do nothing more once they are trapped.
  """

  @doc "Called by the VM, in a process of its own, when a signal came that it handles. It prints where the program does: to `leader`."
  @spec deliver(atom, pid | nil) :: :ok
  def deliver(signal, leader) do
    if leader, do: :erlang.group_leader(leader, self())

    case :erlang.whereis(__MODULE__) do
      :undefined -> default(signal)
      pid -> send(pid, {:signal, signal})
    end

    :ok
  end

  @doc "Adds a trap."
  @spec add(atom, term, (-> any)) :: {:ok, term} | {:error, :already_registered | :not_sup}
  def add(signal, id, fun), do: call({:add, signal, id, fun})

  @doc "Removes a trap."
  @spec remove(atom, term) :: :ok | {:error, :not_found}
  def remove(signal, id) do
    case :erlang.whereis(__MODULE__) do
      :undefined -> {:error, :not_found}
      _ -> call({:remove, signal, id})
    end
  end

  defp call(request) do
    pid = server()
    ref = :erlang.monitor(:process, pid)
    send(pid, {:call, self(), ref, request})

    receive do
      {^ref, answer} ->
        :erlang.demonitor(ref, [:flush])
        answer

      {:DOWN, ^ref, _, _, _} ->
        call(request)
    end
  end

  defp server do
    case :erlang.whereis(__MODULE__) do
      :undefined ->
        caller = self()
        {pid, ref} = :erlang.spawn_monitor(fn -> start(caller) end)

        receive do
          {^pid, :ready} ->
            :erlang.demonitor(ref, [:flush])
            pid

          # Another one was faster.
          {:DOWN, ^ref, _, _, _} ->
            server()
        end

      pid ->
        pid
    end
  end

  defp start(caller) do
    :erlang.process_flag(:trap_exit, true)
    :erlang.process_flag(:priority, :high)

    registered =
      try do
        :erlang.register(__MODULE__, self())
      rescue
        _ -> false
      end

    if registered do
      send(caller, {self(), :ready})
      loop([])
    end
  end

  # [{signal, id, fun}], the newest first.
  defp loop(traps) do
    receive do
      {:call, from, ref, request} ->
        {answer, traps} = handle(request, traps)
        send(from, {ref, answer})
        loop(traps)

      {:signal, signal} ->
        traps = run(traps, signal)
        default(signal)
        loop(traps)

      _ ->
        loop(traps)
    end
  end

  defp handle({:add, signal, id, fun}, traps) do
    cond do
      :lists.any(fn {s, i, _} -> s == signal and i == id end, traps) -> {{:error, :already_registered}, traps}
      not :joist_system.set_signal(signal, :handle) -> {{:error, :not_sup}, traps}
      true -> {{:ok, id}, [{signal, id, fun} | traps]}
    end
  end

  defp handle({:remove, signal, id}, traps) do
    case :lists.filter(fn {s, i, _} -> not (s == signal and i == id) end, traps) do
      ^traps ->
        {{:error, :not_found}, traps}

      rest ->
        unless :lists.keymember(signal, 1, rest), do: :joist_system.set_signal(signal, :restore)
        {:ok, rest}
    end
  end

  # A trap that raises is reported and gone, as a handler of events is.
  defp run(traps, signal) do
    :lists.filter(
      fn
        {^signal, _, fun} ->
          try do
            fun.()
            true
          catch
            kind, reason ->
              text = ["\n[error] the trap of ", Kernel.inspect(signal), " failed and was removed\n", Exception.format(kind, reason, __STACKTRACE__), ?\n]
              :joist_io.write(:stderr, :erlang.iolist_to_binary(text))
              false
          end

        _ ->
          true
      end,
      traps
    )
  end

  defp default(:sigterm), do: :joist_stop.begin(0)
  defp default(:sigquit), do: :joist_system.report_processes()
  defp default(_), do: :ok
end
