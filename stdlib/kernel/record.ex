# SPDX-License-Identifier: Apache-2.0
#
# Record: tuples with a tag and named elements, for code that exchanges them with Erlang's.
# Model: `defrecord` makes macros `name/0,1,2`, which know the fields at compile time and expand to tuples, indexes and
# `setelement`; with a record that is only known at run time they fall back to functions of this module.
defmodule Record do
  @moduledoc "Macros to define and use records: tagged tuples with named elements."

  @doc "Is it a record of that kind?\n\n    iex> require Record\n    iex> Record.is_record({:user, 1}, :user)\n    true"
  defmacro is_record(data, kind) do
    if Macro.Env.in_guard?(__CALLER__) do
      quote do
        :erlang.andalso(
          :erlang.andalso(:erlang.is_atom(unquote(kind)), :erlang.is_tuple(unquote(data))),
          :erlang.andalso(
            :erlang.>(:erlang.tuple_size(unquote(data)), 0),
            :erlang."=:="(:erlang.element(1, unquote(data)), unquote(kind))
          )
        )
      end
    else
      quote(do: Record.record?(unquote(data), unquote(kind)))
    end
  end

  @doc "Is it a tuple with an atom in front?\n\n    iex> require Record\n    iex> Record.is_record({:user, 1})\n    true"
  defmacro is_record(data) do
    if Macro.Env.in_guard?(__CALLER__) do
      quote do
        :erlang.andalso(
          :erlang.is_tuple(unquote(data)),
          :erlang.andalso(
            :erlang.>(:erlang.tuple_size(unquote(data)), 0),
            :erlang.is_atom(:erlang.element(1, unquote(data)))
          )
        )
      end
    else
      quote(do: Record.record?(unquote(data)))
    end
  end

  @doc false
  def record?(data, kind),
    do: is_atom(kind) and is_tuple(data) and tuple_size(data) > 0 and :erlang.element(1, data) == kind

  @doc false
  def record?(data), do: is_tuple(data) and tuple_size(data) > 0 and is_atom(:erlang.element(1, data))

  @doc "Defines the macros of a record.\n\n    Record.defrecord(:user, name: \"\", age: 0)"
  defmacro defrecord(name, tag \\ nil, kv) do
    quote bind_quoted: [name: name, tag: tag, kv: kv] do
      tag = tag || name
      fields = Record.define(__MODULE__, :defrecord, name, tag, kv)

      defmacro unquote(name)(args \\ []),
        do: Record.access(unquote(tag), unquote(Macro.escape(fields)), args, __CALLER__)

      defmacro unquote(name)(record, args),
        do: Record.access(unquote(tag), unquote(Macro.escape(fields)), record, args, __CALLER__)
    end
  end

  @doc "Like `defrecord/3`, the macros private."
  defmacro defrecordp(name, tag \\ nil, kv) do
    quote bind_quoted: [name: name, tag: tag, kv: kv] do
      tag = tag || name
      fields = Record.define(__MODULE__, :defrecordp, name, tag, kv)

      defmacrop unquote(name)(args \\ []),
        do: Record.access(unquote(tag), unquote(Macro.escape(fields)), args, __CALLER__)

      defmacrop unquote(name)(record, args),
        do: Record.access(unquote(tag), unquote(Macro.escape(fields)), record, args, __CALLER__)
    end
  end

  @doc false
  def define(module, kind, name, tag, kv) do
    for arity <- 0..2, Module.defines?(module, {name, arity}) do
      raise ArgumentError,
            "cannot define record #{inspect(name)} because a definition #{name}/#{arity} already exists"
    end

    fields = fields(kind, kv)
    Module.register_attribute(module, :__records__, accumulate: true)
    Module.put_attribute(module, :__records__, %{kind: kind, name: name, tag: tag, fields: Keyword.keys(fields)})
    fields
  end

  defp fields(kind, fields) when is_list(fields) do
    for field <- fields do
      case field do
        {key, value} when is_atom(key) -> {key, Macro.escape(value)}
        key when is_atom(key) -> {key, nil}
        other -> raise ArgumentError, "#{kind} fields must be atoms, got: #{inspect(other)}"
      end
    end
  end

  @doc false
  def access(tag, fields, args, caller) do
    cond do
      is_atom(args) ->
        index(tag, fields, args)

      is_list(args) and keyword?(args) ->
        create(tag, fields, args, caller)

      true ->
        names = for {key, _} <- fields, do: key
        quote(do: Record.to_keyword(unquote(tag), unquote(names), unquote(args)))
    end
  end

  @doc false
  def access(tag, fields, record, args, caller) do
    cond do
      is_atom(args) ->
        get(tag, fields, record, args)

      is_list(args) and keyword?(args) ->
        update(tag, fields, record, args, caller)

      true ->
        raise ArgumentError,
              "expected arguments to be a compile time atom or a keyword list, got: " <> Macro.to_string(args)
    end
  end

  defp keyword?([{key, _} | rest]) when is_atom(key), do: keyword?(rest)
  defp keyword?([]), do: true
  defp keyword?(_), do: false

  defp position(tag, fields, field), do: position(fields, field, 1, tag)
  defp position([{field, _} | _], field, n, _), do: n
  defp position([_ | rest], field, n, tag), do: position(rest, field, n + 1, tag)

  defp position([], field, _, tag) do
    raise ArgumentError, "record #{inspect(tag)} does not have the key: #{inspect(field)}"
  end

  defp index(tag, fields, field), do: position(tag, fields, field)

  # In a body the values are computed in the order in which they are written.
  defp create(tag, fields, args, %{context: nil} = caller) do
    keys = for {key, _} <- fields, key != :_, :lists.keymember(key, 1, args), do: key

    if keys == :lists.delete(:_, Keyword.keys(args)) or Macro.quoted_literal?(args) do
      tuple(tag, fields, args, caller)
    else
      bound = for {key, value} <- args, do: {key, Macro.unique_var(key, __MODULE__), value}
      args = for {key, var, _} <- bound, do: {key, var}
      {:__block__, [], for({_, var, value} <- bound, do: {:=, [], [var, value]}) ++ [tuple(tag, fields, args, caller)]}
    end
  end

  defp create(tag, fields, args, caller), do: tuple(tag, fields, args, caller)

  defp tuple(tag, fields, args, caller) do
    match? = Macro.Env.in_match?(caller)

    {default, args} =
      case :lists.keytake(:_, 1, args) do
        {:value, {_, value}, rest} -> {{:ok, value}, rest}
        false -> {:none, args}
      end

    {values, rest} =
      :lists.mapfoldl(
        fn {key, field_default}, rest ->
          case :lists.keytake(key, 1, rest) do
            {:value, {_, value}, rest} -> {value, rest}
            false -> {unset(default, match?, field_default), rest}
          end
        end,
        args,
        fields
      )

    case rest do
      [] -> {:{}, [], [tag | values]}
      _ -> raise ArgumentError, "record #{inspect(tag)} does not have the key: #{inspect(elem(hd(rest), 0))}"
    end
  end

  defp unset({:ok, value}, _, _), do: value
  defp unset(:none, true, _), do: {:_, [], nil}
  defp unset(:none, false, default), do: default

  defp get(tag, fields, record, field) do
    index = position(tag, fields, field)
    quote(do: :erlang.element(unquote(index + 1), unquote(record)))
  end

  defp update(tag, fields, record, args, caller) do
    if Macro.Env.in_match?(caller) do
      raise ArgumentError, "cannot invoke update style macro inside match"
    end

    :lists.foldl(
      fn {field, value}, acc ->
        index = position(tag, fields, field)
        quote(do: :erlang.setelement(unquote(index + 1), unquote(acc), unquote(value)))
      end,
      record,
      args
    )
  end

  @doc false
  def to_keyword(tag, names, record) do
    if is_tuple(record) and tuple_size(record) > 0 and :erlang.element(1, record) == tag do
      values = tl(:erlang.tuple_to_list(record))

      if length(values) == length(names) do
        :lists.zip(names, values)
      else
        raise ArgumentError,
              "expected argument to be a #{inspect(tag)} record with #{length(names)} fields, got: " <> inspect(record)
      end
    else
      raise ArgumentError,
            "expected argument to be a literal atom, literal keyword or a #{inspect(tag)} record, got runtime: " <>
              inspect(record)
    end
  end

  @doc "Reads a record definition from an Erlang header; there are none to read here."
  @spec extract(atom, keyword) :: keyword
  def extract(name, opts) when is_atom(name) and is_list(opts) do
    raise ArgumentError, "cannot extract record #{inspect(name)}: Erlang header files are not supported"
  end

  @doc "Reads all record definitions from an Erlang header; there are none to read here."
  @spec extract_all(keyword) :: [{atom, keyword}]
  def extract_all(opts) when is_list(opts) do
    raise ArgumentError, "cannot extract records: Erlang header files are not supported"
  end
end
