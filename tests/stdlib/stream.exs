# SPDX-License-Identifier: Apache-2.0
# Every function of Stream: results, order of effects, suspension, clean-up.

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
resource = fn n -> Stream.resource(fn -> say.(:start); 1 end, fn i when i > n -> {:halt, i}; i -> say.(i); {[i], i + 1} end, fn i -> say.({:after, i}) end) end

# Takes elements by suspending after each; then goes on or halts.
pull = fn stream, n, last ->
  step = fn x, acc -> {:suspend, [x | acc]} end

  go = fn
    go, {:suspended, acc, next}, k when k > 0 -> go.(go, next.({:cont, acc}), k - 1)
    _go, {:suspended, acc, next}, _k -> say.({:got, acc}); elem(next.({last, acc}), 1)
    _go, {_ended, acc}, _k -> {:ended, acc}
  end

  go.(go, Enumerable.reduce(stream, {:cont, []}, step), n)
end

stages = [
  map: &Stream.map(&1, fn x -> x * 2 end),
  filter: &Stream.filter(&1, odd),
  reject: &Stream.reject(&1, odd),
  each: &Stream.each(&1, fn x -> say.({:each, x}) end),
  take: &Stream.take(&1, 2),
  take_last: &Stream.take(&1, -2),
  drop: &Stream.drop(&1, 2),
  drop_last: &Stream.drop(&1, -2),
  take_while: &Stream.take_while(&1, fn x -> x < 3 end),
  drop_while: &Stream.drop_while(&1, odd),
  take_every: &Stream.take_every(&1, 2),
  drop_every: &Stream.drop_every(&1, 2),
  map_every: &Stream.map_every(&1, 2, fn x -> x * 100 end),
  with_index: &Stream.with_index/1,
  with_offset: &Stream.with_index(&1, 10),
  scan: &Stream.scan(&1, fn x, acc -> x + acc end),
  scan_from: &Stream.scan(&1, 100, fn x, acc -> x + acc end),
  dedup: &Stream.dedup/1,
  dedup_by: &Stream.dedup_by(&1, odd),
  uniq: &Stream.uniq/1,
  uniq_by: &Stream.uniq_by(&1, odd),
  chunk_every: &Stream.chunk_every(&1, 2),
  chunk_overlap: &Stream.chunk_every(&1, 3, 1, [:x]),
  chunk_gap: &Stream.chunk_every(&1, 2, 3),
  chunk_discard: &Stream.chunk_every(&1, 2, 2, :discard),
  chunk_by: &Stream.chunk_by(&1, odd),
  chunk_while: &Stream.chunk_while(&1, [], fn x, acc -> if odd.(x), do: {:cont, acc, [x]}, else: {:cont, [x | acc]} end, fn acc -> {:cont, {:rest, acc}, []} end),
  chunk_halt: &Stream.chunk_while(&1, [], fn x, acc -> if length(acc) > 1, do: {:halt, acc}, else: {:cont, [x | acc]} end, fn acc -> {:cont, {:rest, acc}, []} end),
  flat_map: &Stream.flat_map(&1, fn x -> if odd.(x), do: [x, x], else: 1..2 end),
  flat_nothing: &Stream.flat_map(&1, fn _ -> [] end),
  flat_streams: &Stream.flat_map(&1, fn x -> Stream.map(1..2, fn y -> {x, y} end) end),
  concat: &Stream.concat(&1, [:c]),
  intersperse: &Stream.intersperse(&1, :s),
  transform: &Stream.transform(&1, 0, fn x, acc -> if acc > 2, do: {:halt, acc}, else: {[x, acc], acc + 1} end),
  transform_after: &Stream.transform(&1, fn -> say.(:begin); 0 end, fn x, acc -> {[x + acc], x} end, fn acc -> say.({:finish, acc}) end),
  transform_last: &Stream.transform(&1, fn -> 0 end, fn x, acc -> {[x], acc + 1} end, fn acc -> {[:last, acc], acc} end, fn acc -> say.({:finish, acc}) end),
  zip: &Stream.zip(&1, [:a, :b, :c]),
  zip_many: &Stream.zip([&1, 1..3, Stream.cycle([0])]),
  zip_with: &Stream.zip_with(&1, 10..12, fn a, b -> a + b end),
  into: &Stream.into(&1, %{}, fn x -> {x, 1} end)
]

for {source_name, source} <- [list: [3, 1, 1, 2, 4, 5, 7], range: 1..5, empty: [], stream: Stream.iterate(1, &(&1 + 1)) |> Stream.take(4), resource: resource.(4)] do
  IO.puts("-- #{source_name}")

  for {name, stage} <- stages do
    T.t("#{name}", fn -> T.trace(fn -> Enum.to_list(stage.(source)) end) end)
    T.t("#{name} take 2", fn -> T.trace(fn -> Enum.take(stage.(source), 2) end) end)
  end
end

IO.puts("-- three stages")

for {name1, stage1} <- stages, name1 not in [:each, :into], {name2, stage2} <- stages, name2 in [:take, :chunk_every, :with_index, :flat_map, :zip, :transform_last, :drop_last], name1 in [:map, :take, :chunk_every, :chunk_while, :flat_map, :concat, :transform, :uniq, :zip] do
  ints = fn s -> Stream.map(s, fn x -> if is_integer(x), do: x, else: 7 end) end
  T.t("#{name1} #{name2}", fn -> T.trace(fn -> resource.(5) |> stage1.() |> ints.() |> stage2.() |> Enum.to_list() end) end)
end

IO.puts("-- suspended")

for {name, stage} <- stages, name not in [:flat_streams, :zip_many, :chunk_every, :chunk_overlap, :chunk_by, :chunk_while, :chunk_halt, :chunk_gap, :take_last, :transform_after] do
  T.t("#{name}", fn -> T.trace(fn -> pull.(stage.(1..5), 1, :cont) end) end)
  T.t("#{name} halt", fn -> T.trace(fn -> pull.(stage.(resource.(5)), 1, :halt) end) end)
end

IO.puts("-- sources")
T.t("cycle", fn -> {Enum.take(Stream.cycle([1, 2]), 5), Enum.take(Stream.cycle(1..3), 5), Enum.take(Stream.cycle(%{a: 1}), 2)} end)
T.t("iterate", fn -> T.trace(fn -> Enum.take(Stream.iterate(1, fn x -> say.(x); x * 2 end), 4) end) end)
T.t("unfold", fn -> {Enum.to_list(Stream.unfold(3, fn 0 -> nil; n -> {n, n - 1} end)), Enum.take(Stream.unfold({0, 1}, fn {a, b} -> {a, {b, a + b}} end), 8)} end)
T.t("repeatedly", fn -> length(Enum.take(Stream.repeatedly(fn -> make_ref() end) |> Stream.uniq(), 3)) end)
T.t("duplicate", fn -> {Enum.to_list(Stream.duplicate(:a, 3)), Enum.to_list(Stream.duplicate(:a, 0))} end)
T.t("interval", fn -> Enum.take(Stream.interval(1), 3) end)
T.t("timer", fn -> Enum.to_list(Stream.timer(1)) end)
T.t("concat", fn -> {Enum.to_list(Stream.concat([1..2, [3], %{a: 1}])), Enum.take(Stream.concat(1..2, Stream.cycle([0])), 4)} end)
T.t("run", fn -> T.trace(fn -> Stream.run(Stream.each(1..2, say)) end) end)
T.t("resource", fn -> T.trace(fn -> Enum.to_list(Stream.resource(fn -> 0 end, fn 3 -> {:halt, 3}; n -> {1..n//1, n + 1} end, say)) end) end)
T.t("resource take", fn -> T.trace(fn -> Enum.take(resource.(9), 2) end) end)
T.t("resource throw", fn -> T.trace(fn -> Enum.each(resource.(9), fn x -> if x == 2, do: throw(:out) end) end) end)
T.t("resource in flat_map", fn -> T.trace(fn -> [1, 2] |> Stream.flat_map(fn _ -> resource.(2) end) |> Enum.take(3) end) end)
T.t("transform throw", fn -> T.trace(fn -> Stream.transform(resource.(5), fn -> 0 end, fn x, acc -> if x == 3, do: throw(:out); {[x], acc + 1} end, fn acc -> say.({:finish, acc}) end) |> Enum.to_list() end) end)
T.t("zip ends", fn -> T.trace(fn -> Enum.to_list(Stream.zip(resource.(5), resource.(2))) end) end)
T.t("zip endless", fn -> Enum.to_list(Stream.zip(Stream.cycle([:a, :b]), 1..3)) end)
T.t("lazy", fn -> T.trace(fn -> 1..1_000_000_000 |> Stream.map(fn x -> say.(x); x end) |> Stream.filter(odd) |> Enum.at(1) end) end)
T.t("nested chunks", fn -> 1..10 |> Stream.chunk_every(2) |> Stream.chunk_every(2) |> Enum.to_list() end)
T.t("twice", fn -> s = Stream.take(1..9, 2); {Enum.to_list(s), Enum.to_list(s), Enum.count(s), Enum.member?(s, 2), Enum.empty?(s)} end)
T.t("nothing", fn -> {Enum.to_list(Stream.take([1], 0)), Enum.to_list(Stream.take_every([1], 0)), Enum.to_list(Stream.drop_every([1, 2], 0)), Enum.to_list(Stream.drop_every([1], 1)), Enum.to_list(Stream.map_every([1, 2], 0, &{&1}))} end)
T.t("into", fn -> T.trace(fn -> Enum.to_list(Stream.into([1, 2, 3], MapSet.new(), fn x -> say.(x); {x} end)) end) end)

IO.puts("-- errors")
T.t("cycle", fn -> Stream.cycle([]) end)
T.t("cycle map", fn -> Enum.take(Stream.cycle(%{}), 1) end)
T.t("chunk_every", fn -> Stream.chunk_every([1], 0) end)
T.t("take", fn -> Stream.take([1], :a) end)
T.t("map", fn -> Stream.map([1], 5) end)
T.t("interval", fn -> Stream.interval(-1) end)
T.t("not enumerable", fn -> Enum.to_list(Stream.map(5, & &1)) end)
T.t("transform", fn -> Enum.to_list(Stream.transform([1], 0, fn _, _ -> 3 end)) end)
T.t("unfold", fn -> Enum.to_list(Stream.unfold(1, fn _ -> 3 end)) end)
T.t("chunk_while", fn -> Enum.to_list(Stream.chunk_while([1], 1, fn _, _ -> 3 end, fn _ -> 4 end)) end)
T.t("raise", fn -> T.trace(fn -> try do Enum.to_list(Stream.map(resource.(3), fn 2 -> raise "two"; x -> x end)) rescue e -> e.message end end) end)
