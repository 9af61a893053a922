# SPDX-License-Identifier: Apache-2.0
# The other modules under Erlang's names: :maps, :queue, :timer, :rand, :string, containers, :io_lib, :unicode.

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

maps = [%{}, %{a: 1}, %{a: 1, b: 2}]
T.calls(:maps, for(m <- maps, do: {:with, [[:a, :z], m]}) ++ for(m <- maps, do: {:without, [[:a, :z], m]}))
T.show("maps", fn -> for m <- maps, do: {:maps.map(fn k, v -> {k, v} end, m), :maps.filter(fn _, v -> v > 1 end, m), :maps.fold(fn _, v, acc -> v + acc end, 0, m), :maps.filtermap(fn _, v -> v > 1 or {true, :x} end, m)} end)
T.show("maps of two", fn -> {:maps.merge_with(fn k, a, b -> {k, a, b} end, %{a: 1, b: 2}, %{b: 3, c: 4}), :maps.intersect(%{a: 1, b: 2}, %{b: 3}), :maps.intersect_with(fn _, a, b -> a + b end, %{a: 1, b: 2}, %{b: 3}), :maps.update_with(:a, &(&1 + 1), %{a: 1}), :maps.update_with(:b, &(&1 + 1), 0, %{a: 1}), :maps.groups_from_list(&rem(&1, 2), [1, 2, 3])} end)
T.message("badkey", fn -> :maps.update_with(:z, & &1, %{}) end)
T.message("badmap", fn -> :maps.fold(fn _, _, a -> a end, 0, :a) end)
T.message("badmap", fn -> :maps.merge_with(fn _, a, _ -> a end, %{}, 1) end)

q = Enum.reduce(1..6, :queue.new(), &:queue.in/2)
T.show("queue", fn -> {q, :queue.out(q), :queue.out_r(q), :queue.in_r(0, q), :queue.len(q), :queue.to_list(q), :queue.reverse(q), :queue.split(2, q), :queue.join(q, q), :queue.filter(&(rem(&1, 2) == 0), q)} end)
T.show("queue ends", fn -> {:queue.get(q), :queue.get_r(q), :queue.peek(:queue.new()), :queue.peek(q), :queue.drop(q), :queue.drop_r(q), :queue.member(3, q), :queue.delete(3, q), :queue.fold(&(&1 + &2), 0, q), :queue.is_empty(q), :queue.out(:queue.new()), :queue.from_list([1, 2, 3])} end)
T.calls(:queue, get: [:queue.new()], len: [:a], in: [1, :a], is_queue: [q], is_queue: [:a])

T.calls(:timer, seconds: [2], minutes: [2], hours: [1], hms: [1, 2, 3], now_diff: [{1, 2, 3}, {0, 1, 2}], sleep: [0])
T.show("tc", fn -> {elem(:timer.tc(fn -> :r end), 1), elem(:timer.tc(fn x -> x end, [5]), 1), elem(:timer.tc(String, :upcase, ["a"]), 1), is_integer(elem(:timer.tc(fn -> 1 end), 0))} end)
{:ok, _} = :timer.send_after(1, :after)
T.show("send_after", fn -> receive do x -> x after 1000 -> :late end end)
{:ok, t} = :timer.send_interval(1, :interval)
T.show("send_interval", fn -> for(_ <- 1..3, do: receive do x -> x after 1000 -> :late end) ++ [:timer.cancel(t)] end)
{:ok, _} = :timer.apply_after(1, :erlang, :send, [self(), :applied])
T.show("apply_after", fn -> (wait = fn wait -> receive do :applied -> :applied; _ -> wait.(wait) after 1000 -> :late end end; wait.(wait)) end)

for seed <- [{1, 2, 3}, {0, 0, 0}, 42, -1, 12_345_678_901_234_567_890] do
  :rand.seed(:exsss, seed)
  IO.inspect({seed, :rand.uniform(), :rand.uniform(), :rand.uniform(10), :rand.uniform(1_000_000), :rand.uniform(1_000_000_000_000_000_000_000), :rand.bytes(9), :rand.uniform_real(), :rand.export_seed()})
end
s = :rand.seed_s(:exsss, {1, 2, 3})
{a, s} = :rand.uniform_s(s)
{b, s} = :rand.uniform_s(6, s)
IO.inspect({a, b, :rand.export_seed_s(s)})
:rand.seed(:exsss, {9, 9, 9})
IO.inspect(for _ <- 1..20, do: :rand.uniform(6))
T.calls(:rand, uniform: [0], uniform: [:a])

for f <- [:uppercase, :lowercase, :titlecase, :trim, :length, :is_empty], do: T.calls(:string, for(s <- ["", " aB c ", "é日", [?a, "b"]], f != :trim or is_binary(s), f != :titlecase or is_binary(s), do: {f, [s]}))
T.calls(:string, split: ["a,b,c", ","], split: ["a,b,c", ",", :all], split: ["a,b,c", ",", :trailing], lexemes: ["a b;c", [?\s, ?;]], find: ["abcb", "b"], find: ["abcb", "b", :trailing], find: ["a", "z"], prefix: ["abc", "ab"], prefix: ["abc", "x"], slice: ["abcd", 1, 2], to_integer: ["12x"], to_integer: ["x"], to_float: ["1.5x"], equal: ["a", "a"], equal: ["A", "a", true], trim: ["xxaxx", :leading, [?x]], str: [[1, 2, 3], [2, 3]], chr: [[1, 2], 2], tokens: [[1, 0, 2], [0]], join: [[[1], [2]], [0]], substr: [[1, 2, 3], 2, 1], reverse: ["abc"], copies: [[1], 2])

d = :orddict.from_list([{:b, 2}, {:a, 1}])
T.show("orddict", fn -> {d, :orddict.store(:c, 3, d), :orddict.find(:a, d), :orddict.find(:z, d), :orddict.erase(:a, d), :orddict.update(:a, &(&1 + 1), d), :orddict.update_counter(:z, 5, d), :orddict.append(:l, 1, []), :orddict.fold(fn k, v, acc -> [{k, v} | acc] end, [], d), :orddict.merge(fn _, a, b -> a + b end, d, [a: 10, z: 1])} end)
s = :ordsets.from_list([3, 1, 2, 3])
T.show("ordsets", fn -> {s, :ordsets.add_element(0, s), :ordsets.del_element(2, s), :ordsets.union(s, [5]), :ordsets.intersection(s, [2, 3, 4]), :ordsets.subtract(s, [1]), :ordsets.is_subset([1], s), :ordsets.is_element(2, s), :ordsets.is_disjoint(s, [9])} end)
s = :sets.from_list([3, 1, 2, 3], version: 2)
T.show("sets", fn -> {:sets.size(s), Enum.sort(:sets.to_list(:sets.union(s, :sets.from_list([7], version: 2)))), :sets.is_element(1, s), :sets.is_subset(:sets.from_list([1], version: 2), s), Enum.sort(:sets.to_list(:sets.subtract(s, :sets.from_list([1], version: 2))))} end)
t = Enum.reduce(1..20, :gb_trees.empty(), &:gb_trees.insert(&1, &1 * &1, &2))
T.show("gb_trees", fn -> {t, :gb_trees.lookup(3, t), :gb_trees.lookup(99, t), :gb_trees.size(t), :gb_trees.smallest(t), :gb_trees.largest(t), :gb_trees.to_list(:gb_trees.delete(7, t)), :gb_trees.take_smallest(t) |> elem(1), :gb_trees.keys(:gb_trees.enter(0, 0, t))} end)
T.message("key_exists", fn -> :gb_trees.insert(1, 1, t) end)
g = :gb_sets.from_list([3, 1, 2])
T.show("gb_sets", fn -> {:gb_sets.to_list(:gb_sets.add(9, g)), :gb_sets.is_member(2, g), :gb_sets.smallest(g), :gb_sets.to_list(:gb_sets.union(g, :gb_sets.from_list([5]))), :gb_sets.fold(&+/2, 0, g)} end)
a = :array.set(3, :x, :array.from_list([1, 2]))
T.show("array", fn -> {:array.to_list(a), :array.size(a), :array.get(0, a), :array.get(50, a), :array.sparse_to_orddict(a), :array.to_list(:array.map(fn i, _ -> i end, a)), :array.to_list(:array.resize(1, a)), :array.foldl(fn i, v, acc -> [{i, v} | acc] end, [], a), :array.to_list(:array.new(2, default: 0))} end)
T.show("array out of range", fn -> :array.get(5, :array.new(2)) end)
p = [:a, {:b, 2}, {:a, 3}]
T.show("proplists", fn -> {:proplists.get_value(:a, p), :proplists.get_value(:z, p), :proplists.get_value(:z, p, 0), :proplists.get_all_values(:a, p), :proplists.get_bool(:a, p), :proplists.lookup(:b, p), :proplists.delete(:a, p), :proplists.is_defined(:z, p), :proplists.to_map(p)} end)

formats = [
  {"~p ~w ~s", [{:a, "b", [1, 2]}, "ab", "cd"]}, {"~ts|~s", ["é", [?a, "b"]]}, {"~5s|~-5s|~5.2s|~3s", ["ab", "ab", "abcdef", "abcdef"]}, {"~B ~b ~.16B ~.16b ~8..0B ~.2#", [10, 255, 255, 255, 5, 5]},
  {"~f ~.2f ~8.3f ~e ~.3e ~g ~g", [1.5, 2.345, 3.14159, 1.5, 12345.678, 0.5, 50000.0]}, {"~c~c ~3c", [?a, ?b, ?c]}, {"~i~p~n~~", [1, 2]}, {"~*p|", [5, :a]}, {"~5w|~-5w|~2w|", [1, 2, :abcdef]}, {"~w", [[:"hello world", :Abc, :end, nil]]},
  {"~p", [Enum.to_list(1..60)]}, {"~p", [%{a: Enum.to_list(1..40), b: 2}]}, {"~p", [{:error, {:badmatch, "a long binary string that goes on"}, [{:mod, :fun, 2, [line: 3]}, {:another_module, :function, 2, []}]}]}, {"~W ~P", [[1, 2, 3, 4, 5], 3, {1, 2, 3, 4}, 3]}, {"x", []}
]
for {template, args} <- formats, do: IO.puts(:io_lib.format(template, args))
T.calls(:io_lib, format: ["~p", []], format: ["~p", [1, 2]], format: ["~f", [1]], format: ["~q", [1]])
:io.format("~p ~s~n", [:io, "format"])
:io.put_chars("put_chars\n")
:io.nl()
:io.write({:a, 1})
:io.nl()
T.calls(:unicode, bom_to_encoding: [<<0xEF, 0xBB, 0xBF>>], bom_to_encoding: ["abc"], characters_to_nfc_binary: ["e\u0301"], characters_to_nfd_list: ["é"], characters_to_binary: [["é", 233], :utf8, :latin1], characters_to_binary: [<<255>>], characters_to_binary: ["é", :utf8, :utf16], characters_to_list: ["aé"])
T.show("file", fn -> [to_string(:file.format_error(:enoent)), to_string(:file.format_error(:eacces)), :file.read_file("/no/such/file"), is_list(elem(:file.get_cwd(), 1))] end)
T.show("os", fn -> [:os.getenv(~c"JOIST_NOT_SET"), :os.getenv(~c"JOIST_NOT_SET", :d), tuple_size(:os.timestamp()), is_integer(:os.system_time(:second))] end)
