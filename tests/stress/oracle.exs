# Processes that send, link, unlink, monitor, demonitor, call, spawn, crash, are killed, trap exits, wait, use timers and names at random,
# against an oracle of what must have happened.
#
# Arguments: HOW_MUCH SEED [heavy]. HOW_MUCH: a number of rounds, or seconds, written 60s. The output does not depend on them.
#
# heavy: they also compute with long numbers, compare, send and keep huge terms, start and end children with them, collect and suspend each other: so all
# that is done to a process is done while it is on a dirty thread too.
#
# A round: some actors know each other and do STEPS random things each. What an actor can judge alone, it does as it goes (Watch); the rest
# is judged from its records when all is quiet (Oracle). Records are messages to a recorder, sent before the thing is done: so of a process that was
# killed, only its last record is in doubt. Links are made and cut by the actor with the smaller number alone, so that its program order says
# whether there is one.
#
# A checker that finds nothing is worth nothing: the histories of the first rounds are also tampered with, in each way of Tamper, and must be found wrong.

defmodule Draw do
  # A number below n, and the next state.
  def below(x, n) do
    x = rem(x * 48_271 + 11, 2_147_483_647)
    {rem(div(x, 7), n), x}
  end
end

# What one actor sees, in its order. Pure: a history can be played again.
defmodule Watch do
  def new(id) do
    %{id: id, incoming: %{}, gone: %{}, monitors: %{}, links: %{}, told: %{}, timers: %{}, aliases: %{}, bad: []}
  end

  def bad(w, text), do: %{w | bad: [text | w.bad]}

  # The n-th signal of another.
  def see(w, {:got, from, n}) do
    last = Map.get(w.incoming, from, 0)
    w = %{w | incoming: Map.put(w.incoming, from, n)}
    w = if n == last + 1, do: w, else: bad(w, "signal #{n} of #{from} after #{last}")
    if Map.has_key?(w.gone, from), do: bad(w, "a signal of #{from} after its end was told"), else: w
  end

  def see(w, {:monitor, ref, target, kind}), do: %{w | monitors: Map.put(w.monitors, ref, {target, kind, false})}

  # The target has answered what was sent behind the monitor.
  def see(w, {:confirmed, ref}) do
    case w.monitors do
      %{^ref => {target, kind, _}} -> %{w | monitors: Map.put(w.monitors, ref, {target, kind, true})}
      _ -> w
    end
  end

  def see(w, {:demonitor, ref}), do: %{w | monitors: Map.delete(w.monitors, ref)}

  def see(w, {:down, ref, reason}) do
    case w.monitors do
      %{^ref => {target, _, _}} ->
        w = %{w | monitors: Map.delete(w.monitors, ref), gone: Map.put(w.gone, target, true)}

        case target do
          {:leaf, want} when want != reason -> bad(w, "DOWN with #{inspect(reason)} instead of #{inspect(want)}")
          _ -> w
        end

      _ ->
        bad(w, "a DOWN that nobody waits for: #{inspect(reason)}")
    end
  end

  def see(w, {:reply, ref}) do
    case w.monitors do
      %{^ref => {_, :call, _}} -> %{w | monitors: Map.delete(w.monitors, ref)}
      _ -> bad(w, "a reply that nobody waits for")
    end
  end

  def see(w, {:link, target}), do: %{w | links: Map.put(w.links, target, true)}
  def see(w, {:unlink, target}), do: %{w | links: Map.delete(w.links, target)}

  # Through a link of its own.
  def see(w, {:exit, target, reason}) do
    w = if Map.has_key?(w.links, target), do: w, else: bad(w, "an exit without link, of #{inspect(target)}: #{inspect(reason)}")
    w = %{w | links: Map.delete(w.links, target), gone: Map.put(w.gone, target, true)}

    case target do
      {:leaf, want, _} when want != reason -> bad(w, "EXIT with #{inspect(reason)} instead of #{inspect(want)}")
      _ -> w
    end
  end

  # Through a link that the other made.
  def see(w, {:exit_of_maker, maker, reason}) do
    w = if Map.has_key?(w.told, maker), do: bad(w, "a second exit of #{maker}"), else: w
    %{w | told: Map.put(w.told, maker, reason), gone: Map.put(w.gone, maker, true)}
  end

  def see(w, {:timer, n, due_us}), do: %{w | timers: Map.put(w.timers, n, due_us)}

  def see(w, {:fired, n, now_us}) do
    case w.timers do
      %{^n => due} when now_us >= due -> %{w | timers: Map.delete(w.timers, n)}
      %{^n => due} -> bad(w, "a timer #{due - now_us} us early")
      _ -> bad(w, "a timer that was not started, cancelled or had fired")
    end
  end

  def see(w, {:cancelled, n, true}), do: %{w | timers: Map.delete(w.timers, n)}
  def see(w, {:cancelled, _, false}), do: w
  def see(w, {:waited, ms, us}), do: if(us >= ms * 1000, do: w, else: bad(w, "a wait of #{ms} ms took #{us} us"))
  def see(w, {:name, name, mine}), do: if(mine, do: w, else: bad(w, "the name #{name} is another's"))
  def see(w, {:told_dead, target, alive}), do: if(alive and Map.has_key?(w.gone, target), do: bad(w, "#{target} lives after its end was told"), else: w)
  # An exit/2 with :kill cannot be survived, and is seen by who sent it at once.
  def see(w, {:killed, target, alive}), do: if(alive, do: bad(w, "#{target} lives after it was killed"), else: w)
  def see(w, {:suspended, target, before, later}), do: if(before == later, do: w, else: bad(w, "#{target} sent #{later - before} signals while it was suspended"))
  # Another has cancelled the timer n: when it had fired, its message came before the news of that.
  def see(w, {:cancelled_by, _, n, true}), do: see(w, {:cancelled, n, true})
  def see(w, {:cancelled_by, by, n, false}), do: if(Map.has_key?(w.timers, n), do: bad(w, "a timer that #{by} could not cancel has not fired"), else: w)
  def see(w, {:alias, ref}), do: %{w | aliases: Map.put(w.aliases, ref, true)}
  def see(w, {:unalias, ref}), do: %{w | aliases: Map.delete(w.aliases, ref)}
  def see(w, {:through, ref}), do: if(Map.has_key?(w.aliases, ref), do: w, else: bad(w, "a message through an alias that is none"))
  def see(w, {:result, what, right}), do: if(right, do: w, else: bad(w, "#{what} is wrong"))
  def see(w, {:missing, what}), do: bad(w, "missing: #{what}")
end

defmodule Actor do
  @names [:oracle_one, :oracle_two, :oracle_three]
  @light 40
  @heavy 62

  def start(id, draw, steps, heavy, recorder, main) do
    {trap, draw} = Draw.below(draw, 2)
    Process.flag(:trap_exit, trap == 0)
    send(main, {:ready, id})

    receive do
      {:go, peers} ->
        ids = peers |> Tuple.to_list() |> Enum.with_index() |> Map.new()
        send(recorder, {:log, id, {:traps, trap == 0}})

        run(%{
          id: id, draw: draw, steps: steps, recorder: recorder, main: main, peers: peers, ids: ids, trap: trap == 0, watch: Watch.new(id),
          out: %{}, next: 1, name: nil, timer_refs: %{}, trace: [], kinds: if(heavy, do: @heavy, else: @light), kept: []
        })
    end
  end

  def log(s, event), do: send(s.recorder, {:log, s.id, event})

  def see(s, event) do
    w = Watch.see(s.watch, event)
    for text <- w.bad, do: log(s, {:bad, text})
    %{s | watch: %{w | bad: []}, trace: [event | s.trace]}
  end

  def draw(s, n) do
    {x, state} = Draw.below(s.draw, n)
    {x, %{s | draw: state}}
  end

  def other(s) do
    {t, s} = draw(s, tuple_size(s.peers) - 1)
    {if(t >= s.id, do: t + 1, else: t), s}
  end

  def now, do: System.monotonic_time(:microsecond)

  def run(%{steps: 0} = s) do
    send(s.main, {:quiet, s.id})
    rest(s)
  end

  def run(s) do
    s = drain(s)
    {what, s} = draw(s, s.kinds)
    run(step(what, %{s | steps: s.steps - 1}))
  end

  def drain(s) do
    receive do
      m -> drain(handle(s, m))
    after
      0 -> s
    end
  end

  # Quiet: takes what still comes, says what it has seen when asked. A timer of its own must have fired by then.
  def rest(s) do
    receive do
      {:report, tag} -> report(s, tag, now() + 200_000_000)
      m -> rest(handle(s, m))
    end
  end

  def report(s, tag, until_us) do
    if map_size(s.watch.timers) == 0 or now() > until_us do
      s = if map_size(s.watch.timers) == 0, do: s, else: see(s, {:missing, "a timer"})
      s = drain(s)
      send(s.main, {:here, s.id, tag, %{watch: s.watch, trace: s.trace, links: links(s)}})
      rest(s)
    else
      receive do
        m -> report(handle(s, m), tag, until_us)
      after
        1000 -> report(s, tag, until_us)
      end
    end
  end

  # Whom the system says that it is linked to: actors by number.
  def links(s) do
    {:links, pids} = Process.info(self(), :links)
    for pid <- pids, Map.has_key?(s.ids, pid), do: s.ids[pid]
  end

  # --- what comes

  def handle(s, {:hello, from, n}), do: see(s, {:got, from, n})

  def handle(s, {:ping, from, n, ref}) do
    s = see(s, {:got, from, n})
    tell(s, from, fn n -> {:pong, s.id, n, ref} end)
  end

  def handle(s, {:pong, from, n, ref}), do: s |> see({:got, from, n}) |> see({:confirmed, ref})

  # Answers, answers twice, lets another answer, or does not.
  def handle(s, {:ask, from, n, ref}) do
    s = see(s, {:got, from, n})

    case draw(s, 4) do
      {0, s} ->
        send(ref, {:reply, ref})
        s

      {1, s} ->
        send(ref, {:reply, ref})
        send(ref, {:reply, ref})
        s

      {2, s} ->
        {t, s} = other(s)
        tell(s, t, fn n -> {:answer, s.id, n, ref} end)

      {3, s} ->
        s
    end
  end

  def handle(s, {:answer, from, n, ref}) do
    send(ref, {:reply, ref})
    see(s, {:got, from, n})
  end

  def handle(s, {:reply, ref}), do: see(s, {:reply, ref})

  def handle(s, {:huge, from, n, list}) do
    s = see(s, {:got, from, n})
    see(s, {:result, "a huge message", Heavy.right?(list)})
  end

  def handle(s, {:please_cancel, from, n, ref, timer}) do
    s = see(s, {:got, from, n})
    cancelled = Process.cancel_timer(ref) != false
    tell(s, from, fn n -> {:cancelled_for, s.id, n, timer, cancelled} end)
  end

  def handle(s, {:cancelled_for, from, n, timer, cancelled}) do
    s = see(s, {:got, from, n})
    s = see(s, {:cancelled_by, from, timer, cancelled})
    %{s | timer_refs: Map.delete(s.timer_refs, timer)}
  end

  def handle(s, {:send_through, from, n, ref}) do
    s = see(s, {:got, from, n})
    send(ref, {:through, ref})
    s
  end

  def handle(s, {:through, ref}), do: see(s, {:through, ref})

  def handle(s, {:DOWN, ref, :process, _, reason}) do
    case s.watch.monitors do
      %{^ref => {target, _, confirmed}} when is_integer(target) -> log(s, {:down, target, norm(reason), confirmed})
      _ -> :ok
    end

    see(s, {:down, ref, norm(reason)})
  end

  def handle(s, {:EXIT, pid, reason}), do: exited(s, pid, Map.get(s.ids, pid), norm(reason))
  def handle(s, {:timer, n}), do: see(%{s | timer_refs: Map.delete(s.timer_refs, n)}, {:fired, n, now()})
  def handle(s, other), do: see(s, {:missing, "a meaning of #{inspect(other)}"})

  # exit/2 of another, in its order; or the end of one that is linked.
  def exited(%{id: id} = s, _, from, {:signal, from, id, n}), do: see(s, {:got, from, n})

  def exited(s, pid, nil, reason) do
    case Enum.find(Map.keys(s.watch.links), &match?({:leaf, _, ^pid}, &1)) do
      nil -> see(s, {:missing, "a link to the process that ended with #{inspect(reason)}"})
      leaf -> see(s, {:exit, leaf, reason})
    end
  end

  def exited(s, _, from, reason) do
    log(s, {:exit, from, reason})
    see(s, if(from > s.id, do: {:exit, from, reason}, else: {:exit_of_maker, from, reason}))
  end

  # A reason without its trace.
  def norm({%{__struct__: kind}, trace}) when is_list(trace), do: {:raised, kind}
  def norm({{:nocatch, x}, trace}) when is_list(trace), do: {:thrown, x}
  def norm(reason), do: reason

  # --- what it does

  def tell(s, t, message) do
    n = Map.get(s.out, t, 0) + 1
    log(s, {:send, t})
    send(elem(s.peers, t), message.(n))
    %{s | out: Map.put(s.out, t, n)}
  end

  def step(what, s) when what in 0..9 do
    {t, s} = other(s)
    tell(s, t, fn n -> {:hello, s.id, n} end)
  end

  # Monitors, and sees to it that the target knows.
  def step(what, s) when what in 10..13 do
    {t, s} = other(s)
    ref = Process.monitor(elem(s.peers, t))
    s = see(s, {:monitor, ref, t, :plain})
    if what > 11, do: tell(s, t, fn n -> {:ping, s.id, n, ref} end), else: s
  end

  def step(what, s) when what in 14..15 do
    {t, s} = other(s)
    ref = :erlang.monitor(:process, elem(s.peers, t), alias: :reply_demonitor)
    s = see(s, {:monitor, ref, t, :call})
    tell(s, t, fn n -> {:ask, s.id, n, ref} end)
  end

  def step(what, s) when what in 16..18 do
    case Map.to_list(s.watch.monitors) do
      [] ->
        s

      list ->
        {i, s} = draw(s, length(list))
        {ref, {_, kind, _}} = Enum.at(list, i)
        demonitor(s, ref, kind, what)
    end
  end

  def step(what, s) when what in 19..22 do
    {t, s} = other(s)
    pid = elem(s.peers, t)

    cond do
      t < s.id -> s
      Map.has_key?(s.watch.links, t) -> unlink(s, t, pid)
      true -> link(s, t, pid)
    end
  end

  def step(23, s) do
    {t, s} = other(s)
    n = Map.get(s.out, t, 0) + 1
    log(s, {:send, t})
    log(s, {:cause, t, {:signal, s.id, t, n}})
    Process.exit(elem(s.peers, t), {:signal, s.id, t, n})
    %{s | out: Map.put(s.out, t, n)}
  end

  def step(24, s) do
    case draw(s, 3) do
      {0, s} ->
        {t, s} = other(s)
        log(s, {:cause, t, :killed})
        Process.exit(elem(s.peers, t), :kill)
        see(s, {:killed, t, Process.alive?(elem(s.peers, t))})

      {_, s} ->
        s
    end
  end

  def step(25, s) do
    {how, s} = draw(s, 12)
    if how < 6, do: ending(s, how), else: s
  end

  def step(what, s) when what in 26..27 do
    {ms, s} = draw(s, 3)
    before = now()

    receive do
      :never -> :ok
    after
      ms -> :ok
    end

    see(s, {:waited, ms, now() - before})
  end

  def step(what, s) when what in 28..30 do
    {ms, s} = draw(s, 4)
    n = s.next
    due = now() + ms * 1000
    ref = Process.send_after(self(), {:timer, n}, ms)
    see(%{s | next: n + 1, timer_refs: Map.put(s.timer_refs, n, ref)}, {:timer, n, due})
  end

  def step(31, s) do
    case Map.to_list(s.timer_refs) do
      [] ->
        s

      [{n, ref} | _] ->
        cancelled = Process.cancel_timer(ref) != false
        see(%{s | timer_refs: Map.delete(s.timer_refs, n)}, {:cancelled, n, cancelled})
    end
  end

  def step(what, s) when what in 32..33, do: names(s)

  # A child that ends as was said.
  def step(what, s) when what in 34..36 do
    {kind, s} = draw(s, 4)
    {ms, s} = draw(s, 3)
    reason = elem({:normal, :on_purpose, {:shutdown, s.id}, {:raised, RuntimeError}}, if(kind == 3 and what < 36, do: 1, else: kind))

    if what == 34 do
      # Its end may be ours.
      log(s, {:cause, s.id, reason})
      pid = spawn_link(Actor, :leaf, [reason, ms])
      see(s, {:link, {:leaf, reason, pid}})
    else
      {_, ref} = spawn_monitor(Actor, :leaf, [reason, ms])
      see(s, {:monitor, ref, {:leaf, reason}, :plain})
    end
  end

  def step(what, s) when what in 37..38 do
    {t, s} = other(s)
    pid = elem(s.peers, t)
    alive = if what == 37, do: Process.alive?(pid), else: Process.info(pid, [:status, :message_queue_len, :links, :monitors]) != nil
    see(s, {:told_dead, t, alive})
  end

  def step(39, s) do
    :erlang.garbage_collect()
    s
  end

  # --- what takes long

  def step(what, s) when what in 40..41, do: see(s, {:result, "a product", Heavy.multiply()})
  def step(what, s) when what in 42..43, do: see(s, {:result, "a comparison", Heavy.compare()})

  # Keeps a large heap for a while.
  def step(what, s) when what in 44..46 do
    s = see(s, {:result, "what was kept", s.kept == [] or Heavy.right?(s.kept)})
    %{s | kept: if(what == 46, do: [], else: Heavy.list())}
  end

  def step(what, s) when what in 47..49 do
    {t, s} = other(s)
    list = Heavy.list()
    tell(s, t, fn n -> {:huge, s.id, n, list} end)
  end

  # Whoever has the smaller number suspends, so no two wait for each other.
  def step(what, s) when what in 50..51 do
    {t, s} = other(s)
    if t > s.id and suspend(elem(s.peers, t)), do: suspended(s, t), else: s
  end

  def step(what, s) when what in 52..53 do
    {t, s} = other(s)
    unless :erlang.garbage_collect(elem(s.peers, t)), do: log(s, {:gone, t})
    s
  end

  def step(54, s) do
    {t, s} = other(s)
    if Process.info(elem(s.peers, t), [:dictionary, :total_heap_size, :monitored_by]) == nil, do: log(s, {:gone, t})
    s
  end

  # A child that begins and ends with a huge term.
  def step(what, s) when what in 55..56 do
    reason = {:on_purpose, Heavy.list()}
    {_, ref} = spawn_monitor(Actor, :leaf, [reason, 0])
    see(s, {:monitor, ref, {:leaf, reason}, :plain})
  end

  # Another cancels a timer.
  def step(what, s) when what in 57..58 do
    {t, s} = other(s)
    {ms, s} = draw(s, 3)
    n = s.next
    due = now() + ms * 1000
    ref = Process.send_after(self(), {:timer, n}, ms)
    s = see(%{s | next: n + 1}, {:timer, n, due})
    tell(s, t, fn seq -> {:please_cancel, s.id, seq, ref, n} end)
  end

  def step(59, s) do
    {t, s} = other(s)
    ref = :erlang.alias()
    s = see(s, {:alias, ref})
    tell(s, t, fn n -> {:send_through, s.id, n, ref} end)
  end

  def step(60, s) do
    case Map.keys(s.watch.aliases) do
      [] ->
        s

      [ref | _] ->
        :erlang.unalias(ref)
        s = drain(s) # what came through it before
        see(s, {:unalias, ref})
    end
  end

  def step(61, s) do
    log(s, :traps_no_more)
    Process.flag(:trap_exit, not s.trap)
    %{s | trap: not s.trap}
  end

  def suspend(pid) do
    :erlang.suspend_process(pid)
  rescue
    ArgumentError -> false
  end

  def suspended(s, t) do
    s = drain(s)
    before = Map.get(s.watch.incoming, t, 0)
    s = drain(see(s, {:result, "a product", Heavy.multiply()}))
    s = see(s, {:suspended, t, before, Map.get(s.watch.incoming, t, 0)})

    try do
      :erlang.resume_process(elem(s.peers, t))
    rescue
      ArgumentError -> log(s, {:bad, "who was suspended cannot be resumed"})
    end

    s
  end

  def leaf(reason, ms) do
    receive do
      :never -> :ok
    after
      ms -> :ok
    end

    if reason == {:raised, RuntimeError}, do: exit({%RuntimeError{}, []}), else: exit(reason)
  end

  # With flush, nothing is left and nothing comes. With info: true says the same; false, that what ended it is there already.
  def demonitor(s, ref, :plain, 16) do
    Process.demonitor(ref, [:flush])
    see(s, {:demonitor, ref})
  end

  def demonitor(s, ref, kind, _) do
    if Process.demonitor(ref, [:info]) do
      see(s, {:demonitor, ref})
    else
      s = drain(s) # in its order: what its target sent before its end stands before it
      if Map.has_key?(s.watch.monitors, ref), do: see(s, {:missing, "what ended a #{kind} monitor"}), else: s
    end
  end

  def link(s, t, pid) do
    log(s, {:link, t})
    linked = try_link(pid)
    log(s, {:linked, t, linked})
    if linked, do: see(s, {:link, t}), else: s
  end

  def try_link(pid) do
    Process.link(pid)
  rescue
    _ -> false
  end

  def unlink(s, t, pid) do
    log(s, {:unlink, t})
    Process.unlink(pid)
    log(s, {:unlinked, t})

    s = drain(s) # an exit that came before, behind what was sent before it
    see(s, {:unlink, t})
  end

  def ending(s, 5) do
    log(s, {:cause, s.id, {:thrown, :on_purpose}})
    exit({{:nocatch, :on_purpose}, []})
  end

  def ending(s, how) do
    reason = elem({:normal, {:done, s.id}, :kill, :shutdown, {:done, self()}}, how)
    log(s, {:cause, s.id, reason})
    exit(reason)
  end

  def names(%{name: nil} = s) do
    {i, s} = draw(s, length(@names))
    name = Enum.at(@names, i)
    if try_register(name), do: %{s | name: name}, else: s
  end

  def names(s) do
    s = see(s, {:name, s.name, Process.whereis(s.name) == self()})

    case draw(s, 2) do
      {0, s} ->
        Process.unregister(s.name)
        %{s | name: nil}

      {_, s} ->
        s
    end
  end

  def try_register(name) do
    Process.register(self(), name)
  rescue
    ArgumentError -> false
  end
end

# What is long enough for a dirty thread, and whether it came out right.
defmodule Heavy do
  @bits 600_000
  @length 70_000

  def multiply do
    x = Bitwise.bsl(1, @bits) - 1
    x * x == Bitwise.bsl(1, 2 * @bits) - Bitwise.bsl(1, @bits + 1) + 1
  end

  def list, do: Enum.map(1..@length, &{&1, [&1]})
  def right?(list), do: match?([{1, [1]} | _], list) and length(list) == @length and List.last(list) == {@length, [@length]}
  def compare, do: list() == list()
end

defmodule Recorder do
  def empty, do: %{sends: %{}, links: %{}, exits: [], downs: [], causes: [], gone: [], bad: [], last: nil, trap: false}

  def loop(records) do
    receive do
      {:log, id, event} ->
        loop(Map.put(records, id, %{note(records[id], event) | last: event}))

      {:take, from} ->
        send(from, {:records, records})
        loop(records)

      :stop ->
        :ok
    end
  end

  def note(r, {:traps, trap}), do: %{r | trap: trap}
  def note(r, :traps_no_more), do: %{r | trap: false} # it may have, or may again: both are right then
  def note(r, {:gone, t}), do: %{r | gone: [t | r.gone]}
  def note(r, {:send, t}), do: %{r | sends: Map.update(r.sends, t, 1, &(&1 + 1))}
  def note(r, {:cause, t, reason}), do: %{r | causes: [{t, reason} | r.causes]}
  def note(r, {:link, t}), do: %{r | links: Map.put(r.links, t, :unsure)}
  def note(r, {:unlink, t}), do: %{r | links: Map.put(r.links, t, :unsure)}
  def note(r, {:linked, t, true}), do: %{r | links: Map.put(r.links, t, :linked)}
  def note(r, {:linked, t, false}), do: %{r | links: Map.put(r.links, t, :unlinked)}
  def note(r, {:unlinked, t}), do: %{r | links: Map.put(r.links, t, :unlinked)}
  def note(r, {:exit, t, reason}), do: %{r | exits: [{t, reason} | r.exits]}
  def note(r, {:down, t, reason, confirmed}), do: %{r | downs: [{t, reason, confirmed} | r.downs]}
  def note(r, {:bad, text}), do: %{r | bad: [text | r.bad]}
end

# What must hold of all records together. `ends`: who ended, and how, by the monitors of the main process. `finals`: what those alive have seen.
defmodule Oracle do
  def judge(records, ends, finals) do
    ids = Map.keys(records)

    for(id <- ids, text <- records[id].bad, do: "#{id}: #{text}") ++
      for(id <- ids, from <- ids, text <- received(records, ends, finals, id, from), do: "#{id}: #{text}") ++
      for(id <- ids, text <- monitored(records, ends, finals, id), do: "#{id}: #{text}") ++
      for(id <- ids, {t, state} <- records[id].links, text <- linked(records, ends, id, t, state), do: "#{id}: #{text}") ++
      for({id, final} <- finals, {t, state} <- records[id].links, text <- listed(finals, ends, id, final, t, state), do: "#{id}: #{text}") ++
      for(id <- ids, t <- records[id].gone, not Map.has_key?(ends, t), do: "#{id} was told that #{t} is gone") ++
      for({id, reason} <- ends, not explained?(records, ends, id, reason), do: "#{id}: ended with #{inspect(reason)} for no reason")
  end

  # Who lives has received all that was sent; of one that was killed, the last may be missing.
  def received(records, ends, finals, id, from) do
    sent = Map.get(records[from].sends, id, 0)

    case finals do
      %{^id => final} ->
        got = Map.get(final.watch.incoming, from, 0)
        doubt = if Map.has_key?(ends, from) and records[from].last in [{:send, id}] or match?({:cause, ^id, {:signal, _, _, _}}, records[from].last), do: 1, else: 0
        if got == sent or (Map.has_key?(ends, from) and got == sent - doubt), do: [], else: ["got #{got} of #{sent} signals of #{from}"]

      _ ->
        []
    end
  end

  # A DOWN says what the main process was told, or noproc when the target had not answered what was sent behind the monitor; a monitor that still waits is of somebody alive.
  def monitored(records, ends, finals, id) do
    waiting =
      case finals do
        %{^id => final} -> for {_, {t, _, _}} <- final.watch.monitors, is_tuple(t) or Map.has_key?(ends, t), do: "no DOWN of #{inspect(t)}"
        _ -> []
      end

    wrong =
      for {t, reason, confirmed} <- records[id].downs, Map.get(ends, t, :alive) != reason and (reason != :noproc or confirmed or not Map.has_key?(ends, t)),
        do: "DOWN of #{t} with #{inspect(reason)}, not #{inspect(Map.get(ends, t, :alive))}"

    wrong ++ waiting
  end

  # id made and cut the link to t.
  def linked(records, ends, id, t, :linked) do
    told(records, ends, id, t) ++ told(records, ends, t, id)
  end

  # No exit came of a link that was cut.
  def linked(records, ends, id, t, :unlinked) do
    if Map.has_key?(ends, id) and Enum.any?(records[t].exits, fn {from, _} -> from == id end), do: ["#{t} got an exit through a link that was cut"], else: []
  end

  def linked(_, _, _, _, :unsure), do: []

  # `one` was linked to `other` to the end: if other ended, one knows.
  def told(records, ends, one, other) do
    case ends do
      %{^other => reason} ->
        knows = Enum.any?(records[one].exits, fn {from, why} -> from == other and why in [reason, :noproc] end)

        if Map.has_key?(ends, one) or knows or (not records[one].trap and reason == :normal),
          do: [],
          else: ["#{one} was not told that #{other} ended with #{inspect(reason)}"]

      _ ->
        []
    end
  end

  # Both ends say whether there is a link, and nobody has one to the dead.
  def listed(finals, ends, id, final, t, state) do
    both = [t in final.links, id in Map.get(finals, t, %{links: if(state == :linked, do: [id], else: [])}).links]
    if both == [state == :linked, state == :linked] or (Map.has_key?(ends, t) and not hd(both)), do: [], else: ["link to #{t}: #{state}, its ends say #{inspect(both)}"]
  end

  # Itself, another's exit/2, a link, or a link to the dead.
  def explained?(records, ends, id, reason) do
    Enum.any?(records, fn {from, r} ->
      Enum.any?(r.causes, fn {t, why} -> t == id and why == reason end) or
        ((Map.has_key?(r.links, id) or Map.has_key?(records[id].links, from)) and Map.get(ends, from) == reason and reason != :normal)
    end) or (reason == :noproc and map_size(records[id].links) > 0)
  end
end

# Ways to make a right history wrong. Each answers nil where it does not apply.
defmodule Tamper do
  # Of what one actor saw.
  def histories do
    [
      lost: fn t -> without(t, &match?({:got, _, 1}, &1), fn {:got, from, _}, rest -> {:got, from, 2} in rest end) end,
      twice: fn t -> behind(t, &match?({:got, _, _}, &1), fn e -> [e, e] end) end,
      swapped: fn t -> behind(t, &match?({:got, _, _}, &1), fn {:got, from, n} -> [{:got, from, n + 1}, {:got, from, n}] end) end,
      down_twice: fn t -> behind(t, &match?({:down, _, _}, &1), fn e -> [e, e] end) end,
      down_after_demonitor: fn t -> behind(t, &match?({:demonitor, _}, &1), fn {:demonitor, ref} = e -> [e, {:down, ref, :noproc}] end) end,
      wrong_reason: fn t -> behind(t, &match?({:down, _, :on_purpose}, &1), fn {:down, ref, _} -> [{:down, ref, :other}] end) end,
      reply_twice: fn t -> behind(t, &match?({:reply, _}, &1), fn e -> [e, e] end) end,
      after_the_end: fn t -> behind(t, &match?({:exit, x, _} when is_integer(x), &1), fn {:exit, x, _} = e -> [e, {:got, x, 1}] end) end,
      exit_after_unlink: fn t -> behind(t, &match?({:unlink, _}, &1), fn {:unlink, x} = e -> [e, {:exit, x, :other}] end) end,
      early: fn t -> behind(t, &match?({:timer, _, _}, &1), fn {:timer, n, due} = e -> [e, {:fired, n, due - 1}] end) end,
      fired_twice: fn t -> behind(t, &match?({:fired, _, _}, &1), fn e -> [e, e] end) end,
      fired_though_cancelled: fn t -> behind(t, &match?({:cancelled, _, true}, &1), fn {:cancelled, n, _} = e -> [e, {:fired, n, 1}] end) end,
      short_wait: fn t -> behind(t, &match?({:waited, ms, _} when ms > 0, &1), fn {:waited, ms, _} -> [{:waited, ms, ms * 1000 - 1}] end) end,
      taken_name: fn t -> behind(t, &match?({:name, _, _}, &1), fn {:name, name, _} -> [{:name, name, false}] end) end,
      alive_though_killed: fn t -> behind(t, &match?({:killed, _, false}, &1), fn {:killed, x, _} -> [{:killed, x, true}] end) end,
      undead: fn t -> behind(t, &match?({:down, _, _}, &1), fn e -> [e, {:told_dead, 0, true}, {:gone, 0}] end) end
    ]
  end

  # Of all records.
  def records do
    [
      message_lost: fn {r, e, f} ->
        pick(for({id, x} <- f, {from, n} <- x.watch.incoming, n > 0, not Map.has_key?(e, from), do: {id, from, n}), fn {id, from, n} ->
          {r, e, put_in(f, [id, :watch, :incoming, from], n - 1)}
        end)
      end,
      no_down: fn {r, e, f} ->
        pick(for({id, _} <- f, {t, _} <- e, do: {id, t}), fn {id, t} -> {r, e, put_in(f, [id, :watch, :monitors, :a_reference], {t, :plain, false})} end)
      end,
      other_reason: fn {r, e, f} ->
        pick(for({id, x} <- r, {t, reason, _} <- x.downs, reason != :noproc, do: {id, t}), fn {id, t} -> {put_in(r, [id, :downs], [{t, :other, false}]), e, f} end)
      end,
      no_process: fn {r, e, f} ->
        pick(for({id, x} <- r, {t, reason, true} <- x.downs, reason != :noproc, do: {id, t}), fn {id, t} -> {put_in(r, [id, :downs], [{t, :noproc, true}]), e, f} end)
      end,
      link_untold: fn {r, e, f} ->
        pick(for({id, x} <- r, {t, :linked} <- x.links, x.trap, Map.has_key?(e, t), not Map.has_key?(e, id), do: id), fn id -> {put_in(r, [id, :exits], []), e, f} end)
      end,
      cut_link_told: fn {r, e, f} ->
        pick(for({id, x} <- r, {t, :unlinked} <- x.links, Map.has_key?(e, id), do: {id, t}), fn {id, t} -> {put_in(r, [t, :exits], [{id, e[id]}]), e, f} end)
      end,
      one_end: fn {r, e, f} ->
        pick(for({id, x} <- r, {t, :linked} <- x.links, Map.has_key?(f, id), Map.has_key?(f, t), do: {id, t}), fn {id, t} ->
          {r, e, put_in(f, [t, :links], List.delete(f[t].links, id))}
        end)
      end,
      unexplained: fn {r, e, f} -> pick(Map.keys(e), fn id -> {r, Map.put(e, id, :out_of_the_blue), f} end) end
    ]
  end

  def pick([], _), do: nil
  def pick([x | _], fun), do: fun.(x)

  # trace: oldest first. Puts what fun answers in place of the first event that fits.
  def behind(trace, fits, fun) do
    case Enum.split_while(trace, &(not fits.(&1))) do
      {_, []} -> nil
      {before, [e | rest]} -> before ++ fun.(e) ++ rest
    end
  end

  def without(trace, fits, also) do
    case Enum.split_while(trace, &(not fits.(&1))) do
      {_, []} -> nil
      {before, [e | rest]} -> if also.(e, rest), do: before ++ rest, else: nil
    end
  end

  def play(id, trace), do: Enum.reduce(trace, Watch.new(id), &event/2)

  # Only tampering knows this one: somebody's end was told.
  def event({:gone, t}, w), do: Watch.see(%{w | gone: Map.put(w.gone, t, true)}, {:told_dead, t, true})
  def event(e, w), do: Watch.see(w, e)

  # Tries those that are not proven yet; answers which still are not.
  def prove(open, {records, ends, finals}) do
    traces = for {id, f} <- finals, do: {id, Enum.reverse(f.trace)}
    for {id, trace} <- traces, play(id, trace).bad != [], do: IO.puts("a history is wrong when played again")

    for {name, kind, fun} <- open, not found?(kind, fun, traces, {records, ends, finals}), do: {name, kind, fun}
  end

  def found?(:history, fun, traces, _) do
    Enum.any?(traces, fn {id, trace} ->
      case fun.(trace) do
        nil -> false
        wrong -> play(id, wrong).bad != []
      end
    end)
  end

  def found?(:records, fun, _, all) do
    case fun.(all) do
      nil -> false
      {r, e, f} -> Oracle.judge(r, e, f) != []
    end
  end
end

defmodule Round do
  @actors 16
  @steps 40

  # Answers {violations, {records, ends, finals}, counts}.
  def run(seed, heavy) do
    main = self()
    recorder = spawn(Recorder, :loop, [Map.new(0..(@actors - 1), &{&1, Recorder.empty()})])

    started =
      for id <- 0..(@actors - 1) do
        {_, draw} = Draw.below(seed * 7919 + id * 104_729, 10)
        {_, draw} = Draw.below(draw, 10)
        {pid, ref} = spawn_monitor(Actor, :start, [id, draw, @steps, heavy, recorder, main])
        {id, pid, ref}
      end

    refs = Map.new(started, fn {id, _, ref} -> {ref, id} end)
    peers = started |> Enum.map(&elem(&1, 1)) |> List.to_tuple()

    for {id, _, _} <- started do
      receive do
        {:ready, ^id} -> :ok
      end
    end

    for pid <- Tuple.to_list(peers), do: send(pid, {:go, peers})
    ends = quiet(refs, Map.new(refs, fn {_, id} -> {id, true} end), %{})
    {bad, all, ends} = settle(recorder, refs, peers, ends, 1)
    for pid <- Tuple.to_list(peers), do: Process.exit(pid, :kill)
    finish(refs, ends)
    send(recorder, :stop)
    {bad, all}
  end

  def quiet(_, waiting, ends) when map_size(waiting) == 0, do: ends

  def quiet(refs, waiting, ends) do
    receive do
      {:quiet, id} -> quiet(refs, Map.delete(waiting, id), ends)
      {:DOWN, ref, _, _, reason} -> quiet(refs, Map.delete(waiting, refs[ref]), Map.put(ends, refs[ref], Actor.norm(reason)))
    after
      600_000 -> Map.put(ends, :nobody, "#{map_size(waiting)} actors came to no end")
    end
  end

  # Asks all that live until nobody ends any more. What looks wrong may still be under way, as an exit is: then it asks again for a while.
  def settle(recorder, refs, peers, ends, tries) do
    {finals, later} = ask(refs, peers, ends, tries)
    send(recorder, {:take, self()})

    records =
      receive do
        {:records, records} -> records
      end

    bad = Oracle.judge(records, Map.delete(later, :nobody), finals) ++ for {:nobody, text} <- later, do: text

    cond do
      later != ends -> settle(recorder, refs, peers, later, tries)
      bad != [] and tries < 12 ->
        Process.sleep(Bitwise.bsl(1, tries))
        settle(recorder, refs, peers, later, tries + 1)

      true -> {bad, {records, later, finals}, later}
    end
  end

  def ask(refs, peers, ends, tag) do
    alive = for id <- 0..(@actors - 1), not Map.has_key?(ends, id), do: id
    for id <- alive, do: send(elem(peers, id), {:report, tag})
    answers(refs, Map.new(alive, &{&1, true}), %{}, ends, tag)
  end

  def answers(_, waiting, finals, ends, _) when map_size(waiting) == 0, do: {finals, ends}

  def answers(refs, waiting, finals, ends, tag) do
    receive do
      {:here, id, ^tag, final} ->
        answers(refs, Map.delete(waiting, id), Map.put(finals, id, final), ends, tag)

      {:DOWN, ref, _, _, reason} ->
        id = refs[ref]
        answers(refs, Map.delete(waiting, id), Map.delete(finals, id), Map.put(ends, id, Actor.norm(reason)), tag)
    after
      600_000 -> {finals, Map.put(ends, :nobody, "#{map_size(waiting)} actors do not answer")}
    end
  end

  def finish(refs, ends) do
    if map_size(Map.delete(ends, :nobody)) < map_size(refs) do
      receive do
        {:DOWN, ref, _, _, _} -> finish(refs, Map.put(ends, refs[ref], :over))
      after
        600_000 -> IO.puts("some actors do not end when they are killed")
      end
    end
  end
end

defmodule Main do
  @warm 8
  @lanes 4

  def main(argv) do
    heavy = "heavy" in argv

    {how_much, seed} =
      case argv do
        [n, s | _] -> {n, String.to_integer(s)}
        [n] -> {n, 1}
        [] -> {"12", 1}
      end

    limit =
      case Integer.parse(how_much) do
        {n, "s"} -> {:until, System.monotonic_time(:millisecond) + n * 1000}
        {n, ""} -> {:rounds, n}
      end

    open = for({name, fun} <- Tamper.histories(), do: {name, :history, fun}) ++ for {name, fun} <- Tamper.records(), do: {name, :records, fun}
    {left, bad, rounds} = prove(open, {seed, heavy}, 0, 0)
    IO.puts("ways of tampering: #{length(open)}, not found: #{inspect(for {name, _, _} <- left, do: name)}")
    {bad, rounds} = loop({:rounds, rounds + @warm}, {seed, heavy}, rounds, bad)
    {memory, processes} = {memory(), length(Process.list())}
    {bad, _} = loop(limit, {seed, heavy}, rounds, bad)
    grown = memory() - memory
    IO.puts("wrong: #{bad}")
    IO.puts("memory flat: #{if grown < 200_000, do: true, else: "grown by #{grown} bytes"}")
    IO.puts("processes: #{length(Process.list()) - processes} more, names left: #{inspect(for n <- [:oracle_one, :oracle_two, :oracle_three], Process.whereis(n), do: n)}")
  end

  def memory do
    Process.sleep(20)
    :erlang.garbage_collect()
    :erlang.memory(:total)
  end

  # Rounds until every way of tampering was found.
  def prove([], _, rounds, bad), do: {[], bad, rounds}
  def prove(open, _, 100, bad), do: {open, bad, 100}

  def prove(open, {seed, heavy}, rounds, bad) do
    {found, all} = Round.run(seed + rounds, heavy)
    prove(Tamper.prove(open, all), {seed, heavy}, rounds + 1, bad + tell(found, seed + rounds))
  end

  def loop(limit, {seed, heavy}, rounds, bad) do
    over =
      case limit do
        {:rounds, n} -> rounds >= n
        {:until, time} -> System.monotonic_time(:millisecond) >= time
      end

    if over, do: {bad, rounds}, else: loop(limit, {seed, heavy}, rounds + @lanes, bad + lanes(seed + rounds, heavy))
  end

  # Some rounds at the same time, which share nothing but the names.
  def lanes(seed, heavy) do
    main = self()

    started =
      for n <- seed..(seed + @lanes - 1) do
        {_, ref} = spawn_monitor(fn -> send(main, {:found, n, elem(Round.run(n, heavy), 0)}) end)
        {n, ref}
      end

    found =
      for {n, ref} <- started do
        receive do
          {:DOWN, ^ref, _, _, :normal} -> :ok
          {:DOWN, ^ref, _, _, reason} -> send(main, {:found, n, ["the round ended with #{inspect(reason)}"]})
        end

        receive do
          {:found, ^n, found} -> tell(found, n)
        end
      end

    Enum.sum(found)
  end

  def tell(found, seed) do
    for text <- Enum.take(found, 10), do: IO.puts("round #{seed}: #{text}")
    length(found)
  end
end

Main.main(System.argv())
