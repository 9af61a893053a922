# SPDX-License-Identifier: Apache-2.0
defmodule M do
  defmacro m(x), do: x
end

defmodule A do
  def f, do: M.m(1)
end

A.f()
