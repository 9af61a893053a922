# SPDX-License-Identifier: Apache-2.0
#
# Kernel.SpecialForms: the words and signs that the compiler itself knows, as names with documentation. They are expanded in C
# (compiler/expand) wherever they stand, so nothing here is ever called; the table below is what `h` and completion read.

defmodule Kernel.SpecialForms do
  @moduledoc """
  The special forms: what the compiler knows by itself, and everything else is made of.
  """

  forms = [
    {:%, [:struct, :map], "Makes or matches a struct.\n\n    iex> %Range{first: 1, last: 3, step: 1}\n    1..3"},
    {:%{}, [:pairs], "Makes a map, matches one, or changes keys that are there.\n\n    iex> %{%{a: 1} | a: 2}\n    %{a: 2}"},
    {:&, [:expression], "Makes a function of an expression with `&1`, `&2` in it, or of a name with its arity.\n\n    iex> Enum.map([1, 2], &(&1 * 2))\n    [2, 4]\n    iex> (&String.length/1).(\"abc\")\n    3"},
    {:., [:left, :right], "Calls a function of a module, reads a field of a map, and, before parentheses, calls a function that is a value.\n\n    iex> %{name: \"x\"}.name\n    \"x\""},
    {:"::", [:left, :right], "Gives a segment of a binary its type, in `<<>>`, and a type to a name, in specs.\n\n    iex> <<1::16>>\n    <<0, 1>>"},
    {:<<>>, [:segments], "Makes a binary, or matches one.\n\n    iex> <<first, rest::binary>> = \"abc\"\n    iex> {first, rest}\n    {97, \"bc\"}"},
    {:=, [:left, :right], "Matches the right side with the pattern on the left and binds its variables.\n\n    iex> {a, [b | _]} = {1, [2, 3]}\n    iex> a + b\n    3"},
    {:^, [:variable], "In a pattern: the value that the variable has, not a new one.\n\n    iex> x = 1\n    iex> match?(^x, 2)\n    false"},
    {:{}, [:elements], "Makes a tuple, or matches one.\n\n    iex> {1, :a, \"b\"}\n    {1, :a, \"b\"}"},
    {:__CALLER__, [], "In a macro: the environment where it is called, a `Macro.Env`."},
    {:__DIR__, [], "The directory of the current file."},
    {:__ENV__, [], "The current environment, a `Macro.Env`.\n\n    iex> is_list(__ENV__.aliases)\n    true"},
    {:__MODULE__, [], "The module that is being defined, or `nil` outside of one."},
    {:__STACKTRACE__, [], "The stack trace of what was caught, in `rescue` and `catch`."},
    {:alias, [:module, {:opts, []}], "Gives a module a shorter name: the last part of its own, or what `:as` says.\n\n    alias Inspect.Algebra\n    alias Inspect.Algebra, as: A\n    alias Inspect.{Algebra, Opts}"},
    {:case, [:condition, :clauses], "Takes the first clause whose pattern and guard fit the value.\n\n    iex> case {1, 2} do\n    ...>   {1, x} when x > 1 -> x\n    ...>   _ -> :other\n    ...> end\n    2"},
    {:cond, [:clauses], "Takes the first clause whose condition is neither `nil` nor `false`.\n\n    iex> cond do\n    ...>   1 > 2 -> :no\n    ...>   true -> :yes\n    ...> end\n    :yes"},
    {:fn, [:clauses], "Makes a function; it is called with a dot.\n\n    iex> add = fn a, b -> a + b end\n    iex> add.(1, 2)\n    3"},
    {:for, [:args], "Walks collections and gathers what the body answers. There may be several generators, filters, and the options `:into`, `:uniq` and `:reduce`.\n\n    iex> for x <- 1..4, rem(x, 2) == 0, do: x * x\n    [4, 16]\n    iex> for {k, v} <- %{a: 1}, into: %{}, do: {v, k}\n    %{1 => :a}"},
    {:import, [:module, {:opts, []}], "Makes functions and macros of a module callable without its name; `:only` and `:except` choose.\n\n    import List, only: [flatten: 1]"},
    {:quote, [{:opts, []}, :block], "Gives code as a term instead of running it.\n\n    iex> quote do: a + 1\n    {:+, [context: Elixir, imports: [{1, Kernel}, {2, Kernel}]], [{:a, [], Elixir}, 1]}\n\nOptions: `:unquote`, `:bind_quoted`, `:line`, `:location`, `:generated`, `:context`."},
    {:receive, [:args], "Waits for a message that fits a clause and takes it out of the mailbox; others stay. `after` says what to do when none came in time.\n\n    iex> send(self(), {:hello, 1})\n    iex> receive do\n    ...>   {:hello, n} -> n\n    ...> after\n    ...>   1000 -> :nothing\n    ...> end\n    1"},
    {:require, [:module, {:opts, []}], "Makes a module's macros usable."},
    {:super, [:args], "Calls the definition that this one overrides (`defoverridable/1`)."},
    {:try, [:args], "Runs code and says what to do when it fails: `rescue` for errors, `catch` for throws and exits, `else` for values, `after` for what is to be done in any case.\n\n    iex> try do\n    ...>   raise \"no\"\n    ...> rescue\n    ...>   e in RuntimeError -> e.message\n    ...> end\n    \"no\""},
    {:unquote, [:expr], "In `quote`: puts the value of an expression into the code.\n\n    iex> x = 13\n    iex> quote do: {1, unquote(x)}\n    {1, 13}"},
    {:unquote_splicing, [:expr], "In `quote`: puts the elements of a list into the code.\n\n    iex> quote do: [0, unquote_splicing([1, 2])]\n    [0, 1, 2]"},
    {:with, [:args], "Matches step by step; the first value that does not fit is the answer, or goes through `else`.\n\n    iex> with {:ok, a} <- {:ok, 1}, {:ok, b} <- {:ok, 2}, do: a + b\n    3"}
  ]

  for {name, args, doc} <- forms do
    args =
      for arg <- args do
        case arg do
          {arg, default} -> {:\\, [], [{arg, [], nil}, default]}
          arg -> {arg, [], nil}
        end
      end

    plain = for arg <- args, do: if(match?({:\\, _, _}, arg), do: hd(elem(arg, 2)), else: arg)
    unused = for arg <- plain, do: quote(do: _ = unquote(arg))

    @doc doc
    defmacro unquote(name)(unquote_splicing(args)) do
      unquote_splicing(unused)
      raise("#{unquote(Atom.to_string(name))} is a special form and is not called as a macro")
    end
  end
end
