# SPDX-License-Identifier: Apache-2.0
#
# Floats of 64 bits. Rounding to decimal places is done on the exact value: a float is an integer times a power of two, so it is scaled and rounded as
# an integer, and only the result is a float again. That is why `Float.round(5.5675, 3)` is 5.567: the float nearest to 5.5675 lies below it.

defmodule Float do
  @moduledoc """
  Functions on floats.

      iex> Float.round(3.14159, 2)
      3.14
  """

  @type precision_range :: 0..15

  @doc """
  The largest finite float.

      iex> Float.max_finite()
      1.7976931348623157e308
  """
  @spec max_finite() :: float
  def max_finite, do: 1.7976931348623157e308

  @doc """
  The smallest finite float.

      iex> Float.min_finite()
      -1.7976931348623157e308
  """
  @spec min_finite() :: float
  def min_finite, do: -1.7976931348623157e308

  @doc """
  `base` to a power, as a float.

      iex> Float.pow(2.0, 3)
      8.0
  """
  @spec pow(float, number) :: float
  def pow(base, exponent) when is_float(base) and is_number(exponent), do: :math.pow(base, exponent)

  @doc """
  Reads a float from the start of a string: `{float, rest}` or `:error`.

      iex> Float.parse("34.25kg")
      {34.25, "kg"}
  """
  @spec parse(binary) :: {float, binary} | :error
  def parse(<<sign, rest::binary>> = binary) when sign == ?- or sign == ?+, do: parse(binary, rest, 1)
  def parse(binary) when is_binary(binary), do: parse(binary, binary, 0)

  defp parse(binary, unsigned, from) do
    case count_digits(unsigned, 0) do
      0 -> :error
      count -> parse_fraction(binary, from + count, from_byte(unsigned, count))
    end
  end

  defp parse_fraction(binary, whole, <<?., rest::binary>>) do
    case count_digits(rest, 0) do
      0 -> finish(binary, binary_part(binary, 0, whole), ".0", whole, <<?., rest::binary>>)
      count -> finish(binary, binary_part(binary, 0, whole + 1 + count), "", whole + 1 + count, from_byte(rest, count))
    end
  end

  defp parse_fraction(binary, whole, rest), do: finish(binary, binary_part(binary, 0, whole), ".0", whole, rest)

  defp finish(binary, mantissa, zero, size, rest) do
    {exponent_size, exponent} = exponent(rest)
    number = <<mantissa::binary, zero::binary, exponent::binary>>

    case to_float(number) do
      :error -> :error
      float -> {float, from_byte(binary, size + exponent_size)}
    end
  end

  defp exponent(<<e, sign, rest::binary>> = text) when (e == ?e or e == ?E) and (sign == ?- or sign == ?+),
    do: exponent(text, count_digits(rest, 0), 2)

  defp exponent(<<e, rest::binary>> = text) when e == ?e or e == ?E, do: exponent(text, count_digits(rest, 0), 1)
  defp exponent(_), do: {0, ""}

  defp exponent(_, 0, _), do: {0, ""}
  defp exponent(text, count, before), do: {before + count, binary_part(text, 0, before + count)}

  defp to_float(number) do
    :erlang.binary_to_float(number)
  rescue
    ArgumentError -> :error
  end

  defp count_digits(<<char, rest::binary>>, count) when char >= ?0 and char <= ?9, do: count_digits(rest, count + 1)
  defp count_digits(_, count), do: count

  defp from_byte(binary, from), do: binary_part(binary, from, byte_size(binary) - from)

  @doc """
  Rounded down to a number of decimal places.

      iex> Float.floor(34.257, 2)
      34.25
  """
  @spec floor(float, precision_range) :: float
  def floor(number, precision \\ 0)

  def floor(number, precision) when is_float(number) and precision in 0..15, do: scaled(number, precision, :floor)
  def floor(number, precision) when is_float(number), do: raise_precision(precision)

  @doc """
  Rounded up to a number of decimal places.

      iex> Float.ceil(34.251, 2)
      34.26
  """
  @spec ceil(float, precision_range) :: float
  def ceil(number, precision \\ 0)

  def ceil(number, precision) when is_float(number) and precision in 0..15, do: scaled(number, precision, :ceil)
  def ceil(number, precision) when is_float(number), do: raise_precision(precision)

  @doc """
  Rounded to a number of decimal places, halves away from zero.

      iex> Float.round(5.5675, 3)
      5.567
  """
  @spec round(float, precision_range) :: float
  def round(number, precision \\ 0)

  def round(number, 0) when is_float(number) and abs(number) < 4.503599627370496e15,
    do: :erlang.float(:erlang.round(number))

  def round(number, precision) when is_float(number) and precision in 0..15, do: scaled(number, precision, :half_up)
  def round(number, precision) when is_float(number), do: raise_precision(precision)

  defp raise_precision(precision),
    do: raise(ArgumentError, "precision #{precision} is out of valid range of 0..15")

  # From 2^52 on every float is whole.
  defp scaled(number, _, _) when abs(number) >= 4.503599627370496e15, do: number
  defp scaled(number, _, _) when number == 0.0, do: number

  defp scaled(number, precision, rounding) do
    <<sign::1, exponent::11, fraction::52>> = <<number::float>>
    # number = mantissa / 2^shift
    {mantissa, shift} = if exponent == 0, do: {fraction, 1074}, else: {fraction + 0x10000000000000, 1075 - exponent}
    power = Integer.pow(10, precision)
    product = mantissa * power
    whole = :erlang.bsr(product, shift)
    rest = product - :erlang.bsl(whole, shift)

    rounded =
      case rounding do
        :half_up -> if rest >= :erlang.bsl(1, shift - 1), do: whole + 1, else: whole
        :floor -> if sign == 1 and rest > 0, do: whole + 1, else: whole
        :ceil -> if sign == 0 and rest > 0, do: whole + 1, else: whole
      end

    value = quotient(rounded, power, precision)
    if sign == 1, do: -value, else: value
  end

  # Below 2^53 both sides are exact floats and their quotient is rounded once.
  defp quotient(number, power, _) when number < 0x20000000000000, do: number / power

  defp quotient(number, power, precision) do
    digits = :erlang.integer_to_binary(rem(number, power))
    zeros = :binary.copy("0", precision - byte_size(digits))
    :erlang.binary_to_float(<<:erlang.integer_to_binary(div(number, power))::binary, ?., zeros::binary, digits::binary>>)
  end

  @doc """
  Numerator and denominator of the exact value; the denominator is positive.

      iex> Float.ratio(0.75)
      {3, 4}
  """
  @spec ratio(float) :: {integer, pos_integer}
  def ratio(float) when is_float(float) and float == 0.0, do: {0, 1}

  def ratio(float) when is_float(float) do
    <<sign::1, exponent::11, fraction::52>> = <<float::float>>
    {mantissa, shift} = if exponent == 0, do: {fraction, 1074}, else: {fraction + 0x10000000000000, 1075 - exponent}
    {numerator, denominator} = reduce(mantissa, shift)
    if sign == 1, do: {-numerator, denominator}, else: {numerator, denominator}
  end

  defp reduce(mantissa, shift) when shift <= 0, do: {:erlang.bsl(mantissa, -shift), 1}

  defp reduce(mantissa, shift) do
    if :erlang.band(mantissa, 1) == 1,
      do: {mantissa, :erlang.bsl(1, shift)},
      else: reduce(:erlang.bsr(mantissa, 1), shift - 1)
  end

  @doc """
  The shortest decimal that reads back as the same float.

      iex> Float.to_string(0.1)
      "0.1"
  """
  @spec to_string(float) :: String.t()
  def to_string(float) when is_float(float), do: :erlang.float_to_binary(float, [:short])

  @doc """
  Like `to_string/1`, as a list of code points.

      iex> Float.to_charlist(7.0) == [?7, ?., ?0]
      true
  """
  @spec to_charlist(float) :: charlist
  def to_charlist(float) when is_float(float), do: :erlang.float_to_list(float, [:short])

  @doc false
  def to_char_list(float), do: Float.to_charlist(float)
  @doc false
  def to_string(float, options), do: :erlang.float_to_binary(float, options)
  @doc false
  def to_char_list(float, options), do: :erlang.float_to_list(float, options)
end
