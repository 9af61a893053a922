# SPDX-License-Identifier: Apache-2.0
#
# Eager operations over anything that implements Enumerable: names, docs, and the quick ways through lists.
#
# Model: nearly every function has the same three ways in, in this order.
#   1. A list: direct recursion in a private `*_list` function, no closure but the caller's.
#   2. A range (only where it is hot): an integer loop in a `*_range` function.
#   3. Everything else: Enum.Walk, which makes lists of plain maps and sets and reduces what remains.
# Functions that call nothing of the caller's while walking just start with `to_list/1`.
# What takes more than a loop stands by theme in modules of its own, called from here alone: Enum.Slicer, Random,
# Groups, Extremes, Zipper, Collector, Sorter. Half of this file are the docs of some 130 functions, which must stand here.
# Nothing here needs a macro beyond Kernel's.

defmodule Enum do
  @moduledoc """
  Eager functions over collections: lists, maps, sets, ranges, streams.

      iex> Enum.map([1, 2, 3], fn x -> x * 2 end)
      [2, 4, 6]
  """

  @type t :: Enumerable.t()
  @type acc :: any
  @type element :: any
  @type index :: integer
  @type default :: any

  alias Enum.{Collector, Extremes, Groups, Random, Slicer, Sorter, Walk, Zipper}

  defp range_count(first, last, step) when step > 0 and first <= last, do: div(last - first, step) + 1
  defp range_count(first, last, step) when step < 0 and first >= last, do: div(last - first, step) + 1
  defp range_count(_first, _last, _step), do: 0

  # --- truth ---------------------------------------------------------------------------------

  @doc """
  Whether every element is truthy.

      iex> Enum.all?([1, true])
      true
  """
  @spec all?(t) :: boolean
  def all?(enumerable) when is_list(enumerable), do: all_list(enumerable)
  def all?(enumerable), do: Walk.all?(enumerable)

  @doc """
  Whether `fun` is truthy for every element.

      iex> Enum.all?([2, 4], fn x -> rem(x, 2) == 0 end)
      true
  """
  @spec all?(t, (element -> as_boolean(term))) :: boolean
  def all?(enumerable, fun) when is_list(enumerable), do: all_list(enumerable, fun)
  def all?(enumerable, fun), do: Walk.all?(enumerable, fun)

  defp all_list([h | t]), do: if(h, do: all_list(t), else: false)
  defp all_list([]), do: true

  defp all_list([h | t], fun), do: if(fun.(h), do: all_list(t, fun), else: false)
  defp all_list([], _fun), do: true

  @doc """
  Whether some element is truthy.

      iex> Enum.any?([nil, 1])
      true
  """
  @spec any?(t) :: boolean
  def any?(enumerable) when is_list(enumerable), do: any_list(enumerable)
  def any?(enumerable), do: Walk.any?(enumerable)

  @doc """
  Whether `fun` is truthy for some element.

      iex> Enum.any?([1, 2], fn x -> x > 1 end)
      true
  """
  @spec any?(t, (element -> as_boolean(term))) :: boolean
  def any?(enumerable, fun) when is_list(enumerable), do: any_list(enumerable, fun)
  def any?(enumerable, fun), do: Walk.any?(enumerable, fun)

  defp any_list([h | t]), do: if(h, do: true, else: any_list(t))
  defp any_list([]), do: false

  defp any_list([h | t], fun), do: if(fun.(h), do: true, else: any_list(t, fun))
  defp any_list([], _fun), do: false

  @doc """
  Whether `element` is in the enumerable, compared with `===`.

      iex> Enum.member?(1..10, 5)
      true
  """
  @spec member?(t, element) :: boolean
  def member?(enumerable, element) when is_list(enumerable), do: :lists.member(element, enumerable)

  def member?(enumerable, element) do
    case Enumerable.member?(enumerable, element) do
      {:ok, found} when is_boolean(found) ->
        found

      {:error, module} ->
        {_, found} =
          module.reduce(enumerable, {:cont, false}, fn
            x, _ when x === element -> {:halt, true}
            _, _ -> {:cont, false}
          end)

        found
    end
  end

  @doc """
  Whether there is no element.

      iex> Enum.empty?([])
      true
  """
  @spec empty?(t) :: boolean
  def empty?([]), do: true
  def empty?([_ | _]), do: false

  def empty?(enumerable) do
    case Enumerable.slice(enumerable) do
      {:ok, count, _} -> count == 0
      {:error, module} -> elem(module.reduce(enumerable, {:cont, true}, fn _, _ -> {:halt, false} end), 1)
    end
  end

  # --- one element ---------------------------------------------------------------------------

  @doc """
  The element at `index` (from the end when negative), or `default`.

      iex> Enum.at([2, 4, 6], -1)
      6
  """
  @spec at(t, index, default) :: element | default
  def at(enumerable, index, default \\ nil)

  def at(list, index, default) when is_list(list) and is_integer(index) and index >= 0 do
    at_list(list, index, default)
  end

  def at(enumerable, index, default) when is_integer(index) do
    case Slicer.fetch(enumerable, index) do
      {:ok, element} -> element
      :error -> default
    end
  end

  defp at_list([h | _], 0, _default), do: h
  defp at_list([_ | t], n, default), do: at_list(t, n - 1, default)
  defp at_list([], _n, default), do: default

  @doc """
  `{:ok, element}` at `index`, or `:error`.

      iex> Enum.fetch([2, 4], 5)
      :error
  """
  @spec fetch(t, index) :: {:ok, element} | :error
  def fetch(enumerable, index) when is_integer(index), do: Slicer.fetch(enumerable, index)

  @doc """
  The element at `index`; raises `Enum.OutOfBoundsError` when there is none.

      iex> Enum.fetch!([2, 4], 1)
      4
  """
  @spec fetch!(t, index) :: element
  def fetch!(enumerable, index) when is_integer(index) do
    case Slicer.fetch(enumerable, index) do
      {:ok, element} -> element
      :error -> raise Enum.OutOfBoundsError, index: index, enumerable: enumerable
    end
  end

  @doc """
  The first element for which `fun` is truthy, else `default`.

      iex> Enum.find([2, 3, 4], fn x -> rem(x, 2) == 1 end)
      3
  """
  @spec find(t, default, (element -> any)) :: element | default
  def find(enumerable, default \\ nil, fun)

  def find(enumerable, default, fun) when is_list(enumerable), do: find_list(enumerable, default, fun)
  def find(enumerable, default, fun), do: Walk.find(enumerable, default, fun)

  defp find_list([h | t], default, fun), do: if(fun.(h), do: h, else: find_list(t, default, fun))
  defp find_list([], default, _fun), do: default

  @doc """
  The index of the first element for which `fun` is truthy, else nil.

      iex> Enum.find_index([2, 4, 3], fn x -> rem(x, 2) == 1 end)
      2
  """
  @spec find_index(t, (element -> any)) :: non_neg_integer | nil
  def find_index(enumerable, fun) when is_list(enumerable), do: find_index_list(enumerable, 0, fun)
  def find_index(enumerable, fun), do: Walk.find_index(enumerable, fun)

  defp find_index_list([h | t], i, fun), do: if(fun.(h), do: i, else: find_index_list(t, i + 1, fun))
  defp find_index_list([], _i, _fun), do: nil

  @doc """
  The first truthy result of `fun`, else `default`.

      iex> Enum.find_value([2, 3], fn x -> if x > 2, do: x * 10 end)
      30
  """
  @spec find_value(t, any, (element -> any)) :: any
  def find_value(enumerable, default \\ nil, fun)

  def find_value(enumerable, default, fun) when is_list(enumerable), do: find_value_list(enumerable, default, fun)
  def find_value(enumerable, default, fun), do: Walk.find_value(enumerable, default, fun)

  defp find_value_list([h | t], default, fun) do
    if value = fun.(h), do: value, else: find_value_list(t, default, fun)
  end

  defp find_value_list([], default, _fun), do: default

  @doc """
  A random element; raises `Enum.EmptyError` when there is none.

      iex> Enum.random([7])
      7
  """
  @spec random(t) :: element
  def random(enumerable)

  def random(list) when is_list(list) do
    case length(list) do
      0 -> raise Enum.EmptyError
      n -> hd(Slicer.drop(list, Random.index(n)))
    end
  end

  def random(first..last//step) do
    case range_count(first, last, step) do
      0 -> raise Enum.EmptyError
      n -> first + Random.index(n) * step
    end
  end

  def random(enumerable), do: Random.pick(enumerable)

  # --- walking -------------------------------------------------------------------------------

  @doc """
  Calls `fun` with each element for its effect.

      iex> Enum.each([1], fn x -> x end)
      :ok
  """
  @spec each(t, (element -> any)) :: :ok
  def each(enumerable, fun) when is_list(enumerable), do: each_list(enumerable, fun)
  def each(first..last//step, fun), do: each_range(first, range_count(first, last, step), step, fun)
  def each(enumerable, fun), do: Walk.each(enumerable, fun)

  defp each_list([h | t], fun) do
    fun.(h)
    each_list(t, fun)
  end

  defp each_list([], _fun), do: :ok

  defp each_range(_i, 0, _step, _fun), do: :ok

  defp each_range(i, n, step, fun) do
    fun.(i)
    each_range(i + step, n - 1, step, fun)
  end

  @doc """
  Folds with `fun`, the first element being the first accumulator.

      iex> Enum.reduce([1, 2, 3], fn x, acc -> x + acc end)
      6
  """
  @spec reduce(t, (element, acc -> acc)) :: acc
  def reduce(enumerable, fun)

  def reduce([h | t], fun), do: reduce_list(t, h, fun)
  def reduce([], _fun), do: raise(Enum.EmptyError)
  def reduce(enumerable, fun), do: Walk.reduce(enumerable, fun)

  @doc """
  Folds with `fun`, starting from `acc`.

      iex> Enum.reduce(1..4, 0, fn x, acc -> x + acc end)
      10
  """
  @spec reduce(t, acc, (element, acc -> acc)) :: acc
  def reduce(enumerable, acc, fun) when is_list(enumerable), do: reduce_list(enumerable, acc, fun)

  def reduce(first..last//step, acc, fun) do
    reduce_range(first, range_count(first, last, step), step, acc, fun)
  end

  def reduce(enumerable, acc, fun) do
    case Walk.source(enumerable) do
      list when is_list(list) -> reduce_list(list, acc, fun)
      other -> Walk.fold(other, acc, fun)
    end
  end

  defp reduce_list([h | t], acc, fun), do: reduce_list(t, fun.(h, acc), fun)
  defp reduce_list([], acc, _fun), do: acc

  defp reduce_range(_i, 0, _step, acc, _fun), do: acc
  defp reduce_range(i, n, step, acc, fun), do: reduce_range(i + step, n - 1, step, fun.(i, acc), fun)

  @doc """
  Folds until `fun` answers `{:halt, acc}`.

      iex> Enum.reduce_while(1..100, 0, fn x, acc -> if x < 4, do: {:cont, acc + x}, else: {:halt, acc} end)
      6
  """
  @spec reduce_while(t, any, (element, any -> {:cont, any} | {:halt, any})) :: any
  def reduce_while(enumerable, acc, fun) when is_list(enumerable) do
    reduce_while_list(enumerable, {:cont, acc}, fun)
  end

  def reduce_while(first..last//step, acc, fun) do
    reduce_while_range(first, range_count(first, last, step), step, {:cont, acc}, fun)
  end

  def reduce_while(enumerable, acc, fun), do: Walk.fold_while(Walk.source(enumerable), acc, fun)

  defp reduce_while_list([h | t], {:cont, acc}, fun), do: reduce_while_list(t, fun.(h, acc), fun)
  defp reduce_while_list([], {:cont, acc}, _fun), do: acc
  defp reduce_while_list(_list, {:halt, acc}, _fun), do: acc

  defp reduce_while_range(_i, 0, _step, {:cont, acc}, _fun), do: acc

  defp reduce_while_range(i, n, step, {:cont, acc}, fun) do
    reduce_while_range(i + step, n - 1, step, fun.(i, acc), fun)
  end

  defp reduce_while_range(_i, _n, _step, {:halt, acc}, _fun), do: acc

  @doc """
  Maps and folds in one pass: `fun` gives `{mapped, acc}`.

      iex> Enum.map_reduce([1, 2, 3], 0, fn x, acc -> {x * 2, x + acc} end)
      {[2, 4, 6], 6}
  """
  @spec map_reduce(t, acc, (element, acc -> {element, acc})) :: {list, acc}
  def map_reduce(enumerable, acc, fun) when is_list(enumerable), do: map_reduce_list(enumerable, acc, [], fun)
  def map_reduce(enumerable, acc, fun), do: Walk.map_reduce(enumerable, acc, fun)

  defp map_reduce_list([h | t], acc, mapped, fun) do
    {y, acc} = fun.(h, acc)
    map_reduce_list(t, acc, [y | mapped], fun)
  end

  defp map_reduce_list([], acc, mapped, _fun), do: {:lists.reverse(mapped), acc}

  @doc """
  The list of successive accumulators, the first element being the first.

      iex> Enum.scan(1..4, fn x, acc -> x + acc end)
      [1, 3, 6, 10]
  """
  @spec scan(t, (element, any -> any)) :: list
  def scan(enumerable, fun)

  def scan([], _fun), do: []
  def scan([h | t], fun), do: [h | scan_list(t, h, fun)]
  def scan(enumerable, fun), do: Walk.scan(enumerable, fun)

  @doc """
  The list of successive accumulators, starting from `acc`.

      iex> Enum.scan(1..3, 10, fn x, acc -> x + acc end)
      [11, 13, 16]
  """
  @spec scan(t, any, (element, any -> any)) :: list
  def scan(enumerable, acc, fun) when is_list(enumerable), do: scan_list(enumerable, acc, fun)
  def scan(enumerable, acc, fun), do: Walk.scan(enumerable, acc, fun)

  defp scan_list([h | t], acc, fun) do
    acc = fun.(h, acc)
    [acc | scan_list(t, acc, fun)]
  end

  defp scan_list([], _acc, _fun), do: []

  # --- mapping -------------------------------------------------------------------------------

  @doc """
  The list of `fun`'s results.

      iex> Enum.map(1..3, fn x -> x * x end)
      [1, 4, 9]
  """
  @spec map(t, (element -> any)) :: list
  def map(enumerable, fun) when is_list(enumerable), do: map_list(enumerable, fun)
  def map(first..last//step, fun), do: map_range(first, range_count(first, last, step), step, fun)

  def map(enumerable, fun) do
    case Walk.source(enumerable) do
      list when is_list(list) -> map_list(list, fun)
      other -> Walk.map(other, fun)
    end
  end

  defp map_list([h | t], fun), do: [fun.(h) | map_list(t, fun)]
  defp map_list([], _fun), do: []

  defp map_range(_i, 0, _step, _fun), do: []
  defp map_range(i, n, step, fun), do: [fun.(i) | map_range(i + step, n - 1, step, fun)]

  @doc """
  Maps every `nth` element, from the first one on; the others stay.

      iex> Enum.map_every(1..5, 2, fn x -> x + 100 end)
      [101, 2, 103, 4, 105]
  """
  @spec map_every(t, non_neg_integer, (element -> any)) :: list
  def map_every(enumerable, nth, fun)

  def map_every(enumerable, 1, fun), do: map(enumerable, fun)
  def map_every(enumerable, 0, _fun), do: to_list(enumerable)

  def map_every(enumerable, nth, fun) when is_integer(nth) and nth > 1 do
    {mapped, _} =
      map_reduce(enumerable, 0, fn
        x, 0 -> {fun.(x), nth - 1}
        x, n -> {x, n - 1}
      end)

    mapped
  end

  @doc """
  Maps, with `separator` between the results.

      iex> Enum.map_intersperse([1, 2], :a, fn x -> x * 2 end)
      [2, :a, 4]
  """
  @spec map_intersperse(t, element, (element -> any)) :: list
  def map_intersperse(enumerable, separator, mapper) do
    intersperse_list(map(enumerable, mapper), separator)
  end

  @doc """
  Elements for which `fun` is truthy.

      iex> Enum.filter([1, 2, 3], fn x -> x > 1 end)
      [2, 3]
  """
  @spec filter(t, (element -> as_boolean(term))) :: list
  def filter(enumerable, fun) when is_list(enumerable), do: filter_list(enumerable, fun)
  def filter(enumerable, fun), do: Walk.filter(enumerable, fun)

  defp filter_list([h | t], fun) do
    if fun.(h), do: [h | filter_list(t, fun)], else: filter_list(t, fun)
  end

  defp filter_list([], _fun), do: []

  @doc """
  Elements for which `fun` is falsy.

      iex> Enum.reject([1, 2, 3], fn x -> x > 1 end)
      [1]
  """
  @spec reject(t, (element -> as_boolean(term))) :: list
  def reject(enumerable, fun) when is_list(enumerable), do: reject_list(enumerable, fun)
  def reject(enumerable, fun), do: Walk.reject(enumerable, fun)

  defp reject_list([h | t], fun) do
    if fun.(h), do: reject_list(t, fun), else: [h | reject_list(t, fun)]
  end

  defp reject_list([], _fun), do: []

  @doc false
  @deprecated "Use Enum.filter/2 + Enum.map/2 or for comprehensions instead"
  def filter_map(enumerable, filter, mapper) do
    for x <- to_list(enumerable), filter.(x), do: mapper.(x)
  end

  @doc """
  Maps each element to an enumerable and joins the results.

      iex> Enum.flat_map([1, 2], fn x -> [x, x] end)
      [1, 1, 2, 2]
  """
  @spec flat_map(t, (element -> t)) :: list
  def flat_map(enumerable, fun) when is_list(enumerable), do: flat_map_list(enumerable, fun)
  def flat_map(enumerable, fun), do: Walk.flat_map(enumerable, fun)

  defp flat_map_list([h | t], fun) do
    case fun.(h) do
      [] -> flat_map_list(t, fun)
      [x] -> [x | flat_map_list(t, fun)]
      [x, y] -> [x, y | flat_map_list(t, fun)]
      list when is_list(list) -> list ++ flat_map_list(t, fun)
      other -> to_list(other) ++ flat_map_list(t, fun)
    end
  end

  defp flat_map_list([], _fun), do: []

  @doc """
  `flat_map/2` with an accumulator: `fun` gives `{enumerable, acc}` or `{:halt, acc}`.

      iex> Enum.flat_map_reduce(1..100, 0, fn x, acc -> if acc < 3, do: {[x], acc + 1}, else: {:halt, acc} end)
      {[1, 2, 3], 3}
  """
  @spec flat_map_reduce(t, acc, (element, acc -> {t, acc} | {:halt, acc})) :: {list, acc}
  def flat_map_reduce(enumerable, acc, fun), do: Walk.flat_map_reduce(enumerable, acc, fun)

  @doc """
  The elements of a list of enumerables, in one list.

      iex> Enum.concat([[1], 2..3])
      [1, 2, 3]
  """
  @spec concat(t) :: t
  def concat(enumerables)

  def concat(list) when is_list(list), do: concat_list(list)
  def concat(enumerables), do: concat_list(to_list(enumerables))

  defp concat_list([last]) when is_list(last), do: last
  defp concat_list([h | t]) when is_list(h), do: h ++ concat_list(t)
  defp concat_list([h | t]), do: to_list(h) ++ concat_list(t)
  defp concat_list([]), do: []

  @doc """
  The elements of `left`, then of `right`.

      iex> Enum.concat(1..2, [3])
      [1, 2, 3]
  """
  @spec concat(t, t) :: t
  def concat(left, right)

  def concat(left, right) when is_list(left) and is_list(right), do: left ++ right
  def concat(left, right), do: to_list(left) ++ to_list(right)

  @doc """
  Each element with its index, counted from an offset; or `fun.(element, index)`.

      iex> Enum.with_index([:a, :b])
      [a: 0, b: 1]
  """
  @spec with_index(t, integer | (element, index -> any)) :: list
  def with_index(enumerable, fun_or_offset \\ 0)

  def with_index(enumerable, offset) when is_integer(offset) do
    with_index_list(to_list(enumerable), offset)
  end

  def with_index(enumerable, fun) when is_list(enumerable) and is_function(fun, 2) do
    with_index_list(enumerable, 0, fun)
  end

  def with_index(enumerable, fun) when is_function(fun, 2), do: Walk.with_index(enumerable, fun)

  defp with_index_list([h | t], i), do: [{h, i} | with_index_list(t, i + 1)]
  defp with_index_list([], _i), do: []

  defp with_index_list([h | t], i, fun), do: [fun.(h, i) | with_index_list(t, i + 1, fun)]
  defp with_index_list([], _i, _fun), do: []

  # --- counting, sums ------------------------------------------------------------------------

  @doc """
  How many elements there are.

      iex> Enum.count([1, 2, 3])
      3
  """
  @spec count(t) :: non_neg_integer
  def count(enumerable) when is_list(enumerable), do: length(enumerable)

  def count(enumerable) do
    case Enumerable.count(enumerable) do
      {:ok, n} when is_integer(n) -> n
      {:error, module} -> elem(module.reduce(enumerable, {:cont, 0}, fn _, n -> {:cont, n + 1} end), 1)
    end
  end

  @doc """
  For how many elements `fun` is truthy.

      iex> Enum.count(1..5, fn x -> x > 3 end)
      2
  """
  @spec count(t, (element -> as_boolean(term))) :: non_neg_integer
  def count(enumerable, fun) when is_list(enumerable), do: count_list(enumerable, 0, fun)
  def count(enumerable, fun), do: Walk.count(enumerable, fun)

  defp count_list([h | t], n, fun), do: if(fun.(h), do: count_list(t, n + 1, fun), else: count_list(t, n, fun))
  defp count_list([], n, _fun), do: n

  @doc """
  Counts the elements, stopping at `limit`.

      iex> Enum.count_until(1..20, 5)
      5
  """
  @spec count_until(t, pos_integer) :: non_neg_integer
  def count_until(enumerable, limit) when is_list(enumerable) and is_integer(limit) and limit > 0 do
    count_until_list(enumerable, 0, limit)
  end

  def count_until(enumerable, limit) when is_integer(limit) and limit > 0, do: Walk.count_until(enumerable, limit)

  @doc """
  Counts the elements for which `fun` is truthy, stopping at `limit`.

      iex> Enum.count_until(1..20, fn x -> rem(x, 2) == 0 end, 7)
      7
  """
  @spec count_until(t, (element -> as_boolean(term)), pos_integer) :: non_neg_integer
  def count_until(enumerable, fun, limit) when is_integer(limit) and limit > 0 do
    Walk.count_until(enumerable, fun, limit)
  end

  defp count_until_list(_list, limit, limit), do: limit
  defp count_until_list([_ | t], n, limit), do: count_until_list(t, n + 1, limit)
  defp count_until_list([], n, _limit), do: n

  @doc """
  How often each element occurs.

      iex> Enum.frequencies([:a, :b, :a])
      %{a: 2, b: 1}
  """
  @spec frequencies(t) :: map
  def frequencies(enumerable), do: Groups.frequencies(to_list(enumerable), %{})

  @doc """
  How often each result of `key_fun` occurs.

      iex> Enum.frequencies_by(["a", "bb", "c"], &byte_size/1)
      %{1 => 2, 2 => 1}
  """
  @spec frequencies_by(t, (element -> any)) :: map
  def frequencies_by(enumerable, key_fun) when is_function(key_fun) do
    Groups.frequencies(map(enumerable, key_fun), %{})
  end

  @doc """
  The sum of the elements.

      iex> Enum.sum(1..100)
      5050
  """
  @spec sum(t) :: number
  def sum(enumerable)

  def sum(list) when is_list(list), do: sum_list(list, 0)

  def sum(first..last//step) do
    n = range_count(first, last, step)
    div(n * (2 * first + (n - 1) * step), 2)
  end

  def sum(enumerable), do: sum_list(to_list(enumerable), 0)

  defp sum_list([h | t], acc), do: sum_list(t, acc + h)
  defp sum_list([], acc), do: acc

  @doc """
  The sum of `mapper`'s results.

      iex> Enum.sum_by([%{n: 1}, %{n: 2}], fn x -> x.n end)
      3
  """
  @spec sum_by(t, (element -> number)) :: number
  def sum_by(enumerable, mapper) when is_list(enumerable), do: sum_by_list(enumerable, 0, mapper)
  def sum_by(enumerable, mapper), do: Walk.sum_by(enumerable, mapper)

  defp sum_by_list([h | t], acc, mapper), do: sum_by_list(t, acc + mapper.(h), mapper)
  defp sum_by_list([], acc, _mapper), do: acc

  @doc """
  The product of the elements.

      iex> Enum.product([2, 3, 4])
      24
  """
  @spec product(t) :: number
  def product(enumerable), do: product_list(to_list(enumerable), 1)

  defp product_list([h | t], acc), do: product_list(t, acc * h)
  defp product_list([], acc), do: acc

  @doc """
  The product of `mapper`'s results.

      iex> Enum.product_by([%{n: 2}, %{n: 5}], fn x -> x.n end)
      10
  """
  @spec product_by(t, (element -> number)) :: number
  def product_by(enumerable, mapper) when is_list(enumerable), do: product_by_list(enumerable, 1, mapper)
  def product_by(enumerable, mapper), do: Walk.product_by(enumerable, mapper)

  defp product_by_list([h | t], acc, mapper), do: product_by_list(t, acc * mapper.(h), mapper)
  defp product_by_list([], acc, _mapper), do: acc

  # --- least and greatest --------------------------------------------------------------------
  # Among equals the first found wins. A sorter is a function of two or a module with compare/2.

  @doc """
  The greatest element by term order; of none, raises `Enum.EmptyError`.

      iex> Enum.max([3, 1, 2])
      3
  """
  @spec max(t) :: element
  def max(enumerable)

  def max([h | t]), do: Extremes.max_of(t, h)
  def max(_first.._last//_step = range), do: elem(min_max(range), 1)
  def max(enumerable), do: Extremes.max(to_list(enumerable), &Extremes.no_element/0)

  @doc """
  The greatest element by `sorter`; or `empty_fallback.()` when given a function of none.

      iex> Enum.max([], fn -> 0 end)
      0
  """
  @spec max(t, (element, element -> boolean) | module | (() -> any)) :: any
  def max(enumerable, empty_fallback) when is_function(empty_fallback, 0) do
    Extremes.max(to_list(enumerable), empty_fallback)
  end

  def max(enumerable, sorter), do: Extremes.best(to_list(enumerable), Extremes.max_sorter(sorter), &Extremes.no_element/0)

  @doc """
  The greatest element by `sorter`, or `empty_fallback.()`.

      iex> Enum.max([1, 2], &>=/2, fn -> 0 end)
      2
  """
  @spec max(t, (element, element -> boolean) | module, (() -> any)) :: any
  def max(enumerable, sorter, empty_fallback) when is_function(empty_fallback, 0) do
    Extremes.best(to_list(enumerable), Extremes.max_sorter(sorter), empty_fallback)
  end

  @doc """
  The least element by term order; of none, raises `Enum.EmptyError`.

      iex> Enum.min([3, 1, 2])
      1
  """
  @spec min(t) :: element
  def min(enumerable)

  def min([h | t]), do: Extremes.min_of(t, h)
  def min(_first.._last//_step = range), do: elem(min_max(range), 0)
  def min(enumerable), do: Extremes.min(to_list(enumerable), &Extremes.no_element/0)

  @doc """
  The least element by `sorter`; or `empty_fallback.()` when given a function of none.

      iex> Enum.min([], fn -> 0 end)
      0
  """
  @spec min(t, (element, element -> boolean) | module | (() -> any)) :: any
  def min(enumerable, empty_fallback) when is_function(empty_fallback, 0) do
    Extremes.min(to_list(enumerable), empty_fallback)
  end

  def min(enumerable, sorter), do: Extremes.best(to_list(enumerable), Extremes.min_sorter(sorter), &Extremes.no_element/0)

  @doc """
  The least element by `sorter`, or `empty_fallback.()`.

      iex> Enum.min([1, 2], &<=/2, fn -> 0 end)
      1
  """
  @spec min(t, (element, element -> boolean) | module, (() -> any)) :: any
  def min(enumerable, sorter, empty_fallback) when is_function(empty_fallback, 0) do
    Extremes.best(to_list(enumerable), Extremes.min_sorter(sorter), empty_fallback)
  end

  @doc """
  The element with the greatest result of `fun`.

      iex> Enum.max_by(["a", "ccc", "bb"], &byte_size/1)
      "ccc"
  """
  @spec max_by(t, (element -> any)) :: element
  def max_by(enumerable, fun), do: Extremes.max_by(keyed(enumerable, fun), &Extremes.no_element/0)

  @doc """
  `max_by/2` with a sorter or, given a function of none, with a value for no elements.

      iex> Enum.max_by([], &abs/1, fn -> nil end)
      nil
  """
  @spec max_by(t, (element -> any), (element, element -> boolean) | module | (() -> any)) :: any
  def max_by(enumerable, fun, empty_fallback) when is_function(empty_fallback, 0) do
    Extremes.max_by(keyed(enumerable, fun), empty_fallback)
  end

  def max_by(enumerable, fun, sorter), do: Extremes.best_by(keyed(enumerable, fun), Extremes.max_sorter(sorter), &Extremes.no_element/0)

  @doc """
  `max_by/2` with a sorter and a value for no elements.

      iex> Enum.max_by([1, -2], &abs/1, &>=/2, fn -> nil end)
      -2
  """
  @spec max_by(t, (element -> any), (element, element -> boolean) | module, (() -> any)) :: any
  def max_by(enumerable, fun, sorter, empty_fallback) when is_function(empty_fallback, 0) do
    Extremes.best_by(keyed(enumerable, fun), Extremes.max_sorter(sorter), empty_fallback)
  end

  @doc """
  The element with the least result of `fun`.

      iex> Enum.min_by(["aa", "c"], &byte_size/1)
      "c"
  """
  @spec min_by(t, (element -> any)) :: element
  def min_by(enumerable, fun), do: Extremes.min_by(keyed(enumerable, fun), &Extremes.no_element/0)

  @doc """
  `min_by/2` with a sorter or, given a function of none, with a value for no elements.

      iex> Enum.min_by([], &abs/1, fn -> nil end)
      nil
  """
  @spec min_by(t, (element -> any), (element, element -> boolean) | module | (() -> any)) :: any
  def min_by(enumerable, fun, empty_fallback) when is_function(empty_fallback, 0) do
    Extremes.min_by(keyed(enumerable, fun), empty_fallback)
  end

  def min_by(enumerable, fun, sorter), do: Extremes.best_by(keyed(enumerable, fun), Extremes.min_sorter(sorter), &Extremes.no_element/0)

  @doc """
  `min_by/2` with a sorter and a value for no elements.

      iex> Enum.min_by([1, -2], &abs/1, &<=/2, fn -> nil end)
      1
  """
  @spec min_by(t, (element -> any), (element, element -> boolean) | module, (() -> any)) :: any
  def min_by(enumerable, fun, sorter, empty_fallback) when is_function(empty_fallback, 0) do
    Extremes.best_by(keyed(enumerable, fun), Extremes.min_sorter(sorter), empty_fallback)
  end

  # Cells of [key | element].
  defp keyed(list, fun) when is_list(list), do: keyed_list(list, fun)
  defp keyed(enumerable, fun), do: map(enumerable, fn x -> [fun.(x) | x] end)

  defp keyed_list([h | t], fun), do: [[fun.(h) | h] | keyed_list(t, fun)]
  defp keyed_list([], _fun), do: []

  @doc """
  `{least, greatest}` by term order; of none, raises `Enum.EmptyError`.

      iex> Enum.min_max([2, 3, 1])
      {1, 3}
  """
  @spec min_max(t) :: {element, element}
  def min_max(enumerable), do: min_max(enumerable, &Extremes.no_element/0)

  @doc """
  `{least, greatest}`, or `empty_fallback.()`.

      iex> Enum.min_max([], fn -> {0, 0} end)
      {0, 0}
  """
  @spec min_max(t, (() -> any)) :: {element, element} | any
  def min_max(enumerable, empty_fallback)

  def min_max(first..last//step, empty_fallback) when is_function(empty_fallback, 0) do
    case range_count(first, last, step) do
      0 -> empty_fallback.()
      n when step > 0 -> {first, first + (n - 1) * step}
      n -> {first + (n - 1) * step, first}
    end
  end

  def min_max(enumerable, empty_fallback) when is_function(empty_fallback, 0) do
    case to_list(enumerable) do
      [] -> empty_fallback.()
      [h | t] -> Extremes.min_max(t, h, h)
    end
  end

  @doc """
  The elements with the least and the greatest result of `fun`.

      iex> Enum.min_max_by(["aaa", "b", "cc"], &byte_size/1)
      {"b", "aaa"}
  """
  @spec min_max_by(t, (element -> any), (element, element -> boolean) | module | (() -> any)) :: any
  def min_max_by(enumerable, fun, sorter_or_empty_fallback \\ &</2)

  def min_max_by(enumerable, fun, empty_fallback) when is_function(empty_fallback, 0) do
    min_max_by(enumerable, fun, &</2, empty_fallback)
  end

  def min_max_by(enumerable, fun, sorter), do: min_max_by(enumerable, fun, sorter, &Extremes.no_element/0)

  @doc """
  `min_max_by/3` with a sorter and a value for no elements.

      iex> Enum.min_max_by([], &abs/1, &</2, fn -> nil end)
      nil
  """
  @spec min_max_by(t, (element -> any), (element, element -> boolean) | module, (() -> any)) :: any
  def min_max_by(enumerable, fun, sorter, empty_fallback) when is_function(empty_fallback, 0) do
    Extremes.min_max_by(keyed(enumerable, fun), sorter, empty_fallback)
  end

  # --- taking and dropping -------------------------------------------------------------------

  @doc """
  The first `amount` elements; the last ones when negative.

      iex> Enum.take([1, 2, 3], -2)
      [2, 3]
  """
  @spec take(t, integer) :: list
  def take(enumerable, amount)

  def take(_enumerable, 0), do: []

  def take(list, amount) when is_list(list) and is_integer(amount) and amount > 0 do
    Slicer.take(list, amount)
  end

  def take(first..last//step, amount) when is_integer(amount) and amount > 0 do
    count = Kernel.min(amount, range_count(first, last, step))
    range_list(first + (count - 1) * step, count, step, [])
  end

  def take(enumerable, amount) when is_integer(amount) and amount > 0, do: Walk.take(enumerable, amount)

  def take(enumerable, amount) when is_integer(amount) do
    list = to_list(enumerable)
    Slicer.drop(list, Kernel.max(length(list) + amount, 0))
  end

  # From the last one down: no stack that would have to be returned from.
  defp range_list(_i, 0, _step, list), do: list
  defp range_list(i, n, step, list), do: range_list(i - step, n - 1, step, [i | list])

  @doc """
  Every `nth` element, beginning with the first.

      iex> Enum.take_every(1..6, 2)
      [1, 3, 5]
  """
  @spec take_every(t, non_neg_integer) :: list
  def take_every(enumerable, nth)

  def take_every(_enumerable, 0), do: []
  def take_every(enumerable, 1), do: to_list(enumerable)

  def take_every(enumerable, nth) when is_integer(nth) and nth > 1 do
    Slicer.take_every(to_list(enumerable), 0, nth)
  end

  @doc """
  The first elements, as long as `fun` is truthy.

      iex> Enum.take_while([1, 2, 3, 1], fn x -> x < 3 end)
      [1, 2]
  """
  @spec take_while(t, (element -> as_boolean(term))) :: list
  def take_while(enumerable, fun) when is_list(enumerable), do: take_while_list(enumerable, fun)
  def take_while(enumerable, fun), do: Walk.take_while(enumerable, fun)

  defp take_while_list([h | t], fun), do: if(fun.(h), do: [h | take_while_list(t, fun)], else: [])
  defp take_while_list([], _fun), do: []

  @doc """
  Without the first `amount` elements; without the last ones when negative.

      iex> Enum.drop([1, 2, 3], 1)
      [2, 3]
  """
  @spec drop(t, integer) :: list
  def drop(enumerable, amount)

  def drop(list, amount) when is_list(list) and is_integer(amount) and amount >= 0 do
    Slicer.drop(list, amount)
  end

  def drop(first..last//step, amount) when is_integer(amount) and amount >= 0 do
    count = Kernel.max(range_count(first, last, step) - amount, 0)
    range_list(first + (amount + count - 1) * step, count, step, [])
  end

  def drop(enumerable, amount) when is_integer(amount) and amount >= 0 do
    Slicer.drop(to_list(enumerable), amount)
  end

  def drop(enumerable, amount) when is_integer(amount) do
    list = to_list(enumerable)
    Slicer.take(list, Kernel.max(length(list) + amount, 0))
  end

  @doc """
  Without every `nth` element, the first one included.

      iex> Enum.drop_every(1..6, 2)
      [2, 4, 6]
  """
  @spec drop_every(t, non_neg_integer) :: list
  def drop_every(enumerable, nth)

  def drop_every(_enumerable, 1), do: []
  def drop_every(enumerable, 0), do: to_list(enumerable)

  def drop_every(enumerable, nth) when is_integer(nth) and nth > 1 do
    Slicer.drop_every(to_list(enumerable), 0, nth)
  end

  @doc """
  Without the first elements for which `fun` is truthy.

      iex> Enum.drop_while([1, 2, 3, 1], fn x -> x < 3 end)
      [3, 1]
  """
  @spec drop_while(t, (element -> as_boolean(term))) :: list
  def drop_while(enumerable, fun) when is_list(enumerable), do: drop_while_list(enumerable, fun)
  def drop_while(enumerable, fun), do: Walk.drop_while(enumerable, fun)

  defp drop_while_list([h | t] = list, fun), do: if(fun.(h), do: drop_while_list(t, fun), else: list)
  defp drop_while_list([], _fun), do: []

  @doc """
  The first `count` elements (from the end when negative) and the rest.

      iex> Enum.split([1, 2, 3], 2)
      {[1, 2], [3]}
  """
  @spec split(t, integer) :: {list, list}
  def split(enumerable, count) when is_integer(count) and count >= 0 do
    Slicer.split(to_list(enumerable), count, [])
  end

  def split(enumerable, count) when is_integer(count) do
    list = to_list(enumerable)
    Slicer.split(list, Kernel.max(length(list) + count, 0), [])
  end

  @doc """
  Splits where `fun` first is falsy.

      iex> Enum.split_while([1, 2, 3, 1], fn x -> x < 3 end)
      {[1, 2], [3, 1]}
  """
  @spec split_while(t, (element -> as_boolean(term))) :: {list, list}
  def split_while(enumerable, fun) when is_list(enumerable), do: split_while_list(enumerable, [], fun)
  def split_while(enumerable, fun), do: Walk.split_while(enumerable, fun)

  defp split_while_list([h | t] = list, front, fun) do
    if fun.(h), do: split_while_list(t, [h | front], fun), else: {:lists.reverse(front), list}
  end

  defp split_while_list([], front, _fun), do: {:lists.reverse(front), []}

  @doc """
  The elements for which `fun` is truthy, and the others.

      iex> Enum.split_with(1..4, fn x -> x > 2 end)
      {[3, 4], [1, 2]}
  """
  @spec split_with(t, (element -> as_boolean(term))) :: {list, list}
  def split_with(enumerable, fun) do
    {yes, no} =
      reduce(enumerable, {[], []}, fn x, {yes, no} ->
        if fun.(x), do: {[x | yes], no}, else: {yes, [x | no]}
      end)

    {:lists.reverse(yes), :lists.reverse(no)}
  end

  @doc false
  @deprecated "Use Enum.split_with/2 instead"
  def partition(enumerable, fun), do: split_with(enumerable, fun)

  @doc """
  `count` elements taken at random, in random order.

      iex> Enum.take_random([7], 3)
      [7]
  """
  @spec take_random(t, non_neg_integer) :: list
  def take_random(enumerable, count)

  def take_random(_enumerable, 0), do: []
  def take_random([], _count), do: []
  def take_random(enumerable, count) when is_integer(count) and count >= 0, do: Random.take(enumerable, count)

  @doc """
  The elements in random order.

      iex> Enum.shuffle([7])
      [7]
  """
  @spec shuffle(t) :: list
  def shuffle(enumerable) do
    Sorter.sort_reversed(reduce(enumerable, [], fn x, acc -> [[:rand.uniform() | x] | acc] end))
  end

  # --- slices --------------------------------------------------------------------------------

  @doc """
  The elements at the indexes of a range.

      iex> Enum.slice([1, 2, 3, 4, 5], 1..-2//1)
      [2, 3, 4]
  """
  @spec slice(t, Range.t()) :: list
  def slice(enumerable, first..last//step = range) do
    cond do
      step > 0 ->
        Slicer.slice(enumerable, first, last, step)

      # What is written 1..-2 has step -1, since its ends are out of order before the count is known.
      step == -1 and first > last ->
        Slicer.slice(enumerable, first, last, 1)

      true ->
        raise ArgumentError, "Enum.slice/2 does not accept ranges with negative steps, got: #{inspect(range)}"
    end
  end

  def slice(enumerable, %{__struct__: Range} = range) when not is_map_key(range, :step),
    do: slice(enumerable, Range.with_step(range))

  @doc """
  `amount` elements from `start_index` on.

      iex> Enum.slice(1..10, 3, 2)
      [4, 5]
  """
  @spec slice(t, index, non_neg_integer) :: list
  def slice(_enumerable, start_index, 0) when is_integer(start_index), do: []

  def slice(enumerable, start_index, amount)
      when is_integer(start_index) and is_integer(amount) and amount >= 0 do
    Slicer.slice(enumerable, start_index, amount)
  end

  @doc """
  Moves an element, or those of a range, to `insertion_index`.

      iex> Enum.slide([:a, :b, :c, :d], 0, 2)
      [:b, :c, :a, :d]
  """
  @spec slide(t, Range.t() | index, index) :: list
  def slide(enumerable, range_or_single_index, insertion_index)

  def slide(enumerable, index, insertion_index) when is_integer(index) do
    if index == insertion_index, do: to_list(enumerable), else: slide(enumerable, index..index, insertion_index)
  end

  def slide(_enumerable, _first.._last//step = range, _insertion_index) when step != 1 do
    raise ArgumentError, "Enum.slide/3 does not accept ranges with custom steps, got: #{inspect(range)}"
  end

  def slide(enumerable, first..last//_, insertion_index) do
    Slicer.slide(to_list(enumerable), first, last, insertion_index)
  end

  @doc """
  Reverses the `count` elements from `start_index` on.

      iex> Enum.reverse_slice(1..6, 2, 4)
      [1, 2, 6, 5, 4, 3]
  """
  @spec reverse_slice(t, non_neg_integer, non_neg_integer) :: list
  def reverse_slice(enumerable, start_index, count)
      when is_integer(start_index) and start_index >= 0 and is_integer(count) and count >= 0 do
    Slicer.reverse(to_list(enumerable), start_index, count)
  end

  @doc """
  The elements from last to first.

      iex> Enum.reverse(1..3)
      [3, 2, 1]
  """
  @spec reverse(t) :: list
  def reverse(enumerable)

  def reverse(list) when is_list(list), do: :lists.reverse(list)
  def reverse(enumerable), do: :lists.reverse(to_list(enumerable))

  @doc """
  The elements from last to first, then those of `tail`.

      iex> Enum.reverse([2, 1], [0])
      [1, 2, 0]
  """
  @spec reverse(t, t) :: list
  def reverse(enumerable, tail), do: :lists.reverse(to_list(enumerable), to_list(tail))

  # --- chunks --------------------------------------------------------------------------------

  @doc """
  Lists of `count` elements each; the last may be shorter.

      iex> Enum.chunk_every([1, 2, 3], 2)
      [[1, 2], [3]]
  """
  @spec chunk_every(t, pos_integer) :: [list]
  def chunk_every(enumerable, count), do: chunk_every(enumerable, count, count, [])

  @doc """
  Lists of `count` elements, each beginning `step` after the one before. A last, short list is filled
  from `leftover` as far as that goes, or left out when `leftover` is `:discard`.

      iex> Enum.chunk_every(1..6, 3, 2, :discard)
      [[1, 2, 3], [3, 4, 5]]
  """
  @spec chunk_every(t, pos_integer, pos_integer, t | :discard) :: [list]
  def chunk_every(enumerable, count, step, leftover \\ [])
      when is_integer(count) and count > 0 and is_integer(step) and step > 0 do
    list = to_list(enumerable)

    if step == count,
      do: Groups.chunk(list, count, leftover),
      else: Groups.chunk(list, count, step, leftover)
  end

  @doc false
  @deprecated "Use Enum.chunk_every/2 instead"
  def chunk(enumerable, count), do: chunk(enumerable, count, count, nil)

  @doc false
  @deprecated "Use Enum.chunk_every/3 instead"
  def chunk(enumerable, n, step), do: chunk(enumerable, n, step, nil)

  @doc false
  @deprecated "Use Enum.chunk_every/4 instead"
  def chunk(enumerable, n, step, leftover), do: chunk_every(enumerable, n, step, leftover || :discard)

  @doc """
  A new list wherever the result of `fun` changes.

      iex> Enum.chunk_by([1, 2, 2, 3], &(rem(&1, 2) == 1))
      [[1], [2, 2], [3]]
  """
  @spec chunk_by(t, (element -> any)) :: [list]
  def chunk_by(enumerable, fun) do
    case keyed(enumerable, fun) do
      [] -> []
      [[key | x] | t] -> Groups.chunk_by(t, key, [x])
    end
  end

  @doc """
  Chunks by hand: `chunk_fun` gives `{:cont, acc}`, `{:cont, chunk, acc}` or `{:halt, acc}`,
  `after_fun` gives `{:cont, acc}` or `{:cont, chunk, acc}`.

      iex> emit_at_2 = fn x, acc -> if x == 2, do: {:cont, [x | acc], []}, else: {:cont, [x | acc]} end
      iex> Enum.chunk_while([1, 2, 3], [], emit_at_2, fn acc -> {:cont, acc, []} end)
      [[2, 1], [3]]
  """
  @spec chunk_while(
          t,
          acc,
          (element, acc -> {:cont, any, acc} | {:cont, acc} | {:halt, acc}),
          (acc -> {:cont, any, acc} | {:cont, acc})
        ) :: list
  def chunk_while(enumerable, acc, chunk_fun, after_fun) do
    Walk.chunk_while(enumerable, acc, chunk_fun, after_fun)
  end

  # --- sameness and groups -------------------------------------------------------------------

  @doc """
  Without elements equal to the one before.

      iex> Enum.dedup([1, 1, 2, 1])
      [1, 2, 1]
  """
  @spec dedup(t) :: list
  def dedup(enumerable) do
    case to_list(enumerable) do
      [] -> []
      [h | t] -> [h | Groups.dedup(t, h)]
    end
  end

  @doc """
  Without elements whose result of `fun` equals that of the one before.

      iex> Enum.dedup_by([1, -1, 2], &abs/1)
      [1, 2]
  """
  @spec dedup_by(t, (element -> any)) :: list
  def dedup_by(enumerable, fun) do
    case keyed(enumerable, fun) do
      [] -> []
      [[key | x] | t] -> [x | Groups.dedup_by(t, key)]
    end
  end

  @doc """
  Without elements that occurred before.

      iex> Enum.uniq([1, 2, 1, 3])
      [1, 2, 3]
  """
  @spec uniq(t) :: list
  def uniq(enumerable), do: Groups.uniq(to_list(enumerable), %{})

  @doc false
  @deprecated "Use Enum.uniq_by/2 instead"
  def uniq(enumerable, fun), do: uniq_by(enumerable, fun)

  @doc """
  Without elements whose result of `fun` occurred before.

      iex> Enum.uniq_by([1, -1, 2], &abs/1)
      [1, 2]
  """
  @spec uniq_by(t, (element -> any)) :: list
  def uniq_by(enumerable, fun), do: Groups.uniq_by(keyed(enumerable, fun), %{})

  @doc """
  A map from each result of `key_fun` to the list of the elements that gave it.

      iex> Enum.group_by(["ant", "bee", "dog", "aa"], &byte_size/1)
      %{2 => ["aa"], 3 => ["ant", "bee", "dog"]}
  """
  @spec group_by(t, (element -> any)) :: map
  def group_by(enumerable, key_fun) when is_function(key_fun) do
    Groups.group_by(reverse(enumerable), key_fun, %{})
  end

  @doc """
  A map from each result of `key_fun` to the list of `value_fun`'s results.

      iex> Enum.group_by(["ant", "bee", "aa"], &byte_size/1, &String.first/1)
      %{2 => ["a"], 3 => ["a", "b"]}
  """
  @spec group_by(t, (element -> any), (element -> any)) :: map
  def group_by(enumerable, key_fun, value_fun) when is_function(key_fun) do
    Groups.group_by(reverse(enumerable), key_fun, value_fun, %{})
  end

  # --- joining -------------------------------------------------------------------------------

  @doc """
  `separator` between each two elements.

      iex> Enum.intersperse([1, 2, 3], 0)
      [1, 0, 2, 0, 3]
  """
  @spec intersperse(t, element) :: list
  def intersperse(enumerable, separator), do: intersperse_list(to_list(enumerable), separator)

  defp intersperse_list([], _separator), do: []
  defp intersperse_list([last], _separator), do: [last]
  defp intersperse_list([h | t], separator), do: [h, separator | intersperse_list(t, separator)]

  @doc """
  The elements as one string, `joiner` between them.

      iex> Enum.join([1, 2, 3], "-")
      "1-2-3"
  """
  @spec join(t, String.t()) :: String.t()
  def join(enumerable, joiner \\ "")

  def join(enumerable, "") do
    :erlang.iolist_to_binary(Collector.strings(to_list(enumerable)))
  end

  def join(enumerable, joiner) when is_binary(joiner) do
    :erlang.iolist_to_binary(Collector.strings(to_list(enumerable), joiner))
  end

  @doc """
  Maps, then joins.

      iex> Enum.map_join([1, 2, 3], ", ", fn x -> x * 2 end)
      "2, 4, 6"
  """
  @spec map_join(t, String.t(), (element -> String.Chars.t())) :: String.t()
  def map_join(enumerable, joiner \\ "", mapper) when is_binary(joiner) do
    join(map(enumerable, mapper), joiner)
  end

  # --- collecting ----------------------------------------------------------------------------

  @doc """
  The elements as a list.

      iex> Enum.to_list(1..3)
      [1, 2, 3]
  """
  @spec to_list(t) :: list
  def to_list(enumerable) when is_list(enumerable), do: enumerable
  def to_list(first..last//step) do
    count = range_count(first, last, step)
    range_list(first + (count - 1) * step, count, step, [])
  end

  def to_list(enumerable), do: Walk.to_list(enumerable)

  @doc """
  Puts the elements into `collectable`.

      iex> Enum.into([a: 1], %{b: 2})
      %{a: 1, b: 2}
  """
  @spec into(t, Collectable.t()) :: Collectable.t()
  def into(enumerable, collectable)

  def into(enumerable, []), do: to_list(enumerable)
  def into(enumerable, %{__struct__: MapSet} = set), do: MapSet.union(set, MapSet.new(enumerable))
  def into(enumerable, %{__struct__: _} = collectable), do: Collector.collect(enumerable, collectable)

  def into(enumerable, map) when is_map(map) do
    Collector.into_map(enumerable, map)
  end

  def into(enumerable, collectable), do: Collector.collect(enumerable, collectable)

  @doc """
  Puts the results of `transform` into `collectable`.

      iex> Enum.into(1..2, %{}, fn x -> {x, x * x} end)
      %{1 => 1, 2 => 4}
  """
  @spec into(t, Collectable.t(), (term -> term)) :: Collectable.t()
  def into(enumerable, [], transform), do: map(enumerable, transform)

  def into(enumerable, %{__struct__: MapSet} = set, transform) do
    MapSet.union(set, MapSet.new(map(enumerable, transform)))
  end

  def into(enumerable, %{__struct__: _} = collectable, transform) do
    Collector.collect(enumerable, collectable, transform)
  end

  def into(enumerable, map, transform) when is_map(map), do: Collector.into_map(enumerable, map, transform)
  def into(enumerable, collectable, transform), do: Collector.collect(enumerable, collectable, transform)

  # --- sorting -------------------------------------------------------------------------------

  @doc """
  The elements in ascending term order; equal ones keep their order.

      iex> Enum.sort([3, 1, 2])
      [1, 2, 3]
  """
  @spec sort(t) :: list
  def sort(enumerable), do: :lists.sort(to_list(enumerable))

  @doc """
  Sorts by `:asc`, `:desc`, a module with `compare/2`, `{:asc | :desc, module}` or a function that says
  whether its first argument may come before its second.

      iex> Enum.sort([1, 3, 2], :desc)
      [3, 2, 1]
  """
  @spec sort(t, (element, element -> boolean) | :asc | :desc | module | {:asc | :desc, module}) :: list
  def sort(enumerable, sorter)

  def sort(enumerable, :asc), do: :lists.sort(to_list(enumerable))

  # Backwards twice: what is equal keeps its order.
  def sort(enumerable, :desc), do: :lists.reverse(:lists.sort(:lists.reverse(to_list(enumerable))))
  def sort(enumerable, sorter), do: Sorter.sort(to_list(enumerable), Sorter.order(sorter))

  @doc """
  Sorts by the results of `mapper`, which is called once an element.

      iex> Enum.sort_by(["bb", "a", "ccc"], &byte_size/1, :desc)
      ["ccc", "bb", "a"]
  """
  @spec sort_by(t, (element -> any), (any, any -> boolean) | :asc | :desc | module | {:asc | :desc, module}) :: list
  def sort_by(enumerable, mapper, sorter \\ :asc)

  def sort_by(enumerable, mapper, :asc) when is_function(mapper, 1) do
    Sorter.values(Sorter.sort_cells(keyed(enumerable, mapper)))
  end

  def sort_by(enumerable, mapper, :desc) when is_function(mapper, 1) do
    Sorter.sort_reversed(:lists.reverse(keyed(enumerable, mapper)))
  end

  def sort_by(enumerable, mapper, sorter) when is_function(mapper, 1) do
    order = Sorter.order(sorter)
    Sorter.values(Sorter.sort(keyed(enumerable, mapper), fn [a | _], [b | _] -> order.(a, b) end))
  end

  # --- zips ----------------------------------------------------------------------------------

  @doc """
  Pairs of the elements of both, as long as both last.

      iex> Enum.zip([1, 2], [:a, :b, :c])
      [{1, :a}, {2, :b}]
  """
  @spec zip(t, t) :: [{any, any}]
  def zip(left, right) when is_list(left) and is_list(right), do: zip_list(left, right)
  def zip(left, right), do: zip_with(left, right, fn x, y -> {x, y} end)

  defp zip_list([x | xs], [y | ys]), do: [{x, y} | zip_list(xs, ys)]
  defp zip_list(_, _), do: []

  @doc """
  Tuples of the elements of all enumerables in a collection.

      iex> Enum.zip([[1, 2], [3, 4], [5, 6]])
      [{1, 3, 5}, {2, 4, 6}]
  """
  @spec zip([t] | t) :: [tuple]
  def zip(enumerables)

  def zip([left, right]), do: zip(left, right)
  def zip(enumerables), do: zip_with(enumerables, &:erlang.list_to_tuple/1)

  @doc """
  `zip_fun` of the elements of both, as long as both last.

      iex> Enum.zip_with([1, 2], [3, 4], fn x, y -> x + y end)
      [4, 6]
  """
  @spec zip_with(t, t, (any, any -> any)) :: list
  def zip_with(left, right, zip_fun) when is_list(left) and is_list(right) and is_function(zip_fun, 2) do
    zip_with_list(left, right, zip_fun)
  end

  def zip_with(left, right, zip_fun) when is_function(zip_fun, 2) do
    :lists.reverse(zip_reduce(left, right, [], fn x, y, acc -> [zip_fun.(x, y) | acc] end))
  end

  defp zip_with_list([x | xs], [y | ys], fun), do: [fun.(x, y) | zip_with_list(xs, ys, fun)]
  defp zip_with_list(_, _, _fun), do: []

  @doc """
  `zip_fun` of the lists of the elements of all enumerables in a collection.

      iex> Enum.zip_with([[1, 2], [3, 4], [5, 6]], &Enum.sum/1)
      [9, 12]
  """
  @spec zip_with(t, ([any] -> any)) :: list
  def zip_with([], _zip_fun), do: []

  def zip_with(enumerables, zip_fun) do
    :lists.reverse(zip_reduce(enumerables, [], fn row, acc -> [zip_fun.(row) | acc] end))
  end

  @doc """
  Folds over the lists of the elements of all enumerables in a collection.

      iex> Enum.zip_reduce([[1, 2], [3, 4]], 0, fn row, acc -> Enum.sum(row) + acc end)
      10
  """
  @spec zip_reduce(t, acc, ([term], acc -> acc)) :: acc
  def zip_reduce([], acc, reducer) when is_function(reducer, 2), do: acc

  def zip_reduce(enumerables, acc, reducer) when is_function(reducer, 2) do
    Zipper.reduce(enumerables, acc, reducer)
  end

  @doc """
  Folds over the elements of both, as long as both last.

      iex> Enum.zip_reduce([1, 2], [3, 4], 0, fn x, y, acc -> x * y + acc end)
      11
  """
  @spec zip_reduce(t, t, acc, (term, term, acc -> acc)) :: acc
  def zip_reduce(left, right, acc, reducer) when is_function(reducer, 3) do
    Zipper.reduce(left, right, acc, reducer)
  end

  @doc """
  The first and the second elements of pairs, in two lists.

      iex> Enum.unzip(a: 1, b: 2)
      {[:a, :b], [1, 2]}
  """
  @spec unzip(t) :: {list, list}
  def unzip(enumerable), do: unzip_list(to_list(enumerable), [], [])

  defp unzip_list([{x, y} | t], xs, ys), do: unzip_list(t, [x | xs], [y | ys])
  defp unzip_list([], xs, ys), do: {:lists.reverse(xs), :lists.reverse(ys)}
end
