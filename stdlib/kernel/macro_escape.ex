# SPDX-License-Identifier: Apache-2.0
#
# Behind Macro.escape/2: from a term to quoted code that gives it when it runs.
#
# A literal stands for itself; tuples that are no pairs, maps and bits become the nodes that build them. With `unquote?`
# the calls of `unquote` and `unquote_splicing` in the term stay, as holes; with `prune?` nodes keep only the metadata
# that says how they were written.
# Invariants: as for Macro, nothing but Kernel, its definer and natives: it runs while everything else is being compiled.
defmodule Macro.Escape do
  @moduledoc false

  def escape({:unquote, _, [expr]}, true, _), do: expr

  # The holes of a quote within belong to that quote.
  def escape({:quote, meta, [code]}, true, prune?), do: {:{}, [], [:quote, escape_meta(meta, prune?), [escape(code, false, prune?)]]}

  def escape({:quote, meta, [options, code]}, true, prune?),
    do: {:{}, [], [:quote, escape_meta(meta, prune?), [escape(options, true, prune?), escape(code, false, prune?)]]}

  def escape({{{:., meta, [left, :unquote]}, _, [expr]}, call_meta, args}, true, prune?),
    do: escape_dot(left, expr, meta, call_meta, escape(args, true, prune?), prune?)

  def escape({{:., meta, [left, :unquote]}, call_meta, [expr]}, true, prune?), do: escape_dot(left, expr, meta, call_meta, nil, prune?)

  def escape({name, meta, args}, unquote?, true) when is_list(meta) do
    {:{}, [], [escape(name, unquote?, true), escape_meta(meta, true), escape(args, unquote?, true)]}
  end

  def escape({left, right}, unquote?, prune?), do: {escape(left, unquote?, prune?), escape(right, unquote?, prune?)}

  def escape(tuple, unquote?, prune?) when is_tuple(tuple),
    do: {:{}, [], escape_list(:erlang.tuple_to_list(tuple), unquote?, prune?)}

  def escape([], _, _), do: []

  def escape(list, unquote?, prune?) when is_list(list), do: escape_list(list, unquote?, prune?)
  def escape(term, _, _) when is_atom(term) or is_number(term) or is_binary(term) or is_pid(term), do: term

  def escape(map, unquote?, prune?) when is_map(map) do
    pairs = :lists.sort(:maps.to_list(map))

    {:%{}, [],
     :lists.map(fn {k, v} -> {escape(k, unquote?, prune?), escape(v, unquote?, prune?)} end, pairs)}
  end

  def escape(bits, _, _) when is_bitstring(bits) do
    size = bit_size(bits)
    extra = rem(size, 8)
    whole = div(size, 8)
    <<binary::binary-size(whole), rest::bitstring>> = bits
    <<value::size(extra)>> = rest
    tail = {:"::", [], [value, {:size, [], [extra]}]}

    if binary == <<>>,
      do: {:<<>>, [], [tail]},
      else: {:<<>>, [], [{:"::", [], [binary, {:binary, [], nil}]}, tail]}
  end

  def escape(fun, _, _) when is_function(fun) do
    case :erlang.fun_info(fun, :type) do
      {:type, :external} ->
        {:module, module} = :erlang.fun_info(fun, :module)
        {:name, name} = :erlang.fun_info(fun, :name)
        {:arity, arity} = :erlang.fun_info(fun, :arity)
        {:&, [], [{:/, [], [{{:., [], [module, name]}, [{:no_parens, true}], []}, arity]}]}

      _ ->
        cannot_escape(fun)
    end
  end

  def escape(other, _, _), do: cannot_escape(other)

  defp escape_meta(meta, true), do: for({key, value} <- meta, key in [:no_parens, :line, :delimiter], do: {key, value})
  defp escape_meta(meta, false), do: escape(meta, false, false)

  defp cannot_escape(term) do
    :erlang.error(
      ArgumentError.exception(
        "cannot escape #{Kernel.inspect(term, [])}. The supported values are: lists, tuples, maps, atoms, numbers, " <>
          "bitstrings, PIDs and remote functions in the format &Mod.fun/arity"
      )
    )
  end

  defp escape_dot(left, expr, meta, call_meta, args, prune?) do
    {{:., [], [Macro.Escape, :dot]}, [], [escape(left, true, prune?), expr, escape_meta(meta, prune?), escape_meta(call_meta, prune?), args]}
  end

  @doc false
  # What `left.unquote(right)` is, and with arguments `left.unquote(right)(args)`: decided by what is on the right.
  def dot(left, {:__aliases__, _, names}, _, meta, nil) when is_list(names), do: {:__aliases__, meta, [left | names]}
  def dot(left, {name, _, context}, dot_meta, meta, args) when is_atom(name) and is_atom(context), do: dot(left, name, dot_meta, meta, args)
  def dot(left, {name, _, args}, dot_meta, meta, nil) when is_list(args), do: {{:., dot_meta, [left, name]}, meta, args}
  def dot(left, name, dot_meta, meta, args) when is_atom(name) and is_list(args), do: {{:., dot_meta, [left, name]}, meta, args}

  def dot(left, name, dot_meta, meta, nil) when is_atom(name) do
    case :erlang.atom_to_binary(name) do
      "Elixir." <> _ -> {:__aliases__, meta, [left, name]}
      _ -> {{:., dot_meta, [left, name]}, [{:no_parens, true} | meta], []}
    end
  end

  def dot(_, other, _, _, _) do
    :erlang.error(ArgumentError.exception("unquote after a dot gives an atom, an alias or a call, not: #{Kernel.inspect(other, [])}"))
  end

  @doc false
  # What `[unquote_splicing(list) | tail]` is: with a tail that is no list the last of the list stands before the bar.
  def spliced_tail(list, tail) when is_list(tail), do: :erlang.++(list, tail)

  def spliced_tail([_ | _] = list, tail) do
    [last | rest] = :lists.reverse(list)
    :lists.reverse(rest, [{:|, [], [last, tail]}])
  end

  def spliced_tail(_, tail), do: :erlang.error(ArgumentError.exception("unquote_splicing gives nothing that could stand before | #{Macro.to_string(tail)}"))

  defp escape_list([{:|, _, [{:unquote_splicing, _, [expr]}, tail]}], true, prune?),
    do: {{:., [], [Macro.Escape, :spliced_tail]}, [], [expr, escape(tail, true, prune?)]}

  # Improper tails become `[a | b]`; a splice becomes `++`.
  defp escape_list([{:unquote_splicing, _, [expr]} | tail], true, prune?) do
    case escape_list(tail, true, prune?) do
      [] -> expr
      rest -> {{:., [], [:erlang, :++]}, [], [expr, rest]}
    end
  end

  defp escape_list([head | []], unquote?, prune?), do: [escape(head, unquote?, prune?)]

  defp escape_list([head | tail], unquote?, prune?) when is_list(tail) do
    case escape_list(tail, unquote?, prune?) do
      rest when is_list(rest) -> [escape(head, unquote?, prune?) | rest]
      rest -> [{:|, [], [escape(head, unquote?, prune?), rest]}]
    end
  end

  defp escape_list([head | tail], unquote?, prune?),
    do: [{:|, [], [escape(head, unquote?, prune?), escape(tail, unquote?, prune?)]}]

  defp escape_list([], _, _), do: []
end
