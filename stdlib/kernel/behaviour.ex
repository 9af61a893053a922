# SPDX-License-Identifier: Apache-2.0
#
# Behaviour: the old way to declare callbacks; `@callback` is the way now.
defmodule Behaviour do
  @moduledoc "Old macros for callbacks; write `@callback` and `@macrocallback` instead."

  @doc "Declares a function callback."
  defmacro defcallback(spec), do: quote(do: @callback(unquote(spec)))

  @doc "Declares a macro callback."
  defmacro defmacrocallback(spec), do: quote(do: @macrocallback(unquote(spec)))

  @doc false
  defmacro __using__(_), do: quote(do: import(unquote(__MODULE__)))
end
