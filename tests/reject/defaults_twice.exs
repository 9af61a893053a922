# SPDX-License-Identifier: Apache-2.0
defmodule A do
  def f(a \\ 1, b), do: a + b
  def f(a, b \\ 2), do: a + b
end
