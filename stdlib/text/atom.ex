# SPDX-License-Identifier: Apache-2.0
#
# Atoms and their names. Creating them is `String`'s and `List`'s business; here are the ways back.

defmodule Atom do
  @moduledoc """
  Conversions of atoms.

      iex> Atom.to_string(:ok)
      "ok"
  """

  @doc """
  The name of an atom.

      iex> Atom.to_string(nil)
      "nil"
  """
  @spec to_string(atom) :: String.t()
  def to_string(atom), do: :erlang.atom_to_binary(atom, :utf8)

  @doc """
  The name of an atom as a list of code points.

      iex> Atom.to_charlist(:ok) == [111, 107]
      true
  """
  @spec to_charlist(atom) :: charlist
  def to_charlist(atom), do: :erlang.atom_to_list(atom)

  @doc false
  def to_char_list(atom), do: :erlang.atom_to_list(atom)
end
