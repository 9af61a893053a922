# SPDX-License-Identifier: Apache-2.0
# raise of all kinds, rescue by type, list, name and bare; custom exceptions; reraise.

defmodule PlainError do
  defexception message: "plain default"
end

defmodule FieldError do
  defexception [:field, :value, code: 422]

  @impl true
  def message(%{field: f, value: v, code: c}), do: "#{f} is bad: #{inspect(v)} (#{c})"
end

defmodule BuiltError do
  defexception [:message, :extra]

  @impl true
  def exception(opts) when is_list(opts) do
    what = Keyword.fetch!(opts, :what)
    %BuiltError{message: "built from #{what}", extra: opts[:extra]}
  end

  def exception(text) when is_binary(text), do: %__MODULE__{message: "text: " <> text}
end

defmodule NoFields do
  defexception []
  def message(_), do: "no fields at all"
end

try do
  raise "text"
rescue
  e -> IO.inspect(e)
end

try do
  raise ArgumentError
rescue
  e -> IO.inspect(e)
end

try do
  raise ArgumentError, "with text"
rescue
  e -> IO.inspect(e)
end

try do
  raise ArgumentError, message: "by keyword"
rescue
  e -> IO.inspect(e.message)
end

try do
  raise PlainError
rescue
  e in PlainError -> IO.puts(e.message)
end

try do
  raise PlainError, message: "other"
rescue
  e in PlainError -> IO.puts(Exception.message(e))
end

try do
  raise PlainError, "string form"
rescue
  e in [PlainError] -> IO.puts(Exception.message(e))
end

try do
  raise FieldError, field: :age, value: -1
rescue
  e in FieldError ->
    IO.puts(Exception.message(e))
    IO.inspect({e.field, e.value, e.code, e.__exception__, e.__struct__})
end

try do
  raise BuiltError, what: "options", extra: 5
rescue
  e -> IO.inspect({Exception.message(e), e.extra})
end

try do
  raise BuiltError, "a string"
rescue
  e -> IO.puts(Exception.message(e))
end

try do
  raise NoFields
rescue
  e -> IO.puts(Exception.message(e))
end

# raising a value made before
err = RuntimeError.exception("made before")
try do
  raise err
rescue
  e -> IO.puts("same: #{e == err}")
end

# choice of clause
kind = fn f ->
  try do
    f.()
  rescue
    ArithmeticError -> :arith
    e in [ArgumentError, FieldError] -> {:arg_or_field, Exception.message(e)}
    e in RuntimeError -> {:runtime, e.message}
    _ in KeyError -> :key
    x in [MatchError] -> {:match, x.term}
    _ -> :other
  end
end

IO.inspect(kind.(fn -> 1 / Function.identity(0) end))
IO.inspect(kind.(fn -> raise ArgumentError, "a" end))
IO.inspect(kind.(fn -> raise FieldError, field: :x, value: 1 end))
IO.inspect(kind.(fn -> raise "r" end))
IO.inspect(kind.(fn -> Map.fetch!(%{}, :k) end))
IO.inspect(kind.(fn -> {:ok, _} = Function.identity(:no) end))
IO.inspect(kind.(fn -> Function.identity(nil).() end))
IO.inspect(kind.(fn -> :fine end))

# no clause fits: it goes on
try do
  try do
    raise "outer gets it"
  rescue
    e in ArgumentError -> IO.inspect(e)
  end
rescue
  e -> IO.puts("outer: " <> Exception.message(e))
end

# raise inside rescue, reraise
try do
  try do
    raise "first"
  rescue
    e -> raise ArgumentError, "second after " <> e.message
  end
rescue
  e -> IO.inspect(e)
end

try do
  try do
    raise "again"
  rescue
    e ->
      IO.puts("logging")
      reraise e, __STACKTRACE__
  end
rescue
  e in RuntimeError -> IO.puts("reraised " <> e.message)
end

try do
  try do
    raise "x"
  rescue
    _ -> reraise PlainError, [message: "replaced"], __STACKTRACE__
  end
rescue
  e -> IO.inspect(e)
end

# the value of try; variables stay inside
r =
  try do
    a = 1
    a + 1
  rescue
    _ -> :never
  end

IO.inspect(r)

# in functions
defmodule Safe do
  def div(a, b) do
    {:ok, Kernel.div(a, b)}
  rescue
    ArithmeticError -> {:error, :arith}
    e -> {:error, e.__struct__}
  end

  def run!(x) when x > 0, do: x
  def run!(x), do: raise(ArgumentError, "expected positive, got: #{x}")

  def nested(n) do
    try do
      deeper(n)
    rescue
      e in RuntimeError -> {:caught_at, n, e.message}
    end
  end

  defp deeper(0), do: raise("bottom")
  defp deeper(n), do: 1 + deeper(n - 1)
end

IO.inspect({Safe.div(7, 2), Safe.div(1, 0)})
IO.inspect(Safe.nested(1000))

try do
  Safe.run!(-5)
rescue
  e in ArgumentError -> IO.puts(e.message)
end

# exceptions are data
IO.inspect({is_exception(err), is_exception(err, RuntimeError), is_exception(err, KeyError), is_exception(%{})})
IO.inspect(struct(PlainError) == PlainError.exception([]))
IO.inspect(Exception.message(%KeyError{key: :a, term: []}) |> String.starts_with?("key :a not found"))
IO.inspect(Map.keys(struct(FieldError)) |> Enum.sort())
IO.puts(Exception.format_banner(:error, err))
IO.puts(Exception.format_banner(:throw, :x))
IO.puts(Exception.format_banner(:exit, :normal))

# stack trace shape
try do
  Safe.run!(0)
rescue
  _ ->
    [{m, f, arity, info} | rest] = __STACKTRACE__
    IO.inspect({m, f, arity, is_list(info), is_list(rest)})
    IO.inspect({info[:line] > 50, to_string(info[:file]) |> Path.basename()})
end
