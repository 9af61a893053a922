# SPDX-License-Identifier: Apache-2.0
#
# Terms as bytes and text, checksums, calendar, persistent terms, hibernation.

t = fn f -> try do f.() rescue e -> e.__struct__ catch k, v -> {k, v} end |> IO.inspect(binaries: :as_binaries, limit: :infinity) end
t.(fn -> :erlang.term_to_binary({1, -5, 300, 70000, 1.5, "abc", [1,2,3], ~c"abc", %{1 => 1, "b" => [2]}, 12345678901234567890, <<1::3>>, [1|2], {}}) end)
t.(fn -> :erlang.binary_to_term(:erlang.term_to_binary({1, -5, 300, 70000, 1.5, "abc", :atom, [1,2,3], %{:a => 1, "b" => [2]}, 12345678901234567890, <<1::3>>, [1|2], {}})) end)
t.(fn -> :erlang.term_to_binary(:a, [:foo]) end)
t.(fn -> :erlang.term_to_binary(List.duplicate(0,100), [:compressed]) end)
t.(fn -> :erlang.binary_to_term(:erlang.term_to_binary(Enum.to_list(1..1000), [:compressed])) |> length end)
t.(fn -> :erlang.external_size("a") end)
t.(fn -> :erlang.external_size([1,2.0]) end)
t.(fn -> :erlang.binary_to_term(<<131,97,5,7>>, [:used]) end)
t.(fn -> :erlang.binary_to_term(<<131,97,5,7>>) end)
t.(fn -> :erlang.binary_to_term(<<131,119,4,"zzzq">>, [:safe]) end)
t.(fn -> :erlang.binary_to_term(<<131>>) end)
t.(fn -> :erlang.binary_to_term(:a) end)
t.(fn -> :erlang.binary_to_term(<<131, 97, 1>>, [:x]) end)
t.(fn -> :erlang.crc32("abc") end)
t.(fn -> :erlang.crc32(5, ["abc", [100]]) end)
t.(fn -> :erlang.crc32_combine(1,2,3) end)
t.(fn -> :erlang.md5(:a) end)
t.(fn -> :erlang.universaltime_to_localtime({{2020,1,1},{0,0,0}}) end)
t.(fn -> :erlang.universaltime_to_localtime({{2020,13,1},{0,0,0}}) end)
t.(fn -> :erlang.localtime_to_universaltime({{2020,2,29},{0,0,0}}) end)
t.(fn -> :erlang.localtime_to_universaltime({{2020,2,30},{0,0,0}}) end)
t.(fn -> :erlang.localtime_to_universaltime({{2020,2,1},{0,0,0}}, true) end)
for k <- [:this, :visible, [:this, :hidden], :foo, [:known, 1]], do: t.(fn -> :erlang.nodes(k) end)
t.(fn -> :erlang.process_flag(self(), :save_calls, 10) end)
t.(fn -> :erlang.process_flag(self(), :trap_exit, true) end)
t.(fn -> :erlang.list_to_pid(:erlang.pid_to_list(self())) == self() end)
r = make_ref()
t.(fn -> :erlang.list_to_ref(:erlang.ref_to_list(r)) == r end)
t.(fn -> :erlang.list_to_pid(~c"<0.1>") end)
t.(fn -> List.to_string(:erlang.fun_to_list(&Enum.map/2)) end)
t.(fn -> inspect(self()) =~ "#PID<0." end)
t.(fn -> :persistent_term.put(:k1, {1, "long" <> String.duplicate("x", 100)}) end)
t.(fn -> :persistent_term.get(:k1) end)
t.(fn -> :persistent_term.get(:k2) end)
t.(fn -> :persistent_term.get(:k2, :def) end)
t.(fn -> :persistent_term.put(:k1, 2) end)
t.(fn -> :persistent_term.get(:k1) end)
t.(fn -> for(i <- 1..500, do: :persistent_term.put({:k, i}, i * i)); Enum.sum(for i <- 1..500, do: :persistent_term.get({:k, i})) end)
t.(fn -> {:persistent_term.erase(:k1), :persistent_term.erase(:k1), :persistent_term.get(:k1, nil)} end)
defmodule Hib do
  def loop(parent, n) do
    receive do
      :more -> send(parent, {:got, n}); :erlang.hibernate(__MODULE__, :loop, [parent, n + 1])
      :stop -> send(parent, :bye)
    end
  end
  def start(parent) do
    try do
      :erlang.hibernate(__MODULE__, :loop, [parent, 0])
    catch
      k, v -> send(parent, {:caught, k, v})
    end
  end
  def start2(parent), do: Process.hibernate(__MODULE__, :loop, [parent, 0])
end
me = self()
{p, ref} = spawn_monitor(fn -> Hib.start2(me) end)
Process.sleep(20)
send(p, :more); send(p, :more); 
t.(fn -> receive do x -> x end end)
t.(fn -> receive do x -> x end end)
Process.sleep(20)
t.(fn -> Process.info(p, :status) end)
send(p, :stop)
t.(fn -> receive do x -> x end end)
t.(fn -> receive do {:DOWN, ^ref, _, _, why} -> why end end)
t.(fn -> :erlang.hibernate(:a, :b, 1) end)
