# SPDX-License-Identifier: Apache-2.0

defmodule :joist_main do
  @moduledoc """
  The first process of a program: runs it, prints what nobody rescued, calls what `System.at_exit/1` left, halts.
  """

  @doc "Runs the program `text` of `file`."
  def run_text(file, text) do
    :joist_source.remember(file, text)
    run(fn -> :joist_compile.run_text(file, text) end)
  end

  @doc "Runs expressions and files in order. `stay`: other processes go on when they have come to their end."
  def run_steps(steps, stay), do: run(fn -> :lists.foreach(&step/1, steps) end, stay)

  defp step({:eval, text}) do
    :joist_source.remember("nofile", text)
    :joist_compile.run_text("nofile", text)
  end

  defp step({:file, file, text}) do
    :joist_source.remember(file, text)
    :joist_compile.run_text(file, text)
  end

  defp step({:module, module}), do: module.main()

  defp step({:require, pattern}) do
    case Path.wildcard(pattern) do
      [] -> Code.require_file(pattern)
      files -> :lists.foreach(fn file -> Code.require_file(file) end, files)
    end
  end

  @doc "Runs the interactive shell, after files of `-r`."
  def run_shell(steps) do
    # A process of its own: output of the first one goes to the program's streams, and the shell is what others' goes through.
    run(fn ->
      :lists.foreach(&step/1, steps)
      {_, monitor} = :erlang.spawn_monitor(fn -> :joist_shell.start() end)

      receive do
        {:DOWN, ^monitor, :process, _, reason} -> :erlang.exit(reason)
      end
    end)
  end

  @doc "Compiles `[{path, text}]`."
  def compile_files(files), do: run(fn -> :joist_compile.files(files) end)

  defp run(fun, stay \\ false) do
    status =
      try do
        fun.()
        end_normally(stay)
      catch
        :exit, :normal -> end_normally(stay)
        :exit, :shutdown -> 0
        :exit, {:shutdown, status} when is_integer(status) -> status
        :exit, {:shutdown, _} -> 0
        kind, reason -> report(kind, reason, __STACKTRACE__)
      end

    # In a stop in order this is one process of many: what is left to do is done there.
    unless :joist_system.stop_has_begun() do
      :erlang.halt(System.run_at_exit(status))
    end
  end

  defp end_normally(false), do: 0
  defp end_normally(true), do: Process.sleep(:infinity)

  @doc "The first process was ended from outside: by a link, mostly. `from`: who, when it is known."
  def ended(pid, from, reason) do
    :joist_io.write(:stderr, :erlang.iolist_to_binary(:joist_fault.exit_report(pid, from, reason, :joist_fault.color?())))
    :erlang.halt(System.run_at_exit(1))
  end

  defp report(kind, reason, stack) do
    :joist_io.write(:stderr, :erlang.iolist_to_binary(:joist_fault.report(kind, reason, stack, :joist_fault.color?())))
    1
  end
end
