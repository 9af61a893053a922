# SPDX-License-Identifier: Apache-2.0
#
# The docs chunk of modules, as the compiler writes it (compiler/expand/docs.c has its layout), given in two shapes: that of
# `Code.fetch_docs/1`, which tools know, and plain maps for the shell's helpers, with specs, types and callbacks as text.
# Nothing is loaded by asking: the chunk of a module that is not loaded is read from the library or the code path.

defmodule :joist_docs do
  @moduledoc """
  What modules say about themselves: texts, signatures, specs, types and callbacks.
  """

  @type kind :: :function | :macro | :callback | :macrocallback | :type
  @type entry :: %{
          kind: kind,
          name: atom,
          arity: arity,
          line: non_neg_integer,
          arguments: list,
          doc: binary | nil | false,
          facts: keyword
        }
  @type docs :: %{line: non_neg_integer, doc: binary | nil | false, facts: keyword, entries: [entry], types: list}

  @doc """
  All that the chunk holds, or why there is none.

      iex> {:ok, docs} = :joist_docs.read(Atom)
      iex> Enum.any?(docs.entries, &(&1.name == :to_string))
      true
  """
  @spec read(module) :: {:ok, docs} | {:error, :chunk_not_found | :module_not_found}
  def read(module), do: decode(:joist_code.docs_chunk(module))

  @doc "The same from the bytes of a module file."
  @spec read_file(binary) :: {:ok, docs} | {:error, :chunk_not_found | :module_not_found}
  def read_file(bytes), do: decode(:joist_code.docs_of_file(bytes))

  defp decode(nil), do: {:error, :module_not_found}
  defp decode(""), do: {:error, :chunk_not_found}

  defp decode(chunk) do
    {:docs_v1, line, doc, facts, entries, types} = :erlang.binary_to_term(chunk)
    {:ok, %{line: line, doc: doc, facts: facts, entries: Enum.map(entries, &entry/1), types: types}}
  rescue
    # A file of the code path may hold anything there.
    _ -> {:error, :chunk_not_found}
  end

  defp entry({kind, name, arity, line, arguments, doc, facts}) do
    %{kind: kind, name: name, arity: arity, line: line, arguments: arguments, doc: doc, facts: facts}
  end

  @doc """
  Docs in the shape that `Code.fetch_docs/1` answers.

      iex> {:ok, docs} = :joist_docs.read(Atom)
      iex> docs |> :joist_docs.standard() |> elem(3)
      "text/markdown"
  """
  @spec standard(docs) :: tuple
  def standard(docs) do
    entries =
      for entry <- docs.entries do
        {{entry.kind, entry.name, entry.arity}, entry.line, signatures(entry), standard_text(entry.doc), Map.new(entry.facts)}
      end

    {:docs_v1, docs.line, :elixir, "text/markdown", standard_text(docs.doc), Map.new(docs.facts), Enum.sort(entries)}
  end

  defp standard_text(nil), do: :none
  defp standard_text(false), do: :hidden
  defp standard_text(text), do: %{"en" => text}

  defp signatures(%{kind: kind} = entry) when kind in [:function, :macro], do: [signature(entry)]
  defp signatures(_), do: []

  @doc """
  How a function or macro is called, with the names of its arguments.

      iex> :joist_docs.signature(%{name: :map, arguments: [:enumerable, {:\\\\, :fun, nil}]})
      "map(enumerable, fun \\\\\\\\ nil)"
  """
  @spec signature(%{name: atom, arguments: list}) :: binary
  def signature(%{name: name, arguments: arguments}) do
    arguments =
      for argument <- arguments do
        case argument do
          {:\\, name, default} -> {:\\, [], [{name, [], nil}, default]}
          name -> {name, [], nil}
        end
      end

    # As a call with parentheses, also where code is usually written without; operators stand between their operands.
    cond do
      Macro.operator?(name, length(arguments)) -> Macro.to_string({name, [], arguments})
      Macro.special_form?(name, length(arguments)) and special_syntax?(name) -> Atom.to_string(name)
      true -> Macro.inspect_atom(:remote_call, name) <> "(" <> Enum.map_join(arguments, ", ", &Macro.to_string/1) <> ")"
    end
  end

  defp special_syntax?(name), do: name in [:%, :%{}, :{}, :<<>>, :., :__aliases__, :__block__, :->, :"::"]

  ## Types

  @doc """
  The specs of a function or macro, as source text that fits into `width` columns.

      iex> {:ok, docs} = :joist_docs.read(Atom)
      iex> :joist_docs.specs(docs, :to_string, 1, 80)
      ["@spec to_string(atom()) :: String.t()"]
  """
  @spec specs(docs, atom, arity, pos_integer) :: [binary]
  def specs(docs, name, arity, width) do
    for {:spec, _, code} <- docs.types, type_name(code) == {name, arity}, do: source(:spec, code, width)
  end

  @doc "Public types, as `{{name, arity}, text}`; of opaque ones the definition is not told."
  @spec types(docs, pos_integer) :: [{{atom, arity}, binary}]
  def types(docs, width) do
    for {kind, _, code} <- docs.types, kind in [:type, :opaque] do
      shown =
        case {kind, code} do
          {:opaque, {:"::", _, [head, _]}} -> head
          _ -> code
        end

      {type_name(code), source(kind, shown, width)}
    end
  end

  @doc "Callbacks, as `{kind, {name, arity}, text}`; those of a protocol have the types of its specs."
  @spec callbacks(docs, pos_integer) :: [{:callback | :macrocallback, {atom, arity}, binary}]
  def callbacks(docs, width) do
    specs = if protocol?(docs), do: for({:spec, _, code} <- docs.types, into: %{}, do: {type_name(code), code}), else: %{}

    for {kind, _, code} <- docs.types, kind in [:callback, :macrocallback] do
      name = type_name(code)
      {kind, name, source(kind, Map.get(specs, name, code), width)}
    end
  end

  @doc "What is said of a callback: its own text, or in a protocol that of the function."
  @spec callback_doc(docs, atom, arity) :: entry | nil
  def callback_doc(docs, name, arity) do
    found = Enum.filter(docs.entries, &(&1.name == name and &1.arity == arity))
    own = Enum.find(found, &(&1.kind in [:callback, :macrocallback]))
    if own && own.doc == nil && protocol?(docs), do: Enum.find(found, own, &(&1.kind == :function)), else: own
  end

  defp protocol?(docs), do: Enum.any?(docs.entries, &(&1.name == :__protocol__ and &1.arity == 1))

  defp source(kind, code, width) do
    {:@, [], [{kind, [], [written(kind, code)]}]}
    |> Code.quoted_to_algebra()
    |> Inspect.Algebra.format(width)
    |> IO.iodata_to_binary()
  end

  defp type_name({:when, _, [spec, _]}), do: type_name(spec)
  defp type_name({:"::", _, [head, _]}), do: type_name(head)
  defp type_name({name, _, args}) when is_atom(name) and is_list(args), do: {name, length(args)}
  defp type_name({name, _, _}) when is_atom(name), do: {name, 0}
  defp type_name(_), do: nil

  # Types are shown with parentheses (`term()`), names are not (`a` of `when a: var`, `state` of `state :: term`, a type's parameters).
  defp written(kind, {:when, meta, [spec, names]}) do
    variables = if Keyword.keyword?(names), do: [:var | Keyword.keys(names)], else: []
    {:when, meta, [top(kind, spec, variables), calls(names, variables)]}
  end

  defp written(kind, code), do: top(kind, code, [])

  defp top(kind, {:"::", meta, [head, right]}, variables) do
    {name, head_meta, args} = head
    args = if is_list(args), do: args, else: []
    own = if kind in [:type, :opaque], do: for({name, _, nil} <- args, do: name), else: []
    variables = own ++ variables
    {:"::", meta, [{name, head_meta, Enum.map(args, &calls(&1, variables))}, calls(right, variables)]}
  end

  defp top(_, {name, meta, args}, _) when not is_list(args), do: {name, meta, []}
  defp top(_, other, _), do: other

  defp calls({:"::", meta, [{_, _, nil} = name, right]}, variables), do: {:"::", meta, [name, calls(right, variables)]}

  defp calls({name, meta, nil} = variable, variables) when is_atom(name),
    do: if(name in variables or name in [:_, :...], do: variable, else: {name, meta, []})

  defp calls({:%, meta, [struct, map]}, variables), do: {:%, meta, [struct, calls(map, variables)]}
  defp calls({head, meta, args}, variables), do: {calls(head, variables), meta, calls(args, variables)}
  defp calls({left, right}, variables), do: {calls(left, variables), calls(right, variables)}
  defp calls(list, variables) when is_list(list), do: Enum.map(list, &calls(&1, variables))
  defp calls(other, _), do: other
end
