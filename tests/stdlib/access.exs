# SPDX-License-Identifier: Apache-2.0
# Guards Access: maps, keyword lists, nil and structs by key; every accessor under get, put, update and pop.
defmodule AccessTest.Box do
  defstruct items: %{}
  @behaviour Access
  @impl true
  def fetch(%{items: items}, key), do: Map.fetch(items, key)

  @impl true
  def get_and_update(%{items: items} = box, key, fun) do
    {get, items} = Map.get_and_update(items, key, fun)
    {get, %{box | items: items}}
  end

  @impl true
  def pop(%{items: items} = box, key) do
    {value, items} = Map.pop(items, key)
    {value, %{box | items: items}}
  end
end

defmodule AccessTest do
  alias AccessTest.Box

  def attempt(label, fun) do
    result =
      try do
        fun.()
      rescue
        e -> {:raised, e.__struct__, Exception.message(e)}
      end

    IO.puts("#{label}: #{inspect(result, charlists: :as_lists)}")
  end

  def run do
    for {name, data} <- [map: %{"k" => 2, a: 1}, keyword: [a: 1, b: 2, a: 3], nil: nil, box: %Box{items: %{a: 1}}, empty: []] do
      for key <- [:a, :z] do
        attempt("fetch #{name} #{key}", fn -> Access.fetch(data, key) end)
        attempt("fetch! #{name} #{key}", fn -> Access.fetch!(data, key) end)
        attempt("get #{name} #{key}", fn -> {Access.get(data, key), Access.get(data, key, :default), data[key]} end)
        attempt("update #{name} #{key}", fn -> Access.get_and_update(data, key, &{&1, [&1]}) end)
        attempt("update pop #{name} #{key}", fn -> Access.get_and_update(data, key, fn _ -> :pop end) end)
        attempt("update bad #{name} #{key}", fn -> Access.get_and_update(data, key, fn _ -> :oops end) end)
        attempt("pop #{name} #{key}", fn -> Access.pop(data, key) end)
      end
    end

    attempt("string key", fn -> %{"k" => 2}["k"] end)
    attempt("list index", fn -> Access.get([1, 2], 0) end)
    attempt("struct", fn -> Access.fetch(%{__struct__: AccessTest.None}, :a) |> elem(0) end)

    data = %{
      list: [%{n: 1, t: {:a, :b}}, %{n: 2, t: {:c, :d}}, %{n: 3, t: {:e, :f}}],
      map: %{x: 1, y: %{z: 2}},
      kw: [a: [b: 1]],
      box: %Box{items: %{a: %{b: 5}}}
    }

    paths = [
      [:map, :x],
      [:map, :y, :z],
      [:map, :none, :deep],
      [:kw, :a, :b],
      [:box, :a, :b],
      [:list, Access.all(), :n],
      [:list, Access.at(0), :n],
      [:list, Access.at(-1), :n],
      [:list, Access.at(9), :n],
      [:list, Access.at!(1), :t, Access.elem(0)],
      [:list, Access.all(), :t, Access.elem(1)],
      [:list, Access.filter(&(&1.n > 1)), :n],
      [:list, Access.slice(0..1), :n],
      [:list, Access.slice(-2..-1//1), :n],
      [Access.key(:map), Access.key(:x)],
      [Access.key(:none, %{}), Access.key(:q, 7)],
      [Access.key!(:map), Access.key!(:y), :z],
      [:map, Access.key!(:nope)]
    ]

    for {path, index} <- Enum.with_index(paths) do
      attempt("path #{index} get", fn -> get_in(data, path) end)
      attempt("path #{index} put", fn -> put_in(data, path, :new) end)
      attempt("path #{index} update", fn -> update_in(data, path, &{&1}) end)
      attempt("path #{index} get and update", fn -> get_and_update_in(data, path, &{&1, inspect(&1)}) end)
      attempt("path #{index} pop", fn -> pop_in(data, path) end)
    end

    attempt("all no list", fn -> get_in(%{a: 1}, [:a, Access.all()]) end)
    attempt("at no list", fn -> get_in(%{a: 1}, [:a, Access.at(0)]) end)
    attempt("elem no tuple", fn -> get_in(%{a: 1}, [:a, Access.elem(0)]) end)
    attempt("filter no list", fn -> get_in(%{a: 1}, [:a, Access.filter(& &1)]) end)
    attempt("key! no map", fn -> get_in(%{a: 1}, [:a, Access.key!(:x)]) end)
    attempt("pop tuple", fn -> pop_in({1, 2}, [Access.elem(0)]) end)
    attempt("own accessor", fn -> get_in([1, 2, 3], [fn :get, list, next -> Enum.map(list, &next.(&1 * 10)) end]) end)
  end
end

AccessTest.run()
