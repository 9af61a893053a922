# SPDX-License-Identifier: Apache-2.0
#
# Exception: from what the VM raises to structs (`normalize`), from structs to text (`message`, `format…`), and the hints
# that look at the failed call (`blame`).
# Structs are built by calls, not by `%X{}`: the exceptions themselves name this module as their behaviour, so it is
# compiled first.
# Invariants: stack trace entries are `{module, function, arity_or_args, location}`; formatting never raises for any
# term, and asks nothing of modules beyond `message/1` and `blame/2`.
defmodule Exception do
  @moduledoc "Functions for exceptions, stack traces and their texts."

  @type t :: %{:__struct__ => module, :__exception__ => true, optional(atom) => any}
  @type kind :: :error | non_error_kind
  @type non_error_kind :: :exit | :throw | {:EXIT, pid}
  @type stacktrace :: [stacktrace_entry]
  @type stacktrace_entry :: tuple
  @type arity_or_args :: non_neg_integer | list
  @type location :: keyword

  @callback exception(term) :: t
  @callback message(t) :: String.t()
  @callback blame(t, stacktrace) :: {t, stacktrace}
  @optional_callbacks [blame: 2]

  @doc "Is the term an exception?\n\n    iex> Exception.exception?(%RuntimeError{})\n    true"
  @spec exception?(term) :: boolean
  def exception?(term) do
    case term do
      %{__struct__: name, __exception__: true} when is_atom(name) -> true
      _ -> false
    end
  end

  @doc "The message of an exception.\n\n    iex> Exception.message(%RuntimeError{message: \"oops\"})\n    \"oops\""
  @spec message(t) :: String.t()
  def message(%{__struct__: module, __exception__: true} = exception) when is_atom(module) do
    try do
      module.message(exception)
    rescue
      caught ->
        "got #{inspect(caught.__struct__)} with message " <>
          "#{inspect(message(caught))} while retrieving Exception.message/1 for #{inspect(exception)}. " <>
          "Stacktrace:\n#{format_stacktrace(__STACKTRACE__)}"
    else
      result when is_binary(result) ->
        result

      result ->
        "got #{inspect(result)} while retrieving Exception.message/1 for #{inspect(exception)} (expected a string)"
    end
  end

  ## From VM reasons to structs

  @doc "Makes an exception of an error reason; other kinds pass.\n\n    iex> Exception.normalize(:error, :badarith)\n    %ArithmeticError{}"
  @spec normalize(:error, any, stacktrace) :: t
  @spec normalize(non_error_kind, payload, stacktrace) :: payload when payload: var
  def normalize(kind, payload, stacktrace \\ [])
  def normalize(:error, %{__struct__: _, __exception__: true} = exception, _), do: exception
  def normalize(:error, reason, stacktrace), do: from_reason(reason, stacktrace || [])
  def normalize(_, payload, _), do: payload

  defp from_reason(:badarg, stacktrace) do
    case explain(stacktrace) do
      "" -> ArgumentError.exception([])
      text -> ArgumentError.exception(message: text)
    end
  end

  defp from_reason(:badarith, _), do: ArithmeticError.exception([])
  defp from_reason(:system_limit, stacktrace), do: SystemLimitError.exception(limit_fields(stacktrace))
  defp from_reason(:cond_clause, _), do: CondClauseError.exception([])
  defp from_reason({:badarity, {function, args}}, _), do: BadArityError.exception(function: function, args: args)
  defp from_reason({:badfun, term}, _), do: BadFunctionError.exception(term: term)
  defp from_reason({:badstruct, struct, term}, _), do: BadStructError.exception(struct: struct, term: term)
  defp from_reason({:badmatch, term}, _), do: MatchError.exception(term: term)
  defp from_reason({:badmap, term}, _), do: BadMapError.exception(term: term)
  defp from_reason({:badbool, operator, term}, _), do: BadBooleanError.exception(operator: operator, term: term)
  defp from_reason({:case_clause, term}, _), do: CaseClauseError.exception(term: term)
  defp from_reason({:with_clause, term}, _), do: WithClauseError.exception(term: term)
  defp from_reason({:else_clause, term}, _), do: WithClauseError.exception(term: term)
  defp from_reason({:try_clause, term}, _), do: TryClauseError.exception(term: term)
  defp from_reason({:badkey, key, map}, _) when is_map(map), do: KeyError.exception(key: key, term: map)

  # Only `x.key` fails so on what is no map.
  defp from_reason({:badkey, key, term}, _) do
    KeyError.exception(
      key: key,
      term: term,
      message:
        "key #{inspect(key)} not found in: #{inspect(term)}\n\nIf you are using the dot syntax, such as map.field, " <>
          "make sure the left-hand side of the dot is a map"
    )
  end

  defp from_reason({:badkey, key}, stacktrace) do
    term =
      case stacktrace do
        [{:maps, :update, [_, _, map], _} | _] -> map
        [{:maps, :get, [_, map], _} | _] -> map
        [{:erlang, :map_get, [_, map], _} | _] -> map
        _ -> nil
      end

    KeyError.exception(key: key, term: term)
  end

  defp from_reason(:undef, stacktrace) do
    {module, function, arity} = head_call(stacktrace)
    UndefinedFunctionError.exception(module: module, function: function, arity: arity)
  end

  defp from_reason(:function_clause, stacktrace) do
    {module, function, arity} = head_call(stacktrace)
    FunctionClauseError.exception([module: module] ++ as_written(function, arity))
  end

  defp from_reason({:mailbox_full, pid, max, on_full}, _) when is_pid(pid) do
    MailboxFullError.exception(pid: pid, max: max, on_full: on_full)
  end

  defp from_reason({:badarg, payload}, _), do: ArgumentError.exception(message: "argument error: #{inspect(payload)}")
  defp from_reason(other, _), do: ErlangError.exception(original: other)

  # A macro is compiled to a function that takes its caller first.
  defp as_written(function, arity) when is_atom(function) and is_integer(arity) and arity > 0 do
    case :erlang.atom_to_binary(function) do
      <<"MACRO-", name::binary>> -> [function: :erlang.binary_to_atom(name), arity: arity - 1]
      _ -> [function: function, arity: arity]
    end
  end

  defp as_written(function, arity), do: [function: function, arity: arity]

  defp head_call([{module, function, args, _} | _]) when is_list(args), do: {module, function, length(args)}
  defp head_call([{module, function, arity, _} | _]), do: {module, function, arity}
  defp head_call(_), do: {nil, nil, nil}

  # The VM says in the trace which limit it was.
  defp limit_fields([{_, _, _, info} | _] = stacktrace) when is_list(info) do
    with {_, %{limit: limit}} <- :lists.keyfind(:error_info, 1, info),
         {text, option, value} <- :joist_process.limit(limit) do
      [message: "a system limit has been reached: " <> text, limit: limit, option: option, value: value]
    else
      _ -> [message: limit_text(stacktrace)]
    end
  end

  defp limit_fields(stacktrace), do: [message: limit_text(stacktrace)]

  defp limit_text(stacktrace) do
    case explain(stacktrace) do
      "" -> "a system limit has been reached"
      text -> "a system limit has been reached due to " <> text
    end
  end

  # Which argument of a native is at fault and why; natives say nothing themselves.
  defp explain([{module, function, args, info} | _]) when is_atom(module) and is_list(args) and is_list(info) do
    given =
      case :lists.keyfind(:error_info, 1, info) do
        {_, %{cause: cause}} when is_binary(cause) -> {:general, cause}
        {_, %{arguments: arguments}} when is_map(arguments) -> :maps.to_list(arguments)
        _ -> Exception.Arguments.explain(module, function, args)
      end

    case given do
      {:general, text} ->
        text

      [] ->
        ""

      list ->
        lines = for {index, text} <- :lists.sort(list), do: "  * #{nth(index)} argument: #{text}\n"
        "errors were found at the given arguments:\n\n" <> :erlang.iolist_to_binary(lines)
    end
  end

  # The construction of a binary says which of its segments failed.
  defp explain([{_, _, _, info} | _]) when is_list(info) do
    case :lists.keyfind(:error_info, 1, info) do
      {_, %{cause: {segment, type, error, value}}} -> Exception.Arguments.segment(segment, type, error, value)
      _ -> ""
    end
  end

  defp explain(_), do: ""

  defp nth(1), do: "1st"
  defp nth(2), do: "2nd"
  defp nth(3), do: "3rd"
  defp nth(n), do: "#{n}th"

  ## Blame

  @doc "Adds what the failed call tells to exception and stack trace."
  @spec blame(:error, any, stacktrace) :: {t, stacktrace}
  @spec blame(non_error_kind, payload, stacktrace) :: {payload, stacktrace} when payload: var
  def blame(kind, error, stacktrace)

  def blame(:error, error, stacktrace) do
    %{__struct__: module} = exception = normalize(:error, error, stacktrace)

    if Code.ensure_loaded?(module) and function_exported?(module, :blame, 2),
      do: module.blame(exception, stacktrace),
      else: {exception, stacktrace}
  end

  def blame(_, reason, stacktrace), do: {reason, stacktrace}

  @doc "The clauses of a function for blaming, with what of them fits; `:error` unless the source text is at hand."
  @spec blame_mfa(module, atom, list) :: {:ok, atom, list} | :error
  def blame_mfa(module, function, args) when is_atom(module) and is_atom(function) and is_list(args) do
    :joist_blame.clauses(module, function, args)
  end

  @doc false
  # Functions of a module that could have been meant: of the same name first, else those that look alike.
  def similar_functions(module, function, arity) do
    exports = exports_for(module)
    same = for {name, other} <- exports, name == function, other != arity, do: {1.0, name, other}
    name = :erlang.atom_to_binary(function)

    close =
      for {other, other_arity} <- exports,
          other != function,
          distance = String.jaro_distance(name, :erlang.atom_to_binary(other)),
          distance > 0.77,
          do: {distance, other, other_arity}

    # The nearest first, those that are equally near in order.
    if(same != [], do: same, else: :lists.sort(close))
    |> Enum.sort_by(fn {distance, _, _} -> -distance end)
    |> Enum.take(5)
    |> Enum.map(fn {_, name, arity} -> {name, arity} end)
    |> :lists.sort()
  end

  defp exports_for(module) do
    if function_exported?(module, :__info__, 1) do
      pairs = module.__info__(:macros) ++ module.__info__(:functions)
      :lists.usort(for({name, arity} <- pairs, not hidden?(name), do: {name, arity}) ++ :joist_code.native_exports(module))
    else
      # Modules made of natives alone have no module_info.
      case :joist_code.native_exports(module) do
        [] -> module.module_info(:exports)
        natives -> :lists.usort(natives)
      end
    end
  rescue
    _ -> []
  end

  defp hidden?(name) do
    case :erlang.atom_to_binary(name) do
      "__" <> _ -> true
      _ -> false
    end
  end

  ## Texts

  @doc "The banner and, if there is one, the stack trace.\n\n    iex> Exception.format(:throw, 1, [])\n    \"** (throw) 1\""
  @spec format(kind, any, stacktrace) :: String.t()
  def format(kind, payload, stacktrace \\ [])

  def format({:EXIT, _} = kind, any, _), do: format_banner(kind, any)

  def format(kind, payload, stacktrace) do
    message = format_banner(kind, payload, stacktrace)

    case stacktrace do
      [] -> message
      _ -> message <> "\n" <> format_stacktrace(stacktrace)
    end
  end

  @doc "One line (or more) that names kind and payload.\n\n    iex> Exception.format_banner(:error, %RuntimeError{message: \"oops\"})\n    \"** (RuntimeError) oops\""
  @spec format_banner(kind, any, stacktrace) :: String.t()
  def format_banner(kind, payload, stacktrace \\ [])

  def format_banner(:error, exception, stacktrace) do
    exception = normalize(:error, exception, stacktrace)
    "** (" <> inspect(exception.__struct__) <> ") " <> message(exception)
  end

  def format_banner(:throw, reason, _), do: "** (throw) " <> inspect(reason)
  def format_banner(:exit, reason, _), do: "** (exit) " <> format_exit(reason, "\n    ")
  def format_banner({:EXIT, pid}, reason, _), do: "** (EXIT from #{inspect(pid)}) " <> format_exit(reason, "\n    ")

  @doc "The text of an exit reason.\n\n    iex> Exception.format_exit(:normal)\n    \"normal\""
  @spec format_exit(any) :: String.t()
  def format_exit(reason), do: format_exit(reason, "\n    ")

  # `joiner` starts each further line, deeper for reasons within reasons.
  defp format_exit({:bad_return_value, value}, _), do: "bad return value: " <> inspect(value)
  defp format_exit({:bad_call, value}, _), do: "bad call: " <> inspect(value)
  defp format_exit({:bad_cast, value}, _), do: "bad cast: " <> inspect(value)
  defp format_exit({:start_spec, reason}, _), do: Exception.Supervision.child(reason)
  defp format_exit({:supervisor_data, reason}, _), do: Exception.Supervision.supervisor(reason)
  defp format_exit({:nodedown, node}, _) when is_atom(node), do: "no connection to #{node}"

  defp format_exit({:bad_return, {{module, function, args}, value}}, _),
    do: format_mfa(module, function, args) <> " returned a bad value: " <> inspect(value)

  defp format_exit({:bad_return, {module, function, value}}, _) when is_atom(module) and is_atom(function),
    do: format_mfa(module, function, 1) <> " returned a bad value: " <> inspect(value)

  defp format_exit({:shutdown, {:failed_to_start_child, child, reason}}, joiner) do
    "shutdown: failed to start child: #{inspect(child)}" <>
      joiner <> "** (EXIT) " <> format_exit(reason, joiner <> "    ")
  end

  defp format_exit({:shutdown, reason}, _), do: "shutdown: " <> inspect(reason)

  defp format_exit({reason, {module, function, args}}, joiner)
       when is_atom(module) and is_atom(function) and (is_list(args) or is_integer(args)) do
    "exited in: " <>
      format_mfa(module, function, args) <> joiner <> "** (EXIT) " <> format_exit(reason, joiner <> "    ")
  end

  defp format_exit({reason, [_ | _] = stacktrace} = pair, joiner) do
    if stacktrace?(stacktrace) do
      exception = normalize(:error, reason, stacktrace)

      "an exception was raised:" <>
        joiner <>
        "** (" <>
        inspect(exception.__struct__) <>
        ") " <>
        message(exception) <>
        :erlang.iolist_to_binary(for(entry <- stacktrace, do: [joiner, "    ", format_stacktrace_entry(entry)]))
    else
      exit_reason(pair)
    end
  end

  defp format_exit(reason, _), do: exit_reason(reason)

  defp stacktrace?([{_, _, arity, location} | rest]) when (is_integer(arity) or is_list(arity)) and is_list(location),
    do: stacktrace?(rest)

  defp stacktrace?([{fun, arity, location} | rest])
       when is_function(fun) and (is_integer(arity) or is_list(arity)) and is_list(location),
       do: stacktrace?(rest)

  defp stacktrace?([]), do: true
  defp stacktrace?(_), do: false

  defp exit_reason(:normal), do: "normal"
  defp exit_reason(:killed), do: "killed"
  defp exit_reason(:shutdown), do: "shutdown"

  defp exit_reason(:noproc),
    do:
      "no process: the process is not alive or there's no process currently associated with the given name, " <>
        "possibly because its application isn't started"

  defp exit_reason(:timeout), do: "time out"
  defp exit_reason(:noconnection), do: "no connection"
  defp exit_reason(:calling_self), do: "process attempted to call itself"
  defp exit_reason({:already_started, pid}) when is_pid(pid), do: "already started: " <> inspect(pid)

  defp exit_reason(:max_restarts), do: "reached maximum restart intensity"
  defp exit_reason(:reached_max_restart_intensity), do: "reached maximum restart intensity"

  defp exit_reason(reason), do: inspect(reason)

  @doc "The stack trace, one line an entry.\n\n    iex> Exception.format_stacktrace([])\n    \"\\n\""
  @spec format_stacktrace(stacktrace | nil) :: String.t()
  def format_stacktrace(trace \\ nil)

  def format_stacktrace(nil) do
    case :erlang.process_info(self(), :current_stacktrace) do
      {:current_stacktrace, [_ | trace]} -> format_stacktrace(trace)
      _ -> "\n"
    end
  end

  def format_stacktrace([]), do: "\n"

  def format_stacktrace(trace) do
    :erlang.iolist_to_binary(for(entry <- trace, do: ["    ", format_stacktrace_entry(entry), "\n"]))
  end

  @doc "One entry of a stack trace.\n\n    iex> Exception.format_stacktrace_entry({Foo, :bar, 1, [file: ~c\"foo.ex\", line: 3]})\n    \"foo.ex:3: Foo.bar/1\""
  @spec format_stacktrace_entry(stacktrace_entry) :: String.t()
  def format_stacktrace_entry(entry)
  def format_stacktrace_entry({module, :__MODULE__, 0, location}),
    do: format_location(location) <> module_text(module) <> "(module)"

  def format_stacktrace_entry({module, :__MODULE__, 1, location}),
    do: format_location(location) <> inspect(module) <> " (module)"

  def format_stacktrace_entry({_, :__FILE__, _, location}), do: format_location(location) <> "(file)"

  def format_stacktrace_entry({module, function, arity, location}),
    do: format_library(module, location) <> format_location(location) <> format_mfa(module, function, arity)

  def format_stacktrace_entry({function, arity, location}), do: format_location(location) <> format_fa(function, arity)

  defp format_location(location) do
    format_file_line(keyword(location, :file), keyword(location, :line), " ")
  end

  # What belongs to the library says so.
  defp format_library(_, []), do: ""
  defp format_library(module, _), do: if(library?(module), do: "(joist) ", else: "")

  @doc false
  # Is the module of the library? Those alone do not tell where their source is.
  def library?(module) when is_atom(module),
    do: :erlang.function_exported(module, :__info__, 1) and module.__info__(:compile) == []

  def library?(_), do: false

  defp keyword(list, key) do
    case :lists.keyfind(key, 1, list) do
      {_, value} -> value
      false -> nil
    end
  end

  @doc "A function value and its arity or arguments.\n\n    iex> Exception.format_fa(fn -> 1 end, 0) =~ \"/0\"\n    true"
  @spec format_fa(fun, arity) :: String.t()
  def format_fa(fun, arity) when is_function(fun), do: inspect(fun) <> arity_text(arity)

  @doc false
  def format_fa_name(name, arity), do: Macro.inspect_atom(:remote_call, name) <> "/" <> :erlang.integer_to_binary(arity)

  @doc "Module, function and arity or arguments.\n\n    iex> Exception.format_mfa(Foo, :bar, 1)\n    \"Foo.bar/1\""
  @spec format_mfa(module, atom, arity_or_args) :: String.t()
  def format_mfa(module, nil, arity), do: inspect(module) <> ".nil" <> arity_text(arity)

  def format_mfa(module, function, arity) when is_atom(module) and is_atom(function) do
    case outer_function(function) do
      {outer, outer_arity} ->
        "anonymous fn" <> arity_text(arity) <> " in " <> outer_text(module, outer, outer_arity)

      nil ->
        name = Macro.inspect_atom(:remote_call, function)
        inspect(module) <> "." <> name <> arity_text(arity)
    end
  end

  # The body of a module that is not there yet runs as one of a module whose name says nothing.
  defp module_text(module) do
    case :erlang.atom_to_binary(module) do
      "joist_body" <> _ -> ""
      _ -> inspect(module) <> " "
    end
  end

  # A program's own body is compiled as a module whose name says nothing.
  @doc false
  def outer_text(module, :__FILE__, arity) do
    case :erlang.atom_to_binary(module) do
      "joist_body" <> _ -> "(file)"
      _ -> inspect(module) <> ".__FILE__/" <> arity
    end
  end

  def outer_text(module, outer, arity), do: inspect(module) <> "." <> Macro.inspect_atom(:remote_call, outer) <> "/" <> arity

  # `-outer/1-fun-0-` is how the compiler names the functions it makes of `fn`.
  @doc false
  def outer_function(function) do
    case :erlang.atom_to_binary(function) do
      "-" <> rest ->
        with [outer, _] when outer != "" <- :binary.split(rest, "-fun-"),
             slash when slash != nil <- last_slash(outer) do
          name = :erlang.binary_part(outer, 0, slash)
          arity = :erlang.binary_part(outer, slash + 1, byte_size(outer) - slash - 1)

          {:erlang.binary_to_atom(unwrap(name)), arity}
        else
          _ -> nil
        end

      _ ->
        nil
    end
  end

  # A function within a comprehension within a function: keep the outermost name.
  defp unwrap("-" <> rest) do
    case :binary.split(rest, "/") do
      [name, _] -> unwrap(name)
      _ -> rest
    end
  end

  defp unwrap(name), do: name

  defp last_slash(text) do
    case :binary.matches(text, "/") do
      [] -> nil
      matches -> :erlang.element(1, :lists.last(matches))
    end
  end

  defp arity_text(arity) when is_integer(arity), do: "/" <> :erlang.integer_to_binary(arity)

  defp arity_text(args) when is_list(args) do
    "(" <> :erlang.iolist_to_binary(:lists.join(", ", for(arg <- args, do: inspect(arg)))) <> ")"
  end

  @doc "File and line.\n\n    iex> Exception.format_file_line(\"foo\", 1)\n    \"foo:1:\""
  @spec format_file_line(String.t() | nil, non_neg_integer | nil, String.t()) :: String.t()
  def format_file_line(file, line, suffix \\ ""), do: format_file_line_column(file, line, nil, suffix)

  @doc "File, line and column.\n\n    iex> Exception.format_file_line_column(\"foo\", 1, 2)\n    \"foo:1:2:\""
  @spec format_file_line_column(String.t() | nil, non_neg_integer | nil, non_neg_integer | nil, String.t()) :: String.t()
  def format_file_line_column(file, line, column, suffix \\ "")
  def format_file_line_column(nil, _, _, _), do: ""

  def format_file_line_column(file, line, column, suffix) do
    file = to_string(file)

    cond do
      line == nil or line == 0 -> file <> ":" <> suffix
      column == nil or column == 0 -> "#{file}:#{line}:" <> suffix
      true -> "#{file}:#{line}:#{column}:" <> suffix
    end
  end

  ## Snippets of source code

  @doc false
  def indent(text, prefix) do
    text
    |> :binary.split("\n", [:global])
    |> Enum.map_join("\n", fn
      "" -> ""
      line -> prefix <> line
    end)
  end

  @doc false
  # The line with a caret under the column, and where it stands.
  def source_snippet(snippet, file, line, column, description) do
    pad = padding(line)
    bar = pad <> "  │"

    indent_description(description, pad) <>
      bar <> "\n" <>
      row(line, pad, one_line(snippet)) <>
      bar <> " " <> spaces(column - 1) <> "^\n" <>
      bar <> "\n" <> location(pad, file, line, column)
  end

  @doc false
  # The lines from an opening delimiter to where its end was missed; `text` says what is wrong there.
  def delimiter_snippet(snippet, file, {line, column}, {end_line, end_column}, text, description) do
    pad = padding(end_line)
    bar = pad <> "  │"
    lines = :binary.split(snippet, "\n", [:global])

    code =
      if line == end_line do
        row(line, pad, one_line(snippet)) <>
          bar <> " " <> spaces(column - 1) <> "│" <> spaces(end_column - column - 1) <> "└ " <> text <> "\n" <>
          bar <> " " <> spaces(column - 1) <> "└ unclosed delimiter\n"
      else
        row(line, pad, one_line(snippet)) <>
          bar <> " " <> spaces(column - 1) <> "└ unclosed delimiter\n" <>
          between(lines, line, end_line, pad) <>
          row(end_line, pad, :lists.last(lines)) <>
          bar <> " " <> spaces(end_column - 1) <> "└ " <> text <> "\n"
      end

    indent_description(description, pad) <> bar <> "\n" <> code <> bar <> "\n" <> location(pad, file, end_line, end_column)
  end

  # Few lines between are shown, many are left out.
  defp between(_, line, end_line, pad) when end_line - line > 5, do: " " <> pad <> "...\n"

  defp between(lines, line, end_line, pad) do
    :erlang.iolist_to_binary(
      for {text, number} <- numbered(lines, line), number > line, number < end_line, do: row(number, pad, text)
    )
  end

  defp numbered([text | rest], number), do: [{text, number} | numbered(rest, number + 1)]
  defp numbered([], _), do: []

  defp location(pad, file, line, column),
    do: pad <> "  └─ " <> to_string(file || "nofile") <> ":" <> "#{line}:#{column}"

  defp padding(line), do: spaces(max(byte_size(:erlang.integer_to_binary(line)), 2))

  defp row(line, pad, text), do: "  " <> pad_number(:erlang.integer_to_binary(line), pad) <> " │ " <> text <> "\n"

  defp indent_description(description, pad), do: pad <> "  error: " <> :binary.replace(description, "\n", "\n" <> pad <> "  ", [:global]) <> "\n"

  defp pad_number(number, pad) do
    missing = byte_size(pad) - byte_size(number)
    if missing > 0, do: spaces(missing - 1) <> number, else: number
  end

  defp one_line(snippet) do
    [line | _] = :binary.split(snippet, "\n")
    line
  end

  defp spaces(n) when n > 0, do: :binary.copy(" ", n)
  defp spaces(_), do: ""
end
