# SPDX-License-Identifier: Apache-2.0
# Guards Macro: walking, escaping, pipes, names, unescaping, expanding and, above all, printing quoted code.
defmodule MacroTest do
  def attempt(label, fun) do
    result =
      try do
        fun.()
      rescue
        e -> {:raised, e.__struct__, Exception.message(e)}
      end

    IO.puts("#{label}: #{inspect(result, limit: :infinity, charlists: :as_lists)}")
  end

  def run do
    walking()
    escaping()
    pipes()
    names()
    tables()
    unescaping()
    expanding()
    printing()
    wide()
  end

  defp asts do
    [
      1, :a, "s", {1, 2}, [1, 2],
      {:x, [], nil},
      {:foo, [], [1, {:bar, [], []}]},
      {:+, [], [{:a, [], nil}, {:*, [], [{:b, [], nil}, 2]}]},
      {{:., [], [{:__aliases__, [], [:Foo]}, :bar]}, [], [1]},
      {:%{}, [], [a: 1, b: {:x, [], nil}]},
      {:fn, [], [{:->, [], [[{:x, [], nil}], {:x, [], nil}]}]},
      {:__block__, [], [1, 2]},
      {:{}, [], [1, 2, 3]}
    ]
  end

  defp walking do
    for {ast, i} <- Enum.with_index(asts()) do
      count = fn node, acc -> {node, [node | acc]} end
      attempt("prewalk #{i}", fn -> Macro.prewalk(ast, [], count) end)
      attempt("postwalk #{i}", fn -> Macro.postwalk(ast, [], count) end)
      attempt("traverse #{i}", fn -> Macro.traverse(ast, 0, fn n, a -> {n, a + 1} end, fn n, a -> {n, a * 2} end) end)
      attempt("change #{i}", fn -> Macro.prewalk(ast, fn n when is_integer(n) -> n * 10; n -> n end) end)
      attempt("change post #{i}", fn -> Macro.postwalk(ast, fn {:x, m, c} -> {:y, m, c}; n -> n end) end)
      attempt("walkers #{i}", fn -> {Enum.count(Macro.prewalker(ast)), Enum.take(Macro.postwalker(ast), 1)} end)
      attempt("path #{i}", fn -> Macro.path(ast, &match?({:x, _, _}, &1)) end)
      attempt("decompose #{i}", fn -> Macro.decompose_call(ast) end)
      attempt("literal #{i}", fn -> Macro.quoted_literal?(ast) end)
      attempt("validate #{i}", fn -> Macro.validate(ast) end)
    end

    attempt("validate bad", fn -> {Macro.validate({:a, [], 1}), Macro.validate(%{}), Macro.validate([1, {2, 3, 4}])} end)
    attempt("update_meta", fn -> Macro.update_meta({:x, [line: 1], nil}, &Keyword.delete(&1, :line)) end)
    attempt("var", fn -> {Macro.var(:x, nil), Macro.var(:y, Foo)} end)
    attempt("generate", fn -> {Macro.generate_arguments(0, Foo), Macro.generate_arguments(3, Foo)} end)
    attempt("unique", fn -> {:x, meta, Foo} = Macro.unique_var(:x, Foo); Keyword.keys(meta) end)
  end

  defp escaping do
    for term <- [1, 1.5, :a, nil, "s", [], [1, 2], [1 | 2], [{:a, 1}], {}, {1}, {1, 2}, {1, 2, 3}, %{}, %{a: {1, 2, 3}}, %{{1} => [2]}, &Enum.map/2, 1..2] do
      attempt("escape #{inspect(term)}", fn -> Macro.escape(term) end)
      attempt("round trip", fn -> {value, _} = Code.eval_quoted(Macro.escape(term)); value === term end)
    end

    attempt("bits round trip", fn -> for(b <- [<<1::3>>, <<1, 2::4>>], do: elem(Code.eval_quoted(Macro.escape(b)), 0) === b) end)
    attempt("escape unquote", fn -> Macro.escape({:a, {:unquote, [], [{:x, [], nil}]}}, unquote: true) end)
  end

  defp pipes do
    attempt("unpipe", fn -> Macro.unpipe({:|>, [], [{:|>, [], [1, {:f, [], []}]}, {:g, [], [2]}]}) end)

    for call <- [{:f, [], []}, {:f, [], nil}, {:f, [], [1, 2]}, {{:., [], [Foo, :bar]}, [], [1]}, {{:., [], [{:f, [], nil}]}, [], []}], at <- [0, 1, -1] do
      attempt("pipe #{at}", fn -> Macro.pipe(:x, call, at) end)
    end

    for bad <- [1, :a, {:{}, [], [1, 2, 3]}, {:fn, [], []}] do
      attempt("pipe bad", fn -> Macro.pipe(:x, bad, 0) |> elem(0) end)
    end
  end

  defp names do
    for s <- ["", "foo", "foo_bar", "foo__bar", "_foo", "foo/bar", "foo_1", "FOO", "fooBAR", "foo_Bar", "foo10_bar"], do: attempt("camelize #{s}", fn -> Macro.camelize(s) end)
    for s <- ["", "Foo", "FooBar", "Foo.Bar", "FooBar.BazQux", "HTTPServer", "SAPExample", "Foo10", "foo", "FOO"], do: attempt("underscore #{s}", fn -> Macro.underscore(s) end)
    attempt("underscore module", fn -> Macro.underscore(Foo.BarBaz) end)

    for a <- [:foo, :foo?, :Foo, Foo, :"a b", :+, :.., :%{}, :@, :"1", :"", nil, :and, :foo@bar] do
      attempt("atom #{inspect(a)}", fn -> {Macro.classify_atom(a), Macro.inspect_atom(:literal, a), Macro.inspect_atom(:key, a), Macro.inspect_atom(:remote_call, a)} end)
    end
  end

  defp tables do
    attempt("operators", fn -> for(op <- [:+, :!, :not, :in, :|>, :.., :..//, :@, :foo, :when, :<>], n <- 0..3, Macro.operator?(op, n), do: {op, n}) end)
    attempt("special forms", fn -> for(f <- [:case, :quote, :for, :__block__, :if, :fn, :=, :super, :alias], n <- 0..3, Macro.special_form?(f, n), do: {f, n}) end)
  end

  defp unescaping do
    for s <- ["plain", "a\\nb", "\\t\\r\\e\\s\\0\\d", "\\x41\\u0042\\u{1F44D}", "\\q\\\\\\\"", "a\\\nb"], do: attempt("unescape", fn -> Macro.unescape_string(s) end)
    attempt("unescape own", fn -> Macro.unescape_string("a\\nb\\xc", fn ?n -> ?N; _ -> false end) end)
    attempt("unescape bad hex", fn -> Macro.unescape_string("\\xg") end)
    attempt("unescape bad unicode", fn -> Macro.unescape_string("\\u12") end)
  end

  defmacro twice(x), do: quote(do: unquote(x) + unquote(x))

  defp expanding do
    env = __ENV__
    attempt("expand alias", fn -> Macro.expand({:__aliases__, [], [:Foo, :Bar]}, env) end)
    attempt("expand module", fn -> Macro.expand({:__MODULE__, [], nil}, env) end)
    attempt("expand plain", fn -> Macro.expand({:foo, [], [1]}, env) end)
    attempt("expand literal", fn -> Macro.expand([1, 2], env) end)
    attempt("expand is_nil", fn -> {op, _, args} = Macro.expand_once({:unless, [context: Elixir, imports: [{2, Kernel}]], [true, [do: 1]]}, env); {op in [:if, :case], length(args)} end)
    attempt("env", fn -> {env.module, env.function, Macro.Env.vars(env) |> length(), Macro.Env.in_guard?(env), Macro.Env.in_match?(Macro.Env.to_match(env)), Macro.Env.required?(env, Kernel)} end)
    attempt("lookup import", fn -> {Macro.Env.lookup_import(env, {:length, 1}), Macro.Env.lookup_import(env, {:if, 2}), Macro.Env.lookup_import(env, {:nope, 1})} end)
  end

  defp printing do
    for source <- sources() do
      case Code.string_to_quoted(source) do
        {:ok, quoted} ->
          quoted = Macro.prewalk(quoted, &Macro.update_meta(&1, fn m -> Keyword.delete(m, :line) end))
          IO.puts("#{source}  ==>  #{Macro.to_string(quoted)}")

        {:error, _} ->
          IO.puts("#{source}: does not parse")
      end
    end
  end

  defp sources do
    [
      "1000000", "-1", "- 1", "1.0e10", "\"a\\nb\"", "nil", ":\"foo bar\"", "foo", "foo()", "foo(1)", "foo 1", "foo 1, a: 2", "import Foo",
      "raise \"x\"", "if a, do: b", "if a, do: b, else: c", "if(a) do b end", "foo(a) do b end", "foo a do b end", "foo do b end", "x.foo(a) do b end",
      "def foo(a), do: b", "def foo(a) do b end", "def foo, do: 1", "a |> b |> c", "a |> b() |> c(1)", "a + b * c", "(a + b) * c", "a - (b - c)",
      "a || b && c", "a and b or c", "not a", "not(a and b)", "!a", "!(a && b)", "-a", "-(a+b)", "- -a", "a not in b", "not (a in b)", "a in b",
      "1..2", "1..2//3", "a..b", "@foo", "@foo 1", "@spec foo(a) :: b when a: c", "&foo/1", "&Foo.bar/2", "&(&1+1)", "& &1", "&{&1, &2}", "&[&1]",
      "&foo(&1)", "fn -> 1 end", "fn x -> x end", "fn x, y when x > 1 -> x; _, _ -> 2 end", "fn x -> a; b end", "case x do 1 -> 2; _ -> 3 end",
      "case x do 1 -> a; b end", "case x do\n 1 -> a\n  b\n 2 -> c end", "cond do a -> b; true -> c end", "receive do x -> y after 1 -> z end",
      "try do a rescue e in Foo -> b; e -> c catch :exit, r -> r after d else x -> y end", "with {:ok, a} <- b, c <- d do e else _ -> f end",
      "for x <- y, x > 1, into: %{} do x end", "for x <- y, do: x", "(a; b)", "foo((a; b))", "%{a: 1}", "%{\"a\" => 1, b: 2}", "%{m | a: 1}",
      "%Foo{a: 1}", "%Foo{f | a: 1}", "%{}", "{}", "{1}", "{1,2}", "{1,2,a: 3}", "[a: 1, b: 2]", "[1, a: 2]", "[1 | 2]",
      "<<1, 2::8, a::binary-size(3)>>", "<<>>", "\"a\#{b}c\"", ":\"a\#{b}\"", "~r/a/i", "~w(a b)a", "~s(a\#{b})", "a.b", "a.b.c", "a.b()", "a.b(1)",
      "a.()", "a.(1)", "Foo.bar", "Foo.bar()", "Foo.Bar.baz(1, 2)", ":foo.bar(1)", "Foo.\"b c\"(1)", "Foo.{A, B}", "a[b]", "a[b][c]", "a.b[c]",
      "x = y = 1", "a <> b <> c", "a ++ b -- c", "a ::b", "a when b", "a <- b", "a \\\\ b", "^a", "__MODULE__", "__MODULE__.Foo", "Foo.Bar",
      "unquote(a)", "unquote(a).b", "a.unquote(b)(c)", "unquote_splicing(a)", "quote do a end", "quote do: a", "quote bind_quoted: [a: 1] do b end",
      "alias Foo.Bar, as: B", "use Foo, a: 1", "defmodule Foo do def a do 1 end\ndef b, do: 2 end", "defmodule Foo do @a 1\n@b 2\ndef c, do: 1 end",
      "(fn -> 1 end).()", "(a -> b)", "(-> b)", "(a, b -> c)", "foo(fn x -> x end)", "foo(a, fn x -> x; y end)", "a |> foo(fn x -> x; y end)",
      "a == b", "a != b and c", "a && (b || c)", "if a do\n b\n c\nelse\n d\nend", "assert a == b", "a = if b do c end", "a = case b do 1 -> 2 end",
      "foo(if a do b end)", "[if a do b end]", "a + if b do c end", "x |> case do 1 -> 2 end", "!foo(1)", "-1 + 2", "a - -1", "2 ** -1", "not foo(1)",
      "&(&1).foo", "&1.foo", "& &1.foo(1)", "&Foo.bar(&1, 2)", "@doc \"x\"", "@doc false", "?a", "0xFF", "1_000", "foo.bar = 1", "def a + b, do: c",
      "def unquote(a)(b), do: c", "super(a)", "a; b; c", "x when is_integer(x) and x > 1", "fn (a) -> b end", "fn () -> b end",
      "fn (a when b) -> c end", "foo(a: 1)", "foo([a: 1])", "foo(1, [a: 1], b)", "foo([a: 1], 2)", "foo(do: 1)", "foo(a, do: 1, else: 2)",
      "foo(a, b: 1, do: 2)", "[do: 1]", "foo.bar do 1 end", "foo.bar(a, do: b)", "~c\"ab\"", "a ; (b)", "&+/2", "&Kernel.+/2", "{:a, b}",
      "%{a | b => c}", "%a{}", "%^a{}", "%_{}", "%mod{a: 1} = x", "@type t :: %Foo{a: 1} | nil", "@type f :: (a, b -> c)", "@type f :: (-> c)",
      "@type f(x) :: [x, ...]", "fn 1 -> 2; 3 -> 4 end", "a ~> b", "a <|> b", "a ||| b", "a ^^^ b", "~~~a", "a <<< b", "a &&& b >>> c", "...",
      "foo(...)", "a..b//c", "..", "not not a", "!!a", "@foo.bar", "@foo[:a]", "(@foo).bar", "-foo.bar", "(-a).b", "(a + b).c", "foo().bar",
      "foo(1).bar(2)", "\"a\".b", "[1].b", "%{}.b", "(a |> b).c", "(if a do b end).c", "fn -> (a; b) end", "fn -> :ok end.()", "x = fn -> 1 end",
      "a |> (b + c)", "(a |> b) + c", "a = b |> c", "(a = b) |> c", "a when b when c", "(a when b) when c", "a | b | c", "(a | b) | c", "~r/a\\/b/",
      "def a do\nend", "def a do\nnil\nend", "foo(fn -> end)", "if a do\nend", "()", "foo(())", "a |> b ~> c", "a + b - c", "a <<< b >>> c",
      "a and b and c", "a || b || c", "[a: 1, \"b c\": 2, \"a\#{x}\": 3]", "%{:a => 1, \"b\" => 2}", "%{:a => 1}", "import if a do b end",
      "foo bar(1) do x end", "import foo(1) do x end", "@derive [a: 1]", "@derive {A, b: 1}", "raise raise(1)", "foo(raise(1, 2))",
      "foo(import(A), b)", "-1.5", "-a.b", "&(a.b(&1) |> c)", "<<a::size(b)-unit(8), (a + b)::8, \"x\"::utf8>>", "<<(a <> b)::binary>>",
      "<< <<1>>::binary >>", "<<a::16*8>>", "[(a -> b)]", "foo((a -> b))", "(a, b -> c; d -> e)", "%{a: 1}.a", "{a, b}.c", "f = fn -> end", "a.b.(c)",
      "a.()[b]", "@a.b(c)", "&1", "&(&1)", "& &1[:a]", "&\"\#{&1}\"", "& -&1", "&if(&1, do: 2)", "fn a -> a end |> b", "(fn a -> a end) |> b",
      "a = fn x -> x end", "[fn x -> x; y end, 2]", "%{a: fn x -> x; y end}", "{fn x -> x; y end}", "a == [b, c]", "x in [1,2]", "not x in y",
      "!(a in b)", "(not a) in b", "not(a) and b", "(a -> b) | c", "@type t :: (a -> b) | c", "if a, do: (b; c)", "with a <- b, do: c",
      "def(foo(a), do: (b))", "fn (a, b) when a -> b end", "a.\"foo bar\"", "a.Foo", "Foo.Bar.\"baz-q\"()", ":\"a-b\".c()", "nil.foo()", "1.foo()",
      "\"x\".y()", "try do a after b end", "case a do x when y -> z end", "case a do (x) -> (y; z) end", "foo(~w(a b), 1)", "a[b: 1]", "a[[b: 1]]",
      "unless a, do: b", "1..(2 + 3)", "a + 1..b", "(a..b).c", "a ++ [b]", "a ++ b ++ c", "(a ++ b) ++ c", "a <> (b <> c)", "(a <> b) <> c",
      "a ^^^ b ^^^ c", "x.y.z.()", "foo 1 do\nx -> y\nend", "foo() do x -> y; z -> w; v end", "@foo true", "@callback foo :: bar", "@foo fn -> 1 end",
      "@foo(if a do b end)", "a when b: c", "foo when bar", "a <- b <- c", "a = b = c", "a :: b :: c", "&@foo.bar/1", "&foo.bar/1", "&(foo/1)",
      "&(foo/&1)", "&Foo.{}/1", "%{^a => 1}", "%{(a = b) => c}", "%{a => b |> c}", "{a = b}", "[a = b, c]", "[a | b = c]", "[a, b | c]", "foo a: 1",
      "x.foo a: 1", "1 = 2", "\"\"", "100000", "1234567.5", "-100000", "0.1", "a.b = c.d", "a\nb\n\nc", "foo do a\nb end", "require Foo, as: B",
      "exit(:a)", "spawn fn -> a end", "assert foo(1) == 2", "test \"a\" do b end", "defstruct [:a]", "defstruct a: 1", "send self(), :a",
      "IO.puts \"a\"", "inspect a", "throw :a", "Enum.map a, fn x -> x end", "foo a, fn x -> x end", "use Foo", "alias Foo", "defp a(b), do: c",
      "defmacro a(b) do c end", "describe \"a\" do b end", "setup do a end", "setup a, do: b", "assert_raise A, fn -> b end", "on_exit fn -> a end",
      "super", "for <<a <- b>>, do: c", "for <<a::8, b::8 <- c>> do d end", "foo(a)(b)", "foo.(a).(b)", "(foo).bar", "a.b do c end", "a.b() do c end",
      "a.(b) do c end", "%Foo.Bar{}", "%__MODULE__{a: 1}", "%unquote(a){}", "receive do after 1 -> a end", "receive do a -> b end",
      "quote unquote: false do a end", "quote(do: (unquote_splicing(a)))", "foo(unquote_splicing(a))", "[unquote_splicing(a)]",
      "a; unquote_splicing(b)"
    ]
  end

  defp many(n, sep, fun), do: Enum.map_join(1..n, sep, fun)

  defp wide do
    for source <- [
          "foo(#{many(30, ", ", &"argument#{&1}")})",
          "[#{many(40, ", ", &"element#{&1}")}]",
          "%{#{many(20, ", ", &"key#{&1}: val#{&1}")}}",
          "{#{many(30, ", ", &"element#{&1}")}}",
          "<<#{many(30, ", ", &"e#{&1}::8")}>>",
          "x = foo(#{many(20, ", ", &"argument#{&1}")})",
          many(14, " |> ", &"function#{&1}(arg)"),
          "a#{String.duplicate("x", 40)} + b#{String.duplicate("y", 40)} + c#{String.duplicate("z", 40)}",
          "x = #{many(10, " || ", &"is_atom(argument#{&1})")}",
          "foo(bar, fn a -> #{String.duplicate("x", 90)} end)",
          "foo(#{many(12, ", ", &"key#{&1}: val#{&1}")})",
          "foo(first, second, #{many(12, ", ", &"key#{&1}: val#{&1}")})",
          "raise ArgumentError, #{many(12, ", ", &"key#{&1}: val#{&1}")}",
          "foo(bar, [#{many(30, ", ", &"e#{&1}")}])",
          "foo(%{#{many(20, ", ", &"key#{&1}: val#{&1}")}})",
          "def foo(#{many(12, ", ", &"argument#{&1}")}) when #{many(8, " and ", &"is_atom(argument#{&1})")} do :ok end",
          "case x do 1 -> #{many(10, " and ", &"is_atom(argument#{&1})")}; 2 -> 3 end",
          "with #{many(6, ", ", &"{:ok, argument#{&1}} <- function(foo#{&1})")} do a end",
          "for #{many(6, ", ", &"argument#{&1} <- function(foo#{&1})")}, into: %{} do a end",
          "@spec foo(#{many(12, ", ", &"argument#{&1}")}) :: {:ok, term} | {:error, term}",
          "alias Foo.{#{many(20, ", ", &"Module#{&1}")}}",
          "fn #{many(14, ", ", &"argument#{&1}")} -> foo end",
          "raise ArgumentError, \"#{String.duplicate("s", 90)}\"",
          "\"#{String.duplicate("s", 60)}\" <> \"#{String.duplicate("s", 60)}\""
        ] do
      IO.puts(Macro.to_string(Code.string_to_quoted!(source)))
    end
  end
end

MacroTest.run()
