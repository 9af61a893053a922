# SPDX-License-Identifier: Apache-2.0
#
# Behind Exception.format_exit/1: what is wrong with a child specification or with the flags of a supervisor.
defmodule Exception.Supervision do
  @moduledoc false

  @doc "The text of `{:start_spec, reason}`."
  def child(reason), do: "bad child specification, " <> (fault(reason) || "got: " <> inspect(reason))

  @doc "The text of `{:supervisor_data, reason}`."
  def supervisor(reason), do: "bad supervisor configuration, " <> (flag(reason) || "got: " <> inspect(reason))

  defp fault({:invalid_mfa, mfa}), do: "invalid mfa: " <> inspect(mfa)
  defp fault({:invalid_modules, value}), do: "invalid modules: #{inspect(value)}. Must be a list of atoms or :dynamic."
  defp fault({:invalid_child_type, value}), do: "invalid child type: #{inspect(value)}. Must be :worker or :supervisor."

  defp fault({:invalid_restart_type, value}),
    do: "invalid restart type: #{inspect(value)}. Must be :permanent, :transient or :temporary."

  defp fault({:invalid_shutdown, value}),
    do: "invalid shutdown: #{inspect(value)}. Must be an integer >= 0, :infinity or :brutal_kill."

  defp fault({:duplicate_child_name, id}) do
    """
    more than one child specification has the id: #{inspect(id)}.
    If using maps as child specifications, make sure the :id keys are unique.
    If using a module or {module, arg} as child, use Supervisor.child_spec/2 to change the :id, for example:

        children = [
          Supervisor.child_spec({MyWorker, arg}, id: :my_worker_1),
          Supervisor.child_spec({MyWorker, arg}, id: :my_worker_2)
        ]
    """
  end

  defp fault(_), do: nil

  defp flag({:invalid_type, value}), do: "invalid type: " <> inspect(value)
  defp flag({:invalid_strategy, value}), do: "invalid strategy: " <> inspect(value)
  defp flag({:invalid_intensity, value}), do: "invalid max_restarts (intensity): " <> inspect(value)
  defp flag({:invalid_period, value}), do: "invalid max_seconds (period): " <> inspect(value)
  defp flag({:invalid_max_children, value}), do: "invalid max_children: " <> inspect(value)
  defp flag({:invalid_extra_arguments, value}), do: "invalid extra_arguments: " <> inspect(value)
  defp flag(_), do: nil
end
