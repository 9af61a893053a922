# SPDX-License-Identifier: Apache-2.0
#
# Behind Macro.unescape_string/1,2: the escapes of a string literal, read from left to right into an accumulator.
#
# A map says what a character behind a backslash stands for: another character, or `false` for none; and of `:newline`,
# `:hex` and `:unicode` whether such escapes are read at all. `char/1` is the map of strings.
# Invariants: as for Macro, nothing but Kernel, its definer and natives: it runs while everything else is being compiled.
defmodule Macro.Unescape do
  @moduledoc false

  def char(:newline), do: true
  def char(:unicode), do: true
  def char(:hex), do: true
  def char(?0), do: 0
  def char(?a), do: 7
  def char(?b), do: 8
  def char(?d), do: 127
  def char(?e), do: 27
  def char(?f), do: 12
  def char(?n), do: 10
  def char(?r), do: 13
  def char(?s), do: 32
  def char(?t), do: 9
  def char(?v), do: 11
  def char(?x), do: true
  def char(?u), do: true
  def char(char), do: char

  def unescape(<<?\\, ?x, rest::binary>>, map, acc) do
    if map.(:hex) == true, do: unescape_hex(rest, map, acc), else: unescape_plain(?x, rest, map, acc)
  end

  def unescape(<<?\\, ?u, rest::binary>>, map, acc) do
    if map.(:unicode) == true, do: unescape_unicode(rest, map, acc), else: unescape_plain(?u, rest, map, acc)
  end

  def unescape(<<?\\, ?\n, rest::binary>>, map, acc) do
    if map.(:newline) == true, do: unescape(rest, map, acc), else: unescape(rest, map, <<acc::binary, ?\\, ?\n>>)
  end

  def unescape(<<?\\, ?\r, ?\n, rest::binary>>, map, acc) do
    if map.(:newline) == true,
      do: unescape(rest, map, acc),
      else: unescape(rest, map, <<acc::binary, ?\\, ?\r, ?\n>>)
  end

  def unescape(<<?\\, char, rest::binary>>, map, acc), do: unescape_plain(char, rest, map, acc)
  def unescape(<<char, rest::binary>>, map, acc), do: unescape(rest, map, <<acc::binary, char>>)
  def unescape(<<>>, _, acc), do: acc

  defp unescape_plain(char, rest, map, acc) do
    case map.(char) do
      false -> unescape(rest, map, <<acc::binary, ?\\, char>>)
      new when is_integer(new) -> unescape(rest, map, <<acc::binary, new>>)
      _ -> unescape(rest, map, <<acc::binary, ?\\, char>>)
    end
  end

  defp unescape_hex(<<?{, rest::binary>>, map, acc) do
    {digits, rest} = take_braced(rest, <<>>, "\\x{H*}")
    unescape(rest, map, put_codepoint(acc, digits))
  end

  defp unescape_hex(<<a, b, rest::binary>>, map, acc)
       when (a in ?0..?9 or a in ?a..?f or a in ?A..?F) and (b in ?0..?9 or b in ?a..?f or b in ?A..?F),
       do: unescape(rest, map, <<acc::binary, :erlang.binary_to_integer(<<a, b>>, 16)>>)

  defp unescape_hex(_, _, _) do
    :erlang.error(
      ArgumentError.exception("invalid hex escape character, expected \\xHH where H is a hexadecimal digit")
    )
  end

  defp unescape_unicode(<<?{, rest::binary>>, map, acc) do
    {digits, rest} = take_braced(rest, <<>>, "\\u{H*}")
    unescape(rest, map, put_codepoint(acc, digits))
  end

  defp unescape_unicode(<<digits::binary-size(4), rest::binary>>, map, acc) do
    if hex?(digits), do: unescape(rest, map, put_codepoint(acc, digits)), else: bad_unicode()
  end

  defp unescape_unicode(_, _, _), do: bad_unicode()

  defp bad_unicode() do
    :erlang.error(
      ArgumentError.exception(
        "invalid Unicode escape character, expected \\uHHHH or \\u{H*} where H is a hexadecimal digit"
      )
    )
  end

  defp hex?(<<char, rest::binary>>) when char in ?0..?9 or char in ?a..?f or char in ?A..?F, do: hex?(rest)
  defp hex?(<<>>), do: true
  defp hex?(_), do: false

  defp take_braced(<<?}, rest::binary>>, digits, _) when digits != <<>> and byte_size(digits) <= 6, do: {digits, rest}

  defp take_braced(<<char, rest::binary>>, digits, form)
       when char in ?0..?9 or char in ?a..?f or char in ?A..?F,
       do: take_braced(rest, <<digits::binary, char>>, form)

  defp take_braced(_, _, _), do: bad_unicode()

  defp put_codepoint(acc, digits) do
    point = :erlang.binary_to_integer(digits, 16)

    if point > 0x10FFFF or (point >= 0xD800 and point <= 0xDFFF) do
      :erlang.error(
        ArgumentError.exception("invalid or reserved Unicode code point \\u{#{digits}}")
      )
    end

    <<acc::binary, point::utf8>>
  end
end
