# SPDX-License-Identifier: Apache-2.0
# Anonymous functions, closures, captures, higher-order functions, arity errors.

add = fn a, b -> a + b end
IO.inspect(add.(1, 2))
IO.inspect((fn -> :no_args end).())
IO.inspect((fn x, y, z -> [z, y, x] end).(1, 2, 3))

multi = fn
  0, _ -> :zero
  n, f when n > 0 -> f.(n)
  n, _ -> {:neg, n}
end

IO.inspect({multi.(0, nil), multi.(3, &(&1 * 2)), multi.(-1, nil)})

# closures keep the values of the time they were made
n = 10
adder = fn x -> x + n end
n = 1000
IO.inspect({adder.(1), n})

make = fn start ->
  step = 3
  {fn -> start + step end, fn x -> start * step * x end}
end

{f1, f2} = make.(4)
IO.inspect({f1.(), f2.(2)})

compose = fn f, g -> fn x -> g.(f.(x)) end end
IO.inspect(compose.(&(&1 + 1), &(&1 * 10)).(4))

curry = fn a -> fn b -> fn c -> {a, b, c} end end end
IO.inspect(curry.(1).(2).(3))

# functions in data
ops = %{add: &+/2, sub: &-/2, mul: fn a, b -> a * b end}
IO.inspect(for k <- [:add, :sub, :mul], do: ops[k].(7, 3))
IO.inspect(ops.add.(1, 1))
[first | _] = [&String.upcase/1, &String.downcase/1]
IO.inspect(first.("x"))

# captures
IO.inspect(Enum.map([1, 2, 3], &(&1 + 1)))
IO.inspect(Enum.map(["a", "b"], &String.upcase/1))
IO.inspect(Enum.reduce([1, 2, 3], &+/2))
IO.inspect(Enum.map([1, 2], &{&1, &1 * 2}))
IO.inspect(Enum.map([1, 2], &[&1, :x]))
IO.inspect(Enum.map([1, 2], &%{v: &1}))
IO.inspect(Enum.map(["x", "y"], &"<#{&1}>"))
IO.inspect(Enum.map([1, 2], &"#{&1}#{&1}"))
IO.inspect(Enum.map([{1, 2}, {3, 4}], &elem(&1, 1)))
IO.inspect(Enum.sort([3, 1, 2], &(&1 >= &2)))
IO.inspect(Enum.map([3, -4], &abs/1))
IO.inspect(Enum.zip_with([1, 2], [3, 4], &(&1 * &2)))
second = &(&1 && &2)
IO.inspect(second.(:a, :b))
IO.inspect((&if(&1 > 0, do: :pos, else: :neg)).(5))
swap = &{&2, &1}
IO.inspect(swap.(1, 2))
IO.inspect(Enum.filter([1, nil, 2], & &1))
nested_call = &Enum.map(&1, fn x -> x * 2 end)
IO.inspect(nested_call.([1, 2]))
IO.inspect((&(&1 + &3 - &2)).(10, 3, 5))
IO.inspect((&-(&1)).(4))
IO.inspect((&not/1).(true))
IO.inspect((&(&1).name).(%{name: "field"}))
IO.inspect((& &1[:k]).(k: 5))

defmodule M do
  def double(x), do: x * 2
  def private_capture, do: &hidden/1
  defp hidden(x), do: {:hidden, x}
  def apply_twice(f, x), do: f.(f.(x))
  def self_capture, do: &__MODULE__.double/1
  def counter(0), do: fn -> :done end
  def counter(n), do: fn -> {n, counter(n - 1)} end
  def fact, do: fn n -> if n < 2, do: 1, else: n * fact().(n - 1) end
end

IO.inspect(M.private_capture().(1))
IO.inspect(M.apply_twice(&M.double/1, 5))
IO.inspect(M.self_capture().(8))
{2, next} = M.counter(2).()
{1, last} = next.()
IO.inspect(last.())
IO.inspect(M.fact().(20))

# remote captures are equal, and print their name
IO.inspect(&String.length/1)
IO.inspect((&M.double/1) == (&M.double/1))
IO.inspect(is_function(&M.double/1, 1))
IO.inspect(is_function(fn _, _ -> 1 end, 1))
info = Function.info(&M.double/1)
IO.inspect({info[:module], info[:name], info[:arity], info[:type]})
IO.inspect(Function.info(fn _ -> 1 end, :arity))
IO.inspect(Function.info(fn -> 1 end, :type))
mod = String
fun = :reverse
IO.inspect(Function.capture(mod, fun, 1).("abc"))
IO.inspect((&mod.upcase/1).("dyn"))

# recursion of an anonymous function by passing itself
fib = fn
  _, 0 -> 0
  _, 1 -> 1
  f, k -> f.(f, k - 1) + f.(f, k - 2)
end

IO.inspect(fib.(fib, 15))

# the y combinator
y = fn f -> (fn x -> x.(x) end).(fn x -> f.(fn v -> x.(x).(v) end) end) end
sum_to = y.(fn rec -> fn 0 -> 0; k -> k + rec.(k - 1) end end)
IO.inspect(sum_to.(100))

# many captured variables
[a, b, c, d, e, g, h, i, j, k] = Enum.to_list(1..10)
big = fn x, y -> a + b + c + d + e + g + h + i + j + k + x * y end
IO.inspect(big.(3, 4))

# errors
try do
  add.(1)
rescue
  err in BadArityError -> IO.inspect({err.args, err |> Exception.message() |> String.split("> ") |> List.last()})
end

for bad <- [:atom_fun, 5, nil, {M, :double}] do
  try do
    bad.(1)
  rescue
    err in BadFunctionError -> IO.puts(Exception.message(err))
  end
end

try do
  multi.(-1)
rescue
  err in BadArityError -> IO.inspect(err.args)
end

strict = fn 1 -> :one end
try do
  strict.(2)
rescue
  err in FunctionClauseError -> IO.inspect({err.arity, err.module == nil})
end
