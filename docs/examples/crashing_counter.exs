# A counter that crashes at every third increment, and a keeper that starts it again.
defmodule Counter do
  def start(from), do: spawn(fn -> loop(from) end)

  defp loop(n) when rem(n, 3) == 2, do: exit({:tired, n})

  defp loop(n) do
    receive do
      {:increment, from} ->
        send(from, {:now, n + 1})
        loop(n + 1)
    end
  end
end

defmodule Keeper do
  def run(0, counter, _ref, total), do: {total, Process.alive?(counter)}

  def run(left, counter, ref, total) do
    send(counter, {:increment, self()})

    receive do
      {:now, n} ->
        IO.puts("now #{n}")
        run(left - 1, counter, ref, total + 1)

      {:DOWN, ^ref, :process, ^counter, {:tired, n}} ->
        IO.puts("crashed at #{n}, starting again")
        {counter, ref} = watch(n + 1)
        run(left, counter, ref, total)
    end
  end

  def watch(from) do
    counter = Counter.start(from)
    {counter, Process.monitor(counter)}
  end
end

{counter, ref} = Keeper.watch(0)
{total, _alive} = Keeper.run(7, counter, ref, 0)
IO.puts("#{total} increments")
