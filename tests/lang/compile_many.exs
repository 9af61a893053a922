# schedulers: 4
# Many processes compile at once; who compiles is killed, is sent messages, is asked for information; others run meanwhile.
defmodule Many do
  def source(i) do
    """
    defmodule Many.M#{i} do
      defmacro add(x), do: quote(do: unquote(x) + #{i})
      defstruct [:a, b: #{i}]
      defimpl String.Chars, do: def(to_string(s), do: "m#{i} \#{s.a}")
      def sum(n), do: Enum.sum(for x <- 1..n, rem(x, 2) == 0, do: x * #{i})
      def nested, do: elem(Code.eval_string("for x <- list, do: x * x", list: [#{i}, 2]), 0)
    end
    """
  end

  def one(i) do
    [{module, binary}] = Enum.filter(Code.compile_string(source(i)), fn {m, _} -> m == Module.concat(Many, "M#{i}") end)
    true = is_binary(binary)
    {value, _} = Code.eval_string("require Many.M#{i}; {Many.M#{i}.add(1), to_string(struct(Many.M#{i}, a: 7))}")
    {module, value, module.sum(5), module.nested()}
  end

  # A module whose compilation takes n times as long.
  def big(name, n) do
    "defmodule #{name} do\n" <> Enum.map_join(1..n, fn i -> "  def f#{i}(x), do: {x + #{i}, :a#{i}}\n" end) <> "end\n"
  end
end

me = self()
for i <- 1..24, do: spawn_link(fn -> send(me, {i, Many.one(i)}) end)
results = for i <- 1..24, do: (receive do {^i, r} -> r end)
IO.inspect(Enum.all?(Enum.with_index(results, 1), fn {r, i} ->
  r == {Module.concat(Many, "M#{i}"), {i + 1, "m#{i} 7"}, 6 * i, [i * i, 4]}
end))
IO.inspect(hd(results))

# Errors of one are its own.
failing = for i <- 1..10 do
  spawn(fn ->
    r = try do
      Code.eval_string(if rem(i, 2) == 0, do: "1 +", else: "raise ArgumentError, \"no #{i}\"")
    rescue
      e -> {e.__struct__, if(rem(i, 2) == 1, do: Exception.message(e))}
    end
    send(me, {:failed, i, r})
  end)
  i
end
for i <- failing, i < 5, do: IO.inspect(receive do {:failed, ^i, r} -> r end)

# Others run while one compiles: each source is longer than the last, until the kill comes before the end.
killed = Enum.find_value([300, 3000, 30000, 300_000], fn n ->
  text = Many.big("Many.Big", n)
  {pid, ref} = spawn_monitor(fn -> send(me, :begins); Code.compile_string(text); exit(:compiled) end)
  receive do :begins -> :ok end
  send(pid, :unread)
  info = Process.info(pid, :status)
  Process.exit(pid, :kill)
  receive do {:DOWN, ^ref, _, _, reason} -> reason == :killed and elem(info, 1) in [:waiting, :running, :runnable] end
end)
IO.inspect(killed)

# Messages that come meanwhile are read afterwards, in order.
pid = spawn(fn ->
  receive do :go -> :ok end
  Code.eval_string(Many.big("Many.Read", 500))
  send(me, {:read, for(_ <- 1..100, do: (receive do n when is_integer(n) -> n end))})
end)
send(pid, :go)
for n <- 1..100, do: send(pid, n)
IO.inspect(receive do {:read, list} -> list == Enum.to_list(1..100) end)

# A process that compiles may be linked to one that crashes.
Process.flag(:trap_exit, true)
for n <- 1..5 do
  pid = spawn_link(fn ->
    spawn_link(fn -> exit({:crash, n}) end)
    Code.eval_string(Many.big("Many.Linked", 20000))
  end)
  receive do {:EXIT, ^pid, reason} -> IO.inspect(reason) end
end
