# SPDX-License-Identifier: Apache-2.0
#
# Behind Enum: what is neither list nor range.
#
# Plain maps and sets become lists, which Enum walks itself. What remains goes through Enumerable.reduce/3, element by
# element, so that the effects of a stream and of the caller's function interleave as written. Each function here is the
# last way into the function of the same name in Enum, where it is documented.

defmodule Enum.Walk do
  @moduledoc false

  # --- the ways in ---------------------------------------------------------------------------

  @doc "Plain maps and sets become lists, since walking those has no effects; other enumerables stay what they are."
  def source(%{__struct__: MapSet, map: map}), do: :maps.keys(map)
  def source(%{__struct__: _} = struct), do: struct
  def source(map) when is_map(map), do: :maps.to_list(map)
  def source(other), do: other

  @doc "Folds with `fun`."
  def fold(enumerable, acc, fun) do
    {_, acc} = Enumerable.reduce(enumerable, {:cont, acc}, fn x, acc -> {:cont, fun.(x, acc)} end)
    acc
  end

  @doc "Like fold/3, but `fun` answers {:cont, acc} or {:halt, acc} itself."
  def fold_while(enumerable, acc, fun) do
    {_, acc} = Enumerable.reduce(enumerable, {:cont, acc}, fun)
    acc
  end

  def to_list(enumerable) do
    case source(enumerable) do
      list when is_list(list) ->
        list

      other ->
        {_, list} = Enumerable.reduce(other, {:cont, []}, fn x, acc -> {:cont, [x | acc]} end)
        :lists.reverse(list)
    end
  end

  # --- what Enum's functions do with them ------------------------------------------------------

  def all?(enumerable) do
    fold_while(source(enumerable), true, fn x, _ -> if x, do: {:cont, true}, else: {:halt, false} end)
  end

  def any?(enumerable) do
    fold_while(source(enumerable), false, fn x, _ -> if x, do: {:halt, true}, else: {:cont, false} end)
  end

  def all?(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.all?(list, fun)

      other ->
        fold_while(other, true, fn x, _ -> if fun.(x), do: {:cont, true}, else: {:halt, false} end)
    end
  end

  def any?(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.any?(list, fun)

      other ->
        fold_while(other, false, fn x, _ -> if fun.(x), do: {:halt, true}, else: {:cont, false} end)
    end
  end

  def find(enumerable, default, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.find(list, default, fun)

      other ->
        fold_while(other, default, fn x, default -> if fun.(x), do: {:halt, x}, else: {:cont, default} end)
    end
  end

  def find_index(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.find_index(list, fun)

      other ->
        found = fold_while(other, 0, fn x, i -> if fun.(x), do: {:halt, {:found, i}}, else: {:cont, i + 1} end)

        case found do
          {:found, index} -> index
          _ -> nil
        end
    end
  end

  def find_value(enumerable, default, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.find_value(list, default, fun)

      other ->
        fold_while(other, default, fn x, default ->
          if value = fun.(x), do: {:halt, value}, else: {:cont, default}
        end)
    end
  end

  def each(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.each(list, fun)

      other ->
        Enumerable.reduce(other, {:cont, nil}, fn x, _ ->
          fun.(x)
          {:cont, nil}
        end)

        :ok
    end
  end

  def reduce(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.reduce(list, fun)

      other ->
        folded =
          fold(other, [], fn
            x, [acc] -> [fun.(x, acc)]
            x, [] -> [x]
          end)

        case folded do
          [acc] -> acc
          [] -> raise Enum.EmptyError
        end
    end
  end

  def map_reduce(enumerable, acc, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.map_reduce(list, acc, fun)

      other ->
        {mapped, acc} =
          fold(other, {[], acc}, fn x, {mapped, acc} ->
            {y, acc} = fun.(x, acc)
            {[y | mapped], acc}
          end)

        {:lists.reverse(mapped), acc}
    end
  end

  def scan(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.scan(list, fun)

      other ->
        scanned =
          fold(other, [], fn
            x, [acc | _] = scanned -> [fun.(x, acc) | scanned]
            x, [] -> [x]
          end)

        :lists.reverse(scanned)
    end
  end

  def scan(enumerable, acc, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.scan(list, acc, fun)

      other ->
        {scanned, _} =
          fold(other, {[], acc}, fn x, {scanned, acc} ->
            acc = fun.(x, acc)
            {[acc | scanned], acc}
          end)

        :lists.reverse(scanned)
    end
  end

  def map(enumerable, fun) do
    {_, mapped} = Enumerable.reduce(enumerable, {:cont, []}, fn x, acc -> {:cont, [fun.(x) | acc]} end)
    :lists.reverse(mapped)
  end

  def filter(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.filter(list, fun)

      other ->
        {_, kept} =
          Enumerable.reduce(other, {:cont, []}, fn x, acc ->
            if fun.(x), do: {:cont, [x | acc]}, else: {:cont, acc}
          end)

        :lists.reverse(kept)
    end
  end

  def reject(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.reject(list, fun)

      other ->
        {_, kept} =
          Enumerable.reduce(other, {:cont, []}, fn x, acc ->
            if fun.(x), do: {:cont, acc}, else: {:cont, [x | acc]}
          end)

        :lists.reverse(kept)
    end
  end

  def flat_map(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) -> Enum.flat_map(list, fun)
      other -> :lists.reverse(fold(other, [], fn x, acc -> prepend_reversed(fun.(x), acc) end))
    end
  end

  def flat_map_reduce(enumerable, acc, fun) do
    {list, acc} =
      fold_while(enumerable, {[], acc}, fn x, {list, acc} ->
        case fun.(x, acc) do
          {:halt, acc} -> {:halt, {list, acc}}
          {inner, acc} -> {:cont, {prepend_reversed(inner, list), acc}}
        end
      end)

    {:lists.reverse(list), acc}
  end

  defp prepend_reversed(list, acc) when is_list(list), do: :lists.reverse(list, acc)
  defp prepend_reversed(enumerable, acc), do: :lists.reverse(Enum.to_list(enumerable), acc)

  def with_index(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.with_index(list, fun)

      other ->
        {list, _} = fold(other, {[], 0}, fn x, {list, i} -> {[fun.(x, i) | list], i + 1} end)
        :lists.reverse(list)
    end
  end

  def count(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) -> Enum.count(list, fun)
      other -> fold(other, 0, fn x, n -> if fun.(x), do: n + 1, else: n end)
    end
  end

  def count_until(enumerable, limit) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.count_until(list, limit)

      other ->
        case Enumerable.count(other) do
          {:ok, n} -> min(n, limit)
          {:error, module} -> elem(module.reduce(other, {:cont, 0}, fn _, n -> count_step(n + 1, limit) end), 1)
        end
    end
  end

  def count_until(enumerable, fun, limit) do
    fold_while(source(enumerable), 0, fn x, n -> if fun.(x), do: count_step(n + 1, limit), else: {:cont, n} end)
  end

  defp count_step(limit, limit), do: {:halt, limit}
  defp count_step(n, _limit), do: {:cont, n}

  def sum_by(enumerable, mapper) do
    case source(enumerable) do
      list when is_list(list) -> Enum.sum_by(list, mapper)
      other -> fold(other, 0, fn x, acc -> acc + mapper.(x) end)
    end
  end

  def product_by(enumerable, mapper) do
    case source(enumerable) do
      list when is_list(list) -> Enum.product_by(list, mapper)
      other -> fold(other, 1, fn x, acc -> acc * mapper.(x) end)
    end
  end

  def take(enumerable, amount) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.take(list, amount)

      other ->
        {_, {taken, _}} =
          Enumerable.reduce(other, {:cont, {[], amount}}, fn
            x, {taken, 1} -> {:halt, {[x | taken], 0}}
            x, {taken, n} -> {:cont, {[x | taken], n - 1}}
          end)

        :lists.reverse(taken)
    end
  end

  def take_while(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.take_while(list, fun)

      other ->
        taken = fold_while(other, [], fn x, acc -> if fun.(x), do: {:cont, [x | acc]}, else: {:halt, acc} end)
        :lists.reverse(taken)
    end
  end

  def drop_while(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.drop_while(list, fun)

      other ->
        {_, kept} =
          fold(other, {:dropping, []}, fn
            x, {:dropping, []} -> if fun.(x), do: {:dropping, []}, else: {:keeping, [x]}
            x, {:keeping, kept} -> {:keeping, [x | kept]}
          end)

        :lists.reverse(kept)
    end
  end

  def split_while(enumerable, fun) do
    case source(enumerable) do
      list when is_list(list) ->
        Enum.split_while(list, fun)

      other ->
        {_, front, rest} =
          fold(other, {:front, [], []}, fn
            x, {:front, front, []} -> if fun.(x), do: {:front, [x | front], []}, else: {:rest, front, [x]}
            x, {:rest, front, rest} -> {:rest, front, [x | rest]}
          end)

        {:lists.reverse(front), :lists.reverse(rest)}
    end
  end

  def chunk_while(enumerable, acc, chunk_fun, after_fun) do
    {chunks, acc} =
      fold_while(enumerable, {[], acc}, fn x, {chunks, acc} ->
        case chunk_fun.(x, acc) do
          {:cont, chunk, acc} -> {:cont, {[chunk | chunks], acc}}
          {:cont, acc} -> {:cont, {chunks, acc}}
          {:halt, acc} -> {:halt, {chunks, acc}}
        end
      end)

    case after_fun.(acc) do
      {:cont, _acc} -> :lists.reverse(chunks)
      {:cont, chunk, _acc} -> :lists.reverse(chunks, [chunk])
    end
  end
end
