# SPDX-License-Identifier: Apache-2.0
#
# Operators of Macro.Printer: precedence, parentheses, where lines break around them.
#
# Operators of equal precedence that lean to the same side share one group, so that a chain of them breaks everywhere or
# nowhere. Parentheses stand where precedence asks for them and where people would have to think.
defmodule Macro.Printer.Operators do
  @moduledoc false

  import Inspect.Algebra
  import Macro.Printer.Shape

  # Precedence: higher binds tighter; then associativity.
  @binary %{
    <-: {40, :left},
    \\: {40, :left},
    when: {50, :right},
    "::": {60, :right},
    |: {70, :right},
    "=>": {80, :right},
    =: {100, :right},
    ||: {120, :left},
    |||: {120, :left},
    or: {120, :left},
    &&: {130, :left},
    &&&: {130, :left},
    and: {130, :left},
    ==: {140, :left},
    !=: {140, :left},
    =~: {140, :left},
    ===: {140, :left},
    !==: {140, :left},
    <: {150, :left},
    <=: {150, :left},
    >=: {150, :left},
    >: {150, :left},
    |>: {160, :left},
    <<<: {160, :left},
    >>>: {160, :left},
    <~: {160, :left},
    ~>: {160, :left},
    <<~: {160, :left},
    ~>>: {160, :left},
    <~>: {160, :left},
    "<|>": {160, :left},
    in: {170, :left},
    "^^^": {180, :left},
    "//": {190, :right},
    ++: {200, :right},
    --: {200, :right},
    +++: {200, :right},
    ---: {200, :right},
    ..: {200, :right},
    <>: {200, :right},
    +: {210, :left},
    -: {210, :left},
    *: {220, :left},
    /: {220, :left},
    **: {230, :left}
  }
  @unary [:!, :^, :not, :+, :-, :"~~~", :&, :@]

  @parens_around_operands [:|>, :<<<, :>>>, :<~, :~>, :<<~, :~>>, :<~>, :"<|>", :"^^^", :+++, :---, :in, :++, :--, :.., :<>]
  @parens_among_logical [:||, :|||, :or, :&&, :&&&, :and]
  @break_before [:|>, :~>>, :<<~, :~>, :<~, :<~>, :"<|>"]
  @break_before_right [:|, :when]
  @no_space [:.., :"//"]
  @no_break [:\\, :in]
  @right_may_break_inside [:<-, :==, :!=, :=~, :===, :!==, :=, :\\]

  # The document of an operator's node, or nil when it is none.
  def operator(name, [arg], context) when name in @unary, do: unary(name, arg, context)

  def operator(name, [left, right], context) when is_map_key(@binary, name) and name != :"=>",
    do: binary(name, operator_text(name), left, right, context, nil, 2)

  def operator(_, _, _), do: nil

  def operator_name?(name), do: is_map_key(@binary, name) or name in @unary

  defp operator_text(name), do: :erlang.atom_to_binary(name)

  def unary(op, arg, context) do
    doc = doc(arg, right_context(context))

    doc =
      case arg do
        {^op, _, [_]} when op in [:!, :not] -> doc
        _ -> if operator?(arg), do: in_parens(doc), else: doc
      end

    concat(if(op == :not, do: "not ", else: :erlang.atom_to_binary(op)), doc)
  end

  # `parent` is the precedence of an operator of the same kind around this one, whose group this belongs to.
  def binary(op, text, left_arg, right_arg, context, parent, nesting) do
    info = :erlang.map_get(op, @binary)
    left = operand(left_arg, left_context(context), op, info, :left, 2)

    right =
      if op == :when and is_list(right_arg) and keyword?(right_arg),
        do: join_args(pairs(right_arg, :parens_arg), :break),
        else: operand(right_arg, right_context(context), op, info, :right, 0)

    cond do
      op in @no_space ->
        concat(concat(group(left), text), group(right))

      op in @no_break ->
        concat(concat(group(left), <<" ", text::binary, " ">>), group(right))

      op in @break_before ->
        left = if same_group?(left_arg, op), do: left, else: group(left)
        doc = glue(left, concat(<<text::binary, " ">>, group(right)))
        if parent == info, do: doc, else: group(doc)

      op in @break_before_right ->
        right = if same_group?(right_arg, op), do: right, else: group(right)
        doc = glue(group(left), concat(<<text::binary, " ">>, if(same_group?(right_arg, op), do: right, else: nest(right, byte_size(text) + 1))))
        if parent == info, do: doc, else: group(doc)

      true ->
        inside? = op in @right_may_break_inside and breaks_inside?(right_arg)

        breaking_inside(inside?, right, fn right ->
          concat(group(left), group(nest(glue(<<" ", text::binary>>, group(right)), nesting, :break)))
        end)
    end
  end

  defp same_group?({name, _, [_, _]}, op) when is_atom(name),
    do: is_map_key(@binary, name) and :erlang.map_get(name, @binary) == :erlang.map_get(op, @binary)

  defp same_group?(_, _), do: false

  defp left_context(context), do: if(context in [:no_parens_arg, :parens_arg], do: context, else: :parens_arg)

  defp right_context(context), do: if(context in [:no_parens_arg, :parens_arg], do: context, else: :operand)

  def operand({op, _, [left, right]} = node, context, parent, {precedence, side_of} = info, side, nesting)
       when is_atom(op) and is_map_key(@binary, op) and op != :"=>" do
    {own, _} = own_info = :erlang.map_get(op, @binary)
    text = operator_text(op)

    cond do
      op == :"//" ->
        doc(node, context)

      own == precedence and side_of == side and (op == parent or side == :left or not strict?(parent, op)) ->
        binary(op, text, left, right, context, if(own_info == info, do: info), nesting)

      strict?(parent, op) or own < precedence or (own == precedence and side_of != side) ->
        in_parens(binary(op, text, left, right, context, nil, 2))

      true ->
        binary(op, text, left, right, context, nil, 2)
    end
  end

  # `not a in b` would read as `not (a in b)`.
  def operand({:__block__, _, [{op, _, [_]} = node]}, context, :in, _, :left, _) when op in [:not, :!],
    do: in_parens(doc(node, context))

  def operand({:not, _, [{:in, _, [_, _]}]} = node, context, _, {precedence, _}, _, _) do
    if precedence > 170, do: in_parens(doc(node, context)), else: doc(node, context)
  end

  def operand({:&, _, [arg]} = node, context, _, _, :left, _) when not is_integer(arg), do: in_parens(doc(node, context))

  def operand(node, context, _, _, _, _), do: doc(node, context)

  # Operands that get parentheses though precedence does not ask for them.
  defp strict?(parent, op) do
    (parent in @parens_around_operands and op not in @no_space) or
      (op in @parens_among_logical and parent in @parens_among_logical and op != parent)
  end

  ## Parentheses around operands

  defp operator?({:__block__, _, [node]}), do: operator?(node)
  defp operator?({:not, _, [{:in, _, [_, _]}]}), do: true
  defp operator?({:@, _, [_]}), do: false
  defp operator?({:&, _, [arg]}) when is_integer(arg), do: false
  defp operator?({name, _, [_]}) when is_atom(name), do: name in @unary
  defp operator?({name, _, [_, _]}) when is_atom(name), do: is_map_key(@binary, name)
  defp operator?({:..//, _, [_, _, _]}), do: true
  defp operator?(number) when is_number(number), do: number < 0
  defp operator?(_), do: false

  defp binary_operator?({name, _, [_, _]}) when is_atom(name), do: is_map_key(@binary, name)
  defp binary_operator?(_), do: false

  def parens_if_operator(doc, node), do: if(operator?(node), do: in_parens(doc), else: doc)

  def parens_if_binary(doc, node), do: if(binary_operator?(node), do: in_parens(doc), else: doc)
end
