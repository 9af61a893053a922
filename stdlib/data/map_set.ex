# SPDX-License-Identifier: Apache-2.0
#
# Sets: the elements are the keys of a map, every value being []. So two sets of the same elements are
# equal terms, and order is that of maps.

defmodule MapSet do
  @moduledoc """
  Sets of any terms, compared with `===`.

      iex> MapSet.new([1, 2, 2])
      MapSet.new([1, 2])
  """

  defstruct map: %{}

  @type value :: term
  @opaque internal(value) :: %{optional(value) => []}
  @type t(value) :: %__MODULE__{map: internal(value)}
  @type t :: t(term)

  @doc """
  The empty set.

      iex> MapSet.new()
      MapSet.new([])
  """
  @spec new :: t
  def new(), do: %MapSet{}

  @doc """
  The set of an enumerable's elements.

      iex> MapSet.new([:b, :a, :b])
      MapSet.new([:a, :b])
  """
  @spec new(Enumerable.t()) :: t
  def new(enumerable)

  def new(%__MODULE__{} = map_set), do: map_set
  def new(enumerable), do: %MapSet{map: :maps.from_keys(Enum.to_list(enumerable), [])}

  @doc """
  The set of the results of `transform`.

      iex> MapSet.new([1, 2, 1], fn x -> 2 * x end)
      MapSet.new([2, 4])
  """
  @spec new(Enumerable.t(), (term -> val)) :: t(val) when val: value
  def new(enumerable, transform) when is_function(transform, 1) do
    %MapSet{map: :maps.from_keys(Enum.map(enumerable, transform), [])}
  end

  @doc """
  With `value`.

      iex> MapSet.put(MapSet.new([1]), 2)
      MapSet.new([1, 2])
  """
  @spec put(t(val), new_val) :: t(val | new_val) when val: value, new_val: value
  def put(%MapSet{map: map} = map_set, value) do
    case map do
      %{^value => _} -> map_set
      %{} -> %{map_set | map: :maps.put(value, [], map)}
    end
  end

  @doc """
  Without `value`.

      iex> MapSet.delete(MapSet.new([1, 2]), 2)
      MapSet.new([1])
  """
  @spec delete(t(val), val) :: t(val) when val: value
  def delete(%MapSet{map: map} = map_set, value), do: %{map_set | map: :maps.remove(value, map)}

  @doc """
  Whether `value` is in the set.

      iex> MapSet.member?(MapSet.new([1, 2]), 2)
      true
  """
  @spec member?(t, value) :: boolean
  def member?(%MapSet{map: map}, value), do: is_map_key(map, value)

  @doc """
  How many elements there are.

      iex> MapSet.size(MapSet.new([1, 2]))
      2
  """
  @spec size(t) :: non_neg_integer
  def size(%MapSet{map: map}), do: map_size(map)

  @doc """
  The elements as a list.

      iex> MapSet.to_list(MapSet.new([1, 2]))
      [1, 2]
  """
  @spec to_list(t(val)) :: [val] when val: value
  def to_list(%MapSet{map: map}), do: :maps.keys(map)

  @doc """
  Whether both have the same elements.

      iex> MapSet.equal?(MapSet.new([1, 2]), MapSet.new([2, 1]))
      true
  """
  @spec equal?(t, t) :: boolean
  def equal?(%MapSet{map: map1}, %MapSet{map: map2}), do: map1 === map2

  @doc """
  Whether all elements of the first are in the second.

      iex> MapSet.subset?(MapSet.new([1]), MapSet.new([1, 2]))
      true
  """
  @spec subset?(t, t) :: boolean
  def subset?(%MapSet{map: map1}, %MapSet{map: map2}) do
    map_size(map1) <= map_size(map2) and all_in?(:maps.keys(map1), map2)
  end

  defp all_in?([h | t], map), do: is_map_key(map, h) and all_in?(t, map)
  defp all_in?([], _map), do: true

  @doc """
  Whether the two have no element in common.

      iex> MapSet.disjoint?(MapSet.new([1]), MapSet.new([2]))
      true
  """
  @spec disjoint?(t, t) :: boolean
  def disjoint?(%MapSet{map: map1}, %MapSet{map: map2}) do
    {small, large} = by_size(map1, map2)
    none_in?(:maps.keys(small), large)
  end

  defp none_in?([h | t], map), do: not is_map_key(map, h) and none_in?(t, map)
  defp none_in?([], _map), do: true

  defp by_size(map1, map2) when map_size(map1) > map_size(map2), do: {map2, map1}
  defp by_size(map1, map2), do: {map1, map2}

  @doc """
  What is in either.

      iex> MapSet.union(MapSet.new([1]), MapSet.new([2]))
      MapSet.new([1, 2])
  """
  @spec union(t(val1), t(val2)) :: t(val1 | val2) when val1: value, val2: value
  def union(%MapSet{map: map1} = map_set, %MapSet{map: map2}), do: %{map_set | map: :maps.merge(map1, map2)}

  @doc """
  What is in both.

      iex> MapSet.intersection(MapSet.new([1, 2]), MapSet.new([2, 3]))
      MapSet.new([2])
  """
  @spec intersection(t(val), t(val)) :: t(val) when val: value
  def intersection(%MapSet{map: map1} = map_set, %MapSet{map: map2}) do
    {small, large} = by_size(map1, map2)
    %{map_set | map: :maps.from_keys(present(:maps.keys(small), large), [])}
  end

  defp present([h | t], map) when is_map_key(map, h), do: [h | present(t, map)]
  defp present([_ | t], map), do: present(t, map)
  defp present([], _map), do: []

  defp absent([h | t], map) when is_map_key(map, h), do: absent(t, map)
  defp absent([h | t], map), do: [h | absent(t, map)]
  defp absent([], _map), do: []

  @doc """
  What is in the first and not in the second.

      iex> MapSet.difference(MapSet.new([1, 2]), MapSet.new([2]))
      MapSet.new([1])
  """
  @spec difference(t(val1), t(val2)) :: t(val1) when val1: value, val2: value
  def difference(%MapSet{map: map1} = map_set, %MapSet{map: map2}) do
    # Either few keys are taken out of the first, or the first is gone through.
    if map_size(map2) < div(map_size(map1), 2) do
      %{map_set | map: remove_all(:maps.keys(map2), map1)}
    else
      %{map_set | map: :maps.from_keys(absent(:maps.keys(map1), map2), [])}
    end
  end

  defp remove_all([h | t], map), do: remove_all(t, :maps.remove(h, map))
  defp remove_all([], map), do: map

  @doc """
  What is in exactly one of the two.

      iex> MapSet.symmetric_difference(MapSet.new([1, 2]), MapSet.new([2, 3]))
      MapSet.new([1, 3])
  """
  @spec symmetric_difference(t(val1), t(val2)) :: t(val1 | val2) when val1: value, val2: value
  def symmetric_difference(%MapSet{map: map1} = map_set, %MapSet{map: map2}) do
    {small, large} = by_size(map1, map2)
    %{map_set | map: toggle(:maps.keys(small), large)}
  end

  defp toggle([h | t], map) when is_map_key(map, h), do: toggle(t, :maps.remove(h, map))
  defp toggle([h | t], map), do: toggle(t, :maps.put(h, [], map))
  defp toggle([], map), do: map

  @doc """
  The set of the elements for which `fun` is truthy.

      iex> MapSet.filter(MapSet.new(1..4), fn x -> x > 2 end)
      MapSet.new([3, 4])
  """
  @spec filter(t(a), (a -> as_boolean(term))) :: t(a) when a: value
  def filter(%MapSet{map: map} = map_set, fun) when is_function(fun) do
    %{map_set | map: :maps.from_keys(Enum.filter(:maps.keys(map), fun), [])}
  end

  @doc """
  The set of the elements for which `fun` is falsy.

      iex> MapSet.reject(MapSet.new(1..4), fn x -> x > 2 end)
      MapSet.new([1, 2])
  """
  @spec reject(t(a), (a -> as_boolean(term))) :: t(a) when a: value
  def reject(%MapSet{map: map} = map_set, fun) when is_function(fun) do
    %{map_set | map: :maps.from_keys(Enum.reject(:maps.keys(map), fun), [])}
  end

  @doc """
  The sets of the elements for which `fun` is truthy, and of the others.

      iex> MapSet.split_with(MapSet.new(1..4), fn x -> x > 2 end)
      {MapSet.new([3, 4]), MapSet.new([1, 2])}
  """
  @spec split_with(t(a), (a -> as_boolean(term))) :: {t(a), t(a)} when a: value
  def split_with(%MapSet{map: map}, fun) when is_function(fun, 1) do
    {yes, no} = Enum.split_with(:maps.keys(map), fun)
    {%MapSet{map: :maps.from_keys(yes, [])}, %MapSet{map: :maps.from_keys(no, [])}}
  end
end

defimpl Enumerable, for: MapSet do
  def count(map_set), do: {:ok, MapSet.size(map_set)}
  def member?(map_set, value), do: {:ok, MapSet.member?(map_set, value)}
  def slice(map_set), do: {:ok, MapSet.size(map_set), &MapSet.to_list/1}
  def reduce(map_set, acc, fun), do: Enumerable.List.reduce(MapSet.to_list(map_set), acc, fun)
end

defimpl Collectable, for: MapSet do
  def into(%MapSet{map: map} = map_set) do
    collector = fn
      acc, {:cont, value} -> :maps.put(value, [], acc)
      acc, :done -> %{map_set | map: acc}
      _acc, :halt -> :ok
    end

    {map, collector}
  end
end

defimpl Inspect, for: MapSet do
  import Inspect.Algebra
  import Kernel, except: [inspect: 2]

  # Elements that are small integers are no characters here.
  def inspect(map_set, opts) do
    opts = %{opts | charlists: :as_lists}
    concat(["MapSet.new(", to_doc(MapSet.to_list(map_set), opts), ")"])
  end
end
