# SPDX-License-Identifier: Apache-2.0
#
# Inspect: the protocol behind `inspect/2`, and its implementations for the built-in types, for structs without one of
# their own (`Any`), and for what `@derive {Inspect, …}` makes.
# Invariant: implementations give documents of `Inspect.Algebra`; `Inspect.Flat` writes the same text for the built-in
# types when no line break is needed, so both must be changed together.
defprotocol Inspect do
  @moduledoc "How terms are shown: `inspect(term, opts)` gives an algebra document."

  @fallback_to_any true
  @joist_direct [Tuple, Atom, List, Map, BitString, Integer, Float, Function, PID, Port, Reference]

  @doc "The document of the term."
  @spec inspect(t, Inspect.Opts.t()) :: Inspect.Algebra.t()
  def inspect(term, opts)
end

defimpl Inspect, for: Atom do
  import Kernel, except: [inspect: 2]

  def inspect(atom, opts) do
    key =
      case atom do
        nil -> nil
        true -> :boolean
        false -> :boolean
        _ -> :atom
      end

    Inspect.Algebra.color_doc(Macro.inspect_atom(:literal, atom), key, opts)
  end
end

defimpl Inspect, for: BitString do
  import Kernel, except: [inspect: 2]
  import Inspect.Algebra

  def inspect(term, %{__struct__: Inspect.Opts, binaries: binaries, base: base, printable_limit: limit} = opts)
      when is_binary(term) do
    if base == :decimal and
         (binaries == :as_strings or (binaries == :infer and Inspect.Text.printable?(term, limit))) do
      text =
        case Inspect.Text.escape_limited(term, ?", limit) do
          {escaped, ""} -> <<?", escaped::binary, ?">>
          {escaped, _} -> <<?", escaped::binary, ?", " <> ...">>
        end

      color_doc(text, :string, opts)
    else
      bits(term, opts)
    end
  end

  def inspect(term, opts), do: bits(term, opts)

  defp bits("", opts), do: color_doc("<<>>", :binary, opts)

  defp bits(term, opts) do
    left = color_doc("<<", :binary, opts)
    right = color_doc(">>", :binary, opts)
    group(concat(concat(left, nest(each(term, :erlang.map_get(:limit, opts), opts), 2)), right))
  end

  defp each(<<>>, _, _), do: []
  defp each(_, 0, _), do: "..."
  defp each(<<byte>>, _, opts), do: Inspect.Integer.inspect(byte, opts)

  defp each(<<byte, rest::bitstring>>, limit, opts) do
    flex_glue(concat(Inspect.Integer.inspect(byte, opts), ","), each(rest, less(limit), opts))
  end

  defp each(bits, _, opts) do
    size = bit_size(bits)
    <<value::size(size)>> = bits
    concat(Inspect.Integer.inspect(value, opts), <<"::size(", :erlang.integer_to_binary(size)::binary, ")">>)
  end

  defp less(:infinity), do: :infinity
  defp less(limit), do: limit - 1
end

defimpl Inspect, for: List do
  import Kernel, except: [inspect: 2]
  import Inspect.Algebra

  def inspect([], opts), do: color_doc("[]", :list, opts)

  def inspect(term, %{__struct__: Inspect.Opts, charlists: charlists, printable_limit: limit} = opts) do
    cond do
      charlists == :as_charlists ->
        charlist(:unicode.characters_to_binary(term), limit, opts)

      charlists == :infer and Inspect.Text.ascii_printable?(term, limit) ->
        charlist(chars(term, limit), limit, opts)

      keyword?(term) ->
        container_doc(
          color_doc("[", :list, opts),
          term,
          color_doc("]", :list, opts),
          opts,
          &keyword/2,
          separator: color_doc(",", :list, opts),
          break: :strict
        )

      true ->
        container_doc(color_doc("[", :list, opts), term, color_doc("]", :list, opts), opts, &to_doc/2,
          separator: color_doc(",", :list, opts)
        )
    end
  end

  # One more character than the limit is enough to see that there are more.
  defp chars(list, :infinity), do: :erlang.list_to_binary(list)
  defp chars(list, limit), do: :erlang.list_to_binary(take(list, limit + 1))

  defp take([head | tail], n) when n > 0 and is_integer(head) and head < 256, do: [head | take(tail, n - 1)]
  defp take(_, _), do: []

  defp charlist(binary, limit, opts) do
    text =
      case Inspect.Text.escape_limited(binary, ?", limit) do
        {escaped, ""} -> <<"~c\"", escaped::binary, ?">>
        {escaped, _} -> <<"~c\"", escaped::binary, ?", " ++ ...">>
      end

    color_doc(text, :charlist, opts)
  end

  @doc false
  def keyword({key, value}, opts) do
    key = color_doc(Macro.inspect_atom(:key, key), :atom, opts)
    concat(key, concat(" ", to_doc(value, opts)))
  end

  @doc false
  def keyword?([{key, _} | rest]) when is_atom(key) do
    case :erlang.atom_to_binary(key) do
      <<"Elixir.", _::binary>> -> false
      _ -> keyword?(rest)
    end
  end

  def keyword?([]), do: true
  def keyword?(_), do: false
end

defimpl Inspect, for: Tuple do
  import Kernel, except: [inspect: 2]
  import Inspect.Algebra

  def inspect(tuple, opts) do
    open = color_doc("{", :tuple, opts)
    close = color_doc("}", :tuple, opts)
    separator = color_doc(",", :tuple, opts)
    container_doc(open, :erlang.tuple_to_list(tuple), close, opts, &to_doc/2, separator: separator, break: :flex)
  end
end

defimpl Inspect, for: Map do
  import Kernel, except: [inspect: 2]
  import Inspect.Algebra

  def inspect(map, opts) do
    list =
      case :lists.keyfind(:sort_maps, 1, :erlang.map_get(:custom_options, opts)) do
        {_, true} -> :lists.sort(:maps.to_list(map))
        _ -> :maps.to_list(map)
      end

    fun = if Inspect.List.keyword?(list), do: &Inspect.List.keyword/2, else: &pair/2
    map_container(list, "", opts, fun)
  end

  @doc false
  # A struct by its name and the infos of its fields.
  def inspect(map, name, infos, opts) do
    fun = fn %{field: field}, opts -> Inspect.List.keyword({field, :erlang.map_get(field, map)}, opts) end
    map_container(infos, name, opts, fun)
  end

  defp pair({key, value}, opts) do
    concat(concat(to_doc(key, opts), color_doc(" => ", :map, opts)), to_doc(value, opts))
  end

  defp map_container(list, name, opts, fun) do
    open = color_doc(<<"%", name::binary, "{">>, :map, opts)
    separator = color_doc(",", :map, opts)
    close = color_doc("}", :map, opts)
    container_doc(open, list, close, opts, fun, separator: separator, break: :strict)
  end
end

defimpl Inspect, for: Integer do
  import Kernel, except: [inspect: 2]

  def inspect(term, %{__struct__: Inspect.Opts, base: base} = opts) do
    text =
      case base do
        :decimal -> :erlang.integer_to_binary(term)
        :hex -> based(term, "0x", 16)
        :octal -> based(term, "0o", 8)
        :binary -> based(term, "0b", 2)
      end

    Inspect.Algebra.color_doc(text, :number, opts)
  end

  defp based(term, prefix, base) when term < 0, do: <<"-", prefix::binary, :erlang.integer_to_binary(-term, base)::binary>>
  defp based(term, prefix, base), do: <<prefix::binary, :erlang.integer_to_binary(term, base)::binary>>
end

defimpl Inspect, for: Float do
  import Kernel, except: [inspect: 2]

  def inspect(float, opts), do: Inspect.Algebra.color_doc(text(float), :number, opts)

  @doc false
  # Whole numbers below 1.0e16 are shown without exponent.
  def text(float) do
    abs = abs(float)

    if abs >= 1.0 and abs < 1.0e16 and trunc(float) == float,
      do: <<:erlang.integer_to_binary(trunc(float))::binary, ".0">>,
      else: :erlang.float_to_binary(float, [:short])
  end
end

defimpl Inspect, for: Function do
  import Kernel, except: [inspect: 2]

  def inspect(function, _opts), do: text(function)

  @doc false
  def text(function) do
    {:module, module} = :erlang.fun_info(function, :module)
    {:name, name} = :erlang.fun_info(function, :name)
    {:arity, arity} = :erlang.fun_info(function, :arity)

    case :erlang.fun_info(function, :type) do
      {:type, :external} ->
        "&" <> module_text(module) <> "." <> Macro.inspect_atom(:remote_call, name) <> "/" <> :erlang.integer_to_binary(arity)

      {:type, :local} ->
        "#Function<" <> number(function) <> "/" <> :erlang.integer_to_binary(arity) <> place(module, name) <> ">"
    end
  end

  defp number(function) do
    index = part(:erlang.fun_info(function, :new_index))
    uniq = part(:erlang.fun_info(function, :uniq))
    index <> "." <> uniq
  end

  defp part({_, n}) when is_integer(n), do: :erlang.integer_to_binary(n)
  defp part(_), do: "0"

  defp module_text(module), do: Macro.inspect_atom(:literal, module)

  defp place(module, name) do
    case Exception.outer_function(name) do
      {outer, arity} -> " in " <> Exception.outer_text(module, outer, arity)
      nil -> " in " <> module_text(module) <> "." <> Macro.inspect_atom(:remote_call, name)
    end
  end
end

defimpl Inspect, for: PID do
  import Kernel, except: [inspect: 2]
  def inspect(pid, _opts), do: <<"#PID", :erlang.list_to_binary(:erlang.pid_to_list(pid))::binary>>
end

defimpl Inspect, for: Port do
  import Kernel, except: [inspect: 2]
  def inspect(port, _opts), do: :erlang.list_to_binary(:erlang.port_to_list(port))
end

defimpl Inspect, for: Reference do
  import Kernel, except: [inspect: 2]

  def inspect(ref, _opts) do
    [?#, ?R, ?e, ?f | rest] = :erlang.ref_to_list(ref)
    <<"#Reference", :erlang.list_to_binary(rest)::binary>>
  end
end

defimpl Inspect, for: Inspect.Error do
  import Kernel, except: [inspect: 2]

  def inspect(%{exception_message: message, inspected_struct: struct, stacktrace: stacktrace}, _opts) do
    text = message <> "\n\nwhile inspecting:\n\n" <> Exception.indent(struct, "    ")

    trace =
      case stacktrace do
        [_ | _] -> "\n\nStacktrace:\n\n" <> Exception.indent(dedent(Exception.format_stacktrace(stacktrace)), "  ")
        _ -> ""
      end

    "#Inspect.Error<\n" <> Exception.indent(text <> trace, "  ") <> "\n>"
  end

  defp dedent(text) do
    :erlang.iolist_to_binary(
      for line <- :binary.split(text, "\n", [:global]) do
        case line do
          "    " <> rest -> [rest, "\n"]
          "" -> []
          rest -> [rest, "\n"]
        end
      end
    )
  end
end

defimpl Inspect, for: Any do
  import Kernel, except: [inspect: 2]
  import Inspect.Algebra

  # What `@derive {Inspect, only: …, except: …, optional: …}` makes.
  defmacro __deriving__(module, struct, options) do
    fields = for key <- :maps.keys(struct), key not in [:__struct__, :__exception__], do: key
    order = Macro.struct_info!(module, __CALLER__)
    only = field_option(options, :only, fields)
    except = field_option(options, :except, [])
    optional = field_option(options, :optional, [])
    check_fields(only, fields, :only, module)
    check_fields(except, fields, :except, module)
    check_fields(optional, fields, :optional, module)

    optional =
      if optional == :all, do: fields, else: optional

    shown = for key <- fields, key in only and key not in except, do: key
    all? = length(shown) == length(fields)
    infos = for %{field: field} = info <- order, field in shown, do: info
    defaults = for field <- optional, field in shown, do: {field, :erlang.map_get(field, struct)}

    quote do
      defimpl Inspect, for: unquote(module) do
        def inspect(struct, opts) do
          Inspect.Any.inspect_fields(
            struct,
            unquote(Macro.inspect_atom(:literal, module)),
            unquote(Macro.escape(infos)),
            unquote(Macro.escape(defaults)),
            unquote(all?),
            opts
          )
        end
      end
    end
  end

  defp field_option(options, key, default) do
    case :lists.keyfind(key, 1, options) do
      {_, value} -> value
      false -> default
    end
  end

  defp check_fields(:all, _, :optional, _), do: :ok

  defp check_fields(given, fields, option, module) do
    case for(field <- given, field not in fields, do: field) do
      [] ->
        :ok

      unknown ->
        raise ArgumentError,
              "unknown fields #{Kernel.inspect(unknown)} in #{Kernel.inspect(option)} when deriving the Inspect " <>
                "protocol for #{Kernel.inspect(module)}"
    end
  end

  @doc false
  def inspect_fields(struct, name, infos, defaults, all?, opts) do
    infos =
      for %{field: field} = info <- infos,
          not default?(:lists.keyfind(field, 1, defaults), :erlang.map_get(field, struct)),
          do: info

    if all?, do: Inspect.Map.inspect(struct, name, infos, opts), else: inspect_as_function(struct, name, infos, opts)
  end

  defp default?({_, default}, value), do: default === value
  defp default?(false, _), do: false

  defp inspect_as_function(struct, name, infos, opts) do
    open = color_doc(<<"#", name::binary, "<">>, :map, opts)
    separator = color_doc(",", :map, opts)
    close = color_doc(">", :map, opts)

    fun = fn
      %{field: field}, opts -> Inspect.List.keyword({field, :erlang.map_get(field, struct)}, opts)
      :..., _ -> "..."
    end

    container_doc(open, infos ++ [:...], close, opts, fun, separator: separator, break: :strict)
  end

  def inspect(%{__struct__: module} = struct, opts) do
    case infos(module, struct) do
      nil -> Inspect.Map.inspect(struct, opts)
      infos -> Inspect.Map.inspect(struct, Macro.inspect_atom(:literal, module), infos, opts)
    end
  end

  @doc false
  # The fields in their order, if the map is a whole struct of the module.
  def infos(module, struct) do
    try do
      {module.__struct__(), module.__info__(:struct)}
    rescue
      _ -> nil
    else
      {defaults, infos} when is_list(infos) ->
        if :maps.keys(defaults) == :maps.keys(struct),
          do: for(%{field: field} = info <- infos, field not in [:__struct__, :__exception__], do: info)

      _ ->
        nil
    end
  end
end

# What the VM did not say of a limit is not shown: a plain one looks as in Elixir.
defimpl Inspect, for: SystemLimitError do
  def inspect(error, opts) do
    known = for {key, value} <- :maps.to_list(error), key not in [:__struct__, :__exception__], value != nil, do: key
    infos = for field <- [:message, :limit, :value, :option], field in known, do: %{field: field, required: false}
    Inspect.Any.inspect_fields(error, "SystemLimitError", infos, [], true, opts)
  end
end
