# SPDX-License-Identifier: Apache-2.0
# Bit syntax: matching and construction with every type, size, unit, sign and byte order.

<<a, b, c>> = <<1, 2, 3>>
IO.inspect({a, b, c})
<<h, rest::binary>> = "hello"
IO.inspect({h, rest})
"he" <> tail = "hello"
IO.inspect(tail)
<<"GET ", path::binary>> = "GET /index"
IO.inspect(path)
<<x::16, y::little-16, z::binary-size(2), _::binary>> = <<1, 2, 1, 2, "abcdef">>
IO.inspect({x, y, z})

# sizes taken from earlier fields, and expressions of them
<<len, payload::binary-size(len), more::binary>> = <<3, "abcdef">>
IO.inspect({payload, more})
<<n::8, data::size(n)-unit(8)-binary, r::bitstring>> = <<2, 7, 8, 9, 1::3>>
IO.inspect({data, r})
<<w, v::size(w * 2), _::bits>> = <<4, 255, 255>>
IO.inspect(v)
size = 3
<<first::binary-size(size), _::binary>> = "outer size"
IO.inspect(first)
<<k::4, m::size(k), rest2::bitstring>> = <<0x3F, 0xAB>>
IO.inspect({k, m, rest2, bit_size(rest2)})

# signs and byte orders
<<s1::signed, s2::signed-little-16, s3::signed-big-24, s4::unsigned-8>> = <<255, 0, 128, 255, 255, 254, 200>>
IO.inspect({s1, s2, s3, s4})
<<native::native-32>> = <<1::native-32>>
IO.inspect(native)
<<i64::signed-64>> = <<-5::64>>
IO.inspect(i64)
<<u64::64>> = <<-5::64>>
IO.inspect(u64)
<<big::128>> = <<1::1, 0::127>>
IO.inspect(big)
<<lbig::little-signed-80>> = <<-123_456_789_012_345_678::little-80>>
IO.inspect(lbig)
<<odd::little-20, _::4>> = <<0x12, 0x34, 0x56>>
IO.inspect(odd)
<<sodd::signed-little-12, _::4>> = <<0xFF, 0xF0>>
IO.inspect(sodd)

# floats
<<f64::float>> = <<1.5::float>>
<<f32::float-32>> = <<0.1::float-32>>
<<f16::float-16>> = <<0.5::float-16>>
<<fl::float-little-64>> = <<-2.25::float-little>>
IO.inspect({f64, f32, f16, fl})
IO.inspect(<<1::float>>)
IO.inspect(<<3.14::float-32-little>>)
IO.inspect(match?(<<_::float-64>>, <<0x7FF0::16, 0::48>>))

# utf
<<u::utf8, u16::utf16, u32::utf32, u16l::utf16-little, _::binary>> =
  <<"é"::utf8, "😀"::utf16, "z"::utf32, "ü"::utf16-little, "!">>
IO.inspect({u, u16, u32, u16l})
IO.inspect(<<"aé😀"::utf16>>)
IO.inspect(<<"aé"::utf32-little>>)
IO.inspect(<<0x1F600::utf8>>)
IO.inspect(match?(<<_::utf8, _::binary>>, <<0xFF, 0xFE>>))
IO.inspect(match?(<<_::utf8, _::binary>>, <<0xED, 0xA0, 0x80>>))

# sub-byte
<<b1::1, b2::1, b3::6>> = <<0b10_000011>>
IO.inspect({b1, b2, b3})
IO.inspect(<<1::1, 0::1, 1::1>>)
IO.inspect(<<5::3, 1::5, 7::3>>)
IO.inspect(bit_size(<<1::13>>))
IO.inspect(byte_size(<<1::13>>))
IO.inspect(is_binary(<<1::13>>))
IO.inspect(is_bitstring(<<1::13>>))
x1 = <<1::3>>
IO.inspect(<<x1::bitstring, 3::5, x1::bits>>)
<<_::3, shifted::binary-size(2), _::bits>> = <<0::3, "hi", 1::5>>
IO.inspect(shifted)
<<_::5, num::16, _::3>> = <<0::5, 0xBEEF::16, 0::3>>
IO.inspect(num)

# construction cuts to size
IO.inspect(<<256, 257, -1, 511::8>>)
IO.inspect(<<0x12345::16>>)
IO.inspect(<<-1::4, 0::4>>)
IO.inspect(<<300::big-24, 300::little-24>>)
IO.inspect(<<"abc", 0, "d"::binary>>)
three = "abc"
IO.inspect(<<three::binary-size(2)>>)
IO.inspect(<<1, 2::size(8)-unit(2)>>)
IO.inspect(<<>>)
IO.inspect("a" <> <<0>> <> "b")
v2 = "inner"
IO.inspect(<<"<", v2::binary, ">">>)
IO.inspect(<<7::integer-size(size)>>)
IO.inspect(<<1 + 2, 2 * 3::4, 1::4>>)

# clauses by binary pattern
defmodule Bin do
  def parse(<<1, len::16, body::binary-size(len), rest::binary>>), do: [{:data, body} | parse(rest)]
  def parse(<<2, code::signed-8, rest::binary>>), do: [{:code, code} | parse(rest)]
  def parse(<<3, flags::bitstring-size(4), n::4, rest::binary>>), do: [{:flags, flags, n} | parse(rest)]
  def parse(<<>>), do: []
  def parse(<<tag, _::binary>>), do: [{:bad, tag}]

  def bits(<<b::1, rest::bitstring>>), do: [b | bits(rest)]
  def bits(<<>>), do: []

  def count_lines(<<?\n, rest::binary>>, n), do: count_lines(rest, n + 1)
  def count_lines(<<_, rest::binary>>, n), do: count_lines(rest, n)
  def count_lines(<<>>, n), do: n

  def chars(<<c::utf8, rest::binary>>), do: [c | chars(rest)]
  def chars(""), do: []

  def kind(<<_::8>>), do: :byte
  def kind(<<_::binary>>), do: :binary
  def kind(<<_::bitstring>>), do: :bits
  def kind(_), do: :other
end

IO.inspect(Bin.parse(<<1, 0, 3, "abc", 2, -7, 3, 0xA5, 2, 9, 77, 1>>))
IO.inspect(Bin.bits(<<0xA5, 3::3>>))
IO.inspect(Bin.count_lines("a\nb\n\nc", 0))
IO.inspect(Bin.chars("aé€😀"), charlists: :as_lists)
IO.inspect(Enum.map([<<1>>, <<1, 2>>, <<1::3>>, [1]], &Bin.kind/1))

# literal prefixes, strings of several segments
<<"\x89PNG", w1::32, h1::32, _::binary>> = <<"\x89PNG", 640::32, 480::32, "...">>
IO.inspect({w1, h1})
<<a1::binary-size(1), "-", b4::binary-size(1)>> = "x-y"
IO.inspect({a1, b4})

# errors of construction
for f <- [fn x -> <<x>> end, fn x -> <<x::float>> end, fn x -> <<x::binary>> end, fn x -> <<x::utf8>> end, fn x -> "a" <> x end] do
  try do
    f.(:atom)
  rescue
    e -> IO.inspect(e.__struct__)
  end
end

# IPv4 header like record
packet = <<4::4, 5::4, 0::8, 20::16, 1::16, 0b010::3, 0::13, 64, 6, 0::16, 10, 0, 0, 1, 192, 168, 1, 2>>
<<version::4, ihl::4, _tos, total::16, id::16, flags::3, frag::13, ttl, proto, _sum::16, src::32, dst::binary-4>> = packet
IO.inspect({version, ihl, total, id, flags, frag, ttl, proto, src, dst})
