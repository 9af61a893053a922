# SPDX-License-Identifier: Apache-2.0
#
# Tuples: arrays of fixed size. `elem/2`, `put_elem/3` and `tuple_size/1` are in Kernel. Each function
# here copies its tuple once.

defmodule Tuple do
  @moduledoc """
  Functions over tuples.

      iex> Tuple.insert_at({:a, :c}, 1, :b)
      {:a, :b, :c}
  """

  @doc """
  A tuple of `size` times `data`.

      iex> Tuple.duplicate(:hello, 3)
      {:hello, :hello, :hello}
  """
  @spec duplicate(term, non_neg_integer) :: tuple
  def duplicate(data, size), do: :erlang.make_tuple(size, data)

  @doc """
  Puts `value` before what is at `index`.

      iex> Tuple.insert_at({:a, :b}, 2, :c)
      {:a, :b, :c}
  """
  @spec insert_at(tuple, non_neg_integer, term) :: tuple
  def insert_at(tuple, index, value) do
    :erlang.insert_element(index + 1, tuple, value)
  end

  @doc """
  Puts `value` at the end.

      iex> Tuple.append({:a}, :b)
      {:a, :b}
  """
  @spec append(tuple, term) :: tuple
  def append(tuple, value), do: :erlang.append_element(tuple, value)

  @doc """
  Without what is at `index`.

      iex> Tuple.delete_at({:a, :b}, 0)
      {:b}
  """
  @spec delete_at(tuple, non_neg_integer) :: tuple
  def delete_at(tuple, index) do
    :erlang.delete_element(index + 1, tuple)
  end

  @doc """
  The sum of the elements.

      iex> Tuple.sum({1, 2, 3})
      6
  """
  @spec sum(tuple) :: number
  def sum(tuple), do: sum(tuple, tuple_size(tuple), 0)

  defp sum(_tuple, 0, acc), do: acc
  defp sum(tuple, n, acc), do: sum(tuple, n - 1, acc + :erlang.element(n, tuple))

  @doc """
  The product of the elements.

      iex> Tuple.product({2, 3})
      6
  """
  @spec product(tuple) :: number
  def product(tuple), do: product(tuple, tuple_size(tuple), 1)

  defp product(_tuple, 0, acc), do: acc
  defp product(tuple, n, acc), do: product(tuple, n - 1, acc * :erlang.element(n, tuple))

  @doc """
  The elements as a list.

      iex> Tuple.to_list({1, 2})
      [1, 2]
  """
  @spec to_list(tuple) :: list
  def to_list(tuple), do: :erlang.tuple_to_list(tuple)
end
