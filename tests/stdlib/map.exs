# SPDX-License-Identifier: Apache-2.0
# Every function of Map.

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

maps = [%{}, %{a: 1}, %{a: 1, b: 2, c: nil}, %{1 => :x, 1.0 => :y}]
keys = [:a, :c, 1, 1.0]

for map <- maps do
  for f <- [:delete, :fetch, :get, :has_key?, :pop], do: T.t(to_string(f), fn -> for k <- keys, do: apply(Map, f, [map, k]) end)
  for f <- [:get, :pop, :put, :put_new, :replace], do: T.t("#{f}/3", fn -> for k <- keys, do: apply(Map, f, [map, k, :v]) end)
  for f <- [:get_lazy, :pop_lazy, :put_new_lazy], do: T.t(to_string(f), fn -> for k <- keys, do: apply(Map, f, [map, k, fn -> :lazy end]) end)
  for f <- [:fetch!, :pop!], do: T.t(to_string(f), fn -> apply(Map, f, [map, :a]) end)
  T.t("replace!", fn -> Map.replace!(map, :a, :v) end)
  T.t("update", fn -> for k <- keys, do: Map.update(map, k, :d, &{&1}) end)
  T.t("update!", fn -> Map.update!(map, :a, &{&1}) end)
  T.t("replace_lazy", fn -> for k <- keys, do: Map.replace_lazy(map, k, &{&1}) end)
  T.t("get_and_update", fn -> for k <- keys, do: Map.get_and_update(map, k, &{&1, :new}) end)
  T.t("get_and_update pop", fn -> for k <- keys, do: Map.get_and_update(map, k, fn _ -> :pop end) end)
  T.t("get_and_update!", fn -> Map.get_and_update!(map, :a, &{&1, :new}) end)
  T.t("take", fn -> {Map.take(map, [:a, :z, 1]), Map.drop(map, [:a, :z, 1]), Map.split(map, [:a, :z, 1])} end)
  T.t("filter", fn -> {Map.filter(map, fn {_, v} -> v end), Map.reject(map, fn {_, v} -> v end)} end)
  T.t("lists", fn -> {Map.keys(map), Map.values(map), Map.to_list(map)} end)
  T.t("merge", fn -> for m <- maps, do: {Map.merge(map, m), Map.equal?(map, m)} end)
  T.t("merge/3", fn -> for m <- maps, do: Map.merge(map, m, fn k, a, b -> {k, a, b} end) end)
end

T.t("new", fn -> {Map.new(), Map.new([]), Map.new(a: 1, a: 2), Map.new(%{a: 1}), Map.new(MapSet.new([{1, 2}])), Map.new(Stream.map(1..2, &{&1, &1}))} end)
T.t("new/2", fn -> {Map.new([1, 2], &{&1, &1 * &1}), Map.new(1..2, &{&1, 0}), Map.new(%{a: 1}, fn {k, v} -> {v, k} end)} end)
T.t("from_keys", fn -> {Map.from_keys([:a, :b, :a], 0), Map.from_keys([], 0)} end)
T.t("from_struct", fn -> {Map.from_struct(1..2), Map.from_struct(%{__struct__: Foo, a: 1}), Map.from_struct(Range) |> map_size()} end)
T.t("large", fn -> m = Map.new(1..100, &{&1, &1}); {map_size(Map.delete(m, 50)), Map.get(Map.put(m, 50, :x), 50), map_size(Map.merge(m, Map.new(50..150, &{&1, 0}))), Enum.sum(Map.values(Map.merge(m, Map.new(50..150, &{&1, 1}), fn _, a, b -> a + b end))), map_size(Map.filter(m, fn {k, _} -> k > 40 end))} end)

T.t("error fetch!", fn -> Map.fetch!(%{a: 1}, :b) end)
T.t("error update!", fn -> Map.update!(%{a: 1}, :b, & &1) end)
T.t("error replace!", fn -> Map.replace!(%{a: 1}, :b, 1) end)
T.t("error pop!", fn -> Map.pop!(%{a: 1}, :b) end)
T.t("error get_and_update!", fn -> Map.get_and_update!(%{a: 1}, :b, & &1) end)
T.t("error get_and_update", fn -> Map.get_and_update(%{a: 1}, :a, fn _ -> 1 end) end)
for {name, f} <- [get: &Map.get(&1, :a), fetch: &Map.fetch(&1, :a), put: &Map.put(&1, :a, 1), delete: &Map.delete(&1, :a), keys: &Map.keys/1, values: &Map.values/1, to_list: &Map.to_list/1, merge: &Map.merge(%{}, &1), update: &Map.update(&1, :a, 1, fn x -> x end), put_new: &Map.put_new(&1, :a, 1), has_key?: &Map.has_key?(&1, :a), take: &Map.take(&1, [:a]), drop: &Map.drop(&1, [:a]), split: &Map.split(&1, [:a]), equal?: &Map.equal?(&1, %{}), pop: &Map.pop(&1, :a)] do
  T.t("error #{name}", fn -> f.(5) end)
end
T.t("error from_struct", fn -> Map.from_struct(%{a: 1}) end)
T.t("error new", fn -> try do Map.new([1]) rescue e -> e.__struct__ end end)
T.t("error filter", fn -> Map.filter(%{}, 5) end)
T.t("error update", fn -> Map.update(%{a: 1}, :a, 1, 5) end)
