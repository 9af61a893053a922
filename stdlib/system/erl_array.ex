# SPDX-License-Identifier: Apache-2.0
#
# Arrays of a size, fixed or growing, with a default for entries never set. Held as {:array, size, fixed, default, entries}: entries is a map from
# index to value, so that an array of any size costs what was set in it.

defmodule :array do
  @moduledoc """
  Functional arrays with indexes from 0.

      iex> a = :array.set(2, :x, :array.new())
      iex> :array.to_list(a)
      [:undefined, :undefined, :x]
  """

  @type array :: {:array, non_neg_integer, boolean, term, map}

  @doc "An empty, growing array."
  @spec new() :: array
  def new, do: {:array, 0, false, :undefined, %{}}

  @doc "An array with a size (then fixed) or with options `:fixed`, `{:size, n}`, `{:default, d}`, `{:fixed, b}`."
  @spec new(non_neg_integer | list | tuple | atom) :: array
  def new(options), do: new_array(listed(options), 0, false, :undefined)

  @doc "Like `new/1`, with a size."
  @spec new(non_neg_integer, list | tuple | atom) :: array
  def new(size, options) when is_integer(size) and size >= 0, do: new_array(listed(options), size, true, :undefined)
  def new(_, _), do: :erlang.error(:badarg)

  defp listed(options) when is_list(options), do: options
  defp listed(option), do: [option]

  defp new_array([], size, fixed, default), do: {:array, size, fixed, default, %{}}
  defp new_array([size | rest], _, _, default) when is_integer(size) and size >= 0, do: new_array(rest, size, true, default)
  defp new_array([{:size, size} | rest], _, _, default) when is_integer(size) and size >= 0, do: new_array(rest, size, true, default)
  defp new_array([:fixed | rest], size, _, default), do: new_array(rest, size, true, default)
  defp new_array([{:fixed, fixed} | rest], size, _, default) when is_boolean(fixed), do: new_array(rest, size, fixed, default)
  defp new_array([{:default, default} | rest], size, fixed, _), do: new_array(rest, size, fixed, default)
  defp new_array(_, _, _, _), do: :erlang.error(:badarg)

  @doc "Whether a term is an array."
  @spec is_array(term) :: boolean
  def is_array({:array, size, _, _, entries}) when is_integer(size) and is_map(entries), do: true
  def is_array(_), do: false

  @doc "The size."
  @spec size(array) :: non_neg_integer
  def size({:array, size, _, _, _}), do: size
  def size(_), do: :erlang.error(:badarg)

  @doc "The value of entries never set."
  @spec default(array) :: term
  def default({:array, _, _, default, _}), do: default
  def default(_), do: :erlang.error(:badarg)

  @doc "Fixes the size."
  @spec fix(array) :: array
  def fix({:array, size, _, default, entries}), do: {:array, size, true, default, entries}

  @doc "Whether the size is fixed."
  @spec is_fix(array) :: boolean
  def is_fix({:array, _, fixed, _, _}), do: fixed

  @doc "Lets it grow."
  @spec relax(array) :: array
  def relax({:array, size, _, default, entries}), do: {:array, size, false, default, entries}

  @doc "With another size."
  @spec resize(non_neg_integer, array) :: array
  def resize(size, {:array, old, fixed, default, entries}) when is_integer(size) and size >= 0 do
    entries = if size < old, do: :maps.filter(fn index, _ -> index < size end, entries), else: entries
    {:array, size, fixed, default, entries}
  end

  def resize(_, _), do: :erlang.error(:badarg)

  @doc "With the size that ends after the last entry that is not the default."
  @spec resize(array) :: array
  def resize(array), do: resize(sparse_size(array), array)

  @doc "The value at an index."
  @spec get(non_neg_integer, array) :: term
  def get(index, {:array, size, fixed, default, entries}) when is_integer(index) and index >= 0 do
    case entries do
      %{^index => value} -> value
      _ when index < size or not fixed -> default
      _ -> :erlang.error(:badarg)
    end
  end

  def get(_, _), do: :erlang.error(:badarg)

  @doc "With a value at an index."
  @spec set(non_neg_integer, term, array) :: array
  def set(index, value, {:array, size, fixed, default, entries}) when is_integer(index) and index >= 0 do
    cond do
      index < size -> {:array, size, fixed, default, :maps.put(index, value, entries)}
      fixed -> :erlang.error(:badarg)
      true -> {:array, index + 1, fixed, default, :maps.put(index, value, entries)}
    end
  end

  def set(_, _, _), do: :erlang.error(:badarg)

  @doc "With the default at an index."
  @spec reset(non_neg_integer, array) :: array
  def reset(index, {:array, size, fixed, default, entries}) when is_integer(index) and index >= 0 do
    if index >= size and fixed, do: :erlang.error(:badarg), else: {:array, size, fixed, default, :maps.remove(index, entries)}
  end

  def reset(_, _), do: :erlang.error(:badarg)

  @doc "The values as a list."
  @spec to_list(array) :: list
  def to_list(array), do: foldr(fn _, value, acc -> [value | acc] end, [], array)

  @doc "The values that are not the default, as a list."
  @spec sparse_to_list(array) :: list
  def sparse_to_list(array), do: sparse_foldr(fn _, value, acc -> [value | acc] end, [], array)

  @doc "From a list."
  @spec from_list(list, term) :: array
  def from_list(list, default \\ :undefined)
  def from_list(list, default) when is_list(list), do: filled(list, 0, %{}, default)
  def from_list(_, _), do: :erlang.error(:badarg)

  defp filled([value | rest], index, entries, default), do: filled(rest, index + 1, :maps.put(index, value, entries), default)
  defp filled([], size, entries, default), do: {:array, size, false, default, entries}

  @doc "Pairs of index and value."
  @spec to_orddict(array) :: [{non_neg_integer, term}]
  def to_orddict(array), do: foldr(fn index, value, acc -> [{index, value} | acc] end, [], array)

  @doc "Pairs of index and value, without the defaults."
  @spec sparse_to_orddict(array) :: [{non_neg_integer, term}]
  def sparse_to_orddict(array), do: sparse_foldr(fn index, value, acc -> [{index, value} | acc] end, [], array)

  @doc "From ordered pairs of index and value."
  @spec from_orddict([{non_neg_integer, term}], term) :: array
  def from_orddict(pairs, default \\ :undefined)
  def from_orddict(pairs, default) when is_list(pairs), do: from_pairs(pairs, 0, %{}, default)
  def from_orddict(_, _), do: :erlang.error(:badarg)

  defp from_pairs([{index, value} | rest], size, entries, default) when is_integer(index) and index >= size,
    do: from_pairs(rest, index + 1, :maps.put(index, value, entries), default)

  defp from_pairs([], size, entries, default), do: {:array, size, false, default, entries}
  defp from_pairs(_, _, _, _), do: :erlang.error(:badarg)

  @doc "What the function makes of index and value."
  @spec map((non_neg_integer, term -> term), array) :: array
  def map(fun, {:array, size, fixed, default, _} = array) when is_function(fun, 2) do
    entries = foldl(fn index, value, acc -> :maps.put(index, fun.(index, value), acc) end, %{}, array)
    {:array, size, fixed, default, entries}
  end

  def map(_, _), do: :erlang.error(:badarg)

  @doc "What the function makes of index and value, defaults left as they are."
  @spec sparse_map((non_neg_integer, term -> term), array) :: array
  def sparse_map(fun, {:array, size, fixed, default, _} = array) when is_function(fun, 2) do
    entries = sparse_foldl(fn index, value, acc -> :maps.put(index, fun.(index, value), acc) end, %{}, array)
    {:array, size, fixed, default, entries}
  end

  def sparse_map(_, _), do: :erlang.error(:badarg)

  @doc "Folds from the left; the function gets index, value and accumulator."
  @spec foldl((non_neg_integer, term, acc -> acc), acc, array) :: acc when acc: term
  def foldl(fun, acc, {:array, size, _, default, entries}) when is_function(fun, 3), do: fold_up(fun, acc, 0, size, default, entries)
  def foldl(_, _, _), do: :erlang.error(:badarg)

  defp fold_up(_, acc, size, size, _, _), do: acc

  defp fold_up(fun, acc, index, size, default, entries),
    do: fold_up(fun, fun.(index, :maps.get(index, entries, default), acc), index + 1, size, default, entries)

  @doc "Folds from the right."
  @spec foldr((non_neg_integer, term, acc -> acc), acc, array) :: acc when acc: term
  def foldr(fun, acc, {:array, size, _, default, entries}) when is_function(fun, 3), do: fold_down(fun, acc, size - 1, default, entries)
  def foldr(_, _, _), do: :erlang.error(:badarg)

  defp fold_down(_, acc, -1, _, _), do: acc
  defp fold_down(fun, acc, index, default, entries), do: fold_down(fun, fun.(index, :maps.get(index, entries, default), acc), index - 1, default, entries)

  @doc "Folds from the left, without the defaults."
  @spec sparse_foldl((non_neg_integer, term, acc -> acc), acc, array) :: acc when acc: term
  def sparse_foldl(fun, acc, array) when is_function(fun, 3), do: fold_pairs(fun, acc, sparse_pairs(array))
  def sparse_foldl(_, _, _), do: :erlang.error(:badarg)

  @doc "Folds from the right, without the defaults."
  @spec sparse_foldr((non_neg_integer, term, acc -> acc), acc, array) :: acc when acc: term
  def sparse_foldr(fun, acc, array) when is_function(fun, 3), do: fold_pairs(fun, acc, :lists.reverse(sparse_pairs(array)))
  def sparse_foldr(_, _, _), do: :erlang.error(:badarg)

  defp fold_pairs(fun, acc, [{index, value} | rest]), do: fold_pairs(fun, fun.(index, value, acc), rest)
  defp fold_pairs(_, acc, []), do: acc

  defp sparse_pairs({:array, _, _, default, entries}),
    do: :lists.keysort(1, for({_, value} = pair <- :maps.to_list(entries), value !== default, do: pair))

  defp sparse_pairs(_), do: :erlang.error(:badarg)

  @doc "The size that ends after the last entry that is not the default."
  @spec sparse_size(array) :: non_neg_integer
  def sparse_size(array), do: sparse_foldl(fn index, _, _ -> index + 1 end, 0, array)
end
