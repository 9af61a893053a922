# SPDX-License-Identifier: Apache-2.0
defmodule A do
  def f(x), do: y
  def g(x), do: z
end
