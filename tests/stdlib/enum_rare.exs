# SPDX-License-Identifier: Apache-2.0
# What Enum and Stream do at the edges: positions outside of the list, elements that do not fit, functions as enumerables.

try_it = fn fun ->
  try do
    fun.()
  catch
    kind, reason -> {kind, reason}
  end
  |> IO.inspect(charlists: :as_lists)
end

letters = ~w(a b c d e f)a

for {range, to} <- [{-9..1, 4}, {-9..-5, 3}, {-2..-1, 1}, {1..2, -9}, {1..2, -8}, {4..9, 1}, {4..9, 20}, {1..2, 20}, {3..-9, 1}] do
  try_it.(fn -> Enum.slide(letters, range, to) end)
end

for from <- [-9, -1, 9], to <- [1, 20], do: try_it.(fn -> Enum.slide(letters, from, to) end)
try_it.(fn -> Enum.slide([], -1..2, 0) end)

try_it.(fn -> Enum.into([a: 1, b: 2], %{a: 0, c: 3}, fn {k, v} -> {k, v * 10} end) end)
try_it.(fn -> Enum.into([:x], %{a: 0}, & &1) end)
try_it.(fn -> Enum.into([{1, 2, 3}], %{a: 0}, & &1) end)
try_it.(fn -> Enum.into([:x], %{}, & &1) end)
try_it.(fn -> Enum.into(%{a: 1}, %{b: 2}, fn {k, v} -> {v, k} end) end)

given = fn _command, _fun -> {:done, [:p, :q, :r]} end
try_it.(fn -> Enum.zip(given, 1..2) end)
try_it.(fn -> Enum.zip_with([given, given], & &1) end)
try_it.(fn -> Stream.zip(given, Stream.cycle([1, 2])) |> Enum.to_list() end)
try_it.(fn -> Enum.to_list(fn {:cont, acc}, fun -> {:done, elem(fun.(7, acc), 1)} end) end)
try_it.(fn -> Enum.zip(fn {:cont, acc}, fun -> {:done, elem(fun.(7, acc), 1)} end, [:one]) end)

try_it.(fn -> String.duplicate("ab", -1) end)
try_it.(fn -> String.duplicate(:ab, 2) end)

# Ranges as they were before they had a step.
up = %{__struct__: Range, first: 2, last: 4}
down = %{__struct__: Range, first: 3, last: 2}

for range <- [up, down] do
  try_it.(fn -> inspect(range) end)
  try_it.(fn -> {Enum.to_list(range), Enum.count(range), Enum.sum(range), Enum.min_max(range), Enum.at(range, 1), Enum.drop(range, 1)} end)
  try_it.(fn -> {2 in Enum.to_list(range), Enum.member?(range, 2), Enum.member?(range, 9), Enum.member?(range, 2.0)} end)
  try_it.(fn -> {Enum.slice(letters, range), String.slice("letters", range)} end)
  try_it.(fn -> Enum.zip(range, [:a, :b]) end)
end
