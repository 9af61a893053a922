# SPDX-License-Identifier: Apache-2.0
# Strings: escapes, interpolation, heredocs, sigils for text and words, charlists as lists.

IO.puts("plain")
IO.puts("tab\tnewline\nquote\" backslash\\ bell? \s<- space")
IO.inspect("esc \e null \0 del \d vt \v ff \f bs \b cr \r bell \a")
IO.inspect("\x41\u00e9\u{1F600}\u{41}\x{0}" == "Aé😀A\0" or :differs)
IO.inspect("a\
b")
IO.inspect("multi
line")
IO.inspect("not an escape \q \# \{")
IO.inspect("é ü 漢字 😀")
IO.inspect(<<0xFF, 0xFE>>)
IO.inspect("valid then " <> <<0xFF>>)
IO.inspect("\u200b\u00a0\x7f\u0085")

name = "World"
n = 41
IO.puts("Hello, #{name}! #{n + 1} #{:atom} #{1.5} #{[?a, ?b]} #{nil} #{true} #{"nested #{"deep #{n}"}"}")
IO.puts("#{name}")
IO.puts("")
IO.puts("#{}|#{""}|")
IO.puts("a#{if n > 40 do
  "big"
else
  "small"
end}b")
IO.puts("map #{inspect(%{a: 1})} tuple #{inspect({1, "x"})}")
IO.puts("not \#{interpolated}")
IO.puts("#" <> "{x}")
IO.puts("braces } in { #{"}"} ok")
IO.puts("iolist #{["a", [?b | "c"], ~c"d"]}")

for bad <- [{1, 2}, %{a: 1}, self(), fn -> 1 end] do
  try do
    IO.puts("#{bad}")
  rescue
    e in Protocol.UndefinedError -> IO.inspect(e.protocol)
  end
end

# heredocs
IO.puts("""
first
  indented
    more #{name}
"quotes" and "" stay
last
""")

IO.inspect("""
    stripped by the end marker
      two
   """)

IO.inspect("""
no newline at the end\
""")

IO.inspect("""

empty lines

""")

text = """
tab\tescape
"""
IO.inspect(text)

IO.inspect(~S"""
raw #{name} \n \t
""")

# sigils
IO.inspect(~s(with "quotes" and (nested?\) #{name}))
IO.inspect(~S(raw \n #{name}))
IO.inspect(~s{braces}, label: "braces")
IO.inspect(~s[brackets] <> ~s<angles> <> ~s|pipes| <> ~s/slashes/ <> ~s"quotes" <> ~s'single')
IO.inspect(~S|a\|b|)
IO.inspect(~w(apple banana cherry))
IO.inspect(~w(a b c)a)
IO.inspect(~w(x y z)s)
IO.inspect(~w(one #{name} th\tree))
IO.inspect(~W(one #{name} th\tree))
IO.inspect(~w())
IO.inspect(~w[
  spread over
  lines
])
IO.inspect(~w(ab cd)c == [[?a, ?b], [?c, ?d]])
IO.inspect(~c(charlist #{n}) == String.to_charlist("charlist 41"))
IO.inspect(~C(raw #{n}) == String.to_charlist("raw \#{n}"))
IO.inspect(~s(a) == "a")

# charlists are lists of code points
IO.inspect(~c"abc" == [97, 98, 99])
IO.inspect(~c"é😀" == [233, 128512])
IO.inspect([?a, ?\n, ?\s, ?\\, ?é, ?😀, ?", ?\d])
IO.inspect(~c"abc", charlists: :as_lists)
IO.inspect(length(~c"héllo"))
IO.puts(~c"printed as text")
IO.inspect(to_string(~c"abc"))
IO.inspect(List.to_string([104, [105]]))
IO.inspect([h | t] = ~c"xyz", charlists: :as_lists)
IO.inspect({h, length(t)})

# concatenation in patterns and outside
"Hello, " <> who = "Hello, you"
IO.inspect(who)
IO.inspect("a" <> "b" <> name <> "c")
IO.inspect("abc" < "abd")
IO.inspect("Z" < "a")
IO.inspect("" == "")
IO.inspect("é" == "e\u0301")
IO.inspect(byte_size("é😀"))
IO.inspect(String.length("é😀"))

# own sigils
defmodule MySigils do
  def sigil_u(text, []), do: String.upcase(text)
  def sigil_u(text, [?r]), do: text |> String.upcase() |> String.reverse()
  def sigil_i(text, mods), do: {String.to_integer(text), mods}
  defmacro sigil_M({:<<>>, _, [text]}, mods), do: {:{}, [], [:raw, text, mods]}
end

defmodule UseSigils do
  import MySigils
  def run do
    IO.inspect(~u(shout #{1 + 1}))
    IO.inspect(~u(abc)r)
    {i, mods} = ~i(13)xy
    IO.inspect({i, mods == [?x, ?y]})
    {:raw, t, []} = ~M(no #{interp} \n)
    IO.inspect(t)
  end
end

UseSigils.run()

# inspect options for strings
IO.inspect("abc", binaries: :as_binaries)
IO.inspect(<<1, 2, 3>>)
IO.inspect("long " <> String.duplicate("x", 100))
IO.puts(inspect("a\"b\\c\#{"))
IO.inspect("tail\n")
