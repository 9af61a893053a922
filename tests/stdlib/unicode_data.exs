# SPDX-License-Identifier: Apache-2.0
#
# Character data between encodings: what is good, what is left of bad and unfinished data.

t = fn f -> try do IO.inspect(f.(), binaries: :as_binaries, charlists: :as_lists, limit: :infinity) rescue e -> IO.puts("EXC #{inspect e.__struct__}") end end
c2b = fn x, i, o -> t.(fn -> :unicode.characters_to_binary(x, i, o) end) end
c2l = fn x, i -> t.(fn -> :unicode.characters_to_list(x, i) end) end
u = :unicode
for x <- [[<<226>>,<<130,172>>], [<<226>>, "x"], ["a", <<226>>, [<<130>>], <<172>>, "b"], ["abc", 0xD800, "x"], [["abc", [0xD800, "x"], "y"], "z"], ["abc", [], <<255,1>>, "x"], <<"a",255,"b">>, <<"a",226>>, ["a", <<226,130>>], ["a", <<226,130>> | <<172>>], ["a" | <<226,130>>], ["a" | "b"], ["a" | :b], [:a], :a, ["a", :b], 5, [-1], [0x110000], ["a",-1, 3], [1.0], [<<1::3>>], ["x", <<1::3>>], [["a",226],[255, <<255>>, 3]|"q"], [[[<<255>>]]], [[["a",<<255>>],"b"],"c"], [[["a",<<226>>],"b"],"c"], [["a"|<<255>>],"c"], [<<226>>, 65], [<<226>>, [], 65, "q"], [<<226>>, [65], "q"],[0xFFFE, 0xFFFF],<<0xEF,0xBF,0xBF>>, <<237,160,128>>, [<<240,159>>], ["a", <<240,159>>, <<200>>], ["a", <<240,159>>, []], [["a", <<240,159>>], []], [["a", <<240,159>>], ""], [["a", <<240,159>>], "", []]] do
  IO.inspect(x, binaries: :as_binaries, charlists: :as_lists)
  c2b.(x, u, u)
  c2l.(x, u)
end
IO.puts "latin"
for x <- [<<200,65>>, [200, <<233>>], [256], ["a", 300, "b"], ["a", [<<1>>, 300], 5]] do
  IO.inspect(x, binaries: :as_binaries, charlists: :as_lists)
  c2b.(x, :latin1, u); c2b.(x, :latin1, :latin1);c2l.(x, :latin1); c2b.(x, u, :latin1)
end
IO.puts "out latin"
for x <- ["aé", "a€b", ["a", 8364, "b"], [["a","é€x"],"b"], ["é", <<255>>]] do
  c2b.(x, u, :latin1)
end
IO.puts "utf16"
for x <- [<<0,65,0xD8,0x3D,0xDE,0>>, <<0,65,0xD8>>, <<0,65,0xD8,0x3D>>, <<0,65,0xDC,0,0,66>>, <<0,65,0xD8,0x3D,0,66>>, [66, <<0,65>>], <<0,65,66>>, [<<0>>, <<65>>]] do
 IO.inspect(x, binaries: :as_binaries, charlists: :as_lists)
 c2b.(x, :utf16, u); c2b.(x, {:utf16,:little}, u); c2l.(x, :utf16)
end
IO.puts "utf32"
for x <- [<<0,0,0,65>>, <<0,0,0,65,0,0>>, <<0,0,0xD8,0>>, <<0,0x11,0,0>>] do
 c2b.(x, :utf32, u); c2b.(x, {:utf32,:little}, u);
end
for o <- [:utf16, {:utf16,:little}, :utf32, {:utf32, :little}, {:utf16, :big}, :utf8, :foo], do: c2b.("a€😀", u, o)
c2b.("a", :foo, u)
c2b.("a", u, {:utf16,:x})
c2b.(["ab", <<255>>], u, :utf16)
c2b.(["ab", <<226>>], u, :utf16)
