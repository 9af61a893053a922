# SPDX-License-Identifier: Apache-2.0
#
# Behind String: replacing matches, repetitions at the ends and bytes that are no UTF-8.
#
# The result is built as a list of slices and replacements, and copied once.

defmodule String.Replacer do
  @moduledoc false

  import String.Splitter, only: [option: 3, rest_from: 2]

  @doc "Behind String.replace/4."
  def replace(subject, %{__struct__: Regex} = regex, replacement, options),
    do: Regex.replace(regex, subject, replacement, options)

  def replace(subject, [], _, _), do: subject
  def replace(subject, "", "", _), do: subject

  def replace(subject, "", replacement, options) do
    if option(options, :global, true) do
      :erlang.iolist_to_binary([between(replacement) | replace_between(:joist_text.graphemes(subject), replacement)])
    else
      :erlang.iolist_to_binary([between(replacement), subject])
    end
  end

  def replace(subject, pattern, replacement, options) do
    global = option(options, :global, true)

    case option(options, :insert_replaced, nil) do
      nil when is_binary(replacement) ->
        :binary.replace(subject, pattern, replacement, if(global, do: [:global], else: []))

      nil ->
        replace_with(subject, pattern, replacement, global)

      inserted ->
        flags = if global, do: [:global, {:insert_replaced, inserted}], else: [{:insert_replaced, inserted}]
        :binary.replace(subject, pattern, replacement, flags)
    end
  end

  defp between(replacement) when is_binary(replacement), do: replacement
  defp between(replacement), do: replacement.("")

  defp replace_between([], _), do: []
  defp replace_between([char | rest], replacement), do: [char, between(replacement) | replace_between(rest, replacement)]

  defp replace_with(subject, pattern, fun, true) do
    case :binary.matches(subject, pattern) do
      [] -> subject
      matches -> :erlang.iolist_to_binary(replace_matches(matches, subject, 0, fun))
    end
  end

  defp replace_with(subject, pattern, fun, false) do
    case :binary.match(subject, pattern) do
      :nomatch -> subject
      match -> :erlang.iolist_to_binary(replace_matches([match], subject, 0, fun))
    end
  end

  defp replace_matches([], subject, from, _), do: [rest_from(subject, from)]

  defp replace_matches([{at, size} | rest], subject, from, fun) do
    [binary_part(subject, from, at - from), fun.(binary_part(subject, at, size)) | replace_matches(rest, subject, at + size, fun)]
  end

  @doc "Where the repetition of `match` at the start ends; `at` is known to be within it."
  def leading_end(string, match, size, at) do
    if at + size <= byte_size(string) and binary_part(string, at, size) == match,
      do: leading_end(string, match, size, at + size),
      else: at
  end

  @doc "Where the repetition of `match` at the end begins; `at` is known to be within it."
  def trailing_start(string, match, size, at) do
    if at - size >= 0 and binary_part(string, at - size, size) == match,
      do: trailing_start(string, match, size, at - size),
      else: at
  end

  @doc """
  Behind String.replace_invalid/2. `bytes` is walked; `from` is where the valid run that ends there begins, `size` its bytes.
  """
  def replace_torn(<<_::utf8, rest::binary>> = bytes, from, size, replacement),
    do: replace_torn(rest, from, size + byte_size(bytes) - byte_size(rest), replacement)

  def replace_torn("", from, size, _), do: [binary_part(from, 0, size)]

  def replace_torn(bytes, from, size, replacement) do
    rest = rest_from(bytes, torn_size(bytes))
    [binary_part(from, 0, size), replacement | replace_torn(rest, rest, 0, replacement)]
  end

  # The longest start of a well-formed sequence, or one byte.
  defp torn_size(<<a, b, c, _::binary>>) when a == 0xF0 and b in 0x90..0xBF and c in 0x80..0xBF, do: 3
  defp torn_size(<<a, b, c, _::binary>>) when a in 0xF1..0xF3 and b in 0x80..0xBF and c in 0x80..0xBF, do: 3
  defp torn_size(<<a, b, c, _::binary>>) when a == 0xF4 and b in 0x80..0x8F and c in 0x80..0xBF, do: 3
  defp torn_size(<<a, b, _::binary>>) when a == 0xE0 and b in 0xA0..0xBF, do: 2
  defp torn_size(<<a, b, _::binary>>) when a in 0xE1..0xEC and b in 0x80..0xBF, do: 2
  defp torn_size(<<a, b, _::binary>>) when a == 0xED and b in 0x80..0x9F, do: 2
  defp torn_size(<<a, b, _::binary>>) when a in 0xEE..0xEF and b in 0x80..0xBF, do: 2
  defp torn_size(<<a, b, _::binary>>) when a == 0xF0 and b in 0x90..0xBF, do: 2
  defp torn_size(<<a, b, _::binary>>) when a in 0xF1..0xF3 and b in 0x80..0xBF, do: 2
  defp torn_size(<<a, b, _::binary>>) when a == 0xF4 and b in 0x80..0x8F, do: 2
  defp torn_size(_), do: 1
end
