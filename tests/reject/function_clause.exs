# SPDX-License-Identifier: Apache-2.0
defmodule A do
  def f(1), do: 1
end

A.f(2)
