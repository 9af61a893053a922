# SPDX-License-Identifier: Apache-2.0
# Guards Module, Code, Record and Macro.Env at work: attributes, hooks, definitions, evaluation, records.
defmodule ModuleTest.Hooks do
  defmacro __using__(opts) do
    quote do
      @before_compile unquote(__MODULE__)
      Module.register_attribute(__MODULE__, :route, accumulate: true)
      import unquote(__MODULE__), only: [route: 2]
      @prefix unquote(opts[:prefix])
    end
  end

  defmacro route(name, do: body) do
    quote do
      @route unquote(name)
      def handle(unquote(name)), do: {@prefix, unquote(body)}
    end
  end

  defmacro __before_compile__(env) do
    routes = Module.get_attribute(env.module, :route)

    quote do
      def routes, do: unquote(Enum.reverse(routes))
      def handle(_), do: :none
    end
  end
end

defmodule ModuleTest.Router do
  use ModuleTest.Hooks, prefix: "/api"

  route :a do
    1 + 1
  end

  route :b do
    :bee
  end
end

defmodule ModuleTest.Behaviour do
  @callback run(term) :: term
  @callback name() :: atom
  @optional_callbacks name: 0

  defmacro __using__(_) do
    quote do
      @behaviour ModuleTest.Behaviour
      def run(x), do: {:default, x}
      def name, do: :unnamed
      defoverridable ModuleTest.Behaviour
    end
  end
end

defmodule ModuleTest.Impl do
  use ModuleTest.Behaviour
  @impl true
  def run(x), do: {:own, super(x)}
end

defmodule ModuleTest.Generated do
  for {name, value} <- [one: 1, two: 2] do
    def unquote(name)(), do: unquote(value)
    defp unquote(:"private_#{name}")(), do: unquote(value) * 10
  end

  def sum, do: private_one() + private_two()

  @list [1, 2]
  @list [3 | @list]
  def list, do: @list

  @doc "documented"
  @deprecated "use one/0"
  def old, do: :old

  kinds = for kind <- [:def, :defp], do: {kind, Module.definitions_in(__MODULE__, kind) |> Enum.sort()}
  def kinds, do: unquote(kinds)
  def defines, do: unquote(Macro.escape({Module.defines?(__MODULE__, {:one, 0}), Module.defines?(__MODULE__, {:one, 0}, :defp), Module.defines?(__MODULE__, {:zip, 0})}))
  def open, do: unquote(Module.open?(__MODULE__))
end

defmodule ModuleTest.Records do
  require Record
  Record.defrecord(:user, name: "joe", age: 25)
  Record.defrecordp(:secret, :hidden, [:value])

  def new, do: user()
  def new(name), do: user(name: name)
  def name(record), do: user(record, :name)
  def older(record), do: user(record, age: user(record, :age) + 1)
  def index, do: {user(:name), user(:age)}
  def match(user(name: name)), do: {:user, name}
  def match(_), do: :no
  def list(record), do: user(record)
  def hidden, do: secret(value: 1)
  def check(x) when Record.is_record(x, :user), do: :user
  def check(x) when Record.is_record(x), do: :record
  def check(_), do: :other
end

defmodule ModuleTest do
  def attempt(label, fun) do
    result =
      try do
        fun.()
      rescue
        e -> {:raised, e.__struct__, Exception.message(e)}
      end

    IO.puts("#{label}: #{inspect(result)}")
  end

  def run do
    alias ModuleTest.{Router, Impl, Generated, Records}
    attempt("router", fn -> {Router.routes(), Router.handle(:a), Router.handle(:b), Router.handle(:c)} end)
    attempt("overridden", fn -> {Impl.run(1), Impl.name()} end)
    attempt("callbacks", fn -> Enum.sort(ModuleTest.Behaviour.behaviour_info(:callbacks)) end)
    attempt("optional", fn -> ModuleTest.Behaviour.behaviour_info(:optional_callbacks) end)
    attempt("generated", fn -> {Generated.one(), Generated.two(), Generated.sum(), Generated.list(), Generated.old()} end)
    attempt("definitions", fn -> {Generated.kinds(), Generated.defines(), Generated.open(), Module.open?(Generated)} end)
    attempt("info", fn -> {Generated.__info__(:module), Enum.sort(Generated.__info__(:functions)), Generated.__info__(:macros)} end)
    attempt("concat", fn -> {Module.concat([Foo, "Bar", :Baz]), Module.concat(Foo, Bar), Module.concat([nil, Foo]), Module.concat(["Elixir.Foo", "Bar"])} end)
    attempt("split", fn -> {Module.split(Foo.Bar), Module.split("Elixir.Foo")} end)
    attempt("split bad", fn -> Module.split(:foo) end)

    record = Records.new()
    attempt("record", fn -> {record, Records.new("ann"), Records.name(record), Records.older(record), Records.index(), Records.hidden()} end)
    attempt("record match", fn -> {Records.match(record), Records.match({:user}), Records.list(record), Records.check(record), Records.check({:x}), Records.check(1)} end)

    attempt("eval", fn -> {value, binding} = Code.eval_string("a + b", a: 1, b: 2); {value, Enum.sort(binding)} end)
    attempt("eval binds", fn -> {value, binding} = Code.eval_string("x = 1; y = x * 2"); {value, Enum.sort(binding)} end)
    attempt("eval quoted", fn -> Code.eval_quoted({:+, [], [1, 2]}) end)
    attempt("eval module", fn -> {{:module, name, _, _}, _} = Code.eval_string("defmodule ModuleTest.Late do def f, do: 7 end"); {name, apply(name, :f, [])} end)
    attempt("eval macro", fn -> Code.eval_string("if x, do: :yes, else: :no", x: nil) |> elem(0) end)
    attempt("string_to_quoted", fn -> Code.string_to_quoted("foo(1, :a)") end)
    attempt("string_to_quoted!", fn -> Code.string_to_quoted!("[a: 1]") end)
    attempt("compile_string", fn -> for({name, code} <- Code.compile_string("defmodule ModuleTest.C1 do def f, do: 1 end\ndefmodule ModuleTest.C2 do end"), do: {name, is_binary(code)}) |> Enum.sort() end)
    attempt("compile_quoted", fn -> for({name, _} <- Code.compile_quoted(quote(do: defmodule(ModuleTest.C3, do: def(g, do: 3)))), do: {name, apply(name, :g, [])}) end)
    attempt("ensure", fn -> {Code.ensure_loaded(ModuleTest.C1), Code.ensure_loaded(NoSuchModuleHere), Code.ensure_loaded?(Enum), Code.ensure_compiled(Enum)} end)
    attempt("create", fn -> {:module, name, _, _} = Module.create(ModuleTest.Made, quote(do: def(h, do: :made)), Macro.Env.location(__ENV__)); apply(name, :h, []) end)
  end
end

ModuleTest.run()
