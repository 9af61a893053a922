# Every public function and macro of the library has a text for `h`, and every module that is not hidden one of its own.
# Two that need none: what callers never write themselves stands with @doc false.
modules = for name <- Enum.uniq(:joist_code.module_names()), {:ok, docs} <- [:joist_docs.read(String.to_atom(name))], docs.doc != false, do: {name, docs}

for {name, docs} <- Enum.sort(modules) do
  if docs.doc == nil, do: IO.puts("#{name} has no @moduledoc")

  for entry <- docs.entries, entry.kind in [:function, :macro], entry.doc == nil or (is_binary(entry.doc) and String.trim(entry.doc) == "") do
    IO.puts("#{name}.#{entry.name}/#{entry.arity} has no @doc")
  end

  # What a spec says of a function that is not there is wrong.
  public = for entry <- docs.entries, entry.kind in [:function, :macro], arity <- (entry.arity - Keyword.get(entry.facts, :defaults, 0))..entry.arity, do: {entry.name, arity}

  for {:spec, line, code} <- docs.types do
    head = case(code) do {:when, _, [spec, _]} -> spec; spec -> spec end
    {:"::", _, [{called, _, args}, _]} = head
    arity = if is_list(args), do: length(args), else: 0
    if {called, arity} not in public, do: IO.puts("#{name}:#{line}: @spec of #{called}/#{arity}, which is not public")
  end
end

IO.puts("#{if length(modules) > 100, do: "over 100"} modules read")
