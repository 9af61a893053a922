# SPDX-License-Identifier: Apache-2.0

defmodule :joist_crash do
  @moduledoc """
  What happens when nobody catches an exception in a process.

  The engine calls `uncaught/3` in the dying process, on an empty stack. It reports errors on standard error
  (exits are silent, they are how processes end) and ends the process with the reason that links and monitors see.
  """

  @doc "Reports and ends the calling process."
  @spec uncaught(:error | :exit | :throw, term, list) :: no_return
  def uncaught(:exit, reason, _stack), do: die(reason)

  def uncaught(:throw, value, stack) do
    report(:error, {:nocatch, value}, stack)
    die({{:nocatch, value}, stack})
  end

  def uncaught(:error, reason, stack) do
    report(:error, reason, stack)
    die({reason, stack})
  end

  defp report(kind, reason, stack) do
    name =
      case :erlang.process_info(self(), :registered_name) do
        {:registered_name, name} when is_atom(name) -> " (" <> Kernel.inspect(name) <> ")"
        _ -> ""
      end

    if :logger.allow(:error, __MODULE__), do: write(kind, reason, stack, name)
  end

  defp write(kind, reason, stack, name) do
    text = [
      "\n[error] Process ",
      Kernel.inspect(self()),
      name,
      " raised an exception\n",
      :joist_fault.report(kind, reason, stack, :joist_fault.color?())
    ]

    :joist_io.write(:stderr, :erlang.iolist_to_binary(text))
  end

  defp die(reason), do: :joist_crash.die(reason)
end
