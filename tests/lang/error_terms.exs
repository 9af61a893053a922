# SPDX-License-Identifier: Apache-2.0
# Error terms as `catch` sees them, and the exceptions that `rescue` and `Exception.normalize` make of them.
defmodule Terms do
  def show(name, fun) do
    caught =
      try do
        fun.()
        :nothing
      catch
        kind, reason -> {kind, reason}
      end

    rescued =
      try do
        fun.()
        :nothing
      rescue
        e -> e.__struct__
      catch
        kind, _ -> kind
      end

    IO.puts("#{name}: #{inspect(caught)} #{inspect(rescued)}")
  end

  def clause(1, :a), do: 1
  def id(x), do: x
end

id = fn x -> x end
show = &Terms.show/2

m = id.(%{name: 1})
show.("dot", fn -> m.nope end)
show.("dot nil", fn -> id.(nil).nope end)
show.("dot on list", fn -> id.([a: 1]).nope end)
show.("dot on number", fn -> id.(1).nope end)
show.("map update", fn -> %{m | nope: 1} end)
show.("map update nil", fn -> %{id.(nil) | nope: 1} end)
show.("Map.fetch!", fn -> Map.fetch!(m, :nope) end)
show.("Map.update!", fn -> Map.update!(m, :nope, & &1) end)
show.("Map.replace!", fn -> Map.replace!(m, :nope, 1) end)
show.("Map.pop!", fn -> Map.pop!(m, :nope) end)
show.("Map.get badmap", fn -> Map.get(id.(1), :a) end)
show.("Map.put badmap", fn -> Map.put(id.(1), :a, 1) end)
show.("Map.keys badmap", fn -> Map.keys(id.(1)) end)
show.("Map.merge badmap", fn -> Map.merge(id.(1), %{}) end)
show.(":maps.get", fn -> :maps.get(:nope, m) end)
show.(":maps.get badmap", fn -> :maps.get(:nope, id.(1)) end)
show.(":maps.update", fn -> :maps.update(:nope, 1, m) end)
show.("map_get", fn -> :erlang.map_get(:nope, m) end)
show.("map_size", fn -> map_size(id.(1)) end)
show.("Keyword.fetch!", fn -> Keyword.fetch!([a: 1], :nope) end)
show.("access", fn -> id.({1})[:a] end)
show.("match", fn -> {:ok, _} = id.({:error, 1}) end)
show.("case", fn -> case id.(1) do 2 -> 3 end end)
show.("cond", fn -> cond do id.(nil) -> 1 end end)
show.("with else", fn -> with {:ok, _} <- id.(:x) do 1 else :y -> 2 end end)
show.("try else", fn -> try do id.(1) else 2 -> 3 end end)
show.("fun clause", fn -> (fn 1 -> 1 end).(id.(2)) end)
show.("clause", fn -> Terms.clause(id.(2), :b) end)
show.("arith", fn -> 1 + id.(:a) end)
show.("div", fn -> div(1, id.(0)) end)
show.("rem float", fn -> rem(1, id.(1.0)) end)
show.("slash", fn -> 1 / id.(0) end)
show.("neg", fn -> -id.(:a) end)
show.("band", fn -> Bitwise.band(1, id.(1.0)) end)
show.("and", fn -> id.(1) and true end)
show.("or", fn -> id.(nil) or true end)
show.("not", fn -> not id.(1) end)
show.("badfun", fn -> id.(1).(2) end)
show.("undef", fn -> apply(Terms, :nope, [1]) end)
show.("undef module", fn -> apply(NoSuch, :nope, []) end)
show.("undef nil", fn -> id.(nil).foo() end)
show.("apply number", fn -> apply(id.(1), :foo, []) end)
show.("hd", fn -> hd(id.([])) end)
show.("tl", fn -> tl(id.([])) end)
show.("elem", fn -> elem(id.({1}), 3) end)
show.("length", fn -> length(id.([1 | 2])) end)
show.("tuple_size", fn -> tuple_size(id.(1)) end)
show.("byte_size", fn -> byte_size(id.(1)) end)
show.("to_integer", fn -> String.to_integer(id.("x")) end)
show.("existing", fn -> String.to_existing_atom(id.("no such atom anywhere")) end)
show.("append", fn -> id.(1) ++ [1] end)
show.("subtract", fn -> id.(1) -- [1] end)
show.("concat", fn -> "a" <> id.(1) end)
show.("interpolation", fn -> "#{id.({1})}" end)
show.("bits", fn -> <<id.(:a)::8>> end)
show.("bits float", fn -> <<id.("a")::float>> end)
show.("bits utf8", fn -> <<id.(-1)::utf8>> end)
show.("iolist", fn -> IO.iodata_to_binary([id.(:a)]) end)
show.("send", fn -> send(id.(:no_such_name), 1) end)
show.("spawn", fn -> spawn(id.(1)) end)
show.("link", fn -> Process.link(id.(1)) end)
show.("monitor", fn -> Process.monitor(id.(1)) end)
show.("register", fn -> Process.register(self(), :undefined) end)
show.("unregister", fn -> Process.unregister(:no_such_name) end)
show.("exit", fn -> exit(:bye) end)
show.("throw", fn -> throw(:ball) end)
show.("error", fn -> :erlang.error(:mine) end)
show.("error tuple", fn -> :erlang.error({:mine, 1}) end)
show.("error badarg", fn -> :erlang.error(:badarg) end)
show.("error badkey", fn -> :erlang.error({:badkey, :a}) end)
show.("error badmatch", fn -> :erlang.error({:badmatch, 1}) end)
show.("error function_clause", fn -> :erlang.error(:function_clause) end)
show.("raise", fn -> raise "x" end)
show.("raise struct", fn -> raise ArgumentError end)
show.("struct!", fn -> struct!(Range, nope: 1) end)
show.("enum", fn -> Enum.map(id.(1), & &1) end)
show.("max", fn -> Enum.max([]) end)
show.("reduce", fn -> Enum.reduce([], & &1) end)
show.("atom to string", fn -> Atom.to_string(id.(1)) end)
show.("list to tuple", fn -> List.to_tuple(id.(1)) end)
show.("keyfind", fn -> List.keyfind(id.(1), 1, 0) end)
show.("reverse", fn -> Enum.reverse(id.(1)) end)
show.("integer parse", fn -> Integer.parse(id.(1)) end)
show.("timer", fn -> Process.send_after(self(), :x, id.(-1)) end)
show.("binary_part", fn -> binary_part("abc", 2, 5) end)
show.("round", fn -> round(id.("a")) end)
show.("gen call", fn -> GenServer.call(:no_such_server, :x) end)
show.("await", fn -> Task.await(id.(1)) end)

for reason <- [:badarg, :badarith, :cond_clause, :undef, :function_clause, :system_limit, {:badmatch, 1}, {:case_clause, 1}, {:with_clause, 1}, {:try_clause, 1}, {:badmap, 1}, {:badkey, :k}, {:badkey, :k, %{}}, {:badarity, {&Terms.id/1, [1, 2]}}, {:badfun, 1}, {:badbool, :and, 1}, {:badstruct, Range, 1}, {:nocatch, 1}, :other, {:badarg, 5}] do
  e = Exception.normalize(:error, reason, [])
  IO.puts("#{inspect(reason)} -> #{inspect(e.__struct__)} #{Exception.message(e)}")
end
