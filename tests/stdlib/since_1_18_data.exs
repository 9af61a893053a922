# SPDX-License-Identifier: Apache-2.0
# What the data library has since Elixir 1.15 to 1.18, and what those mended; the output is checked by hand.

defmodule T do
  # Prints a label and the result of fun, or what it raised or threw.
  def t(label, fun) do
    result =
      try do
        fun.()
      rescue
        e in FunctionClauseError -> {:raised, FunctionClauseError, e.function, e.arity}
        e in Protocol.UndefinedError -> {:raised, Protocol.UndefinedError, e.protocol, e.value}
        e in BadMapError -> {:raised, BadMapError, e.term}
        e -> {:raised, e.__struct__, Exception.message(e)}
      catch
        kind, value -> {kind, value}
      end

    IO.inspect(result, label: label, charlists: :as_lists, limit: :infinity, width: 120)
  end
end

T.t("sum_by", fn -> {Enum.sum_by([%{n: 1}, %{n: 2.5}], & &1.n), Enum.sum_by([], & &1), Enum.sum_by(1..3, &(&1 * 2)), Enum.sum_by(%{a: 1, b: 2}, &elem(&1, 1))} end)
T.t("product_by", fn -> {Enum.product_by([2, 3], &(&1 + 1)), Enum.product_by([], & &1), Enum.product_by(Stream.map(1..3, & &1), & &1)} end)
T.t("from_index", fn -> {Enum.take(Stream.from_index(), 3), Enum.take(Stream.from_index(5), 2), Enum.take(Stream.from_index(&(&1 * 10)), 3)} end)
T.t("stream with_index", fn -> {Enum.to_list(Stream.with_index([:a, :b], &{&2, &1})), Enum.take(Stream.with_index(Stream.cycle([3]), &(&1 * &2)), 3)} end)

T.t("map split_with", fn -> Map.split_with(%{a: 1, b: 2, c: 3}, fn {_k, v} -> rem(v, 2) == 1 end) end)
T.t("map intersect", fn -> {Map.intersect(%{a: 1, b: 2}, %{b: "b", c: "c"}), Map.intersect(%{}, %{a: 1}), Map.intersect(%{a: 1, b: 2, c: 3}, %{b: 0, z: 0})} end)
T.t("map intersect/3", fn -> {Map.intersect(%{a: 1, b: 2}, %{b: 3, c: 4}, fn _k, a, b -> a - b end), Map.intersect(%{b: 2}, %{b: 3, c: 4}, &{&1, &2, &3})} end)
T.t("map intersect error", fn -> Map.intersect(%{}, 5) end)
T.t("keyword split_with", fn -> Keyword.split_with([a: 1, b: 2, a: 3], fn {k, _} -> k == :a end) end)
T.t("keyword intersect", fn -> {Keyword.intersect([a: 1, b: 2], b: 3, c: 4), Keyword.intersect([a: 1, b: 2], [b: 3, c: 4], &{&1, &2, &3}), Keyword.intersect([], a: 1)} end)
T.t("keyword values", fn -> Keyword.values([{1, 2}]) end)
T.t("mapset split_with", fn -> MapSet.split_with(MapSet.new(1..5), &(&1 > 3)) end)
T.t("list ends_with?", fn -> for s <- [[], [3], [2, 3], [1, 2, 3], [0, 1, 2, 3], [2], [3.0]], do: List.ends_with?([1, 2, 3], s) end)
T.t("list ends_with? error", fn -> List.ends_with?([1], 1) end)

T.t("range to_list", fn -> {Range.to_list(0..5), Range.to_list(-3..0), Range.to_list(5..1//-2), Range.to_list(1..0//1)} end)
T.t("range split", fn -> {Range.split(1..5, 2), Range.split(1..5//2, 2), Range.split(1..5//2, 0), Range.split(1..5//2, 10)} end)
T.t("range split negative", fn -> {Range.split(1..5, -2), Range.split(1..5//2, -2), Range.split(1..5, -9)} end)
T.t("range split down", fn -> {Range.split(5..1//-1, 2), Range.split(5..1//-2, 1), Range.split(5..1//-1, -1), Range.split(5..1//-1, 9)} end)
T.t("range split empty", fn -> {Range.split(1..0//1, 2), Range.split(0..1//-1, 2), Range.split(3..3, 1), Range.split(3..3//-1, 0)} end)
T.t("range disjoint?", fn -> {Range.disjoint?(0..10//2, 1..11//2), Range.disjoint?(-7..10//6, -6..-10//-2), Range.disjoint?(15..-15//-3, 6..1//-5), Range.disjoint?(2..8, 12..-15//-4), Range.disjoint?(1..100//7, 3..100//11)} end)
T.t("slice of ranges with steps", fn -> {Enum.slice(5..1//-1, 0..4//2), Enum.slice(1..10//3, 0..3//2), Enum.slice(%{a: 1, b: 2}, 0..1//2)} end)

T.t("fetch!", fn -> Enum.fetch!([2, 4, 6], 4) end)
T.t("into binary", fn -> Enum.into([1], "a") end)
T.t("into map", fn -> for x <- [1], into: Map.new(a: 1), do: x end)
