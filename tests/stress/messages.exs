# N messages waiting (first argument): a fresh reply is found behind them, the last is taken first, then all in order.
defmodule Mail do
  def fill(_, 0), do: :ok

  def fill(to, n) do
    send(to, {:item, n, [n]})
    fill(to, n - 1)
  end

  def drain(0, sum), do: sum

  def drain(n, sum) do
    receive do
      {:item, ^n, [^n]} -> drain(n - 1, sum + n)
    end
  end

  def ask(server) do
    ref = make_ref()
    send(server, {:ask, self(), ref})

    receive do
      {^ref, answer} -> answer
    end
  end

  def serve do
    receive do
      {:ask, from, ref} ->
        send(from, {ref, :answer})
        serve()
    end
  end
end

count =
  case System.argv() do
    [n | _] -> String.to_integer(n)
    [] -> 5_000
  end

server = spawn(&Mail.serve/0)
Mail.fill(self(), count)
IO.puts(Process.info(self(), :message_queue_len) == {:message_queue_len, count})
IO.inspect(for(_ <- 1..20, do: Mail.ask(server)) |> Enum.uniq())

receive do
  {:item, 1, [1]} -> IO.puts("the last one first")
end

send(self(), {:item, 1, [1]})
IO.puts(Mail.drain(count, 0) == div(count * (count + 1), 2))
IO.puts(Process.info(self(), :message_queue_len) == {:message_queue_len, 0})
