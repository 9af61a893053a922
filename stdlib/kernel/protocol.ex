# SPDX-License-Identifier: Apache-2.0
#
# Protocol: how `defprotocol`, `defimpl` and `@derive` become plain modules, and how a call finds its implementation.
# Model: a protocol `P` is a module whose functions look at the type of their first argument. For a type listed in
# `@joist_direct` (library protocols, whose implementations are always there) the clause calls `P.Type.f` straight;
# else `:joist_code.impl_for(P, type)` gives the implementation from one table of the VM, filled on first use by
# `find_impl/3`. The VM forgets the table whenever a module is loaded, so that new implementations are found.
# Invariants: a struct is looked up by its own module only, then `Any` if the protocol says `@fallback_to_any true`;
# the target of an implementation (derived ones point to `P.Any`) is what `__impl__(:target)` says.
defmodule Protocol do
  @moduledoc "Functions for protocols, and the code behind `defprotocol`, `defimpl` and `@derive`."

  @guards [
    Tuple: :is_tuple,
    Atom: :is_atom,
    List: :is_list,
    Map: :is_map,
    BitString: :is_bitstring,
    Integer: :is_integer,
    Float: :is_float,
    Function: :is_function,
    PID: :is_pid,
    Port: :is_port,
    Reference: :is_reference
  ]

  @doc false
  # Expansion of `defprotocol`.
  def define(name, block, caller) do
    statements = statements(block)
    functions = for {:def, _, [head | _]} = node <- statements, do: function_head(head, node, caller)
    direct = direct_types(statements)
    fallback = fallback(statements)
    body = for statement <- statements, do: in_place(statement, direct, fallback, caller)
    pairs = for {name, args} <- :lists.usort(functions), do: {name, length(args)}

    quote do
      defmodule unquote(name) do
        @fallback_to_any false
        @joist_direct []
        Module.register_attribute(__MODULE__, :__protocol__, persist: true)
        @__protocol__ [fallback_to_any: unquote(fallback)]
        _ = @joist_direct
        _ = @fallback_to_any
        unquote_splicing(body)

        if not Protocol.type_defined?(__MODULE__) do
          @type t :: term
        end

        unquote_splicing(lookups(direct, fallback))
        unquote_splicing(reflection(pairs))
      end
    end
  end

  @doc false
  def type_defined?(module), do: Module.defines_type?(module, {:t, 0})

  defp statements({:__block__, _, statements}), do: statements
  defp statements(statement), do: [statement]

  # A `def` becomes its callback and its dispatching clauses where it stands, so that `@doc` finds it.
  defp in_place({:def, _, [head | _]} = node, direct, fallback, caller) do
    {name, args} = function_head(head, node, caller)
    {_, written} = Macro.decompose_call(head)
    named = for {given, arg} <- :lists.zip(written, args), do: if(is_tuple(given) and is_atom(elem(given, 2)), do: given, else: arg)
    types = [{:t, [], []} | for(_ <- tl(args), do: {:term, [], []})]
    callback = {:"::", [], [{name, [], types}, {:term, [], []}]}

    quote do
      def unquote(name)(unquote_splicing(named))
      unquote(dispatcher(name, args, direct, fallback))
      @callback unquote(callback)
    end
  end

  defp in_place(other, _, _, _), do: other

  defp function_head(_, {:def, _, [{:when, _, _} | _]}, _) do
    raise ArgumentError, "guards are not allowed in protocol definitions"
  end

  defp function_head(_, {:def, _, [_, _]}, _) do
    raise ArgumentError, "protocol functions have no body, they only give name and arguments"
  end

  defp function_head(head, _, _) do
    case Macro.decompose_call(head) do
      {name, [_ | _] = args} when is_atom(name) ->
        :lists.foreach(
          fn
            {:\\, _, _} ->
              raise ArgumentError, "default arguments are not supported in protocol definitions"

            _ ->
              :ok
          end,
          args
        )

        {name, generate(length(args))}

      {_, []} ->
        raise ArgumentError, "protocol functions expect at least one argument"

      _ ->
        raise ArgumentError, "invalid protocol function #{Macro.to_string(head)}"
    end
  end

  defp generate(count), do: Macro.generate_arguments(count, __MODULE__)

  defp direct_types([{:@, _, [{:joist_direct, _, [types]}]} | _]) when is_list(types),
    do: for({:__aliases__, _, [type]} <- types, do: type)

  defp direct_types([_ | rest]), do: direct_types(rest)
  defp direct_types([]), do: []

  defp fallback([{:@, _, [{:fallback_to_any, _, [value]}]} | _]), do: value
  defp fallback([_ | rest]), do: fallback(rest)
  defp fallback([]), do: false

  # The clauses of one protocol function: structs, the direct types, the rest.
  defp dispatcher(name, [term | _] = args, direct, fallback) do
    struct_clause =
      quote do
        def unquote(name)(unquote_splicing([quote(do: %{__struct__: struct} = unquote(term)) | tl(args)]))
            when :erlang.is_atom(struct) do
          case :joist_code.impl_for(__MODULE__, struct) do
            :unknown ->
              Protocol.find_impl!(__MODULE__, struct, unquote(term), unquote(fallback)).unquote(name)(
                unquote_splicing(args)
              )

            nil ->
              Protocol.undefined!(__MODULE__, unquote(term))

            impl ->
              impl.unquote(name)(unquote_splicing(args))
          end
        end
      end

    direct_clauses =
      for {type, guard} <- @guards, :lists.member(type, direct) do
        quote do
          def unquote(name)(unquote_splicing(args)) when :erlang.unquote(guard)(unquote(term)) do
            unquote(in_protocol(type)).unquote(name)(unquote_splicing(args))
          end
        end
      end

    rest =
      quote do
        def unquote(name)(unquote_splicing(args)) do
          impl_for!(unquote(term)).unquote(name)(unquote_splicing(args))
        end
      end

    {:__block__, [], [struct_clause] ++ direct_clauses ++ [rest]}
  end

  defp in_protocol(type), do: {:__aliases__, [alias: false], [{:__MODULE__, [], nil}, type]}

  defp lookups(direct, fallback) do
    struct_clause =
      quote do
        @doc false
        def impl_for(%{__struct__: struct}) when :erlang.is_atom(struct),
          do: Protocol.impl(__MODULE__, struct, unquote(fallback))
      end

    clauses =
      for {type, guard} <- @guards do
        target =
          if :lists.member(type, direct) do
            in_protocol(type)
          else
            quote(do: Protocol.impl(__MODULE__, unquote(Module.concat([type])), unquote(fallback)))
          end

        quote do
          def impl_for(data) when :erlang.unquote(guard)(data), do: unquote(target)
        end
      end

    bang =
      quote do
        @doc false
        def impl_for!(data) do
          case impl_for(data) do
            nil -> Protocol.undefined!(__MODULE__, data)
            impl -> impl
          end
        end
      end

    [struct_clause] ++ clauses ++ [bang]
  end

  defp reflection(pairs) do
    [
      # Reading an attribute that was never set would warn.
      quote do
        if not Module.has_attribute?(__MODULE__, :undefined_impl_description) do
          @undefined_impl_description ""
        end
      end,
      quote do
        @doc false
        def __protocol__(:module), do: __MODULE__
        def __protocol__(:functions), do: unquote(pairs)
        def __protocol__(:consolidated?), do: false
        def __protocol__(:impls), do: :not_consolidated
        def __protocol__(:undefined_impl_description), do: @undefined_impl_description
      end
    ]
  end

  @doc false
  def impl(protocol, target, fallback) do
    case :joist_code.impl_for(protocol, target) do
      :unknown -> find_impl(protocol, target, fallback)
      impl -> impl
    end
  end

  @doc false
  # Fills the VM's table: the implementation for a type, else the one for `Any` where allowed, else `nil`.
  def find_impl(protocol, target, fallback) do
    loads = :joist_code.load_count()

    found =
      case target_of(Module.concat(protocol, target)) do
        nil when fallback == true -> target_of(Module.concat(protocol, Any))
        other -> other
      end

    :joist_code.cache_impl(protocol, target, found, loads)
    found
  end

  @doc false
  def find_impl!(protocol, target, term, fallback) do
    case find_impl(protocol, target, fallback) do
      nil -> undefined!(protocol, term)
      impl -> impl
    end
  end

  @doc false
  def undefined!(protocol, value) do
    :erlang.error(Protocol.UndefinedError.exception(protocol: protocol, value: value))
  end

  defp target_of(module) do
    case :joist_code.ensure_compiled(module, :soft) do
      {:module, _} -> if function_exported?(module, :__impl__, 1), do: module.__impl__(:target)
      _ -> nil
    end
  end

  ## Implementations

  @doc false
  # Expansion of `defimpl`.
  def define_impl(protocol, opts, caller) do
    {block, opts} =
      case :lists.keytake(:do, 1, opts) do
        {:value, {:do, block}, opts} -> {block, opts}
        false -> raise ArgumentError, "defimpl expects a do-end block"
      end

    target =
      case :lists.keyfind(:for, 1, opts) do
        {:for, target} ->
          target

        false ->
          :erlang.map_get(:module, caller) ||
            raise ArgumentError, "defimpl/3 expects a :for option when declared outside a module"
      end

    protocol = Macro.expand(protocol, caller)

    case Macro.expand(target, caller) do
      list when is_list(list) ->
        {:__block__, [], for(item <- list, do: impl_module(protocol, Macro.expand(item, caller), block))}

      target ->
        impl_module(protocol, target, block)
    end
  end

  defp impl_module(protocol, target, block) when is_atom(protocol) and is_atom(target),
    do: impl_body(Module.concat(protocol, target), protocol, target, block)

  # The type is only known at run time (it may be a list then).
  defp impl_module(protocol, target, block) do
    name = quote(do: Module.concat(protocol, target))
    body = impl_body(name, quote(do: protocol), quote(do: target), block)

    quote do
      protocol = unquote(protocol)

      for target <- Protocol.targets(unquote(target)) do
        unquote(body)
      end
    end
  end

  @doc false
  def targets(list) when is_list(list), do: list
  def targets(target), do: [target]

  defp impl_body(name, protocol, target, block) do
    quote do
      defmodule unquote(name) do
        @moduledoc false
        Protocol.assert_protocol!(unquote(protocol))
        Module.register_attribute(__MODULE__, :__impl__, persist: true)
        @__impl__ [protocol: unquote(protocol), for: unquote(target)]
        @behaviour unquote(protocol)
        @protocol unquote(protocol)
        @for unquote(target)
        _ = @protocol
        _ = @for
        unquote(block)

        @doc false
        def __impl__(:target), do: __MODULE__
        def __impl__(:protocol), do: @protocol
        def __impl__(:for), do: @for
      end
    end
  end

  ## Deriving

  @doc "Derives a protocol for a struct module after its definition.\n\n    Protocol.derive(Inspect, MyStruct, only: [:id])"
  defmacro derive(protocol, module, options \\ []) do
    quote do
      Protocol.derive_all([{unquote(protocol), unquote(options)}], unquote(module), __ENV__)
    end
  end

  @doc false
  def derive_all(derives, module, %{__struct__: Macro.Env} = env) do
    struct = Macro.struct!(module, env)

    :lists.foreach(
      fn
        {protocol, options} when is_atom(protocol) -> derive_one(protocol, module, struct, options, env)
        protocol when is_atom(protocol) -> derive_one(protocol, module, struct, [], env)
      end,
      :lists.flatten(derives)
    )
  end

  defp derive_one(protocol, module, struct, options, env) do
    assert_protocol!(protocol, ", cannot derive #{inspect(protocol)} for #{inspect(module)}")
    any = Module.concat(protocol, Any)
    assert_impl_module!(protocol, any, ", cannot derive #{inspect(protocol)} for #{inspect(module)}")

    cond do
      function_exported?(any, :"MACRO-__deriving__", 4) ->
        quoted = any."MACRO-__deriving__"(env, module, struct, options)
        :joist_code.eval_quoted(quoted, [], env)

      function_exported?(any, :"MACRO-__deriving__", 3) ->
        quoted = any."MACRO-__deriving__"(env, module, options)
        :joist_code.eval_quoted(quoted, [], env)

      true ->
        body =
          quote do
            @moduledoc false
            Module.register_attribute(__MODULE__, :__impl__, persist: true)
            @__impl__ [protocol: unquote(protocol), for: unquote(module)]

            @doc false
            def __impl__(:target), do: unquote(any)
            def __impl__(:protocol), do: unquote(protocol)
            def __impl__(:for), do: unquote(module)
          end

        Module.create(Module.concat(protocol, module), body, env)
    end
  end

  ## Checks

  @doc "Raises unless the module is a protocol.\n\n    iex> Protocol.assert_protocol!(Enumerable)\n    :ok"
  @spec assert_protocol!(module) :: :ok
  def assert_protocol!(module), do: assert_protocol!(module, "")

  defp assert_protocol!(module, extra) do
    case :joist_code.ensure_compiled(module, :soft) do
      {:module, _} -> :ok
      {:error, reason} -> raise ArgumentError, "could not load module #{inspect(module)} due to reason #{inspect(reason)}" <> extra
    end

    if function_exported?(module, :__protocol__, 1) do
      :ok
    else
      raise ArgumentError, "#{inspect(module)} is not a protocol" <> extra
    end
  end

  @doc "Raises unless the protocol is implemented for the type.\n\n    iex> Protocol.assert_impl!(Enumerable, List)\n    :ok"
  @spec assert_impl!(module, module) :: :ok
  def assert_impl!(protocol, base), do: assert_impl_module!(protocol, Module.concat(protocol, base), "")

  defp assert_impl_module!(protocol, impl, extra) do
    case :joist_code.ensure_compiled(impl, :soft) do
      {:module, _} -> :ok
      {:error, reason} -> raise ArgumentError, "could not load module #{inspect(impl)} due to reason #{inspect(reason)}" <> extra
    end

    if function_exported?(impl, :__impl__, 1) and impl.__impl__(:protocol) == protocol do
      :ok
    else
      raise ArgumentError, "expected #{inspect(impl)} to be an implementation of #{inspect(protocol)}" <> extra
    end
  end

  @doc "Is the protocol consolidated? Dispatch is by table here, so there is nothing to consolidate: `false`."
  @spec consolidated?(module) :: boolean
  def consolidated?(protocol), do: protocol.__protocol__(:consolidated?)

  @doc "The protocols among the loaded modules; paths are not searched."
  @spec extract_protocols([charlist | String.t()]) :: [atom]
  def extract_protocols(_paths),
    do: for(module <- :joist_code.all_loaded(), function_exported?(module, :__protocol__, 1), do: module)

  @doc "The types for which loaded modules implement the protocol; paths are not searched."
  @spec extract_impls(module, [charlist | String.t()]) :: [atom]
  def extract_impls(protocol, _paths) do
    for module <- :joist_code.all_loaded(),
        function_exported?(module, :__impl__, 1),
        module.__impl__(:protocol) == protocol,
        do: module.__impl__(:for)
  end
end
