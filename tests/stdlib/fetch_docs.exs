# What a module's docs chunk holds, read back from the bytes of the compiled module.
Code.put_compiler_option(:docs, true)

{:module, _, bytes, _} =
  defmodule Documented do
    @moduledoc "A module."
    @moduledoc since: "1.0.0"

    @typedoc "A type."
    @typedoc since: "1.1.0"
    @type t :: integer
    @type undocumented(a) :: {a, t}
    @opaque hidden_inside :: atom
    @typedoc false
    @type hidden :: atom
    @typep private :: atom
    @type user :: private

    @doc "A callback."
    @callback run(input :: term, t) :: private | user
    @macrocallback expand(term) :: Macro.t()

    @doc since: "1.2.0"
    @doc "Plain."
    @doc author: :me
    def plain(a, b), do: {a, b}

    @doc "Defaults."
    def defaults(a, b \\ [], c \\ %{x: 1}), do: {a, b, c}

    @doc "Head."
    def head(list, default \\ nil)
    def head([], default), do: default
    def head([h | _], _), do: h

    @deprecated "use plain/2"
    def old(x), do: x

    @doc false
    def internal, do: :ok

    def _underscored, do: :ok
    def undocumented(_ignored), do: :ok

    # The names of arguments: variables first, then what the patterns suggest.
    def by_kind(1, :a, "b", 1.5, [], {}, %{}, true, <<_::8>>), do: :ok
    def same_kind([], []), do: :ok
    def different(1), do: :a
    def different(:b), do: :b
    def first_variable(0), do: 0
    def first_variable(count), do: count
    def first_variable(other), do: other
    def matched(%{a: _} = map, [_ | _] = list), do: {map, list}
    def struct(%Range{}, %Macro.Env{}), do: :ok

    @doc "Macro."
    defmacro macro(left, do: block), do: {left, block}

    @doc "Operator."
    def left +++ right, do: left ++ right

    defp hidden_function(x), do: x
    def uses, do: hidden_function(1)

    @doc guard: true
    defguard is_small(x) when x < 10

    defdelegate fetch(map, key), to: Map
  end

path = Path.join(System.tmp_dir!(), "fetch_docs_#{System.pid()}.beam")
File.write!(path, bytes)
{:docs_v1, line, :elixir, "text/markdown", doc, metadata, entries} = Code.fetch_docs(path)
File.rm!(path)

IO.inspect({if(is_list(line), do: line[:location], else: line), doc, Map.take(metadata, [:since])})

for {{kind, name, arity}, line, signature, doc, metadata} <- Enum.sort(entries) do
  line = if is_list(line), do: line[:location], else: line
  IO.inspect({kind, name, arity, line, signature, doc, Enum.sort(Map.delete(metadata, :source_annos))}, width: 120)
end

IO.inspect(Code.fetch_docs(NoSuchModule))
IO.inspect(Code.fetch_docs("/nowhere/at/all"))
{:docs_v1, _, :elixir, "text/markdown", %{"en" => text}, _, entries} = Code.fetch_docs(Enum)
IO.inspect({is_binary(text), length(entries) > 100})
IO.inspect(for {{:function, :map, arity}, _, signature, %{"en" => _}, _} <- entries, do: {arity, signature})
