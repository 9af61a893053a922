# SPDX-License-Identifier: Apache-2.0
defmodule A do
  def f, do: %Nope{a: 1}
end
