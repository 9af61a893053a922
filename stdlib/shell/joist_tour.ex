# SPDX-License-Identifier: Apache-2.0
#
# The tour: ten steps that one types through in the shell. The shell calls `after_eval/3` behind every evaluation while a tour
# runs; the step (:joist_tour_steps) looks at what was typed and what came of it, and says what that means. Where the tour
# stands is kept in the process that evaluates, under :joist_tour, and for the whole VM as well, as one step is about a crash that
# may take this process along: `resume/0` goes on in the next one.

defmodule :joist_tour do
  @moduledoc """
  The tour of the language in the shell: `tour()` starts it.
  """

  alias :joist_tour_steps, as: Steps

  @key :joist_tour

  @doc "What `tour/1` of the shell does."
  @spec command(:start | :skip | :again | :answer | :stop | integer) :: :ok
  def command(:start), do: go(1, "Ten steps; each ends when you have typed what it asks for. tour(:answer) shows one way to do it, tour(:skip) goes on,\ntour(:stop) ends the tour, and everything else works as ever.")
  def command(:again), do: in_tour(&show(&1.step))
  def command(:answer), do: in_tour(&answer(&1.step))
  def command(:skip), do: in_tour(&next(&1.step))

  def command(:stop) do
    in_tour(fn _ ->
      forget()
      IO.puts("The tour is over; tour() starts it again, tour(n) at a step.")
    end)
  end

  def command(step) when is_integer(step) do
    if step in 1..Steps.count(), do: go(step, nil), else: IO.puts(IEx.color(:eval_error, "The tour has the steps 1 to #{Steps.count()}."))
    :ok
  end

  def command(other), do: raise(ArgumentError, "tour/1 wants :skip, :again, :answer, :stop or the number of a step, got: #{inspect(other)}")

  defp in_tour(fun) do
    case Process.get(@key) do
      nil -> IO.puts("There is no tour going on: tour() starts one.")
      state -> fun.(state)
    end

    :ok
  end

  defp go(step, greeting) do
    keep(%{step: step, memory: %{old: :joist_tour_look.messages()}})
    if greeting, do: IO.puts("\n" <> greeting)
    show(step)
  end

  defp keep(state) do
    Process.put(@key, state)
    :persistent_term.put(@key, state)
  end

  defp forget do
    Process.delete(@key)
    :persistent_term.erase(@key)
  end

  defp show(step) do
    options = IEx.docs_options()
    IO.ANSI.Docs.print_headings(["#{step}. #{Steps.title(step)}"], options)
    IO.ANSI.Docs.print(Steps.text(step), "text/markdown", options)
  end

  defp answer(step) do
    IO.puts("One way to do it:\n")
    for line <- Steps.answers(step), do: IO.puts(IEx.color(:doc_code, "    " <> String.replace(line, "\n", "\n    ")))
    IO.puts("")
  end

  defp next(step) do
    if step == Steps.count() do
      forget()
      IO.puts(["\n", Steps.farewell()])
    else
      go(step + 1, nil)
    end
  end

  @doc """
  Called by the shell when something was evaluated: the text, what came of it, and the variables as they are now.
  """
  @spec after_eval(binary, {:ok, term} | {:error, :error | :exit | :throw, term, list}, keyword) :: :ok
  def after_eval(text, result, bindings) do
    case Process.get(@key) do
      nil -> :ok
      state -> judge(state, input(text, result, bindings, state.memory))
    end
  end

  defp input(text, result, bindings, memory) do
    code =
      case Code.string_to_quoted(text) do
        {:ok, code} -> code
        _ -> nil
      end

    %{text: text, code: code, result: normal(result), bindings: bindings, memory: memory}
  end

  # What was caught is Erlang's kind of reason; steps know exceptions.
  defp normal({:error, :error, reason, stack}), do: {:error, :error, Exception.normalize(:error, reason, stack), stack}
  defp normal(result), do: result

  defp judge(state, input) do
    case if(Steps.aside?(input), do: :ignore, else: Steps.check(state.step, input)) do
      :ignore ->
        :ok

      {:hint, text} ->
        say(:eval_error, text)

      {:more, text, memory} ->
        keep(%{state | memory: Map.merge(state.memory, memory)})
        say(:eval_info, text)

      {:done, text} ->
        say(:eval_result, "Right. " <> text)
        next(state.step)
    end

    :ok
  end

  defp say(color, text), do: IO.puts(IEx.color(color, "· " <> String.replace(text, "\n", "\n  ")))

  @doc "A new process evaluates: the tour that the old one was in goes on."
  @spec resume() :: :ok
  def resume do
    case :persistent_term.get(@key, nil) do
      nil ->
        :ok

      state ->
        Process.put(@key, state)
        say(:eval_info, Steps.after_crash(state.step))
    end

    :ok
  end

  @doc "The tour as a page of the guide."
  @spec markdown() :: binary
  def markdown do
    steps =
      for step <- 1..Steps.count() do
        answers = Steps.answers(step) |> Enum.join("\n") |> String.replace("\n", "\n    ")
        ["\n## ", Integer.to_string(step), ". ", Steps.title(step), "\n\n", Steps.text(step), "\nOne way to do it:\n\n    ", answers, "\n"]
      end

    IO.iodata_to_binary([Steps.introduction(), steps, "\n", Steps.farewell(), "\n"])
  end
end
