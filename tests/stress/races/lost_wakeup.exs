# SPDX-License-Identifier: Apache-2.0
#
# Planted: a queue whose consumer asks whether something is there and, in a second step, to be woken when something comes.
# What comes between the two wakes nobody: the consumer sleeps for ever, and the run ends as a deadlock.
defmodule Box do
  def start, do: spawn(fn -> loop([], nil) end)

  defp loop(items, waiting) do
    receive do
      {:put, item} ->
        if waiting, do: send(waiting, :wake_up)
        loop(items ++ [item], nil)

      {:take, from} ->
        case items do
          [item | rest] ->
            send(from, {:item, item})
            loop(rest, waiting)

          [] ->
            send(from, :empty)
            loop([], waiting)
        end

      # The fault: whether something came meanwhile is not looked at.
      {:wake_me, from} ->
        loop(items, from)
    end
  end

  def take(box) do
    send(box, {:take, self()})

    receive do
      {:item, item} ->
        item

      :empty ->
        send(box, {:wake_me, self()})
        receive do: (:wake_up -> take(box))
    end
  end
end

box = Box.start()

spawn(fn ->
  for i <- 1..5 do
    Enum.each(1..3_000, & &1)
    send(box, {:put, i})
  end
end)

IO.inspect(for _ <- 1..5, do: Box.take(box))
