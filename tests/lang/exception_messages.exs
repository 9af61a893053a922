# SPDX-License-Identifier: Apache-2.0
# The struct, the fields and the message of every built-in error.

id = &Function.identity/1

show = fn name, f ->
  try do
    f.()
    IO.puts("#{name}: nothing raised")
  rescue
    e ->
      text = e |> Exception.message() |> String.split("\n") |> hd()
      # texts that name an argument's position are the runtime system's own
      own? = e.__struct__ == Protocol.UndefinedError or text =~ "errors were found" or text =~ "segment" or text == "argument error"
      IO.puts("#{name}: #{inspect(e.__struct__)}#{unless own?, do: ": " <> text}")
  catch
    kind, v -> IO.puts("#{name}: #{kind} #{inspect(v)}")
  end
end

defmodule F do
  def one(1), do: 1
  def guarded(x) when x > 1, do: x
  def two(:a, :b), do: 1
  def cond_none(x), do: (cond do x -> 1 end)
  def with_none(x), do: (with {:ok, 1} <- x do 1 else {:error, _} -> 2 end)
end

show.("match", fn -> {:ok, _} = id.({:error, 1}) end)
show.("match string", fn -> "a" = id.("b") end)
show.("match big", fn -> [] = id.(%{a: [1, 2, {3}]}) end)
show.("case", fn -> case id.(5) do 1 -> 1 end end)
show.("case string", fn -> case id.("x") do :a -> 1 end end)
show.("cond", fn -> F.cond_none(id.(false)) end)
show.("with", fn -> F.with_none(id.(:neither)) end)
show.("function clause", fn -> F.one(2) end)
show.("function clause guard", fn -> F.guarded(0) end)
show.("function clause two", fn -> F.two(1, 2) end)
show.("arithmetic +", fn -> 1 + id.("1") end)
show.("arithmetic div", fn -> div(1, id.(0)) end)
show.("arithmetic rem", fn -> rem(1, id.(0)) end)
show.("arithmetic /", fn -> 1 / id.(0) end)
show.("arithmetic -", fn -> -id.(:a) end)
show.("bad function", fn -> id.(:f).(1) end)
show.("bad map update", fn -> %{id.(1) | a: 1} end)
show.("bad map", fn -> Map.put(id.([]), :a, 1) end)
show.("key dot", fn -> id.(%{a: 1}).b end)
show.("key fetch", fn -> Map.fetch!(%{a: 1}, :b) end)
show.("key string", fn -> Map.fetch!(%{"a" => 1}, "b") end)
show.("key keyword", fn -> Keyword.fetch!([a: 1], :b) end)
show.("key empty", fn -> Map.fetch!(%{}, :b) end)
show.("undefined function", fn -> apply(F, :none, []) end)
show.("undefined arity", fn -> apply(F, :one, [1, 2]) end)
show.("undefined module", fn -> apply(NoSuch, :f, [1]) end)
show.("undefined erlang", fn -> apply(:no_such, :f, []) end)
show.("nil call", fn -> id.(nil).foo() end)
show.("bad boolean and", fn -> id.(1) and true end)
show.("bad boolean or", fn -> id.(nil) or true end)
show.("runtime", fn -> raise "a text" end)
show.("runtime default", fn -> raise RuntimeError end)
show.("enum empty max", fn -> Enum.max([]) end)
show.("enum empty reduce", fn -> Enum.reduce([], &+/2) end)
show.("enum random", fn -> Enum.random([]) end)
show.("stop iteration", fn -> Stream.run(5) end)
show.("erlang error", fn -> :erlang.error({:some, :reason}) end)
show.("erlang undef term", fn -> :erlang.error(:my_reason) end)
show.("throw", fn -> throw(:t) end)
show.("exit", fn -> exit(:e) end)
show.("system limit", fn -> :erlang.error(:system_limit) end)
show.("not loaded", fn -> String.to_existing_atom("never_seen_atom_of_this_test") end)
show.("to_integer", fn -> String.to_integer("12x") end)
show.("list to atom", fn -> List.to_existing_atom(~c"never_seen_of_this_test_2") end)
show.("binary_part", fn -> binary_part("abc", 2, 5) end)
show.("elem", fn -> elem({1, 2}, id.(5)) end)
show.("put_elem", fn -> put_elem({1, 2}, id.(5), 0) end)
show.("hd", fn -> hd(id.([])) end)
show.("length", fn -> length(id.(:a)) end)
show.("tuple_size", fn -> tuple_size(id.(:a)) end)
show.("byte_size", fn -> byte_size(id.(:a)) end)
show.("binary concat", fn -> "a" <> id.(1) end)
show.("list concat", fn -> id.(1) ++ [1] end)
show.("list minus", fn -> id.(1) -- [1] end)
show.("atom_to_string", fn -> Atom.to_string(id.("a")) end)
show.("send to nobody", fn -> send(:nobody_registered_here, 1) end)
show.("register", fn -> Process.register(self(), nil) end)
show.("process flag", fn -> Process.flag(:no_such_flag, 1) end)
show.("file", fn -> File.read!("/no/such/file") end)
show.("keyword", fn -> Keyword.keys([1]) end)
show.("range", fn -> Range.new(1, 2, 0) end)
show.("apply no list", fn -> apply(F, :one, id.(:x)) end)

# fields
fields = fn f, keys ->
  try do
    f.()
  rescue
    e -> IO.inspect({e.__struct__, Map.take(e, keys)})
  end
end

fields.(fn -> F.one(2) end, [:module, :function, :arity])
fields.(fn -> apply(F, :none, [1]) end, [:module, :function, :arity])
fields.(fn -> Map.fetch!(%{a: 1}, :b) end, [:key, :term])
fields.(fn -> {1, 2} = id.(3) end, [:term])
fields.(fn -> id.(1) and true end, [:operator, :term])
fields.(fn -> id.(3).(1) end, [:term])
fields.(fn -> id.(fn -> 1 end).(5) end, [:args])
fields.(fn -> Enum.map(3, & &1) end, [:protocol, :value])

# Exception.normalize
IO.inspect(Exception.normalize(:error, :badarith).__struct__)
IO.inspect(Exception.normalize(:error, {:badmatch, 1}))
IO.inspect(Exception.normalize(:error, :unknown_reason))
IO.inspect(Exception.normalize(:throw, :x))
IO.inspect(Exception.normalize(:error, {:case_clause, 5}))
IO.inspect(Exception.normalize(:error, {:badkey, :k, %{}}))
