# SPDX-License-Identifier: Apache-2.0
# Entries of registries chosen by patterns and match specifications.

IO.puts("-- registries")
# Registry.select / match / count_match / keys / listeners / meta
{:ok, _} = Registry.start_link(keys: :unique, name: U)
{:ok, _} = Registry.start_link(keys: :duplicate, name: D, partitions: 2)
for {k, v} <- [a: 1, b: 2, c: {:t, 3}], do: {:ok, _} = Registry.register(U, k, v)
for {k, v} <- [x: 1, x: 2, y: {:t, 3}], do: {:ok, _} = Registry.register(D, k, v)
IO.inspect Registry.select(U, [{{:"$1", :_, :_}, [], [:"$1"]}]) |> Enum.sort()
IO.inspect Registry.select(U, [{{:"$1", :"$2", :"$3"}, [{:>, :"$3", 1}], [{{:"$1", :"$3"}}]}]) |> Enum.sort()
IO.inspect Registry.select(U, [{{:"$1", :"$2", {:t, :"$3"}}, [], [%{k: :"$1", v: :"$3"}]}])
IO.inspect Registry.select(U, [{{:_, :"$1", 1}, [], [:"$1"]}]) == [self()]
IO.inspect Registry.select(U, [{{:"$1", :_, :"$2"}, [{:is_integer, :"$2"}, {:andalso, {:>=, :"$2", 1}, {:<, :"$2", 2}}], [[:"$1", {:const, {:x, 1}}]]}])
IO.inspect Registry.match(D, :x, 1) == [{self(), 1}]
IO.inspect Registry.match(D, :x, :_) |> Enum.map(&elem(&1, 1)) |> Enum.sort()
IO.inspect Registry.match(D, :y, {:t, :"$1"}, [{:>, :"$1", 2}]) |> length()
IO.inspect Registry.match(D, :y, {:t, :"$1"}, [{:>, :"$1", 3}])
IO.inspect Registry.match(D, :x, :"$1", [{:==, :"$1", 2}]) |> Enum.map(&elem(&1, 1))
IO.inspect Registry.count_match(D, :x, :_)
IO.inspect Registry.count_match(D, :x, 2)
IO.inspect Registry.count(D)
IO.inspect Registry.unregister_match(D, :x, 1)
IO.inspect Registry.values(D, :x, self())
IO.inspect Registry.keys(D, self()) |> Enum.sort()
IO.inspect Registry.lookup(U, :a) == [{self(), 1}]
IO.inspect Registry.register(U, :a, 5) == {:error, {:already_registered, self()}}
IO.inspect Registry.update_value(U, :a, &(&1 + 10))
IO.inspect Registry.update_value(U, :zz, &(&1 + 10))
Registry.put_meta(U, :info, %{v: 1})
IO.inspect Registry.meta(U, :info)
IO.inspect Registry.meta(U, :none)
IO.inspect Registry.dispatch(D, :x, fn es -> send(self(), {:n, length(es)}) end)
IO.inspect (receive do {:n, n} -> n after 0 -> :none end)
IO.inspect Registry.select(D, [{{:"$1", :_, :"$2"}, [], [{{:"$1", :"$2"}}]}]) |> Enum.sort()
IO.inspect Registry.count_select(U, [{{:_, :_, :"$1"}, [{:is_integer, :"$1"}], [true]}])
IO.inspect Registry.select(U, [{{:"$1", :_, :_}, [{:==, :"$1", :b}], [:"$_"]}]) |> Enum.map(fn {k, {p, v}} -> {k, p == self(), v} end)
IO.inspect Registry.select(U, [{{:"$1", :_, :"$2"}, [], [:"$$"]}]) |> Enum.sort()
IO.inspect (try do Registry.select(U, [{:x, [], [1]}]) rescue e in ArgumentError -> Exception.message(e) end)
IO.inspect Registry.delete_meta(U, :info)
IO.inspect Registry.meta(U, :info)
