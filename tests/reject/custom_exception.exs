# SPDX-License-Identifier: Apache-2.0
defmodule MyError do
  defexception [:code]
  def message(e), do: "my code is #{e.code}"
end

raise MyError, code: 7
