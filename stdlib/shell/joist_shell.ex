# SPDX-License-Identifier: Apache-2.0
#
# The shell's first process. It owns the terminal, is the group leader (input and output) of everything that is evaluated, and keeps count.
#
#   terminal thread  ──{:check, text}──>  shell: is the statement complete?  ──answer──>
#                    ──{:entry, text}──>  shell  ──{:joist_shell, :evaluate, …}──>  evaluator (:joist_shell_evaluator)
#                                         shell  <──{:joist_shell, :done, …}──
#
# The shell never evaluates, so it always answers: to the terminal (Ctrl-C!), and to programs that read or write. One entry at a time is asked of the
# terminal: a statement when nothing runs, a line when a program wants input; `reading` says which. An evaluator that ends is followed by a new one.

defmodule :joist_shell do
  @moduledoc false

  alias :joist_shell_evaluator, as: Evaluator
  alias :joist_terminal, as: Terminal

  # ---- what code running in the evaluator may call ----

  @doc "The value of an earlier statement: by its number, or, negative, counted backwards."
  @spec value(integer) :: term
  def value(n), do: Evaluator.value(n)

  @doc "The entries of the history, the newest first."
  @spec history() :: [binary]
  def history(), do: Terminal.history()

  @doc "The variables of the shell, as they were before the running statement."
  @spec bindings() :: keyword
  def bindings(), do: Evaluator.bindings()

  @doc "The environment of the shell: imports, aliases, requires."
  @spec env() :: Macro.Env.t()
  def env(), do: Evaluator.env()

  @doc "Clears the screen."
  @spec clear() :: :ok | false
  def clear(), do: Terminal.clear()

  @doc "Ends the evaluator; a new one begins with nothing bound."
  @spec respawn() :: no_return
  def respawn(), do: :erlang.exit({:joist_shell, :respawn})

  # ---- the loop ----

  # Not through IO: that would ask this very process.
  defp say(text), do: :joist_io.write(:stdio, text <> "\n")

  @doc "Runs the shell in the calling process until it is left."
  @spec start() :: :ok
  def start() do
    case Terminal.start() do
      false ->
        raise "the interactive shell needs a terminal"

      _kind ->
        :erlang.register(:joist_shell, self())
        say(banner())

        %{next_id: 1, reading: nil, counter: 1, evaluator: nil, monitor: nil, running: false, interrupts: 0, requests: [], rest: "", ended: false, kept: nil}
        |> start_evaluator()
        |> loop()
    end
  end

  defp banner(), do: "Joist #{:erlang.system_info(:version)} - Ctrl-D leaves, h() shows help, tour() shows you around"

  defp start_evaluator(state) do
    shell = self()
    kept = state.kept
    {pid, monitor} = :erlang.spawn_monitor(fn -> Evaluator.start(shell, kept) end)
    # What it does first, .joist.exs, is an evaluation too.
    %{state | evaluator: pid, monitor: monitor, running: true, interrupts: 0}
  end

  defp loop(:left), do: :ok

  defp loop(state) do
    evaluator = state.evaluator
    monitor = state.monitor

    state =
      receive do
        {:joist_terminal, id, what} -> from_terminal(state, id, what)
        {:io_request, from, reply_as, request} -> io_request(state, from, reply_as, request)
        {:joist_shell, :done, ^evaluator, counted} -> done(state, counted)
        {:joist_shell, :kept, ^evaluator, kept} -> %{state | kept: kept}
        {:DOWN, ^monitor, :process, _, reason} -> evaluator_ended(state, reason)
        _ -> state
      end

    loop(state)
  end

  defp done(state, counted) do
    ask(%{state | running: false, interrupts: 0, counter: if(counted, do: state.counter + 1, else: state.counter)})
  end

  defp evaluator_ended(state, reason) do
    kept =
      case reason do
        {:joist_shell, :respawn} ->
          nil

        _ ->
          say(Evaluator.coloured(:red, exit_text(state.evaluator, reason)))
          say(kept_text(state.kept))
          state.kept
      end

    # Whoever read for it reads no more.
    state = forget_requests(state, state.evaluator)
    start_evaluator(%{state | counter: 1, kept: kept})
  end

  defp exit_text(pid, reason),
    do: "** (EXIT from #{inspect(pid)}) shell process exited with reason: #{Exception.format_exit(reason)}\n"

  defp kept_text(%{bindings: bindings, lost: lost}) when bindings != [] or lost != [] do
    names = fn names -> names |> Enum.map(&to_string/1) |> Enum.sort() |> Enum.join(", ") end
    kept = if bindings == [], do: "no variables are kept", else: "variables are kept: " <> names.(for({name, _} <- bindings, do: if(is_tuple(name), do: elem(name, 0), else: name)))
    lost = if lost == [], do: "", else: "; too large to be kept: " <> names.(lost)
    "A new process goes on (#{kept}#{lost})."
  end

  defp kept_text(_), do: "A new process goes on."

  # ---- what the terminal reads ----

  # Asks for what is wanted next: a program's input first, a statement when nothing runs.
  defp ask(%{reading: nil, requests: [request | rest]} = state) do
    {_, _, prompt, _} = request
    read(%{state | requests: rest}, {:line, request}, :line, prompt)
  end

  defp ask(%{reading: nil, running: false} = state), do: read(state, :statement, :statement, prompt("joist", state.counter))
  defp ask(state), do: state

  defp read(state, what, kind, prompt) do
    id = state.next_id
    # Nothing, on standard error: what standard output buffers (when it is no terminal) comes before the prompt.
    :joist_io.write(:stderr, "")
    :ok = Terminal.read(id, kind, prompt, if(kind == :statement, do: prompt("...", state.counter), else: ""))
    %{state | next_id: id + 1, reading: {id, what}}
  end

  # As configured; IEx itself is not loaded for what is not.
  defp prompt(prefix, counter) do
    key = if prefix == "...", do: :continuation_prompt, else: :default_prompt
    wanted = Keyword.get(:persistent_term.get({IEx, :configuration}, []), key, "%prefix(%counter)>")

    wanted
    |> String.replace("%prefix", prefix)
    |> String.replace("%counter", Integer.to_string(counter))
    |> String.replace("%node", Atom.to_string(node()))
    |> Kernel.<>(" ")
  end

  defp from_terminal(state, _id, {:check, text}) do
    Terminal.answer(if Evaluator.complete?(text), do: :complete, else: :incomplete)
    state
  end

  defp from_terminal(state, _id, {:complete, text}) do
    :erlang.send(state.evaluator, {:joist_shell, :complete, text})
    state
  end

  defp from_terminal(%{reading: {id, :statement}} = state, id, {:entry, text}) do
    :erlang.send(state.evaluator, {:joist_shell, :evaluate, state.counter, text})
    %{state | reading: nil, running: true, interrupts: 0, rest: "", ended: false}
  end

  defp from_terminal(%{reading: {id, {:line, request}}} = state, id, {:entry, text}),
    do: ask(give(%{state | reading: nil}, request, text))

  defp from_terminal(%{reading: {id, :statement}}, id, :eof), do: :left
  defp from_terminal(%{reading: {id, {:line, request}}} = state, id, :eof), do: ask(give(%{state | reading: nil}, request, :eof))

  defp from_terminal(%{reading: {id, {:line, {from, reply_as, _, _}}}} = state, id, :interrupt) do
    if from != state.evaluator, do: reply(from, reply_as, {:error, :interrupted})
    interrupt(ask(%{state | reading: nil}))
  end

  defp from_terminal(state, _id, :interrupt), do: interrupt(state)
  # Of an entry that nobody waits for any more.
  defp from_terminal(state, _id, _), do: state

  # Code may catch what interrupts it; the third time it is ended.
  defp interrupt(%{running: true} = state) do
    if state.interrupts < 2, do: Terminal.interrupt(state.evaluator), else: :erlang.exit(state.evaluator, :kill)
    %{state | interrupts: state.interrupts + 1}
  end

  defp interrupt(state), do: state

  # ---- input and output of what is evaluated ----

  defp reply(from, reply_as, reply), do: :erlang.send(from, {:io_reply, reply_as, reply})

  defp io_request(state, from, reply_as, request) do
    case request do
      {:put_chars, encoding, module, function, args} ->
        reply(from, reply_as, put(encoding, apply(module, function, args)))
        state

      {:put_chars, encoding, text} ->
        reply(from, reply_as, put(encoding, text))
        state

      {:put_chars, text} ->
        reply(from, reply_as, put(:latin1, text))
        state

      {:get_line, _encoding, prompt} ->
        want(state, {from, reply_as, prompt_text(prompt), :line})

      {:get_chars, encoding, prompt, count} ->
        want(state, {from, reply_as, prompt_text(prompt), {:chars, encoding, count}})

      {:get_geometry, what} when what == :columns or what == :rows ->
        {columns, rows} = Terminal.size()
        reply(from, reply_as, if(what == :columns, do: columns, else: rows))
        state

      :getopts ->
        reply(from, reply_as, [binary: true, encoding: :unicode])
        state

      {:setopts, _} ->
        reply(from, reply_as, :ok)
        state

      {:requests, []} ->
        reply(from, reply_as, :ok)
        state

      {:requests, [last]} ->
        io_request(state, from, reply_as, last)

      {:requests, [{:put_chars, encoding, text} | more]} ->
        put(encoding, text)
        io_request(state, from, reply_as, {:requests, more})

      _ ->
        reply(from, reply_as, {:error, :request})
        state
    end
  end

  defp put(encoding, chars) do
    case :unicode.characters_to_binary(chars, encoding) do
      text when is_binary(text) ->
        :joist_io.write(:stdio, text)
        :ok

      _ ->
        {:error, {:put_chars, encoding, chars}}
    end
  catch
    :error, _ -> {:error, {:put_chars, encoding, chars}}
  end

  # All of a prompt but its last line is text like any other: only that line is drawn again when something changes.
  defp prompt_text(prompt) do
    case :unicode.characters_to_binary(if(is_atom(prompt), do: :erlang.atom_to_binary(prompt), else: prompt)) do
      text when is_binary(text) -> text
      _ -> ""
    end
  catch
    :error, _ -> ""
  end

  defp want(state, {from, reply_as, prompt, what}) do
    prompt =
      case :lists.reverse(:binary.split(prompt, "\n", [:global])) do
        [only] ->
          only

        [last | before] ->
          :joist_io.write(:stdio, :erlang.iolist_to_binary([:lists.join("\n", :lists.reverse(before)), "\n"]))
          last
      end

    request = {from, reply_as, prompt, what}

    case state do
      %{ended: true, rest: ""} -> ask(give(%{state | ended: false}, request, :eof))
      %{rest: ""} -> ask(%{state | requests: state.requests ++ [request]})
      %{rest: rest} -> ask(give(%{state | rest: ""}, request, rest))
    end
  end

  # A line came for a request, or the end: it is answered, or wants another line.
  defp give(state, {from, reply_as, _, _}, :eof) do
    # Who got what came before the end is told of the end when it reads on.
    case state.rest do
      "" -> reply(from, reply_as, :eof)
      rest -> reply(from, reply_as, rest)
    end

    %{state | rest: "", ended: state.rest != ""}
  end

  defp give(state, {from, reply_as, _, :line}, text) do
    case :binary.split(text, "\n") do
      [line, rest] ->
        reply(from, reply_as, line <> "\n")
        %{state | rest: rest}

      [line] ->
        reply(from, reply_as, line)
        state
    end
  end

  defp give(state, {from, reply_as, _, {:chars, encoding, count}} = request, text) do
    text = state.rest <> text

    case take(encoding, text, count) do
      {chars, rest} ->
        reply(from, reply_as, chars)
        %{state | rest: rest}

      :more ->
        %{state | rest: text, requests: [put_elem(request, 2, "") | state.requests]}
    end
  end

  defp take(:latin1, text, count) do
    case text do
      <<chars::binary-size(count), rest::binary>> -> {chars, rest}
      _ -> :more
    end
  end

  defp take(_, text, count) do
    case String.split_at(text, count) do
      {chars, rest} -> if String.length(chars) == count, do: {chars, rest}, else: :more
    end
  end

  defp forget_requests(state, pid) do
    requests = :lists.filter(fn {from, _, _, _} -> from != pid end, state.requests)

    case state.reading do
      {id, {:line, {^pid, _, _, _}}} ->
        Terminal.cancel(id)
        %{state | reading: nil, requests: requests}

      _ ->
        %{state | requests: requests}
    end
  end
end
