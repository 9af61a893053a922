# SPDX-License-Identifier: Apache-2.0
#
# :joist_blame: which parts of a clause's head a call did not fit.
#
# Heads are quoted forms, read from the source text behind a stack frame (:joist_source); the call's arguments are in the
# frame. Patterns and guards are followed here, without running anything of the program: what cannot be known so (pins,
# attributes, macros, bit patterns) is `:unknown` and is shown unmarked.
# Invariant: nothing here raises, loads a module or sends a message.
defmodule :joist_blame do
  @moduledoc false

  @doc false
  # `{:ok, kind, [{args, guards}]}` as `Exception.blame_mfa/3` describes it, or `:error`.
  def clauses(module, function, args, location) do
    case {:lists.keyfind(:file, 1, location), :lists.keyfind(:line, 1, location)} do
      {{_, file}, {_, line}} -> of_source(file, module, args, &heads(&1, function, length(args), line))
      _ -> :error
    end
  catch
    _, _ -> :error
  end

  @doc false
  # The same without a frame: the function is looked for in the file that the module was compiled from.
  def clauses(module, function, args) do
    case :lists.keyfind(:source, 1, module.__info__(:compile)) do
      {_, file} -> of_source(file, module, args, &:joist_place.module_clauses(&1, module, function, length(args)))
      _ -> :error
    end
  catch
    _, _ -> :error
  end

  defp of_source(file, module, args, find) do
    with file = :unicode.characters_to_binary(file),
         {:ok, text} <- :joist_source.text(file, module),
         quoted when quoted != :error <- :joist_source.quoted(file, text),
         [{kind, _, _} | _] = found <- find.(quoted) do
      {:ok, kind, for({_, patterns, guard} <- found, do: clause(patterns, guard, args))}
    else
      _ -> :error
    end
  end

  # The line of a function's frame is that of its first clause; of an `fn` that of the `fn`.
  defp heads(quoted, function, arity, line) do
    case Exception.outer_function(function) do
      nil ->
        :joist_place.function_clauses(quoted, function, arity, line)

      _ ->
        for left <- :joist_place.form_clauses(quoted, line, :fn), {patterns, guard} = split_guard(left, arity), do: {:fn, patterns, guard}
    end
  end

  defp split_guard([{:when, _, parts}], arity) when length(parts) == arity + 1 do
    {patterns, [guard]} = :lists.split(arity, parts)
    {patterns, guard}
  end

  defp split_guard(patterns, _), do: {patterns, nil}

  defp clause(patterns, guard, args) do
    {nodes, bound} = each(patterns, args, %{}, [])
    guards = if guard == nil, do: [], else: [guard_tree(guard, bound)]
    {nodes, guards}
  end

  defp each([pattern | patterns], [arg | args], bound, nodes) do
    {match?, bound} = match(pattern, arg, bound)
    each(patterns, args, bound, [%{match?: match?, node: pattern} | nodes])
  end

  defp each(_, _, bound, nodes), do: {:lists.reverse(nodes), bound}

  @doc false
  # Does a value fit a pattern? `{true | false | :unknown, variables}`.
  def match({:_, _, context}, _, bound) when is_atom(context), do: {true, bound}

  def match({name, _, context}, value, bound) when is_atom(name) and is_atom(context) do
    case bound do
      %{^name => other} -> {other === value, bound}
      _ -> {true, :maps.put(name, value, bound)}
    end
  end

  def match({:=, _, [left, right]}, value, bound) do
    {first, bound} = match(left, value, bound)
    {second, bound} = match(right, value, bound)
    {both(first, second), bound}
  end

  def match({left, right}, value, bound), do: match({:{}, [], [left, right]}, value, bound)

  def match({:{}, _, items}, value, bound) when is_tuple(value) and tuple_size(value) == length(items),
    do: all(items, :erlang.tuple_to_list(value), bound)

  def match({:{}, _, _}, _, bound), do: {false, bound}

  def match([{:|, _, [head, tail]}], value, bound), do: cons(head, tail, value, bound)
  def match([head | tail], value, bound), do: cons(head, tail, value, bound)
  def match([], value, bound), do: {value == [], bound}

  def match({:%{}, _, pairs}, value, bound) when is_map(value) and is_list(pairs), do: fields(pairs, value, bound)
  def match({:%{}, _, _}, _, bound), do: {false, bound}

  def match({:%, _, [name, {:%{}, _, pairs}]}, %{__struct__: struct} = value, bound) when is_atom(struct) do
    {first, bound} = struct_name(name, struct, bound)
    {second, bound} = fields(pairs, value, bound)
    {both(first, second), bound}
  end

  def match({:%, _, _}, _, bound), do: {false, bound}

  def match({:<>, _, [prefix, rest]}, value, bound) when is_binary(prefix) and is_binary(value) do
    size = byte_size(prefix)

    case value do
      <<^prefix::binary-size(size), behind::binary>> -> match(rest, behind, bound)
      _ -> {false, bound}
    end
  end

  def match({:<>, _, _}, value, bound) when not is_binary(value), do: {false, bound}
  def match({:<<>>, _, _}, value, bound) when not is_bitstring(value), do: {false, bound}
  def match({:-, _, [number]}, value, bound) when is_number(number), do: {value === -number, bound}
  def match({:__aliases__, _, parts}, value, bound), do: {alias_fits(parts, value), bound}
  def match(pattern, value, bound) when not is_tuple(pattern), do: {pattern === value, bound}
  def match(_, _, bound), do: {:unknown, bound}

  defp cons(head, tail, [first | rest], bound) do
    {one, bound} = match(head, first, bound)
    {two, bound} = match(tail, rest, bound)
    {both(one, two), bound}
  end

  defp cons(_, _, _, bound), do: {false, bound}

  defp all(patterns, values, bound) do
    {nodes, bound} = each(patterns, values, bound, [])
    {:lists.foldl(fn %{match?: match?}, sum -> both(sum, match?) end, true, nodes), bound}
  end

  defp fields(pairs, value, bound) do
    :lists.foldl(
      fn
        {key, pattern}, {sum, bound} ->
          case plain_key(key) do
            {:ok, key} when :erlang.is_map_key(key, value) ->
              {match?, bound} = match(pattern, :erlang.map_get(key, value), bound)
              {both(sum, match?), bound}

            {:ok, _} ->
              {false, bound}

            :error ->
              {both(sum, :unknown), bound}
          end

        _, {sum, bound} ->
          {both(sum, :unknown), bound}
      end,
      {true, bound},
      pairs
    )
  end

  defp plain_key(key) when is_tuple(key) or is_list(key) or is_map(key), do: :error
  defp plain_key(key), do: {:ok, key}

  defp struct_name({:__aliases__, _, parts}, struct, bound), do: {alias_fits(parts, struct), bound}
  defp struct_name({:__MODULE__, _, _}, _, bound), do: {:unknown, bound}
  defp struct_name(pattern, struct, bound), do: match(pattern, struct, bound)

  # What an alias stands for is not known here; its last part is.
  defp alias_fits(parts, value) when is_atom(value) do
    last = :lists.last(parts)

    cond do
      not is_atom(last) -> :unknown
      :lists.last(:binary.split(:erlang.atom_to_binary(value), ".", [:global])) == :erlang.atom_to_binary(last) -> true
      true -> :unknown
    end
  end

  defp alias_fits(_, _), do: false

  defp both(false, _), do: false
  defp both(_, false), do: false
  defp both(true, true), do: true
  defp both(_, _), do: :unknown

  ## Guards

  defp guard_tree({op, meta, [left, right]}, bound) when op in [:and, :or, :when],
    do: {op, meta, [guard_tree(left, bound), guard_tree(right, bound)]}

  defp guard_tree(guard, bound) do
    match? =
      case value(guard, bound) do
        {:ok, true} -> true
        {:ok, _} -> false
        :raises -> false
        :unknown -> :unknown
      end

    %{match?: match?, node: guard}
  end

  @functions [:is_atom, :is_binary, :is_bitstring, :is_boolean, :is_float, :is_function, :is_integer, :is_list, :is_map, :is_map_key] ++
               [:is_number, :is_pid, :is_port, :is_reference, :is_tuple, :==, :!=, :===, :!==, :<, :>, :<=, :>=, :+, :-, :*, :/] ++
               [:abs, :bit_size, :byte_size, :ceil, :div, :elem, :floor, :hd, :length, :map_size, :not, :rem, :round, :self] ++
               [:tl, :trunc, :tuple_size, :is_nil, :is_struct, :is_exception, :binary_part]

  @doc false
  # What a guard expression gives: `{:ok, value}`, `:raises` or `:unknown`.
  def value({name, _, context}, bound) when is_atom(name) and is_atom(context) do
    case bound do
      %{^name => value} -> {:ok, value}
      _ -> :unknown
    end
  end

  def value({:in, _, [left, right]}, bound) do
    with {:ok, element} <- value(left, bound), {:ok, set} <- value(right, bound) do
      case set do
        list when is_list(list) -> {:ok, :lists.member(element, list)}
        %{__struct__: Range, first: first, last: last, step: 1} -> {:ok, is_integer(element) and element >= first and element <= last}
        _ -> :unknown
      end
    end
  end

  def value({:.., _, [left, right]}, bound) do
    with {:ok, first} when is_integer(first) <- value(left, bound),
         {:ok, last} when is_integer(last) and last >= first <- value(right, bound) do
      {:ok, %{__struct__: Range, first: first, last: last, step: 1}}
    else
      _ -> :unknown
    end
  end

  def value({op, _, [left, right]}, bound) when op in [:and, :or] do
    case {op, value(left, bound), value(right, bound)} do
      {_, :raises, _} -> :raises
      {:and, {:ok, false}, _} -> {:ok, false}
      {:or, {:ok, true}, _} -> {:ok, true}
      {_, {:ok, _}, other} -> other
      _ -> :unknown
    end
  end

  def value({name, _, args}, bound) when name in @functions and is_list(args) do
    case values(args, bound) do
      {:ok, given} -> call(name, given)
      other -> other
    end
  end

  def value({left, right}, bound) do
    case values([left, right], bound) do
      {:ok, items} -> {:ok, :erlang.list_to_tuple(items)}
      other -> other
    end
  end

  def value(list, bound) when is_list(list), do: values(list, bound)
  def value(plain, _) when not is_tuple(plain), do: {:ok, plain}
  def value(_, _), do: :unknown

  defp values(list, bound), do: values(list, bound, [])
  defp values([], _, given), do: {:ok, :lists.reverse(given)}

  defp values([one | rest], bound, given) do
    case value(one, bound) do
      {:ok, value} -> values(rest, bound, [value | given])
      other -> other
    end
  end

  defp call(:is_struct, [value | rest]), do: {:ok, is_map(value) and :erlang.is_map_key(:__struct__, value) and rest in [[], [value.__struct__]]}
  defp call(:is_exception, [value | _]), do: {:ok, is_map(value) and :erlang.is_map_key(:__exception__, value)}
  defp call(:is_nil, [value]), do: {:ok, value == nil}
  defp call(:elem, [tuple, index]) when is_integer(index), do: call(:element, [index + 1, tuple])
  defp call(:!=, [a, b]), do: {:ok, a != b}
  defp call(:!==, [a, b]), do: {:ok, a !== b}
  defp call(:<=, [a, b]), do: {:ok, a <= b}
  defp call(:===, [a, b]), do: {:ok, a === b}
  defp call(:is_map_key, [map, key]), do: call(:map_key, [key, map])
  defp call(:map_key, args), do: run(:is_map_key, args)
  defp call(name, args), do: run(name, args)

  defp run(name, args) do
    {:ok, :erlang.apply(:erlang, name, args)}
  catch
    _, _ -> :raises
  end
end
