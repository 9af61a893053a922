# SPDX-License-Identifier: Apache-2.0
# Every function of MapSet.

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

sets = [MapSet.new(), MapSet.new([1]), MapSet.new([1, 2, 3]), MapSet.new(2..7)]

for a <- sets do
  T.t("set", fn -> {a, MapSet.size(a), MapSet.to_list(a), Enum.to_list(a), Enum.count(a)} end)
  T.t("put", fn -> for v <- [1, 9, 1.0, nil], do: {MapSet.put(a, v), MapSet.delete(a, v), MapSet.member?(a, v), v in a} end)
  T.t("filter", fn -> {MapSet.filter(a, &(&1 > 2)), MapSet.reject(a, &(&1 > 2))} end)

  for b <- sets do
    T.t("two", fn -> {MapSet.union(a, b), MapSet.intersection(a, b), MapSet.difference(a, b), MapSet.symmetric_difference(a, b)} end)
    T.t("compare", fn -> {MapSet.equal?(a, b), a == b, MapSet.subset?(a, b), MapSet.disjoint?(a, b)} end)
  end
end

T.t("new", fn -> {MapSet.new([1, 1, 2]), MapSet.new(%{a: 1}), MapSet.new([1, 2, 3, 4], &rem(&1, 2)), MapSet.new(MapSet.new([1]))} end)
T.t("large", fn -> a = MapSet.new(1..100); b = MapSet.new(51..150); {MapSet.size(a), MapSet.size(MapSet.union(a, b)), MapSet.size(MapSet.intersection(a, b)), MapSet.size(MapSet.difference(a, b)), MapSet.size(MapSet.difference(a, MapSet.new([1]))), MapSet.size(MapSet.symmetric_difference(a, b)), MapSet.subset?(MapSet.new(1..50), a)} end)
T.t("equal terms", fn -> {MapSet.new([1, 2]) == MapSet.new([2, 1]), MapSet.put(MapSet.new([1]), 2) === MapSet.new([2, 1]), MapSet.new([1]) == MapSet.new([1.0])} end)
T.t("into", fn -> {Enum.into([1, 2], MapSet.new([3])), for(x <- [1, 2, 2], into: MapSet.new(), do: x), Enum.into([1, 2], MapSet.new(), &(&1 * 2))} end)
T.t("enum", fn -> s = MapSet.new([3, 1, 2]); {Enum.map(s, &(&1 * 2)), Enum.sum(s), Enum.max(s), Enum.at(s, 1), Enum.member?(s, 2), Enum.reduce(s, 0, &+/2), Enum.take(s, 2), Enum.slice(s, 1..2), Enum.filter(s, &(&1 > 1))} end)
T.t("inspect", fn -> {inspect(MapSet.new()), inspect(MapSet.new([97, 98])), inspect(MapSet.new(a: 1)), inspect(MapSet.new(["x", :y])), inspect(MapSet.new(1..5), limit: 2), inspect(MapSet.new([MapSet.new([1])]))} end)
T.t("match", fn -> %MapSet{} = MapSet.new([1]); match?(%MapSet{}, %{}) end)
T.t("key", fn -> %{MapSet.new([1, 2]) => :found}[MapSet.new([2, 1])] end)
T.t("error new", fn -> MapSet.new(5) end)
T.t("error put", fn -> MapSet.put(1, 2) end)
T.t("error union", fn -> MapSet.union(MapSet.new(), [1]) end)
