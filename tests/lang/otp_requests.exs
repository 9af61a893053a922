# SPDX-License-Identifier: Apache-2.0
# Requests to servers that are waited for later, servers and processes made with Erlang's own modules.

IO.puts("-- requests")
# gen_server requests, proc_lib, sys, erlang behaviours used raw
defmodule Raw do
  @behaviour :gen_server
  def init(x), do: {:ok, x}
  def handle_call(:get, _from, s), do: {:reply, s, s}
  def handle_call({:sleep, ms}, _from, s), do: (Process.sleep(ms); {:reply, ms, s})
  def handle_cast({:put, x}, _), do: {:noreply, x}
  def handle_info(_, s), do: {:noreply, s}
end
{:ok, p} = :gen_server.start_link(Raw, 5, [])
IO.inspect :gen_server.call(p, :get)
:ok = :gen_server.cast(p, {:put, 6})
IO.inspect :gen_server.call(p, :get, 100)
{:ok, q} = :gen_server.start_link({:local, :rawname}, Raw, 7, [])
IO.inspect :gen_server.call(:rawname, :get) == 7 and Process.whereis(:rawname) == q
IO.inspect :gen_server.stop(q)
defmodule PL do
  def start_link(x), do: :proc_lib.start_link(__MODULE__, :init, [self(), x])
  def init(parent, x) when x > 0 do
    :proc_lib.init_ack(parent, {:ok, self()})
    loop(x)
  end
  def init(parent, x) do
    :proc_lib.init_ack(parent, {:error, {:bad, x}})
  end
  defp loop(x) do
    receive do
      {:get, f} -> send(f, {:x, x}); loop(x)
    end
  end
end
{:ok, pl} = PL.start_link(3)
send(pl, {:get, self()})
IO.inspect (receive do {:x, x} -> x end)
IO.inspect PL.start_link(-1)
IO.inspect :proc_lib.initial_call(pl)
IO.inspect Process.info(pl, :dictionary) |> elem(1) |> Keyword.get(:"$ancestors") |> hd() == self()
p2 = :proc_lib.spawn_link(fn -> receive do :x -> :ok end end)
IO.inspect is_pid(p2)
send(p2, :x)
{:ok, p} = :gen_server.start_link(Raw, 5, [])
r1 = :gen_server.send_request(p, :get)
IO.inspect :gen_server.receive_response(r1, 1000)
r2 = :gen_server.send_request(p, {:sleep, 100})
IO.inspect :gen_server.receive_response(r2, 1)
r3 = :gen_server.send_request(p, :get)
IO.inspect :gen_server.wait_response(r3, :infinity)
r4 = :gen_server.send_request(:nobody, :get)
IO.inspect :gen_server.receive_response(r4, 5000)
r5 = :gen_server.send_request(p, :get)
IO.inspect (receive do m -> :gen_server.check_response(m, r5) end)
IO.inspect (receive do m -> m after 0 -> :empty end)
