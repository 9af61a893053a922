# What code raises while it is compiled: exceptions that a macro or a struct's own function would raise, not CompileError.

defmodule Enforced do
  @enforce_keys [:a]
  defstruct [:a, b: 1]
end

for code <- [
      "%Enforced{}",
      "%Enforced{a: 1, c: 2}",
      "%Enforced{a: 1}.b",
      "%Enforced{c: 1} = 1",
      "Enum.sum(1..3.5)",
      "1..2//0",
      "def foo, do: 1",
      "@foo",
      "a <> \"b\" = \"ab\"; a",
      "\"a\" <> 1",
      "if(true, foo: 1)",
      "if true, do: 1, do: 2",
      "try do 1 end",
      "alias Foo.{A, B}, as: C",
      "defmodule R1 do @doc 1 end",
      "defmodule R2 do @moduledoc {1, 2} end",
      "defmodule R3 do @impl 5 end",
      "defmodule R4 do @behaviour \"a\" end",
      "defmodule R5 do @deprecated 5 end",
      "defmodule R6 do @external_resource :a end",
      "defmodule R7 do @x 1, 2 end",
      "defmodule R8 do def f, do: (@x 5) end",
      "defmodule R9 do def __info__(x), do: x end",
      "Module.get_attribute(String, :x)",
      "Module.defines?(String, {:a, 1})",
      "Module.defines?(String, {:a, 1}, :def)",
      "Module.definitions_in(String)",
      "Module.get_definition(String, {:a, 1})",
      "defmodule R10 do\ndefmacro m(:a), do: 1\nend\nrequire R10\nR10.m(:b)"
    ] do
  IO.puts(code)

  try do
    {value, _} = Code.eval_string(code)
    IO.puts("  value #{inspect(value)}")
  rescue
    # the texts of compile errors are Joist's own
    e in CompileError -> IO.puts("  #{inspect(e.__struct__)}")
    e -> IO.puts("  #{inspect(e.__struct__)}: #{Exception.message(e)}")
  end
end

# An error after another kind of error, and code that compiles again afterwards.
IO.inspect(try do Code.eval_string("nobody_x + 1") rescue e -> e.__struct__ end)
IO.inspect(Code.eval_string("1 + 1"))
