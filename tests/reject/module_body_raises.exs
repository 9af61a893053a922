# SPDX-License-Identifier: Apache-2.0
defmodule A do
  raise ArgumentError, "in the body"
end
