# SPDX-License-Identifier: Apache-2.0
# Programs of processes: bank, chat, pool, publish and subscribe, state machine, pipeline, supervisor by hand, dining.

defmodule Account do
  def open(balance \\ 0), do: spawn_link(fn -> loop(%{balance: balance, log: []}) end)
  def deposit(a, n) when n > 0, do: call(a, {:deposit, n})
  def withdraw(a, n) when n > 0, do: call(a, {:withdraw, n})
  def balance(a), do: call(a, :balance)
  def history(a), do: call(a, :history)
  def close(a), do: call(a, :close)

  def transfer(from, to, n) do
    with {:ok, _} <- withdraw(from, n), {:ok, b} <- deposit(to, n), do: {:ok, b}
  end

  defp call(a, m) do
    ref = make_ref()
    send(a, {m, self(), ref})

    receive do
      {^ref, r} -> r
    after
      5_000 -> {:error, :closed}
    end
  end

  defp loop(%{balance: b, log: log} = s) do
    receive do
      {{:deposit, n}, from, ref} ->
        reply(from, ref, {:ok, b + n})
        loop(%{s | balance: b + n, log: [{:in, n} | log]})

      {{:withdraw, n}, from, ref} when n > b ->
        reply(from, ref, {:error, :insufficient})
        loop(s)

      {{:withdraw, n}, from, ref} ->
        reply(from, ref, {:ok, b - n})
        loop(%{s | balance: b - n, log: [{:out, n} | log]})

      {:balance, from, ref} ->
        reply(from, ref, b)
        loop(s)

      {:history, from, ref} ->
        reply(from, ref, Enum.reverse(log))
        loop(s)

      {:close, from, ref} ->
        reply(from, ref, {:closed, b})
    end
  end

  defp reply(to, ref, m), do: send(to, {ref, m})
end

a = Account.open(100)
b = Account.open()
IO.inspect(Account.deposit(a, 50))
IO.inspect(Account.withdraw(a, 500))
IO.inspect(Account.transfer(a, b, 75))
IO.inspect(Account.transfer(b, a, 80))
IO.inspect({Account.balance(a), Account.balance(b)})
IO.inspect(Account.history(a))
me = self()
for i <- 1..50, do: spawn(fn -> Account.deposit(b, i); send(me, {:deposited, i}) end)
for i <- 1..50, do: (receive do {:deposited, ^i} -> :ok end)
IO.inspect(Account.close(b))

defmodule Room do
  def start, do: spawn(fn -> loop(%{}) end)

  defp loop(users) do
    receive do
      {:join, name, pid} ->
        Process.monitor(pid)
        tell(users, "* #{name} joined")
        loop(Map.put(users, pid, name))

      {:say, pid, text} ->
        tell(Map.delete(users, pid), "<#{users[pid]}> #{text}")
        loop(users)

      {:DOWN, _, :process, pid, _} ->
        {name, users} = Map.pop(users, pid)
        tell(users, "* #{name} left")
        loop(users)

      {:who, from} ->
        send(from, {:who, users |> Map.values() |> Enum.sort()})
        loop(users)
    end
  end

  defp tell(users, text), do: for({pid, _} <- users, do: send(pid, {:text, text}))
end

defmodule User do
  def start(room, name, boss) do
    spawn(fn ->
      send(room, {:join, name, self()})
      loop(name, room, boss, [])
    end)
  end

  defp loop(name, room, boss, seen) do
    receive do
      {:text, t} -> loop(name, room, boss, [t | seen])
      {:say, t} -> send(room, {:say, self(), t}); loop(name, room, boss, seen)
      :show -> send(boss, {:seen, name, Enum.reverse(seen)}); loop(name, room, boss, seen)
      :quit -> :bye
    end
  end
end

room = Room.start()
who = fn n -> f = fn f -> send(room, {:who, self()}); receive do {:who, l} when length(l) == n -> l; {:who, _} -> f.(f) end end; f.(f) end
ann = User.start(room, "ann", self())
IO.inspect(who.(1))
bob = User.start(room, "bob", self())
IO.inspect(who.(2))
send(ann, {:say, "hi bob"})
send(ann, :quit)
IO.inspect(who.(1))
send(bob, :show)
receive do {:seen, n, lines} -> IO.inspect({n, lines}) end

defmodule Pool do
  # n workers take jobs from one queue; results come with the number of their job
  def map(jobs, n, f) do
    me = self()
    queue = spawn_link(fn -> queue(Enum.with_index(jobs)) end)
    for _ <- 1..n, do: spawn_link(fn -> worker(queue, me, f) end)
    got = for _ <- jobs, do: (receive do {:result, i, r} -> {i, r} end)
    got |> Enum.sort() |> Enum.map(&elem(&1, 1))
  end

  defp queue(jobs) do
    receive do
      {:next, w} ->
        case jobs do
          [j | rest] -> send(w, {:job, j}); queue(rest)
          [] -> send(w, :none); queue([])
        end
    end
  end

  defp worker(queue, boss, f) do
    send(queue, {:next, self()})

    receive do
      {:job, {x, i}} -> send(boss, {:result, i, f.(x)}); worker(queue, boss, f)
      :none -> :ok
    end
  end
end

IO.inspect(Pool.map(Enum.to_list(1..12), 3, fn x -> x * x end))
IO.inspect(Pool.map(~w(a bb ccc), 2, &String.length/1))

defmodule Bus do
  def start, do: spawn(fn -> loop(%{}) end)
  def subscribe(bus, topic), do: (send(bus, {:sub, topic, self(), r = make_ref()}); receive do {:ok, ^r} -> :ok end)
  def publish(bus, topic, m), do: send(bus, {:pub, topic, m})

  defp loop(subs) do
    receive do
      {:sub, t, pid, r} ->
        send(pid, {:ok, r})
        loop(Map.update(subs, t, [pid], &[pid | &1]))

      {:pub, t, m} ->
        subs |> Map.get(t, []) |> Enum.each(&send(&1, {:event, t, m}))
        loop(subs)
    end
  end
end

bus = Bus.start()
for id <- 1..3 do
  spawn(fn ->
    Bus.subscribe(bus, :news)
    if id == 2, do: Bus.subscribe(bus, :sport)
    send(me, {:ready, id})
    events = for _ <- 1..(if id == 2, do: 3, else: 2), do: (receive do {:event, t, m} -> {t, m} end)
    send(me, {:events, id, events})
  end)
end
for id <- 1..3, do: (receive do {:ready, ^id} -> :ok end)
Bus.publish(bus, :news, "one")
Bus.publish(bus, :sport, "goal")
Bus.publish(bus, :news, "two")
for id <- 1..3, do: (receive do {:events, ^id, e} -> IO.inspect({id, e}) end)

defmodule Door do
  # a state machine: each state is a function
  def start(code), do: spawn(fn -> locked(code, [], 0) end)
  def press(d, k), do: ask(d, {:press, k})
  def close(d), do: ask(d, :close)
  defp ask(d, m), do: (send(d, {self(), m}); receive do {:door, r} -> r end)

  defp locked(code, typed, wrong) do
    receive do
      {from, {:press, k}} ->
        typed = typed ++ [k]
        cond do
          typed == code -> send(from, {:door, :open}); open(code)
          length(typed) < length(code) -> send(from, {:door, :more}); locked(code, typed, wrong)
          wrong == 1 -> send(from, {:door, :alarm}); alarm()
          true -> send(from, {:door, :wrong}); locked(code, [], wrong + 1)
        end
      {from, _} -> send(from, {:door, :is_closed}); locked(code, typed, wrong)
    end
  end

  defp open(code), do: (receive do {from, :close} -> send(from, {:door, :closed}); locked(code, [], 0); {from, _} -> send(from, {:door, :is_open}); open(code) end)
  defp alarm, do: (receive do {from, _} -> send(from, {:door, :ringing}); alarm() end)
end

d = Door.start([1, 2, 3])
IO.inspect([Door.press(d, 1), Door.press(d, 2), Door.press(d, 3), Door.press(d, 9), Door.close(d)])
IO.inspect([Door.close(d), Door.press(d, 3), Door.press(d, 2), Door.press(d, 1), Door.press(d, 1), Door.press(d, 1), Door.press(d, 1), Door.close(d)])

defmodule Sup do
  # starts its children again when they end badly, in the order of failure
  def start(specs, boss), do: spawn(fn -> Process.flag(:trap_exit, true); loop(Map.new(specs, fn {name, f} -> {spawn_child(name, f, boss, 1), {name, f, 1}} end), boss) end)
  defp spawn_child(name, f, boss, n), do: spawn_link(fn -> send(boss, {:up, name, n}); f.(n) end)

  defp loop(children, boss) when map_size(children) == 0, do: send(boss, :all_done)
  defp loop(children, boss) do
    receive do
      {:EXIT, pid, reason} ->
        {{name, f, n}, children} = Map.pop!(children, pid)
        send(boss, {:down, name, n, reason})
        if reason == :normal, do: loop(children, boss), else: loop(Map.put(children, spawn_child(name, f, boss, n + 1), {name, f, n + 1}), boss)
    end
  end
end

Sup.start([steady: fn _ -> :ok end, flaky: fn n -> if n < 3, do: exit({:crash, n}) end], self())
drain = fn drain, acc -> receive do :all_done -> Enum.reverse(acc); m -> drain.(drain, [m | acc]) after 5000 -> {:lost, acc} end end
events = drain.(drain, [])
IO.inspect(for {:down, :flaky, n, r} <- events, do: {n, r})
IO.inspect(for {:up, name, n} <- Enum.sort(events), do: {name, n})

defmodule Fork do
  def start, do: spawn(fn -> free() end)
  defp free, do: (receive do {:take, p} -> send(p, {:taken, self()}); busy(p) end)
  defp busy(p), do: (receive do {:put, ^p} -> free() end)
end

forks = for _ <- 1..5, do: Fork.start()
for i <- 0..4 do
  [l, r] = Enum.sort([i, rem(i + 1, 5)])
  spawn(fn ->
    for _ <- 1..20 do
      for f <- [l, r], fork = Enum.at(forks, f), do: (send(fork, {:take, self()}); receive do {:taken, ^fork} -> :ok end)
      for f <- [l, r], do: send(Enum.at(forks, f), {:put, self()})
    end
    send(me, {:fed, i})
  end)
end
IO.inspect(Enum.sort(for _ <- 1..5, do: (receive do {:fed, i} -> i end)))
