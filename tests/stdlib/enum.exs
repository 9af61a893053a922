# SPDX-License-Identifier: Apache-2.0
# Every function of Enum over lists, ranges, maps, sets, streams; edges and errors.

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

  # What fun sent to this process, beside its result.
  def trace(fun) do
    result =
      try do
        fun.()
      catch
        kind, value -> {kind, value}
      end

    {result, flush([])}
  end

  defp flush(acc) do
    receive do
      x -> flush([x | acc])
    after
      0 -> Enum.reverse(acc)
    end
  end
end

say = fn x -> send(self(), x) end
odd = fn x -> rem(x, 2) == 1 end
resource = fn n -> Stream.resource(fn -> say.(:start); 1 end, fn i when i > n -> {:halt, i}; i -> {[i], i + 1} end, fn i -> say.({:after, i}) end) end

sources = [list: [3, 1, 2, 3], empty: [], range: 1..6, down: 5..1//-2, none: 1..0//1, set: MapSet.new([4, 2, 7]), stream: Stream.map(1..4, &(&1 * 3))]

for {name, e} <- sources do
  IO.puts("-- #{name}")
  T.t("all?", fn -> {Enum.all?(e), Enum.all?(e, odd), Enum.any?(e), Enum.any?(e, odd)} end)
  T.t("at", fn -> for i <- [-9, -2, -1, 0, 1, 2, 9], do: Enum.at(e, i, :none) end)
  T.t("fetch", fn -> for i <- [-9, -2, -1, 0, 1, 2, 9], do: Enum.fetch(e, i) end)
  T.t("chunk_by", fn -> Enum.chunk_by(e, odd) end)
  T.t("chunk_every", fn -> {Enum.chunk_every(e, 2), Enum.chunk_every(e, 2, 1), Enum.chunk_every(e, 2, 3), Enum.chunk_every(e, 3, 2, [:x, :y, :z])} end)
  T.t("chunk_every discard", fn -> {Enum.chunk_every(e, 2, 2, :discard), Enum.chunk_every(e, 3, 1, :discard), Enum.chunk_every(e, 4, 4, 7..9)} end)
  T.t("chunk_while", fn -> Enum.chunk_while(e, [], fn x, acc -> if x > 2, do: {:cont, {x, acc}, []}, else: {:cont, [x | acc]} end, fn [] -> {:cont, []}; acc -> {:cont, {:rest, acc}, []} end) end)
  T.t("chunk_while halt", fn -> Enum.chunk_while(e, [], fn x, acc -> if x > 2, do: {:halt, acc}, else: {:cont, [x | acc]} end, fn acc -> {:cont, {:rest, acc}, []} end) end)
  T.t("concat", fn -> {Enum.concat([e, e]), Enum.concat(e, [0]), Enum.concat([0], e)} end)
  T.t("count", fn -> {Enum.count(e), Enum.count(e, odd), Enum.count_until(e, 2), Enum.count_until(e, odd, 1)} end)
  T.t("dedup", fn -> {Enum.dedup(e), Enum.dedup_by(e, odd)} end)
  T.t("drop", fn -> for n <- [-9, -1, 0, 1, 9], do: Enum.drop(e, n) end)
  T.t("drop_every", fn -> for n <- 0..3, do: Enum.drop_every(e, n) end)
  T.t("drop_while", fn -> Enum.drop_while(e, odd) end)
  T.t("each", fn -> T.trace(fn -> Enum.each(e, say) end) end)
  T.t("empty?", fn -> Enum.empty?(e) end)
  T.t("filter", fn -> {Enum.filter(e, odd), Enum.reject(e, odd)} end)
  T.t("find", fn -> {Enum.find(e, odd), Enum.find(e, :none, &(&1 > 100)), Enum.find_index(e, odd), Enum.find_value(e, fn x -> odd.(x) && {x} end), Enum.find_value(e, :none, fn _ -> nil end)} end)
  T.t("flat_map", fn -> {Enum.flat_map(e, &[&1, &1]), Enum.flat_map(e, fn x -> if odd.(x), do: [], else: 1..2 end)} end)
  T.t("flat_map_reduce", fn -> Enum.flat_map_reduce(e, 0, fn x, acc -> if acc > 3, do: {:halt, acc}, else: {[x, acc], acc + x} end) end)
  T.t("frequencies", fn -> {Enum.frequencies(e), Enum.frequencies_by(e, odd)} end)
  T.t("group_by", fn -> {Enum.group_by(e, odd), Enum.group_by(e, odd, &{&1})} end)
  T.t("intersperse", fn -> {Enum.intersperse(e, :s), Enum.map_intersperse(e, :s, &(&1 + 1))} end)
  T.t("into", fn -> {Enum.into(e, []), Enum.into(e, MapSet.new([0])), Enum.into(e, %{}, &{&1, 1}), Enum.into(e, %{a: 1}, &{&1, 1})} end)
  T.t("join", fn -> {Enum.join(e), Enum.join(e, ", "), Enum.map_join(e, &(&1 * 2)), Enum.map_join(e, "-", &{:ok, &1} |> elem(1))} end)
  T.t("map", fn -> {Enum.map(e, &(&1 * 2)), Enum.map_every(e, 2, &{&1}), Enum.map_reduce(e, 0, fn x, acc -> {acc, acc + x} end)} end)
  T.t("max", fn -> {Enum.max(e), Enum.min(e), Enum.min_max(e)} end)
  T.t("max or", fn -> {Enum.max(e, fn -> :none end), Enum.min(e, fn -> :none end), Enum.min_max(e, fn -> :none end)} end)
  T.t("max sorter", fn -> {Enum.max(e, &<=/2, fn -> 0 end), Enum.min(e, &>=/2, fn -> 0 end)} end)
  T.t("max_by", fn -> {Enum.max_by(e, &rem(&1, 3), fn -> :none end), Enum.min_by(e, &rem(&1, 3), fn -> :none end), Enum.min_max_by(e, &rem(&1, 3), fn -> :none end)} end)
  T.t("max_by error", fn -> Enum.max_by(e, &rem(&1, 3)) end)
  T.t("member?", fn -> {Enum.member?(e, 2), Enum.member?(e, 2.0), 4 in e} end)
  T.t("reduce", fn -> {Enum.reduce(e, 10, &(&2 - &1)), Enum.reduce(e, &(&2 - &1))} end)
  T.t("reduce_while", fn -> Enum.reduce_while(e, [], fn x, acc -> if length(acc) == 2, do: {:halt, {:stop, acc}}, else: {:cont, [x | acc]} end) end)
  T.t("reverse", fn -> {Enum.reverse(e), Enum.reverse(e, [:t]), Enum.reverse_slice(e, 1, 2), Enum.reverse_slice(e, 2, 9)} end)
  T.t("scan", fn -> {Enum.scan(e, &(&1 + &2)), Enum.scan(e, 100, &(&1 + &2))} end)
  T.t("slice", fn -> for r <- [0..1, 1..-1//1, -2..-1, 2..9, 9..12, -9..1//1, 0..-2//1, 3..1//1, 1..0//1], do: Enum.slice(e, r) end)
  T.t("slice/3", fn -> for s <- [-9, -2, 0, 1, 9], n <- [0, 1, 9], do: Enum.slice(e, s, n) end)
  T.t("slide", fn -> {Enum.slide(e, 0, 2), Enum.slide(e, 2, 0), Enum.slide(e, 0..1, 2), Enum.slide(e, 1..2, 0), Enum.slide(e, -1, 0)} end)
  T.t("sort", fn -> {Enum.sort(e), Enum.sort(e, :desc), Enum.sort(e, &(rem(&1, 3) <= rem(&2, 3))), Enum.sort(e, &(rem(&1, 3) < rem(&2, 3)))} end)
  T.t("sort_by", fn -> {Enum.sort_by(e, &rem(&1, 3)), Enum.sort_by(e, &rem(&1, 3), :desc), Enum.sort_by(e, &(-&1), &<=/2)} end)
  T.t("split", fn -> for n <- [-9, -1, 0, 1, 9], do: Enum.split(e, n) end)
  T.t("split_while", fn -> {Enum.split_while(e, odd), Enum.split_with(e, odd)} end)
  T.t("sum", fn -> {Enum.sum(e), Enum.product(e)} end)
  T.t("take", fn -> for n <- [-9, -2, 0, 1, 9], do: Enum.take(e, n) end)
  T.t("take_every", fn -> {Enum.take_every(e, 0), Enum.take_every(e, 1), Enum.take_every(e, 2), Enum.take_while(e, odd)} end)
  T.t("random", fn -> {length(Enum.take_random(e, 2)), Enum.sort(Enum.shuffle(e)), length(Enum.take_random(e, 200)), e == [] or Enum.random(e) in e} end)
  T.t("uniq", fn -> {Enum.uniq(e), Enum.uniq_by(e, odd)} end)
  T.t("with_index", fn -> {Enum.with_index(e), Enum.with_index(e, 10), Enum.with_index(e, fn x, i -> x * i end)} end)
  T.t("zip", fn -> {Enum.zip(e, [:a, :b]), Enum.zip([:a, :b], e), Enum.zip([e, 1..3, [:x, :y]]), Enum.zip(e, Stream.cycle([0, 1]))} end)
  T.t("zip_with", fn -> {Enum.zip_with(e, 1..2, &{&2, &1}), Enum.zip_with([e, e, e], &Enum.sum/1), Enum.zip_reduce(e, [10, 20], 0, &(&1 * &2 + &3)), Enum.zip_reduce([e, e], [], &[&1 | &2])} end)
  T.t("for", fn -> for x <- e, odd.(x), into: [], do: x end)
end

IO.puts("-- maps")
m = %{a: 1, b: 2, c: 3}
T.t("map", fn -> Enum.map(m, fn {k, v} -> {v, k} end) end)
T.t("filter", fn -> Enum.filter(m, fn {_, v} -> v > 1 end) end)
T.t("reduce", fn -> Enum.reduce(m, 0, fn {_, v}, acc -> v + acc end) end)
T.t("count", fn -> {Enum.count(m), Enum.member?(m, {:a, 1}), Enum.member?(m, {:a, 2}), Enum.member?(m, :a), Enum.empty?(%{})} end)
T.t("sort_by", fn -> Enum.sort_by(m, fn {_, v} -> -v end) end)
T.t("max_by", fn -> Enum.max_by(m, &elem(&1, 1)) end)
T.t("at", fn -> {Enum.at(m, 1), Enum.slice(m, 1, 5), Enum.take(m, 2), Enum.fetch!(m, -1)} end)
T.t("into", fn -> {Enum.into(m, []), Enum.into(m, %{a: 0, d: 4}), Enum.into([a: 1, a: 2], %{}), Enum.into(m, %{}, fn {k, v} -> {v, k} end)} end)
T.t("group_by", fn -> Enum.group_by(m, fn {_, v} -> rem(v, 2) end, fn {k, _} -> k end) end)
T.t("unzip", fn -> {Enum.unzip(m), Enum.unzip([{1, 2}, {3, 4}]), Enum.unzip([])} end)
T.t("zip", fn -> {Enum.zip(m, 1..2), Enum.zip(m, m), Enum.zip([]), Enum.zip([[]])} end)
T.t("split_with", fn -> Enum.split_with(m, fn {k, _} -> k == :b end) end)

IO.puts("-- order and sorters")
words = ~w(pear fig apple kiwi date plum nut)
T.t("sort", fn -> {Enum.sort(words), Enum.sort(words, :desc), Enum.sort(words, &(byte_size(&1) <= byte_size(&2)))} end)
T.t("sort_by", fn -> {Enum.sort_by(words, &byte_size/1), Enum.sort_by(words, &byte_size/1, :desc), Enum.sort_by(words, &{byte_size(&1), &1})} end)
T.t("strict", fn -> {Enum.sort(words, &(byte_size(&1) < byte_size(&2))), Enum.sort(words, &(byte_size(&1) > byte_size(&2)))} end)
T.t("terms", fn -> Enum.sort([3, "b", :a, 1.5, {1}, [1], %{}, nil, {0, 0}, [], "a", 1]) end)

defmodule Size do
  def compare({a, _}, {b, _}) when a < b, do: :lt
  def compare({a, _}, {b, _}) when a > b, do: :gt
  def compare(_, _), do: :eq
end

sized = [{3, :a}, {1, :b}, {2, :c}, {1, :d}, {3, :e}]
T.t("sized", fn -> {Enum.sort(sized, Size), Enum.sort(sized, {:desc, Size}), Enum.max(sized, Size), Enum.min(sized, Size), Enum.min_max_by(sized, & &1, Size)} end)
T.t("sized by", fn -> {Enum.max_by(sized, & &1, Size), Enum.min_by(sized, & &1, Size), Enum.sort_by(sized, & &1, {:desc, Size})} end)
numbers = for i <- 1..500, do: rem(i * 7919, 1009)
sorted? = fn list, fun -> Enum.all?(Enum.zip(list, tl(list)), fn {a, b} -> fun.(a, b) end) end
T.t("many", fn -> for f <- [&<=/2, &>=/2, &</2, &>/2], do: sorted?.(Enum.sort(numbers, f), fn a, b -> f.(a, b) or a == b end) end)
T.t("many by", fn -> {sorted?.(Enum.sort_by(numbers, &(-&1)), &>=/2), sorted?.(Enum.sort_by(numbers, & &1, :desc), &>=/2), Enum.sum(Enum.sort(numbers)) == Enum.sum(numbers)} end)
T.t("runs", fn -> {Enum.sort([1, 2, 3, 2, 1, 0, 5, 6, 6, 4], &<=/2), Enum.sort([5, 4, 3, 2, 1], &<=/2), Enum.sort([1], &<=/2), Enum.sort([], &<=/2)} end)

IO.puts("-- effects come in order")
T.t("map", fn -> T.trace(fn -> Enum.map(resource.(3), fn x -> say.({:map, x}); x end) end) end)
T.t("take", fn -> T.trace(fn -> Enum.take(resource.(9), 2) end) end)
T.t("find", fn -> T.trace(fn -> Enum.find(resource.(9), &(&1 == 3)) end) end)
T.t("zip left", fn -> T.trace(fn -> Enum.zip(resource.(9), [:a]) end) end)
T.t("zip right", fn -> T.trace(fn -> Enum.zip([:a], resource.(9)) end) end)
T.t("raise", fn -> T.trace(fn -> Enum.each(resource.(9), fn x -> if x == 2, do: throw(:out) end) end) end)
T.t("at", fn -> T.trace(fn -> {Enum.at(resource.(9), 1), Enum.slice(resource.(9), 1, 2), Enum.empty?(resource.(9))} end) end)
T.t("into halts", fn -> Enum.into(Stream.map([1], fn _ -> throw(:x) end), MapSet.new()) end)

IO.puts("-- errors")
T.t("max", fn -> Enum.max([]) end)
T.t("min", fn -> Enum.min(%{}) end)
T.t("min_max", fn -> Enum.min_max([]) end)
T.t("max_by", fn -> Enum.max_by([], & &1) end)
T.t("reduce", fn -> Enum.reduce([], &+/2) end)
T.t("reduce range", fn -> Enum.reduce(1..0//1, &+/2) end)
T.t("random", fn -> Enum.random([]) end)
T.t("random range", fn -> Enum.random(1..0//1) end)
T.t("fetch!", fn -> try do Enum.fetch!([1], 4) rescue e -> e.__struct__ end end)
T.t("map", fn -> Enum.map(5, & &1) end)
T.t("count", fn -> Enum.count(:a) end)
T.t("to_list", fn -> Enum.to_list(1.5) end)
T.t("flat_map", fn -> Enum.flat_map([1], fn _ -> 1 end) end)
T.t("at", fn -> Enum.at([1], :a) end)
T.t("take", fn -> Enum.take([1], nil) end)
T.t("chunk_every", fn -> Enum.chunk_every([1], 0) end)
T.t("slide", fn -> Enum.slide([1, 2, 3, 4], 3..1//-1, 2) end)
T.t("slide steps", fn -> Enum.slide([1, 2, 3, 4], 0..2//2, 2) end)
T.t("slide inside", fn -> Enum.slide([1, 2, 3, 4], 0..2, 1) end)
T.t("slice", fn -> Enum.slice([1, 2, 3, 4], 3..0//-2) end)
T.t("sum", fn -> Enum.sum([:a]) end)
T.t("join", fn -> Enum.join([{1}], ",") end)
T.t("into", fn -> Enum.into([1], 3) end)
T.t("into map", fn -> try do Enum.into([1], %{}) rescue e -> e.__struct__ end end)
T.t("reduce_while", fn -> try do Enum.reduce_while([1], 0, fn _, _ -> :what end) rescue e -> e.__struct__ end end)
T.t("flat_map_reduce", fn -> Enum.flat_map_reduce([1], 0, fn _, _ -> :what end) end)
T.t("chunk_while", fn -> Enum.chunk_while([1], 0, fn _, _ -> :what end, fn x -> {:cont, x} end) end)
T.t("function", fn -> try do Enum.to_list(fn -> 1 end) rescue e -> {e.__struct__, e.description} end end)

IO.puts("-- slices with steps")
T.t("list", fn -> {Enum.slice([1, 2, 3, 4, 5], 0..4//2), Enum.slice([1, 2, 3, 4, 5], 1..-1//3), Enum.slice([1, 2, 3, 4, 5], -3..-1//2), Enum.slice([1, 2, 3, 4, 5], 0..0//2)} end)
T.t("range", fn -> {Enum.slice(1..10, 2..8//3), Enum.slice(1..10, -4..-1//2)} end)
T.t("strings", fn -> {Enum.join(["a", :b, 1, 2.5, nil, [?c, "d"]], "|"), Enum.into(["a", "b"], "x"), Enum.into([<<1::3>>, "b"], "x")} end)
T.t("large", fn -> {length(Enum.uniq(Enum.map(1..1000, &rem(&1, 100)))), map_size(Enum.frequencies(Enum.to_list(1..100))), Enum.sum(Enum.map(Enum.chunk_every(1..1000, 7), &length/1))} end)
