defmodule A do
  def and(x), do: x
end
