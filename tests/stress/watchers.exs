# N processes crash, a wave at a time, while 8 watchers monitor every one of them and count the DOWNs. Arguments: N, and how many a wave.
#
# Each second wave crashes while the watchers still monitor it: then noproc is right, too. The output does not depend on N; how long it took is
# told on standard error.
defmodule Victim do
  def start(i) do
    receive do
      :go -> crash(i)
    end
  end

  # Most end by exit, some with a reason that is worth copying; others are killed.
  def crash(i) when rem(i, 10) == 7, do: exit({:crash, Enum.to_list(i..(i + 20))})

  def crash(i) when rem(i, 10) == 3 do
    receive do
      :never -> :ok
    end
  end

  def crash(i), do: exit({:crash, i})

  def reason_fits?(i, {:crash, [i | rest]}, _) when rem(i, 10) == 7, do: List.last(rest) == i + 20
  def reason_fits?(i, :killed, _) when rem(i, 10) == 3, do: true
  def reason_fits?(i, {:crash, i}, _), do: true
  def reason_fits?(_, :noproc, may_be_late), do: may_be_late
  def reason_fits?(_, _, _), do: false
end

defmodule Watcher do
  # counts: right, wrong reasons, DOWNs that nobody waits for.
  def loop(main, {right, wrong, unknown}) do
    receive do
      {:watch, victims, may_be_late} ->
        refs = Map.new(victims, fn {i, pid} -> {Process.monitor(pid), i} end)
        send(main, {:watching, self()})
        counts = count(refs, may_be_late, {right, wrong, unknown})
        send(main, {:counted, self()})
        loop(main, counts)

      {:DOWN, _, _, _, _} ->
        loop(main, {right, wrong, unknown + 1})

      :stop ->
        send(main, {:counts, self(), {right, wrong, unknown}})
    end
  end

  def count(refs, _, counts) when map_size(refs) == 0, do: counts

  def count(refs, may_be_late, {right, wrong, unknown}) do
    receive do
      {:DOWN, ref, :process, _, reason} ->
        case refs do
          %{^ref => i} ->
            counts = if Victim.reason_fits?(i, reason, may_be_late), do: {right + 1, wrong, unknown}, else: {right, wrong + 1, unknown}
            count(Map.delete(refs, ref), may_be_late, counts)

          _ ->
            count(refs, may_be_late, {right, wrong, unknown + 1})
        end
    end
  end
end

defmodule Main do
  @watchers 8

  def main(argv) do
    {n, wave} =
      case Enum.map(argv, &String.to_integer/1) do
        [n, wave | _] -> {n, wave}
        [n] -> {n, 10_000}
        [] -> {4_000, 500}
      end

    main = self()
    watchers = for _ <- 1..@watchers, do: spawn(fn -> Watcher.loop(main, {0, 0, 0}) end)
    t0 = System.monotonic_time(:microsecond)
    waves(watchers, 0, min(n, 2 * wave), wave)
    {memory, processes} = {memory(watchers), length(Process.list())}
    waves(watchers, min(n, 2 * wave), n, wave)
    t1 = System.monotonic_time(:microsecond)
    grown = memory(watchers) - memory
    IO.puts("memory flat: #{if grown < 2_000_000, do: true, else: "grown by #{grown} bytes"}, processes: #{length(Process.list()) - processes} more")

    for w <- watchers do
      send(w, :stop)

      receive do
        {:counts, ^w, counts} -> IO.puts(if counts == {n, 0, 0}, do: "all counted", else: "of #{n}: right, wrong, too many: #{inspect(counts)}")
      end
    end

    IO.puts(:stderr, "elapsed_us=#{t1 - t0}")
  end

  def memory(watchers) do
    Process.sleep(20)
    for pid <- [self() | watchers], do: :erlang.garbage_collect(pid)
    :erlang.memory(:total)
  end

  def waves(_, from, n, _) when from >= n, do: :ok

  def waves(watchers, from, n, wave) do
    victims = for i <- from..min(from + wave, n) // 1, i < min(from + wave, n), do: {i, spawn(Victim, :start, [i])}
    late = rem(div(from, wave), 2) == 1
    for w <- watchers, do: send(w, {:watch, victims, late})
    unless late, do: each(watchers, :watching)

    for {i, pid} <- victims do
      if rem(i, 10) == 3, do: Process.exit(pid, :kill), else: send(pid, :go)
    end

    if late, do: each(watchers, :watching)
    each(watchers, :counted)
    waves(watchers, from + wave, n, wave)
  end

  def each(watchers, what) do
    for w <- watchers do
      receive do
        {^what, ^w} -> :ok
      end
    end
  end
end

Main.main(System.argv())
