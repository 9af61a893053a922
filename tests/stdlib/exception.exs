# SPDX-License-Identifier: Apache-2.0
# Guards Exception: what errors of the VM become, their messages, exit reasons, banners, stack trace entries.
defmodule ExceptionTest.Mine do
  defexception [:data, message: "mine"]
end

defmodule ExceptionTest.Computed do
  defexception [:a, :b]
  @impl true
  def message(%{a: a, b: b}), do: "#{a} and #{b}"
end

defmodule ExceptionTest.Broken do
  defexception [:x]
  @impl true
  def message(_), do: :not_a_string
end

defmodule ExceptionTest do
  def id(x), do: x

  def rescued(label, fun) do
    try do
      fun.()
      IO.puts("#{label}: nothing raised")
    rescue
      e -> IO.puts("#{label}: #{inspect(e.__struct__)} #{Exception.message(e)}")
    end
  end

  def run do
    vm_errors()
    natives()
    raised()
    normalize()
    exits()
    banners()
    entries()
    blame()
  end

  defp vm_errors do
    rescued("badmatch", fn -> 2 = id(1) end)
    rescued("badmatch tuple", fn -> {:ok, _} = id({:error, "x"}) end)
    rescued("case", fn -> case id(1), do: (2 -> :ok) end)
    rescued("cond", fn -> cond do: (id(nil) -> 1) end)
    rescued("with", fn -> with(2 <- id(1), do: 1, else: (3 -> 3)) end)

    rescued("try", fn ->
      try do
        id(1)
      else
        2 -> 2
      end
    end)

    rescued("arith", fn -> 1 + id(:a) end)
    rescued("div", fn -> div(1, id(0)) end)
    rescued("divide", fn -> 1 / id(0) end)
    rescued("badfun", fn -> id(1).() end)
    rescued("badmap", fn -> %{id(1) | a: 1} end)
    rescued("key", fn -> id(%{a: 1}).b end)
    rescued("and", fn -> id(1) and true end)
    rescued("not", fn -> not id(1) end)
    rescued("undef module", fn -> apply(NoSuchModule, :foo, [1]) end)
    rescued("undef function", fn -> apply(ExceptionTest, :nope, [1, 2]) end)
    rescued("undef erlang", fn -> apply(:no_such, :bar, []) end)
    rescued("clause", fn -> only_one(id(2)) end)
    rescued("fun clause", fn -> (fn 1 -> 1 end).(id(1)) && Map.fetch!(%{}, :x) end)
    rescued("erlang", fn -> :erlang.error(:something) end)
    rescued("erlang tuple", fn -> :erlang.error({:some, "thing"}) end)
    rescued("struct!", fn -> struct!(%ExceptionTest.Mine{}, nope: 1) end)
    rescued("badarg plain", fn -> :erlang.error(:badarg) end)
  end

  def only_one(1), do: 1

  defp natives do
    rescued("hd", fn -> hd(id([])) end)
    rescued("tl", fn -> tl(id(:a)) end)
    rescued("elem", fn -> elem(id({1}), 4) end)
    rescued("elem type", fn -> elem(id(:a), 0) end)
    rescued("atom_to_binary", fn -> :erlang.atom_to_binary(id(1)) end)
    rescued("to_integer", fn -> String.to_integer(id("x")) end)
    rescued("to_integer type", fn -> :erlang.binary_to_integer(id(1)) end)
    rescued("to_existing_atom", fn -> String.to_existing_atom(id("never_was_an_atom_before")) end)
    rescued("length", fn -> length(id([1 | 2])) end)
    rescued("tuple_size", fn -> tuple_size(id([])) end)
    rescued("byte_size", fn -> byte_size(id(1)) end)
    rescued("list_to_tuple", fn -> :erlang.list_to_tuple(id(1)) end)
    rescued("integer_to_binary", fn -> :erlang.integer_to_binary(id(:a)) end)
    rescued("integer_to_binary base", fn -> :erlang.integer_to_binary(1, id(99)) end)
    rescued("send", fn -> send(id(:nobody_here), 1) end)
    rescued("map_size", fn -> map_size(id([])) end)
    rescued("abs", fn -> abs(id(:a)) end)
  end

  defp raised do
    rescued("string", fn -> raise "text" end)
    rescued("mine", fn -> raise ExceptionTest.Mine end)
    rescued("mine message", fn -> raise ExceptionTest.Mine, "other" end)
    rescued("mine opts", fn -> raise ExceptionTest.Mine, data: 1, message: "m" end)
    rescued("computed", fn -> raise ExceptionTest.Computed, a: 1, b: 2 end)
    rescued("broken", fn -> raise ExceptionTest.Broken end)
    rescued("key", fn -> raise KeyError, key: :a, term: %{b: 1} end)
    rescued("key only", fn -> raise KeyError, key: :a end)
    rescued("key message", fn -> raise KeyError, "own text" end)
    rescued("argument", fn -> raise ArgumentError end)
    rescued("clause", fn -> raise FunctionClauseError end)
    rescued("clause full", fn -> raise FunctionClauseError, module: Foo, function: :bar, arity: 2 end)
    rescued("undefined", fn -> raise UndefinedFunctionError end)
    rescued("undefined full", fn -> raise UndefinedFunctionError, module: Foo, function: :bar, arity: 2, reason: "because" end)
    rescued("file", fn -> raise File.Error, reason: :enoent, action: "read file", path: "/x" end)
    rescued("file dir", fn -> raise File.Error, reason: :eexist, action: "remove directory", path: "/x" end)
    rescued("copy", fn -> raise File.CopyError, reason: :eacces, action: "copy", source: "a", destination: "b" end)
    rescued("rename", fn -> raise File.RenameError, reason: :enoent, action: "rename", source: "a", destination: "b" end)
    rescued("stream", fn -> raise IO.StreamError, reason: :terminated end)
    rescued("compile", fn -> raise CompileError, file: "f.ex", line: 3, description: "wrong" end)
    rescued("bad struct", fn -> raise BadStructError, struct: Foo, term: 1 end)
    rescued("bad boolean", fn -> raise BadBooleanError, term: 1, operator: :and end)
    rescued("system limit", fn -> raise SystemLimitError end)
    rescued("empty", fn -> raise Enum.EmptyError end)
    rescued("env", fn -> raise System.EnvError, env: "NOPE" end)
  end

  defp normalize do
    for reason <- [
          :badarg,
          :badarith,
          :system_limit,
          :cond_clause,
          {:badmatch, 1},
          {:case_clause, 1},
          {:with_clause, 1},
          {:try_clause, 1},
          {:badfun, 1},
          {:badmap, 1},
          {:badbool, :or, 1},
          {:badstruct, Foo, 1},
          {:badkey, :k, %{a: 1}},
          {:badkey, :k},
          {:badarg, 1},
          :undef,
          :function_clause,
          :other,
          %RuntimeError{message: "kept"}
        ] do
      IO.inspect(Exception.normalize(:error, reason, []))
    end

    IO.inspect(Exception.normalize(:error, :undef, [{Foo, :bar, [1], []}]))
    IO.inspect(Exception.normalize(:error, {:badkey, :k}, [{:maps, :get, [:k, %{a: 1}], []}]))
    IO.inspect(Exception.normalize(:exit, :badarg))
    IO.inspect(Exception.normalize(:throw, {:badmatch, 1}, []))
    IO.inspect({Exception.exception?(%RuntimeError{}), Exception.exception?(%{}), Exception.exception?(1)})
  end

  defp exits do
    for reason <- [
          :normal, :shutdown, :killed, :noproc, :timeout, :noconnection, :calling_self, :other, 1, "text",
          {:shutdown, :reason},
          {:nodedown, :a@b},
          {:noproc, {GenServer, :call, [:name, :request]}},
          {:timeout, {GenServer, :call, [:name, :request, 5000]}},
          {{:nodedown, :x@y}, {GenServer, :call, [:name]}},
          {%RuntimeError{message: "inner"}, [{Foo, :bar, 1, [file: 'foo.ex', line: 3]}]},
          {{%RuntimeError{message: "inner"}, [{Foo, :bar, 1, []}]}, {GenServer, :call, [1]}},
          {:undef, [{Foo, :bar, [], []}]},
          {:badarith, [{Foo, :bar, 2, []}]},
          {{:badmatch, 1}, [{Foo, :bar, 2, []}, {Foo, :baz, [1, :a], [file: 'foo.ex', line: 9]}]},
          {:bad_return_value, :x},
          {:bad_call, :x},
          {:bad_cast, :x},
          {:shutdown, {:failed_to_start_child, Child, :reason}},
          {:shutdown, {:failed_to_start_child, Child, {:badarith, [{Foo, :bar, 2, []}]}}},
          {:start_spec, :x},
          {:a, []},
          []
        ] do
      IO.puts(Exception.format_exit(reason))
    end
  end

  defp banners do
    IO.puts(Exception.format_banner(:error, %RuntimeError{message: "boom"}, []))
    IO.puts(Exception.format_banner(:error, :badarith, []))
    IO.puts(Exception.format_banner(:throw, {:a, 1}, []))
    IO.puts(Exception.format_banner(:exit, :normal, []))
    IO.puts(Exception.format_banner(:exit, {:noproc, {GenServer, :call, [1]}}, []))
    IO.puts(Exception.format(:error, %RuntimeError{message: "boom"}, []))
    IO.puts(Exception.format(:error, %RuntimeError{message: "boom"}, [{Foo, :bar, 1, [file: 'foo.ex', line: 3]}, {Foo, :baz, [1], []}]))
    IO.puts(Exception.format(:exit, :bye, [{Foo, :bar, 1, []}]))
  end

  defp entries do
    for entry <- [
          {Foo, :bar, 1, []},
          {Foo, :bar, [1, :a, "s"], [file: 'lib/foo.ex', line: 2]},
          {Foo, :"bar baz", 1, [file: 'x']},
          {Foo, :+, 2, []},
          {Foo, :"-go/0-fun-3-", 1, []},
          {Foo, :"-a?/2-fun-0-", 2, [file: 'a.ex', line: 7]},
          {Foo, :__MODULE__, 0, [file: 'a.ex', line: 1]},
          {:lists_of_mine, :map, 2, [file: 'lists.erl', line: 1]}
        ] do
      IO.puts(Exception.format_stacktrace_entry(entry))
    end

    IO.puts(Exception.format_mfa(Foo, :bar, 3))
    IO.puts(Exception.format_mfa(:foo, :"b c", [1, {2}]))
    IO.puts(Exception.format_fa(&Enum.map/2, 2))
    IO.puts(Exception.format_fa(&Enum.map/2, [[], :f]))
    IO.puts(Exception.format_file_line("foo.ex", 3))
    IO.puts(Exception.format_file_line("foo.ex", nil, " "))
    IO.puts(Exception.format_file_line_column("foo.ex", 3, 4))
    IO.puts("[" <> Exception.format_file_line(nil, 3) <> "]")
    IO.puts("[" <> Exception.format_stacktrace([]) <> "]")
  end

  defp blame do
    for {label, fun} <- [
          arity: fn -> apply(Enum, :reverse, [1, 2, 3]) end,
          key: fn -> id(%{name: 1, other: 2}).nmae end,
          keyword: fn -> Keyword.fetch!([first: 1], :frist) end,
          rem: fn -> rem(id(1), id(0)) end,
          minus: fn -> -id(:x) end
        ] do
      try do
        fun.()
      rescue
        e ->
          {e, _} = Exception.blame(:error, e, __STACKTRACE__)
          IO.puts("#{label}: #{Exception.message(e)}")
      end
    end

    try do
      only_one(id(5))
    rescue
      e ->
        {e, _} = Exception.blame(:error, e, __STACKTRACE__)
        IO.puts(Exception.message(e) |> String.split("\n\nAttempted") |> hd() |> String.trim())
    end
  end
end

ExceptionTest.run()
