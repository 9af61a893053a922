# SPDX-License-Identifier: Apache-2.0

defmodule :joist_main do
  @moduledoc """
  The first process of a program: runs it, prints what nobody rescued, calls what `System.at_exit/1` left, halts.
  """

  @doc "Runs the program `text` of `file`."
  def run_text(file, text), do: run(fn -> :joist_compile.run_text(file, text) end)

  @doc "Runs `main/0` of a compiled module."
  def run_module(module), do: run(fn -> module.main() end)

  @doc "Compiles `[{path, text}]`."
  def compile_files(files), do: run(fn -> :joist_compile.files(files) end)

  defp run(fun) do
    status =
      try do
        fun.()
        0
      catch
        :exit, :normal -> 0
        :exit, :shutdown -> 0
        :exit, {:shutdown, status} when is_integer(status) -> status
        :exit, {:shutdown, _} -> 0
        kind, reason -> report(kind, reason, __STACKTRACE__)
      end

    # In a stop in order this is one process of many: what is left to do is done there.
    unless :joist_system.stop_has_begun() do
      at_exit(:joist_system.take_at_exit(), status)
      :erlang.halt(status)
    end
  end

  defp report(kind, reason, stack) do
    text = Exception.format(kind, reason, user_frames(stack))
    :joist_io.write(:stderr, :erlang.iolist_to_binary([text, ?\n]))
    1
  end

  # The frames below the program are the runner's own.
  defp user_frames([{module, _, _, _} | _]) when module in [:joist_main, :joist_evaluator], do: []
  defp user_frames([frame | rest]), do: [frame | user_frames(rest)]
  defp user_frames([]), do: []

  defp at_exit([], _status), do: :ok

  defp at_exit([fun | rest], status) do
    try do
      fun.(status)
    catch
      kind, reason -> report(kind, reason, user_frames(__STACKTRACE__))
    end

    at_exit(:joist_system.take_at_exit() ++ rest, status)
  end
end
