# SPDX-License-Identifier: Apache-2.0
# use and __using__, callbacks of compilation, attributes, defoverridable, generated functions.

defmodule Plugin do
  defmacro __using__(opts) do
    name = Keyword.get(opts, :name, "unnamed")

    quote do
      import Plugin, only: [step: 2]
      Module.register_attribute(__MODULE__, :steps, accumulate: true)
      @before_compile Plugin
      @plugin_name unquote(name)

      def name, do: @plugin_name
      def hello(who), do: "hello #{who} from #{@plugin_name}"
      def priority, do: 1
      defoverridable hello: 1, priority: 0
    end
  end

  defmacro step(name, do: block) do
    quote do
      @steps unquote(name)
      def run_step(unquote(name)), do: unquote(block)
    end
  end

  defmacro __before_compile__(env) do
    steps = Module.get_attribute(env.module, :steps) |> Enum.reverse()

    quote do
      def steps, do: unquote(steps)
      def run_all, do: Enum.map(steps(), &run_step/1)
    end
  end
end

defmodule First do
  use Plugin, name: "first"

  step :one do
    1 + 1
  end

  step :two do
    "second step"
  end

  def hello(who), do: String.upcase(super(who)) <> "!"
end

defmodule Second do
  use Plugin
  step(:only, do: :done)
  def priority, do: super() + 10
end

IO.inspect({First.name(), First.steps(), First.run_all(), First.hello("x"), First.priority()})
IO.inspect({Second.name(), Second.steps(), Second.run_all(), Second.hello("y"), Second.priority()})

# attributes: read at their place, redefined, accumulated
defmodule Attrs do
  @x 1
  def first, do: @x
  @x 2
  def second, do: @x
  @list [1, 2, 3]
  @sum Enum.sum(@list)
  def sum, do: @sum
  @map %{a: 1, b: [c: {1, 2}]}
  def map, do: @map
  Module.register_attribute(__MODULE__, :acc, accumulate: true)
  @acc :a
  @acc :b
  @acc {:c, 1}
  def acc, do: @acc
  @doc "documented"
  @spec typed(integer) :: integer
  def typed(n), do: n
  @fun_name :generated
  def unquote(@fun_name)(), do: :from_attribute
  @table [{"a", 1}, {"b", 2}]
  for {k, v} <- @table do
    def lookup(unquote(k)), do: unquote(v)
  end
  def lookup(_), do: nil
  @regexless ~w(x y z)a
  def member?(a) when a in @regexless, do: true
  def member?(_), do: false
  @guard_limit 10
  def over?(n) when n > @guard_limit, do: true
  def over?(_), do: false
  def match(@guard_limit), do: :is_limit
  def match(_), do: :other
  @with_default 5
  def default(n \\ @with_default), do: n
  IO.inspect(@x, label: "in body")
  IO.inspect(Module.get_attribute(__MODULE__, :list))
  Module.put_attribute(__MODULE__, :put, :by_module)
  def put_one, do: @put
  @undefined_is_nil nil
  def und, do: @undefined_is_nil
end

IO.inspect({Attrs.first(), Attrs.second(), Attrs.sum(), Attrs.map(), Attrs.acc()})
IO.inspect({Attrs.generated(), Attrs.lookup("b"), Attrs.lookup("z"), Attrs.member?(:y), Attrs.member?(1)})
IO.inspect({Attrs.over?(11), Attrs.over?(10), Attrs.match(10), Attrs.match(1), Attrs.default(), Attrs.put_one(), Attrs.und()})

defmodule Persisted do
  Module.register_attribute(__MODULE__, :kept, persist: true)
  @kept :value
  @vsn "1.0"
  def x, do: 1
end

IO.inspect(Persisted.__info__(:attributes)[:kept])

# functions generated in loops
defmodule Html do
  for tag <- ~w(div p span)a do
    def unquote(tag)(content), do: "<#{unquote(tag)}>#{content}</#{unquote(tag)}>"
  end

  days = [mon: 1, tue: 2, wed: 3]
  for {d, n} <- days do
    def day(unquote(d)), do: unquote(n)
    def unquote(:"#{d}?")(x), do: x == unquote(n)
  end

  Enum.each([1, 2, 3], fn n ->
    def times(unquote(n), x), do: unquote(n) * x
  end)
end

IO.inspect({Html.div("x"), Html.span(Html.p("y")), Html.day(:tue), Html.wed?(3), Html.times(3, 5)})

# __after_compile__ and module functions in the body
defmodule Hooks do
  def __after_compile__(env, bytecode) do
    IO.inspect({:after_compile, env.module, is_binary(bytecode)})
  end

  def __on_definition__(env, kind, name, args, _guards, _body) do
    IO.inspect({:defined, env.module, kind, name, length(args)})
  end
end

defmodule Hooked do
  @after_compile Hooks
  @on_definition Hooks
  def f(a, b), do: {a, b}
  defp g, do: f(1, 2)
  def h, do: g()
end

IO.inspect(Hooked.h())

# nested use
defmodule Outer do
  defmacro __using__(_) do
    quote do
      use Plugin, name: "via outer"
      def outer?, do: true
    end
  end
end

defmodule Inner do
  use Outer
  step(:s, do: name())
end

IO.inspect({Inner.name(), Inner.outer?(), Inner.run_all()})

# a small test framework in the style of unit tests
defmodule MiniTest do
  defmacro __using__(_) do
    quote do
      import MiniTest
      Module.register_attribute(__MODULE__, :tests, accumulate: true)
      @before_compile MiniTest
    end
  end

  defmacro test(name, do: body) do
    fun = String.to_atom("test " <> name)
    quote do
      @tests {unquote(name), unquote(fun)}
      def unquote(fun)(), do: unquote(body)
    end
  end

  defmacro check({op, _, [l, r]} = expr) do
    text = Macro.to_string(expr)
    quote do
      left = unquote(l)
      right = unquote(r)
      if Kernel.unquote(op)(left, right), do: :ok, else: throw({:failed, unquote(text), left, right})
    end
  end

  defmacro __before_compile__(_env) do
    quote do
      def run do
        for {name, fun} <- Enum.reverse(@tests) do
          result = try do apply(__MODULE__, fun, []) catch {:failed, t, l, r} -> "failed: #{t} (#{inspect(l)}, #{inspect(r)})" end
          IO.puts("#{name}: #{if result == :ok, do: "ok", else: result}")
        end
      end
    end
  end
end

defmodule SomeTests do
  use MiniTest
  test "addition", do: check(1 + 1 == 2)
  test "order", do: check(Enum.sort([2, 1]) == [2, 1])
  test "less" do
    x = 5
    check(x < 10)
  end
end

SomeTests.run()
