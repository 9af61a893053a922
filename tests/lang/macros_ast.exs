# SPDX-License-Identifier: Apache-2.0
# Quoted code as data: Macro functions, walking, nested quotes, evaluation, environments.

ast = quote do: 1 + x * foo(2)
IO.inspect(Macro.to_string(ast))
IO.inspect(Macro.prewalk(ast, fn n when is_integer(n) -> n * 10; n -> n end) |> Macro.to_string())
{_, names} = Macro.prewalk(ast, [], fn {n, _, c} = node, acc when is_atom(n) and is_atom(c) -> {node, [n | acc]}; node, acc -> {node, acc} end)
IO.inspect(names)
{_, order} = Macro.postwalk(quote(do: a + b * c), [], fn {n, _, _} = node, acc -> {node, [n | acc]} end)
IO.inspect(Enum.reverse(order))
IO.inspect(Macro.escape({1, 2, 3}))
IO.inspect(Macro.escape(%{a: {1, 2}}))
IO.inspect(Macro.escape([1, {:a, "b"}]))
IO.inspect(Macro.camelize("foo_bar/baz"))
IO.inspect(Macro.underscore("FooBar.BazQux"))
IO.inspect(Macro.underscore(SomeModule.Name))
IO.inspect(Macro.var(:x, nil))
IO.inspect(Macro.decompose_call(quote(do: f(1, 2))))
IO.inspect(Macro.pipe(quote(do: x), quote(do: f(y)), 0) |> Macro.to_string())
IO.inspect(Macro.unpipe(quote(do: a |> f |> g(1))) |> length())
IO.inspect(Macro.generate_arguments(2, nil) |> length())
IO.inspect(Macro.quoted_literal?(quote(do: [1, {:a, "b"}])))
IO.inspect(Macro.quoted_literal?(quote(do: x)))

# to_string of many forms
for q <- [
      quote(do: [a, b | c]),
      quote(do: %{"b" => 2, a: 1}),
      quote(do: %{m | a: 1}),
      quote(do: %Foo{a: 1}),
      quote(do: {a, b, c}),
      quote(do: fn x, y when x > y -> x end),
      quote(do: &(&1 + &2)),
      quote(do: &Foo.bar/2),
      quote(do: x.y.z),
      quote(do: Foo.Bar.baz(1)[:key]),
      quote(do: not a and (b or !c)),
      quote(do: a |> b() |> c(1)),
      quote(do: -x + -(y - z)),
      quote(do: (a + b) * c - d / (e - f)),
      quote(do: <<a::8, b::binary-size(4)>>),
      quote(do: "text #{x} more"),
      quote(do: :atom),
      quote(do: :"odd atom"),
      quote(do: [a: 1, b: 2]),
      quote(do: f(a, b: 1)),
      quote(do: x in [1, 2]),
      quote(do: 1..10//2),
      quote(do: ^x = y),
      quote(do: @attr),
      quote(do: a when b)
    ] do
  IO.puts(Macro.to_string(q))
end

IO.puts(Macro.to_string(quote do
  case x do
    1 -> :one
    {:ok, v} when v > 1 -> v
    _ -> nil
  end
end))

IO.puts(Macro.to_string(quote do
  def f(a, b \\ 1) do
    c = a + b
    c * 2
  end
end))

# evaluating
IO.inspect(Code.eval_string("1 + 2"))
IO.inspect(Code.eval_string("a * b", a: 6, b: 7) |> elem(0))
IO.inspect(Code.eval_string("x = 1; y = x + 1; {x, y}") |> elem(0))
{_, binding} = Code.eval_string("x = 1; y = 2")
IO.inspect(Enum.sort(binding))
IO.inspect(Code.eval_string("fn x -> x * 3 end") |> elem(0) |> then(& &1.(5)))
IO.inspect(Code.eval_string("Enum.map(list, fn n -> n + k end)", list: [1, 2], k: 1.5) |> elem(0))
IO.inspect(Code.eval_quoted(quote(do: Enum.sum([1, 2, 3]))) |> elem(0))
{mod, _} = Code.eval_string("defmodule Evaled do def hi(x), do: {:hi, x} end; Evaled")
IO.inspect(mod.hi(1))
IO.inspect(Code.string_to_quoted("f(1)"))
IO.inspect(Code.string_to_quoted!("foo(bar)") |> Macro.to_string())
IO.inspect(match?({:error, _}, Code.string_to_quoted("1 +")))
IO.inspect(try do Code.eval_string("1 + ") rescue e -> e.__struct__ end)
IO.inspect(try do Code.eval_string("raise \"inside\"") rescue e -> e.message end)

# a calculator on quoted code
defmodule Calc do
  def eval({op, _, [l, r]}, env) when op in [:+, :-, :*, :/], do: apply(Kernel, op, [eval(l, env), eval(r, env)])
  def eval({:-, _, [x]}, env), do: -eval(x, env)
  def eval({name, _, ctx}, env) when is_atom(name) and is_atom(ctx), do: Map.fetch!(env, name)
  def eval(n, _) when is_number(n), do: n

  def derive({:+, m, [l, r]}, x), do: {:+, m, [derive(l, x), derive(r, x)]}
  def derive({:*, m, [l, r]}, x), do: {:+, [], [{:*, m, [derive(l, x), r]}, {:*, m, [l, derive(r, x)]}]}
  def derive({x, _, c}, x) when is_atom(c), do: 1
  def derive({_, _, c}, _) when is_atom(c), do: 0
  def derive(n, _) when is_number(n), do: 0
end

IO.inspect(Calc.eval(quote(do: (1 + x) * -y / 2), %{x: 3, y: 5}))
IO.puts(Macro.to_string(Calc.derive(quote(do: x * x + 3 * x), :x)))

# macros that look at their code, and nested quotes
defmodule Meta do
  defmacro describe({name, _, args}) when is_list(args), do: "call #{name}/#{length(args)}"
  defmacro describe({name, _, ctx}) when is_atom(ctx), do: "variable #{name}"
  defmacro describe(x), do: "literal #{inspect(x)}"

  defmacro def_macro(name, value) do
    quote do
      defmacro unquote(name)() do
        value = unquote(value)
        quote do: {:from_inner, unquote(Macro.escape(unquote(value)))}
      end
    end
  end

  defmacro make_adder(name, n) do
    quote bind_quoted: [name: name, n: n] do
      def unquote(name)(x), do: x + unquote(n)
    end
  end

  defmacro unroll(n, do: body) do
    {:__block__, [], List.duplicate(body, n)}
  end

  defmacro my_case(v, do: clauses) do
    quote do
      case unquote(v), do: unquote(clauses)
    end
  end

  defmacro count_vars(do: block) do
    {_, s} = Macro.prewalk(block, MapSet.new(), fn
      {n, _, c} = node, acc when is_atom(n) and is_atom(c) -> {node, MapSet.put(acc, n)}
      node, acc -> {node, acc}
    end)
    MapSet.size(s)
  end
end

defmodule UseMeta do
  require Meta
  Meta.make_adder(:add5, 5)
  for n <- [1, 2], do: Meta.make_adder(:"plus_#{n}", n)

  def run do
    x = 1
    IO.inspect([Meta.describe(foo(1, 2)), Meta.describe(x), Meta.describe(5), Meta.describe(1 + 2)])
    IO.inspect({add5(1), plus_1(1), plus_2(1)})
    Meta.unroll 2 do
      IO.puts("unrolled")
    end
    IO.inspect(Meta.my_case(x) do
      1 -> :one
      _ -> :other
    end)
    IO.inspect(Meta.count_vars(do: (a = b + c; a * b)))
    IO.inspect(Macro.expand(quote(do: unless(true, do: 1)), __ENV__) |> elem(0))
    IO.inspect({__MODULE__, __ENV__.function, __ENV__.module, is_integer(__ENV__.line), Path.basename(__ENV__.file), Path.basename(__DIR__)})
  end
end

UseMeta.run()
IO.inspect(__MODULE__)
IO.inspect(binding() |> Keyword.keys() |> Enum.member?(:ast))
