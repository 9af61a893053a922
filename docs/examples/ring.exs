# A token goes three times around a ring of a hundred processes; each adds one.
defmodule Ring do
  def run(size, laps) do
    me = self()
    first = spawn(fn -> first(me, laps) end)
    last = Enum.reduce(2..size, first, fn _, next -> spawn(fn -> pass(next) end) end)
    send(first, {:start, last})

    receive do
      {:done, hops} -> hops
    end
  end

  defp first(main, laps) do
    receive do
      {:start, next} ->
        send(next, {:token, 1})
        turn(main, next, laps)
    end
  end

  defp turn(main, next, laps) do
    receive do
      {:token, n} when laps > 1 ->
        send(next, {:token, n + 1})
        turn(main, next, laps - 1)

      {:token, n} ->
        send(main, {:done, n})
    end
  end

  defp pass(next) do
    receive do
      {:token, n} ->
        send(next, {:token, n + 1})
        pass(next)
    end
  end
end

IO.puts("#{Ring.run(100, 3)} hops")
