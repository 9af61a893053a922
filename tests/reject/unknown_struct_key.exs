# SPDX-License-Identifier: Apache-2.0
defmodule P do
  defstruct [:x]
end

defmodule A do
  def f, do: %P{x: 1, zed: 2}
end
