# SPDX-License-Identifier: Apache-2.0
#
# Operations on the bits of integers. All of them are guards: the compiler puts the primitive of `:erlang` in place of each call, so these bodies run
# only through `apply` and captures.

defmodule Bitwise do
  @moduledoc """
  Bitwise operations on integers, as functions and operators.

      iex> import Bitwise
      iex> 0b1100 &&& 0b0110
      4
  """

  @doc false
  defmacro __using__(options) do
    except =
      cond do
        options[:only_operators] -> [bnot: 1, band: 2, bor: 2, bxor: 2, bsl: 2, bsr: 2]
        options[:skip_operators] -> [~~~: 1, &&&: 2, |||: 2, ^^^: 2, <<<: 2, >>>: 2]
        true -> []
      end

    quote do
      import Bitwise, except: unquote(except)
    end
  end

  @doc """
  Bitwise not.

      iex> Bitwise.bnot(2)
      -3
  """
  @doc guard: true
  @spec bnot(integer) :: integer
  def bnot(value), do: :erlang.bnot(value)

  @doc """
  Bitwise and.

      iex> Bitwise.band(9, 3)
      1
  """
  @doc guard: true
  @spec band(integer, integer) :: integer
  def band(left, right), do: :erlang.band(left, right)

  @doc """
  Bitwise or.

      iex> Bitwise.bor(9, 3)
      11
  """
  @doc guard: true
  @spec bor(integer, integer) :: integer
  def bor(left, right), do: :erlang.bor(left, right)

  @doc """
  Bitwise exclusive or.

      iex> Bitwise.bxor(9, 3)
      10
  """
  @doc guard: true
  @spec bxor(integer, integer) :: integer
  def bxor(left, right), do: :erlang.bxor(left, right)

  @doc """
  Shift to the left, keeping the sign.

      iex> Bitwise.bsl(1, 4)
      16
  """
  @doc guard: true
  @spec bsl(integer, integer) :: integer
  def bsl(left, right), do: :erlang.bsl(left, right)

  @doc """
  Shift to the right, keeping the sign.

      iex> Bitwise.bsr(-8, 1)
      -4
  """
  @doc guard: true
  @spec bsr(integer, integer) :: integer
  def bsr(left, right), do: :erlang.bsr(left, right)

  @doc """
  Bitwise not, as an operator.

      iex> import Bitwise
      iex> ~~~2
      -3
  """
  @doc guard: true
  @spec ~~~integer :: integer
  def ~~~value, do: :erlang.bnot(value)

  @doc """
  Bitwise and, as an operator.

      iex> import Bitwise
      iex> 9 &&& 3
      1
  """
  @doc guard: true
  @spec integer &&& integer :: integer
  def left &&& right, do: :erlang.band(left, right)

  @doc """
  Bitwise or, as an operator.

      iex> import Bitwise
      iex> 9 ||| 3
      11
  """
  @doc guard: true
  @spec integer ||| integer :: integer
  def left ||| right, do: :erlang.bor(left, right)

  @doc """
  Bitwise exclusive or, as an operator.

      iex> import Bitwise
      iex> bxor(9, 3)
      10
  """
  @doc guard: true
  @spec integer ^^^ integer :: integer
  def left ^^^ right, do: :erlang.bxor(left, right)

  @doc """
  Shift to the left, as an operator.

      iex> import Bitwise
      iex> 1 <<< 4
      16
  """
  @doc guard: true
  @spec integer <<< integer :: integer
  def left <<< right, do: :erlang.bsl(left, right)

  @doc """
  Shift to the right, as an operator.

      iex> import Bitwise
      iex> 16 >>> 2
      4
  """
  @doc guard: true
  @spec integer >>> integer :: integer
  def left >>> right, do: :erlang.bsr(left, right)
end
