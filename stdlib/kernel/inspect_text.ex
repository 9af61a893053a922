# SPDX-License-Identifier: Apache-2.0
#
# Inspect.Text: what `inspect` needs to know about characters: which print as they are, and how the others are escaped.
# Invariants: works on bytes and code points only, never on graphemes; the common case, plain ASCII without anything to
# escape, is one scan without building anything.
defmodule Inspect.Text do
  @moduledoc false

  @doc false
  # Is the binary printable text, looking at no more than `limit` characters?
  def printable?(binary, :infinity), do: printable(binary)
  def printable?(binary, limit), do: printable(binary, limit)

  defp printable(<<char, rest::binary>>) when char in 32..126, do: printable(rest)
  defp printable(<<char, rest::binary>>) when char in 7..13 or char == 27 or char == 127, do: printable(rest)
  defp printable(<<char::utf8, rest::binary>>) when char >= 0xA0, do: printable_point?(char) and printable(rest)
  defp printable(<<>>), do: true
  defp printable(_), do: false

  defp printable(_, 0), do: true
  defp printable(<<char, rest::binary>>, n) when char in 32..126, do: printable(rest, n - 1)
  defp printable(<<char, rest::binary>>, n) when char in 7..13 or char == 27 or char == 127, do: printable(rest, n - 1)

  defp printable(<<char::utf8, rest::binary>>, n) when char >= 0xA0,
    do: printable_point?(char) and printable(rest, n - 1)

  defp printable(<<>>, _), do: true
  defp printable(_, _), do: false

  defp printable_point?(char),
    do: char in 0xA0..0xD7FF or char in 0xE000..0xFFFD or char in 0x10000..0x10FFFF

  @doc false
  # Is the list printable ASCII, looking at no more than `limit` elements?
  def ascii_printable?([], _), do: true
  def ascii_printable?(list, :infinity), do: ascii(list)
  def ascii_printable?(list, limit), do: ascii(list, limit)

  defp ascii([char | rest]) when is_integer(char) and char >= 32 and char <= 126, do: ascii(rest)
  defp ascii([char | rest]) when char in [7, 8, 9, 10, 11, 12, 13, 27], do: ascii(rest)
  defp ascii([]), do: true
  defp ascii(_), do: false

  defp ascii(_, 0), do: true
  defp ascii([char | rest], n) when is_integer(char) and char >= 32 and char <= 126, do: ascii(rest, n - 1)
  defp ascii([char | rest], n) when char in [7, 8, 9, 10, 11, 12, 13, 27], do: ascii(rest, n - 1)
  defp ascii([], _), do: true
  defp ascii(_, _), do: false

  @doc false
  # The text between the quotes.
  def escape(binary, quote) do
    if plain?(binary, quote), do: binary, else: escape(binary, quote, :infinity, <<>>)
  end

  @doc false
  # `{escaped, rest}` where `rest` is what lies behind the limit.
  def escape_limited(binary, quote, :infinity), do: {escape(binary, quote), ""}

  def escape_limited(binary, quote, limit) do
    if byte_size(binary) <= limit and plain?(binary, quote) do
      {binary, ""}
    else
      case escape(binary, quote, limit, <<>>) do
        {escaped, rest} -> {escaped, rest}
        escaped -> {escaped, ""}
      end
    end
  end

  defp plain?(<<char, rest::binary>>, quote) when char in 32..126 and char != quote and char != ?\\ and char != ?#,
    do: plain?(rest, quote)

  defp plain?(<<>>, _), do: true
  defp plain?(_, _), do: false

  defp escape(<<>>, _, _, acc), do: acc
  defp escape(rest, _, 0, acc), do: {acc, rest}

  defp escape(<<char, rest::binary>>, quote, n, acc) when char == quote, do: escape(rest, quote, less(n), <<acc::binary, ?\\, char>>)
  defp escape(<<?#, ?{, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?#, ?{>>)
  defp escape(<<?\\, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?\\>>)
  defp escape(<<char, rest::binary>>, quote, n, acc) when char in 32..126, do: escape(rest, quote, less(n), <<acc::binary, char>>)
  defp escape(<<7, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?a>>)
  defp escape(<<8, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?b>>)
  defp escape(<<9, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?t>>)
  defp escape(<<10, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?n>>)
  defp escape(<<11, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?v>>)
  defp escape(<<12, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?f>>)
  defp escape(<<13, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?r>>)
  defp escape(<<27, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?e>>)
  defp escape(<<127, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?d>>)
  defp escape(<<0, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, ?\\, ?0>>)

  # The byte order mark cannot be seen.
  defp escape(<<0xFEFF::utf8, rest::binary>>, quote, n, acc),
    do: escape(rest, quote, less(n), <<acc::binary, "\\uFEFF">>)

  defp escape(<<char::utf8, rest::binary>>, quote, n, acc) do
    if char >= 0xA0 and printable_point?(char),
      do: escape(rest, quote, less(n), <<acc::binary, char::utf8>>),
      else: escape(rest, quote, less(n), <<acc::binary, escape_point(char)::binary>>)
  end

  defp escape(<<byte, rest::binary>>, quote, n, acc), do: escape(rest, quote, less(n), <<acc::binary, escape_byte(byte)::binary>>)

  defp less(:infinity), do: :infinity
  defp less(n), do: n - 1

  defp escape_byte(byte), do: <<?\\, ?x, hex(:erlang.bsr(byte, 4)), hex(:erlang.band(byte, 15))>>
  defp escape_point(char) when char < 0x100, do: escape_byte(char)
  defp escape_point(char), do: <<?\\, ?x, ?{, :erlang.integer_to_binary(char, 16)::binary, ?}>>

  defp hex(n) when n < 10, do: ?0 + n
  defp hex(n), do: ?A + n - 10
end
