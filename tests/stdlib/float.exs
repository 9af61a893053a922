# SPDX-License-Identifier: Apache-2.0
# Float.

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

floats = [0.0, -0.0, 0.1, 0.5, 1.5, 2.5, -0.5, -1.5, 0.49, 1.1, 5.5675, 12.345, -12.345, 1.0e-10, 1.0e20, 1.7976931348623157e308, 5.0e-324, 4503599627370495.5, 123456789.123456789, 1.005, 2.675]
T.calls(Float, for(x <- floats, f <- [:round, :floor, :ceil, :ratio, :to_string], do: {f, [x]}))
T.calls(Float, for(x <- floats, p <- [1, 2, 3, 10, 15], f <- [:round, :floor, :ceil], do: {f, [x, p]}))
T.calls(Float, for(s <- ["", "1", "1.5", "-1.5", "+1.5e3", "1e5", "1.", ".5", "1.5.5", "1.0e+5x", "1.0e-", "00012.50", "34.25kg", "-0", "abc", "1.5e400", "1.5e-400", "1_0.0"], do: {:parse, [s]}))
T.calls(Float, pow: [2.0, 3], pow: [2.0, 0.5], pow: [2, 1], max_finite: [], min_finite: [], round: [1, 2], to_string: [1], ratio: [1], to_charlist: [1.5])
T.message("precision", fn -> Float.round(1.0, 16) end)
T.message("precision", fn -> Float.ceil(1.0, -1) end)
