# SPDX-License-Identifier: Apache-2.0
#
# Documentation on a terminal. Markdown is read into blocks (headings, paragraphs, lists, code, quotations, tables), blocks are printed
# one by one, each followed by an empty line. Inside a paragraph the text is cut into pieces of one style; lines are filled with
# words by what is visible of them, so that escape sequences take no room. Without colours the marks of the source stay where colours
# would have been.

defmodule IO.ANSI.Docs do
  @moduledoc """
  Prints documentation written in Markdown, wrapped to a width and coloured where colours are wanted.

  Options: `:enabled` (are there colours; as `IO.ANSI.enabled?/0` by default), `:width` (80), and the sequences used for
  `:doc_code`, `:doc_headings`, `:doc_inline_code`, `:doc_metadata`, `:doc_quote`, `:doc_table_heading`, `:doc_title`,
  `:doc_bold` and `:doc_underline`.
  """

  @defaults [
    doc_bold: [:bright],
    doc_code: [:cyan],
    doc_headings: [:yellow],
    doc_inline_code: [:cyan],
    doc_metadata: [:yellow],
    doc_quote: [:light_black],
    doc_table_heading: [:reverse],
    doc_title: [:reverse, :yellow],
    doc_underline: [:underline],
    width: 80
  ]

  @doc "The options when none are given."
  @spec default_options() :: keyword
  def default_options, do: [enabled: IO.ANSI.enabled?()] ++ @defaults

  @doc "Prints titles, each in a line of its own, in the middle."
  @spec print_headings([String.t()], keyword) :: :ok
  def print_headings(headings, options \\ []) do
    options = Keyword.merge(default_options(), options)

    lines =
      for heading <- headings, line <- String.split(heading, "\n") do
        left = max(div(options[:width] - String.length(line), 2), 0)
        right = max(options[:width] - left - String.length(line), 0)
        if options[:enabled], do: [styled(:doc_title, [pad(left), line, pad(right)], options), ?\n], else: [pad(left), line, ?\n]
      end

    IO.write([?\n, lines, ?\n])
  end

  @doc "Prints what is worth to be known of an entry's metadata: since when it is there, whether it is deprecated, and so on."
  @spec print_metadata(map, keyword) :: :ok
  def print_metadata(metadata, options \\ []) when is_map(metadata) do
    options = Keyword.merge(default_options(), options)

    lines =
      for {key, value} <- Enum.sort(metadata), text = metadata_text(key, value) do
        [styled(:doc_metadata, "#{key}:", options), " ", text, ?\n]
      end

    if lines != [], do: IO.write([lines, ?\n]), else: :ok
  end

  defp metadata_text(:delegate_to, {module, function, arity}), do: Exception.format_mfa(module, function, arity)
  defp metadata_text(_, value) when is_binary(value), do: value
  defp metadata_text(_, true), do: "true"
  defp metadata_text(_, _), do: nil

  @doc "Prints a text in Markdown."
  @spec print(String.t(), String.t(), keyword) :: :ok
  def print(text, "text/markdown", options \\ []) do
    options = Keyword.merge(default_options(), options)
    IO.write(render(blocks(text), options, "", options[:width]))
  end

  ## Blocks

  defp blocks(text) when is_binary(text), do: text |> String.split("\n") |> blocks([])

  defp blocks([], found), do: Enum.reverse(found)

  defp blocks([line | rest] = lines, found) do
    trimmed = String.trim_leading(line)
    indent = byte_size(line) - byte_size(trimmed)

    cond do
      String.trim(line) == "" -> blocks(rest, found)
      indent >= 4 -> code(lines, found)
      match?("```" <> _, trimmed) or match?("~~~" <> _, trimmed) -> fenced(rest, binary_part(trimmed, 0, 3), indent, [], found)
      match?("<!--" <> _, trimmed) -> blocks(skip_comment(lines), found)
      heading?(trimmed) -> blocks(rest, [{:heading, String.trim(trimmed)} | found])
      item(line) != nil -> list(lines, [], found)
      match?(">" <> _, trimmed) -> quotation(lines, [], found)
      match?("|" <> _, trimmed) or table?(lines) -> table(lines, [], found)
      rule?(trimmed) -> blocks(rest, [:rule | found])
      true -> paragraph(lines, [], found)
    end
  end

  defp heading?(line) do
    case String.split(line, " ", parts: 2) do
      [marks, _] -> marks in ["#", "##", "###", "####", "#####", "######"]
      _ -> false
    end
  end

  defp rule?(line) do
    bare = String.replace(line, " ", "")
    byte_size(bare) >= 3 and (bare == String.duplicate("-", byte_size(bare)) or bare == String.duplicate("*", byte_size(bare)))
  end

  defp skip_comment([line | rest]), do: if(String.contains?(line, "-->"), do: rest, else: skip_comment(rest))
  defp skip_comment([]), do: []

  defp code(lines, found) do
    {code, rest} = Enum.split_while(lines, &(match?("    " <> _, &1) or String.trim(&1) == ""))
    code = code |> Enum.reverse() |> Enum.drop_while(&(String.trim(&1) == "")) |> Enum.reverse()
    blocks(rest, [{:code, Enum.map(code, &drop_indent(&1, 4))} | found])
  end

  defp fenced([], _, _, code, found), do: blocks([], [{:code, Enum.reverse(code)} | found])

  defp fenced([line | rest], fence, indent, code, found) do
    if String.starts_with?(String.trim_leading(line), fence),
      do: blocks(rest, [{:code, Enum.reverse(code)} | found]),
      else: fenced(rest, fence, indent, [drop_indent(line, indent) | code], found)
  end

  defp drop_indent(" " <> rest, count) when count > 0, do: drop_indent(rest, count - 1)
  defp drop_indent(line, _), do: line

  # An item of a list: its mark, the column where its text begins, the text.
  defp item(line) do
    trimmed = String.trim_leading(line)
    indent = byte_size(line) - byte_size(trimmed)

    case trimmed do
      <<mark, " ", text::binary>> when mark in [?*, ?-, ?+] -> if rule?(trimmed), do: nil, else: {<<mark>>, indent + 2, text}
      <<digit, _::binary>> when digit in ?0..?9 -> numbered(Integer.parse(trimmed), indent, trimmed)
      _ -> nil
    end
  end

  defp numbered({number, <<mark, " ", text::binary>>}, indent, trimmed) when mark in [?., ?)],
    do: {"#{number}.", indent + byte_size(trimmed) - byte_size(text), text}

  defp numbered(_, _, _), do: nil

  defp list([], items, found), do: blocks([], [{:list, Enum.reverse(items)} | found])

  defp list([line | rest] = lines, items, found) do
    case {item(line), items} do
      {nil, _} ->
        blocks(lines, [{:list, Enum.reverse(items)} | found])

      {{mark, column, text}, items} ->
        # Another kind of mark begins another list.
        {items, found} = if items == [] or same_kind?(mark, elem(hd(items), 0)), do: {items, found}, else: {[], [{:list, Enum.reverse(items)} | found]}
        {more, rest} = item_lines(rest, column, [], false)
        list(Enum.drop_while(rest, &(String.trim(&1) == "")), [{mark, blocks([text | more], [])} | items], found)
    end
  end

  # The last character tells the kind: `*`, `-`, `+`, and the dot of numbers.
  defp same_kind?(mark, other), do: String.last(mark) == String.last(other)

  # Lines that belong to an item: those as far in as its text, and what follows a line without an empty one between.
  defp item_lines([], _, taken, _), do: {Enum.reverse(taken), []}

  defp item_lines([line | rest] = lines, column, taken, after_empty?) do
    trimmed = String.trim_leading(line)
    indent = byte_size(line) - byte_size(trimmed)

    cond do
      trimmed == "" -> item_lines(rest, column, ["" | taken], true)
      # An example belongs to the whole text, however far in the list is.
      after_empty? and indent <= 4 and match?("iex>" <> _, trimmed) -> {Enum.reverse(taken), lines}
      indent >= column -> item_lines(rest, column, [drop_indent(line, column) | taken], false)
      after_empty? or item(line) != nil or heading?(trimmed) -> {Enum.reverse(taken), lines}
      true -> item_lines(rest, column, [trimmed | taken], false)
    end
  end

  defp quotation([line | rest], taken, found) do
    case String.trim_leading(line) do
      "> " <> text -> quotation(rest, [text | taken], found)
      ">" <> text -> quotation(rest, [text | taken], found)
      _ -> blocks([line | rest], [{:quote, blocks(Enum.reverse(taken), [])} | found])
    end
  end

  defp quotation([], taken, found), do: blocks([], [{:quote, blocks(Enum.reverse(taken), [])} | found])

  defp table?([first, second | _]), do: String.contains?(first, "|") and String.contains?(second, "--") and separator?(second)
  defp table?(_), do: false

  defp separator?(line), do: String.replace(line, ["|", "-", ":", " "], "") == "" and String.contains?(line, "-")

  defp table([line | rest], rows, found) do
    if String.contains?(line, "|"),
      do: table(rest, [line | rows], found),
      else: blocks([line | rest], [table_block(Enum.reverse(rows)) | found])
  end

  defp table([], rows, found), do: blocks([], [table_block(Enum.reverse(rows)) | found])

  defp table_block(lines) do
    head? = length(lines) > 1 and separator?(Enum.at(lines, 1)) and not separator?(hd(lines))
    # Lines of dashes are no rows, unless there is nothing else.
    shown = if Enum.all?(lines, &separator?/1), do: lines, else: Enum.reject(lines, &separator?/1)
    rows = for line <- shown, do: line |> String.trim() |> String.trim("|") |> String.split("|") |> Enum.map(&String.trim/1)
    {:table, head?, rows}
  end

  defp paragraph([], taken, found), do: blocks([], [{:paragraph, Enum.reverse(taken)} | found])

  defp paragraph([line | rest] = lines, taken, found) do
    trimmed = String.trim_leading(line)

    if trimmed == "" or (taken != [] and (match?("```" <> _, trimmed) or heading?(trimmed) or item(line) != nil or match?("> " <> _, trimmed))),
      do: blocks(lines, [{:paragraph, Enum.reverse(taken)} | found]),
      else: paragraph(rest, [trimmed | taken], found)
  end

  ## Printing: every block ends with an empty line

  defp render(blocks, options, prefix, width), do: Enum.map(blocks, &render_block(&1, options, prefix, width))

  defp render_block({:heading, text}, options, prefix, _), do: [prefix, styled(:doc_headings, text, options), "\n", blank(prefix)]
  defp render_block({:paragraph, lines}, options, prefix, width), do: [filled(Enum.join(lines, " "), options, prefix, prefix, width), blank(prefix)]
  defp render_block(:rule, _, prefix, width), do: [prefix, String.duplicate("-", max(width - visible(prefix), 3)), "\n", blank(prefix)]

  defp render_block({:code, lines}, options, prefix, _) do
    text = Enum.map_join(lines, "\n", &if(&1 == "", do: "", else: "    " <> &1))
    # The prefix is repeated before each line; colours end with the line, so that the prefix has its own.
    [for(line <- String.split(text, "\n"), do: [prefix, if(line == "", do: "", else: styled(:doc_code, line, options)), "\n"]), blank(prefix)]
  end

  defp render_block({:quote, blocks}, options, prefix, width) do
    bar = [prefix, styled(:doc_quote, "> ", options)] |> IO.iodata_to_binary()
    inner = blocks |> render(options, bar, width) |> IO.iodata_to_binary()
    [String.trim_trailing(inner, bar <> "\n") |> String.trim_trailing(String.trim_trailing(bar) <> "\n"), blank(prefix)]
  end

  defp render_block({:list, items}, options, prefix, width) do
    prefix = if prefix == "", do: "  ", else: prefix
    mark_width = items |> Enum.map(fn {mark, _} -> String.length(mark) end) |> Enum.max()

    items =
      for {mark, blocks} <- items do
        inner = prefix <> pad(mark_width + 1)
        mark = if mark in ["*", "-", "+"], do: if(options[:enabled], do: "•", else: "*"), else: mark
        first = prefix <> String.pad_leading(mark, mark_width) <> " "

        case blocks do
          [{:paragraph, lines}] -> filled(Enum.join(lines, " "), options, first, inner, width)
          [{:paragraph, lines} | more] -> [filled(Enum.join(lines, " "), options, first, inner, width), item_rest(more, options, inner, width)]
          [] -> [first, "\n"]
          more -> [first, "\n", item_rest(more, options, inner, width)]
        end
      end

    # However an item ends, one empty line ends the list.
    [for(item <- items, do: item |> IO.iodata_to_binary() |> String.trim_trailing("\n") |> Kernel.<>("\n")), "\n"]
  end

  defp render_block({:table, head?, rows}, options, prefix, _) do
    count = rows |> Enum.map(&length/1) |> Enum.max()
    rows = for row <- rows, do: row ++ List.duplicate("", count - length(row))
    cells = for row <- rows, do: Enum.map(row, &pieces(&1, options))
    widths = for column <- 0..(count - 1), do: cells |> Enum.map(&pieces_width(Enum.at(&1, column))) |> Enum.max()

    lines =
      for {row, index} <- Enum.with_index(cells) do
        padded = for {cell, cell_width} <- Enum.zip(row, widths), do: {cell, pad(cell_width - pieces_width(cell))}

        if head? and index == 0 do
          text = Enum.map_join(padded, " | ", fn {cell, padding} -> plain(cell) <> padding end)
          [prefix, styled(:doc_table_heading, text, options), "\n"]
        else
          [prefix, padded |> Enum.map(fn {cell, padding} -> [emit(cell, options), padding] end) |> Enum.intersperse(" | "), "\n"]
        end
      end

    [lines, blank(prefix)]
  end

  # What follows an item's first paragraph: lists follow at once, other blocks after an empty line; one empty line ends it.
  defp item_rest(blocks, options, prefix, width) do
    for block <- blocks do
      rendered = block |> render_block(options, prefix, width) |> IO.iodata_to_binary()
      if match?({:list, _}, block), do: String.trim_trailing(rendered, "\n") <> "\n", else: ["\n", rendered]
    end
  end

  defp blank(""), do: "\n"
  defp blank(prefix), do: String.trim_trailing(prefix) <> "\n"

  defp pad(count), do: String.duplicate(" ", max(count, 0))

  # An escape sequence takes no room.
  defp visible(text), do: text |> strip_sequences() |> String.length()

  defp strip_sequences(text) do
    case String.split(text, "\e[", parts: 2) do
      [plain] -> plain
      [before, rest] -> before <> (rest |> String.split("m", parts: 2) |> List.last() |> strip_sequences())
    end
  end

  ## Lines of words

  defp filled(text, options, first, prefix, width) do
    words = text |> pieces(options) |> words()
    room = max(width - visible(prefix), 10)
    lines = fill(words, room, [], 0, [])

    for {line, index} <- Enum.with_index(lines) do
      [if(index == 0, do: first, else: prefix), emit(line, options), "\n"]
    end
  end

  # Words are lists of pieces; the space before one has the style of the span that goes on over it.
  defp fill([], _, line, _, lines), do: Enum.reverse([Enum.reverse(line) | lines])

  defp fill([{word, space} | rest], room, line, used, lines) do
    size = pieces_width(word)

    cond do
      used == 0 -> fill(rest, room, Enum.reverse(word), size, lines)
      used + 1 + size <= room -> fill(rest, room, Enum.reverse(word) ++ [{space, " "} | line], used + 1 + size, lines)
      true -> fill(rest, room, Enum.reverse(word), size, [Enum.reverse(line) | lines])
    end
  end

  defp words(pieces), do: words(pieces, [], nil, [])

  defp words([], [], _, words), do: Enum.reverse(words)
  defp words([], word, space, words), do: Enum.reverse([{Enum.reverse(word), space} | words])

  defp words([{style, text} | rest], word, space, words) do
    case String.split(text, " ", parts: 2) do
      [all] -> words(rest, push(style, all, word), space, words)
      [before, behind] -> next_word([{style, behind} | rest], push(style, before, word), space, style, words)
    end
  end

  defp next_word(rest, [], _, style, words), do: words(rest, [], style, words)
  defp next_word(rest, word, space, style, words), do: words(rest, [], style, [{Enum.reverse(word), space} | words])

  defp push(_, "", word), do: word
  defp push(style, text, word), do: [{style, text} | word]

  defp pieces_width(pieces), do: pieces |> Enum.map(fn {_, text} -> String.length(text) end) |> Enum.sum()
  defp plain(pieces), do: Enum.map_join(pieces, "", fn {_, text} -> text end)

  defp emit(pieces, options) do
    pieces
    |> Enum.chunk_by(fn {style, _} -> style end)
    |> Enum.map(fn [{style, _} | _] = run ->
      if style, do: styled(style, plain(run), options), else: plain(run)
    end)
  end

  defp styled(key, text, options) do
    if options[:enabled],
      do: IO.iodata_to_binary([sequences(options[key]), text, IO.ANSI.reset()]),
      else: IO.iodata_to_binary(text)
  end

  defp sequences(nil), do: ""
  defp sequences(style), do: style |> IO.ANSI.format_fragment(true) |> IO.iodata_to_binary()

  ## Styles within a line: [{style or nil, text}]

  defp pieces(text, options), do: text |> inline(options[:enabled], "", []) |> Enum.reverse()

  defp inline("", _, plain, found), do: push(nil, plain, found)
  defp inline("\\" <> <<mark, rest::binary>>, colours?, plain, found) when mark in ~c"\\`*_{}[]()#+-.!|<>", do: inline(rest, colours?, plain <> <<mark>>, found)

  defp inline("`" <> rest = text, colours?, plain, found) do
    ticks = byte_size(text) - byte_size(String.trim_leading(text, "`"))
    fence = String.duplicate("`", ticks)
    inner = binary_part(rest, ticks - 1, byte_size(rest) - ticks + 1)

    case String.split(inner, fence, parts: 2) do
      [code, rest] ->
        shown = if colours?, do: code, else: fence <> code <> fence
        inline(rest, colours?, "", push(:doc_inline_code, shown, push(nil, plain, found)))

      [_] ->
        inline(inner, colours?, plain <> fence, found)
    end
  end

  defp inline("**" <> rest, colours?, plain, found), do: span(rest, "**", :doc_bold, colours?, plain, found)
  defp inline("__" <> rest, colours?, plain, found), do: span(rest, "__", :doc_bold, colours?, plain, found)
  defp inline("*" <> rest, colours?, plain, found), do: span(rest, "*", :doc_underline, colours?, plain, found)
  defp inline("_" <> rest, colours?, plain, found), do: span(rest, "_", :doc_underline, colours?, plain, found)

  # [text](url) is shown as "text (url)".
  defp inline("[" <> rest, colours?, plain, found) do
    with [text, behind] <- String.split(rest, "](", parts: 2),
         false <- String.contains?(text, ["[", "]"]),
         [url, rest] <- String.split(behind, ")", parts: 2) do
      inline(text <> " (" <> url <> ")" <> rest, colours?, plain, found)
    else
      _ -> inline(rest, colours?, plain <> "[", found)
    end
  end

  defp inline(text, colours?, plain, found) do
    <<character::utf8, rest::binary>> = text
    inline(rest, colours?, <<plain::binary, character::utf8>>, found)
  end

  # A span opens at the beginning of a word and closes at the end of one, else its mark is a character like others.
  defp span(rest, mark, style, colours?, plain, found) do
    opens? = plain == "" or String.ends_with?(plain, [" ", "(", "[", "\"", "'", "-", "/"])

    with true <- opens?,
         [inner, behind] when inner != "" <- String.split(rest, mark, parts: 2),
         false <- String.starts_with?(inner, " ") or String.ends_with?(inner, " "),
         false <- word_begins?(behind) do
      # What is in a span may have styles of its own; without colours the marks stay.
      shown = if colours?, do: inner, else: mark <> inner <> mark
      within = if colours?, do: for({own, text} <- inline(shown, true, "", []), do: {own || style, text}), else: [{style, shown}]
      inline(behind, colours?, "", within ++ push(nil, plain, found))
    else
      _ -> inline(rest, colours?, plain <> mark, found)
    end
  end

  defp word_begins?(<<c, _::binary>>), do: c in ?a..?z or c in ?A..?Z or c in ?0..?9 or c == ?_ or c >= 128
  defp word_begins?(_), do: false
end
