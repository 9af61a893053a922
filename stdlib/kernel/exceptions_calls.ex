# SPDX-License-Identifier: Apache-2.0
#
# The exceptions of calls that reach no function or no clause of it, and what `blame/2` adds to them: names that are alike,
# modules that have the function, the clauses that were tried.

defmodule BadFunctionError do
  @moduledoc "What is called is no function."
  defexception [:term]

  @impl true
  def message(%{term: term}) when is_function(term), do: "function #{inspect(term)} is invalid, likely because it points to an old version of the code"
  def message(%{term: term}), do: "expected a function, got: #{inspect(term)}"
end

defmodule BadArityError do
  @moduledoc "A function value was called with the wrong number of arguments."
  defexception [:function, :args]

  @impl true
  def message(%{function: function, args: args}) do
    {:arity, arity} = :erlang.fun_info(function, :arity)
    called = :lists.join(", ", :lists.map(&inspect/1, args))

    count =
      case length(args) do
        0 -> "no arguments"
        1 -> "1 argument"
        n -> "#{n} arguments"
      end

    text = if args == [], do: "", else: " (#{called})"
    "#{inspect(function)} with arity #{arity} called with #{count}#{text}"
  end
end

defmodule UndefinedFunctionError do
  @moduledoc "A function that does not exist was called."
  defexception [:module, :function, :arity, :reason, :message]

  @impl true
  def message(%{message: nil} = exception) do
    %{reason: reason, module: module, function: function, arity: arity} = exception
    {message, _} = message(reason, module, function, arity)
    message
  end

  def message(%{message: message}), do: message

  @impl true
  def blame(exception, stacktrace) do
    %{reason: reason, module: module, function: function, arity: arity} = exception
    {message, loaded?} = message(reason, module, function, arity)
    {%{exception | message: message <> hint(module, function, arity, loaded?)}, stacktrace}
  end

  defp message(nil, module, function, arity) do
    cond do
      is_nil(function) or is_nil(arity) ->
        {"undefined function", false}

      is_nil(module) ->
        message(:"function not exported", module, function, arity)

      Code.ensure_loaded?(module) ->
        message(:"function not exported", module, function, arity)

      true ->
        message(:"module could not be loaded", module, function, arity)
    end
  end

  defp message(:"module could not be loaded", module, function, arity) do
    formatted = Exception.format_mfa(module, function, arity)
    {"function " <> formatted <> " is undefined (module #{inspect(module)} is not available)", false}
  end

  defp message(:"function not exported", nil, function, arity),
    do: {"function nil." <> Exception.format_fa_name(function, arity) <> " is undefined", false}

  defp message(:"function not exported", module, function, arity) do
    formatted = Exception.format_mfa(module, function, arity)

    if macro_exported?(module, function, arity) do
      {"function " <>
         formatted <>
         " is undefined or private. However, there is a macro with the same name and arity. " <>
         "Be sure to require #{inspect(module)} if you intend to invoke this macro", true}
    else
      {"function " <> formatted <> " is undefined or private", true}
    end
  end

  defp message(reason, module, function, arity) do
    {"function " <> Exception.format_mfa(module, function, arity) <> " is undefined (#{reason})", false}
  end

  defp hint(nil, _, 0, _) do
    ". If you are using the dot syntax, such as module.function(), make sure the left-hand side of the dot is an atom representing a module"
  end

  defp hint(module, function, arity, true) do
    hint_for_behaviour(module, function, arity) || hint_for_loaded(module, function, arity)
  end

  defp hint(module, function, arity, false), do: hint_for_missing(module, function, arity)

  # `Foo.bar` where `Elixir.Foo` is missing but `:foo`, or an alias ending the same way, exists.
  defp hint_for_missing(module, function, arity) do
    candidates =
      if is_atom(module) and function != nil do
        name = :erlang.atom_to_binary(module)

        for loaded <- :joist_code.all_loaded(),
            loaded != module,
            close_module?(name, :erlang.atom_to_binary(loaded)),
            function_exported?(loaded, function, arity || 0),
            do: loaded
      else
        []
      end

    case :lists.sort(candidates) do
      [] -> ""
      found -> did_you_mean(for(m <- Enum.take(found, 5), do: Exception.format_mfa(m, function, arity)))
    end
  end

  defp close_module?(<<"Elixir.", left::binary>>, <<"Elixir.", right::binary>>) do
    String.ends_with?(right, "." <> left) or :string.lowercase(left) == :string.lowercase(right)
  end

  defp close_module?(_, _), do: false

  defp hint_for_behaviour(module, function, arity) do
    behaviours = for {:behaviour, list} <- attributes(module), b <- list, do: b

    found =
      for b <- behaviours,
          function_exported?(b, :behaviour_info, 1),
          :lists.member({function, arity}, b.behaviour_info(:callbacks)),
          not :lists.member({function, arity}, b.behaviour_info(:optional_callbacks)),
          do: b

    case found do
      [] ->
        nil

      [behaviour | _] ->
        ", but the behaviour #{inspect(behaviour)} expects it to be present"
    end
  end

  defp attributes(module) do
    module.module_info(:attributes)
  rescue
    _ -> []
  end

  defp hint_for_loaded(module, function, arity) do
    case Exception.similar_functions(module, function, arity) do
      [] -> ""
      best -> did_you_mean(for({n, a} <- best, do: Exception.format_fa_name(n, a)))
    end
  end

  defp did_you_mean(names) do
    ". Did you mean:\n\n" <> Enum.map_join(names, fn name -> "      * #{name}\n" end)
  end

end

defmodule FunctionClauseError do
  @moduledoc "No clause of a function fits the arguments."
  defexception [:module, :function, :arity, :kind, :args, :clauses]

  @impl true
  def message(exception) do
    case exception do
      %{function: nil} ->
        "no function clause matches"

      %{module: module, function: function, arity: arity} ->
        formatted = Exception.format_mfa(module, function, arity)
        blamed = blame_text(exception)
        "no function clause matching in #{formatted}" <> blamed
    end
  end

  @impl true
  def blame(%{module: module, function: function, arity: arity} = exception, stacktrace) do
    case stacktrace do
      [{^module, ^function, args, meta} | rest] when is_list(args) and length(args) == arity ->
        exception =
          case :joist_blame.clauses(module, function, args, meta) do
            {:ok, kind, clauses} -> %{exception | args: args, kind: kind, clauses: clauses}
            :error -> %{exception | args: args}
          end

        {exception, [{module, function, arity, meta} | rest]}

      [{^module, emitted, [_caller | args], meta} | rest] when length(args) == arity ->
        if emitted == :erlang.binary_to_atom("MACRO-#{function}"),
          do: {%{exception | args: args}, [{module, emitted, arity + 1, meta} | rest]},
          else: {exception, stacktrace}

      _ ->
        {exception, stacktrace}
    end
  end

  defp blame_text(%{args: nil}), do: ""

  defp blame_text(%{module: module, function: function, arity: arity, args: args} = exception) do
    mfa = Exception.format_mfa(module, function, arity)

    {_, lines} =
      :lists.foldl(
        fn arg, {index, acc} ->
          {index + 1, [acc, "\n    # ", :erlang.integer_to_binary(index), "\n    ", pad(inspect(arg)), "\n"]}
        end,
        {1, []},
        args
      )

    "\n\nThe following arguments were given to #{mfa}:\n" <> :erlang.iolist_to_binary(lines) <> attempted(exception)
  end

  @clauses_shown 10

  defp attempted(%{clauses: [_ | _] = clauses, kind: kind, function: function}) do
    count = length(clauses)
    shown = Enum.take(clauses, @clauses_shown)
    lines = for clause <- shown, do: ["    ", clause_text(kind, function, clause), "\n"]
    "\nAttempted function clauses (showing #{length(shown)} out of #{count}):\n\n" <> :erlang.iolist_to_binary(lines)
  end

  defp attempted(_), do: ""

  defp clause_text(kind, function, {args, guards}) do
    head = Enum.map_join(args, ", ", &node_text/1)
    guard = :erlang.iolist_to_binary(for guard <- guards, do: [" when ", guard_text(guard)])

    case kind do
      :fn -> "fn " <> head <> guard <> " ->"
      _ -> "#{kind} #{Macro.inspect_atom(:remote_call, function)}(" <> head <> ")" <> guard
    end
  end

  defp guard_text({op, _, [left, right]}), do: guard_text(left) <> " #{op} " <> guard_text(right)
  defp guard_text(node), do: node_text(node)

  # What does not fit stands between minus signs.
  defp node_text(%{match?: match?, node: node}) do
    text = Macro.to_string(node)

    case match? do
      false -> "-" <> text <> "-"
      _ -> text
    end
  end

  defp pad(text), do: :binary.replace(text, "\n", "\n    ", [:global])
end
