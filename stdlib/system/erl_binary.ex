# SPDX-License-Identifier: Apache-2.0
#
# What of `:binary` needs no native: searching, cutting and numbers are natives (`vm/code/natives.def`).
defmodule :binary do
  @moduledoc """
  Binaries, under Erlang's name.

      iex> :binary.encode_hex("abc")
      "616263"
  """

  @doc "The bytes as digits of base 16, in capital letters."
  @spec encode_hex(binary) :: binary
  def encode_hex(binary), do: Base.encode16(binary)

  @doc "Likewise, `:uppercase` or `:lowercase`."
  @spec encode_hex(binary, :uppercase | :lowercase) :: binary
  def encode_hex(binary, :uppercase), do: Base.encode16(binary)
  def encode_hex(binary, :lowercase), do: Base.encode16(binary, case: :lower)

  @doc "The bytes that digits of base 16 stand for."
  @spec decode_hex(binary) :: binary
  def decode_hex(digits) do
    case Base.decode16(digits, case: :mixed) do
      {:ok, binary} -> binary
      :error -> :erlang.error(:badarg)
    end
  end
end
