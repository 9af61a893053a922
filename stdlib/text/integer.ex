# SPDX-License-Identifier: Apache-2.0
#
# Whole numbers of any size. Division comes in two kinds: `div` and `rem` of Kernel round towards zero, `floor_div` and `mod` here towards minus
# infinity. Parsing reads the longest number at the start of a string and answers what is left.

defmodule Integer do
  @moduledoc """
  Functions on integers.

      iex> Integer.digits(123)
      [1, 2, 3]
  """

  @doc """
  Whether a term is an odd integer; allowed in guards.

      iex> require Integer
      iex> Integer.is_odd(3)
      true
  """
  defguard is_odd(integer) when is_integer(integer) and :erlang.band(integer, 1) == 1

  @doc """
  Whether a term is an even integer; allowed in guards.

      iex> require Integer
      iex> Integer.is_even(3)
      false
  """
  defguard is_even(integer) when is_integer(integer) and :erlang.band(integer, 1) == 0

  @doc """
  `base` to the power `exponent`, exactly; the exponent must not be negative.

      iex> Integer.pow(2, 64)
      18446744073709551616
  """
  @spec pow(integer, non_neg_integer) :: integer
  def pow(base, exponent) when is_integer(base) and is_integer(exponent) do
    if exponent < 0, do: :erlang.error(:badarith), else: power(base, exponent)
  end

  # Squaring from the top bit down keeps the other factor small: base 2 is a shift.
  defp power(_, 0), do: 1
  defp power(base, 1), do: base
  defp power(2, exponent), do: :erlang.bsl(1, exponent)

  defp power(base, exponent) do
    half = power(base, :erlang.bsr(exponent, 1))
    if :erlang.band(exponent, 1) == 0, do: half * half, else: half * half * base
  end

  @doc """
  Remainder with the sign of the divisor.

      iex> Integer.mod(-5, 3)
      1
  """
  @spec mod(integer, neg_integer | pos_integer) :: integer
  def mod(dividend, divisor) do
    case rem(dividend, divisor) do
      rest when rest * divisor < 0 -> rest + divisor
      rest -> rest
    end
  end

  @doc """
  Quotient, rounded down.

      iex> Integer.floor_div(-5, 3)
      -2
  """
  @spec floor_div(integer, neg_integer | pos_integer) :: integer
  def floor_div(dividend, divisor) do
    if rem(dividend, divisor) * divisor < 0, do: div(dividend, divisor) - 1, else: div(dividend, divisor)
  end

  @doc """
  Quotient, rounded up.

      iex> Integer.ceil_div(5, 3)
      2
  """
  @spec ceil_div(integer, neg_integer | pos_integer) :: integer
  def ceil_div(dividend, divisor) do
    if rem(dividend, divisor) * divisor > 0, do: div(dividend, divisor) + 1, else: div(dividend, divisor)
  end

  @doc """
  The digits in a base, most significant first; of a negative number each is negative.

      iex> Integer.digits(58, 16)
      [3, 10]
  """
  @spec digits(integer, pos_integer) :: [integer, ...]
  def digits(integer, base \\ 10)

  def digits(integer, base) when is_integer(integer) and is_integer(base) and base >= 2, do: digits(integer, base, [])

  defp digits(integer, base, acc) when abs(integer) < base, do: [integer | acc]
  defp digits(integer, base, acc), do: digits(div(integer, base), base, [rem(integer, base) | acc])

  @doc """
  The number made of digits in a base.

      iex> Integer.undigits([1, 2, 3])
      123
  """
  @spec undigits([integer], pos_integer) :: integer
  def undigits(digits, base \\ 10)

  def undigits(digits, base) when is_list(digits) and is_integer(base) and base >= 2, do: undigits(digits, base, 0)

  defp undigits([], _, acc), do: acc

  defp undigits([digit | _], base, _) when is_integer(digit) and digit >= base,
    do: raise(ArgumentError, "invalid digit #{digit} in base #{base}")

  defp undigits([digit | rest], base, acc) when is_integer(digit), do: undigits(rest, base, acc * base + digit)

  @doc """
  Reads an integer from the start of a string: `{integer, rest}` or `:error`.

      iex> Integer.parse("34px")
      {34, "px"}
  """
  @spec parse(binary, 2..36) :: {integer, binary} | :error
  def parse(binary, base \\ 10)

  def parse(binary, base) when is_integer(base) and base >= 2 and base <= 36 and is_binary(binary) do
    from =
      case binary do
        <<sign, _::binary>> when sign == ?- or sign == ?+ -> 1
        _ -> 0
      end

    unsigned = binary_part(binary, from, byte_size(binary) - from)

    case count_digits(unsigned, base, 0) do
      0 ->
        :error

      count ->
        size = from + count
        number = :erlang.binary_to_integer(binary_part(binary, 0, size), base)
        {number, binary_part(binary, size, byte_size(binary) - size)}
    end
  end

  def parse(_, base) when not (is_integer(base) and base >= 2 and base <= 36), do: raise(ArgumentError, "invalid base #{inspect(base)}")

  defp count_digits(<<char, rest::binary>>, base, count) when char >= ?0 and char <= ?9 and char - ?0 < base,
    do: count_digits(rest, base, count + 1)

  defp count_digits(<<char, rest::binary>>, base, count) when char >= ?a and char <= ?z and char - ?a + 10 < base,
    do: count_digits(rest, base, count + 1)

  defp count_digits(<<char, rest::binary>>, base, count) when char >= ?A and char <= ?Z and char - ?A + 10 < base,
    do: count_digits(rest, base, count + 1)

  defp count_digits(_, _, count), do: count

  @doc """
  Written in base 10.

      iex> Integer.to_string(-7)
      "-7"
  """
  @spec to_string(integer) :: String.t()
  def to_string(integer), do: :erlang.integer_to_binary(integer)

  @doc """
  Written in a base from 2 to 36.

      iex> Integer.to_string(255, 16)
      "FF"
  """
  @spec to_string(integer, 2..36) :: String.t()
  def to_string(integer, base), do: :erlang.integer_to_binary(integer, base)

  @doc """
  Written in base 10, as a list of code points.

      iex> Integer.to_charlist(7) == [?7]
      true
  """
  @spec to_charlist(integer) :: charlist
  def to_charlist(integer), do: :erlang.integer_to_list(integer)

  @doc """
  Written in a base from 2 to 36, as a list of code points.

      iex> Integer.to_charlist(255, 16) == [?F, ?F]
      true
  """
  @spec to_charlist(integer, 2..36) :: charlist
  def to_charlist(integer, base), do: :erlang.integer_to_list(integer, base)

  @doc """
  Greatest common divisor, never negative.

      iex> Integer.gcd(8, -12)
      4
  """
  @spec gcd(integer, integer) :: non_neg_integer
  def gcd(left, right) when is_integer(left) and is_integer(right), do: gcd_of(abs(left), abs(right))

  defp gcd_of(left, 0), do: left
  defp gcd_of(left, right), do: gcd_of(right, rem(left, right))

  @doc """
  `{gcd, m, n}` with `m * left + n * right == gcd`.

      iex> Integer.extended_gcd(240, 46)
      {2, -9, 47}
  """
  @spec extended_gcd(integer, integer) :: {non_neg_integer, integer, integer}
  def extended_gcd(0, 0), do: {0, 0, 0}
  def extended_gcd(0, right) when is_integer(right), do: {right, 0, 1}
  def extended_gcd(left, 0) when is_integer(left), do: {left, 1, 0}
  def extended_gcd(left, right) when is_integer(left) and is_integer(right), do: extended(left, right, 1, 0, 0, 1)

  defp extended(left, 0, m, n, _, _) when left < 0, do: {-left, -m, -n}
  defp extended(left, 0, m, n, _, _), do: {left, m, n}

  defp extended(left, right, m, n, next_m, next_n) do
    quotient = div(left, right)
    extended(right, rem(left, right), next_m, next_n, m - quotient * next_m, n - quotient * next_n)
  end

  @doc false
  def to_char_list(integer), do: :erlang.integer_to_list(integer)
  @doc false
  def to_char_list(integer, base), do: :erlang.integer_to_list(integer, base)
end
