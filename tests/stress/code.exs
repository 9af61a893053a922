# SPDX-License-Identifier: Apache-2.0
# Evaluated code comes and goes while processes hand its closures and literals to each other, keep some and forget most: what is kept
# works, whoever had it before. N evaluations (first argument).
size =
  case System.argv() do
    [n | _] -> String.to_integer(n)
    [] -> 2000
  end

defmodule Holder do
  # Keeps up to eight things, swaps one for each that comes, and sends some of those on, up to five times.
  def loop(kept, others) do
    receive do
      {:others, others} -> loop(kept, others)
      {:take, thing} -> take(thing, kept, others)
      {:check, from} ->
        send(from, {:checked, Enum.all?(kept, &good?/1)})
        loop(kept, others)
    end
  end

  defp take(thing, kept, others) do
    {out, kept} = if length(kept) < 8, do: {nil, [thing | kept]}, else: {List.last(kept), [thing | Enum.take(kept, 7)]}

    case out do
      {n, fun, literal, hops} when rem(n, 3) == 0 and hops < 5 ->
        true = good?(out)
        send(elem(others, rem(n + hops, tuple_size(others))), {:take, {n, fun, literal, hops + 1}})

      _ ->
        :ok
    end

    loop(kept, others)
  end

  def good?({n, fun, literal, _}), do: fun.(1) == {n + 1, "of the closure"} and literal == ["of the literal", %{at: {n, 1.5}}]
end

holders = List.to_tuple(for _ <- 1..20, do: spawn_link(fn -> Holder.loop([], {}) end))
for pid <- Tuple.to_list(holders), do: send(pid, {:others, holders})

# Four processes evaluate, each its share.
evaluators =
  for first <- 1..4 do
    spawn_monitor(fn ->
      Enum.each(first..size//4, fn n ->
        {thing, _} = Code.eval_string("{n, fn x -> {n + x, \"of the closure\"} end, [\"of the literal\", %{at: {n, 1.5}}], 0}", n: n)
        send(elem(holders, rem(n, 20)), {:take, thing})
      end)
    end)
  end

for {_, ref} <- evaluators do
  receive do
    {:DOWN, ^ref, :process, _, reason} -> :normal = reason
  end
end

for pid <- Tuple.to_list(holders) do
  send(pid, {:check, self()})

  receive do
    {:checked, good} -> true = good
  end
end

IO.puts("every closure and literal kept its value")
