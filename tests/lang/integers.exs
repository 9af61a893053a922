# SPDX-License-Identifier: Apache-2.0
# Integers: big numbers, bases, division with negative numbers, conversion, bit operations.

IO.inspect({div(7, 2), div(-7, 2), div(7, -2), div(-7, -2)})
IO.inspect({rem(7, 2), rem(-7, 2), rem(7, -2), rem(-7, -2)})
IO.inspect({Integer.mod(7, 3), Integer.mod(-7, 3), Integer.mod(7, -3), Integer.floor_div(-7, 2), Integer.floor_div(7, -2)})
IO.inspect({7 / 2, 6 / 2, -7 / 2, 0 / 5})

# around the limits of small integers
for e <- [28, 31, 32, 47, 52, 58, 59, 60, 61, 62, 63, 64, 127, 128] do
  p = Integer.pow(2, e)
  IO.inspect({e, p - 1, p, p + 1, -p - 1, p * 2 - p, (p + 1) * (p - 1), div(-p - 1, 3), rem(-p - 1, 7), p - 1 + 1 == p})
end

IO.inspect(1_152_921_504_606_846_975 + 1)
IO.inspect(-1_152_921_504_606_846_976 - 1)
IO.inspect(576_460_752_303_423_488 * 2)
IO.inspect(9_223_372_036_854_775_807 + 1)
IO.inspect(-9_223_372_036_854_775_808 - 1)
IO.inspect(9_223_372_036_854_775_807 * 9_223_372_036_854_775_807)
IO.inspect(abs(-9_223_372_036_854_775_808))
IO.inspect(-(-9_223_372_036_854_775_808))
IO.inspect(div(-9_223_372_036_854_775_808, -1))
IO.inspect(3_037_000_500 * 3_037_000_500)
IO.inspect(4_294_967_296 * 4_294_967_296 - 18_446_744_073_709_551_616)

fact = Enum.reduce(1..100, 1, &*/2)
IO.inspect(fact)
IO.inspect(div(fact, Enum.reduce(1..98, 1, &*/2)))
IO.inspect(rem(fact, 1_000_000_007))
IO.inspect(fact - fact)
IO.inspect(Enum.sum(Integer.digits(fact)))
IO.inspect(2 ** 200)
IO.inspect(div(10 ** 50, 7 ** 20))
IO.inspect(rem(-(10 ** 50), 7 ** 20))
IO.inspect(Integer.pow(-3, 41))
IO.inspect(-(2 ** 100) + 2 ** 100 + 5)
IO.inspect((2 ** 64 - 1) * (2 ** 64 + 1) + 1 == 2 ** 128)
IO.inspect({10 ** 20 > 10 ** 19, -(10 ** 20) < 0, 10 ** 20 == 10 ** 20, 10 ** 20 === 100_000_000_000_000_000_000})
IO.inspect(Enum.sort([10 ** 20, 5, -(10 ** 20), 2 ** 64, 0]))
IO.inspect(Enum.max([2 ** 63, 2 ** 63 + 1]))

fib = fn n -> Enum.reduce(1..n, {0, 1}, fn _, {a, b} -> {b, a + b} end) |> elem(0) end
IO.inspect(fib.(300))

# a long division checked by multiplication
a = 3 ** 301
b = 7 ** 77
IO.inspect(div(a, b) * b + rem(a, b) == a)
IO.inspect(div(-a, b) * b + rem(-a, b) == -a)
IO.inspect({rem(a, b) >= 0, rem(-a, b) <= 0})

# bases
IO.inspect({Integer.to_string(255, 16), Integer.to_string(-255, 2), Integer.to_string(35, 36), Integer.to_string(2 ** 70, 16)})
IO.inspect({String.to_integer("ff", 16), String.to_integer("-1010", 2), String.to_integer("+7"), String.to_integer("123456789012345678901234567890")})
IO.inspect({Integer.parse("12abc"), Integer.parse("abc"), Integer.parse("-7"), Integer.parse("0x1F"), Integer.parse("1f", 16), Integer.parse(""), Integer.parse("  1")})
IO.inspect({Integer.digits(12345), Integer.digits(0), Integer.digits(255, 16), Integer.undigits([1, 2, 3]), Integer.undigits([15, 15], 16)})
IO.inspect(0xFFFF_FFFF_FFFF_FFFF)
IO.inspect({Integer.gcd(12, 18), Integer.gcd(0, 5), Integer.gcd(2 ** 80, 6 ** 40)})
require Integer
IO.inspect({Integer.is_odd(3), Integer.is_even(3)})
IO.inspect({round(2.5), round(-2.5), trunc(2.9), trunc(-2.9), floor(-2.1), ceil(2.1), round(7)})
IO.inspect({trunc(1.0e20), round(1.5e15), trunc(-1.0e18)})
IO.inspect({2 ** 10, 2 ** 0, 0 ** 0, 2.0 ** 3, 2 ** -1, 10 ** 3})
IO.inspect(:math.pow(2, 10))

# bits
import Bitwise
IO.inspect({band(12, 10), bor(12, 10), bxor(12, 10), bnot(12), 1 <<< 100, (1 <<< 100) >>> 98})
IO.inspect({band(-1, 2 ** 70), bor(-(2 ** 70), 1), bxor(2 ** 70, -1), bnot(2 ** 70), -(2 ** 70) >>> 3, -5 >>> 1})
IO.inspect(Enum.map(0..8, &band(0b1010_0101 >>> &1, 1)))

# errors
for f <- [fn -> div(1, 0) end, fn -> rem(1, 0) end, fn -> 1 / 0 end, fn -> 1 + :a end, fn -> "1" * 2 end, fn -> div(1.0, 2) end, fn -> -nil end, fn -> band(1.0, 1) end, fn -> Integer.pow(2, -1) end] do
  try do
    f.()
  rescue
    e in ArithmeticError -> IO.puts(Exception.message(e))
    e -> IO.inspect(e.__struct__)
  end
end

for s <- ["", "x", "1.5", "1 ", "--1"] do
  try do
    String.to_integer(s)
  rescue
    e in ArgumentError -> IO.inspect(e.__struct__)
  end
end
