# SPDX-License-Identifier: Apache-2.0
#
# Module: names of modules, and the module that is being compiled (its attributes and definitions).
# Invariant: everything about an open module is the compiler's; these functions check arguments and ask `:joist_module`,
# which refuses modules that are already closed.
defmodule Module do
  @moduledoc "Module names, attributes and definitions at compile time."

  @type definition :: {atom, arity}
  @type def_kind :: :def | :defp | :defmacro | :defmacrop

  @doc "Joins parts to a module name.\n\n    iex> Module.concat([Foo, \"Bar\"])\n    Foo.Bar"
  @spec concat([binary | atom]) :: atom
  def concat(list) when is_list(list), do: :erlang.binary_to_atom(join(list))

  @doc "Joins two parts.\n\n    iex> Module.concat(Foo, :Bar)\n    Foo.Bar"
  @spec concat(binary | atom, binary | atom) :: atom
  def concat(left, right), do: :erlang.binary_to_atom(join([left, right]))

  @doc "Like `concat/1`, for atoms that exist."
  @spec safe_concat([binary | atom]) :: atom
  def safe_concat(list) when is_list(list), do: :erlang.binary_to_existing_atom(join(list))

  @doc "Like `concat/2`, for atoms that exist."
  @spec safe_concat(binary | atom, binary | atom) :: atom
  def safe_concat(left, right), do: :erlang.binary_to_existing_atom(join([left, right]))

  defp join(parts), do: join(parts, <<"Elixir">>)

  defp join([part | rest], acc) do
    case part_name(part) do
      <<>> -> join(rest, acc)
      name -> join(rest, <<acc::binary, ?., name::binary>>)
    end
  end

  defp join([], acc), do: acc

  defp part_name(nil), do: <<>>
  defp part_name(atom) when is_atom(atom), do: strip(:erlang.atom_to_binary(atom))
  defp part_name(binary) when is_binary(binary), do: strip(binary)

  defp strip("Elixir"), do: <<>>
  defp strip(<<"Elixir.", rest::binary>>), do: rest
  defp strip(<<".", rest::binary>>), do: rest
  defp strip(binary), do: binary

  @doc "The parts of a module name.\n\n    iex> Module.split(Foo.Bar)\n    [\"Foo\", \"Bar\"]"
  @spec split(module | String.t()) :: [String.t(), ...]
  def split(module) when is_atom(module), do: split(:erlang.atom_to_binary(module), module)
  def split(module) when is_binary(module), do: split(module, module)

  defp split(<<"Elixir.", name::binary>>, _) when name != "", do: :binary.split(name, ".", [:global])

  defp split(_, module) do
    raise ArgumentError, "expected an Elixir module, got: #{inspect(module)}"
  end

  @doc "Defines a module from quoted code."
  @spec create(module, Macro.t(), Macro.Env.t() | keyword) :: {:module, module, binary, term}
  def create(module, quoted, env_or_opts)

  def create(module, quoted, %{__struct__: Macro.Env} = env) when is_atom(module),
    do: :joist_module.create(module, quoted, env)

  def create(module, quoted, opts) when is_atom(module) and is_list(opts) do
    if :lists.keyfind(:file, 1, opts) == false do
      raise ArgumentError, "expected :file to be given as option"
    end

    :joist_module.create(module, quoted, :joist_code.env_for_eval(opts))
  end

  @doc "Is the module being compiled right now?"
  @spec open?(module) :: boolean
  def open?(module) when is_atom(module), do: :joist_module.open(module)

  @doc "Evaluates quoted code in an open module."
  @spec eval_quoted(module | Macro.Env.t(), Macro.t(), list, keyword | Macro.Env.t()) :: term
  def eval_quoted(module_or_env, quoted, binding \\ [], opts \\ [])

  def eval_quoted(%{__struct__: Macro.Env, module: module} = env, quoted, binding, _),
    do: :erlang.element(1, :joist_module.eval_quoted(module, quoted, binding, env))

  def eval_quoted(module, quoted, binding, %{__struct__: Macro.Env} = env) when is_atom(module),
    do: :erlang.element(1, :joist_module.eval_quoted(module, quoted, binding, env))

  def eval_quoted(module, quoted, binding, opts) when is_atom(module) and is_list(opts) do
    env = :joist_code.env_for_eval([{:module, module} | opts])
    :erlang.element(1, :joist_module.eval_quoted(module, quoted, binding, env))
  end

  ## Attributes

  @doc "Sets an attribute, or adds to one that accumulates."
  @spec put_attribute(module, atom, term) :: :ok
  def put_attribute(module, key, value) when is_atom(module) and is_atom(key),
    do: :joist_module.put_attribute(module, key, value, nil)

  @doc "The value of an attribute."
  @spec get_attribute(module, atom, term) :: term
  def get_attribute(module, key, default \\ nil) when is_atom(module) and is_atom(key),
    do: :joist_module.get_attribute(module, key, default)

  @doc "The last value of an attribute that accumulates."
  @spec get_last_attribute(module, atom, term) :: term
  def get_last_attribute(module, key, default \\ nil) when is_atom(module) and is_atom(key) do
    case :joist_module.get_attribute(module, key, []) do
      [last | _] -> last
      _ -> default
    end
  end

  @doc "Has the attribute been set or registered?"
  @spec has_attribute?(module, atom) :: boolean
  def has_attribute?(module, key) when is_atom(module) and is_atom(key), do: :joist_module.has_attribute(module, key)

  @doc "Removes an attribute and gives its value."
  @spec delete_attribute(module, atom) :: term
  def delete_attribute(module, key) when is_atom(module) and is_atom(key), do: :joist_module.delete_attribute(module, key)

  @doc "Declares an attribute; options `accumulate:` and `persist:`."
  @spec register_attribute(module, atom, accumulate: boolean, persist: boolean) :: :ok
  def register_attribute(module, attribute, options) when is_atom(module) and is_atom(attribute) and is_list(options),
    do: :joist_module.register_attribute(module, attribute, options)

  @doc "The names of all attributes of an open module."
  @spec attributes_in(module) :: [atom]
  def attributes_in(module) when is_atom(module), do: :joist_module.attributes_in(module)

  @reserved %{
    after_compile: %{doc: "A hook that runs right after the module was compiled."},
    after_verify: %{doc: "A hook that runs right after the module was verified."},
    before_compile: %{doc: "A hook that runs before the module is compiled."},
    behaviour: %{doc: "Names a behaviour this module follows."},
    callback: %{doc: "Specifies a callback."},
    compile: %{doc: "Options for the compiler."},
    deprecated: %{doc: "Marks the next function as deprecated."},
    derive: %{doc: "Derives protocols for the struct of this module."},
    dialyzer: %{doc: "Options for a static analyser."},
    doc: %{doc: "Documentation of the next function or macro."},
    enforce_keys: %{doc: "Keys that must be given when the struct is built."},
    external_resource: %{doc: "A file this module depends on."},
    file: %{doc: "Changes the file name in stack traces."},
    impl: %{doc: "Marks the next function as a callback."},
    macrocallback: %{doc: "Specifies a macro callback."},
    moduledoc: %{doc: "Documentation of the module."},
    nifs: %{doc: "Functions replaced by native ones."},
    on_definition: %{doc: "A hook that runs at each definition."},
    on_load: %{doc: "A hook that runs when the module is loaded."},
    opaque: %{doc: "An opaque type."},
    optional_callbacks: %{doc: "Callbacks that need not be there."},
    spec: %{doc: "The types of the next function."},
    type: %{doc: "A type."},
    typedoc: %{doc: "Documentation of the next type."},
    typep: %{doc: "A private type."},
    vsn: %{doc: "The version of the module."}
  }

  @doc "The attributes with a meaning of their own."
  @spec reserved_attributes() :: map
  def reserved_attributes(), do: @reserved

  ## Definitions

  @doc "Does the open module define the function or macro?"
  @spec defines?(module, definition) :: boolean
  def defines?(module, {name, arity} = tuple) when is_atom(module) and is_atom(name) and is_integer(arity),
    do: :joist_module.defines(module, tuple, nil)

  @doc "Does the open module define it as that kind?"
  @spec defines?(module, definition, def_kind) :: boolean
  def defines?(module, {name, arity} = tuple, kind)
      when is_atom(module) and is_atom(name) and is_integer(arity) and kind in [:def, :defp, :defmacro, :defmacrop],
      do: :joist_module.defines(module, tuple, kind)

  @doc "All definitions of an open module."
  @spec definitions_in(module) :: [definition]
  def definitions_in(module) when is_atom(module), do: :joist_module.definitions(module, nil)

  @doc "All definitions of a kind."
  @spec definitions_in(module, def_kind) :: [definition]
  def definitions_in(module, kind) when is_atom(module) and kind in [:def, :defp, :defmacro, :defmacrop],
    do: :joist_module.definitions(module, kind)

  @doc "A definition as `{:v1, kind, meta, clauses}`, or `nil`."
  @spec get_definition(module, definition, keyword) :: {:v1, def_kind, keyword, list} | nil
  def get_definition(module, {name, arity} = tuple, _opts \\ [])
      when is_atom(module) and is_atom(name) and is_integer(arity),
      do: :joist_module.definition(module, tuple)

  @doc "Removes a definition."
  @spec delete_definition(module, definition) :: boolean
  def delete_definition(module, {name, arity} = tuple) when is_atom(module) and is_atom(name) and is_integer(arity),
    do: :joist_module.delete_definition(module, tuple)

  @doc "Makes definitions overridable: a list of name and arity, or a behaviour."
  @spec make_overridable(module, [definition] | module) :: :ok
  def make_overridable(module, tuples) when is_atom(module) and is_list(tuples) do
    :lists.foreach(
      fn
        {name, arity} when is_atom(name) and is_integer(arity) and arity >= 0 and arity <= 255 ->
          :ok

        other ->
          raise ArgumentError,
                "each element in tuple list has to be a {function_name :: atom, arity :: 0..255} tuple, got: " <>
                  inspect(other)
      end,
      tuples
    )

    case :joist_module.make_overridable(module, tuples) do
      :ok ->
        :ok

      {:undefined, {name, arity}} ->
        raise ArgumentError,
              "cannot make function #{name}/#{arity} overridable because it was not defined"
    end
  end

  def make_overridable(module, behaviour) when is_atom(module) and is_atom(behaviour) do
    if not :lists.member(behaviour, :joist_module.get_attribute(module, :behaviour, [])) do
      raise ArgumentError,
            "cannot pass module #{inspect(behaviour)} as argument to defoverridable/1 because its corresponding " <>
              "behaviour is missing. Did you forget to add @behaviour #{inspect(behaviour)}?"
    end

    if not function_exported?(behaviour, :behaviour_info, 1) do
      raise ArgumentError,
            "cannot pass module #{inspect(behaviour)} as argument to defoverridable/1 because it does not define " <>
              "any callbacks"
    end

    callbacks = for pair <- behaviour.behaviour_info(:callbacks), do: callback_pair(pair)
    make_overridable(module, for(pair <- callbacks, :joist_module.defines(module, pair, nil), do: pair))
  end

  defp callback_pair({name, arity}) do
    case :erlang.atom_to_binary(name) do
      <<"MACRO-", rest::binary>> -> {:erlang.binary_to_atom(rest), arity - 1}
      _ -> {name, arity}
    end
  end

  @doc "Is the definition overridable?"
  @spec overridable?(module, definition) :: boolean
  def overridable?(module, tuple) when is_atom(module), do: :lists.member(tuple, :joist_module.overridables(module))

  @doc "All overridable definitions."
  @spec overridables_in(module) :: [definition]
  def overridables_in(module) when is_atom(module), do: :joist_module.overridables(module)

  @doc "Does the open module define the type?"
  @spec defines_type?(module, definition) :: boolean
  def defines_type?(module, {name, arity}) when is_atom(module) do
    types =
      :joist_module.get_attribute(module, :type, []) ++
        :joist_module.get_attribute(module, :typep, []) ++ :joist_module.get_attribute(module, :opaque, [])

    :lists.any(fn type -> type_head(type) == {name, arity} end, types)
  end

  defp type_head({_, expr, _}), do: type_head(expr)

  defp type_head({:"::", _, [{name, _, args}, _]}) when is_atom(name),
    do: {name, if(is_list(args), do: length(args), else: 0)}

  defp type_head(_), do: nil

  @doc "Makes the specs of a function callbacks too."
  @spec spec_to_callback(module, definition) :: boolean
  def spec_to_callback(module, {name, arity}) when is_atom(module) do
    specs = :joist_module.get_attribute(module, :spec, [])
    found = for spec <- specs, spec_head(spec) == {name, arity}, do: spec
    :lists.foreach(fn spec -> :joist_module.put_attribute(module, :callback, spec, nil) end, found)
    found != []
  end

  defp spec_head({:spec, expr, _}), do: spec_head(expr)
  defp spec_head({:when, _, [expr, _]}), do: spec_head(expr)
  defp spec_head({:"::", _, [{name, _, args}, _]}) when is_atom(name), do: {name, if(is_list(args), do: length(args), else: 0)}
  defp spec_head(_), do: nil
end
