# SPDX-License-Identifier: Apache-2.0
#
# Stable merge sort on lists. The list is cut into runs that are sorted already (rising ones as they are, strictly falling ones turned around); then
# neighbours are merged, level by level. Merging with an accumulator turns the order around, so levels alternate between rising and falling runs,
# and nothing is reversed in between. Stability: of two equal elements the one of the earlier run comes first in rising runs and last in falling ones.

defmodule Joist.Sort do
  @moduledoc false

  # ---- by the order of terms ----

  @doc false
  def sort([a, b | rest]) when a <= b, do: rest |> rising(b, [a], []) |> levels()
  def sort([a, b | rest]), do: rest |> falling(b, [a], []) |> levels()
  def sort([_] = list), do: list
  def sort([]), do: []

  # `runs` is collected last run first; each is rising.
  defp rising([next | rest], last, run, runs) when last <= next, do: rising(rest, next, [last | run], runs)
  defp rising(rest, last, run, runs), do: next_run(rest, [:lists.reverse(run, [last]) | runs])

  defp falling([next | rest], last, run, runs) when last > next, do: falling(rest, next, [last | run], runs)
  defp falling(rest, last, run, runs), do: next_run(rest, [[last | run] | runs])

  defp next_run([a, b | rest], runs) when a <= b, do: rising(rest, b, [a], runs)
  defp next_run([a, b | rest], runs), do: falling(rest, b, [a], runs)
  defp next_run([a], runs), do: [[a] | runs]
  defp next_run([], runs), do: runs

  defp levels([run]), do: run

  # The runs stand last first here: the second of a pair is the earlier one.
  defp levels(runs), do: runs |> up([]) |> levels_down()

  defp levels_down([run]), do: :lists.reverse(run)
  defp levels_down(runs), do: runs |> down([]) |> levels()

  # Rising runs, last first -> falling runs, first first.
  defp up([later, earlier | rest], done), do: up(rest, [merge_up(earlier, later, []) | done])
  defp up([run], done), do: [:lists.reverse(run) | done]
  defp up([], done), do: done

  # Falling runs, first first -> rising runs, last first.
  defp down([earlier, later | rest], done), do: down(rest, [merge_down(earlier, later, []) | done])
  defp down([run], done), do: [:lists.reverse(run) | done]
  defp down([], done), do: done

  defp merge_up([a | as], [b | _] = later, acc) when a <= b, do: merge_up(as, later, [a | acc])
  defp merge_up([_ | _] = earlier, [b | bs], acc), do: merge_up(earlier, bs, [b | acc])
  defp merge_up([], later, acc), do: :lists.reverse(later, acc)
  defp merge_up(earlier, [], acc), do: :lists.reverse(earlier, acc)

  defp merge_down([a | as], [b | _] = later, acc) when a > b, do: merge_down(as, later, [a | acc])
  defp merge_down([_ | _] = earlier, [b | bs], acc), do: merge_down(earlier, bs, [b | acc])
  defp merge_down([], later, acc), do: :lists.reverse(later, acc)
  defp merge_down(earlier, [], acc), do: :lists.reverse(earlier, acc)

  @doc false
  def merge(left, right), do: :lists.reverse(merge_up(left, right, []))

  @doc false
  def unique([a | rest]), do: [a | unique_after(rest, a)]
  def unique([]), do: []

  defp unique_after([b | rest], a) when a == b, do: unique_after(rest, a)
  defp unique_after([b | rest], _), do: [b | unique_after(rest, b)]
  defp unique_after([], _), do: []

  # ---- by a function ----

  @doc false
  def sort(fun, [_, _ | _] = list), do: fun_levels(fun, fun_runs(fun, list, []))
  def sort(_, [_] = list), do: list
  def sort(_, []), do: []

  defp fun_runs(fun, [a, b | rest], runs) do
    if fun.(a, b), do: fun_rising(fun, rest, b, [a], runs), else: fun_falling(fun, rest, b, [a], runs)
  end

  defp fun_runs(_, [a], runs), do: [[a] | runs]
  defp fun_runs(_, [], runs), do: runs

  defp fun_rising(fun, [next | rest] = list, last, run, runs) do
    if fun.(last, next),
      do: fun_rising(fun, rest, next, [last | run], runs),
      else: fun_runs(fun, list, [:lists.reverse(run, [last]) | runs])
  end

  defp fun_rising(_, [], last, run, runs), do: [:lists.reverse(run, [last]) | runs]

  defp fun_falling(fun, [next | rest] = list, last, run, runs) do
    if fun.(last, next),
      do: fun_runs(fun, list, [[last | run] | runs]),
      else: fun_falling(fun, rest, next, [last | run], runs)
  end

  defp fun_falling(_, [], last, run, runs), do: [[last | run] | runs]

  defp fun_levels(_, [run]), do: run
  defp fun_levels(fun, runs), do: fun_levels_down(fun, fun_up(fun, runs, []))

  defp fun_levels_down(_, [run]), do: :lists.reverse(run)
  defp fun_levels_down(fun, runs), do: fun_levels(fun, fun_down(fun, runs, []))

  defp fun_up(fun, [later, earlier | rest], done), do: fun_up(fun, rest, [fun_merge_up(fun, earlier, later, []) | done])
  defp fun_up(_, [run], done), do: [:lists.reverse(run) | done]
  defp fun_up(_, [], done), do: done

  defp fun_down(fun, [earlier, later | rest], done), do: fun_down(fun, rest, [fun_merge_down(fun, earlier, later, []) | done])
  defp fun_down(_, [run], done), do: [:lists.reverse(run) | done]
  defp fun_down(_, [], done), do: done

  defp fun_merge_up(fun, [a | as] = earlier, [b | bs] = later, acc) do
    if fun.(a, b), do: fun_merge_up(fun, as, later, [a | acc]), else: fun_merge_up(fun, earlier, bs, [b | acc])
  end

  defp fun_merge_up(_, [], later, acc), do: :lists.reverse(later, acc)
  defp fun_merge_up(_, earlier, [], acc), do: :lists.reverse(earlier, acc)

  defp fun_merge_down(fun, [a | as] = earlier, [b | bs] = later, acc) do
    if fun.(a, b), do: fun_merge_down(fun, earlier, bs, [b | acc]), else: fun_merge_down(fun, as, later, [a | acc])
  end

  defp fun_merge_down(_, [], later, acc), do: :lists.reverse(later, acc)
  defp fun_merge_down(_, earlier, [], acc), do: :lists.reverse(earlier, acc)

  @doc false
  def merge(fun, left, right), do: :lists.reverse(fun_merge_up(fun, left, right, []))

  @doc false
  def unique(fun, [a | rest]), do: [a | unique_after(fun, rest, a)]
  def unique(_, []), do: []

  # The list is sorted, so the two are equal when the second may stand before the first.
  defp unique_after(fun, [b | rest], a) do
    if fun.(b, a), do: unique_after(fun, rest, a), else: [b | unique_after(fun, rest, b)]
  end

  defp unique_after(_, [], _), do: []

  # ---- by the n-th element ----

  @doc false
  def keysort(n, list), do: sort(fn a, b -> :erlang.element(n, a) <= :erlang.element(n, b) end, list)

  @doc false
  def unique_keys(n, [a | rest]), do: [a | unique_keys_after(n, rest, a)]
  def unique_keys(_, []), do: []

  defp unique_keys_after(n, [b | rest], a) when :erlang.element(n, a) == :erlang.element(n, b), do: unique_keys_after(n, rest, a)
  defp unique_keys_after(n, [b | rest], _), do: [b | unique_keys_after(n, rest, b)]
  defp unique_keys_after(_, [], _), do: []
end
