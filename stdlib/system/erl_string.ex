# SPDX-License-Identifier: Apache-2.0
#
# Strings under Erlang's name: a string is chardata. Results have the type of what came in, binaries or lists of code points. The second half are the
# older functions, for lists of characters alone.

defmodule :string do
  @moduledoc """
  Strings as chardata.

      iex> :string.uppercase("abc")
      "ABC"
  """

  @space [?\s, ?\t, ?\n, ?\v, ?\f, ?\r, 0x85, 0x200E, 0x200F, 0x2028, 0x2029]

  defp bin(text) when is_binary(text), do: text

  defp bin(text) do
    case :unicode.characters_to_binary(text) do
      binary when is_binary(binary) -> binary
      _ -> :erlang.error({:badarg, text})
    end
  end

  # The result in the type of the input.
  defp as(binary, input) when is_list(input), do: :unicode.characters_to_list(binary)
  defp as(binary, _), do: binary

  defp cut(binary, at), do: binary_part(binary, at, byte_size(binary) - at)

  @doc "Whether there is no character."
  @spec is_empty(IO.chardata()) :: boolean
  def is_empty(text), do: bin(text) == ""

  @doc "Number of graphemes."
  @spec length(IO.chardata()) :: non_neg_integer
  def length(text), do: :joist_text.grapheme_count(bin(text))

  @doc "Graphemes, each a code point or a list of them."
  @spec to_graphemes(IO.chardata()) :: list
  def to_graphemes(text), do: for(char <- :joist_text.graphemes(bin(text)), do: grapheme(char))

  defp grapheme(char) do
    case :unicode.characters_to_list(char) do
      [code] -> code
      codes -> codes
    end
  end

  @doc "Graphemes in reverse order, as a list."
  @spec reverse(IO.chardata()) :: list
  def reverse(text), do: :lists.reverse(to_graphemes(text))

  @doc "Whether two strings have the same code points."
  @spec equal(IO.chardata(), IO.chardata()) :: boolean
  def equal(left, right), do: bin(left) == bin(right)

  @doc "Like `equal/2`, ignoring case if asked to."
  @spec equal(IO.chardata(), IO.chardata(), boolean) :: boolean
  def equal(left, right, false), do: bin(left) == bin(right)
  def equal(left, right, true), do: fold(bin(left)) == fold(bin(right))

  @doc "Like `equal/3`, in a normal form."
  @spec equal(IO.chardata(), IO.chardata(), boolean, :none | atom) :: boolean
  def equal(left, right, ignore_case, :none), do: equal(left, right, ignore_case)

  def equal(left, right, ignore_case, form),
    do: equal(String.normalize(bin(left), form), String.normalize(bin(right), form), ignore_case)

  defp fold(text), do: text |> :joist_text.upcase(:default) |> :joist_text.downcase(:default)

  @doc "From a grapheme on."
  @spec slice(IO.chardata(), non_neg_integer) :: IO.chardata()
  def slice(text, start) do
    binary = bin(text)
    {at, _} = :joist_text.grapheme_skip(binary, start)
    as(cut(binary, at), text)
  end

  @doc "So many graphemes from a start."
  @spec slice(IO.chardata(), non_neg_integer, non_neg_integer | :infinity) :: IO.chardata()
  def slice(text, start, :infinity), do: slice(text, start)
  def slice(text, start, length), do: as(String.slice(bin(text), start, length), text)

  @doc "In upper case."
  @spec uppercase(IO.chardata()) :: IO.chardata()
  def uppercase(text), do: as(:joist_text.upcase(bin(text), :default), text)

  @doc "In lower case."
  @spec lowercase(IO.chardata()) :: IO.chardata()
  def lowercase(text), do: as(:joist_text.downcase(bin(text), :default), text)

  @doc "First character in title case."
  @spec titlecase(IO.chardata()) :: IO.chardata()
  def titlecase(text) do
    {first, rest} = :joist_text.titlecase_first(bin(text), :default)
    as(first <> rest, text)
  end

  @doc "In a form to compare without regard to case."
  @spec casefold(IO.chardata()) :: IO.chardata()
  def casefold(text), do: as(fold(bin(text)), text)

  @doc "Without white space at both ends."
  @spec trim(IO.chardata()) :: IO.chardata()
  def trim(text), do: trim(text, :both, @space)

  @doc "Without white space at `:leading`, `:trailing` or `:both` ends."
  @spec trim(IO.chardata(), :leading | :trailing | :both) :: IO.chardata()
  def trim(text, side), do: trim(text, side, @space)

  @doc "Without the given characters at the ends."
  @spec trim(IO.chardata(), :leading | :trailing | :both, list) :: IO.chardata()
  def trim(text, side, chars) do
    graphemes = to_graphemes(text)
    chars = if chars == @space, do: [~c"\r\n" | chars], else: chars
    graphemes = if side == :trailing, do: graphemes, else: drop(graphemes, chars)
    graphemes = if side == :leading, do: graphemes, else: :lists.reverse(drop(:lists.reverse(graphemes), chars))
    as(:unicode.characters_to_binary(graphemes), text)
  end

  defp drop([char | rest] = list, chars), do: if(:lists.member(char, chars), do: drop(rest, chars), else: list)
  defp drop([], _), do: []

  @doc "Without a new line at the end."
  @spec chomp(IO.chardata()) :: IO.chardata()
  def chomp(text), do: trim(text, :trailing, [~c"\r\n", ?\n])

  @doc "The graphemes at the start that are among the given ones."
  @spec take(IO.chardata(), list) :: IO.chardata()
  def take(text, chars), do: take(text, chars, false, :leading)

  @doc "Like `take/2`, or those that are not."
  @spec take(IO.chardata(), list, boolean) :: IO.chardata()
  def take(text, chars, complement), do: take(text, chars, complement, :leading)

  @doc "Like `take/3`, from one end."
  @spec take(IO.chardata(), list, boolean, :leading | :trailing) :: {IO.chardata(), IO.chardata()}
  def take(text, chars, complement, :leading) do
    {taken, rest} = :lists.splitwith(&(:lists.member(&1, chars) != complement), to_graphemes(text))
    {as(:unicode.characters_to_binary(taken), text), as(:unicode.characters_to_binary(rest), text)}
  end

  def take(text, chars, complement, :trailing) do
    {taken, rest} = :lists.splitwith(&(:lists.member(&1, chars) != complement), reverse(text))
    {as(:unicode.characters_to_binary(:lists.reverse(rest)), text), as(:unicode.characters_to_binary(:lists.reverse(taken)), text)}
  end

  @doc "What follows a prefix, or `:nomatch`."
  @spec prefix(IO.chardata(), IO.chardata()) :: IO.chardata() | :nomatch
  def prefix(text, prefix) do
    binary = bin(text)
    prefix = bin(prefix)
    if String.starts_with?(binary, prefix), do: as(cut(binary, byte_size(prefix)), text), else: :nomatch
  end

  @doc "Filled up at the end to a length, as a list."
  @spec pad(IO.chardata(), integer) :: IO.chardata()
  def pad(text, length), do: pad(text, length, :trailing, ?\s)

  @doc "Filled up at a side."
  @spec pad(IO.chardata(), integer, :leading | :trailing | :both) :: IO.chardata()
  def pad(text, length, side), do: pad(text, length, side, ?\s)

  @doc "Filled up at a side with a character."
  @spec pad(IO.chardata(), integer, :leading | :trailing | :both, char | list) :: IO.chardata()
  def pad(text, length, side, char) do
    missing = max(length - :joist_text.grapheme_count(bin(text)), 0)

    case side do
      :leading -> [:lists.duplicate(missing, char), text]
      :trailing -> [text | :lists.duplicate(missing, char)]
      :both -> [:lists.duplicate(div(missing, 2), char), text | :lists.duplicate(missing - div(missing, 2), char)]
    end
  end

  @doc "Splits at the first match."
  @spec split(IO.chardata(), IO.chardata()) :: [IO.chardata()]
  def split(text, pattern), do: split(text, pattern, :leading)

  @doc "Splits at the first (`:leading`), the last (`:trailing`) or every (`:all`) match."
  @spec split(IO.chardata(), IO.chardata(), :leading | :trailing | :all) :: [IO.chardata()]
  def split(text, pattern, where), do: for(part <- parts(bin(text), bin(pattern), where), do: as(part, text))

  defp parts(text, "", _), do: [text]
  defp parts(text, pattern, :leading), do: :binary.split(text, pattern)
  defp parts(text, pattern, :all), do: :binary.split(text, pattern, [:global])

  defp parts(text, pattern, :trailing) do
    case :lists.reverse(:binary.matches(text, pattern)) do
      [] -> [text]
      [{at, size} | _] -> [binary_part(text, 0, at), cut(text, at + size)]
    end
  end

  @doc "Replaces the first match; the parts as a list."
  @spec replace(IO.chardata(), IO.chardata(), IO.chardata()) :: IO.chardata()
  def replace(text, pattern, replacement), do: replace(text, pattern, replacement, :leading)

  @doc "Replaces the first, the last or every match; the parts as a list."
  @spec replace(IO.chardata(), IO.chardata(), IO.chardata(), :leading | :trailing | :all) :: IO.chardata()
  def replace(text, pattern, replacement, where), do: :lists.join(replacement, split(text, pattern, where))

  @doc "The parts between separators, none empty."
  @spec lexemes(IO.chardata(), list) :: [IO.chardata()]
  def lexemes(text, separators) do
    for part <- chunks(to_graphemes(text), separators, [], []), do: as(:unicode.characters_to_binary(part), text)
  end

  defp chunks([char | rest], separators, part, done) do
    cond do
      not :lists.member(char, separators) -> chunks(rest, separators, [char | part], done)
      part == [] -> chunks(rest, separators, [], done)
      true -> chunks(rest, separators, [], [:lists.reverse(part) | done])
    end
  end

  defp chunks([], _, [], done), do: :lists.reverse(done)
  defp chunks([], _, part, done), do: :lists.reverse([:lists.reverse(part) | done])

  @doc "The n-th part between separators."
  @spec nth_lexeme(IO.chardata(), pos_integer, list) :: IO.chardata()
  def nth_lexeme(text, n, separators) do
    case :lists.nthtail(n - 1, lexemes(text, separators) ++ :lists.duplicate(n, [])) do
      [[] | _] -> as("", text)
      [part | _] -> part
    end
  end

  @doc "From the first match on, or `:nomatch`."
  @spec find(IO.chardata(), IO.chardata()) :: IO.chardata() | :nomatch
  def find(text, pattern), do: find(text, pattern, :leading)

  @doc "From the first or last match on, or `:nomatch`."
  @spec find(IO.chardata(), IO.chardata(), :leading | :trailing) :: IO.chardata() | :nomatch
  def find(text, pattern, where) do
    binary = bin(text)

    case bin(pattern) do
      "" ->
        text

      pattern ->
        case :binary.matches(binary, pattern) do
          [] -> :nomatch
          [{at, _} | _] when where == :leading -> as(cut(binary, at), text)
          matches -> as(cut(binary, elem(:lists.last(matches), 0)), text)
        end
    end
  end

  @doc "The first grapheme and the rest, as a list; or []."
  @spec next_grapheme(IO.chardata()) :: maybe_improper_list
  def next_grapheme(text) do
    binary = bin(text)

    case :joist_text.next_grapheme(binary) do
      0 -> []
      size -> [grapheme(binary_part(binary, 0, size)) | as(cut(binary, size), text)]
    end
  end

  @doc "The first code point and the rest, as a list; or []."
  @spec next_codepoint(IO.chardata()) :: maybe_improper_list
  def next_codepoint(text) do
    case bin(text) do
      <<char::utf8, rest::binary>> -> [char | as(rest, text)]
      "" -> []
      other -> {:error, other}
    end
  end

  @doc "Reads an integer: `{integer, rest}` or `{:error, reason}`."
  @spec to_integer(IO.chardata()) :: {integer, IO.chardata()} | {:error, :no_integer | :badarg}
  def to_integer(text) do
    case Integer.parse(bin(text)) do
      {number, rest} -> {number, as(rest, text)}
      :error -> {:error, :no_integer}
    end
  end

  @doc "Reads a float: `{float, rest}` or `{:error, reason}`."
  @spec to_float(IO.chardata()) :: {float, IO.chardata()} | {:error, :no_float | :badarg}
  def to_float(text) do
    binary = bin(text)

    case Float.parse(binary) do
      {number, rest} ->
        if :binary.match(binary_part(binary, 0, byte_size(binary) - byte_size(rest)), ".") == :nomatch,
          do: {:error, :no_float},
          else: {number, as(rest, text)}

      :error ->
        {:error, :no_float}
    end
  end

  # ---- lists of characters ----

  @doc "Strings with a separator between each two."
  @spec join([charlist], charlist) :: charlist
  def join([], separator) when is_list(separator), do: []
  def join([first | rest], separator), do: first ++ :lists.append(for(string <- rest, do: separator ++ string))

  @doc "Two strings in one."
  @spec concat(charlist, charlist) :: charlist
  def concat(left, right), do: left ++ right

  @doc "Number of characters."
  @spec len(charlist) :: non_neg_integer
  def len(chars), do: Kernel.length(chars)

  @doc "The parts between separators, none empty."
  @spec tokens(charlist, charlist) :: [charlist]
  def tokens(chars, separators), do: chunks(chars, separators, [], [])

  @doc "In upper case, Latin-1 only."
  @spec to_upper(charlist | char) :: charlist | char
  def to_upper(chars) when is_list(chars), do: for(char <- chars, do: to_upper(char))
  def to_upper(char) when char in ?a..?z or char in 0xE0..0xF6 or char in 0xF8..0xFE, do: char - 32
  def to_upper(char) when is_integer(char), do: char

  @doc "In lower case, Latin-1 only."
  @spec to_lower(charlist | char) :: charlist | char
  def to_lower(chars) when is_list(chars), do: for(char <- chars, do: to_lower(char))
  def to_lower(char) when char in ?A..?Z or char in 0xC0..0xD6 or char in 0xD8..0xDE, do: char + 32
  def to_lower(char) when is_integer(char), do: char

  @doc "Place of a character from the start, from 1; or 0."
  @spec chr(charlist, char) :: non_neg_integer
  def chr(chars, char), do: place(chars, char, 1)

  defp place([char | _], char, at), do: at
  defp place([_ | rest], char, at), do: place(rest, char, at + 1)
  defp place([], _, _), do: 0

  @doc "Place of a character from the end, from 1; or 0."
  @spec rchr(charlist, char) :: non_neg_integer
  def rchr(chars, char) do
    case place(:lists.reverse(chars), char, 1) do
      0 -> 0
      at -> Kernel.length(chars) - at + 1
    end
  end

  @doc "Place of a string from the start, from 1; or 0."
  @spec str(charlist, charlist) :: non_neg_integer
  def str(chars, sub), do: str(chars, sub, 1, 0, false)

  @doc "Place of a string from the end, from 1; or 0."
  @spec rstr(charlist, charlist) :: non_neg_integer
  def rstr(chars, sub), do: str(chars, sub, 1, 0, true)

  defp str([], [], at, _, _), do: at
  defp str([], _, _, found, _), do: found

  defp str([_ | rest] = chars, sub, at, found, last) do
    cond do
      not :lists.prefix(sub, chars) -> str(rest, sub, at + 1, found, last)
      last -> str(rest, sub, at + 1, at, last)
      true -> at
    end
  end

  @doc "From a place on, from 1."
  @spec substr(charlist, pos_integer) :: charlist
  def substr(chars, start), do: :lists.nthtail(start - 1, chars)

  @doc "So many characters from a place, from 1."
  @spec substr(charlist, pos_integer, non_neg_integer) :: charlist
  def substr(chars, start, count), do: :lists.sublist(chars, start, count)

  @doc "From a place on, from 1."
  @spec sub_string(charlist, pos_integer) :: charlist
  def sub_string(chars, start), do: substr(chars, start)

  @doc "From a place to another, from 1."
  @spec sub_string(charlist, pos_integer, pos_integer) :: charlist
  def sub_string(chars, start, stop), do: substr(chars, start, stop - start + 1)

  @doc "How many characters at the start are among the given ones."
  @spec span(charlist, charlist) :: non_neg_integer
  def span(chars, set), do: Kernel.length(:lists.takewhile(&:lists.member(&1, set), chars))

  @doc "How many characters at the start are not among the given ones."
  @spec cspan(charlist, charlist) :: non_neg_integer
  def cspan(chars, set), do: Kernel.length(:lists.takewhile(&(not :lists.member(&1, set)), chars))

  @doc "So many times the same character."
  @spec chars(char, non_neg_integer) :: charlist
  def chars(char, count), do: :lists.duplicate(count, char)

  @doc "So many times the same character, in front of a string."
  @spec chars(char, non_neg_integer, charlist) :: charlist
  def chars(char, count, tail), do: :lists.duplicate(count, char) ++ tail

  @doc "So many copies in a row."
  @spec copies(charlist, non_neg_integer) :: charlist
  def copies(chars, count), do: :lists.append(:lists.duplicate(count, chars))

  @doc "Number of words between blanks."
  @spec words(charlist) :: pos_integer
  def words(chars), do: words(chars, ?\s)

  @doc "Number of words between separators."
  @spec words(charlist, char) :: pos_integer
  def words(chars, separator), do: max(Kernel.length(tokens(chars, [separator])), 1)

  @doc "The n-th word."
  @spec sub_word(charlist, pos_integer) :: charlist
  def sub_word(chars, n), do: sub_word(chars, n, ?\s)

  @doc "The n-th word between separators."
  @spec sub_word(charlist, pos_integer, char) :: charlist
  def sub_word(chars, n, separator) do
    case :lists.sublist(tokens(chars, [separator]), n, 1) do
      [word] -> word
      [] -> []
    end
  end

  @doc "Without blanks at both ends."
  @spec strip(charlist) :: charlist
  def strip(chars), do: strip(chars, :both, ?\s)

  @doc "Without blanks at the `:left`, `:right` or `:both` ends."
  @spec strip(charlist, :left | :right | :both) :: charlist
  def strip(chars, side), do: strip(chars, side, ?\s)

  @doc "Without a character at the ends."
  @spec strip(charlist, :left | :right | :both, char) :: charlist
  def strip(chars, :left, char), do: drop(chars, [char])
  def strip(chars, :right, char), do: :lists.reverse(drop(:lists.reverse(chars), [char]))
  def strip(chars, :both, char), do: chars |> strip(:left, char) |> strip(:right, char)

  @doc "Cut or filled up at the end to a length."
  @spec left(charlist, non_neg_integer) :: charlist
  def left(chars, count), do: left(chars, count, ?\s)

  @doc "Cut or filled up at the end to a length with a character."
  @spec left(charlist, non_neg_integer, char) :: charlist
  def left(chars, count, char) do
    case count - Kernel.length(chars) do
      missing when missing >= 0 -> chars ++ :lists.duplicate(missing, char)
      _ -> :lists.sublist(chars, count)
    end
  end

  @doc "Cut or filled up at the start to a length."
  @spec right(charlist, non_neg_integer) :: charlist
  def right(chars, count), do: right(chars, count, ?\s)

  @doc "Cut or filled up at the start to a length with a character."
  @spec right(charlist, non_neg_integer, char) :: charlist
  def right(chars, count, char) do
    case count - Kernel.length(chars) do
      missing when missing >= 0 -> :lists.duplicate(missing, char) ++ chars
      extra -> :lists.nthtail(-extra, chars)
    end
  end

  @doc "Cut or filled up on both sides to a length."
  @spec centre(charlist, non_neg_integer) :: charlist
  def centre(chars, count), do: centre(chars, count, ?\s)

  @doc "Cut or filled up on both sides to a length with a character."
  @spec centre(charlist, non_neg_integer, char) :: charlist
  def centre(_, 0, _), do: []

  def centre(chars, count, char) do
    case count - Kernel.length(chars) do
      missing when missing > 0 -> :lists.duplicate(div(missing, 2), char) ++ chars ++ :lists.duplicate(missing - div(missing, 2), char)
      extra -> substr(chars, div(-extra, 2) + 1, count)
    end
  end

  @doc "Reads an integer from the start of a list: `{integer, rest}` or `{:error, reason}`."
  @spec list_to_integer(charlist) :: {integer, charlist} | {:error, :no_integer}
  def list_to_integer(chars), do: to_integer(chars)

  @doc "Reads a float from the start of a list: `{float, rest}` or `{:error, reason}`."
  @spec list_to_float(charlist) :: {float, charlist} | {:error, :no_float}
  def list_to_float(chars), do: to_float(chars)
end
