# SPDX-License-Identifier: Apache-2.0
#
# What values can be put into, one by one: the inverse of Enumerable.
#
# `into/1` gives `{acc, collector}`; the collector is called as `collector.(acc, {:cont, value})` for each
# value and gives the next acc, then once with `:done` and gives the result, or once with `:halt` when the
# work is abandoned. The impl for MapSet stands beside that module.

defprotocol Collectable do
  @moduledoc """
  What `Enum.into/2` and `for ... into:` fill.

      iex> {acc, collector} = Collectable.into(%{})
      iex> collector.(collector.(acc, {:cont, {:a, 1}}), :done)
      %{a: 1}
  """

  @type command :: {:cont, term} | :done | :halt

  @doc "The first accumulator and the function that collects."
  @spec into(t) :: {initial_acc :: term, collector :: (term, command -> t | term)}
  def into(collectable)
end

defimpl Collectable, for: List do
  def into(list) do
    if list != [] do
      IO.warn(
        "the Collectable protocol is deprecated for non-empty lists. Consider concatenating the two lists " <>
          "with the ++ operator or, for keyword lists, using Keyword.merge/2"
      )
    end

    collector = fn
      acc, {:cont, value} -> [value | acc]
      acc, :done -> list ++ :lists.reverse(acc)
      _acc, :halt -> :ok
    end

    {[], collector}
  end
end

defimpl Collectable, for: BitString do
  def into(binary) when is_binary(binary) do
    collector = fn
      acc, {:cont, value} when is_binary(value) and is_list(acc) ->
        [acc | value]

      acc, {:cont, value} when is_bitstring(value) and is_bitstring(acc) ->
        <<acc::bitstring, value::bitstring>>

      acc, {:cont, value} when is_bitstring(value) ->
        <<:erlang.iolist_to_binary(acc)::binary, value::bitstring>>

      acc, :done when is_bitstring(acc) ->
        acc

      acc, :done ->
        :erlang.iolist_to_binary(acc)

      _acc, :halt ->
        :ok

      _acc, {:cont, other} ->
        raise ArgumentError, "collecting into a binary requires a bitstring, got: #{inspect(other)}"
    end

    {[binary], collector}
  end

  def into(bitstring) do
    collector = fn
      acc, {:cont, value} when is_bitstring(value) ->
        <<acc::bitstring, value::bitstring>>

      acc, :done ->
        acc

      _acc, :halt ->
        :ok

      _acc, {:cont, other} ->
        raise ArgumentError, "collecting into a bitstring requires a bitstring, got: #{inspect(other)}"
    end

    {bitstring, collector}
  end
end

defimpl Collectable, for: Map do
  def into(map) do
    collector = fn
      acc, {:cont, {key, value}} ->
        :maps.put(key, value, acc)

      acc, :done ->
        acc

      _acc, :halt ->
        :ok

      _acc, {:cont, other} ->
        raise ArgumentError, "collecting into a map requires {key, value} tuples, got: #{inspect(other)}"
    end

    {map, collector}
  end
end
