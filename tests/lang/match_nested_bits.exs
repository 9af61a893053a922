# Bit strings within bit patterns and generators: their segments stand in their place.

defmodule Nested do
  def head(<<(<<a, b>>), c>>), do: {a, b, c}
  def head(<<"x", (<<"yz">>), rest::bits>>), do: {:xyz, rest}
  def head(<<(<<a::4>>), b::4, (<<n, text::binary-size(n)>>)::binary, rest::binary>>), do: {a, b, text, rest}
  def head(<<(<<>>), c>>), do: {:one, c}
  def head(_), do: :none
  def tail(<<n::8, (<<m::16, rest::binary>>)>>), do: {n, m, rest}
  def pinned(k, bits), do: match?(<<(<<^k, _>>), _::binary>>, bits)
end

IO.inspect(Enum.map(["abc", "xyz", "xyzzz", <<0xAB, 2, "hi", "more">>, "q", ""], &Nested.head/1))
IO.inspect(Nested.tail("abcde"))
IO.inspect({Nested.pinned(?a, "abc"), Nested.pinned(?b, "abc")})
IO.inspect(for <<(<<a, b>> <- "abcd")>>, do: {a, b})
IO.inspect(for <<(<<a::4, b::4>> <- "ab")>>, do: {a, b})
IO.inspect(for <<x, (<<a, b>> <- "abcdef")>>, do: {x, a, b})
IO.inspect(for <<(<<a, b>> <- "abcd")>>, into: "", do: <<b, a>>)
IO.inspect(for <<(<<c::utf8>> <- "héé")>>, do: c)
IO.inspect(for(<<(<<?a, b>> <- "abcdae")>>, do: b), charlists: :as_lists)
IO.inspect(<<(<<1, 2>>), 3>>)
IO.inspect(<<(<<1::4>>)::bitstring, 3::4>>)
IO.inspect(try do Code.eval_string("<<(<<a::binary>>), b>> = \"ab\"") rescue e -> e.__struct__ end)
