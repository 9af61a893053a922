# SPDX-License-Identifier: Apache-2.0
defmodule A do
  def f(1), do: 1
  defp f(2), do: 2
end
