# SPDX-License-Identifier: Apache-2.0
# Every function of Tuple.

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

for tuple <- [{}, {1}, {1, 2.5, 4}] do
  T.t("append", fn -> Tuple.append(tuple, :v) end)
  T.t("insert_at", fn -> Tuple.insert_at(tuple, 0, :v) end)
  T.t("insert_at end", fn -> Tuple.insert_at(tuple, tuple_size(tuple), :v) end)
  T.t("sum", fn -> {Tuple.sum(tuple), Tuple.product(tuple), Tuple.to_list(tuple)} end)
end

T.t("delete_at", fn -> {Tuple.delete_at({:a}, 0), Tuple.delete_at({:a, :b, :c}, 1)} end)
T.t("duplicate", fn -> {Tuple.duplicate(:a, 0), Tuple.duplicate(:a, 3)} end)
T.t("kernel", fn -> {elem({1, 2}, 1), put_elem({1, 2}, 0, :x), tuple_size({1, 2})} end)
T.t("error insert_at", fn -> try do Tuple.insert_at({1}, 5, 1) rescue e -> e.__struct__ end end)
T.t("error delete_at", fn -> try do Tuple.delete_at({1}, 1) rescue e -> e.__struct__ end end)
T.t("error negative", fn -> Tuple.delete_at({1}, -1) end)
T.t("error duplicate", fn -> Tuple.duplicate(1, -1) end)
T.t("error sum", fn -> Tuple.sum({:a}) end)
T.t("error elem", fn -> try do elem({1}, 1) rescue e -> e.__struct__ end end)
