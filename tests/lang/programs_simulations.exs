# SPDX-License-Identifier: Apache-2.0
# Programs in the manner of puzzles of each day in December: grids, machines, instructions, intervals, linked rings.

# a machine with registers, run to its end
defmodule Machine do
  defstruct regs: %{"a" => 0, "b" => 0, "c" => 0, "d" => 0}, pc: 0, out: []

  def parse(text), do: text |> String.split("\n", trim: true) |> Enum.map(&instruction/1) |> List.to_tuple()

  defp instruction(line) do
    case String.split(line) do
      ["cpy", x, y] -> {:cpy, operand(x), y}
      ["inc", r] -> {:inc, r}
      ["dec", r] -> {:dec, r}
      ["jnz", x, y] -> {:jnz, operand(x), operand(y)}
      ["out", x] -> {:out, operand(x)}
    end
  end

  defp operand(s) do
    case Integer.parse(s) do
      {n, ""} -> n
      :error -> {:reg, s}
    end
  end

  def run(%Machine{pc: pc} = m, prog) when pc < 0 or pc >= tuple_size(prog), do: %{m | out: Enum.reverse(m.out)}
  def run(m, prog), do: m |> step(elem(prog, m.pc)) |> run(prog)

  defp step(m, {:cpy, x, r}), do: next(%{m | regs: %{m.regs | r => val(m, x)}})
  defp step(m, {:inc, r}), do: next(update_in(m.regs[r], &(&1 + 1)))
  defp step(m, {:dec, r}), do: next(update_in(m.regs[r], &(&1 - 1)))
  defp step(m, {:out, x}), do: next(%{m | out: [val(m, x) | m.out]})
  defp step(m, {:jnz, x, y}), do: if(val(m, x) != 0, do: %{m | pc: m.pc + val(m, y)}, else: next(m))
  defp next(m), do: %{m | pc: m.pc + 1}
  defp val(m, {:reg, r}), do: m.regs[r]
  defp val(_, n), do: n
end

program = Machine.parse("""
cpy 5 a
cpy 1 b
cpy a c
cpy b d
cpy 0 b
inc b
dec d
jnz d -2
inc b
dec c
jnz c -7
out b
dec a
jnz a -11
""")

result = Machine.run(struct(Machine), program)
IO.inspect({result.out, result.regs, result.pc})

# a path through a grid
defmodule Maze do
  def parse(text) do
    for {row, y} <- text |> String.split("\n", trim: true) |> Enum.with_index(), {c, x} <- row |> String.to_charlist() |> Enum.with_index(), into: %{}, do: {{x, y}, c}
  end

  def find(grid, c), do: Enum.find_value(grid, fn {p, ^c} -> p; _ -> nil end)

  def shortest(grid) do
    from = find(grid, ?S)
    to = find(grid, ?E)
    walk(:queue.from_list([{from, 0}]), MapSet.new([from]), grid, to)
  end

  defp walk(queue, seen, grid, to) do
    {{:value, {pos, n}}, queue} = :queue.out(queue)

    if pos == to do
      n
    else
      next = pos |> neighbours() |> Enum.filter(fn p -> Map.get(grid, p, ?#) != ?# and p not in seen end)
      {queue, seen} = Enum.reduce(next, {queue, seen}, fn p, {q, s} -> {:queue.in({p, n + 1}, q), MapSet.put(s, p)} end)
      walk(queue, seen, grid, to)
    end
  end

  defp neighbours({x, y}), do: [{x + 1, y}, {x - 1, y}, {x, y + 1}, {x, y - 1}]
end

IO.inspect(Maze.shortest(Maze.parse("""
#########
#S..#...#
#.#.#.#.#
#.#...#.#
#.#####.#
#......E#
#########
""")))

# merging intervals, counting overlaps
merge = fn ranges ->
  ranges
  |> Enum.sort()
  |> Enum.reduce([], fn
    {a, b}, [{c, d} | rest] when a <= d + 1 -> [{c, max(b, d)} | rest]
    r, acc -> [r | acc]
  end)
  |> Enum.reverse()
end

IO.inspect(merge.([{5, 8}, {1, 3}, {4, 4}, {10, 12}, {7, 9}]))

# the ring of cups
defmodule Ring do
  def new(list), do: Enum.zip(list, tl(list) ++ [hd(list)]) |> Map.new()

  def play(ring, _, 0, _), do: ring
  def play(ring, current, n, max) do
    a = ring[current]
    b = ring[a]
    c = ring[b]
    dest = destination(current - 1, [a, b, c], max)
    ring = %{ring | current => ring[c], dest => a, c => ring[dest]}
    play(ring, ring[current], n - 1, max)
  end

  defp destination(0, picked, max), do: destination(max, picked, max)
  defp destination(d, picked, max), do: if(d in picked, do: destination(d - 1, picked, max), else: d)
  def after_one(ring), do: Stream.iterate(ring[1], &ring[&1]) |> Enum.take_while(&(&1 != 1)) |> Enum.join()
end

ring = Ring.new([3, 8, 9, 1, 2, 5, 4, 6, 7])
IO.inspect({Ring.after_one(Ring.play(ring, 3, 10, 9)), Ring.after_one(Ring.play(ring, 3, 100, 9))})

# stacks of crates
drawing = """
    [D]
[N] [C]
[Z] [M] [P]
 1   2   3
"""

rows = drawing |> String.split("\n", trim: true) |> Enum.drop(-1)
stacks =
  for row <- Enum.reverse(rows), {<<?[, c, ?]>>, i} <- row |> String.codepoints() |> Enum.chunk_every(4) |> Enum.map(&(&1 |> Enum.take(3) |> Enum.join())) |> Enum.with_index(1), reduce: %{} do
    acc -> Map.update(acc, i, [<<c>>], &[<<c>> | &1])
  end

IO.inspect(stacks)
moves = for line <- ["move 1 from 2 to 1", "move 3 from 1 to 3", "move 2 from 2 to 1", "move 1 from 1 to 2"], do: line |> String.split() |> Enum.flat_map(fn w -> case Integer.parse(w) do {n, _} -> [n]; :error -> [] end end) |> List.to_tuple()
final = Enum.reduce(moves, stacks, fn {n, from, to}, s -> {taken, left} = Enum.split(s[from], n); %{s | from => left, to => Enum.reverse(taken) ++ s[to]} end)
IO.puts(Enum.map_join(1..3, fn i -> hd(final[i]) end))

# octopuses flashing in steps
energy = for {row, y} <- Enum.with_index(~w(5483143223 2745854711 5264556173 6141336146 6357385478 4167524645 2176841721 6882881134 4846848554 5283751526)), {c, x} <- Enum.with_index(String.graphemes(row)), into: %{}, do: {{x, y}, String.to_integer(c)}

defmodule Octopus do
  def step(grid) do
    grid = Map.new(grid, fn {p, e} -> {p, e + 1} end)
    flash(grid, for({p, e} <- grid, e > 9, do: p), MapSet.new())
  end

  defp flash(grid, [], done), do: {Enum.reduce(done, grid, &Map.put(&2, &1, 0)), MapSet.size(done)}
  defp flash(grid, [p | rest], done) do
    if p in done do
      flash(grid, rest, done)
    else
      {x, y} = p
      around = for dx <- -1..1, dy <- -1..1, q = {x + dx, y + dy}, q != p, is_map_key(grid, q), do: q
      grid = Enum.reduce(around, grid, fn q, g -> Map.update!(g, q, &(&1 + 1)) end)
      flash(grid, Enum.filter(around, &(grid[&1] > 9)) ++ rest, MapSet.put(done, p))
    end
  end
end

{_, total} = Enum.reduce(1..100, {energy, 0}, fn _, {g, n} -> {g, k} = Octopus.step(g); {g, n + k} end)
IO.inspect(total)
IO.inspect(Stream.iterate({energy, 0}, fn {g, _} -> Octopus.step(g) end) |> Enum.find_index(fn {_, n} -> n == 100 end))

# snailfish-like trees, bits of a packet, dots folded on paper
defmodule Packet do
  def parse(hex), do: hex |> Base.decode16!() |> packet() |> elem(0)
  defp packet(<<v::3, 4::3, rest::bits>>), do: (with {n, rest} <- literal(rest, 0), do: {%{version: v, value: n}, rest})
  defp packet(<<v::3, op::3, 0::1, len::15, inner::bitstring-size(len), rest::bits>>), do: {%{version: v, op: op, sub: all(inner)}, rest}
  defp packet(<<v::3, op::3, 1::1, count::11, rest::bits>>) do
    {subs, rest} = Enum.map_reduce(1..count, rest, fn _, r -> packet(r) end)
    {%{version: v, op: op, sub: subs}, rest}
  end
  defp all(<<>>), do: []
  defp all(bits), do: (with {p, rest} <- packet(bits), do: [p | all(rest)])
  defp literal(<<1::1, n::4, rest::bits>>, acc), do: literal(rest, acc * 16 + n)
  defp literal(<<0::1, n::4, rest::bits>>, acc), do: {acc * 16 + n, rest}
  def versions(%{version: v, sub: s}), do: v + (s |> Enum.map(&versions/1) |> Enum.sum())
  def versions(%{version: v}), do: v
  def eval(%{value: v}), do: v
  def eval(%{op: op, sub: subs}) do
    vals = Enum.map(subs, &eval/1)
    case {op, vals} do
      {0, v} -> Enum.sum(v)
      {1, v} -> Enum.product(v)
      {2, v} -> Enum.min(v)
      {3, v} -> Enum.max(v)
      {5, [a, b]} -> if a > b, do: 1, else: 0
      {6, [a, b]} -> if a < b, do: 1, else: 0
      {7, [a, b]} -> if a == b, do: 1, else: 0
    end
  end
end

IO.inspect(Packet.parse("D2FE28"))
IO.inspect(Enum.map(["8A004A801A8002F478", "620080001611562C8802118E34", "A0016C880162017C3686B18A3D4780"], &(&1 |> Packet.parse() |> Packet.versions())))
IO.inspect(Enum.map(["C200B40A82", "04005AC33890", "9C0141080250320F1802104A08"], &(&1 |> Packet.parse() |> Packet.eval())))

dots = MapSet.new([{6, 10}, {0, 14}, {9, 10}, {0, 3}, {10, 4}, {4, 11}, {6, 0}, {6, 12}, {4, 1}, {0, 13}, {10, 12}, {3, 4}, {3, 0}, {8, 4}, {1, 10}, {2, 14}, {8, 10}, {9, 0}])
fold = fn dots, {axis, at} -> MapSet.new(dots, fn {x, y} -> case axis do :y when y > at -> {x, 2 * at - y}; :x when x > at -> {2 * at - x, y}; _ -> {x, y} end end) end
folded = Enum.reduce([y: 7, x: 5], dots, &fold.(&2, &1))
for y <- 0..4, do: IO.puts(for x <- 0..4, do: if({x, y} in folded, do: "#", else: "."))

# pairs inserted into a polymer, counted without building it
rules = for {a, b, c} <- [{?C, ?H, ?B}, {?H, ?H, ?N}, {?C, ?B, ?H}, {?N, ?H, ?C}, {?H, ?B, ?C}, {?H, ?C, ?B}, {?H, ?N, ?C}, {?N, ?N, ?C}, {?B, ?H, ?H}, {?N, ?C, ?B}, {?N, ?B, ?B}, {?B, ?N, ?B}, {?B, ?B, ?N}, {?B, ?C, ?B}, {?C, ?C, ?N}, {?C, ?N, ?C}], into: %{}, do: {{a, b}, c}
template = ~c"NNCB"
pairs = Enum.zip(template, tl(template)) |> Enum.frequencies()
grow = fn pairs -> Enum.reduce(pairs, %{}, fn {{a, b}, n}, acc -> c = rules[{a, b}]; acc |> Map.update({a, c}, n, &(&1 + n)) |> Map.update({c, b}, n, &(&1 + n)) end) end
count = fn pairs -> Enum.reduce(pairs, %{List.last(template) => 1}, fn {{a, _}, n}, acc -> Map.update(acc, a, n, &(&1 + n)) end) end
{lo, hi} = Enum.reduce(1..40, pairs, fn _, p -> grow.(p) end) |> count.() |> Map.values() |> Enum.min_max()
IO.inspect(hi - lo)

# lanternfish, crabs, bingo, vents
fish = Enum.reduce(1..256, Enum.frequencies([3, 4, 3, 1, 2]), fn _, f -> for {d, n} <- f, reduce: %{} do acc -> if(d == 0, do: acc |> Map.update(6, n, &(&1 + n)) |> Map.put(8, n), else: Map.update(acc, d - 1, n, &(&1 + n))) end end)
IO.inspect(fish |> Map.values() |> Enum.sum())
crabs = [16, 1, 2, 0, 4, 2, 7, 1, 2, 14]
IO.inspect(0..16 |> Enum.map(fn p -> crabs |> Enum.map(&(abs(&1 - p) |> then(fn d -> div(d * (d + 1), 2) end))) |> Enum.sum() end) |> Enum.min())
lines = for l <- ["0,9 -> 5,9", "8,0 -> 0,8", "9,4 -> 3,4", "2,2 -> 2,1", "7,0 -> 7,4", "6,4 -> 2,0", "0,9 -> 2,9", "3,4 -> 1,4", "0,0 -> 8,8", "5,5 -> 8,2"], do: l |> String.split([",", " -> "]) |> Enum.map(&String.to_integer/1)
points = Enum.flat_map(lines, fn [x, y1, x, y2] -> for(y <- y1..y2, do: {x, y}); [x1, y, x2, y] -> for(x <- x1..x2, do: {x, y}); [x1, y1, x2, y2] -> Enum.zip(x1..x2, y1..y2) end)
IO.inspect(points |> Enum.frequencies() |> Enum.count(fn {_, n} -> n > 1 end))
