# SPDX-License-Identifier: Apache-2.0

defmodule :joist_host do
  @moduledoc """
  The processes behind the C API: one for each call of a host program, one for each of its mailboxes.

  They answer through two natives: `answer/2` ends a call by its number, `deliver/2` puts a message into a mailbox of the host.
  """

  @doc "Runs `module.function(arguments…)` and answers call `id`."
  def call(id, module, function, arguments), do: run(id, fn -> apply(module, function, arguments) end)

  @doc "Runs `fun` and answers call `id`."
  def call_fun(id, fun, arguments), do: run(id, fn -> apply(fun, arguments) end)

  @doc "Compiles and runs `text`."
  def eval(id, name, text), do: run(id, fn -> :joist_compile.run_text(name, text) end)

  @doc "Starts the process of mailbox `mailbox` of the host."
  def open(id, mailbox, name), do: run(id, fn -> start_mailbox(mailbox, name) end)

  defp run(id, fun) do
    answer =
      try do
        {:ok, fun.()}
      catch
        kind, reason ->
          stack = user_frames(__STACKTRACE__)
          {:raised, kind, reason, text(fn -> Exception.format_banner(kind, reason, stack) end, kind), text(fn -> Exception.format_stacktrace(stack) end, kind)}
      end

    :joist_host.answer(id, answer)
  end

  # A message/1 or an inspect of the program's own may raise itself.
  defp text(fun, kind) do
    fun.()
  catch
    _, _ -> "** (" <> Atom.to_string(kind) <> ") its text cannot be shown: formatting it raised"
  end

  defp user_frames([{module, _, _, _} | _]) when module in [:joist_host, :joist_evaluator], do: []
  defp user_frames([frame | rest]), do: [frame | user_frames(rest)]
  defp user_frames([]), do: []

  defp start_mailbox(mailbox, name) do
    pid = spawn(fn -> mailbox(mailbox) end)

    try do
      if name, do: Process.register(pid, name)
    catch
      kind, reason ->
        Process.exit(pid, :kill)
        :erlang.raise(kind, reason, __STACKTRACE__)
    end

    pid
  end

  # The host forgot the mailbox when the native says so: then any message ends its process.
  defp mailbox(id) do
    receive do
      {:"$joist_monitor", ^id, pid} ->
        Process.monitor(pid)
        mailbox(id)

      message ->
        if :joist_host.deliver(id, message), do: mailbox(id)
    end
  end
end
