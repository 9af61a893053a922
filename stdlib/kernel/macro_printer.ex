# SPDX-License-Identifier: Apache-2.0
#
# Macro.Printer: source text of quoted code, laid out as the language's formatter does it at 98 columns.
# Model: `doc/2` turns a node into an algebra document. The context says where the node stands: `:block` (a statement),
# `:operand`, `:parens_arg`, `:parens_one_arg`, `:no_parens_arg`, `:no_parens_one_arg`; a call that leaves its parentheses away may do so
# only in some of them. Breaks follow three rules: a `do` block never fits on a line; containers break all at once; an
# operator breaks behind itself, a pipe before itself.
# Invariant: the text parses back to the same code, metadata aside.
defmodule Macro.Printer do
  @moduledoc false

  import Kernel, except: [to_string: 1]

  @width 98
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

  @doc false
  def to_string(quoted), do: :erlang.iolist_to_binary(format(to_algebra(quoted), @width))

  @doc false
  def to_algebra(quoted), do: statements(quoted)

  ## Blocks

  defp statements({:__block__, _, [{:unquote_splicing, _, _}]} = block), do: doc(block, :block)
  defp statements({:__block__, _, [_, _ | _] = args}), do: lines(args)
  defp statements({:__block__, _, []}), do: empty()
  defp statements(other), do: doc(other, :block)

  # A statement that takes several lines is set off by empty lines, attributes aside.
  defp lines(args) do
    docs = for arg <- args, do: {doc(arg, :block), next_line(arg)}

    docs
    |> set_off(empty())
    |> join_lines()
    |> force_unfit()
  end

  defp next_line({:@, _, _}), do: empty()
  defp next_line(_), do: break("")

  defp set_off([{doc, right} | rest], left) do
    doc = if left == [], do: doc, else: concat(left, doc)
    doc = if rest != [] and right != [], do: concat(doc, concat(collapse_lines(2), right)), else: doc
    [group(doc) | set_off(rest, right)]
  end

  defp set_off([], _), do: []

  defp join_lines([first | rest]), do: :lists.foldl(fn doc, acc -> line(acc, doc) end, first, rest)

  ## Nodes

  defp doc({:__block__, _, []}, _), do: "nil"
  defp doc({:__block__, _, [{:unquote_splicing, meta, [_] = args}]}, context), do: in_parens(local(:unquote_splicing, meta, args, context))
  defp doc({:__block__, _, [arg]}, context), do: doc(arg, context)
  defp doc({:__block__, _, [_, _ | _] = args}, :block), do: lines(args)
  defp doc({:__block__, _, [_, _ | _] = args}, _), do: force_unfit(surround("(", lines(args), ")"))

  defp doc({:__aliases__, _, [head | tail]}, context) do
    head = if is_atom(head), do: atom_name(head), else: remote_target(head, context)
    :lists.foldl(fn part, acc -> concat([acc, ".", :erlang.atom_to_binary(part)]) end, head, tail)
  end

  defp doc({:__cursor__, _, _}, _), do: "__cursor__()"
  defp doc({:.., _, []}, _), do: ".."
  defp doc({:..., _, []}, _), do: "..."

  defp doc({:..//, _, [first, last, step]}, context), do: doc({:"//", [], [{:.., [], [first, last]}, step]}, context)

  defp doc({:%{}, _, args}, _), do: map("%{", args)

  defp doc({:%, _, [name, {:%{}, _, args}]}, _) do
    name =
      if is_atom(name) or match?({:__aliases__, _, _}, name),
        do: doc(name, :parens_arg),
        else: parens_if_binary(doc(name, :parens_arg), name)

    map(concat(concat("%", name), "{"), args)
  end

  defp doc({:{}, _, args}, _), do: tuple(args)

  defp doc({:<<>>, meta, parts}, _) do
    cond do
      interpolated?(parts) -> interpolation(parts, "\"", "\"")
      true -> bitstring(meta, parts)
    end
  end

  defp doc({{:., _, [List, :to_charlist]}, meta, [parts]} = call, context) when is_list(parts) do
    _ = meta

    if parts != [] and charlist_parts?(parts),
      do: interpolation(charlist_to_string(parts), "~c\"", "\""),
      else: remote(call, context)
  end

  defp doc({{:., _, [:erlang, :binary_to_atom]}, meta, [{:<<>>, _, parts}, :utf8]} = call, context) do
    _ = meta

    if interpolated?(parts),
      do: interpolation(parts, ":\"", "\""),
      else: remote(call, context)
  end

  defp doc({:fn, _, [_ | _] = clauses}, _), do: anonymous(clauses)

  defp doc({:&, _, [arg]}, context), do: capture(arg, context)

  defp doc({:@, meta, [arg]}, context), do: attribute(meta, arg, context)

  defp doc({:not, _, [{:in, _, [left, right]}]}, context), do: binary(:in, "not in", left, right, context, nil, 2)

  defp doc({:unquote_splicing, meta, [_] = args}, :block), do: local(:unquote_splicing, meta, args, :block)

  defp doc({name, _, context} = _var, _) when is_atom(name) and is_atom(context), do: variable(name)

  defp doc({name, meta, args} = node, context) when is_atom(name) and is_list(args) do
    case sigil(node) do
      {:ok, doc} -> doc
      :error -> operator_or_local(name, meta, args, context)
    end
  end

  defp doc({{:., _, [Access, :get]}, _, [target, key]}, _) do
    target = access_target(target)
    concat(target, group(access_key(key)))
  end

  defp doc({{:., _, [left, :{}]}, _, args}, _) do
    concat(concat(remote_target(left, :parens_arg), "."), tuple_like("{", args, "}"))
  end

  defp doc({{:., _, _}, _, args} = call, context) when is_list(args), do: remote(call, context)

  # A call of what a call gives: `foo(a)(b)`, `unquote(name)(b)`.
  defp doc({target, meta, args}, context) when is_tuple(target) and is_list(args) do
    target = doc(target, :no_parens_arg)
    {call, wrap?} = call_args(args, meta, context, :required)
    wrap(concat(target, call), wrap?)
  end

  defp doc({left, right}, _), do: tuple_pair(left, right)
  defp doc([{:->, _, _} | _] = clauses, _), do: paren_clauses(clauses)
  defp doc(list, _) when is_list(list), do: list(list)

  defp doc(integer, _) when is_integer(integer), do: number(:erlang.integer_to_binary(integer))
  defp doc(float, _) when is_float(float), do: float_doc(float)
  defp doc(atom, _) when is_atom(atom), do: Macro.inspect_atom(:literal, atom)
  defp doc(binary, _) when is_binary(binary), do: literal_string(binary)
  defp doc(map, _) when is_map(map) and not is_map_key(map, :__struct__), do: map("%{", :maps.to_list(map))
  defp doc(other, _), do: inspect(other, limit: :infinity, printable_limit: :infinity)

  defp variable(name) do
    case Macro.classify_atom(name) do
      :identifier -> :erlang.atom_to_binary(name)
      _ -> :erlang.atom_to_binary(name)
    end
  end

  defp atom_name(atom) do
    case :erlang.atom_to_binary(atom) do
      "Elixir" -> "Elixir"
      <<"Elixir.", rest::binary>> -> rest
      name -> name
    end
  end

  defp literal_string(binary) do
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

  defp number(<<"-", digits::binary>>), do: concat("-", underscores(digits))
  defp number(digits), do: underscores(digits)

  defp underscores(digits) when byte_size(digits) >= 6, do: group_digits(digits, rem(byte_size(digits), 3))
  defp underscores(digits), do: digits

  defp group_digits(digits, 0), do: thirds(digits)

  defp group_digits(digits, n) do
    <<head::binary-size(n), rest::binary>> = digits
    <<head::binary, ?_, thirds(rest)::binary>>
  end

  defp thirds(<<a, b, c>>), do: <<a, b, c>>
  defp thirds(<<a, b, c, rest::binary>>), do: <<a, b, c, ?_, thirds(rest)::binary>>

  defp float_doc(float) do
    text = Inspect.Float.text(float)

    case :binary.split(text, ".") do
      [<<"-", whole::binary>>, rest] -> <<"-", underscores(whole)::binary, ".", rest::binary>>
      [whole, rest] -> <<underscores(whole)::binary, ".", rest::binary>>
      _ -> text
    end
  end

  ## Operators

  defp operator_or_local(name, meta, args, context) do
    case args do
      [arg] when name in @unary ->
        unary(name, arg, context)

      [left, right] when is_map_key(@binary, name) and name != :"=>" and name != :"//" ->
        binary(name, operator_text(name), left, right, context, nil, 2)

      [left, right] when name == :"//" ->
        binary(name, "//", left, right, context, nil, 2)

      _ ->
        local(name, meta, args, context)
    end
  end

  defp operator_text(name), do: :erlang.atom_to_binary(name)

  defp unary(op, arg, context) do
    doc = doc(arg, right_context(context))

    doc =
      case arg do
        {^op, _, [_]} when op in [:!, :not] -> doc
        _ -> if operator?(arg), do: in_parens(doc), else: doc
      end

    concat(if(op == :not, do: "not ", else: :erlang.atom_to_binary(op)), doc)
  end

  # `parent` is the precedence of an operator of the same kind around this one, whose group this belongs to.
  defp binary(op, text, left_arg, right_arg, context, parent, nesting) do
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

  defp operand({op, _, [left, right]} = node, context, parent, {precedence, side_of} = info, side, nesting)
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
  defp operand({:__block__, _, [{op, _, [_]} = node]}, context, :in, _, :left, _) when op in [:not, :!],
    do: in_parens(doc(node, context))

  defp operand({:not, _, [{:in, _, [_, _]}]} = node, context, _, {precedence, _}, _, _) do
    if precedence > 170, do: in_parens(doc(node, context)), else: doc(node, context)
  end

  defp operand({:&, _, [arg]} = node, context, _, _, :left, _) when not is_integer(arg), do: in_parens(doc(node, context))

  defp operand(node, context, _, _, _, _), do: doc(node, context)

  # Operands that get parentheses though precedence does not ask for them.
  defp strict?(parent, op) do
    (parent in @parens_around_operands and op not in @no_space) or
      (op in @parens_among_logical and parent in @parens_among_logical and op != parent)
  end

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

  # The inner indentation counts only when the group itself breaks.
  defp surround(left, [], right), do: concat(left, right)
  defp surround(left, doc, right), do: group(glue(nest(glue(left, "", doc), 2, :break), "", right))

  defp in_parens(doc), do: concat(concat("(", nest(doc, :cursor)), ")")
  defp parens_if_operator(doc, node), do: if(operator?(node), do: in_parens(doc), else: doc)
  defp parens_if_binary(doc, node), do: if(binary_operator?(node), do: in_parens(doc), else: doc)

  defp wrap(doc, true), do: in_parens(doc)
  defp wrap(doc, false), do: doc

  # What may break within itself without moving to a line of its own.
  defp breaks_inside?({form, _, [_ | _]}) when form in [:fn, :%{}, :%], do: true
  defp breaks_inside?({{:., _, [_, :{}]}, _, _}), do: true
  defp breaks_inside?({key, value}) when is_atom(key), do: breaks_inside?(value)
  defp breaks_inside?([_ | _] = list), do: not charlist?(list)
  defp breaks_inside?(_), do: false

  defp breaking_inside(true, doc, fun), do: next_break_fits(fun.(next_break_fits(doc, :enabled)), :disabled)
  defp breaking_inside(false, doc, fun), do: fun.(doc)

  ## Attributes and captures

  defp attribute(_, {name, meta, [_] = args}, context)
       when is_atom(name) and name not in [:__block__, :__aliases__] do
    case Macro.classify_atom(name) do
      :identifier ->
        if is_map_key(@binary, name) or name in @unary do
          unary(:@, {name, meta, args}, context)
        else
          {call, wrap?} = call_args(args, meta, context, :skip_unless_many_args)
          wrap(concat(<<"@", :erlang.atom_to_binary(name)::binary>>, call), wrap?)
        end

      _ ->
        unary(:@, {name, meta, args}, context)
    end
  end

  defp attribute(_, arg, context), do: unary(:@, arg, context)

  defp capture({:__block__, _, [arg]}, context), do: capture(arg, context)
  defp capture(integer, _) when is_integer(integer), do: <<"&", :erlang.integer_to_binary(integer)::binary>>

  defp capture({:/, _, [{{:., _, [target, name]}, _, []}, arity]}, _) when is_atom(name) and is_integer(arity) do
    concat([
      "&",
      remote_target(target, :no_parens_arg),
      ".",
      Macro.inspect_atom(:remote_call, name),
      "/",
      :erlang.integer_to_binary(arity)
    ])
  end

  defp capture({:/, _, [{name, _, context}, arity]}, _) when is_atom(name) and is_atom(context) and is_integer(arity),
    do: <<"&", :erlang.atom_to_binary(name)::binary, "/", :erlang.integer_to_binary(arity)::binary>>

  defp capture(arg, context) do
    inner = parens_if_operator(doc(arg, context), arg)

    case :erlang.iolist_to_binary(format(inner, :infinity)) do
      <<"&", _::binary>> -> concat("& ", inner)
      _ -> concat("&", inner)
    end
  end

  ## Calls

  defp local(:unquote, meta, [_] = args, context), do: plain_call("unquote", args, meta, context, :skip_if_only_do_end)

  defp local(name, meta, args, context) do
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

  defp remote({{:., _, [target]}, meta, args}, context) do
    {call, wrap?} = call_args(args, meta, context, :skip_if_do_end)
    wrap(concat(concat(remote_target(target, context), "."), call), wrap?)
  end

  defp remote({{:., _, [target, name]}, meta, args}, context) do
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

  defp remote({{:., _, args}, meta, call_args}, context), do: plain_call(concat("unquote", doc(args, context)), call_args, meta, context, :required)

  defp module?({:__aliases__, _, _}), do: true
  defp module?(target), do: is_atom(target)

  defp remote_target({:fn, _, [_ | _]} = node, _), do: in_parens(doc(node, :no_parens_arg))
  defp remote_target({:&, _, [arg]} = node, _) when is_integer(arg), do: doc(node, :no_parens_arg)
  defp remote_target(node, _), do: parens_if_operator(doc(node, :no_parens_arg), node)

  defp access_target({:&, _, [arg]} = node) when is_integer(arg), do: doc(node, :no_parens_arg)
  defp access_target({:fn, _, [_ | _]} = node), do: in_parens(doc(node, :no_parens_arg))
  defp access_target(node), do: parens_if_operator(doc(node, :no_parens_arg), node)

  defp access_key([{_, _} | _] = key) do
    if keyword?(key), do: surround("[", join_args(pairs(key, :parens_arg), :break), "]"), else: surround("[", doc(key, :parens_arg), "]")
  end

  defp access_key(key), do: surround("[", doc(key, :parens_arg), "]")

  # `{document behind the name, whether the whole call needs parentheses around it}`
  defp call_args([], _, _, _), do: {"()", false}

  defp call_args(args, meta, context, mode) do
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

  defp all?([head | tail], fun), do: fun.(head) and all?(tail, fun)
  defp all?([], _), do: true
  defp all?(_, _), do: false

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
      left_doc = concat(join_docs(for(arg <- left, do: doc(arg, context)), :break), ",")
      right_doc = nest(concat(break(), join_docs(pairs(last, context), :break)), 2, :break)

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
        inside(concat(surround("(", ungroup(args_doc), ")"), extra), inside?)
      end
    end
  end

  defp inside(doc, true), do: next_break_fits(doc, :disabled)
  defp inside(doc, false), do: doc

  defp ungroup({:doc_group, doc, _}), do: doc
  defp ungroup(doc), do: doc

  defp generators?(args), do: :lists.any(fn arg -> match?({:<-, _, [_, _]}, arg) or match?({:<<>>, _, _}, arg) and generator?(arg) end, args)

  defp generator?({:<<>>, _, parts}) when parts != [], do: match?({:<-, _, [_, _]}, :lists.last(parts))
  defp generator?(_), do: false

  defp join_last(docs, false), do: join_docs(docs, :break)

  defp join_last(docs, true) do
    {rest, last} = split_last(docs)
    join_docs(rest ++ [next_break_fits(last, :enabled)], :break)
  end

  defp join_docs(docs, kind), do: join_args(docs, kind)

  defp join_args([], _), do: empty()
  defp join_args([doc], _), do: doc
  defp join_args([doc | rest], :break), do: glue(concat(group(doc), ","), join_args(rest, :break))
  defp join_args([doc | rest], :flex), do: flex_glue(concat(group(doc), ","), join_args(rest, :flex))

  defp split_last([last]), do: {[], last}

  defp split_last([head | tail]) do
    {rest, last} = split_last(tail)
    {[head | rest], last}
  end

  ## Clauses

  defp anonymous([{:->, _, [[], body]}]), do: group(glue(nest(glue("fn ->", statements_or_nil(body)), 2), "end"))

  defp anonymous([{:->, _, [args, body]}]) do
    head = group(nest(concat(ungroup(clause_args(args)), " ->"), :cursor))
    group(glue(nest(glue(concat("fn ", head), statements_or_nil(body)), 2), "end"))
  end

  defp anonymous(clauses), do: force_unfit(line(nest(line("fn", clauses(clauses)), 2), "end"))

  defp statements_or_nil({:__block__, _, []}), do: "nil"
  defp statements_or_nil(body), do: statements(body)

  defp paren_clauses([{:->, _, [[], body]}]), do: group(concat(concat("(() -> ", nest(statements_or_nil(body), :cursor)), ")"))

  defp paren_clauses([{:->, _, [args, body]}]) do
    head = group(nest(concat(ungroup(clause_args(args)), " ->"), :cursor))
    group(concat(concat("(", nest(glue(head, statements_or_nil(body)), 2)), ")"))
  end

  defp paren_clauses(clauses), do: force_unfit(line(nest(line("(", clauses(clauses)), 2), ")"))

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

  ## Containers

  defp list([]), do: "[]"

  defp list(list) do
    cond do
      charlist?(list) -> string(<<"~c\"", Inspect.Text.escape(:unicode.characters_to_binary(list), ?")::binary, ?">>)
      true -> container("[", list, "]")
    end
  end

  defp charlist?(list), do: Inspect.Text.ascii_printable?(list, :infinity)

  defp container(left, args, right) do
    {docs, last} = elements(args)
    inside? = match?([_], docs) and breaks_inside?(last) and false
    surround(left, join_last(docs, inside?), right)
  end

  # The documents of the elements; a keyword list at the end goes without brackets.
  defp elements(args) do
    {plain, pairs} = split_keyword(args, [])
    docs = for(arg <- plain, do: doc(arg, :parens_arg)) ++ pairs(pairs, :parens_arg)
    {docs, :lists.last(args)}
  end

  defp split_keyword(args, acc) do
    cond do
      args != [] and keyword?(args) -> {:lists.reverse(acc), args}
      args == [] -> {:lists.reverse(acc), []}
      true -> split_keyword(tl(args), [hd(args) | acc])
    end
  end

  defp keyword?([{key, _} | rest]) when is_atom(key), do: key_atom?(key) and (rest == [] or keyword?(rest))
  defp keyword?(_), do: false

  defp key_atom?(key) do
    case :erlang.atom_to_binary(key) do
      <<"Elixir.", _::binary>> -> false
      _ -> true
    end
  end

  defp pairs(pairs, context), do: for(pair <- pairs, do: pair(pair, context))

  defp pair({key, value}, context) do
    name = Macro.inspect_atom(:key, key)
    pair_doc(name, "", value, context)
  end

  defp pair_doc(left, op, value, context) do
    breaking_inside(breaks_inside?(value), doc(value, context), fn right ->
      concat(group(left), group(nest(glue(op, group(right)), 2, :break)))
    end)
  end

  defp association({key, value}) do
    left = parens_if_binary(doc(key, :parens_arg), key)
    pair_doc(left, " =>", value, :parens_arg)
  end

  defp association(other), do: doc(other, :parens_arg)

  defp map(open, [{:|, _, [left, right]}]) do
    left = parens_if_binary(doc(left, :parens_arg), left)
    surround(open, glue(left, concat("| ", nest(join_args(map_docs(right), :break), 2))), "}")
  end

  defp map(open, []), do: concat(open, "}")
  defp map(open, pairs), do: surround(open, join_args(map_docs(pairs), :break), "}")

  defp map_docs(pairs) when is_list(pairs) do
    {plain, keywords} = split_keyword(pairs, [])
    for(item <- plain, do: association(item)) ++ pairs(keywords, :parens_arg)
  end

  defp map_docs(other), do: [doc(other, :parens_arg)]

  defp tuple([]), do: "{}"

  defp tuple(args) do
    {docs, _} = elements_with_keyword(args)
    group(concat(nest(concat("{", join_args(docs, :flex)), 1), "}"))
  end

  defp tuple_pair(left, right), do: tuple([left, right])

  # Only a keyword list as last element goes without brackets here.
  defp elements_with_keyword(args) do
    {left, last} = split_last(args)

    if left != [] and is_list(last) and keyword?(last),
      do: {for(arg <- left, do: doc(arg, :parens_arg)) ++ pairs(last, :parens_arg), last},
      else: {for(arg <- args, do: doc(arg, :parens_arg)), last}
  end

  defp tuple_like(left, args, right), do: surround(left, join_args(for(arg <- args, do: doc(arg, :parens_arg)), :break), right)

  defp bitstring(_, []), do: "<<>>"

  defp bitstring(_, parts) do
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

  defp segment({:<-, meta, [left, right]}, index, last) do
    case left do
      {:"::", _, [_, _]} -> concat(concat(segment(left, index, last), " <- "), doc(right, :parens_arg))
      _ -> doc({:<-, meta, [left, right]}, :parens_arg)
    end
  end

  defp segment(part, index, last), do: edge(doc(part, :parens_arg), part, index, last)

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

  ## Strings

  defp interpolated?([_ | _] = parts) do
    :lists.any(fn part -> is_tuple(part) end, parts) and all?(parts, &string_part?/1)
  end

  defp interpolated?(_), do: false

  defp string_part?(part) when is_binary(part), do: true
  defp string_part?({:"::", _, [{{:., _, [Kernel, :to_string]}, _, [_]}, {:binary, _, _}]}), do: true
  defp string_part?(_), do: false

  defp charlist_parts?(parts) do
    all?(parts, fn part -> is_binary(part) or match?({{:., _, [Kernel, :to_string]}, _, [_]}, part) end)
  end

  defp charlist_to_string(parts) do
    for part <- parts, do: if(is_binary(part), do: part, else: {:"::", [], [part, {:binary, [], nil}]})
  end

  defp interpolation(parts, open, close) do
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
      _ -> surround("\#{", doc, "}")
    end
  end

  defp sigil({name, meta, [{:<<>>, _, parts}, modifiers]}) when is_list(modifiers) and is_list(parts) do
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

  defp sigil(_), do: :error

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

  defp option(meta, key) do
    case :lists.keyfind(key, 1, meta) do
      {_, value} -> value
      false -> nil
    end
  end

  ## Inspect.Algebra under short names; an import would make this module wait for it while the library is built.

  defp empty(), do: []
  defp break(string \\ " "), do: Inspect.Algebra.break(string)
  defp collapse_lines(max), do: Inspect.Algebra.collapse_lines(max)
  defp concat(docs), do: Inspect.Algebra.concat(docs)
  defp concat(left, right), do: Inspect.Algebra.concat(left, right)
  defp flex_glue(left, right), do: Inspect.Algebra.flex_glue(left, " ", right)
  defp force_unfit(doc), do: Inspect.Algebra.force_unfit(doc)
  defp format(doc, width), do: Inspect.Algebra.format(doc, width)
  defp glue(left, right), do: Inspect.Algebra.glue(left, " ", right)
  defp glue(left, string, right), do: Inspect.Algebra.glue(left, string, right)
  defp group(doc, mode \\ :self), do: Inspect.Algebra.group(doc, mode)
  defp line(), do: :doc_line
  defp line(left, right), do: Inspect.Algebra.line(left, right)
  defp nest(doc, level, mode \\ :always), do: Inspect.Algebra.nest(doc, level, mode)
  defp next_break_fits(doc, mode), do: Inspect.Algebra.next_break_fits(doc, mode)
  defp string(text), do: Inspect.Algebra.string(text)
end
