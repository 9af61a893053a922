# SPDX-License-Identifier: Apache-2.0
#
# Planted: a client that asks again when an answer is late. Questions carry no reference, so the first question's
# late answer is taken for the answer to the next one.
server =
  spawn(fn ->
    answer = fn answer ->
      receive do
        {:square, from, n} ->
          if rem(n, 4) == 0, do: Process.sleep(rem(n, 7) + 3)
          send(from, {:answer, n * n})
          answer.(answer)
      end
    end

    answer.(answer)
  end)

ask = fn ask, n ->
  send(server, {:square, self(), n})

  receive do
    {:answer, square} -> square
  after
    8 + :rand.uniform(4) -> ask.(ask, n)
  end
end

for n <- 1..30 do
  square = ask.(ask, n)
  if square != n * n, do: raise("the square of #{n} is said to be #{square}")
end

IO.puts("all squares are right")
