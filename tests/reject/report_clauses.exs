defmodule M do
  def f(x, :a) when x > 1, do: x
  def f([h | _], y) when is_atom(y) and y != :c, do: {h, y}
  def run, do: {f(1, :b), 1}
end

M.run()
