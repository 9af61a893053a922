# SPDX-License-Identifier: Apache-2.0
#
# Formatting after a template: `~F.P.PadModC`, with field width F (negative: to the left; `*`: from the arguments), precision P, padding character,
# modifiers (t: Unicode) and a control character. Terms are written in Erlang's syntax, by `write` in one line, by `print` (`~p`) broken into lines of
# 80 columns and with lists of characters shown as strings. All results are lists of characters.

defmodule :io_lib do
  @moduledoc """
  Formatting, under Erlang's name.

      iex> :io_lib.format("~p and ~s", [:a, "b"]) |> to_string()
      "a and b"
  """

  # Lines of 80 columns hold 78 characters of a term.
  @columns 78
  @reserved ~w(after and andalso band begin bnot bor bsl bsr bxor case catch cond div else end fun if let maybe not of or orelse receive rem try when xor)a

  @doc "Formats; wrong arguments raise."
  @spec format(IO.chardata() | atom, list) :: charlist
  def format(template, args) when is_list(args) do
    template
    |> template_chars()
    |> run(args, [])
    |> :lists.reverse()
    |> :lists.flatten()
  end

  def format(_, _), do: bad()

  @doc "Like `format/2`; options are not needed here."
  @spec format(IO.chardata() | atom, list, list) :: charlist
  def format(template, args, _options), do: format(template, args)

  @doc "Like `format/2`."
  @spec fwrite(IO.chardata() | atom, list) :: charlist
  def fwrite(template, args), do: format(template, args)

  defp template_chars(atom) when is_atom(atom), do: :erlang.atom_to_list(atom)

  defp template_chars(text) do
    case :unicode.characters_to_list(text) do
      chars when is_list(chars) -> chars
      _ -> bad()
    end
  end

  defp bad, do: :erlang.error(:badarg)

  # ---- the template ----

  defp run([?~ | rest], args, acc) do
    {width, args, rest} = width(rest, args)
    {precision, args, rest} = precision(rest, args)
    {pad, args, rest} = pad(rest, args)
    {unicode, rest} = modifiers(rest, false)

    case rest do
      [control | rest] ->
        {text, args} = control(control, args, %{width: width, precision: precision, pad: pad, unicode: unicode, column: column(acc)})
        run(rest, args, [text | acc])

      [] ->
        bad()
    end
  end

  defp run([char | rest], args, acc), do: run(rest, args, [char | acc])
  defp run([], [], acc), do: acc
  defp run([], _, _), do: bad()

  # The column where the next text will stand: `~p` breaks its lines by it.
  defp column(acc), do: column(acc, 0)
  defp column([?\n | _], count), do: count
  defp column([char | rest], count) when is_integer(char), do: column(rest, count + 1)

  defp column([text | rest], count) do
    case last_line(:lists.reverse(:lists.flatten(text)), 0) do
      {:line, more} -> count + more
      more -> column(rest, count + more)
    end
  end

  defp column([], count), do: count

  defp last_line([?\n | _], count), do: {:line, count}
  defp last_line([_ | rest], count), do: last_line(rest, count + 1)
  defp last_line([], count), do: count

  defp width([?- | rest], args) do
    case number(rest, args) do
      {nil, _, _} -> bad()
      {number, args, rest} -> {-number, args, rest}
    end
  end

  defp width(rest, args), do: number(rest, args)

  defp precision([?. | rest], args), do: number(rest, args)
  defp precision(rest, args), do: {nil, args, rest}

  defp pad([?., ?* | rest], [char | args]), do: {char, args, rest}
  defp pad([?., char | rest], args), do: {char, args, rest}
  defp pad(rest, args), do: {?\s, args, rest}

  defp modifiers([?t | rest], _), do: modifiers(rest, true)
  defp modifiers([?l | rest], unicode), do: modifiers(rest, unicode)
  defp modifiers([?k | rest], unicode), do: modifiers(rest, unicode)
  defp modifiers(rest, unicode), do: {unicode, rest}

  defp number([?* | rest], [number | args]) when is_integer(number), do: {number, args, rest}
  defp number([?* | _], _), do: bad()
  defp number([char | _] = chars, args) when char in ?0..?9, do: digits(chars, 0, args)
  defp number(chars, args), do: {nil, args, chars}

  defp digits([char | rest], number, args) when char in ?0..?9, do: digits(rest, number * 10 + char - ?0, args)
  defp digits(rest, number, args), do: {number, args, rest}

  # ---- control characters ----

  defp control(?~, args, spec), do: {repeat(?~, spec), args}
  defp control(?n, args, spec), do: {repeat(?\n, spec), args}
  defp control(?i, [_ | args], _), do: {[], args}
  defp control(?w, [term | args], spec), do: {field(write(term, -1, spec.unicode), spec), args}
  defp control(?W, [term, depth | args], spec) when is_integer(depth), do: {field(write(term, depth, spec.unicode), spec), args}
  defp control(?p, [term | args], spec), do: {pretty(term, -1, spec), args}
  defp control(?P, [term, depth | args], spec) when is_integer(depth), do: {pretty(term, depth, spec), args}
  defp control(?s, [text | args], spec), do: {string(text, spec), args}
  defp control(?c, [char | args], spec) when is_integer(char), do: {chars(char, spec), args}
  defp control(?f, [number | args], spec) when is_float(number), do: {field(fixed(number, spec.precision || 6), spec), args}
  defp control(?e, [number | args], spec) when is_float(number), do: {field(exponent(number, spec.precision || 6), spec), args}
  defp control(?g, [number | args], spec) when is_float(number), do: {field(general(number, spec.precision || 6), spec), args}

  defp control(?B, [number | args], spec) when is_integer(number), do: {field(:erlang.integer_to_list(number, spec.precision || 10), spec), args}
  defp control(?b, [number | args], spec) when is_integer(number), do: {field(lower(:erlang.integer_to_list(number, spec.precision || 10)), spec), args}
  defp control(?X, [number, prefix | args], spec) when is_integer(number), do: {field(prefixed(number, prefix, spec), spec), args}
  defp control(?x, [number, prefix | args], spec) when is_integer(number), do: {field(lower_digits(number, prefix, spec), spec), args}
  defp control(?#, [number | args], spec) when is_integer(number), do: {field(based(number, spec.precision || 10, & &1), spec), args}
  defp control(?+, [number | args], spec) when is_integer(number), do: {field(based(number, spec.precision || 10, &lower/1), spec), args}
  defp control(_, _, _), do: bad()

  defp repeat(char, %{width: nil}), do: [char]
  defp repeat(char, %{width: count}), do: :lists.duplicate(abs(count), char)

  defp chars(char, %{width: nil, precision: nil}), do: [char]
  defp chars(char, %{width: nil, precision: count}), do: :lists.duplicate(count, char)
  defp chars(char, %{width: width, precision: nil}), do: :lists.duplicate(abs(width), char)
  defp chars(char, %{precision: count} = spec), do: field(:lists.duplicate(count, char), spec)

  defp string(text, spec) do
    chars =
      cond do
        is_atom(text) -> :erlang.atom_to_list(text)
        spec.unicode -> unicode_chars(text)
        true -> latin1_chars(text)
      end

    cut = spec.precision || (spec.width && abs(spec.width))
    chars = if cut, do: :lists.sublist(chars, cut), else: chars
    # With both, the text is first made as long as the precision.
    chars = if spec.width && spec.precision, do: field(chars, %{width: -spec.precision, pad: spec.pad}), else: chars
    field(chars, spec)
  end

  defp unicode_chars(text) do
    case :unicode.characters_to_list(text) do
      chars when is_list(chars) -> chars
      _ when is_binary(text) -> :erlang.binary_to_list(text)
      _ -> bad()
    end
  end

  defp latin1_chars(text) when is_binary(text), do: :erlang.binary_to_list(text)
  defp latin1_chars([part | rest]) when is_integer(part) and part in 0..255, do: [part | latin1_chars(rest)]
  defp latin1_chars([part | rest]) when is_list(part) or is_binary(part), do: latin1_chars(part) ++ latin1_chars(rest)
  defp latin1_chars([]), do: []
  defp latin1_chars(_), do: bad()

  # Too long for its field: stars.
  defp field(text, %{width: nil}), do: text

  defp field(text, %{width: width, pad: pad}) do
    count = length(text)
    size = abs(width)

    cond do
      count > size -> :lists.duplicate(size, ?*)
      width < 0 -> text ++ :lists.duplicate(size - count, pad)
      true -> :lists.duplicate(size - count, pad) ++ text
    end
  end

  # ---- numbers ----

  defp fixed(number, precision) when precision >= 1, do: :erlang.float_to_list(number, [{:decimals, precision}])
  defp fixed(_, _), do: bad()

  defp exponent(number, precision) when precision >= 2 do
    {mantissa, [?e, sign | digits]} = :lists.splitwith(&(&1 != ?e), :erlang.float_to_list(number, [{:scientific, precision - 1}]))
    mantissa ++ [?e, sign | no_zeros(digits)]
  end

  defp exponent(_, _), do: bad()

  defp no_zeros([?0 | [_ | _] = rest]), do: no_zeros(rest)
  defp no_zeros(digits), do: digits

  defp general(number, precision) do
    size = abs(number)

    cond do
      size < 0.1 and size != 0.0 -> exponent(number, precision)
      size < 1.0 -> fixed(number, precision)
      size < 10.0 -> fixed_or_exponent(number, precision, 1)
      size < 100.0 -> fixed_or_exponent(number, precision, 2)
      size < 1000.0 -> fixed_or_exponent(number, precision, 3)
      size < 10000.0 -> fixed_or_exponent(number, precision, 4)
      true -> exponent(number, precision)
    end
  end

  defp fixed_or_exponent(number, precision, before) when precision > before, do: fixed(number, precision - before)
  defp fixed_or_exponent(number, precision, _), do: exponent(number, precision)

  defp prefixed(number, prefix, spec) when number < 0, do: [?- | prefixed(-number, prefix, spec)]
  defp prefixed(number, prefix, spec), do: prefix_chars(prefix) ++ :erlang.integer_to_list(number, spec.precision || 10)

  defp lower_digits(number, prefix, spec) when number < 0, do: [?- | lower_digits(-number, prefix, spec)]
  defp lower_digits(number, prefix, spec), do: prefix_chars(prefix) ++ lower(:erlang.integer_to_list(number, spec.precision || 10))

  defp prefix_chars(prefix) when is_atom(prefix), do: :erlang.atom_to_list(prefix)
  defp prefix_chars(prefix) when is_list(prefix), do: prefix
  defp prefix_chars(_), do: bad()

  defp based(number, base, fun) when number < 0, do: [?- | based(-number, base, fun)]
  defp based(number, base, fun), do: :erlang.integer_to_list(base) ++ [?# | fun.(:erlang.integer_to_list(number, base))]

  defp lower(chars), do: for(char <- chars, do: if(char in ?A..?Z, do: char + 32, else: char))

  # ---- terms in one line ----

  @doc "A term in Erlang's syntax, in one line."
  @spec write(term) :: charlist
  def write(term), do: :lists.flatten(write(term, -1, false))

  @doc "Like `write/1`, to a depth."
  @spec write(term, integer) :: charlist
  def write(term, depth) when is_integer(depth), do: :lists.flatten(write(term, depth, false))

  defp write(term, depth, unicode), do: :lists.flatten(one_line(term, depth, unicode, &no_strings/3))

  defp no_strings(_, _, _), do: nil

  # `special` may show a term in its own way, or answer nil.
  defp one_line(_, 0, _, _), do: ~c"..."

  defp one_line(term, depth, unicode, special) do
    case special.(term, depth, unicode) do
      nil -> plain(term, depth, unicode, special)
      text -> text
    end
  end

  defp plain(term, _, unicode, _) when is_atom(term), do: atom_text(term, unicode)
  defp plain(term, _, _, _) when is_integer(term), do: :erlang.integer_to_list(term)
  defp plain(term, _, _, _) when is_float(term), do: :erlang.float_to_list(term, [:short])
  defp plain(term, _, _, _) when is_pid(term), do: :erlang.pid_to_list(term)
  defp plain(term, _, _, _) when is_reference(term), do: :erlang.ref_to_list(term)
  defp plain(term, _, _, _) when is_function(term), do: :erlang.fun_to_list(term)
  defp plain([], _, _, _), do: ~c"[]"
  defp plain({}, _, _, _), do: ~c"{}"

  defp plain(term, depth, _, _) when is_bitstring(term) do
    [~c"<<", bits(term, depth), ~c">>"]
  end

  defp plain([_ | _], 1, _, _), do: ~c"[...]"

  defp plain([head | tail], depth, unicode, special),
    do: [?[, one_line(head, depth - 1, unicode, special), tail(tail, depth - 1, unicode, special), ?]]

  defp plain(term, 1, _, _) when is_tuple(term), do: ~c"{...}"

  defp plain(term, depth, unicode, special) when is_tuple(term) do
    [head | tail] = :erlang.tuple_to_list(term)
    [?{, one_line(head, depth - 1, unicode, special), elements(tail, depth - 1, unicode, special), ?}]
  end

  defp plain(term, 1, _, _) when is_map(term), do: ~c"\#{...}"

  defp plain(term, depth, unicode, special) when is_map(term) do
    pairs = for {key, value} <- :maps.to_list(term), do: [one_line(key, depth - 1, unicode, special), ~c" => ", one_line(value, depth - 1, unicode, special)]
    [~c"\#{", :lists.join(?,, pairs), ?}]
  end

  defp tail([], _, _, _), do: []
  defp tail(_, 1, _, _), do: ~c"|..."
  defp tail([head | rest], depth, unicode, special), do: [?,, one_line(head, depth - 1, unicode, special), tail(rest, depth - 1, unicode, special)]
  defp tail(other, depth, unicode, special), do: [?|, one_line(other, depth - 1, unicode, special)]

  defp elements([], _, _, _), do: []
  defp elements(_, 1, _, _), do: ~c",..."
  defp elements([head | rest], depth, unicode, special), do: [?,, one_line(head, depth - 1, unicode, special), elements(rest, depth - 1, unicode, special)]

  defp bits(<<>>, _), do: []
  defp bits(_, 1), do: ~c"..."
  defp bits(<<byte>>, _), do: :erlang.integer_to_list(byte)
  defp bits(<<byte, rest::bitstring>>, depth) when bit_size(rest) > 0, do: [:erlang.integer_to_list(byte), ?, | bits(rest, depth - 1)]

  defp bits(last, _) do
    size = bit_size(last)
    <<value::size(size)>> = last
    [:erlang.integer_to_list(value), ?:, :erlang.integer_to_list(size)]
  end

  @doc "An atom, quoted where it must be."
  @spec write_atom(atom) :: charlist
  def write_atom(atom), do: :lists.flatten(atom_text(atom, true))

  defp atom_text(atom, unicode) do
    chars = :erlang.atom_to_list(atom)

    if plain_atom?(chars) and not :lists.member(atom, @reserved),
      do: chars,
      else: [?', for(char <- chars, do: escaped(char, ?', unicode)), ?']
  end

  defp plain_atom?([first | rest]) when first in ?a..?z or (first in 0xDF..0xFF and first != 0xF7), do: :lists.all(&atom_char?/1, rest)
  defp plain_atom?(_), do: false

  defp atom_char?(char) do
    char in ?a..?z or char in ?A..?Z or char in ?0..?9 or char == ?_ or char == ?@ or (char in 0xC0..0xFF and char != 0xD7 and char != 0xF7)
  end

  @doc "A string in quotes."
  @spec write_string(charlist) :: charlist
  def write_string(chars), do: :lists.flatten([?", for(char <- chars, do: escaped(char, ?", true)), ?"])

  @doc "A string in other quotes."
  @spec write_string(charlist, char) :: charlist
  def write_string(chars, quote), do: :lists.flatten([quote, for(char <- chars, do: escaped(char, quote, true)), quote])

  defp escaped(quote, quote, _), do: [?\\, quote]
  defp escaped(?\\, _, _), do: ~c"\\\\"
  defp escaped(?\n, _, _), do: ~c"\\n"
  defp escaped(?\r, _, _), do: ~c"\\r"
  defp escaped(?\t, _, _), do: ~c"\\t"
  defp escaped(?\v, _, _), do: ~c"\\v"
  defp escaped(?\b, _, _), do: ~c"\\b"
  defp escaped(?\f, _, _), do: ~c"\\f"
  defp escaped(?\e, _, _), do: ~c"\\e"
  defp escaped(127, _, _), do: ~c"\\d"
  defp escaped(char, _, _) when char < 32 or char in 128..159, do: [?\\, octal(char)]
  defp escaped(char, _, false) when char > 255, do: [~c"\\x{", :erlang.integer_to_list(char, 16), ?}]
  defp escaped(char, _, _), do: char

  defp octal(char) do
    digits = :erlang.integer_to_list(char, 8)
    :lists.duplicate(3 - length(digits), ?0) ++ digits
  end

  # ---- terms over several lines ----

  @doc "A term as `~p` shows it."
  @spec print(term) :: charlist
  def print(term), do: pretty(term, -1, %{width: nil, precision: nil, unicode: false, column: 0})

  @doc "A term as `~p` shows it, from a column, in a width, to a depth."
  @spec print(term, pos_integer, pos_integer, integer) :: charlist
  def print(term, column, line_length, depth), do: pretty(term, depth, %{width: line_length, precision: column - 1, unicode: false, column: 0})

  # A field of no width: all in one line.
  defp pretty(term, depth, %{width: 0} = spec), do: :lists.flatten(one_line(term, depth, spec.unicode, &string_text/3))

  defp pretty(term, depth, spec) do
    columns = if spec.width, do: abs(spec.width) - 2, else: @columns
    column = spec.precision || spec.column
    :lists.flatten(lay_out(term, depth, spec.unicode, column, columns, 0))
  end

  # `after_it` is the count of closing brackets that must fit behind.
  defp lay_out(term, depth, unicode, column, columns, after_it) do
    line = :lists.flatten(one_line(term, depth, unicode, &string_text/3))

    if column + length(line) + after_it <= columns or not breakable?(term, depth, unicode),
      do: line,
      else: broken(term, depth, unicode, column, columns, after_it)
  end

  defp breakable?(term, depth, unicode) do
    (is_list(term) or is_tuple(term) or is_map(term)) and term != [] and depth not in [0, 1] and string_text(term, depth, unicode) == nil
  end

  defp broken(term, depth, unicode, column, columns, after_it) when is_tuple(term) do
    [head | tail] = :erlang.tuple_to_list(term)

    if is_atom(head) and tail != [] do
      tag = :lists.flatten(atom_text(head, unicode))
      inner = column + length(tag) + 2
      [?{, tag, ?,, items(tail, depth - 2, unicode, inner, columns, after_it + 1), ?}]
    else
      [?{, items([head | tail], depth - 1, unicode, column + 1, columns, after_it + 1), ?}]
    end
  end

  defp broken(term, depth, unicode, column, columns, after_it) when is_map(term) do
    pairs = for {key, value} <- :maps.to_list(term), do: {:pair, key, value}
    [~c"\#{", cells(pairs, depth - 1, unicode, column + 2, columns, after_it + 1), ?}]
  end

  defp broken(term, depth, unicode, column, columns, after_it),
    do: [?[, items(term, depth - 1, unicode, column + 1, columns, after_it + 1), ?]]

  defp items(list, depth, unicode, column, columns, after_it), do: cells(wrapped(list), depth, unicode, column, columns, after_it)

  defp wrapped([item | rest]), do: [{:item, item} | wrapped(rest)]
  defp wrapped([]), do: []
  defp wrapped(tail), do: {:tail, tail}

  # Simple cells (elements, or pairs of a map) fill lines; compound ones stand each on its own.
  defp cells([first | rest], depth, unicode, column, columns, after_it) do
    text = :lists.flatten(cell(first, depth, unicode, column, columns, if(rest == [], do: after_it, else: 1)))
    [text | more_cells(rest, depth - 1, unicode, column, ending(text, column), columns, after_it, simple_cell?(first))]
  end

  defp more_cells([], _, _, _, _, _, _, _), do: []
  defp more_cells(_, 0, _, _, _, _, _, _), do: ~c",..."

  defp more_cells([item | rest], depth, unicode, column, at, columns, after_it, previous_simple) do
    line = :lists.flatten(cell_line(item, depth, unicode))
    behind = if rest == [], do: after_it, else: 1
    simple = simple_cell?(item)

    if simple and previous_simple and at + 1 + length(line) + behind <= columns do
      [?,, line | more_cells(rest, depth - 1, unicode, column, at + 1 + length(line), columns, after_it, true)]
    else
      text = :lists.flatten(cell(item, depth, unicode, column, columns, behind))
      [?,, new_line(column), text | more_cells(rest, depth - 1, unicode, column, ending(text, column), columns, after_it, simple)]
    end
  end

  defp more_cells({:tail, tail}, depth, unicode, column, _, columns, after_it, _),
    do: [?|, new_line(column), lay_out(tail, depth, unicode, column, columns, after_it)]

  defp cell_line({:item, item}, depth, unicode), do: one_line(item, depth, unicode, &string_text/3)

  defp cell_line({:pair, key, value}, depth, unicode),
    do: [one_line(key, depth, unicode, &string_text/3), ~c" => ", one_line(value, depth, unicode, &string_text/3)]

  defp cell({:item, item}, depth, unicode, column, columns, after_it), do: lay_out(item, depth, unicode, column, columns, after_it)

  defp cell({:pair, key, value} = pair, depth, unicode, column, columns, after_it) do
    line = :lists.flatten(cell_line(pair, depth, unicode))

    if column + length(line) + after_it <= columns do
      line
    else
      [lay_out(key, depth, unicode, column, columns, 3), ~c" =>", new_line(column + 4), lay_out(value, depth, unicode, column + 4, columns, after_it)]
    end
  end

  defp simple_cell?({:item, item}), do: simple?(item)
  defp simple_cell?({:pair, key, value}), do: simple?(key) and simple?(value)

  defp simple?(term), do: not (is_list(term) or is_tuple(term) or is_map(term)) or term == [] or string_text(term, -1, true) != nil

  defp new_line(column), do: [?\n | :lists.duplicate(column, ?\s)]

  defp ending(text, column) do
    case last_line(:lists.reverse(text), 0) do
      {:line, count} -> count
      count -> column + count
    end
  end

  # Lists of printable characters in quotes, binaries of them too.
  defp string_text([_ | _] = term, _, unicode) do
    if string?(term, unicode), do: [?", for(char <- term, do: escaped(char, ?", true)), ?"], else: nil
  end

  defp string_text(term, _, unicode) when is_binary(term) and term != "" do
    bytes = :erlang.binary_to_list(term)

    case if(unicode, do: :unicode.characters_to_list(term), else: bytes) do
      ^bytes -> if string?(bytes, false), do: binary_text(bytes, ~c"\">>"), else: nil
      chars when is_list(chars) -> if string?(chars, true), do: binary_text(chars, ~c"\"/utf8>>"), else: nil
      _ -> if string?(bytes, false), do: binary_text(bytes, ~c"\">>"), else: nil
    end
  end

  defp string_text(_, _, _), do: nil

  defp binary_text(chars, ending), do: [~c"<<\"", for(char <- chars, do: escaped(char, ?", true)), ending]

  defp string?([char | rest], unicode) when is_integer(char) do
    (char in 32..126 or char in 160..255 or char in [?\n, ?\r, ?\t, ?\v, ?\b, ?\f, ?\e] or (unicode and char in 256..0x10FFFF)) and string?(rest, unicode)
  end

  defp string?([], _), do: true
  defp string?(_, _), do: false

  # ---- asking ----

  @doc "A new line."
  @spec nl() :: charlist
  def nl, do: ~c"\n"

  @doc "How many characters chardata holds."
  @spec chars_length(IO.chardata()) :: non_neg_integer
  def chars_length(chars) when is_binary(chars), do: byte_size(chars)
  def chars_length(chars), do: length(:unicode.characters_to_list(chars))

  @doc "Whether a term is a list of printable characters of Latin-1."
  @spec printable_list(term) :: boolean
  def printable_list(term), do: is_list(term) and string?(term, false)

  @doc "Whether a term is a list of printable characters of Latin-1."
  @spec printable_latin1_list(term) :: boolean
  def printable_latin1_list(term), do: is_list(term) and string?(term, false)

  @doc "Whether a term is a list of printable characters."
  @spec printable_unicode_list(term) :: boolean
  def printable_unicode_list(term), do: is_list(term) and string?(term, true)

  @doc "Whether a term is a list of characters."
  @spec char_list(term) :: boolean
  def char_list([char | rest]) when is_integer(char) and (char in 0..0xD7FF or char in 0xE000..0x10FFFF), do: char_list(rest)
  def char_list(term), do: term == []
end
