# SPDX-License-Identifier: Apache-2.0
#
# Behind Enum: collecting into maps, Collectables and strings.

defmodule Enum.Collector do
  @moduledoc false

  @doc "Behind Enum.into/2 for a plain map."
  def into_map(%{__struct__: _} = enumerable, map), do: into_map(Enum.to_list(enumerable), map)
  def into_map(enumerable, map) when is_map(enumerable), do: :maps.merge(map, enumerable)
  def into_map(enumerable, map) when map_size(map) == 0, do: :maps.from_list(Enum.to_list(enumerable))
  def into_map(enumerable, map), do: :maps.merge(map, :maps.from_list(Enum.to_list(enumerable)))

  @doc "Behind Enum.into/3 for a plain map."
  def into_map(enumerable, map, transform) when map_size(map) == 0 do
    :maps.from_list(Enum.map(enumerable, transform))
  end

  def into_map(enumerable, map, transform) do
    Enum.reduce(enumerable, map, fn x, map ->
      {key, value} = transform.(x)
      :maps.put(key, value, map)
    end)
  end

  @doc "Behind Enum.into/2 for any Collectable."
  def collect(enumerable, collectable) do
    {initial, into} = Collectable.into(collectable)
    collect_with(enumerable, initial, into, fn x, acc -> into.(acc, {:cont, x}) end)
  end

  @doc "Behind Enum.into/3 for any Collectable."
  def collect(enumerable, collectable, transform) do
    {initial, into} = Collectable.into(collectable)
    collect_with(enumerable, initial, into, fn x, acc -> into.(acc, {:cont, transform.(x)}) end)
  end

  # A collector is told when it is abandoned.
  defp collect_with(enumerable, initial, into, step) do
    try do
      Enum.reduce(enumerable, initial, step)
    catch
      kind, reason ->
        into.(initial, :halt)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      acc -> into.(acc, :done)
    end
  end

  @doc "Behind Enum.join/2: the texts of the elements."
  def strings([h | t]), do: [string(h) | strings(t)]
  def strings([]), do: []

  @doc "The same with `joiner` between them."
  def strings([], _joiner), do: []
  def strings([last], _joiner), do: [string(last)]
  def strings([h | t], joiner), do: [string(h), joiner | strings(t, joiner)]

  defp string(x) when is_binary(x), do: x
  defp string(x) when is_integer(x), do: :erlang.integer_to_binary(x)
  defp string(x), do: String.Chars.to_string(x)
end
