# SPDX-License-Identifier: Apache-2.0

defmodule :joist_stop do
  @moduledoc """
  The orderly stop of a program: on SIGTERM and by `System.stop/1`.

  In a process of its own, first what `System.at_exit/1` left, then the processes, roots first. A root is a process whose
  parent is gone; the first process is one. A root is told `:shutdown`; those linked to it get that
  from its end, so supervisors stop their children in reverse order, each within its shutdown time, and servers that trap
  exits get their `terminate/2`. Then what is left has new roots, and so on, until nobody is there.

  Nobody is waited for without end: supervisors get #{60} seconds together, other linked processes #{5}, loners that
  are linked to nobody #{1}. Who is late is named on standard error and killed; the status stays what was asked for.
  """

  @tree_ms 60_000
  @linked_ms 5_000
  @loner_ms 1_000

  @doc "Starts to stop the program with a status or, with status 1, a text. Only the first call counts."
  @spec begin(non_neg_integer | binary) :: :ok
  def begin(status) do
    if :joist_system.stop_begin() do
      :erlang.spawn_opt(__MODULE__, :run, [status], [{:priority, :high}])
    end

    :ok
  end

  @doc "Does it and never returns."
  @spec run(non_neg_integer | binary) :: no_return
  def run(status) do
    stopper = self()
    watch = :erlang.spawn_opt(fn -> watch(stopper, status) end, [{:priority, :high}])
    left = System.run_at_exit(if is_integer(status), do: status, else: 1)
    status = if is_integer(status), do: left, else: status
    end_at = now() + @tree_ms
    rounds([self(), watch | signal_process()], [], end_at)
    :erlang.halt(status)
  end

  defp signal_process do
    case :erlang.whereis(:joist_signal) do
      :undefined -> []
      pid -> [pid]
    end
  end

  # A function of at_exit that never returns must not keep the program.
  defp watch(stopper, status) do
    ref = :erlang.monitor(:process, stopper)

    receive do
      {:DOWN, ^ref, _, _, _} -> :ok
    after
      2 * @tree_ms -> note("the stop itself did not end within #{div(2 * @tree_ms, 1000)} s")
    end

    :erlang.halt(status)
  end

  defp rounds(own, told, end_at) do
    case :lists.foldl(&describe(&1, &2, own), [], :erlang.processes()) do
      [] ->
        :ok

      living ->
        pids = :maps.from_list(for {pid, _, _, _} <- living, do: {pid, true})
        old = for {pid, _, _, _} = process <- living, :lists.member(pid, told), do: process
        roots = for {pid, parent, _, _} = process <- living, not :erlang.is_map_key(parent, pids), not :lists.member(pid, told), do: process
        # Everybody has a living parent only when one was made in a circle by hand: then all are roots.
        roots = if roots == [] and old == [], do: living, else: roots
        linked = :lists.append(for {pid, _, _, _} <- roots, do: links(pid))
        first = :joist_system.first_process()

        waits =
          for {pid, _, traps, supervisor} <- old ++ roots,
              traps,
              do: {pid, :erlang.monitor(:process, pid), supervisor, pid == first or :lists.member(pid, told)}

        :lists.foreach(fn {pid, _, _, _} -> :erlang.exit(pid, :shutdown) end, roots)
        start = now()
        :lists.foreach(fn wait -> await(wait, start, end_at) end, waits)
        rounds(own, linked, end_at)
    end
  end

  # {pid, parent, whether it may outlive :shutdown, whether it is a supervisor}
  defp describe(pid, acc, own) do
    if :lists.member(pid, own) do
      acc
    else
      case :erlang.process_info(pid, [:parent, :trap_exit, :dictionary]) do
        [{:parent, parent}, {:trap_exit, traps}, {:dictionary, dictionary}] -> [{pid, parent, traps, supervisor?(dictionary)} | acc]
        :undefined -> acc
      end
    end
  end

  defp supervisor?(dictionary) do
    case :lists.keyfind(:"$initial_call", 1, dictionary) do
      {_, {:supervisor, _, _}} -> true
      _ -> false
    end
  end

  defp links(pid) do
    case :erlang.process_info(pid, :links) do
      {:links, links} -> links
      :undefined -> []
    end
  end

  defp await({pid, ref, supervisor, linked}, start, end_at) do
    limit =
      cond do
        supervisor -> end_at
        linked -> start + @linked_ms
        true -> start + @loner_ms
      end

    receive do
      {:DOWN, ^ref, _, _, _} -> :ok
    after
      :erlang.max(0, :erlang.min(limit, end_at) - now()) ->
        note("process #{name(pid)} did not end within #{round_seconds(:erlang.min(limit, end_at) - start)} s of being told to and was killed")
        :erlang.exit(pid, :kill)

        receive do
          {:DOWN, ^ref, _, _, _} -> :ok
        end
    end
  end

  defp round_seconds(ms), do: :erlang.max(1, div(ms + 500, 1000))

  defp name(pid) do
    case :erlang.process_info(pid, :registered_name) do
      {:registered_name, name} when is_atom(name) -> Kernel.inspect(pid) <> " (" <> Kernel.inspect(name) <> ")"
      _ -> Kernel.inspect(pid)
    end
  end

  defp now, do: :erlang.monotonic_time(:millisecond)

  defp note(text), do: :joist_io.write(:stderr, "joist: stopping: " <> text <> "\n")
end
