# SPDX-License-Identifier: Apache-2.0
#
# Behind `|>`: Macro.unpipe/1 and Macro.pipe/3.
#
# Everything that cannot be piped into is refused with a message that says what to write instead.
# Invariants: as for Macro, nothing but Kernel, its definer and natives: it runs while everything else is being compiled.
defmodule Macro.Pipe do
  @moduledoc false

  def parts(expr), do: :lists.reverse(parts(expr, []))

  defp parts({:|>, _, [left, right]}, acc), do: parts(right, parts(left, acc))
  defp parts(other, acc), do: [{other, 0} | acc]

  @calls "can only pipe into local calls foo(), remote calls Foo.bar() or anonymous function calls foo.()"

  def pipe(expr, {:&, _, _} = call, _) do
    bad_pipe("cannot pipe #{text(expr)} into #{text(call)}, the :& operator " <> @calls)
  end

  def pipe(expr, {:fn, _, _}, _) do
    bad_pipe(
      "cannot pipe #{text(expr)} into an anonymous function without calling the function; use Kernel.then/2 instead " <>
        "or define the anonymous function as a regular private function"
    )
  end

  def pipe(expr, {tuple_or_map, _, _} = call, _) when tuple_or_map in [:{}, :%{}, :%, :__aliases__, :__block__],
    do: bad_pipe("cannot pipe #{text(expr)} into #{text(call)}, " <> @calls)

  def pipe(expr, {:unquote, _, [unquoted]} = call, _) when is_tuple(unquoted) or is_atom(unquoted) do
    bad_pipe(
      "cannot pipe #{text(expr)} into the special form unquote/1 since unquote/1 is used to build the Elixir AST " <>
        "itself: #{text(call)}"
    )
  end

  def pipe(expr, {:<<>>, _, _}, _), do: bad_pipe("cannot pipe #{text(expr)} into a bitstring")

  def pipe(expr, {call, meta, context}, position) when is_atom(call) and is_atom(context),
    do: {call, meta, insert_at([], position, expr)}

  def pipe(expr, {op, _, [_]} = call, _) when op == :+ or op == :- do
    bad_pipe(
      "piping into a unary operator is not supported, please use the qualified name: " <>
        "Kernel.#{:erlang.atom_to_binary(op)}(..., ...), instead of #{text(call)} (piping #{text(expr)})"
    )
  end

  def pipe(expr, {op, _, [_]} = call, _) when op in [:!, :not, :^, :~~~, :@] do
    bad_pipe(
      "cannot pipe #{text(expr)} into #{text(call)}, the :#{:erlang.atom_to_binary(op)} operator can only take one argument"
    )
  end

  def pipe(expr, {op, _, args} = call, position) when is_list(args) do
    if is_atom(op) and :erlang.length(args) == 2 and Macro.operator?(op, 2) do
      bad_pipe("cannot pipe #{text(expr)} into #{text(call)}, the #{inspect(op)} operator can only take two arguments")
    end

    {call_name, meta, args} = call_parts(call, op, args)
    {call_name, meta, insert_at(args, position, expr)}
  end

  def pipe(expr, fun, _) when is_function(fun), do: bad_pipe("cannot pipe #{text(expr)} into a function value")
  def pipe(expr, other, _), do: bad_pipe("cannot pipe #{text(expr)} into #{text(other)}, " <> @calls)

  # `x |> mod.fun` means the call with parentheses.
  defp call_parts({_, meta, _}, {:., _, [_, _]} = op, args), do: {op, :lists.keydelete(:no_parens, 1, meta), args}
  defp call_parts({_, meta, _}, op, args), do: {op, meta, args}

  defp insert_at(list, 0, item), do: [item | list]
  defp insert_at(list, -1, item), do: list ++ [item]
  defp insert_at([], _, item), do: [item]
  defp insert_at([head | tail], n, item) when n > 0, do: [head | insert_at(tail, n - 1, item)]

  defp insert_at(list, n, item) when n < 0 do
    position = :erlang.length(list) + n + 1
    insert_at(list, if(position < 0, do: 0, else: position), item)
  end

  defp text(quoted), do: Macro.to_string(quoted)

  defp bad_pipe(message), do: :erlang.error(ArgumentError.exception(message))
end
