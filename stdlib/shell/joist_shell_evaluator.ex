# SPDX-License-Identifier: Apache-2.0
#
# The process in which the shell evaluates: one that stays the same from statement to statement (self(), links, mailbox, process dictionary), apart from
# the shell so that whatever happens to it, the shell goes on.
#
# What it knows (bindings, environment, values) is kept in its dictionary, where functions called from statements find it. Ctrl-C arrives as an exit
# exception, :interrupted, at whatever the process does; outside of an evaluation it is caught by the loop.

defmodule :joist_shell_evaluator do
  @moduledoc false

  @state :joist_shell_state

  # ---- asked by statements ----

  @doc "The value of an earlier statement."
  def value(n) do
    values = state().values

    case find(values, n) do
      {_, value} ->
        value

      false when values == [] ->
        raise "v(#{n}) is out of bounds: nothing was evaluated yet"

      false ->
        {first, _} = :lists.last(values)
        [{last, _} | _] = values
        raise "v(#{n}) is out of bounds: values of statements #{first} to #{last} are kept"
    end
  end

  defp find(values, n) when n < 0 and length(values) >= -n, do: :lists.nth(-n, values)
  defp find(values, n), do: :lists.keyfind(n, 1, values)

  @doc "The variables."
  def bindings(), do: state().bindings
  @doc "The environment."
  def env(), do: state().env

  defp state() do
    case :erlang.get(@state) do
      state when is_map(state) -> state
      _ -> raise "this works in the interactive shell alone"
    end
  end

  # ---- text ----

  @doc "Is this a whole statement, or one that nothing can make whole?"
  @spec complete?(binary) :: boolean
  def complete?(text) do
    case Code.string_to_quoted(text, file: "joist") do
      {:ok, _} ->
        true

      {:error, {meta, message, token}} ->
        given_up?(text) or not incomplete?(meta, message, token)
    end
  catch
    _, _ -> true
  end

  defp incomplete?(meta, message, token) do
    cond do
      :lists.keymember(:opening_delimiter, 1, meta) -> not :lists.keymember(:closing_delimiter, 1, meta)
      message == "syntax error before: " and token == "" -> true
      true -> false
    end
  end

  # A line of its own that gives a statement up which cannot be finished.
  defp given_up?(text), do: :lists.last(:binary.split(text, "\n", [:global])) |> String.trim() == "#iex:break"

  # Operators that no statement begins with: one that does goes on with the value of the last one.
  @continuing ["|>", "<>", "++", "--", "==", "!=", "=~", "&&", "||", "<=", ">=", "<|>", "~>", "<~", "|||", "&&&", "in ", "and ", "or ", "* ", "/ ", "< ", "> "]

  defp continued(text, values) do
    trimmed = String.trim_leading(text)
    if values != [] and String.starts_with?(trimmed, @continuing), do: ":joist_shell.value(-1) " <> trimmed, else: text
  end

  # ---- the process ----

  @doc "The evaluator of `shell`; it goes on with what the last one let the shell keep, or begins anew."
  def start(shell, kept) do
    :erlang.group_leader(shell, self())

    case kept do
      %{bindings: bindings, env: env} ->
        :erlang.put(@state, %{bindings: bindings, env: env, values: [], shell: shell, kept: kept})

      nil ->
        :erlang.put(@state, %{bindings: [], env: first_env(), values: [], shell: shell, kept: nil})
        begin_with_first_file()
    end

    # A tour that was going on when the last process ended goes on in this one.
    if :persistent_term.get(:joist_tour, nil) != nil, do: :joist_tour.resume()
    keep()
    :erlang.send(shell, {:joist_shell, :done, self(), false})
    loop(shell)
  end

  defp begin_with_first_file() do
    load_first_file()
  catch
    # It came before the file was read.
    :exit, :interrupted -> show_error("** interrupted")
  end

  defp first_env() do
    env = Code.env_for_eval(file: "joist", line: 1)

    {_, _, env} = Code.eval_quoted_with_env(quote(do: import(IEx.Helpers)), [], env)
    env
  end

  defp loop(shell) do
    try do
      receive do
        {:joist_shell, :evaluate, n, text} ->
          counted = evaluate(n, text)
          keep()
          :erlang.send(shell, {:joist_shell, :done, self(), counted})

        {:joist_shell, :complete, text} ->
          {insert, candidates} = completion(text)
          :joist_terminal.completion(insert, candidates)
      end
    catch
      # It came before the evaluation had begun, or when it was over.
      :exit, :interrupted -> interrupted_outside(shell)
    end

    loop(shell)
  end

  defp interrupted_outside(shell) do
    counted =
      receive do
        {:joist_shell, :evaluate, _, _} -> true
      after
        0 -> false
      end

    show_error("** interrupted")
    :erlang.send(shell, {:joist_shell, :done, self(), counted})
  end

  defp completion(text) do
    %{bindings: bindings, env: env} = state()
    :joist_complete.expand(text, bindings, env)
  catch
    _, _ -> {"", []}
  end

  # ---- what outlives the process ----

  # The shell keeps a copy of small values, for the case that this process is ended: at most so many parts each.
  @parts_max 5000

  defp keep() do
    %{bindings: bindings, env: env, kept: before, shell: shell} = state = :erlang.get(@state)
    {small, large} = :lists.partition(fn {_, value} -> parts(value, @parts_max) > 0 end, bindings)
    kept = %{bindings: small, env: %{env | file: "joist", line: 1}, lost: for({name, _} <- large, do: variable_name(name))}

    if kept != before do
      :erlang.put(@state, %{state | kept: kept})
      :erlang.send(shell, {:joist_shell, :kept, self(), kept})
    end
  end

  defp variable_name({name, _}), do: name
  defp variable_name(name), do: name

  # What is left of `room` after counting a term's parts; not more than that many are looked at.
  defp parts(_, room) when room <= 0, do: 0
  defp parts([head | tail], room), do: parts(tail, parts(head, room - 2))
  defp parts(term, room) when is_tuple(term), do: parts(:erlang.tuple_to_list(term), room - 1)

  defp parts(term, room) when is_map(term),
    do: if(:erlang.map_size(term) * 2 > room, do: 0, else: parts(:maps.to_list(term), room - 1))

  defp parts(term, room) when is_function(term) do
    case :erlang.fun_info(term, :env) do
      {:env, captured} -> parts(captured, room - 1)
      _ -> room - 1
    end
  end

  defp parts(term, room) when is_integer(term) and (term > 0xFFFFFFFFFFFF or term < -0xFFFFFFFFFFFF), do: room - 100
  defp parts(_, room), do: room - 1

  # ---- evaluating ----

  # Of reading or writing that was interrupted.
  defp forget_replies() do
    receive do
      {:io_reply, _, _} -> forget_replies()
    after
      0 -> :ok
    end
  end

  # Answers whether the statement counts: an empty one does not.
  defp evaluate(n, text) do
    before = :erlang.get(@state)

    result =
      try do
        run(n, continued(text, before.values), before)
      catch
        :exit, :interrupted ->
          forget_replies()
          show_error("** interrupted")
          :interrupted

        :exit, {:joist_shell, :respawn} = reason ->
          :erlang.exit(reason)

        kind, reason ->
          stack = __STACKTRACE__
          show_failure(kind, reason, stack)
          {:error, kind, reason, stack}
      end

    tell_tour(text, result)
    result != :blank
  end

  defp run(n, text, state) do
    # Places in a statement are named by its number: reports of errors find its text again.
    file = "joist(#{n})"

    case Code.string_to_quoted!(text, file: file, columns: true) do
      {:__block__, _, []} ->
        :blank

      quoted ->
        :joist_source.remember(file, text)
        {value, bindings, env} = :joist_code.eval_quoted(quoted, state.bindings, %{state.env | file: file, line: 1}, text)
        values = :lists.sublist([{n, value} | state.values], values_max())
        :erlang.put(@state, %{state | bindings: bindings, env: env, values: values})
        show_value(value)
        {:ok, value}
    end
  end

  defp tell_tour(_, result) when result == :blank or result == :interrupted, do: :ok

  defp tell_tour(text, result) do
    if :erlang.get(:joist_tour) != :undefined, do: :joist_tour.after_eval(text, result, bindings())
  catch
    kind, reason -> show_failure(kind, reason, __STACKTRACE__)
  end

  # The first of these is run: nothing that is wrong with it keeps the shell from starting.
  defp load_first_file() do
    candidates = [".joist.exs" | if(home = System.get_env("HOME"), do: [Path.join(home, ".joist.exs")], else: [])]

    case :lists.filter(&File.regular?/1, candidates) do
      [path | _] -> load_file(Path.expand(path))
      [] -> :ok
    end
  end

  defp load_file(path) do
    state = state()
    text = File.read!(path)
    quoted = Code.string_to_quoted!(text, file: path, columns: true)
    :joist_source.remember(path, text)
    {_, bindings, env} = :joist_code.eval_quoted(quoted, state.bindings, %{state.env | file: path}, text)
    :erlang.put(@state, %{state | bindings: bindings, env: %{env | file: "joist"}})
  catch
    :exit, :interrupted ->
      show_error("** interrupted")

    kind, reason ->
      show_error("Error while evaluating: #{path}")
      show_failure(kind, reason, __STACKTRACE__)
  end

  # ---- showing ----

  defp show_value(value) do
    if value != :"do not show this result in output", do: IO.puts(inspect(value, inspect_options()))
  end

  defp inspect_options() do
    options = Keyword.merge([pretty: true, limit: 50], IEx.inspect_opts())
    if colours?(), do: options, else: Keyword.delete(options, :syntax_colors)
  end

  # How many values `v/1` finds; a negative number keeps all.
  defp values_max() do
    case IEx.configuration()[:history_size] do
      n when n >= 0 -> n
      _ -> 1_000_000_000
    end
  end

  defp colours?() do
    System.get_env("NO_COLOR") in [nil, ""] and IEx.colors_enabled?()
  end

  @doc "Text in a colour, when the shell shows colours."
  def coloured(colour, text) do
    if colours?(), do: IO.iodata_to_binary(IO.ANSI.format([colour, text], true)), else: text
  end

  defp show_error(text), do: IO.puts(coloured(Keyword.get(IEx.configuration()[:colors], :eval_error, :red), text))

  # As a program's errors are reported, with the lines of the statement.
  defp show_failure(kind, reason, stack) do
    report = :joist_fault.report(kind, reason, user_frames(stack), colours?())
    IO.puts(report |> IO.iodata_to_binary() |> String.trim_trailing("\n"))
  catch
    # What is to be shown cannot be.
    _, _ -> show_error("** (#{kind}) an exception that cannot be shown")
  end

  # The frames below the statement are the shell's own.
  defp user_frames([{__MODULE__, _, _, _} | _]), do: []
  defp user_frames([frame | rest]), do: [frame | user_frames(rest)]
  defp user_frames([]), do: []
end
