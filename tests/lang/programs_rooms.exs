# SPDX-License-Identifier: Apache-2.0
# Programs that know each other by name: subscribers of topics, rooms, accounts, a store of events with what is derived from it.

IO.puts("-- topics")
# pub/sub with Registry
defmodule PubSub do
  def child_spec(_), do: Registry.child_spec(keys: :duplicate, name: __MODULE__, partitions: System.schedulers_online())
  def subscribe(topic, meta \\ []), do: Registry.register(__MODULE__, topic, meta)
  def unsubscribe(topic), do: Registry.unregister(__MODULE__, topic)
  def broadcast(topic, msg) do
    Registry.dispatch(__MODULE__, topic, fn entries -> for {pid, meta} <- entries, do: send(pid, {topic, msg, meta}) end)
  end
end
{:ok, sup} = Supervisor.start_link([PubSub, {Registry, keys: :unique, name: Names}], strategy: :one_for_one)
IO.inspect(Supervisor.count_children(sup))
me = self()
subs = for i <- 1..5 do
  spawn_link(fn ->
    {:ok, _} = PubSub.subscribe("news", i)
    if rem(i, 2) == 0, do: {:ok, _} = PubSub.subscribe("sports", i)
    send(me, {:ready, i})
    (fn f -> receive do {topic, msg, meta} -> send(me, {:got, i, topic, msg, meta}); f.(f); :stop -> :ok end end)
    |> then(& &1.(&1))
  end)
end
for i <- 1..5, do: (receive do {:ready, ^i} -> :ok end)
IO.inspect PubSub.broadcast("news", "hello")
IO.inspect(for i <- 1..5, do: (receive do {:got, ^i, t, m, x} -> {t, m, x} end))
IO.inspect PubSub.broadcast("sports", :goal)
IO.inspect(for i <- [2, 4], do: (receive do {:got, ^i, t, m, x} -> {t, m, x} end))
IO.inspect PubSub.broadcast("nobody", 1)
IO.inspect Registry.count(PubSub)
IO.inspect Registry.lookup(PubSub, "sports") |> Enum.map(&elem(&1, 1)) |> Enum.sort()
until = fn until, f -> if f.(), do: :ok, else: (Process.sleep(1); until.(until, f)) end
send(hd(subs), :stop)
until.(until, fn -> Registry.count(PubSub) == 6 end)
IO.inspect Registry.count(PubSub)
IO.inspect Registry.keys(PubSub, Enum.at(subs, 1)) |> Enum.sort()
# via names
defmodule Room do
  use GenServer
  def via(n), do: {:via, Registry, {Names, n}}
  def start_link(n), do: GenServer.start_link(__MODULE__, n, name: via(n))
  def init(n), do: {:ok, {n, []}}
  def handle_call({:say, who, what}, _, {n, l}), do: {:reply, length(l) + 1, {n, [{who, what} | l]}}
  def handle_call(:log, _, {_, l} = s), do: {:reply, Enum.reverse(l), s}
end
{:ok, r1} = Room.start_link("lobby")
IO.inspect match?({:error, {:already_started, ^r1}}, Room.start_link("lobby"))
IO.inspect GenServer.call(Room.via("lobby"), {:say, :ann, "hi"})
IO.inspect GenServer.call(Room.via("lobby"), {:say, :bob, "ho"})
IO.inspect GenServer.call(Room.via("lobby"), :log)
IO.inspect Registry.whereis_name({Names, "lobby"}) == r1
IO.inspect GenServer.whereis(Room.via("attic"))
r = try do GenServer.call(Room.via("attic"), :log) catch :exit, e -> e end
IO.inspect r

GenServer.stop(Room.via("lobby"))
IO.inspect Registry.lookup(Names, "lobby")
IO.inspect Registry.register(Names, {:x, 1}, :v) |> elem(0)
IO.inspect Registry.update_value(Names, {:x, 1}, fn v -> {v, v} end)
IO.inspect Registry.lookup(Names, {:x, 1}) == [{self(), {:v, :v}}]
IO.inspect Registry.select(Names, [{{:"$1", :_, :"$2"}, [], [{{:"$1", :"$2"}}]}])
IO.inspect Registry.match(Names, {:x, 1}, {:v, :_}) |> length
IO.inspect Registry.unregister(Names, {:x, 1})
IO.inspect Registry.count(Names)

IO.puts("-- events")
# event sourcing with projections and snapshots
defmodule Store do
  use GenServer
  def start_link(_ \\ []), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)
  def append(stream, expected, events), do: GenServer.call(__MODULE__, {:append, stream, expected, events})
  def read(stream, from \\ 0), do: GenServer.call(__MODULE__, {:read, stream, from})
  def subscribe(), do: GenServer.call(__MODULE__, :subscribe)
  def init(_), do: {:ok, %{streams: %{}, subs: []}}
  def handle_call({:append, st, exp, evs}, _, s) do
    cur = Map.get(s.streams, st, [])
    if length(cur) == exp do
      new = cur ++ evs
      for p <- s.subs, {e, i} <- Enum.with_index(evs, exp + 1), do: send(p, {:event, st, i, e})
      {:reply, {:ok, length(new)}, put_in(s.streams[st], new)}
    else
      {:reply, {:error, {:wrong_version, length(cur)}}, s}
    end
  end
  def handle_call({:read, st, from}, _, s), do: {:reply, s.streams |> Map.get(st, []) |> Enum.drop(from), s}
  def handle_call(:subscribe, {p, _}, s), do: {:reply, :ok, %{s | subs: [p | s.subs]}}
end
defmodule Cart do
  defstruct items: %{}, open: true
  def apply_event(c, {:added, i, n}), do: %{c | items: Map.update(c.items, i, n, &(&1 + n))}
  def apply_event(c, {:removed, i}), do: %{c | items: Map.delete(c.items, i)}
  def apply_event(c, :checked_out), do: %{c | open: false}
  def handle(%{open: false}, _), do: {:error, :closed}
  def handle(_, {:add, i, n}) when n > 0, do: {:ok, [{:added, i, n}]}
  def handle(c, {:remove, i}) when is_map_key(c.items, i), do: {:ok, [{:removed, i}]}
  def handle(%{items: m}, :checkout) when map_size(m) > 0, do: {:ok, [:checked_out]}
  def handle(_, cmd), do: {:error, {:rejected, cmd}}
  def execute(id, cmd) do
    evs = Store.read(id)
    c = Enum.reduce(evs, struct(Cart), &apply_event(&2, &1))
    with {:ok, new} <- handle(c, cmd) do
      case Store.append(id, length(evs), new) do
        {:error, {:wrong_version, _}} -> execute(id, cmd)
        ok -> ok
      end
    end
  end
end
defmodule Totals do
  def start do
    me = self()
    p = spawn_link(fn -> :ok = Store.subscribe(); send(me, :up); loop(%{}) end)
    receive do :up -> p end
  end
  defp loop(m) do
    receive do
      {:event, _, _, {:added, i, n}} -> loop(Map.update(m, i, n, &(&1 + n)))
      {:event, _, _, _} -> loop(m)
      {:get, from} -> send(from, {:totals, m}); loop(m)
    end
  end
end
{:ok, _} = Store.start_link()
t = Totals.start()
IO.inspect Cart.execute("c1", {:add, :pen, 2})
IO.inspect Cart.execute("c1", {:add, :pen, 0})
IO.inspect Cart.execute("c1", {:remove, :ink})
IO.inspect Cart.execute("c1", {:add, :ink, 1})
IO.inspect Cart.execute("c1", :checkout)
IO.inspect Cart.execute("c1", {:add, :pen, 1})
1..20 |> Enum.map(fn i -> Task.async(fn -> Cart.execute("c2", {:add, :"i#{rem(i, 3)}", i}) end) end) |> Task.await_many()
IO.inspect Store.read("c2") |> Enum.reduce(struct(Cart), &Cart.apply_event(&2, &1))
IO.inspect length(Store.read("c2"))
send(t, {:get, self()})
IO.inspect (receive do {:totals, m} -> m end)
