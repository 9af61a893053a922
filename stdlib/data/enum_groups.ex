# SPDX-License-Identifier: Apache-2.0
#
# Behind Enum: chunks of neighbours, elements that are equal, groups by a key.
#
# All walk lists. Where a function of the caller gives a key, it has been called already: a cell is [key | element].

defmodule Enum.Groups do
  @moduledoc false

  # --- chunks --------------------------------------------------------------------------------

  @doc "Behind Enum.chunk_every/4 where chunks touch each other."
  def chunk([], _count, _leftover), do: []
  def chunk(list, count, leftover), do: chunk_fill(list, count, [], count, leftover)

  defp chunk_fill([h | t], n, chunk, count, leftover) when n > 1 do
    chunk_fill(t, n - 1, [h | chunk], count, leftover)
  end

  defp chunk_fill([h | t], _n, chunk, count, leftover) do
    [:lists.reverse([h | chunk]) | chunk(t, count, leftover)]
  end

  defp chunk_fill([], _n, _chunk, _count, :discard), do: []
  defp chunk_fill([], n, chunk, _count, leftover), do: [:lists.reverse(chunk, Enum.take(leftover, n))]

  @doc "Behind Enum.chunk_every/4 where they overlap or leave gaps."
  def chunk([], _count, _step, _leftover), do: []

  def chunk(list, count, step, leftover) do
    case window(list, count, []) do
      {:full, chunk, rest} ->
        [chunk | chunk_rest(list, rest, count, step, leftover)]

      {:short, _, _} when leftover == :discard ->
        []

      {:short, chunk, n} ->
        [:lists.reverse(chunk, Enum.take(leftover, n))]
    end
  end

  # After a full window that reached the end, no window of only known elements follows.
  defp chunk_rest(_list, [], count, step, _leftover) when step >= count, do: []
  defp chunk_rest(list, _rest, count, step, leftover), do: chunk(Enum.drop(list, step), count, step, leftover)

  defp window(rest, 0, chunk), do: {:full, :lists.reverse(chunk), rest}
  defp window([h | t], n, chunk), do: window(t, n - 1, [h | chunk])
  defp window([], n, chunk), do: {:short, chunk, n}

  @doc "The chunks of cells by their keys; `chunk` is the first one so far, reversed."
  def chunk_by([[key | x] | t], key, chunk), do: chunk_by(t, key, [x | chunk])
  def chunk_by([[key | x] | t], _, chunk), do: [:lists.reverse(chunk) | chunk_by(t, key, [x])]
  def chunk_by([], _key, chunk), do: [:lists.reverse(chunk)]

  # --- equal ones ----------------------------------------------------------------------------

  @doc "Without elements equal to the one before, of which the first is the second argument."
  def dedup([h | t], h), do: dedup(t, h)
  def dedup([h | t], _), do: [h | dedup(t, h)]
  def dedup([], _), do: []

  @doc "The same for cells and their keys."
  def dedup_by([[key | _] | t], key), do: dedup_by(t, key)
  def dedup_by([[key | x] | t], _), do: [x | dedup_by(t, key)]
  def dedup_by([], _key), do: []

  @doc "The elements that are not yet keys of `seen`, each once."
  def uniq([h | t], seen) do
    case seen do
      %{^h => _} -> uniq(t, seen)
      %{} -> [h | uniq(t, :maps.put(h, [], seen))]
    end
  end

  def uniq([], _seen), do: []

  @doc "The same for cells and their keys."
  def uniq_by([[key | x] | t], seen) do
    case seen do
      %{^key => _} -> uniq_by(t, seen)
      %{} -> [x | uniq_by(t, :maps.put(key, [], seen))]
    end
  end

  def uniq_by([], _seen), do: []

  @doc "Adds to the counts of elements."
  def frequencies([h | t], counts) do
    case counts do
      %{^h => n} -> frequencies(t, %{counts | h => n + 1})
      %{} -> frequencies(t, :maps.put(h, 1, counts))
    end
  end

  def frequencies([], counts), do: counts

  @doc "Groups from the last element to the first, so that each list is built in order: the caller has turned the list."
  def group_by([h | t], key_fun, groups) do
    key = key_fun.(h)

    case groups do
      %{^key => values} -> group_by(t, key_fun, %{groups | key => [h | values]})
      %{} -> group_by(t, key_fun, :maps.put(key, [h], groups))
    end
  end

  def group_by([], _key_fun, groups), do: groups

  def group_by([h | t], key_fun, value_fun, groups) do
    key = key_fun.(h)
    value = value_fun.(h)

    case groups do
      %{^key => values} -> group_by(t, key_fun, value_fun, %{groups | key => [value | values]})
      %{} -> group_by(t, key_fun, value_fun, :maps.put(key, [value], groups))
    end
  end

  def group_by([], _key_fun, _value_fun, groups), do: groups
end
