# SPDX-License-Identifier: Apache-2.0
# Rarer patterns and guards: maps as keys of maps, ranges whose bounds are variables, names of structs that are bound or pinned.

defmodule Seats do
  def price(plan, seat) do
    case plan do
      %{%{row: 1, side: :left} => price} when seat == :first -> {:first, price}
      %{[row: 2] => price} -> {:second, price}
      %{{%{}, "x"} => price} -> {:odd, price}
      %{} -> :none
    end
  end

  def pinned(plan, row) do
    case plan do
      %{%{row: ^row} => found} -> found
      _ -> :nothing
    end
  end
end

IO.inspect(Seats.price(%{%{row: 1, side: :left} => 30}, :first))
IO.inspect(Seats.price(%{%{row: 1, side: :left} => 30, [row: 2] => 20}, :other))
IO.inspect(Seats.price(%{{%{}, "x"} => 10}, :first))
IO.inspect(Seats.price(%{%{row: 1} => 30}, :first))
IO.inspect(Seats.pinned(%{%{row: 4} => :here, %{row: 5} => :there}, 5))
IO.inspect(Seats.pinned(%{%{row: 4, side: 1} => :here}, 4))

defmodule Spans do
  def kind(span, a, b) when span == a..b, do: :same
  def kind(span, a, b) when span == a..b//2, do: :halves
  def kind(x, a, b) when x in a..b, do: :inside
  def kind(x, a, b) when x in a..b//5, do: :fifth
  def kind(_, _, _), do: :other
end

IO.inspect(Spans.kind(1..4, 1, 4))
IO.inspect(Spans.kind(4..1//-1, 4, 1))
IO.inspect(Spans.kind(1..4//2, 1, 4))
IO.inspect(Spans.kind(4..1//-1, 1, 4))
IO.inspect(for x <- 0..5, do: Spans.kind(x, 4, 1))
IO.inspect(Spans.kind(2.0, 1, 4))

defmodule Shapes do
  defstruct [:x]

  def name(%module{}), do: module
  def name(_), do: :no_struct
  def is(%_{}), do: true
  def is(_), do: false

  def like(module, value) do
    case value do
      %^module{} -> value
      _ -> :unlike
    end
  end
end

IO.inspect(Shapes.name(struct(Shapes, x: 1)))
IO.inspect(Shapes.name(%{__struct__: "text"}))
IO.inspect(Shapes.is(%{__struct__: {1, 2}}))
IO.inspect(Shapes.like(Range, 1..2))
IO.inspect(Shapes.like(MapSet, 1..2))
IO.inspect(Shapes.like("text", %{__struct__: "text"}))

for keys <- ["\"x\"", "[:x, 7]", ":y"] do
  try do
    Code.eval_string("defmodule Enforced do\n@enforce_keys #{keys}\ndefstruct [:x]\nend")
  rescue
    e in ArgumentError -> IO.puts(Exception.message(e))
  end
end
