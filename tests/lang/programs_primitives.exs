# SPDX-License-Identifier: Apache-2.0
# What other languages have built in, made of processes: semaphores, latches, barriers, promises, channels; a queue of jobs that are tried again.

IO.puts("-- primitives")
# barriers, semaphores, mutex, rw lock, countdown latch, barrier, future/promise, once, channel (bounded), select
defmodule Sem do
  use GenServer
  def start_link(n), do: GenServer.start_link(__MODULE__, n)
  def acquire(s), do: GenServer.call(s, :acquire, :infinity)
  def release(s), do: GenServer.cast(s, :release)
  def with(s, f), do: (acquire(s); try do f.() after release(s) end)
  def init(n), do: {:ok, {n, :queue.new()}}
  def handle_call(:acquire, _, {n, q}) when n > 0, do: {:reply, :ok, {n - 1, q}}
  def handle_call(:acquire, from, {0, q}), do: {:noreply, {0, :queue.in(from, q)}}
  def handle_cast(:release, {n, q}) do
    case :queue.out(q) do
      {{:value, f}, q} -> GenServer.reply(f, :ok); {:noreply, {n, q}}
      {:empty, q} -> {:noreply, {n + 1, q}}
    end
  end
end
{:ok, s} = Sem.start_link(3)
{:ok, gauge} = Agent.start_link(fn -> {0, 0} end)
1..30 |> Enum.map(fn _ -> Task.async(fn -> Sem.with(s, fn ->
  Agent.update(gauge, fn {n, m} -> {n + 1, max(m, n + 1)} end)
  Process.sleep(1)
  Agent.update(gauge, fn {n, m} -> {n - 1, m} end)
end) end) end) |> Task.await_many()
IO.inspect Agent.get(gauge, fn {n, m} -> {n, m <= 3 and m > 0} end)
defmodule Latch do
  def new(n), do: spawn_link(fn -> loop(n, []) end)
  def down(l), do: send(l, :down)
  def await(l, t \\ 5000) do
    r = make_ref(); send(l, {:await, self(), r})
    receive do {^r, :open} -> :ok after t -> :timeout end
  end
  defp loop(0, ws), do: (for({p, r} <- ws, do: send(p, {r, :open})); receive do {:await, p, r} -> loop(0, [{p, r}]); :down -> loop(0, []) end)
  defp loop(n, ws), do: (receive do :down -> loop(n - 1, ws); {:await, p, r} -> loop(n, [{p, r} | ws]) end)
end
l = Latch.new(3)
ws = for i <- 1..5, do: Task.async(fn -> {i, Latch.await(l)} end)
for _ <- 1..3, do: Latch.down(l)
IO.inspect Task.await_many(ws)
IO.inspect Latch.await(l)
defmodule Barrier do
  def new(n), do: spawn_link(fn -> loop(n, 0, [], 1) end)
  def wait(b), do: (r = make_ref(); send(b, {:at, self(), r}); receive do {^r, g} -> g end)
  defp loop(n, n, ws, g), do: (for({p, r} <- ws, do: send(p, {r, g})); loop(n, 0, [], g + 1))
  defp loop(n, k, ws, g), do: (receive do {:at, p, r} -> loop(n, k + 1, [{p, r} | ws], g) end)
end
b = Barrier.new(4)
IO.inspect 1..4 |> Enum.map(fn i -> Task.async(fn -> {i, for(_ <- 1..3, do: Barrier.wait(b))} end) end) |> Task.await_many()
defmodule Promise do
  def new, do: spawn_link(fn -> pending([]) end)
  def fulfil(p, v), do: send(p, {:set, v})
  def get(p, t \\ 5000), do: (r = make_ref(); send(p, {:get, self(), r}); receive do {^r, v} -> {:ok, v} after t -> :timeout end)
  defp pending(ws), do: (receive do {:get, p, r} -> pending([{p, r} | ws]); {:set, v} -> for({p, r} <- ws, do: send(p, {r, v})); done(v) end)
  defp done(v), do: (receive do {:get, p, r} -> send(p, {r, v}); done(v); {:set, _} -> done(v) end)
end
p = Promise.new()
t = Task.async(fn -> Promise.get(p) end)
Promise.fulfil(p, 42); Promise.fulfil(p, 43)
IO.inspect {Task.await(t), Promise.get(p)}
defmodule Chan do
  use GenServer
  def new(cap), do: GenServer.start_link(__MODULE__, cap) |> elem(1)
  def put(c, x), do: GenServer.call(c, {:put, x}, :infinity)
  def take(c), do: GenServer.call(c, :take, :infinity)
  def close(c), do: GenServer.call(c, :close)
  def init(cap), do: {:ok, %{cap: cap, items: :queue.new(), putters: :queue.new(), takers: :queue.new(), closed: false}}
  def handle_call({:put, _}, _, %{closed: true} = s), do: {:reply, {:error, :closed}, s}
  def handle_call({:put, x}, from, s) do
    cond do
      not :queue.is_empty(s.takers) -> {{:value, t}, ts} = :queue.out(s.takers); GenServer.reply(t, {:ok, x}); {:reply, :ok, %{s | takers: ts}}
      :queue.len(s.items) < s.cap -> {:reply, :ok, %{s | items: :queue.in(x, s.items)}}
      true -> {:noreply, %{s | putters: :queue.in({from, x}, s.putters)}}
    end
  end
  def handle_call(:take, from, s) do
    case :queue.out(s.items) do
      {{:value, x}, items} ->
        case :queue.out(s.putters) do
          {{:value, {f, y}}, ps} -> GenServer.reply(f, :ok); {:reply, {:ok, x}, %{s | items: :queue.in(y, items), putters: ps}}
          _ -> {:reply, {:ok, x}, %{s | items: items}}
        end
      {:empty, _} when s.closed -> {:reply, :closed, s}
      _ -> {:noreply, %{s | takers: :queue.in(from, s.takers)}}
    end
  end
  def handle_call(:close, _, s) do
    for t <- :queue.to_list(s.takers), do: GenServer.reply(t, :closed)
    {:reply, :ok, %{s | closed: true, takers: :queue.new()}}
  end
end
c = Chan.new(2)
prod = Task.async(fn -> for i <- 1..20, do: Chan.put(c, i); Chan.close(c) end)
cons = fn cons, acc -> case Chan.take(c) do {:ok, x} -> cons.(cons, [x | acc]); :closed -> acc end end
IO.inspect 1..3 |> Enum.map(fn _ -> Task.async(fn -> cons.(cons, []) end) end) |> Task.await_many() |> Enum.concat() |> Enum.sort()
Task.await(prod)
IO.inspect Chan.put(c, 1)

IO.puts("-- jobs")
# job queue with retry and exponential back-off
defmodule JobQueue do
  use GenServer
  defmodule Job do
    defstruct [:id, :fun, attempts: 0, max: 3]
  end
  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)
  def enqueue(id, fun), do: GenServer.cast(__MODULE__, {:enqueue, %Job{id: id, fun: fun}})
  @impl true
  def init(opts), do: {:ok, %{q: :queue.new(), running: %{}, limit: opts[:concurrency], report: opts[:report], sup: opts[:sup], base: 5}}
  @impl true
  def handle_cast({:enqueue, job}, s), do: {:noreply, start_more(%{s | q: :queue.in(job, s.q)})}
  @impl true
  def handle_info({ref, result}, s) when is_map_key(s.running, ref) do
    Process.demonitor(ref, [:flush])
    {job, running} = Map.pop!(s.running, ref)
    send(s.report, {:ok, job.id, result, job.attempts})
    {:noreply, start_more(%{s | running: running})}
  end
  def handle_info({:DOWN, ref, :process, _, reason}, s) do
    {job, running} = Map.pop!(s.running, ref)
    if job.attempts >= job.max do
      send(s.report, {:failed, job.id, kind(reason)})
    else
      Process.send_after(self(), {:retry, job}, s.base * Integer.pow(2, job.attempts))
    end
    {:noreply, start_more(%{s | running: running})}
  end
  def handle_info({:retry, job}, s), do: {:noreply, start_more(%{s | q: :queue.in_r(job, s.q)})}
  defp kind({%{__exception__: true} = e, _}), do: Exception.message(e)
  defp kind(r), do: r
  defp start_more(s) when map_size(s.running) >= s.limit, do: s
  defp start_more(s) do
    case :queue.out(s.q) do
      {:empty, _} -> s
      {{:value, job}, q} ->
        job = %{job | attempts: job.attempts + 1}
        t = Task.Supervisor.async_nolink(s.sup, fn -> job.fun.(job.attempts) end)
        start_more(%{s | q: q, running: Map.put(s.running, t.ref, job)})
    end
  end
end
:logger.set_primary_config(:level, :none)
{:ok, sup} = Task.Supervisor.start_link()
{:ok, _} = JobQueue.start_link(concurrency: 2, report: self(), sup: sup)
JobQueue.enqueue(1, fn _ -> :one end)
JobQueue.enqueue(2, fn n when n < 3 -> raise "not yet #{n}"; n -> {:finally, n} end)
JobQueue.enqueue(3, fn _ -> exit(:always) end)
JobQueue.enqueue(4, fn _ -> raise "never" end)
for i <- 5..12, do: JobQueue.enqueue(i, fn _ -> Process.sleep(2); i * i end)
res = for _ <- 1..12, do: (receive do {:ok, id, r, n} -> {id, r, n}; {:failed, id, r} -> {id, :failed, r} after 5000 -> :lost end)
IO.inspect Enum.sort(res)
