# What the shell's helpers print, of modules defined here.
defmodule Cellar do
  @moduledoc """
  Keeps bottles, with a `code` word and a sentence that is long enough to go beyond the width of a line.

  ## Lists

    * one
    * two, which has a text that is so long that it is to be wrapped into another line of the output
      * deeper

  1. first
  2. second

      bottle = 1

  > Quoted.

  | name | year |
  |------|------|
  | red  | 1999 |
  """
  @typedoc "A bottle."
  @type bottle :: {name :: String.t(), year}
  @type year :: pos_integer
  @opaque shelf :: [bottle]
  @typep inner :: atom
  @type uses(a) :: {a, inner}

  @doc "Called when a bottle is put in."
  @doc since: "1.2.0"
  @callback put(bottle, shelf :: term) :: {:ok, term} | {:error, reason :: atom}
  @callback take(term) :: bottle when term: var
  @macrocallback mark(term) :: Macro.t()
  @optional_callbacks take: 1

  @doc """
  Drinks from a bottle.

      iex> Cellar.drink("red")
      :empty
  """
  @doc since: "0.9.0"
  @deprecated "drink water"
  @spec drink(String.t(), keyword) :: :empty
  def drink(_bottle, _opts \\ []), do: :empty

  @doc "With many bottles."
  @spec drink([bottle], integer, keyword) :: {:ok, [bottle], keyword} | {:error, {:thirsty, integer}} | {:error, :out_of_bottles}
  def drink(_, _, _), do: :empty

  @doc false
  def secret, do: 1
  def undocumented(a, {b, _}), do: {a, b}

  @doc "A macro."
  defmacro pour(glass, do: block), do: {glass, block}

  @doc "Mixes."
  def left ~> right, do: {left, right}
end

defprotocol Pourable do
  @doc "Pours."
  @spec pour(t, pos_integer) :: {:ok, t} | :empty
  def pour(vessel, amount)
end

defmodule Silent do
  @moduledoc false
  def a, do: 1
end

defmodule Plain do
  def a, do: 1
end

dir = Path.join(System.tmp_dir!(), "helpers_#{System.pid()}")
File.mkdir_p!(Path.join(dir, "folder"))
for name <- ["a.ex", "b.ex", "long_name_of_a_file.txt"], do: File.write!(Path.join(dir, name), "")
File.write!(Path.join(dir, "expressions.exs"), "bottle = 7\nimport List, only: [flatten: 1]\n")

# Line by line, as in a shell: what one line defines or imports the next ones know.
lines = ~S"""
import IEx.Helpers
alias Cellar, as: C
import Cellar, only: [pour: 2, secret: 0]
h Cellar
h Cellar.drink
h C.drink/1
h Cellar.undocumented/2
h Cellar.secret
h Cellar.pour
h pour
h Cellar.put
h Cellar.drnk
h Cellar.drink/7
h Cellar.~>
h Silent
h Plain
h Nowhere
h :nowhere
h Celar
h :math
h :erlang.abs
h 1
b Cellar
b Cellar.put
b Cellar.take/1
b Plain
b Cellar.nope
b Pourable
b Pourable.pour
h Pourable.pour
i Enum
t Cellar
t Cellar.bottle
t Cellar.inner
t Plain
exports Cellar
exports Nowhere
for term <- ["abc", "a\0b", <<255>>, <<1::3>>, 1, 1.5, :a, nil, [], [1], ~c"abc", [a: 1], [1 | 2], {1}, %{a: 1}, 1..2, &String.length/1, Nowhere], do: i(term)
IEx.configure(width: 40)
File.cd!(DIR)
ls()
ls "folder"
ls "nowhere"
cd "nowhere"
File.write!("a.ex", "defmodule Made do\n  def value, do: 1\nend\ndefmodule Made.Too do\nend\n")
Enum.sort(c("a.ex"))
Made.value()
File.write!("a.ex", "defmodule Made do\n  def value, do: 2\nend\n")
r(Made)
Made.value()
c(["a.ex"], "build")
File.ls!("build")
l(Made)
Made.value()
Code.prepend_path("build")
File.write!("a.ex", "defmodule Made do\n  def value, do: 3\nend\n")
c("a.ex")
Made.value()
l(Made)
Made.value()
{l(Nowhere), l(Enum)}
import_if_available Nowhere
import_if_available Made
value()
use_if_available Nowhere
import_file "expressions.exs"
{bottle, flatten([[1]])}
import_file_if_available "/nowhere/at/all.exs"
import_file "nowhere.exs"
c("nowhere.ex")
c("nowhere.erl")
r(Nowhere)
r(IEx)
v(1)
v()
respawn()
open(Enum)
recompile()
nl(Enum)
break!(Enum, :map, 2, 1)
IEx.break!(&Enum.map/2)
runtime_info(:nothing)
IEx.configure(nothing: 1)
IEx.configure(colors: 1)
IEx.configure(width: 0)
{pid("0.1.2"), pid(0, 1, 2), pid("#PID<0.7.0>"), ref("0.1.2.3"), ref(0, 1, 2, 3)}
Process.register(self(), :tester)
pid(:tester) == self()
pid(:nobody)
{send(self(), {:hello, 1}), send(self(), :again)}
flush()
process_info(:nobody)
process_info(pid("0.4000.0"))
process_info(1)
IEx.configure(colors: [enabled: true, eval_result: [:green], syntax_colors: false], inspect: [limit: 5])
IEx.configuration()[:colors]
IEx.color(:eval_result, "x")
IEx.color(:unknown, "x")
Enum.sort(IEx.inspect_opts())
IEx.started?()
IEx.configure(width: 60)
h Cellar
h Cellar.drink
i :atom
"""

lines
|> String.replace("DIR", inspect(dir))
|> String.split("\n", trim: true)
|> Enum.reduce({[], Code.env_for_eval(file: "shell")}, fn line, {bindings, env} ->
  if not String.contains?(line, dir), do: IO.puts(">>> " <> line)

  try do
    {value, bindings, env} = Code.eval_quoted_with_env(Code.string_to_quoted!(line), bindings, env)
    if value != IEx.dont_display_result() and not String.contains?(line, dir), do: IO.inspect(value)
    {bindings, env}
  rescue
    e ->
      IO.puts("** " <> inspect(e.__struct__) <> ": " <> String.replace(Exception.message(e), dir, "DIR"))
      {bindings, env}
  end
end)

File.cd!("/")
File.rm_rf!(dir)
