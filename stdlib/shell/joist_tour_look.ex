# SPDX-License-Identifier: Apache-2.0
#
# What the checks of the tour look at: the code that was typed (which calls stand in it), variables, processes and the mailbox of the process
# that evaluates. Processes get a moment to come where they shall be.

defmodule :joist_tour_look do
  @moduledoc false

  def literal?(code) when is_list(code), do: Enum.all?(code, &(is_integer(&1) or literal?(&1)))
  def literal?({:=, _, [_, right]}), do: literal?(right)
  def literal?({:sigil_c, _, _}), do: true
  def literal?(_), do: false

  # The same, of what is called at once: not in functions that are only made.
  def calls_now?(code, names) do
    code
    |> Macro.prewalk(fn
      {name, _, _} when name in [:fn, :&] -> :function
      node -> node
    end)
    |> calls?(names)
  end

  # Does one of the calls stand in the code? {module, name} is a call of that module, a name alone any.
  def calls?(code, names) do
    {_, found} =
      Macro.prewalk(code, false, fn
        {{:., _, [{:__aliases__, _, parts}, name]}, _, args} = node, found when is_atom(name) and is_list(args) ->
          {node, found or name in names or {Module.concat(parts), name} in names}

        {{:., _, [_, name]}, _, args} = node, found when is_atom(name) and is_list(args) ->
          {node, found or name in names}

        {name, _, args} = node, found when is_atom(name) and is_list(args) ->
          {node, found or name in names}

        # `receive` and `flush` typed without parentheses.
        {name, _, nil} = node, found when name in [:flush] ->
          {node, found or name in names}

        node, found ->
          {node, found}
      end)

    found
  end

  def sends?(code), do: calls_now?(code, [:send, :send_after, :!])
  def ends?(code), do: calls?(code, [:exit, :stop, :terminate_child, :kill, :cast, :update, :get])
  def random?(code), do: calls?(code, [:uniform, :uniform_real, :random, :take_random, :shuffle, :bytes, :normal]) and calls?(code, [:seed, :seed_s, :uniform_s])

  # A call of a value: `cos.(0.0)`.
  def applies?(code) do
    {_, found} =
      Macro.prewalk(code, false, fn
        {{:., _, [_]}, _, _} = node, _ -> {node, true}
        {:apply, _, _} = node, _ -> {node, true}
        node, found -> {node, found}
      end)

    found
  end

  def answers?(code) do
    text = Macro.to_string(code)
    String.contains?(text, ":greet") and String.contains?(text, ":hello")
  end

  # `name = "Ada"`, also several of them, or a pattern that is nothing but variables.
  def plain_assignment?({:=, _, [left, right]}), do: variables_only?(left) or plain_assignment?(right)
  def plain_assignment?({:__block__, _, lines}), do: Enum.all?(lines, &plain_assignment?/1)
  def plain_assignment?(_), do: false

  defp variables_only?({name, _, context}) when is_atom(name) and is_atom(context), do: true
  defp variables_only?({left, right}), do: variables_only?(left) and variables_only?(right)
  defp variables_only?({:{}, _, parts}), do: Enum.all?(parts, &variables_only?/1)
  defp variables_only?(list) when is_list(list), do: Enum.all?(list, &variables_only?/1)
  defp variables_only?(_), do: false

  def shown(bindings, name) do
    case Keyword.fetch(bindings, name) do
      {:ok, value} -> inspect(value)
      :error -> "not bound"
    end
  end

  # Pids in the value, then those that variables hold; the newest first.
  def pids(value, bindings) do
    found = pids_in(value) ++ Enum.flat_map(bindings, fn {_, v} -> pids_in(v) end)
    found |> Enum.reject(&(&1 == self())) |> Enum.uniq()
  end

  defp pids_in(pid) when is_pid(pid), do: [pid]
  defp pids_in({:ok, pid}) when is_pid(pid), do: [pid]
  defp pids_in({pid, ref}) when is_pid(pid) and is_reference(ref), do: [pid]
  defp pids_in(list) when is_list(list), do: Enum.filter(list, &is_pid/1)
  defp pids_in(_), do: []

  # A process is where it shall be a moment later: look again for a while.
  def settled(check, milliseconds \\ 200) do
    cond do
      check.() ->
        true

      milliseconds <= 0 ->
        false

      true ->
        Process.sleep(5)
        settled(check, milliseconds - 5)
    end
  end

  def waiting?(pid), do: settled(fn -> match?({:status, :waiting}, Process.info(pid, :status)) and not sleeping?(pid) end, 50)

  defp sleeping?(pid), do: match?({:current_function, {Process, :sleep, 1}}, Process.info(pid, :current_function))

  def messages do
    {:messages, messages} = Process.info(self(), :messages)
    messages
  end

  def crash?({:EXIT, pid, reason}) when is_pid(pid), do: reason not in [:normal, :shutdown]
  def crash?(_), do: false

  def supervisor?(pid) do
    Process.alive?(pid) and
      case Process.info(pid, :dictionary) do
        {:dictionary, dictionary} -> match?({:supervisor, _, _}, dictionary[:"$initial_call"])
        nil -> false
      end
  end

  def children(supervisor) do
    for {_, pid, _, _} <- Supervisor.which_children(supervisor), is_pid(pid), do: pid
  catch
    :exit, _ -> []
  end

  def bound(pid) do
    case Process.info(pid, :mailbox) do
      {:mailbox, bound} -> if(is_integer(bound[:max]), do: bound)
      _ -> nil
    end
  end

  def on_full(pid), do: Keyword.get(bound(pid), :on_full)
  def max_of(pid), do: Keyword.get(bound(pid), :max)
  def queued(pid), do: pid |> Process.info(:message_queue_len) |> elem(1)

  # In a process of its own, so that neither its seed nor its errors reach the shell.
  def throw_twice(dice) do
    me = self()

    {pid, monitor} =
      spawn_monitor(fn ->
        answer =
          try do
            {dice.(), dice.()}
          rescue
            e -> {:failed, Exception.message(e)}
          catch
            kind, reason -> {:failed, inspect({kind, reason})}
          end

        send(me, {:joist_tour, self(), answer})
      end)

    receive do
      {:joist_tour, ^pid, answer} ->
        Process.demonitor(monitor, [:flush])
        answer

      {:DOWN, ^monitor, _, _, reason} ->
        {:failed, inspect(reason)}
    after
      2000 ->
        Process.exit(pid, :kill)
        Process.demonitor(monitor, [:flush])
        {:failed, "it takes too long"}
    end
  end

  def name_of(bindings, value) do
    case Enum.find(bindings, fn {_, bound} -> bound == value end) do
      {name, _} -> Atom.to_string(name)
      nil -> "fun"
    end
  end

  def calls_module?(code, modules, bindings) do
    {_, found} =
      Macro.prewalk(code, false, fn
        {{:., _, [{:__aliases__, _, parts}, _]}, _, _} = node, found -> {node, found or Module.concat(parts) in modules or List.last(parts) in last_parts(modules)}
        {{:., _, [{name, _, context}, _]}, _, _} = node, found when is_atom(name) and is_atom(context) -> {node, found or Keyword.get(bindings, name) in modules}
        {{:., _, [module, _]}, _, _} = node, found when is_atom(module) -> {node, found or module in modules}
        {:&, _, _} = node, found -> {node, found}
        node, found -> {node, found}
      end)

    found or (calls?(code, [:apply]) and Enum.any?(modules, &String.contains?(Macro.to_string(code), inspect(&1))))
  end

  # An alias may stand for the module.
  defp last_parts(modules), do: for(module <- modules, match?("Elixir." <> _, Atom.to_string(module)), do: module |> Module.split() |> List.last() |> String.to_atom())
end
