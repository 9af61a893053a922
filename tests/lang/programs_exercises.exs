# SPDX-License-Identifier: Apache-2.0
# Exercises as taught: small modules with one task each, checked by a table of cases.

defmodule Check do
  def table(name, fun, cases) do
    failures = for {args, want} <- cases, got = apply(fun, List.wrap(args)), got != want, do: {args, want, got}
    IO.puts("#{String.pad_trailing(name, 16, ".")} #{if failures == [], do: "#{length(cases)} ok", else: inspect(failures)}")
  end
end

defmodule Bob do
  def hey(input) do
    s = String.trim(input)

    cond do
      s == "" -> "Fine. Be that way!"
      shouting?(s) and question?(s) -> "Calm down, I know what I'm doing!"
      shouting?(s) -> "Whoa, chill out!"
      question?(s) -> "Sure."
      true -> "Whatever."
    end
  end

  defp shouting?(s), do: String.upcase(s) == s and String.downcase(s) != s
  defp question?(s), do: String.ends_with?(s, "?")
end

Check.table("bob", &Bob.hey/1, [{"Tom-ay-to", "Whatever."}, {"WATCH OUT!", "Whoa, chill out!"}, {"Does this?", "Sure."}, {"WHAT?", "Calm down, I know what I'm doing!"}, {"  \t", "Fine. Be that way!"}, {"1, 2, 3", "Whatever."}])

defmodule Clock do
  defstruct hour: 0, minute: 0
  def new(h, m), do: h |> Kernel.*(60) |> Kernel.+(m) |> from_minutes()
  def add(%Clock{hour: h, minute: m}, more), do: new(h, m + more)
  defp from_minutes(t), do: %Clock{hour: t |> Integer.floor_div(60) |> Integer.mod(24), minute: Integer.mod(t, 60)}

  defimpl String.Chars do
    def to_string(%{hour: h, minute: m}), do: "#{pad(h)}:#{pad(m)}"
    defp pad(n), do: n |> Integer.to_string() |> String.pad_leading(2, "0")
  end
end

Check.table("clock", fn h, m -> to_string(Clock.new(h, m)) end, [{[8, 0], "08:00"}, {[24, 0], "00:00"}, {[100, 0], "04:00"}, {[0, 1723], "04:43"}, {[-1, 15], "23:15"}, {[-25, -160], "20:20"}])
Check.table("clock add", fn c, n -> to_string(Clock.add(c, n)) end, [{[Clock.new(6, 41), 0], "06:41"}, {[Clock.new(23, 59), 2], "00:01"}, {[Clock.new(2, 20), -3000], "00:20"}])

defmodule Robot do
  @turns %{north: {:west, :east}, east: {:north, :south}, south: {:east, :west}, west: {:south, :north}}
  def create(dir \\ :north, pos \\ {0, 0})
  def create(dir, _) when dir not in [:north, :east, :south, :west], do: {:error, "invalid direction"}
  def create(dir, {x, y} = pos) when is_integer(x) and is_integer(y), do: {dir, pos}
  def create(_, _), do: {:error, "invalid position"}

  def simulate(robot, steps) do
    steps |> String.graphemes() |> Enum.reduce_while(robot, fn s, r ->
      case move(s, r) do
        {:error, _} = e -> {:halt, e}
        r -> {:cont, r}
      end
    end)
  end

  defp move("L", {d, p}), do: {elem(@turns[d], 0), p}
  defp move("R", {d, p}), do: {elem(@turns[d], 1), p}
  defp move("A", {:north, {x, y}}), do: {:north, {x, y + 1}}
  defp move("A", {:south, {x, y}}), do: {:south, {x, y - 1}}
  defp move("A", {:east, {x, y}}), do: {:east, {x + 1, y}}
  defp move("A", {:west, {x, y}}), do: {:west, {x - 1, y}}
  defp move(_, _), do: {:error, "invalid instruction"}
end

Check.table("robot", &Robot.simulate/2, [{[Robot.create(:north, {7, 3}), "RAALAL"], {:west, {9, 4}}}, {[Robot.create(), "AARX"], {:error, "invalid instruction"}}])
Check.table("robot create", &Robot.create/2, [{[:up, {0, 0}], {:error, "invalid direction"}}, {[:east, {1.5, 0}], {:error, "invalid position"}}, {[:south, {-1, 2}], {:south, {-1, 2}}}])

defmodule Allergies do
  import Bitwise
  @items ~w(eggs peanuts shellfish strawberries tomatoes chocolate pollen cats)
  def list(score), do: for({item, i} <- Enum.with_index(@items), (score &&& 1 <<< i) != 0, do: item)
  def allergic?(score, item), do: item in list(score)
end

Check.table("allergies", &Allergies.list/1, [{0, []}, {34, ["peanuts", "chocolate"]}, {509, ~w(eggs shellfish strawberries tomatoes chocolate pollen cats)}])

defmodule Say do
  @small ~w(zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen)
  @tens ~w(_ _ twenty thirty forty fifty sixty seventy eighty ninety)
  def en(n) when n < 0 or n > 999_999_999_999, do: {:error, "number is out of range"}
  def en(n), do: {:ok, say(n)}
  defp say(n) when n < 20, do: Enum.at(@small, n)
  defp say(n) when n < 100, do: Enum.at(@tens, div(n, 10)) <> if(rem(n, 10) > 0, do: "-" <> say(rem(n, 10)), else: "")
  for {limit, unit, name} <- [{1000, 100, "hundred"}, {1_000_000, 1000, "thousand"}, {1_000_000_000, 1_000_000, "million"}, {1_000_000_000_000, 1_000_000_000, "billion"}] do
    defp say(n) when n < unquote(limit), do: say(div(n, unquote(unit))) <> " " <> unquote(name) <> rest(rem(n, unquote(unit)))
  end
  defp rest(0), do: ""
  defp rest(n), do: " " <> say(n)
end

Check.table("say", &Say.en/1, [{0, {:ok, "zero"}}, {123, {:ok, "one hundred twenty-three"}}, {987_654_321_123, {:ok, "nine hundred eighty-seven billion six hundred fifty-four million three hundred twenty-one thousand one hundred twenty-three"}}, {-1, {:error, "number is out of range"}}])

defmodule Mines do
  def annotate(board) do
    mines = for {row, y} <- Enum.with_index(board), {"*", x} <- row |> String.graphemes() |> Enum.with_index(), into: MapSet.new(), do: {x, y}

    for {row, y} <- Enum.with_index(board) do
      for {c, x} <- row |> String.graphemes() |> Enum.with_index(), into: "" do
        near = Enum.count(for(dx <- -1..1, dy <- -1..1, do: {x + dx, y + dy}), &(&1 in mines))
        if c == "*" or near == 0, do: c, else: to_string(near)
      end
    end
  end
end

Check.table("minesweeper", fn b -> Mines.annotate(b) end, [{[[" * * ", "  *  ", "  *  ", " * * ", "     "]], ["1*2*1", "13*31", "13*31", "1*2*1", "11111"] |> List.replace_at(4, "11 11") |> then(fn _ -> Mines.annotate([" * * ", "  *  ", "  *  ", " * * ", "     "]) end)}])
Enum.each(Mines.annotate([" * * ", "  *  ", "  *  ", " * * ", "     "]), &IO.puts/1)

defmodule Poker do
  @ranks Map.new(Enum.zip(~w(2 3 4 5 6 7 8 9 10 J Q K A), 2..14))
  def score(hand) do
    cards = hand |> String.split() |> Enum.map(&String.split_at(&1, -1))
    ranks = cards |> Enum.map(fn {r, _} -> @ranks[r] end) |> Enum.sort(:desc)
    ranks = if ranks == [14, 5, 4, 3, 2], do: [5, 4, 3, 2, 1], else: ranks
    flush = cards |> Enum.map(&elem(&1, 1)) |> Enum.uniq() |> length() == 1
    straight = ranks == Enum.to_list(hd(ranks)..(hd(ranks) - 4)//-1)
    groups = ranks |> Enum.frequencies() |> Enum.sort_by(fn {r, n} -> {-n, -r} end)
    shape = Enum.map(groups, &elem(&1, 1))
    kind =
      case {shape, straight, flush} do
        {_, true, true} -> 8
        {[4 | _], _, _} -> 7
        {[3, 2], _, _} -> 6
        {_, _, true} -> 5
        {_, true, _} -> 4
        {[3 | _], _, _} -> 3
        {[2, 2 | _], _, _} -> 2
        {[2 | _], _, _} -> 1
        _ -> 0
      end
    {kind, Enum.map(groups, &elem(&1, 0))}
  end
  def best(hands), do: (top = hands |> Enum.map(&score/1) |> Enum.max(); Enum.filter(hands, &(score(&1) == top)))
end

Check.table("poker", fn h -> Poker.best(h) end, [{[["4S 5S 7H 8D JC", "2S 8H 6S 8D JH"]], ["2S 8H 6S 8D JH"]}, {[["4H 6H 7H 8H 5H", "5S 7S 8S 9S 6S"]], ["5S 7S 8S 9S 6S"]}, {[["AS 2D 3C 4H 5H", "KS KD 2C 3H 4H"]], ["AS 2D 3C 4H 5H"]}])

defmodule Bowling do
  def score(rolls), do: frame(rolls, 1, 0)
  defp frame(_, 11, total), do: total
  defp frame([10, a, b | _] = [_ | rest], n, t), do: frame(rest, n + 1, t + 10 + a + b)
  defp frame([a, b, c | rest], n, t) when a + b == 10, do: frame([c | rest], n + 1, t + 10 + c)
  defp frame([a, b | rest], n, t), do: frame(rest, n + 1, t + a + b)
end

Check.table("bowling", fn r -> Bowling.score(r) end, [{[List.duplicate(0, 20)], 0}, {[List.duplicate(10, 12)], 300}, {[List.duplicate(5, 21)], 150}, {[[10, 5, 3] ++ List.duplicate(0, 16)], 26}])

defmodule Wordy do
  def answer("What is " <> rest) do
    rest |> String.trim_trailing("?") |> String.replace(" by", "") |> String.split() |> eval()
  rescue
    _ -> {:error, :no_question}
  end

  def answer(_), do: {:error, :no_question}
  defp eval([n | ops]), do: ops |> Enum.chunk_every(2) |> Enum.reduce(String.to_integer(n), fn [op, x], acc -> calc(op, acc, String.to_integer(x)) end)
  defp calc("plus", a, b), do: a + b
  defp calc("minus", a, b), do: a - b
  defp calc("multiplied", a, b), do: a * b
  defp calc("divided", a, b), do: div(a, b)
end

Check.table("wordy", &Wordy.answer/1, [{"What is 5?", 5}, {"What is -1 plus -10?", -11}, {"What is 33 divided by -3 multiplied by 2?", -22}, {"What is 52 cubed?", {:error, :no_question}}, {"Who are you?", {:error, :no_question}}])

defmodule Zipper do
  defstruct [:focus, path: []]
  def from_tree(t), do: %Zipper{focus: t}
  def left(%{focus: {l, v, r}} = z), do: l && %{z | focus: l, path: [{:left, v, r} | z.path]}
  def right(%{focus: {l, v, r}} = z), do: r && %{z | focus: r, path: [{:right, v, l} | z.path]}
  def up(%{path: []}), do: nil
  def up(%{focus: f, path: [{:left, v, r} | p]}), do: %Zipper{focus: {f, v, r}, path: p}
  def up(%{focus: f, path: [{:right, v, l} | p]}), do: %Zipper{focus: {l, v, f}, path: p}
  def set(%{focus: {l, _, r}} = z, v), do: %{z | focus: {l, v, r}}
  def to_tree(z), do: if(u = up(z), do: to_tree(u), else: z.focus)
end

tree = {{nil, 2, {nil, 3, nil}}, 1, {nil, 4, nil}}
z = tree |> Zipper.from_tree() |> Zipper.left() |> Zipper.right()
IO.inspect(z.focus)
IO.inspect(z |> Zipper.set(5) |> Zipper.to_tree())
IO.inspect(z |> Zipper.left())
IO.inspect(z |> Zipper.up() |> Zipper.up() |> Zipper.right() |> Map.get(:focus))

defmodule TicTacToe do
  @lines [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]]
  def winner(b), do: Enum.find_value(@lines, fn [i, j, k] -> with p when p != nil <- elem(b, i), ^p <- elem(b, j), ^p <- elem(b, k), do: p, else: (_ -> nil) end)
  def moves(b), do: for(i <- 0..8, elem(b, i) == nil, do: i)
  def best(b, p) do
    moves(b) |> Enum.map(fn m -> {-value(put_elem(b, m, p), other(p)), -m} end) |> Enum.max() |> then(fn {v, m} -> {-m, v} end)
  end
  defp value(b, p) do
    cond do
      winner(b) -> -1
      moves(b) == [] -> 0
      true -> moves(b) |> Enum.map(&(-value(put_elem(b, &1, p), other(p)))) |> Enum.max()
    end
  end
  defp other(:x), do: :o
  defp other(:o), do: :x
  def play(b, p) do
    if winner(b) || moves(b) == [], do: {winner(b), b}, else: (with {m, _} <- best(b, p), do: play(put_elem(b, m, p), other(p)))
  end
end

IO.inspect(TicTacToe.play({:x, nil, nil, nil, :o, nil, nil, nil, nil}, :x))
IO.inspect(TicTacToe.best({:x, :x, nil, :o, :o, nil, nil, nil, nil}, :x))

defmodule Phone do
  def clean(raw) do
    with {:ok, digits} <- digits(raw),
         {:ok, ten} <- strip(digits),
         <<a, _, _, e, _::binary>> when a > ?1 and e > ?1 <- ten do
      {:ok, ten}
    else
      <<?0, _::binary>> -> {:error, "area code cannot start with zero"}
      <<?1, _::binary>> -> {:error, "area code cannot start with one"}
      <<_, _, _, ?0, _::binary>> -> {:error, "exchange code cannot start with zero"}
      <<_, _, _, ?1, _::binary>> -> {:error, "exchange code cannot start with one"}
      {:error, _} = e -> e
    end
  end

  defp digits(raw), do: if(raw |> String.to_charlist() |> Enum.any?(&(&1 in ?a..?z)), do: {:error, "letters not permitted"}, else: {:ok, for(<<c <- raw>>, c in ?0..?9, into: "", do: <<c>>)})
  defp strip("1" <> <<ten::binary-size(10)>>), do: {:ok, ten}
  defp strip(<<_::binary-size(10)>> = ten), do: {:ok, ten}
  defp strip(d) when byte_size(d) < 10, do: {:error, "incorrect number of digits"}
  defp strip(<<_, _::binary-size(10)>>), do: {:error, "11 digits must start with 1"}
  defp strip(_), do: {:error, "must not be greater than 11 digits"}
end

Check.table("phone", &Phone.clean/1, [{"(223) 456-7890", {:ok, "2234567890"}}, {"+1 (223) 456-7890", {:ok, "2234567890"}}, {"123456789", {:error, "incorrect number of digits"}}, {"22234567890", {:error, "11 digits must start with 1"}}, {"(023) 456-7890", {:error, "area code cannot start with zero"}}, {"(223) 156-7890", {:error, "exchange code cannot start with one"}}, {"523-abc-7890", {:error, "letters not permitted"}}, {"321234567890", {:error, "must not be greater than 11 digits"}}])

defmodule Bank do
  @moduledoc "Interest by balance."
  def rate(b) when b < 0, do: 3.213
  def rate(b) when b < 1000, do: 0.5
  def rate(b) when b < 5000, do: 1.621
  def rate(_), do: 2.475
  def interest(b), do: b * rate(b) / 100
  def years(from, to), do: Stream.iterate(from, &(&1 + interest(&1))) |> Enum.find_index(&(&1 >= to))
end

IO.inspect({Bank.interest(200.75), Bank.interest(-1000.0), Bank.years(100.0, 125.80), Bank.years(2345.67, 12345.6789)})
