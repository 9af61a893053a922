# SPDX-License-Identifier: Apache-2.0
#
# Maps. Reading and writing one key is a map pattern or a primitive; what goes through all keys turns the
# map into a list of pairs and back, which is one pass each.
#
# Every function given something else than a map raises BadMapError.

defmodule Map do
  @moduledoc """
  Functions over maps.

      iex> Map.put(%{a: 1}, :b, 2)
      %{a: 1, b: 2}
  """

  @type key :: any
  @type value :: any

  @doc """
  The empty map.

      iex> Map.new()
      %{}
  """
  @spec new :: map
  def new, do: %{}

  @doc """
  A map of the pairs of an enumerable; of equal keys the last counts.

      iex> Map.new([b: 1, a: 2])
      %{a: 2, b: 1}
  """
  @spec new(Enumerable.t()) :: map
  def new(enumerable)
  def new(list) when is_list(list), do: :maps.from_list(list)
  def new(%{__struct__: _} = enumerable), do: :maps.from_list(Enum.to_list(enumerable))
  def new(%{} = map), do: map
  def new(enumerable), do: :maps.from_list(Enum.to_list(enumerable))

  @doc """
  A map of the pairs that `transform` makes.

      iex> Map.new([1, 2], fn x -> {x, x * x} end)
      %{1 => 1, 2 => 4}
  """
  @spec new(Enumerable.t(), (term -> {key, value})) :: map
  def new(enumerable, transform) when is_function(transform, 1) do
    :maps.from_list(Enum.map(enumerable, transform))
  end

  @doc """
  A map with `value` under each key.

      iex> Map.from_keys([:a, :b], 0)
      %{a: 0, b: 0}
  """
  @spec from_keys([key], value) :: map
  def from_keys(keys, value), do: :maps.from_keys(keys, value)

  @doc """
  A struct (or the struct of a module) as a plain map.

      iex> Map.from_struct(1..2)
      %{first: 1, last: 2, step: 1}
  """
  @spec from_struct(atom | struct) :: map
  def from_struct(struct)
  def from_struct(struct) when is_atom(struct), do: :maps.remove(:__struct__, struct.__struct__())
  def from_struct(%{__struct__: module} = struct) when is_atom(module), do: :maps.remove(:__struct__, struct)

  @doc """
  The pairs as a list.

      iex> Map.to_list(%{a: 1})
      [a: 1]
  """
  @spec to_list(map) :: [{key, value}]
  def to_list(map), do: :maps.to_list(map)

  @doc """
  The keys.

      iex> Map.keys(%{a: 1})
      [:a]
  """
  @spec keys(map) :: [key]
  def keys(map), do: :maps.keys(map)

  @doc """
  The values.

      iex> Map.values(%{a: 1})
      [1]
  """
  @spec values(map) :: [value]
  def values(map), do: :maps.values(map)

  # --- one key -------------------------------------------------------------------------------

  @doc """
  Whether `key` is there.

      iex> Map.has_key?(%{a: 1}, :a)
      true
  """
  @spec has_key?(map, key) :: boolean
  def has_key?(map, key), do: :maps.is_key(key, map)

  @doc """
  `{:ok, value}`, or `:error`.

      iex> Map.fetch(%{a: 1}, :a)
      {:ok, 1}
  """
  @spec fetch(map, key) :: {:ok, value} | :error
  def fetch(map, key), do: :maps.find(key, map)

  @doc """
  The value under `key`; raises `KeyError` when there is none.

      iex> Map.fetch!(%{a: 1}, :a)
      1
  """
  @spec fetch!(map, key) :: value
  def fetch!(map, key) do
    case map do
      %{^key => value} -> value
      %{} -> :maps.get(key, map)
      other -> bad_map(other)
    end
  end

  # Not a KeyError or a FunctionClauseError: the term is no map at all.
  defp bad_map(term), do: :erlang.error({:badmap, term})

  @doc """
  The value under `key`, or `default`.

      iex> Map.get(%{a: 1}, :b, 3)
      3
  """
  @spec get(map, key, value) :: value
  def get(map, key, default \\ nil) do
    case map do
      %{^key => value} -> value
      %{} -> default
      other -> bad_map(other)
    end
  end

  @doc """
  The value under `key`, or `fun.()`.

      iex> Map.get_lazy(%{a: 1}, :b, fn -> 3 end)
      3
  """
  @spec get_lazy(map, key, (() -> value)) :: value
  def get_lazy(map, key, fun) when is_function(fun, 0) do
    case map do
      %{^key => value} -> value
      %{} -> fun.()
      other -> bad_map(other)
    end
  end

  @doc """
  Puts `value` under `key`.

      iex> Map.put(%{a: 1}, :a, 3)
      %{a: 3}
  """
  @spec put(map, key, value) :: map
  def put(map, key, value), do: :maps.put(key, value, map)

  @doc """
  Puts `value` under `key` unless that is there.

      iex> Map.put_new(%{a: 1}, :a, 3)
      %{a: 1}
  """
  @spec put_new(map, key, value) :: map
  def put_new(map, key, value) do
    case map do
      %{^key => _} -> map
      %{} -> :maps.put(key, value, map)
      other -> bad_map(other)
    end
  end

  @doc """
  Puts `fun.()` under `key` unless that is there.

      iex> Map.put_new_lazy(%{a: 1}, :b, fn -> 3 end)
      %{a: 1, b: 3}
  """
  @spec put_new_lazy(map, key, (() -> value)) :: map
  def put_new_lazy(map, key, fun) when is_function(fun, 0) do
    case map do
      %{^key => _} -> map
      %{} -> :maps.put(key, fun.(), map)
      other -> bad_map(other)
    end
  end

  @doc """
  Puts `value` under `key` if that is there.

      iex> Map.replace(%{a: 1}, :b, 3)
      %{a: 1}
  """
  @spec replace(map, key, value) :: map
  def replace(map, key, value) do
    case map do
      %{^key => _} -> %{map | key => value}
      %{} -> map
      other -> bad_map(other)
    end
  end

  @doc """
  Puts `value` under `key`; raises `KeyError` when that is not there.

      iex> Map.replace!(%{a: 1}, :a, 3)
      %{a: 3}
  """
  @spec replace!(map, key, value) :: map
  def replace!(map, key, value) do
    case map do
      %{^key => _} -> %{map | key => value}
      %{} -> :maps.update(key, value, map)
      other -> bad_map(other)
    end
  end

  @doc """
  Puts `fun.(value)` under `key` if that is there.

      iex> Map.replace_lazy(%{a: 1}, :a, fn v -> v * 4 end)
      %{a: 4}
  """
  @spec replace_lazy(map, key, (value -> value)) :: map
  def replace_lazy(map, key, fun) when is_map(map) and is_function(fun, 1) do
    case map do
      %{^key => value} -> %{map | key => fun.(value)}
      %{} -> map
    end
  end

  @doc """
  Without `key`.

      iex> Map.delete(%{a: 1, b: 2}, :a)
      %{b: 2}
  """
  @spec delete(map, key) :: map
  def delete(map, key), do: :maps.remove(key, map)

  @doc """
  `fun.(value)` under `key`, or `default` where there was none.

      iex> Map.update(%{a: 1}, :a, 13, fn v -> v * 2 end)
      %{a: 2}
  """
  @spec update(map, key, default :: value, (value -> value)) :: map
  def update(map, key, default, fun) when is_function(fun, 1) do
    case map do
      %{^key => value} -> %{map | key => fun.(value)}
      %{} -> :maps.put(key, default, map)
      other -> bad_map(other)
    end
  end

  @doc """
  `fun.(value)` under `key`; raises `KeyError` when there was none.

      iex> Map.update!(%{a: 1}, :a, fn v -> v * 2 end)
      %{a: 2}
  """
  @spec update!(map, key, (value -> value)) :: map
  def update!(map, key, fun) when is_function(fun, 1) do
    case map do
      %{^key => value} -> %{map | key => fun.(value)}
      %{} -> :maps.get(key, map)
      other -> bad_map(other)
    end
  end

  @doc """
  The value under `key` (or `default`), and the map without it.

      iex> Map.pop(%{a: 1, b: 2}, :a)
      {1, %{b: 2}}
  """
  @spec pop(map, key, default :: value) :: {value, map}
  def pop(map, key, default \\ nil) do
    case :maps.take(key, map) do
      {_, _} = popped -> popped
      :error -> {default, map}
    end
  end

  @doc """
  The value under `key`, and the map without it; raises `KeyError` when there is none.

      iex> Map.pop!(%{a: 1, b: 2}, :a)
      {1, %{b: 2}}
  """
  @spec pop!(map, key) :: {value, map}
  def pop!(map, key) do
    case :maps.take(key, map) do
      {_, _} = popped -> popped
      :error -> raise KeyError, key: key, term: map
    end
  end

  @doc """
  The value under `key` (or `fun.()`), and the map without it.

      iex> Map.pop_lazy(%{a: 1}, :b, fn -> 13 end)
      {13, %{a: 1}}
  """
  @spec pop_lazy(map, key, (() -> value)) :: {value, map}
  def pop_lazy(map, key, fun) when is_function(fun, 0) do
    case :maps.take(key, map) do
      {_, _} = popped -> popped
      :error -> {fun.(), map}
    end
  end

  @doc """
  Reads and writes: `fun` gets the value (or nil) and gives `{got, new_value}` or `:pop`.

      iex> Map.get_and_update(%{a: 1}, :a, fn v -> {v, v + 1} end)
      {1, %{a: 2}}
  """
  @spec get_and_update(map, key, (value | nil -> {current, new_value :: value} | :pop)) :: {current, map}
        when current: value
  def get_and_update(map, key, fun) when is_function(fun, 1) do
    current = get(map, key)

    case fun.(current) do
      {got, value} -> {got, :maps.put(key, value, map)}
      :pop -> {current, :maps.remove(key, map)}
      other -> raise "the given function must return a two-element tuple or :pop, got: #{inspect(other)}"
    end
  end

  @doc """
  `get_and_update/3` that raises `KeyError` when `key` is not there.

      iex> Map.get_and_update!(%{a: 1}, :a, fn _ -> :pop end)
      {1, %{}}
  """
  @spec get_and_update!(map, key, (value -> {current, new_value :: value} | :pop)) :: {current, map}
        when current: value
  def get_and_update!(map, key, fun) when is_function(fun, 1) do
    current = fetch!(map, key)

    case fun.(current) do
      {got, value} -> {got, :maps.put(key, value, map)}
      :pop -> {current, :maps.remove(key, map)}
      other -> raise "the given function must return a two-element tuple or :pop, got: #{inspect(other)}"
    end
  end

  # --- several keys --------------------------------------------------------------------------

  @doc """
  Only the given keys.

      iex> Map.take(%{a: 1, b: 2, c: 3}, [:a, :c, :e])
      %{a: 1, c: 3}
  """
  @spec take(map, [key]) :: map
  def take(map, keys) when is_map(map), do: :maps.from_list(pairs(as_list(keys), map))
  def take(map, _keys), do: bad_map(map)

  defp as_list(keys) when is_list(keys), do: keys
  defp as_list(keys), do: Enum.to_list(keys)

  defp pairs([key | keys], map) do
    case map do
      %{^key => value} -> [{key, value} | pairs(keys, map)]
      %{} -> pairs(keys, map)
    end
  end

  defp pairs([], _map), do: []

  @doc """
  Without the given keys.

      iex> Map.drop(%{a: 1, b: 2}, [:b, :d])
      %{a: 1}
  """
  @spec drop(map, [key]) :: map
  def drop(map, keys) when is_map(map), do: remove_keys(as_list(keys), map)
  def drop(map, _keys), do: bad_map(map)

  defp remove_keys([key | keys], map), do: remove_keys(keys, :maps.remove(key, map))
  defp remove_keys([], map), do: map

  @doc """
  Only the given keys, and the map without them.

      iex> Map.split(%{a: 1, b: 2}, [:a])
      {%{a: 1}, %{b: 2}}
  """
  @spec split(map, [key]) :: {map, map}
  def split(map, keys) when is_map(map) do
    keys = as_list(keys)
    {:maps.from_list(pairs(keys, map)), remove_keys(keys, map)}
  end

  def split(map, _keys), do: bad_map(map)

  @doc """
  The pairs for which `fun` is truthy, and the others.

      iex> Map.split_with(%{a: 1, b: 2}, fn {_k, v} -> v > 1 end)
      {%{b: 2}, %{a: 1}}
  """
  @spec split_with(map, ({key, value} -> as_boolean(term))) :: {map, map}
  def split_with(map, fun) when is_map(map) and is_function(fun, 1) do
    {yes, no} = Enum.split_with(:maps.to_list(map), fun)
    {:maps.from_list(yes), :maps.from_list(no)}
  end

  @doc """
  The pairs for which `fun` is truthy.

      iex> Map.filter(%{a: 1, b: 2}, fn {_k, v} -> v > 1 end)
      %{b: 2}
  """
  @spec filter(map, ({key, value} -> as_boolean(term))) :: map
  def filter(map, fun) when is_map(map) and is_function(fun, 1) do
    :maps.from_list(Enum.filter(:maps.to_list(map), fun))
  end

  @doc """
  The pairs for which `fun` is falsy.

      iex> Map.reject(%{a: 1, b: 2}, fn {_k, v} -> v > 1 end)
      %{a: 1}
  """
  @spec reject(map, ({key, value} -> as_boolean(term))) :: map
  def reject(map, fun) when is_map(map) and is_function(fun, 1) do
    :maps.from_list(Enum.reject(:maps.to_list(map), fun))
  end

  # --- two maps ------------------------------------------------------------------------------

  @doc """
  Both maps in one; of equal keys the second's value counts.

      iex> Map.merge(%{a: 1, b: 2}, %{a: 3})
      %{a: 3, b: 2}
  """
  @spec merge(map, map) :: map
  def merge(map1, map2), do: :maps.merge(map1, map2)

  @doc """
  Both maps in one; of equal keys `fun.(key, value1, value2)` counts.

      iex> Map.merge(%{a: 1, b: 2}, %{a: 3}, fn _k, v1, v2 -> v1 + v2 end)
      %{a: 4, b: 2}
  """
  @spec merge(map, map, (key, value, value -> value)) :: map
  def merge(map1, map2, fun) when is_map(map1) and is_map(map2) and is_function(fun, 3) do
    if map_size(map1) > map_size(map2),
      do: merge_second(:maps.to_list(map2), map1, fun),
      else: merge_first(:maps.to_list(map1), map2, fun)
  end

  def merge(map1, map2, fun) when is_function(fun, 3), do: bad_map(if(is_map(map1), do: map2, else: map1))

  # The pairs of the smaller map are put into the larger one.
  defp merge_second([{key, value2} | rest], acc, fun) do
    case acc do
      %{^key => value1} -> merge_second(rest, %{acc | key => fun.(key, value1, value2)}, fun)
      %{} -> merge_second(rest, :maps.put(key, value2, acc), fun)
    end
  end

  defp merge_second([], acc, _fun), do: acc

  defp merge_first([{key, value1} | rest], acc, fun) do
    case acc do
      %{^key => value2} -> merge_first(rest, %{acc | key => fun.(key, value1, value2)}, fun)
      %{} -> merge_first(rest, :maps.put(key, value1, acc), fun)
    end
  end

  defp merge_first([], acc, _fun), do: acc

  @doc """
  The keys that both have, with the second's values.

      iex> Map.intersect(%{a: 1, b: 2}, %{b: 3, c: 4})
      %{b: 3}
  """
  @spec intersect(map, map) :: map
  def intersect(map1, map2), do: intersect(map1, map2, fn _key, _value1, value2 -> value2 end)

  @doc """
  The keys that both have, with `fun.(key, value1, value2)`.

      iex> Map.intersect(%{a: 1, b: 2}, %{b: 3}, fn _k, v1, v2 -> v1 + v2 end)
      %{b: 5}
  """
  @spec intersect(map, map, (key, value, value -> value)) :: map
  def intersect(map1, map2, fun) when is_map(map1) and is_map(map2) and is_function(fun, 3) do
    if map_size(map1) > map_size(map2),
      do: :maps.from_list(common_second(:maps.to_list(map2), map1, fun)),
      else: :maps.from_list(common_first(:maps.to_list(map1), map2, fun))
  end

  def intersect(map1, map2, fun) when is_function(fun, 3), do: bad_map(if(is_map(map1), do: map2, else: map1))

  defp common_second([{key, value2} | rest], map1, fun) do
    case map1 do
      %{^key => value1} -> [{key, fun.(key, value1, value2)} | common_second(rest, map1, fun)]
      %{} -> common_second(rest, map1, fun)
    end
  end

  defp common_second([], _map1, _fun), do: []

  defp common_first([{key, value1} | rest], map2, fun) do
    case map2 do
      %{^key => value2} -> [{key, fun.(key, value1, value2)} | common_first(rest, map2, fun)]
      %{} -> common_first(rest, map2, fun)
    end
  end

  defp common_first([], _map2, _fun), do: []

  @doc """
  Whether both maps have the same keys and values, compared with `===`.

      iex> Map.equal?(%{a: 1}, %{a: 1.0})
      false
  """
  @spec equal?(map, map) :: boolean
  def equal?(map1, map2)
  def equal?(map1, map2) when is_map(map1) and is_map(map2), do: map1 === map2
  def equal?(map1, map2) when is_map(map1), do: bad_map(map2)
  def equal?(map1, _map2), do: bad_map(map1)

  @doc false
  @deprecated "Use Kernel.map_size/1 instead"
  def size(map), do: map_size(map)

  @doc false
  @deprecated "Use Enum.map/2 or for comprehensions instead"
  def map(map, fun) when is_map(map) do
    :maps.from_list(Enum.map(:maps.to_list(map), fn {key, value} -> {key, fun.({key, value})} end))
  end
end
