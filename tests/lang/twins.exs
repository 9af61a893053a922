# SPDX-License-Identifier: Apache-2.0
# What the compiler expands in C is equal, term for term, to the macro of the same name in Kernel.
defmodule Twins do
  def strip(ast) do
    Macro.prewalk(ast, fn
      # An alias that is expanded already, and one that says what it will be, are the same.
      {:__aliases__, _, parts} -> Module.concat(parts)
      {a, meta, b} when is_list(meta) -> {a, Keyword.drop(meta, [:counter]) |> Enum.sort(), b}
      other -> other
    end)
  end

  def check(ast, env) do
    {name, _, args} = ast
    c = Macro.expand_once(ast, env)
    k = apply(Kernel, :"MACRO-#{name}", [env | args])
    same = strip(c) == strip(k)
    IO.puts("#{Macro.to_string(ast) |> String.replace("\n", " ")}: #{same}")
    unless same, do: IO.inspect({strip(c), strip(k)}, limit: :infinity)
  end
end

env = __ENV__
for ast <- [
      quote(do: if(a, do: 1, else: 2)),
      quote(do: if(a, do: 1)),
      quote(do: unless(a, do: 1, else: 2)),
      quote(do: a && b),
      quote(do: a || b),
      quote(do: !a),
      quote(do: !(!a)),
      quote(do: a and b),
      quote(do: a or b),
      quote(do: a |> f() |> g(1)),
      quote(do: x in [1, 2]),
      quote(do: x in 1..3),
      quote(do: x in y),
      quote(do: "a" <> b),
      quote(do: 1..2),
      quote(do: 1..9//2),
      quote(do: a..b),
      quote(do: is_nil(a))
    ] do
  Twins.check(ast, env)
end
