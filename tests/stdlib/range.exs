# SPDX-License-Identifier: Apache-2.0
# Range, its Enumerable and Inspect, and the operators that make ranges.

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

for first <- [-2, 0, 3], last <- [-2, 1, 3], step <- [-3, -1, 1, 2] do
  range = first..last//step
  T.t(inspect(range), fn -> {Range.size(range), Enum.to_list(range), Enum.count(range), Enum.sum(range), Enum.reverse(range), Range.shift(range, 2)} end)
  T.t("in", fn -> for(x <- -3..4, x in range, do: x) == Enum.filter(-3..4, &Enum.member?(range, &1)) end)
  T.t("enum", fn -> {Enum.at(range, 1), Enum.take(range, 2), Enum.drop(range, 1), Enum.slice(range, 1, 2), Enum.empty?(range), Enum.map(range, &(&1 * 2)), Enum.chunk_every(range, 2)} end)
end

T.t("new", fn -> {Range.new(1, 3), Range.new(3, 1), Range.new(1, 10, 4), Range.new(10, 1, -4)} end)
T.t("inspect", fn -> IO.inspect({1..2, 2..1//1, 5..1//-1, 1..10//2, -1..-5//-1, 1..1}) end)
T.t("match", fn -> first..last//step = 1..9//2; {first, last, step} end)
T.t("fields", fn -> r = 1..9//2; {r.first, r.last, r.step, is_struct(r, Range), is_map(r)} end)
T.t("member", fn -> {2.0 in 1..3, Enum.member?(1..3, 2.0), Enum.member?(1..3, :a), 5 in 1..9//3, 4 in 1..9//3} end)
T.t("disjoint?", fn -> {Range.disjoint?(1..5, 6..9), Range.disjoint?(5..1//-1, 6..9), Range.disjoint?(1..5, 5..9), Range.disjoint?(1..6//2, 2..6//2), Range.disjoint?(1..0//1, 1..5)} end)
T.t("reduce", fn -> {Enum.reduce(1..5, &(&1 * &2)), Enum.reduce(5..1//-2, [], &[&1 | &2]), Enumerable.reduce(1..9, {:cont, 0}, fn x, acc -> if x > 3, do: {:halt, acc}, else: {:cont, acc + x} end)} end)
T.t("suspend", fn -> {:suspended, a, next} = Enumerable.reduce(1..3, {:cont, []}, fn x, acc -> {:suspend, [x | acc]} end); {:suspended, b, _} = next.({:cont, a}); {a, b} end)
T.t("large", fn -> {Enum.sum(1..1_000_000_000_000), Enum.count(1..1_000_000_000_000//7), Enum.member?(1..1_000_000_000_000//7, 8), Enum.at(1..1_000_000_000_000//7, -1), Range.size(-9223372036854775808..9223372036854775808)} end)
T.t("for", fn -> {for(x <- 3..1//-1, do: x), for(x <- 1..3, y <- x..3, do: {x, y})} end)
T.t("equal", fn -> {1..2 == 1..2//1, 1..2 == 1..2//2} end)
T.t("compare", fn -> {Enum.max(1..5), Enum.min(5..2//-2), Enum.min_max(9..1//-3)} end)
T.t("error new", fn -> Range.new(1, :a) end)
T.t("error step", fn -> Range.new(1, 2, 0) end)
T.t("error new/3", fn -> Range.new(1, :a, 1) end)
T.t("error shift", fn -> Range.shift(1..2, :a) end)
T.t("error max", fn -> Enum.max(1..0//1) end)
T.t("error operator", fn -> first = String.to_atom("a"); first..3 end)
