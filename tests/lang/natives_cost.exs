# seed: 3
# SPDX-License-Identifier: Apache-2.0
#
# Natives charge by the data they touch, so whoever calls them in a loop is taken off, and others run in between: another process is a few
# slices further after ten long natives, which are but ten calls.

other = spawn(fn -> turn = fn turn -> turn.(turn) end; turn.(turn) end)
reductions = fn -> elem(Process.info(other, :reductions), 1) end

further = fn f ->
  before = reductions.()
  for _ <- 1..10, do: f.()
  reductions.() - before
end

big = Integer.pow(3, 130_000)
bytes = :binary.copy("abcdefghij", 100_000)
list = Enum.to_list(1..100_000)
map = Map.new(list, &{&1, &1})
twin = Enum.to_list(1..100_000)

for {name, f} <- [
      {"product", fn -> apply(:erlang, :*, [big, big]) end},
      {"quotient", fn -> apply(:erlang, :div, [big * big, big]) end},
      {"decimal text", fn -> Integer.to_string(big) end},
      {"equal", fn -> apply(:erlang, :==, [list, twin]) end},
      {"hash", fn -> :erlang.phash2(list) end},
      {"member", fn -> :lists.member(:none, list) end},
      {"length", fn -> apply(:erlang, :length, [list]) end},
      {"to external", fn -> :erlang.term_to_binary(list) end},
      {"iodata", fn -> :erlang.iolist_to_binary(List.duplicate(?a, 100_000)) end},
      {"iodata's size", fn -> :erlang.iolist_size(List.duplicate(?a, 100_000)) end},
      {"case", fn -> String.upcase(bytes) end},
      {"search", fn -> :binary.match(bytes, "jb") end},
      {"checksum", fn -> :erlang.md5(bytes) end},
      {"map to list", fn -> :maps.to_list(map) end},
      {"list to map", fn -> :maps.from_list(Enum.zip(list, list)) end}
    ] do
  IO.puts("#{name}: #{if further.(f) >= 5000, do: "others ran", else: "nobody else ran"}")
end

Process.exit(other, :kill)
