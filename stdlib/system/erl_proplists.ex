# SPDX-License-Identifier: Apache-2.0
#
# Property lists: pairs {key, value}, where an atom stands for {atom, true}. Longer tuples are properties too, with their first element as key.

defmodule :proplists do
  @moduledoc """
  Property lists.

      iex> :proplists.get_value(:debug, [:debug, {:level, 3}])
      true
  """

  @doc "The shortest form of a property."
  @spec property(atom | tuple) :: atom | tuple
  def property({key, true}) when is_atom(key), do: key
  def property(property), do: property

  @doc "A property of key and value."
  @spec property(term, term) :: atom | tuple
  def property(key, true) when is_atom(key), do: key
  def property(key, value), do: {key, value}

  @doc "Each entry in its shortest form."
  @spec compact(list) :: list
  def compact(list), do: for(entry <- list, do: property(entry))

  @doc "Each atom as a pair with true."
  @spec unfold(list) :: list
  def unfold([key | rest]) when is_atom(key), do: [{key, true} | unfold(rest)]
  def unfold([property | rest]), do: [property | unfold(rest)]
  def unfold([]), do: []

  @doc "The first entry of a key, or `:none`."
  @spec lookup(term, list) :: tuple | :none
  def lookup(key, [property | rest]) do
    cond do
      is_atom(property) and property === key -> {key, true}
      is_tuple(property) and tuple_size(property) >= 1 and elem(property, 0) === key -> property
      true -> lookup(key, rest)
    end
  end

  def lookup(_, []), do: :none

  @doc "All entries of a key."
  @spec lookup_all(term, list) :: [tuple]
  def lookup_all(key, list) do
    case lookup_rest(key, list) do
      :none -> []
      {property, rest} -> [property | lookup_all(key, rest)]
    end
  end

  defp lookup_rest(key, [property | rest]) do
    case lookup(key, [property]) do
      :none -> lookup_rest(key, rest)
      found -> {found, rest}
    end
  end

  defp lookup_rest(_, []), do: :none

  @doc "Whether a key is there."
  @spec is_defined(term, list) :: boolean
  def is_defined(key, list), do: lookup(key, list) != :none

  @doc "The value of a key, or `:undefined`."
  @spec get_value(term, list) :: term
  def get_value(key, list), do: get_value(key, list, :undefined)

  @doc "The value of a key, or the default."
  @spec get_value(term, list, term) :: term
  def get_value(key, list, default) do
    case lookup(key, list) do
      {_, value} -> value
      _ -> default
    end
  end

  @doc "All values of a key."
  @spec get_all_values(term, list) :: list
  def get_all_values(key, list), do: for({_, value} <- lookup_all(key, list), do: value)

  @doc "All values of a key in one list; those that are no lists count as one element."
  @spec append_values(term, list) :: list
  def append_values(key, list) do
    :lists.append(for(value <- get_all_values(key, list), do: if(is_list(value), do: value, else: [value])))
  end

  @doc "Whether the value of a key is true."
  @spec get_bool(term, list) :: boolean
  def get_bool(key, list), do: lookup(key, list) === {key, true}

  @doc "The keys, each once."
  @spec get_keys(list) :: list
  def get_keys(list), do: keys(list, %{})

  defp keys([property | rest], seen) do
    cond do
      is_atom(property) -> keys(rest, :maps.put(property, [], seen))
      is_tuple(property) and tuple_size(property) >= 1 -> keys(rest, :maps.put(elem(property, 0), [], seen))
      true -> keys(rest, seen)
    end
  end

  defp keys([], seen), do: :maps.keys(seen)

  @doc "Without the entries of a key."
  @spec delete(term, list) :: list
  def delete(key, list), do: for(property <- list, lookup(key, [property]) == :none, do: property)

  @doc "The entries of each of the keys, and the rest."
  @spec split(list, list) :: {[list], list}
  def split(list, keys) do
    {for(key <- keys, do: for(property <- list, lookup(key, [property]) != :none, do: property)),
     for(property <- list, :lists.all(&(lookup(&1, [property]) == :none), keys), do: property)}
  end

  @doc "As a map; the first entry of a key counts."
  @spec to_map(list) :: map
  def to_map(list) do
    :lists.foldr(
      fn
        {key, value}, map -> :maps.put(key, value, map)
        key, map when is_atom(key) -> :maps.put(key, true, map)
        _, map -> map
      end,
      %{},
      list
    )
  end

  @doc "From a map."
  @spec from_map(map) :: list
  def from_map(map), do: :maps.to_list(map)

  @doc "Other names for keys: `[{alias, key}]`."
  @spec substitute_aliases([{term, term}], list) :: list
  def substitute_aliases(aliases, list) do
    for property <- list do
      case key_of(property) do
        {:ok, key} ->
          case :lists.keyfind(key, 1, aliases) do
            {_, other} when is_atom(property) -> property({other, true})
            {_, other} -> property(:erlang.setelement(1, property, other))
            false -> property
          end

        :error ->
          property
      end
    end
  end

  defp key_of(property) when is_atom(property), do: {:ok, property}
  defp key_of(property) when is_tuple(property) and tuple_size(property) >= 1, do: {:ok, elem(property, 0)}
  defp key_of(_), do: :error
end
