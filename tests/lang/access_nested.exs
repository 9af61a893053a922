# SPDX-License-Identifier: Apache-2.0
# Keywords, access by brackets and dots, and the *_in family.

kw = [a: 1, b: 2, a: 3]
IO.inspect(kw[:a])
IO.inspect(kw[:missing])
IO.inspect(kw == [{:a, 1}, {:b, 2}, {:a, 3}])
IO.inspect(Keyword.get_values(kw, :a))
IO.inspect(Keyword.put(kw, :a, 9))
IO.inspect(Keyword.delete(kw, :a))
IO.inspect([{:"odd key", 1}, {:ok?, 2}, {:save!, 3}, {:UPPER, 4}, {nil, 5}, {:+, 6}])
IO.inspect(["quoted key": 1, "a-b": 2])
IO.inspect(%{"quoted key": 1, a: 2})
IO.inspect([{"str", 1}, {:sym, 2}])
IO.inspect([1, a: 2])
IO.inspect([:x, {:y, 1}])
f = fn opts -> opts end
IO.inspect(f.(a: 1, b: 2))
IO.inspect(nil[:anything])
IO.inspect(nil[:a][:b])

m = %{:name => "n", "str" => 2, 3 => :three}
IO.inspect({m.name, m[:name], m["str"], m[3], m[:none]})
nested = %{user: %{name: "Ann", langs: [:elixir, :c], address: [city: "Ulm", zip: 89]}}
IO.inspect(nested.user.name)
IO.inspect(nested[:user][:address][:city])
IO.inspect(nested[:nobody][:address])

IO.inspect(get_in(nested, [:user, :address, :zip]))
IO.inspect(get_in(nested, [:user, :nothing, :zip]))
IO.inspect(put_in(nested, [:user, :name], "Bob"))
IO.inspect(put_in(nested.user.name, "Cid"))
IO.inspect(put_in(nested[:user][:address][:city], "Bonn"))
IO.inspect(put_in(nested[:user].name, "Mixed"))
IO.inspect(update_in(nested, [:user, :langs], &[:new | &1]))
IO.inspect(update_in(nested.user.langs, &Enum.reverse/1))
IO.inspect(update_in(nested[:user][:age], fn nil -> 1 end))
IO.inspect(pop_in(nested, [:user, :name]))
IO.inspect(pop_in(nested[:user][:address][:zip]))
IO.inspect(get_and_update_in(nested.user.name, fn n -> {n, n <> "!"} end) |> elem(0))
IO.inspect(get_and_update_in(nested, [:user, :name], fn _ -> :pop end))

# functions of Access as keys
data = %{list: [%{n: 1}, %{n: 2}, %{n: 3}], t: {1, {2, 3}}}
IO.inspect(get_in(data, [:list, Access.all(), :n]))
IO.inspect(get_in(data, [:list, Access.at(1), :n]))
IO.inspect(get_in(data, [:list, Access.at(7), :n]))
IO.inspect(update_in(data, [:list, Access.all(), :n], &(&1 * 10)))
IO.inspect(update_in(data, [:list, Access.filter(&(&1.n > 1)), :n], &(-&1)))
IO.inspect(get_in(data, [:t, Access.elem(1), Access.elem(0)]))
IO.inspect(put_in(data, [:t, Access.elem(0)], :first))
IO.inspect(get_in(data, [Access.key(:none, %{}), :x]))
IO.inspect(put_in(%{}, [Access.key(:a, %{}), Access.key(:b, %{}), :c], 1))
IO.inspect(get_in(data, [Access.key!(:list), Access.at(0)]))
IO.inspect(pop_in(data, [:list, Access.at(0)]))
IO.inspect(pop_in(data, [:list, Access.all(), :n]))

first = fn
  :get, [h | _], next -> next.(h)
  :get_and_update, [h | t], next ->
    case next.(h) do
      {v, new} -> {v, [new | t]}
      :pop -> {h, t}
    end
end

IO.inspect(get_in([[1, 2], 3], [first, first]))
IO.inspect(update_in([[1, 2], 3], [first, first], &(&1 + 100)))

# map updates
base = %{a: 1, b: 2}
IO.inspect(%{base | a: 10})
IO.inspect(%{base | :b => 20, a: 1})
IO.inspect(Map.merge(base, %{c: 3}))
key = :a
IO.inspect(%{base | key => :by_var})
IO.inspect(%{key => 1, {key, 1} => 2, "#{key}" => 3})

for fun <- [
      fn -> base.zzz end,
      fn -> %{base | zzz: 1} end,
      fn -> Map.fetch!(base, "a") end,
      fn -> Keyword.fetch!([a: 1], :b) end,
      fn -> get_in(data, [Access.key!(:none)]) end
    ] do
  try do
    fun.()
  rescue
    e in KeyError -> IO.inspect(e.key)
  end
end

for fun <- [
      fn -> %{nil | a: 1} end,
      fn -> Map.put(:not_a_map, :a, 1) end,
      fn -> map_size([]) end,
      fn -> 5[:a] end,
      fn -> [1, 2][0] end,
      fn -> {1}[0] end,
      fn -> Function.identity(:atom).field end,
      fn -> Function.identity(5).field end,
      fn -> put_in([a: 1], [:b, :c], 1) end
    ] do
  try do
    fun.()
  rescue
    e -> IO.inspect(e.__struct__)
  end
end
