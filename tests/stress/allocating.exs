# SPDX-License-Identifier: Apache-2.0
#
# A program that makes every layer allocate, for tests/stress/proof: each line one part, whose failure is printed as an error.
defmodule Parts do
  # A binary that starts within a byte: whoever wants its bytes copies it.
  def shifted(text) do
    <<_::3, rest::bits>> = <<5::3, text::binary>>
    rest
  end

  def texts do
    long = shifted(String.duplicate("añb ", 40))
    {String.to_atom(shifted("atom_made")), :erlang.binary_to_atom(shifted("caf\xe9"), :latin1), List.to_atom(~c"héllo"), String.upcase(long) |> byte_size(),
     :unicode.characters_to_binary([long, ~c"äö", "x"]) |> byte_size(), :unicode.characters_to_list(long) |> length(),
     String.normalize(long, :nfd) |> byte_size(), String.split(long, shifted(" ")) |> length(), :binary.matches(long, [shifted("a"), "b"]) |> length(),
     :binary.replace(long, shifted("a"), "--", [:global]) |> byte_size(), String.reverse(long) |> byte_size(), String.to_integer(shifted("12345")),
     :binary.compile_pattern([shifted("x"), "yz"]) |> elem(0), String.capitalize(long) |> byte_size()}
  end

  def numbers do
    big = Enum.reduce(1..200, 1, &*/2)
    text = Integer.to_string(big)
    {byte_size(text), String.to_integer(text) == big, rem(big, 1_000_007), Integer.to_string(big, 36) |> byte_size(), div(big, Enum.reduce(1..190, 1, &*/2)) / 3,
     Float.to_string(1.0e100), String.to_float("1." <> String.duplicate("3", 150) <> "e-5"), :erlang.bsl(big, 5000) |> :erlang.bsr(4990) == div(:erlang.bsl(big, 10), 1)}
  end

  def terms do
    deep = Enum.reduce(1..300, [], fn i, acc -> [acc, {i}] end)
    map = Map.new(1..60, &{&1, {&1, deep}})
    binary = :erlang.term_to_binary({deep, map, "text", 1.5, make_ref(), self()}, compressed: 6)
    back = :erlang.binary_to_term(binary)
    {elem(back, 0) == deep, elem(back, 1) == map, :erlang.phash2(deep), map_size(Map.merge(map, Map.new(40..90, &{&1, deep}))), deep < [deep],
     :erlang.external_size(map) > 1000, inspect(map, limit: 5) |> byte_size() > 10, length(Enum.sort(Map.to_list(map))), :erlang.md5(:erlang.term_to_binary(map)) |> byte_size()}
  end

  def binaries do
    grown = Enum.reduce(1..2000, "", fn i, acc -> acc <> <<i::16>> end)
    parts = for <<a::7, b::9 <- grown>>, do: <<b::9, a::7>>
    {byte_size(grown), byte_size(IO.iodata_to_binary([parts, ?x, ["y" | "z"]])), bit_size(:erlang.list_to_bitstring(parts)), :binary.copy(shifted("ab"), 100) |> byte_size()}
  end

  def processes do
    me = self()
    pids = for i <- 1..30, do: spawn(fn -> receive do {:go, x} -> send(me, {i, x, List.duplicate(i, 50)}) end end)
    refs = Enum.map(pids, &Process.monitor/1)
    timer = Process.send_after(self(), :tick, 5)
    Enum.each(pids, &send(&1, {:go, %{list: Enum.to_list(1..20)}}))
    Process.register(self(), :parts)
    answers = for _ <- pids, do: receive(do: ({_, _, _} = m -> m), after: (2000 -> :late))
    down = for ref <- refs, do: receive(do: ({:DOWN, ^ref, _, _, why} -> why), after: (2000 -> :late))
    tick = receive(do: (:tick -> :tick), after: (2000 -> :late))
    Process.cancel_timer(timer)
    Process.unregister(:parts)
    Process.put(:key, deep: 1)
    {length(answers), Enum.uniq(down), tick, Process.get(:key), is_list(Process.info(self())), Process.alive?(hd(pids))}
  end

  def servers do
    {:ok, agent} = Agent.start(fn -> %{} end)
    for i <- 1..20, do: Agent.update(agent, &Map.put(&1, i, List.duplicate(i, i)))
    task = Task.async(fn -> Agent.get(agent, &map_size/1) end)
    answer = Task.await(task)
    Agent.stop(agent)
    answer
  end

  def files do
    path = Path.join(System.tmp_dir!(), "joist-allocating-#{System.pid()}")
    File.write!(path, shifted("one\ntwo\nthree\n"))
    read = {File.read!(path), File.stream!(path) |> Enum.to_list() |> length(), File.stat!(path).size, File.exists?(path)}
    File.rm!(path)
    read
  end

  def code do
    [{module, _}] = Code.compile_string("defmodule Made do\n  @moduledoc \"made\"\n  def f(x), do: {x, \"#{String.duplicate("é", 300)}\", 12345678901234567890, %{a: 1}}\nend")
    {value, _} = Code.eval_string("Enum.map([1, 2], &(&1 + a))", a: 5)
    {module, elem(module.f(1), 0), value, Code.string_to_quoted("a + : b") |> elem(0), Macro.to_string(quote(do: if(a, do: b)))}
  end

  def stored do
    :persistent_term.put({:parts, 1}, Enum.to_list(1..100))
    {length(:persistent_term.get({:parts, 1})), :persistent_term.erase({:parts, 1})}
  end

  def crashes do
    {pid, ref} = spawn_monitor(fn -> Map.fetch!(%{a: 1}, :b) end)
    receive do
      {:DOWN, ^ref, _, ^pid, {%KeyError{key: k}, _}} -> k
      {:DOWN, ^ref, _, ^pid, other} -> other
    after
      2000 -> :late
    end
  end
end

for part <- [:texts, :numbers, :terms, :binaries, :processes, :servers, :files, :code, :stored, :crashes] do
  result =
    try do
      apply(Parts, part, [])
    rescue
      e -> {:error, Exception.message(e)}
    catch
      kind, value -> {kind, value}
    end

  IO.puts("#{part}: #{inspect(result, limit: 40)}")
end
