# Modules made of quoted code, callbacks on heads, generators with text before the value, and input that is no text.
defmodule Watch do
  def __on_definition__(env, kind, name, args, guards, body) do
    names = for {arg, _, _} <- args, do: arg
    IO.inspect({env.module, kind, name, names, length(guards), body != nil})
  end
end

defmodule Watched do
  @on_definition Watch
  def sum(a, b \\ 2)
  def sum(a, b) when a > b, do: a + b
  def sum(a, _b), do: a
  defp double(x), do: x * 2
  defmacro twice(x), do: double(x)
end

body =
  quote do
    alias List, as: L
    x = 1
    def flat, do: (x = 2; L.flatten([x, [3], unquote(4)]))
    def same(x), do: x
    IO.inspect(x)
  end

Module.create(Made, body, __ENV__)
IO.inspect({Made.flat(), Made.same(5)})
IO.inspect(Code.eval_string("__MODULE__.Foo") |> elem(0))

IO.inspect(for <<"foo", x <- "foo1foo2bar3foo4">>, do: <<x>>)
IO.inspect(for <<x, "a" <- "1a2b3a">>, do: <<x>>)
IO.inspect(for <<"é"::utf8, x <- "é1é2">>, into: "", do: <<x>>)
floats = <<1.0, 2, 3, 1.0, 4>>
IO.inspect(for <<1.0, x <- floats>>, do: x)
IO.inspect(for <<n, "-", w::binary-size(n) <- <<1, "-a", 2, "+bc", 1, "-d">> >>, do: w)

{:ok, device} = StringIO.open(<<130, 227, 129, 132, "\nok\n">>)
IO.inspect(IO.read(device, 2))
IO.inspect(IO.read(device, :line))
IO.inspect(IO.gets(device, ""))
IO.inspect(IO.binread(device, 5))
IO.inspect({IO.read(device, :line), IO.read(device, :line)})
