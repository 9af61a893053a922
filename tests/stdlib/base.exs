# SPDX-License-Identifier: Apache-2.0
# Base: encoding and decoding with all options.

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

data = ["", "f", "fo", "foo", "foob", "fooba", "foobar", <<255, 127, 254, 252>>, <<0>>, :binary.list_to_bin(Enum.to_list(0..255))]
for f <- [:encode16, :encode32, :hex_encode32, :encode64, :url_encode64], do: T.calls(Base, for(d <- data, o <- [[], [padding: false], [case: :lower]], do: {f, [d, o]}))
texts = ["", "66", "6F", "6f", "0G", "0", "Zg==", "Zg", "Zm8=", "Zm9v", "Z", "Zm9v\n", "ab*=", "_-8=", "+/8=", "MY======", "MZXQ====", "MZXW6===", "MZXW6YQ=", "MZXW6YTB", "my======", "M1======", "CO======", "MY", "é"]
for f <- [:decode16, :decode32, :hex_decode32, :decode64, :url_decode64], do: T.calls(Base, for(d <- texts, o <- [[], [padding: false], [case: :lower], [case: :mixed]], do: {f, [d, o]}))
T.calls(Base, decode64: ["Zm 9v\n", [ignore: :whitespace]], decode64!: ["Zm9v"], decode16!: ["666F"], decode32!: ["MZXW6==="], url_decode64!: ["_3_-_A=="], encode16: [:a], decode16: [:a])
for d <- data, do: IO.inspect({Base.decode16!(Base.encode16(d)) == d, Base.decode32!(Base.encode32(d)) == d, Base.decode64!(Base.encode64(d)) == d, Base.hex_decode32!(Base.hex_encode32(d)) == d, Base.url_decode64!(Base.url_encode64(d)) == d})
T.message("decode16!", fn -> Base.decode16!("0G") end)
T.message("decode16!", fn -> Base.decode16!("0") end)
T.message("decode16!", fn -> Base.decode16!("ab") end)
T.message("decode32!", fn -> Base.decode32!("A1======") end)
T.message("decode64!", fn -> Base.decode64!("a") end)
T.message("decode64!", fn -> Base.decode64!("ab*=") end)
