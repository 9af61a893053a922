# SPDX-License-Identifier: Apache-2.0
# throw, exit, catch of all kinds, else, after, order of effects, nesting.

IO.inspect(try do throw(:ball) catch x -> {:caught, x} end)
IO.inspect(try do throw({:a, 1}) catch :throw, {:a, n} -> n end)
IO.inspect(try do exit(:why) catch :exit, r -> {:exit, r} end)
IO.inspect(try do raise "e" catch :error, e -> {:error, e.message} end)
IO.inspect(try do :erlang.error(:custom) catch :error, e -> {:raw, e} end)
IO.inspect(try do :erlang.error(:badarg) rescue e -> e.__struct__ end)
IO.inspect(try do :erlang.error({:my, :term}) rescue e in ErlangError -> e.original end)
IO.inspect(try do Function.identity(1) + :a catch :error, r -> r end)
IO.inspect(try do hd(Function.identity([])) catch :error, r -> r end)
IO.inspect(try do {:ok, _} = Function.identity(:x) catch :error, r -> r end)

all = fn f ->
  try do
    f.()
  catch
    kind, value -> {kind, value}
  else
    v when is_integer(v) -> {:int, v}
    :special -> :was_special
    v -> {:other, v}
  after
    IO.puts("after")
  end
end

IO.inspect(all.(fn -> 1 end))
IO.inspect(all.(fn -> :special end))
IO.inspect(all.(fn -> "x" end))
IO.inspect(all.(fn -> throw(1) end))
IO.inspect(all.(fn -> exit({:shutdown, 1}) end))
IO.inspect(all.(fn -> :erlang.error(:boom) end))

# else without a clause that fits
try do
  try do
    :unexpected
  rescue
    _ -> 1
  else
    :expected -> 2
  end
rescue
  e in TryClauseError -> IO.inspect({e.term, Exception.message(e)})
end

# errors in else and after are not covered by the same try
try do
  try do
    :x
  rescue
    e -> {:inner, e}
  else
    _ -> raise "from else"
  after
    IO.puts("after else")
  end
rescue
  e -> IO.puts("outer got " <> e.message)
end

# rescue before catch, and both
both = fn f ->
  try do
    f.()
  rescue
    e in ArgumentError -> {:rescued, e.message}
  catch
    :error, e -> {:caught_error, e.__struct__}
    :throw, t -> {:caught_throw, t}
    t -> {:bare, t}
  end
end

IO.inspect(both.(fn -> raise ArgumentError, "a" end))
IO.inspect(both.(fn -> raise "b" end))
IO.inspect(both.(fn -> throw(:c) end))

# after: order, value is not its own
r =
  try do
    IO.puts("body")
    :body_value
  after
    IO.puts("cleanup")
    :ignored
  end

IO.inspect(r)

try do
  try do
    IO.puts("1")
    raise "2"
  after
    IO.puts("3")
  end
rescue
  e -> IO.puts("4 " <> e.message)
after
  IO.puts("5")
end

# after runs with throw passing through, and an error in after replaces
x =
  try do
    try do
      throw(:first)
    after
      throw(:second)
    end
  catch
    t -> t
  end

IO.inspect(x)

nested =
  try do
    try do
      try do
        throw(:deep)
      catch
        :exit, _ -> :wrong
      after
        IO.puts("inner after")
      end
    rescue
      _ -> :wrong
    after
      IO.puts("middle after")
    end
  catch
    :throw, v -> {:outer, v}
  after
    IO.puts("outer after")
  end

IO.inspect(nested)

# guards in catch clauses
g = fn v ->
  try do
    throw(v)
  catch
    n when is_integer(n) and n > 10 -> :big
    n when is_integer(n) -> :small
    :throw, {:t, x} when x in [1, 2] -> :one_or_two
    _, other -> {:other, other}
  end
end

IO.inspect(Enum.map([50, 5, {:t, 2}, {:t, 3}, "s"], g))

# throw as early return from loops
found =
  try do
    Enum.each(1..1_000_000, fn i -> if i * i > 5000, do: throw({:found, i}) end)
    :none
  catch
    {:found, i} -> i
  end

IO.inspect(found)

# throw through many frames and functions of the library
defmodule Deep do
  def go(0), do: throw(:bottom)
  def go(n), do: [n | go(n - 1)]
  def many(0, acc), do: acc
  def many(n, acc) do
    v =
      try do
        if rem(n, 3) == 0, do: throw(n), else: n
      catch
        t -> -t
      end

    many(n - 1, acc + v)
  end
end

IO.inspect(try do Deep.go(100_000) catch v -> v end)
IO.inspect(Deep.many(100_000, 0))
IO.inspect(try do Enum.map([1, 2], fn x -> if x == 2, do: exit(x), else: x end) catch :exit, v -> {:ex, v} end)

# uncaught throw in try gets through to the outer, bare catch takes throws only
IO.inspect(
  try do
    try do
      exit(:not_for_bare)
    catch
      v -> {:bare, v}
    end
  catch
    :exit, v -> {:kind, v}
  end
)

# variables bound in the body are not seen outside
y = 1
try do
  y = 2
  y
rescue
  _ -> nil
end
IO.inspect(y)

# try as value in an expression, in a pipe, in a comprehension
IO.inspect(1 + try(do: String.to_integer("41"), rescue: (_ -> 0)))
IO.inspect(for s <- ["1", "x", "3"], do: (try do String.to_integer(s) rescue ArgumentError -> nil end))

# erlang:raise/3
IO.inspect(try do :erlang.raise(:exit, :by_raise, []) catch k, v -> {k, v} end)

