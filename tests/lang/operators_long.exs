# SPDX-License-Identifier: Apache-2.0
#
# Operators and guards on terms that take longer to look at than a scheduler may: they are done on a dirty thread and taken up where they
# were left, in bodies, in guards, in patterns, in a receive, and while others have the process collected.

defmodule Long do
  def same(a, b) when a === b, do: :same
  def same(_, _), do: :other
  def equal(a, b), do: a == b
  def different(a, b), do: a != b
  def less(a, b), do: a < b
  def not_less(a, b), do: a >= b

  def long(l) when length(l) > 5, do: :long
  def long(_), do: :short

  def pin(a, b) do
    case b do
      ^a -> :pinned
      _ -> :no
    end
  end

  def next(l), do: length(l) + 1

  def receives(a) do
    receive do
      {:x, ^a} -> :same
      {:x, b} when b < a -> :less
      other -> {:other, elem(other, 0)}
    end
  end

  # What stands around the comparison must survive it.
  def amid(a, b, kept) do
    before = {kept, [kept]}
    result = if a == b and not (a < b), do: :yes, else: :no
    {before, result, [before | kept]}
  end
end

n = 100_000
make = fn last -> for(i <- 1..n, do: {i, [i]}) ++ [last] end
[a, b, c, d] = [make.(1), make.(1), make.(2), make.(1.0)]

IO.inspect([Long.same(a, b), Long.same(a, c), Long.same(a, d)])
IO.inspect([Long.equal(a, b), Long.equal(a, c), Long.equal(a, d), Long.different(a, b), Long.different(a, c)])
IO.inspect([Long.less(a, b), Long.less(a, c), Long.less(c, a), Long.less(a, d)])
IO.inspect([Long.not_less(a, b), Long.not_less(a, c), Long.not_less(c, a)])
IO.inspect([Long.pin(a, b), Long.pin(a, c)])
IO.inspect(Long.amid(a, b, "kept"))
IO.inspect([a, b, c] |> Enum.max() |> List.last())

# Maps, tuples, bit strings, and lists that are none to their end.
maps = for last <- [1, 1, 2], do: Map.new(for(i <- 1..n, do: {i, i}) ++ [{:last, last}])
[m, same, other] = maps
IO.inspect([m == same, m == other, m < other, other <= m])
tuples = for last <- [1, 1, 2], do: List.to_tuple(for(i <- 1..(2 * n), do: i) ++ [last])
[t, same, other] = tuples
IO.inspect([t == same, t == other, t < other, other <= t])
bits = for last <- [1, 1, 2], do: <<String.duplicate("0123456789abcdef", 2_000_000)::binary, last>>
[s, same, other] = bits
IO.inspect([s == same, s == other, s < other, other <= s])

IO.inspect([Long.long(make.(1) ++ make.(2)), Long.long([1, 2]), Long.next(make.(1) ++ make.(2))])
improper = Enum.reduce(1..(3 * n), :end, &[&1 | &2])
IO.inspect(Long.long(improper))

try do
  Long.next(improper)
rescue
  e in ArgumentError -> IO.puts(Exception.message(e))
end

# Bit strings: copied, appended to where they are, moved by a bit, and refused.
half = String.duplicate("0123456789abcdef", 750_000)
whole = half <> half <> "!"
IO.inspect({byte_size(whole), whole == half <> half <> "!", :binary.last(whole), :erlang.phash2(whole) == :erlang.phash2(half <> half <> "!")})
grown = Enum.reduce(1..10, whole, &(&2 <> <<&1>>))
IO.inspect({byte_size(grown), binary_part(grown, byte_size(whole), 10)})
<<_::1, moved::bitstring>> = <<0::1, half::binary, 5::3>>
IO.inspect({bit_size(moved), binary_part(<<moved::bitstring, 0::5>>, 11_999_990, 10)})

build = fn x -> <<half::binary, half::binary, x::16>> end
IO.inspect(byte_size(build.(1)))

try do
  build.(:no)
rescue
  e in ArgumentError -> IO.puts(Exception.message(e))
end

# In a receive the message may still be where its sender put it.
for term <- [b, c, a], do: send(self(), {:x, term})
IO.inspect([Long.receives(a), Long.receives(c), Long.receives(c)])

# Others collect and look at who compares.
me = self()

comparer =
  spawn_link(fn ->
    big = make.(1)
          sum =
        for _ <- 1..10, reduce: 0 do
          n -> if Long.equal(a, big), do: n + Long.next(a), else: 0
        end
    send(me, {:sum, sum})
  end)

for _ <- 1..20 do
  :erlang.garbage_collect(comparer)
  Process.info(comparer, :current_stacktrace)
end

IO.inspect(receive(do: ({:sum, sum} -> sum)))

# Killed in the middle, it is gone.
{killed, ref} = spawn_monitor(fn -> Enum.each(Stream.cycle([1]), fn _ -> Long.equal(a, c) end) end)
Process.exit(killed, :kill)
receive(do: ({:DOWN, ^ref, _, _, reason} -> IO.inspect(reason)))
