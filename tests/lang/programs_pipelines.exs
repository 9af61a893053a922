# SPDX-License-Identifier: Apache-2.0
# Programs of stages: demand and back-pressure, streams that processes feed, maps, reductions and sorts in parallel, a sieve.

IO.puts("-- stages")
# pipeline of stages with demand (back-pressure by plain messages)
defmodule Stage do
  def producer(enum) do
    spawn_link(fn -> produce(Enum.to_list(enum)) end)
  end
  defp produce(list) do
    receive do
      {:demand, from, n} ->
        {now, rest} = Enum.split(list, n)
        if now == [], do: send(from, {:done, self()}), else: send(from, {:events, self(), now})
        unless now == [], do: produce(rest)
    end
  end
  def mapper(up, fun, batch) do
    spawn_link(fn -> mapping(up, fun, batch, []) end)
  end
  defp mapping(up, fun, batch, buf) do
    receive do
      {:demand, from, n} ->
        serve(up, fun, batch, buf, from, n)
    end
  end
  defp serve(up, fun, batch, [], from, n) do
    send(up, {:demand, self(), batch})
    receive do
      {:events, ^up, evs} -> serve(up, fun, batch, Enum.flat_map(evs, fun), from, n)
      {:done, ^up} -> send(from, {:done, self()})
    end
  end
  defp serve(up, fun, batch, buf, from, n) do
    {now, rest} = Enum.split(buf, n)
    send(from, {:events, self(), now})
    mapping(up, fun, batch, rest)
  end
  def consume(up, n, acc, f) do
    send(up, {:demand, self(), n})
    receive do
      {:events, ^up, evs} -> consume(up, n, Enum.reduce(evs, acc, f), f)
      {:done, ^up} -> acc
    end
  end
end
p = Stage.producer(1..1000)
m1 = Stage.mapper(p, fn x -> if rem(x, 3) == 0, do: [x], else: [] end, 10)
m2 = Stage.mapper(m1, fn x -> [x, -x] end, 7)
m3 = Stage.mapper(m2, fn x -> if x > 0, do: [x * 2], else: [] end, 5)
IO.inspect(Stage.consume(m3, 3, [], fn x, acc -> [x | acc] end) |> Enum.reverse() |> Enum.take(10))
p = Stage.producer(Stream.map(1..100, & &1))
chain = Enum.reduce(1..20, p, fn i, up -> Stage.mapper(up, &[&1 + i], i) end)
IO.inspect(Stage.consume(chain, 8, 0, &+/2))
IO.inspect(Process.info(self(), :message_queue_len))

IO.puts("-- streams of processes")
# Stream.resource with processes, Stream.unfold over a mailbox, chunking, zip, flat_map from processes
defmodule Source do
  def stream(n) do
    Stream.resource(
      fn -> me = self(); spawn_link(fn -> serve(me, 1, n) end) end,
      fn pid ->
        ref = make_ref()
        send(pid, {:next, ref, self()})
        receive do
          {^ref, {:item, x}} -> {[x], pid}
          {^ref, :eof} -> {:halt, pid}
        end
      end,
      fn pid ->
        ref = Process.monitor(pid)
        send(pid, :stop)
        receive do {:DOWN, ^ref, _, _, r} -> IO.inspect({:closed, r}) after 5000 -> IO.puts("still open") end
      end
    )
  end
  defp serve(owner, i, n) do
    receive do
      {:next, ref, from} when i > n -> send(from, {ref, :eof}); serve(owner, i, n)
      {:next, ref, from} -> send(from, {ref, {:item, i}}); serve(owner, i + 1, n)
      :stop -> :ok
    end
  end
end
IO.inspect Source.stream(5) |> Enum.to_list()
IO.inspect Source.stream(100) |> Stream.map(&(&1 * 3)) |> Stream.filter(&(rem(&1, 2) == 0)) |> Enum.take(4)
IO.inspect Source.stream(7) |> Stream.chunk_every(3) |> Enum.map(&Enum.sum/1)
IO.inspect Stream.zip(Source.stream(3), Source.stream(10)) |> Enum.to_list()
IO.inspect (try do Source.stream(3) |> Enum.each(fn 2 -> raise "stop"; x -> x end) rescue e -> e.message end)
for i <- 1..5, do: send(self(), {:m, i})
send(self(), :end)
IO.inspect Stream.repeatedly(fn -> receive do x -> x end end) |> Stream.take_while(&(&1 != :end)) |> Enum.map(&elem(&1, 1))
IO.inspect Source.stream(4) |> Task.async_stream(&(&1 * 10)) |> Enum.map(&elem(&1, 1))
IO.inspect Source.stream(6) |> Stream.transform(0, fn x, acc -> if acc > 8, do: {:halt, acc}, else: {[x + acc], acc + x} end) |> Enum.to_list()
IO.inspect Stream.timer(5) |> Enum.to_list()

IO.puts("-- in parallel")
# parallel map, reduce, quicksort, mergesort, word count
defmodule P do
  def pmap(l, f), do: l |> Enum.map(&Task.async(fn -> f.(&1) end)) |> Enum.map(&Task.await/1)
  def pmap2(l, f) do
    me = self()
    l |> Enum.map(fn x -> spawn_link(fn -> send(me, {self(), f.(x)}) end) end) |> Enum.map(fn p -> receive do {^p, r} -> r end end)
  end
  def preduce([x], _), do: x
  def preduce(l, f) do
    {a, b} = Enum.split(l, div(length(l), 2))
    t = Task.async(fn -> preduce(a, f) end)
    r = preduce(b, f)
    f.(Task.await(t), r)
  end
  def qs([]), do: []
  def qs(l) when length(l) < 20, do: Enum.sort(l)
  def qs([p | t]) do
    {a, b} = Enum.split_with(t, &(&1 < p))
    ta = Task.async(fn -> qs(a) end)
    b = qs(b)
    Task.await(ta) ++ [p | b]
  end
  def words(lines) do
    lines |> Stream.chunk_every(2) |> Task.async_stream(fn c ->
      c |> Enum.flat_map(&String.split(String.downcase(&1), [" ", ",", ".", "'"], trim: true)) |> Enum.frequencies()
    end, ordered: false) |> Enum.reduce(%{}, fn {:ok, m}, acc -> Map.merge(acc, m, fn _, a, b -> a + b end) end)
  end
end
IO.inspect P.pmap(1..10, &(&1 * &1))
IO.inspect P.pmap2(Enum.to_list(1..10), &Integer.to_string/1)
IO.inspect P.preduce(Enum.to_list(1..1000), &+/2)
IO.inspect P.preduce(~w(a b c d e f g), &<>/2)
:rand.seed(:exsss, {1, 2, 3})
l = for _ <- 1..2000, do: :rand.uniform(100000)
IO.inspect P.qs(l) == Enum.sort(l)
IO.inspect Enum.take(l, 5)
text = String.split("It was the best of times, it was the worst of times,\nit was the age of wisdom, it was the age of foolishness,\nit was the epoch of belief, it was the epoch of incredulity.\nSo it was", "\n")
IO.inspect P.words(text) |> Enum.sort_by(fn {w, n} -> {-n, w} end) |> Enum.take(6)
IO.inspect 1..20 |> Enum.chunk_every(5) |> Enum.map(fn c -> Task.async(Enum, :sum, [c]) end) |> Task.await_many(1000)
# matrix multiplication, a process a row
a = for i <- 1..8, do: for(j <- 1..8, do: i * j)
b = for i <- 1..8, do: for(j <- 1..8, do: if(i == j, do: 2, else: 0))
bt = Enum.zip_with(b, & &1)
IO.inspect P.pmap(a, fn row -> for col <- bt, do: Enum.zip_with(row, col, &*/2) |> Enum.sum() end) |> hd
# sieve with a process per prime
defmodule Sieve do
  def filter(p, next, out) do
    receive do
      n when is_integer(n) and rem(n, p) == 0 -> filter(p, next, out)
      n when is_integer(n) ->
        next = next || (send(out, {:prime, n}); spawn_link(fn -> filter(n, nil, out) end))
        send(next, n); filter(p, next, out)
      :end -> if next, do: send(next, :end), else: send(out, :done)
    end
  end
  def run(max) do
    me = self()
    f = spawn_link(fn -> filter(2, nil, me) end)
    for n <- 3..max, do: send(f, n)
    send(f, :end)
    [2 | collect([])]
  end
  defp collect(acc) do
    receive do {:prime, p} -> collect([p | acc]); :done -> Enum.sort(acc) end
  end
end
IO.inspect Sieve.run(200)
