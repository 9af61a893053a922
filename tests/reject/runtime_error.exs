# SPDX-License-Identifier: Apache-2.0
defmodule A do
  def f(x), do: 10 / x
end

IO.puts("before")
A.f(0)
IO.puts("never")
