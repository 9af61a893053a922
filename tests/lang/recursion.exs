# SPDX-License-Identifier: Apache-2.0
# Deep recursion that is no last call, long loops of last calls of every kind, mutual recursion.

defmodule Deep do
  def count(0), do: 0
  def count(n), do: 1 + count(n - 1)

  def build(0), do: []
  def build(n), do: [n | build(n - 1)]

  def sum([]), do: 0
  def sum([h | t]), do: h + sum(t)

  def map([], _), do: []
  def map([h | t], f), do: [f.(h) | map(t, f)]

  def nest(0), do: :leaf
  def nest(n), do: {n, nest(n - 1)}

  def depth(:leaf), do: 0
  def depth({_, t}), do: 1 + depth(t)
end

IO.inspect(Deep.count(1_000_000))
list = Deep.build(1_000_000)
IO.inspect({hd(list), length(list)})
IO.inspect(Deep.sum(list))
IO.inspect(list |> Deep.map(&(&1 * 2)) |> Deep.sum())
IO.inspect(Deep.depth(Deep.nest(300_000)))

defmodule Loop do
  def down(0), do: :done
  def down(n), do: down(n - 1)

  def acc(0, a), do: a
  def acc(n, a), do: acc(n - 1, a + n)

  def even?(0), do: true
  def even?(n), do: odd?(n - 1)
  def odd?(0), do: false
  def odd?(n), do: even?(n - 1)

  # last calls inside case, cond, if, with, and through a fun, apply and another module
  def by_case(n) do
    case n do
      0 -> :case_done
      _ -> by_case(n - 1)
    end
  end

  def by_cond(n) do
    cond do
      n == 0 -> :cond_done
      true -> by_cond(n - 1)
    end
  end

  def by_if(n), do: if(n == 0, do: :if_done, else: by_if(n - 1))

  def by_with(n) do
    with m when m > 0 <- n do
      by_with(m - 1)
    else
      _ -> :with_done
    end
  end

  def by_and(n), do: n >= 0 and (n == 0 or by_and(n - 1))

  def by_fun(0, _), do: :fun_done
  def by_fun(n, f), do: f.(n - 1, f)

  def by_apply(0), do: :apply_done
  def by_apply(n), do: apply(__MODULE__, :by_apply, [n - 1])

  def ping(0), do: :ping_done
  def ping(n), do: Loop.Other.pong(n - 1)

  def grow(0, a, b, c, d), do: {a, b, c, d}
  def grow(n, a, b, c, d), do: grow(n - 1, b, c, d, a + 1)

  def one_arg(0), do: :args_done
  def one_arg(n), do: five_args(n - 1, 1, 2, 3, 4)
  def five_args(0, _, _, _, _), do: :args_done
  def five_args(n, _, _, _, _), do: one_arg(n - 1)
end

defmodule Loop.Other do
  def pong(0), do: :pong_done
  def pong(n), do: Loop.ping(n - 1)
end

IO.inspect(Loop.down(10_000_000))
IO.inspect(Loop.acc(3_000_000, 0))
IO.inspect({Loop.even?(1_000_001), Loop.odd?(1_000_001)})
IO.inspect([Loop.by_case(1_000_000), Loop.by_cond(1_000_000), Loop.by_if(1_000_000), Loop.by_with(1_000_000)])
IO.inspect(Loop.by_and(1_000_000))
IO.inspect(Loop.by_fun(1_000_000, &Loop.by_fun/2))
IO.inspect(Loop.by_apply(1_000_000))
IO.inspect(Loop.ping(1_000_001))
IO.inspect(Loop.grow(1_000_003, 1, 2, 3, 4))
IO.inspect(Loop.one_arg(1_000_001))

# classics
defmodule Classic do
  def fact(0), do: 1
  def fact(n), do: n * fact(n - 1)
  def fib(n) when n < 2, do: n
  def fib(n), do: fib(n - 1) + fib(n - 2)
  def ack(0, n), do: n + 1
  def ack(m, 0), do: ack(m - 1, 1)
  def ack(m, n), do: ack(m - 1, ack(m, n - 1))
  def hanoi(0, _, _, _), do: []
  def hanoi(n, from, to, via), do: hanoi(n - 1, from, via, to) ++ [{from, to}] ++ hanoi(n - 1, via, to, from)
  def gcd(a, 0), do: a
  def gcd(a, b), do: gcd(b, rem(a, b))
  def pow(_, 0), do: 1
  def pow(b, e) when rem(e, 2) == 0, do: pow(b * b, div(e, 2))
  def pow(b, e), do: b * pow(b, e - 1)
  def collatz(1), do: [1]
  def collatz(n) when rem(n, 2) == 0, do: [n | collatz(div(n, 2))]
  def collatz(n), do: [n | collatz(3 * n + 1)]
  def perms([]), do: [[]]
  def perms(l), do: for(h <- l, t <- perms(l -- [h]), do: [h | t])
  def flatten([]), do: []
  def flatten([h | t]), do: flatten(h) ++ flatten(t)
  def flatten(x), do: [x]
  def power_set([]), do: [[]]
  def power_set([h | t]), do: (r = power_set(t); r ++ Enum.map(r, &[h | &1]))
end

IO.inspect(Classic.fact(30))
IO.inspect(Classic.fib(20))
IO.inspect(Classic.ack(2, 9))
IO.inspect(Classic.hanoi(3, :a, :c, :b))
IO.inspect(Classic.gcd(1071, 462))
IO.inspect(Classic.pow(3, 200))
IO.inspect(Classic.collatz(6))
IO.inspect(Classic.perms([1, 2, 3]))
IO.inspect(Classic.flatten([1, [2, [3, [4]], [], 5]]))
IO.inspect(length(Classic.power_set(Enum.to_list(1..10))))
IO.inspect(Classic.power_set([1, 2, 3]))
