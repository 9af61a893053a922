# SPDX-License-Identifier: Apache-2.0
#
# A device in memory: a process that speaks the io protocol, reads from a string and collects what is written. Its own requests (contents, flush,
# close) come as {:string_io, from, ref, what} and are answered by {ref, reply}.

defmodule StringIO do
  @moduledoc """
  A string as a device.

      iex> {:ok, device} = StringIO.open("foo")
      iex> IO.read(device, 2)
      "fo"
  """

  @doc """
  Opens a device on a string. Options: `:capture_prompt`, `:encoding` (`:unicode` or `:latin1`). With a function in their place, like `open/3`.

      iex> {:ok, device} = StringIO.open("foo")
      iex> IO.gets(device, ">")
      "foo"
  """
  @spec open(binary, keyword) :: {:ok, pid}
  def open(string, options_or_function \\ [])

  def open(string, options) when is_binary(string) and is_list(options) do
    state = %{
      encoding: options[:encoding] || :unicode,
      capture_prompt: options[:capture_prompt] || false,
      input: string,
      output: ""
    }

    {:ok, :erlang.spawn_link(fn -> loop(state) end)}
  end

  def open(string, function) when is_binary(string) and is_function(function, 1), do: open(string, [], function)

  @doc """
  Opens a device, calls the function with it, closes it and answers `{:ok, result}`.

      iex> StringIO.open("foo", [], fn device -> IO.read(device, 1) end)
      {:ok, "f"}
  """
  @spec open(binary, keyword, (pid -> result)) :: {:ok, result} when result: var
  def open(string, options, function) when is_binary(string) and is_list(options) and is_function(function, 1) do
    {:ok, pid} = open(string, options)

    try do
      {:ok, function.(pid)}
    after
      {:ok, {_input, _output}} = close(pid)
    end
  end

  @doc """
  What is left to read and what was written.

      iex> {:ok, device} = StringIO.open("in")
      iex> IO.write(device, "out")
      iex> StringIO.contents(device)
      {"in", "out"}
  """
  @spec contents(pid) :: {binary, binary}
  def contents(pid) when is_pid(pid), do: call(pid, :contents)

  @doc """
  Answers what was written and forgets it.

      iex> {:ok, device} = StringIO.open("")
      iex> IO.write(device, "out")
      iex> StringIO.flush(device)
      "out"
  """
  @spec flush(pid) :: binary
  def flush(pid) when is_pid(pid), do: call(pid, :flush)

  @doc """
  Ends the device: `{:ok, {input, output}}`.

      iex> {:ok, device} = StringIO.open("in")
      iex> StringIO.close(device)
      {:ok, {"in", ""}}
  """
  @spec close(pid) :: {:ok, {binary, binary}}
  def close(pid) when is_pid(pid), do: call(pid, :close)

  defp call(pid, what) do
    ref = :erlang.monitor(:process, pid)
    :erlang.send(pid, {:string_io, self(), ref, what})

    receive do
      {^ref, reply} ->
        :erlang.demonitor(ref, [:flush])
        reply

      {:DOWN, ^ref, :process, _, reason} ->
        :erlang.exit({reason, {StringIO, what, [pid]}})
    end
  end

  defp loop(state) do
    receive do
      {:io_request, from, reply_as, request} ->
        {reply, state} = io(request, state)
        :erlang.send(from, {:io_reply, reply_as, reply})
        loop(state)

      {:string_io, from, ref, :contents} ->
        :erlang.send(from, {ref, {state.input, state.output}})
        loop(state)

      {:string_io, from, ref, :flush} ->
        :erlang.send(from, {ref, state.output})
        loop(%{state | output: ""})

      {:string_io, from, ref, :close} ->
        :erlang.unlink(from)
        :erlang.send(from, {ref, {:ok, {state.input, state.output}}})

      _ ->
        loop(state)
    end
  end

  defp io({:put_chars, chars}, state), do: put(:latin1, chars, state)
  defp io({:put_chars, encoding, chars}, state), do: put(encoding, chars, state)

  defp io({:put_chars, encoding, module, function, args}, state) do
    try do
      apply(module, function, args)
    catch
      _, _ -> {{:error, {:put_chars, encoding, module, function, args}}, state}
    else
      chars -> put(encoding, chars, state)
    end
  end

  defp io({:get_chars, prompt, count}, state) when is_integer(count), do: io({:get_chars, :latin1, prompt, count}, state)

  defp io({:get_chars, encoding, prompt, count}, state) when is_integer(count) and count >= 0 do
    state = prompted(prompt, state)

    case take(state.input, encoding, state.encoding, count) do
      {:error, _} = error -> {error, state}
      {"", ""} when count > 0 -> {:eof, state}
      {data, rest} -> {data, %{state | input: rest}}
    end
  end

  defp io({:get_line, prompt}, state), do: io({:get_line, :latin1, prompt}, state)

  defp io({:get_line, encoding, prompt}, state) do
    state = prompted(prompt, state)

    {line, rest} =
      case :binary.match(state.input, "\n") do
        {at, _} -> cut(state.input, at + 1)
        :nomatch -> {state.input, ""}
      end

    cond do
      line == "" -> {:eof, state}
      encoding == :unicode and state.encoding == :unicode and not String.valid?(line) -> {{:error, :collect_line}, state}
      true -> {unix_line(line), %{state | input: rest}}
    end
  end

  defp io({:requests, requests}, state), do: all(requests, {:ok, state})
  defp io(:getopts, state), do: {[binary: true, encoding: state.encoding], state}
  defp io({:get_geometry, _}, state), do: {{:error, :enotsup}, state}

  defp io({:setopts, options}, state) do
    case options[:encoding] do
      encoding when encoding in [:unicode, :latin1] -> {:ok, %{state | encoding: encoding}}
      _ -> {{:error, :enotsup}, state}
    end
  end

  defp io(_, state), do: {{:error, :request}, state}

  # Lines end in "\n", whatever they ended in before.
  defp unix_line(line) when byte_size(line) >= 2 do
    case binary_part(line, byte_size(line), -2) do
      "\r\n" -> binary_part(line, 0, byte_size(line) - 2) <> "\n"
      _ -> line
    end
  end

  defp unix_line(line), do: line

  defp all([], result), do: result

  defp all([request | rest], {_, state}) do
    case io(request, state) do
      {{:error, _}, _} = failed -> failed
      result -> all(rest, result)
    end
  end

  defp put(encoding, chars, state) do
    case :unicode.characters_to_binary(chars, encoding, state.encoding) do
      text when is_binary(text) -> {:ok, %{state | output: state.output <> text}}
      _ -> {{:error, {:no_translation, encoding, state.encoding}}, state}
    end
  rescue
    ArgumentError -> {{:error, {:put_chars, encoding, chars}}, state}
  end

  defp prompted(prompt, %{capture_prompt: true} = state) do
    {_, state} = put(:unicode, prompt, state)
    state
  end

  defp prompted(_, state), do: state

  defp take(input, :unicode, :unicode, count), do: take_chars(input, 0, byte_size(input), count, input)
  defp take(input, _, _, count), do: cut(input, min(count, byte_size(input)))

  defp take_chars(_, at, size, 0, input) when at <= size, do: cut(input, at)
  defp take_chars(<<char::utf8, rest::binary>>, at, size, count, input), do: take_chars(rest, at + byte_size(<<char::utf8>>), size, count - 1, input)
  defp take_chars("", at, _, _, input), do: cut(input, at)
  defp take_chars(_, _, _, _, _), do: {:error, :invalid_unicode}

  defp cut(binary, at), do: {binary_part(binary, 0, at), binary_part(binary, at, byte_size(binary) - at)}
end
