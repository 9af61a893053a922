# SPDX-License-Identifier: Apache-2.0
#
# Calls in Macro.Printer: local and remote ones, their arguments, `do` blocks and the clauses of `fn`.
#
# The name and its arguments are one document, so that what follows the name may break without the name. Keywords at the
# end may move to lines of their own while the other arguments stay where they are.
defmodule Macro.Printer.Calls do
  @moduledoc false

  import Inspect.Algebra
  import Macro.Printer.Operators
  import Macro.Printer.Shape

  @block_keys [:rescue, :catch, :else, :after]

  # Calls of these names are written without parentheses.
  @no_parens [
    alias: [1, 2],
    assert: [1, 2],
    assert_in_delta: [3, 4],
    assert_raise: [2, 3],
    assert_receive: [1, 2, 3],
    assert_received: [1, 2],
    case: [2],
    cond: [1],
    config: [2, 3],
    def: [1, 2],
    defdelegate: [2],
    defexception: [1],
    defguard: [1],
    defguardp: [1],
    defmacro: [1, 2],
    defmacrop: [1, 2],
    defmodule: [2],
    defoverridable: [1],
    defp: [1, 2],
    defrecord: [2, 3],
    defrecordp: [2, 3],
    defstruct: [1],
    destructure: [2],
    for: :any,
    if: [2],
    import: [1, 2],
    import_config: [1],
    quote: [1, 2],
    raise: [1, 2],
    receive: [1],
    refute: [1, 2],
    refute_in_delta: [3, 4],
    refute_receive: [1, 2, 3],
    refute_received: [1, 2],
    require: [1, 2],
    reraise: [2, 3],
    setup: [1, 2],
    setup_all: [1, 2],
    test: [1, 2, 3],
    try: [1],
    unless: [2],
    use: [1, 2],
    with: :any
  ]

  def local(:unquote, meta, [_] = args, context), do: plain_call("unquote", args, meta, context, :skip_if_only_do_end)

  def local(name, meta, args, context) do
    mode = if no_parens?(name, length(args)), do: :skip_unless_many_args, else: :skip_if_only_do_end
    plain_call(:erlang.atom_to_binary(name), args, meta, context, mode)
  end

  defp plain_call(name, args, meta, context, mode) do
    {call, wrap?} = call_args(args, meta, context, mode)
    wrap(concat(name, call), wrap?)
  end

  defp no_parens?(name, arity) do
    case :lists.keyfind(name, 1, @no_parens) do
      {_, :any} -> true
      {_, arities} -> :lists.member(arity, arities)
      false -> false
    end
  end

  def remote({{:., _, [target]}, meta, args}, context) do
    {call, wrap?} = call_args(args, meta, context, :skip_if_do_end)
    wrap(concat(concat(remote_target(target, context), "."), call), wrap?)
  end

  def remote({{:., _, [target, name]}, meta, args}, context) do
    left = concat(remote_target(target, context), ".")

    left =
      if is_atom(name),
        do: concat(left, Macro.inspect_atom(:remote_call, name)),
        else: concat(left, doc(name, :parens_arg))

    if args == [] and option(meta, :no_parens) == true and not module?(target) do
      left
    else
      {call, wrap?} = call_args(args, meta, context, :skip_if_do_end)
      wrap(concat(left, call), wrap?)
    end
  end

  def remote({{:., _, args}, meta, call_args}, context), do: plain_call(concat("unquote", doc(args, context)), call_args, meta, context, :required)

  defp module?({:__aliases__, _, _}), do: true
  defp module?(target), do: is_atom(target)

  def remote_target({:fn, _, [_ | _]} = node, _), do: in_parens(doc(node, :no_parens_arg))
  def remote_target({:&, _, [arg]} = node, _) when is_integer(arg), do: doc(node, :no_parens_arg)
  def remote_target(node, _), do: parens_if_operator(doc(node, :no_parens_arg), node)

  def access_target({:&, _, [arg]} = node) when is_integer(arg), do: doc(node, :no_parens_arg)
  def access_target({:fn, _, [_ | _]} = node), do: in_parens(doc(node, :no_parens_arg))
  def access_target(node), do: parens_if_operator(doc(node, :no_parens_arg), node)

  def access_key([{_, _} | _] = key) do
    if keyword?(key), do: enclose("[", join_args(pairs(key, :parens_arg), :break), "]"), else: enclose("[", doc(key, :parens_arg), "]")
  end

  def access_key(key), do: enclose("[", doc(key, :parens_arg), "]")

  ## Arguments and blocks

  # `{document behind the name, whether the whole call needs parentheses around it}`
  def call_args([], _, _, _), do: {"()", false}

  def call_args(args, meta, context, mode) do
    {rest, last} = split_last(args)

    case blocks(last) do
      nil ->
        skip? =
          mode == :skip_unless_many_args and context in [:block, :operand, :no_parens_one_arg, :parens_one_arg]

        {args_without_blocks(args, meta, skip?, mode != :attribute, empty()), false}

      blocks ->
        start =
          case rest do
            [] when mode == :required -> "() do"
            [] -> " do"
            _ -> args_without_blocks(rest, meta, mode not in [:required, :skip_if_only_do_end], true, " do")
          end

        body = concat(start, block_docs(blocks))
        {force_unfit(line(body, "end")), context in [:no_parens_arg, :no_parens_one_arg]}
    end
  end

  defp blocks([{:do, _} | rest] = list) do
    if all?(rest, fn pair -> match?({key, _} when key in @block_keys, pair) end), do: list
  end

  defp blocks(_), do: nil

  defp block_docs([{:do, value} | rest]) do
    :lists.foldl(
      fn {key, value}, acc -> line(acc, concat(:erlang.atom_to_binary(key), block_body(value))) end,
      block_body(value),
      rest
    )
  end

  defp block_body({:__block__, _, []}), do: empty()
  defp block_body([{:->, _, _} | _] = clauses), do: nest(line(empty(), clauses(clauses)), 2)
  defp block_body(value), do: nest(line(empty(), statements(value)), 2)

  defp args_without_blocks(args, _meta, skip?, to_keyword?, extra) do
    {left, last} = split_last(args)
    keyword? = to_keyword? and keyword?(last) and last != []

    context =
      case {left, keyword?, skip?} do
        {[], false, true} -> :no_parens_one_arg
        {_, _, true} -> :no_parens_arg
        {[], false, false} -> :parens_one_arg
        _ -> :parens_arg
      end

    if left != [] and keyword? and not generators?(left) do
      # The keywords may move to lines of their own while the other arguments stay behind the name.
      left_doc = concat(join_args(for(arg <- left, do: doc(arg, context)), :break), ",")
      right_doc = nest(concat(break(), join_args(pairs(last, context), :break)), 2, :break)

      if skip? do
        right_doc = next_break_fits(group(right_doc, :inherit), :enabled)
        next_break_fits(group(concat(concat(concat(" ", nest(left_doc, :cursor, :break)), right_doc), extra)), :disabled)
      else
        right_doc = next_break_fits(group(concat(right_doc, break("")), :inherit), :enabled)
        left_doc = nest(concat(break(""), left_doc), 2, :break)
        next_break_fits(concat(group(concat(concat(concat("(", left_doc), right_doc), ")")), extra), :disabled)
      end
    else
      docs =
        for(arg <- left, do: doc(arg, context)) ++
          if(keyword?, do: pairs(last, context), else: [doc(last, context)])

      inside? = if keyword?, do: breaks_inside?(:lists.last(last)), else: breaks_inside?(last)
      args_doc = join_last(docs, inside?)

      if skip? do
        single = ungroup(args_doc)
        inside(group(concat(concat(" ", nest(single, :cursor, :break)), extra)), inside?)
      else
        inside(concat(enclose("(", ungroup(args_doc), ")"), extra), inside?)
      end
    end
  end

  defp inside(doc, true), do: next_break_fits(doc, :disabled)
  defp inside(doc, false), do: doc

  defp generators?(args), do: :lists.any(fn arg -> match?({:<-, _, [_, _]}, arg) or match?({:<<>>, _, _}, arg) and generator?(arg) end, args)

  defp generator?({:<<>>, _, parts}) when parts != [], do: match?({:<-, _, [_, _]}, :lists.last(parts))
  defp generator?(_), do: false

  ## Clauses

  def anonymous([{:->, _, [[], body]}]), do: group(glue(nest(glue("fn ->", statements_or_nil(body)), 2), "end"))

  def anonymous([{:->, _, [args, body]}]) do
    head = group(nest(concat(ungroup(clause_args(args)), " ->"), :cursor))
    group(glue(nest(glue(concat("fn ", head), statements_or_nil(body)), 2), "end"))
  end

  def anonymous(clauses), do: force_unfit(line(nest(line("fn", clauses(clauses)), 2), "end"))

  def paren_clauses([{:->, _, [[], body]}]), do: group(concat(concat("(() -> ", nest(statements_or_nil(body), :cursor)), ")"))

  def paren_clauses([{:->, _, [args, body]}]) do
    head = group(nest(concat(ungroup(clause_args(args)), " ->"), :cursor))
    group(concat(concat("(", nest(glue(head, statements_or_nil(body)), 2)), ")"))
  end

  def paren_clauses(clauses), do: force_unfit(line(nest(line("(", clauses(clauses)), 2), ")"))

  # All clauses break or none does; broken ones are set off by empty lines.
  defp clauses([first | rest]) do
    group(
      :lists.foldl(
        fn item, acc -> line(concat(acc, nest(break(""), :reset)), clause(item)) end,
        clause(first),
        rest
      )
    )
  end

  defp clause({:->, _, [[], body]}), do: nest(glue("() ->", statements_or_nil(body)), 2)

  defp clause({:->, _, [args, body]}) do
    head = group(nest(concat(ungroup(clause_args(args)), " ->"), :cursor))
    nest(glue(head, statements_or_nil(body)), 2)
  end

  defp clause(other), do: doc(other, :block)

  defp clause_args([{:when, _, args}]) do
    {args, guard} = split_last(args)
    left = group(many_args(args))
    right = operand(guard, :operand, :when, {50, :right}, :right, 0)
    group(glue(left, concat("when ", nest(group(right), 5))))
  end

  defp clause_args(args), do: many_args(args)

  defp many_args([]), do: "()"
  defp many_args(args), do: join_args(for(arg <- args, do: doc(arg, :no_parens_arg)), :break)

  defp statements_or_nil({:__block__, _, []}), do: "nil"
  defp statements_or_nil(body), do: statements(body)
end
