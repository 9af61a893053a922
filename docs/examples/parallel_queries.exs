# Ten queries on a pool of four servers; results come as they are ready and are put in order by their number.
defmodule Pool do
  def start(size), do: for(n <- 1..size, into: %{}, do: {n - 1, spawn(fn -> loop(n) end)})

  def query(pool, number) do
    send(pool[rem(number, map_size(pool))], {:query, self(), number})
  end

  defp loop(id) do
    receive do
      {:query, caller, number} ->
        Process.sleep(10)
        send(caller, {:result, number, "query #{number} by server #{id}"})
        loop(id)
    end
  end
end

pool = Pool.start(4)
Enum.each(1..10, &Pool.query(pool, &1))

1..10
|> Enum.map(fn _ ->
  receive do
    {:result, number, text} -> {number, text}
  end
end)
|> Enum.sort()
|> Enum.each(fn {_, text} -> IO.puts(text) end)
