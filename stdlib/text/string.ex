# SPDX-License-Identifier: Apache-2.0
#
# Text is a binary in UTF-8. Three units are told apart everywhere: bytes (what `byte_size/1` counts), code points, and graphemes, which is what a
# reader calls a character and what this module counts unless a name says otherwise. Bytes that form no valid code point count as one character
# each and are never lost. Searching stands on the byte-level natives of `:binary` (UTF-8 needs no decoding for that), walking over graphemes on
# `:joist_text`; parts of a string are slices that share memory with it. What takes loops stands in String.Splitter, Slicer, Replacer and Distance.

defmodule String do
  @moduledoc """
  Strings in UTF-8: taking apart, searching, replacing, changing case, comparing.

      iex> String.upcase("straße")
      "STRASSE"
  """

  alias String.{Replacer, Slicer, Splitter}
  import String.Splitter, only: [cut: 2, option: 3, rest_from: 2]

  @type t :: binary
  @type codepoint :: t
  @type grapheme :: t
  @type pattern :: t | [t] | tuple

  @doc """
  Tells whether a binary is valid UTF-8.

      iex> String.valid?(<<255>>)
      false
  """
  @spec valid?(t, :default | :fast_ascii) :: boolean
  def valid?(string, algorithm \\ :default)

  def valid?(string, algorithm) when is_binary(string) and (algorithm == :default or algorithm == :fast_ascii),
    do: :joist_text.valid_utf8(string)

  @doc """
  Tells whether the first `limit` characters can be shown.

      iex> String.printable?("abc")
      true
  """
  @spec printable?(t, non_neg_integer | :infinity) :: boolean
  def printable?(string, limit \\ :infinity)

  def printable?(string, limit) when is_binary(string) and (limit == :infinity or (is_integer(limit) and limit >= 0)),
    do: :joist_text.printable(string, limit)

  # ---- taking apart ----

  @doc """
  Splits at white space, without empty parts.

      iex> String.split(" a  b ")
      ["a", "b"]
  """
  @spec split(t) :: [t]
  def split(string) when is_binary(string), do: :joist_text.split_whitespace(string)

  @doc """
  Splits at each match of a pattern: a string, a list of strings, a compiled pattern or a regular expression.
  Options: `:parts` (at most so many) and `:trim` (no empty ones).

      iex> String.split("a,b,,c", ",", trim: true)
      ["a", "b", "c"]
  """
  @spec split(t, pattern | struct, keyword) :: [t]
  def split(string, pattern, options \\ [])

  def split(string, %{__struct__: Regex} = regex, options) when is_binary(string) and is_list(options),
    do: Regex.split(regex, string, options)

  def split(string, pattern, []) when is_binary(string) and is_tuple(pattern),
    do: :binary.split(string, pattern, [:global])

  def split(string, pattern, []) when is_binary(string) and is_binary(pattern) and pattern != "",
    do: :binary.split(string, pattern, [:global])

  def split(string, pattern, options) when is_binary(string) and is_list(options) do
    parts = option(options, :parts, :infinity)
    trim = option(options, :trim, false)

    cond do
      pattern == "" -> Splitter.chars(string, trim, parts)
      pattern == [] and trim and string == "" -> []
      pattern == [] -> [string]
      parts == :infinity and trim -> :binary.split(string, pattern, [:global, :trim_all])
      parts == :infinity -> :binary.split(string, pattern, [:global])
      is_integer(parts) and parts > 0 -> Splitter.parts(string, pattern, trim, parts)
      true -> raise ArgumentError, "expected :parts to be a positive integer or :infinity, got: #{inspect(parts)}"
    end
  end

  @doc """
  Like `split/3`, but the parts are found one by one, as they are asked for. Option: `:trim`.

      iex> "a,b,c" |> String.splitter(",") |> Enum.take(2)
      ["a", "b"]
  """
  @spec splitter(t, pattern, keyword) :: Enumerable.t()
  def splitter(string, pattern, options \\ [])

  def splitter(string, "", options) when is_binary(string) and is_list(options) do
    if option(options, :trim, false) do
      Stream.unfold(string, &next_grapheme/1)
    else
      Stream.unfold({:before, string}, &Splitter.next_char/1)
    end
  end

  def splitter(string, [], options) when is_binary(string) and is_list(options) do
    if string == "" and option(options, :trim, false), do: [], else: [string]
  end

  def splitter(string, pattern, options) when is_binary(string) and is_list(options) do
    pattern = if is_tuple(pattern), do: pattern, else: :binary.compile_pattern(pattern)
    trim = option(options, :trim, false)
    Stream.unfold(string, &Splitter.next(&1, pattern, trim))
  end

  @doc """
  Splits into two at a character offset; a negative one counts from the end.

      iex> String.split_at("sweetelixir", 5)
      {"sweet", "elixir"}
  """
  @spec split_at(t, integer) :: {t, t}
  def split_at(string, position) when is_binary(string) and is_integer(position) and position >= 0 do
    {at, _} = :joist_text.grapheme_skip(string, position)
    cut(string, at)
  end

  def split_at(string, position) when is_binary(string) and is_integer(position) do
    case :joist_text.grapheme_count(string) + position do
      from_start when from_start > 0 -> split_at(string, from_start)
      _ -> {"", string}
    end
  end

  @doc """
  All graphemes.

      iex> String.graphemes("né")
      ["n", "é"]
  """
  @spec graphemes(t) :: [grapheme]
  def graphemes(string) when is_binary(string), do: :joist_text.graphemes(string)

  @doc """
  The first grapheme and the rest, or nil at the end.

      iex> String.next_grapheme("ab")
      {"a", "b"}
  """
  @spec next_grapheme(t) :: {grapheme, t} | nil
  def next_grapheme(string) when is_binary(string) do
    case :joist_text.next_grapheme(string) do
      0 -> nil
      size -> cut(string, size)
    end
  end

  @doc false
  def next_grapheme_size(string) when is_binary(string) do
    case :joist_text.next_grapheme(string) do
      0 -> nil
      size -> {size, rest_from(string, size)}
    end
  end

  @doc """
  All code points as strings.

      iex> String.codepoints("olá")
      ["o", "l", "á"]
  """
  @spec codepoints(t) :: [codepoint]
  def codepoints(string) when is_binary(string), do: :joist_text.codepoints(string)

  @doc """
  The first code point and the rest, or nil at the end.

      iex> String.next_codepoint("olá")
      {"o", "lá"}
  """
  @spec next_codepoint(t) :: {codepoint, t} | nil
  def next_codepoint(<<char::utf8, rest::binary>>), do: {<<char::utf8>>, rest}
  def next_codepoint(<<byte, rest::binary>>), do: {<<byte>>, rest}
  def next_codepoint(""), do: nil

  @doc """
  Number of graphemes.

      iex> String.length("élixir")
      6
  """
  @spec length(t) :: non_neg_integer
  def length(string) when is_binary(string), do: :joist_text.grapheme_count(string)

  @doc """
  Groups what is valid and what is not (`:valid`), or printable and not (`:printable`), in order.

      iex> String.chunk(<<"ab", 0, "c">>, :printable)
      ["ab", <<0>>, "c"]
  """
  @spec chunk(t, :valid | :printable) :: [t]
  def chunk(string, trait)
  def chunk("", _), do: []

  def chunk(string, trait) when is_binary(string) and (trait == :valid or trait == :printable) do
    {char, rest} = next_codepoint(string)
    Splitter.chunk(rest, string, byte_size(char), Splitter.trait(char, trait), trait)
  end

  # ---- parts by position ----

  @doc """
  The character at a position (negative: from the end), nil when there is none.

      iex> String.at("elixir", -1)
      "r"
  """
  @spec at(t, integer) :: grapheme | nil
  def at(string, position) when is_binary(string) and is_integer(position) and position >= 0 do
    case :joist_text.grapheme_skip(string, position) do
      {offset, ^position} when offset < byte_size(string) ->
        rest = rest_from(string, offset)
        binary_part(rest, 0, :joist_text.next_grapheme(rest))

      _ ->
        nil
    end
  end

  def at(string, position) when is_binary(string) and is_integer(position) do
    case :joist_text.grapheme_count(string) + position do
      from_start when from_start >= 0 -> at(string, from_start)
      _ -> nil
    end
  end

  @doc """
  The first character, or nil.

      iex> String.first("elixir")
      "e"
  """
  @spec first(t) :: grapheme | nil
  def first(string) when is_binary(string) do
    case :joist_text.next_grapheme(string) do
      0 -> nil
      size -> binary_part(string, 0, size)
    end
  end

  @doc """
  The last character, or nil.

      iex> String.last("elixir")
      "r"
  """
  @spec last(t) :: grapheme | nil
  def last(""), do: nil
  def last(<<char::binary-size(1)>>), do: char

  def last(string) when is_binary(string) do
    # Two ASCII bytes are never one grapheme, save for "\r\n": then no walk from the start is needed.
    case binary_part(string, byte_size(string), -2) do
      <<?\r, ?\n>> -> "\r\n"
      <<left, right>> when left < 128 and right < 128 -> <<right>>
      _ -> at(string, :joist_text.grapheme_count(string) - 1)
    end
  end

  @doc """
  A part by start and length in characters.

      iex> String.slice("elixir", 1, 3)
      "lix"
  """
  @spec slice(t, integer, non_neg_integer) :: t
  def slice(string, start, length)

  def slice(string, start, 0) when is_binary(string) and is_integer(start), do: ""

  def slice(string, start, length) when is_binary(string) and is_integer(start) and is_integer(length) and start >= 0 and length >= 0 do
    case :joist_text.grapheme_skip(string, start) do
      {offset, ^start} ->
        rest = rest_from(string, offset)
        {size, _} = :joist_text.grapheme_skip(rest, length)
        binary_part(rest, 0, size)

      _ ->
        ""
    end
  end

  def slice(string, start, length) when is_binary(string) and is_integer(start) and is_integer(length) and length >= 0 do
    slice(string, Kernel.max(:joist_text.grapheme_count(string) + start, 0), length)
  end

  @doc """
  A part by a range of positions; negative ones count from the end, a step takes every n-th character.

      iex> String.slice("elixir", 1..3)
      "lix"
  """
  @spec slice(t, Range.t()) :: t
  def slice(string, first..last//step = range) when is_binary(string) do
    cond do
      step > 0 -> Slicer.slice(string, first, last, step)
      step == -1 and first > last -> Slicer.slice(string, first, last, 1)
      true -> raise ArgumentError, "String.slice/2 does not accept ranges with negative steps, got: #{inspect(range)}"
    end
  end

  def slice(string, %{__struct__: Range} = range) when is_binary(string) and not is_map_key(range, :step),
    do: slice(string, Range.with_step(range))

  @doc """
  A part by bytes, without the torn code points at its ends.

      iex> String.byte_slice("héllo", 0, 2)
      "h"
  """
  @spec byte_slice(t, integer, non_neg_integer) :: t
  def byte_slice(string, start, size)

  def byte_slice(string, start, size) when is_binary(string) and is_integer(start) and is_integer(size) and size >= 0 do
    start = if start < 0, do: Kernel.max(byte_size(string) + start, 0), else: start
    size = Kernel.min(size, byte_size(string) - start)

    if size > 0 do
      string |> binary_part(start, size) |> Slicer.drop_torn_start(3) |> Slicer.drop_torn_end()
    else
      ""
    end
  end

  # ---- searching ----

  @doc """
  Tells whether a string starts with a prefix or one of several.

      iex> String.starts_with?("elixir", ["x", "eli"])
      true
  """
  @spec starts_with?(t, t | [t]) :: boolean
  def starts_with?(string, prefix) when is_binary(string) and is_binary(prefix), do: prefix?(string, prefix)
  def starts_with?(string, []) when is_binary(string), do: false

  def starts_with?(string, [prefix | rest]) when is_binary(string) and is_binary(prefix),
    do: prefix?(string, prefix) or starts_with?(string, rest)

  def starts_with?(string, pattern) when is_binary(string), do: Kernel.match?({0, _}, :binary.match(string, pattern))

  defp prefix?(string, prefix) do
    size = byte_size(prefix)
    size <= byte_size(string) and binary_part(string, 0, size) == prefix
  end

  @doc """
  Tells whether a string ends with a suffix or one of several.

      iex> String.ends_with?("language", "age")
      true
  """
  @spec ends_with?(t, t | [t]) :: boolean
  def ends_with?(string, suffix) when is_binary(string) and is_binary(suffix), do: suffix?(string, suffix)
  def ends_with?(string, suffixes) when is_binary(string) and is_list(suffixes), do: any_suffix?(string, suffixes)

  defp any_suffix?(_, []), do: false
  defp any_suffix?(string, [suffix | rest]), do: suffix?(string, suffix) or any_suffix?(string, rest)

  defp suffix?(string, suffix) do
    size = byte_size(suffix)
    size <= byte_size(string) and binary_part(string, byte_size(string) - size, size) == suffix
  end

  @doc """
  Tells whether a string contains a pattern.

      iex> String.contains?("elixir of life", ["death", "life"])
      true
  """
  @spec contains?(t, pattern) :: boolean
  def contains?(string, []) when is_binary(string), do: false
  def contains?(string, "") when is_binary(string), do: true

  def contains?(string, patterns) when is_binary(string) and is_list(patterns) do
    # An empty pattern is found everywhere, but the search native takes none.
    :lists.member("", patterns) or :binary.match(string, patterns) != :nomatch
  end

  def contains?(string, pattern) when is_binary(string), do: :binary.match(string, pattern) != :nomatch

  @doc """
  Tells whether a regular expression matches.

      iex> String.match?("foo", ~r/o+/)
      true
  """
  @spec match?(t, struct) :: boolean
  def match?(string, regex) when is_binary(string), do: Regex.match?(regex, string)

  # ---- replacing ----

  @doc """
  Replaces matches of a pattern by a string or by what a function makes of the match. Option `global: false`: only the first.

      iex> String.replace("a,b,c", ",", "-")
      "a-b-c"
  """
  @spec replace(t, pattern | struct, t | (t -> t | iodata), keyword) :: t
  def replace(subject, pattern, replacement, options \\ [])

  def replace(subject, pattern, replacement, options)
      when is_binary(subject) and (is_binary(replacement) or is_function(replacement, 1)) and is_list(options) do
    Replacer.replace(subject, pattern, replacement, options)
  end

  @doc """
  Replaces every occurrence of `match` at the start.

      iex> String.replace_leading("aab", "a", "x")
      "xxb"
  """
  @spec replace_leading(t, t, t) :: t
  def replace_leading(string, match, replacement) when is_binary(string) and is_binary(match) and is_binary(replacement) do
    refuse_empty(match)

    case Replacer.leading_end(string, match, byte_size(match), 0) do
      0 -> string
      size -> :binary.copy(replacement, div(size, byte_size(match))) <> rest_from(string, size)
    end
  end

  @doc """
  Replaces every occurrence of `match` at the end.

      iex> String.replace_trailing("baa", "a", "x")
      "bxx"
  """
  @spec replace_trailing(t, t, t) :: t
  def replace_trailing(string, match, replacement) when is_binary(string) and is_binary(match) and is_binary(replacement) do
    refuse_empty(match)
    kept = Replacer.trailing_start(string, match, byte_size(match), byte_size(string))

    case byte_size(string) - kept do
      0 -> string
      size -> binary_part(string, 0, kept) <> :binary.copy(replacement, div(size, byte_size(match)))
    end
  end

  defp refuse_empty(""), do: raise(ArgumentError, "cannot use an empty string as the match to replace")
  defp refuse_empty(_), do: :ok

  @doc """
  Replaces a prefix once.

      iex> String.replace_prefix("world", "wor", "Wor")
      "World"
  """
  @spec replace_prefix(t, t, t) :: t
  def replace_prefix(string, match, replacement) when is_binary(string) and is_binary(match) and is_binary(replacement) do
    if prefix?(string, match), do: replacement <> rest_from(string, byte_size(match)), else: string
  end

  @doc """
  Replaces a suffix once.

      iex> String.replace_suffix("world", "ld", "k")
      "work"
  """
  @spec replace_suffix(t, t, t) :: t
  def replace_suffix(string, match, replacement) when is_binary(string) and is_binary(match) and is_binary(replacement) do
    if suffix?(string, match), do: binary_part(string, 0, byte_size(string) - byte_size(match)) <> replacement, else: string
  end

  @doc """
  Replaces what is no valid UTF-8; a torn sequence counts once.

      iex> String.replace_invalid(<<"a", 255, "b">>, "?")
      "a?b"
  """
  @spec replace_invalid(binary, t) :: t
  def replace_invalid(bytes, replacement \\ "�")

  def replace_invalid(bytes, replacement) when is_binary(bytes) and is_binary(replacement) do
    if :joist_text.valid_utf8(bytes), do: bytes, else: :erlang.iolist_to_binary(Replacer.replace_torn(bytes, bytes, 0, replacement))
  end

  # ---- trimming and padding ----

  @doc """
  Without white space at both ends.

      iex> String.trim(" a b ")
      "a b"
  """
  @spec trim(t) :: t
  def trim(string) when is_binary(string), do: :joist_text.trim(string, :both)

  @doc """
  Without any repetition of `to_trim` at both ends.

      iex> String.trim("a  abc  a", "a")
      "  abc  "
  """
  @spec trim(t, t) :: t
  def trim(string, to_trim) when is_binary(string) and is_binary(to_trim), do: string |> trim_leading(to_trim) |> trim_trailing(to_trim)

  @doc """
  Without white space at the start.

      iex> String.trim_leading("  a ")
      "a "
  """
  @spec trim_leading(t) :: t
  def trim_leading(string) when is_binary(string), do: :joist_text.trim(string, :leading)

  @doc """
  Without any repetition of `to_trim` at the start.

      iex> String.trim_leading("__a_", "_")
      "a_"
  """
  @spec trim_leading(t, t) :: t
  def trim_leading(string, to_trim) when is_binary(string) and is_binary(to_trim), do: replace_leading(string, to_trim, "")

  @doc """
  Without white space at the end.

      iex> String.trim_trailing(" a  ")
      " a"
  """
  @spec trim_trailing(t) :: t
  def trim_trailing(string) when is_binary(string), do: :joist_text.trim(string, :trailing)

  @doc """
  Without any repetition of `to_trim` at the end.

      iex> String.trim_trailing("_a__", "_")
      "_a"
  """
  @spec trim_trailing(t, t) :: t
  def trim_trailing(string, to_trim) when is_binary(string) and is_binary(to_trim), do: replace_trailing(string, to_trim, "")

  @doc """
  Filled up at the start to `count` characters.

      iex> String.pad_leading("7", 3, "0")
      "007"
  """
  @spec pad_leading(t, non_neg_integer, t | [t]) :: t
  def pad_leading(string, count, padding \\ [" "])
  def pad_leading(string, count, padding) when is_binary(padding), do: pad_leading(string, count, :joist_text.graphemes(padding))

  def pad_leading(string, count, [_ | _] = padding) when is_binary(string) and is_integer(count) and count >= 0,
    do: :erlang.iolist_to_binary([padding(string, count, padding) | string])

  @doc """
  Filled up at the end to `count` characters.

      iex> String.pad_trailing("ab", 4)
      "ab  "
  """
  @spec pad_trailing(t, non_neg_integer, t | [t]) :: t
  def pad_trailing(string, count, padding \\ [" "])
  def pad_trailing(string, count, padding) when is_binary(padding), do: pad_trailing(string, count, :joist_text.graphemes(padding))

  def pad_trailing(string, count, [_ | _] = padding) when is_binary(string) and is_integer(count) and count >= 0,
    do: :erlang.iolist_to_binary([string | padding(string, count, padding)])

  defp padding(string, count, padding) do
    case count - :joist_text.grapheme_count(string) do
      missing when missing > 0 -> fill(missing, padding, padding)
      _ -> []
    end
  end

  defp fill(0, _, _), do: []
  defp fill(missing, [], all), do: fill(missing, all, all)
  defp fill(missing, [char | rest], all) when is_binary(char), do: [char | fill(missing - 1, rest, all)]
  defp fill(_, [other | _], _), do: raise(ArgumentError, "expected a string padding element, got: #{inspect(other)}")

  # ---- case ----

  @doc """
  In upper case. Modes: `:default`, `:ascii`, `:greek`, `:turkic`.

      iex> String.upcase("aß")
      "ASS"
  """
  @spec upcase(t, :default | :ascii | :greek | :turkic) :: t
  def upcase(string, mode \\ :default)

  def upcase(string, mode) when is_binary(string) and mode in [:default, :ascii, :greek, :turkic],
    do: :joist_text.upcase(string, mode)

  @doc """
  In lower case. Modes as for `upcase/2`.

      iex> String.downcase("ABC")
      "abc"
  """
  @spec downcase(t, :default | :ascii | :greek | :turkic) :: t
  def downcase(string, mode \\ :default)

  def downcase(string, mode) when is_binary(string) and mode in [:default, :ascii, :greek, :turkic],
    do: :joist_text.downcase(string, mode)

  @doc """
  First character in title case, the rest in lower case.

      iex> String.capitalize("aBC")
      "Abc"
  """
  @spec capitalize(t, :default | :ascii | :greek | :turkic) :: t
  def capitalize(string, mode \\ :default)

  def capitalize(<<char, rest::binary>>, :ascii) do
    char = if char in ?a..?z, do: char - 32, else: char
    <<char>> <> :joist_text.downcase(rest, :ascii)
  end

  def capitalize(string, mode) when is_binary(string) and mode in [:default, :ascii, :greek, :turkic] do
    {first, rest} = :joist_text.titlecase_first(string, mode)
    first <> :joist_text.downcase(rest, mode)
  end

  # ---- whole strings ----

  @doc """
  The graphemes in reverse order.

      iex> String.reverse("abc")
      "cba"
  """
  @spec reverse(t) :: t
  def reverse(string) when is_binary(string), do: :joist_text.reverse(string)

  @doc """
  `count` copies in a row.

      iex> String.duplicate("ab", 2)
      "abab"
  """
  @spec duplicate(t, non_neg_integer) :: t
  def duplicate(string, count) when is_binary(string) and is_integer(count) and count >= 0, do: :binary.copy(string, count)

  @doc """
  In a Unicode normal form: `:nfc`, `:nfd`, `:nfkc`, `:nfkd`. Invalid bytes stay as they are.

      iex> String.normalize("e\\u0301", :nfc)
      "é"
  """
  @spec normalize(t, :nfd | :nfc | :nfkd | :nfkc) :: t
  def normalize(string, form) when is_binary(string) and form in [:nfc, :nfd, :nfkc, :nfkd] do
    case :joist_text.normalize(string, form) do
      {:error, good, <<byte, rest::binary>>} -> good <> <<byte>> <> normalize(rest, form)
      normal -> normal
    end
  end

  @doc """
  Tells whether two strings are the same text, however composed.

      iex> String.equivalent?("é", "e\\u0301")
      true
  """
  @spec equivalent?(t, t) :: boolean
  def equivalent?(left, right) when is_binary(left) and is_binary(right),
    do: left == right or normalize(left, :nfd) == normalize(right, :nfd)

  @doc """
  How alike two strings are by the bags of their characters: 1.0 alike, 0.0 nothing in common.

      iex> String.bag_distance("abc", "abd") |> Float.round(3)
      0.667
  """
  @spec bag_distance(t, t) :: float
  def bag_distance(left, right) when is_binary(left) and is_binary(right), do: String.Distance.bag(left, right)

  @doc """
  Similarity after Jaro: 1.0 alike, 0.0 nothing in common.

      iex> String.jaro_distance("Dwayne", "Duane") |> Float.round(3)
      0.822
  """
  @spec jaro_distance(t, t) :: float
  def jaro_distance(left, right) when is_binary(left) and is_binary(right), do: String.Distance.jaro(left, right)

  @doc """
  A shortest edit script from one string to another.

      iex> String.myers_difference("fox", "fix")
      [eq: "f", del: "o", ins: "i", eq: "x"]
  """
  @spec myers_difference(t, t) :: [{:eq | :ins | :del, t}]
  def myers_difference(left, right) when is_binary(left) and is_binary(right) do
    for {kind, chars} <- List.myers_difference(:joist_text.graphemes(left), :joist_text.graphemes(right)) do
      {kind, :erlang.iolist_to_binary(chars)}
    end
  end

  # ---- to other types ----

  @doc """
  The code points as a list of integers.

      iex> String.to_charlist("ab") == [97, 98]
      true
  """
  @spec to_charlist(t) :: charlist
  def to_charlist(string) when is_binary(string) do
    case :unicode.characters_to_list(string) do
      chars when is_list(chars) -> chars
      {:error, encoded, rest} -> raise UnicodeConversionError, encoded: encoded, rest: rest, kind: :invalid
      {:incomplete, encoded, rest} -> raise UnicodeConversionError, encoded: encoded, rest: rest, kind: :incomplete
    end
  end

  @doc """
  The atom of that name.

      iex> String.to_atom("ok")
      :ok
  """
  @spec to_atom(t) :: atom
  def to_atom(string) when is_binary(string), do: :erlang.binary_to_atom(string, :utf8)

  @doc """
  The atom of that name, if it is there already.

      iex> String.to_existing_atom("ok")
      :ok
  """
  @spec to_existing_atom(t) :: atom
  def to_existing_atom(string) when is_binary(string), do: :erlang.binary_to_existing_atom(string, :utf8)

  @doc """
  The integer written in a string, in base 10.

      iex> String.to_integer("-12")
      -12
  """
  @spec to_integer(t) :: integer
  def to_integer(string) when is_binary(string), do: :erlang.binary_to_integer(string)

  @doc """
  The integer written in a string, in a base from 2 to 36.

      iex> String.to_integer("FF", 16)
      255
  """
  @spec to_integer(t, 2..36) :: integer
  def to_integer(string, base) when is_binary(string) and is_integer(base), do: :erlang.binary_to_integer(string, base)

  @doc """
  The float written in a string.

      iex> String.to_float("3.0")
      3.0
  """
  @spec to_float(t) :: float
  def to_float(string) when is_binary(string), do: :erlang.binary_to_float(string)

  # ---- older names, still met in programs ----

  @doc false
  def to_char_list(string), do: String.to_charlist(string)
  @doc false
  def strip(string), do: trim(string)
  @doc false
  def strip(string, char), do: trim(string, <<char::utf8>>)
  @doc false
  def lstrip(string), do: trim_leading(string)
  @doc false
  def lstrip(string, char), do: trim_leading(string, <<char::utf8>>)
  @doc false
  def rstrip(string), do: trim_trailing(string)
  @doc false
  def rstrip(string, char), do: trim_trailing(string, <<char::utf8>>)
  @doc false
  def ljust(string, count, char \\ ?\s), do: pad_trailing(string, count, <<char::utf8>>)
  @doc false
  def rjust(string, count, char \\ ?\s), do: pad_leading(string, count, <<char::utf8>>)
  @doc false
  def valid_character?(<<_::utf8>>), do: true
  def valid_character?(string) when is_binary(string), do: false
end
