# SPDX-License-Identifier: Apache-2.0
#
# Upper, lower and title case of all characters and modes.

for {name, f} <- [upcase: &String.upcase/1, downcase: &String.downcase/1, capitalize: &String.capitalize/1], {first, last} <- [{0, 0x7FF}, {0x800, 0x1FFF}, {0x2000, 0xABFF}, {0xAC00, 0xD7FF}, {0xE000, 0x14FFF}, {0x16000, 0x1FFFF}] do
  IO.puts("#{name} #{first} #{Base.encode16(:erlang.md5(for c <- first..last, into: "", do: f.(<<c::utf8>>)))}")
end
for c <- Enum.concat([0x41..0x5A, 0xB5..0x180, 0x1C0..0x1F5, 0x370..0x3FF, 0x10D0..0x10D3, 0x1E90..0x1EA0, 0x1F80..0x1FFC, 0xFB00..0xFB17]), s = <<c::utf8>>, do: IO.puts(Enum.join([s, String.upcase(s), String.downcase(s), String.capitalize(s)], " "))
for s <- ["βaΣ","aβΣ","αaΣ","α.Σ", "α'Σ", "α\u0301Σ", "α1Σ","α Σ","ΑΣα","ΑΣ'α","ΑΣ'","ΑΣ\u00AD","ΑΣ\u00ADα","ΑΣa","ΑΣ.a","ΑΣ я","ΑΣя","яΣ","ΑΣ ","ΑΣ\u0345","ᾼΣ","ΑΣΣ","ϒΣ","ϞΣ","ΆΣ","ὍΣ","ʹΣ","ͰΣ","ΑΣͰ", "ΑΣ..α", "ΑΣ^α", "Α^Σ","ϲΣ","ϴΣ","µΣ","ΩΣ","Α\u0345Σ","\u0345Σ","Σ.Σ","ΣaΣ","aΣΣ","1Σ","ΑΣ:α","ΑΣ\u200Bα", "ΑΣᵃ", "ΑΣªα"], do: IO.inspect({s, String.downcase(s, :greek)})
for s <- ["I","İ","i","ı","I\u0307","Iı\u0307","I\u0323\u0307","İ\u0307","i\u0307", "Aİ"], do: IO.inspect({s, String.downcase(s,:turkic), String.upcase(s,:turkic), String.downcase(s), String.capitalize(s, :turkic)}, binaries: :as_binaries)
IO.inspect String.upcase("aéß", :ascii)
IO.inspect String.capitalize("éa", :ascii)
IO.inspect String.capitalize("ßa", :greek)
for s <- ["", "hello WORLD", String.duplicate("abcDEF é ", 30), "ABC", "abc", "ŐŰ" <> String.duplicate("x", 100) <> "é"], do: IO.inspect {String.upcase(s), String.downcase(s), String.capitalize(s)}
