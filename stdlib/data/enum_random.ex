# SPDX-License-Identifier: Apache-2.0
#
# Behind Enum: elements by chance, from the source that `:rand` keeps for the process.
#
# A sample is drawn as a reservoir: the elements pass once, each is put into the sample at a random place of all so far,
# or left out when that place is beyond it. So each element so far is in the sample with the same chance, at any place of
# it, and the count need not be known. A small sample is a tuple, a large one a map.

defmodule Enum.Random do
  @moduledoc false

  import Enum.Slicer, only: [slice_by: 5]

  @doc "Behind Enum.random/1."
  def pick(enumerable) do
    picked =
      case Enumerable.slice(enumerable) do
        {:ok, 0, _} -> []
        {:ok, count, fun} -> slice_by(fun, enumerable, index(count), 1, 1)
        {:error, _} -> take(enumerable, 1)
      end

    case picked do
      [element | _] -> element
      [] -> raise Enum.EmptyError
    end
  end

  @doc "0 to n - 1, each as likely. Of one alone there is nothing to draw, and no number is taken from the source."
  def index(1), do: 0
  def index(n), do: :rand.uniform(n) - 1

  @doc "Behind Enum.take_random/2."
  def take(enumerable, count) when count <= 128 do
    {seen, sample} =
      Enum.reduce(enumerable, {0, :erlang.make_tuple(count, nil)}, fn x, {seen, sample} ->
        place = index(seen + 1)

        cond do
          seen < count ->
            {seen + 1, put_elem(put_elem(sample, seen, elem(sample, place)), place, x)}

          place < count ->
            {seen + 1, put_elem(sample, place, x)}

          true ->
            {seen + 1, sample}
        end
      end)

    Enum.take(:erlang.tuple_to_list(sample), min(seen, count))
  end

  # The sample is a map.
  def take(enumerable, count) do
    {seen, sample} =
      Enum.reduce(enumerable, {0, %{}}, fn x, {seen, sample} ->
        place = index(seen + 1)

        cond do
          seen < count and place < seen ->
            {seen + 1, :maps.put(place, x, :maps.put(seen, :maps.get(place, sample), sample))}

          seen < count ->
            {seen + 1, :maps.put(place, x, sample)}

          place < count ->
            {seen + 1, :maps.put(place, x, sample)}

          true ->
            {seen + 1, sample}
        end
      end)

    take_sample(sample, 0, min(seen, count))
  end

  defp take_sample(_sample, count, count), do: []
  defp take_sample(sample, i, count), do: [:maps.get(i, sample) | take_sample(sample, i + 1, count)]
end
