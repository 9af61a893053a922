# SPDX-License-Identifier: Apache-2.0
# String: every function, with text beyond ASCII and wrong arguments.

defmodule T do
  # Prints each call with its result, or with what it raised. Messages of ArgumentError come from primitives as a rule: only the class is shown.
  def calls(module, calls), do: Enum.each(calls, fn {name, args} -> show("#{name}(#{Enum.map_join(args, ", ", &text/1)})", fn -> apply(module, name, args) end) end)

  def show(label, fun) do
    result =
      try do
        fun.()
      rescue
        e in FunctionClauseError -> {:raised, FunctionClauseError, e.function, e.arity}
        e in [ArgumentError, ErlangError] -> {:raised, e.__struct__}
        e -> {:raised, e.__struct__, Exception.message(e)}
      catch
        kind, value -> {kind, value}
      end

    IO.puts("#{label} = #{text(result)}")
  end

  def message(label, fun) do
    fun.()
    IO.puts("#{label}: nothing raised")
  rescue
    e -> IO.puts("#{label}: #{inspect(e.__struct__)} #{Exception.message(e)}")
  end

  def text(term), do: inspect(term, charlists: :as_lists, limit: :infinity, printable_limit: :infinity, width: 1000)
end

strings = ["", "abc", " a b ", "aXbXc", "élixir", "e\u0301a", "a\r\nb", "日本語", "👨‍👩‍👧x👍🏽", <<"a", 200, "b">>, "ΑΣ ΣΑ", "Straße ﬁ", "a,b;c"]

for name <- [:graphemes, :codepoints, :length, :first, :last, :trim, :trim_leading, :trim_trailing, :upcase, :downcase, :capitalize, :reverse, :valid?, :printable?, :next_grapheme, :next_codepoint, :split] do
  T.calls(String, for(s <- strings, String.valid?(s) or name not in [:upcase, :reverse], do: {name, [s]}))
end

patterns = ["", "a", "X", ",", "日", ["a", "b"], [",", ";"], []]
T.calls(String, for(s <- strings, p <- patterns, do: {:split, [s, p]}))
T.calls(String, for(s <- ["a,b,,c", " a  b ", "abc", ""], p <- [",", " ", "", ["a", "b"]], o <- [[trim: true], [parts: 1], [parts: 2], [parts: 2, trim: true], [parts: 3, trim: true]], do: {:split, [s, p, o]}))
for s <- ["a,b,,c", "abc", ""], p <- [",", ""], o <- [[], [trim: true]], do: T.show("splitter(#{inspect(s)}, #{inspect(p)}, #{inspect(o)})", fn -> String.splitter(s, p, o) |> Enum.to_list() end)
T.calls(String, for(s <- strings, p <- patterns, f <- [:contains?, :starts_with?, :ends_with?], do: {f, [s, p]}))
T.calls(String, for(s <- ["élixir", "", "日本語", "a👍🏽b"], n <- [-10, -2, -1, 0, 1, 2, 10], f <- [:at, :split_at], do: {f, [s, n]}))
T.calls(String, for(s <- ["élixir", "", "日本語"], a <- [-9, -2, 0, 1, 7], b <- [0, 1, 2, 9], do: {:slice, [s, a, b]}))
T.calls(String, for(s <- ["élixir", "", "日本語"], a <- [-9, -2, 0, 1, 7], b <- [-2, -1, 0, 2, 9], do: {:slice, [s, Range.new(a, b, 1)]}))
T.calls(String, for(s <- ["aaab", "baaa", "", "abab"], m <- ["a", "ab", ""], f <- [:replace_leading, :replace_trailing, :replace_prefix, :replace_suffix], do: {f, [s, m, "-é"]}))
T.calls(String, for(s <- ["aaab", "xaxx", ""], m <- ["a", "xx", "é"], f <- [:trim, :trim_leading, :trim_trailing], do: {f, [s, m]}))
T.calls(String, for(s <- ["a,b,c", "", "日本日"], p <- [",", "日", "", ["a", "c"]], o <- [[], [global: false]], do: {:replace, [s, p, "-", o]}))
T.show("replace with a function", fn -> String.replace("a-b-c", ["a", "c"], &String.upcase/1) end)
T.show("replace with a function, once", fn -> String.replace("a-b-a", "a", fn m -> m <> m end, global: false) end)
T.show("replace by a compiled pattern", fn -> String.replace("a b,c", :binary.compile_pattern([" ", ","]), "_") end)
T.calls(String, for(s <- ["", "ab", "日本"], n <- [0, 2, 5], f <- [:pad_leading, :pad_trailing], do: {f, [s, n]}))
T.calls(String, for(s <- ["", "ab"], n <- [2, 5], p <- ["-", "ab", ["é", "12"]], f <- [:pad_leading, :pad_trailing], do: {f, [s, n, p]}))
T.calls(String, for(s <- ["Iİiı", "ΑΣ", "ÀÉ abc", "ǆ", "ﬃ", "ŉ"], m <- [:default, :ascii, :greek, :turkic], f <- [:upcase, :downcase, :capitalize], do: {f, [s, m]}))
T.calls(String, for(s <- ["é", "e\u0301", "ﬁ", "각", <<"a", 255, "é">>], f <- [:nfc, :nfd, :nfkc, :nfkd], do: {:normalize, [s, f]}))
T.calls(String, equivalent?: ["é", "e\u0301"], equivalent?: ["a", "b"], duplicate: ["ab", 3], duplicate: ["ab", 0], chunk: [<<"ab", 0, "c", 255>>, :valid], chunk: [<<"ab", 0, "c">>, :printable], chunk: ["", :valid])
T.calls(String, for(a <- ["martha", "dixon", "", "abc", "日本"], b <- ["marhta", "dicksonx", "", "abc", "日"], f <- [:jaro_distance, :bag_distance], do: {f, [a, b]}))
T.calls(String, myers_difference: ["fox hops", "fox jumps"], myers_difference: ["", "a"], printable?: [<<"ab", 0>>, 2], printable?: [<<"ab", 0>>, 3])
T.calls(String, to_integer: ["12"], to_integer: ["-0"], to_integer: ["FF", 16], to_integer: ["1a"], to_integer: [""], to_float: ["1.5"], to_float: ["-1.0e3"], to_float: ["1"], to_atom: ["a b"], to_existing_atom: ["ok"], to_existing_atom: ["no such atom, surely"], to_charlist: ["aé"])
T.calls(String, length: [1], upcase: [nil], at: ["a", 1.0], slice: ["a", 0, -1], duplicate: ["a", -1], pad_leading: ["a", -1], trim: ["a", 1], replace: ["a", "a", 1], split_at: [1, 1])
T.message("pad with a number", fn -> String.pad_leading("a", 3, [1]) end)
T.message("slice backwards", fn -> String.slice("abc", 3..1//-2) end)
T.message("to_charlist", fn -> String.to_charlist(<<"ab", 255>>) end)
