defmodule A do
  def double(x, y), do: x * y
  def f(x), do: duoble(x, 1)
  def g(x), do: double(x)
  def h(x), do: upcase(x)
  def i(x) do
    return x
  end
end
