# SPDX-License-Identifier: Apache-2.0
#
# Completion: what the text before the cursor may become.
#
# The text is read once from the front, to know what the cursor stands in (code, a string, a comment, a sigil) and which brackets are
# open around it; then backwards from the cursor: the piece of a name that is being typed (the hint), and what stands before it. That
# gives a context; :joist_complete_names gives the names that fit it. Nothing that the user wrote is run: values are looked at in the
# bindings only, and code is loaded only where its functions are asked for.

defmodule :joist_complete do
  @moduledoc """
  Completion of code in the shell.

      iex> :joist_complete.expand("Keyword.has", [], __ENV__)
      {"_key?", []}
  """

  import :joist_complete_names

  @type answer :: {insert :: binary, candidates :: [binary]}

  @bit_types ~w(big binary bits bitstring bytes float integer little native signed unsigned utf16 utf32 utf8) ++ ["size/1", "unit/1"]

  @doc """
  What may follow: the text to insert, which is common to all candidates, and the candidates as they are shown. Without any
  both are empty.
  """
  @spec expand(binary, keyword, Macro.Env.t()) :: answer
  def expand(text, bindings, env) do
    state = %{bindings: variables(bindings), env: env}

    case if(String.valid?(text), do: surroundings(text), else: :none) do
      {:code, code, open} -> code |> String.to_charlist() |> Enum.reverse() |> context(open) |> complete(state)
      {:string, content} -> answer(files(content), List.last(String.split(content, "/")))
      :none -> none()
    end
  end

  defp none, do: {"", []}

  # Bindings of macros have keys with a context; those that a person wrote are plain names.
  defp variables(bindings), do: for({name, value} <- bindings, is_atom(name), do: {name, value})

  ## From the front: what the cursor stands in

  # A frame is {:code, text since its start (reversed), open brackets as [{bracket, reversed text before it}]},
  # or {:text, closing characters, interpolated?, reversed content, kind}.
  defp surroundings(text), do: scan(String.to_charlist(text), [{:code, [], []}])

  defp scan([], [{:code, code, open} | _]), do: {:code, code |> Enum.reverse() |> List.to_string(), Enum.map(open, fn {bracket, before} -> {bracket, before} end)}
  defp scan([], [{:text, _, _, content, :string} | _]), do: {:string, content |> Enum.reverse() |> List.to_string()}
  defp scan([], _), do: :none

  defp scan(chars, [{:text, closing, interpolated?, content, kind} | outer]) do
    cond do
      starts?(chars, closing) ->
        scan(Enum.drop(chars, length(closing)), add(outer, ~c"\"\""))

      interpolated? and starts?(chars, ~c"\#{") ->
        scan(Enum.drop(chars, 2), [{:code, [], []}, {:text, closing, interpolated?, content, kind} | outer])

      match?([?\\, _ | _], chars) ->
        [_, c | rest] = chars
        scan(rest, [{:text, closing, interpolated?, [c | content], kind} | outer])

      true ->
        [c | rest] = chars
        scan(rest, [{:text, closing, interpolated?, [c | content], kind} | outer])
    end
  end

  defp scan([?# | rest], frames), do: comment(rest, frames)
  defp scan([?", ?", ?" | rest], frames), do: scan(rest, [{:text, ~c"\"\"\"", true, [], :heredoc} | frames])
  defp scan([?', ?', ?' | rest], frames), do: scan(rest, [{:text, ~c"'''", true, [], :heredoc} | frames])

  defp scan([quote | rest], [{:code, code, _} | _] = frames) when quote in [?", ?'] do
    kind = if match?([?: | _], code) and not match?([?:, ?: | _], code), do: :atom, else: :string
    scan(rest, [{:text, [quote], true, [], kind} | frames])
  end

  # A character's literal, unless the question mark ends a name.
  defp scan([??, ?\\, c | rest], [{:code, code, _} | _] = frames), do: if(name_before?(code), do: scan([?\\, c | rest], add(frames, ~c"?")), else: scan(rest, add(frames, [??, ?\\, ?a])))
  defp scan([??, c | rest], [{:code, code, _} | _] = frames), do: if(name_before?(code), do: scan([c | rest], add(frames, ~c"?")), else: scan(rest, add(frames, [??, if(c in ~c"\"'([{<)]}>#", do: ?a, else: c)])))

  defp scan([?~ | rest], frames) do
    {letters, behind} = Enum.split_while(rest, &(&1 in ?a..?z or &1 in ?A..?Z or &1 in ?0..?9))

    case {letters, behind} do
      {[_ | _], [?", ?", ?" | behind]} -> scan(behind, [{:text, ~c"\"\"\"", hd(letters) in ?a..?z, [], :heredoc} | frames])
      {[_ | _], [?', ?', ?' | behind]} -> scan(behind, [{:text, ~c"'''", hd(letters) in ?a..?z, [], :heredoc} | frames])
      {[_ | _], [open | behind]} when open in ~c"\"'/|([{<" -> scan(behind, [{:text, [closing(open)], hd(letters) in ?a..?z, [], :sigil} | frames])
      _ -> scan(rest, add(frames, ~c"~"))
    end
  end

  defp scan([?<, ?< | rest], frames), do: scan(rest, frames |> open(:bits) |> add(~c"<<"))
  defp scan([?>, ?> | rest], frames), do: scan(rest, frames |> close(:bits) |> add(~c">>"))
  defp scan([c | rest], frames) when c in ~c"([{", do: scan(rest, frames |> open(c) |> add([c]))

  # The end of an interpolation: back to the text around it.
  defp scan([?} | rest], [{:code, _, []}, {:text, _, _, _, _} = text | outer]), do: scan(rest, [text | outer])
  defp scan([?} | rest], frames), do: scan(rest, frames |> close(?{) |> add(~c"}"))
  defp scan([?) | rest], frames), do: scan(rest, frames |> close(?() |> add(~c")"))
  defp scan([?] | rest], frames), do: scan(rest, frames |> close(?[) |> add(~c"]"))
  defp scan([c | rest], frames), do: scan(rest, add(frames, [c]))

  defp comment([], _), do: :none
  defp comment([?\n | rest], frames), do: scan(rest, add(frames, ~c"\n"))
  defp comment([_ | rest], frames), do: comment(rest, frames)

  defp starts?(chars, prefix), do: List.starts_with?(chars, prefix)
  defp add([{:code, code, open} | outer], chars), do: [{:code, Enum.reverse(chars) ++ code, open} | outer]
  defp open([{:code, code, open} | outer], bracket), do: [{:code, code, [{bracket, code} | open]} | outer]
  defp close([{:code, code, [{bracket, _} | open]} | outer], bracket), do: [{:code, code, open} | outer]
  defp close(frames, _), do: frames

  defp closing(?(), do: ?)
  defp closing(?[), do: ?]
  defp closing(?{), do: ?}
  defp closing(?<), do: ?>
  defp closing(other), do: other

  defp name_before?([c | _]), do: name_char?(c)
  defp name_before?([]), do: false

  defp name_char?(c), do: c in ?a..?z or c in ?A..?Z or c in ?0..?9 or c == ?_ or c >= 128

  ## From the cursor backwards: the context

  defp context(reversed, open) do
    {hint, before} = name(reversed)
    # `Enum.` may end a line.
    before = if match?([?. | _], Enum.drop_while(before, &(&1 in ~c" \n\t"))), do: Enum.drop_while(before, &(&1 in ~c" \n\t")), else: before

    case {hint, before} do
      {[digit | _], _} when digit in ?0..?9 -> arity(before, open)
      {[], [?/ | _]} -> arity(before, open)
      {_, [?., ?. | _]} -> local(hint, before, open)
      {_, [?. | rest]} -> dot(hint, path(rest))
      {_, [?:, ?: | _]} -> if(in_bits?(open), do: {:bits, hint}, else: local(hint, before, open))
      {_, [?: | rest]} -> if(rest == [] or not (name_before?(rest) or hd(rest) in ~c"\"'"), do: {:erlang, hint}, else: :none)
      {[c | _], [?- | rest]} when c in ?a..?z -> if(in_bits?(open) and bits_before?(rest), do: {:bits, hint}, else: local(hint, before, open))
      {[], [?- | rest]} -> if(in_bits?(open) and bits_before?(rest), do: {:bits, hint}, else: local(hint, before, open))
      {_, [?% | _]} -> {:struct, [], hint}
      {_, [?~ | _]} -> {:sigil, hint}
      {_, [?@ | _]} -> :none
      {[], [?( | rest]} -> call(rest)
      {_, [?? | _]} -> :none
      {_, [?^ | _]} -> {:variable, hint}
      _ -> local(hint, before, open)
    end
  end

  # The name that ends the text, and what stands before it (reversed).
  defp name([mark, c | rest]) when mark in ~c"?!" do
    if name_char?(c) do
      {name, before} = name([c | rest])
      {name ++ [mark], before}
    else
      {[], [mark, c | rest]}
    end
  end

  defp name(reversed) do
    {name, before} = Enum.split_while(reversed, &name_char?/1)
    {Enum.reverse(name), before}
  end

  defp in_bits?([{:bits, _} | _]), do: true
  defp in_bits?([{?(, _} | open]), do: in_bits?(open)
  defp in_bits?(_), do: false

  # `::integer-` and the like: types go on.
  defp bits_before?(reversed) do
    {_, before} = reversed |> Enum.drop_while(&(&1 == ?))) |> Enum.split_while(&(name_char?(&1) or &1 in ~c"-()"))
    match?([?:, ?: | _], before)
  end

  # What stands before a dot, as a list: names of variables and fields as charlists, aliases, an Erlang atom.
  defp path(reversed) do
    case name(Enum.drop_while(reversed, &(&1 in ~c" \n\t"))) do
      {[], _} -> :none
      {[digit | _], _} when digit in ?0..?9 -> :none
      {name, [?., ?. | before]} -> {:ok, [name], [?., ?. | before]}
      {name, [?. | before]} -> with({:ok, path, before} <- path(before), do: {:ok, path ++ [name], before})
      {name, [?:, ?: | before]} -> {:ok, [name], [?:, ?: | before]}
      {name, [?: | before]} -> {:ok, [{:erlang, name}], before}
      {_, [?@ | _]} -> :none
      {name, before} -> {:ok, [name], before}
    end
  end

  defp dot(hint, {:ok, path, [?% | _]}), do: {:struct, path, hint}
  defp dot(hint, {:ok, path, _}), do: {:dot, path, hint}
  defp dot(_, :none), do: :none

  # `Enum.map/` and `map/2`, where a number is expected.
  defp arity([?/ | rest], _) do
    case name(rest) do
      {[c | _] = name, [?. | before]} when c in ?a..?z or c == ?_ -> with({:ok, path, _} <- path(before), do: {:arity, path, name})
      {[c | _] = name, _} when c in ?a..?z or c == ?_ -> {:arity, [], name}
      _ -> :none
    end
  end

  defp arity(_, _), do: :none

  # `Enum.map(`: how it is called.
  defp call(reversed) do
    case name(reversed) do
      {[], _} -> {:local, []}
      {name, [?. | before]} -> with({:ok, path, _} <- path(before), do: {:call, path, name})
      {name, _} -> {:call, [], name}
    end
  end

  # A lone name: a key inside of `%Name{` and `%{value |`, a part of `Alias.{`, else an alias, a variable, a function.
  defp local(hint, before, [{?{, outside} | _] = open) do
    inside = before |> Enum.take(length(before) - length(outside) - 1) |> Enum.reverse()
    keys? = match?([c | _] when c in ~c"{,|", Enum.drop_while(before, &(&1 in ~c" \n\t")))

    case outside do
      [?. | rest] -> with({:ok, path, _} <- path(rest), do: {:dot, path, hint})
      _ -> if(keys?, do: container(outside, inside, hint, open), else: lone(hint))
    end
  end

  defp local(hint, _, _), do: lone(hint)

  defp container([?% | _], inside, hint, _) do
    case Enum.split_while(inside, &(&1 != ?|)) do
      {value, [?| | rest]} ->
        case value |> Enum.reverse() |> path() do
          {:ok, path, before} -> if(Enum.all?(before, &(&1 in ~c" \n\t")), do: {:keys, path, used(rest), hint}, else: lone(hint))
          :none -> lone(hint)
        end

      _ ->
        lone(hint)
    end
  end

  defp container(outside, inside, hint, _) do
    case path(outside) do
      {:ok, path, [?% | _]} ->
        case Enum.split_while(inside, &(&1 != ?|)) do
          {_, [?| | rest]} -> {:struct_keys, path, used(rest), hint}
          {all, []} -> {:struct_keys, path, used(all), hint}
        end

      _ ->
        lone(hint)
    end
  end

  # Keys that are given already.
  defp used(chars), do: for(part <- String.split(List.to_string(chars), ","), [key, _] <- [String.split(part, ":", parts: 2)], do: String.trim(key))

  defp lone([c | _] = hint) when c in ?A..?Z, do: {:alias, hint}
  defp lone(hint), do: {:local, hint}

  ## Candidates: {shown, inserted}

  defp complete(:none, _), do: none()
  defp complete({:local, hint}, state), do: answer(locals(state), hint)
  defp complete({:variable, hint}, state), do: answer(for({name, _} <- Enum.sort(state.bindings), do: {Atom.to_string(name), Atom.to_string(name)}), hint)
  defp complete({:alias, hint}, state), do: modules(aliases(state.env) ++ children(""), hint)
  defp complete({:erlang, hint}, _), do: modules(erlang_modules(hint), hint)
  defp complete({:bits, hint}, _), do: answer(for(name <- @bit_types, do: {name, hd(String.split(name, "/"))}), hint)
  defp complete({:sigil, []}, state), do: answer(sigils(state.env), [])
  defp complete({:sigil, _}, _), do: {"", ~w[" """ ' ''' ( / < \[ { |]}
  defp complete({:struct, path, hint}, state), do: answer(structs(module_of(path, state), hint, state.env), hint)

  defp complete({:dot, path, hint}, state) do
    upper? = match?([c | _] when c in ?A..?Z, hint)

    case value_of(path, state) do
      {:module, module} when upper? -> modules(children(Atom.to_string(module)), hint)
      {:module, module} when hint == [] -> answer(Enum.map(children(Atom.to_string(module)), &elem(&1, 0)) |> Enum.map(&{&1, &1}), [], functions(module))
      {:module, module} -> answer(functions(module), hint)
      {:value, module} when is_atom(module) and module not in [nil, true, false] -> answer(functions(module), hint)
      {:value, %{} = map} -> fields(map, hint)
      _ -> none()
    end
  end

  defp complete({:keys, path, used, hint}, state) do
    case value_of(path, state) do
      {:value, %{} = map} -> keys(Map.keys(map), used, hint)
      _ -> none()
    end
  end

  defp complete({:struct_keys, path, used, hint}, state) do
    case struct_fields(module_of(path, state)) do
      [] -> none()
      fields -> keys(fields, used, hint)
    end
  end

  defp complete({:arity, path, name}, state) do
    name = List.to_string(name)
    {"", for({shown, ^name} <- functions_at(path, state), String.contains?(shown, "/"), do: shown)}
  end

  defp complete({:call, path, name}, state) do
    name = List.to_string(name)
    modules = if path == [], do: importers(state.env, name) ++ [Kernel.SpecialForms], else: [module_of(path, state)]

    case Enum.flat_map(modules, &signatures(&1, name)) do
      [] -> none()
      found -> {"", Enum.uniq(found)}
    end
  end

  defp functions_at([], state), do: locals(state)

  defp functions_at(path, state) do
    case value_of(path, state) do
      {:module, module} -> functions(module)
      {:value, module} when is_atom(module) -> functions(module)
      _ -> []
    end
  end

  defp keys(keys, used, hint) do
    names = for key <- Enum.sort(keys), is_atom(key), key not in [:__struct__, :__exception__], name = Atom.to_string(key), name not in used, do: name
    answer(for(name <- names, do: {Macro.inspect_atom(:key, String.to_atom(name)), Macro.inspect_atom(:key, String.to_atom(name)) <> " "}), hint)
  end

  # Fields of a map that can be written behind a dot.
  defp fields(map, hint) do
    names = for key <- Enum.sort(Map.keys(map)), is_atom(key), key not in [:__struct__, :__exception__], do: Macro.inspect_atom(:remote_call, key)

    case Enum.filter(names, &String.starts_with?(&1, List.to_string(hint))) do
      [name] ->
        # A complete name of a map: its own fields come next.
        deeper? = name == List.to_string(hint) and match?(%{}, Map.get(map, String.to_atom(name)))
        if deeper?, do: {".", []}, else: answer([{name, name}], hint)

      _ ->
        answer(for(name <- names, do: {name, name}), hint)
    end
  end

  # Modules as {last part, is it a module itself or only the beginning of others' names}: complete ones get a dot.
  defp modules(found, hint) do
    hint = List.to_string(hint)

    case found |> Enum.filter(fn {name, _} -> String.starts_with?(name, hint) end) |> Enum.uniq_by(&elem(&1, 0)) do
      [{^hint, _}] -> {".", []}
      found -> answer(for({name, _} <- Enum.sort(found), do: {name, name}), String.to_charlist(hint))
    end
  end

  # Names of the bindings, fields of maps, modules.
  defp value_of([{:erlang, name}], _), do: {:module, List.to_atom(name)}

  defp value_of([[c | _] | _] = path, state) when c in ?A..?Z do
    {aliases, rest} = Enum.split_while(path, &match?([c | _] when c in ?A..?Z, &1))
    if rest == [], do: {:module, module_of(aliases, state)}, else: :none
  end

  defp value_of([~c"__MODULE__"], state), do: if(state.env.module, do: {:module, state.env.module}, else: :none)

  defp value_of([name | fields], state) when is_list(name) do
    case Enum.find(state.bindings, fn {bound, _} -> Atom.to_charlist(bound) == name end) do
      {_, value} -> field_of(value, fields)
      nil -> :none
    end
  end

  defp value_of(_, _), do: :none

  defp field_of(value, []), do: {:value, value}

  defp field_of(%{} = map, [name | rest]) do
    case Enum.find(map, fn {key, _} -> is_atom(key) and Atom.to_charlist(key) == name end) do
      {_, value} -> field_of(value, rest)
      nil -> :none
    end
  rescue
    # A struct need not be enumerable.
    Protocol.UndefinedError -> map |> Map.from_struct() |> field_of([name | rest])
  end

  defp field_of(_, _), do: :none

  # The module that aliases mean here; parts that are not spelled like aliases give nil.
  defp module_of([], _), do: nil
  defp module_of([{:erlang, name}], _), do: List.to_atom(name)
  defp module_of([~c"__MODULE__"], state), do: state.env.module

  defp module_of([first | rest] = path, state) do
    if Enum.all?(path, &match?([c | _] when c in ?A..?Z, &1)) do
      alias_name = List.to_atom(~c"Elixir." ++ first)
      base = Keyword.get(state.env.aliases, alias_name, alias_name)
      Module.concat([base | Enum.map(rest, &List.to_string/1)])
    else
      case value_of(path, state) do
        {:value, %{__struct__: module}} -> module
        {:value, module} when is_atom(module) -> module
        _ -> nil
      end
    end
  end

  ## The answer

  defp answer(found, hint, more) do
    all = found ++ more
    answer(all, hint)
  end

  defp answer(found, hint) do
    hint = if is_list(hint), do: List.to_string(hint), else: hint

    case found |> Enum.filter(fn {_, inserted} -> String.starts_with?(inserted, hint) end) |> Enum.uniq() do
      [] ->
        none()

      [{shown, inserted}] ->
        rest = drop(inserted, hint)
        {rest, if(rest == "", do: [shown], else: [])}

      several ->
        common = several |> Enum.map(&elem(&1, 1)) |> Enum.reduce(&common/2)
        {drop(common, hint), Enum.map(several, &elem(&1, 0))}
    end
  end

  defp drop(text, prefix), do: binary_part(text, byte_size(prefix), byte_size(text) - byte_size(prefix))

  defp common(a, b), do: common(String.to_charlist(a), String.to_charlist(b), [])
  defp common([c | a], [c | b], found), do: common(a, b, [c | found])
  defp common(_, _, found), do: found |> Enum.reverse() |> List.to_string()
end
