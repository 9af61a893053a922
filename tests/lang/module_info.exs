# Modules that are natives, wholly or in part, tell about themselves as Erlang's do.
modules = [:erlang, :binary, :lists, :maps, :unicode, :math, :atomics, :counters, :persistent_term]

for module <- modules do
  exports = module.module_info(:exports)

  IO.inspect(
    {module, exports == Enum.uniq(exports), {:module_info, 0} in exports, {:module_info, 1} in exports, module.module_info(:module) == module,
     is_list(module.module_info(:attributes)), is_list(module.module_info(:compile)), Keyword.keys(module.module_info()),
     module.module_info() == :erlang.get_module_info(module), function_exported?(module, :module_info, 1)}
  )
end

# Natives and what is written in the language.
IO.inspect(for {module, name, arity} <- [{:math, :pi, 0}, {:lists, :reverse, 1}, {:lists, :foldl, 3}, {:maps, :get, 2}, {:maps, :fold, 3}, {:counters, :new, 2}], do: {name, arity} in module.module_info(:exports))
IO.inspect(Enum.all?(modules, fn m -> Enum.all?(m.module_info(:exports), fn {name, arity} -> function_exported?(m, name, arity) end) end))

for module <- modules do
  IO.inspect(
    try do
      module.module_info(:no_such_item)
    rescue
      e in ArgumentError -> e.__struct__
    end
  )
end
