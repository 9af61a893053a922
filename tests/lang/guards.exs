# SPDX-License-Identifier: Apache-2.0
# Guards: every guard function, boolean operators, failing guards, alternatives.

defmodule Kind do
  def of(x) when is_boolean(x), do: :boolean
  def of(x) when is_nil(x), do: :nothing
  def of(x) when is_atom(x), do: :atom
  def of(x) when is_integer(x) and x > 1_000_000_000_000_000_000_000, do: :huge
  def of(x) when is_integer(x), do: :integer
  def of(x) when is_float(x), do: :float
  def of(x) when is_binary(x), do: :binary
  def of(x) when is_bitstring(x), do: :bitstring
  def of(x) when is_list(x), do: :list
  def of(x) when is_tuple(x), do: :tuple
  def of(x) when is_exception(x), do: :exception
  def of(x) when is_struct(x, Range), do: :range
  def of(x) when is_struct(x), do: :struct
  def of(x) when is_map(x), do: :map
  def of(x) when is_function(x, 0), do: :thunk
  def of(x) when is_function(x), do: :function
  def of(x) when is_pid(x), do: :pid
  def of(x) when is_reference(x), do: :reference
  def of(x) when is_port(x), do: :port
end

for v <- [true, nil, :a, 1, 10 ** 30, 1.0, "s", <<1::3>>, [], {}, %ArgumentError{}, 1..2, MapSet.new(), %{}, fn -> 1 end, &is_nil/1, self(), make_ref()] do
  IO.inspect(Kind.of(v))
end

# values computed in guards
test = fn
  {:abs, x} when abs(x) > 10 -> :far
  {:div, x} when div(x, 3) == 2 and rem(x, 3) == 1 -> :seven
  {:elem, t} when elem(t, 0) == :tag -> :tagged
  {:size, t} when tuple_size(t) == 3 -> :triple
  {:bytes, b} when byte_size(b) > 3 -> :long
  {:bits, b} when bit_size(b) == 3 -> :three_bits
  {:len, l} when length(l) == 2 -> :pair
  {:hd, l} when hd(l) == 1 and tl(l) == [2] -> :one_two
  {:map, m} when map_size(m) == 1 -> :single
  {:key, m} when is_map_key(m, :k) -> :has_k
  {:dot, m} when m.field > 5 -> :field_over_five
  {:round, f} when round(f) == 3 -> :about_three
  {:trunc, f} when trunc(f) == 2 -> :two_something
  {:ceil, f} when ceil(f) == 5 -> :up_to_five
  {:floor, f} when floor(f) == 6 -> :down_to_six
  {:part, b} when binary_part(b, 0, 2) == "ab" -> :ab
  {:node, p} when node(p) == node() -> :here
  {:self, p} when p == self() -> :me
  {:in, x} when x in [1, 2, 3] -> :in_list
  {:in, x} when x in 10..20 -> :in_range
  {:in, x} when x in 30..40//5 -> :in_step
  {:in, x} when x not in [:a, :b] -> :not_ab
  {:arith, x} when x * 2 + 1 == 7 or x / 2 == 5 or -x == 4 or +x == 9 -> :arith
  {:cmp, x} when x === 1.0 -> :strict_float
  {:cmp, x} when x == 1 -> :loose_one
  {:cmp, x} when x !== 2 and x != 3 -> :neither
  {:cmp, x} when x >= 2 and x <= 2 -> :two
  {:bool, x} when x -> :is_true
  {:bool, x} when not x -> :is_false
  {:nested, x} when (x > 1 and x < 5) or (x > 10 and not (x == 12)) -> :nested
  {k, _} -> {:none, k}
end

for v <- [
      abs: -11, abs: 3, abs: :no, div: 7, div: 8, elem: {:tag}, elem: {}, elem: [], size: {1, 2, 3}, size: 5,
      bytes: "abcd", bytes: "abc", bytes: 1, bits: <<1::3>>, len: [1, 2], len: :not_a_list, hd: [1, 2], hd: [],
      map: %{a: 1}, map: [], key: %{k: nil}, key: %{}, key: 1, dot: %{field: 6}, dot: %{field: 1}, dot: %{}, dot: 3,
      round: 2.6, trunc: 2.9, ceil: 4.1, floor: 6.9, part: "abc", part: "a", node: self(), self: self(), self: 1,
      in: 2, in: 15, in: 35, in: 36, in: :a, in: 15.0, arith: 3, arith: 10, arith: -4, arith: 9, arith: :x,
      cmp: 1.0, cmp: 1, cmp: 2, cmp: 3, cmp: :z, bool: true, bool: false, bool: 1, nested: 3, nested: 12, nested: 13
    ] do
  {k, _} = v
  IO.inspect(test.(v), label: k)
end

# `when a when b`: a failing first alternative does not fail the second
defmodule Alt do
  def f(x) when hd(x) == 1 when x == :atom when is_map(x), do: :yes
  def f(_), do: :no
  # with `or` the whole guard fails
  def g(x) when hd(x) == 1 or x == :atom, do: :yes
  def g(_), do: :no
end

IO.inspect(Enum.map([[1], :atom, %{}, [2], 5], &Alt.f/1))
IO.inspect(Enum.map([[1], :atom, [2], 5], &Alt.g/1))

# short cut of and/or in guards: the right side is not needed
h = fn
  x when is_list(x) and length(x) > 1 -> :long_list
  x when not is_list(x) or length(x) == 1 -> :other_or_one
  _ -> :empty
end

IO.inspect(Enum.map([[1, 2], [1], [], :a], h))

# defguard
defmodule Guards do
  defguard is_even(n) when is_integer(n) and rem(n, 2) == 0
  defguard is_between(x, lo, hi) when x >= lo and x <= hi
  defguardp is_small(n) when n < 10
  defguard is_point(p) when is_tuple(p) and tuple_size(p) == 2 and is_number(elem(p, 0)) and is_number(elem(p, 1))
  def small?(n) when is_small(n), do: true
  def small?(_), do: false
end

defmodule UsesGuards do
  import Guards
  def f(n) when is_even(n) and is_between(n, 0, 100), do: :even_in_range
  def f(n) when is_even(n), do: :even
  def f(p) when is_point(p), do: :point
  def f(_), do: :else
  def outside(n), do: {is_even(n), Guards.is_between(n, 1, 10)}
end

IO.inspect(Enum.map([2, 200, 3, "x", {1, 2.5}, {1, :a}], &UsesGuards.f/1))
IO.inspect(UsesGuards.outside(4))
IO.inspect({Guards.small?(3), Guards.small?(30)})

# guards in case, fn, receive, with, comprehension
case 5 do
  n when n < 3 -> IO.puts("small")
  n when n < 10 -> IO.puts("medium")
end

send(self(), {:n, 5})
send(self(), {:n, 50})

receive do
  {:n, n} when n > 10 -> IO.inspect(n)
end

IO.inspect(with n when n > 3 <- 5, m when m > n <- 4, do: {n, m}, else: (x when x < 5 -> {:low, x}))
IO.inspect(for {k, n} when n > 1 <- [a: 1, b: 2, c: 3], do: k)

# no clause
try do
  Guards.small?(1) && Kind.of(fn -> :ok end) && (fn x when x > 1 -> x end).(1)
rescue
  e in FunctionClauseError -> IO.inspect({e.__struct__, e.arity})
end
