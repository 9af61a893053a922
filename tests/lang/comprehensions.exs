# SPDX-License-Identifier: Apache-2.0
# for: generators, filters, bit string generators, into, uniq, reduce.

IO.inspect(for x <- 1..5, do: x * x)
IO.inspect(for x <- [1, 2, 3], y <- [:a, :b], do: {x, y})
IO.inspect(for x <- 1..4, y <- x..4, x + y == 5, do: {x, y})
IO.inspect(for x <- 1..10, rem(x, 2) == 0, x > 4, do: x)
IO.inspect(for {:ok, v} <- [{:ok, 1}, {:error, 2}, {:ok, 3}, :junk], do: v)
IO.inspect(for {k, v} <- %{a: 1, b: 2}, do: {v, k})
IO.inspect(for [a, b] <- [[1, 2], [3], [4, 5]], do: a + b)
IO.inspect(for %{n: n} <- [%{n: 1}, %{m: 2}], do: n)
IO.inspect(for x <- [], do: x)
IO.inspect(for _ <- 1..3, do: :same)

# a match as filter binds
IO.inspect(for x <- 1..3, y = x * 10, z = y + 1, do: {x, y, z})
IO.inspect(for x <- [1, nil, 3, false], y = x, do: y)

# variables shadow and do not leave
x = :outer
IO.inspect(for x <- [1], do: x)
IO.inspect(x)
IO.inspect(for x <- [[1, 2], [3]], x <- x, do: x)

# pins
p = 2
IO.inspect(for {^p, v} <- [{1, :a}, {2, :b}, {2, :c}], do: v)

# guards in generators
IO.inspect(for x when is_integer(x) <- [1, :a, 2, "b"], do: x)
IO.inspect(for {t, n} when t in [:x, :y] and n > 1 <- [x: 1, y: 2, z: 3, x: 4], do: n)

# into
IO.inspect(for {k, v} <- [a: 1, b: 2], into: %{}, do: {k, v * 2})
IO.inspect(for x <- [1, 2, 2, 3], into: MapSet.new(), do: x)
IO.inspect(for c <- [?a, ?b], into: "", do: <<c + 1>>)
IO.inspect(for x <- 1..3, into: [0], do: x)
IO.inspect(for {k, v} <- %{x: 1}, into: %{y: 2}, do: {k, v})
IO.inspect(for x <- 1..3, into: "n:", do: Integer.to_string(x))
IO.inspect(for <<b::1 <- <<0xA5>> >>, into: <<>>, do: <<1 - b::1>>)

# bit string generators
IO.inspect(for(<<c <- "hello">>, do: c - 32), charlists: :as_lists)
IO.inspect(for <<r::8, g::8, b::8 <- <<1, 2, 3, 4, 5, 6, 7>> >>, do: {r, g, b})
IO.inspect(for <<c::utf8 <- "aé😀">>, do: c)
IO.inspect(for <<n::4 <- <<0x12, 0xAB>> >>, do: n)
IO.inspect(for <<c <- "a1b2">>, c in ?a..?z, into: "", do: <<c>>)
IO.inspect(for <<len, s::binary-size(len) <- <<2, "ab", 3, "cde">> >>, do: s)
IO.inspect(for <<0::1, x::7 <- <<1, 129, 2>> >>, do: x)
IO.inspect(for a <- [1, 2], <<b <- "xy">>, do: {a, b})
IO.inspect(for <<a <- "ab">>, b <- [1, 2], do: {a, b})

# uniq
IO.inspect(for x <- [1, 2, 1, 3, 2], uniq: true, do: x)
IO.inspect(for x <- -2..2, uniq: true, do: x * x)
IO.inspect(for x <- [1, 1, 2], uniq: true, into: [], do: {x})
IO.inspect(for <<c <- "banana">>, uniq: true, into: "", do: <<c>>)

# reduce
IO.inspect(
  for x <- 1..5, reduce: 0 do
    acc -> acc + x
  end
)

IO.inspect(
  for w <- ~w(a b a c b a), reduce: %{} do
    %{^w => n} = acc -> %{acc | w => n + 1}
    acc -> Map.put(acc, w, 1)
  end
)

IO.inspect(
  for x <- 1..3, y <- 1..3, x != y, reduce: {0, []} do
    {n, pairs} when n < 4 -> {n + 1, [{x, y} | pairs]}
    {n, pairs} -> {n + 1, pairs}
  end
)

IO.inspect(
  for <<c <- "abc">>, reduce: [] do
    acc -> [c | acc]
  end == [?c, ?b, ?a]
)

# streams and other enumerables as sources
IO.inspect(for x <- Stream.map(1..3, &(&1 * 2)), do: x)
IO.inspect(for {x, i} <- Enum.with_index([:a, :b]), do: {i, x})
IO.inspect(for x <- MapSet.new([3, 1, 2]), do: x)
IO.inspect(for x <- 100..1//-33, do: x + 0.5)
IO.inspect(for {k, i} <- Map.new(1..40, &{&1, &1}), k > 39, do: {i})

# nested comprehensions
IO.inspect(for i <- 1..3, do: for(j <- 1..i, do: i * j))

matrix = [[1, 2, 3], [4, 5, 6]]
IO.inspect(for i <- 0..2, do: for(row <- matrix, do: Enum.at(row, i)))

# pythagorean triples
IO.inspect(for a <- 1..20, b <- a..20, c <- b..20, a * a + b * b == c * c, do: {a, b, c})

# body with several expressions, effects in order
for i <- 1..2, j <- ~w(x y) do
  s = "#{i}#{j}"
  IO.puts(s)
end

# errors
try do
  for x <- :not_enumerable, do: x
rescue
  e in Protocol.UndefinedError -> IO.inspect(e.value)
end

try do
  for <<x <- :not_a_binary>>, do: x
rescue
  e -> IO.inspect(e.__struct__)
end

try do
  for x <- [1], into: 5, do: x
rescue
  e in Protocol.UndefinedError -> IO.inspect({e.protocol, e.value})
end

defmodule Fors do
  @table for x <- 1..3, into: %{}, do: {x, x * x}
  def table, do: @table
  for {name, value} <- [one: 1, two: 2] do
    def unquote(name)(), do: unquote(value)
  end
end

IO.inspect({Fors.table(), Fors.one(), Fors.two()})
