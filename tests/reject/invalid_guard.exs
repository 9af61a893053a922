# SPDX-License-Identifier: Apache-2.0
defmodule A do
  def f(x) when String.length(x) > 1, do: x
end
