# SPDX-License-Identifier: Apache-2.0
#
# What `h`, `b`, `t` and `exports` print. A name as it was typed becomes a module, `{module, name}` or `{module, name, arity}`
# (`decompose/2`, at compile time, so that aliases and imports hold); the rest reads the module's docs chunk (:joist_docs) and prints.
# Nothing here fails for what a user may ask: what is not found is said, with the nearest name.

defmodule IEx.Introspection do
  @moduledoc false

  @no_result :"do not show this result in output"

  ## What was asked for

  @doc "Quoted code that gives what a helper was asked about."
  def decompose({:/, _, [call, arity]} = term, env) do
    case {Macro.decompose_call(call), arity} do
      {{_, _, _}, arity} when is_integer(arity) -> with_arity(remote(call), arity)
      {{name, _}, arity} when is_integer(arity) -> {:{}, [], [find(env, name, arity), name, arity]}
      {:error, arity} when is_integer(arity) and is_tuple(call) and is_atom(elem(call, 0)) -> {:{}, [], [find(env, elem(call, 0), arity), elem(call, 0), arity]}
      {:error, arity} when is_atom(call) and is_integer(arity) -> {:{}, [], [find(env, call, arity), call, arity]}
      _ -> term
    end
  end

  def decompose({{:., _, [_, name]}, _, []} = call, _) when is_atom(name), do: remote(call)
  def decompose({{:., _, [_, name]}, _, [_ | _] = args} = call, _) when is_atom(name), do: with_arity(remote(call), length(args))
  def decompose({:__aliases__, _, _} = module, _), do: module
  def decompose({:__MODULE__, _, context}, %{module: module}) when is_atom(context) and module != nil, do: module
  def decompose({:&, _, [call]}, env), do: decompose(call, env)

  def decompose({name, _, args}, env) when is_atom(name) do
    case args do
      [_ | _] when name not in [:%{}, :{}, :<<>>, :__block__] -> {:{}, [], [find(env, name, length(args)), name, length(args)]}
      _ -> {find(env, name, nil), name}
    end
  end

  def decompose(term, _), do: term

  defp remote({{:., _, [module, name]}, _, _}), do: {module, name}
  defp with_arity({module, name}, arity), do: {:{}, [], [module, name, arity]}

  # Where a local name comes from: special forms, what is imported, else Kernel.
  defp find(env, name, arity) do
    cond do
      special?(name, arity) -> Kernel.SpecialForms
      module = imported(env.functions ++ env.macros, name, arity) -> module
      true -> Kernel
    end
  end

  defp special?(name, nil), do: Enum.any?(0..9, &Macro.special_form?(name, &1))
  defp special?(name, arity), do: Macro.special_form?(name, arity)

  defp imported(imports, name, arity) do
    Enum.find_value(imports, fn {module, pairs} ->
      if Enum.any?(pairs, fn {n, a} -> n == name and (arity == nil or a == arity) end), do: module
    end)
  end

  ## h

  def h(module) when is_atom(module) do
    case read(module) do
      {:ok, %{doc: text}} when is_binary(text) ->
        print([inspect(module)], [], %{}, text)

      {:ok, %{doc: false}} ->
        say("The documentation of #{inspect(module)} is hidden: it is of no use to others")

      {:ok, docs} ->
        say("#{inspect(module)} has no documentation of its own" <> if(docs.entries == [], do: "", else: "; exports(#{inspect(module)}) lists its functions"))

      {:error, why} ->
        say(why)
    end
  end

  def h({module, name}) when is_atom(module) and is_atom(name), do: h_function(module, name, nil)
  def h({module, name, arity}) when is_atom(module) and is_atom(name) and is_integer(arity), do: h_function(module, name, arity)
  def h(other), do: say("h/1 wants a module, a function or a macro, as in h(Enum), h(Enum.map) or h(Enum.map/2); got: #{inspect(other)}")

  defp h_function(module, name, arity) do
    case read(module) do
      {:ok, docs} ->
        entries = for e <- docs.entries, e.kind in [:function, :macro], e.name == name, e.doc != false, fits?(e, arity), do: e

        if entries == [],
          do: h_without(module, name, arity, docs),
          else: entries |> Enum.sort_by(& &1.arity) |> Enum.each(&h_entry(&1, docs))

        @no_result

      {:error, why} ->
        h_native(module, name, arity, why)
    end
  end

  defp fits?(_, nil), do: true
  defp fits?(entry, arity), do: arity <= entry.arity and arity >= entry.arity - Keyword.get(entry.facts, :defaults, 0)

  defp h_entry(entry, docs) do
    word = if entry.kind == :macro, do: "defmacro ", else: "def "
    specs = :joist_docs.specs(docs, entry.name, entry.arity, IEx.width() - 2)
    print([word <> :joist_docs.signature(entry)], specs, Map.new(entry.facts), entry.doc || "")
  end

  defp h_without(module, name, arity, docs) do
    callback? = Enum.any?(docs.entries, &(&1.kind in [:callback, :macrocallback] and &1.name == name and (arity == nil or &1.arity == arity)))

    cond do
      callback? ->
        say("#{mfa(module, name, arity)} is a callback: b(#{mfa(module, name, arity)}) shows it")

      native?(module, name, arity) ->
        h_natives(module, name, arity)

      true ->
        names = for e <- docs.entries, e.kind in [:function, :macro], e.doc != false, do: e.name
        say("No documentation for #{mfa(module, name, arity)} was found" <> nearest(module, name, names))
    end
  end

  defp h_native(module, name, arity, why) do
    if native?(module, name, arity), do: h_natives(module, name, arity), else: say(why)
  end

  defp h_natives(module, name, arity) do
    for {^name, found} <- Enum.sort(:joist_code.native_exports(module)), arity in [nil, found] do
      print([mfa(module, name, found)], [], %{}, "A native function of the VM; Erlang's documentation describes it.")
    end

    @no_result
  end

  defp native?(module, name, arity), do: Enum.any?(:joist_code.native_exports(module), fn {n, a} -> n == name and arity in [nil, a] end)

  defp nearest(module, name, names) do
    wanted = Atom.to_string(name)
    {distance, best} = Enum.reduce(Enum.uniq(names), {0, nil}, fn n, best -> max({String.jaro_distance(wanted, Atom.to_string(n)), n}, best) end)
    if distance > 0.77, do: ". Did you mean: #{mfa(module, best, nil)}?", else: ""
  end

  ## b

  def b(module) when is_atom(module) do
    with_callbacks(module, fn callbacks, optional ->
      if callbacks == [] do
        say("No callbacks for #{inspect(module)} were found")
      else
        for {_, _, text} <- callbacks, do: IO.puts([styled(text), ?\n])
        if optional != [], do: IO.puts([styled(optional_text(optional)), ?\n])
        @no_result
      end
    end)
  end

  def b({module, name}), do: b_callback(module, name, nil)
  def b({module, name, arity}), do: b_callback(module, name, arity)
  def b(other), do: say("b/1 wants a module or a callback, as in b(GenServer) or b(GenServer.init/1); got: #{inspect(other)}")

  defp b_callback(module, name, arity) do
    with_callbacks(module, fn callbacks, _ ->
      found = for {_, {^name, a}, text} <- callbacks, arity in [nil, a], do: {a, text}

      if found == [] do
        say("No documentation for the callback #{mfa(module, name, arity)} was found" <> nearest(module, name, for({_, {n, _}, _} <- callbacks, do: n)))
      else
        {:ok, docs} = read(module)

        for {a, text} <- found do
          IO.puts([styled(text), ?\n])
          entry = :joist_docs.callback_doc(docs, name, a)

          if entry && is_binary(entry.doc) do
            IO.ANSI.Docs.print_metadata(Map.new(entry.facts), IEx.docs_options())
            IO.ANSI.Docs.print(entry.doc, "text/markdown", IEx.docs_options())
          end
        end

        @no_result
      end
    end)
  end

  defp with_callbacks(module, fun) when is_atom(module) do
    case read(module) do
      {:ok, docs} ->
        optional =
          if Code.ensure_loaded?(module) and function_exported?(module, :behaviour_info, 1), do: module.behaviour_info(:optional_callbacks), else: []

        fun.(Enum.sort_by(:joist_docs.callbacks(docs, IEx.width()), &elem(&1, 1)), optional)

      {:error, why} ->
        say(why)
    end
  end

  defp with_callbacks(other, _), do: say("b/1 wants a module or a callback, as in b(GenServer) or b(GenServer.init/1); got: #{inspect(other)}")

  defp optional_text(optional) do
    optional |> Enum.sort() |> Enum.map_join(",\n" <> String.duplicate(" ", 20), fn {name, arity} -> "#{name}: #{arity}" end) |> then(&("@optional_callbacks " <> &1))
  end

  ## t

  def t(module) when is_atom(module) do
    with_types(module, fn types ->
      if types == [], do: say("No type information for #{inspect(module)} was found"), else: Enum.each(types, fn {_, text} -> IO.puts([styled(text), ?\n]) end)
    end)
  end

  def t({module, name}), do: t_type(module, name, nil)
  def t({module, name, arity}), do: t_type(module, name, arity)
  def t(other), do: say("t/1 wants a module or a type, as in t(Enum) or t(Enum.t); got: #{inspect(other)}")

  defp t_type(module, name, arity) do
    with_types(module, fn types ->
      found = for {{^name, a}, text} <- types, arity in [nil, a], do: {a, text}
      {:ok, docs} = read(module)

      if found == [] do
        say("No type information for #{mfa(module, name, arity)} was found, or the type is private" <> nearest(module, name, for({{n, _}, _} <- types, do: n)))
      else
        for {a, text} <- found do
          IO.puts([styled(text), ?\n])
          entry = Enum.find(docs.entries, &(&1.kind == :type and &1.name == name and &1.arity == a))
          if entry && is_binary(entry.doc), do: IO.ANSI.Docs.print(entry.doc, "text/markdown", IEx.docs_options())
        end
      end
    end)
  end

  defp with_types(module, fun) when is_atom(module) do
    case read(module) do
      {:ok, docs} ->
        fun.(Enum.sort(:joist_docs.types(docs, IEx.width())))
        @no_result

      {:error, why} ->
        say(why)
    end
  end

  defp with_types(other, _), do: say("t/1 wants a module or a type, as in t(Enum) or t(Enum.t); got: #{inspect(other)}")

  ## What they share

  @doc "Docs of a module, or a sentence that says why there are none."
  def read(module) do
    case :joist_docs.read(module) do
      {:ok, docs} ->
        {:ok, docs}

      {:error, :chunk_not_found} ->
        {:error, "#{inspect(module)} was compiled without docs"}

      {:error, :module_not_found} ->
        cond do
          Atom.to_string(module) in :joist_code.module_names() and :joist_code.native_exports(module) == [] ->
            {:error, "The file of #{inspect(module)} on the code path cannot be read: it is damaged, or of another version of Joist"}

          :joist_code.native_exports(module) == [] ->
            {:error, "There is no module #{inspect(module)}: it is neither loaded nor in the library nor on the code path" <> nearest_module(module)}

          true ->
            {:error, "#{inspect(module)} consists of native functions of the VM; exports(#{inspect(module)}) lists them, Erlang's documentation describes them"}
        end
    end
  end

  defp nearest_module(module) do
    wanted = Atom.to_string(module)

    {distance, best} =
      Enum.reduce(:joist_code.module_names(), {0, nil}, fn name, best ->
        if String.starts_with?(name, "Elixir.") == String.starts_with?(wanted, "Elixir."), do: max({String.jaro_distance(wanted, name), name}, best), else: best
      end)

    if distance > 0.9, do: ". Did you mean #{inspect(String.to_atom(best))}?", else: ""
  end

  @doc "Public functions and macros of a module, as `{name, arity}`; nothing is hidden but what the compiler adds."
  def exports(module) do
    if Code.ensure_loaded?(module) do
      if function_exported?(module, :__info__, 1),
        do: module.__info__(:macros) ++ (module.__info__(:functions) -- [__struct__: 0, __struct__: 1]) ++ structs(module) ++ natives(module),
        else: (module.module_info(:exports) -- [module_info: 0, module_info: 1, behaviour_info: 1])
    else
      :joist_code.native_exports(module)
    end
  end

  defp structs(module), do: for({:__struct__, arity} <- module.__info__(:functions), do: {:__struct__, arity})
  defp natives(module), do: :joist_code.native_exports(module)

  defp print(headings, specs, facts, text) do
    options = IEx.docs_options()
    IO.ANSI.Docs.print_headings(headings, options)

    if specs != [] do
      for spec <- specs, do: IO.puts(["  ", styled(String.replace(spec, "\n", "\n  "))])
      IO.puts("")
    end

    IO.ANSI.Docs.print_metadata(facts, options)
    if text != "", do: IO.ANSI.Docs.print(text, "text/markdown", options)
    @no_result
  end

  defp styled(text) do
    options = IEx.docs_options()
    if options[:enabled], do: IO.ANSI.format([options[:doc_inline_code], text], true), else: text
  end

  defp say(text) do
    IO.puts(IEx.color(:eval_error, text))
    @no_result
  end

  defp mfa(module, name, nil), do: inspect(module) <> "." <> Macro.inspect_atom(:remote_call, name)
  defp mfa(module, name, arity), do: mfa(module, name, nil) <> "/#{arity}"
end
