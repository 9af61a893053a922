# SPDX-License-Identifier: Apache-2.0
#
# The names that completion offers: modules (loaded, in the library, on the code path), functions and macros with their arities,
# variables, structs, sigils, files. Names stay text as long as can be, so that completion makes no atoms.

defmodule :joist_complete_names do
  @moduledoc false

  @doc "Parts of module names that follow `prefix` (\"Elixir.Inspect\", or \"\" for the first part): [{part, is it a module}]."
  def children(prefix) do
    prefix = if prefix == "", do: "Elixir.", else: prefix <> "."
    size = byte_size(prefix)

    for <<^prefix::binary-size(size), rest::binary>> <- names(), [part | more] = String.split(rest, "."), match?(<<c, _::binary>> when c in ?A..?Z, part), reduce: %{} do
      parts -> Map.update(parts, part, more == [], &(&1 or more == []))
    end
    |> Enum.sort()
  end

  defp names, do: :joist_code.module_names()

  @doc "Aliases of the environment."
  def aliases(env), do: for({name, _} <- env.aliases, do: {name |> Atom.to_string() |> String.replace_prefix("Elixir.", ""), true})

  @doc "Modules with Erlang's kind of names; the library's own are shown when they are asked for."
  def erlang_modules(hint) do
    own? = match?(~c"j" ++ _, hint)

    for name <- Enum.uniq(names()), not String.starts_with?(name, "Elixir."), own? or not String.starts_with?(name, "joist"), match?(<<c, _::binary>> when c in ?a..?z, name) do
      {name, true}
    end
  end

  @doc "Functions and macros of a module: [{shown with arity, name}]."
  def functions(module) do
    hidden = hidden(module)

    for {name, arity} <- Enum.sort(IEx.Introspection.exports(module)), {name, arity} not in hidden, name not in [:__struct__, :__info__, :module_info, :behaviour_info] do
      text = Macro.inspect_atom(:remote_call, name)
      {"#{text}/#{arity}", text}
    end
    |> Enum.reject(fn {_, text} -> String.starts_with?(text, "MACRO-") or not nameable?(text) end)
  end

  # What is documented as no part of the interface, with the arities that its defaults give.
  defp hidden(module) do
    case :joist_docs.read(module) do
      {:ok, docs} ->
        for %{kind: kind, doc: false} = e <- docs.entries, kind in [:function, :macro], arity <- (e.arity - Keyword.get(e.facts, :defaults, 0))..e.arity, do: {e.name, arity}

      _ ->
        []
    end
  end

  defp nameable?(<<c, _::binary>>), do: c in ?a..?z or c == ?_ or c >= 128 or c == ?"
  defp nameable?(_), do: false

  @doc "Variables, imported functions and macros, special forms."
  def locals(state) do
    variables = for {name, _} <- Enum.sort(state.bindings), text = Atom.to_string(name), do: {text, text}

    imported =
      for {_, pairs} <- state.env.functions ++ state.env.macros, {name, arity} <- pairs, text = Atom.to_string(name), plain?(text), do: {"#{text}/#{arity}", text}

    special = for {{name, arity}, _} <- special_forms(), text = Atom.to_string(name), plain?(text), do: {if(arity == :any, do: text, else: "#{text}/#{arity}"), text}
    variables ++ Enum.sort(Enum.uniq(imported ++ special))
  end

  defp plain?(<<c, _::binary>> = text), do: (c in ?a..?z or c == ?_ or c >= 128) and text not in ["__aliases__", "__block__"]

  @special ~w(__CALLER__ __DIR__ __ENV__ __MODULE__ __STACKTRACE__ alias case cond fn for import quote receive require super try unquote unquote_splicing with)a
  defp special_forms do
    for name <- @special do
      arity = Enum.find(0..3, :any, &Macro.special_form?(name, &1))
      {{name, if(name in [:alias, :for, :with, :super, :fn], do: :any, else: arity)}, true}
    end
  end

  @doc "Modules from which a local name comes."
  def importers(env, name) do
    for {module, pairs} <- env.functions ++ env.macros, Enum.any?(pairs, fn {n, _} -> Atom.to_string(n) == name end), do: module
  end

  @doc "How a function is called, by its docs."
  def signatures(nil, _), do: []

  def signatures(module, name) do
    case :joist_docs.read(module) do
      {:ok, docs} -> for e <- docs.entries, e.kind in [:function, :macro], e.doc != false, Atom.to_string(e.name) == name, do: :joist_docs.signature(e)
      _ -> []
    end
  end

  @doc "Sigils that are imported."
  def sigils(env) do
    for {_, pairs} <- env.functions ++ env.macros, {name, 2} <- pairs, "sigil_" <> letters <- [Atom.to_string(name)], uniq: true, do: {"~" <> letters, letters}
  end

  @doc "Structs below a module, or at the top; the name that is completed goes on behind dots."
  def structs(base, hint, env) do
    prefix = if base, do: Atom.to_string(base) <> ".", else: "Elixir."
    wanted = prefix <> List.to_string(hint)
    size = byte_size(prefix)

    named =
      for name <- Enum.uniq(names()), hint != [] or base != nil, String.starts_with?(name, wanted), struct?(name) do
        text = binary_part(name, size, byte_size(name) - size)
        {text, text <> "{"}
      end

    aliased = if base, do: [], else: for({name, module} <- env.aliases, struct?(Atom.to_string(module)), "Elixir." <> text = Atom.to_string(name), do: {text, text <> "{"})
    Enum.sort(named ++ aliased)
  end

  # Asked of the docs, so that nothing is loaded; a module without docs is asked when it is loaded.
  defp struct?(name) do
    module = String.to_atom(name)

    case :joist_docs.read(module) do
      {:ok, docs} -> Enum.any?(docs.entries, &(&1.name == :__struct__ and &1.arity == 0))
      _ -> :joist_code.loaded(module) and function_exported?(module, :__struct__, 0)
    end
  end

  @doc "Fields of a module's struct."
  def struct_fields(nil), do: []

  def struct_fields(module) do
    if Code.ensure_loaded?(module) and function_exported?(module, :__struct__, 0), do: module.__struct__() |> Map.keys(), else: []
  end

  @doc "Files that go on from the path in a string: [{shown, name}], directories with a slash."
  def files(content) do
    {directory, hint} =
      case content |> String.split("/") |> Enum.split(-1) do
        {[], [hint]} -> {".", hint}
        {[""], [hint]} -> {"/", hint}
        {parts, [hint]} -> {Enum.join(parts, "/"), hint}
      end

    directory = if match?("~" <> _, directory), do: Path.expand(directory), else: directory

    case File.ls(directory) do
      {:ok, names} ->
        for name <- Enum.sort(names), String.starts_with?(name, hint), hint != "" or not String.starts_with?(name, "."), content != "" do
          shown = if File.dir?(Path.join(directory, name)), do: name <> "/", else: name
          {shown, shown}
        end

      _ ->
        []
    end
  end
end
