# SPDX-License-Identifier: Apache-2.0
#
# Macro.Env: what the compiler knows at a place in the code; `__ENV__` and `__CALLER__` give it.
# Invariant: the fields are those of Elixir 1.18; the compiler builds and reads this map, functions here only look.
defmodule Macro.Env do
  @moduledoc "The compile-time environment: module, function, file, line, aliases, imports, variables."

  @type t :: %Macro.Env{}
  @type name_arity :: {atom, arity}

  defstruct aliases: [],
            context: nil,
            context_modules: [],
            file: "nofile",
            function: nil,
            functions: [],
            lexical_tracker: nil,
            line: 0,
            macro_aliases: [],
            macros: [],
            module: nil,
            requires: [],
            tracers: [],
            versioned_vars: %{}

  @doc "The variables in scope as `{name, context}`."
  @spec vars(t) :: [{atom, atom | term}]
  def vars(%{__struct__: Macro.Env, versioned_vars: vars}), do: :maps.keys(vars)

  @doc "Is the variable in scope?"
  @spec has_var?(t, {atom, atom}) :: boolean
  def has_var?(%{__struct__: Macro.Env, versioned_vars: vars}, variable), do: :erlang.is_map_key(variable, vars)

  @doc "Has the module been required?"
  @spec required?(t, module) :: boolean
  def required?(%{__struct__: Macro.Env, requires: requires}, module) when is_atom(module),
    do: :lists.member(module, requires)

  @doc "Puts a tracer in front."
  @spec prepend_tracer(t, module) :: t
  def prepend_tracer(%{__struct__: Macro.Env, tracers: tracers} = env, tracer), do: %{env | tracers: [tracer | tracers]}

  @doc "File and line as a keyword list.\n\n    iex> Keyword.keys(Macro.Env.location(__ENV__))\n    [:file, :line]"
  @spec location(t) :: keyword
  def location(%{__struct__: Macro.Env, file: file, line: line}), do: [file: file, line: line]

  @doc "The module an alias stands for: `{:ok, module}` or `:error`."
  @spec fetch_alias(t, atom) :: {:ok, atom} | :error
  def fetch_alias(%{__struct__: Macro.Env, aliases: aliases}, name) when is_atom(name),
    do: find(aliases, alias_atom(name))

  @doc "Like `fetch_alias/2` for aliases made by macros."
  @spec fetch_macro_alias(t, atom) :: {:ok, atom} | :error
  def fetch_macro_alias(%{__struct__: Macro.Env, macro_aliases: aliases}, name) when is_atom(name),
    do: find(aliases, alias_atom(name))

  defp alias_atom(name), do: :erlang.binary_to_atom(<<"Elixir.", :erlang.atom_to_binary(name)::binary>>)

  defp find(pairs, key) do
    case :lists.keyfind(key, 1, pairs) do
      {_, value} -> {:ok, value}
      false -> :error
    end
  end

  @doc "The aliases under which a module is known."
  @spec lookup_alias_as(t, atom) :: [atom]
  def lookup_alias_as(%{__struct__: Macro.Env, aliases: aliases}, module) when is_atom(module),
    do: for({name, ^module} <- aliases, do: name)

  @doc "Where an imported name comes from.\n\n    iex> Macro.Env.lookup_import(__ENV__, {:length, 1})\n    [function: Kernel]"
  @spec lookup_import(t, name_arity) :: [{:function | :macro, module}]
  def lookup_import(%{__struct__: Macro.Env, functions: functions, macros: macros}, {name, arity} = pair)
      when is_atom(name) and is_integer(arity) do
    from_functions = for {module, pairs} <- functions, :lists.member(pair, pairs), do: {:function, module}
    from_macros = for {module, pairs} <- macros, :lists.member(pair, pairs), do: {:macro, module}
    from_functions ++ from_macros
  end

  @doc "Expands alias parts: `{:alias, module}` or `:error`."
  @spec expand_alias(t, keyword, [atom], keyword) :: {:alias, atom} | :error
  def expand_alias(%{__struct__: Macro.Env} = env, meta, parts, _opts \\ []) do
    case :joist_macro.expand_once({:__aliases__, meta, parts}, env) do
      {module, true} when is_atom(module) -> if module == Module.concat(parts), do: :error, else: {:alias, module}
      _ -> :error
    end
  end

  @doc "The environment with one more alias."
  @spec define_alias(t, keyword, atom, keyword) :: {:ok, t} | {:error, String.t()}
  def define_alias(%{__struct__: Macro.Env} = env, _meta, module, opts \\ []) do
    name =
      case :lists.keyfind(:as, 1, opts) do
        {:as, as} -> as
        false -> :erlang.binary_to_atom(<<"Elixir.", :lists.last(Module.split(module))::binary>>)
      end

    {:ok, %{env | aliases: :lists.keystore(name, 1, :erlang.map_get(:aliases, env), {name, module})}}
  end

  @doc "The environment with a module required."
  @spec define_require(t, keyword, module, keyword) :: {:ok, t}
  def define_require(%{__struct__: Macro.Env, requires: requires} = env, _meta, module, _opts \\ []),
    do: {:ok, %{env | requires: :lists.usort([module | requires])}}

  @doc "The environment without what only the running compilation needs."
  @spec prune_compile_info(t) :: t
  def prune_compile_info(%{__struct__: Macro.Env} = env), do: %{env | lexical_tracker: nil, tracers: []}

  @doc "Is it the environment of a guard?"
  @spec in_guard?(t) :: boolean
  def in_guard?(%{__struct__: Macro.Env, context: context}), do: context == :guard

  @doc "Is it the environment of a pattern?"
  @spec in_match?(t) :: boolean
  def in_match?(%{__struct__: Macro.Env, context: context}), do: context == :match

  @doc "The same place, seen as a pattern."
  @spec to_match(t) :: t
  def to_match(%{__struct__: Macro.Env} = env), do: %{env | context: :match}

  @doc "The same place, seen as a guard."
  @spec to_guard(t) :: t
  def to_guard(%{__struct__: Macro.Env} = env), do: %{env | context: :guard}

  @doc "The place as a stack trace of one entry."
  @spec stacktrace(t) :: list
  def stacktrace(%{__struct__: Macro.Env, file: file, line: line, module: module, function: function}) do
    location = [file: :unicode.characters_to_list(file), line: line]

    case {module, function} do
      {nil, _} -> [{:elixir_compiler, :__FILE__, 1, location}]
      {_, nil} -> [{module, :__MODULE__, 0, location}]
      {_, {name, arity}} -> [{module, name, arity, location}]
    end
  end
end
