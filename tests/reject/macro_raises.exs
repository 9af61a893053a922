# SPDX-License-Identifier: Apache-2.0
defmodule M do
  defmacro boom(_), do: raise("macro failed")
end

defmodule A do
  require M
  def f, do: M.boom(1)
end
