# SPDX-License-Identifier: Apache-2.0
# args: the library that the test built of odd.c
[path] = System.argv()

# A module of that name in the language: what is not native stays, what is native is replaced for callers from outside.
defmodule Odd do
  def echo(_), do: :not_loaded
  def own, do: {:own, echo(1)}
end

IO.inspect(Odd.echo(1))
Odd = Joist.Native.load!(path)
Odd = Joist.Native.load!(path)
IO.inspect(Odd.own())

for x <- [1, 2 ** 70, 1.5, :atom, "text", <<1::3>>, [], [1, 2], [1 | 2], {}, {1, 2}, %{a: 1}, self() |> is_pid(), fn -> 1 end |> is_function()] do
  IO.inspect(Odd.echo(x))
end

IO.inspect(Odd.numbers(10))
IO.inspect(Odd.range(5))
IO.inspect(Odd.sum(Odd.range(20_000)))
IO.inspect(map_size(Odd.squares(1000)))
IO.inspect(Enum.all?(Odd.squares(1000), fn {k, v} -> k * k == v end))
IO.inspect(Odd.pairs(%{b: 2, a: 1}))
IO.inspect(Odd.value(%{a: 5}, :a))
IO.inspect(Odd.element({:x, :y}, 1))
IO.inspect({Odd.same(1, 1.0), Odd.same([1, "a"], [1, "a"])})
IO.inspect(Odd.reversed("abc"))
IO.inspect(byte_size(Odd.reversed(String.duplicate("ab", 100_000))))
<<_::3, odd::binary-size(3), _::5>> = <<255, 97, 98, 99>>
IO.inspect(Odd.reversed(odd))
IO.inspect(Odd.atom_size(:"grün"))

me = self()
IO.inspect(Odd.tell(me, :hi))
receive do {^me, :hi} -> IO.puts("told") end
IO.inspect(Odd.tell(:nobody_has_this_name, :hi))
IO.inspect(Odd.apply_swapped(fn a, b -> {a, b} end, 1, 2))
IO.inspect(Odd.upcase("text"))
IO.inspect(Odd.steps(1000))
IO.inspect(Odd.dirty())
IO.inspect(apply(Odd, :sum, [[1, 2]]))
IO.inspect(Enum.map([[1], [2, 3]], &Odd.sum/1))
IO.inspect({function_exported?(Odd, :sum, 1), function_exported?(Odd, :own, 0), function_exported?(Odd, :nothing, 0)})

# A native that yields for ever is ended like anything else.
pid = spawn(fn -> Odd.for_ever() end)
Process.exit(pid, :kill)
ref = Process.monitor(pid)
receive do {:DOWN, ^ref, _, _, reason} -> IO.inspect(reason in [:killed, :noproc]) end

# One that takes all memory is ended by its process's limit.
{pid, ref} = :erlang.spawn_opt(fn -> Odd.hoard() end, [:monitor, max_heap_size: %{size: 200_000, error_logger: false, kill: true}])
receive do {:DOWN, ^ref, _, ^pid, reason} -> IO.inspect(reason) end

# Resources go with the last reference.
check = fn -> held = for _ <- 1..10, do: Odd.resource(); {Enum.all?(held, &Odd.is_resource/1), Odd.alive()} end
IO.inspect(check.())
IO.inspect({Odd.is_resource(make_ref()), Odd.is_resource(1)})
task = Task.async(fn -> Odd.resource() end)
IO.inspect(Odd.is_resource(Task.await(task)))
:erlang.garbage_collect()
IO.inspect(Odd.alive() <= 1)

attempt = fn name, fun ->
  result =
    try do
      {:ok, fun.()}
    rescue
      error in SystemLimitError -> error.__struct__
      error -> {error.__struct__, Exception.message(error)}
    catch
      kind, reason -> {kind, reason}
    end

  IO.inspect({name, result})
end

attempt.(:sum, fn -> Odd.sum([1, :x]) end)
attempt.(:numbers, fn -> Odd.numbers(:x) end)
attempt.(:value, fn -> Odd.value(%{}, :key) end)
attempt.(:element, fn -> Odd.element({1}, 1) end)
attempt.(:reversed, fn -> Odd.reversed(<<1::3>>) end)
attempt.(:bad_fun, fn -> Odd.apply_swapped(:no_fun, 1, 2) end)
attempt.(:bad_slot, fn -> Odd.bad_slot(1) end)
attempt.(:bad_answer, fn -> Odd.bad_answer() end)
attempt.(:bad_outcome, fn -> Odd.bad_outcome() end)
attempt.(:no_answer, fn -> Odd.no_answer() end)
attempt.(:no_call, fn -> Odd.no_call() end)
attempt.(:only_failed, fn -> Odd.only_failed() end)
attempt.(:always_dirty, fn -> Odd.always_dirty() end)
attempt.(:not_a_number, fn -> Odd.not_a_number() end)
attempt.(:bad_text, fn -> Odd.bad_text() end)
attempt.(:huge, fn -> Odd.huge() end)
attempt.(:huge_reserve, fn -> Odd.huge_reserve(:lives) end)
attempt.(:nobody, fn -> Odd.nobody() end)
attempt.(:many, fn -> Odd.many("x") end)
attempt.(:unknown_exception, fn -> Odd.unknown_exception() end)
attempt.(:not_a_map, fn -> Odd.not_a_map(1) end)
attempt.(:null_items, fn -> Odd.null_items(1) end)
attempt.(:null_call, fn -> Odd.null_call([1]) end)
attempt.(:pairs_unasked, fn -> Odd.pairs_unasked(:no_map) end)
attempt.(:no_message, fn -> Odd.no_message() end)
IO.inspect(Odd.copies("a short text", 100_000))

# Stack traces name the native.
try do
  Odd.numbers(:x)
rescue
  _ -> IO.inspect(hd(__STACKTRACE__) |> Tuple.delete_at(3))
end
