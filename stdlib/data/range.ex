# SPDX-License-Identifier: Apache-2.0
#
# Arithmetic progressions of integers, written first..last//step.
#
# Invariant: step is a non-zero integer. A range is empty when its step leads away from last.

defmodule Range do
  @moduledoc """
  Ranges: `first..last//step`, both ends included.

      iex> Enum.to_list(1..10//3)
      [1, 4, 7, 10]
  """

  @enforce_keys [:first, :last, :step]
  defstruct first: nil, last: nil, step: nil

  @type limit :: integer
  @type step :: pos_integer | neg_integer
  @type t :: %__MODULE__{first: limit, last: limit, step: step}
  @type t(first, last) :: %__MODULE__{first: first, last: last, step: step}

  @doc """
  `first..last`, with step -1 if `first` is the greater.

      iex> Range.new(-3, 3)
      -3..3
  """
  @spec new(limit, limit) :: t
  def new(first, last) when is_integer(first) and is_integer(last) do
    step = if first <= last, do: 1, else: -1
    %__MODULE__{first: first, last: last, step: step}
  end

  def new(first, last) do
    raise ArgumentError,
          "ranges (first..last) expect both sides to be integers, got: #{inspect(first)}..#{inspect(last)}"
  end

  @doc """
  `first..last//step`.

      iex> Range.new(0, 10, 5)
      0..10//5
  """
  @spec new(limit, limit, step) :: t
  def new(first, last, step)
      when is_integer(first) and is_integer(last) and is_integer(step) and step != 0 do
    %__MODULE__{first: first, last: last, step: step}
  end

  def new(first, last, step) do
    raise ArgumentError,
          "ranges (first..last//step) expect both sides to be integers and the step to be a " <>
            "non-zero integer, got: #{inspect(first)}..#{inspect(last)}//#{inspect(step)}"
  end

  @doc """
  How many elements there are.

      iex> Range.size(1..10//4)
      3
  """
  @spec size(t) :: non_neg_integer
  def size(%__MODULE__{first: first, last: last, step: step}) when step > 0 and first > last, do: 0
  def size(%__MODULE__{first: first, last: last, step: step}) when step < 0 and first < last, do: 0
  def size(%__MODULE__{first: first, last: last, step: step}), do: div(last - first, step) + 1

  @doc """
  The range moved by a number of steps.

      iex> Range.shift(0..10//2, 3)
      6..16//2
  """
  @spec shift(t, integer) :: t
  def shift(%__MODULE__{first: first, last: last, step: step}, steps_to_shift) when is_integer(steps_to_shift) do
    by = steps_to_shift * step
    %__MODULE__{first: first + by, last: last + by, step: step}
  end

  @doc """
  The first `split` elements and the rest, as ranges; counted from the end when negative.

      iex> Range.split(1..5, 2)
      {1..2, 3..5}
  """
  @spec split(t, integer) :: {t, t}
  def split(%__MODULE__{first: first, last: last, step: step} = range, split) when is_integer(split) do
    size = size(range)
    split = if split < 0, do: size + split, else: split
    # One step before first: a half that ends there is empty.
    before = first - step

    cut =
      cond do
        size == 0 or split <= 0 -> before
        split >= size -> last
        true -> before + step * split
      end

    {%{range | last: cut}, %{range | first: cut + step}}
  end

  @doc """
  The elements as a list.

      iex> Range.to_list(0..4//2)
      [0, 2, 4]
  """
  @spec to_list(t) :: [integer]
  def to_list(%__MODULE__{first: first, step: step} = range) do
    count = size(range)
    elements(first + (count - 1) * step, count, step, [])
  end

  # From the last one down: no stack that would have to be returned from.
  defp elements(_i, 0, _step, list), do: list
  defp elements(i, n, step, list), do: elements(i - step, n - 1, step, [i | list])

  @doc """
  Whether the two have no element in common.

      iex> Range.disjoint?(0..10//2, 1..11//2)
      true
  """
  @spec disjoint?(t, t) :: boolean
  def disjoint?(%__MODULE__{step: step1} = range1, %__MODULE__{step: step2} = range2) do
    if size(range1) == 0 or size(range2) == 0 do
      true
    else
      {low1, high1} = ends(range1)
      {low2, high2} = ends(range2)
      no_common?(low1, high1, abs(step1), low2, high2, abs(step2))
    end
  end

  # The least and the greatest element.
  defp ends(%__MODULE__{first: first, step: step} = range) do
    final = first + (size(range) - 1) * step
    if step > 0, do: {first, final}, else: {final, first}
  end

  defp no_common?(low1, high1, _, low2, high2, _) when high1 < low2 or high2 < low1, do: true
  defp no_common?(_, _, 1, _, _, 1), do: false

  # Common elements are those of low1 + a * step1 = low2 + b * step2. With u * step1 + v * step2 = gcd,
  # a = u * (low2 - low1) / gcd is one solution and they recur every lcm.
  defp no_common?(low1, high1, step1, low2, high2, step2) do
    {gcd, u} = extended_gcd(step1, step2)
    distance = low2 - low1

    if rem(distance, gcd) != 0 do
      true
    else
      lcm = div(step1 * step2, gcd)
      some = low1 + u * div(distance, gcd) * step1
      low = max(low1, low2)
      least = low + modulo(some - low, lcm)
      least > min(high1, high2)
    end
  end

  defp modulo(a, m) do
    case rem(a, m) do
      r when r < 0 -> r + m
      r -> r
    end
  end

  # {gcd, u} with u * a + v * b = gcd for some v.
  defp extended_gcd(a, b), do: extended_gcd(a, b, 1, 0)
  defp extended_gcd(a, 0, u, _u1), do: {a, u}
  defp extended_gcd(a, b, u, u1), do: extended_gcd(b, rem(a, b), u1, u - div(a, b) * u1)

  @doc false
  @deprecated "Pattern match on first..last//step instead"
  def range?(term)

  def range?(%{__struct__: __MODULE__, first: first, last: last}) when is_integer(first) and is_integer(last), do: true
  def range?(_), do: false

  # Ranges had no step before Elixir 1.12, and have none in data that was written then.
  @doc false
  def with_step(%{__struct__: __MODULE__, first: first, last: last}) do
    %__MODULE__{first: first, last: last, step: if(first <= last, do: 1, else: -1)}
  end
end

defimpl Enumerable, for: Range do
  def count(%Range{step: _} = range), do: {:ok, Range.size(range)}
  def count(range), do: count(Range.with_step(range))

  def member?(%Range{first: first, last: last, step: step} = range, value) when is_integer(value) do
    if Range.size(range) == 0 do
      {:ok, false}
    else
      inside? = if step > 0, do: first <= value and value <= last, else: last <= value and value <= first
      {:ok, inside? and rem(value - first, step) == 0}
    end
  end

  def member?(%{__struct__: Range} = range, value) when is_integer(value) and not is_map_key(range, :step),
    do: member?(Range.with_step(range), value)

  def member?(_range, _other), do: {:ok, false}

  def slice(%Range{first: first, step: step} = range) do
    {:ok, Range.size(range), fn start, length, every -> elements(first + start * step, length, step * every) end}
  end

  def slice(range), do: slice(Range.with_step(range))

  defp elements(_i, 0, _step), do: []
  defp elements(i, n, step), do: [i | elements(i + step, n - 1, step)]

  def reduce(%Range{first: first, step: step} = range, acc, fun) do
    walk(first, Range.size(range), step, acc, fun)
  end

  def reduce(range, acc, fun), do: reduce(Range.with_step(range), acc, fun)

  defp walk(_i, 0, _step, {:cont, acc}, _fun), do: {:done, acc}
  defp walk(i, n, step, {:cont, acc}, fun), do: walk(i + step, n - 1, step, fun.(i, acc), fun)
  defp walk(_i, _n, _step, {:halt, acc}, _fun), do: {:halted, acc}
  defp walk(i, n, step, {:suspend, acc}, fun), do: {:suspended, acc, &walk(i, n, step, &1, fun)}
end

defimpl Inspect, for: Range do
  import Inspect.Algebra
  import Kernel, except: [inspect: 2]

  # Only a step that first and last do not tell is written.
  def inspect(%Range{first: first, last: last, step: 1}, opts) when first <= last do
    concat([to_doc(first, opts), "..", to_doc(last, opts)])
  end

  def inspect(%Range{first: first, last: last, step: step}, opts) do
    concat([to_doc(first, opts), "..", to_doc(last, opts), "//", to_doc(step, opts)])
  end

  def inspect(range, opts), do: inspect(Range.with_step(range), opts)
end
