# SPDX-License-Identifier: Apache-2.0
# spawn, send, selective receive, after, servers by recursion, ordering, process dictionary, names.

parent = self()
spawn(fn -> send(parent, :hello) end)
receive do
  :hello -> IO.puts("got hello")
end

# the order between two processes is kept
spawn(fn -> for i <- 1..5, do: send(parent, {:n, i}) end)
IO.inspect(for _ <- 1..5, do: (receive do {:n, i} -> i end))

# selective receive takes by pattern, leaves the rest in order
for m <- [:a, {:b, 1}, :c, {:b, 2}, "text"], do: send(self(), m)
IO.inspect(receive do {:b, n} when n > 1 -> n end)
IO.inspect(receive do "text" -> :text end)
IO.inspect(receive do m -> m end)
IO.inspect(receive do m -> m end)
IO.inspect(receive do m -> m end)
IO.inspect(receive do m -> m after 0 -> :empty end)

# timeouts
IO.inspect(receive do :never -> 1 after 10 -> :timeout end)
send(self(), :now)
IO.inspect(receive do :now -> :first after 0 -> :late end)
t = 5
IO.inspect(receive do after t -> :only_after end)
flush = fn flush, acc -> receive do m -> flush.(flush, [m | acc]) after 0 -> Enum.reverse(acc) end end
for i <- 1..3, do: send(self(), i)
IO.inspect(flush.(flush, []))

# pinned reference as in a call
IO.inspect(
  (fn ref ->
     send(self(), {Function.identity(:other), :wrong})
     send(self(), {ref, :right})
     receive do {^ref, v} -> v end
   end).(make_ref())
)

IO.inspect(length(flush.(flush, [])))

defmodule Counter do
  def start(n), do: spawn(fn -> loop(n) end)

  def call(pid, msg) do
    ref = make_ref()
    send(pid, {self(), ref, msg})

    receive do
      {^ref, reply} -> reply
    after
      5000 -> :no_reply
    end
  end

  def down(mon) do
    receive do
      {:DOWN, ^mon, :process, pid, reason} when is_pid(pid) -> reason
    end
  end

  defp loop(n) do
    receive do
      {from, ref, :get} ->
        send(from, {ref, n})
        loop(n)

      {from, ref, {:add, k}} ->
        send(from, {ref, :ok})
        loop(n + k)

      {from, ref, :stop} ->
        send(from, {ref, :stopped})

      {_, _, {:cast, f}} ->
        loop(f.(n))
    end
  end
end

c = Counter.start(10)
IO.inspect(Counter.call(c, :get))
IO.inspect(Counter.call(c, {:add, 5}))
send(c, {nil, nil, {:cast, &(&1 * 2)}})
IO.inspect(Counter.call(c, :get))
IO.inspect(Process.alive?(c))
mon = Process.monitor(c)
IO.inspect(Counter.call(c, :stop))
IO.inspect(Counter.down(mon))
IO.inspect(Process.alive?(c))

# spawn with module, function, arguments
defmodule Worker do
  def run(to, x), do: send(to, {:result, x * x})
  def ring(0, first), do: send(first, :around)
  def ring(n, first), do: spawn(Worker, :ring, [n - 1, first])
end

spawn(Worker, :run, [self(), 12])
IO.inspect(receive do {:result, r} -> r end)
spawn(Worker, :ring, [1000, self()])
IO.inspect(receive do :around -> :ring_done end)

# parallel map, results in order
pmap = fn list, f ->
  me = self()
  list
  |> Enum.map(fn x -> spawn(fn -> send(me, {self(), f.(x)}) end) end)
  |> Enum.map(fn pid -> receive do {^pid, r} -> r end end)
end

IO.inspect(pmap.(Enum.to_list(1..20), &(&1 * &1)))

# registered names
pid = spawn(fn -> receive do {:echo, from, m} -> send(from, {:echoed, m}) end end)
IO.inspect(Process.register(pid, :echo_server))
IO.inspect(Process.whereis(:echo_server) == pid)
IO.inspect(:echo_server in Process.registered())
IO.inspect(Process.info(pid, :registered_name))
send(:echo_server, {:echo, self(), "hi"})
IO.inspect(receive do {:echoed, m} -> m end)
pid |> Process.monitor() |> Counter.down()
IO.inspect(Process.whereis(:echo_server))
Process.register(self(), :main_process)
send(:main_process, :by_name)
IO.inspect(receive do x -> x end)
IO.inspect(Process.unregister(:main_process))

for f <- [fn -> Process.register(self(), :a_name) && Process.register(self(), :b_name) end, fn -> Process.unregister(:not_there) end, fn -> send(:not_there, 1) end] do
  try do
    f.()
  rescue
    e in ArgumentError -> IO.inspect(e.__struct__)
  end
end
Process.unregister(:a_name)

# process dictionary
IO.inspect(Process.put(:k, 1))
IO.inspect(Process.put(:k, 2))
IO.inspect(Process.get(:k))
IO.inspect(Process.get(:none, :default))
IO.inspect(Process.delete(:k))
IO.inspect(Process.get(:k))
spawn(fn -> send(parent, {:dict, Process.get(:k), Process.get_keys() -- [:"$ancestors", :"$initial_call"]}) end)
IO.inspect(receive do {:dict, v, keys} -> {v, keys} end)

# many processes, one sum
for i <- 1..2000, do: spawn(fn -> send(parent, {:part, i}) end)
sum = Enum.reduce(1..2000, 0, fn _, acc -> receive do {:part, i} -> acc + i end end)
IO.inspect(sum)

# messages of every kind are copied whole
data = {1, [2.5, "bin", <<1::3>>, %{k: [nil]}, 10 ** 30, &String.upcase/1, {}], ~c"x", MapSet.new([1])}
echo = spawn(fn -> receive do {from, m} -> send(from, m) end end)
send(echo, {self(), data})
IO.inspect(receive do ^data -> :same end)
f = fn x -> {x, elem(data, 0)} end
echo2 = spawn(fn -> receive do {from, g} -> send(from, g.(7)) end end)
send(echo2, {self(), f})
IO.inspect(receive do {7, 1} = r -> r end)

# a large mailbox, taken from the end
for i <- 1..10_000, do: send(self(), {:m, i})
send(self(), :last)
IO.inspect(receive do :last -> :found_last end)
IO.inspect(Process.info(self(), :message_queue_len))
IO.inspect(Enum.reduce(1..10_000, 0, fn i, acc -> receive do {:m, ^i} -> acc + i end end))
IO.inspect({is_pid(self()), self() == self(), is_reference(make_ref()), make_ref() == make_ref()})
