# SPDX-License-Identifier: Apache-2.0
#
# Behind String: taking strings apart, and what its other parts share. Parts are slices that share memory with the string.

defmodule String.Splitter do
  @moduledoc false

  @doc "What stands from byte `at` on."
  def rest_from(string, at), do: binary_part(string, at, byte_size(string) - at)

  @doc "The first `size` bytes and the rest."
  def cut(string, size), do: {binary_part(string, 0, size), rest_from(string, size)}

  @doc "The value of an option."
  def option([{key, value} | _], key, _), do: value
  def option([_ | rest], key, default), do: option(rest, key, default)
  def option([], _, default), do: default

  @doc "Behind String.split/3 with an empty pattern: the graphemes, with an empty part at either end unless trimmed."
  def chars("", true, _), do: []
  def chars(string, _, 1), do: [string]
  def chars(string, true, parts), do: trimmed_chars(string, parts)
  def chars(string, _, :infinity), do: ["" | :joist_text.graphemes(string) ++ [""]]
  def chars(string, _, parts), do: ["" | chars_then_end(string, parts - 1)]

  defp trimmed_chars(string, :infinity), do: :joist_text.graphemes(string)
  defp trimmed_chars("", _), do: []
  defp trimmed_chars(string, 1), do: [string]

  defp trimmed_chars(string, parts) do
    {char, rest} = cut(string, :joist_text.next_grapheme(string))
    [char | trimmed_chars(rest, parts - 1)]
  end

  defp chars_then_end(string, 1), do: [string]
  defp chars_then_end("", _), do: [""]

  defp chars_then_end(string, parts) do
    {char, rest} = cut(string, :joist_text.next_grapheme(string))
    [char | chars_then_end(rest, parts - 1)]
  end

  @doc "Behind String.split/3 with `:parts`."
  def parts("", _, true, _), do: []
  def parts(string, _, _, 1), do: [string]

  def parts(string, pattern, trim, parts) do
    case :binary.match(string, pattern) do
      {0, size} when trim ->
        parts(rest_from(string, size), pattern, trim, parts)

      {at, size} ->
        [binary_part(string, 0, at) | parts(rest_from(string, at + size), pattern, trim, parts - 1)]

      :nomatch ->
        [string]
    end
  end

  @doc "Behind String.splitter/3 with an empty pattern, for Stream.unfold/2 from `{:before, string}` on."
  def next_char({:before, string}), do: {"", string}
  def next_char(nil), do: nil
  def next_char(""), do: {"", nil}
  def next_char(string), do: cut(string, :joist_text.next_grapheme(string))

  @doc "Behind String.splitter/3, for Stream.unfold/2 from the string on."
  def next(nil, _, _), do: nil
  def next("", _, true), do: nil

  def next(string, pattern, trim) do
    case :binary.match(string, pattern) do
      {0, size} when trim -> next(rest_from(string, size), pattern, trim)
      {at, size} -> {binary_part(string, 0, at), rest_from(string, at + size)}
      :nomatch -> {string, nil}
    end
  end

  @doc "Behind String.chunk/2: `string` begins with `size` bytes of the trait `flag`, `rest` stands behind them."
  def chunk("", string, size, _, _), do: [binary_part(string, 0, size)]

  def chunk(rest, string, size, flag, trait) do
    {char, after_char} = String.next_codepoint(rest)

    case trait(char, trait) do
      ^flag -> chunk(after_char, string, size + byte_size(char), flag, trait)
      other -> [binary_part(string, 0, size) | chunk(after_char, rest, byte_size(char), other, trait)]
    end
  end

  def trait(char, :valid), do: :joist_text.valid_utf8(char)
  def trait(char, :printable), do: :joist_text.printable(char, :infinity)
end
