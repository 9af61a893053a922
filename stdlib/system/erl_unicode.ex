# SPDX-License-Identifier: Apache-2.0
#
# Byte order marks and normal forms. Converting between encodings is native in this module.

defmodule :unicode do
  @moduledoc """
  Unicode, under Erlang's name.

      iex> :unicode.characters_to_nfc_binary("e\\u0301")
      "é"
  """

  @doc "The encoding that a byte order mark at the start names, and its size."
  @spec bom_to_encoding(binary) :: {atom | {atom, atom}, non_neg_integer}
  def bom_to_encoding(<<0xEF, 0xBB, 0xBF, _::binary>>), do: {:utf8, 3}
  def bom_to_encoding(<<0, 0, 0xFE, 0xFF, _::binary>>), do: {{:utf32, :big}, 4}
  def bom_to_encoding(<<0xFF, 0xFE, 0, 0, _::binary>>), do: {{:utf32, :little}, 4}
  def bom_to_encoding(<<0xFE, 0xFF, _::binary>>), do: {{:utf16, :big}, 2}
  def bom_to_encoding(<<0xFF, 0xFE, _::binary>>), do: {{:utf16, :little}, 2}
  def bom_to_encoding(binary) when is_binary(binary), do: {:latin1, 0}

  @doc "The byte order mark of an encoding."
  @spec encoding_to_bom(atom | {atom, atom}) :: binary
  def encoding_to_bom(:unicode), do: <<0xEF, 0xBB, 0xBF>>
  def encoding_to_bom(:utf8), do: <<0xEF, 0xBB, 0xBF>>
  def encoding_to_bom(:utf16), do: <<0xFE, 0xFF>>
  def encoding_to_bom({:utf16, :big}), do: <<0xFE, 0xFF>>
  def encoding_to_bom({:utf16, :little}), do: <<0xFF, 0xFE>>
  def encoding_to_bom(:utf32), do: <<0, 0, 0xFE, 0xFF>>
  def encoding_to_bom({:utf32, :big}), do: <<0, 0, 0xFE, 0xFF>>
  def encoding_to_bom({:utf32, :little}), do: <<0xFF, 0xFE, 0, 0>>
  def encoding_to_bom(:latin1), do: ""

  @doc "In the form NFC, as a binary."
  @spec characters_to_nfc_binary(IO.chardata()) :: binary | {:error, binary, term}
  def characters_to_nfc_binary(chars), do: normal(chars, :nfc)

  @doc "In the form NFD, as a binary."
  @spec characters_to_nfd_binary(IO.chardata()) :: binary | {:error, binary, term}
  def characters_to_nfd_binary(chars), do: normal(chars, :nfd)

  @doc "In the form NFKC, as a binary."
  @spec characters_to_nfkc_binary(IO.chardata()) :: binary | {:error, binary, term}
  def characters_to_nfkc_binary(chars), do: normal(chars, :nfkc)

  @doc "In the form NFKD, as a binary."
  @spec characters_to_nfkd_binary(IO.chardata()) :: binary | {:error, binary, term}
  def characters_to_nfkd_binary(chars), do: normal(chars, :nfkd)

  @doc "In the form NFC, as a list."
  @spec characters_to_nfc_list(IO.chardata()) :: [char] | {:error, [char], term}
  def characters_to_nfc_list(chars), do: listed(normal(chars, :nfc))

  @doc "In the form NFD, as a list."
  @spec characters_to_nfd_list(IO.chardata()) :: [char] | {:error, [char], term}
  def characters_to_nfd_list(chars), do: listed(normal(chars, :nfd))

  @doc "In the form NFKC, as a list."
  @spec characters_to_nfkc_list(IO.chardata()) :: [char] | {:error, [char], term}
  def characters_to_nfkc_list(chars), do: listed(normal(chars, :nfkc))

  @doc "In the form NFKD, as a list."
  @spec characters_to_nfkd_list(IO.chardata()) :: [char] | {:error, [char], term}
  def characters_to_nfkd_list(chars), do: listed(normal(chars, :nfkd))

  defp normal(chars, form) do
    case :unicode.characters_to_binary(chars) do
      text when is_binary(text) -> :joist_text.normalize(text, form)
      {_, good, rest} -> {:error, :joist_text.normalize(good, form), rest}
    end
  end

  defp listed(text) when is_binary(text), do: :unicode.characters_to_list(text)
  defp listed({:error, good, rest}), do: {:error, :unicode.characters_to_list(good), rest}
end
