# SPDX-License-Identifier: Apache-2.0
#
# A file as a sequence of lines or of chunks. The file is opened when the walk begins and closed when it ends, however it ends; a walk that is
# suspended (by `Stream.zip`, say) keeps it open until it is continued or halted. Raw streams move bytes; with an encoding, text is decoded.

defmodule File.Stream do
  @moduledoc """
  A file to enumerate or to collect into, made by `File.stream!/3`.
  """

  defstruct path: nil, modes: [], line_or_bytes: :line, raw: true, node: nil

  @type t :: %File.Stream{}

  @doc false
  def __build__(path, line_or_bytes, modes) do
    raw = not encoded?(modes)

    modes =
      if raw do
        modes = for mode <- modes, do: if(mode == :read_ahead, do: {:read_ahead, 65_536}, else: mode)

        case :lists.keytake(:read_ahead, 1, modes) do
          {:value, {:read_ahead, false}, rest} -> [:raw | rest] ++ [:binary]
          {:value, {:read_ahead, size}, rest} -> [:raw, {:read_ahead, size} | rest] ++ [:binary]
          false -> [:raw, :read_ahead | modes] ++ [:binary]
        end
      else
        encoding(modes) ++ [:binary]
      end

    %File.Stream{path: path, modes: modes, raw: raw, line_or_bytes: line_or_bytes, node: :erlang.node()}
  end

  defp encoded?(modes), do: :lists.keymember(:encoding, 1, modes) or :lists.member(:utf8, modes)

  defp encoding([]), do: []
  defp encoding([:utf8 | rest]), do: [{:encoding, :utf8} | encoding(rest)]
  defp encoding([mode | rest]), do: [mode | encoding(rest)]

  @doc false
  def __open__(stream, extra) do
    modes = extra ++ for(mode <- stream.modes, mode not in [:trim_bom, :read, :write, :append], do: mode)
    modes = if :lists.member(:append, stream.modes) and :lists.member(:write, modes), do: [:append | modes], else: modes

    case :joist_file.open(stream.path, modes) do
      {:ok, handle} -> handle
      {:error, reason} -> raise File.Error, reason: reason, action: "stream", path: stream.path
    end
  end

  @doc false
  def __open_to_read__(stream) do
    handle = __open__(stream, [:read])
    if :lists.member(:trim_bom, stream.modes), do: skip_bom(handle)
    handle
  end

  defp skip_bom(handle) do
    case :joist_file.read(handle, 4) do
      {:ok, data} ->
        {_, size} = :unicode.bom_to_encoding(data)
        :joist_file.position(handle, size)

      _ ->
        :ok
    end
  end

  @doc false
  def __read__(%{raw: true, line_or_bytes: :line}, handle) do
    case :joist_file.read_line(handle) do
      {:ok, line} -> unix_line(line)
      other -> other
    end
  end

  def __read__(%{raw: true, line_or_bytes: bytes}, handle) do
    case :joist_file.read(handle, bytes) do
      {:ok, data} -> data
      other -> other
    end
  end

  def __read__(%{line_or_bytes: :line}, handle) do
    case IO.read(handle, :line) do
      line when is_binary(line) -> unix_line(line)
      other -> other
    end
  end

  def __read__(%{line_or_bytes: count}, handle), do: IO.read(handle, count)

  # Lines end in "\n", whatever the system that wrote them.
  defp unix_line(line) when byte_size(line) >= 2 do
    case binary_part(line, byte_size(line), -2) do
      "\r\n" -> binary_part(line, 0, byte_size(line) - 2) <> "\n"
      _ -> line
    end
  end

  defp unix_line(line), do: line
end

defimpl Enumerable, for: File.Stream do
  def reduce(stream, acc, fun) do
    handle = File.Stream.__open_to_read__(stream)
    run(stream, handle, acc, fun)
  end

  defp run(stream, handle, acc, fun) do
    try do
      loop(stream, handle, acc, fun)
    catch
      kind, reason ->
        :joist_file.close(handle)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      {:suspended, acc} ->
        {:suspended, acc, &run(stream, handle, &1, fun)}

      done ->
        :joist_file.close(handle)
        done
    end
  end

  defp loop(_stream, _handle, {:halt, acc}, _fun), do: {:halted, acc}
  defp loop(_stream, _handle, {:suspend, acc}, _fun), do: {:suspended, acc}

  defp loop(stream, handle, {:cont, acc}, fun) do
    case File.Stream.__read__(stream, handle) do
      data when is_binary(data) -> loop(stream, handle, fun.(data, acc), fun)
      :eof -> {:done, acc}
      {:error, reason} -> raise IO.StreamError, reason: reason
    end
  end

  def count(%{raw: true, line_or_bytes: bytes, path: path, modes: modes} = stream) when is_integer(bytes) do
    case :joist_file.stat(path, :follow) do
      {:ok, stat} ->
        size = elem(stat, 0)
        size = if :lists.member(:trim_bom, modes), do: size - bom_size(stream), else: size
        {:ok, div(size + bytes - 1, bytes)}

      {:error, reason} ->
        raise File.Error, reason: reason, action: "stream", path: path
    end
  end

  def count(_stream), do: {:error, __MODULE__}

  defp bom_size(stream) do
    handle = File.Stream.__open__(stream, [:read])

    size =
      case :joist_file.read(handle, 4) do
        {:ok, data} -> elem(:unicode.bom_to_encoding(data), 1)
        _ -> 0
      end

    :joist_file.close(handle)
    size
  end

  def member?(_stream, _term), do: {:error, __MODULE__}
  def slice(_stream), do: {:error, __MODULE__}
end

defimpl Collectable, for: File.Stream do
  def into(%{raw: raw} = stream) do
    handle = File.Stream.__open__(stream, [:write])

    collect = fn
      :ok, {:cont, data} when raw ->
        case :joist_file.write(handle, data) do
          :ok -> :ok
          {:error, reason} -> raise File.Error, reason: reason, action: "stream", path: stream.path
        end

      :ok, {:cont, data} ->
        IO.write(handle, data)

      :ok, :done ->
        :joist_file.close(handle)
        stream

      :ok, :halt ->
        :joist_file.close(handle)
    end

    {:ok, collect}
  end
end
