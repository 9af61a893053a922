# SPDX-License-Identifier: Apache-2.0
#
# Kernel.Definer: what Kernel's larger macros do when they expand, and what their expansions call when they run: variables,
# `raise`, `use`, `defstruct`, `defexception`, `defdelegate`, the generators of `for`. Operators, guards, paths and sigils
# have modules of their own beside it.
# Two kinds of functions: `raise_expr`, `use`, `def…` and the like take quoted code and the caller's `Macro.Env` and give
# quoted code; the others (`struct`, `define_struct`, `delegates`, …) work on values.
# Invariants: compiled second, straight after Kernel, so it uses only the compiler's twins (`if`, `and`, `<>`, `in`, …)
# and `:erlang`, `:lists`, `:maps`; `raise` is not yet usable here. Nothing outside the standard library calls it.
defmodule Kernel.Definer do
  @moduledoc false

  import Kernel,
    except: [binding: 1, destructure: 2, raise: 1, struct!: 2, struct: 2, to_timeout: 1, var!: 2]

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

    for key <- enforce, not :erlang.is_atom(key) do
      :erlang.error(ArgumentError.exception("keys given to @enforce_keys must be atoms, got: #{Kernel.inspect(key)}"))
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
