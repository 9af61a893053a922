# SPDX-License-Identifier: Apache-2.0
#
# What the parts of Macro.Printer share: idioms of layout, lists of arguments and of `key: value`, and the way back to
# the printer itself, whose parts call each other in a circle.
defmodule Macro.Printer.Shape do
  @moduledoc false

  import Inspect.Algebra

  ## The way back

  def doc(node, context), do: Macro.Printer.doc(node, context)
  def statements(node), do: Macro.Printer.statements(node)

  ## Groups and parentheses

  # The inner indentation counts only when the group itself breaks.
  def enclose(left, [], right), do: concat(left, right)
  def enclose(left, doc, right), do: group(glue(nest(glue(left, "", doc), 2, :break), "", right))

  def in_parens(doc), do: concat(concat("(", nest(doc, :cursor)), ")")

  def wrap(doc, true), do: in_parens(doc)
  def wrap(doc, false), do: doc

  def ungroup({:doc_group, doc, _}), do: doc
  def ungroup(doc), do: doc

  ## What may break within itself

  # What may break within itself without moving to a line of its own.
  def breaks_inside?({form, _, [_ | _]}) when form in [:fn, :%{}, :%], do: true
  def breaks_inside?({{:., _, [_, :{}]}, _, _}), do: true
  def breaks_inside?({key, value}) when is_atom(key), do: breaks_inside?(value)
  def breaks_inside?([_ | _] = list), do: not charlist?(list)
  def breaks_inside?(_), do: false

  def breaking_inside(true, doc, fun), do: next_break_fits(fun.(next_break_fits(doc, :enabled)), :disabled)
  def breaking_inside(false, doc, fun), do: fun.(doc)

  def charlist?(list), do: Inspect.Text.ascii_printable?(list, :infinity)

  ## Sequences and keywords

  def join_last(docs, false), do: join_args(docs, :break)

  def join_last(docs, true) do
    {rest, last} = split_last(docs)
    join_args(rest ++ [next_break_fits(last, :enabled)], :break)
  end

  def join_args([], _), do: empty()
  def join_args([doc], _), do: doc
  def join_args([doc | rest], :break), do: glue(concat(group(doc), ","), join_args(rest, :break))
  def join_args([doc | rest], :flex), do: flex_glue(concat(group(doc), ","), join_args(rest, :flex))

  def split_last([last]), do: {[], last}

  def split_last([head | tail]) do
    {rest, last} = split_last(tail)
    {[head | rest], last}
  end

  def keyword?([{key, _} | rest]) when is_atom(key), do: key_atom?(key) and (rest == [] or keyword?(rest))
  def keyword?(_), do: false

  defp key_atom?(key) do
    case :erlang.atom_to_binary(key) do
      <<"Elixir.", _::binary>> -> false
      _ -> true
    end
  end

  def pairs(pairs, context), do: for(pair <- pairs, do: pair(pair, context))

  def pair({key, value}, context) do
    name = Macro.inspect_atom(:key, key)
    pair_doc(name, "", value, context)
  end

  def pair_doc(left, op, value, context) do
    breaking_inside(breaks_inside?(value), doc(value, context), fn right ->
      concat(group(left), group(nest(glue(op, group(right)), 2, :break)))
    end)
  end

  def all?([head | tail], fun), do: fun.(head) and all?(tail, fun)
  def all?([], _), do: true
  def all?(_, _), do: false

  def option(meta, key) do
    case :lists.keyfind(key, 1, meta) do
      {_, value} -> value
      false -> nil
    end
  end
end
