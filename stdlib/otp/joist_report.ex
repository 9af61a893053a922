# SPDX-License-Identifier: Apache-2.0

defmodule :joist_report do
  @moduledoc """
  Reports of servers and tasks that end abnormally, on standard error.

  Whoever ends calls this right before it exits; a reason that means an orderly end is not reported.
  """

  @doc "Whether a reason is an orderly end."
  @spec orderly?(term) :: boolean
  def orderly?(:normal), do: true
  def orderly?(:shutdown), do: true
  def orderly?({:shutdown, _}), do: true
  def orderly?(_), do: false

  @doc "A server ends: what it is called, why and where, what it was doing, its state."
  @spec server(term, term, list, term, term, term) :: :ok
  def server(name, reason, stack, last_message, from, state) do
    write([
      "GenServer ",
      Kernel.inspect(name),
      " terminating\n",
      reason(reason, stack),
      "\nLast message",
      sender(from),
      ": ",
      Kernel.inspect(last_message),
      "\nState: ",
      Kernel.inspect(state),
      client(from)
    ])
  end

  @doc "A message came for which a server has no clause."
  @spec unexpected(module, term, term) :: :ok
  def unexpected(module, name, message) do
    write([Kernel.inspect(module), " ", Kernel.inspect(name), " received unexpected message in handle_info/2: ", Kernel.inspect(message)])
  end

  @doc "A task ends: who started it, why and where, what it was to do."
  @spec task(term, term, list, function | mfa, list) :: :ok
  def task(starter, reason, stack, fun, args) do
    write([
      "Task ",
      Kernel.inspect(self()),
      " started from ",
      Kernel.inspect(starter),
      " terminating\n",
      reason(reason, stack),
      "\nFunction: ",
      Kernel.inspect(fun),
      "\n    Args: ",
      Kernel.inspect(args)
    ])
  end

  @doc "The registered name of the caller, or its pid."
  @spec own_name() :: atom | pid
  def own_name do
    case :erlang.process_info(self(), :registered_name) do
      {:registered_name, name} when is_atom(name) -> name
      _ -> self()
    end
  end

  defp sender({pid, _}) when is_pid(pid), do: [" (from ", Kernel.inspect(pid), ")"]
  defp sender(_), do: []

  defp client({pid, _}) when is_pid(pid) do
    if :erlang.is_process_alive(pid), do: ["\nClient ", Kernel.inspect(pid), " is alive"], else: ["\nClient ", Kernel.inspect(pid), " is dead"]
  end

  defp client(_), do: []

  defp reason({error, [{_, _, _, _} | _] = stack}, _) do
    kind = if match?(%ErlangError{}, Exception.normalize(:error, error, stack)), do: :stop, else: :error
    fault(kind, error, stack)
  end

  defp reason({error, []}, _), do: Exception.format_banner(:error, error)
  defp reason({:bad_return_value, value}, _), do: ["** (stop) bad return value: ", Kernel.inspect(value)]
  defp reason(other, stack), do: fault(:stop, other, stack)

  defp fault(kind, reason, stack), do: trim(:joist_fault.report(kind, reason, stack, :joist_fault.color?()))

  # What follows starts a line of its own.
  defp trim(text) do
    text = :erlang.iolist_to_binary(text)
    :erlang.binary_part(text, 0, byte_size(text) - 1)
  end

  defp write(text) do
    if :logger.allow(:error, __MODULE__) do
      :joist_io.write(:stderr, :erlang.iolist_to_binary(["\n[error] ", text, ?\n]))
    end
    :ok
  end
end
