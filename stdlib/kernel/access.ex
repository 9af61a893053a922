# SPDX-License-Identifier: Apache-2.0
#
# Access: `term[key]` and the accessor functions of `get_in/2` and its kin.
# Invariants: maps and keyword lists are served here, structs by the module's own `fetch/2`, `get_and_update/3` and
# `pop/2`; an accessor is a function of three: `:get` or `:get_and_update`, the data, what to do with the part.
defmodule Access do
  @moduledoc "Key-based access to maps, keyword lists and structs that define it."

  @type container :: keyword | struct | map
  @type nil_container :: nil
  @type t :: container | nil_container | any
  @type key :: any
  @type value :: any
  @type get_and_update_fun(data, current_value) ::
          (:get, data, (term -> term) -> current_value)
          | (:get_and_update, data, (term -> term) -> {current_value, new_data :: data} | :pop)
  @type access_fun(data, current_value) :: get_and_update_fun(data, current_value)

  @callback fetch(term, key) :: {:ok, value} | :error
  @callback get_and_update(data, key, (value | nil -> {value, value} | :pop)) :: {value, data} when data: container
  @callback pop(data, key) :: {value, data} when data: container

  @doc "The value of a key: `{:ok, value}` or `:error`.\n\n    iex> Access.fetch(%{a: 1}, :a)\n    {:ok, 1}"
  @spec fetch(container, term) :: {:ok, term} | :error
  @spec fetch(nil_container, any) :: :error
  def fetch(container, key)

  def fetch(%{__struct__: module} = container, key) do
    module.fetch(container, key)
  rescue
    exception in UndefinedFunctionError ->
      raise_undefined_behaviour(exception, __STACKTRACE__, module, {:fetch, 2})
  end

  def fetch(map, key) when is_map(map) do
    case map do
      %{^key => value} -> {:ok, value}
      _ -> :error
    end
  end

  def fetch(list, key) when is_list(list) and is_atom(key) do
    case :lists.keyfind(key, 1, list) do
      {_, value} -> {:ok, value}
      false -> :error
    end
  end

  def fetch(list, key) when is_list(list), do: bad_list_key(list, key)
  def fetch(nil, _), do: :error

  @doc "The value of a key; raises `KeyError` when it is missing.\n\n    iex> Access.fetch!(%{a: 1}, :a)\n    1"
  @spec fetch!(container, term) :: term
  def fetch!(container, key) do
    case fetch(container, key) do
      {:ok, value} -> value
      :error -> raise(KeyError, key: key, term: container)
    end
  end

  @doc "The value of a key, or the default.\n\n    iex> Access.get([a: 1], :b, 2)\n    2"
  @spec get(container, term, term) :: term
  @spec get(nil_container, any, default) :: default when default: var
  def get(container, key, default \\ nil)

  def get(%{__struct__: module} = container, key, default) do
    case fetch(container, key) do
      {:ok, value} -> value
      :error -> default
    end
  rescue
    exception in UndefinedFunctionError ->
      raise_undefined_behaviour(exception, __STACKTRACE__, module, {:fetch, 2})
  end

  def get(map, key, default) when is_map(map) do
    case map do
      %{^key => value} -> value
      _ -> default
    end
  end

  def get(list, key, default) when is_list(list) and is_atom(key) do
    case :lists.keyfind(key, 1, list) do
      {_, value} -> value
      false -> default
    end
  end

  def get(list, key, _) when is_list(list), do: bad_list_key(list, key)
  def get(nil, _, default), do: default

  @doc "Gets and changes the value of a key.\n\n    iex> Access.get_and_update(%{a: 1}, :a, &{&1, &1 + 1})\n    {1, %{a: 2}}"
  @spec get_and_update(data, key, (value | nil -> {current_value, new_value :: value} | :pop)) ::
          {current_value, new_data :: data}
        when data: container, current_value: var
  def get_and_update(container, key, fun)

  def get_and_update(%{__struct__: module} = container, key, fun) do
    module.get_and_update(container, key, fun)
  rescue
    exception in UndefinedFunctionError ->
      raise_undefined_behaviour(exception, __STACKTRACE__, module, {:get_and_update, 3})
  end

  def get_and_update(map, key, fun) when is_map(map) do
    current =
      case map do
        %{^key => value} -> value
        _ -> nil
      end

    case fun.(current) do
      {get, update} -> {get, :maps.put(key, update, map)}
      :pop -> {current, :maps.remove(key, map)}
      other -> bad_return(other)
    end
  end

  def get_and_update(list, key, fun) when is_list(list) and is_atom(key), do: update_first(list, [], key, fun)
  def get_and_update(list, key, _) when is_list(list), do: bad_list_key(list, key)

  def get_and_update(nil, key, _) do
    raise ArgumentError, "could not put/update key #{inspect(key)} on a nil value"
  end

  # The first entry of the key is changed where it stands; a new one goes to the front.
  defp update_first([{key, current} | rest], acc, key, fun) do
    case fun.(current) do
      {get, update} -> {get, :lists.reverse(acc, [{key, update} | rest])}
      :pop -> {current, :lists.reverse(acc, rest)}
      other -> bad_return(other)
    end
  end

  defp update_first([{_, _} = entry | rest], acc, key, fun), do: update_first(rest, [entry | acc], key, fun)

  defp update_first([], acc, key, fun) do
    case fun.(nil) do
      {get, update} -> {get, [{key, update} | :lists.reverse(acc)]}
      :pop -> {nil, :lists.reverse(acc)}
      other -> bad_return(other)
    end
  end

  @doc "Takes the value of a key out.\n\n    iex> Access.pop([a: 1], :a)\n    {1, []}"
  @spec pop(data, key) :: {value, data} when data: container
  def pop(container, key)

  def pop(%{__struct__: module} = container, key) do
    module.pop(container, key)
  rescue
    exception in UndefinedFunctionError ->
      raise_undefined_behaviour(exception, __STACKTRACE__, module, {:pop, 2})
  end

  def pop(map, key) when is_map(map) do
    case map do
      %{^key => value} -> {value, :maps.remove(key, map)}
      _ -> {nil, map}
    end
  end

  def pop(list, key) when is_list(list) and is_atom(key) do
    case :lists.keyfind(key, 1, list) do
      {_, value} -> {value, delete_all(list, key)}
      false -> {nil, list}
    end
  end

  def pop(list, key) when is_list(list), do: bad_list_key(list, key)

  def pop(nil, key) do
    raise ArgumentError, "could not pop key #{inspect(key)} on a nil value"
  end


  defp delete_all([{key, _} | tail], key), do: delete_all(tail, key)
  defp delete_all([head | tail], key), do: [head | delete_all(tail, key)]
  defp delete_all([], _), do: []

  defp bad_return(other) do
    raise "the given function must return a two-element tuple or :pop, got: #{inspect(other)}"
  end

  defp bad_list_key(_, key) do
    raise ArgumentError,
          "the Access calls for keywords expect the key to be an atom, got: " <> inspect(key)
  end

  defp raise_undefined_behaviour(exception, stacktrace, module, {name, arity} = fun) do
    _ = fun

    case exception do
      %{module: ^module, function: ^name, arity: ^arity} ->
        reraise %{
                  exception
                  | message:
                      "function #{inspect(module)}.#{name}/#{arity} is undefined (#{inspect(module)} does not implement " <>
                        "the Access behaviour. If you are using get_in/put_in/update_in, you can specify the field " <>
                        "to be accessed using Access.key!/1)"
                },
                stacktrace

      _ ->
        reraise exception, stacktrace
    end
  end

  ## Accessors

  @doc "The key of a map or struct, with a default.\n\n    iex> get_in(%{a: 1}, [Access.key(:a)])\n    1"
  @spec key(key, term) :: access_fun(data :: struct | map, current_value :: term)
  def key(key, default \\ nil) do
    fn
      :get, data, next ->
        next.(map_value(data, key, default))

      :get_and_update, data, next ->
        value = map_value(data, key, default)

        case next.(value) do
          {get, update} -> {get, :maps.put(key, update, data)}
          :pop -> {value, :maps.remove(key, data)}
        end
    end
  end

  defp map_value(map, key, default) when is_map(map) do
    case map do
      %{^key => value} -> value
      _ -> default
    end
  end

  defp map_value(nil, _, default), do: default
  defp map_value(other, _, _), do: raise(BadMapError, term: other)

  @doc "The key of a map or struct; raises when it is missing.\n\n    iex> get_in(%{a: 1}, [Access.key!(:a)])\n    1"
  @spec key!(key) :: access_fun(data :: struct | map, current_value :: term)
  def key!(key) do
    fn
      :get, %{} = data, next ->
        next.(existing(data, key))

      :get_and_update, %{} = data, next ->
        value = existing(data, key)

        case next.(value) do
          {get, update} -> {get, :maps.put(key, update, data)}
          :pop -> {value, :maps.remove(key, data)}
        end

      _, data, _ ->
        raise "Access.key!/1 expected a map/struct, got: #{inspect(data)}"
    end
  end

  defp existing(map, key) do
    case map do
      %{^key => value} -> value
      _ -> raise KeyError, key: key, term: map
    end
  end

  @doc "The element of a tuple.\n\n    iex> get_in({:a, :b}, [Access.elem(1)])\n    :b"
  @spec elem(non_neg_integer) :: access_fun(data :: tuple, current_value :: term)
  def elem(index) when is_integer(index) and index >= 0 do
    fn
      :get, data, next when is_tuple(data) ->
        next.(:erlang.element(index + 1, data))

      :get_and_update, data, next when is_tuple(data) ->
        value = :erlang.element(index + 1, data)

        case next.(value) do
          {get, update} -> {get, :erlang.setelement(index + 1, data, update)}
          :pop -> raise "cannot pop data from a tuple"
        end

      _, data, _ ->
        raise "Access.elem/1 expected a tuple, got: #{inspect(data)}"
    end
  end

  @doc "All elements of a list.\n\n    iex> get_in([%{a: 1}, %{a: 2}], [Access.all(), :a])\n    [1, 2]"
  @spec all() :: access_fun(data :: list, current_value :: list)
  def all(), do: &all/3

  defp all(:get, data, next) when is_list(data), do: :lists.map(next, data)
  defp all(:get_and_update, data, next) when is_list(data), do: all_update(data, next, [], [])
  defp all(_, data, _), do: raise("Access.all/0 expected a list, got: #{inspect(data)}")

  defp all_update([head | rest], next, gets, updates) do
    case next.(head) do
      {get, update} -> all_update(rest, next, [get | gets], [update | updates])
      :pop -> all_update(rest, next, [head | gets], updates)
    end
  end

  defp all_update([], _, gets, updates), do: {:lists.reverse(gets), :lists.reverse(updates)}

  @doc "The values of a map or keyword list.\n\n    iex> get_in(%{a: 1}, [Access.values()])\n    [1]"
  @spec values() :: access_fun(data :: map | keyword, current_value :: list)
  def values(), do: &values/3

  defp values(:get, %{} = map, next), do: for({_, value} <- :maps.to_list(map), do: next.(value))

  defp values(:get_and_update, %{} = map, next) do
    {gets, pairs} = values_update(:maps.to_list(map), next, [], [])
    {gets, :maps.from_list(pairs)}
  end

  defp values(op, list, next) when is_list(list) do
    if Inspect.List.keyword?(list) or list == [] do
      case op do
        :get -> for {_, value} <- list, do: next.(value)
        :get_and_update -> values_update(list, next, [], [])
      end
    else
      raise "Access.values/0 expected a map or a keyword list, got: #{inspect(list)}"
    end
  end

  defp values(_, data, _), do: raise("Access.values/0 expected a map or a keyword list, got: #{inspect(data)}")

  defp values_update([{key, value} | rest], next, gets, pairs) do
    case next.(value) do
      {get, update} -> values_update(rest, next, [get | gets], [{key, update} | pairs])
      :pop -> values_update(rest, next, [value | gets], pairs)
    end
  end

  defp values_update([], _, gets, pairs), do: {:lists.reverse(gets), :lists.reverse(pairs)}

  @doc "The element of a list; negative counts from the end.\n\n    iex> get_in([1, 2, 3], [Access.at(-1)])\n    3"
  @spec at(integer) :: access_fun(data :: list, current_value :: term)
  def at(index) when is_integer(index), do: fn op, data, next -> at(op, data, index, next) end

  defp at(:get, data, index, next) when is_list(data), do: next.(nth(data, absolute(index, data)))

  defp at(:get_and_update, data, index, next) when is_list(data),
    do: update_at(data, absolute(index, data), [], next, :soft)

  defp at(_, data, _, _), do: raise("Access.at/1 expected a list, got: #{inspect(data)}")

  defp absolute(index, list) when index < 0, do: length(list) + index
  defp absolute(index, _), do: index

  defp nth(_, index) when index < 0, do: nil
  defp nth([head | _], 0), do: head
  defp nth([_ | rest], index), do: nth(rest, index - 1)
  defp nth([], _), do: nil

  defp update_at(list, index, acc, next, :soft) when index < 0, do: {nil, unwind(acc, untouched(list, next))}

  defp update_at([head | rest], 0, acc, next, _) do
    case next.(head) do
      {get, update} -> {get, unwind(acc, [update | rest])}
      :pop -> {head, unwind(acc, rest)}
    end
  end

  defp update_at([head | rest], index, acc, next, mode), do: update_at(rest, index - 1, [head | acc], next, mode)
  defp update_at([], _, acc, _, _), do: {nil, :lists.reverse(acc)}

  defp untouched(list, _), do: list
  defp unwind(acc, list), do: :lists.reverse(acc, list)

  @doc "Like `at/1`; raises when the index is out of bounds.\n\n    iex> get_in([1, 2], [Access.at!(1)])\n    2"
  @spec at!(integer) :: access_fun(data :: list, current_value :: term)
  def at!(index) when is_integer(index), do: fn op, data, next -> at!(op, data, index, next) end

  defp at!(:get, data, index, next) when is_list(data) do
    position = absolute(index, data)

    if position >= 0 and position < length(data),
      do: next.(nth(data, position)),
      else: raise(Enum.OutOfBoundsError, index: index, enumerable: data)
  end

  defp at!(:get_and_update, data, index, next) when is_list(data) do
    position = absolute(index, data)

    if position >= 0 and position < length(data),
      do: update_at(data, position, [], next, :hard),
      else: raise(Enum.OutOfBoundsError, index: index, enumerable: data)
  end

  defp at!(_, data, _, _), do: raise("Access.at!/1 expected a list, got: #{inspect(data)}")

  @doc "The elements of a list that satisfy the function.\n\n    iex> get_in([1, 2, 3], [Access.filter(&(&1 > 1))])\n    [2, 3]"
  @spec filter((term -> boolean)) :: access_fun(data :: list, current_value :: list)
  def filter(fun) when is_function(fun), do: fn op, data, next -> filter(op, data, fun, next) end

  defp filter(:get, data, fun, next) when is_list(data), do: for(item <- data, fun.(item), do: next.(item))
  defp filter(:get_and_update, data, fun, next) when is_list(data), do: filter_update(data, fun, next, [], [])
  defp filter(_, data, _, _), do: raise("Access.filter/1 expected a list, got: #{inspect(data)}")

  defp filter_update([head | rest], fun, next, gets, updates) do
    if fun.(head) do
      case next.(head) do
        {get, update} -> filter_update(rest, fun, next, [get | gets], [update | updates])
        :pop -> filter_update(rest, fun, next, [head | gets], updates)
      end
    else
      filter_update(rest, fun, next, gets, [head | updates])
    end
  end

  defp filter_update([], _, _, gets, updates), do: {:lists.reverse(gets), :lists.reverse(updates)}

  @doc "The first element of a list that satisfies the function.\n\n    iex> get_in([1, 2, 3], [Access.find(&(&1 > 1))])\n    2"
  @spec find((term -> as_boolean(term))) :: access_fun(data :: list, current_value :: term)
  def find(predicate) when is_function(predicate, 1), do: fn op, data, next -> find(op, data, predicate, next) end

  defp find(:get, data, predicate, next) when is_list(data), do: next.(first(data, predicate))
  defp find(:get_and_update, data, predicate, next) when is_list(data), do: find_update(data, predicate, next, [])
  defp find(_, data, _, _), do: raise("Access.find/1 expected a list, got: #{inspect(data)}")

  defp first([head | rest], predicate), do: if(predicate.(head), do: head, else: first(rest, predicate))
  defp first([], _), do: nil

  defp find_update([head | rest], predicate, next, acc) do
    if predicate.(head) do
      case next.(head) do
        {get, update} -> {get, unwind(acc, [update | rest])}
        :pop -> {head, unwind(acc, rest)}
      end
    else
      find_update(rest, predicate, next, [head | acc])
    end
  end

  defp find_update([], _, _, acc), do: {nil, :lists.reverse(acc)}

  @doc "The elements of a list in a range of positions.\n\n    iex> get_in([1, 2, 3], [Access.slice(1..2)])\n    [2, 3]"
  @spec slice(Range.t()) :: access_fun(data :: list, current_value :: list)
  def slice(%{__struct__: Range, step: step} = range) do
    if step > 0 do
      fn op, data, next -> slice(op, data, range, next) end
    else
      raise ArgumentError, "Access.slice/1 does not accept ranges with negative steps, got: #{inspect(range)}"
    end
  end

  def slice(other) do
    raise ArgumentError, "Access.slice/1 expected a range, got: #{inspect(other)}"
  end

  defp slice(:get, data, range, next) when is_list(data) do
    {first, last, step} = bounds(range, data)
    for {item, index} <- indexed(data, 0), within?(index, first, last, step), do: next.(item)
  end

  defp slice(:get_and_update, data, range, next) when is_list(data) do
    {first, last, step} = bounds(range, data)
    slice_update(data, 0, {first, last, step}, next, [], [])
  end

  defp slice(_, data, _, _) do
    raise ArgumentError, "Access.slice/1 expected a list, got: #{inspect(data)}"
  end

  defp bounds(%{first: first, last: last, step: step}, data),
    do: {max(absolute(first, data), 0), absolute(last, data), step}

  defp indexed([head | rest], n), do: [{head, n} | indexed(rest, n + 1)]
  defp indexed([], _), do: []

  defp within?(index, first, last, step), do: index >= first and index <= last and rem(index - first, step) == 0

  defp slice_update([head | rest], index, {first, last, step} = bounds, next, gets, updates) do
    if within?(index, first, last, step) do
      case next.(head) do
        :pop -> slice_update(rest, index + 1, bounds, next, [head | gets], updates)
        {get, update} -> slice_update(rest, index + 1, bounds, next, [get | gets], [update | updates])
      end
    else
      slice_update(rest, index + 1, bounds, next, gets, [head | updates])
    end
  end

  defp slice_update([], _, _, _, gets, updates), do: {:lists.reverse(gets), :lists.reverse(updates)}
end
