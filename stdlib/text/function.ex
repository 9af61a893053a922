# SPDX-License-Identifier: Apache-2.0
#
# Functions as values: what they are and how to get one by name.

defmodule Function do
  @moduledoc """
  Functions as values.

      iex> Function.capture(String, :upcase, 1).("a")
      "A"
  """

  @type information ::
          :arity | :env | :index | :module | :name | :new_index | :new_uniq | :pid | :type | :uniq

  @doc """
  The function `module.name/arity` as a value; it need not exist yet.

      iex> Function.capture(Kernel, :abs, 1).(-2)
      2
  """
  @spec capture(module, atom, arity) :: fun
  def capture(module, function_name, arity), do: :erlang.make_fun(module, function_name, arity)

  @doc """
  All that is known of a function.

      iex> Function.info(&String.length/1)[:arity]
      1
  """
  @spec info(fun) :: [{information, term}]
  def info(fun), do: :erlang.fun_info(fun)

  @doc """
  One item of what is known of a function.

      iex> Function.info(&String.length/1, :name)
      {:name, :length}
  """
  @spec info(fun, item) :: {item, term} when item: information
  def info(fun, item), do: :erlang.fun_info(fun, item)

  @doc """
  Answers its argument.

      iex> Function.identity(7)
      7
  """
  @spec identity(value) :: value when value: term
  def identity(value), do: value
end
