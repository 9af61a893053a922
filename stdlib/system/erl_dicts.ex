# SPDX-License-Identifier: Apache-2.0
#
# Three small containers: dictionaries and sets as ordered lists (equal by ==), and sets as maps (equal by ===). They are transparent: an orddict is a
# sorted list of pairs, an ordset a sorted list, a set a map whose values are [].

defmodule :orddict do
  @moduledoc """
  Dictionaries as ordered lists of pairs.

      iex> :orddict.store(:a, 1, :orddict.new())
      [a: 1]
  """

  @type orddict :: [{term, term}]

  @doc "An empty one."
  @spec new() :: orddict
  def new, do: []

  @doc "From a list of pairs, later ones win."
  @spec from_list([{term, term}]) :: orddict
  def from_list(pairs), do: :lists.foldl(fn {key, value}, dict -> store(key, value, dict) end, [], pairs)

  @doc "As a list of pairs."
  @spec to_list(orddict) :: [{term, term}]
  def to_list(dict), do: dict

  @doc "How many keys."
  @spec size(orddict) :: non_neg_integer
  def size(dict), do: length(dict)

  @doc "Whether there is no key."
  @spec is_empty(orddict) :: boolean
  def is_empty([]), do: true
  def is_empty([_ | _]), do: false

  @doc "Whether a key is there."
  @spec is_key(term, orddict) :: boolean
  def is_key(key, [{other, _} | _]) when key < other, do: false
  def is_key(key, [{other, _} | rest]) when key > other, do: is_key(key, rest)
  def is_key(_, [{_, _} | _]), do: true
  def is_key(_, []), do: false

  @doc "The value of a key: `{:ok, value}` or `:error`."
  @spec find(term, orddict) :: {:ok, term} | :error
  def find(key, [{other, _} | _]) when key < other, do: :error
  def find(key, [{other, _} | rest]) when key > other, do: find(key, rest)
  def find(_, [{_, value} | _]), do: {:ok, value}
  def find(_, []), do: :error

  @doc "The value of a key that must be there."
  @spec fetch(term, orddict) :: term
  def fetch(key, [{other, _} | rest]) when key > other, do: fetch(key, rest)
  def fetch(key, [{other, value} | _]) when key == other, do: value

  @doc "The keys."
  @spec fetch_keys(orddict) :: list
  def fetch_keys(dict), do: for({key, _} <- dict, do: key)

  @doc "Without a key."
  @spec erase(term, orddict) :: orddict
  def erase(key, [{other, _} | _] = dict) when key < other, do: dict
  def erase(key, [{other, _} = pair | rest]) when key > other, do: [pair | erase(key, rest)]
  def erase(_, [{_, _} | rest]), do: rest
  def erase(_, []), do: []

  @doc "Takes a key out: `{value, dict}` or `:error`."
  @spec take(term, orddict) :: {term, orddict} | :error
  def take(key, dict) do
    case find(key, dict) do
      {:ok, value} -> {value, erase(key, dict)}
      :error -> :error
    end
  end

  @doc "Puts a value."
  @spec store(term, term, orddict) :: orddict
  def store(key, value, [{other, _} | _] = dict) when key < other, do: [{key, value} | dict]
  def store(key, value, [{other, _} = pair | rest]) when key > other, do: [pair | store(key, value, rest)]
  def store(key, value, [{_, _} | rest]), do: [{key, value} | rest]
  def store(key, value, []), do: [{key, value}]

  @doc "Appends an element to the list of a key."
  @spec append(term, term, orddict) :: orddict
  def append(key, item, dict), do: update(key, &(&1 ++ [item]), [item], dict)

  @doc "Appends elements to the list of a key."
  @spec append_list(term, list, orddict) :: orddict
  def append_list(key, items, dict), do: update(key, &(&1 ++ items), items, dict)

  @doc "Updates the value of a key that must be there."
  @spec update(term, (term -> term), orddict) :: orddict
  def update(key, fun, [{other, _} = pair | rest]) when key > other, do: [pair | update(key, fun, rest)]
  def update(key, fun, [{other, value} | rest]) when key == other, do: [{key, fun.(value)} | rest]

  @doc "Updates the value of a key, or puts one."
  @spec update(term, (term -> term), term, orddict) :: orddict
  def update(key, _, init, [{other, _} | _] = dict) when key < other, do: [{key, init} | dict]
  def update(key, fun, init, [{other, _} = pair | rest]) when key > other, do: [pair | update(key, fun, init, rest)]
  def update(key, fun, _, [{_, value} | rest]), do: [{key, fun.(value)} | rest]
  def update(key, _, init, []), do: [{key, init}]

  @doc "Adds to the counter of a key."
  @spec update_counter(term, number, orddict) :: orddict
  def update_counter(key, increment, dict), do: update(key, &(&1 + increment), increment, dict)

  @doc "Folds; the function gets key, value and accumulator."
  @spec fold((term, term, acc -> acc), acc, orddict) :: acc when acc: term
  def fold(fun, acc, [{key, value} | rest]), do: fold(fun, fun.(key, value, acc), rest)
  def fold(fun, acc, []) when is_function(fun, 3), do: acc

  @doc "The same keys with what the function makes of key and value."
  @spec map((term, term -> term), orddict) :: orddict
  def map(fun, dict) when is_function(fun, 2), do: for({key, value} <- dict, do: {key, fun.(key, value)})

  @doc "Pairs for which the function is true."
  @spec filter((term, term -> boolean), orddict) :: orddict
  def filter(fun, dict) when is_function(fun, 2), do: for({key, value} <- dict, fun.(key, value), do: {key, value})

  @doc "Both in one; for keys of both the function decides."
  @spec merge((term, term, term -> term), orddict, orddict) :: orddict
  def merge(fun, [{a, _} = pair | left], [{b, _} | _] = right) when a < b, do: [pair | merge(fun, left, right)]
  def merge(fun, [{a, _} | _] = left, [{b, _} = pair | right]) when a > b, do: [pair | merge(fun, left, right)]
  def merge(fun, [{a, x} | left], [{_, y} | right]), do: [{a, fun.(a, x, y)} | merge(fun, left, right)]
  def merge(fun, [], right) when is_function(fun, 3), do: right
  def merge(fun, left, []) when is_function(fun, 3), do: left
end

defmodule :ordsets do
  @moduledoc """
  Sets as ordered lists.

      iex> :ordsets.from_list([3, 1, 3])
      [1, 3]
  """

  @type ordset :: list

  @doc "An empty one."
  @spec new() :: ordset
  def new, do: []

  @doc "Whether a term is an ordered set."
  @spec is_set(term) :: boolean
  def is_set([a | rest]), do: ordered?(rest, a)
  def is_set([]), do: true
  def is_set(_), do: false

  defp ordered?([b | rest], a) when a < b, do: ordered?(rest, b)
  defp ordered?([], _), do: true
  defp ordered?(_, _), do: false

  @doc "How many elements."
  @spec size(ordset) :: non_neg_integer
  def size(set), do: length(set)

  @doc "Whether there is no element."
  @spec is_empty(ordset) :: boolean
  def is_empty(set), do: set === []

  @doc "As a list."
  @spec to_list(ordset) :: list
  def to_list(set), do: set

  @doc "From a list."
  @spec from_list(list) :: ordset
  def from_list(list), do: :lists.usort(list)

  @doc "Whether an element is in a set."
  @spec is_element(term, ordset) :: boolean
  def is_element(item, [head | rest]) when item > head, do: is_element(item, rest)
  def is_element(item, [head | _]), do: item == head
  def is_element(_, []), do: false

  @doc "With an element."
  @spec add_element(term, ordset) :: ordset
  def add_element(item, [head | rest]) when item > head, do: [head | add_element(item, rest)]
  def add_element(item, [head | _] = set) when item < head, do: [item | set]
  def add_element(_, [_ | _] = set), do: set
  def add_element(item, []), do: [item]

  @doc "Without an element."
  @spec del_element(term, ordset) :: ordset
  def del_element(item, [head | rest]) when item > head, do: [head | del_element(item, rest)]
  def del_element(item, [head | _] = set) when item < head, do: set
  def del_element(_, [_ | rest]), do: rest
  def del_element(_, []), do: []

  @doc "Elements of either."
  @spec union(ordset, ordset) :: ordset
  def union([a | left], [b | _] = right) when a < b, do: [a | union(left, right)]
  def union([a | _] = left, [b | right]) when a > b, do: [b | union(left, right)]
  def union([a | left], [_ | right]), do: [a | union(left, right)]
  def union([], right), do: right
  def union(left, []), do: left

  @doc "Elements of any."
  @spec union([ordset]) :: ordset
  def union(sets), do: :lists.foldl(&union(&2, &1), [], sets)

  @doc "Elements of both."
  @spec intersection(ordset, ordset) :: ordset
  def intersection([a | left], [b | _] = right) when a < b, do: intersection(left, right)
  def intersection([a | _] = left, [b | right]) when a > b, do: intersection(left, right)
  def intersection([a | left], [_ | right]), do: [a | intersection(left, right)]
  def intersection(_, _), do: []

  @doc "Elements of all."
  @spec intersection([ordset, ...]) :: ordset
  def intersection([set | sets]), do: :lists.foldl(&intersection(&2, &1), set, sets)

  @doc "Whether two sets have nothing in common."
  @spec is_disjoint(ordset, ordset) :: boolean
  def is_disjoint(left, right), do: intersection(left, right) === []

  @doc "Elements of the first that are not in the second."
  @spec subtract(ordset, ordset) :: ordset
  def subtract([a | left], [b | _] = right) when a < b, do: [a | subtract(left, right)]
  def subtract([a | _] = left, [b | right]) when a > b, do: subtract(left, right)
  def subtract([_ | left], [_ | right]), do: subtract(left, right)
  def subtract([], _), do: []
  def subtract(left, []), do: left

  @doc "Whether all elements of the first are in the second."
  @spec is_subset(ordset, ordset) :: boolean
  def is_subset(left, right), do: subtract(left, right) === []

  @doc "Folds."
  @spec fold((term, acc -> acc), acc, ordset) :: acc when acc: term
  def fold(fun, acc, set), do: :lists.foldl(fun, acc, set)

  @doc "Elements for which the function is true."
  @spec filter((term -> boolean), ordset) :: ordset
  def filter(fun, set), do: :lists.filter(fun, set)
end

defmodule :sets do
  @moduledoc """
  Sets as maps.

      iex> :sets.from_list([1, 2]) |> :sets.size()
      2
  """

  @type set :: %{optional(term) => []}

  @doc "An empty one."
  @spec new(list) :: set
  def new(options \\ []) when is_list(options), do: %{}

  @doc "From a list."
  @spec from_list(list, list) :: set
  def from_list(list, options \\ []) when is_list(options), do: :maps.from_keys(list, [])

  @doc "As a list."
  @spec to_list(set) :: list
  def to_list(set), do: :maps.keys(set)

  @doc "Whether a term is a set."
  @spec is_set(term) :: boolean
  def is_set(term), do: is_map(term)

  @doc "How many elements."
  @spec size(set) :: non_neg_integer
  def size(set), do: map_size(set)

  @doc "Whether there is no element."
  @spec is_empty(set) :: boolean
  def is_empty(set), do: map_size(set) == 0

  @doc "Whether two sets have the same elements."
  @spec is_equal(set, set) :: boolean
  def is_equal(left, right), do: left === right

  @doc "Whether an element is in a set."
  @spec is_element(term, set) :: boolean
  def is_element(item, set), do: :maps.is_key(item, set)

  @doc "With an element."
  @spec add_element(term, set) :: set
  def add_element(item, set), do: :maps.put(item, [], set)

  @doc "Without an element."
  @spec del_element(term, set) :: set
  def del_element(item, set), do: :maps.remove(item, set)

  @doc "Elements of either."
  @spec union(set, set) :: set
  def union(left, right), do: :maps.merge(left, right)

  @doc "Elements of any."
  @spec union([set]) :: set
  def union(sets), do: :lists.foldl(&:maps.merge(&2, &1), %{}, sets)

  @doc "Elements of both."
  @spec intersection(set, set) :: set
  def intersection(left, right) when map_size(left) > map_size(right), do: intersection(right, left)
  def intersection(left, right), do: :maps.from_keys(for(item <- :maps.keys(left), :maps.is_key(item, right), do: item), [])

  @doc "Elements of all."
  @spec intersection([set, ...]) :: set
  def intersection([set | sets]), do: :lists.foldl(&intersection(&2, &1), set, sets)

  @doc "Whether two sets have nothing in common."
  @spec is_disjoint(set, set) :: boolean
  def is_disjoint(left, right), do: map_size(intersection(left, right)) == 0

  @doc "Elements of the first that are not in the second."
  @spec subtract(set, set) :: set
  def subtract(left, right), do: :maps.without(:maps.keys(right), left)

  @doc "Whether all elements of the first are in the second."
  @spec is_subset(set, set) :: boolean
  def is_subset(left, right), do: map_size(left) <= map_size(right) and :lists.all(&:maps.is_key(&1, right), :maps.keys(left))

  @doc "Folds."
  @spec fold((term, acc -> acc), acc, set) :: acc when acc: term
  def fold(fun, acc, set), do: :lists.foldl(fun, acc, :maps.keys(set))

  @doc "Elements for which the function is true."
  @spec filter((term -> boolean), set) :: set
  def filter(fun, set), do: :maps.from_keys(:lists.filter(fun, :maps.keys(set)), [])

  @doc "What the function makes of the elements."
  @spec map((term -> term), set) :: set
  def map(fun, set), do: :maps.from_keys(:lists.map(fun, :maps.keys(set)), [])
end
