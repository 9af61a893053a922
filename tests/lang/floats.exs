# SPDX-License-Identifier: Apache-2.0
# Floats: how they print, read, round and calculate.

values = [
  0.0, 1.0, -1.0, 0.1, 0.2, 0.3, 1.5, 100.0, 123.456, 1.0e10, 1.0e15, 1.0e16, 123456789012345.0, 1234567890123456.0,
  12345678901234567.0, 1.0e17, 1.0e20, 1.0e21, 1.0e22, 1.0e23, 1.0e100, 1.7976931348623157e308, 5.0e-324, 2.2250738585072014e-308,
  1.0e-1, 1.0e-2, 1.0e-3, 1.0e-4, 1.0e-5, 1.0e-6, 1.0e-7, 0.001, 0.0001, 0.00012, 0.00001234, 123.0e-10,
  9007199254740991.0, 9007199254740992.0, 9007199254740993.0, 4.35, 4.349999999999999, 2.675, 1.1, 2.2, 3.3,
  299792458.0, 6.02214076e23, 1.602176634e-19, 3.141592653589793, 2.718281828459045, 1.4142135623730951,
  0.5, 0.25, 0.125, 1.0e5, 123456.789, 1.0e6, 1234567.0, 12345678.9, 100000.0, 99999.99
]

for v <- values, do: IO.puts("#{v} #{-v} #{inspect(v)}")

IO.inspect(0.1 + 0.2)
IO.inspect(1 / 3)
IO.inspect(2 / 3)
IO.inspect(10 / 3)
IO.inspect(1.0 * 3)
IO.inspect(5 / 1)
IO.inspect(1.0e308 + 1.0e307)
IO.inspect(1.0 - 0.9)
IO.inspect(3 * 1.1)
IO.inspect(100 * 1.15)
IO.inspect(-0.0 == 0.0)
IO.inspect(1.0 == 1)
IO.inspect(1.0 === 1)
IO.inspect({1.0 < 2, 2 > 1.5, 1.5 < 10 ** 30, 1.0e30 > 10 ** 29})
IO.inspect({9007199254740993 == 9007199254740992.0, 9007199254740993 > 9007199254740992.0})
IO.inspect(1.5 + 2)
IO.inspect(2 ** 0.5)
IO.inspect(2 ** -2)
IO.inspect(10 ** 15 / 1)
IO.inspect(10 ** 25 / 1)
IO.inspect(123456789 * 1000.0)
IO.inspect(2 ** 70 + 0.0)

# rounding
IO.inspect({Float.round(3.14159, 2), Float.round(2.5), Float.round(-2.5), Float.round(1.005, 2), Float.round(2.675, 2), Float.round(1234.5678, 0), Float.round(0.5)})
IO.inspect({Float.floor(3.99), Float.ceil(3.01), Float.floor(-3.5), Float.ceil(3.14159, 3), Float.floor(3.14159, 3)})
IO.inspect({round(0.5), round(1.5), round(-0.5), round(0.49999999999999994), trunc(1.0e15), floor(-0.5), ceil(-0.5)})
IO.inspect({abs(-1.5), max(1, 1.5), min(1.0, 1), -1.5 |> abs})

# text
IO.inspect({Float.parse("1.5abc"), Float.parse("3"), Float.parse("-1.0e3"), Float.parse("x"), Float.parse(".5")})
IO.inspect({String.to_float("2.50"), Float.to_string(1.0e-10), Float.to_charlist(1.5) == ~c"1.5"})
IO.inspect(:erlang.float_to_binary(3.14159, decimals: 2))
IO.inspect(:erlang.float_to_binary(2.0, decimals: 0))
IO.inspect(:erlang.float_to_binary(1.0e3, [{:decimals, 4}, :compact]))
IO.inspect(:erlang.float_to_binary(12345.678, [{:scientific, 3}]))
IO.inspect(Float.ratio(0.75))
IO.inspect(:io_lib.format("~.3f", [2.0]) |> to_string())

# mathematics
IO.inspect({:math.sqrt(2), :math.pi(), :math.exp(1), :math.log(10), :math.log2(8), :math.log10(1000)})
IO.inspect({:math.sin(0), :math.cos(0), :math.atan2(1, 1), :math.floor(1.5), :math.ceil(1.5), :math.fmod(7, 3)})
IO.inspect(:math.sqrt(16) |> trunc())

# sums
IO.inspect(Enum.sum([0.1, 0.2, 0.3]))
IO.inspect(Enum.sum(List.duplicate(0.1, 10)))
IO.inspect(Enum.sum([1, 2.0, 3]))
avg = fn l -> Enum.sum(l) / length(l) end
IO.inspect(avg.([1, 2, 3, 4]))
IO.inspect(avg.([90, 85, 77.5]) |> Float.round(2))

# Newton's method, harmonic numbers, compound interest
sqrt = fn n -> Enum.reduce(1..20, n / 2, fn _, x -> (x + n / x) / 2 end) end
IO.inspect(sqrt.(2))
IO.inspect(Enum.reduce(1..100, 0, fn n, acc -> acc + 1 / n end))
IO.inspect(Enum.reduce(1..10, 1000.0, fn _, m -> m * 1.05 end) |> Float.round(2))

# errors
for f <- [fn -> 1 / 0 end, fn -> 1.0 / 0.0 end, fn -> 1.0e308 * 10 end, fn -> :math.sqrt(-1) end, fn -> 10 ** 400 / 3 end, fn -> 1.5 + nil end] do
  try do
    IO.inspect(f.())
  rescue
    e in ArithmeticError -> IO.puts(Exception.message(e))
  end
end

for s <- ["1", "abc", "1.", ""] do
  try do
    String.to_float(s)
  rescue
    e in ArgumentError -> IO.inspect(e.__struct__)
  end
end

# keys and membership
IO.inspect(%{1.0 => :f, 1 => :i})
IO.inspect({1.0 in [1], Enum.member?([1], 1.0), Enum.uniq([1, 1.0]), Enum.sort([2, 1.5, 1, 1.25])})
