# SPDX-License-Identifier: Apache-2.0
#
# The exceptions of code that cannot be read, compiled or loaded. Their messages show the place in the source.

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
