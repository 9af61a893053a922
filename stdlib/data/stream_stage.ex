# SPDX-License-Identifier: Apache-2.0
#
# The stages of streams that remember something. Called from module Stream alone, when a stream is made.
#
# A stage is a function that is given the reducing function behind it (`next`) and gives the one in front of it. The
# accumulator is [the stage's state | what the stages behind it see]: what `next` answers gets the new state in front.
# The first state stands in Stream, beside the documented function.

defmodule Stream.Stage do
  @moduledoc false

  # What a closing stage's state becomes when the caller, not the source, has ended the walk.
  @stopped {Stream, :stopped}

  @doc "Ends with the last element taken: asking for one more could block. The state is how many are still to be taken."
  def take() do
    fn next ->
      fn
        x, [n | acc] when n > 1 ->
          {tag, acc} = next.(x, acc)
          {tag, [n - 1 | acc]}

        x, [_ | acc] ->
          {_, acc} = next.(x, acc)
          {:halt, [0 | acc]}
      end
    end
  end

  @doc "The state is how many are left out before the next one is taken."
  def take_every(nth) do
    fn next ->
      fn
        x, [0 | acc] ->
          {tag, acc} = next.(x, acc)
          {tag, [nth - 1 | acc]}

        _x, [n | acc] ->
          {:cont, [n - 1 | acc]}
      end
    end
  end

  @doc "The state is how many are still to be left out."
  def drop() do
    fn next ->
      fn
        x, [0 | acc] ->
          {tag, acc} = next.(x, acc)
          {tag, [0 | acc]}

        _x, [n | acc] ->
          {:cont, [n - 1 | acc]}
      end
    end
  end

  @doc "Each element waits until enough more have come. The state is {how many may still wait, oldest first, newest first}."
  def drop_last() do
    fn next ->
      fn
        x, [{0, [], newest} | acc] ->
          [oldest | rest] = :lists.reverse(newest, [x])
          {tag, acc} = next.(oldest, acc)
          {tag, [{0, rest, []} | acc]}

        x, [{0, [oldest | rest], newest} | acc] ->
          {tag, acc} = next.(oldest, acc)
          {tag, [{0, rest, [x | newest]} | acc]}

        x, [{room, [], newest} | acc] ->
          {:cont, [{room - 1, [], [x | newest]} | acc]}
      end
    end
  end

  @doc "The state is how many are kept before the next one is left out."
  def drop_every(nth) do
    fn next ->
      fn
        _x, [0 | acc] ->
          {:cont, [nth - 1 | acc]}

        x, [n | acc] ->
          {tag, acc} = next.(x, acc)
          {tag, [n - 1 | acc]}
      end
    end
  end

  @doc "The state is whether elements are still left out."
  def drop_while(fun) do
    fn next ->
      fn x, [dropping | acc] ->
        if dropping && fun.(x) do
          {:cont, [true | acc]}
        else
          {tag, acc} = next.(x, acc)
          {tag, [false | acc]}
        end
      end
    end
  end

  @doc "The state is how many stay before the next one is mapped."
  def map_every(nth, fun) do
    fn next ->
      fn
        x, [0 | acc] ->
          {tag, acc} = next.(fun.(x), acc)
          {tag, [nth - 1 | acc]}

        x, [n | acc] ->
          {tag, acc} = next.(x, acc)
          {tag, [n - 1 | acc]}
      end
    end
  end

  @doc "The state is the next index."
  def with_index() do
    fn next ->
      fn x, [i | acc] ->
        {tag, acc} = next.({x, i}, acc)
        {tag, [i + 1 | acc]}
      end
    end
  end

  @doc "The same with a function of element and index."
  def with_index(fun) do
    fn next ->
      fn x, [i | acc] ->
        {tag, acc} = next.(fun.(x, i), acc)
        {tag, [i + 1 | acc]}
      end
    end
  end

  @doc "The state is `{:some, accumulator}`, or `:none` before the first element."
  def scan_first(fun) do
    fn next ->
      fn
        x, [{:some, last} | acc] ->
          value = fun.(x, last)
          {tag, acc} = next.(value, acc)
          {tag, [{:some, value} | acc]}

        x, [:none | acc] ->
          {tag, acc} = next.(x, acc)
          {tag, [{:some, x} | acc]}
      end
    end
  end

  @doc "The state is the accumulator."
  def scan(fun) do
    fn next ->
      fn x, [last | acc] ->
        value = fun.(x, last)
        {tag, acc} = next.(value, acc)
        {tag, [value | acc]}
      end
    end
  end

  @doc "The state is `{:some, key}` of the element before, or `:none`."
  def dedup_by(fun) do
    fn next ->
      fn x, [last | acc] ->
        case {:some, fun.(x)} do
          ^last ->
            {:cont, [last | acc]}

          key ->
            {tag, acc} = next.(x, acc)
            {tag, [key | acc]}
        end
      end
    end
  end

  @doc "The state is a map whose keys are those seen."
  def uniq_by(fun) do
    fn next ->
      fn x, [seen | acc] ->
        key = fun.(x)

        case seen do
          %{^key => _} ->
            {:cont, [seen | acc]}

          %{} ->
            {tag, acc} = next.(x, acc)
            {tag, [:maps.put(key, [], seen) | acc]}
        end
      end
    end
  end

  @doc "The state is that of the caller's functions."
  def chunk_while(chunk_fun) do
    fn next ->
      fn x, [state | acc] ->
        case chunk_fun.(x, state) do
          {:cont, chunk, state} ->
            case next.(chunk, acc) do
              {:halt, acc} -> {:halt, [@stopped | acc]}
              {tag, acc} -> {tag, [state | acc]}
            end

          {:cont, state} ->
            {:cont, [state | acc]}

          {:halt, state} ->
            {:halt, [state | acc]}
        end
      end
    end
  end

  @doc "What a chunking stage still gives when the source has ended."
  def chunk_after(after_fun) do
    fn state, acc, next ->
      case after_fun.(state) do
        {:cont, _state} -> {:cont, acc}
        {:cont, chunk, _state} -> next.(chunk, acc)
      end
    end
  end

  # --- functions for chunk_while ---------------------------------------------------------------

  @doc """
  Those of Stream.chunk_every/4. The state is {window, newest first; how many it lacks; how many to skip first; whether it
  has elements that no chunk had}.
  """
  def windows(count, step, leftover) do
    {
      fn
        _x, {window, lacks, skip, new?} when skip > 0 ->
          {:cont, {window, lacks, skip - 1, new?}}

        x, {window, 1, 0, _} ->
          {:cont, :lists.reverse(window, [x]), next_window([x | window], count, step)}

        x, {window, lacks, 0, _} ->
          {:cont, {[x | window], lacks - 1, 0, true}}
      end,
      fn
        {[], _, _, _} = state -> {:cont, state}
        state when leftover == :discard -> {:cont, state}
        {_, _, _, false} = state when step >= count -> {:cont, state}
        {window, lacks, _, _} = state -> {:cont, :lists.reverse(window, Enum.take(leftover, lacks)), state}
      end
    }
  end

  defp next_window(_window, count, step) when step >= count, do: {[], count, step - count, false}
  defp next_window(window, count, step), do: {Enum.take(window, count - step), step, 0, false}

  @doc "Those of Stream.chunk_by/2. The state is {key, chunk, newest first}, or `:none` before the first element."
  def runs(fun) do
    {
      fn
        x, :none ->
          {:cont, {fun.(x), [x]}}

        x, {key, chunk} ->
          case fun.(x) do
            ^key -> {:cont, {key, [x | chunk]}}
            other -> {:cont, :lists.reverse(chunk), {other, [x]}}
          end
      end,
      fn
        :none -> {:cont, :none}
        {_key, chunk} -> {:cont, :lists.reverse(chunk), :none}
      end
    }
  end
end
