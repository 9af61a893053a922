# schedulers: 4
# SPDX-License-Identifier: Apache-2.0
# Bounded mailboxes with senders and receivers on several schedulers: what must hold in any order.
parent = self()
wait_until = fn again, check -> if check.(), do: :ok, else: (Process.sleep(1); again.(again, check)) end
work = fn again, n -> if n > 0, do: again.(again, n - 1), else: :ok end

# Takes {sender, n} until told how many there were, {:total, n} to its alias: answers how many came, whether each sender's are in order, and the
# longest queue that it saw.
taker = fn options ->
  {pid, monitor} =
    Process.spawn(
      fn ->
        send(parent, {:alias, self(), :erlang.alias()})
        loop = fn loop, total, count, last, ordered, longest ->
          {:message_queue_len, length} = Process.info(self(), :message_queue_len)
          longest = max(longest, length)
          dropped = elem(Process.info(self(), :mailbox), 1)[:dropped]
          if total != nil and count + dropped == total do
            exit({:took, count, dropped, ordered, longest})
          else
            receive do
              {:total, n} -> loop.(loop, n, count, last, ordered, longest)
              {s, n} ->
                work.(work, 20)
                loop.(loop, total, count + 1, Map.put(last, s, n), ordered and n > Map.get(last, s, 0), longest)
            end
          end
        end
        loop.(loop, nil, 0, %{}, true, 0)
      end,
      [:monitor, mailbox: options]
    )
  receive do: ({:alias, ^pid, ref} -> {pid, monitor, ref})
end

# Each of 12 senders sends 500; answers how many were accepted, and what the receiver came to.
traffic = fn options, sending ->
  {pid, monitor, ref} = taker.(options)
  senders = for s <- 1..12 do
    spawn_monitor(fn ->
      exit({:sent, Enum.count(1..500, fn n -> sending.(pid, {s, n}) end)})
    end)
  end
  sent = Enum.sum(for {_, m} <- senders, do: receive(do: ({:DOWN, ^m, _, _, {:sent, n}} -> n)))
  send(ref, {:total, sent})
  {sent, receive(do: ({:DOWN, ^monitor, _, _, reason} -> reason))}
end
plainly = fn pid, m -> send(pid, m); true end

IO.puts("-- block")
{sent, {:took, took, 0, ordered, longest}} = traffic.([max: 5], plainly)
IO.inspect({sent, took, ordered, longest <= 6})
IO.puts("-- block, or do not wait")
{sent, {:took, took, 0, ordered, longest}} = traffic.([max: 5], fn pid, m -> Process.send(pid, m, [:nosuspend]) == :ok end)
IO.inspect({sent == took, sent > 0, ordered, longest <= 6})
IO.puts("-- error")
{sent, {:took, took, 0, ordered, longest}} =
  traffic.([max: 5, on_full: :error], fn pid, m ->
    try do
      send(pid, m)
      true
    rescue
      e in MailboxFullError -> false = e.pid != pid or e.max != 5
    end
  end)
IO.inspect({sent == took, sent > 0, ordered, longest <= 6})
IO.puts("-- drop_newest, drop_oldest")
for policy <- [:drop_newest, :drop_oldest] do
  {sent, {:took, took, dropped, ordered, longest}} = traffic.([max: 5, on_full: policy], plainly)
  IO.inspect({sent, took + dropped, took > 0, ordered, longest <= 2 * 5 + 64 + 1})
end
IO.puts("-- kill")
{pid, monitor} = Process.spawn(fn -> receive(do: (:never -> :ok)) end, [:monitor, mailbox: [max: 100, on_full: :kill]])
for _ <- 1..8, do: spawn(fn -> for n <- 1..50, do: send(pid, n) end)
receive do: ({:DOWN, ^monitor, _, _, reason} -> IO.inspect(reason))

IO.puts("-- senders and receivers are killed while they wait")
for round <- 1..100 do
  full = Process.spawn(fn -> receive(do: (:never -> :ok)) end, mailbox: [max: 1])
  send(full, :first)
  senders = for n <- 1..4, do: spawn_monitor(fn -> send(full, n); exit(:released) end)
  for {s, _} <- senders, rem(round, 3) != 0, do: wait_until.(wait_until, fn -> Process.info(s, :sending_to) == {:sending_to, full} end)
  [{a, _}, {b, _} | _] = senders
  killers = for p <- [a, full, b], do: spawn_monitor(fn -> Process.exit(p, :kill) end)
  for {_, m} <- killers, do: receive(do: ({:DOWN, ^m, _, _, :normal} -> :ok))
  reasons = for {_, m} <- senders, do: receive(do: ({:DOWN, ^m, _, _, reason} -> reason))
  [:released, :released] = Enum.drop(reasons, 2)
  true = Enum.all?(Enum.take(reasons, 2), &(&1 in [:killed, :released]))
end
IO.puts("ok")

IO.puts("-- the line, while it moves")
slow = Process.spawn(fn -> Process.sleep(20); for(_ <- 1..4000, do: receive(do: (:m -> :ok))); send(parent, :done) end, mailbox: [max: 2])
for _ <- 1..40, do: spawn(fn -> for(_ <- 1..100, do: send(slow, :m)) end)
look = fn look, n ->
  receive do
    :done -> n
  after
    0 ->
      case Process.info(slow, [:mailbox, :message_queue_len, :memory]) do
        nil -> look.(look, n)
        [mailbox: m, message_queue_len: _, memory: _] ->
          true = m[:max] == 2 and m[:length] <= 2 and length(m[:blocked]) <= 40 and Enum.uniq(m[:blocked]) == m[:blocked]
          look.(look, n + 1)
      end
  end
end
IO.inspect(look.(look, 0) > 0)

IO.puts("-- calls pass, whoever is full")
defmodule Counter do
  use GenServer
  def init(n), do: {:ok, n}
  def handle_call(:get, _, n), do: {:reply, n, n}
  def handle_cast(:add, n), do: {:noreply, n + 1}
end
{:ok, counter} = GenServer.start_link(Counter, 0, spawn_opt: [mailbox: [max: 3]])
callers = for c <- 1..8 do
  Process.spawn(
    fn ->
      for i <- 1..50 do
        GenServer.cast(counter, :add)
        send(self(), :ordinary)
        true = GenServer.call(counter, :get) >= i
        receive do: (:ordinary -> :ok)
      end
      send(parent, {:called, c})
    end,
    [:link, mailbox: [max: 1]]
  )
end
IO.inspect(for(c <- 1..8, do: receive(do: ({:called, ^c} -> c))) == Enum.to_list(1..8) and length(callers) == 8)
IO.inspect(GenServer.call(counter, :get))

IO.puts("-- bounds that change while others send")
changing = spawn(fn ->
  for n <- 1..4000 do
    if rem(n, 10) == 0, do: Process.flag(:mailbox, Enum.at([:unbounded, [max: 1], [max: 7]], rem(n, 3)))
    receive do: (:m -> :ok)
  end
  send(parent, {:rest, Process.info(self(), :message_queue_len)})
end)
for _ <- 1..8, do: spawn(fn -> for(_ <- 1..500, do: send(changing, :m)) end)
receive do: (rest -> IO.inspect(rest))

IO.puts("-- a monitor of the system hears of long queues and slices")
:erlang.system_monitor(self(), [{:long_message_queue, {10, 100}}])
heap = for _ <- 1..4 do
  pid = spawn(fn -> receive(do: (:go -> for(_ <- 1..300, do: receive(do: (:m -> :ok))))); receive(do: (:never -> :ok)) end)
  for _ <- 1..3, do: spawn(fn -> for(_ <- 1..100, do: send(pid, :m)) end)
  pid
end
IO.inspect(for(p <- heap, do: receive(do: ({:monitor, ^p, :long_message_queue, long} -> long))))
for p <- heap, do: (wait_until.(wait_until, fn -> Process.info(p, :message_queue_len) == {:message_queue_len, 300} end); send(p, :go))
IO.inspect(for(p <- heap, do: receive(do: ({:monitor, ^p, :long_message_queue, false} -> :short))))
{me, [long_message_queue: {10, 100}]} = :erlang.system_monitor(:undefined)
IO.inspect(me == self())
# Monitors that end while there is something to tell them.
flood = fn -> pid = spawn(fn -> receive(do: (:never -> :ok)) end); for(n <- 1..50, do: send(pid, n)); Process.exit(pid, :kill) end
floods = for _ <- 1..3, do: spawn_monitor(fn -> for(_ <- 1..200, do: flood.()) end)
for _ <- 1..50 do
  {m, r} = spawn_monitor(fn ->
    receive do
      {:monitor, _, _, _} -> :ok
    after
      5 -> :ok
    end
  end)
  try do
    :erlang.system_monitor(m, [{:long_message_queue, {1, 20}}])
  rescue
    ArgumentError -> :gone
  end
  receive do: ({:DOWN, ^r, _, _, :normal} -> :ok)
end
for {_, r} <- floods, do: receive(do: ({:DOWN, ^r, _, _, :normal} -> :ok))
:erlang.system_monitor(:undefined)
IO.puts("ok")
