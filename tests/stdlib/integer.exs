# SPDX-License-Identifier: Apache-2.0
# Integer and Bitwise.

defmodule T do
  # Prints each call with its result, or with what it raised. Messages of ArgumentError come from primitives as a rule: only the class is shown.
  def calls(module, calls), do: Enum.each(calls, fn {name, args} -> show("#{name}(#{Enum.map_join(args, ", ", &text/1)})", fn -> apply(module, name, args) end) end)

  def show(label, fun) do
    result =
      try do
        fun.()
      rescue
        e in FunctionClauseError -> {:raised, FunctionClauseError, e.function, e.arity}
        e in [ArgumentError, ErlangError] -> {:raised, e.__struct__}
        e -> {:raised, e.__struct__, Exception.message(e)}
      catch
        kind, value -> {kind, value}
      end

    IO.puts("#{label} = #{text(result)}")
  end

  def message(label, fun) do
    fun.()
    IO.puts("#{label}: nothing raised")
  rescue
    e -> IO.puts("#{label}: #{inspect(e.__struct__)} #{Exception.message(e)}")
  end

  def text(term), do: inspect(term, charlists: :as_lists, limit: :infinity, printable_limit: :infinity, width: 1000)
end

require Integer
import Bitwise
ints = [0, 1, 2, 7, 255, -1, -7, 123_456_789_012_345_678_901_234_567_890]
T.calls(Integer, for(a <- ints, b <- [1, 3, -3, 0], f <- [:mod, :floor_div], do: {f, [a, b]}))
T.calls(Integer, for(a <- ints, b <- ints, f <- [:gcd, :extended_gcd], do: {f, [a, b]}))
T.calls(Integer, for(a <- [0, 2, -3, 10], b <- [0, 1, 5, 64, -1], do: {:pow, [a, b]}))
T.calls(Integer, for(a <- ints, b <- [2, 10, 16, 1000], do: {:digits, [a, b]}))
T.calls(Integer, undigits: [[1, 2, 3]], undigits: [[]], undigits: [[-1, -2]], undigits: [[1, 15], 16], digits: [1, 1], digits: [:a])
T.calls(Integer, for(s <- ["", "12", "-12", "+12abc", "-", "--1", "0x1F", "ff", "1_0", " 1"], b <- [10, 16, 36], do: {:parse, [s, b]}))
T.calls(Integer, for(a <- ints, b <- [2, 10, 16, 36], do: {:to_string, [a, b]}))
T.calls(Integer, to_string: [:a], to_string: [1, 1], parse: [1], pow: [2.0, 1], pow: [2, :a], gcd: [1.0, 2], to_charlist: [12], to_charlist: [255, 16])
T.message("invalid digit", fn -> Integer.undigits([1, 10]) end)
T.message("invalid base", fn -> Integer.parse("1", 37) end)
T.message("mod by zero", fn -> Integer.mod(1, 0) end)
T.message("negative exponent", fn -> Integer.pow(2, -1) end)
IO.inspect(for n <- [0, 1, -1, 10, 11, 1.0, :a], do: {n, Integer.is_odd(n), Integer.is_even(n)})
parity = fn
  n when Integer.is_odd(n) -> :odd
  n when Integer.is_even(n) -> :even
  _ -> :neither
end
IO.inspect(Enum.map([1, 2, :a], parity))
IO.inspect({bnot(5), band(12, 10), bor(12, 10), bxor(12, 10), bsl(1, 70), bsr(-17, 2), 12 &&& 10, 12 ||| 10, 1 <<< 4, -256 >>> 4, ~~~0})
IO.inspect({bsl(1, -1), bsr(1, -3), band(-1, 123_456_789_012_345_678_901), bor(-1, 5), bnot(123_456_789_012_345_678_901)})
flag? = fn
  n when band(n, 4) == 4 and (n ||| 1) != n -> true
  _ -> false
end
IO.inspect(Enum.map([4, 5, 3, 12], flag?))
IO.inspect({Enum.map([1, 2, 3], &bsl(1, &1)), Enum.reduce([1, 2, 4], &Bitwise.bor/2), apply(Bitwise, :bxor, [5, 1])})
T.show("band of a float", fn -> apply(Bitwise, :band, [1.0, 1]) end)
