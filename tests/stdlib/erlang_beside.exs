# What stands in `:erlang`, `:binary`, `:lists` and `:math` beside the natives, and which argument is at fault.

IO.inspect :erlang.make_tuple(3, 0, [{2, :x}])
IO.inspect :erlang.make_tuple(2, 0)
IO.inspect :erlang.yield()
IO.inspect :erlang.bump_reductions(10)
IO.inspect {apply(:erlang, :is_record, [{:a, 1}, :a]), apply(:erlang, :is_record, [{}, :a]), apply(:erlang, :is_record, [{:a, 1}, :a, 3])}
IO.inspect :erlang.convert_time_unit(1500, :millisecond, :second)
IO.inspect {tuple_size(:erlang.date()), tuple_size(:erlang.time()), tuple_size(:erlang.now())}
IO.inspect :erlang.iolist_to_iovec([]) 
IO.inspect IO.iodata_to_binary(:erlang.iolist_to_iovec(["a", [?b]]))
IO.inspect :erlang.binary_to_term(IO.iodata_to_binary(:erlang.term_to_iovec({1, "x"})))
IO.inspect :erlang.md5_init() |> :erlang.md5_update("a") |> :erlang.md5_update(["b", ?c]) |> :erlang.md5_final() |> Kernel.==(:erlang.md5("abc"))
me = self()
:erlang.spawn(node(), fn -> send(me, :spawned) end)
next = fn -> receive do message -> message end end
IO.inspect next.()
{pid, ref} = :erlang.spawn_monitor(node(), :erlang, :exit, [:gone])
{:DOWN, ^ref, :process, ^pid, why} = next.()
IO.inspect why
IO.inspect :binary.encode_hex("abz\xff")
IO.inspect :binary.decode_hex("6162fF")
IO.inspect :lists.zf(fn x -> x > 1 && {true, -x} end, [1, 2, 3])
IO.puts :io_lib.format("~0p ~0p ~0p", [%{a: 1, b: [1, 2, 3]}, {}, Enum.to_list(300..350)])
:rand.seed(:exsss, {1, 2, 3})
IO.inspect {Enum.take_random(1..20, 4), Enum.random([5]), Enum.take_random([:a], 3), :rand.uniform(1000)}
IO.puts Macro.to_string(quote(do: for(<<b::1 <- <<5>> >>, do: b)))
IO.puts Macro.to_string(quote(do: for(<<b, c <- "x#{1}">>, do: {b, c})))
IO.puts Macro.to_string(quote(do: for(<<b <- x>>, do: b)))

faults = [
  fn -> :math.sin("a") end,
  fn -> :math.pow(1, :a) end,
  fn -> :math.sqrt(-1) end,
  fn -> String.split("a b", :foo) end,
  fn -> :binary.split("a,b", ",", [:nope]) end,
  fn -> :binary.matches("a", []) end,
  fn -> :binary.match(:a, "b") end,
  fn -> :binary.compile_pattern("") end,
  fn -> String.to_integer("12", 1) end,
  fn -> String.to_integer("9", 8) end,
  fn -> Process.info(self(), :nope) end,
  fn -> :erlang.nif_error(:not_loaded) end,
  fn -> Enum.sort_by([1], 5) end
]

for fault <- faults do
  try do
    IO.inspect fault.()
  rescue
    e -> IO.inspect e.__struct__; IO.puts Exception.message(e)
  end
end
