# SPDX-License-Identifier: Apache-2.0
#
# Natives and instructions whose operands are huge: they are done on a dirty thread, and answer and refuse as with small ones.

l = Enum.to_list(1..300_000)
bytes = String.duplicate("abcdefgh", 4_000_000)
refused = fn f -> try do f.() rescue e -> e.__struct__ end end

# Its own messages and dictionary.
n = 100_000
for i <- 1..n, do: send(self(), {:m, i})
{:messages, ms} = Process.info(self(), :messages)
IO.inspect({length(ms), hd(ms), List.last(ms), Process.info(self(), :message_queue_len)})
before = length(Process.get())
for i <- 1..n, do: Process.put(i, {i, self()})
{:dictionary, d} = Process.info(self(), :dictionary)
IO.inspect({length(d) - before, d |> Enum.map(&elem(&1, 0)) |> Enum.filter(&is_integer/1) |> Enum.sum()})
IO.inspect({length(Process.get()) - before, length(:erlang.get_keys()) - before, length(:erlang.get_keys({7, self()})), Process.delete(7) == {7, self()}})
IO.inspect({length(:erlang.erase()) - before, Process.get(8)})

# A receive that goes past many messages, beside others.
me = self()
spawn_link(fn -> for i <- 1..20, do: (Process.sleep(1); send(me, {:y, i})) end)
x = make_ref()
IO.inspect(for i <- 1..20, do: receive(do: ({:y, ^i} -> {i, x == x})))
IO.inspect(receive(do: (:z -> 1), after: (0 -> :none)))
IO.inspect(receive(do: ({:m, ^n} -> :last)))
count = fn count, k -> receive(do: (_ -> count.(count, k + 1)), after: (0 -> k)) end
IO.inspect(count.(count, 0))

# Long integers out of bit strings, at any place, and back.
<<big::size(100_000_000), _::bits>> = bytes
<<little::size(100_000_000)-little-signed, _::bits>> = bytes
size = 99_999_999
<<_::1, moved::size(size), _::bits>> = bytes
IO.inspect({rem(big, 1_000_003), rem(little, 1_000_003), rem(moved, 1_000_003), <<big::size(100_000_000)>> == binary_part(bytes, 0, 12_500_000)})

# Text.
IO.inspect({length(String.to_charlist(bytes)), length(String.codepoints(binary_part(bytes, 0, 4_000_000)))})
pattern = :binary.compile_pattern([binary_part(bytes, 0, 1_000_000) <> "x", "zz"])
IO.inspect({:binary.match(bytes <> "x", pattern), :binary.match(bytes, pattern), :binary.match(bytes, :binary.compile_pattern(bytes))})
IO.inspect({refused.(fn -> String.to_float(bytes) end), refused.(fn -> :erlang.list_to_float(l) end), String.to_float("1." <> String.duplicate("0", 2_000_000) <> "1")})
IO.inspect({refused.(fn -> List.to_atom(l) end), refused.(fn -> :erlang.list_to_existing_atom(List.duplicate(?a, 100_000)) end)})
IO.inspect({refused.(fn -> apply(:erlang, :self, l) end), refused.(fn -> apply(:erlang, :self, [1 | 2]) end), refused.(fn -> apply(fn -> 1 end, l) end)})

# Lists and terms.
IO.inspect({length(l -- [5, 7]), hd(l -- [1]), length(l ++ l), tuple_size(List.to_tuple(l)), elem(List.to_tuple(l), length(l) - 1), hd(Enum.reverse(l))})
IO.inspect({:erlang.external_size(l), byte_size(:erlang.term_to_binary(List.to_tuple(l))), :erlang.binary_to_term(:erlang.term_to_binary(%{l => {1, bytes}})) == %{l => {1, bytes}}})
wide = Map.new(l, &{&1, &1})
IO.inspect(:erlang.binary_to_term(:erlang.term_to_binary(wide)) == wide)
IO.inspect(try do :erlang.raise(:error, :reason, l) rescue e -> e.original catch k, v -> {k, v} end)

# Persistent terms, by the ten thousand.
for i <- 1..50_000, do: :persistent_term.put({:huge, i}, i)
IO.inspect({length(:persistent_term.get()) >= 50_000, Enum.all?(1..50_000, &(:persistent_term.get({:huge, &1}) == &1))})
