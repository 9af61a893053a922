# SPDX-License-Identifier: Apache-2.0
#
# The function `child_spec/1` that `use` of a behaviour gives a module: how to start it under a supervisor.

defmodule :joist_child_spec do
  @moduledoc false

  # `doc` stands above it unless the module brings its own, `own` is what the behaviour adds to id and start, and the options of `use` come last.
  def define(options, doc, own \\ %{}) do
    quote location: :keep, bind_quoted: [options: options, doc: doc, own: Macro.escape(own)] do
      unless Module.has_attribute?(__MODULE__, :doc) do
        @doc doc
      end

      def child_spec(arg) do
        default = %{id: __MODULE__, start: {__MODULE__, :start_link, [arg]}}
        Supervisor.child_spec(Map.merge(default, unquote(Macro.escape(own))), unquote(Macro.escape(options)))
      end

      defoverridable child_spec: 1
    end
  end
end
