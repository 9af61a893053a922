# SPDX-License-Identifier: Apache-2.0
# What takes room on the heap in its own way, once each at least, in small processes: the hostile build collects at every
# such place and checks that none was left out.

defmodule Places do
  import Bitwise

  def bits(<<n::8, a::size(n)-signed, f::float-32, g::float-size(64), s::binary-size(2), t::binary-size(n), rest::bits>>),
    do: {n, a, f, g, s, t, rest}

  def sized(bin, n) do
    <<a::size(n), f::float-size(n), b::bits-size(n), _::bits>> = bin
    <<c::binary-3, _::bits>> = bin
    {a, f, b, c}
  end

  def big(a, b), do: {a &&& b, a ||| b, bxor(a, b), a <<< 70, a >>> 3, bnot(a), -a, div(a, b), rem(a, b), a / b}

  def captures(a, b, c, d, e, f, g, h, i, j) do
    [k, l, m, n, o, p, q, r, s, t] = Enum.map([a, b, c, d, e, f, g, h, i, j], &(&1 + 100))
    fn u, v -> [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u, v] end
  end

  def reraised do
    try do
      :erlang.error({:a, [self()]})
    catch
      :error, {:a, [_]} -> is_list(__STACKTRACE__)
    end
  end
end

show = fn name, f ->
  me = self()
  spawn(fn -> send(me, {name, try do f.() catch kind, what -> {kind, what} end}) end)
  receive do
    {^name, value} -> IO.inspect(value, label: name, limit: :infinity)
  end
end

big = 0xFEDCBA9876543210FEDCBA9876543210
show.("bits", fn -> Places.bits(<<3, 5::3, 1.5::float-32, 2.5::float-64, "héllo", 1::5>>) end)
show.("bits long", fn -> Places.bits(<<80, big::80, 1.5::float-32, 2.5::float-64, "é", String.duplicate("x", 80)::binary>>) end)
show.("sized", fn -> Places.sized(<<-1::64, 3.25::float, 77::64, 5::3>>, 64) end)
show.("big", fn -> Places.big(big, 0xFFFFFFFFFFFFFFFFFFFF) end)
show.("captures", fn -> Places.captures(1, 2, 3, 4, 5, 6, 7, 8, 9, 10).(:u, :v) end)
show.("apply", fn -> apply(Places.captures(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), [:u, :v]) |> length() end)
show.("reraised", fn -> Places.reraised() end)

show.("split", fn -> :erlang.split_binary("abcdef", 2) end)
show.("to_list", fn -> {:erlang.binary_to_list("abc"), :erlang.bitstring_to_list(<<1, 2, 3::3>>), :erlang.binary_to_list("abc", 2, 3)} end)
show.("unsigned", fn -> {:binary.decode_unsigned(<<1, 2, 3, 4, 5, 6, 7, 8, 9>>), :binary.encode_unsigned(big), :binary.decode_unsigned(<<1, 2>>, :little)} end)
show.("iodata", fn -> {IO.iodata_to_binary([1, [2 | "x"], "é"]), :erlang.list_to_bitstring([1, <<1::3>>])} end)
show.("matches", fn -> {:binary.matches("abcabc", ["b", "ca"]), :binary.split("a,b;c", [",", ";"], [:global]), :binary.replace("a-b", "-", "+")} end)
show.("pattern", fn -> :binary.match("xxabc", :binary.compile_pattern(["ab", "bc"])) end)
show.("calendar", fn -> {tuple_size(:erlang.localtime()), tuple_size(:erlang.universaltime()), tuple_size(:erlang.timestamp())} end)
show.("unaligned", fn ->
  <<_::3, b::binary-size(3), _::5>> = <<1::3, "abc", 2::5>>
  {String.reverse(b), String.upcase(b), :binary.match(b, "c"), :erlang.binary_to_list(b)}
end)
show.("module info", fn ->
  {is_list(:erlang.get_module_info(Places)), is_list(:erlang.get_module_info(Places, :exports)), is_list(:erlang.get_module_info(Places, :attributes)),
   is_list(:erlang.get_module_info(Places, :compile)), tuple_size(:os.version())}
end)
show.("os", fn -> {tuple_size(:os.type()), is_integer(:os.system_time()), is_binary(System.get_env("PATH")), is_map(System.get_env())} end)
show.("fun_info", fn ->
  x = 5
  f = fn a -> a + x end
  {:erlang.fun_info(f, :arity), :erlang.fun_info(f, :env) |> elem(0), is_list(:erlang.fun_info(f)), Function.info(f, :type)}
end)
show.("make_fun", fn -> :erlang.make_fun(:erlang, :+, 2).(1, 2) end)
show.("code", fn ->
  {Code.ensure_loaded(Enum), Code.ensure_loaded(NoSuchModule), is_list(Places.module_info(:exports)), is_list(Places.module_info()),
   is_list(Places.module_info(:attributes)), is_list(Places.__info__(:functions)), Code.ensure_compiled(Enum)}
end)
show.("code path", fn -> {Code.prepend_path("."), Code.append_path(".")} |> elem(0) end)
name = Path.join(System.tmp_dir!(), "joist-places-#{System.os_time()}")
show.("file", fn ->
  :ok = File.write(name, "one\ntwo\n")
  stat = File.stat!(name)
  text = File.read!(name)
  {:ok, f} = File.open(name, [:read])
  line = IO.read(f, :line)
  at = :file.position(f, :cur)
  there = :file.position(f, 0)
  File.close(f)
  {stat.size, text, line, at, there, File.read(name <> "x"), File.rm(name)}
end)
show.("lists", fn ->
  {:lists.keysearch(:b, 1, [a: 1, b: 2]), [1, 2, 3, 4] -- [2, 4], List.to_tuple([1, 2, 3]), :erlang.make_tuple(3, :x), Tuple.delete_at({1, 2, 3}, 1),
   Tuple.insert_at({1, 3}, 1, 2), put_elem({1, 2}, 0, :z), :erlang.append_element({1}, 2), :lists.reverse([1, 2], [3])}
end)
show.("maps", fn ->
  large = Map.new(1..40, &{&1, &1 * &1})
  {:maps.find(:a, %{a: 1}), :maps.update(:a, 2, %{a: 1}), Map.merge(%{a: 1}, %{b: 2}), map_size(Map.merge(large, %{x: 1})), :maps.new(), :maps.take(:a, %{a: 1, b: 2}),
   :maps.next(:maps.iterator(%{k: 1})) |> elem(0), Enum.sum(Map.values(large)), length(Map.keys(large)), map_size(Map.delete(large, 3)), :maps.update(3, 0, large)[3]}
end)
none = fn -> :b end
show.("maps error", fn -> :maps.update(:q, 1, %{}) end)
show.("no map", fn -> :maps.get(:a, [none.()]) end)
show.("numbers", fn ->
  {String.to_integer("123456789012345678901234567890"), String.to_float("2.5"), :math.sqrt(2.25), :math.pow(2, 10), :erlang.list_to_float(~c"1.5"), :erlang.list_to_integer(~c"ff", 16),
   Integer.to_string(big, 36), Float.to_string(0.1), :erlang.float(7), round(2.5e20), trunc(-1.0e19), Float.parse("1.5x"), Integer.parse("77y")}
end)
show.("persistent", fn ->
  :persistent_term.put(:places, {1, [2]})
  {:persistent_term.get(:places), is_list(:persistent_term.get()), :persistent_term.erase(:places)}
end)
show.("processes", fn ->
  Process.put(:k, [1])
  Process.put(:j, [1])
  ref = :erlang.monitor(:process, self(), [])
  alias = :erlang.alias()
  other = :erlang.alias([])
  t = Process.send_after(self(), :x, 100_000)
  {Enum.sort(Process.get()), Enum.sort(Process.get_keys()), Enum.sort(:erlang.get_keys([1])), is_list(Process.registered()), is_reference(ref), is_reference(alias), is_reference(other),
   is_integer(Process.read_timer(t)), is_integer(Process.cancel_timer(t)), is_list(Process.info(self())), Process.info(self(), :priority), :erlang.unalias(alias), is_list(Process.list())}
end)
show.("monitor", fn ->
  {pid, _} = spawn_monitor(fn -> exit({:shutdown, [1]}) end)
  receive do
    {:DOWN, _, :process, ^pid, why} -> why
  end
end)
show.("statistics", fn ->
  {tuple_size(:erlang.statistics(:reductions)), tuple_size(:erlang.statistics(:runtime)), tuple_size(:erlang.statistics(:wall_clock)), is_list(:erlang.memory()), is_integer(:erlang.memory(:total))}
end)
show.("terms", fn ->
  term = {1, [2.5, "x", :a], %{k: big}, self()}
  {:erlang.binary_to_term(:erlang.term_to_binary(term)) == term, :erlang.binary_to_term(:erlang.term_to_binary(1), [:used]), :erlang.nodes(:this), :erlang.nodes([:this]),
   is_reference(:erlang.list_to_ref(:erlang.ref_to_list(make_ref())))}
end)
show.("text", fn ->
  {String.reverse("añb"), String.graphemes("añb"), String.codepoints("añb"), String.next_grapheme("añb"), String.next_codepoint("ñb"), String.normalize("é", :nfd) |> byte_size(),
   String.upcase("straße"), String.downcase("ÀÉ"), String.split_at("añb", 1), String.capitalize("éa"), String.to_charlist("añb"), String.split("a b  c"), String.trim(" x ")}
end)
show.("unicode", fn -> {:unicode.characters_to_binary(["a", 241]), :unicode.characters_to_list("añ"), :unicode.characters_to_binary("a", :utf8, :utf16) |> byte_size(), :unicode.characters_to_list(<<97, 255>>)} end)
show.("at_exit", fn -> System.at_exit(fn _ -> :ok end) end)
show.("terminal", fn -> elem(:io.columns(), 0) end)
show.("random", fn -> is_float(:rand.uniform()) and :rand.uniform(3) in 1..3 end)
