# Functions with many slots go on after calls that let the heap grow: up to where the callee's frame was.
defmodule Frames do
  def grow(n), do: Enum.to_list(1..n)

  def wide(n) do
    list = grow(n)
    last(list, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
      41, 42, 43, 44, 45, 46, 47, 48, 49, 50, length(list))
  end

  def last(list, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _,
        z, n),
      do: {Enum.sum(list), z, n}

  # The same where a handler goes on.
  def caught(n) do
    try do
      grow(n)
      throw(n)
    catch
      k ->
        last([k], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
          41, 42, 43, 44, 45, 46, 47, 48, 49, 50, k)
    end
  end
end

IO.inspect(Enum.all?(1..700, fn n -> Frames.wide(n) == {div(n * (n + 1), 2), 50, n} end))
IO.inspect(Enum.all?(1..700, fn n -> Frames.caught(n) == {n, 50, n} end))
