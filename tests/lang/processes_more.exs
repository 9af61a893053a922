# SPDX-License-Identifier: Apache-2.0
# Timers, aliases, Process.info, servers with state, ordering with several senders, heaps that grow.

me = self()

# send_after and cancel
ref = Process.send_after(self(), :tick, 10)
IO.inspect(is_reference(ref))
IO.inspect(receive do :tick -> :ticked after 5000 -> :lost end)
ref = Process.send_after(self(), :never, 60_000)
left = Process.cancel_timer(ref)
IO.inspect(is_integer(left) and left > 50_000)
IO.inspect(Process.cancel_timer(ref))
IO.inspect(receive do :never -> :bad after 5 -> :cancelled end)
ref = Process.send_after(self(), :late, 60_000)
IO.inspect(is_integer(Process.read_timer(ref)))
Process.cancel_timer(ref)
IO.inspect(Process.read_timer(ref))

# timers fire in order of their time
for ms <- [60, 20, 40], do: Process.send_after(self(), {:at, ms}, ms)
IO.inspect(for _ <- 1..3, do: (receive do {:at, ms} -> ms after 5000 -> :lost end))
Process.send_after(self(), :zero, 0)
IO.inspect(receive do :zero -> :zero after 5000 -> :lost end)
:erlang.start_timer(5, self(), :payload)
IO.inspect(receive do {:timeout, r, :payload} when is_reference(r) -> :start_timer after 5000 -> :lost end)
t0 = System.monotonic_time(:millisecond)
Process.sleep(20)
IO.inspect(System.monotonic_time(:millisecond) - t0 >= 19)

# aliases
alias_ref = :erlang.alias()
send(alias_ref, :by_alias)
IO.inspect(receive do m -> m after 1000 -> :lost end)
IO.inspect(:erlang.unalias(alias_ref))
send(alias_ref, :dropped)
IO.inspect(receive do m -> m after 5 -> :nothing end)
IO.inspect(:erlang.unalias(alias_ref))
once = :erlang.alias([:reply])
send(once, 1)
send(once, 2)
IO.inspect(receive do m -> m after 1000 -> :lost end)
IO.inspect(receive do m -> m after 5 -> :nothing end)

# Process.info
p = spawn(fn -> receive do :stop -> :ok end end)
for i <- 1..3, do: send(p, {:m, i})
Process.sleep(5)
IO.inspect(Process.info(p, :message_queue_len))
IO.inspect(Process.info(p, :messages))
IO.inspect(Process.info(p, :status))
IO.inspect(Process.info(p, :links))
IO.inspect(Process.info(p, :trap_exit))
IO.inspect(Process.info(p, [:message_queue_len, :trap_exit]))
IO.inspect(Process.info(p, :dictionary) |> elem(0))
info = Process.info(p)
IO.inspect(is_list(info) and info[:message_queue_len] == 3)
IO.inspect(is_integer(elem(Process.info(p, :memory), 1)))
{:current_function, mfa} = Process.info(p, :current_function)
IO.inspect(is_tuple(mfa) and tuple_size(mfa) == 3)
send(p, :stop)
Process.sleep(10)
IO.inspect(Process.info(p))
IO.inspect(Process.info(p, :status))
IO.inspect(me in Process.list())
IO.inspect(Process.info(self(), :status))

# links are seen from both sides
q = spawn_link(fn -> receive do :stop -> :ok end end)
IO.inspect({Process.info(self(), :links) == {:links, [q]} or q in elem(Process.info(self(), :links), 1), Process.info(q, :links) == {:links, [me]}})
send(q, :stop)

# flags and spawn options
IO.inspect(Process.flag(:priority, :high))
IO.inspect(Process.flag(:priority, :normal))
Process.spawn(fn -> exit(:opt) end, [:monitor])
IO.inspect(receive do {:DOWN, _, :process, _, r} -> r after 5000 -> :lost end)

defmodule KV do
  def start, do: spawn(__MODULE__, :loop, [%{}])
  def put(pid, k, v), do: cast(pid, {:put, k, v})
  def get(pid, k), do: call(pid, {:get, k})
  def size(pid), do: call(pid, :size)
  defp cast(pid, m), do: send(pid, {:cast, m})

  defp call(pid, m) do
    mon = Process.monitor(pid)
    send(pid, {:call, {self(), mon}, m})

    receive do
      {^mon, reply} ->
        Process.demonitor(mon, [:flush])
        {:ok, reply}

      {:DOWN, ^mon, _, _, reason} ->
        {:error, reason}
    after
      5000 -> {:error, :timeout}
    end
  end

  def loop(state) do
    receive do
      {:cast, {:put, k, v}} ->
        loop(Map.put(state, k, v))

      {:call, {from, tag}, {:get, k}} ->
        send(from, {tag, Map.get(state, k)})
        loop(state)

      {:call, {from, tag}, :size} ->
        send(from, {tag, map_size(state)})
        loop(state)
    end
  end
end

kv = KV.start()
for i <- 1..500, do: KV.put(kv, "key#{i}", {i, List.duplicate(-i, 3)})
IO.inspect(KV.size(kv))
IO.inspect(KV.get(kv, "key77"))
IO.inspect(KV.get(kv, "none"))
Process.exit(kv, :kill)
IO.inspect(KV.get(kv, "key1") in [{:error, :killed}, {:error, :noproc}])
IO.inspect(KV.get(kv, "key1"))

# each of several senders keeps its own order
for s <- [:a, :b, :c], do: spawn(fn -> for i <- 1..100, do: send(me, {s, i}) end)
got = for _ <- 1..300, do: (receive do {s, i} when s in [:a, :b, :c] -> {s, i} end)
IO.inspect(for s <- [:a, :b, :c], do: Enum.filter(got, &(elem(&1, 0) == s)) == for(i <- 1..100, do: {s, i}))

# garbage, many times over, beside live data
defmodule Garbage do
  def churn(0, keep), do: keep
  def churn(n, keep) do
    _ = for i <- 1..100, do: {i, "text #{i}", [i, i]}
    churn(n - 1, keep)
  end
end

keep = for i <- 1..1000, into: %{}, do: {i, "v#{i}"}
IO.inspect(Garbage.churn(2000, keep) == keep)
procs = for n <- 1..20, do: spawn(fn -> send(me, {:sum, n, Enum.sum(for i <- 1..20_000, do: i * n)}) end)
IO.inspect(length(procs))
sums = for n <- 1..20, do: (receive do {:sum, ^n, s} -> s end)
IO.inspect(Enum.at(sums, 19))
IO.inspect(:erlang.garbage_collect())

# a chain of a pipeline of processes
stage = fn next, f -> spawn(fn -> loop = fn loop -> receive do :done -> send(next, :done); x -> send(next, f.(x)); loop.(loop) end end; loop.(loop) end) end
s3 = stage.(me, &(&1 - 1))
s2 = stage.(s3, &(&1 * &1))
s1 = stage.(s2, &(&1 + 1))
for i <- 1..5, do: send(s1, i)
send(s1, :done)
collect = fn collect, acc -> receive do :done -> Enum.reverse(acc); x -> collect.(collect, [x | acc]) after 5000 -> {:lost, acc} end end
IO.inspect(collect.(collect, []), charlists: :as_lists)
