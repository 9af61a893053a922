# seed: 7
# The whole tour, typed through without a terminal: what is right goes on, what is wrong gets a hint. Each line is evaluated as the shell does.
defmodule Typist do
  def run(lines) do
    state = {[], elem(Code.eval_quoted_with_env(quote(do: import(IEx.Helpers)), [], Code.env_for_eval(file: "shell")), 2)}
    Enum.reduce(lines, state, &type/2)
  end

  def type(line, {bindings, env}) do
    IO.puts("> " <> String.replace(line, "\n", "\n> "))

    {result, bindings, env} =
      try do
        {value, bindings, env} = Code.eval_quoted_with_env(Code.string_to_quoted!(line), bindings, env)
        {{:ok, value}, bindings, env}
      catch
        kind, reason -> {{:error, kind, reason, __STACKTRACE__}, bindings, env}
      end

    :joist_tour.after_eval(line, result, bindings)
    {bindings, env}
  end
end

wrong_and_right = [
  # Not in a tour: nothing is said.
  "1 + 1",
  "tour(:skip)",
  "tour(99)",
  "tour()",
  # 1
  "h Atom",
  "1 + 1",
  "[1, 4, 9, 16, 25]",
  "Enum.map(1..5, fn x -> x + x end)",
  "Enum.map(1..5, fn x -> x / :a end)",
  "Enum.to_list(1..5)",
  "1..5 |> Enum.map(& &1 * &1) |> Enum.reverse()",
  "Stream.map(1..5, &(&1 * &1))",
  "1..5 |> Enum.map(&(&1 ** 2))",
  # 2
  "1 + 1",
  "name = \"Ada\"",
  "{name, first} = {\"Ada\", :math}",
  "{:ok, %{name: name, likes: [:math | first]}} = {:ok, %{name: \"Ada\", likes: [:math, :music]}}",
  "{:error, name} = {:ok, %{name: \"Ada\", likes: [:math, :music]}}",
  "{:ok, %{name: name, likes: [first, _]}} = {:ok, %{name: \"Ada\", likes: [:math, :music]}}",
  # 3
  "pid = 1",
  "pid = spawn(fn -> :done end)",
  "spawn(fn -> receive do {:greet, from} -> send(from, {:hello, self()}) end end)",
  "pid = spawn(fn -> receive do x -> x end end)",
  "pid = spawn(fn -> receive do {:greet, from} -> send(from, {:hello, self()}) end end)",
  # 4
  "1 + 1",
  "pid2 = pid; :kept",
  "flush()",
  "send(pid, :hello)",
  "send(pid, {:greet, self()})",
  "1 + 1",
  "flush()",
  # 5
  "send(self(), :other) && spawn(fn -> exit(:oops) end) && :ok",
  "spawn_link(fn -> :fine end) && Process.sleep(20)",
  "Process.flag(:trap_exit, true)",
  "spawn_link(fn -> :fine end) && Process.sleep(20)",
  "flush()",
  "spawn_link(fn -> exit(:oops) end) && :crashed",
  # 6
  "Supervisor.start_link([])",
  "{:ok, sup} = Supervisor.start_link([{Agent, fn -> 0 end}], strategy: :one_for_one)",
  "Supervisor.count_children(sup).workers",
  "[{_, agent, _, _}] = Supervisor.which_children(sup); :known",
  "Process.exit(agent, :kill)",
  # 7
  "slow = spawn(fn -> Process.sleep(:infinity) end)",
  "slow = Process.spawn(fn -> Process.sleep(:infinity) end, mailbox: [max: 2, on_full: :drop_newest])",
  "for n <- 1..3, do: send(slow, n)",
  "slow = Process.spawn(fn -> Process.sleep(:infinity) end, mailbox: [max: 2, on_full: :error])",
  "send(slow, 1)",
  "for n <- 1..3, do: send(slow, n)",
  # 8
  "7",
  "fn -> 7 end",
  "dice = fn n -> n end",
  "dice = fn -> 7 end",
  "dice = fn -> [7, 7, 7] end",
  "dice = fn -> raise \"oops\" end",
  "dice = fn -> for _ <- 1..3, do: :rand.uniform(6_000_000) end",
  "dice = fn -> :rand.seed(:exsss, 7); for _ <- 1..3, do: :rand.uniform(6) end",
  # 9
  "libm = FFI.open(\"nowhere.so\")",
  "libm = FFI.open(\"libm.so.6\")",
  "sqrt = FFI.fun(libm, \"sqrt\", [:double], :double)",
  "sqrt.(:a)",
  "sqrt.(16.0)",
  # 10
  "1 + 1",
  "defmodule Shape do\n  def area({:square, a}), do: a * a\nend",
  "1 + 1",
  "Shape.area(1)",
  "Shape.area({:square, 3})",
  "tour(:again)"
]

# What differs from run to run is taken out of what is printed.
{:ok, device} = StringIO.open("")
typist = self()

spawn_link(fn ->
  Process.group_leader(self(), device)
  Typist.run(wrong_and_right)
  IO.puts("\n## The answers of the guide\n")
  IO.puts("> tour()")
  :joist_tour.command(:start)
  for step <- 1..:joist_tour_steps.count(), reduce: {[], Code.env_for_eval(file: "shell")} do
    state -> Enum.reduce(:joist_tour_steps.answers(step), state, &Typist.type/2)
  end
  send(typist, :done)
end)

receive do
  :done -> :ok
end

{_, printed} = StringIO.contents(device)

# "#PID<0.7.0>" becomes PID, the size of a module N, dice that nobody seeded DICE; what the system says of a missing library goes.
steady = fn printed ->
  [first | rest] = String.split(printed, "#PID<")
  [first | Enum.map(rest, fn part -> "PID" <> (part |> String.split(">", parts: 2) |> List.last()) end)]
  |> Enum.join()
  |> String.split("\n")
  |> Enum.map_join("\n", fn line ->
    cond do
      String.contains?(line, "· Compiled to ") -> "· Compiled to N bytes" <> (line |> String.split(" bytes", parts: 2) |> List.last())
      String.contains?(line, "· Two calls gave ") -> "· Two calls gave DICE." <> (line |> String.split("].", parts: 2) |> List.last())
      String.contains?(line, "cannot open the library") -> "· cannot open the library"
      true -> line
    end
  end)
end

IO.puts(steady.(printed))

# The guide's page is what the module says.
page = Path.join(__DIR__, "../../docs/guide/tour.md")

if File.read(page) != {:ok, :joist_tour.markdown()} do
  IO.puts("docs/guide/tour.md is not what :joist_tour.markdown() gives: joist -e 'IO.write(:joist_tour.markdown())' > docs/guide/tour.md")
end
