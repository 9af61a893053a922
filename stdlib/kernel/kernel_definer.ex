# SPDX-License-Identifier: Apache-2.0
#
# Kernel.Definer: what Kernel's larger macros do when they expand, and what their expansions call when they run.
# Two kinds of functions: `*_expand`, `def…`, `…_path` and the like take quoted code and the caller's `Macro.Env` and
# give quoted code; the others (`struct`, `get_in`, `define_struct`, …) work on values.
# Invariants: compiled second, straight after Kernel, so it uses only the compiler's twins (`if`, `and`, `<>`, `in`, …)
# and `:erlang`, `:lists`, `:maps`; `raise` is not yet usable here. Nothing outside the standard library calls it.
defmodule Kernel.Definer do
  @moduledoc false

  import Kernel,
    except: [
      binding: 1,
      destructure: 2,
      get_and_update_in: 3,
      get_in: 2,
      is_exception: 2,
      is_non_struct_map: 2,
      is_struct: 2,
      pop_in: 2,
      raise: 1,
      struct!: 2,
      struct: 2,
      to_timeout: 1,
      var!: 2
    ]

  ## Values

  def bad_slice_range(range) do
    ArgumentError.exception(
      "binary_slice/2 does not accept ranges with negative steps, got: #{Kernel.inspect(range)}"
    )
  end

  def raise(message) when is_binary(message), do: RuntimeError.exception(message)
  def raise(module) when is_atom(module), do: module.exception([])
  def raise(%{__struct__: struct, __exception__: true} = exception) when is_atom(struct), do: exception

  def raise(other) do
    ArgumentError.exception(
      "raise/1 and reraise/2 expect a module name, string or exception as the first argument, got: " <>
        Kernel.inspect(other)
    )
  end

  def struct(struct, fields) do
    base = struct_base(struct)

    reduce_fields(fields, base, fn {key, value}, acc ->
      case acc do
        %{^key => _} when key != :__struct__ -> %{acc | key => value}
        _ -> acc
      end
    end)
  end

  def struct!(struct, fields) when is_atom(struct), do: checked_struct(struct.__struct__(fields), struct)

  def struct!(%{__struct__: name} = struct, fields) when is_atom(name) do
    reduce_fields(fields, struct, fn
      {:__struct__, _}, acc -> acc
      {key, value}, acc -> :maps.update(key, value, acc)
    end)
  catch
    :error, {:badkey, key} -> :erlang.error(KeyError.exception(key: key, term: struct))
  end

  defp struct_base(struct) when is_atom(struct), do: checked_struct(struct.__struct__(), struct)
  defp struct_base(%{__struct__: name} = struct) when is_atom(name), do: struct

  defp checked_struct(%{__struct__: name} = struct, name), do: struct

  defp checked_struct(_, name) do
    :erlang.error(
      ArgumentError.exception("expected struct name returned by #{Kernel.inspect(name)}.__struct__")
    )
  end

  defp reduce_fields(fields, acc, fun) when is_list(fields), do: :lists.foldl(fun, acc, fields)

  defp reduce_fields(fields, acc, fun) when is_map(fields) and not is_map_key(fields, :__struct__),
    do: :maps.fold(fn k, v, acc -> fun.({k, v}, acc) end, acc, fields)

  defp reduce_fields(fields, acc, fun), do: Enum.reduce(fields, acc, fun)

  @units [
    week: 604_800_000,
    day: 86_400_000,
    hour: 3_600_000,
    minute: 60_000,
    second: 1000,
    millisecond: 1
  ]

  def to_timeout(%{__struct__: Duration} = duration) do
    case duration do
      %{year: 0, month: 0} ->
        {micro, _} = duration.microsecond

        :lists.foldl(
          fn {unit, factor}, acc ->
            case duration do
              %{^unit => n} -> acc + n * factor
              _ -> acc
            end
          end,
          div(micro, 1000),
          @units
        )

      _ ->
        :erlang.error(
          ArgumentError.exception(
            "duration with a non-zero year or month cannot be reliably converted to timeouts"
          )
        )
    end
  end

  def to_timeout(components) when is_list(components), do: timeout_parts(components, 0, [])

  def to_timeout(other) do
    :erlang.error(FunctionClauseError.exception(module: Kernel, function: :to_timeout, arity: 1, args: [other]))
  end

  defp timeout_parts([], acc, _), do: acc

  defp timeout_parts([{key, value} | rest], acc, seen) when is_integer(value) and value >= 0 do
    factor =
      case :lists.keyfind(key, 1, @units) do
        {_, factor} ->
          factor

        false ->
          :erlang.error(
            ArgumentError.exception(
              "timeout component #{Kernel.inspect(key)} is not a valid timeout component, valid values are: " <>
                ":week, :day, :hour, :minute, :second, :millisecond"
            )
          )
      end

    if :lists.member(key, seen) do
      :erlang.error(
        ArgumentError.exception("timeout component #{Kernel.inspect(key)} is duplicated")
      )
    end

    timeout_parts(rest, acc + value * factor, [key | seen])
  end

  defp timeout_parts([{key, value} | _], _, _) do
    :erlang.error(
      ArgumentError.exception(
        "timeout component #{Kernel.inspect(key)} must be a non-negative integer, got: #{Kernel.inspect(value)}"
      )
    )
  end

  defp timeout_parts([other | _], _, _) do
    :erlang.error(
      ArgumentError.exception(
        "timeouts must be built from a duration or a keyword list, got: #{Kernel.inspect(other)}"
      )
    )
  end

  def destructure(list, count) when is_list(list), do: destructure_list(list, count)
  def destructure(nil, count), do: destructure_list([], count)

  defp destructure_list(_, 0), do: []
  defp destructure_list([], n), do: [nil | destructure_list([], n - 1)]
  defp destructure_list([h | t], n), do: [h | destructure_list(t, n - 1)]

  ## Paths as lists

  def get_in(data, [fun]) when is_function(fun), do: fun.(:get, data, fn x -> x end)
  def get_in(data, [fun | rest]) when is_function(fun), do: fun.(:get, data, fn x -> get_in(x, rest) end)
  def get_in(nil, [_ | _]), do: nil
  def get_in(data, [key]), do: Access.get(data, key)
  def get_in(data, [key | rest]), do: get_in(Access.get(data, key), rest)

  def get_and_update_in(data, [fun], update) when is_function(fun, 3),
    do: fun.(:get_and_update, data, update)

  def get_and_update_in(data, [fun | rest], update) when is_function(fun, 3),
    do: fun.(:get_and_update, data, fn x -> get_and_update_in(x, rest, update) end)

  def get_and_update_in(data, [key], update) when is_function(update, 1),
    do: Access.get_and_update(data, key, update)

  def get_and_update_in(data, [key | rest], update) when is_function(update, 1),
    do: Access.get_and_update(data, key, fn x -> get_and_update_in(x, rest, update) end)

  def pop_in(nil, [key | _]) do
    :erlang.error(ArgumentError.exception("could not pop key #{Kernel.inspect(key)} on a nil value"))
  end

  def pop_in(data, [_ | _] = keys), do: pop_each(data, keys)

  defp pop_each(nil, [fun]) when is_function(fun), do: fun.(:get_and_update, nil, fn _ -> :pop end)

  defp pop_each(data, [fun | rest]) when is_function(fun) do
    case rest do
      [] -> fun.(:get_and_update, data, fn _ -> :pop end)
      _ -> fun.(:get_and_update, data, fn x -> pop_each(x, rest) end)
    end
  end

  defp pop_each(nil, _), do: :pop
  defp pop_each(data, [key]), do: Access.pop(data, key)
  defp pop_each(data, [key | rest]), do: Access.get_and_update(data, key, fn x -> pop_each(x, rest) end)

  ## Paths as code: `{:map, field}` for `x.field`, `{:access, key}` for `x[key]`

  def get_in_path(path, caller) do
    {root, steps} = unnest(path, "get_in/1", caller)
    quote(do: Kernel.Definer.get_path(unquote(root), unquote(steps)))
  end

  def put_in_path(path, value, caller) do
    {root, steps} = unnest(path, "put_in/2", caller)
    quote(do: Kernel.Definer.update_path(unquote(root), unquote(steps), fn _ -> unquote(value) end))
  end

  def update_in_path(path, fun, caller) do
    {root, steps} = unnest(path, "update_in/2", caller)
    quote(do: Kernel.Definer.update_path(unquote(root), unquote(steps), unquote(fun)))
  end

  def get_and_update_in_path(path, fun, caller) do
    {root, steps} = unnest(path, "get_and_update_in/2", caller)
    quote(do: Kernel.Definer.get_and_update_path(unquote(root), unquote(steps), unquote(fun)))
  end

  def pop_in_path(path, caller) do
    {root, steps} = unnest(path, "pop_in/1", caller)

    case :lists.last(steps) do
      {:map, key} ->
        :erlang.error(
          ArgumentError.exception(
            "cannot use pop_in when the last segment is a map/struct field. " <>
              "This would effectively remove the field #{Kernel.inspect(key)} from the map/struct"
          )
        )

      _ ->
        quote(do: Kernel.Definer.pop_path(unquote(root), unquote(steps)))
    end
  end

  defp unnest(path, kind, caller) do
    case unnest_steps(Macro.expand(path, caller), []) do
      {_, []} -> bad_path(path, kind)
      {{_, _, context} = root, steps} when is_atom(context) -> {root, steps}
      {{_, _, args} = root, steps} when is_list(args) -> {root, steps}
      {{_, _} = root, steps} -> {root, steps}
      {root, steps} when is_list(root) or is_map(root) -> {root, steps}
      _ -> bad_path(path, kind)
    end
  end

  defp unnest_steps({{:., _, [Access, :get]}, _, [expr, key]}, acc),
    do: unnest_steps(expr, [{:access, key} | acc])

  defp unnest_steps({{:., _, [{left, _, _} = expr, field]}, _, []}, acc)
       when is_atom(field) and left not in [:__aliases__, :__MODULE__],
       do: unnest_steps(expr, [{:map, field} | acc])

  defp unnest_steps(root, acc), do: {root, acc}

  defp bad_path(path, kind) do
    :erlang.error(
      ArgumentError.exception(
        "expected expression given to #{kind} to access at least one element, got: #{Macro.to_string(path)}"
      )
    )
  end

  def get_path(nil, [_ | _]), do: nil
  def get_path(data, []), do: data
  def get_path(data, [{:map, key} | rest]), do: get_path(:erlang.map_get(key, field_map(data, key)), rest)
  def get_path(data, [{:access, key} | rest]), do: get_path(Access.get(data, key), rest)

  def update_path(data, [], fun), do: fun.(data)

  def update_path(data, [{:map, key} | rest], fun) do
    %{^key => value} = field_map(data, key)
    %{data | key => update_path(value, rest, fun)}
  end

  def update_path(data, [{:access, key} | rest], fun) do
    {_, data} = Access.get_and_update(data, key, fn x -> {nil, update_path(x, rest, fun)} end)
    data
  end

  def get_and_update_path(data, [], fun), do: fun.(data)

  def get_and_update_path(data, [{:map, key} | rest], fun) do
    %{^key => value} = field_map(data, key)

    case get_and_update_path(value, rest, fun) do
      {get, new} ->
        {get, %{data | key => new}}

      :pop ->
        {value, :maps.remove(key, data)}

      other ->
        :erlang.error(
          RuntimeError.exception(
            "the given function must return a two-element tuple or :pop, got: #{Kernel.inspect(other)}"
          )
        )
    end
  end

  def get_and_update_path(data, [{:access, key} | rest], fun),
    do: Access.get_and_update(data, key, fn x -> get_and_update_path(x, rest, fun) end)

  def pop_path(data, [{:access, key}]), do: Access.pop(data, key)

  def pop_path(data, [step | rest]) do
    get_and_update_path(data, [step], fn
      nil -> :pop
      x -> pop_path(x, rest)
    end)
  end

  defp field_map(map, key) when is_map_key(map, key), do: map
  defp field_map(map, key) when is_map(map), do: :erlang.error(KeyError.exception(key: key, term: map))
  defp field_map(other, _), do: :erlang.error(BadMapError.exception(term: other))

  ## Operators

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

      {:<<>>, _, pieces} = interpolation ->
        if :lists.all(&:erlang.is_binary/1, pieces),
          do: {:"::", [], [interpolation, {:binary, [], nil}]},
          else: bad_prefix(left)

      other when is_list(other) or is_number(other) or is_atom(other) ->
        concat_piece(other)

      _ ->
        bad_prefix(left)
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

    if is_integer(first) and is_integer(last),
      do: range_map(first, last, if(first <= last, do: 1, else: -1)),
      else: range_map(first, last, {:_, [], Kernel})
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
          Kernel.Definer.in_range?(unquote(left), unquote(first), unquote(last), unquote(step))
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

  # The step is not known before run time: `..` in a guard with a variable bound.
  defp in_range(x, first, last, {:_, _, context}) when is_atom(context) do
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

  ## Guards over structs

  def is_struct(term, %{context: nil}) do
    quote generated: true do
      case unquote(term) do
        %{__struct__: name} when :erlang.is_atom(name) -> true
        _ -> false
      end
    end
  end

  def is_struct(term, _), do: struct_guard(term)

  def is_struct(term, name, %{context: nil}) when is_atom(name) do
    quote generated: true do
      case unquote(term) do
        %{__struct__: unquote(name)} -> true
        _ -> false
      end
    end
  end

  def is_struct(term, name, %{context: nil}) do
    quote generated: true do
      Kernel.Definer.struct_of?(unquote(term), unquote(name))
    end
  end

  def is_struct(term, name, _), do: named_guard(term, name)

  def is_non_struct_map(term, %{context: nil}) do
    quote generated: true do
      case unquote(term) do
        %{__struct__: name} when :erlang.is_atom(name) -> false
        %{} -> true
        _ -> false
      end
    end
  end

  def is_non_struct_map(term, _) do
    quote do
      :erlang.andalso(
        :erlang.is_map(unquote(term)),
        :erlang.not(
          :erlang.andalso(
            :erlang.is_map_key(:__struct__, unquote(term)),
            :erlang.is_atom(:erlang.map_get(:__struct__, unquote(term)))
          )
        )
      )
    end
  end

  def is_exception(term, %{context: nil}) do
    quote generated: true do
      case unquote(term) do
        %{__struct__: name, __exception__: true} when :erlang.is_atom(name) -> true
        _ -> false
      end
    end
  end

  def is_exception(term, _), do: exception_guard(struct_guard(term), term)

  def is_exception(term, name, %{context: nil}) do
    quote generated: true do
      Kernel.Definer.exception_of?(unquote(term), unquote(name))
    end
  end

  def is_exception(term, name, _), do: exception_guard(named_guard(term, name), term)

  def struct_of?(term, name) when is_atom(name) do
    case term do
      %{__struct__: ^name} -> true
      _ -> false
    end
  end

  def struct_of?(_, _), do: :erlang.error(ArgumentError.exception("argument error"))

  def exception_of?(term, name) when is_atom(name) do
    case term do
      %{__struct__: ^name, __exception__: true} -> true
      _ -> false
    end
  end

  def exception_of?(_, _), do: :erlang.error(ArgumentError.exception("argument error"))

  defp struct_guard(term) do
    quote do
      :erlang.andalso(
        :erlang.is_map(unquote(term)),
        :erlang.andalso(
          :erlang.is_map_key(:__struct__, unquote(term)),
          :erlang.is_atom(:erlang.map_get(:__struct__, unquote(term)))
        )
      )
    end
  end

  defp named_guard(term, name) do
    quote do
      :erlang.andalso(
        :erlang.is_map(unquote(term)),
        :erlang.andalso(
          :erlang.orelse(:erlang.is_atom(unquote(name)), :fail),
          :erlang.andalso(
            :erlang.is_map_key(:__struct__, unquote(term)),
            :erlang."=:="(:erlang.map_get(:__struct__, unquote(term)), unquote(name))
          )
        )
      )
    end
  end

  defp exception_guard(test, term) do
    quote do
      :erlang.andalso(
        unquote(test),
        :erlang.andalso(
          :erlang.is_map_key(:__exception__, unquote(term)),
          :erlang."=:="(:erlang.map_get(:__exception__, unquote(term)), true)
        )
      )
    end
  end

  ## Variables and aliases

  def binding(_, %{context: :match}) do
    :erlang.error(ArgumentError.exception("invalid expression in match, binding/1 is not allowed in patterns"))
  end

  def binding(context, %{versioned_vars: vars}) do
    names = :lists.usort(for {name, ^context} <- :maps.keys(vars), do: name)
    for name <- names, do: {name, {name, [generated: true], context}}
  end

  def var!({name, meta, context}, new_context, caller) when is_atom(name) and is_atom(context) do
    case Macro.expand(new_context, caller) do
      new_context when is_atom(new_context) ->
        {name, [{:if_undefined, :raise} | :lists.keydelete(:counter, 1, meta)], new_context}

      other ->
        :erlang.error(
          ArgumentError.exception(
            "expected var! context to expand to an atom, got: #{Macro.to_string(other)}"
          )
        )
    end
  end

  def var!(other, _, _) do
    :erlang.error(
      ArgumentError.exception("expected a variable to be given to var!, got: #{Macro.to_string(other)}")
    )
  end

  def raise_expr(message, caller) do
    case expand_for_raise(message, caller) do
      binary when is_binary(binary) -> quote(do: RuntimeError.exception(unquote(binary)))
      {:<<>>, _, _} = string -> quote(do: RuntimeError.exception(unquote(string)))
      alias when is_atom(alias) -> quote(do: unquote(alias).exception([]))
      _ -> quote(do: Kernel.Definer.raise(unquote(message)))
    end
  end

  defp expand_for_raise({:__aliases__, _, _} = alias, caller), do: Macro.expand(alias, caller)
  defp expand_for_raise({name, _, args} = call, caller) when is_atom(name) and is_list(args), do: Macro.expand(call, caller)
  defp expand_for_raise({:__MODULE__, _, _} = call, caller), do: Macro.expand(call, caller)
  defp expand_for_raise(other, _), do: other

  ## use

  def use(module, opts, caller) do
    calls =
      for name <- use_names(module, caller) do
        case Macro.expand(name, %{caller | function: {:__info__, 1}}) do
          expanded when is_atom(expanded) ->
            quote do
              require unquote(expanded)
              unquote(expanded).__using__(unquote(opts))
            end

          _ ->
            :erlang.error(
              ArgumentError.exception(
                "invalid arguments for use, expected a compile time atom or alias, got: #{Macro.to_string(module)}"
              )
            )
        end
      end

    {:__block__, [], calls}
  end

  defp use_names({{:., _, [base, :{}]}, _, refs}, caller) do
    base = Macro.expand(base, caller)

    for ref <- refs do
      case ref do
        {:__aliases__, _, parts} -> Module.concat([base | parts])
        atom when is_atom(atom) -> Module.concat(base, atom)
      end
    end
  end

  defp use_names(module, _), do: [module]

  ## Structs

  def defstruct(fields, _caller) do
    quote bind_quoted: [fields: fields] do
      {struct, escaped, enforce} = Kernel.Definer.define_struct(__MODULE__, fields, __ENV__)

      def __struct__(), do: unquote(escaped)
      def __struct__(fields), do: Kernel.Definer.build_struct(unquote(escaped), fields, unquote(enforce))

      Kernel.Definer.derive_struct(__MODULE__, __ENV__)
      struct
    end
  end

  @doc false
  # Runs in the module body. Stores `:__joist_struct__`, which the compiler reads for `%__MODULE__{}`, and
  # `:__joist_fields__`, the order of the fields for `__info__(:struct)`.
  def define_struct(module, fields, env) do
    if :joist_module.get_attribute(module, :__joist_struct__, nil) != nil do
      :erlang.error(
        ArgumentError.exception(
          "defstruct has already been called for #{Kernel.inspect(module)}, defstruct can only be called once per module"
        )
      )
    end

    if not is_list(fields) do
      :erlang.error(
        ArgumentError.exception("struct fields definition must be list, got: #{Kernel.inspect(fields)}")
      )
    end

    pairs = :lists.map(&struct_field/1, fields)
    enforce = enforced_keys(module, pairs)
    struct = :maps.put(:__struct__, module, :maps.from_list(pairs))
    line = :erlang.map_get(:line, env)
    :joist_module.put_attribute(module, :__joist_struct__, {struct, enforce}, line)
    :joist_module.put_attribute(module, :__joist_fields__, field_order(pairs, []), line)
    :joist_module.put_attribute(module, :__struct__, struct, line)
    {struct, Macro.escape(struct), enforce}
  end

  # Definition order; of a key that is given twice the first place counts.
  defp field_order([{key, _} | rest], acc),
    do: field_order(rest, if(:lists.member(key, acc), do: acc, else: [key | acc]))

  defp field_order([], acc), do: :lists.reverse(acc)

  defp struct_field({key, value}) when is_atom(key), do: {key, value}
  defp struct_field(key) when is_atom(key), do: {key, nil}

  defp struct_field(other) do
    name =
      case other do
        {key, _} -> key
        key -> key
      end

    :erlang.error(ArgumentError.exception("struct field names must be atoms, got: #{Kernel.inspect(name)}"))
  end

  defp enforced_keys(module, pairs) do
    enforce =
      case :joist_module.get_attribute(module, :enforce_keys, nil) do
        nil -> []
        keys when is_list(keys) -> keys
        key -> [key]
      end

    case for(key <- enforce, :lists.keyfind(key, 1, pairs) == false, do: key) do
      [] ->
        enforce

      _ ->
        :erlang.error(
          ArgumentError.exception(
            "@enforce_keys required keys (#{Kernel.inspect(enforce)}) that are not defined in defstruct: " <>
              Kernel.inspect(pairs)
          )
        )
    end
  end

  def build_struct(struct, fields, []) do
    reduce_fields(fields, struct, fn {key, value}, acc -> put_field(acc, key, value) end)
  end

  def build_struct(struct, fields, enforce) do
    {built, missing} =
      reduce_fields(fields, {struct, enforce}, fn {key, value}, {acc, missing} ->
        {put_field(acc, key, value), :lists.delete(key, missing)}
      end)

    case missing do
      [] ->
        built

      _ ->
        :erlang.error(
          ArgumentError.exception(
            "the following keys must also be given when building struct " <>
              "#{Kernel.inspect(:erlang.map_get(:__struct__, struct))}: #{Kernel.inspect(missing)}"
          )
        )
    end
  end

  defp put_field(struct, key, value) do
    :maps.update(key, value, struct)
  end

  def derive_struct(module, env) do
    case :joist_module.get_attribute(module, :derive, []) do
      [] -> :ok
      derives -> Protocol.derive_all(:lists.reverse(derives), module, env)
    end
  end

  ## Exceptions

  def defexception(fields, _caller) do
    quote bind_quoted: [fields: fields] do
      @behaviour Exception
      struct = defstruct([__exception__: true] ++ fields)

      if :erlang.is_map_key(:message, struct) do
        @impl true
        def message(exception), do: :erlang.map_get(:message, exception)

        defoverridable message: 1

        @impl true
        def exception(message) when :erlang.is_binary(message), do: exception(message: message)
      end

      @impl true
      def exception(args) when :erlang.is_list(args), do: Kernel.Definer.exception(__struct__(), args)

      defoverridable exception: 1
    end
  end

  def exception(struct, args) do
    {valid, unknown} =
      :lists.partition(fn {key, _} -> :erlang.is_map_key(key, struct) end, args)

    if unknown != [] do
      IO.warn(
        "the following fields are unknown when raising #{Kernel.inspect(:erlang.map_get(:__struct__, struct))}: " <>
          Kernel.inspect(unknown) <>
          ". Please make sure to only give known fields when raising or redefine " <>
          "#{Kernel.inspect(:erlang.map_get(:__struct__, struct))}.exception/1 to discard unknown fields. " <>
          "Future Elixir versions will raise on unknown fields given to raise/2"
      )
    end

    :lists.foldl(
      fn
        {:__struct__, _}, acc -> acc
        {key, value}, acc -> %{acc | key => value}
      end,
      struct,
      valid
    )
  end

  ## Delegation

  def defdelegate(funs, opts, _caller) do
    funs = Macro.escape(funs, unquote: true)

    quote bind_quoted: [funs: funs, opts: opts] do
      target = Kernel.Definer.delegate_target(opts, __ENV__)

      for {name, args, as, as_args} <- Kernel.Definer.delegates(funs, opts) do
        @doc delegate_to: {target, as, length(as_args)}
        def unquote({name, [line: __ENV__.line], args}), do: unquote(target).unquote(as)(unquote_splicing(as_args))
      end
    end
  end

  def delegate_target(opts, env) do
    target =
      case :lists.keyfind(:to, 1, opts) do
        {:to, target} -> target
        false -> :erlang.error(ArgumentError.exception("expected to: to be given as argument"))
      end

    if is_list(target) or not is_atom(target) do
      :erlang.error(
        ArgumentError.exception("expected to: to be given a module name, got: #{Kernel.inspect(target)}")
      )
    end

    if target == :erlang.map_get(:module, env) and :lists.keyfind(:as, 1, opts) == false do
      :erlang.error(
        ArgumentError.exception(
          "defdelegate function is calling itself, which will lead to an infinite loop. You should either change " <>
            "the value of the :to option or specify the :as option"
        )
      )
    end

    target
  end

  def delegates(funs, opts) when is_list(funs), do: :lists.map(fn fun -> delegate(fun, opts) end, funs)
  def delegates(fun, opts), do: [delegate(fun, opts)]

  defp delegate({:when, _, _}, _) do
    :erlang.error(ArgumentError.exception("guards are not allowed in defdelegate/2"))
  end

  defp delegate(fun, opts) do
    {name, args} =
      case Macro.decompose_call(fun) do
        {name, args} -> {name, args}
        _ -> :erlang.error(ArgumentError.exception("invalid syntax in defdelegate #{Macro.to_string(fun)}"))
      end

    as =
      case :lists.keyfind(:as, 1, opts) do
        {:as, as} -> as
        false -> name
      end

    {name, args, as, :lists.map(&delegate_arg/1, args)}
  end

  defp delegate_arg({:\\, _, [arg, _]}), do: delegate_arg(arg)

  defp delegate_arg({:_, _, context}) when is_atom(context) do
    :erlang.error(
      ArgumentError.exception("defdelegate/2 only accepts function parameters, got: _")
    )
  end

  defp delegate_arg({name, _, context} = var) when is_atom(name) and is_atom(context), do: var

  defp delegate_arg(other) do
    :erlang.error(
      ArgumentError.exception(
        "defdelegate/2 only accepts function parameters, got: #{Macro.to_string(other)}"
      )
    )
  end

  ## Guards

  def defguard(kind, guard, caller) do
    {call, condition} =
      case guard do
        {:when, _, [call, condition]} -> {call, condition}
        call -> {call, nil}
      end

    case Macro.decompose_call(call) do
      {_, args} ->
        define_guard(kind, call, args, condition, caller)

      :error ->
        :erlang.error(ArgumentError.exception("invalid syntax in defguard #{Macro.to_string(call)}"))
    end
  end

  defp define_guard(kind, call, _, nil, _), do: {kind, [context: Kernel, imports: [{1, Kernel}, {2, Kernel}]], [call]}

  # The macro's body hands its quoted condition and its arguments to `guard_expansion/3`. The condition is expanded when
  # the definition runs (an unquote fragment), for only then have attributes their values.
  defp define_guard(kind, call, args, condition, _caller) do
    vars = :lists.map(&guard_arg/1, args)
    pairs = for {name, context} <- vars, do: {name, {name, [], context}}
    fragment = {:unquote, [], [quote(do: Kernel.Definer.guard_quote(unquote(Macro.escape(condition)), __ENV__))]}

    body =
      quote do
        Kernel.Definer.guard_expansion(unquote(fragment), unquote(pairs), __CALLER__)
      end

    {kind, [context: Kernel.Definer, imports: [{1, Kernel}, {2, Kernel}]], [call, [do: body]]}
  end

  @doc false
  def guard_quote(condition, env) do
    expanded = expand_guard(condition, %{env | context: :guard})
    {:quote, [context: Kernel.Definer, imports: [{1, Kernel}, {2, Kernel}]], [[do: expanded]]}
  end

  @doc false
  # In a guard arguments stand where they are used; outside each is evaluated once, into a fresh variable.
  def guard_expansion(condition, args, %{context: :guard}), do: substitute(condition, args)

  def guard_expansion(condition, args, _) do
    used = used_names(condition, args, [])
    fresh = for {name, arg} <- args, :lists.member(name, used), do: {name, Macro.unique_var(name, Kernel), arg}
    binds = for {_, var, arg} <- fresh, do: {:=, [], [var, arg]}
    vars = for {name, var, _} <- fresh, do: {name, var}
    {:__block__, [], binds ++ [substitute(condition, vars)]}
  end

  defp used_names({name, _, context}, args, acc) when is_atom(name) and is_atom(context) do
    if :lists.keymember(name, 1, args), do: [name | acc], else: acc
  end

  defp used_names({name, _, list}, args, acc) when is_list(list),
    do: used_names(list, args, used_names(name, args, acc))

  defp used_names({left, right}, args, acc), do: used_names(right, args, used_names(left, args, acc))
  defp used_names([head | tail], args, acc), do: used_names(tail, args, used_names(head, args, acc))
  defp used_names(_, _, acc), do: acc

  defp substitute({name, _, context} = var, args) when is_atom(name) and is_atom(context) do
    case :lists.keyfind(name, 1, args) do
      {_, arg} -> arg
      false -> var
    end
  end

  defp substitute({name, meta, list}, args) when is_list(list),
    do: {substitute(name, args), meta, substitute(list, args)}

  defp substitute({left, right}, args), do: {substitute(left, args), substitute(right, args)}
  defp substitute([head | tail], args), do: [substitute(head, args) | substitute(tail, args)]
  defp substitute(other, _), do: other

  defp guard_arg({:\\, _, [arg, _]}), do: guard_arg(arg)
  defp guard_arg({name, _, context}) when is_atom(name) and is_atom(context), do: {name, context}

  defp guard_arg(other) do
    :erlang.error(
      ArgumentError.exception("invalid argument for defguard, expected a variable, got: #{Macro.to_string(other)}")
    )
  end

  # An attribute stands for the value that it has now.
  defp expand_guard({:@, _, [{name, _, args}]}, %{module: module})
       when is_atom(name) and (is_atom(args) or args == []) and module != nil,
       do: Macro.escape(:joist_module.get_attribute(module, name, nil))

  defp expand_guard(ast, env) do
    case Macro.expand(ast, env) do
      {name, meta, args} when is_list(args) ->
        {expand_guard_name(name, env), meta, :lists.map(fn x -> expand_guard(x, env) end, args)}

      {left, right} ->
        {expand_guard(left, env), expand_guard(right, env)}

      list when is_list(list) ->
        expand_guard_list(list, env)

      other ->
        other
    end
  end

  defp expand_guard_list([head | tail], env) when is_list(tail),
    do: [expand_guard(head, env) | expand_guard_list(tail, env)]

  defp expand_guard_list(other, _), do: other

  defp expand_guard_name({:., meta, [left | rest]}, env), do: {:., meta, [expand_guard(left, env) | rest]}
  defp expand_guard_name(name, _), do: name

  ## Sigils

  def regex(source, options) do
    quote(do: Regex.compile!(unquote(source), unquote(:erlang.list_to_binary(options))))
  end

  def unescape_regex(binary), do: Macro.unescape_string(binary, &regex_escape/1)
  def unescape_regex_tokens(pieces), do: Macro.unescape_tokens(pieces, &regex_escape/1)

  defp regex_escape(:newline), do: true
  defp regex_escape(?a), do: ?\a
  defp regex_escape(?f), do: ?\f
  defp regex_escape(?n), do: ?\n
  defp regex_escape(?r), do: ?\r
  defp regex_escape(?t), do: ?\t
  defp regex_escape(?v), do: ?\v
  defp regex_escape(_), do: false

  def words(source, modifiers) do
    kind =
      case modifiers do
        [] -> ?s
        [kind] when kind in [?s, ?a, ?c] -> kind
        _ -> :erlang.error(ArgumentError.exception("modifier must be one of: s, a, c"))
      end

    case source do
      binary when is_binary(binary) ->
        :lists.map(fn word -> word_as(word, kind) end, split_words(binary, <<>>, []))

      _ ->
        quote(do: Kernel.Definer.words_at_run_time(unquote(source), unquote(kind)))
    end
  end

  def words_at_run_time(string, kind) do
    :lists.map(fn word -> word_as(word, kind) end, split_words(string, <<>>, []))
  end

  defp word_as(word, ?s), do: word
  defp word_as(word, ?a), do: :erlang.binary_to_atom(word)
  defp word_as(word, ?c), do: :unicode.characters_to_list(word)

  defp split_words(<<char, rest::binary>>, word, acc) when char in [?\s, ?\n, ?\r, ?\t, ?\v, ?\f] do
    if word == <<>>, do: split_words(rest, word, acc), else: split_words(rest, <<>>, [word | acc])
  end

  defp split_words(<<char, rest::binary>>, word, acc), do: split_words(rest, <<word::binary, char>>, acc)
  defp split_words(<<>>, <<>>, acc), do: :lists.reverse(acc)
  defp split_words(<<>>, word, acc), do: :lists.reverse([word | acc])

  def date_sigil(module, string) do
    result =
      case module.from_iso8601(string) do
        {:ok, value} -> {:ok, value}
        {:ok, value, 0} -> {:ok, value}
        {:ok, _, _} -> {:error, :non_utc_offset}
        {:error, reason} -> {:error, reason}
      end

    case result do
      {:ok, value} ->
        Macro.escape(value)

      {:error, reason} ->
        :erlang.error(
          ArgumentError.exception(
            "cannot parse #{Kernel.inspect(string)} as #{Kernel.inspect(module)} for Calendar.ISO, " <>
              "reason: #{Kernel.inspect(reason)}"
          )
        )
    end
  end

  ## Generators of `for` over what is no list

  # A list, or `[x | continuation]`, or a continuation for `for_next/1`; ranges come in chunks, so memory stays constant.
  @chunk 1000

  def for_start(list) when is_list(list), do: list
  def for_start(%{__struct__: Range, first: first, last: last, step: step}), do: range_chunk(first, last, step)
  def for_start(map) when is_map(map) and not is_map_key(map, :__struct__), do: :maps.to_list(map)

  def for_start(enumerable) do
    for_step(Enumerable.reduce(enumerable, {:suspend, nil}, fn x, _ -> {:suspend, {:joist_item, x}} end))
  end

  def for_next({:range, first, last, step}), do: range_chunk(first, last, step)
  def for_next(continuation) when is_function(continuation, 1), do: for_step(continuation.({:cont, nil}))

  defp for_step({:suspended, {:joist_item, x}, continuation}), do: [x | continuation]
  defp for_step({:suspended, nil, continuation}), do: for_step(continuation.({:cont, nil}))
  defp for_step({_, {:joist_item, x}}), do: [x]
  defp for_step({_, _}), do: []

  defp range_chunk(first, last, step) when step > 0 and first > last, do: []
  defp range_chunk(first, last, step) when step < 0 and first < last, do: []

  defp range_chunk(first, last, step) do
    far = first + step * (@chunk - 1)

    if (step > 0 and far >= last) or (step < 0 and far <= last) do
      range_down(last - rem(last - first, step), first, step, [])
    else
      range_down(far, first, step, {:range, far + step, last, step})
    end
  end

  defp range_down(first, first, _, acc), do: [first | acc]
  defp range_down(n, first, step, acc), do: range_down(n - step, first, step, [n | acc])
end
