# SPDX-License-Identifier: Apache-2.0
# What quote gives, metadata included.
defmodule Q do
  alias Foo.Bar, as: B
  import List, only: [first: 1]
  def all do
    x = 5
    l = [1, 2]
    [
      quote(do: a + b),
      quote(do: foo(1, unquote(x), unquote_splicing(l))),
      quote(do: [unquote_splicing(l), 3 | t]),
      quote(do: {1, 2, unquote(x)}),
      quote(do: {unquote(x), 2}),
      quote(do: %{unquote(x) => 2, a: 1}),
      quote(do: B.baz(String)),
      quote(do: first([1])),
      quote(do: &first/1),
      quote(do: &(&1 + 1)),
      quote(do: if(a, do: b)),
      quote(do: fn y -> y end),
      quote(do: x.y),
      quote(do: x.unquote(:z)),
      quote(do: X.unquote(:z)(1)),
      quote(do: unquote(:name)(1, 2)),
      quote(do: quote(do: unquote(a))),
      quote(do: ~s(a)),
      quote(do: %B{a: 1}),
      quote(do: %{x | a: 1}),
      quote(do: @foo),
      quote(do: (a; b)),
      quote(do: (def f(x), do: x)),
      quote(do: __MODULE__),
      quote(do: a |> b()),
      quote(do: not a),
      quote(do: a not in b),
      quote(do: 1..2//3),
      quote(do: -1),
      quote(do: [a: 1, b: 2]),
      quote(do: foo.()),
      quote(do: :erlang.self()),
      quote(do: Foo.{A, B}),
      quote(bind_quoted: [x: x], do: x + unquote(y)),
      quote(unquote: false, do: unquote(x)),
      quote(line: 10, do: foo(bar)),
      quote(generated: true, do: foo(bar)),
      quote(context: Other, do: foo + bar),
      quote do
        case x do
          1 when y > 1 -> 2
          _ -> 3
        end
      end,
      quote(do: ^x),
      quote(do: 3),
      quote(do: ""),
      quote(do: nil),
      quote(do: Elixir.Foo),
      quote(do: for(x <- y, do: x)),
      quote(do: super(1)),
    ]
  end
end
for {q, i} <- Enum.with_index(Q.all()), do: IO.puts("#{i} #{inspect(q, limit: :infinity, width: 10000)}")
