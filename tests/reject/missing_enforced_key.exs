# SPDX-License-Identifier: Apache-2.0
defmodule P do
  @enforce_keys [:x]
  defstruct [:x, :y]
end

defmodule A do
  def f, do: %P{y: 2}
end
