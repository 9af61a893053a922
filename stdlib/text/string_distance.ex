# SPDX-License-Identifier: Apache-2.0
#
# Measures of likeness between two strings, kept apart from `String` because they work on lists of graphemes and not on binaries.

defmodule String.Distance do
  @moduledoc false

  @doc false
  def bag("", _), do: 0.0
  def bag(_, ""), do: 0.0

  def bag(left, right) do
    {left_bag, left_count} = count(:joist_text.graphemes(left), %{}, 0)
    {right_bag, right_count} = count(:joist_text.graphemes(right), %{}, 0)

    1.0 - max(missing(left_bag, right_bag), missing(right_bag, left_bag)) / max(left_count, right_count)
  end

  defp count([], bag, total), do: {bag, total}

  defp count([char | rest], bag, total) do
    case bag do
      %{^char => seen} -> count(rest, %{bag | char => seen + 1}, total + 1)
      _ -> count(rest, :maps.put(char, 1, bag), total + 1)
    end
  end

  defp missing(bag, other), do: missing_in(:maps.to_list(bag), other, 0)
  defp missing_in([], _, sum), do: sum
  defp missing_in([{char, seen} | rest], other, sum), do: missing_in(rest, other, sum + max(seen - :maps.get(char, other, 0), 0))

  # For each character of the shorter string, the first equal and yet unused one of the longer string inside a window around the same place. A
  # match found before the previous match's place counts as transposed.
  @doc false
  def jaro(same, same), do: 1.0
  def jaro(_, ""), do: 0.0
  def jaro("", _), do: 0.0

  def jaro(left, right) do
    left_chars = :joist_text.graphemes(left)
    right_chars = :joist_text.graphemes(right)
    left_count = length(left_chars)
    right_count = length(right_chars)

    {short, long, longest} =
      if left_count < right_count, do: {left_chars, right_chars, right_count}, else: {right_chars, left_chars, left_count}

    window = max(div(longest, 2) - 1, 0)

    case match_all(short, 0, :maps.from_list(places(long, 0)), window, {0, 0, -1}) do
      {0, _, _} -> 0.0
      {common, moved, _} -> (common / left_count + common / right_count + (common - moved) / common) / 3
    end
  end

  defp places([], _), do: []
  defp places([char | rest], at), do: [{at, char} | places(rest, at + 1)]

  defp match_all([], _, _, _, state), do: state

  defp match_all([char | rest], at, long, window, {common, moved, last} = state) do
    case find(char, max(at - window, 0), at + window, long) do
      nil -> match_all(rest, at + 1, long, window, state)
      place when place > last -> match_all(rest, at + 1, :maps.remove(place, long), window, {common + 1, moved, place})
      place -> match_all(rest, at + 1, :maps.remove(place, long), window, {common + 1, moved + 1, place})
    end
  end

  defp find(_, from, to, _) when from > to, do: nil

  defp find(char, from, to, long) do
    case long do
      %{^from => ^char} -> from
      _ -> find(char, from + 1, to, long)
    end
  end
end
