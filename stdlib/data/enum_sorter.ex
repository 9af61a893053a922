# SPDX-License-Identifier: Apache-2.0
#
# A stable merge sort for Enum.sort/2, Enum.sort_by/3 and List.keysort/3.
#
# Model: one pass cuts the list into runs that are in order already (or strictly in reverse order,
# which are turned), then passes merge neighbouring runs until one is left. A merge walks two lists
# from one end and so yields its result reversed; instead of turning it back, the next pass merges
# reversed lists from the other end. `up` lists ascend, `down` lists descend.
#
# Invariant: the function is always asked with the earlier element first. Thus equal elements keep their
# order under `<=`, and swap it under `<`, whatever way the list was cut.

defmodule Enum.Sorter do
  @moduledoc false

  @doc "The function that says whether one element may stand before another, for what Enum.sort/2 takes."
  @spec order((term, term -> as_boolean(term)) | module | {:asc | :desc, module}) :: (term, term -> as_boolean(term))
  def order(fun) when is_function(fun, 2), do: fun
  def order({:asc, module}) when is_atom(module), do: &(module.compare(&1, &2) != :gt)
  def order({:desc, module}) when is_atom(module), do: &(module.compare(&1, &2) != :lt)
  def order(module) when is_atom(module), do: &(module.compare(&1, &2) != :gt)

  @doc "Sorts with `fun`, which says whether its first argument may stand before its second."
  @spec sort(list, (term, term -> as_boolean(term))) :: list
  def sort([x, y | rest], fun) do
    if fun.(x, y),
      do: merge_up(run_up(rest, y, [x], [], fun), fun),
      else: merge_up(run_down(rest, y, [x], [], fun), fun)
  end

  def sort(list, _fun), do: list

  # A run in order; `run` holds all of it but `last`, reversed.
  defp run_up([x | rest], last, run, runs, fun) do
    if fun.(last, x),
      do: run_up(rest, x, [last | run], runs, fun),
      else: next_run(rest, x, [:lists.reverse(run, [last]) | runs], fun)
  end

  defp run_up([], last, run, runs, _fun), do: [:lists.reverse(run, [last]) | runs]

  # A run against the order: reversed, it is in order.
  defp run_down([x | rest], last, run, runs, fun) do
    if fun.(last, x),
      do: next_run(rest, x, [[last | run] | runs], fun),
      else: run_down(rest, x, [last | run], runs, fun)
  end

  defp run_down([], last, run, runs, _fun), do: [[last | run] | runs]

  defp next_run([y | rest], x, runs, fun) do
    if fun.(x, y),
      do: run_up(rest, y, [x], runs, fun),
      else: run_down(rest, y, [x], runs, fun)
  end

  defp next_run([], x, runs, _fun), do: [[x] | runs]

  # `up` runs come last to first, `down` runs first to last: each pass turns that order too.
  defp merge_up([run], _fun), do: run
  defp merge_up(runs, fun), do: merge_down(pass_up(runs, [], fun), fun)

  defp merge_down([run], _fun), do: :lists.reverse(run)
  defp merge_down(runs, fun), do: merge_up(pass_down(runs, [], fun), fun)

  defp pass_up([later, earlier | runs], acc, fun), do: pass_up(runs, [up(earlier, later, [], fun) | acc], fun)
  defp pass_up([run], acc, _fun), do: [:lists.reverse(run) | acc]
  defp pass_up([], acc, _fun), do: acc

  defp pass_down([earlier, later | runs], acc, fun), do: pass_down(runs, [down(earlier, later, [], fun) | acc], fun)
  defp pass_down([run], acc, _fun), do: [:lists.reverse(run) | acc]
  defp pass_down([], acc, _fun), do: acc

  defp up([x | xs] = left, [y | ys] = right, acc, fun) do
    if fun.(x, y), do: up(xs, right, [x | acc], fun), else: up(left, ys, [y | acc], fun)
  end

  defp up([], right, acc, _fun), do: :lists.reverse(right, acc)
  defp up(left, [], acc, _fun), do: :lists.reverse(left, acc)

  defp down([x | xs] = left, [y | ys] = right, acc, fun) do
    if fun.(x, y), do: down(left, ys, [y | acc], fun), else: down(xs, right, [x | acc], fun)
  end

  defp down([], right, acc, _fun), do: :lists.reverse(right, acc)
  defp down(left, [], acc, _fun), do: :lists.reverse(left, acc)

  # --- the same for [key | value] cells, by the term order of the keys ------------------------

  @doc "Sorts cells of `[key | value]` by key."
  @spec sort_cells([nonempty_improper_list(term, term)]) :: [nonempty_improper_list(term, term)]
  def sort_cells([[a | _] = x, [b | _] = y | rest]) when a <= b do
    cells_merge_up(cells_up(rest, b, y, [x], []))
  end

  def sort_cells([x, [b | _] = y | rest]), do: cells_merge_up(cells_down(rest, b, y, [x], []))
  def sort_cells(list), do: list

  defp cells_up([[b | _] = y | rest], a, x, run, runs) when a <= b, do: cells_up(rest, b, y, [x | run], runs)
  defp cells_up([[b | _] = y | rest], _a, x, run, runs), do: cells_next(rest, b, y, [:lists.reverse(run, [x]) | runs])
  defp cells_up([], _a, x, run, runs), do: [:lists.reverse(run, [x]) | runs]

  defp cells_down([[b | _] = y | rest], a, x, run, runs) when a <= b, do: cells_next(rest, b, y, [[x | run] | runs])
  defp cells_down([[b | _] = y | rest], _a, x, run, runs), do: cells_down(rest, b, y, [x | run], runs)
  defp cells_down([], _a, x, run, runs), do: [[x | run] | runs]

  defp cells_next([[b | _] = y | rest], a, x, runs) when a <= b, do: cells_up(rest, b, y, [x], runs)
  defp cells_next([[b | _] = y | rest], _a, x, runs), do: cells_down(rest, b, y, [x], runs)
  defp cells_next([], _a, x, runs), do: [[x] | runs]

  defp cells_merge_up([run]), do: run
  defp cells_merge_up(runs), do: cells_merge_down(cells_pass_up(runs, []))

  defp cells_merge_down([run]), do: :lists.reverse(run)
  defp cells_merge_down(runs), do: cells_merge_up(cells_pass_down(runs, []))

  defp cells_pass_up([later, earlier | runs], acc), do: cells_pass_up(runs, [cells_merge(:up, earlier, later) | acc])
  defp cells_pass_up([run], acc), do: [:lists.reverse(run) | acc]
  defp cells_pass_up([], acc), do: acc

  defp cells_pass_down([earlier, later | runs], acc),
    do: cells_pass_down(runs, [cells_merge(:down, earlier, later) | acc])

  defp cells_pass_down([run], acc), do: [:lists.reverse(run) | acc]
  defp cells_pass_down([], acc), do: acc

  defp cells_merge(:up, [[a | _] = x | xs], [[b | _] = y | ys]), do: up_cells(a, x, xs, b, y, ys, [])
  defp cells_merge(:down, [[a | _] = x | xs], [[b | _] = y | ys]), do: down_cells(a, x, xs, b, y, ys, [])

  # a and b are the keys of x and y, the heads of the two lists.
  defp up_cells(a, x, [[a2 | _] = x2 | xs], b, y, ys, acc) when a <= b, do: up_cells(a2, x2, xs, b, y, ys, [x | acc])
  defp up_cells(a, x, [], b, y, ys, acc) when a <= b, do: :lists.reverse(ys, [y, x | acc])
  defp up_cells(a, x, xs, _b, y, [[b2 | _] = y2 | ys], acc), do: up_cells(a, x, xs, b2, y2, ys, [y | acc])
  defp up_cells(_a, x, xs, _b, y, [], acc), do: :lists.reverse(xs, [x, y | acc])

  defp down_cells(a, x, xs, b, y, [[b2 | _] = y2 | ys], acc) when a <= b,
    do: down_cells(a, x, xs, b2, y2, ys, [y | acc])

  defp down_cells(a, x, xs, b, y, [], acc) when a <= b, do: :lists.reverse(xs, [x, y | acc])
  defp down_cells(_a, x, [[a2 | _] = x2 | xs], b, y, ys, acc), do: down_cells(a2, x2, xs, b, y, ys, [x | acc])
  defp down_cells(_a, x, [], _b, y, ys, acc), do: :lists.reverse(ys, [y, x | acc])

  @doc "Sorts cells by key and gives their values from the greatest key to the least."
  @spec sort_reversed([nonempty_improper_list(term, term)]) :: list
  def sort_reversed(cells), do: reverse_values(sort_cells(cells), [])

  @doc "The values of cells."
  @spec values([nonempty_improper_list(term, term)]) :: list
  def values([[_ | x] | t]), do: [x | values(t)]
  def values([]), do: []

  defp reverse_values([[_ | x] | t], acc), do: reverse_values(t, [x | acc])
  defp reverse_values([], acc), do: acc
end
