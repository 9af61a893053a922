# SPDX-License-Identifier: Apache-2.0
# Pipes, operators and their precedence, own operators, then/tap, ranges.

"hello world" |> String.split() |> Enum.map(&String.capitalize/1) |> Enum.join(" ") |> IO.puts()

1..10
|> Enum.filter(&(rem(&1, 2) == 0))
|> Enum.map(fn x -> x * x end)
|> Enum.sum()
|> IO.inspect(label: "sum of squares")

5 |> then(&(&1 * 2)) |> then(fn x -> {x, :then} end) |> IO.inspect()
[3, 1, 2] |> tap(&IO.inspect(&1, label: "before")) |> Enum.sort() |> tap(&IO.inspect(&1, label: "after")) |> length() |> IO.inspect()
double = fn x -> x * 2 end
4 |> double.() |> IO.inspect()
%{a: %{b: 5}} |> Map.get(:a) |> Map.fetch!(:b) |> Kernel.+(1) |> IO.inspect()
"x" |> Kernel.<>("y") |> IO.puts()
-5 |> abs |> IO.inspect()
{:ok, 1} |> case do
  {:ok, n} -> n + 1
  _ -> 0
end
|> IO.inspect()

[1, 2, 3] |> Enum.map(&Integer.to_string/1) |> Enum.map_join("-", &(&1 <> "!")) |> IO.puts()

# precedence
IO.inspect(1 + 2 * 3 - 4 / 2)
IO.inspect(2 * 3 ** 2)
IO.inspect(-2 ** 2)
IO.inspect(2 ** 3 ** 2)
IO.inspect(not true == false)
IO.inspect(not (true == false))
IO.inspect(!true == false)
IO.inspect(1 == 1 and 2 == 2 or false)
IO.inspect(true || false && false)
IO.inspect([1] ++ [2] ++ [3] -- [2])
IO.inspect([1, 2, 3] -- [1] -- [1])
IO.inspect("a" <> "b" <> "c")
IO.inspect(1 in [1, 2] and 3 not in [1, 2])
IO.inspect(not (1 in [2]))
IO.inspect(1 < 2 == true)
IO.inspect(10 - 3 - 2)
IO.inspect(100 / 10 / 2)
IO.inspect(7 |> Kernel.-(2) |> Kernel.*(3))
IO.inspect(1..3 |> Enum.to_list() |> Kernel.++([4]))
IO.inspect((1..3) |> Enum.sum())
x = y = 3
IO.inspect({x, y})

# unary
IO.inspect({-1, +1, - -1, -(-1), not false, !nil})
a = 5
IO.inspect({-a, a - 1, a-1})

# list operators
IO.inspect([1, 2, 2, 3, 2] -- [2, 2])
IO.inspect([1, 2] ++ 3)
IO.inspect([] ++ [1])
IO.inspect([1 | [2, 3]])

# in, with all sources
IO.inspect({2 in [1, 2], :a in [b: 1], {:b, 1} in [b: 1], 3 in 1..5, 3 in 1..5//2, 4 in 1..5//2, 1.0 in [1], "a" in ["a"]})
list = [1, 2]
IO.inspect({1 in list, 5 in list, 5 not in list})
IO.inspect({:a, 1} in %{a: 1})
IO.inspect(3 in MapSet.new([1, 3]))

# ranges
IO.inspect({1..5, 5..1//-1, 1..10//3, Enum.to_list(1..10//3), Enum.to_list(5..1//-2), Enum.count(1..0//1)})
first..last = 3..9
IO.inspect({first, last})
f..l//s = 1..9//2
IO.inspect({f, l, s})
IO.inspect(Enum.map(?a..?e, &<<&1>>))
%{first: rf, last: rl, step: rs} = 2..8
IO.inspect({rf, rl, rs})

# own operators
defmodule Ops do
  def a ~> b, do: {:tilde_arrow, a, b}
  def a <~ b, do: {:arrow_tilde, a, b}
  def a <|> b, do: {:alt, a, b}
  def a ^^^ b, do: {:xor, a, b}
  def a +++ b, do: {:ppp, a, b}
  def a --- b, do: {:mmm, a, b}
  def ~~~a, do: {:tilde3, a}
  defmacro a >>> b, do: quote(do: {:macro, unquote(a), unquote(b)})
end

defmodule UseOps do
  import Ops
  def run do
    IO.inspect(1 ~> 2)
    IO.inspect(1 <~ 2)
    IO.inspect(1 <|> 2)
    IO.inspect(1 +++ 2 +++ 3)
    IO.inspect(1 --- 2)
    IO.inspect(~~~1)
    IO.inspect(1 >>> 2)
    IO.inspect(Ops."^^^"(1, 2))
  end
end

UseOps.run()

# replacing an operator of Kernel
defmodule Vec do
  import Kernel, except: [+: 2, -: 1]
  def {a, b} + {c, d}, do: {Kernel.+(a, c), Kernel.+(b, d)}
  def -pair, do: {Kernel.-(elem(pair, 0)), Kernel.-(elem(pair, 1))}
  def run, do: {1, 2} + {3, 4} + -{1, 1}
end

IO.inspect(Vec.run())

# equality operators
IO.inspect({1 == 1.0, 1 === 1.0, 1 != 1.0, 1 !== 1.0, "a" == "a", [1] == [1.0], [1] === [1.0], %{a: 1} == %{a: 1.0}, {1} == {1.0}})
IO.inspect("abc" =~ "b")
IO.inspect("abc" =~ "")
IO.inspect({max(1, 2), min(1, 2), max(:a, 1), min("a", [])})

import Bitwise
IO.inspect({5 &&& 3, 5 ||| 3, bxor(5, 3), 1 <<< 10, -16 >>> 2, bnot(5), band(0xFF, 0x0F), bor(1, 8), bsl(1, 70), bsr(1 <<< 70, 69)})
IO.inspect({-1 &&& 0xFFFF, -5 ||| 3, bxor(-1, 1 <<< 65), 1 >>> -3, 8 <<< -2})
