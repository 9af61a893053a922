# SPDX-License-Identifier: Apache-2.0
# What the language has since 1.14: charlists print with the sigil, new guards and macros, sigils of several letters.

IO.inspect(~c"abc")
IO.inspect([?a, ?b])
IO.inspect([7, 8, 27])
IO.inspect([0, 1])
IO.inspect({~c"x", [~c"y" | ~c"z"]})
IO.inspect(%{~c"k" => ~c"v"})
IO.inspect(~c"")
IO.inspect(~c"quote \" here")
IO.inspect(~c"tab\t and 'single'")
IO.inspect(~c"é")
IO.inspect([104, 105], charlists: :as_lists)
IO.inspect([104, 105, 1000], charlists: :as_charlists)
IO.puts(inspect(~c"in text"))
IO.inspect(for <<c <- "HELLO">>, do: c + 32)
IO.inspect(Enum.map([60, 61], &(&1 + 1)))
IO.inspect(String.to_charlist("abc"))
IO.inspect(Macro.to_string(quote do: ~c"abc"))

# is_non_struct_map/1
kind = fn
  x when is_non_struct_map(x) -> :plain_map
  x when is_struct(x) -> :struct
  _ -> :other
end

IO.inspect(Enum.map([%{}, 1..2, []], kind))

# get_in/1 is nil-safe
m = %{a: %{b: nil, c: %{d: 1}}}
IO.inspect(get_in(m.a.c.d))
IO.inspect(get_in(m.a.b.anything.else))

# own sigils of several capital letters
defmodule Sigils do
  def sigil_UP(text, _), do: String.upcase(text)
  def sigil_N2(text, mods), do: {text, List.to_string(mods)}
end

defmodule UseSigils do
  import Sigils
  def run, do: {~UP(shout #{raw}), ~N2[x]ab}
end

IO.inspect(UseSigils.run())

# functions of newer versions
IO.inspect(Enum.sum_by([%{n: 1}, %{n: 2}], & &1.n))
IO.inspect(Enum.product_by([1, 2, 3], &(&1 + 1)))
IO.inspect(List.ends_with?([1, 2, 3], [2, 3]))
IO.inspect(Map.intersect(%{a: 1, b: 2}, %{b: 3, c: 4}))
IO.inspect(Map.split_with(%{a: 1, b: 2}, fn {_, v} -> v > 1 end))
IO.inspect(Keyword.intersect([a: 1, b: 2], b: 3))
IO.inspect(String.byte_slice("héllo", 0, 3))
IO.inspect(Access.get(%{a: 1}, :a))
IO.inspect(update_in([1, 2, 3, 4], [Access.slice(1..2)], &(&1 * 10)))

# Options of the parser that are not there are refused.
for options <- [[existing_atoms_only: true], [literal_encoder: fn x, _ -> {:ok, x} end], [unescape: false], [existing_atoms_only: false, columns: false]] do
  try do
    IO.inspect(Code.string_to_quoted("1", options))
  rescue
    error in ArgumentError -> IO.inspect({:refused, error.message =~ "not supported yet"})
  end
end
