# SPDX-License-Identifier: Apache-2.0
# Structs: defaults, enforced keys, update, patterns, protocols on them, printing.

defmodule Point do
  defstruct x: 0, y: 0
  def new(x, y), do: %Point{x: x, y: y}
  def move(%__MODULE__{x: x, y: y} = p, dx, dy), do: %{p | x: x + dx, y: y + dy}
  def move2(p, dx), do: %__MODULE__{p | x: p.x + dx}
  def origin, do: %__MODULE__{}
  def origin?(%Point{x: 0, y: 0}), do: true
  def origin?(%Point{}), do: false
end

defmodule Car do
  @enforce_keys [:make, :model]
  defstruct [:make, :model, year: 2020, owner: nil, tags: []]
end

defmodule Line do
  defstruct from: %Point{}, to: %Point{x: 1, y: 1}
end

defmodule Secret do
  @derive {Inspect, only: [:name]}
  defstruct [:name, :password]
end

defmodule Hidden do
  @derive {Inspect, except: [:token]}
  defstruct [:id, :token, :note]
end

defmodule Custom do
  defstruct [:value]

  defimpl Inspect do
    def inspect(%{value: v}, _opts), do: "#Custom<#{v}>"
  end

  defimpl String.Chars do
    def to_string(%Custom{value: v}), do: "custom:#{v}"
  end
end

defmodule Tree do
  defstruct [:value, left: nil, right: nil]

  def insert(nil, v), do: %Tree{value: v}
  def insert(%Tree{value: x, left: l} = t, v) when v < x, do: %Tree{t | left: insert(l, v)}
  def insert(%Tree{right: r} = t, v), do: %Tree{t | right: insert(r, v)}
  def to_list(nil), do: []
  def to_list(%Tree{value: v, left: l, right: r}), do: to_list(l) ++ [v] ++ to_list(r)
  def depth(nil), do: 0
  def depth(%{left: l, right: r}), do: 1 + max(depth(l), depth(r))

  defimpl Enumerable do
    def count(t), do: {:ok, length(Tree.to_list(t))}
    def member?(t, v), do: {:ok, v in Tree.to_list(t)}
    def slice(_), do: {:error, __MODULE__}
    def reduce(t, acc, f), do: Enumerable.List.reduce(Tree.to_list(t), acc, f)
  end
end

defmodule Main do
  def run do
    p = Point.new(1, 2)
    IO.inspect(p)
    IO.inspect(Point.move(p, 10, 20))
    IO.inspect(Point.move2(p, 5))
    IO.inspect({Point.origin?(Point.origin()), Point.origin?(p)})
    IO.inspect(p.x + p.y)
    IO.inspect(%{p | x: 100})
    IO.inspect(is_map(p))
    IO.inspect(is_struct(p))
    IO.inspect(is_struct(p, Point))
    IO.inspect(is_struct(p, Car))
    IO.inspect(map_size(p))
    IO.inspect(p.__struct__)
    IO.inspect(Map.from_struct(p))
    IO.inspect(p |> Map.keys() |> Enum.sort())
    IO.inspect(struct(Point, x: 5, unknown: 1))
    IO.inspect(struct(p, %{y: 9}))
    IO.inspect(struct!(Car, make: "A", model: "B"))
    IO.inspect(%Car{make: "VW", model: "Golf", tags: [:old]})
    IO.inspect(%Line{})
    IO.inspect(%Line{to: %Point{y: 7}}.to.y)
    IO.inspect(put_in(%Line{}.from.x, 42))
    IO.inspect(update_in(%Line{}.to.y, &(&1 * 10)))
    IO.inspect(%Secret{name: "me", password: "123"})
    IO.inspect(%Hidden{id: 1, token: "t", note: "n"})
    IO.inspect(%Custom{value: 3})
    IO.inspect([%Custom{value: 1}, {%Custom{value: 2}}])
    IO.puts("#{%Custom{value: "x"}}")
    IO.inspect(p == %Point{x: 1, y: 2})
    IO.inspect(p == %{x: 1, y: 2})
    %Point{x: x} = p
    IO.inspect(x)
    t = Enum.reduce([5, 2, 8, 1, 9, 3], nil, &Tree.insert(&2, &1))
    IO.inspect(Tree.to_list(t))
    IO.inspect(Tree.depth(t))
    IO.inspect(Enum.map(t, &(&1 * 2)))
    IO.inspect({Enum.count(t), 8 in t, Enum.max(t), Enum.at(t, 2), Enum.take(t, 2)})
    IO.inspect(%Tree{value: 1})
    IO.inspect(inspect(%{p: p}))
    IO.inspect(Point.__struct__())
    IO.inspect(Point.__struct__(x: 1))
    IO.inspect(%{__struct__: Point, x: 1, y: 2} == p)
    IO.inspect(%{__struct__: NotLoaded, a: 1})

    try do
      struct!(Point, z: 1)
    rescue
      e in KeyError -> IO.inspect(e.key)
    end

    try do
      struct!(Car, make: 1)
    rescue
      e in ArgumentError -> IO.puts(Exception.message(e))
    end

    try do
      %{p | z: 1}
    rescue
      e in KeyError -> IO.inspect(e.key)
    end

    try do
      Point.move(%{x: 1, y: 1}, 1, 1)
    rescue
      e in FunctionClauseError -> IO.inspect({e.function, e.arity, e.module})
    end

    try do
      p[:x]
    rescue
      e in UndefinedFunctionError -> IO.inspect({e.module, e.function, e.arity})
    end

    try do
      Enum.map(p, & &1)
    rescue
      e in Protocol.UndefinedError -> IO.inspect({e.protocol, e.value})
    end

    try do
      to_string(p)
    rescue
      e in Protocol.UndefinedError -> IO.inspect(e.protocol)
    end
  end
end

Main.run()
