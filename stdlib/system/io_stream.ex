# SPDX-License-Identifier: Apache-2.0
#
# A device seen as a sequence. Walking it reads and therefore changes the device: it is not a value that can be walked twice.

defmodule IO.Stream do
  @moduledoc """
  A device to enumerate or to collect into, made by `IO.stream/2` and `IO.binstream/2`.
  """

  defstruct device: nil, raw: true, line_or_bytes: :line

  @type t :: %IO.Stream{device: IO.device(), raw: boolean, line_or_bytes: :line | pos_integer}

  @doc false
  def __build__(device, raw, line_or_bytes), do: %IO.Stream{device: device, raw: raw, line_or_bytes: line_or_bytes}

  @doc false
  def __next__(%{device: device, raw: true, line_or_bytes: what}), do: IO.binread(device, what)
  def __next__(%{device: device, raw: false, line_or_bytes: what}), do: IO.read(device, what)

  @doc false
  def __write__(%{device: device, raw: true}, data), do: IO.binwrite(device, data)
  def __write__(%{device: device, raw: false}, data), do: IO.write(device, data)
end

defimpl Enumerable, for: IO.Stream do
  def reduce(_stream, {:halt, acc}, _fun), do: {:halted, acc}
  def reduce(stream, {:suspend, acc}, fun), do: {:suspended, acc, &reduce(stream, &1, fun)}

  def reduce(stream, {:cont, acc}, fun) do
    case IO.Stream.__next__(stream) do
      :eof -> {:done, acc}
      {:error, reason} -> raise IO.StreamError, reason: reason
      data -> reduce(stream, fun.(data, acc), fun)
    end
  end

  def count(_stream), do: {:error, __MODULE__}
  def member?(_stream, _term), do: {:error, __MODULE__}
  def slice(_stream), do: {:error, __MODULE__}
end

defimpl Collectable, for: IO.Stream do
  def into(stream) do
    collect = fn
      :ok, {:cont, data} -> IO.Stream.__write__(stream, data)
      :ok, _done_or_halt -> stream
    end

    {:ok, collect}
  end
end
