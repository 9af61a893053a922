# SPDX-License-Identifier: Apache-2.0
#
# Behind Enum: the least and the greatest.
#
# Among equals the first found wins. A sorter is a function of two, which says whether the first may stay when the second
# comes, or a module with compare/2. `empty` gives the answer for no elements. Where a function of the caller gives a key,
# it has been called already: a cell is [key | element].

defmodule Enum.Extremes do
  @moduledoc false

  import Kernel, except: [max: 2, min: 2]

  @doc "The fallback of those that are given none."
  def no_element, do: raise(Enum.EmptyError)

  # --- by term order -------------------------------------------------------------------------

  def max([h | t], _empty), do: max_of(t, h)
  def max([], empty), do: empty.()

  @doc "The greatest of a list and `best`, which stood before it."
  def max_of([h | t], best) when h > best, do: max_of(t, h)
  def max_of([_ | t], best), do: max_of(t, best)
  def max_of([], best), do: best

  def min([h | t], _empty), do: min_of(t, h)
  def min([], empty), do: empty.()

  @doc "The least of a list and `best`, which stood before it."
  def min_of([h | t], best) when h < best, do: min_of(t, h)
  def min_of([_ | t], best), do: min_of(t, best)
  def min_of([], best), do: best

  @doc "The least and the greatest of a list and of what stood before it."
  def min_max([h | t], least, greatest) when h < least, do: min_max(t, h, greatest)
  def min_max([h | t], least, greatest) when h > greatest, do: min_max(t, least, h)
  def min_max([_ | t], least, greatest), do: min_max(t, least, greatest)
  def min_max([], least, greatest), do: {least, greatest}

  def max_by([[key | x] | t], _empty), do: max_by(t, key, x)
  def max_by([], empty), do: empty.()

  defp max_by([[key | x] | t], best, _) when key > best, do: max_by(t, key, x)
  defp max_by([_ | t], best, x), do: max_by(t, best, x)
  defp max_by([], _best, x), do: x

  def min_by([[key | x] | t], _empty), do: min_by(t, key, x)
  def min_by([], empty), do: empty.()

  defp min_by([[key | x] | t], best, _) when key < best, do: min_by(t, key, x)
  defp min_by([_ | t], best, x), do: min_by(t, best, x)
  defp min_by([], _best, x), do: x

  # --- by a sorter ---------------------------------------------------------------------------

  def max_sorter(fun) when is_function(fun, 2), do: fun
  def max_sorter(module) when is_atom(module), do: &(module.compare(&1, &2) != :lt)

  def min_sorter(fun) when is_function(fun, 2), do: fun
  def min_sorter(module) when is_atom(module), do: &(module.compare(&1, &2) != :gt)

  @doc "The element that `keep?.(it, later)` never gave up."
  def best([h | t], keep?, _empty), do: keep(t, h, keep?)
  def best([], _keep?, empty), do: empty.()

  @doc "The same for cells and their keys."
  def best_by([h | t], keep?, _empty), do: tl(keep(t, h, fn [a | _], [b | _] -> keep?.(a, b) end))
  def best_by([], _keep?, empty), do: empty.()

  defp keep([h | t], best, keep?) do
    if keep?.(best, h), do: keep(t, best, keep?), else: keep(t, h, keep?)
  end

  defp keep([], best, _keep?), do: best

  @doc "The elements of the cells with the least and the greatest key; here a sorter says whether a key is less."
  def min_max_by(cells, sorter, empty) do
    less? = less(sorter)

    case cells do
      [h | t] -> min_max_by(t, h, h, less?)
      [] -> empty.()
    end
  end

  defp min_max_by([h | t], least, greatest, less?) do
    cond do
      less?.(hd(h), hd(least)) -> min_max_by(t, h, greatest, less?)
      less?.(hd(greatest), hd(h)) -> min_max_by(t, least, h, less?)
      true -> min_max_by(t, least, greatest, less?)
    end
  end

  defp min_max_by([], least, greatest, _less?), do: {tl(least), tl(greatest)}

  defp less(fun) when is_function(fun, 2), do: fun
  defp less(module) when is_atom(module), do: &(module.compare(&1, &2) == :lt)
end
