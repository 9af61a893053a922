# SPDX-License-Identifier: Apache-2.0
#
# List.Chars: what `to_charlist/1` uses.
defprotocol List.Chars do
  @moduledoc "Conversion to a charlist: `to_charlist(term)`."

  @joist_direct [Atom, BitString, Integer, Float, List]

  @doc "The term as a charlist.\n\n    iex> List.Chars.to_charlist(12)\n    ~c\"12\""
  @spec to_charlist(t) :: charlist
  def to_charlist(term)
end

defimpl List.Chars, for: Atom do
  import Kernel, except: [to_charlist: 1]
  def to_charlist(nil), do: []
  def to_charlist(atom), do: :unicode.characters_to_list(:erlang.atom_to_binary(atom))
end

defimpl List.Chars, for: BitString do
  import Kernel, except: [to_charlist: 1]
  def to_charlist(term) when is_binary(term), do: String.to_charlist(term)

  def to_charlist(term) do
    raise Protocol.UndefinedError,
      protocol: @protocol,
      value: term,
      description: "cannot convert a bitstring to a charlist"
  end
end

defimpl List.Chars, for: List do
  import Kernel, except: [to_charlist: 1]
  def to_charlist(list), do: list
end

defimpl List.Chars, for: Integer do
  import Kernel, except: [to_charlist: 1]
  def to_charlist(term), do: :erlang.integer_to_list(term)
end

defimpl List.Chars, for: Float do
  import Kernel, except: [to_charlist: 1]
  def to_charlist(term), do: :erlang.binary_to_list(:erlang.float_to_binary(term, [:short]))
end
