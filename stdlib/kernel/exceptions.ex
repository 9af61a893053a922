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

        not Exception.Arguments.proper?(args) ->
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
      exception_message: "got #{name} with message:\n\n#{exception |> Exception.message() |> String.trim_trailing() |> pad()}",
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
