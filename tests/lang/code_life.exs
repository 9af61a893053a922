# Code that is replaced, deleted or was made for one evaluation stays as long as somebody refers to it, and no longer: closures, processes
# that wait in it, literals in messages, timers and dictionaries. Between the steps so much garbage is made that it is looked for.

defmodule Churn do
  def run(n \\ 800), do: Enum.each(1..n, fn i -> {^i, _} = Code.eval_string("x = [y, \"garbage\"]; hd(x)", y: i) end)
end

kept = for i <- 1..20, do: elem(Code.eval_string("fn y -> {x, y, ~c\"list\", %{k: [1.5]}} end", x: {i, "bin"}), 0)
literals = for i <- 1..20, do: elem(Code.eval_string("[%{k: \"lit\"}, {:a, \"#{i}\", 1.25}, \"#{String.duplicate("long", 30)}\"]"), 0)

waiting =
  for i <- 1..10 do
    {pid, _} =
      Code.eval_string("spawn(fn -> receive do {:value, from} -> send(from, {:is, i, \"in the code\", value}) end end)",
        i: i,
        value: %{i => "made", 2.5 => {i}}
      )

    pid
  end

# Stands in a frame of its own code while a call of it goes on below.
{deep, _} =
  Code.eval_string("""
  defmodule Deep do
    def walk(0), do: receive(do: ({:go, from} -> from))
    def walk(n) do
      from = walk(n - 1)
      if rem(n, 10) == 0, do: send(from, {:level, n, "of the old one"})
      from
    end
  end
  spawn(fn -> Deep.walk(30) end)
  """)

Process.put(:kept, elem(Code.eval_string("{\"in the dictionary\", fn -> :from_it end}"), 0))
:persistent_term.put(:kept, elem(Code.eval_string("[\"for all\", fn -> :persistent end]"), 0))
{ref, _} = Code.eval_string("Process.send_after(me, {:later, \"a literal\", fn -> :of_the_timer end}, 150)", me: self())
send(self(), elem(Code.eval_string("{:mail, \"in the mailbox\", fn x -> x + 1 end}"), 0))

Churn.run()

IO.inspect(Enum.map(kept, & &1.(1)) |> Enum.at(6))
IO.inspect(Enum.all?(Enum.with_index(kept, 1), fn {f, i} -> f.(0) == {{i, "bin"}, 0, ~c"list", %{k: [1.5]}} end), label: "closures")
IO.inspect(Enum.all?(Enum.with_index(literals, 1), fn {[%{k: "lit"}, {:a, s, 1.25}, long], i} -> s == "#{i}" and byte_size(long) == 120 end), label: "literals")

answers =
  for pid <- waiting do
    send(pid, {:value, self()})

    receive do
      {:is, i, text, map} -> {i, text, map}
    end
  end

IO.inspect(answers == for(i <- 1..10, do: {i, "in the code", %{i => "made", 2.5 => {i}}}), label: "waiting processes")
{text, fun} = Process.get(:kept)
IO.inspect({text, fun.()})
[text, fun] = :persistent_term.get(:kept)
IO.inspect({text, fun.()})

receive do
  {:mail, text, fun} -> IO.inspect({text, fun.(41)})
end

receive do
  {:later, text, fun} -> IO.inspect({text, fun.()})
end

IO.inspect(is_reference(ref))

# Two versions of a module at once: who runs the old code goes on in it.
defmodule Versions do
  def define(n) do
    Code.compiler_options(ignore_module_conflict: true)

    Code.eval_string("""
    defmodule Versioned do
      def version, do: {#{n}, "version #{n}"}
      def loop do
        receive do
          {:ask, from} -> send(from, {:answer, version(), &helper/1, Versioned.version()})
                          loop()
          {:renew, from} -> send(from, :renewed)
                            Versioned.loop()
        end
      end
      def helper(x), do: {x, #{n}}
    end
    """)
  end

  def ask(pid) do
    send(pid, {:ask, self()})

    receive do
      {:answer, own, fun, remote} -> {own, fun.(:x), remote}
    end
  end
end

Versions.define(1)
old = spawn(fn -> apply(Versioned, :loop, []) end)
IO.inspect(Versions.ask(old))
Versions.define(2)
Churn.run()
IO.inspect(Versions.ask(old))
new = spawn(fn -> apply(Versioned, :loop, []) end)
IO.inspect(Versions.ask(new))
for n <- 3..150, do: Versions.define(n)
Churn.run()
IO.inspect(Versions.ask(old))
IO.inspect(Versions.ask(new))
send(old, {:renew, self()})

receive do
  :renewed -> IO.inspect(Versions.ask(old))
end

send(deep, {:go, self()})

for _ <- 1..3 do
  receive do
    {:level, n, text} -> IO.inspect({n, text})
  end
end

# A trace outlives the code it went through.
trace =
  try do
    Code.eval_string("raise \"gone\"", [], file: "of_the_past.exs")
  rescue
    _ ->
      Churn.run()
      __STACKTRACE__
  end

IO.inspect(Enum.any?(trace, fn {_, _, _, where} -> where[:file] == ~c"of_the_past.exs" and where[:line] == 1 end), label: "trace")
