# SPDX-License-Identifier: Apache-2.0
#
# The exceptions of the language: one struct each, with the message text that programs and tests know.
# Invariant: `message/1` may be called while everything is broken, so it only uses `inspect/1,2`, `Exception` and natives.
# The VM raises plain terms (`:badarith`, `{:badmatch, v}`, …); `Exception.normalize/3` makes these structs of them.
defmodule RuntimeError do
  @moduledoc "Raised by `raise \"text\"`."
  defexception message: "runtime error"
end

defmodule ArgumentError do
  @moduledoc "An argument is not acceptable."
  defexception message: "argument error"

  @impl true
  def blame(exception, [{:erlang, :apply, [module, function, args], _} | _] = stacktrace) do
    message =
      cond do
        not is_atom(module) and is_atom(function) and args == [] ->
          "you attempted to apply a function named #{inspect(function)} on #{inspect(module)}. " <>
            "If you are using Kernel.apply/3, make sure the module is an atom. " <>
            "If you are using the dot syntax, such as module.function(), make sure the left-hand side of the dot is " <>
            "an atom representing a module"

        not is_atom(module) and is_atom(function) ->
          "you attempted to apply a function on #{inspect(module)}. " <>
            "Modules (the first argument of apply) must always be an atom"

        not is_atom(function) ->
          "you attempted to apply a function named #{inspect(function)} on module #{inspect(module)}. " <>
            "However, #{inspect(function)} is not a valid function name. Function names (the second argument of apply) " <>
            "must always be an atom"

        not is_list(args) ->
          "you attempted to apply a function named #{inspect(function)} on module #{inspect(module)} with arguments " <>
            "#{inspect(args)}. Arguments (the third argument of apply) must always be a proper list"

        true ->
          Exception.message(exception)
      end

    {%{exception | message: message}, stacktrace}
  end

  def blame(exception, stacktrace), do: {exception, stacktrace}
end

defmodule ArithmeticError do
  @moduledoc "Arithmetic on a bad argument, such as a division by zero."
  defexception message: "bad argument in arithmetic expression"

  @unary_ops [:+, :-]
  @binary_ops [:+, :-, :*, :/]
  @binary_funs [:div, :rem]
  @bitwise_binary_funs [:band, :bor, :bxor, :bsl, :bsr]

  @impl true
  def blame(%{message: message} = exception, [{:erlang, fun, args, _} | _] = stacktrace) do
    message =
      message <>
        case {fun, args} do
          {op, [a]} when op in @unary_ops ->
            ": #{op}(#{inspect(a)})"

          {op, [a, b]} when op in @binary_ops ->
            ": #{inspect(a)} #{op} #{inspect(b)}"

          {fun, [a, b]} when fun in @binary_funs ->
            ": #{fun}(#{inspect(a)}, #{inspect(b)})"

          {fun, [a, b]} when fun in @bitwise_binary_funs ->
            ": Bitwise.#{fun}(#{inspect(a)}, #{inspect(b)})"

          {:bnot, [a]} ->
            ": Bitwise.bnot(#{inspect(a)})"

          _ ->
            ""
        end

    {%{exception | message: message}, stacktrace}
  end

  def blame(exception, stacktrace), do: {exception, stacktrace}
end

defmodule SystemLimitError do
  @moduledoc """
  A limit of the system is reached.

  `limit` tells which (`:memory`, `:atoms`, `:processes`, `:integer`, …), `value` where it lies and `option` what raises it, as
  far as the VM said so.
  """
  defexception message: "a system limit has been reached", limit: nil, value: nil, option: nil
end

defmodule MailboxFullError do
  @moduledoc """
  A message was sent to a process whose bounded mailbox is full and refuses more (`on_full: :error`), or a process
  whose own mailbox is full sent to itself (`on_full: :block` would wait for ever).
  """
  defexception [:pid, :max, :on_full]

  @impl true
  def message(%{pid: pid, max: max, on_full: on_full}) do
    name =
      case is_pid(pid) and Process.info(pid, :registered_name) do
        {_, name} when is_atom(name) -> " (#{inspect(name)})"
        _ -> ""
      end

    own = if on_full == :block, do: "; it is the sender's own mailbox, so waiting for room would be for ever", else: ""
    "the mailbox of #{inspect(pid)}#{name} is full: max #{max}, on_full: #{inspect(on_full)}#{own}"
  end
end

defmodule MismatchedDelimiterError do
  @moduledoc "A closing delimiter does not fit the opening one."
  defexception [
    :file,
    :line,
    :column,
    :end_line,
    :end_column,
    :opening_delimiter,
    :closing_delimiter,
    :expected_delimiter,
    :snippet,
    description: "mismatched delimiter error"
  ]

  @impl true
  def message(%{file: file, line: line, column: column, end_line: end_line, end_column: end_column} = error) do
    %{description: description, expected_delimiter: expected, snippet: snippet} = error
    file = file && Path.relative_to_cwd(file)
    text = "mismatched closing delimiter (expected \"#{expected}\")"
    place = Exception.format_file_line_column(file, end_line, end_column)

    "mismatched delimiter found on " <>
      place <>
      "\n" <>
      Exception.delimiter_snippet(snippet, file, {line, column}, {end_line, end_column}, text, description)
  end
end

defmodule SyntaxError do
  @moduledoc "Source code with a syntax error."
  defexception [:file, :line, :column, :snippet, description: "syntax error"]

  @impl true
  def message(%{file: file, line: line, column: column, description: description, snippet: snippet}) do
    file = file && Path.relative_to_cwd(file)
    place = Exception.format_file_line_column(file, line, column)

    if snippet != nil and column != nil do
      "invalid syntax found on " <>
        place <> "\n" <> Exception.source_snippet(snippet, file, line, column, description)
    else
      "invalid syntax found on " <> place <> " " <> description
    end
  end
end

defmodule TokenMissingError do
  @moduledoc "Source code ends too early."
  defexception [
    :file,
    :line,
    :column,
    :end_line,
    :end_column,
    :snippet,
    :opening_delimiter,
    :expected_delimiter,
    description: "expression is incomplete"
  ]

  @impl true
  def message(%{file: file, line: line, column: column, end_line: end_line, end_column: end_column} = error) do
    %{description: description, expected_delimiter: expected, snippet: snippet} = error
    file = file && Path.relative_to_cwd(file)

    cond do
      snippet == nil or column == nil ->
        "token missing on " <> Exception.format_file_line_column(file, line, column) <> " " <> description

      end_line != nil and expected != nil ->
        text = "missing closing delimiter (expected \"#{expected}\")"

        "token missing on " <>
          Exception.format_file_line_column(file, end_line, end_column) <>
          "\n" <>
          Exception.delimiter_snippet(snippet, file, {line, column}, {end_line, end_column}, text, description)

      true ->
        "token missing on " <>
          Exception.format_file_line_column(file, line, column) <>
          "\n" <> Exception.source_snippet(snippet, file, line, column, description)
    end
  end
end

defmodule CompileError do
  @moduledoc "Code that cannot be compiled."
  defexception [:file, :line, description: "compile error"]

  @impl true
  def message(%{file: file, line: line, description: description}) do
    case Exception.format_file_line(file && Path.relative_to_cwd(file), line) do
      "" -> description
      place -> place <> " " <> description
    end
  end
end

defmodule Kernel.TypespecError do
  @moduledoc "A type specification is wrong."
  defexception [:file, :line, :description]

  @impl true
  def message(%{file: file, line: line, description: description}) do
    case Exception.format_file_line(file && Path.relative_to_cwd(file), line) do
      "" -> description
      place -> place <> " " <> description
    end
  end
end

defmodule BadFunctionError do
  @moduledoc "What is called is no function."
  defexception [:term]

  @impl true
  def message(%{term: term}) when is_function(term), do: "function #{inspect(term)} is invalid, likely because it points to an old version of the code"
  def message(%{term: term}), do: "expected a function, got: #{inspect(term)}"
end

defmodule BadStructError do
  @moduledoc "Another struct was expected."
  defexception [:struct, :term]

  @impl true
  def message(%{struct: struct, term: term}), do: "expected a struct named #{inspect(struct)}, got: #{inspect(term)}"
end

defmodule BadMapError do
  @moduledoc "A map was expected."
  defexception [:term]

  @impl true
  def message(%{term: term}), do: "expected a map, got: #{inspect(term)}"
end

defmodule BadBooleanError do
  @moduledoc "`and`, `or`, `not` or a similar operator got no boolean."
  defexception [:term, :operator]

  @impl true
  def message(%{term: term, operator: operator}),
    do: "expected a boolean on left-side of \"#{operator}\", got: #{inspect(term)}"
end

defmodule MatchError do
  @moduledoc "`=` did not match."
  defexception [:term]

  @impl true
  def message(%{term: term}), do: "no match of right hand side value: #{inspect(term)}"
end

defmodule CaseClauseError do
  @moduledoc "No clause of `case` matched."
  defexception [:term]

  @impl true
  def message(%{term: term}), do: "no case clause matching: #{inspect(term)}"
end

defmodule WithClauseError do
  @moduledoc "No clause of `else` in `with` matched."
  defexception [:term]

  @impl true
  def message(%{term: term}), do: "no with clause matching: #{inspect(term)}"
end

defmodule CondClauseError do
  @moduledoc "No clause of `cond` was truthy."
  defexception []

  @impl true
  def message(_), do: "no cond clause evaluated to a truthy value"
end

defmodule TryClauseError do
  @moduledoc "No clause of `else` in `try` matched."
  defexception [:term]

  @impl true
  def message(%{term: term}), do: "no try clause matching: #{inspect(term)}"
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

defmodule Code.LoadError do
  @moduledoc "A file could not be loaded."
  defexception [:file, :message, :reason]

  @impl true
  def exception(opts) do
    file = Keyword.fetch!(opts, :file)
    reason = Keyword.get(opts, :reason)

    message =
      if reason == nil,
        do: "could not load #{file}",
        else: "could not load #{file}. Reason: #{reason}"

    %Code.LoadError{message: message, file: file, reason: reason}
  end
end

defmodule Protocol.UndefinedError do
  @moduledoc "A protocol is not implemented for a type."
  defexception [:protocol, :value, description: ""]

  @impl true
  def message(%{protocol: protocol, value: value, description: description}) do
    "protocol #{inspect(protocol)} not implemented for type " <>
      type(value) <>
      description(protocol, description) <>
      "\n\nGot value:\n\n" <> Exception.indent(inspect(value, pretty: true), "    ") <> "\n"
  end

  defp description(protocol, ""), do: own_description(protocol)
  defp description(_, text), do: ", " <> text

  defp own_description(protocol) do
    case protocol.__protocol__(:undefined_impl_description) do
      "" -> ""
      text -> ", " <> text
    end
  rescue
    _ -> ""
  end

  defp type(%{__struct__: struct}), do: "#{inspect(struct)} (a struct)"
  defp type(value) when is_atom(value), do: "Atom"
  defp type(value) when is_bitstring(value), do: "BitString"
  defp type(value) when is_float(value), do: "Float"
  defp type(value) when is_function(value), do: "Function"
  defp type(value) when is_integer(value), do: "Integer"
  defp type(value) when is_list(value), do: "List"
  defp type(value) when is_map(value), do: "Map"
  defp type(value) when is_pid(value), do: "PID"
  defp type(value) when is_port(value), do: "Port"
  defp type(value) when is_reference(value), do: "Reference"
  defp type(value) when is_tuple(value), do: "Tuple"
end

defmodule KeyError do
  @moduledoc "A key is missing in a map, struct or keyword list."
  defexception [:key, :term, :message]

  @impl true
  def message(%{message: nil, key: key, term: term}), do: text(key, term)
  def message(%{message: message}), do: message

  defp text(key, nil), do: "key #{inspect(key)} not found"

  defp text(key, term), do: "key #{inspect(key)} not found in: #{inspect(term)}"

  @impl true
  def blame(%{message: message} = exception, stacktrace) when is_binary(message), do: {exception, stacktrace}

  def blame(%{key: key, term: term} = exception, stacktrace) do
    hint =
      cond do
        is_atom(key) and is_map(term) -> hint(key, :maps.keys(term))
        is_atom(key) and is_list(term) -> hint(key, for({k, _} <- term, do: k))
        true -> ""
      end

    {%{exception | message: text(key, term) <> hint}, stacktrace}
  end

  defp hint(key, available) do
    name = :erlang.atom_to_binary(key)

    close =
      for other <- available,
          is_atom(other),
          distance = String.jaro_distance(name, :erlang.atom_to_binary(other)),
          distance > 0.77,
          do: {distance, other}

    case close |> :lists.sort() |> :lists.reverse() |> Enum.take(5) do
      [] -> ""
      best -> ". Did you mean:\n\n" <> Enum.map_join(:lists.sort(for({_, k} <- best, do: k)), fn k -> "      * #{inspect(k)}\n" end)
    end
  end
end

defmodule UnicodeConversionError do
  @moduledoc "Bytes or numbers that are no text."
  defexception [:encoded, :message]

  @impl true
  def exception(opts) do
    %UnicodeConversionError{
      encoded: Keyword.fetch!(opts, :encoded),
      message: "#{Keyword.fetch!(opts, :kind)} #{detail(Keyword.fetch!(opts, :rest))}"
    }
  end

  defp detail(rest) when is_binary(rest), do: "encoding starting at #{inspect(rest)}"
  defp detail([h | _]) when is_integer(h), do: "code point #{h}"
  defp detail([h | _]), do: detail(h)
end

defmodule Enum.OutOfBoundsError do
  @moduledoc "An index lies outside of an enumerable."
  defexception [:enumerable, :index, :message]

  @impl true
  def message(%{message: nil, enumerable: nil}), do: "out of bounds error"

  def message(%{message: nil, enumerable: enumerable, index: index}),
    do: "out of bounds error at position #{index} when traversing enumerable #{inspect(enumerable)}"

  def message(%{message: message}), do: message
end

defmodule Enum.EmptyError do
  @moduledoc "An enumerable has no elements."
  defexception message: "empty error"
end

defmodule File.Error do
  @moduledoc "A file operation failed."
  defexception [:reason, :path, action: ""]

  @impl true
  def message(%{action: action, reason: reason, path: path}) do
    formatted =
      case {action, reason} do
        {"remove directory", :eexist} -> "directory is not empty"
        _ -> :erlang.iolist_to_binary(:file.format_error(reason))
      end

    "could not #{action} #{inspect(path)}: #{formatted}"
  end
end

defmodule File.CopyError do
  @moduledoc "A file could not be copied."
  defexception [:reason, :source, :destination, on: "", action: ""]

  @impl true
  def message(%{action: action, reason: reason, source: source, destination: destination, on: on}) do
    formatted = :erlang.iolist_to_binary(:file.format_error(reason))

    location =
      case on do
        "" -> ""
        ^source -> "source path "
        ^destination -> "destination path "
        other -> inspect(other) <> " "
      end

    _ = location

    extra = if on == "", do: "", else: ". #{on}"

    "could not #{action} from #{inspect(source)} to #{inspect(destination)}#{extra}: #{formatted}"
  end
end

defmodule File.RenameError do
  @moduledoc "A file could not be renamed."
  defexception [:reason, :source, :destination, on: "", action: ""]

  @impl true
  def message(%{action: action, reason: reason, source: source, destination: destination, on: on}) do
    formatted = :erlang.iolist_to_binary(:file.format_error(reason))
    extra = if on == "", do: "", else: ". #{on}"
    "could not #{action} from #{inspect(source)} to #{inspect(destination)}#{extra}: #{formatted}"
  end
end

defmodule File.LinkError do
  @moduledoc "A link could not be made."
  defexception [:reason, :existing, :new, action: ""]

  @impl true
  def message(%{action: action, reason: reason, existing: existing, new: new}) do
    formatted = :erlang.iolist_to_binary(:file.format_error(reason))
    "could not #{action} from #{inspect(existing)} to #{inspect(new)}: #{formatted}"
  end
end

defmodule IO.StreamError do
  @moduledoc "Reading or writing a stream failed."
  defexception [:reason]

  @impl true
  def message(%{reason: reason}) do
    "error during streaming: #{:erlang.iolist_to_binary(:file.format_error(reason))}"
  end
end

defmodule System.EnvError do
  @moduledoc "An environment variable is not set."
  defexception [:env]

  @impl true
  def message(%{env: env}), do: "could not fetch environment variable #{inspect(env)} because it is not set"
end

defmodule ErlangError do
  @moduledoc "An error reason that is no exception of its own."
  defexception [:original, :reason]

  @impl true
  def message(%{original: original, reason: nil}), do: "Erlang error: #{inspect(original)}"

  def message(%{original: original, reason: reason}),
    do: "Erlang error: #{inspect(original)}" <> to_string(reason)
end

defmodule Inspect.Error do
  @moduledoc "An implementation of `Inspect` raised."
  defexception [:exception_module, :exception_message, :stacktrace, :inspected_struct]

  @impl true
  def exception(args) do
    exception = Keyword.fetch!(args, :exception)
    name = inspect(exception.__struct__)

    %Inspect.Error{
      exception_module: exception.__struct__,
      exception_message: String.trim_trailing("got #{name} with message:\n\n#{pad(Exception.message(exception))}"),
      stacktrace: Keyword.fetch!(args, :stacktrace),
      inspected_struct: Keyword.fetch!(args, :inspected_struct)
    }
  end

  @impl true
  def message(%{exception_message: message, inspected_struct: struct}),
    do: "#{message}\n\nwhile inspecting:\n\n#{Exception.indent(struct, "    ")}\n"

  defp pad(text) do
    Exception.indent("\"\"\"\n" <> text <> "\n\"\"\"", "    ")
  end
end
