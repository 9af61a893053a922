# SPDX-License-Identifier: Apache-2.0
#
# The functions on maps that take a function or go over all pairs; single-key operations are natives of the same module. An iterator is the list of
# pairs still to come.

defmodule :maps do
  @moduledoc """
  Maps, under Erlang's name.

      iex> :maps.fold(fn _, v, acc -> v + acc end, 0, %{a: 1, b: 2})
      3
  """

  @doc "Pairs for which the function is true."
  @spec filter((term, term -> boolean), map | list) :: map
  def filter(fun, map) when is_function(fun, 2), do: :maps.from_list(filter_pairs(fun, pairs(map)))
  def filter(_, _), do: :erlang.error(:badarg)

  defp filter_pairs(fun, [{key, value} = pair | rest]) do
    case fun.(key, value) do
      true -> [pair | filter_pairs(fun, rest)]
      false -> filter_pairs(fun, rest)
    end
  end

  defp filter_pairs(_, []), do: []

  @doc "Keeps (true), replaces the value of (`{true, value}`) or drops (false) pairs."
  @spec filtermap((term, term -> boolean | {true, term}), map | list) :: map
  def filtermap(fun, map) when is_function(fun, 2), do: :maps.from_list(filtermap_pairs(fun, pairs(map)))
  def filtermap(_, _), do: :erlang.error(:badarg)

  defp filtermap_pairs(fun, [{key, value} = pair | rest]) do
    case fun.(key, value) do
      true -> [pair | filtermap_pairs(fun, rest)]
      {true, value} -> [{key, value} | filtermap_pairs(fun, rest)]
      false -> filtermap_pairs(fun, rest)
    end
  end

  defp filtermap_pairs(_, []), do: []

  @doc "The same keys with what the function makes of key and value."
  @spec map((term, term -> term), map | list) :: map
  def map(fun, map) when is_function(fun, 2), do: :maps.from_list(map_pairs(fun, pairs(map)))
  def map(_, _), do: :erlang.error(:badarg)

  defp map_pairs(fun, [{key, value} | rest]), do: [{key, fun.(key, value)} | map_pairs(fun, rest)]
  defp map_pairs(_, []), do: []

  @doc "Folds; the function gets key, value and accumulator."
  @spec fold((term, term, acc -> acc), acc, map | list) :: acc when acc: term
  def fold(fun, acc, map) when is_function(fun, 3), do: fold_pairs(fun, acc, pairs(map))
  def fold(_, _, _), do: :erlang.error(:badarg)

  defp fold_pairs(fun, acc, [{key, value} | rest]), do: fold_pairs(fun, fun.(key, value, acc), rest)
  defp fold_pairs(_, acc, []), do: acc

  @doc "Calls the function with each key and value."
  @spec foreach((term, term -> term), map | list) :: :ok
  def foreach(fun, map) when is_function(fun, 2), do: each_pair(fun, pairs(map))
  def foreach(_, _), do: :erlang.error(:badarg)

  defp each_pair(fun, [{key, value} | rest]) do
    fun.(key, value)
    each_pair(fun, rest)
  end

  defp each_pair(_, []), do: :ok

  defp pairs(map) when is_map(map), do: :maps.to_list(map)
  defp pairs(iterator) when is_list(iterator), do: iterator
  defp pairs(other), do: :erlang.error({:badmap, other})

  @doc "Both maps in one; for keys of both the function decides."
  @spec merge_with((term, term, term -> term), map, map) :: map
  def merge_with(fun, left, right) when is_function(fun, 3) and is_map(left) and is_map(right),
    do: merge_pairs(fun, left, :maps.to_list(right))

  def merge_with(fun, left, right) when is_function(fun, 3), do: bad_map(left, right)
  def merge_with(_, _, _), do: :erlang.error(:badarg)

  defp merge_pairs(fun, map, [{key, value} | rest]) do
    case map do
      %{^key => old} -> merge_pairs(fun, :maps.put(key, fun.(key, old, value), map), rest)
      _ -> merge_pairs(fun, :maps.put(key, value, map), rest)
    end
  end

  defp merge_pairs(_, map, []), do: map

  @doc "The keys of both maps, with the values of the second."
  @spec intersect(map, map) :: map
  def intersect(left, right) when is_map(left) and is_map(right),
    do: :maps.from_list(for({key, _} = pair <- :maps.to_list(right), :maps.is_key(key, left), do: pair))

  def intersect(left, right), do: bad_map(left, right)

  @doc "The keys of both maps, with what the function makes of key and values."
  @spec intersect_with((term, term, term -> term), map, map) :: map
  def intersect_with(fun, left, right) when is_function(fun, 3) and is_map(left) and is_map(right) do
    :maps.from_list(for({key, value} <- :maps.to_list(left), :maps.is_key(key, right), do: {key, fun.(key, value, :maps.get(key, right))}))
  end

  def intersect_with(fun, left, right) when is_function(fun, 3), do: bad_map(left, right)
  def intersect_with(_, _, _), do: :erlang.error(:badarg)

  defp bad_map(left, right), do: :erlang.error({:badmap, if(is_map(left), do: right, else: left)})

  @doc "Only those keys."
  @spec with(list, map) :: map
  def unquote(:with)(keys, map) when is_list(keys) and is_map(map), do: :maps.from_list(with_keys(keys, map))
  def unquote(:with)(keys, map) when is_list(keys), do: :erlang.error({:badmap, map})
  def unquote(:with)(_, _), do: :erlang.error(:badarg)

  defp with_keys([key | rest], map) do
    case map do
      %{^key => value} -> [{key, value} | with_keys(rest, map)]
      _ -> with_keys(rest, map)
    end
  end

  defp with_keys([], _), do: []

  @doc "Without those keys."
  @spec without(list, map) :: map
  def without(keys, map) when is_list(keys) and is_map(map), do: remove_keys(keys, map)
  def without(keys, map) when is_list(keys), do: :erlang.error({:badmap, map})
  def without(_, _), do: :erlang.error(:badarg)

  defp remove_keys([key | rest], map), do: remove_keys(rest, :maps.remove(key, map))
  defp remove_keys([], map), do: map

  @doc "Updates the value of a key that must be there."
  @spec update_with(term, (term -> term), map) :: map
  def update_with(key, fun, map) when is_function(fun, 1) and is_map(map) do
    case map do
      %{^key => value} -> :maps.put(key, fun.(value), map)
      _ -> :erlang.error({:badkey, key})
    end
  end

  def update_with(_, fun, map) when is_function(fun, 1), do: :erlang.error({:badmap, map})
  def update_with(_, _, _), do: :erlang.error(:badarg)

  @doc "Updates the value of a key, or puts one."
  @spec update_with(term, (term -> term), term, map) :: map
  def update_with(key, fun, init, map) when is_function(fun, 1) and is_map(map) do
    case map do
      %{^key => value} -> :maps.put(key, fun.(value), map)
      _ -> :maps.put(key, init, map)
    end
  end

  def update_with(_, fun, _, map) when is_function(fun, 1), do: :erlang.error({:badmap, map})
  def update_with(_, _, _, _), do: :erlang.error(:badarg)

  @doc "Elements by what the function makes of them."
  @spec groups_from_list((term -> term), list) :: map
  def groups_from_list(fun, list) when is_function(fun, 1) and is_list(list), do: group(fun, nil, :lists.reverse(list), %{})
  def groups_from_list(_, _), do: :erlang.error(:badarg)

  @doc "Values by keys, both made by functions."
  @spec groups_from_list((term -> term), (term -> term), list) :: map
  def groups_from_list(fun, value, list) when is_function(fun, 1) and is_function(value, 1) and is_list(list),
    do: group(fun, value, :lists.reverse(list), %{})

  def groups_from_list(_, _, _), do: :erlang.error(:badarg)

  defp group(fun, value, [head | tail], acc) do
    key = fun.(head)
    item = if value == nil, do: head, else: value.(head)

    case acc do
      %{^key => items} -> group(fun, value, tail, :maps.put(key, [item | items], acc))
      _ -> group(fun, value, tail, :maps.put(key, [item], acc))
    end
  end

  defp group(_, _, [], acc), do: acc

  @doc "Something to go over the pairs with `next/1`."
  @spec iterator(map) :: list
  def iterator(map) when is_map(map), do: :maps.to_list(map)
  def iterator(other), do: :erlang.error({:badmap, other})

  @doc "Like `iterator/1`, with an order: `:undefined`, `:ordered`, `:reversed` or a function on keys."
  @spec iterator(map, atom | (term, term -> boolean)) :: list
  def iterator(map, :undefined), do: iterator(map)
  def iterator(map, :ordered), do: :lists.keysort(1, iterator(map))
  def iterator(map, :reversed), do: :lists.reverse(iterator(map, :ordered))
  def iterator(map, fun) when is_function(fun, 2), do: :lists.sort(fn {a, _}, {b, _} -> fun.(a, b) end, iterator(map))
  def iterator(_, _), do: :erlang.error(:badarg)

  @doc "The next pair of an iterator: `{key, value, iterator}` or `:none`."
  @spec next(list) :: {term, term, list} | :none
  def next([{key, value} | rest]), do: {key, value, rest}
  def next([]), do: :none
  def next(_), do: :erlang.error(:badarg)
end
