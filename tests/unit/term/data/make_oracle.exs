# SPDX-License-Identifier: Apache-2.0
#
# Made once with real Elixir: what the tests of vm/term compare with.
#   elixir make_oracle.exs      writes etf.inc, order.inc and floats.inc beside this file
dir = __DIR__
hex = fn bin -> Base.encode16(bin, case: :lower) end
quote_c = fn text -> "\"" <> (text |> String.replace("\\", "\\\\") |> String.replace("\"", "\\\"")) <> "\"" end
header = "// SPDX-License-Identifier: Apache-2.0\n// Made by make_oracle.exs with real Elixir.\n"

long = String.duplicate("joist ", 60)

terms = [
  0, 1, 255, 256, -1, -256, 2_147_483_647, 2_147_483_648, -2_147_483_648, -2_147_483_649, 1_152_921_504_606_846_975, 1_152_921_504_606_846_976,
  -1_152_921_504_606_846_976, -1_152_921_504_606_846_977, 18_446_744_073_709_551_615, 18_446_744_073_709_551_616, -18_446_744_073_709_551_617,
  Integer.pow(3, 500), -Integer.pow(7, 1000), Integer.pow(2, 2040) - 1, Integer.pow(2, 2040),
  0.0, 1.0, -1.5, 1.0e300, 5.0e-324, 3.141592653589793, 1.0e22, 100_000.0, 0.0001,
  :ok, nil, true, :"with space", :Foo, Enum, String.Chars, :"élan", :été, :+, :foo?, :"a@b", :"", :"Elixir.foo", :"9a", :&&, :nonode@nohost,
  "", "abc", "héllo wörld", "quote \" and \\ and \#{x}", "tab\tnew\nline", <<0, 1, 2>>, <<255>>, <<1::1>>, <<5::3>>, <<170, 5::3>>, long,
  "∀ x ∈ ℝ", <<0x1F600::utf8>>, "nul\0", <<127>>,
  [], [1], [1, 2, 3], ~c"hello", [1 | 2], [a: 1, b: 2], [{:a, 1}, :b], [[], [[]]], [256, 1], Enum.to_list(1..300), [{Enum, 1}], ["odd key": 1, +: 2], [nil: 1], [~c"ab", ~c"\e\"#"],
  {}, {1}, {:ok, "x", [1.5]}, List.to_tuple(Enum.to_list(1..300)),
  %{}, %{a: 1}, %{1 => 2, "b" => :c}, %{1 => :int, 1.0 => :float}, %{a: %{b: %{c: []}}}, Map.new(1..32, &{&1, &1 * &1}), %{Enum => 1}, %{nil => 1, true: 2}, %{"odd key": 1},
  %{{1, 2} => 3, [1] => 2, "s" => 1, :a => 0, 1.5 => 9, -3 => 8},
  1..3, MapSet.new([1]), ~D[2024-01-02], %ArgumentError{message: "x"},
  &Enum.map/2, &:lists.map/2, &Kernel.+/2
]

rows =
  for t <- terms do
    text = inspect(t, structs: false, limit: :infinity, printable_limit: :infinity, charlists: :infer)
    # Charlists as the language writes them since 1.15.
    bin = :erlang.term_to_binary(t, minor_version: 2)
    text = if is_struct(t) or String.contains?(text, "'"), do: "", else: text
    "{#{quote_c.(text |> String.replace("\n", " "))}, \"#{hex.(bin)}\"},\n"
  end

File.write!(Path.join(dir, "etf.inc"), header <> Enum.join(rows))

numbers = [0, 1, -1, 2, 1.0, -1.0, 0.5, 1.5, 9007199254740992, 9007199254740993, 9007199254740992.0, 9007199254740994.0, 1152921504606846976,
  1152921504606846975, 1.152921504606847e18, -1.152921504606847e18, -1152921504606846977, 1.0e300, -1.0e300, Integer.pow(10, 300), -Integer.pow(10, 300), Integer.pow(10, 299),
  Integer.pow(2, 70), :math.pow(2, 70), Integer.pow(2, 70) + 1, Integer.pow(2, 70) - 1, 1.0e-300, 18446744073709551615, 18446744073709551616, 1.8446744073709552e19]

mixed = numbers ++ [:a, :b, :ab, :"", :zz, nil, true, Enum, :longer_than_eight_a, :longer_than_eight_b, :longer_t, :é, "", "a", "ab", "b", <<1::1>>, <<0::1>>, <<1, 0::1>>, <<1>>, <<128::7>>,
  {}, {1}, {1.0}, {2}, {1, 2}, {:a}, {{}}, [], [1], [1.0], [2], [1, 2], [1 | 2], [[]], [:a], ~c"abc",
  %{}, %{a: 1}, %{b: 1}, %{a: 2}, %{1 => 1}, %{1.0 => 1}, %{1 => 1.0}, %{a: 1, b: 2}, %{a: 2, b: 1}, %{1 => :a, 1.0 => :b}, %{{1} => 1}, %{{1.0} => 1},
  Map.new(1..40, &{&1, 0}), Map.new(2..41, &{&1, 0}), Map.new(1..40, &{&1, 1}), Map.new(1..40, &{&1 * 1.0, 0}), Map.new(1..40, &{&1, if(&1 == 20, do: -1, else: 0)}),
  Map.new(1..40, &{&1, if(&1 == 3, do: 5, else: if(&1 == 30, do: -5, else: 0))}), Map.new(1..40, &{{&1}, 0}), Map.new(1..40, &{Integer.to_string(&1), 0}), Map.new(1..41, &{&1, 0}), Map.new(1..33, &{&1, 0})]

# Sorted; each line also says whether it equals (==) the line before.
sorted = Enum.sort(mixed)

{rows, _} =
  Enum.map_reduce(sorted, :none, fn t, before ->
    equal = before != :none and elem(before, 0) == t
    {"{#{if equal, do: 1, else: 0}, \"#{hex.(:erlang.term_to_binary(t, minor_version: 2))}\"},\n", {t}}
  end)

File.write!(Path.join(dir, "order.inc"), header <> Enum.join(rows))

:rand.seed(:exsss, {1, 2, 3})

random =
  for _ <- 1..400 do
    <<f::float-64>> = <<:rand.uniform(2)-1::1, :rand.uniform(2046)::11, :rand.uniform(4503599627370496) - 1::52>>
    f
  end

near = for e <- -25..25, m <- [1.0, 1.2, 9.99, 1.2345, 123.0], do: m * :math.pow(10, e)
small = for n <- 1..60, do: n / 8
floats = random ++ near ++ small ++ [0.0, -0.0, 5.0e-324, 1.7976931348623157e308, 2.2250738585072014e-308, 4503599627370496.5, 9007199254740991.0, 9007199254740992.0, 9007199254740993.0, 1.0e15, 9.999999999999998e15, 1.0e16]

rows =
  for f <- floats do
    few = if abs(f) < 1.0e40, do: :erlang.float_to_binary(f, decimals: 4), else: ""
    compact = if abs(f) < 1.0e15, do: :erlang.float_to_binary(f, [:compact, decimals: 10]), else: ""
    "{\"#{hex.(<<f::float>>)}\", \"#{:erlang.float_to_binary(f, [:short])}\", \"#{inspect(f)}\", \"#{few}\", \"#{compact}\", \"#{:erlang.float_to_binary(f, scientific: 6)}\"},\n"
  end

File.write!(Path.join(dir, "floats.inc"), header <> Enum.join(rows))
