# SPDX-License-Identifier: Apache-2.0
# Modules made at run time, hooks, macros of the same module, overriding, evaluation.
defmodule Mk do
  def make(name, v) do
    defmodule name do
      @v v
      def value, do: @v
      def name, do: __MODULE__
    end
  end
  defmacro boom(x), do: raise(ArgumentError, "boom #{inspect(x)}")
end
IO.inspect Mk.make(Foo.Dyn, 42) |> elem(1)
IO.inspect {Foo.Dyn.value(), Foo.Dyn.name()}
IO.inspect (try do Code.eval_string("require Mk; Mk.boom(1 + 2)") rescue e -> {e.__struct__, Exception.message(e)} end)
IO.inspect (try do Code.eval_string("x +") rescue e -> {e.__struct__} end)
IO.inspect (try do Code.eval_string("undefined_thing") rescue e -> {e.__struct__} end)
IO.inspect (try do Code.eval_string("defmodule X1 do raise \"in body\" end") rescue e -> {e.__struct__, Exception.message(e)} end)
IO.inspect Code.eval_string("fn x -> x * y end", y: 3) |> elem(0) |> then(& &1.(5))
IO.inspect Code.eval_quoted(quote(do: 1 + unquote(2)))
[{m, bin}] = Code.compile_string("defmodule X2 do def f, do: :x2 end")
IO.inspect {m, is_binary(bin), X2.f()}
{:module, n, _, _} = Module.create(X3, quote(do: def(f, do: unquote(1 + 1))), Macro.Env.location(__ENV__))
IO.inspect {n, X3.f()}
pid = self()
IO.inspect Code.eval_quoted(quote(do: send(unquote(pid), :hello))) |> elem(0)
IO.inspect (receive do x -> x end)
{_, b} = Code.eval_string("a = 1; b = 2")
IO.inspect Code.eval_string("a + b", b)
defmodule Hooks do
  defmacro __before_compile__(env) do
    quote do
      def hooked, do: {unquote(env.module), @acc}
    end
  end
  def __after_compile__(env, bin), do: IO.inspect({:after, env.module, is_binary(bin)})
  def __on_definition__(env, kind, name, args, guards, body), do: IO.inspect({env.module, kind, name, length(args), guards, is_list(body)})
end
defmodule UseHooks do
  @before_compile Hooks
  @after_compile Hooks
  @on_definition Hooks
  Module.register_attribute(__MODULE__, :acc, accumulate: true)
  @acc 1
  @acc 2
  def f(x) when x > 1, do: x
  IO.inspect Module.defines?(__MODULE__, {:f, 1})
  IO.inspect Module.definitions_in(__MODULE__)
  IO.inspect Module.get_attribute(__MODULE__, :acc)
  IO.inspect __ENV__.module
  @moduledoc false
  if true do
    def cond_def, do: :yes
  end
  for i <- 1..3 do
    @i i
    def unquote(:"n#{i}")(), do: @i
  end
end
IO.inspect UseHooks.hooked()
IO.inspect {UseHooks.n1(), UseHooks.n3(), UseHooks.cond_def()}
defmodule PM do
  defmacro m1(x), do: helper(x)
  defp helper(x), do: quote(do: {:m, unquote(x)})
  def use1, do: m1(5)
  defmacro m2(x), do: quote(do: m1(unquote(x)))
  def use2, do: m2(6)
end
IO.inspect {PM.use1(), PM.use2()}
defmodule Impl do
  defmacro __using__(_) do
    quote do
      @behaviour Access
      def fetch(t, k), do: {:ok, {t.__struct__, k}}
      def pop(_, _), do: nil
      def get_and_update(_, _, _), do: nil
      defoverridable fetch: 2
    end
  end
end
defmodule St do
  use Impl
  defstruct [:a]
  def fetch(t, k), do: super(t, {:w, k})
  defimpl String.Chars do
    def to_string(_), do: "St!"
  end
  defimpl Inspect do
    def inspect(_, _), do: "#St<>"
  end
end
s = struct(St)
IO.inspect s[:z]
IO.puts "#{s}"
IO.inspect s
defmodule MyErr do
  defexception [:code, message: "dflt"]
  def message(%{code: c}), do: "code #{c}"
end
IO.inspect (try do raise MyErr, code: 5 rescue e in MyErr -> Exception.message(e) end)
IO.inspect (try do raise MyErr rescue e -> e end)
