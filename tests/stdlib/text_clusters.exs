# SPDX-License-Identifier: Apache-2.0
#
# Clusters, characters, words and normal forms of random text made of characters that the rules tell apart.

alphabet = ["a","b"," ","\r","\n","\t","é","e","\u0301","\u0308","👨","👩","👨\u200D👩","👨🏽\u200D❤","🏽","🇩","🇪","각","ᄀ","ᅡ","ᆨ","가","\u0600","ा","क","\u093F","\u0E33","ก","中","\uFE0F","❤","\u00AD","\u2028","\u200B","©","ﾞ","ｶ", "я"]
rnd = fn s -> rem(s * 1103515245 + 12345, 2147483648) end
{strs, _} = Enum.map_reduce(1..600, 42, fn i, s ->
  {cs, s} = Enum.map_reduce(1..(rem(i, 12) + 1), s, fn _, s -> s = rnd.(s); {Enum.at(alphabet, rem(div(s, 65536), length(alphabet))), s} end)
  {Enum.join(cs), s} end)
strs |> Enum.with_index() |> Enum.each(fn {s, i} ->
  all = {String.graphemes(s), String.length(s), String.codepoints(s), String.reverse(s), String.next_grapheme(s), String.slice(s, 2, 3), String.at(s, -1), String.trim(s), String.split(s)}
  if i < 40 do
    IO.inspect(all, binaries: :as_binaries, limit: :infinity, width: 200)
  else
    IO.inspect({i, Base.encode16(:erlang.md5(inspect(all, binaries: :as_binaries, limit: :infinity)))})
  end
end)
long = Enum.join(strs)
IO.inspect {String.length(long), byte_size(long), :erlang.md5(String.reverse(long)), :erlang.md5(Enum.join(String.graphemes(long), "|")), :erlang.md5(Enum.join(String.codepoints(long), "|")), :erlang.md5(Enum.join(String.split(long), "|"))}
a = String.duplicate("hello world\r\nfoo ", 20000)
IO.inspect {String.length(a), length(String.graphemes(a)), length(String.split(a)), length(String.codepoints(a)), String.slice(a, 100000, 20), :erlang.md5(String.reverse(a)), String.at(a, 250000)}
for f <- [:nfd, :nfkd], do: IO.inspect(:erlang.md5(String.normalize(long, f)))
for f <- [:nfc, :nfd, :nfkc, :nfkd], do: IO.inspect(:erlang.md5(for c <- Enum.concat(0..0xD7FF, 0xE000..0x1DFFF), into: "", do: String.normalize(<<c::utf8>>, f)))
for s <- ["", "abc", "é", "e\u0301", "ﬁ", "a\u0300\u0323b", <<"a", 255, "b">>, <<"e\u0301", 255, 254>>, "가"], f <- [:nfc, :nfd, :nfkc, :nfkd], do: IO.inspect(String.normalize(s, f), binaries: :as_binaries)
