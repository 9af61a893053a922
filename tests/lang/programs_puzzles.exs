# SPDX-License-Identifier: Apache-2.0
# Small well-known programs: queens, sudoku, life, primes, sorting, matrices.

defmodule Queens do
  def solve(n), do: place(n, n)
  defp place(0, _), do: [[]]
  defp place(k, n), do: for(qs <- place(k - 1, n), q <- 1..n, safe?(q, qs, 1), do: [q | qs])
  defp safe?(_, [], _), do: true
  defp safe?(q, [h | t], d), do: q != h and abs(q - h) != d and safe?(q, t, d + 1)

  def print(solution) do
    n = length(solution)
    for q <- solution, do: IO.puts(Enum.map_join(1..n, " ", fn c -> if c == q, do: "Q", else: "." end))
  end
end

IO.inspect(Enum.map(1..7, fn n -> length(Queens.solve(n)) end))
Queens.print(hd(Queens.solve(6)))

defmodule Sudoku do
  def parse(text) do
    for {row, r} <- text |> String.split() |> Enum.with_index(),
        {c, col} <- row |> String.graphemes() |> Enum.with_index(),
        c != ".",
        into: %{},
        do: {{r, col}, String.to_integer(c)}
  end

  def solve(board) do
    case best_cell(board) do
      nil -> board
      {_, []} -> nil
      {cell, options} -> Enum.find_value(options, fn v -> solve(Map.put(board, cell, v)) end)
    end
  end

  defp best_cell(board) do
    for(r <- 0..8, c <- 0..8, not is_map_key(board, {r, c}), do: {{r, c}, options(board, r, c)})
    |> Enum.min_by(fn {_, o} -> length(o) end, fn -> nil end)
  end

  defp options(board, r, c) do
    {br, bc} = {div(r, 3) * 3, div(c, 3) * 3}
    row = for i <- 0..8, do: board[{r, i}]
    col = for i <- 0..8, do: board[{i, c}]
    box = for i <- 0..2, j <- 0..2, do: board[{br + i, bc + j}]
    Enum.to_list(1..9) -- (row ++ col ++ box)
  end

  def show(board), do: for(r <- 0..8, do: IO.puts(Enum.map_join(0..8, "", fn c -> "#{board[{r, c}]}" end)))
end

"""
53..7....
6..195...
.98....6.
8...6...3
4..8.3..1
7...2...6
.6....28.
...419..5
....8..79
"""
|> Sudoku.parse()
|> Sudoku.solve()
|> Sudoku.show()

defmodule Life do
  def parse(rows), do: for({row, y} <- Enum.with_index(rows), {?#, x} <- Enum.with_index(String.to_charlist(row)), into: MapSet.new(), do: {x, y})

  def step(cells) do
    cells
    |> Enum.flat_map(fn {x, y} -> for dx <- -1..1, dy <- -1..1, {dx, dy} != {0, 0}, do: {x + dx, y + dy} end)
    |> Enum.frequencies()
    |> Enum.filter(fn {c, n} -> n == 3 or (n == 2 and MapSet.member?(cells, c)) end)
    |> MapSet.new(&elem(&1, 0))
  end

  def show(cells, w, h) do
    for y <- 0..(h - 1), do: IO.puts(for x <- 0..(w - 1), do: if({x, y} in cells, do: ?#, else: ?.))
  end
end

glider = Life.parse([".#.", "..#", "###"])
later = Enum.reduce(1..8, glider, fn _, c -> Life.step(c) end)
Life.show(later, 6, 6)
IO.inspect(Enum.sort(later))

defmodule Primes do
  def sieve(n), do: filter(Enum.to_list(2..n))
  defp filter([]), do: []
  defp filter([p | rest]), do: [p | filter(for x <- rest, rem(x, p) != 0, do: x)]

  def marked(n) do
    composite = for i <- 2..trunc(:math.sqrt(n)), j <- (i * i)..n//i, into: MapSet.new(), do: j
    Enum.reject(2..n, &(&1 in composite))
  end

  def factors(n), do: factors(n, 2, [])
  defp factors(1, _, acc), do: Enum.reverse(acc)
  defp factors(n, d, acc) when d * d > n, do: Enum.reverse([n | acc])
  defp factors(n, d, acc) when rem(n, d) == 0, do: factors(div(n, d), d, [d | acc])
  defp factors(n, d, acc), do: factors(n, d + 1, acc)

  def prime?(n) when n < 2, do: false
  def prime?(n), do: factors(n) == [n]
  def stream, do: Stream.iterate(2, &(&1 + 1)) |> Stream.filter(&prime?/1)
  def perfect?(n), do: Enum.sum(for d <- 1..div(n, 2), rem(n, d) == 0, do: d) == n
end

IO.inspect(Primes.sieve(50))
IO.inspect(Primes.sieve(200) == Primes.marked(200))
IO.inspect(Primes.factors(600_851_475_143))
IO.inspect(Primes.stream() |> Enum.take(10))
IO.inspect(Primes.stream() |> Stream.drop(99) |> Enum.at(0))
IO.inspect(Enum.filter(2..500, &Primes.perfect?/1))

defmodule Sorting do
  def quick([]), do: []
  def quick([p | t]) do
    {lo, hi} = Enum.split_with(t, &(&1 < p))
    quick(lo) ++ [p] ++ quick(hi)
  end

  def merge_sort(l) when length(l) < 2, do: l
  def merge_sort(l) do
    {a, b} = Enum.split(l, div(length(l), 2))
    merge(merge_sort(a), merge_sort(b))
  end

  defp merge([], b), do: b
  defp merge(a, []), do: a
  defp merge([a | at] = al, [b | bt] = bl), do: if(a <= b, do: [a | merge(at, bl)], else: [b | merge(al, bt)])

  def insertion(l), do: Enum.reduce(l, [], &insert/2)
  defp insert(x, []), do: [x]
  defp insert(x, [h | t]) when x <= h, do: [x, h | t]
  defp insert(x, [h | t]), do: [h | insert(x, t)]

  def bubble(l), do: bubble(l, length(l))
  defp bubble(l, 0), do: l
  defp bubble(l, n), do: bubble(pass(l), n - 1)
  defp pass([a, b | t]) when a > b, do: [b | pass([a | t])]
  defp pass([a | t]), do: [a | pass(t)]
  defp pass([]), do: []

  def selection([]), do: []
  def selection(l), do: (m = Enum.min(l); [m | selection(List.delete(l, m))])

  def heap(l), do: l |> Enum.reduce(nil, &push/2) |> drain()
  defp push(x, h), do: meld({x, nil, nil}, h)
  defp meld(nil, h), do: h
  defp meld(h, nil), do: h
  defp meld({a, l, r}, {b, _, _} = h) when a <= b, do: {a, meld(h, r), l}
  defp meld(h, {b, l, r}), do: {b, meld(h, r), l}
  defp drain(nil), do: []
  defp drain({x, l, r}), do: [x | drain(meld(l, r))]

  def radix(l, digits), do: Enum.reduce(0..(digits - 1), l, fn d, acc ->
    groups = Enum.group_by(acc, fn n -> n |> div(10 ** d) |> rem(10) end)
    Enum.flat_map(0..9, &Map.get(groups, &1, []))
  end)
end

# a generator of numbers, the same every time
numbers = Stream.iterate(12345, &rem(&1 * 1_103_515_245 + 12345, 2_147_483_648)) |> Stream.map(&rem(div(&1, 65536), 1000)) |> Enum.take(200)
want = Enum.sort(numbers)
IO.inspect(Enum.take(want, 12))
IO.inspect(for {n, f} <- [quick: &Sorting.quick/1, merge: &Sorting.merge_sort/1, insertion: &Sorting.insertion/1, bubble: &Sorting.bubble/1, selection: &Sorting.selection/1, heap: &Sorting.heap/1, radix: &Sorting.radix(&1, 3)], do: {n, f.(numbers) == want})

defmodule Matrix do
  def mul(a, b), do: (bt = transpose(b); for(r <- a, do: for(c <- bt, do: dot(r, c))))
  def transpose([[] | _]), do: []
  def transpose(m), do: [Enum.map(m, &hd/1) | transpose(Enum.map(m, &tl/1))]
  def dot(a, b), do: Enum.zip(a, b) |> Enum.map(fn {x, y} -> x * y end) |> Enum.sum()
  def identity(n), do: for(i <- 1..n, do: for(j <- 1..n, do: if(i == j, do: 1, else: 0)))
  def pow(m, 0), do: identity(length(m))
  def pow(m, n) when rem(n, 2) == 0, do: (h = pow(m, div(n, 2)); mul(h, h))
  def pow(m, n), do: mul(m, pow(m, n - 1))
  def det([[x]]), do: x
  def det([first | rest]) do
    for {x, i} <- Enum.with_index(first), reduce: 0 do
      acc -> acc + x * (if rem(i, 2) == 0, do: 1, else: -1) * det(Enum.map(rest, &List.delete_at(&1, i)))
    end
  end
  def spiral([]), do: []
  def spiral([h | t]), do: h ++ (t |> transpose_safe() |> Enum.reverse() |> spiral())
  defp transpose_safe([]), do: []
  defp transpose_safe(m), do: m |> Enum.zip() |> Enum.map(&Tuple.to_list/1)
end

a = [[1, 2], [3, 4], [5, 6]]
IO.inspect(Matrix.mul(a, [[1, 0, 2], [0, 1, 3]]))
IO.inspect(Matrix.transpose(a))
IO.inspect(Matrix.pow([[1, 1], [1, 0]], 90) |> hd() |> Enum.at(1))
IO.inspect(Matrix.det([[2, 0, 1], [1, 3, 2], [1, 1, 4]]))
IO.inspect(Matrix.spiral([[1, 2, 3], [4, 5, 6], [7, 8, 9]]))
IO.inspect(Enum.zip([[1, 2], [3, 4]]) |> Enum.map(&Tuple.sum/1))
