# SPDX-License-Identifier: Apache-2.0
#
# What Kernel's operators `<>`, `..`, `..//` and `in` expand to.
#
# All take quoted code and the caller's `Macro.Env` and give quoted code; `in_range?/4` is called by what `in` expands
# to. Inside a pattern or guard (`context` is not nil) only forms that may stand there are given.
# Invariants: compiled right behind Kernel.Definer, with what that may use. The compiler's twins of these operators
# expand to the same terms.
defmodule Kernel.Operators do
  @moduledoc false

  ## Concatenation

  def concat_binaries(left, right, caller) do
    parts = concat_parts(left, right, caller)
    {:<<>>, [], parts}
  end

  defp concat_parts(left, right, caller) do
    [concat_left(left, caller) | concat_right(right, caller)]
  end

  defp concat_right({:<>, _, [left, right]}, caller), do: concat_parts(left, right, caller)
  defp concat_right(other, _), do: [concat_piece(other)]

  defp concat_left(left, _) when is_binary(left), do: left

  defp concat_left(left, %{context: :match} = caller) do
    case Macro.expand(left, caller) do
      binary when is_binary(binary) ->
        binary

      {:^, _, [_]} ->
        bad_prefix(left)

      {name, _, context} when is_atom(name) and is_atom(context) ->
        bad_prefix(left)

      other ->
        concat_piece(other)
    end
  end

  defp concat_left({:<>, _, _} = left, caller),
    do: {:"::", [], [Macro.expand(left, caller), {:binary, [], nil}]}

  defp concat_left(left, _), do: concat_piece(left)

  defp concat_piece(binary) when is_binary(binary), do: binary

  defp concat_piece(literal) when is_list(literal) or is_number(literal) or is_atom(literal) do
    :erlang.error(
      ArgumentError.exception("expected binary argument in <> operator but got: #{Macro.to_string(literal)}")
    )
  end

  defp concat_piece(other), do: {:"::", [], [other, {:binary, [], nil}]}

  defp bad_prefix(left) do
    :erlang.error(
      ArgumentError.exception(
        "the left argument of <> operator inside a match should always be a literal binary because its size " <>
          "can't be verified. Got: #{Macro.to_string(left)}"
      )
    )
  end

  ## Ranges

  def range_expand(first, last, %{context: nil} = caller) do
    case {Macro.expand(first, caller), Macro.expand(last, caller)} do
      {first, last} when is_integer(first) and is_integer(last) ->
        range_map(first, last, if(first <= last, do: 1, else: -1))

      {first, last} ->
        check_bound(first, last)
        quote(do: Range.new(unquote(first), unquote(last)))
    end
  end

  def range_expand(first, last, caller) do
    first = Macro.expand(first, caller)
    last = Macro.expand(last, caller)
    check_bound(first, last)

    cond do
      is_integer(first) and is_integer(last) -> range_map(first, last, if(first <= last, do: 1, else: -1))
      :erlang.map_get(:context, caller) == :guard -> range_map(first, last, guard_step(first, last))
      true -> range_map(first, last, {:_, [], Kernel})
    end
  end

  # Guards have no conditionals, but they can look into a map.
  defp guard_step(first, last) do
    quote(do: :erlang.map_get(:erlang.>(unquote(first), unquote(last)), %{true => -1, false => 1}))
  end

  def range_expand(first, last, step, caller) do
    first = Macro.expand(first, caller)
    last = Macro.expand(last, caller)
    step = Macro.expand(step, caller)
    check_bound(first, last)
    check_step(first, last, step)

    cond do
      is_integer(first) and is_integer(last) and is_integer(step) -> range_map(first, last, step)
      :erlang.map_get(:context, caller) == nil -> quote(do: Range.new(unquote(first), unquote(last), unquote(step)))
      true -> range_map(first, last, step)
    end
  end

  defp range_map(first, last, step), do: {:%{}, [], [__struct__: Range, first: first, last: last, step: step]}

  defp check_bound(first, last) do
    if bad_bound(first) or bad_bound(last) do
      :erlang.error(
        ArgumentError.exception(
          "ranges (first..last//step) expect both sides to be integers, got: " <>
            Macro.to_string({:.., [], [first, last]})
        )
      )
    end
  end

  defp check_step(first, last, step) do
    if bad_bound(step) or step == 0 do
      :erlang.error(
        ArgumentError.exception(
          "ranges (first..last//step) expect the step to be a non-zero integer, got: " <>
            Macro.to_string(step)
        )
      )
    end

    {first, last}
  end

  defp bad_bound(bound) do
    is_float(bound) or is_list(bound) or is_binary(bound) or is_atom(bound) or
      (is_tuple(bound) and tuple_size(bound) == 2)
  end

  ## Membership

  def in_expand(_, _, %{context: :match}) do
    :erlang.error(
      ArgumentError.exception("invalid expression in match, in/2 is not allowed in patterns")
    )
  end

  def in_expand(left, right, caller) do
    body? = :erlang.map_get(:context, caller) == nil

    case Macro.expand(right, caller) do
      [] when body? ->
        quote do
          _ = unquote(left)
          false
        end

      [] ->
        false

      [head | tail] = list ->
        if not body? or short_list?(list, 32) do
          bind_left(body?, left, fn x -> in_list(x, head, tail, caller, list) end)
        else
          quote(do: :lists.member(unquote(left), unquote(right)))
        end

      {:%{}, _, [{:__struct__, Range} | fields]} ->
        first = field(fields, :first)
        last = field(fields, :last)
        step = field(fields, :step)
        bind_left(body?, left, fn x -> in_range(x, first, last, step) end)

      %{__struct__: Range, first: first, last: last, step: step} ->
        bind_left(body?, left, fn x -> in_range(x, first, last, step) end)

      {{:., _, [range, :new]}, _, args} when body? and range == Range or is_tuple(range) and body? ->
        in_new_range(left, right, range, args, caller)

      right when body? ->
        quote(do: Enum.member?(unquote(right), unquote(left)))

      other ->
        :erlang.error(
          ArgumentError.exception(
            "invalid right argument for operator \"in\", it expects a compile-time proper list or compile-time " <>
              "range on the right side when used in guard expressions, got: #{Macro.to_string(other)}"
          )
        )
    end
  end

  # In a body a range with computed bounds is compared without being built, when both bounds are plain.
  defp in_new_range(left, right, range, args, caller) do
    case {Macro.expand(range, caller), args} do
      {Range, [first, last, step]} when is_integer(step) ->
        quote do
          Kernel.Operators.in_range?(unquote(left), unquote(first), unquote(last), unquote(step))
        end

      _ ->
        quote(do: Enum.member?(unquote(right), unquote(left)))
    end
  end

  def in_range?(x, first, last, step)
      when is_integer(x) and is_integer(first) and is_integer(last) and is_integer(step) do
    if step > 0,
      do: x >= first and x <= last and rem(x - first, step) == 0,
      else: x <= first and x >= last and rem(x - first, step) == 0
  end

  def in_range?(x, first, last, step), do: Enum.member?(Range.new(first, last, step), x)

  defp short_list?([_ | tail], n) when n > 0, do: short_list?(tail, n - 1)
  defp short_list?([], _), do: true
  defp short_list?(_, _), do: false

  defp field(fields, key) do
    {_, value} = :lists.keyfind(key, 1, fields)
    value
  end

  defp bind_left(true, {name, _, context} = var, fun) when is_atom(name) and is_atom(context), do: fun.(var)
  defp bind_left(_, literal, fun) when is_atom(literal) or is_number(literal) or is_binary(literal), do: fun.(literal)
  defp bind_left(false, left, fun), do: fun.(left)

  defp bind_left(true, left, fun) do
    var = Macro.unique_var(:left, Kernel)

    {:__block__, [], [{:=, [], [var, left]}, fun.(var)]}
  end

  defp in_list(x, head, [], caller, _), do: member_test(x, head, caller)

  defp in_list(x, head, [next | tail], caller, list) do
    quote do
      :erlang.orelse(
        unquote(member_test(x, head, caller)),
        unquote(in_list(x, next, tail, caller, list))
      )
    end
  end

  defp in_list(_, _, _, _, list) do
    :erlang.error(
      ArgumentError.exception(
        "invalid right argument for operator \"in\", it expects a compile-time proper list or compile-time " <>
          "range on the right side when used in guard expressions, got: #{Macro.to_string(list)}"
      )
    )
  end

  defp member_test(x, {:|, _, [head, tail]}, caller) do
    case Macro.expand(tail, caller) do
      [] ->
        quote(do: :erlang."=:="(unquote(x), unquote(head)))

      [next | rest] = list ->
        quote do
          :erlang.orelse(
            :erlang."=:="(unquote(x), unquote(head)),
            unquote(in_list(x, next, rest, caller, list))
          )
        end

      tail ->
        quote do
          :erlang.orelse(
            :erlang."=:="(unquote(x), unquote(head)),
            :lists.member(unquote(x), unquote(tail))
          )
        end
    end
  end

  defp member_test(x, item, _), do: quote(do: :erlang."=:="(unquote(x), unquote(item)))

  defp in_range(x, first, last, step) when is_integer(step) do
    {low, high} = if step > 0, do: {first, last}, else: {last, first}

    test =
      quote do
        :erlang.andalso(
          :erlang.is_integer(unquote(x)),
          :erlang.andalso(
            :erlang.>=(unquote(x), unquote(low)),
            :erlang."=<"(unquote(x), unquote(high))
          )
        )
      end

    if step == 1 or step == -1 do
      test
    else
      quote do
        :erlang.andalso(
          unquote(test),
          :erlang."=:="(:erlang.rem(:erlang.-(unquote(x), unquote(first)), unquote(step)), 0)
        )
      end
    end
  end

  # The step is one up or down, whichever leads there: `..` in a guard with a variable bound.
  defp in_range(x, first, last, {{:., _, [:erlang, :map_get]}, _, _}) do
    quote do
      :erlang.andalso(
        :erlang.is_integer(unquote(x)),
        :erlang.orelse(
          :erlang.andalso(
            :erlang.>=(unquote(x), unquote(first)),
            :erlang."=<"(unquote(x), unquote(last))
          ),
          :erlang.andalso(
            :erlang."=<"(unquote(x), unquote(first)),
            :erlang.>=(unquote(x), unquote(last))
          )
        )
      )
    end
  end

  defp in_range(x, first, last, step) do
    quote do
      :erlang.andalso(
        :erlang.andalso(
          :erlang.is_integer(unquote(x)),
          :erlang."=:="(:erlang.rem(:erlang.-(unquote(x), unquote(first)), unquote(step)), 0)
        ),
        :erlang.orelse(
          :erlang.andalso(
            :erlang.>(unquote(step), 0),
            :erlang.andalso(
              :erlang.>=(unquote(x), unquote(first)),
              :erlang."=<"(unquote(x), unquote(last))
            )
          ),
          :erlang.andalso(
            :erlang.<(unquote(step), 0),
            :erlang.andalso(
              :erlang."=<"(unquote(x), unquote(first)),
              :erlang.>=(unquote(x), unquote(last))
            )
          )
        )
      )
    end
  end
end
