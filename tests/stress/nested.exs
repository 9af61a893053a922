# Terms nested N deep (first argument): printed, compared, hashed, copied, sent, encoded, collected.
defmodule Nested do
  def list(0, t), do: t
  def list(n, t), do: list(n - 1, [t])
  def tuple(0, t), do: t
  def tuple(n, t), do: tuple(n - 1, {t, n})
  def map(0, t), do: t
  def map(n, t), do: map(n - 1, %{a: t})
  def tail(0, t), do: t
  def tail(n, t), do: tail(n - 1, [:x | t])
  def closure(0, f), do: f
  def closure(n, f), do: closure(n - 1, fn -> f end)

  def echo do
    receive do
      {from, t} ->
        send(from, {:back, t})
        echo()
    end
  end

  def check(name, make, deep, echo) do
    a = make.(deep, :end)
    b = make.(deep, :end)
    c = make.(deep, :other)
    same = a == b and a === b and not (a == c) and a < c
    send(echo, {self(), a})

    back =
      receive do
        {:back, t} -> t == b
      end

    :erlang.garbage_collect()
    bytes = :erlang.term_to_binary(a)
    decoded = :erlang.binary_to_term(bytes) == b
    hashed = :erlang.phash2(a) == :erlang.phash2(b)
    kept = :erlang.garbage_collect() and a == b
    IO.inspect({name, same, back, decoded, hashed, kept})
  end
end

deep =
  case System.argv() do
    [n | _] -> String.to_integer(n)
    [] -> 20_000
  end

echo = spawn(&Nested.echo/0)
Nested.check(:list, &Nested.list/2, deep, echo)
Nested.check(:tuple, &Nested.tuple/2, deep, echo)
Nested.check(:map, &Nested.map/2, deep, echo)
Nested.check(:tail, &Nested.tail/2, deep, echo)

text = inspect(Nested.list(deep, 7), limit: :infinity, width: :infinity, charlists: :as_lists)
IO.puts(text == String.duplicate("[", deep) <> "7" <> String.duplicate("]", deep))

f = Nested.closure(deep, :end)
send(echo, {self(), f})

receive do
  {:back, g} -> IO.puts(is_function(g, 0) and f.() == g.())
end
