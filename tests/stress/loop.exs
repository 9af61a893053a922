# A loop of N turns (first argument) in constant memory.
defmodule Loop do
  def turn(0, sum), do: sum
  def turn(n, sum), do: turn(n - 1, rem(sum + n, 1_000_003))
end

turns =
  case System.argv() do
    [n | _] -> String.to_integer(n)
    [] -> 300_000
  end

memory = fn ->
  :erlang.garbage_collect()
  {:memory, bytes} = Process.info(self(), :memory)
  bytes
end

Loop.turn(1000, 0)
before = memory.()
sum = Loop.turn(turns, 0)
grown = memory.() - before
# The sum follows from arithmetic too: 1 + 2 + ... + n, taken modulo a prime at each turn.
IO.puts(sum == rem(div(turns * (turns + 1), 2), 1_000_003))
IO.puts(if grown <= 16_384, do: "constant memory", else: "grew by #{grown} bytes")
