# SPDX-License-Identifier: Apache-2.0
#
# Behind String: parts by ranges of characters, and by bytes without torn code points.

defmodule String.Slicer do
  @moduledoc false

  @doc "Behind String.slice/2: the characters from `first` to `last`, every `step`th of them."
  def slice("", _, _, _), do: ""
  def slice(string, first, last, step) when first >= 0 and last >= 0, do: every_of(string, first, last - first + 1, step)

  def slice(string, first, last, step) do
    count = :joist_text.grapheme_count(string)
    first = if first < 0, do: Kernel.max(first + count, 0), else: first
    last = if last < 0, do: last + count, else: last
    every_of(string, first, last - first + 1, step)
  end

  defp every_of(_, _, length, _) when length <= 0, do: ""
  defp every_of(string, first, length, 1), do: String.slice(string, first, length)

  defp every_of(string, first, length, step) do
    string |> String.slice(first, length) |> :joist_text.graphemes() |> every(step) |> :erlang.iolist_to_binary()
  end

  defp every([], _), do: []
  defp every([char | rest], step), do: [char | every(drop(rest, step - 1), step)]

  defp drop(list, 0), do: list
  defp drop([], _), do: []
  defp drop([_ | rest], count), do: drop(rest, count - 1)

  @doc "Without the bytes at the start that continue a code point, at most `left` of them."
  def drop_torn_start(<<1::1, 0::1, _::6, rest::binary>>, left) when left > 0, do: drop_torn_start(rest, left - 1)
  def drop_torn_start(string, _), do: string

  @doc "Without the code point at the end that lacks bytes."
  def drop_torn_end(string) do
    size = byte_size(string)

    cond do
      size > 0 and :binary.at(string, size - 1) < 128 -> string
      torn?(string, size, 1) -> binary_part(string, 0, size - 1)
      torn?(string, size, 2) -> binary_part(string, 0, size - 2)
      torn?(string, size, 3) -> binary_part(string, 0, size - 3)
      true -> string
    end
  end

  # Whether the last `count` bytes are the lead byte of a longer sequence with what follows it.
  defp torn?(string, size, count) when size >= count do
    lead = :binary.at(string, size - count)
    (lead >= 0xF0 and lead < 0xF8) or (count < 3 and lead >= 0xE0 and lead < 0xF8) or (count < 2 and lead >= 0xC0 and lead < 0xF8)
  end

  defp torn?(_, _, _), do: false
end
