# SPDX-License-Identifier: Apache-2.0
defmodule A do
  def f, do: super()
end
