# SPDX-License-Identifier: Apache-2.0
#
# Keyword lists: lists of pairs whose keys are atoms. Keys may repeat; the first one counts for reading.
#
# Writing one key leaves one pair with that key. Order is kept, a written pair that was not there goes
# to the front, except where said otherwise.

defmodule Keyword do
  @moduledoc """
  Functions over keyword lists.

      iex> Keyword.get([a: 1, b: 2], :b)
      2
  """

  @type key :: atom
  @type value :: any
  @type t :: [{key, value}]
  @type t(value) :: [{key, value}]
  @type default :: any

  @doc """
  Whether `term` is a keyword list.

      iex> Keyword.keyword?([{"a", 1}])
      false
  """
  @spec keyword?(term) :: boolean
  def keyword?(term)
  def keyword?([{key, _value} | rest]) when is_atom(key), do: keyword?(rest)
  def keyword?([]), do: true
  def keyword?(_other), do: false

  @doc """
  The empty keyword list.

      iex> Keyword.new()
      []
  """
  @spec new :: []
  def new, do: []

  @doc """
  A keyword list of an enumerable's pairs; of equal keys the last pair is kept.

      iex> Keyword.new([a: 1, b: 2, a: 3])
      [b: 2, a: 3]
  """
  @spec new(Enumerable.t()) :: t
  def new(pairs), do: new(pairs, fn pair -> pair end)

  @doc """
  A keyword list of the pairs that `transform` makes; of equal keys the last pair is kept.

      iex> Keyword.new([:a, :b], fn x -> {x, x} end)
      [a: :a, b: :b]
  """
  @spec new(Enumerable.t(), (term -> {key, value})) :: t
  def new(pairs, transform) when is_function(transform, 1) do
    new_from_last(Enum.reverse(pairs), transform, [])
  end

  defp new_from_last([x | rest], transform, acc) do
    {key, value} = transform.(x)
    new_from_last(rest, transform, put_new(acc, key, value))
  end

  defp new_from_last([], _transform, acc), do: acc

  @doc """
  `value` under each key.

      iex> Keyword.from_keys([:a, :b], 0)
      [a: 0, b: 0]
  """
  @spec from_keys([key], value) :: t
  def from_keys(keys, value) when is_list(keys), do: with_keys(keys, value)

  defp with_keys([key | keys], value), do: [{key, value} | with_keys(keys, value)]
  defp with_keys([], _value), do: []

  @doc """
  The list itself.

      iex> Keyword.to_list(a: 1)
      [a: 1]
  """
  @spec to_list(t) :: t
  def to_list(keywords) when is_list(keywords), do: keywords

  @doc """
  Checks the keys against those allowed (atoms, or pairs with a default) and adds the defaults; gives
  `{:ok, keywords}` or `{:error, unknown_keys}`.

      iex> Keyword.validate([c: 1], [:c, d: 2])
      {:ok, [d: 2, c: 1]}
  """
  @spec validate(t, values :: [atom | {atom, term}]) :: {:ok, t} | {:error, [atom]}
  def validate(keywords, values) when is_list(keywords) and is_list(values) do
    check(keywords, values, [], [], [])
  end

  # The allowed values that did not come yet are those of `near` and `far` together: what a search passes over goes
  # from the one to the other, so the next search begins behind it. `good` are the pairs and `bad` the keys seen,
  # last first. A key that comes again is bad too.
  defp check([{key, _} = pair | rest], near, far, good, bad) when is_atom(key) do
    with :error <- take_allowed(near, key, far), :error <- take_allowed(far, key, near) do
      check(rest, near, far, good, [key | bad])
    else
      {near, far} -> check(rest, near, far, [pair | good], bad)
    end
  end

  defp check([], near, far, good, []), do: {:ok, defaults(near, defaults(far, good))}
  defp check([], _near, _far, _good, bad), do: {:error, bad}

  defp check([pair | _], _near, _far, _good, _bad) do
    raise ArgumentError, "expected a keyword list as first argument, got invalid entry: #{inspect(pair)}"
  end

  defp take_allowed([key | rest], key, passed), do: {rest, passed}
  defp take_allowed([{key, _} | rest], key, passed), do: {rest, passed}
  defp take_allowed([other | rest], key, passed), do: take_allowed(rest, key, [other | passed])
  defp take_allowed([], _key, _passed), do: :error

  defp defaults([key | rest], acc) when is_atom(key), do: defaults(rest, acc)
  defp defaults([{key, _} = pair | rest], acc) when is_atom(key), do: defaults(rest, [pair | acc])
  defp defaults([], acc), do: acc

  defp defaults([other | _], _acc) do
    raise ArgumentError, "expected the second argument to be a list of atoms or tuples, got: #{inspect(other)}"
  end

  @doc """
  `validate/2` that gives the keywords or raises `ArgumentError`.

      iex> Keyword.validate!([c: 1], [:c])
      [c: 1]
  """
  @spec validate!(t, values :: [atom | {atom, term}]) :: t
  def validate!(keywords, values) do
    case validate(keywords, values) do
      {:ok, keywords} ->
        keywords

      {:error, bad} ->
        allowed = for value <- values, do: if(is_tuple(value), do: :erlang.element(1, value), else: value)

        case for key <- bad, not :lists.member(key, allowed), do: key do
          [] ->
            raise ArgumentError, "duplicate keys #{inspect(bad)} in #{inspect(keywords)}"

          unknown ->
            raise ArgumentError,
                  "unknown keys #{inspect(unknown)} in #{inspect(keywords)}, the allowed keys are: #{inspect(allowed)}"
        end
    end
  end

  # --- reading -------------------------------------------------------------------------------

  @doc """
  The keys, repeated ones too.

      iex> Keyword.keys(a: 1, b: 2)
      [:a, :b]
  """
  @spec keys(t) :: [key]
  def keys(keywords) when is_list(keywords), do: keys_of(keywords)

  defp keys_of([{key, _} | rest]) when is_atom(key), do: [key | keys_of(rest)]
  defp keys_of([]), do: []
  defp keys_of([other | _]), do: not_a_pair(other)

  defp not_a_pair(other) do
    raise ArgumentError,
          "expected a keyword list, but an entry in the list is not a two-element tuple " <>
            "with an atom as its first element, got: #{inspect(other)}"
  end

  @doc """
  The values.

      iex> Keyword.values(a: 1, b: 2)
      [1, 2]
  """
  @spec values(t) :: [value]
  def values(keywords) when is_list(keywords), do: values_of(keywords)

  defp values_of([{key, value} | rest]) when is_atom(key), do: [value | values_of(rest)]
  defp values_of([]), do: []
  defp values_of([other | _]), do: not_a_pair(other)

  @doc """
  Whether `key` is there.

      iex> Keyword.has_key?([a: 1], :a)
      true
  """
  @spec has_key?(t, key) :: boolean
  def has_key?(keywords, key) when is_list(keywords) and is_atom(key), do: :lists.keymember(key, 1, keywords)

  @doc """
  The first value under `key`, or `default`.

      iex> Keyword.get([a: 1], :b, 3)
      3
  """
  @spec get(t, key, default) :: value | default
  def get(keywords, key, default \\ nil) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> value
      false -> default
    end
  end

  @doc """
  The first value under `key`, or `fun.()`.

      iex> Keyword.get_lazy([a: 1], :b, fn -> 3 end)
      3
  """
  @spec get_lazy(t, key, (() -> value)) :: value
  def get_lazy(keywords, key, fun) when is_list(keywords) and is_atom(key) and is_function(fun, 0) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> value
      false -> fun.()
    end
  end

  @doc """
  `{:ok, value}` for the first value under `key`, or `:error`.

      iex> Keyword.fetch([a: 1], :a)
      {:ok, 1}
  """
  @spec fetch(t, key) :: {:ok, value} | :error
  def fetch(keywords, key) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> {:ok, value}
      false -> :error
    end
  end

  @doc """
  The first value under `key`; raises `KeyError` when there is none.

      iex> Keyword.fetch!([a: 1], :a)
      1
  """
  @spec fetch!(t, key) :: value
  def fetch!(keywords, key) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> value
      false -> raise KeyError, key: key, term: keywords
    end
  end

  @doc """
  All values under `key`.

      iex> Keyword.get_values([a: 1, b: 2, a: 3], :a)
      [1, 3]
  """
  @spec get_values(t, key) :: [value]
  def get_values(keywords, key) when is_list(keywords) and is_atom(key), do: values_under(keywords, key)

  defp values_under([{key, value} | rest], key), do: [value | values_under(rest, key)]
  defp values_under([{_, _} | rest], key), do: values_under(rest, key)
  defp values_under([], _key), do: []

  @doc """
  Whether both have the same pairs, in whatever order of keys.

      iex> Keyword.equal?([a: 1, b: 2], [b: 2, a: 1])
      true
  """
  @spec equal?(t, t) :: boolean
  def equal?(left, right) when is_list(left) and is_list(right) do
    :lists.sort(left) === :lists.sort(right)
  end

  # --- writing -------------------------------------------------------------------------------

  @doc """
  Puts `value` under `key`.

      iex> Keyword.put([a: 1, b: 2], :b, 3)
      [b: 3, a: 1]
  """
  @spec put(t, key, value) :: t
  def put(keywords, key, value) when is_list(keywords) and is_atom(key) do
    [{key, value} | delete(keywords, key)]
  end

  @doc """
  Puts `value` under `key` unless that is there.

      iex> Keyword.put_new([a: 1], :a, 2)
      [a: 1]
  """
  @spec put_new(t, key, value) :: t
  def put_new(keywords, key, value) when is_list(keywords) and is_atom(key) do
    if :lists.keymember(key, 1, keywords), do: keywords, else: [{key, value} | keywords]
  end

  @doc """
  Puts `fun.()` under `key` unless that is there.

      iex> Keyword.put_new_lazy([a: 1], :b, fn -> 2 end)
      [b: 2, a: 1]
  """
  @spec put_new_lazy(t, key, (() -> value)) :: t
  def put_new_lazy(keywords, key, fun) when is_list(keywords) and is_atom(key) and is_function(fun, 0) do
    if :lists.keymember(key, 1, keywords), do: keywords, else: [{key, fun.()} | keywords]
  end

  @doc """
  Puts `value` in the place of `key` if that is there.

      iex> Keyword.replace([a: 1, b: 2, a: 4], :a, 3)
      [a: 3, b: 2]
  """
  @spec replace(t, key, value) :: t
  def replace(keywords, key, value) when is_list(keywords) and is_atom(key), do: replace_pair(keywords, key, value)

  defp replace_pair([{key, _} | rest], key, value), do: [{key, value} | delete(rest, key)]
  defp replace_pair([{_, _} = pair | rest], key, value), do: [pair | replace_pair(rest, key, value)]
  defp replace_pair([], _key, _value), do: []

  @doc """
  Puts `value` in the place of `key`; raises `KeyError` when that is not there.

      iex> Keyword.replace!([a: 1], :a, 3)
      [a: 3]
  """
  @spec replace!(t, key, value) :: t
  def replace!(keywords, key, value) when is_list(keywords) and is_atom(key) do
    replace_pair!(keywords, key, value, keywords)
  end

  defp replace_pair!([{key, _} | rest], key, value, _all), do: [{key, value} | delete(rest, key)]
  defp replace_pair!([{_, _} = pair | rest], key, value, all), do: [pair | replace_pair!(rest, key, value, all)]
  defp replace_pair!([], key, _value, all), do: raise(KeyError, key: key, term: all)

  @doc """
  Puts `fun.(value)` in the place of `key` if that is there.

      iex> Keyword.replace_lazy([a: 1], :a, fn v -> v * 4 end)
      [a: 4]
  """
  @spec replace_lazy(t, key, (value -> value)) :: t
  def replace_lazy(keywords, key, fun) when is_list(keywords) and is_atom(key) and is_function(fun, 1) do
    replace_pair_lazy(keywords, key, fun)
  end

  defp replace_pair_lazy([{key, value} | rest], key, fun), do: [{key, fun.(value)} | delete(rest, key)]
  defp replace_pair_lazy([{_, _} = pair | rest], key, fun), do: [pair | replace_pair_lazy(rest, key, fun)]
  defp replace_pair_lazy([], _key, _fun), do: []

  @doc """
  `fun.(value)` in the place of `key`; `default` at the end where there was none.

      iex> Keyword.update([a: 1], :b, 11, fn v -> v * 2 end)
      [a: 1, b: 11]
  """
  @spec update(t, key, default :: value, (value -> value)) :: t
  def update(keywords, key, default, fun) when is_list(keywords) and is_atom(key) and is_function(fun, 1) do
    update_pair(keywords, key, default, fun)
  end

  defp update_pair([{key, value} | rest], key, _default, fun), do: [{key, fun.(value)} | delete(rest, key)]
  defp update_pair([{_, _} = pair | rest], key, default, fun), do: [pair | update_pair(rest, key, default, fun)]
  defp update_pair([], key, default, _fun), do: [{key, default}]

  @doc """
  `fun.(value)` in the place of `key`; raises `KeyError` when that is not there.

      iex> Keyword.update!([a: 1], :a, fn v -> v * 2 end)
      [a: 2]
  """
  @spec update!(t, key, (value -> value)) :: t
  def update!(keywords, key, fun) when is_list(keywords) and is_atom(key) and is_function(fun, 1) do
    update_pair!(keywords, key, fun, keywords)
  end

  defp update_pair!([{key, value} | rest], key, fun, _all), do: [{key, fun.(value)} | delete(rest, key)]
  defp update_pair!([{_, _} = pair | rest], key, fun, all), do: [pair | update_pair!(rest, key, fun, all)]
  defp update_pair!([], key, _fun, all), do: raise(KeyError, key: key, term: all)

  @doc """
  Reads and writes: `fun` gets the value (or nil) and gives `{got, new_value}` or `:pop`.

      iex> Keyword.get_and_update([a: 1], :a, fn v -> {v, v + 1} end)
      {1, [a: 2]}
  """
  @spec get_and_update(t, key, (value | nil -> {current, new_value :: value} | :pop)) :: {current, t}
        when current: value
  def get_and_update(keywords, key, fun) when is_list(keywords) and is_atom(key) do
    get_and_update(keywords, [], key, fun)
  end

  defp get_and_update([{key, current} | rest], front, key, fun) do
    case fun.(current) do
      {got, value} -> {got, :lists.reverse(front, [{key, value} | rest])}
      :pop -> {current, :lists.reverse(front, rest)}
      other -> bad_update(other)
    end
  end

  defp get_and_update([{_, _} = pair | rest], front, key, fun) do
    get_and_update(rest, [pair | front], key, fun)
  end

  defp get_and_update([], front, key, fun) do
    case fun.(nil) do
      {got, value} -> {got, [{key, value} | :lists.reverse(front)]}
      :pop -> {nil, :lists.reverse(front)}
      other -> bad_update(other)
    end
  end

  defp bad_update(other) do
    raise "the given function must return a two-element tuple or :pop, got: #{inspect(other)}"
  end

  @doc """
  `get_and_update/3` that raises `KeyError` when `key` is not there.

      iex> Keyword.get_and_update!([a: 1], :a, fn _ -> :pop end)
      {1, []}
  """
  @spec get_and_update!(t, key, (value -> {current, new_value :: value} | :pop)) :: {current, t}
        when current: value
  def get_and_update!(keywords, key, fun) when is_list(keywords) and is_atom(key) do
    current = fetch!(keywords, key)

    case fun.(current) do
      {got, value} -> {got, replace_pair(keywords, key, value)}
      :pop -> {current, delete_pair(keywords, key)}
      other -> bad_update(other)
    end
  end

  @doc """
  Without all pairs of `key`.

      iex> Keyword.delete([a: 1, b: 2, a: 3], :a)
      [b: 2]
  """
  @spec delete(t, key) :: t
  def delete(keywords, key) when is_list(keywords) and is_atom(key) do
    if :lists.keymember(key, 1, keywords), do: delete_pairs(keywords, key), else: keywords
  end

  defp delete_pairs([{key, _} | rest], key), do: delete_pairs(rest, key)
  defp delete_pairs([{_, _} = pair | rest], key), do: [pair | delete_pairs(rest, key)]
  defp delete_pairs([], _key), do: []

  @doc false
  @deprecated "Use Keyword.fetch/2 + Keyword.delete/2 instead"
  def delete(keywords, key, value) when is_list(keywords) and is_atom(key) do
    for {k, v} = pair <- keywords, not (k == key and v == value), do: pair
  end

  @doc """
  Without the first pair of `key`.

      iex> Keyword.delete_first([a: 1, b: 2, a: 3], :a)
      [b: 2, a: 3]
  """
  @spec delete_first(t, key) :: t
  def delete_first(keywords, key) when is_list(keywords) and is_atom(key) do
    if :lists.keymember(key, 1, keywords), do: delete_pair(keywords, key), else: keywords
  end

  defp delete_pair([{key, _} | rest], key), do: rest
  defp delete_pair([{_, _} = pair | rest], key), do: [pair | delete_pair(rest, key)]

  @doc """
  The first value under `key` (or `default`), and the list without all pairs of `key`.

      iex> Keyword.pop([a: 1, a: 2, b: 3], :a)
      {1, [b: 3]}
  """
  @spec pop(t, key, default) :: {value | default, t}
  def pop(keywords, key, default \\ nil) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> {value, delete_pairs(keywords, key)}
      false -> {default, keywords}
    end
  end

  @doc """
  `pop/2` that raises `KeyError` when `key` is not there.

      iex> Keyword.pop!([a: 1], :a)
      {1, []}
  """
  @spec pop!(t, key) :: {value, t}
  def pop!(keywords, key) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> {value, delete_pairs(keywords, key)}
      false -> raise KeyError, key: key, term: keywords
    end
  end

  @doc """
  All values under `key`, and the list without those pairs.

      iex> Keyword.pop_values([a: 1, b: 2, a: 3], :a)
      {[1, 3], [b: 2]}
  """
  @spec pop_values(t, key) :: {[value], t}
  def pop_values(keywords, key) when is_list(keywords) and is_atom(key) do
    case values_under(keywords, key) do
      [] -> {[], keywords}
      values -> {values, delete_pairs(keywords, key)}
    end
  end

  @doc """
  The first value under `key` (or `fun.()`), and the list without all pairs of `key`.

      iex> Keyword.pop_lazy([a: 1], :b, fn -> 13 end)
      {13, [a: 1]}
  """
  @spec pop_lazy(t, key, (() -> value)) :: {value, t}
  def pop_lazy(keywords, key, fun) when is_list(keywords) and is_atom(key) and is_function(fun, 0) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> {value, delete_pairs(keywords, key)}
      false -> {fun.(), keywords}
    end
  end

  @doc """
  The first value under `key` (or `default`), and the list without that pair.

      iex> Keyword.pop_first([a: 1, a: 2], :a)
      {1, [a: 2]}
  """
  @spec pop_first(t, key, default) :: {value | default, t}
  def pop_first(keywords, key, default \\ nil) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> {value, delete_pair(keywords, key)}
      false -> {default, keywords}
    end
  end

  # --- several keys --------------------------------------------------------------------------

  @doc """
  Only the pairs of the given keys.

      iex> Keyword.take([a: 1, b: 2, a: 3], [:a])
      [a: 1, a: 3]
  """
  @spec take(t, [key]) :: t
  def take(keywords, keys) when is_list(keywords) and is_list(keys), do: take_pairs(keywords, keys)

  defp take_pairs([{key, _} = pair | rest], keys) do
    if :lists.member(key, keys), do: [pair | take_pairs(rest, keys)], else: take_pairs(rest, keys)
  end

  defp take_pairs([], _keys), do: []

  @doc """
  Without the pairs of the given keys.

      iex> Keyword.drop([a: 1, b: 2], [:a, :c])
      [b: 2]
  """
  @spec drop(t, [key]) :: t
  def drop(keywords, keys) when is_list(keywords) and is_list(keys), do: drop_pairs(keywords, keys)

  defp drop_pairs([{key, _} = pair | rest], keys) do
    if :lists.member(key, keys), do: drop_pairs(rest, keys), else: [pair | drop_pairs(rest, keys)]
  end

  defp drop_pairs([], _keys), do: []

  @doc """
  The pairs of the given keys, and the others.

      iex> Keyword.split([a: 1, b: 2], [:a])
      {[a: 1], [b: 2]}
  """
  @spec split(t, [key]) :: {t, t}
  def split(keywords, keys) when is_list(keywords) and is_list(keys) do
    split_pairs(keywords, keys, [], [])
  end

  defp split_pairs([{key, _} = pair | rest], keys, taken, left) do
    if :lists.member(key, keys),
      do: split_pairs(rest, keys, [pair | taken], left),
      else: split_pairs(rest, keys, taken, [pair | left])
  end

  defp split_pairs([], _keys, taken, left), do: {:lists.reverse(taken), :lists.reverse(left)}

  @doc """
  The pairs for which `fun` is truthy, and the others.

      iex> Keyword.split_with([a: 1, b: 2], fn {_k, v} -> v > 1 end)
      {[b: 2], [a: 1]}
  """
  @spec split_with(t, ({key, value} -> as_boolean(term))) :: {t, t}
  def split_with(keywords, fun) when is_list(keywords) and is_function(fun, 1), do: Enum.split_with(keywords, fun)

  @doc """
  The pairs for which `fun` is truthy.

      iex> Keyword.filter([a: 1, b: 2], fn {_k, v} -> v > 1 end)
      [b: 2]
  """
  @spec filter(t, ({key, value} -> as_boolean(term))) :: t
  def filter(keywords, fun) when is_list(keywords) and is_function(fun, 1), do: Enum.filter(keywords, fun)

  @doc """
  The pairs for which `fun` is falsy.

      iex> Keyword.reject([a: 1, b: 2], fn {_k, v} -> v > 1 end)
      [a: 1]
  """
  @spec reject(t, ({key, value} -> as_boolean(term))) :: t
  def reject(keywords, fun) when is_list(keywords) and is_function(fun, 1), do: Enum.reject(keywords, fun)

  # --- two keyword lists -----------------------------------------------------------------------

  @doc """
  Both lists in one, the second at the end; its keys are taken out of the first.

      iex> Keyword.merge([a: 1, b: 2], [a: 3, d: 4])
      [b: 2, a: 3, d: 4]
  """
  @spec merge(t, t) :: t
  def merge(keywords1, keywords2)
  def merge(keywords1, []) when is_list(keywords1), do: keywords1
  def merge([], keywords2) when is_list(keywords2), do: keywords2

  def merge(keywords1, keywords2) when is_list(keywords1) and is_list(keywords2) do
    if keyword?(keywords2),
      do: without_keys(keywords1, keywords2, keywords1) ++ keywords2,
      else: not_keywords("second", keywords2)
  end

  defp without_keys([{key, _} = pair | rest], keywords2, all) when is_atom(key) do
    if :lists.keymember(key, 1, keywords2),
      do: without_keys(rest, keywords2, all),
      else: [pair | without_keys(rest, keywords2, all)]
  end

  defp without_keys([], _keywords2, _all), do: []
  defp without_keys(_other, _keywords2, all), do: not_keywords("first", all)

  defp not_keywords(which, list) do
    raise ArgumentError, "expected a keyword list as the #{which} argument, got: #{inspect(list)}"
  end

  @doc """
  `merge/2` where `fun.(key, value1, value2)` counts for keys that both have.

      iex> Keyword.merge([a: 1, b: 2], [a: 3, d: 4], fn _k, v1, v2 -> v1 + v2 end)
      [b: 2, a: 4, d: 4]
  """
  @spec merge(t, t, (key, value, value -> value)) :: t
  def merge(keywords1, keywords2, fun)
      when is_list(keywords1) and is_list(keywords2) and is_function(fun, 3) do
    if keyword?(keywords1),
      do: merge_with(keywords2, [], keywords1, keywords1, fun, keywords2),
      else: not_keywords("first", keywords1)
  end

  # Each pair of the second list meets the next one of its key in `open`; `left` is what of the first list has no
  # key in the second.
  defp merge_with([{key, value2} | rest], merged, open, left, fun, keywords2) when is_atom(key) do
    case :lists.keyfind(key, 1, open) do
      {^key, value1} ->
        merged = [{key, fun.(key, value1, value2)} | merged]
        merge_with(rest, merged, delete_pair(open, key), delete(left, key), fun, keywords2)

      false ->
        merge_with(rest, [{key, value2} | merged], open, left, fun, keywords2)
    end
  end

  defp merge_with([], merged, _open, left, _fun, _keywords2), do: left ++ :lists.reverse(merged)
  defp merge_with(_other, _merged, _open, _left, _fun, keywords2), do: not_keywords("second", keywords2)

  @doc """
  The keys of the first list that the second has too, with the second's values.

      iex> Keyword.intersect([a: 1, b: 2], [b: 3, c: 4])
      [b: 3]
  """
  @spec intersect(t, t) :: t
  def intersect(keywords1, keywords2), do: intersect(keywords1, keywords2, fn _key, _value1, value2 -> value2 end)

  @doc """
  The keys of the first list that the second has too, with `fun.(key, value1, value2)`.

      iex> Keyword.intersect([a: 1, b: 2], [b: 3], fn _k, v1, v2 -> v1 + v2 end)
      [b: 5]
  """
  @spec intersect(t, t, (key, value, value -> value)) :: t
  def intersect(keywords1, keywords2, fun)
      when is_list(keywords1) and is_list(keywords2) and is_function(fun, 3) do
    common(keywords1, keywords2, fun)
  end

  defp common([{key, value1} | rest], keywords2, fun) do
    case :lists.keyfind(key, 1, keywords2) do
      {^key, value2} -> [{key, fun.(key, value1, value2)} | common(rest, keywords2, fun)]
      false -> common(rest, keywords2, fun)
    end
  end

  defp common([], _keywords2, _fun), do: []

  @doc false
  @deprecated "Use Kernel.length/1 instead"
  def size(keywords), do: length(keywords)

  @doc false
  @deprecated "Use Keyword.new/2 instead"
  def map(keywords, fun) when is_list(keywords) do
    for {key, value} <- keywords, do: {key, fun.({key, value})}
  end
end
