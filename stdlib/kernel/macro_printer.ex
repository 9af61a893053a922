# SPDX-License-Identifier: Apache-2.0
#
# Macro.Printer: source text of quoted code, laid out as the language's formatter does it at 98 columns.
# Model: `doc/2` turns a node into an algebra document. The context says where the node stands: `:block` (a statement),
# `:operand`, `:parens_arg`, `:parens_one_arg`, `:no_parens_arg`, `:no_parens_one_arg`; a call that leaves its parentheses
# away may do so only in some of them. Breaks follow three rules: a `do` block never fits on a line; containers break all
# at once; an operator breaks behind itself, a pipe before itself. Calls, operators and values have modules of their own.
# Invariant: the text parses back to the same code, metadata aside.
defmodule Macro.Printer do
  @moduledoc false

  import Kernel, except: [to_string: 1]
  import Inspect.Algebra
  import Macro.Printer.Calls
  import Macro.Printer.Operators
  import Macro.Printer.Shape, except: [doc: 2, statements: 1]
  import Macro.Printer.Terms

  @width 98

  def to_string(quoted), do: :erlang.iolist_to_binary(format(to_algebra(quoted), @width))

  def to_algebra(quoted), do: statements(quoted)

  ## Blocks

  def statements({:__block__, _, [{:unquote_splicing, _, _}]} = block), do: doc(block, :block)
  def statements({:__block__, _, [_, _ | _] = args}), do: lines(args)
  def statements({:__block__, _, []}), do: empty()
  def statements(other), do: doc(other, :block)

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

  def doc({:__block__, _, []}, _), do: "nil"
  def doc({:__block__, _, [{:unquote_splicing, meta, [_] = args}]}, context), do: in_parens(local(:unquote_splicing, meta, args, context))
  def doc({:__block__, _, [arg]}, context), do: doc(arg, context)
  def doc({:__block__, _, [_, _ | _] = args}, :block), do: lines(args)
  def doc({:__block__, _, [_, _ | _] = args}, _), do: force_unfit(enclose("(", lines(args), ")"))

  def doc({:__aliases__, _, [head | tail]}, context) do
    head = if is_atom(head), do: atom_name(head), else: remote_target(head, context)
    :lists.foldl(fn part, acc -> concat([acc, ".", :erlang.atom_to_binary(part)]) end, head, tail)
  end

  def doc({:__cursor__, _, _}, _), do: "__cursor__()"
  def doc({:.., _, []}, _), do: ".."
  def doc({:..., _, []}, _), do: "..."

  def doc({:..//, _, [first, last, step]}, context), do: doc({:"//", [], [{:.., [], [first, last]}, step]}, context)

  def doc({:%{}, _, args}, _), do: map("%{", args)

  def doc({:%, _, [name, {:%{}, _, args}]}, _) do
    name =
      if is_atom(name) or match?({:__aliases__, _, _}, name),
        do: doc(name, :parens_arg),
        else: parens_if_binary(doc(name, :parens_arg), name)

    map(concat(concat("%", name), "{"), args)
  end

  def doc({:{}, _, args}, _), do: tuple(args)

  def doc({:<<>>, meta, parts}, _) do
    cond do
      interpolated?(parts) -> interpolation(parts, "\"", "\"")
      true -> bitstring(meta, parts)
    end
  end

  def doc({{:., _, [List, :to_charlist]}, meta, [parts]} = call, context) when is_list(parts) do
    _ = meta

    if parts != [] and charlist_parts?(parts),
      do: interpolation(charlist_to_string(parts), "~c\"", "\""),
      else: remote(call, context)
  end

  def doc({{:., _, [:erlang, :binary_to_atom]}, meta, [{:<<>>, _, parts}, :utf8]} = call, context) do
    _ = meta

    if interpolated?(parts),
      do: interpolation(parts, ":\"", "\""),
      else: remote(call, context)
  end

  def doc({:fn, _, [_ | _] = clauses}, _), do: anonymous(clauses)

  def doc({:&, _, [arg]}, context), do: capture(arg, context)

  def doc({:@, meta, [arg]}, context), do: attribute(meta, arg, context)

  def doc({:not, _, [{:in, _, [left, right]}]}, context), do: binary(:in, "not in", left, right, context, nil, 2)

  def doc({:unquote_splicing, meta, [_] = args}, :block), do: local(:unquote_splicing, meta, args, :block)

  def doc({name, _, context}, _) when is_atom(name) and is_atom(context), do: :erlang.atom_to_binary(name)

  def doc({name, meta, args} = node, context) when is_atom(name) and is_list(args) do
    case sigil(node) do
      {:ok, doc} -> doc
      :error -> operator(name, args, context) || local(name, meta, args, context)
    end
  end

  def doc({{:., _, [Access, :get]}, _, [target, key]}, _) do
    target = access_target(target)
    concat(target, group(access_key(key)))
  end

  def doc({{:., _, [left, :{}]}, _, args}, _) do
    concat(concat(remote_target(left, :parens_arg), "."), tuple_like("{", args, "}"))
  end

  def doc({{:., _, _}, _, args} = call, context) when is_list(args), do: remote(call, context)

  # A call of what a call gives: `foo(a)(b)`, `unquote(name)(b)`.
  def doc({target, meta, args}, context) when is_tuple(target) and is_list(args) do
    target = doc(target, :no_parens_arg)
    {call, wrap?} = call_args(args, meta, context, :required)
    wrap(concat(target, call), wrap?)
  end

  def doc({left, right}, _), do: tuple([left, right])
  def doc([{:->, _, _} | _] = clauses, _), do: paren_clauses(clauses)
  def doc(list, _) when is_list(list), do: list(list)

  def doc(integer, _) when is_integer(integer), do: number(:erlang.integer_to_binary(integer))
  def doc(float, _) when is_float(float), do: float_doc(float)
  def doc(atom, _) when is_atom(atom), do: Macro.inspect_atom(:literal, atom)
  def doc(binary, _) when is_binary(binary), do: literal_string(binary)
  def doc(map, _) when is_map(map) and not is_map_key(map, :__struct__), do: map("%{", :maps.to_list(map))
  def doc(other, _), do: inspect(other, limit: :infinity, printable_limit: :infinity)

  defp atom_name(atom) do
    case :erlang.atom_to_binary(atom) do
      "Elixir" -> "Elixir"
      <<"Elixir.", rest::binary>> -> rest
      name -> name
    end
  end

  ## Attributes and captures

  defp attribute(_, {name, meta, [_] = args}, context)
       when is_atom(name) and name not in [:__block__, :__aliases__] do
    case Macro.classify_atom(name) do
      :identifier ->
        if operator_name?(name) do
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
end
