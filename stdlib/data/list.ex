# SPDX-License-Identifier: Apache-2.0
#
# What is particular to linked lists: ends, positions, nested lists, lists of tuples, characters.
#
# Reaching a position costs as many steps as it is far from the head; so do `last`, `insert_at` and their
# like. All of it is direct recursion; nothing walks the list twice unless an index is negative.

defmodule List do
  @moduledoc """
  Functions over linked lists.

      iex> List.flatten([1, [2, [3]]])
      [1, 2, 3]
  """

  # --- ends, building ------------------------------------------------------------------------

  @doc """
  The first element, or `default` for an empty list.

      iex> List.first([1, 2])
      1
  """
  @spec first([elem], any) :: elem | any when elem: var
  def first(list, default \\ nil)
  def first([], default), do: default
  def first([h | _], _default), do: h

  @doc """
  The last element, or `default` for an empty list.

      iex> List.last([1, 2])
      2
  """
  @spec last([elem], any) :: elem | any when elem: var
  def last(list, default \\ nil)
  def last([], default), do: default
  def last([h], _default), do: h
  def last([_ | t], default), do: last(t, default)

  @doc """
  A list of `n` times `elem`.

      iex> List.duplicate("x", 2)
      ["x", "x"]
  """
  @spec duplicate(elem, non_neg_integer) :: [elem] when elem: var
  def duplicate(elem, n) when is_integer(n) and n >= 0, do: duplicate(elem, n, [])

  defp duplicate(_elem, 0, acc), do: acc
  defp duplicate(elem, n, acc), do: duplicate(elem, n - 1, [elem | acc])

  @doc """
  `term` itself if it is a list, nothing for nil, else a list of it.

      iex> List.wrap(:a)
      [:a]
  """
  @spec wrap(term) :: list
  def wrap(term)
  def wrap(list) when is_list(list), do: list
  def wrap(nil), do: []
  def wrap(other), do: [other]

  @doc """
  Whether the list does not end in an empty list.

      iex> List.improper?([1 | 2])
      true
  """
  @spec improper?(maybe_improper_list) :: boolean
  def improper?(list) when is_list(list) and length(list) >= 0, do: false
  def improper?(list) when is_list(list), do: true

  @doc """
  All elements of nested lists, in order.

      iex> List.flatten([1, [[2], 3]])
      [1, 2, 3]
  """
  @spec flatten(list) :: list
  def flatten(list), do: flatten_onto(list, [])

  @doc """
  All elements of nested lists, in order, then those of `tail`.

      iex> List.flatten([1, [2]], [[3]])
      [1, 2, [3]]
  """
  @spec flatten(list, list) :: list
  def flatten(list, tail) when is_list(tail), do: flatten_onto(list, tail)

  defp flatten_onto([h | t], tail) when is_list(h), do: flatten_onto(h, flatten_onto(t, tail))
  defp flatten_onto([h | t], tail), do: [h | flatten_onto(t, tail)]
  defp flatten_onto([], tail), do: tail

  @doc """
  Folds from the left.

      iex> List.foldl([5, 5], 10, fn x, acc -> x + acc end)
      20
  """
  @spec foldl([elem], acc, (elem, acc -> acc)) :: acc when elem: var, acc: var
  def foldl(list, acc, fun) when is_list(list) and is_function(fun), do: fold_left(list, acc, fun)

  defp fold_left([h | t], acc, fun), do: fold_left(t, fun.(h, acc), fun)
  defp fold_left([], acc, _fun), do: acc

  @doc """
  Folds from the right.

      iex> List.foldr([1, 2, 3, 4], 0, fn x, acc -> x - acc end)
      -2
  """
  @spec foldr([elem], acc, (elem, acc -> acc)) :: acc when elem: var, acc: var
  def foldr(list, acc, fun) when is_list(list) and is_function(fun) do
    fold_left(:lists.reverse(list), acc, fun)
  end

  @doc """
  Tuples of the elements at each position of several lists, as long as all last.

      iex> List.zip([[1, 2], [3, 4]])
      [{1, 3}, {2, 4}]
  """
  @spec zip([list]) :: [tuple]
  def zip([]), do: []
  def zip(list_of_lists) when is_list(list_of_lists), do: zip_rows(list_of_lists)

  defp zip_rows(lists) do
    case heads_and_tails(lists, [], []) do
      {heads, tails} -> [:erlang.list_to_tuple(heads) | zip_rows(tails)]
      :done -> []
    end
  end

  defp heads_and_tails([[h | t] | rest], heads, tails), do: heads_and_tails(rest, [h | heads], [t | tails])
  defp heads_and_tails([[] | _], _heads, _tails), do: :done
  defp heads_and_tails([], heads, tails), do: {:lists.reverse(heads), :lists.reverse(tails)}

  # --- elements ------------------------------------------------------------------------------

  @doc """
  Without the first element that is `element`.

      iex> List.delete([:a, :b, :b], :b)
      [:a, :b]
  """
  @spec delete([elem], any) :: [elem] when elem: var
  def delete(list, element)
  def delete([element | list], element), do: list
  def delete([other | list], element), do: [other | delete(list, element)]
  def delete([], _element), do: []

  @doc """
  Whether the list begins with the elements of `prefix`.

      iex> List.starts_with?([1, 2, 3], [1, 2])
      true
  """
  @spec starts_with?(list, list) :: boolean
  def starts_with?(list, prefix)
  def starts_with?([h | t], [h | prefix]), do: starts_with?(t, prefix)
  def starts_with?(list, []) when is_list(list), do: true
  def starts_with?(list, [_ | _]) when is_list(list), do: false

  @doc """
  Whether the list ends with the elements of `suffix`.

      iex> List.ends_with?([1, 2, 3], [2, 3])
      true
  """
  @spec ends_with?(list, list) :: boolean
  def ends_with?(list, suffix) when is_list(list) and is_list(suffix) do
    ends_with(list, length(list) - length(suffix), suffix)
  end

  defp ends_with(list, 0, suffix), do: list === suffix
  defp ends_with(list, n, suffix) when n > 0, do: ends_with(tl(list), n - 1, suffix)
  defp ends_with(_list, _n, _suffix), do: false

  # --- positions: a negative index counts from the end -----------------------------------------

  @doc """
  Puts `value` at `index`, or at the nearer end.

      iex> List.insert_at([1, 2, 4], 2, 3)
      [1, 2, 3, 4]
  """
  @spec insert_at(list, integer, any) :: list
  def insert_at(list, index, value) when is_list(list) and is_integer(index) do
    # From the end, -1 is behind the last element.
    index = if index < 0, do: length(list) + index + 1, else: index
    put_in_front(list, index, value)
  end

  defp put_in_front([h | t], index, value) when index > 0, do: [h | put_in_front(t, index - 1, value)]
  defp put_in_front(list, _index, value), do: [value | list]

  @doc """
  `value` in place of what is at `index`.

      iex> List.replace_at([1, 2, 3], -1, 4)
      [1, 2, 4]
  """
  @spec replace_at(list, integer, any) :: list
  def replace_at(list, index, value) when is_list(list) and is_integer(index) do
    replace_nth(list, position(list, index), value)
  end

  # Below zero where the list does not reach.
  defp position(list, index) when index < 0, do: length(list) + index
  defp position(_list, index), do: index

  defp replace_nth([_ | t], 0, value), do: [value | t]
  defp replace_nth([h | t], n, value) when n > 0, do: [h | replace_nth(t, n - 1, value)]
  defp replace_nth([], _n, _value), do: []
  defp replace_nth(list, n, _value) when n < 0, do: list

  @doc """
  `fun`'s result in place of what is at `index`.

      iex> List.update_at([1, 2, 3], 0, fn x -> x + 10 end)
      [11, 2, 3]
  """
  @spec update_at([elem], integer, (elem -> any)) :: list when elem: var
  def update_at(list, index, fun) when is_list(list) and is_function(fun) and is_integer(index) do
    update_nth(list, position(list, index), fun)
  end

  defp update_nth([h | t], 0, fun), do: [fun.(h) | t]
  defp update_nth([h | t], n, fun) when n > 0, do: [h | update_nth(t, n - 1, fun)]
  defp update_nth([], _n, _fun), do: []
  defp update_nth(list, n, _fun) when n < 0, do: list

  @doc """
  Without what is at `index`.

      iex> List.delete_at([1, 2, 3], 1)
      [1, 3]
  """
  @spec delete_at(list, integer) :: list
  def delete_at(list, index) when is_list(list) and is_integer(index) do
    delete_nth(list, position(list, index))
  end

  defp delete_nth([_ | t], 0), do: t
  defp delete_nth([h | t], n) when n > 0, do: [h | delete_nth(t, n - 1)]
  defp delete_nth([], _n), do: []
  defp delete_nth(list, n) when n < 0, do: list

  @doc """
  What is at `index` (or `default`), and the list without it.

      iex> List.pop_at([1, 2, 3], 0)
      {1, [2, 3]}
  """
  @spec pop_at(list, integer, any) :: {any, list}
  def pop_at(list, index, default \\ nil) when is_integer(index) do
    pop_nth(list, position(list, index), list, [], default)
  end

  defp pop_nth([h | t], 0, _list, front, _default), do: {h, :lists.reverse(front, t)}
  defp pop_nth([h | t], n, list, front, default) when n > 0, do: pop_nth(t, n - 1, list, [h | front], default)
  defp pop_nth([], _n, list, _front, default), do: {default, list}
  defp pop_nth(_rest, n, list, _front, default) when n < 0, do: {default, list}

  # --- lists of tuples: `position` counts from zero, keys are compared with == -----------------

  @doc """
  The first tuple with `key` at `position`, or `default`.

      iex> List.keyfind([a: 1, b: 2], :b, 0)
      {:b, 2}
  """
  @spec keyfind([tuple], any, non_neg_integer, any) :: any
  def keyfind(list, key, position, default \\ nil) when is_integer(position) do
    case :lists.keyfind(key, position + 1, list) do
      false -> default
      tuple -> tuple
    end
  end

  @doc """
  The first tuple with `key` at `position`; raises `KeyError` when there is none.

      iex> List.keyfind!([a: 1], :a, 0)
      {:a, 1}
  """
  @spec keyfind!([tuple], any, non_neg_integer) :: any
  def keyfind!(list, key, position) when is_integer(position) do
    case :lists.keyfind(key, position + 1, list) do
      false ->
        raise KeyError,
          key: key,
          term: list,
          message: "key #{inspect(key)} at position #{inspect(position)} not found in: #{inspect(list)}"

      tuple ->
        tuple
    end
  end

  @doc """
  Whether some tuple has `key` at `position`.

      iex> List.keymember?([a: 1], :b, 0)
      false
  """
  @spec keymember?([tuple], any, non_neg_integer) :: boolean
  def keymember?(list, key, position) when is_integer(position) do
    :lists.keymember(key, position + 1, list)
  end

  @doc """
  `new_tuple` in place of the first tuple with `key` at `position`.

      iex> List.keyreplace([a: 1, b: 2], :a, 0, {:a, 3})
      [a: 3, b: 2]
  """
  @spec keyreplace([tuple], any, non_neg_integer, tuple) :: [tuple]
  def keyreplace(list, key, position, new_tuple) when is_integer(position) and is_tuple(new_tuple) do
    replace_key(list, key, position + 1, new_tuple, [])
  end

  defp replace_key([h | t], key, n, new, _tail) when tuple_size(h) >= n and :erlang.element(n, h) == key do
    [new | t]
  end

  defp replace_key([h | t], key, n, new, tail), do: [h | replace_key(t, key, n, new, tail)]
  defp replace_key([], _key, _n, _new, tail), do: tail

  @doc """
  `keyreplace/4` that appends `new_tuple` when there is none to replace.

      iex> List.keystore([a: 1], :b, 0, {:b, 2})
      [a: 1, b: 2]
  """
  @spec keystore([tuple], any, non_neg_integer, tuple) :: [tuple, ...]
  def keystore(list, key, position, new_tuple) when is_integer(position) and is_tuple(new_tuple) do
    replace_key(list, key, position + 1, new_tuple, [new_tuple])
  end

  @doc """
  Without the first tuple with `key` at `position`.

      iex> List.keydelete([a: 1, b: 2], :a, 0)
      [b: 2]
  """
  @spec keydelete([tuple], any, non_neg_integer) :: [tuple]
  def keydelete(list, key, position) when is_integer(position), do: delete_key(list, key, position + 1)

  defp delete_key([h | t], key, n) when tuple_size(h) >= n and :erlang.element(n, h) == key, do: t
  defp delete_key([h | t], key, n), do: [h | delete_key(t, key, n)]
  defp delete_key([], _key, _n), do: []

  @doc """
  The first tuple with `key` at `position` and the list without it, or nil.

      iex> List.keytake([a: 1, b: 2], :a, 0)
      {{:a, 1}, [b: 2]}
  """
  @spec keytake([tuple], any, non_neg_integer) :: {tuple, [tuple]} | nil
  def keytake(list, key, position) when is_integer(position), do: take_key(list, key, position + 1, [])

  defp take_key([h | t], key, n, front) when tuple_size(h) >= n and :erlang.element(n, h) == key do
    {h, :lists.reverse(front, t)}
  end

  defp take_key([h | t], key, n, front), do: take_key(t, key, n, [h | front])
  defp take_key([], _key, _n, _front), do: nil

  @doc """
  Sorts tuples by what is at `position`; `sorter` as in `Enum.sort/2`.

      iex> List.keysort([b: 1, a: 2], 0)
      [a: 2, b: 1]
  """
  @spec keysort([tuple], non_neg_integer, (any, any -> boolean) | :asc | :desc | module | {:asc | :desc, module}) :: [
          tuple
        ]
  def keysort(list, position, sorter \\ :asc) when is_list(list) and is_integer(position) do
    n = position + 1
    Enum.sort_by(list, fn tuple -> :erlang.element(n, tuple) end, sorter)
  end

  # --- characters and conversions --------------------------------------------------------------

  @doc """
  Whether the first `limit` elements are printable ASCII characters.

      iex> List.ascii_printable?([104, 105])
      true
  """
  @spec ascii_printable?(list, 0 | non_neg_integer | :infinity) :: boolean
  def ascii_printable?(list, limit \\ :infinity)
      when is_list(list) and (limit == :infinity or (is_integer(limit) and limit >= 0)) do
    ascii_list?(list, limit)
  end

  defp ascii_list?(_list, 0), do: true

  defp ascii_list?([char | t], limit) when is_integer(char) and char >= 32 and char <= 126,
    do: ascii_list?(t, less(limit))

  # \a \b \t \n \v \f \r \e
  defp ascii_list?([char | t], limit) when is_integer(char) and char >= 7 and char <= 13,
    do: ascii_list?(t, less(limit))

  defp ascii_list?([27 | t], limit), do: ascii_list?(t, less(limit))
  defp ascii_list?([], _limit), do: true
  defp ascii_list?(_other, _limit), do: false

  defp less(:infinity), do: :infinity
  defp less(limit), do: limit - 1

  @doc """
  The atom named by a charlist.

      iex> List.to_atom([97, 98])
      :ab
  """
  @spec to_atom(charlist) :: atom
  def to_atom(charlist), do: :erlang.list_to_atom(charlist)

  @doc """
  The atom named by a charlist, if there is one already.

      iex> List.to_existing_atom([111, 107])
      :ok
  """
  @spec to_existing_atom(charlist) :: atom
  def to_existing_atom(charlist), do: :erlang.list_to_existing_atom(charlist)

  @doc """
  The float written in a charlist.

      iex> List.to_float([50, 46, 53])
      2.5
  """
  @spec to_float(charlist) :: float
  def to_float(charlist), do: :erlang.list_to_float(charlist)

  @doc """
  The integer written in a charlist.

      iex> List.to_integer([49, 50])
      12
  """
  @spec to_integer(charlist) :: integer
  def to_integer(charlist), do: :erlang.list_to_integer(charlist)

  @doc """
  The integer written in a charlist in `base`.

      iex> List.to_integer([49, 48], 2)
      2
  """
  @spec to_integer(charlist, 2..36) :: integer
  def to_integer(charlist, base), do: :erlang.list_to_integer(charlist, base)

  @doc """
  A tuple of the elements.

      iex> List.to_tuple([1, 2])
      {1, 2}
  """
  @spec to_tuple(list) :: tuple
  def to_tuple(list), do: :erlang.list_to_tuple(list)

  @doc """
  The string that a list of code points, strings and such lists writes.

      iex> List.to_string([104, "i", [33]])
      "hi!"
  """
  @spec to_string(:unicode.charlist()) :: String.t()
  def to_string(list) when is_list(list) do
    try do
      :unicode.characters_to_binary(list)
    rescue
      ArgumentError ->
        raise ArgumentError, """
        cannot convert the given list to a string.

        To be converted to a string, a list must either be empty or only
        contain the following elements:

          * strings
          * integers representing Unicode code points
          * a list containing one of these three elements

        Please check the given list or call inspect/1 to get the list representation, got:

        #{inspect(list)}
        """
    else
      result -> converted(result)
    end
  end

  @doc """
  The list of code points that a list of code points, strings and such lists writes.

      iex> List.to_charlist([104, "i", [33]])
      [104, 105, 33]
  """
  @spec to_charlist(:unicode.charlist()) :: charlist
  def to_charlist(list) when is_list(list) do
    try do
      :unicode.characters_to_list(list)
    rescue
      ArgumentError ->
        raise ArgumentError, """
        cannot convert the given list to a charlist.

        To be converted to a charlist, a list must contain only:

          * strings
          * integers representing Unicode code points
          * or a list containing one of these three elements

        Please check the given list or call inspect/1 to get the list representation, got:

        #{inspect(list)}
        """
    else
      result -> converted(result)
    end
  end

  defp converted({:error, encoded, rest}) do
    raise UnicodeConversionError, encoded: encoded, rest: rest, kind: :invalid
  end

  defp converted({:incomplete, encoded, rest}) do
    raise UnicodeConversionError, encoded: encoded, rest: rest, kind: :incomplete
  end

  defp converted(result), do: result

  # --- differences -----------------------------------------------------------------------------
  # Myers' greedy search: after `cost` edits, the furthest point reached on each diagonal is kept as
  # {how much of the first list is used, rest of the first, rest of the second, edits so far}.

  @doc """
  The edits that make `list2` of `list1`.

      iex> List.myers_difference([1, 4, 2, 3], [1, 2, 3, 4])
      [eq: [1], del: [4], eq: [2, 3], ins: [4]]
  """
  @spec myers_difference(list, list) :: [{:eq | :ins | :del, list}]
  def myers_difference(list1, list2) when is_list(list1) and is_list(list2) do
    search(0, [{0, list1, list2, []}], nil)
  end

  @doc """
  `myers_difference/2` where `diff_script`, given an element of each, may answer how the one becomes the other
  (kept under `:diff`), or nil.

      iex> List.myers_difference(["a"], ["b"], fn _, _ -> nil end)
      [del: ["a"], ins: ["b"]]
  """
  @spec myers_difference(list, list, (term, term -> script | nil)) :: script
        when script: [{:eq | :ins | :del | :diff, list}]
  def myers_difference(list1, list2, diff_script)
      when is_list(list1) and is_list(list2) and is_function(diff_script) do
    search(0, [{0, list1, list2, []}], diff_script)
  end

  defp search(cost, points, script) do
    case advance(-cost, cost, points, [], script) do
      {:done, edits} -> compact(edits, [])
      {:next, points} -> search(cost + 1, points, script)
    end
  end

  defp advance(diagonal, cost, _points, next, _script) when diagonal > cost do
    {:next, :lists.reverse(next)}
  end

  defp advance(diagonal, cost, points, next, script) do
    {point, points} = step(diagonal, cost, points, script)

    case slide(point) do
      {_, [], [], edits} -> {:done, edits}
      point -> advance(diagonal + 2, cost, points, [point | next], script)
    end
  end

  # The point to go on from is the one of the two neighbours that used more of the first list.
  defp step(0, 0, [point], _script), do: {point, []}

  defp step(diagonal, cost, [point | _] = points, script) when diagonal == -cost,
    do: {delete_one(point, script), points}

  defp step(diagonal, cost, [point], script) when diagonal == cost, do: {insert_one(point, script), []}

  defp step(_diagonal, _cost, [{used1, _, _, _} = point1, {used2, _, _, _} = point2 | points], script) do
    if used1 > used2,
      do: {insert_one(point1, script), [point2 | points]},
      else: {delete_one(point2, script), [point2 | points]}
  end

  # Where both lists go on, the script may see one change instead.
  defp delete_one({used, [x | rest1], [y | rest2] = list2, edits}, script) when script != nil do
    if diff = script.(x, y),
      do: {used + 1, rest1, rest2, [{:diff, diff} | edits]},
      else: {used + 1, rest1, list2, [{:del, x} | edits]}
  end

  defp delete_one({used, [x | rest], list2, edits}, _script), do: {used + 1, rest, list2, [{:del, x} | edits]}
  defp delete_one({used, [], list2, edits}, _script), do: {used + 1, [], list2, edits}

  defp insert_one({used, [x | rest1] = list1, [y | rest2], edits}, script) when script != nil do
    if diff = script.(x, y),
      do: {used + 1, rest1, rest2, [{:diff, diff} | edits]},
      else: {used, list1, rest2, [{:ins, y} | edits]}
  end

  defp insert_one({used, list1, [y | rest], edits}, _script), do: {used, list1, rest, [{:ins, y} | edits]}
  defp insert_one({used, list1, [], edits}, _script), do: {used, list1, [], edits}

  defp slide({used, [x | rest1], [x | rest2], edits}), do: slide({used + 1, rest1, rest2, [{:eq, x} | edits]})
  defp slide(point), do: point

  # Edits come last to first.
  defp compact([], acc), do: acc
  defp compact([{:diff, _} = diff | rest], acc), do: compact(rest, [diff | acc])
  defp compact([{kind, x} | rest], [{kind, xs} | acc]), do: compact(rest, [{kind, [x | xs]} | acc])
  defp compact(rest, [{:eq, x}, {:ins, x}, {:eq, y} | acc]), do: compact(rest, [{:ins, x}, {:eq, x ++ y} | acc])
  defp compact([{kind, x} | rest], acc), do: compact(rest, [{kind, [x]} | acc])
end
