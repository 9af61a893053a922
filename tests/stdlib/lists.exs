# SPDX-License-Identifier: Apache-2.0
# The module :lists.

defmodule T do
  # Prints each call with its result, or with what it raised. Messages of ArgumentError come from primitives as a rule: only the class is shown.
  def calls(module, calls), do: Enum.each(calls, fn {name, args} -> show("#{name}(#{Enum.map_join(args, ", ", &text/1)})", fn -> apply(module, name, args) end) end)

  def show(label, fun) do
    result =
      try do
        fun.()
      rescue
        e in FunctionClauseError -> {:raised, FunctionClauseError, e.function, e.arity}
        e in [ArgumentError, ErlangError] -> {:raised, e.__struct__}
        e -> {:raised, e.__struct__, Exception.message(e)}
      catch
        kind, value -> {kind, value}
      end

    IO.puts("#{label} = #{text(result)}")
  end

  def message(label, fun) do
    fun.()
    IO.puts("#{label}: nothing raised")
  rescue
    e -> IO.puts("#{label}: #{inspect(e.__struct__)} #{Exception.message(e)}")
  end

  def text(term), do: inspect(term, charlists: :as_lists, limit: :infinity, printable_limit: :infinity, width: 1000)
end

lists = [[], [1], [3, 1, 2], [2, 1, 2, 1.5], [:a, "b", 1]]
for f <- [:last, :droplast, :max, :min, :reverse, :sort, :usort, :flatlength, :enumerate, :flatten], do: T.calls(:lists, for(l <- lists, do: {f, [l]}))
T.calls(:lists, for(n <- [0, 1, 2, 5], l <- lists, f <- [:nth, :nthtail, :duplicate], do: {f, [n, l]}))
T.calls(:lists, for(l <- lists, n <- [0, 2, 9], do: {:sublist, [l, n]}))
T.calls(:lists, for(l <- lists, m <- lists, f <- [:append, :subtract, :prefix, :suffix, :merge], do: {f, [l, m]}))
T.calls(:lists, flatten: [[1, [2, [3, []], 4], [[]]]], flatten: [[[1], 2], [3]], append: [[[1], [2], []]], concat: [[:a, 1, [?b], 1.5]] |> tl() |> then(&[[:a, 1, [?b]] | &1]), seq: [1, 5], seq: [5, 4], seq: [1, 10, 3], seq: [5, 1, -2], seq: [5, 1], sum: [[1, 2.5]], join: [0, [1, 2, 3]], zip: [[1, 2], [:a, :b]], zip: [[1], []], zip3: [[1], [2], [3]], unzip: [[{1, 2}, {3, 4}]], unzip3: [[{1, 2, 3}]], delete: [1, [2, 1, 1]], member: [1, [1.0, 1]], split: [1, [1, 2, 3]], split: [4, [1]], merge: [[[1, 4], [2], [0, 9]]], umerge: [[1, 2], [2, 3]], umerge: [[[1], [1, 2]]])
T.show("map", fn -> {:lists.map(&(&1 * 2), [1, 2]), :lists.flatmap(&[&1, &1], [1, 2]), :lists.filter(&(&1 > 1), [1, 2]), :lists.filtermap(fn 1 -> {true, :one}; 2 -> true; _ -> false end, [1, 2, 3])} end)
T.show("fold", fn -> {:lists.foldl(&[&1 | &2], [], [1, 2, 3]), :lists.foldr(&[&1 | &2], [], [1, 2, 3]), :lists.mapfoldl(&{&1 * 2, &1 + &2}, 0, [1, 2, 3]), :lists.mapfoldr(&{&1 * 2, [&1 | &2]}, [], [1, 2, 3])} end)
T.show("while", fn -> {:lists.takewhile(&(&1 < 2), [1, 2, 1]), :lists.dropwhile(&(&1 < 2), [1, 2, 1]), :lists.splitwith(&(&1 < 2), [1, 2, 1]), :lists.partition(&(&1 < 2), [1, 2, 1])} end)
T.show("any", fn -> {:lists.any(&(&1 > 1), [1, 2]), :lists.all(&(&1 > 1), [1, 2]), :lists.search(&(&1 > 1), [1, 2]), :lists.search(&(&1 > 5), [1, 2]), :lists.foreach(fn x -> x end, [1])} end)
T.show("zipwith", fn -> {:lists.zipwith(&{&1, &2}, [1], [2]), :lists.zipwith3(&(&1 + &2 + &3), [1], [2], [3]), :lists.uniq([1, 2, 1, 1.0]), :lists.uniq(&rem(&1, 2), [1, 2, 3])} end)
pairs = [{:b, 2}, {:a, 1}, {:b, 1}, {1, :x}, {1.0, :y}]
for key <- [:a, :b, 1, 1.0, :none], f <- [:keyfind, :keymember, :keysearch, :keydelete, :keytake], do: T.calls(:lists, [{f, [key, 1, pairs]}])
T.calls(:lists, keysort: [1, pairs], ukeysort: [1, pairs], keyreplace: [:b, 1, pairs, {:z, 0}], keystore: [:q, 1, pairs, {:q, 0}], keystore: [:a, 1, pairs, {:a, 0}], keymerge: [1, [{1, :a}, {3, :b}], [{1, :c}, {2, :d}]], ukeymerge: [1, [{1, :a}, {3, :b}], [{1, :c}, {2, :d}]], keyfind: [1, 0, pairs], keydelete: [1, 0, pairs])
T.show("keymap", fn -> :lists.keymap(&inspect/1, 1, [{:a, 1}, {:b, 2}]) end)
T.show("sort by", fn -> {:lists.sort(&>=/2, [1, 3, 2]), :lists.sort(fn {a, _}, {b, _} -> a <= b end, [{2, :a}, {1, :b}, {2, :c}, {1, :d}]), :lists.usort(fn {a, _}, {b, _} -> a <= b end, [{2, :a}, {1, :b}, {2, :c}, {1, :d}]), :lists.merge(&>=/2, [3, 1], [2])} end)

# Numbers from a small generator: the sorts are checked against each other and for stability.
random = Stream.iterate(12345, &rem(&1 * 1_103_515_245 + 12345, 2_147_483_648))
for size <- [2, 3, 10, 33, 100, 1000, 20_000] do
  values = random |> Stream.map(&rem(div(&1, 65536), div(size, 2) + 1)) |> Enum.take(size)
  sorted = :lists.sort(values)
  tagged = Enum.with_index(values)
  stable = :lists.keysort(1, tagged)
  IO.inspect({size, Enum.take(sorted, 3), :erlang.phash2(sorted) == :erlang.phash2(:lists.sort(&<=/2, values)), length(:lists.usort(values)) == map_size(:maps.from_keys(values, 1)), stable == :lists.sort(tagged), Enum.map(stable, &elem(&1, 0)) == sorted, :lists.sort(:lists.reverse(sorted)) == sorted, :lists.reverse(:lists.sort(&>=/2, values)) == sorted})
end
