# SPDX-License-Identifier: Apache-2.0
#
# Nested access: `get_in`, `put_in`, `update_in`, `get_and_update_in`, `pop_in`.
#
# A path is a list of keys and accessor functions, walked at run time, or code like `x.a[key]`, taken apart when the macro
# expands (`…_in_path`, which take quoted code and the caller's `Macro.Env`): the expansion hands the root and the steps,
# `{:map, field}` for `x.field` and `{:access, key}` for `x[key]`, to `…_path`.
# Invariants: compiled right behind Kernel.Definer, with what that may use.
defmodule Kernel.Paths do
  @moduledoc false

  import Kernel, except: [get_and_update_in: 3, get_in: 2, pop_in: 2]

  ## Paths as lists

  def get_in(nil, [_ | _]), do: nil
  def get_in(data, [fun]) when is_function(fun), do: fun.(:get, data, fn x -> x end)
  def get_in(data, [fun | rest]) when is_function(fun), do: fun.(:get, data, fn x -> get_in(x, rest) end)
  def get_in(data, [key]), do: Access.get(data, key)
  def get_in(data, [key | rest]), do: get_in(Access.get(data, key), rest)

  def get_and_update_in(data, [fun], update) when is_function(fun, 3),
    do: fun.(:get_and_update, data, update)

  def get_and_update_in(data, [fun | rest], update) when is_function(fun, 3),
    do: fun.(:get_and_update, data, fn x -> get_and_update_in(x, rest, update) end)

  def get_and_update_in(data, [key], update) when is_function(update, 1),
    do: Access.get_and_update(data, key, update)

  def get_and_update_in(data, [key | rest], update) when is_function(update, 1),
    do: Access.get_and_update(data, key, fn x -> get_and_update_in(x, rest, update) end)

  def pop_in(nil, [key | _]) do
    :erlang.error(ArgumentError.exception("could not pop key #{Kernel.inspect(key)} on a nil value"))
  end

  def pop_in(data, [_ | _] = keys), do: pop_each(data, keys)

  defp pop_each(nil, [fun]) when is_function(fun), do: fun.(:get_and_update, nil, fn _ -> :pop end)

  defp pop_each(data, [fun | rest]) when is_function(fun) do
    case rest do
      [] -> fun.(:get_and_update, data, fn _ -> :pop end)
      _ -> fun.(:get_and_update, data, fn x -> pop_each(x, rest) end)
    end
  end

  defp pop_each(nil, _), do: :pop
  defp pop_each(data, [key]), do: Access.pop(data, key)
  defp pop_each(data, [key | rest]), do: Access.get_and_update(data, key, fn x -> pop_each(x, rest) end)

  ## Paths as code

  def get_in_path(path, caller) do
    {root, steps} = unnest(path, "get_in/1", caller)
    quote(do: Kernel.Paths.get_path(unquote(root), unquote(steps)))
  end

  def put_in_path(path, value, caller) do
    {root, steps} = unnest(path, "put_in/2", caller)
    quote(do: Kernel.Paths.update_path(unquote(root), unquote(steps), fn _ -> unquote(value) end))
  end

  def update_in_path(path, fun, caller) do
    {root, steps} = unnest(path, "update_in/2", caller)
    quote(do: Kernel.Paths.update_path(unquote(root), unquote(steps), unquote(fun)))
  end

  def get_and_update_in_path(path, fun, caller) do
    {root, steps} = unnest(path, "get_and_update_in/2", caller)
    quote(do: Kernel.Paths.get_and_update_path(unquote(root), unquote(steps), unquote(fun)))
  end

  def pop_in_path(path, caller) do
    {root, steps} = unnest(path, "pop_in/1", caller)

    case :lists.last(steps) do
      {:map, key} ->
        :erlang.error(
          ArgumentError.exception(
            "cannot use pop_in when the last segment is a map/struct field. " <>
              "This would effectively remove the field #{Kernel.inspect(key)} from the map/struct"
          )
        )

      _ ->
        quote(do: Kernel.Paths.pop_path(unquote(root), unquote(steps)))
    end
  end

  defp unnest(path, kind, caller) do
    case unnest_steps(Macro.expand(path, caller), []) do
      {_, []} -> bad_path(path, kind)
      {{_, _, context} = root, steps} when is_atom(context) -> {root, steps}
      {{_, _, args} = root, steps} when is_list(args) -> {root, steps}
      {{_, _} = root, steps} -> {root, steps}
      {nil, steps} -> {nil, steps}
      {root, steps} when is_list(root) or is_map(root) -> {root, steps}
      _ -> bad_path(path, kind)
    end
  end

  defp unnest_steps({{:., _, [Access, :get]}, _, [expr, key]}, acc),
    do: unnest_steps(expr, [{:access, key} | acc])

  defp unnest_steps({{:., _, [{left, _, _} = expr, field]}, _, []}, acc)
       when is_atom(field) and left not in [:__aliases__, :__MODULE__],
       do: unnest_steps(expr, [{:map, field} | acc])

  defp unnest_steps(root, acc), do: {root, acc}

  defp bad_path(path, kind) do
    :erlang.error(
      ArgumentError.exception(
        "expected expression given to #{kind} to access at least one element, got: #{Macro.to_string(path)}"
      )
    )
  end

  def get_path(nil, [_ | _]), do: nil
  def get_path(data, []), do: data
  def get_path(data, [{:map, key} | rest]), do: get_path(:erlang.map_get(key, field_map(data, key)), rest)
  def get_path(data, [{:access, key} | rest]), do: get_path(Access.get(data, key), rest)

  def update_path(data, [], fun), do: fun.(data)

  def update_path(data, [{:map, key} | rest], fun) do
    %{^key => value} = field_map(data, key)
    %{data | key => update_path(value, rest, fun)}
  end

  def update_path(data, [{:access, key} | rest], fun) do
    {_, data} = Access.get_and_update(data, key, fn x -> {nil, update_path(x, rest, fun)} end)
    data
  end

  def get_and_update_path(data, [], fun), do: fun.(data)

  def get_and_update_path(data, [{:map, key} | rest], fun) do
    %{^key => value} = field_map(data, key)

    case get_and_update_path(value, rest, fun) do
      {get, new} ->
        {get, %{data | key => new}}

      :pop ->
        {value, :maps.remove(key, data)}

      other ->
        :erlang.error(
          RuntimeError.exception(
            "the given function must return a two-element tuple or :pop, got: #{Kernel.inspect(other)}"
          )
        )
    end
  end

  def get_and_update_path(data, [{:access, key} | rest], fun),
    do: Access.get_and_update(data, key, fn x -> get_and_update_path(x, rest, fun) end)

  def pop_path(data, [{:access, key}]), do: Access.pop(data, key)

  def pop_path(data, [step | rest]) do
    get_and_update_path(data, [step], fn
      nil -> :pop
      x -> pop_path(x, rest)
    end)
  end

  defp field_map(map, key) when is_map_key(map, key), do: map
  defp field_map(map, key) when is_map(map), do: :erlang.error(KeyError.exception(key: key, term: map))
  defp field_map(other, _), do: :erlang.error(BadMapError.exception(term: other))
end
