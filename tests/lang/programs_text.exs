# SPDX-License-Identifier: Apache-2.0
# Programs on text: word counts, ciphers, roman numerals, run lengths, anagrams, pangrams, wrapping, diamonds, bottles.

text = """
It was the best of times, it was the worst of times, it was the age of wisdom,
it was the age of foolishness; it was the epoch of belief -- it was the epoch of
incredulity, it was the season of Light ...
"""

words = text |> String.downcase() |> String.split([" ", ",", ";", ".", "-", "\n"], trim: true)
words |> Enum.frequencies() |> Enum.sort_by(fn {w, n} -> {-n, w} end) |> Enum.take(5) |> Enum.each(fn {w, n} -> IO.puts("#{String.pad_trailing(w, 8)}#{String.pad_leading(to_string(n), 3)} #{String.duplicate("*", n)}") end)
IO.inspect(Enum.count(words))
IO.inspect(words |> Enum.uniq() |> Enum.group_by(&String.length/1) |> Map.new(fn {k, v} -> {k, length(v)} end))
IO.inspect(Enum.max_by(words, &String.length/1))

defmodule Roman do
  @numerals [{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}]
  def encode(0), do: ""
  for {n, s} <- @numerals do
    def encode(x) when x >= unquote(n), do: unquote(s) <> encode(x - unquote(n))
  end

  def decode(""), do: 0
  for {n, s} <- Enum.sort_by(@numerals, fn {_, s} -> -byte_size(s) end) do
    def decode(unquote(s) <> rest), do: unquote(n) + decode(rest)
  end
end

IO.inspect(Enum.map([1, 4, 9, 14, 40, 90, 400, 1994, 2024, 3999], &Roman.encode/1))
IO.inspect(Enum.all?(1..3999, &(&1 |> Roman.encode() |> Roman.decode() == &1)))

defmodule RunLength do
  def encode(s) do
    s |> String.graphemes() |> Enum.chunk_by(& &1) |> Enum.map_join(fn [c | _] = g -> if length(g) > 1, do: "#{length(g)}#{c}", else: c end)
  end

  def decode(s), do: decode(s, 0, [])
  defp decode(<<d, rest::binary>>, n, acc) when d in ?0..?9, do: decode(rest, n * 10 + d - ?0, acc)
  defp decode(<<c::utf8, rest::binary>>, n, acc), do: decode(rest, 0, [acc, String.duplicate(<<c::utf8>>, max(n, 1))])
  defp decode("", _, acc), do: IO.iodata_to_binary(acc)
end

enc = RunLength.encode("WWWWWWWWWWWWBWWWWWWWWWWWWBBBWWWWéé")
IO.puts(enc)
IO.puts(RunLength.decode(enc))

defmodule Cipher do
  def caesar(s, n), do: for(<<c <- s>>, into: "", do: <<shift(c, n)>>)
  defp shift(c, n) when c in ?a..?z, do: Integer.mod(c - ?a + n, 26) + ?a
  defp shift(c, n) when c in ?A..?Z, do: Integer.mod(c - ?A + n, 26) + ?A
  defp shift(c, _), do: c

  def vigenere(s, key, sign \\ 1) do
    key = String.to_charlist(key) |> Stream.cycle()
    Enum.zip(String.to_charlist(s), key) |> Enum.map(fn {c, k} -> Integer.mod(c - ?a + sign * (k - ?a), 26) + ?a end) |> List.to_string()
  end

  def atbash(s), do: s |> String.downcase() |> String.to_charlist() |> Enum.filter(&(&1 in ?a..?z or &1 in ?0..?9)) |> Enum.map(fn c when c in ?a..?z -> ?z - (c - ?a); c -> c end) |> Enum.chunk_every(5) |> Enum.map_join(" ", &to_string/1)

  def rail(s, n) do
    pattern = Enum.to_list(0..(n - 1)) ++ Enum.to_list((n - 2)..1//-1)
    Enum.zip(String.graphemes(s), Stream.cycle(pattern)) |> Enum.sort_by(&elem(&1, 1)) |> Enum.map_join(&elem(&1, 0))
  end

  def xor(bin, key), do: for({<<b>>, k} <- Enum.zip(for(<<b <- bin>>, do: <<b>>), Stream.cycle(key)), into: <<>>, do: <<Bitwise.bxor(b, k)>>)
end

IO.puts(Cipher.caesar("Hello, World!", 3))
IO.puts("Hello, World!" |> Cipher.caesar(13) |> Cipher.caesar(13))
IO.puts(Cipher.vigenere("attackatdawn", "lemon"))
IO.puts("attackatdawn" |> Cipher.vigenere("lemon") |> Cipher.vigenere("lemon", -1))
IO.puts(Cipher.atbash("The quick brown fox 42."))
IO.puts(Cipher.rail("WEAREDISCOVEREDFLEEATONCE", 3))
IO.inspect("secret" |> Cipher.xor([1, 2, 3]) |> Cipher.xor([1, 2, 3]))

anagrams = fn word, list ->
  key = fn w -> w |> String.downcase() |> String.graphemes() |> Enum.sort() end
  Enum.filter(list, &(String.downcase(&1) != String.downcase(word) and key.(&1) == key.(word)))
end

IO.inspect(anagrams.("listen", ~w(enlists google inlets banana Silent listen)))
groups = ~w(eat tea tan ate nat bat) |> Enum.group_by(&(&1 |> String.graphemes() |> Enum.sort() |> Enum.join()))
IO.inspect(groups |> Map.values() |> Enum.sort())

pangram? = fn s -> MapSet.subset?(MapSet.new(?a..?z), MapSet.new(s |> String.downcase() |> String.to_charlist())) end
IO.inspect(Enum.map(["The quick brown fox jumps over the lazy dog", "not one"], pangram?))
palindrome? = fn s -> c = for(<<c <- String.downcase(s)>>, c in ?a..?z, do: c); c == Enum.reverse(c) end
IO.inspect(Enum.map(["A man, a plan, a canal: Panama", "hello"], palindrome?))

defmodule Wrap do
  def wrap(text, width) do
    text |> String.split() |> Enum.reduce([], fn
      w, [] -> [w]
      w, [line | rest] when byte_size(line) + byte_size(w) < width -> [line <> " " <> w | rest]
      w, lines -> [w | lines]
    end) |> Enum.reverse()
  end

  def justify(line, width) do
    case String.split(line) do
      [one] -> one
      ws ->
        gaps = length(ws) - 1
        spaces = width - Enum.sum(Enum.map(ws, &String.length/1))
        Enum.zip(ws, Enum.map(1..gaps, &(div(spaces, gaps) + if(&1 <= rem(spaces, gaps), do: 1, else: 0))) ++ [0])
        |> Enum.map_join(fn {w, n} -> w <> String.duplicate(" ", n) end)
    end
  end

  def center(line, width), do: String.duplicate(" ", div(width - String.length(line), 2)) <> line
end

lines = Wrap.wrap(text, 30)
Enum.each(lines, &IO.puts("|" <> Wrap.justify(&1, 30) <> "|"))
IO.puts(Wrap.center("centred", 30))

diamond = fn letter ->
  n = letter - ?A
  top = for i <- 0..n, do: String.duplicate(" ", n - i) <> if(i == 0, do: "A", else: <<?A + i>> <> String.duplicate(" ", 2 * i - 1) <> <<?A + i>>)
  Enum.join(top ++ tl(Enum.reverse(top)), "\n")
end

IO.puts(diamond.(?D))

defmodule Bottles do
  def verse(0), do: "No more bottles on the wall."
  def verse(1), do: "1 bottle on the wall, take it down."
  def verse(n), do: "#{n} bottles on the wall, take one down."
  def song(from), do: from..0 |> Enum.map_join("\n", &verse/1)
end

IO.puts(Bottles.song(3))

for n <- 1..15 do
  case {rem(n, 3), rem(n, 5)} do
    {0, 0} -> "FizzBuzz"
    {0, _} -> "Fizz"
    {_, 0} -> "Buzz"
    _ -> n
  end
end
|> Enum.join(" ")
|> IO.puts()

luhn = fn s ->
  digits = s |> String.replace(" ", "") |> String.graphemes() |> Enum.map(&String.to_integer/1) |> Enum.reverse()
  digits |> Enum.with_index() |> Enum.map(fn {d, i} -> if rem(i, 2) == 1, do: (d2 = d * 2; if d2 > 9, do: d2 - 9, else: d2), else: d end) |> Enum.sum() |> rem(10) == 0
end

IO.inspect(Enum.map(["4539 1488 0343 6467", "8273 1232 7352 0569"], luhn))
acronym = fn s -> s |> String.split([" ", "-"], trim: true) |> Enum.map(&String.first/1) |> Enum.join() |> String.upcase() end
IO.inspect(acronym.("Portable network-graphics image"))
scrabble = fn w -> w |> String.upcase() |> String.graphemes() |> Enum.map(fn c -> Enum.find_value([{"AEIOULNRST", 1}, {"DG", 2}, {"BCMP", 3}, {"FHVWY", 4}, {"K", 5}, {"JX", 8}, {"QZ", 10}], 0, fn {s, n} -> if String.contains?(s, c), do: n end) end) |> Enum.sum() end
IO.inspect(Enum.map(~w(cabbage quirky street), scrabble))
isbn = fn s -> cs = for <<c <- s>>, c in ?0..?9 or c == ?X, do: if(c == ?X, do: 10, else: c - ?0); length(cs) == 10 and rem(Enum.zip(cs, 10..1//-1) |> Enum.reduce(0, fn {d, w}, a -> a + d * w end), 11) == 0 end
IO.inspect(Enum.map(["3-598-21508-8", "3-598-21508-9", "3-598-21507-X"], isbn))
IO.inspect(String.split("key = value # comment", "#") |> hd() |> String.split("=") |> Enum.map(&String.trim/1))
IO.puts(for s <- ["one", "two words"], do: [String.capitalize(s), ?\n])
levenshtein = fn a, b ->
  b = String.graphemes(b)
  first = Enum.to_list(0..length(b))
  a |> String.graphemes() |> Enum.with_index(1) |> Enum.reduce(first, fn {ca, i}, prev ->
    Enum.zip([b, prev, tl(prev)]) |> Enum.reduce([i], fn {cb, diag, up}, [left | _] = row -> [Enum.min([left + 1, up + 1, diag + if(ca == cb, do: 0, else: 1)]) | row] end) |> Enum.reverse()
  end) |> List.last()
end
IO.inspect({levenshtein.("kitten", "sitting"), levenshtein.("flaw", "lawn"), levenshtein.("", "abc")})
