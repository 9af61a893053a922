# SPDX-License-Identifier: Apache-2.0
#
# What both kinds of supervisor do with one child: checking its specification, starting it, ending it, counting restarts.
#
# A child is a map with the specification's fields filled in, and `pid`: a pid, `:undefined`, or `{:restarting, old_pid}`.
# Restarts are counted per second, so that the count of a window costs no more than its seconds.

defmodule Supervisor.Child do
  @moduledoc false

  def check(%{} = spec) do
    type = Map.get(spec, :type, :worker)
    restart = Map.get(spec, :restart, :permanent)
    shutdown = Map.get(spec, :shutdown, if(type == :supervisor, do: :infinity, else: 5000))
    significant = Map.get(spec, :significant, false)

    with {:ok, id} <- fetch(spec, :id, :missing_id),
         {:ok, start} <- fetch(spec, :start, :missing_start),
         :ok <- check_start(start),
         :ok <- one_of(restart, [:permanent, :transient, :temporary], :invalid_restart_type),
         :ok <- check_significant(significant, restart),
         :ok <- one_of(type, [:worker, :supervisor], :invalid_child_type),
         :ok <- check_shutdown(shutdown),
         modules = Map.get(spec, :modules, [elem(start, 0)]),
         :ok <- check_modules(modules) do
      {:ok, %{id: id, start: start, restart: restart, shutdown: shutdown, type: type, modules: modules, significant: significant, pid: :undefined}}
    end
  end

  def check({id, start, restart, shutdown, type, modules}) do
    check(%{id: id, start: start, restart: restart, shutdown: shutdown, type: type, modules: modules})
  end

  def check(other), do: {:error, {:invalid_child_spec, other}}

  def check_all(specs) when is_list(specs), do: check_all(specs, %{}, [])
  def check_all(specs), do: {:error, {:invalid_child_spec, specs}}

  defp check_all([], _ids, children), do: {:ok, :lists.reverse(children)}

  defp check_all([spec | rest], ids, children) do
    case check(spec) do
      {:ok, %{id: id}} when is_map_key(ids, id) -> {:error, {:duplicate_child_name, id}}
      {:ok, child} -> check_all(rest, Map.put(ids, child.id, true), [child | children])
      error -> error
    end
  end

  defp fetch(spec, key, error) do
    case spec do
      %{^key => value} -> {:ok, value}
      _ -> {:error, error}
    end
  end

  defp check_start({module, function, args}) when is_atom(module) and is_atom(function) and is_list(args), do: :ok
  defp check_start(other), do: {:error, {:invalid_mfa, other}}

  defp one_of(value, allowed, error), do: if(value in allowed, do: :ok, else: {:error, {error, value}})

  defp check_significant(false, _), do: :ok
  defp check_significant(true, restart) when restart != :permanent, do: :ok
  defp check_significant(value, _), do: {:error, {:invalid_significant, value}}

  defp check_shutdown(time) when is_integer(time) and time >= 0, do: :ok
  defp check_shutdown(:infinity), do: :ok
  defp check_shutdown(:brutal_kill), do: :ok
  defp check_shutdown(other), do: {:error, {:invalid_shutdown, other}}

  defp check_modules(:dynamic), do: :ok
  defp check_modules(modules) when is_list(modules), do: if(Enum.all?(modules, &is_atom/1), do: :ok, else: {:error, {:invalid_modules, modules}})
  defp check_modules(other), do: {:error, {:invalid_modules, other}}

  # {:ok, pid | :undefined} | {:ok, pid, info} | {:error, reason}
  def start({module, function, args}) do
    started(
      try do
        apply(module, function, args)
      catch
        :exit, reason -> {:error, {:EXIT, reason}}
        :error, reason -> {:error, {:EXIT, {reason, __STACKTRACE__}}}
        :throw, value -> value
      end
    )
  end

  # What a start function answered, as one of those.
  def started(result) do
    case result do
      {:ok, pid} when is_pid(pid) -> result
      {:ok, pid, _info} when is_pid(pid) -> result
      :ignore -> {:ok, :undefined}
      {:error, _} -> result
      other -> {:error, other}
    end
  end

  # Ends a child and waits for it.
  def stop(%{pid: pid, shutdown: shutdown}) when is_pid(pid), do: stop(pid, shutdown)
  def stop(_), do: :ok

  def stop(pid, shutdown) do
    ref = :erlang.monitor(:process, pid)
    :erlang.unlink(pid)

    receive do
      {:EXIT, ^pid, _} -> :ok
    after
      0 -> :ok
    end

    case shutdown do
      :brutal_kill ->
        kill(pid, ref)

      time ->
        :erlang.exit(pid, :shutdown)

        receive do
          {:DOWN, ^ref, _, _, _} -> :ok
        after
          time -> kill(pid, ref)
        end
    end
  end

  defp kill(pid, ref) do
    :erlang.exit(pid, :kill)

    receive do
      {:DOWN, ^ref, _, _, _} -> :ok
    end
  end

  # Whether the end of a child asks for a new one.
  def restart?(%{restart: :permanent}, _reason), do: true
  def restart?(%{restart: :temporary}, _reason), do: false
  def restart?(%{restart: :transient}, reason), do: not :joist_report.orderly?(reason)

  # Counts one more restart: {:ok, restarts} or :too_many.
  def count(restarts, intensity, period) do
    now = :erlang.monotonic_time(:second)

    restarts =
      case restarts do
        [{^now, n} | rest] -> [{now, n + 1} | rest]
        list -> [{now, 1} | :lists.takewhile(fn {second, _} -> now - second <= period end, list)]
      end

    if sum(restarts, 0) <= intensity, do: {:ok, restarts}, else: :too_many
  end

  defp sum([{_, n} | rest], total), do: sum(rest, total + n)
  defp sum([], total), do: total

  # The shape in which a failed start tells of its child.
  def record(child) do
    {:child, child.pid, child.id, child.start, child.restart, child.significant, child.shutdown, child.type, child.modules}
  end
end
