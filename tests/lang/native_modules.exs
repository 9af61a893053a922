# SPDX-License-Identifier: Apache-2.0
# Modules without a line of code in the language are modules like others.
IO.inspect(for module <- [:erlang, :math, :binary, :lists, :no_such_module], do: Code.ensure_loaded(module))
IO.inspect(for module <- [:erlang, :math, :no_such_module], do: Code.ensure_loaded?(module))

for {module, function, args} <- [{:math, :sqroot, [1]}, {:erlang, :slef, []}, {:math, :sqrt, [1, 2]}, {:no_such_module, :f, []}] do
  try do
    apply(module, function, args)
  rescue
    e ->
      IO.puts(Exception.message(e))
      {blamed, _} = Exception.blame(:error, e, __STACKTRACE__)
      IO.puts(Exception.message(blamed))
  end
end
