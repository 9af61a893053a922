defmodule M do
  defmacro m(x) do
    raise "no #{x}"
  end
end

defmodule N do
  require M
  def f, do: M.m(1)
end
