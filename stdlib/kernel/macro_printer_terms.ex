# SPDX-License-Identifier: Apache-2.0
#
# Values in Macro.Printer: lists, tuples, maps, binaries, numbers, strings and sigils.
defmodule Macro.Printer.Terms do
  @moduledoc false

  import Inspect.Algebra
  import Macro.Printer.Operators
  import Macro.Printer.Shape

  ## Containers

  def list([]), do: "[]"

  def list(list) do
    cond do
      charlist?(list) -> string(<<"~c\"", Inspect.Text.escape(:unicode.characters_to_binary(list), ?")::binary, ?">>)
      true -> enclose("[", join_args(elements(list), :break), "]")
    end
  end

  # The documents of the elements; a keyword list at the end goes without brackets.
  defp elements(args) do
    {plain, pairs} = split_keyword(args, [])
    for(arg <- plain, do: doc(arg, :parens_arg)) ++ pairs(pairs, :parens_arg)
  end

  defp split_keyword(args, acc) do
    cond do
      args != [] and keyword?(args) -> {:lists.reverse(acc), args}
      args == [] -> {:lists.reverse(acc), []}
      true -> split_keyword(tl(args), [hd(args) | acc])
    end
  end

  defp association({key, value}) do
    left = parens_if_binary(doc(key, :parens_arg), key)
    pair_doc(left, " =>", value, :parens_arg)
  end

  defp association(other), do: doc(other, :parens_arg)

  def map(open, [{:|, _, [left, right]}]) do
    left = parens_if_binary(doc(left, :parens_arg), left)
    enclose(open, glue(left, concat("| ", nest(join_args(map_docs(right), :break), 2))), "}")
  end

  def map(open, []), do: concat(open, "}")
  def map(open, pairs), do: enclose(open, join_args(map_docs(pairs), :break), "}")

  defp map_docs(pairs) when is_list(pairs) do
    {plain, keywords} = split_keyword(pairs, [])
    for(item <- plain, do: association(item)) ++ pairs(keywords, :parens_arg)
  end

  defp map_docs(other), do: [doc(other, :parens_arg)]

  def tuple([]), do: "{}"

  def tuple(args) do
    group(concat(nest(concat("{", join_args(tuple_elements(args), :flex)), 1), "}"))
  end

  # Only a keyword list as last element goes without brackets here.
  defp tuple_elements(args) do
    {left, last} = split_last(args)

    if left != [] and is_list(last) and keyword?(last),
      do: for(arg <- left, do: doc(arg, :parens_arg)) ++ pairs(last, :parens_arg),
      else: for(arg <- args, do: doc(arg, :parens_arg))
  end

  def tuple_like(left, args, right), do: enclose(left, join_args(for(arg <- args, do: doc(arg, :parens_arg)), :break), right)

  ## Binaries

  def bitstring(_, []), do: "<<>>"

  def bitstring(_, parts) do
    last = length(parts) - 1

    docs =
      for {part, index} <- indexed(parts, 0) do
        segment(part, index, last)
      end

    group(concat(nest(concat("<<", join_args(docs, :flex)), 2), ">>"))
  end

  defp indexed([head | tail], n), do: [{head, n} | indexed(tail, n + 1)]
  defp indexed([], _), do: []

  defp segment({:"::", _, [value, spec]}, index, last) do
    value_doc = edge(doc(value, :parens_arg), value, index, last)
    concat(concat(value_doc, "::"), segment_spec(spec, index, last))
  end

  # A generator whose source ends in `>>` stands in parentheses whole.
  defp segment({:<-, _, [_, {:<<>>, _, parts}]} = part, last, last) do
    generator = arrow(part, last, last)
    if interpolated?(parts), do: generator, else: in_parens(generator)
  end

  defp segment({:<-, _, [_, _]} = part, index, last), do: arrow(part, index, last)
  defp segment(part, index, last), do: edge(doc(part, :parens_arg), part, index, last)

  defp arrow({:<-, meta, [left, right]}, index, last) do
    case left do
      {:"::", _, [_, _]} -> concat(concat(segment(left, index, last), " <- "), doc(right, :parens_arg))
      _ -> doc({:<-, meta, [left, right]}, :parens_arg)
    end
  end

  # `<<` and `>>` must not touch those of the container.
  defp edge(doc, part, index, last) do
    case part do
      {:<<>>, _, parts} when index == 0 or index == last -> if interpolated?(parts), do: doc, else: in_parens(doc)
      binary when is_binary(binary) and (index == 0 or index == last) -> if Inspect.Text.printable?(binary, :infinity), do: doc, else: in_parens(doc)
      _ -> doc
    end
  end

  defp segment_spec({:-, _, [left, right]}, index, last), do: concat(concat(segment_spec(left, index, last), "-"), segment_spec(right, index, last))
  defp segment_spec({:*, _, [left, right]}, _, _), do: concat(concat(doc(left, :parens_arg), "*"), doc(right, :parens_arg))
  defp segment_spec({name, _, context}, _, _) when is_atom(name) and is_atom(context), do: :erlang.atom_to_binary(name)
  defp segment_spec({name, _, []}, _, _) when is_atom(name), do: :erlang.atom_to_binary(name)
  defp segment_spec(spec, _, _), do: parens_if_operator(doc(spec, :parens_arg), spec)

  ## Numbers and strings

  def number(<<"-", digits::binary>>), do: concat("-", underscores(digits))
  def number(digits), do: underscores(digits)

  defp underscores(digits) when byte_size(digits) >= 6, do: group_digits(digits, rem(byte_size(digits), 3))
  defp underscores(digits), do: digits

  defp group_digits(digits, 0), do: thirds(digits)

  defp group_digits(digits, n) do
    <<head::binary-size(n), rest::binary>> = digits
    <<head::binary, ?_, thirds(rest)::binary>>
  end

  defp thirds(<<a, b, c>>), do: <<a, b, c>>
  defp thirds(<<a, b, c, rest::binary>>), do: <<a, b, c, ?_, thirds(rest)::binary>>

  def float_doc(float) do
    text = Inspect.Float.text(float)

    case :binary.split(text, ".") do
      [<<"-", whole::binary>>, rest] -> <<"-", underscores(whole)::binary, ".", rest::binary>>
      [whole, rest] -> <<underscores(whole)::binary, ".", rest::binary>>
      _ -> text
    end
  end

  def literal_string(binary) do
    if Inspect.Text.printable?(binary, :infinity) do
      text = <<?", Inspect.Text.escape(binary, ?")::binary, ?">>
      string(text)
    else
      bytes = for <<byte <- binary>>, do: :erlang.integer_to_binary(byte)
      flex_group("<<", bytes, ">>", 2)
    end
  end

  defp flex_group(left, docs, right, indent), do: group(concat(concat(left, nest(flex_join(docs), indent)), right))

  defp flex_join([]), do: empty()
  defp flex_join([doc]), do: doc
  defp flex_join([doc | rest]), do: flex_glue(concat(doc, ","), flex_join(rest))

  ## Interpolation and sigils

  def interpolated?([_ | _] = parts) do
    :lists.any(fn part -> is_tuple(part) end, parts) and all?(parts, &string_part?/1)
  end

  def interpolated?(_), do: false

  defp string_part?(part) when is_binary(part), do: true
  defp string_part?({:"::", _, [{{:., _, [Kernel, :to_string]}, _, [_]}, {:binary, _, _}]}), do: true
  defp string_part?(_), do: false

  def charlist_parts?(parts) do
    all?(parts, fn part -> is_binary(part) or match?({{:., _, [Kernel, :to_string]}, _, [_]}, part) end)
  end

  def charlist_to_string(parts) do
    for part <- parts, do: if(is_binary(part), do: part, else: {:"::", [], [part, {:binary, [], nil}]})
  end

  def interpolation(parts, open, close) do
    docs =
      for part <- parts do
        case part do
          text when is_binary(text) ->
            string(Inspect.Text.escape(text, ?"))

          {:"::", _, [{_, _, [expr]}, _]} ->
            interpolated(expr)
        end
      end

    concat(concat(open, concat(docs)), close)
  end

  # Interpolated code stays on its line unless it holds a block.
  defp interpolated(expr) do
    doc = statements(expr)
    text = :erlang.iolist_to_binary(format(doc, :infinity))

    case :binary.match(text, "\n") do
      :nomatch -> string(<<"\#{", text::binary, "}">>)
      _ -> enclose("\#{", doc, "}")
    end
  end

  def sigil({name, meta, [{:<<>>, _, parts}, modifiers]}) when is_list(modifiers) and is_list(parts) do
    with "sigil_" <> sigil_name <- :erlang.atom_to_binary(name),
         true <- sigil_name != "",
         true <- all?(modifiers, &is_integer/1),
         delimiter when is_binary(delimiter) <- option(meta, :delimiter) do
      {open, close} = delimiters(delimiter)
      modifiers = :unicode.characters_to_binary(modifiers)

      docs =
        for part <- parts do
          case part do
            text when is_binary(text) -> sigil_text(text, close)
            {:"::", _, [{_, _, [expr]}, _]} -> interpolated(expr)
          end
        end

      {:ok, concat([<<"~", sigil_name::binary, open::binary>>, concat(docs), <<close::binary, modifiers::binary>>])}
    else
      _ -> :error
    end
  end

  def sigil(_), do: :error

  defp sigil_text(text, close) do
    case :binary.split(text, "\n", [:global]) do
      [_] -> string(if(byte_size(close) == 1, do: :binary.replace(text, close, <<?\\, close::binary>>, [:global]), else: text))
      [first | rest] -> :lists.foldl(fn line, acc -> concat([acc, nest(line(), :reset), string(line)]) end, string(first), rest)
    end
  end

  defp delimiters("("), do: {"(", ")"}
  defp delimiters("["), do: {"[", "]"}
  defp delimiters("{"), do: {"{", "}"}
  defp delimiters("<"), do: {"<", ">"}
  defp delimiters("\"\"\""), do: {"\"\"\"\n", "\"\"\""}
  defp delimiters("'''"), do: {"'''\n", "'''"}
  defp delimiters(delimiter), do: {delimiter, delimiter}
end
