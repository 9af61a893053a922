# SPDX-License-Identifier: Apache-2.0
# Modules: nesting, alias, import, require, delegation, information, dynamic calls, redefinition.

defmodule Outer do
  defmodule Inner do
    defmodule Deepest do
      def where, do: __MODULE__
    end

    def where, do: __MODULE__
    def deep, do: Deepest.where()
  end

  def inner, do: Inner.where()
  def deepest, do: Inner.Deepest.where()
  def me, do: __MODULE__
  def nested_name, do: __MODULE__.Inner
end

IO.inspect({Outer.me(), Outer.inner(), Outer.deepest(), Outer.Inner.deep(), Outer.nested_name().where()})

defmodule Geometry.Shapes.Circle do
  def area(r), do: 3 * r * r
end

defmodule Geometry.Shapes.Square do
  def area(a), do: a * a
end

defmodule Aliases do
  alias Geometry.Shapes.Circle
  alias Geometry.Shapes.Square, as: Sq
  alias Geometry.Shapes
  alias Elixir.String, as: Text

  def run, do: {Circle.area(1), Sq.area(2), Shapes.Circle.area(3), Text.upcase("x"), Circle, Sq}

  def local do
    alias Geometry.Shapes.{Circle, Square}
    {Circle.area(2), Square.area(3)}
  end

  def shadowed do
    alias List, as: Circle
    Circle.first([1, 2])
  end
end

IO.inspect(Aliases.run())
IO.inspect(Aliases.local())
IO.inspect(Aliases.shadowed())

defmodule Math do
  def double(x), do: x * 2
  def triple(x), do: x * 3
  def square(x), do: x * x
  def square(x, y), do: {x * x, y * y}
  defmacro plus_one(x), do: quote(do: unquote(x) + 1)
end

defmodule Imports do
  import Math, only: [double: 1, square: 1, plus_one: 1]
  import List, except: [first: 1]
  import Enum, only: [map: 2]

  def run, do: {double(2), square(3), plus_one(4), flatten([[1], [2]]), map([1, 2], &double/1), last([1, 2])}
  def first(_), do: :own_first
  def uses_own, do: first([1])

  def scoped do
    import Math, only: :functions
    triple(5)
  end
end

IO.inspect(Imports.run())
IO.inspect({Imports.uses_own(), Imports.scoped()})

defmodule Kernelless do
  import Kernel, except: [length: 1, to_string: 1]
  def length(_), do: :my_length
  def to_string(_), do: :my_to_string
  def run, do: {length([1]), to_string(1), Kernel.length([1, 2])}
end

IO.inspect(Kernelless.run())

defmodule Delegate do
  defdelegate reverse(list), to: Enum
  defdelegate up(s), to: String, as: :upcase
  defdelegate put(map, k, v), to: Map
  defdelegate fetch_or(map, k, default), to: Map, as: :get
end

IO.inspect({Delegate.reverse([1, 2]), Delegate.up("a"), Delegate.put(%{}, :a, 1), Delegate.fetch_or(%{}, :k, 0)})

# information about modules
IO.inspect(Math.__info__(:functions))
IO.inspect(Math.__info__(:macros))
IO.inspect(Math.__info__(:module))
IO.inspect({function_exported?(Math, :double, 1), function_exported?(Math, :nope, 1), macro_exported?(Math, :plus_one, 1), Code.ensure_loaded?(Math), Code.ensure_loaded?(Nope)})
IO.inspect(Math.module_info(:exports) |> Keyword.get_values(:square) |> Enum.sort())
IO.inspect({Module.concat(Outer, Inner), Module.concat(["A", :B]), Module.split(Outer.Inner.Deepest), Module.concat(Foo, "Bar")})
IO.inspect(is_atom(Math) and Math == :"Elixir.Math")

# dynamic calls
m = Math
f = :double
IO.inspect(m.double(5))
IO.inspect(apply(m, f, [6]))
IO.inspect(apply(&Math.square/2, [2, 3]))
IO.inspect(apply(Math, :square, [4]))
IO.inspect(Module.concat([Geometry, Shapes, Circle]).area(2))
IO.inspect(Enum.map([Geometry.Shapes.Circle, Geometry.Shapes.Square], & &1.area(2)))
IO.inspect(:lists.reverse([1, 2, 3]))
IO.inspect(:"Elixir.String".upcase("atom module"))
IO.inspect(apply(fn a, b -> a + b end, [1, 2]))
IO.inspect(Kernel.apply(String, :split, ["a b"]))
IO.inspect(for {mod, fun, args} <- [{Enum, :sum, [[1, 2]]}, {String, :length, ["abc"]}, {Kernel, :+, [1, 2]}], do: apply(mod, fun, args))

# a module made at run time, and in a function
Module.create(Dynamic, quote(do: def(hi, do: :created)), Macro.Env.location(__ENV__))
IO.inspect(apply(Dynamic, :hi, []))
{:module, name, bin, result} = defmodule(Returned, do: def(x, do: 1))
IO.inspect({name, is_binary(bin), result})
defmodule Maker do
  def make(name, value) do
    defmodule name do
      @value value
      def value, do: @value
    end
    name
  end
end

IO.inspect(Maker.make(Made1, 10).value())
IO.inspect(Maker.make(Made2, %{a: [1]}).value())

# code in a module body runs in order
defmodule Body do
  IO.puts("body starts in #{inspect(__MODULE__)}")
  x = 5
  @from_body x * 2
  def value, do: @from_body
  if x > 3 do
    def conditional, do: :yes
  else
    def conditional, do: :no
  end
  IO.puts("body ends")
  :body_result
end

IO.inspect({Body.value(), Body.conditional()})

# private functions and same names in several modules
defmodule P1 do
  def run, do: helper()
  defp helper, do: :p1
end

defmodule P2 do
  def run, do: {helper(), P1.run()}
  defp helper, do: :p2
end

IO.inspect(P2.run())
IO.inspect(try do apply(P1, :helper, []) rescue e in UndefinedFunctionError -> {e.function, e.arity} end)

# require with alias, macros called with module name
defmodule Req do
  require Math, as: M
  require Integer
  def run, do: {M.plus_one(1), M.double(2), Integer.is_even(4)}
end

IO.inspect(Req.run())
