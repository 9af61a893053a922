# SPDX-License-Identifier: Apache-2.0
# Patterns over maps and structs.

%{name: name, age: age} = %{name: "Ann", age: 30, city: "Ulm"}
IO.inspect({name, age})
%{} = %{a: 1}
%{"key" => v, 1 => one, nil => none, {1, 2} => tuple, 2.5 => float} =
  %{"key" => :string, 1 => :one, nil => :none, {1, 2} => :tuple, 2.5 => :float}
IO.inspect({v, one, none, tuple, float})

# a key that is pinned or a constant expression
key = :dynamic
%{^key => found} = %{dynamic: "found by variable"}
IO.inspect(found)
%{{:compound, ^key} => compound} = %{{:compound, :dynamic} => 9}
IO.inspect(compound)

# nested
%{user: %{address: %{street: street}}, tags: [first | _]} =
  %{user: %{address: %{street: "Main"}, id: 1}, tags: [:a, :b]}
IO.inspect({street, first})

classify = fn
  %{type: :circle, r: r} -> {:circle, r}
  %{type: :rect, w: w, h: h} -> {:rect, w * h}
  %{type: other} -> {:unknown, other}
  m when map_size(m) == 0 -> :empty
  %{} -> :map_without_type
  _ -> :no_map
end

for v <- [%{type: :circle, r: 2}, %{type: :rect, w: 2, h: 3}, %{type: :rect, w: 2}, %{}, %{a: 1}, []] do
  IO.inspect(classify.(v))
end

# 1 and 1.0 are different keys
m = %{1 => :int, 1.0 => :float}
%{1 => i} = m
%{1.0 => f} = m
IO.inspect({i, f, map_size(m)})

# nil values match, missing keys do not
IO.inspect(match?(%{a: nil}, %{a: nil}))
IO.inspect(match?(%{a: _}, %{a: nil}))
IO.inspect(match?(%{a: _}, %{b: nil}))

defmodule User do
  defstruct name: "none", age: 0, tags: []
end

defmodule Admin do
  defstruct [:name, level: 1]
end

defmodule Names do
  def of(%User{name: name}), do: "user " <> name
  def of(%Admin{name: name, level: l}) when l > 5, do: "high admin " <> name
  def of(%Admin{name: name}), do: "admin " <> name
  def of(%module{}), do: "other struct " <> inspect(module)
  def of(%{name: name}), do: "map " <> name
  def of(_), do: "nothing"

  def struct_name(%name{}), do: name
  def struct_name(%{}), do: :plain_map
  def struct_name(_), do: :no_map

  def any_struct?(%_{}), do: true
  def any_struct?(_), do: false

  def is?(%module{}, module), do: true
  def is?(_, _), do: false
end

defmodule Main do
  def run do
    for v <- [%User{name: "u"}, %Admin{name: "a"}, %Admin{name: "b", level: 9}, 1..2, %{name: "m"}, %{}, :x] do
      IO.puts(Names.of(v))
      IO.inspect({Names.struct_name(v), Names.any_struct?(v)})
    end

    IO.inspect(Names.is?(%User{}, User))
    IO.inspect(Names.is?(%User{}, Admin))

    # a struct is a map
    %{__struct__: s, age: a} = %User{age: 4}
    IO.inspect({s, a})
    expected = User
    %^expected{tags: tags} = %User{tags: [1]}
    IO.inspect(tags)

    IO.inspect(
      try do
        %^expected{} = %Admin{}
      rescue
        e in MatchError -> e.term
      end
    )

    # whole and parts
    %User{name: n} = whole = %User{name: "W"}
    IO.inspect({n, whole})

    f = fn
      %{a: x} = all, %{b: x} -> {:same, all}
      %{a: x}, %{b: y} -> {:different, x, y}
    end

    IO.inspect(f.(%{a: 1, c: 3}, %{b: 1}))
    IO.inspect(f.(%{a: 1}, %{b: 2}))

    g = fn
      x, %{b: b} when b == x -> :equal
      _, _ -> :not_equal
    end
    IO.inspect(g.(1, %{b: 1}))
    IO.inspect(g.(1, %{b: 2}))
  end
end

Main.run()

# maps in lists in maps
data = [%{id: 1, items: [%{n: 1}, %{n: 2}]}, %{id: 2, items: []}]
for %{id: id, items: [%{n: n} | _]} <- data, do: IO.inspect({id, n})

# large maps match the same way
big = Map.new(1..100, fn i -> {i, i * i} end)
%{1 => b1, 50 => b50, 100 => b100} = big
IO.inspect({b1, b50, b100})
IO.inspect(match?(%{101 => _}, big))
%{^b1 => again} = big
IO.inspect(again)

# failing map matches
for {pat, fun} <- [
      {"missing key", fn m -> %{missing: _} = m end},
      {"not a map", fn _ -> %{a: 1} = [a: 1] |> List.first() end},
      {"value differs", fn m -> %{a: 2} = m end}
    ] do
  try do
    fun.(%{a: 1})
  rescue
    e in MatchError -> IO.puts(pat <> ": " <> Exception.message(e))
  end
end
