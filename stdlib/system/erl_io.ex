# SPDX-License-Identifier: Apache-2.0
#
# Input and output under Erlang's name; devices are those of `IO`. What is read comes as strings.

defmodule :io do
  @moduledoc """
  Input and output, under Erlang's name.

      iex> :io.format("~p~n", [:done])
      :ok
  """

  @doc "Writes a template without arguments."
  @spec format(IO.chardata() | atom) :: :ok
  def format(template), do: format(:standard_io, template, [])

  @doc "Writes what `:io_lib.format/2` makes."
  @spec format(IO.chardata() | atom, list) :: :ok
  def format(template, args), do: format(:standard_io, template, args)

  @doc "Like `format/2`, on a device."
  @spec format(IO.device(), IO.chardata() | atom, list) :: :ok
  def format(device, template, args), do: IO.write(device, :io_lib.format(template, args))

  @doc "Like `format/1`."
  @spec fwrite(IO.chardata() | atom) :: :ok
  def fwrite(template), do: format(:standard_io, template, [])

  @doc "Like `format/2`."
  @spec fwrite(IO.chardata() | atom, list) :: :ok
  def fwrite(template, args), do: format(:standard_io, template, args)

  @doc "Like `format/3`."
  @spec fwrite(IO.device(), IO.chardata() | atom, list) :: :ok
  def fwrite(device, template, args), do: format(device, template, args)

  @doc "Writes chardata."
  @spec put_chars(IO.chardata()) :: :ok
  def put_chars(chars), do: IO.write(:standard_io, chars)

  @doc "Writes chardata on a device."
  @spec put_chars(IO.device(), IO.chardata()) :: :ok
  def put_chars(device, chars), do: IO.write(device, chars)

  @doc "Writes a new line."
  @spec nl() :: :ok
  def nl, do: IO.write(:standard_io, "\n")

  @doc "Writes a new line on a device."
  @spec nl(IO.device()) :: :ok
  def nl(device), do: IO.write(device, "\n")

  @doc "Writes a term in Erlang's syntax."
  @spec write(term) :: :ok
  def write(term), do: IO.write(:standard_io, :io_lib.write(term))

  @doc "Writes a term in Erlang's syntax on a device."
  @spec write(IO.device(), term) :: :ok
  def write(device, term), do: IO.write(device, :io_lib.write(term))

  @doc "Writes a prompt and reads a line."
  @spec get_line(IO.chardata()) :: String.t() | :eof | {:error, term}
  def get_line(prompt), do: IO.gets(:standard_io, prompt)

  @doc "Like `get_line/1`, on a device."
  @spec get_line(IO.device(), IO.chardata()) :: String.t() | :eof | {:error, term}
  def get_line(device, prompt), do: IO.gets(device, prompt)

  @doc "Writes a prompt and reads so many characters."
  @spec get_chars(IO.chardata(), pos_integer) :: String.t() | :eof | {:error, term}
  def get_chars(prompt, count), do: IO.getn(:standard_io, prompt, count)

  @doc "Like `get_chars/2`, on a device."
  @spec get_chars(IO.device(), IO.chardata(), pos_integer) :: String.t() | :eof | {:error, term}
  def get_chars(device, prompt, count), do: IO.getn(device, prompt, count)

  @doc "The width of the terminal."
  @spec columns() :: {:ok, pos_integer} | {:error, :enotsup}
  def columns do
    case :joist_io.terminal_size() do
      {columns, _} -> {:ok, columns}
      :error -> {:error, :enotsup}
    end
  end

  @doc "The height of the terminal."
  @spec rows() :: {:ok, pos_integer} | {:error, :enotsup}
  def rows do
    case :joist_io.terminal_size() do
      {_, rows} -> {:ok, rows}
      :error -> {:error, :enotsup}
    end
  end

  @doc "Which characters count as printable."
  @spec printable_range() :: :unicode | :latin1
  def printable_range, do: :latin1
end
