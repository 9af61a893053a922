# SPDX-License-Identifier: Apache-2.0
#
# :joist_place: which words of a source line an error is about, and which patterns a value was tried against.
#
# A stack frame knows file, line and function. What failed there (a call, an operator, a key, a `case`) is known from the
# error and the frames above; the expressions of that line which fit are looked for in the quoted form of the file. When
# nothing fits, nothing is underlined.
# Invariant: nothing here raises for a quoted form that the parser made.
defmodule :joist_place do
  @moduledoc false

  # More nodes than this are not looked at: reports stay cheap in files of any size.
  @found_max 50

  @doc false
  # What to look for: `wants` is a list of `{:dot, name}`, `{:call, name, arity or nil}`, `{:form, name}`, `{:raise, exception}`, `:fun_call`,
  # `{:like, native}`, `{:of, module}` (any call of that module), `:binary` (what builds text), `:update` (of a map or struct). Answers `[{column, width}]` in the order of the text.
  def columns(quoted, line, wants) do
    for({node, at, width} <- on_line(quoted, line), fits?(node, wants), do: {at, width}) |> :lists.usort()
  end

  @doc false
  # Every call of the line as `{node, column, width}`.
  def on_line(quoted, line), do: collect([quoted], line, [], @found_max)

  defp collect([], _, found, _), do: :lists.reverse(found)
  defp collect(_, _, found, 0), do: :lists.reverse(found)

  defp collect([{callee, meta, args} = node | rest], line, found, left) when is_list(meta) do
    found =
      if keyword(meta, :line) == line do
        case span(node, keyword(meta, :column)) do
          {column, width} -> [{node, column, width} | found]
          nil -> found
        end
      else
        found
      end

    below = if is_list(args), do: [args | rest], else: rest
    below = if is_tuple(callee), do: [callee | below], else: below
    collect(below, line, found, left)
  end

  defp collect([{left_, right} | rest], line, found, left), do: collect([left_, right | rest], line, found, left)
  defp collect([[head | tail] | rest], line, found, left), do: collect([head, tail | rest], line, found, left)
  defp collect([_ | rest], line, found, left), do: collect(rest, line, found, left)

  defp span(_, nil), do: nil
  # "#{…}"
  defp span({{:., _, [Kernel, :to_string]}, _, [_]}, column), do: {column, 2}
  defp span({{:., _, [_, name]}, _, args}, column) when is_atom(name) and is_list(args), do: {column, width(name)}
  defp span({{:., _, [_]}, _, args}, column) when is_list(args), do: {column, 1}
  defp span({:<<>>, _, _}, column), do: {column, 2}
  # The parser names the place of the brace.
  defp span({:%{}, _, _}, column), do: {column - 1, 2}
  defp span({:%, _, _}, column), do: {column, 1}
  defp span({:{}, _, _}, column), do: {column, 1}
  defp span({:__block__, _, _}, _), do: nil
  defp span({:., _, _}, _), do: nil
  defp span({:__aliases__, _, parts}, column), do: {column, alias_width(parts)}
  defp span({name, _, _}, column) when is_atom(name), do: {column, width(name)}
  defp span(_, _), do: nil

  defp alias_width([part | rest]) when is_atom(part), do: width(part) + if(rest == [], do: 0, else: 1 + alias_width(rest))
  defp alias_width(_), do: 1

  defp width(name), do: max(String.length(:erlang.atom_to_binary(name)), 1)

  defp fits?(node, wants), do: :lists.any(&fit?(node, &1), wants)

  defp fit?({{:., _, [_, name]}, meta, []}, {:dot, name}), do: keyword(meta, :no_parens) == true
  defp fit?({{:., _, [_]}, _, args}, :fun_call) when is_list(args), do: true
  defp fit?({{:., _, [_, name]}, _, args}, {:call, name, arity}) when is_list(args), do: arity_fits?(args, arity)
  defp fit?({name, _, args}, {:call, name, arity}) when is_list(args), do: arity_fits?(args, arity)
  defp fit?({:&, _, [{:/, _, [{name, _, _}, arity]}]}, {:call, name, arity}), do: true
  defp fit?({:&, _, [{:/, _, [{{:., _, [_, name]}, _, _}, arity]}]}, {:call, name, arity}), do: true
  defp fit?({{:., _, [_, name]}, _, args}, {:like, other}) when is_list(args), do: like?(name, other)
  defp fit?({name, _, args}, {:like, other}) when is_atom(name) and is_list(args), do: like?(name, other)
  defp fit?({{:., _, [{:__aliases__, _, parts}, _]}, _, _}, {:of, module}), do: last_part(parts) == last_name(module)
  defp fit?({{:., _, [module, _]}, _, _}, {:of, module}), do: true
  # `raise "text"`, `raise Name`, `raise Name, …`
  defp fit?({:raise, _, [{:__aliases__, _, parts} | _]}, {:raise, struct}), do: last_part(parts) == last_name(struct)
  defp fit?({:raise, _, [text]}, {:raise, RuntimeError}), do: is_binary(text) or match?({:<<>>, _, _}, text) or match?({:<>, _, _}, text)
  defp fit?({name, _, args}, {:form, name}) when is_list(args), do: true
  defp fit?({:<<>>, _, _}, :binary), do: true
  defp fit?({:<>, _, [_, _]}, :binary), do: true
  defp fit?({:%{}, _, [{:|, _, _}]}, :update), do: true
  defp fit?({:%, _, _}, :update), do: true
  defp fit?(_, _), do: false

  # Functions of the library stand for natives of longer names: `to_integer` for `binary_to_integer`, `elem` for `element`.
  defp like?(name, native) do
    name = :erlang.atom_to_binary(name)
    native = :erlang.atom_to_binary(native)
    byte_size(name) >= 4 and byte_size(name) <= byte_size(native) and (String.ends_with?(native, name) or String.starts_with?(native, name))
  end

  defp last_part(parts) do
    case :lists.last(parts) do
      part when is_atom(part) -> :erlang.atom_to_binary(part)
      _ -> nil
    end
  end

  defp last_name(module), do: :lists.last(:binary.split(:erlang.atom_to_binary(module), ".", [:global]))

  # A pipe puts one argument in front.
  defp arity_fits?(_, nil), do: true
  defp arity_fits?(args, arity), do: length(args) in [arity, arity - 1]

  defp keyword(list, key) do
    case :lists.keyfind(key, 1, list) do
      {_, value} -> value
      false -> nil
    end
  end

  ## Clauses

  @doc false
  # The patterns of the `case`, `with`, `try` or `fn` that stands on the line: source text each, or [].
  def form_clauses(quoted, line, form) do
    found = for {{^form, _, args}, _, _} <- on_line(quoted, line), is_list(args), do: args

    case found do
      # Two on one line: nobody knows which.
      [args] -> clauses_of(form, args)
      _ -> []
    end
  end

  defp clauses_of(:fn, clauses), do: heads(clauses)
  defp clauses_of(:case, args), do: section(args, :do)
  defp clauses_of(:cond, args), do: section(args, :do)
  defp clauses_of(form, args) when form in [:with, :try], do: section(args, :else)
  defp clauses_of(_, _), do: []

  defp section(args, name) do
    with [_ | _] <- args, [_ | _] = sections <- :lists.last(args), {_, clauses} <- :lists.keyfind(name, 1, sections) do
      heads(clauses)
    else
      _ -> []
    end
  end

  defp heads(clauses) when is_list(clauses), do: for({:->, _, [left, _]} <- clauses, do: left)
  defp heads(_), do: []

  @doc false
  # The clauses of a function as `{kind, args, guard or nil}`, looked for around the line of its first clause.
  def function_clauses(quoted, name, arity, line) do
    all = definitions([quoted], name, arity, [])

    # Other modules of the file may have a function of the same name: those of one module stand together.
    case :lists.filter(fn {_, _, _, body, at} -> at == line and body != nil end, all) do
      [{module, _, _, _, _} | _] -> for {^module, kind, {args, guard}, _, _} <- all, do: {kind, args, guard}
      [] -> []
    end
  end

  @doc false
  # Does the module define the function with `defp`?
  def defines_private?(quoted, module, name, arity),
    do: :lists.any(fn {kind, _, _} -> kind == :defp end, module_clauses(quoted, module, name, arity))

  @doc false
  # The clauses of a function of a module, as function_clauses/4 has them; modules of that last name in the file count.
  def module_clauses(quoted, module, name, arity) do
    last = :lists.last(:binary.split(:erlang.atom_to_binary(module), ".", [:global]))

    for body <- modules([quoted], last, []), {_, kind, {args, guard}, block, _} <- definitions([body], name, arity, []), block != nil, do: {kind, args, guard}
  end

  defp modules([], _, found), do: found

  defp modules([{:defmodule, _, [name, [{_, body} | _]]} | rest], last, found) do
    here? =
      case name do
        {:__aliases__, _, parts} -> :lists.last(parts) |> is_part(last)
        _ -> false
      end

    modules([body | rest], last, if(here?, do: [body | found], else: found))
  end

  defp modules([{:__block__, _, list} | rest], last, found) when is_list(list), do: modules(list ++ rest, last, found)
  defp modules([_ | rest], last, found), do: modules(rest, last, found)

  defp is_part(part, last) when is_atom(part), do: :erlang.atom_to_binary(part) == last
  defp is_part(_, _), do: false

  defp definitions(quoted, name, arity, found), do: :lists.reverse(definitions(quoted, name, arity, 0, found))

  defp definitions([{:defmodule, meta, [_, [{_, body} | _]]} | rest], name, arity, module, found) do
    found = definitions([body], name, arity, {keyword(meta, :line), keyword(meta, :column)}, found)
    definitions(rest, name, arity, module, found)
  end

  defp definitions([{form, _, [_, [{_, body} | _]]} | rest], name, arity, module, found) when form in [:defprotocol],
    do: definitions(rest, name, arity, module, definitions([body], name, arity, module, found))

  defp definitions([{:defimpl, meta, args} | rest], name, arity, module, found) when is_list(args) do
    found = definitions(args, name, arity, {keyword(meta, :line), keyword(meta, :column)}, found)
    definitions(rest, name, arity, module, found)
  end

  defp definitions([{kind, meta, [head | body]} | rest], name, arity, module, found) when kind in [:def, :defp] do
    found =
      case head_of(head) do
        {^name, args, guard} when length(args) == arity ->
          body = if body == [], do: nil, else: body
          [{module, kind, {plain_args(args), guard}, body, keyword(meta, :line)} | found]

        _ ->
          found
      end

    definitions(rest, name, arity, module, found)
  end

  defp definitions([{:__block__, _, list} | rest], name, arity, module, found) when is_list(list),
    do: definitions(list ++ rest, name, arity, module, found)

  defp definitions([{:do, body} | rest], name, arity, module, found), do: definitions([body | rest], name, arity, module, found)

  defp definitions([list | rest], name, arity, module, found) when is_list(list),
    do: definitions(list ++ rest, name, arity, module, found)

  defp definitions([_ | rest], name, arity, module, found), do: definitions(rest, name, arity, module, found)
  defp definitions(_, _, _, _, found), do: found

  defp head_of({:when, _, [head, guard]}) do
    case head_of(head) do
      {name, args, _} -> {name, args, guard}
      nil -> nil
    end
  end

  defp head_of({name, _, args}) when is_atom(name) and is_list(args), do: {name, args, nil}
  defp head_of({name, _, context}) when is_atom(name) and is_atom(context), do: {name, [], nil}
  defp head_of(_), do: nil

  defp plain_args(args) do
    :lists.map(
      fn
        {:\\, _, [arg, _]} -> arg
        arg -> arg
      end,
      args
    )
  end
end
