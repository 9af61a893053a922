# SPDX-License-Identifier: Apache-2.0

defmodule :joist_native do
  @moduledoc """
  What natives of other libraries go on as.
  """

  @doc "Raises `exception` with a message, for a native that asked for it."
  def raise(exception, message), do: :erlang.error(exception.exception(message))
end
