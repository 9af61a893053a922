# SPDX-License-Identifier: Apache-2.0
#
# General balanced trees. A node is {key, value, smaller, bigger} (in sets {key, smaller, bigger}), an empty tree nil, the whole {size, tree}. Nothing
# about balance is stored: an insertion that ends deeper than twice the logarithm of the size notices that on the way down, and on the way back the
# lowest subtree that is too high for its size is rebuilt. Deleting never rebalances.

defmodule :gb_trees do
  @moduledoc """
  Ordered trees from keys to values.

      iex> :gb_trees.insert(:a, 1, :gb_trees.empty()) |> :gb_trees.to_list()
      [a: 1]
  """

  @type tree :: {non_neg_integer, tuple | nil}

  @doc "An empty tree."
  @spec empty() :: tree
  def empty, do: {0, nil}

  @doc "Whether a tree is empty."
  @spec is_empty(tree) :: boolean
  def is_empty({0, nil}), do: true
  def is_empty(_), do: false

  @doc "How many keys."
  @spec size(tree) :: non_neg_integer
  def size({size, _}) when is_integer(size) and size >= 0, do: size

  @doc "The value of a key: `{:value, value}` or `:none`."
  @spec lookup(term, tree) :: {:value, term} | :none
  def lookup(key, {_, tree}), do: find(key, tree)

  defp find(key, {other, _, smaller, _}) when key < other, do: find(key, smaller)
  defp find(key, {other, _, _, bigger}) when key > other, do: find(key, bigger)
  defp find(_, {_, value, _, _}), do: {:value, value}
  defp find(_, nil), do: :none

  @doc "Whether a key is there."
  @spec is_defined(term, tree) :: boolean
  def is_defined(key, {_, tree}), do: find(key, tree) != :none

  @doc "The value of a key that must be there."
  @spec get(term, tree) :: term
  def get(key, {_, tree}), do: get_in_tree(key, tree)

  defp get_in_tree(key, {other, _, smaller, _}) when key < other, do: get_in_tree(key, smaller)
  defp get_in_tree(key, {other, _, _, bigger}) when key > other, do: get_in_tree(key, bigger)
  defp get_in_tree(_, {_, value, _, _}), do: value

  @doc "Replaces the value of a key that must be there."
  @spec update(term, term, tree) :: tree
  def update(key, value, {size, tree}), do: {size, update_in_tree(key, value, tree)}

  defp update_in_tree(key, value, {other, old, smaller, bigger}) when key < other, do: {other, old, update_in_tree(key, value, smaller), bigger}
  defp update_in_tree(key, value, {other, old, smaller, bigger}) when key > other, do: {other, old, smaller, update_in_tree(key, value, bigger)}
  defp update_in_tree(key, value, {_, _, smaller, bigger}), do: {key, value, smaller, bigger}

  @doc "Adds a key that must not be there."
  @spec insert(term, term, tree) :: tree
  def insert(key, value, {size, tree}) when is_integer(size) do
    size = size + 1

    case add(key, value, tree, size * size) do
      {tree, _, _} -> {size, tree}
      tree -> {size, tree}
    end
  end

  # `room` halves at each level: at 0 the place is too deep, and {tree, height, size} is answered until a subtree is found that was worth rebuilding.
  defp add(key, value, {other, old, smaller, bigger}, room) when key < other do
    case add(key, value, smaller, div(room, 2)) do
      {smaller, height, size} -> check({other, old, smaller, bigger}, height, size, bigger)
      smaller -> {other, old, smaller, bigger}
    end
  end

  defp add(key, value, {other, old, smaller, bigger}, room) when key > other do
    case add(key, value, bigger, div(room, 2)) do
      {bigger, height, size} -> check({other, old, smaller, bigger}, height, size, smaller)
      bigger -> {other, old, smaller, bigger}
    end
  end

  defp add(key, value, nil, 0), do: {{key, value, nil, nil}, 1, 1}
  defp add(key, value, nil, _), do: {key, value, nil, nil}
  defp add(key, _, _, _), do: :erlang.error({:key_exists, key})

  defp check(tree, height, size, other_side) do
    {other_height, other_size} = count(other_side)
    height = 2 * max(height, other_height)
    size = size + other_size + 1
    if height > size * size, do: rebuild(tree, size), else: {tree, height, size}
  end

  # Heights are counted as powers of two.
  defp count({_, _, nil, nil}), do: {1, 1}

  defp count({_, _, smaller, bigger}) do
    {height1, size1} = count(smaller)
    {height2, size2} = count(bigger)
    {2 * max(height1, height2), size1 + size2 + 1}
  end

  defp count(nil), do: {1, 0}

  defp rebuild(tree, size), do: build(pairs(tree, []), size)

  defp build(pairs, size) do
    {tree, []} = build_part(pairs, size)
    tree
  end

  defp build_part(pairs, size) when size > 1 do
    left = div(size - 1, 2)
    right = size - 1 - left
    {smaller, [{key, value} | pairs]} = build_part(pairs, right)
    {bigger, pairs} = build_part(pairs, left)
    {{key, value, smaller, bigger}, pairs}
  end

  defp build_part([{key, value} | pairs], 1), do: {{key, value, nil, nil}, pairs}
  defp build_part(pairs, 0), do: {nil, pairs}

  @doc "Adds a key or replaces its value."
  @spec enter(term, term, tree) :: tree
  def enter(key, value, tree), do: if(is_defined(key, tree), do: update(key, value, tree), else: insert(key, value, tree))

  @doc "The same tree, rebuilt."
  @spec balance(tree) :: tree
  def balance({size, tree}), do: {size, rebuild(tree, size)}

  @doc "From a list of pairs ordered by key."
  @spec from_orddict([{term, term}]) :: tree
  def from_orddict(pairs) do
    size = length(pairs)
    {size, build(pairs, size)}
  end

  @doc "Without a key, if it is there."
  @spec delete_any(term, tree) :: tree
  def delete_any(key, tree), do: if(is_defined(key, tree), do: delete(key, tree), else: tree)

  @doc "Without a key that must be there."
  @spec delete(term, tree) :: tree
  def delete(key, {size, tree}) when is_integer(size) and size >= 0, do: {size - 1, remove(key, tree)}

  defp remove(key, {other, value, smaller, bigger}) when key < other, do: {other, value, remove(key, smaller), bigger}
  defp remove(key, {other, value, smaller, bigger}) when key > other, do: {other, value, smaller, remove(key, bigger)}
  defp remove(_, {_, _, smaller, bigger}), do: glue(smaller, bigger)

  defp glue(smaller, nil), do: smaller
  defp glue(nil, bigger), do: bigger

  defp glue(smaller, bigger) do
    {key, value, bigger} = least(bigger)
    {key, value, smaller, bigger}
  end

  defp least({key, value, nil, bigger}), do: {key, value, bigger}

  defp least({key, value, smaller, bigger}) do
    {first, first_value, smaller} = least(smaller)
    {first, first_value, {key, value, smaller, bigger}}
  end

  @doc "Takes a key out, if it is there: `{value, tree}` or `:error`."
  @spec take_any(term, tree) :: {term, tree} | :error
  def take_any(key, tree), do: if(is_defined(key, tree), do: take(key, tree), else: :error)

  @doc "Takes a key out that must be there."
  @spec take(term, tree) :: {term, tree}
  def take(key, tree), do: {get(key, tree), delete(key, tree)}

  @doc "Takes the smallest key out: `{key, value, tree}`."
  @spec take_smallest(tree) :: {term, term, tree}
  def take_smallest({size, tree}) when is_integer(size) and size >= 0 do
    {key, value, tree} = least(tree)
    {key, value, {size - 1, tree}}
  end

  @doc "The smallest key with its value."
  @spec smallest(tree) :: {term, term}
  def smallest({_, tree}), do: leftmost(tree)

  defp leftmost({key, value, nil, _}), do: {key, value}
  defp leftmost({_, _, smaller, _}), do: leftmost(smaller)

  @doc "Takes the largest key out: `{key, value, tree}`."
  @spec take_largest(tree) :: {term, term, tree}
  def take_largest({size, tree}) when is_integer(size) and size >= 0 do
    {key, value, tree} = greatest(tree)
    {key, value, {size - 1, tree}}
  end

  defp greatest({key, value, smaller, nil}), do: {key, value, smaller}

  defp greatest({key, value, smaller, bigger}) do
    {last, last_value, bigger} = greatest(bigger)
    {last, last_value, {key, value, smaller, bigger}}
  end

  @doc "The largest key with its value."
  @spec largest(tree) :: {term, term}
  def largest({_, tree}), do: rightmost(tree)

  defp rightmost({key, value, _, nil}), do: {key, value}
  defp rightmost({_, _, _, bigger}), do: rightmost(bigger)

  @doc "The pairs in order."
  @spec to_list(tree) :: [{term, term}]
  def to_list({_, tree}), do: pairs(tree, [])

  defp pairs({key, value, smaller, bigger}, acc), do: pairs(smaller, [{key, value} | pairs(bigger, acc)])
  defp pairs(nil, acc), do: acc

  @doc "The keys in order."
  @spec keys(tree) :: list
  def keys(tree), do: for({key, _} <- to_list(tree), do: key)

  @doc "The values in order of their keys."
  @spec values(tree) :: list
  def values(tree), do: for({_, value} <- to_list(tree), do: value)

  @doc "Something to go over the pairs with `next/1`."
  @spec iterator(tree) :: list
  def iterator({_, tree}), do: leftward(tree, [])

  defp leftward({_, _, smaller, _} = tree, acc), do: leftward(smaller, [tree | acc])
  defp leftward(nil, acc), do: acc

  @doc "Like `iterator/1`, from a key on."
  @spec iterator_from(term, tree) :: list
  def iterator_from(start, {_, tree}), do: from(start, tree, [])

  defp from(start, {key, _, _, bigger}, acc) when key < start, do: from(start, bigger, acc)
  defp from(start, {key, _, smaller, _} = tree, acc) when start < key, do: from(start, smaller, [tree | acc])
  defp from(_, {_, _, _, _} = tree, acc), do: [tree | acc]
  defp from(_, nil, acc), do: acc

  @doc "The next pair: `{key, value, iterator}` or `:none`."
  @spec next(list) :: {term, term, list} | :none
  def next([{key, value, _, bigger} | rest]), do: {key, value, leftward(bigger, rest)}
  def next([]), do: :none

  @doc "The same keys with what the function makes of key and value."
  @spec map((term, term -> term), tree) :: tree
  def map(fun, {size, tree}) when is_function(fun, 2), do: {size, map_tree(fun, tree)}

  defp map_tree(fun, {key, value, smaller, bigger}), do: {key, fun.(key, value), map_tree(fun, smaller), map_tree(fun, bigger)}
  defp map_tree(_, nil), do: nil
end

defmodule :gb_sets do
  @moduledoc """
  Ordered sets as balanced trees.

      iex> :gb_sets.from_list([2, 1, 2]) |> :gb_sets.to_list()
      [1, 2]
  """

  @type set :: {non_neg_integer, tuple | nil}

  @doc "An empty set."
  @spec empty() :: set
  def empty, do: {0, nil}

  @doc "An empty set."
  @spec new() :: set
  def new, do: {0, nil}

  @doc "Whether a set is empty."
  @spec is_empty(set) :: boolean
  def is_empty({0, nil}), do: true
  def is_empty(_), do: false

  @doc "How many elements."
  @spec size(set) :: non_neg_integer
  def size({size, _}), do: size

  @doc "Whether a term is such a set."
  @spec is_set(term) :: boolean
  def is_set({0, nil}), do: true
  def is_set({size, {_, _, _}}) when is_integer(size) and size >= 0, do: true
  def is_set(_), do: false

  @doc "A set of one element."
  @spec singleton(term) :: set
  def singleton(item), do: {1, {item, nil, nil}}

  @doc "Whether an element is in a set."
  @spec is_member(term, set) :: boolean
  def is_member(item, {_, tree}), do: member?(item, tree)

  @doc "Whether an element is in a set."
  @spec is_element(term, set) :: boolean
  def is_element(item, {_, tree}), do: member?(item, tree)

  defp member?(item, {other, smaller, _}) when item < other, do: member?(item, smaller)
  defp member?(item, {other, _, bigger}) when item > other, do: member?(item, bigger)
  defp member?(_, {_, _, _}), do: true
  defp member?(_, nil), do: false

  @doc "Adds an element that must not be there."
  @spec insert(term, set) :: set
  def insert(item, {size, tree}) do
    size = size + 1

    case put(item, tree, size * size) do
      {{_, _, _} = tree, _, _} when is_tuple(tree) -> {size, tree}
      {:rebuilt, tree} -> {size, tree}
    end
  end

  # Answers {tree, height, size} while a subtree worth rebuilding is sought, {:rebuilt, tree} when all is well.
  defp put(item, {other, smaller, bigger}, room) when item < other do
    case put(item, smaller, div(room, 2)) do
      {:rebuilt, smaller} -> {:rebuilt, {other, smaller, bigger}}
      {smaller, height, size} -> check({other, smaller, bigger}, height, size, bigger)
    end
  end

  defp put(item, {other, smaller, bigger}, room) when item > other do
    case put(item, bigger, div(room, 2)) do
      {:rebuilt, bigger} -> {:rebuilt, {other, smaller, bigger}}
      {bigger, height, size} -> check({other, smaller, bigger}, height, size, smaller)
    end
  end

  defp put(item, nil, 0), do: {{item, nil, nil}, 1, 1}
  defp put(item, nil, _), do: {:rebuilt, {item, nil, nil}}
  defp put(item, _, _), do: :erlang.error({:key_exists, item})

  defp check(tree, height, size, other_side) do
    {other_height, other_size} = count(other_side)
    height = 2 * max(height, other_height)
    size = size + other_size + 1
    if height > size * size, do: {:rebuilt, build(items(tree, []), size)}, else: {tree, height, size}
  end

  defp count({_, nil, nil}), do: {1, 1}

  defp count({_, smaller, bigger}) do
    {height1, size1} = count(smaller)
    {height2, size2} = count(bigger)
    {2 * max(height1, height2), size1 + size2 + 1}
  end

  defp count(nil), do: {1, 0}

  defp build(items, size) do
    {tree, []} = build_part(items, size)
    tree
  end

  defp build_part(items, size) when size > 1 do
    left = div(size - 1, 2)
    right = size - 1 - left
    {smaller, [item | items]} = build_part(items, right)
    {bigger, items} = build_part(items, left)
    {{item, smaller, bigger}, items}
  end

  defp build_part([item | items], 1), do: {{item, nil, nil}, items}
  defp build_part(items, 0), do: {nil, items}

  @doc "Adds an element."
  @spec add(term, set) :: set
  def add(item, set), do: if(is_member(item, set), do: set, else: insert(item, set))

  @doc "Adds an element."
  @spec add_element(term, set) :: set
  def add_element(item, set), do: add(item, set)

  @doc "The same set, rebuilt."
  @spec balance(set) :: set
  def balance({size, tree}), do: {size, build(items(tree, []), size)}

  @doc "From an ordered list without duplicates."
  @spec from_ordset(list) :: set
  def from_ordset(items) do
    size = length(items)
    {size, build(items, size)}
  end

  @doc "From a list."
  @spec from_list(list) :: set
  def from_list(list), do: from_ordset(:lists.usort(list))

  @doc "The elements in order."
  @spec to_list(set) :: list
  def to_list({_, tree}), do: items(tree, [])

  defp items({item, smaller, bigger}, acc), do: items(smaller, [item | items(bigger, acc)])
  defp items(nil, acc), do: acc

  @doc "Without an element, if it is there."
  @spec delete_any(term, set) :: set
  def delete_any(item, set), do: if(is_member(item, set), do: delete(item, set), else: set)

  @doc "Without an element, if it is there."
  @spec del_element(term, set) :: set
  def del_element(item, set), do: delete_any(item, set)

  @doc "Without an element that must be there."
  @spec delete(term, set) :: set
  def delete(item, {size, tree}), do: {size - 1, remove(item, tree)}

  defp remove(item, {other, smaller, bigger}) when item < other, do: {other, remove(item, smaller), bigger}
  defp remove(item, {other, smaller, bigger}) when item > other, do: {other, smaller, remove(item, bigger)}
  defp remove(_, {_, smaller, bigger}), do: glue(smaller, bigger)

  defp glue(smaller, nil), do: smaller
  defp glue(nil, bigger), do: bigger

  defp glue(smaller, bigger) do
    {item, bigger} = least(bigger)
    {item, smaller, bigger}
  end

  defp least({item, nil, bigger}), do: {item, bigger}

  defp least({item, smaller, bigger}) do
    {first, smaller} = least(smaller)
    {first, {item, smaller, bigger}}
  end

  @doc "Takes the smallest element out: `{item, set}`."
  @spec take_smallest(set) :: {term, set}
  def take_smallest({size, tree}) do
    {item, tree} = least(tree)
    {item, {size - 1, tree}}
  end

  @doc "The smallest element."
  @spec smallest(set) :: term
  def smallest({_, tree}), do: leftmost(tree)

  defp leftmost({item, nil, _}), do: item
  defp leftmost({_, smaller, _}), do: leftmost(smaller)

  @doc "Takes the largest element out: `{item, set}`."
  @spec take_largest(set) :: {term, set}
  def take_largest({size, tree}) do
    {item, tree} = greatest(tree)
    {item, {size - 1, tree}}
  end

  defp greatest({item, smaller, nil}), do: {item, smaller}

  defp greatest({item, smaller, bigger}) do
    {last, bigger} = greatest(bigger)
    {last, {item, smaller, bigger}}
  end

  @doc "The largest element."
  @spec largest(set) :: term
  def largest({_, tree}), do: rightmost(tree)

  defp rightmost({item, _, nil}), do: item
  defp rightmost({_, _, bigger}), do: rightmost(bigger)

  @doc "Something to go over the elements with `next/1`."
  @spec iterator(set) :: list
  def iterator({_, tree}), do: leftward(tree, [])

  defp leftward({_, smaller, _} = tree, acc), do: leftward(smaller, [tree | acc])
  defp leftward(nil, acc), do: acc

  @doc "Like `iterator/1`, from an element on."
  @spec iterator_from(term, set) :: list
  def iterator_from(start, {_, tree}), do: from(start, tree, [])

  defp from(start, {item, _, bigger}, acc) when item < start, do: from(start, bigger, acc)
  defp from(start, {item, smaller, _} = tree, acc) when start < item, do: from(start, smaller, [tree | acc])
  defp from(_, {_, _, _} = tree, acc), do: [tree | acc]
  defp from(_, nil, acc), do: acc

  @doc "The next element: `{item, iterator}` or `:none`."
  @spec next(list) :: {term, list} | :none
  def next([{item, _, bigger} | rest]), do: {item, leftward(bigger, rest)}
  def next([]), do: :none

  @doc "Elements of either."
  @spec union(set, set) :: set
  def union(left, right), do: from_ordset(:ordsets.union(to_list(left), to_list(right)))

  @doc "Elements of any."
  @spec union([set]) :: set
  def union(sets), do: :lists.foldl(&union(&2, &1), empty(), sets)

  @doc "Elements of both."
  @spec intersection(set, set) :: set
  def intersection(left, right), do: from_ordset(:ordsets.intersection(to_list(left), to_list(right)))

  @doc "Elements of all."
  @spec intersection([set, ...]) :: set
  def intersection([set | sets]), do: :lists.foldl(&intersection(&2, &1), set, sets)

  @doc "Whether two sets have nothing in common."
  @spec is_disjoint(set, set) :: boolean
  def is_disjoint(left, right), do: is_empty(intersection(left, right))

  @doc "Elements of the first that are not in the second."
  @spec difference(set, set) :: set
  def difference(left, right), do: from_ordset(:ordsets.subtract(to_list(left), to_list(right)))

  @doc "Elements of the first that are not in the second."
  @spec subtract(set, set) :: set
  def subtract(left, right), do: difference(left, right)

  @doc "Whether all elements of the first are in the second."
  @spec is_subset(set, set) :: boolean
  def is_subset(left, right), do: :ordsets.is_subset(to_list(left), to_list(right))

  @doc "Folds, in order."
  @spec fold((term, acc -> acc), acc, set) :: acc when acc: term
  def fold(fun, acc, set), do: :lists.foldl(fun, acc, to_list(set))

  @doc "Elements for which the function is true."
  @spec filter((term -> boolean), set) :: set
  def filter(fun, set), do: from_ordset(:lists.filter(fun, to_list(set)))
end
