# SPDX-License-Identifier: Apache-2.0
# Graphs, trees, dynamic programming, parsers, numbers: programs as people write them.

defmodule Graph do
  def new(edges), do: Enum.reduce(edges, %{}, fn {a, b, w}, g -> g |> add(a, b, w) |> add(b, a, w) end)
  defp add(g, a, b, w), do: Map.update(g, a, %{b => w}, &Map.put(&1, b, w))

  def dijkstra(g, from) do
    loop(g, [{0, from}], %{})
  end

  defp loop(_, [], dist), do: dist
  defp loop(g, queue, dist) do
    {d, n} = Enum.min(queue)
    queue = List.delete(queue, {d, n})
    if Map.has_key?(dist, n) do
      loop(g, queue, dist)
    else
      more = for {m, w} <- Map.get(g, n, %{}), not Map.has_key?(dist, m), do: {d + w, m}
      loop(g, more ++ queue, Map.put(dist, n, d))
    end
  end

  def bfs(g, from, to), do: bfs(g, :queue.from_list([[from]]), to, MapSet.new([from]))
  defp bfs(g, q, to, seen) do
    case :queue.out(q) do
      {:empty, _} -> nil
      {{:value, [^to | _] = path}, _} -> Enum.reverse(path)
      {{:value, [n | _] = path}, q} ->
        next = g |> Map.get(n, %{}) |> Map.keys() |> Enum.reject(&MapSet.member?(seen, &1)) |> Enum.sort()
        q = Enum.reduce(next, q, &:queue.in([&1 | path], &2))
        bfs(g, q, to, Enum.into(next, seen))
    end
  end

  def dfs(g, n, seen \\ []) do
    if n in seen, do: seen, else: Enum.reduce(Map.keys(g[n] || %{}) |> Enum.sort(), seen ++ [n], &dfs(g, &1, &2))
  end

  def topo(deps), do: topo(deps, Map.keys(deps) |> Enum.sort(), [])
  defp topo(_, [], done), do: Enum.reverse(done)
  defp topo(deps, [h | t], done), do: topo(deps, t, visit(deps, h, done))
  defp visit(deps, n, done) do
    if n in done, do: done, else: [n | Enum.reduce(Enum.sort(Map.get(deps, n, [])), done, &visit(deps, &1, &2))]
  end
end

g = Graph.new([{:a, :b, 7}, {:a, :c, 9}, {:a, :f, 14}, {:b, :c, 10}, {:b, :d, 15}, {:c, :d, 11}, {:c, :f, 2}, {:d, :e, 6}, {:e, :f, 9}])
IO.inspect(Graph.dijkstra(g, :a))
IO.inspect(Graph.bfs(g, :a, :e))
IO.inspect(Graph.dfs(g, :a))
IO.inspect(Graph.topo(%{app: [:web, :db], web: [:http], db: [:net], http: [:net], net: []}))

defmodule Bst do
  def new(list \\ []), do: Enum.reduce(list, nil, &put(&2, &1))
  def put(nil, v), do: {nil, v, nil}
  def put({l, x, r}, v) when v < x, do: {put(l, v), x, r}
  def put({l, x, r}, v) when v > x, do: {l, x, put(r, v)}
  def put(t, _), do: t
  def in_order(nil), do: []
  def in_order({l, x, r}), do: in_order(l) ++ [x | in_order(r)]
  def height(nil), do: 0
  def height({l, _, r}), do: 1 + max(height(l), height(r))
  def delete(nil, _), do: nil
  def delete({l, x, r}, v) when v < x, do: {delete(l, v), x, r}
  def delete({l, x, r}, v) when v > x, do: {l, x, delete(r, v)}
  def delete({nil, _, r}, _), do: r
  def delete({l, _, nil}, _), do: l
  def delete({l, _, r}, _), do: (m = min_of(r); {l, m, delete(r, m)})
  defp min_of({nil, x, _}), do: x
  defp min_of({l, _, _}), do: min_of(l)
  def levels(t), do: levels([t], [])
  defp levels([], acc), do: Enum.reverse(acc)
  defp levels(ts, acc) do
    ts = Enum.reject(ts, &is_nil/1)
    if ts == [], do: Enum.reverse(acc), else: levels(Enum.flat_map(ts, fn {l, _, r} -> [l, r] end), [Enum.map(ts, &elem(&1, 1)) | acc])
  end
end

t = Bst.new([500, 300, 700, 200, 400, 600, 800, 300])
IO.inspect({Bst.in_order(t), Bst.height(t), Bst.levels(t)})
IO.inspect(t |> Bst.delete(500) |> Bst.delete(200) |> Bst.levels())

defmodule Dp do
  def fib(n), do: fib(n, %{0 => 0, 1 => 1}) |> elem(0)
  defp fib(n, memo) when is_map_key(memo, n), do: {memo[n], memo}
  defp fib(n, memo) do
    {a, memo} = fib(n - 1, memo)
    {b, memo} = fib(n - 2, memo)
    {a + b, Map.put(memo, n, a + b)}
  end

  def change(coins, total) do
    Enum.reduce(coins, %{0 => 1}, fn c, ways ->
      Enum.reduce(c..total//1, ways, fn t, w -> Map.update(w, t, Map.get(w, t - c, 0), &(&1 + Map.get(w, t - c, 0))) end)
    end)[total]
  end

  def lcs([], _), do: []
  def lcs(a, b) do
    a = List.to_tuple(a)
    b = List.to_tuple(b)
    table = for i <- tuple_size(a)..0//-1, j <- tuple_size(b)..0//-1, reduce: %{} do
      t ->
        v = cond do
          i == tuple_size(a) or j == tuple_size(b) -> []
          elem(a, i) == elem(b, j) -> [elem(a, i) | t[{i + 1, j + 1}]]
          true -> Enum.max_by([t[{i + 1, j}], t[{i, j + 1}]], &length/1)
        end
        Map.put(t, {i, j}, v)
    end
    table[{0, 0}]
  end

  def knapsack(items, cap) do
    Enum.reduce(items, List.duplicate(0, cap + 1), fn {w, v}, best ->
      Enum.zip_with([best, List.duplicate(nil, w) ++ Enum.take(best, max(cap + 1 - w, 0))], fn [a, nil] -> a; [a, b] -> max(a, b + v) end)
    end) |> List.last()
  end

  def partitions(n), do: partitions(n, n)
  def partitions(0, _), do: [[]]
  def partitions(n, m), do: for(k <- min(n, m)..1//-1, rest <- partitions(n - k, k), do: [k | rest])
end

IO.inspect({Dp.fib(100), Dp.change([1, 5, 10, 25, 50], 100)})
IO.inspect(Dp.lcs(~c"AGGTABQWE", ~c"GXTXAYBWE") |> to_string())
IO.inspect(Dp.knapsack([{12, 4}, {2, 2}, {1, 1}, {1, 2}, {4, 10}], 15))
IO.inspect(Dp.partitions(5))

defmodule Json do
  def parse(s) do
    case value(skip(s)) do
      {v, rest} -> if skip(rest) == "", do: {:ok, v}, else: {:error, {:trailing, rest}}
    end
  catch
    {:bad, at} -> {:error, at}
  end

  defp skip(<<c, r::binary>>) when c in ~c" \n\t\r", do: skip(r)
  defp skip(r), do: r
  defp value("null" <> r), do: {nil, r}
  defp value("true" <> r), do: {true, r}
  defp value("false" <> r), do: {false, r}
  defp value("\"" <> r), do: string(r, [])
  defp value("[" <> r), do: (case skip(r) do "]" <> r -> {[], r}; r -> list(r, []) end)
  defp value("{" <> r), do: (case skip(r) do "}" <> r -> {%{}, r}; r -> object(r, %{}) end)
  defp value(<<c, _::binary>> = r) when c in ?0..?9 or c == ?-, do: number(r)
  defp value(r), do: throw({:bad, String.slice(r, 0, 5)})

  defp number(r) do
    {text, rest} = span(r, "")
    if text =~ "." or text =~ "e", do: {Float.parse(text) |> elem(0), rest}, else: {String.to_integer(text), rest}
  end

  defp span(<<c, r::binary>>, acc) when c in ?0..?9 or c in ~c"+-.eE", do: span(r, acc <> <<c>>)
  defp span(r, acc), do: {acc, r}
  defp string("\"" <> r, acc), do: {acc |> Enum.reverse() |> IO.iodata_to_binary(), r}
  defp string("\\n" <> r, acc), do: string(r, ["\n" | acc])
  defp string("\\\"" <> r, acc), do: string(r, ["\"" | acc])
  defp string(<<"\\u", h::binary-size(4), r::binary>>, acc), do: string(r, [<<String.to_integer(h, 16)::utf8>> | acc])
  defp string(<<c::utf8, r::binary>>, acc), do: string(r, [<<c::utf8>> | acc])
  defp string("", _), do: throw({:bad, :unterminated})

  defp list(r, acc) do
    {v, r} = value(skip(r))
    case skip(r) do
      "," <> r -> list(r, [v | acc])
      "]" <> r -> {Enum.reverse([v | acc]), r}
      r -> throw({:bad, r})
    end
  end

  defp object(r, acc) do
    "\"" <> r = skip(r)
    {k, r} = string(r, [])
    ":" <> r = skip(r)
    {v, r} = value(skip(r))
    case skip(r) do
      "," <> r -> object(r, Map.put(acc, k, v))
      "}" <> r -> {Map.put(acc, k, v), r}
      r -> throw({:bad, r})
    end
  end
end

IO.inspect(Json.parse(~s({"name": "Ann \\u00e9 \\"x\\"", "tags": ["a", 1, 2.5, -3e2, null, true], "nested": {"empty": {}, "list": []}})))
IO.inspect(Enum.map(["[1, 2", "[1 2]", "nul", "\"open", "1 x"], fn s -> try do Json.parse(s) rescue e -> e.__struct__ end end))

defmodule Calc do
  def run(s), do: s |> tokens([]) |> expr() |> elem(0)
  defp tokens("", acc), do: Enum.reverse(acc)
  defp tokens(<<c, r::binary>>, acc) when c in ?0..?9, do: (case acc do [{:n, n} | t] -> tokens(r, [{:n, n * 10 + c - ?0} | t]); _ -> tokens(r, [{:n, c - ?0} | acc]) end)
  defp tokens(" " <> r, acc), do: tokens(r, [:gap | acc])
  defp tokens(<<c, r::binary>>, acc), do: tokens(r, [<<c>> | acc])
  defp expr(ts), do: ts |> Enum.reject(&(&1 == :gap)) |> term() |> expr_rest()
  defp expr_rest({v, ["+" | ts]}), do: (with {w, r} <- term(ts), do: expr_rest({v + w, r}))
  defp expr_rest({v, ["-" | ts]}), do: (with {w, r} <- term(ts), do: expr_rest({v - w, r}))
  defp expr_rest(x), do: x
  defp term(ts), do: ts |> factor() |> term_rest()
  defp term_rest({v, ["*" | ts]}), do: (with {w, r} <- factor(ts), do: term_rest({v * w, r}))
  defp term_rest({v, ["/" | ts]}), do: (with {w, r} <- factor(ts), do: term_rest({v / w, r}))
  defp term_rest(x), do: x
  defp factor([{:n, n} | ts]), do: {n, ts}
  defp factor(["-" | ts]), do: (with {v, r} <- factor(ts), do: {-v, r})
  defp factor(["(" | ts]), do: (with {v, [")" | r]} <- expr(ts), do: {v, r})
end

IO.inspect(Enum.map(["1 + 2 * 3", "(1 + 2) * 3", "-4 * (2 - 5)", "10 / 4 - 1", "2*(3+4)*5-6"], &Calc.run/1))

rpn = fn s -> s |> String.split() |> Enum.reduce([], fn t, st -> case {t, st} do {"+", [b, a | r]} -> [a + b | r]; {"-", [b, a | r]} -> [a - b | r]; {"*", [b, a | r]} -> [a * b | r]; {n, r} -> [String.to_integer(n) | r] end end) |> hd() end
IO.inspect(rpn.("5 1 2 + 4 * + 3 -"))
balanced = fn s -> Enum.reduce_while(String.graphemes(s), [], fn c, st -> cond do c in ["(", "[", "{"] -> {:cont, [c | st]}; c in [")", "]", "}"] -> (case st do [o | r] -> if {o, c} in [{"(", ")"}, {"[", "]"}, {"{", "}"}], do: {:cont, r}, else: {:halt, :bad}; [] -> {:halt, :bad} end); true -> {:cont, st} end end) == [] end
IO.inspect(Enum.map(["([]{})", "([)]", "((", "a(b)c"], balanced))
binary_search = fn list, x -> t = List.to_tuple(list); go = fn go, lo, hi -> if lo > hi, do: :error, else: (m = div(lo + hi, 2); case elem(t, m) do ^x -> {:ok, m}; v when v < x -> go.(go, m + 1, hi); _ -> go.(go, lo, m - 1) end) end; go.(go, 0, tuple_size(t) - 1) end
IO.inspect({binary_search.([1, 3, 5, 7, 9, 11], 9), binary_search.([1, 3], 2)})
pascal = Stream.iterate([1], fn row -> Enum.zip_with([0 | row], row ++ [0], &(&1 + &2)) end) |> Enum.take(6)
Enum.each(pascal, &IO.puts(Enum.join(&1, " ")))
comb = fn comb, k, l -> cond do k == 0 -> [[]]; l == [] -> []; true -> for(c <- comb.(comb, k - 1, tl(l)), do: [hd(l) | c]) ++ comb.(comb, k, tl(l)) end end
IO.inspect(comb.(comb, 2, [:a, :b, :c, :d]))
look_say = Stream.iterate("1", fn s -> s |> String.graphemes() |> Enum.chunk_by(& &1) |> Enum.map_join(&"#{length(&1)}#{hd(&1)}") end)
IO.inspect(Enum.take(look_say, 7))
mandel = for y <- -6..6, do: for(x <- -16..6, into: "", do: (Enum.reduce_while(1..30, {0.0, 0.0}, fn i, {a, b} -> if a * a + b * b > 4, do: {:halt, i}, else: {:cont, {a * a - b * b + x / 8, 2 * a * b + y / 5}} end) |> case do i when is_integer(i) -> "."; _ -> "#" end))
Enum.each(mandel, &IO.puts/1)
egcd = fn egcd, a, b -> if b == 0, do: {a, 1, 0}, else: (with {g, x, y} <- egcd.(egcd, b, rem(a, b)), do: {g, y, x - div(a, b) * y}) end
IO.inspect(egcd.(egcd, 240, 46))
modpow = fn f, b, e, m -> cond do e == 0 -> 1; rem(e, 2) == 0 -> (h = f.(f, b, div(e, 2), m); rem(h * h, m)); true -> rem(b * f.(f, b, e - 1, m), m) end end
IO.inspect(modpow.(modpow, 3, 10 ** 18, 1_000_000_007))
