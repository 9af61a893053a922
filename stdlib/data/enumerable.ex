# SPDX-License-Identifier: Apache-2.0
#
# What can be walked, and the walks over lists, maps and functions.
#
# A walk is driven by the reducing function's answers: `{:cont, acc}` asks for the next element,
# `{:halt, acc}` ends, `{:suspend, acc}` gives the rest of the walk back as a function of the next such
# answer. A walk ends as `{:done, acc}`, `{:halted, acc}` or `{:suspended, acc, continuation}`.
# The impls for Range, MapSet and Stream stand beside those modules.

defprotocol Enumerable do
  @moduledoc """
  What `Enum` and `Stream` work on.

      iex> Enumerable.reduce([1, 2], {:cont, 0}, fn x, acc -> {:cont, x + acc} end)
      {:done, 3}
  """

  @type acc :: {:cont, term} | {:halt, term} | {:suspend, term}
  @type reducer :: (element :: term, current_acc :: acc -> updated_acc :: acc)
  @type result :: {:done, term} | {:halted, term} | {:suspended, term, continuation}
  @type continuation :: (acc -> result)
  @type slicing_fun :: (start :: non_neg_integer, length :: pos_integer, step :: pos_integer -> [term])
  @type to_list_fun :: (t -> [term])

  @doc "Walks, as the answers of `fun` ask."
  @spec reduce(t, acc, reducer) :: result
  def reduce(enumerable, acc, fun)

  @doc "`{:ok, count}`, or `{:error, module}` where the elements must be counted by walking."
  @spec count(t) :: {:ok, non_neg_integer} | {:error, module}
  def count(enumerable)

  @doc "`{:ok, boolean}`, or `{:error, module}` where the element must be looked for by walking."
  @spec member?(t, term) :: {:ok, boolean} | {:error, module}
  def member?(enumerable, element)

  @doc """
  `{:ok, count, fun}`, where `fun` gives the elements from an index on (start, length, step) or all of them
  as a list (the enumerable); or `{:error, module}` where one must walk.
  """
  @spec slice(t) :: {:ok, size :: non_neg_integer, slicing_fun | to_list_fun} | {:error, module}
  def slice(enumerable)
end

defimpl Enumerable, for: List do
  def count(list), do: {:ok, length(list)}

  def member?([], _element), do: {:ok, false}
  def member?(_list, _element), do: {:error, __MODULE__}

  def slice([]), do: {:ok, 0, fn _start, _length, _step -> [] end}
  def slice(_list), do: {:error, __MODULE__}

  def reduce([h | t], {:cont, acc}, fun), do: reduce(t, fun.(h, acc), fun)
  def reduce([], {:cont, acc}, _fun), do: {:done, acc}
  def reduce(_list, {:halt, acc}, _fun), do: {:halted, acc}
  def reduce(list, {:suspend, acc}, fun), do: {:suspended, acc, &reduce(list, &1, fun)}
end

defimpl Enumerable, for: Map do
  def count(map), do: {:ok, map_size(map)}

  def member?(map, {key, value}) do
    case map do
      %{^key => ^value} -> {:ok, true}
      %{} -> {:ok, false}
    end
  end

  def member?(_map, _other), do: {:ok, false}

  def slice(map), do: {:ok, map_size(map), &:maps.to_list/1}

  def reduce(map, acc, fun), do: Enumerable.List.reduce(:maps.to_list(map), acc, fun)
end

defimpl Enumerable, for: Function do
  def count(function) when is_function(function, 2), do: {:error, __MODULE__}
  def count(function), do: not_enumerable(function)

  def member?(function, _element) when is_function(function, 2), do: {:error, __MODULE__}
  def member?(function, _element), do: not_enumerable(function)

  def slice(function) when is_function(function, 2), do: {:error, __MODULE__}
  def slice(function), do: not_enumerable(function)

  def reduce(function, acc, fun) when is_function(function, 2), do: function.(acc, fun)
  def reduce(function, _acc, _fun), do: not_enumerable(function)

  defp not_enumerable(function) do
    raise Protocol.UndefinedError,
      protocol: Enumerable,
      value: function,
      description: "only anonymous functions of arity 2 are enumerable"
  end
end
