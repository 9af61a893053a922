# SPDX-License-Identifier: Apache-2.0
#
# Modules from which damaged ones are made, cut at the lines of dashes: each a few kinds of opcodes, small.
defmodule Numbers do
  def main, do: add(1, 2) + many([3, 4.5, 1_000_000_000_000_000_000_000])
  def add(a, b) when is_integer(a) and is_integer(b), do: a + b
  def add(a, b), do: {a, b}
  def many([a | rest]) when a > 3 or is_float(a), do: many(rest) * 2 - a
  def many([a | rest]), do: rem(trunc(a), 7) + many(rest)
  def many([]), do: :erlang.bsl(1, 70)
end
# ----
defmodule Bits do
  def main, do: {take(<<1, 2, 3, 4, 1.5::float, "é"::utf8>>), make(5, "abc"), all("héé")}
  def take(<<a, b::4, c::signed-little-12, d::size(a)-unit(8), rest::bits>>), do: {b, c, d, rest}
  def take(_), do: :no
  def make(n, text), do: <<n::3, text::binary, n::float, n * 2::little-size(n)-unit(5)>>
  def all(text), do: for(<<c::utf8 <- text>>, do: c)
end
# ----
defmodule Maps do
  def main, do: {get(%{a: 1, b: {2}}), put(%{1 => 2}, 3), %{a: 1} == %{a: 1.0}}
  def get(%{a: a, b: {b}} = m), do: Map.put(%{m | a: b}, :c, a)
  def get(_), do: %{}
  def put(m, k) when is_map_key(m, 1) and map_size(m) < 40, do: Map.put(m, k, {k, [k]})
  def put(m, _), do: m
end
# ----
defmodule Talk do
  def main do
    me = self()
    pid = spawn(fn -> serve(me, []) end)
    send(pid, {:put, 1})
    send(pid, :get)
    receive do
      {:got, list} when is_list(list) -> list
    after
      100 -> :late
    end
  end
  def serve(to, seen) do
    receive do
      {:put, x} -> serve(to, [x | seen])
      :get -> send(to, {:got, seen})
    end
  end
end
# ----
defmodule Tries do
  def main, do: Enum.map([1, :a, "b", {:x, 2}], &safe/1)
  def safe(x) do
    try do
      1 / x
    rescue
      e in ArithmeticError -> {e.message, x}
    catch
      :throw, v -> v
      k, v -> {k, v}
    else
      f when f > 0.5 -> :large
      f -> f
    after
      Process.put(:seen, x)
    end
  end
  def thrown(f), do: catch_it(fn -> throw(f) end)
  defp catch_it(f) do
    try do
      f.()
    catch
      x -> {:caught, x}
    end
  end
end
# ----
defmodule Calls do
  def main, do: {apply(__MODULE__, :twice, [fn a, b -> {b, a} end, 1]), capture().(2), deep(300, []), wide(1, 2, 3, 4, 5, 6)}
  def twice(f, x), do: f.(f.(x, 1), f.(2, x))
  def capture, do: &wide(&1, 1, [], %{}, :e, {&1})
  def deep(0, acc), do: length(acc)
  def deep(n, acc), do: 1 + deep(n - 1, [n | acc])
  def wide(a, b, c, d, e, f) do
    [g, h | _] = [{f, e}, {d, c}, b]
    case {a, g, h} do
      {1, {x, y}, _} when x != y -> {x, y}
      {_, {x, _}, {y, _}} -> [x | y]
    end
  end
  def choose(x) do
    case x do
      :a -> 1
      :b -> 2
      3 -> :c
      4 -> :d
      {1} -> "one"
      {1, 2} -> "two"
      [] -> nil
      "text" -> 'list'
      _ -> x
    end
  end
end
