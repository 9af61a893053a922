# SPDX-License-Identifier: Apache-2.0
# Every function of Keyword.

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

lists = [[], [a: 1], [a: 1, b: 2, a: 3], [b: 1, c: nil, a: 5]]
keys = [:a, :b, :z]

for list <- lists do
  for f <- [:delete, :delete_first, :fetch, :get, :get_values, :has_key?, :pop, :pop_first, :pop_values], do: T.t(to_string(f), fn -> for k <- keys, do: apply(Keyword, f, [list, k]) end)
  for f <- [:get, :pop, :pop_first, :put, :put_new, :replace], do: T.t("#{f}/3", fn -> for k <- keys, do: apply(Keyword, f, [list, k, :v]) end)
  for f <- [:get_lazy, :pop_lazy, :put_new_lazy], do: T.t(to_string(f), fn -> for k <- keys, do: apply(Keyword, f, [list, k, fn -> :lazy end]) end)
  for f <- [:fetch!, :pop!], do: T.t(to_string(f), fn -> apply(Keyword, f, [list, :b]) end)
  T.t("replace!", fn -> Keyword.replace!(list, :a, :v) end)
  T.t("update", fn -> for k <- keys, do: Keyword.update(list, k, :d, &{&1}) end)
  T.t("update!", fn -> Keyword.update!(list, :a, &{&1}) end)
  T.t("replace_lazy", fn -> for k <- keys, do: Keyword.replace_lazy(list, k, &{&1}) end)
  T.t("get_and_update", fn -> for k <- keys, do: Keyword.get_and_update(list, k, &{&1, :new}) end)
  T.t("get_and_update pop", fn -> for k <- keys, do: Keyword.get_and_update(list, k, fn _ -> :pop end) end)
  T.t("take", fn -> {Keyword.take(list, [:a, :z]), Keyword.drop(list, [:a, :z]), Keyword.split(list, [:a, :z])} end)
  T.t("filter", fn -> {Keyword.filter(list, fn {_, v} -> v == 1 end), Keyword.reject(list, fn {_, v} -> v == 1 end)} end)
  T.t("lists", fn -> {Keyword.keys(list), Keyword.values(list), Keyword.to_list(list), Keyword.keyword?(list), Keyword.new(list)} end)
  T.t("merge", fn -> for l <- lists, do: {Keyword.merge(list, l), Keyword.equal?(list, l)} end)
  T.t("merge/3", fn -> for l <- lists, do: Keyword.merge(list, l, fn k, a, b -> {k, a, b} end) end)
  T.t("validate", fn -> for v <- [[], [:a], [:a, :b, :c], [:a, b: 7, c: 8], [b: 7, d: 1]], do: (case Keyword.validate(list, v) do {:ok, l} -> {:ok, Enum.sort(l)}; {:error, l} -> {:error, Enum.sort(l)} end) end)
end

T.t("get_and_update!", fn -> Keyword.get_and_update!([a: 1, b: 2], :b, &{&1, :new}) end)
T.t("keyword?", fn -> {Keyword.keyword?([{"a", 1}]), Keyword.keyword?([1]), Keyword.keyword?(:a), Keyword.keyword?([{:a, 1} | :b])} end)
T.t("new", fn -> {Keyword.new(), Keyword.new(%{a: 1}), Keyword.new([:a, :b, :a], &{&1, &1}), Keyword.from_keys([:a, :b], 0)} end)
T.t("equal?", fn -> {Keyword.equal?([a: 1, b: 2], b: 2, a: 1), Keyword.equal?([a: 1], a: 1.0)} end)
T.t("access", fn -> kw = [a: 1, a: 2]; {kw[:a], kw[:b], put_in(kw[:a], 5), update_in(kw[:b], fn x -> x end)} end)
T.t("validate!", fn -> Keyword.validate!([a: 1], [:a, :b]) end)

T.t("error fetch!", fn -> Keyword.fetch!([a: 1], :b) end)
T.t("error replace!", fn -> Keyword.replace!([a: 1], :b, 1) end)
T.t("error update!", fn -> Keyword.update!([a: 1], :b, & &1) end)
T.t("error pop!", fn -> Keyword.pop!([a: 1], :b) end)
T.t("error get_and_update", fn -> Keyword.get_and_update([a: 1], :a, fn _ -> 1 end) end)
T.t("error get_and_update!", fn -> Keyword.get_and_update!([a: 1], :b, fn _ -> :pop end) end)
T.t("error merge", fn -> Keyword.merge([a: 1], [1]) end)
T.t("error merge 1", fn -> Keyword.merge([1], a: 1) end)
T.t("error merge/3", fn -> Keyword.merge([{"a", 1}], [a: 1], fn _, a, _ -> a end) end)
T.t("error keys", fn -> Keyword.keys([1]) end)
T.t("error keys pair", fn -> Keyword.keys([{1, 2}]) end)
T.t("error validate!", fn -> Keyword.validate!([a: 1, b: 2], [:a, c: 3]) end)
T.t("error validate! twice", fn -> Keyword.validate!([a: 1, a: 2], [:a]) end)
T.t("error validate", fn -> Keyword.validate([1], [:a]) end)
T.t("error get", fn -> Keyword.get([a: 1], "a") end)
T.t("error put", fn -> Keyword.put(:x, :a, 1) end)
T.t("error take", fn -> Keyword.take([a: 1], :a) end)
T.t("error new", fn -> Keyword.new([1]) end)
