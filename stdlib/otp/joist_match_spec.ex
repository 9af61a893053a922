# SPDX-License-Identifier: Apache-2.0
#
# Match specifications: `[{head, guards, body}]`, as Erlang's tables know them, run over one term at a time.
#
# A head is a pattern: `:_` fits anything, `:"$1"` … anything, and the same at each place; a map fits one with these keys and others. Guards and bodies are expressions: variables,
# `:"$_"` (the whole term), `:"$$"` (all variables), `{{a, b}}` (a tuple), `{:const, term}`, `{function, arg, …}`, lists and maps of them;
# anything else stands for itself. The first clause whose head fits and whose guards are all true gives its last body's value. A guard
# that fails is false.

defmodule :joist_match_spec do
  @moduledoc false

  @functions [
    :and, :or, :xor, :not, :==, :"/=", :"=:=", :"=/=", :<, :"=<", :>, :>=, :+, :-, :*, :/, :div, :rem, :band, :bor, :bxor, :bnot, :bsl, :bsr,
    :abs, :round, :trunc, :float, :max, :min, :element, :hd, :tl, :length, :size, :tuple_size, :byte_size, :bit_size, :binary_part, :map_size, :map_get,
    :is_map_key, :node, :self, :is_atom, :is_binary, :is_bitstring, :is_boolean, :is_float, :is_function, :is_integer, :is_list, :is_map, :is_number,
    :is_pid, :is_port, :is_reference, :is_tuple
  ]

  @doc false
  # `{:ok, value}`, or `:none` when no clause fits.
  def run([{head, guards, body} | clauses], term) do
    case fit(head, term, %{}) do
      {:ok, vars} ->
        if Enum.all?(guards, &holds?(&1, term, vars)), do: {:ok, value(List.last(body), term, vars)}, else: run(clauses, term)

      :none ->
        run(clauses, term)
    end
  end

  def run([], _), do: :none

  @doc false
  # Is it one? Bodies have at least one expression.
  def valid?(clauses) when is_list(clauses) do
    Enum.all?(clauses, fn
      {_, guards, [_ | _]} when is_list(guards) -> true
      _ -> false
    end)
  end

  def valid?(_), do: false

  defp holds?(guard, term, vars) do
    value(guard, term, vars) === true
  catch
    :error, _ -> false
  end

  defp fit(:_, _, vars), do: {:ok, vars}

  defp fit(head, term, vars) when is_atom(head) do
    if variable?(head), do: bind(head, term, vars), else: same(head, term, vars)
  end

  defp fit(head, term, vars) when is_tuple(head) and is_tuple(term) and tuple_size(head) == tuple_size(term), do: fit(Tuple.to_list(head), Tuple.to_list(term), vars)

  defp fit([head | heads], [term | terms], vars) do
    case fit(head, term, vars) do
      {:ok, vars} -> fit(heads, terms, vars)
      :none -> :none
    end
  end

  defp fit(head, term, vars) when is_map(head) and is_map(term) do
    Enum.reduce_while(head, {:ok, vars}, fn {key, part}, {:ok, vars} ->
      with {:ok, value} <- Map.fetch(term, key), {:ok, vars} <- fit(part, value, vars) do
        {:cont, {:ok, vars}}
      else
        _ -> {:halt, :none}
      end
    end)
  end

  defp fit(head, term, vars), do: same(head, term, vars)

  defp same(term, term, vars), do: {:ok, vars}
  defp same(_, _, _), do: :none

  defp bind(name, term, vars) do
    case vars do
      %{^name => ^term} -> {:ok, vars}
      %{^name => _} -> :none
      _ -> {:ok, Map.put(vars, name, term)}
    end
  end

  defp variable?(atom) do
    case Atom.to_string(atom) do
      "$" <> number -> match?({_, ""}, Integer.parse(number))
      _ -> false
    end
  end

  defp value(:"$_", term, _), do: term
  defp value(:"$$", _, vars), do: vars |> Enum.sort_by(fn {name, _} -> number(name) end) |> Enum.map(&elem(&1, 1))
  defp value(name, _, vars) when is_atom(name), do: Map.get(vars, name, name)
  defp value({:const, constant}, _, _), do: constant
  defp value({parts}, term, vars) when is_tuple(parts), do: parts |> Tuple.to_list() |> value(term, vars) |> List.to_tuple()
  defp value({:andalso, one, other}, term, vars), do: value(one, term, vars) and value(other, term, vars)
  defp value({:orelse, one, other}, term, vars), do: value(one, term, vars) or value(other, term, vars)

  defp value(call, term, vars) when is_tuple(call) and elem(call, 0) in @functions do
    [function | args] = Tuple.to_list(call)
    apply(:erlang, function, value(args, term, vars))
  end

  defp value(other, _, _) when is_tuple(other), do: :erlang.error(:badarg)
  defp value([part | parts], term, vars), do: [value(part, term, vars) | value(parts, term, vars)]
  defp value(parts, term, vars) when is_map(parts), do: Map.new(parts, fn {key, part} -> {key, value(part, term, vars)} end)
  defp value(other, _, _), do: other

  defp number(name) do
    "$" <> number = Atom.to_string(name)
    String.to_integer(number)
  end
end
