# SPDX-License-Identifier: Apache-2.0
#
# Behind Enum: several enumerables side by side.
#
# Lists are walked directly. A list and something else: the other is reduced, the list being the accumulator. Only where
# neither is a list are both suspended element by element (Stream).

defmodule Enum.Zipper do
  @moduledoc false

  import Enum.Walk, only: [fold: 3, source: 1]

  @doc "Behind Enum.zip_reduce/3."
  def reduce(enumerables, acc, reducer) do
    sources = Enum.map(enumerables, &source/1)

    cond do
      sources == [] -> acc
      Enum.all?(sources, &is_list/1) -> reduce_rows(sources, acc, reducer)
      true -> fold(Stream.zip_with(sources, & &1), acc, reducer)
    end
  end

  defp reduce_rows(lists, acc, reducer) do
    case heads_and_tails(lists, [], []) do
      {heads, tails} -> reduce_rows(tails, reducer.(heads, acc), reducer)
      :done -> acc
    end
  end

  defp heads_and_tails([[h | t] | rest], heads, tails), do: heads_and_tails(rest, [h | heads], [t | tails])
  defp heads_and_tails([[] | _], _heads, _tails), do: :done
  defp heads_and_tails([], heads, tails), do: {:lists.reverse(heads), :lists.reverse(tails)}

  @doc "Behind Enum.zip_reduce/4."
  def reduce(left, right, acc, fun), do: fold_both(source(left), source(right), acc, fun)

  defp fold_both(left, right, acc, fun) when is_list(left) and is_list(right) do
    fold_lists(left, right, acc, fun)
  end

  # The left one is asked first: when it ends, the right one is not asked again.
  defp fold_both([], right, acc, _fun) do
    Enumerable.reduce(right, {:halt, nil}, fn _, _ -> {:halt, nil} end)
    acc
  end

  defp fold_both(left, right, acc, fun) when is_list(left) do
    {_, [_ | acc]} =
      Enumerable.reduce(right, {:cont, [left | acc]}, fn
        y, [[x] | acc] -> {:halt, [[] | fun.(x, y, acc)]}
        y, [[x | xs] | acc] -> {:cont, [xs | fun.(x, y, acc)]}
      end)

    acc
  end

  defp fold_both(left, right, acc, fun) when is_list(right) do
    {_, [_ | acc]} =
      Enumerable.reduce(left, {:cont, [right | acc]}, fn
        x, [[y | ys] | acc] -> {:cont, [ys | fun.(x, y, acc)]}
        _, [[] | _] = state -> {:halt, state}
      end)

    acc
  end

  defp fold_both(left, right, acc, fun) do
    fold(Stream.zip_with(left, right, fn x, y -> [x | y] end), acc, fn [x | y], acc -> fun.(x, y, acc) end)
  end

  defp fold_lists([x | xs], [y | ys], acc, fun), do: fold_lists(xs, ys, fun.(x, y, acc), fun)
  defp fold_lists(_, _, acc, _fun), do: acc
end
