# Templates compiled to quoted code: an engine as a behaviour, functions defined from text.

defmodule Tmpl do
  defmodule SyntaxError do
    defexception [:message, :line]
    def exception(opts), do: %__MODULE__{line: opts[:line], message: "line #{opts[:line]}: #{opts[:message]}"}
  end
  defmodule Engine do
    @callback handle_text(state :: term, binary) :: term
    @callback handle_expr(state :: term, marker :: String.t(), Macro.t()) :: term
    @callback handle_body(term) :: Macro.t()
    @optional_callbacks handle_text: 2
    defmacro __using__(_) do
      quote do
        @behaviour Tmpl.Engine
        @impl Tmpl.Engine
        def handle_text(acc, t), do: [t | acc]
        @impl true
        def handle_expr(acc, "=", e), do: [quote(do: to_string(unquote(e))) | acc]
        def handle_expr(acc, "", e), do: [quote(do: (unquote(e); "")) | acc]
        @impl true
        def handle_body(acc), do: acc |> Enum.reverse() |> Enum.reduce(fn e, a -> quote(do: unquote(a) <> unquote(e)) end)
        defoverridable Tmpl.Engine
      end
    end
  end
  defmodule Smart do
    use Engine
    def handle_expr(acc, m, e) do
      e = Macro.prewalk(e, fn
        {:@, meta, [{name, _, ctx}]} when is_atom(name) and is_atom(ctx) ->
          quote line: meta[:line] || 0, do: Access.get(var!(assigns), unquote(name))
        n -> n
      end)
      super(acc, m, e)
    end
    def handle_body([]), do: ""
    def handle_body(acc), do: super(acc)
  end

  def tokenize(bin), do: tok(bin, 1, "", [])
  defp tok("", _, "", acc), do: Enum.reverse(acc)
  defp tok("", l, buf, acc), do: Enum.reverse([{:text, l, buf} | acc])
  defp tok("<%%" <> r, l, b, acc), do: tok(r, l, b <> "<%", acc)
  defp tok("<%#" <> r, l, b, acc) do
    [c, r] = :binary.split(r, "%>")
    tok(r, l + nl(c), b, acc)
  end
  defp tok("<%" <> r, l, b, acc) do
    {mark, r} = case r do
      "=" <> r -> {"=", r}
      r -> {"", r}
    end
    case String.split(r, "%>", parts: 2) do
      [code, rest] ->
        acc = if b == "", do: acc, else: [{:text, l, b} | acc]
        tok(rest, l + nl(code), "", [{kind(String.trim(code)), l, mark, code} | acc])
      [_] -> raise SyntaxError, line: l, message: "missing token '%>'"
    end
  end
  defp tok(<<?\n, r::binary>>, l, b, acc), do: tok(r, l + 1, b <> "\n", acc)
  defp tok(<<c::utf8, r::binary>>, l, b, acc), do: tok(r, l, <<b::binary, c::utf8>>, acc)
  defp nl(s), do: s |> String.graphemes() |> Enum.count(&(&1 == "\n"))
  defp kind("end" <> _), do: :end
  defp kind(c) do
    cond do
      String.ends_with?(c, " do") or String.ends_with?(c, "->") and String.contains?(c, "fn ") -> :start
      c in ~w(else rescue after catch) or String.ends_with?(c, "->") -> :mid
      true -> :expr
    end
  end

  def compile(src, opts \\ []) do
    engine = Keyword.get(opts, :engine, Smart)
    {ast, []} = gen(tokenize(src), engine, [])
    ast
  end
  defp gen([], e, acc), do: {e.handle_body(acc), []}
  defp gen([{:text, _, t} | r], e, acc), do: gen(r, e, e.handle_text(acc, t))
  defp gen([{:expr, l, m, code} | r], e, acc), do: gen(r, e, e.handle_expr(acc, m, Code.string_to_quoted!(code, line: l)))
  defp gen([{:start, l, m, code} | r], e, acc) do
    {src, blocks, r} = block(r, e, code, %{}, 0, l)
    ast = Code.string_to_quoted!(src, line: l)
    ast = Macro.prewalk(ast, fn
      {:__BLK__, _, [i]} -> Map.fetch!(blocks, i)
      x -> x
    end)
    gen(r, e, e.handle_expr(acc, m, ast))
  end
  defp gen([{k, l, _, _} | _], _, _) when k in [:mid, :end], do: raise(SyntaxError, line: l, message: "unexpected #{k}")
  defp block(tokens, e, src, blocks, n, l) do
    {inner, rest} = until(tokens, 0, [], l)
    {ast, []} = gen(inner, e, [])
    src = src <> " __BLK__(#{n}) "
    blocks = Map.put(blocks, n, ast)
    case rest do
      [{:end, _, _, c} | r] -> {src <> c, blocks, r}
      [{:mid, _, _, c} | r] -> block(r, e, src <> "\n" <> c, blocks, n + 1, l)
    end
  end
  defp until([{:start, _, _, _} = t | r], d, acc, l), do: until(r, d + 1, [t | acc], l)
  defp until([{:end, _, _, _} = t | r], d, acc, l) when d > 0, do: until(r, d - 1, [t | acc], l)
  defp until([{k, _, _, _} | _] = r, 0, acc, _) when k in [:end, :mid], do: {Enum.reverse(acc), r}
  defp until([t | r], d, acc, l), do: until(r, d, [t | acc], l)
  defp until([], _, _, l), do: raise(SyntaxError, line: l, message: "unexpected end of template, expected a closing '<% end %>'")

  def eval(src, binding \\ [], opts \\ []) do
    {v, _} = src |> compile(opts) |> Code.eval_quoted(binding)
    v
  end
  defmacro function_from_string(kind, name, src, args) do
    quote bind_quoted: [kind: kind, name: name, src: src, args: args] do
      info = Keyword.merge([file: __ENV__.file, line: __ENV__.line], [])
      args = Enum.map(args, &{&1, [line: info[:line]], nil})
      body = Tmpl.compile(src)
      case kind do
        :def -> def(unquote(name)(unquote_splicing(args)), do: unquote(body))
        :defp -> defp(unquote(name)(unquote_splicing(args)), do: unquote(body))
      end
    end
  end
end
defmodule Views do
  require Tmpl
  Tmpl.function_from_string(:def, :page, """
  <h1><%= String.upcase(title) %></h1>
  <%# a comment
     over lines %>
  <%= for {item, i} <- Enum.with_index(items, 1) do %>
    <%= if rem(i, 2) == 0 do %>* <%= item %><% else %>- <%= row(item) %><% end %>
  <% end %><%% not code %>
  """, [:title, :items])
  Tmpl.function_from_string(:defp, :row, "[<%= x %>]", [:x])
end
IO.puts Views.page("hé", ["a", 2, :c])
IO.puts Tmpl.eval("<%= @a %>/<%= inspect(@b) %>/<%= a = 3; a * 2 %>", assigns: [a: 1])
IO.inspect Tmpl.eval("")
IO.puts Tmpl.eval("<%= Enum.map_join(l, \",\", fn x -> %>(<%= x %>)<% end) %>", l: [1, 2])
for bad <- ["<%= 1", "a\nb <%= if true do %>x", "<% end %>", "<%= 1 + %>", "<%= foo %>"] do
  try do
    IO.inspect Tmpl.eval(bad)
  rescue
    e in [Tmpl.SyntaxError] -> IO.puts("template error: #{e.message}")
    e in TokenMissingError -> IO.inspect({:token_missing, e.line})
    e in CompileError -> IO.inspect(:compile_error)
  end
end
IO.puts Macro.to_string(Tmpl.compile("a<%= if @x do %>b<%= @y %><% end %>c"))
IO.inspect Tmpl.tokenize("a\n<%= b %>\n")
