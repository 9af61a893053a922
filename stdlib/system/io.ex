# SPDX-License-Identifier: Apache-2.0
#
# Input and output of text and bytes. A device is one of three things: a standard stream (native), an open file (a handle, native), or a process
# that speaks the io protocol: it is sent {:io_request, from, reply_as, request} and answers {:io_reply, reply_as, reply}. `:stdio` means the group
# leader; when that is the default device of the VM, calls go straight to the native. Text is Unicode and is encoded for the device; the functions
# with `bin` in their names move bytes as they are.

defmodule IO do
  @moduledoc """
  Reading and writing on devices.

      iex> IO.iodata_to_binary(["ab", ?c, [["d"]]])
      "abcd"
  """

  @type device :: atom | pid | reference
  @type nodata :: {:error, term} | :eof
  @type chardata :: String.t() | maybe_improper_list(char | chardata, String.t() | [])

  # ---- writing ----

  @doc """
  Writes an item and a new line.

      IO.puts("hello")
  """
  @spec puts(device, chardata | String.Chars.t()) :: :ok
  def puts(device \\ :stdio, item)

  def puts(device, item) when is_binary(item), do: put_text(device, <<item::binary, ?\n>>)
  def puts(device, item), do: put_text(device, [to_chardata(item), ?\n])

  @doc """
  Writes an item.

      IO.write(:stderr, "oh")
  """
  @spec write(device, chardata | String.Chars.t()) :: :ok
  def write(device \\ :stdio, chardata), do: put_text(device, to_chardata(chardata))

  @doc """
  Writes bytes as they are.

      IO.binwrite(<<255>>)
  """
  @spec binwrite(device, iodata) :: :ok
  def binwrite(device \\ :stdio, iodata) when is_list(iodata) or is_binary(iodata) do
    bytes = :erlang.iolist_to_binary(iodata)

    case target(device) do
      pid when is_pid(pid) -> written(request(pid, {:put_chars, :latin1, bytes}))
      handle when is_reference(handle) -> written(:joist_file.write(handle, bytes))
      stream -> written(:joist_io.write(stream, bytes))
    end
  end

  defp put_text(device, chardata) do
    text = encode(chardata)

    case target(device) do
      pid when is_pid(pid) -> written(request(pid, {:put_chars, :unicode, text}))
      handle when is_reference(handle) -> written(:joist_file.write(handle, for_file(handle, text)))
      stream -> written(:joist_io.write(stream, text))
    end
  end

  defp encode(text) when is_binary(text) do
    if :joist_text.valid_utf8(text), do: text, else: no_chardata()
  end

  defp encode(chardata) do
    case characters(chardata) do
      text when is_binary(text) -> text
      _ -> no_chardata()
    end
  end

  defp characters(chardata) do
    :unicode.characters_to_binary(chardata)
  rescue
    ArgumentError -> :error
  end

  defp no_chardata do
    raise ArgumentError,
          "errors were found at the given arguments:\n\n  * 2nd argument: not valid character data (an iodata term)\n"
  end

  defp for_file(handle, text) do
    case :joist_file.encoding(handle) do
      :unicode ->
        text

      encoding ->
        case :unicode.characters_to_binary(text, :unicode, encoding) do
          bytes when is_binary(bytes) -> bytes
          _ -> :erlang.error(:no_translation)
        end
    end
  end

  defp written(:ok), do: :ok

  defp written({:error, reason}) when reason in [:ebadf, :enospc, :eio, :epipe] do
    raise ArgumentError,
          "errors were found at the given arguments:\n\n  * 1st argument: #{:file.format_error(reason)} (#{reason})\n"
  end

  defp written({:error, {:no_translation, _, _}}), do: :erlang.error(:no_translation)
  defp written({:error, reason}), do: :erlang.error(reason)

  @doc """
  Writes what `inspect/2` makes of an item and answers the item. Options as for `inspect/2`, and `:label`.

      iex> IO.inspect([1, 2], label: "list")
      [1, 2]
  """
  @spec inspect(item, keyword) :: item when item: var
  def inspect(item, options \\ []), do: inspect(:stdio, item, options)

  @doc """
  Like `inspect/2`, on a device.

      IO.inspect(:stderr, :item, [])
  """
  @spec inspect(device, item, keyword) :: item when item: var
  def inspect(device, item, options) when is_list(options) do
    label =
      case option(options, :label, nil) do
        empty when empty == nil or empty == false -> []
        label -> [to_chardata(label), ": "]
      end

    puts(device, [label, Kernel.inspect(item, [{:pretty, true} | options])])
    item
  end

  @doc """
  Writes a warning with the stack trace of the caller on standard error.

      IO.warn("take care")
  """
  @spec warn(chardata | String.Chars.t()) :: :ok
  def warn(message) do
    case :erlang.process_info(self(), :current_stacktrace) do
      {:current_stacktrace, [_, _ | trace]} -> warn(message, trace)
      _ -> warn(message, [])
    end
  end

  @doc """
  Writes a warning with a stack trace, or with the place given as `[file: f, line: l, ...]` or an environment.

      IO.warn("take care", [])
  """
  @spec warn(chardata | String.Chars.t(), list | map) :: :ok
  def warn(message, %{file: file, line: line}), do: warn(message, file: file, line: line)

  def warn(message, [{key, _} | _] = place) when is_atom(key) do
    where =
      case {option(place, :file, nil), option(place, :line, nil)} do
        {nil, _} -> []
        {file, nil} -> ["\n  ", file]
        {file, line} -> ["\n  ", file, ":", Integer.to_string(line)]
      end

    write(:stderr, ["warning: ", to_chardata(message), where, "\n\n"])
  end

  def warn(message, trace) when is_list(trace) do
    lines = for entry <- trace, do: ["\n  ", Exception.format_stacktrace_entry(entry)]
    write(:stderr, ["warning: ", to_chardata(message), lines, "\n\n"])
  end

  # ---- reading ----

  @doc """
  Reads a line (`:line`), so many characters, or everything (`:eof`): a string, `:eof` or `{:error, reason}`.

      IO.read(:stdio, :line)
  """
  @spec read(device, :eof | :line | non_neg_integer) :: chardata | nodata
  def read(device \\ :stdio, what)
  def read(device, :all), do: nothing(read(device, :eof))
  def read(device, :line), do: text_line(source(device), "")
  def read(device, :eof), do: device |> source() |> text_rest([])
  def read(device, count) when is_integer(count) and count >= 0, do: text_chars(source(device), "", count)

  @doc """
  Reads bytes: a line (`:line`), so many, or everything (`:eof`).

      IO.binread(:stdio, 4)
  """
  @spec binread(device, :eof | :line | non_neg_integer) :: iodata | nodata
  def binread(device \\ :stdio, what)
  def binread(device, :all), do: nothing(binread(device, :eof))
  def binread(device, :line), do: byte_line(source(device))
  def binread(device, :eof), do: device |> source() |> byte_rest([])
  def binread(device, count) when is_integer(count) and count >= 0, do: bytes(source(device), count)

  defp nothing(:eof), do: ""
  defp nothing(other), do: other

  @doc """
  Writes a prompt and reads a line.

      IO.gets("name? ")
  """
  @spec gets(device, chardata | String.Chars.t()) :: chardata | nodata
  def gets(device \\ :stdio, prompt), do: text_line(source(device), to_chardata(prompt))

  @doc """
  Writes a prompt and reads so many characters.

      IO.getn("sure? ", 1)
  """
  @spec getn(device | chardata | String.Chars.t(), pos_integer | chardata | String.Chars.t()) :: chardata | nodata
  def getn(prompt, count \\ 1)
  def getn(prompt, count) when is_integer(count) and count > 0, do: getn(:stdio, prompt, count)
  def getn(device, prompt) when not is_integer(prompt), do: getn(device, prompt, 1)

  @doc """
  Like `getn/2`, on a device.

      IO.getn(:stdio, "sure? ", 1)
  """
  @spec getn(device, chardata | String.Chars.t(), pos_integer) :: chardata | nodata
  def getn(device, prompt, count) when is_integer(count) and count > 0, do: text_chars(source(device), to_chardata(prompt), count)

  @doc """
  A device as an enumerable of lines or of so many characters; also to collect into.

      for line <- IO.stream(), do: IO.write(line)
  """
  @spec stream(device, :line | pos_integer) :: IO.Stream.t()
  def stream(device \\ :stdio, line_or_characters \\ :line)

  def stream(device, line_or_characters) when line_or_characters == :line or (is_integer(line_or_characters) and line_or_characters > 0),
    do: IO.Stream.__build__(named(device), false, line_or_characters)

  @doc """
  Like `stream/2`, in bytes.

      IO.binstream(:stdio, 512)
  """
  @spec binstream(device, :line | pos_integer) :: IO.Stream.t()
  def binstream(device \\ :stdio, line_or_bytes \\ :line)

  def binstream(device, line_or_bytes) when line_or_bytes == :line or (is_integer(line_or_bytes) and line_or_bytes > 0),
    do: IO.Stream.__build__(named(device), true, line_or_bytes)

  @doc false
  def each_stream(device, line_or_characters), do: step(device, read(device, line_or_characters))
  @doc false
  def each_binstream(device, line_or_bytes), do: step(device, binread(device, line_or_bytes))

  defp step(device, :eof), do: {:halt, device}
  defp step(_, {:error, reason}), do: raise(IO.StreamError, reason: reason)
  defp step(device, data), do: {[data], device}

  # ---- text from the three kinds of device ----

  defp text_line(pid, prompt) when is_pid(pid), do: text_reply(request(pid, {:get_line, :unicode, prompt}))

  defp text_line(handle, _) when is_reference(handle) do
    case :joist_file.encoding(handle) do
      encoding when encoding == :unicode or encoding == :latin1 -> handle |> byte_line() |> decode(encoding)
      encoding -> wide_line(handle, encoding, [])
    end
  end

  defp text_line(stream, prompt) do
    put_prompt(stream, prompt)
    :joist_io.read_line(:stdio)
  end

  defp text_chars(_, _, 0), do: ""
  defp text_chars(pid, prompt, count) when is_pid(pid), do: text_reply(request(pid, {:get_chars, :unicode, prompt, count}))

  defp text_chars(handle, _, count) when is_reference(handle) do
    case :joist_file.encoding(handle) do
      :latin1 -> handle |> bytes(count) |> decode(:latin1)
      :unicode -> utf8_chars(handle, "", count)
      encoding -> wide_chars(handle, encoding, [], count)
    end
  end

  defp text_chars(stream, prompt, count) do
    put_prompt(stream, prompt)
    utf8_chars(stream, "", count)
  end

  defp text_rest(pid, acc) when is_pid(pid) do
    case text_reply(request(pid, {:get_chars, :unicode, "", 4096})) do
      text when is_binary(text) -> text_rest(pid, [acc | text])
      :eof when acc == [] -> :eof
      :eof -> :erlang.iolist_to_binary(acc)
      error -> error
    end
  end

  defp text_rest(handle, acc) when is_reference(handle), do: handle |> byte_rest(acc) |> decode(:joist_file.encoding(handle))
  defp text_rest(stream, acc), do: byte_rest(stream, acc)

  # Reads what is still missing until `count` code points are whole.
  defp utf8_chars(device, got, count) do
    case :joist_text.codepoint_count(got) do
      have when have >= count and got != "" ->
        case missing_bytes(got) do
          0 -> got
          missing -> more_chars(device, got, count, missing)
        end

      have ->
        more_chars(device, got, count, count - have)
    end
  end

  defp more_chars(device, got, count, wanted) do
    case bytes(device, wanted) do
      data when is_binary(data) -> utf8_chars(device, got <> data, count)
      :eof when got != "" -> got
      other -> other
    end
  end

  # How many bytes the last, torn character still lacks.
  defp missing_bytes(text) do
    size = byte_size(text)
    torn(text, size, 1) || torn(text, size, 2) || torn(text, size, 3) || 0
  end

  defp torn(text, size, back) when size >= back do
    case :binary.at(text, size - back) do
      lead when lead >= 0xF0 and lead < 0xF8 -> 4 - back
      lead when lead >= 0xE0 and lead < 0xF0 and back < 3 -> 3 - back
      lead when lead >= 0xC0 and lead < 0xE0 and back < 2 -> 2 - back
      _ -> nil
    end
  end

  defp torn(_, _, _), do: nil

  defp wide_line(handle, encoding, acc) do
    case wide_chars(handle, encoding, [], 1) do
      "\n" -> :erlang.iolist_to_binary([acc, "\n"])
      char when is_binary(char) -> wide_line(handle, encoding, [acc | char])
      :eof when acc != [] -> :erlang.iolist_to_binary(acc)
      other -> other
    end
  end

  defp wide_chars(_, _, acc, 0), do: :erlang.iolist_to_binary(acc)

  defp wide_chars(handle, encoding, acc, count) do
    case wide_char(handle, encoding) do
      char when is_binary(char) -> wide_chars(handle, encoding, [acc | char], count - 1)
      :eof when acc != [] -> :erlang.iolist_to_binary(acc)
      other -> other
    end
  end

  defp wide_char(handle, {:utf32, _} = encoding), do: handle |> bytes(4) |> decode(encoding)

  defp wide_char(handle, {:utf16, order} = encoding) do
    case bytes(handle, 2) do
      <<a, b>> = unit when (order == :big and a in 0xD8..0xDB) or (order == :little and b in 0xD8..0xDB) ->
        case bytes(handle, 2) do
          low when is_binary(low) -> decode(unit <> low, encoding)
          other -> other
        end

      other ->
        decode(other, encoding)
    end
  end

  defp decode(data, :unicode), do: data

  defp decode(data, encoding) when is_binary(data) do
    case :unicode.characters_to_binary(data, encoding) do
      text when is_binary(text) -> text
      _ -> {:error, {:no_translation, encoding, :unicode}}
    end
  end

  defp decode(other, _), do: other

  defp text_reply(data) when is_list(data) do
    case :unicode.characters_to_binary(data) do
      text when is_binary(text) -> text
      _ -> {:error, :collect_chars}
    end
  end

  defp text_reply(other), do: other

  defp put_prompt(_, ""), do: :ok
  defp put_prompt(stream, prompt), do: :joist_io.write(stream, encode(prompt))

  # ---- bytes from the three kinds of device ----

  defp byte_line(pid) when is_pid(pid), do: byte_reply(request(pid, {:get_line, :latin1, ""}))

  defp byte_line(handle) when is_reference(handle) do
    case :joist_file.read_line(handle) do
      {:ok, line} -> line
      other -> other
    end
  end

  defp byte_line(_), do: :joist_io.read_line(:stdio)

  defp bytes(_, 0), do: ""
  defp bytes(pid, count) when is_pid(pid), do: byte_reply(request(pid, {:get_chars, :latin1, "", count}))

  defp bytes(handle, count) when is_reference(handle) do
    case :joist_file.read(handle, count) do
      {:ok, data} -> data
      other -> other
    end
  end

  defp bytes(_, count), do: :joist_io.read(:stdio, count)

  defp byte_rest(device, acc) do
    case bytes(device, 65536) do
      data when is_binary(data) -> byte_rest(device, [acc | data])
      :eof when acc == [] -> :eof
      :eof -> :erlang.iolist_to_binary(acc)
      error -> error
    end
  end

  defp byte_reply(data) when is_list(data), do: :erlang.iolist_to_binary(data)
  defp byte_reply(other), do: other

  # ---- devices ----

  defp named(:stdio), do: :standard_io
  defp named(:stderr), do: :standard_error
  defp named(device), do: device

  # Where to read: in the interactive shell the terminal is read by the shell alone.
  defp source(device) do
    case target(device) do
      :stdio ->
        case :erlang.whereis(:joist_shell) do
          :undefined -> :stdio
          shell -> shell
        end

      other ->
        other
    end
  end

  # A pid, a handle of a file, or the native stream `:stdio` or `:stderr`.
  defp target(device) when device == :stdio or device == :standard_io do
    case :erlang.group_leader() do
      :user -> :stdio
      pid -> pid
    end
  end

  defp target(:user), do: :stdio
  defp target(:stderr), do: :stderr
  defp target(:standard_error), do: :stderr
  defp target(device) when is_pid(device) or is_reference(device), do: device

  defp target(name) when is_atom(name) do
    case :erlang.whereis(name) do
      pid when is_pid(pid) ->
        pid

      :undefined ->
        raise ArgumentError, "errors were found at the given arguments:\n\n  * 1st argument: the device does not exist\n"
    end
  end

  defp request(pid, request) do
    ref = :erlang.monitor(:process, pid)
    :erlang.send(pid, {:io_request, self(), ref, request})

    receive do
      {:io_reply, ^ref, reply} ->
        :erlang.demonitor(ref, [:flush])
        reply

      {:DOWN, ^ref, :process, _, _} ->
        {:error, :terminated}
    end
  end

  # ---- data ----

  @doc """
  Chardata as one string; raises `UnicodeConversionError` when it is no valid text.

      iex> IO.chardata_to_string([0x00E6, "b"])
      "æb"
  """
  @spec chardata_to_string(chardata) :: String.t()
  def chardata_to_string(string) when is_binary(string), do: string

  def chardata_to_string(list) when is_list(list) do
    case :unicode.characters_to_binary(list) do
      text when is_binary(text) -> text
      {:error, encoded, rest} -> raise UnicodeConversionError, encoded: encoded, rest: rest, kind: :invalid
      {:incomplete, encoded, rest} -> raise UnicodeConversionError, encoded: encoded, rest: rest, kind: :incomplete
    end
  end

  @doc """
  Bytes of a nested list in one binary.

      iex> IO.iodata_to_binary([1, [2], "a"])
      <<1, 2, 97>>
  """
  @spec iodata_to_binary(iodata) :: binary
  def iodata_to_binary(iodata), do: :erlang.iolist_to_binary(iodata)

  @doc """
  How many bytes a nested list holds.

      iex> IO.iodata_length([1, 2 | <<3, 4>>])
      4
  """
  @spec iodata_length(iodata) :: non_neg_integer
  def iodata_length(iodata), do: :erlang.iolist_size(iodata)

  defp to_chardata(list) when is_list(list), do: list
  defp to_chardata(item), do: to_string(item)

  defp option([{key, value} | _], key, _), do: value
  defp option([_ | rest], key, default), do: option(rest, key, default)
  defp option([], _, default), do: default
end
