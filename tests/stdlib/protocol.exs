# SPDX-License-Identifier: Apache-2.0
# Guards protocols: dispatch for every type, structs, Any, deriving, several arguments, reflection, errors.
defprotocol ProtocolTest.Kind do
  @moduledoc "Names the kind of a term."
  @spec kind(t) :: atom
  def kind(term)

  @doc "Two arguments."
  def both(term, other)
end

defprotocol ProtocolTest.Describe do
  @fallback_to_any true
  def describe(term, extra)
end

defprotocol ProtocolTest.Size do
  def size(data)
end

defmodule ProtocolTest.Point do
  defstruct x: 0, y: 0

  defimpl ProtocolTest.Kind do
    def kind(%ProtocolTest.Point{x: x}), do: {:point, x}
    def both(%{y: y}, other), do: {y, other, @for, @protocol}
  end
end

defmodule ProtocolTest.Plain do
  defstruct [:a]
end

defimpl ProtocolTest.Kind, for: [Integer, Float] do
  def kind(n), do: {:number, n, @for}
  def both(a, b), do: a + b
end

for type <- [Atom, BitString, List, Map, Tuple, Function, PID, Reference] do
  defimpl ProtocolTest.Kind, for: type do
    def kind(_), do: {:builtin, @for}
    def both(_, b), do: {@for, b}
  end
end

defimpl ProtocolTest.Describe, for: Any do
  defmacro __deriving__(module, struct, options) do
    quote do
      defimpl ProtocolTest.Describe, for: unquote(module) do
        def describe(term, extra), do: {:derived, unquote(Macro.escape(Map.keys(struct) |> length())), unquote(options), term.__struct__, extra}
      end
    end
  end

  def describe(_, extra), do: {:any, extra}
end

defimpl ProtocolTest.Describe, for: Integer do
  def describe(n, extra), do: {:integer, n, extra}
end

defmodule ProtocolTest.Derived do
  @derive {ProtocolTest.Describe, how: :well}
  defstruct [:a, :b]
end

defmodule ProtocolTest.Later do
  defstruct [:v]
end

require Protocol
Protocol.derive(ProtocolTest.Describe, ProtocolTest.Later, late: true)

defprotocol ProtocolTest.Loose do
  @fallback_to_any true
  def loose(x)
end

defimpl ProtocolTest.Loose, for: Any do
  def loose(_), do: :loose_any
end

defmodule ProtocolTest.UsesAny do
  @derive [ProtocolTest.Loose]
  defstruct [:x]
end

defmodule ProtocolTest do
  alias ProtocolTest.{Kind, Describe, Size, Point, Plain, Derived, Later, Loose, UsesAny}

  def attempt(label, fun) do
    result =
      try do
        fun.()
      rescue
        e -> {:raised, e.__struct__}
      end

    IO.puts("#{label}: #{inspect(result)}")
  end

  def run do
    terms = [atom: :a, nil: nil, string: "s", bits: <<1::3>>, list: [1], empty: [], map: %{}, tuple: {}, fun: &is_nil/1, pid: self(), ref: make_ref(), int: 1, float: 1.5, point: %Point{x: 3, y: 4}]

    for {name, term} <- terms do
      attempt("kind #{name}", fn -> Kind.kind(term) end)
      attempt("impl #{name}", fn -> Kind.impl_for(term) end)
      attempt("describe #{name}", fn -> Describe.describe(term, 9) end)
    end

    attempt("both", fn -> {Kind.both(1, 2), Kind.both(%Point{y: 8}, :o), Kind.both([], :l)} end)
    attempt("no impl", fn -> Kind.kind(%Plain{}) end)
    attempt("no impl_for", fn -> {Kind.impl_for(%Plain{}), Size.impl_for(1)} end)
    attempt("no impl_for!", fn -> Size.impl_for!(1) end)
    attempt("size", fn -> Size.size([1]) end)
    attempt("map with bad struct", fn -> Kind.kind(%{__struct__: "x"}) end)
    attempt("unknown struct module", fn -> Describe.describe(%{__struct__: NoSuch}, 1) end)
    attempt("derived", fn -> {Describe.describe(%Derived{}, 1), Describe.describe(%Later{}, 2), Describe.describe(%Plain{}, 3)} end)
    attempt("any", fn -> {Loose.loose(1), Loose.loose(%UsesAny{}), Loose.loose(%Plain{}), Loose.impl_for(%UsesAny{})} end)
    attempt("reflection", fn -> {Kind.__protocol__(:module), Enum.sort(Kind.__protocol__(:functions)), Kind.Integer.__impl__(:for), Kind.Integer.__impl__(:protocol), Kind.Integer.__impl__(:target)} end)
    attempt("assert", fn -> {Protocol.assert_protocol!(Kind), Protocol.assert_impl!(Kind, Integer)} end)
    attempt("assert bad", fn -> Protocol.assert_protocol!(Enum) end)
    attempt("assert missing", fn -> Protocol.assert_impl!(Size, Integer) end)
    attempt("library", fn -> {String.Chars.impl_for(1), Enumerable.impl_for([]), Inspect.impl_for(%Plain{}), List.Chars.impl_for({})} end)

    defimpl Size, for: Tuple do
      def size(t), do: tuple_size(t)
    end

    attempt("implemented later", fn -> Size.size({1, 2}) end)
    attempt("missing still", fn -> Size.size(1) end)
  end
end

ProtocolTest.run()
