# SPDX-License-Identifier: Apache-2.0
#
# The steps of the tour: what each says (the guide's page is made of the same texts), one right way through it, and how it tells
# right from wrong. A check looks at what came out, then at the code only where the value alone does not show that the thing
# was done; it accepts any way there. Checks look at processes too, so what a process does a moment later is waited for.

defmodule :joist_tour_steps do
  @moduledoc false

  import :joist_tour_look

  def count, do: 10

  def introduction do
    """
    # A tour in ten steps

    Start `joist` and type `tour()`: the shell then shows the steps below one by one, looks at what you type, says when it is right and helps
    when it is not. `tour(:answer)` shows one way to do a step, `tour(:skip)` goes on to the next, `tour(3)` to the third, `tour(:again)` shows
    the step once more, and `tour(:stop)` ends the tour. Between the steps the shell works as ever: `h Enum.map` shows documentation,
    Tab completes names.
    """
  end

  def farewell do
    "That was the tour. Where to go on: h() lists what the shell can do, h Enum and its like tell what the library can,\n" <>
      "and the folder docs/examples holds whole programs, from a word count to a crashing counter that is restarted."
  end

  def title(1), do: "Values"
  def title(2), do: "Matching"
  def title(3), do: "A process"
  def title(4), do: "Messages"
  def title(5), do: "Crashes and links"
  def title(6), do: "A supervisor"
  def title(7), do: "A full mailbox"
  def title(8), do: "Chance from a seed"
  def title(9), do: "Calling C"
  def title(10), do: "Compiling"

  def text(1) do
    """
    Everything is an expression, and every expression has a value: `1 + 1`, `"text"`, `[1, 2, 3]`, `{:ok, 42}`, `%{name: "Ada"}`. Values never
    change; functions make new ones out of them. `Enum.map(list, fn x -> x + 1 end)` gives a list whose elements are one greater, and `1..5` is
    the range from 1 to 5.

    **Make the list of the squares of 1 to 5**: `[1, 4, 9, 16, 25]`, computed, not typed.
    """
  end

  def text(2) do
    """
    `=` does not assign, it matches: the pattern on the left is laid over the value on the right, and its variables get what lies under
    them. If the pattern does not fit, there is an error. `{:ok, answer} = {:ok, 42}` binds `answer`; `[first | rest]` takes a list apart;
    `%{key: value}` looks into a map; `_` fits everything.

    **With one match, take `name` and `first` out of this value**, so that `name` is `"Ada"` and `first` is `:math`:

        {:ok, %{name: "Ada", likes: [:math, :music]}}
    """
  end

  def text(3) do
    """
    A process is a little program of its own: it has its memory, runs beside all others, and shares nothing with them. There may be a million of
    them. `spawn(fn -> ... end)` starts one and answers its number, the pid; it ends when its function does. A process that is to live waits for
    messages with `receive`:

        receive do
          {:greet, from} -> send(from, {:hello, self()})
        end

    **Start a process that waits for `{:greet, from}` and then answers `{:hello, self()}`, and call it `pid`.**
    """
  end

  def text(4) do
    """
    `send(pid, message)` puts a message into a process's mailbox and does not wait. `self()` is one's own pid: the shell is a process too, and what
    is sent to it stays in its mailbox until `receive` takes it out. `flush()` prints and forgets all that is there.

    **Send `{:greet, self()}` to your process, and then take its answer out of the mailbox**, with `receive` or with `flush()`. (An answered process
    is done; to ask again, start another.)
    """
  end

  def text(5) do
    """
    When a process crashes, nobody else is disturbed: try `spawn(fn -> raise "oops" end)`. Processes that depend on each other are linked: one's
    crash goes on to the other. `spawn_link` starts a linked process. Who says `Process.flag(:trap_exit, true)` gets a message instead:
    `{:EXIT, pid, reason}`.

    **Let a linked process crash, and get the message about it instead of crashing as well.** `flush()` shows it.
    """
  end

  def text(6) do
    """
    A supervisor is a process that does nothing but start others and start them again when they crash. It is told how in a list of
    children. `{Agent, fn -> 0 end}` is one: an agent, which keeps a value.

        {:ok, sup} = Supervisor.start_link([{Agent, fn -> 0 end}], strategy: :one_for_one)

    `Supervisor.which_children(sup)` gives `[{id, pid, type, modules}]`, and `Process.exit(pid, :kill)` kills a process.

    **Start a supervisor with an agent, kill the agent, and see that there is a new one.**
    """
  end

  def text(7) do
    """
    A mailbox takes what comes, which is too much when a process is slower than those who send to it. A bound says how much, and what happens
    then: `:block` (the sender waits), `:drop_newest`, `:drop_oldest`, `:error` (the sender gets an exception), `:kill` (the receiver dies).

        slow = Process.spawn(fn -> Process.sleep(:infinity) end, mailbox: [max: 2, on_full: :error])

    **Start a process whose mailbox takes two messages, and send it three**: see what the third one does.
    """
  end

  def text(8) do
    """
    A program that runs by chance is hard to test, unless chance can be repeated. Random numbers come from a seed: the same seed, the same
    numbers. `:rand.seed(:exsss, 7)` seeds the process, `:rand.uniform(6)` throws a die, `Enum.random/1` and `Enum.shuffle/1` use the same source.

    Joist takes that further: `joist --seed 7 program.exs` repeats the whole program, also which process runs when, and what time it is. A crash that
    comes by chance comes again with its seed.

    **Make a function `dice` that throws three dice (`dice.()`) and gives the same three each time it is called.**
    """
  end

  def text(9) do
    """
    Functions written in C are called without writing C. `FFI.open` opens a library, `FFI.fun` names a function in it with the types of its arguments
    and of its result, and what it answers is a function like others:

        libm = FFI.open("libm.so.6")
        cos = FFI.fun(libm, "cos", [:double], :double)

    **Call a C function of a library**, the cosine of 0.0 or any other.
    """
  end

  def text(10) do
    """
    Functions with names live in modules, and what is typed is compiled, also here in the shell: to the same code as a program in a file.
    A function may have several clauses, tried in turn. An expression goes on over several lines until it is complete.

        defmodule Shape do
          def area({:square, a}), do: a * a
          def area({:circle, r}), do: 3.14159 * r * r
        end

    In a file, this is run by `joist shape.exs` and compiled to a module file by `joist compile -o build shape.exs`.

    **Define a module with a function, and call it.**
    """
  end

  @doc "Lines that go right through a step."
  def answers(1), do: ["Enum.map(1..5, fn x -> x * x end)"]
  def answers(2), do: ["{:ok, %{name: name, likes: [first | _]}} = {:ok, %{name: \"Ada\", likes: [:math, :music]}}"]
  def answers(3), do: ["pid = spawn(fn -> receive do {:greet, from} -> send(from, {:hello, self()}) end end)"]
  def answers(4), do: ["send(pid, {:greet, self()})", "receive do {:hello, who} -> who end"]
  def answers(5), do: ["Process.flag(:trap_exit, true)", "spawn_link(fn -> raise \"oops\" end)"]

  def answers(6) do
    [
      "{:ok, sup} = Supervisor.start_link([{Agent, fn -> 0 end}], strategy: :one_for_one)",
      "[{_, agent, _, _}] = Supervisor.which_children(sup)",
      "Process.exit(agent, :kill)"
    ]
  end

  def answers(7), do: ["slow = Process.spawn(fn -> Process.sleep(:infinity) end, mailbox: [max: 2, on_full: :error])", "for n <- 1..3, do: send(slow, n)"]
  def answers(8), do: ["dice = fn -> :rand.seed(:exsss, 7); for _ <- 1..3, do: :rand.uniform(6) end"]
  def answers(9), do: ["libm = FFI.open(\"libm.so.6\")", "cos = FFI.fun(libm, \"cos\", [:double], :double)", "cos.(0.0)"]
  def answers(10), do: ["defmodule Shape do\n  def area({:square, a}), do: a * a\n  def area({:circle, r}), do: 3.14159 * r * r\nend", "Shape.area({:square, 3})"]

  @doc "What is said when a step's crash took the shell's process along."
  def after_crash(5), do: "That was the link: the crash went on to the shell's own process, which was linked and did not trap exits. A new one has\ntaken its place. Say Process.flag(:trap_exit, true) first, then crash once more."
  def after_crash(_), do: "The shell has a new process; the tour goes on. tour(:again) shows the step once more."

  ## What is no attempt at all: helpers that only show something, and the tour's own commands

  @showing [:h, :i, :b, :t, :v, :ls, :cd, :pwd, :exports, :clear, :process_info, :runtime_info, :tour, :import_file, :l, :pid]

  def aside?(%{code: {name, _, args}, result: {:ok, _}}) when name in @showing and (is_list(args) or args == nil), do: true
  def aside?(%{code: {name, _, args}}) when name in [:alias, :import, :require] and is_list(args), do: true
  def aside?(%{code: {:__block__, _, []}}), do: true
  def aside?(_), do: false

  ## Checks: {:done, text}, {:more, text, what to remember}, {:hint, text} or :ignore

  @squares [1, 4, 9, 16, 25]

  def check(1, %{result: {:ok, @squares}, code: code}) do
    if literal?(code),
      do: {:hint, "That is the list, but you have typed it. Let it be computed: Enum.map takes a range and a function."},
      else: {:done, "The range was walked, the function called for each number, and a new list made."}
  end

  def check(1, %{result: {:ok, value}, code: code}) do
    cond do
      value == Enum.to_list(1..5) -> {:hint, "These are the numbers themselves; the function has to answer x * x."}
      is_list(value) and Enum.sort(value) == @squares -> {:hint, "The right numbers in another order: 1 comes first."}
      is_list(value) and Enum.all?(value, &is_integer/1) and value != [] -> {:hint, "A list of numbers, but not the squares of 1 to 5, which are #{list(@squares)}."}
      is_function(value) or match?(%{__struct__: _}, value) -> {:hint, "So far nothing is computed: give the range and the function to Enum.map."}
      calls?(code, [:map, :for]) -> {:hint, "Close: the value shall be #{list(@squares)}."}
      true -> {:hint, "That has a value as well. What is asked for is #{list(@squares)}, made with Enum.map(1..5, fn x -> ... end)."}
    end
  end

  def check(1, input), do: failed(input, "Enum.map wants something to walk and a function: Enum.map(1..5, fn x -> ... end).")

  def check(2, %{result: {:ok, _}} = input) do
    name = Keyword.get(input.bindings, :name)
    first = Keyword.get(input.bindings, :first)

    cond do
      not calls?(input.code, [:=, :case, :with]) and not (name == "Ada" and first == :math) ->
        {:hint, "A match is written pattern = value, with the value as it stands above on the right."}

      name != "Ada" and first != :math ->
        {:hint, "It matched, but name and first are not bound to \"Ada\" and :math. Put them into the pattern where these stand in the value."}

      name != "Ada" ->
        {:hint, "first is right. name is #{shown(input.bindings, :name)}: write name: name inside of %{ } in the pattern."}

      first != :math ->
        {:hint, "name is right. first is #{shown(input.bindings, :first)}: [first | _] is a list whose first element it is."}

      plain_assignment?(input.code) ->
        {:hint, "They have the right values, but they were written down, not taken out: the pattern on the left shall look like the value."}

      true ->
        {:done, "The pattern fitted, and its variables got what lay under them."}
    end
  end

  def check(2, %{result: {:error, :error, %MatchError{}, _}}), do: {:hint, "The pattern does not fit: each part of it must look like the value at the same place, as in {:ok, %{name: name, ...}}."}
  def check(2, input), do: failed(input, "The pattern stands on the left of =, the value on the right.")

  def check(3, %{result: {:ok, value}} = input) do
    case pids(value, input.bindings) do
      [] ->
        {:hint, "No process was started here. spawn(fn -> ... end) answers a pid; put the receive into its function."}

      [pid | _] ->
        cond do
          not waiting?(pid) and not Process.alive?(pid) -> {:hint, "#{inspect(pid)} has ended already, as its function did. A receive in it waits for a message."}
          not waiting?(pid) -> {:hint, "#{inspect(pid)} runs, but does not wait for a message: put the receive into its function."}
          not Enum.any?(input.bindings, fn {_, v} -> v == pid end) -> {:hint, "It waits. But nobody kept its pid: write pid = in front, to reach it later."}
          not answers?(input.code) -> {:hint, "It waits, but for something else: it shall answer {:greet, from} with send(from, {:hello, self()})."}
          true -> {:done, "#{inspect(pid)} waits now, and costs nothing but a little memory."}
        end
    end
  end

  def check(3, input), do: failed(input, "Write pid = spawn(fn -> receive do ... end end).")

  def check(4, %{result: {:ok, value}} = input) do
    waiting = Enum.any?(messages(), &match?({:hello, _}, &1))
    sent? = Map.get(input.memory, :sent, false) or sends?(input.code)

    cond do
      sent? and (match?({:hello, pid} when is_pid(pid), value) or (is_pid(value) and value != self() and calls_now?(input.code, [:receive]))) ->
        {:done, "The answer has gone through two mailboxes: there and back."}

      sent? and calls_now?(input.code, [:flush]) and not waiting and (Map.get(input.memory, :arrived, false) or sends?(input.code)) ->
        {:done, "flush() has shown the answer and emptied the mailbox."}

      sends?(input.code) ->
        if settled(fn -> Enum.any?(messages(), &match?({:hello, _}, &1)) end) do
          {:more, "Sent, and the answer has come already: it lies in the mailbox. Take it out, with flush() or with receive do {:hello, who} -> who end.", %{sent: true, arrived: true}}
        else
          {:more, "Sent, but no answer has come. Does the process live, and did the message look like {:greet, self()}? Process.alive?(pid) tells; start another if need be.", %{sent: true}}
        end

      is_pid(value) and value != self() and waiting?(value) ->
        {:more, "Another process waits. Send it {:greet, self()}.", %{}}

      calls?(input.code, [:flush]) ->
        {:hint, "There was no answer in the mailbox. First send(pid, {:greet, self()})."}

      waiting ->
        {:hint, "The answer still lies in the mailbox: flush() shows it."}

      true ->
        {:hint, "First send(pid, {:greet, self()}), then flush()."}
    end
  end

  def check(4, input), do: failed(input, "send takes a pid and a message: send(pid, {:greet, self()}).")

  def check(5, %{result: {:ok, value}} = input) do
    old = Map.get(input.memory, :old, [])
    came? = crash?(value) or settled(fn -> Enum.any?(messages(), &(crash?(&1) and &1 not in old)) end, if(calls?(input.code, [:spawn_link, :start_link, :exit]), do: 200, else: 0))
    normal? = Enum.any?(messages(), &(match?({:EXIT, _, :normal}, &1) and &1 not in old))
    {:trap_exit, traps?} = Process.info(self(), :trap_exit)

    cond do
      came? -> {:done, "{:EXIT, pid, reason} came instead of the crash; flush() shows it. Supervisors are made of this."}
      normal? -> {:hint, "The process ended, but without a crash. Let it raise \"oops\"."}
      calls?(input.code, [:spawn, :spawn_monitor]) -> {:hint, "It crashed alone: nobody was linked to it. spawn_link makes the link."}
      calls?(input.code, [:spawn_link]) -> {:hint, "The linked process has not crashed so far. Let it raise \"oops\"."}
      traps? -> {:more, "From now on links bring messages. Start a process that crashes, with spawn_link.", %{}}
      true -> {:hint, "First Process.flag(:trap_exit, true), then spawn_link(fn -> raise \"oops\" end)."}
    end
  end

  def check(5, input), do: failed(input, "The crash shall happen in another process: spawn_link(fn -> raise \"oops\" end).")

  def check(6, %{result: {:ok, value}} = input) do
    known = Map.get(input.memory, :supervisor)
    supervisor = if known && Process.alive?(known), do: known, else: Enum.find(pids(value, input.bindings), &supervisor?/1)

    cond do
      supervisor == nil ->
        {:hint, "There is no supervisor so far: Supervisor.start_link([{Agent, fn -> 0 end}], strategy: :one_for_one) starts one."}

      supervisor != known ->
        case children(supervisor) do
          [] -> {:more, "A supervisor, but without children. Give it one: [{Agent, fn -> 0 end}].", %{}}
          pids -> {:more, "The supervisor has started #{Enum.map_join(pids, ", ", &inspect/1)}. Now kill that one: Process.exit(pid, :kill).", %{supervisor: supervisor, children: pids}}
        end

      settled(fn -> Enum.any?(children(supervisor), &(&1 not in input.memory.children)) end, if(ends?(input.code), do: 500, else: 0)) ->
        [new | _] = children(supervisor) -- input.memory.children
        {:done, "#{inspect(new)} has taken the place of the one that died, and the supervisor went on."}

      Enum.any?(input.memory.children, &(not Process.alive?(&1))) ->
        {:hint, "The child has ended and was not started again. Start another supervisor, with children that are permanent, as they are by default."}

      true ->
        {:more, "The children live: #{Enum.map_join(children(supervisor), ", ", &inspect/1)}. Kill one: Process.exit(pid, :kill).", %{}}
    end
  end

  def check(6, %{result: {:error, :exit, _, _}} = input), do: failed(input, "The supervisor has ended. Start another one.")
  def check(6, input), do: failed(input, "Supervisor.start_link wants a list of children and strategy: :one_for_one.")

  def check(7, %{result: {:error, :error, %MailboxFullError{} = error, _}}), do: {:done, "Two were taken, the third was refused: max is #{error.max}, and the sender knows."}
  def check(7, %{result: {:ok, %MailboxFullError{}}}), do: {:done, "The third message was refused, and you have caught the exception."}

  def check(7, %{result: {:ok, value}} = input) do
    bounded = pids(value, input.bindings) |> Enum.filter(&(bound(&1) != nil)) |> Enum.sort_by(&(on_full(&1) != :error)) |> List.first()

    cond do
      bounded == nil and calls?(input.code, [:spawn, :spawn_link, :spawn_monitor]) -> {:hint, "That mailbox has no bound: Process.spawn takes mailbox: [max: 2, on_full: :error] behind the function."}
      bounded == nil -> {:hint, "Start a process with Process.spawn(fn -> Process.sleep(:infinity) end, mailbox: [max: 2, on_full: :error])."}
      sends?(input.code) and on_full(bounded) != :error -> {:hint, "Nothing was said, as on_full is #{inspect(on_full(bounded))}. With :error the sender gets an exception."}
      sends?(input.code) -> {:more, "#{queued(bounded)} of #{max_of(bounded)} messages wait there. One more than it takes: for n <- 1..3, do: send(pid, n).", %{}}
      true -> {:more, "#{inspect(bounded)} takes #{max_of(bounded)} messages. Now send it one more than that.", %{}}
    end
  end

  def check(7, input), do: failed(input, "Process.spawn(fun, mailbox: [max: 2, on_full: :error]) starts the process, send(pid, n) sends.")

  def check(8, %{result: {:ok, value}} = input) do
    dice = Keyword.get(input.bindings, :dice)
    source = [Map.get(input.memory, :code, []), input.code]

    cond do
      is_function(dice, 0) ->
        case {throw_twice(dice), random?(source)} do
          {{[_, _, _ | _] = a, a}, true} -> {:done, "dice.() gives #{list(a)} each time, here and on every machine."}
          {{[_, _, _ | _] = a, a}, false} -> {:hint, "#{list(a)} each time, but no dice were thrown: use :rand.uniform(6), after a seed."}
          {{[_, _, _ | _] = a, b}, _} -> {:hint, "Two calls gave #{list(a)} and #{list(b)}. Seed in the function itself, before the dice: :rand.seed(:exsss, 7)."}
          {{:failed, why}, _} -> {:hint, "dice.() fails: #{why}"}
          {{a, _}, _} -> {:hint, "dice.() gives #{list(a)}; it shall be a list of three dice: for _ <- 1..3, do: :rand.uniform(6)."}
        end

      is_function(dice) ->
        {:hint, "dice wants arguments; it shall be called as dice.()."}

      is_function(value, 0) ->
        {:more, "A function. Give it the name dice: dice = fn -> ... end.", %{code: source}}

      calls?(input.code, [:seed]) ->
        {:more, "This process is seeded now. Do it inside of the function, so that each call begins with the seed.", %{code: source}}

      true ->
        {:hint, "dice = fn -> ... end, with :rand.seed(:exsss, 7) and three times :rand.uniform(6) in it."}
    end
  end

  def check(8, input), do: failed(input, "dice is a function without arguments: dice = fn -> ... end.")

  def check(9, %{result: {:error, :error, %{__struct__: FFI.Error} = error, _}}), do: {:hint, Exception.message(error) <> "\nOn Linux, FFI.open(\"libm.so.6\") has cos, sin, sqrt and pow."}

  def check(9, %{result: {:ok, value}} = input) do
    named? = Map.get(input.memory, :named, false) or calls?(input.code, [{FFI, :fun}])

    cond do
      named? and applies?(input.code) and not is_function(value) -> {:done, "That was computed by C: #{inspect(value)}."}
      calls?(input.code, [{FFI, :fun}]) and is_function(value) -> {:more, "That is a function now. Call it, with a dot: #{name_of(input.bindings, value)}.(0.0).", %{named: true}}
      calls?(input.code, [{FFI, :fun}]) -> {:done, "That was computed by C: #{inspect(value)}."}
      calls?(input.code, [{FFI, :open}]) -> {:more, "The library is open. Name a function in it: FFI.fun(libm, \"cos\", [:double], :double).", %{}}
      true -> {:hint, "FFI.open opens a library, FFI.fun names a function in it, and what that answers is called with a dot."}
    end
  end

  def check(9, input), do: failed(input, "FFI.fun wants the library, the function's name, the types of its arguments in a list, and the type of its result.")

  def check(10, %{result: {:ok, {:module, module, bytes, _}}}) when is_atom(module) and is_binary(bytes), do: defined([module], byte_size(bytes))

  def check(10, %{result: {:ok, [module | _] = modules}, code: {:c, _, _}}) when is_atom(module), do: defined(modules, nil)

  def check(10, %{result: {:ok, value}} = input) do
    modules = Map.get(input.memory, :modules, [])

    cond do
      modules != [] and calls_module?(input.code, modules, input.bindings) -> {:done, "The value is #{inspect(value)}, by code that you have compiled."}
      modules != [] -> {:hint, "The module is there. Call a function of it: #{example(hd(modules))}"}
      true -> {:hint, "A module begins with defmodule Name do, holds functions written with def, and ends with end."}
    end
  end

  def check(10, %{result: {:error, :error, %{__struct__: module}, _}}) when module in [CompileError, TokenMissingError, SyntaxError],
    do: {:hint, "It does not compile; the message says where. A module is defmodule Name do ... end, a function in it def name(arguments) do ... end."}

  def check(10, %{result: {:error, :error, %FunctionClauseError{}, _}}), do: {:hint, "The function was called, and none of its clauses fits that argument. Give it another, or write one more clause."}
  def check(10, input), do: failed(input, "Define a module, then call its function: Name.function(arguments).")

  defp list(value), do: inspect(value, charlists: :as_lists)

  ## Answers that several steps share

  defp failed(%{result: {:error, kind, reason, _}}, hint) do
    {:hint, "That failed" <> if(kind == :error and is_exception(reason), do: " (#{inspect(reason.__struct__)}). ", else: ". ") <> hint}
  end

  defp failed(_, hint), do: {:hint, hint}

  defp defined(modules, bytes) do
    size = if bytes, do: " to #{bytes} bytes", else: ""
    {:more, "Compiled#{size} and loaded: #{Enum.map_join(modules, ", ", &inspect/1)}. Now call a function of it, as #{example(hd(modules))}", %{modules: modules}}
  end

  defp example(module) do
    functions = if function_exported?(module, :__info__, 1), do: module.__info__(:functions), else: []

    case functions -- [__struct__: 0, __struct__: 1] do
      [{name, 0} | _] -> "#{inspect(module)}.#{name}()"
      [{name, _} | _] -> "#{inspect(module)}.#{name}(...)"
      [] -> "#{inspect(module)}.function(), once it has one."
    end
  end
end
