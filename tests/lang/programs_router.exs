# Routes and plugs by macros: `use`, accumulated attributes, `__before_compile__`, macros that define macros.

defmodule MiniPlug do
  defmodule Conn do
    defstruct method: "GET", path_info: [], params: %{}, status: nil, resp: nil, halted: false, assigns: %{}, private: %{}
    def assign(%__MODULE__{assigns: a} = c, k, v), do: %{c | assigns: Map.put(a, k, v)}
    def halt(%__MODULE__{} = c), do: %__MODULE__{c | halted: true}
    def resp(%__MODULE__{} = c, s, b), do: %{c | status: s, resp: b}
  end
  defmodule Builder do
    defmacro __using__(opts) do
      quote do
        @opts unquote(opts)
        import MiniPlug.Builder, only: [plug: 1, plug: 2]
        import MiniPlug.Conn
        Module.register_attribute(__MODULE__, :plugs, accumulate: true)
        @before_compile MiniPlug.Builder
        def init(o), do: o
        def call(conn, o), do: plug_builder_call(conn, o)
        defoverridable init: 1, call: 2
      end
    end
    defmacro plug(p, opts \\ []) do
      p = Macro.expand(p, %{__CALLER__ | function: {:init, 1}})
      quote do
        @plugs {unquote(p), unquote(Macro.escape(opts)), true}
      end
    end
    defmacro __before_compile__(env) do
      plugs = Module.get_attribute(env.module, :plugs)
      conn = quote do: conn
      body = Enum.reduce(plugs, conn, fn {plug, opts, _guard}, acc -> compile(plug, opts, conn, acc) end)
      quote do
        defp plug_builder_call(unquote(conn), _), do: unquote(body)
        def __plugs__, do: unquote(plugs |> Enum.reverse() |> Enum.map(&elem(&1, 0)))
      end
    end
    defp compile(plug, opts, conn, acc) do
      call = case Atom.to_charlist(plug) do
        ~c"Elixir." ++ _ -> quote(do: unquote(plug).call(unquote(conn), unquote(plug).init(unquote(opts))))
        _ -> quote(do: unquote(plug)(unquote(conn), unquote(opts)))
      end
      quote do
        case unquote(call) do
          %MiniPlug.Conn{halted: true} = c -> c
          %MiniPlug.Conn{} = unquote(conn) -> unquote(acc)
          other -> raise "expected #{unquote(inspect(plug))} to return a conn, got: #{inspect(other)}"
        end
      end
    end
  end
  defmodule Router do
    defmacro __using__(_) do
      quote location: :keep do
        use MiniPlug.Builder
        import MiniPlug.Router
        Module.register_attribute(__MODULE__, :routes, accumulate: true)
        @before_compile MiniPlug.Router
        @scope []
      end
    end
    for m <- ~w(get post put delete patch)a do
      @doc "Defines a #{m} route."
      defmacro unquote(m)(path, opts \\ [], do_block) do
        add(unquote(m), path, Keyword.merge(opts, do_block))
      end
    end
    defmacro match(path, do: b), do: add(:_, path, do: b)
    defmacro scope(prefix, do: block) do
      quote do
        old = @scope
        @scope old ++ MiniPlug.Router.split(unquote(prefix))
        unquote(block)
        @scope old
      end
    end
    def split(p), do: for(s <- String.split(p, "/"), s != "", do: s)
    defp add(method, path, opts) do
      {body, opts} = Keyword.pop!(opts, :do)
      quote bind_quoted: [method: method, path: path, body: Macro.escape(body, unquote: true), as: opts[:as]] do
        @routes {method, @scope ++ MiniPlug.Router.split(path), body, as}
      end
    end
    defmacro __before_compile__(env) do
      routes = env.module |> Module.get_attribute(:routes) |> Enum.reverse()
      clauses = for {m, segs, body, _} <- routes do
        {pat, vars} = pattern(segs)
        method = if m == :_, do: quote(do: _), else: m |> to_string |> String.upcase()
        binds = for v <- vars, do: {Atom.to_string(v), Macro.var(v, nil)}
        quote do
          defp do_match(unquote(method), unquote(pat), var!(conn)) do
            var!(conn) = %{var!(conn) | params: Map.merge(var!(conn).params, %{unquote_splicing(binds)})}
            _ = var!(conn)
            unquote(body)
          end
        end
      end
      helpers = for {_, segs, _, as} when as != nil <- routes do
        {_, vars} = pattern(segs)
        parts = for s <- segs, do: (case s do ":" <> v -> quote(do: to_string(unquote(Macro.var(String.to_atom(v), nil)))); s -> s end)
        quote do
          def unquote(:"#{as}_path")(unquote_splicing(Enum.map(vars, &Macro.var(&1, nil)))), do: "/" <> Enum.join(unquote(parts), "/")
        end
      end
      quote do
        unquote_splicing(clauses)
        defp do_match(m, p, conn), do: MiniPlug.Conn.resp(conn, 404, "no route for #{m} /#{Enum.join(p, "/")}")
        def dispatch(conn, _), do: do_match(conn.method, conn.path_info, conn)
        unquote(helpers)
        def __routes__, do: unquote(Macro.escape(for {m, s, _, a} <- routes, do: {m, s, a}))
      end
    end
    defp pattern(segs) do
      {ps, vs} = Enum.map_reduce(segs, [], fn
        ":" <> name, acc -> n = String.to_atom(name); {Macro.var(n, nil), [n | acc]}
        "*" <> name, acc -> n = String.to_atom(name); {{:glob, n}, [n | acc]}
        s, acc -> {s, acc}
      end)
      pat = case List.last(ps) do
        {:glob, n} -> ps |> Enum.drop(-1) |> Enum.reverse() |> Enum.reduce(Macro.var(n, nil), fn p, tail -> [{:|, [], [p, tail]}] end)
        _ -> ps
      end
      {pat, Enum.reverse(vs)}
    end
  end
end
defmodule Auth do
  def init(o), do: Keyword.put_new(o, :role, :user)
  def call(conn, role: :admin), do: conn |> MiniPlug.Conn.resp(403, "no") |> MiniPlug.Conn.halt()
  def call(conn, o), do: MiniPlug.Conn.assign(conn, :auth, o)
end
defmodule App do
  use MiniPlug.Router
  plug :log, level: :info
  plug Auth
  plug :dispatch
  @greeting "hello"
  get "/" do
    resp(conn, 200, @greeting)
  end
  get "/users/:id", as: :user do
    resp(conn, 200, "user " <> id <> " #{inspect(conn.params)}")
  end
  scope "/api" do
    post("/items/:a/sub/:b", as: :sub, do: resp(conn, 201, {a, b}))
    scope "v2" do
      get "files/*path" do
        conn |> resp(200, path)
      end
    end
    get "/after", do: resp(conn, 200, :after_scope)
  end
  for n <- [:one, :two] do
    get "/gen/#{n}" do
      resp(conn, 200, unquote(n))
    end
  end
  match "/any", do: resp(conn, 200, conn.method)
  def log(conn, opts), do: assign(conn, :log, opts)
  def call(conn, o) do
    r = super(conn, o)
    %{r | private: %{wrapped: true}}
  end
end
defmodule Main do
 def run do
run = fn m, p -> App.call(%MiniPlug.Conn{method: m, path_info: MiniPlug.Router.split(p)}, App.init([])) end
for {m, p} <- [{"GET", "/"}, {"GET", "/users/42"}, {"POST", "/api/items/x/sub/y"}, {"GET", "/api/v2/files/a/b/c"}, {"GET", "/api/v2/files"}, {"GET", "/api/after"}, {"GET", "/gen/two"}, {"PUT", "/any"}, {"PUT", "/nope/1"}] do
  c = run.(m, p)
  IO.inspect({c.status, c.resp, c.assigns, c.private})
end
IO.inspect App.__plugs__()
IO.inspect App.__routes__(), width: 60
IO.puts App.user_path(7)
IO.puts App.sub_path("p", :q)
IO.inspect App.__info__(:functions)
IO.inspect MiniPlug.Router.__info__(:macros)
IO.inspect(%MiniPlug.Conn{})
end
end
Main.run()
