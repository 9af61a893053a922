# SPDX-License-Identifier: Apache-2.0
#
# :joist_source: the source text behind a stack frame, for reports of errors.
#
# What a program was compiled from is remembered when it is compiled: the text itself where no file has it (a script, `-e`,
# standard input), else where the file is and the checksum of what was read. A line is shown only when it is certainly the
# line that was compiled: a file that is gone or has another checksum has no text.
# Invariants: nothing here raises; what is looked up once stays (a `:persistent_term` each for file, text and quoted
# form), so that a crash seen often costs no file and no parsing. Any process may call.
defmodule :joist_source do
  @moduledoc false

  # Texts larger than this are not parsed for a report.
  @parse_bytes_max 2_000_000

  @doc false
  # The text of a program that is about to run.
  def remember(file, text) do
    :persistent_term.put({:joist_source, file}, {:text, text})
    :ok
  end

  @doc false
  # A file that is about to be compiled: its text is read again when somebody asks.
  def remember_file(path, text) do
    case :persistent_term.get({:joist_source, path}, nil) do
      {:text, ^text} -> :ok
      _ -> :persistent_term.put({:joist_source, path}, {:file, path, :erlang.crc32(text)})
    end

    :ok
  end

  @doc false
  # Text is evaluated under the name of a file, or of none: what is remembered under that name tells its lines no more.
  def evaluated(file, text) do
    case :persistent_term.get({:joist_source, file}, nil) do
      nil -> :ok
      :none -> :ok
      {:text, ^text} -> :ok
      {:file, _, checksum} -> if :erlang.crc32(text) != checksum, do: :persistent_term.put({:joist_source, file}, :none)
      _ -> if file == "nofile" or :binary.match(text, "\n") != :nomatch, do: :persistent_term.put({:joist_source, file}, :none)
    end

    :ok
  end

  @doc false
  # `{:ok, text}` or `:error` for the file of a frame of `module`.
  def text(file, module) do
    case :persistent_term.get({:joist_source, file}, nil) do
      {:text, text} -> {:ok, text}
      {:file, path, checksum} -> read(file, path, checksum)
      :none -> :error
      nil -> compiled(file, module)
    end
  end

  # A module file knows what it was compiled from.
  defp compiled(file, module) do
    info = if :erlang.function_exported(module, :__info__, 1), do: module.__info__(:compile), else: []

    case {:lists.keyfind(:source, 1, info), :lists.keyfind(:checksum, 1, info)} do
      {{_, source}, {_, checksum}} when is_list(source) and is_integer(checksum) ->
        path = :unicode.characters_to_binary(source)
        # Code that a macro brought from elsewhere has a file of its own.
        if path == file, do: read(file, path, checksum), else: :error

      _ ->
        :error
    end
  catch
    _, _ -> :error
  end

  defp read(file, path, checksum) do
    with {:ok, text} <- File.read(path), ^checksum <- :erlang.crc32(text) do
      :persistent_term.put({:joist_source, file}, {:text, text})
      {:ok, text}
    else
      _ -> :error
    end
  catch
    _, _ -> :error
  end

  @doc false
  # Line `number` of a text, from 1; nil behind the end.
  def line(text, number) when number > 0 do
    case skip(text, number - 1, 0) do
      nil -> nil
      from -> first_line(:erlang.binary_part(text, from, byte_size(text) - from))
    end
  end

  def line(_, _), do: nil

  defp skip(_, 0, from), do: from

  defp skip(text, n, from) do
    case :binary.match(text, "\n", scope: {from, byte_size(text) - from}) do
      {at, _} -> skip(text, n - 1, at + 1)
      :nomatch -> nil
    end
  end

  defp first_line(rest) do
    line = hd(:binary.split(rest, "\n"))
    size = byte_size(line)
    if size > 0 and :binary.last(line) == ?\r, do: :erlang.binary_part(line, 0, size - 1), else: line
  end

  @doc false
  # The quoted form of a file's text, with columns.
  def quoted(file, text) when byte_size(text) <= @parse_bytes_max do
    key = {:joist_source, :quoted, file}

    case :persistent_term.get(key, nil) do
      nil ->
        quoted =
          case Code.string_to_quoted(text, columns: true, file: file, emit_warnings: false) do
            {:ok, quoted} -> quoted
            _ -> :error
          end

        :persistent_term.put(key, {:quoted, quoted})
        quoted

      {:quoted, quoted} ->
        quoted
    end
  catch
    _, _ -> :error
  end

  def quoted(_, _), do: :error
end
