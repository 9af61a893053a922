# Schemas, changesets and queries in the manner of a database library: macros that rewrite expressions, structs, Inspect.

defmodule Schema do
  defmacro __using__(_) do
    quote do
      import Schema
      Module.register_attribute(__MODULE__, :fields, accumulate: true)
      Module.register_attribute(__MODULE__, :assocs, accumulate: true, persist: true)
      @primary_key {:id, :integer, []}
      @before_compile Schema
    end
  end
  defmacro schema(source, do: block) do
    quote do
      @source unquote(source)
      {pk, t, o} = @primary_key
      Schema.__field__(__MODULE__, pk, t, o)
      try do
        unquote(block)
      after
        :ok
      end
      @struct_fields for {n, _, o} <- Enum.reverse(@fields), do: {n, Keyword.get(o, :default)}
      defstruct @struct_fields
    end
  end
  defmacro field(name, type \\ :string, opts \\ []) do
    quote do: Schema.__field__(__MODULE__, unquote(name), unquote(type), unquote(opts))
  end
  defmacro belongs_to(name, mod) do
    mod = Macro.expand(mod, __CALLER__)
    quote bind_quoted: [name: name, mod: mod] do
      @assocs {name, mod}
      field :"#{name}_id", :integer
    end
  end
  defmacro embeds(name, do: block) do
    child = Module.concat(__CALLER__.module, name |> to_string() |> Macro.camelize())
    quote do
      defmodule unquote(child) do
        use Schema
        @primary_key {:uuid, :string, default: "gen"}
        schema "embedded", do: unquote(block)
      end
      field unquote(name), {:embed, unquote(child)}
    end
  end
  defmacro timestamps do
    for n <- [:inserted_at, :updated_at] do
      quote do: field(unquote(n), :integer, default: 0)
    end
    |> then(&{:__block__, [], &1})
  end
  def __field__(mod, name, type, opts) do
    if Enum.any?(Module.get_attribute(mod, :fields), &match?({^name, _, _}, &1)) do
      raise ArgumentError, "field/association #{inspect name} is already set on schema of #{inspect mod}"
    end
    Module.put_attribute(mod, :fields, {name, type, opts})
  end
  defmacro __before_compile__(env) do
    fields = env.module |> Module.get_attribute(:fields) |> Enum.reverse()
    types = for {n, t, _} <- fields, do: (def_type(n, t))
    quote do
      def __schema__(:fields), do: unquote(Enum.map(fields, &elem(&1, 0)))
      def __schema__(:source), do: @source
      def __schema__(:assocs), do: Enum.reverse(@assocs)
      unquote(types)
      def __schema__(:type, _), do: nil
    end
  end
  defp def_type(n, t), do: quote(do: def(__schema__(:type, unquote(n)), do: unquote(Macro.escape(t))))
end
defmodule Changeset do
  @enforce_keys [:data]
  defstruct data: nil, changes: %{}, errors: [], valid?: true, params: nil, required: []
  defimpl Inspect do
    import Inspect.Algebra
    def inspect(cs, opts) do
      fields = for k <- [:changes, :errors, :valid?], do: {k, Map.get(cs, k)}
      container_doc("#Changeset<", fields, ">", opts, fn {k, v}, o -> concat([Atom.to_string(k), ": ", to_doc(v, o)]) end, break: :strict)
    end
  end
  def cast(%mod{} = data, params, allowed) when is_map(params) do
    Enum.reduce(allowed, %__MODULE__{data: data, params: params}, fn f, cs ->
      key = to_string(f)
      case params do
        %{^key => v} -> cast_field(cs, f, mod.__schema__(:type, f), v)
        %{^f => v} -> cast_field(cs, f, mod.__schema__(:type, f), v)
        %{} -> cs
      end
    end)
  end
  defp cast_field(cs, f, type, v) do
    current = Map.fetch!(cs.data, f)
    case cast_value(type, v) do
      {:ok, ^current} -> cs
      {:ok, new} -> put_in(cs.changes[f], new)
      :error -> add_error(cs, f, "is invalid", type: type, validation: :cast)
    end
  end
  defp cast_value(:integer, v) when is_integer(v), do: {:ok, v}
  defp cast_value(:integer, v) when is_binary(v) do
    case Integer.parse(v) do
      {i, ""} -> {:ok, i}
      _ -> :error
    end
  end
  defp cast_value(:string, v) when is_binary(v) or is_nil(v), do: {:ok, v}
  defp cast_value({:array, t}, v) when is_list(v) do
    Enum.reduce_while(v, {:ok, []}, fn x, {:ok, acc} ->
      case cast_value(t, x), do: ({:ok, y} -> {:cont, {:ok, acc ++ [y]}}; :error -> {:halt, :error})
    end)
  end
  defp cast_value(:float, v) do
    with true <- is_binary(v), {f, ""} <- Float.parse(v) do {:ok, f} else
      false when is_number(v) -> {:ok, v * 1.0}
      _ -> :error
    end
  end
  defp cast_value(_, _), do: :error
  def add_error(%__MODULE__{} = cs, f, msg, keys \\ []), do: %{cs | errors: [{f, {msg, keys}} | cs.errors], valid?: false}
  def validate_required(cs, fields) do
    Enum.reduce(List.wrap(fields), %{cs | required: fields}, fn f, cs ->
      if get_field(cs, f) in [nil, ""], do: add_error(cs, f, "can't be blank", validation: :required), else: cs
    end)
  end
  def validate_length(cs, f, opts) do
    validate_change(cs, f, fn _, v ->
      len = String.length(v)
      Enum.find_value(opts, [], fn
        {:min, m} when len < m -> [{f, {"should be at least %{count} character(s)", [count: m]}}]
        {:max, m} when len > m -> [{f, {"should be at most %{count} character(s)", [count: m]}}]
        {k, _} when k not in [:min, :max] -> raise(ArgumentError, "unknown option #{inspect(k)}")
        _ -> nil
      end)
    end)
  end
  def validate_change(cs, f, fun) do
    with {:ok, v} <- Map.fetch(cs.changes, f),
         [_ | _] = errs <- fun.(f, v) do
      %{cs | errors: errs ++ cs.errors, valid?: false}
    else
      _ -> cs
    end
  end
  def get_field(%{changes: c, data: d}, f, default \\ nil) do
    case {c, d} do
      {%{^f => v}, _} -> v
      {_, %{^f => v}} -> v
      _ -> default
    end
  end
  def traverse_errors(%{errors: errs}, fun) do
    errs |> Enum.reverse() |> Enum.group_by(&elem(&1, 0), fn {_, {m, o}} -> fun.(m, o) end)
  end
  def apply_changes(%{data: d, changes: c}), do: struct!(d, c)
end
defmodule Query do
  defstruct from: nil, wheres: [], select: nil, order: [], limit: nil
  defmacro from({:in, _, [{v, _, _}, source]}, kw) do
    binds = [v]
    base = quote do: %Query{from: unquote(source)}
    Enum.reduce(kw, base, fn
      {:where, e}, q -> quote do: Query.where_(unquote(q), unquote(build(e, binds)), unquote(Macro.to_string(e)))
      {:select, e}, q -> quote do: %{unquote(q) | select: unquote(build(e, binds))}
      {:order_by, e}, q -> quote do: %{unquote(q) | order: unquote(for {d, x} <- order(e), do: {d, build(x, binds)})}
      {:limit, n}, q -> quote do: %{unquote(q) | limit: unquote(n)}
      {k, _}, _ -> raise ArgumentError, "unsupported #{k} in keyword query expression"
    end)
  end
  defp order(l) when is_list(l), do: Enum.map(l, fn {d, e} when d in [:asc, :desc] -> {d, e}; e -> {:asc, e} end)
  defp order(e), do: [{:asc, e}]
  def where_(q, f, s), do: %{q | wheres: q.wheres ++ [{f, s}]}
  defp build(e, [v]) do
    var = Macro.var(:row, __MODULE__)
    body = Macro.postwalk(e, fn
      {:^, _, [x]} -> x
      {^v, _, ctx} when is_atom(ctx) -> var
      {{:., m, [^var, f]}, m2, []} -> {{:., m, [var, f]}, Keyword.put(m2, :no_parens, true), []}
      x -> x
    end)
    quote do: fn unquote(var) -> _ = unquote(var); unquote(body) end
  end
  def all(%Query{} = q, db) do
    db |> Map.fetch!(q.from)
    |> Enum.filter(fn r -> Enum.all?(q.wheres, fn {f, _} -> f.(r) end) end)
    |> then(fn rows -> Enum.reduce(Enum.reverse(q.order), rows, fn {d, f}, rs -> Enum.sort_by(rs, f, d) end) end)
    |> then(&if(q.limit, do: Enum.take(&1, q.limit), else: &1))
    |> Enum.map(q.select || & &1)
  end
end
defmodule Person do
  use Schema
  schema "people" do
    field :name
    field :age, :integer, default: 18
    field :tags, {:array, :string}, default: []
    field :score, :float
    belongs_to :company, Acme.Company
    embeds :address do
      field :street
    end
    timestamps()
  end
  def changeset(p, params) do
    p |> Changeset.cast(params, [:name, :age, :tags, :score]) |> Changeset.validate_required([:name]) |> Changeset.validate_length(:name, min: 2, max: 5)
  end
end
defmodule Main do
  import Query
  def run do
    IO.inspect %Person{}
    IO.inspect %Person.Address{street: "s"}
    IO.inspect Person.__schema__(:fields)
    IO.inspect Person.__schema__(:type, :address)
    IO.inspect Person.__schema__(:assocs)
    IO.inspect Keyword.get_values(Person.__info__(:attributes), :assocs)
    for p <- [%{"name" => "x", "age" => "12a"}, %{name: "Zoë", age: 7, tags: ["a"], score: 2}, %{"tags" => [1]}, %{"name" => "toolong", "score" => "1.5"}] do
      cs = Person.changeset(%Person{}, p)
      IO.inspect cs
      IO.inspect cs, structs: false, width: 120
      IO.inspect Changeset.traverse_errors(cs, fn m, o -> Enum.reduce(o, m, fn {k, v}, a -> String.replace(a, "%{#{k}}", inspect(v)) end) end)
      if cs.valid?, do: IO.inspect(Changeset.apply_changes(cs))
    end
    db = %{"people" => for({n, a} <- [{"ann", 30}, {"bob", 17}, {"cid", 44}, {"dee", 30}], do: %{name: n, age: a})}
    min = 18
    q = from p in "people", where: p.age >= ^min and p.name != "cid", where: String.length(p.name) == 3, order_by: [desc: p.age, asc: p.name], select: {p.name, p.age * 2}, limit: 5
    IO.inspect Query.all(q, db)
    IO.inspect Enum.map(q.wheres, &elem(&1, 1))
    IO.inspect Query.all(from(x in "people", order_by: x.name, limit: 1), db)
    try do
      Code.eval_string("import Query; from p in 1, wher: 2")
    rescue
      e in ArgumentError -> IO.puts e.message
    end
    try do
      defmodule Dup do
        use Schema
        schema "x" do
          field :a
          field :a
        end
      end
    rescue
      e in ArgumentError -> IO.puts e.message
    end
    try do
      struct!(Person, nope: 1)
    rescue
      e in KeyError -> IO.inspect e.key
    end
    try do
      struct!(Changeset, valid?: 1)
    rescue
      e in ArgumentError -> IO.puts e.message
    end
  end
end
Main.run()
