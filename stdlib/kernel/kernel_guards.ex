# SPDX-License-Identifier: Apache-2.0
#
# What Kernel's guards that are macros (`is_struct`, `is_exception`, `is_non_struct_map`) expand to, and `defguard`.
#
# In a guard each expands to tests that may stand there and evaluate the argument where it is used; in a body to a
# `case` that evaluates it once. `struct_of?/2`, `exception_of?/2`, `guard_quote/3` and `guard_expansion/3` are called
# by what is expanded, when it runs.
# Invariants: compiled right behind Kernel.Definer, with what that may use.
defmodule Kernel.Guards do
  @moduledoc false

  import Kernel, except: [is_exception: 2, is_non_struct_map: 2, is_struct: 2]

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
      Kernel.Guards.struct_of?(unquote(term), unquote(name))
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
      Kernel.Guards.exception_of?(unquote(term), unquote(name))
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

  ## defguard

  def defguard(kind, guard, caller) do
    {call, condition} =
      case guard do
        {:when, _, [call, condition]} -> {call, condition}
        call -> {call, nil}
      end

    case {Macro.decompose_call(call), condition} do
      {{name, _}, {:when, _, _}} when is_atom(name) -> bad_guard("#{Macro.to_string(call)}, only a single when clause is allowed")
      {{name, args}, _} when is_atom(name) -> define_guard(kind, call, args, condition, caller)
      _ -> bad_guard(Macro.to_string(call))
    end
  end

  defp bad_guard(what), do: :erlang.error(ArgumentError.exception("invalid syntax in defguard #{what}"))

  defp define_guard(kind, call, _, nil, _), do: {kind, [context: Kernel, imports: [{1, Kernel}, {2, Kernel}]], [call]}

  # The macro's body hands its quoted condition and its arguments to `guard_expansion/3`. The condition is expanded when
  # the definition runs (an unquote fragment), for only then have attributes their values.
  defp define_guard(kind, call, args, condition, _caller) do
    # With its metadata a variable is the one of the call, also where a macro wrote both.
    pairs = for {name, _, _} = var <- :lists.map(&guard_arg/1, args), do: {name, var}
    names = for {name, _} <- pairs, do: name
    fragment = {:unquote, [], [quote(do: Kernel.Guards.guard_quote(unquote(Macro.escape(condition)), unquote(names), __ENV__))]}

    body =
      quote do
        Kernel.Guards.guard_expansion(unquote(fragment), unquote(pairs), __CALLER__)
      end

    {kind, [context: Kernel.Guards, imports: [{1, Kernel}, {2, Kernel}]], [call, [do: body]]}
  end

  @doc false
  # Expanded as within a function, so that guards and macros of the same module, private ones too, are known.
  def guard_quote(condition, names, env) do
    env = %{env | context: :guard, function: {:defguard, 1}}
    expanded = expand_guard(condition, env)
    check_guard(expanded, names, env)
    {:quote, [context: Kernel.Guards, imports: [{1, Kernel}, {2, Kernel}]], [[do: expanded]]}
  end

  @doc false
  # In a guard arguments stand where they are used; outside each is evaluated once, into a fresh variable.
  def guard_expansion(condition, args, %{context: :guard}), do: substitute(condition, args)

  def guard_expansion(condition, args, _) do
    used = used_names(condition, args, [])
    fresh = for {name, arg} <- args, :lists.member(name, used), do: {name, Macro.unique_var(name, Kernel), arg}
    binds = bind_args(fresh, :lists.all(fn {_, _, arg} -> plain?(arg) end, fresh))
    vars = for {name, var, _} <- fresh, do: {name, var}
    {:__block__, [], binds ++ [substitute(condition, vars)]}
  end

  # Of arguments that bind variables none sees what another binds.
  defp bind_args([_, _ | _] = fresh, false), do: [{:=, [], [{:{}, [], for({_, var, _} <- fresh, do: var)}, {:{}, [], for({_, _, arg} <- fresh, do: arg)}]}]
  defp bind_args(fresh, _), do: for({_, var, arg} <- fresh, do: {:=, [], [var, arg]})

  defp plain?({name, _, context}) when is_atom(name) and is_atom(context), do: true
  defp plain?(arg), do: is_atom(arg) or is_number(arg) or is_binary(arg)

  # What cannot be in a guard is told where the guard is defined: variables that are no arguments, functions that nobody imports.
  defp check_guard({:<<>>, _, _}, _, _), do: :ok

  defp check_guard({name, meta, context}, names, env) when is_atom(name) and is_atom(context) do
    if not :lists.member(name, names), do: cannot_guard(meta, env, "undefined variable \"#{name}\"")
  end

  defp check_guard({name, meta, args} = call, names, env) when is_atom(name) and is_list(args) do
    arity = :erlang.length(args)

    if not (Macro.special_form?(name, arity) or Macro.Env.lookup_import(env, {name, arity}) != []) do
      cannot_guard(
        meta,
        env,
        "cannot find or invoke local #{name}/#{arity} inside guards. Only macros can be invoked in guards and they must be defined before their invocation. Called as: #{Macro.to_string(call)}"
      )
    end

    check_guard(args, names, env)
  end

  defp check_guard({{:., _, _}, _, args}, names, env), do: check_guard(args, names, env)

  defp check_guard({left, right}, names, env) do
    check_guard(left, names, env)
    check_guard(right, names, env)
  end

  defp check_guard([head | tail], names, env) do
    check_guard(head, names, env)
    check_guard(tail, names, env)
  end

  defp check_guard(_, _, _), do: :ok

  defp cannot_guard(meta, env, description) do
    line = :proplists.get_value(:line, meta, env.line)
    :erlang.error(CompileError.exception(file: env.file, line: line, description: description))
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
  defp guard_arg({name, _, context} = var) when is_atom(name) and is_atom(context), do: var
  defp guard_arg(other), do: bad_guard("with an argument that is no variable: #{Macro.to_string(other)}")

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
end
