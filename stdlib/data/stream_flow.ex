# SPDX-License-Identifier: Apache-2.0
#
# The walks behind those streams that are functions. Called from module Stream alone.
#
# Every function here takes a command ({:cont | :halt | :suspend, acc}) and the caller's reducing function
# last, and answers as Enumerable.reduce/3 does.
#
# `feed/3` walks an enumerable for somebody else and tells reliably who ended the walk: {:done, acc} means
# the enumerable did (though it may call that halted, as Stream.take/2 does), {:halted, acc} the caller.
# Outer enumerables are not suspended for each element: inner ones are walked inside the outer walk, and only
# if the caller suspends is that passed on, the inner rest being kept beside the outer one.
# Invariant: whatever ends a walk, enumerables that are suspended are told to halt, and the functions that
# clean up are called once.

defmodule Stream.Flow do
  @moduledoc false

  # --- walking for somebody else -------------------------------------------------------------

  defp feed(list, command, fun) when is_list(list), do: feed_list(list, command, fun)
  # Halted before it began, an enumerable may still open and close something.
  defp feed(enum, {:halt, acc}, fun), do: Enumerable.reduce(enum, {:halt, acc}, fun)
  defp feed(enum, {:suspend, acc}, fun), do: {:suspended, acc, &feed(enum, &1, fun)}

  defp feed(enum, {:cont, acc}, fun) do
    told(
      Enumerable.reduce(enum, {:cont, [:cont | acc]}, fn x, [_ | acc] ->
        {tag, acc} = fun.(x, acc)
        {tag, [tag | acc]}
      end)
    )
  end

  # The accumulator is [the caller's last answer | its accumulator].
  defp told({:suspended, [_ | acc], continue}) do
    {:suspended, acc, fn {tag, acc} -> told(continue.({tag, [tag | acc]})) end}
  end

  defp told({_ended, [:cont | acc]}), do: {:done, acc}
  defp told({_ended, [:halt | acc]}), do: {:halted, acc}
  # It ended with an element at which the caller wanted to suspend.
  defp told({_ended, [:suspend | acc]}), do: {:suspended, acc, &ended/1}
  # A function that stands for an enumerable need not use the accumulator it was given.
  defp told({_ended, acc}), do: {:done, acc}

  defp ended({:cont, acc}), do: {:done, acc}
  defp ended({:halt, acc}), do: {:halted, acc}
  defp ended({:suspend, acc}), do: {:suspended, acc, &ended/1}

  defp feed_list([h | t], {:cont, acc}, fun), do: feed_list(t, fun.(h, acc), fun)
  defp feed_list([], {:cont, acc}, _fun), do: {:done, acc}
  defp feed_list(_list, {:halt, acc}, _fun), do: {:halted, acc}
  defp feed_list(list, {:suspend, acc}, fun), do: {:suspended, acc, &feed_list(list, &1, fun)}

  # One element at a time: {:suspended, element, continue} or {:done, _}.
  defp puller(enum), do: &feed(enum, &1, fn x, _ -> {:suspend, x} end)

  # --- transform without start and end ---------------------------------------------------------

  @doc "Behind Stream.transform/3, flat_map/2, concat and intersperse."
  def transform(enum, _state, _reducer, {:halt, acc}, fun), do: feed(enum, {:halt, acc}, fun)

  def transform(enum, state, reducer, {:suspend, acc}, fun) do
    {:suspended, acc, &transform(enum, state, reducer, &1, fun)}
  end

  # The outer accumulator is {why the outer walk stopped, state, the caller's}. The reason is :cont, :halt (the
  # caller's), :end (the reducer's) or, for a suspension, what is left of the inner enumerable.
  def transform(enum, state, reducer, {:cont, acc}, fun) do
    step = fn x, {_, state, acc} ->
      case reducer.(x, state) do
        {[], state} ->
          {:cont, {:cont, state, acc}}

        {:halt, state} ->
          {:halt, {:end, state, acc}}

        {inner, state} ->
          case feed(inner, {:cont, acc}, fun) do
            {:done, acc} -> {:cont, {:cont, state, acc}}
            {:halted, acc} -> {:halt, {:halt, state, acc}}
            {:suspended, acc, continue} -> {:suspend, {continue, state, acc}}
          end
      end
    end

    transform_settle(Enumerable.reduce(enum, {:cont, {:cont, state, acc}}, step))
  end

  defp transform_settle({:suspended, {inner, state, acc}, outer}) do
    {:suspended, acc, &transform_resume(inner, state, outer, &1)}
  end

  # The outer walk ended by itself while the caller wanted to suspend in its last element.
  defp transform_settle({ended, {inner, state, acc}}) when is_function(inner) do
    outer = fn {_, outer_acc} -> {ended, outer_acc} end
    {:suspended, acc, &transform_resume(inner, state, outer, &1)}
  end

  defp transform_settle({ended, {_, _, acc}}), do: {ended, acc}

  defp transform_resume(inner, state, outer, {:cont, acc}) do
    try do
      inner.({:cont, acc})
    catch
      kind, reason ->
        outer.({:halt, {:halt, state, acc}})
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      {:done, acc} ->
        transform_settle(outer.({:cont, {:cont, state, acc}}))

      {:halted, acc} ->
        outer.({:halt, {:halt, state, acc}})
        {:halted, acc}

      {:suspended, acc, inner} ->
        {:suspended, acc, &transform_resume(inner, state, outer, &1)}
    end
  end

  defp transform_resume(inner, state, outer, {:halt, acc}) do
    inner.({:halt, acc})
    outer.({:halt, {:halt, state, acc}})
    {:halted, acc}
  end

  defp transform_resume(inner, state, outer, {:suspend, acc}) do
    {:suspended, acc, &transform_resume(inner, state, outer, &1)}
  end

  # --- transform with start and end --------------------------------------------------------------
  # Here the outer enumerable is pulled, since after_fun must get the latest state at whatever happens.

  @doc "Behind Stream.transform/4 (`last` is nil) and transform/5."
  def transform(enum, start, reducer, last, after_fun, {:suspend, acc}, fun) do
    {:suspended, acc, &transform(enum, start, reducer, last, after_fun, &1, fun)}
  end

  def transform(enum, start, reducer, last, after_fun, command, fun) do
    steps(puller(enum), start.(), {reducer, last, after_fun, fun}, command)
  end

  defp steps(outer, state, {_, _, after_fun, _}, {:halt, acc}) do
    outer.({:halt, nil})
    after_fun.(state)
    {:halted, acc}
  end

  defp steps(outer, state, how, {:suspend, acc}) do
    {:suspended, acc, &steps(outer, state, how, &1)}
  end

  defp steps(outer, state, {reducer, last, after_fun, _} = how, {:cont, acc}) do
    try do
      outer.({:cont, nil})
    catch
      kind, reason ->
        after_fun.(state)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      {:suspended, x, outer} ->
        try do
          reducer.(x, state)
        catch
          kind, reason ->
            outer.({:halt, nil})
            after_fun.(state)
            :erlang.raise(kind, reason, __STACKTRACE__)
        else
          {:halt, state} -> steps(outer, state, how, {:halt, acc})
          {inner, state} -> step_inner(inner, outer, state, how, acc)
        end

      _ended when last == nil ->
        after_fun.(state)
        {:done, acc}

      _ended ->
        try do
          last.(state)
        catch
          kind, reason ->
            after_fun.(state)
            :erlang.raise(kind, reason, __STACKTRACE__)
        else
          {:halt, state} ->
            after_fun.(state)
            {:halted, acc}

          {inner, state} ->
            step_inner(inner, &ended/1, state, put_elem(how, 1, nil), acc)
        end
    end
  end

  defp step_inner([], outer, state, how, acc), do: steps(outer, state, how, {:cont, acc})

  defp step_inner(inner, outer, state, {_, _, _, fun} = how, acc) do
    step_rest(&feed(inner, &1, fun), outer, state, how, {:cont, acc})
  end

  defp step_rest(inner, outer, state, how, {:halt, acc}) do
    inner.({:halt, acc})
    steps(outer, state, how, {:halt, acc})
  end

  defp step_rest(inner, outer, state, how, {:suspend, acc}) do
    {:suspended, acc, &step_rest(inner, outer, state, how, &1)}
  end

  defp step_rest(inner, outer, state, {_, _, after_fun, _} = how, command) do
    try do
      inner.(command)
    catch
      kind, reason ->
        outer.({:halt, nil})
        after_fun.(state)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      {:done, acc} -> steps(outer, state, how, {:cont, acc})
      {:halted, acc} -> steps(outer, state, how, {:halt, acc})
      {:suspended, acc, inner} -> {:suspended, acc, &step_rest(inner, outer, state, how, &1)}
    end
  end

  # --- resource --------------------------------------------------------------------------------

  @doc "Behind Stream.resource/3."
  def resource(start, next, after_fun, {:suspend, acc}, fun) do
    {:suspended, acc, &resource(start, next, after_fun, &1, fun)}
  end

  def resource(start, next, after_fun, command, fun), do: draw(start.(), next, after_fun, command, fun)

  defp draw(state, _next, after_fun, {:halt, acc}, _fun) do
    after_fun.(state)
    {:halted, acc}
  end

  defp draw(state, next, after_fun, {:suspend, acc}, fun) do
    {:suspended, acc, &draw(state, next, after_fun, &1, fun)}
  end

  defp draw(state, next, after_fun, {:cont, acc}, fun) do
    try do
      next.(state)
    catch
      kind, reason ->
        after_fun.(state)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      {:halt, state} ->
        after_fun.(state)
        {:done, acc}

      {[], state} ->
        draw(state, next, after_fun, {:cont, acc}, fun)

      {inner, state} ->
        rest = if is_list(inner), do: inner, else: &feed(inner, &1, fun)
        draw_rest(rest, state, next, after_fun, {:cont, acc}, fun)
    end
  end

  # `rest` is a list or a continuation.
  defp draw_rest(rest, state, next, after_fun, {:halt, acc}, fun) do
    go_on(rest, {:halt, acc}, fun)
    draw(state, next, after_fun, {:halt, acc}, fun)
  end

  defp draw_rest(rest, state, next, after_fun, {:suspend, acc}, fun) do
    {:suspended, acc, &draw_rest(rest, state, next, after_fun, &1, fun)}
  end

  defp draw_rest(rest, state, next, after_fun, command, fun) do
    try do
      go_on(rest, command, fun)
    catch
      kind, reason ->
        after_fun.(state)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      {:done, acc} -> draw(state, next, after_fun, {:cont, acc}, fun)
      {:halted, acc} -> draw(state, next, after_fun, {:halt, acc}, fun)
      {:suspended, acc, rest} -> {:suspended, acc, &draw_rest(rest, state, next, after_fun, &1, fun)}
    end
  end

  defp go_on(list, command, fun) when is_list(list), do: feed_list(list, command, fun)
  defp go_on(continue, command, _fun), do: continue.(command)

  # --- zip -------------------------------------------------------------------------------------

  @doc "Behind Stream.zip and zip_with."
  def zip(enums, zip_fun, {:suspend, acc}, fun), do: {:suspended, acc, &zip(enums, zip_fun, &1, fun)}

  def zip(enums, zip_fun, command, fun) do
    case Enum.map(enums, &source/1) do
      [] -> {:done, elem(command, 1)}
      pullers -> rows(pullers, zip_fun, command, fun)
    end
  end

  # A list gives its elements as it is, anything else by a puller.
  defp source(list) when is_list(list), do: list
  defp source(enum), do: puller(enum)

  defp rows(pullers, _zip_fun, {:halt, acc}, _fun) do
    close(pullers)
    {:halted, acc}
  end

  defp rows(pullers, zip_fun, {:suspend, acc}, fun) do
    {:suspended, acc, &rows(pullers, zip_fun, &1, fun)}
  end

  defp rows(pullers, zip_fun, {:cont, acc}, fun) do
    case pull(pullers, [], []) do
      {row, pullers} ->
        try do
          fun.(zip_fun.(row), acc)
        catch
          kind, reason ->
            close(pullers)
            :erlang.raise(kind, reason, __STACKTRACE__)
        else
          command -> rows(pullers, zip_fun, command, fun)
        end

      :ended ->
        {:done, acc}
    end
  end

  # One element of each. `pulled` are those that gave theirs already, last first.
  defp pull([[x | list] | rest], row, pulled), do: pull(rest, [x | row], [list | pulled])
  defp pull([], row, pulled), do: {:lists.reverse(row), :lists.reverse(pulled)}

  defp pull([[] | rest], _row, pulled) do
    close(:lists.reverse(pulled, rest))
    :ended
  end

  defp pull([puller | rest], row, pulled) do
    try do
      puller.({:cont, nil})
    catch
      kind, reason ->
        close(pulled)
        close(rest)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      {:suspended, x, puller} ->
        pull(rest, [x | row], [puller | pulled])

      # Elements that were collected without asking: what is left of a function that did not suspend.
      {_ended, [x | list]} ->
        pull(rest, [x | row], [list | pulled])

      {_ended, _} ->
        close(:lists.reverse(pulled, rest))
        :ended
    end
  end

  defp close([list | rest]) when is_list(list), do: close(rest)

  defp close([puller | rest]) do
    puller.({:halt, nil})
    close(rest)
  end

  defp close([]), do: :ok

  # --- endless sources ---------------------------------------------------------------------------

  @doc "Behind Stream.cycle/1 for a list that has elements."
  def cycle_list(all, [h | t], {:cont, acc}, fun), do: cycle_list(all, t, fun.(h, acc), fun)
  def cycle_list(all, [], {:cont, _} = command, fun), do: cycle_list(all, all, command, fun)
  def cycle_list(_all, _rest, {:halt, acc}, _fun), do: {:halted, acc}
  def cycle_list(all, rest, {:suspend, acc}, fun), do: {:suspended, acc, &cycle_list(all, rest, &1, fun)}

  @doc "Behind Stream.cycle/1 for anything else; the first walk must have shown an element."
  def cycle(enum, {:halt, acc}, fun), do: feed(enum, {:halt, acc}, fun)
  def cycle(enum, {:suspend, acc}, fun), do: {:suspended, acc, &cycle(enum, &1, fun)}

  def cycle(enum, {:cont, acc}, fun) do
    first =
      feed(enum, {:cont, [:empty | acc]}, fn x, [_ | acc] ->
        {tag, acc} = fun.(x, acc)
        {tag, [:some | acc]}
      end)

    cycle_first(first, enum, fun)
  end

  defp cycle_first({:done, [:empty | _]}, _enum, _fun) do
    raise ArgumentError, "cannot cycle over an empty enumerable"
  end

  defp cycle_first({:done, [:some | acc]}, enum, fun), do: cycle_again(feed(enum, {:cont, acc}, fun), enum, fun)
  defp cycle_first({:halted, [_ | acc]}, _enum, _fun), do: {:halted, acc}

  defp cycle_first({:suspended, [_ | acc], continue}, enum, fun) do
    {:suspended, acc, fn {tag, acc} -> cycle_first(continue.({tag, [:some | acc]}), enum, fun) end}
  end

  defp cycle_again({:done, acc}, enum, fun), do: cycle_again(feed(enum, {:cont, acc}, fun), enum, fun)
  defp cycle_again({:halted, acc}, _enum, _fun), do: {:halted, acc}

  defp cycle_again({:suspended, acc, continue}, enum, fun) do
    {:suspended, acc, fn command -> cycle_again(continue.(command), enum, fun) end}
  end

  @doc "Behind Stream.iterate/2. Each element is computed when it is asked for."
  def iterate(x, next, {:cont, acc}, fun), do: iterate_on(x, next, fun.(x, acc), fun)
  def iterate(_x, _next, {:halt, acc}, _fun), do: {:halted, acc}
  def iterate(x, next, {:suspend, acc}, fun), do: {:suspended, acc, &iterate(x, next, &1, fun)}

  defp iterate_on(last, next, {:cont, acc}, fun) do
    x = next.(last)
    iterate_on(x, next, fun.(x, acc), fun)
  end

  defp iterate_on(_last, _next, {:halt, acc}, _fun), do: {:halted, acc}
  defp iterate_on(last, next, {:suspend, acc}, fun), do: {:suspended, acc, &iterate_on(last, next, &1, fun)}

  @doc "Behind Stream.unfold/2."
  def unfold(state, next, {:cont, acc}, fun) do
    case next.(state) do
      {x, state} -> unfold(state, next, fun.(x, acc), fun)
      nil -> {:done, acc}
    end
  end

  def unfold(_state, _next, {:halt, acc}, _fun), do: {:halted, acc}
  def unfold(state, next, {:suspend, acc}, fun), do: {:suspended, acc, &unfold(state, next, &1, fun)}

  @doc "Behind Stream.repeatedly/1."
  def repeatedly(make, {:cont, acc}, fun), do: repeatedly(make, fun.(make.(), acc), fun)
  def repeatedly(_make, {:halt, acc}, _fun), do: {:halted, acc}
  def repeatedly(make, {:suspend, acc}, fun), do: {:suspended, acc, &repeatedly(make, &1, fun)}

  # --- into --------------------------------------------------------------------------------------

  @doc "Behind Stream.into/3. The accumulator is [what is collected | the caller's]."
  def into(enum, collectable, transform, {:suspend, acc}, fun) do
    {:suspended, acc, &into(enum, collectable, transform, &1, fun)}
  end

  def into(enum, collectable, transform, {_tag, _acc} = command, fun) do
    {initial, collector} = Collectable.into(collectable)

    step = fn x, [collected | acc] ->
      collected = collector.(collected, {:cont, transform.(x)})
      {tag, acc} = fun.(x, acc)
      {tag, [collected | acc]}
    end

    collect(&Enumerable.reduce(enum, &1, step), initial, collector, command)
  end

  defp collect(walk, collected, collector, {tag, acc}) do
    try do
      walk.({tag, [collected | acc]})
    catch
      kind, reason ->
        collector.(collected, :halt)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      {:suspended, [collected | acc], walk} ->
        {:suspended, acc, &collect(walk, collected, collector, &1)}

      {ended, [collected | acc]} ->
        collector.(collected, :done)
        {ended, acc}
    end
  end
end
