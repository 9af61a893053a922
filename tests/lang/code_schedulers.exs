# SPDX-License-Identifier: Apache-2.0
# schedulers: 4
# Code that many processes come to at once: modules called for the first time, replaced, deleted; evaluations whose closures are handed on.
Code.compiler_options(ignore_module_conflict: true)

gather = fn tasks ->
  for {pid, ref} <- tasks do
    receive do
      {^ref, answer} ->
        Process.demonitor(ref, [:flush])
        answer

      {:DOWN, ^ref, :process, ^pid, reason} ->
        {:down, reason}
    end
  end
end

start = fn fun ->
  parent = self()

  {pid, ref} =
    spawn_monitor(fn ->
      receive do
        ref -> send(parent, {ref, fun.()})
      end
    end)

  send(pid, ref)
  {pid, ref}
end

# Library modules that nobody needed so far, by everybody at once.
first_calls =
  for i <- 1..40 do
    start.(fn ->
      case rem(i, 4) do
        0 -> MapSet.new([1, 2, i]) |> MapSet.member?(i)
        1 -> "#{i}" |> String.pad_leading(5, "0") |> String.length() == 5
        2 -> Enum.zip([1, 2], [:a, :b]) |> Keyword.keyword?() == false
        3 -> (Stream.cycle([1, 2]) |> Stream.map(&(&1 * i)) |> Enum.take(3)) == [i, 2 * i, i]
      end
    end)
  end

IO.inspect(Enum.uniq(gather.(first_calls)), label: "first calls")

# A module that is compiled anew while others call it: versions only rise.
version = fn n ->
  Code.compile_string("""
  defmodule Changing do
    def version, do: inner()
    def same, do: {inner(), fn -> inner() end}
    def fails(x), do: {:ok, _} = inner_fails(x)
    defp inner, do: #{n}
    defp inner_fails(x), do: {:error, x}
  end
  """)
end

version.(1)

defmodule Watcher do
  def watch(last) do
    # Through apply, so that nothing is known of it before the call.
    v = apply(Changing, :version, [])
    {w, fun} = apply(Changing, :same, [])
    x = fun.()

    traced =
      try do
        apply(Changing, :fails, [v])
      rescue
        e in MatchError -> {e.term, hd(__STACKTRACE__)}
      end

    {{:error, ^v}, {Changing, :fails, 1, _}} = traced

    if last <= v and v <= w and w == x do
      receive do
        :stop -> :rising
      after
        0 -> watch(w)
      end
    else
      {:wrong, last, v, w, x}
    end
  end
end

watchers = for _ <- 1..8, do: start.(fn -> Watcher.watch(1) end)
for n <- 2..40, do: version.(n)
for {pid, _} <- watchers, do: send(pid, :stop)
IO.inspect(Enum.uniq(gather.(watchers)), label: "versions")
IO.inspect(Changing.version(), label: "last")

# Deleted while called: an answer or an exception, nothing between.
deleted =
  for _ <- 1..8 do
    start.(fn ->
      Enum.reduce_while(Stream.cycle([1]), :there, fn _, _ ->
        try do
          {:cont, {:ok, apply(Changing, :version, [])} && :there}
        rescue
          e in UndefinedFunctionError -> {:halt, {e.module, e.function, e.arity}}
        end
      end)
    end)
  end

:joist_code.delete(Changing)
IO.inspect(Enum.uniq(gather.(deleted)), label: "deleted")

# Evaluations in many processes, their closures run by others, which raise from them.
makers =
  for i <- 1..12 do
    start.(fn ->
      for j <- 1..6 do
        {fun, _} = Code.eval_string("fn x -> if x == :fail, do: raise(\"of #{i}\"), else: {x, n + #{j}, [\"literal\", {#{i}, 1.5}]} end", n: i)
        {i, j, fun}
      end
    end)
  end

funs = makers |> gather.() |> List.flatten()

users =
  for part <- Enum.chunk_every(funs, 9) do
    start.(fn ->
      Enum.all?(part, fn {i, j, fun} ->
        raised =
          try do
            fun.(:fail)
          rescue
            e in RuntimeError -> e.message
          end

        fun.(:x) == {:x, i + j, ["literal", {i, 1.5}]} and raised == "of #{i}"
      end)
    end)
  end

IO.inspect({length(funs), Enum.uniq(gather.(users))}, label: "closures")
