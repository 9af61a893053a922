# SPDX-License-Identifier: Apache-2.0
#
# Behind Enum: elements by their place.
#
# A list is walked to the place. Of other enumerables Enumerable.slice/1 is asked: it knows the count and gives a function
# to a part, or names the module whose reduce is to be walked. Places from the end need the count; where that can only be
# had by walking, the enumerable becomes a list first.

defmodule Enum.Slicer do
  @moduledoc false

  # --- one element ---------------------------------------------------------------------------

  @doc "Behind Enum.fetch/2 and at/3: `{:ok, element}` at `index`, counted from the end when negative, or `:error`."
  def fetch(list, index) when is_list(list) do
    if index >= 0, do: fetch_list(list, index), else: fetch_from_end(list, length(list), index)
  end

  def fetch(enumerable, index) do
    case Enumerable.slice(enumerable) do
      {:ok, count, _} when index >= count or index < -count -> :error
      {:ok, count, fun} -> {:ok, hd(slice_by(fun, enumerable, wrapped(index, count), 1, 1))}
      {:error, module} -> fetch_walking(module, enumerable, index)
    end
  end

  defp fetch_list([h | _], 0), do: {:ok, h}
  defp fetch_list([_ | t], n), do: fetch_list(t, n - 1)
  defp fetch_list([], _n), do: :error

  defp fetch_from_end(_list, count, index) when index + count < 0, do: :error
  defp fetch_from_end(list, count, index), do: fetch_list(list, index + count)

  defp fetch_walking(module, enumerable, index) when index >= 0 do
    found =
      module.reduce(enumerable, {:cont, index}, fn
        x, 0 -> {:halt, {:ok, x}}
        _, n -> {:cont, n - 1}
      end)

    case found do
      {_, {:ok, _} = result} -> result
      {_, _} -> :error
    end
  end

  defp fetch_walking(_module, enumerable, index) do
    list = Enum.to_list(enumerable)
    fetch_from_end(list, length(list), index)
  end

  # --- pieces of lists -----------------------------------------------------------------------

  @doc "At most the first `n`."
  def take([h | t], n) when n > 1, do: [h | take(t, n - 1)]
  def take([h | _], 1), do: [h]
  def take(_list, 0), do: []
  def take([], _n), do: []

  @doc "Without the first `n`."
  def drop(list, 0), do: list
  def drop([_ | t], n), do: drop(t, n - 1)
  def drop([], _n), do: []

  @doc "Every `nth`, the first of them after `n` others."
  def take_every([h | t], 0, nth), do: [h | take_every(t, nth - 1, nth)]
  def take_every([_ | t], n, nth), do: take_every(t, n - 1, nth)
  def take_every([], _n, _nth), do: []

  @doc "The others than take_every/3 takes."
  def drop_every([_ | t], 0, nth), do: drop_every(t, nth - 1, nth)
  def drop_every([h | t], n, nth), do: [h | drop_every(t, n - 1, nth)]
  def drop_every([], _n, _nth), do: []

  @doc "The first `n`, behind the reversed `front`, and the rest."
  def split([h | t], n, front) when n > 0, do: split(t, n - 1, [h | front])
  def split(rest, 0, front), do: {:lists.reverse(front), rest}
  def split([], _n, front), do: {:lists.reverse(front), []}

  # --- slices --------------------------------------------------------------------------------

  @doc "Behind Enum.slice/2: every `step`th element from `first` to `last`, where `step` is positive."
  def slice(enumerable, first, -1, step) when first >= 0 and step == 1, do: Enum.drop(enumerable, first)

  def slice(enumerable, first, last, step) when first >= 0 and last >= 0 do
    if last >= first, do: slice_from(enumerable, first, last - first + 1, step), else: empty_slice(enumerable)
  end

  def slice(enumerable, first, last, step) do
    {enumerable, count} = counted(enumerable)
    first = if first < 0, do: max(first + count, 0), else: first
    last = if last < 0, do: last + count, else: last
    if last >= first, do: slice_from(enumerable, first, last - first + 1, step), else: []
  end

  # An empty slice still asks for an enumerable.
  defp empty_slice(list) when is_list(list), do: []

  defp empty_slice(enumerable) do
    Enumerable.slice(enumerable)
    []
  end

  @doc "Behind Enum.slice/3."
  def slice(enumerable, start, amount) when start < 0 do
    {enumerable, count} = counted(enumerable)
    slice_from(enumerable, max(start + count, 0), amount, 1)
  end

  def slice(enumerable, start, amount), do: slice_from(enumerable, start, amount, 1)

  # The enumerable and its count, as a list where it cannot be counted otherwise.
  defp counted(list) when is_list(list), do: {list, length(list)}

  defp counted(enumerable) do
    case Enumerable.slice(enumerable) do
      {:ok, count, _} ->
        {enumerable, count}

      {:error, _} ->
        list = Enum.to_list(enumerable)
        {list, length(list)}
    end
  end

  # `amount` is in elements of the enumerable, of which every `step`th is taken.
  defp slice_from(list, start, amount, step) when is_list(list), do: slice_list(list, start, amount, step)

  defp slice_from(enumerable, start, amount, step) do
    case Enumerable.slice(enumerable) do
      {:ok, count, _} when start >= count ->
        []

      {:ok, count, fun} ->
        slice_by(fun, enumerable, start, div(min(amount, count - start) - 1, step) + 1, step)

      {:error, module} ->
        slice_walking(module, enumerable, start, amount, step)
    end
  end

  @doc "Calls what Enumerable.slice/1 gave: a function to a list, or one from start, length (and step)."
  def slice_by(fun, enumerable, start, length, step) when is_function(fun, 1) do
    slice_list(fun.(enumerable), start, (length - 1) * step + 1, step)
  end

  def slice_by(fun, _enumerable, start, length, step) when is_function(fun, 3) do
    fun.(start, length, step)
  end

  def slice_by(fun, _enumerable, start, length, 1) when is_function(fun, 2) do
    fun.(start, length)
  end

  def slice_by(fun, _enumerable, start, length, step) when is_function(fun, 2) do
    take_every(fun.(start, (length - 1) * step + 1), 0, step)
  end

  defp slice_walking(module, enumerable, start, amount, step) do
    {_, {_, _, taken}} =
      module.reduce(enumerable, {:cont, {start, amount, []}}, fn
        _x, {skip, left, taken} when skip > 0 -> {:cont, {skip - 1, left, taken}}
        x, {_, 1, taken} -> {:halt, {0, 0, [x | taken]}}
        x, {_, left, taken} -> {:cont, {0, left - 1, [x | taken]}}
      end)

    taken = :lists.reverse(taken)
    if step == 1, do: taken, else: take_every(taken, 0, step)
  end

  defp slice_list(list, start, amount, 1), do: take(drop(list, start), amount)
  defp slice_list(list, start, amount, step), do: take_every(take(drop(list, start), amount), 0, step)

  # --- moves ---------------------------------------------------------------------------------

  @doc "Behind Enum.slide/3: the elements from `first` to `last` stand at `to` afterwards."
  def slide(list, first, last, to) do
    if first < 0 or last < 0 or to < 0 do
      count = length(list)
      if count == 0, do: [], else: moved(list, clamped(first, count), wrapped(last, count), wrapped(to, count))
    else
      moved(list, first, last, to)
    end
  end

  # A start before the list is its start; of other positions each step of `count` leads to the same place.
  defp clamped(index, count) when index < 0, do: max(index + count, 0)
  defp clamped(index, _count), do: index

  defp wrapped(index, count) when index < 0, do: :erlang.rem(:erlang.rem(index, count) + count, count)
  defp wrapped(index, _count), do: index

  defp moved(list, first, last, _to) when first > last, do: list

  defp moved(_list, first, last, to) when to > first and to <= last do
    raise ArgumentError,
          "insertion index for slide must be outside the range being moved " <>
            "(tried to insert #{first}..#{last} at #{to})"
  end

  # One of the two neighbouring pieces is moved over the other.
  defp moved(list, first, last, to) when to <= first do
    swap_pieces(list, to, first - to, last - first + 1)
  end

  defp moved(list, first, last, to) do
    swap_pieces(list, first, last - first + 1, to - last)
  end

  defp swap_pieces(list, skip, left_count, right_count) do
    {front, rest} = split(list, skip, [])
    {left, rest} = split(rest, left_count, [])
    {right, rest} = split(rest, right_count, [])
    front ++ right ++ left ++ rest
  end

  @doc "Behind Enum.reverse_slice/3."
  def reverse(list, start, count) do
    {front, rest} = split(list, start, [])
    {turned, rest} = split(rest, count, [])
    front ++ :lists.reverse(turned, rest)
  end
end
