# CSV, INI, a part of YAML and expressions: recursive descent over binaries and lists, a sigil that is a macro.

defmodule Csv do
  def parse(bin, opts \\ []) do
    sep = Keyword.get(opts, :separator, ?,)
    rows = bin |> rows(sep) |> Enum.to_list()
    case opts[:headers] do
      true -> [h | t] = rows; Enum.map(t, &Map.new(Enum.zip(h, &1)))
      h when is_list(h) -> Enum.map(rows, &Enum.zip(h, &1))
      _ -> rows
    end
  end
  defp rows(bin, sep) do
    Stream.unfold({bin, 1}, fn
      {"", _} -> nil
      {b, n} ->
        {row, rest, n2} = row(b, sep, n, [], [])
        {row, {rest, n2}}
    end)
  end
  defp row(<<?", r::binary>>, sep, n, [], fs), do: quoted(r, sep, n, n, [], fs)
  defp row(<<"\r\n", r::binary>>, _, n, f, fs), do: {fin(f, fs), r, n + 1}
  defp row(<<?\n, r::binary>>, _, n, f, fs), do: {fin(f, fs), r, n + 1}
  defp row(<<sep, r::binary>>, sep, n, f, fs), do: row(r, sep, n, [], [str(f) | fs])
  defp row(<<c, r::binary>>, sep, n, f, fs), do: row(r, sep, n, [f | <<c>>], fs)
  defp row(<<>>, _, n, f, fs), do: {fin(f, fs), "", n}
  defp quoted(<<?", ?", r::binary>>, s, n, st, f, fs), do: quoted(r, s, n, st, [f, ?"], fs)
  defp quoted(<<?", r::binary>>, s, n, _, f, fs), do: row(r, s, n, f, fs)
  defp quoted(<<?\n, r::binary>>, s, n, st, f, fs), do: quoted(r, s, n + 1, st, [f, ?\n], fs)
  defp quoted(<<c, r::binary>>, s, n, st, f, fs), do: quoted(r, s, n, st, [f, c], fs)
  defp quoted(<<>>, _, n, st, _, _), do: raise("unterminated quote, row #{st} to #{n}")
  defp str(f), do: IO.iodata_to_binary(f)
  defp fin(f, fs), do: Enum.reverse([str(f) | fs])
  def dump(rows) do
    for row <- rows, into: "" do
      Enum.map_join(row, ",", fn v ->
        s = to_string(v)
        if String.contains?(s, [",", "\"", "\n", "\r"]), do: ~s("#{String.replace(s, ~s("), ~s(""))}"), else: s
      end) <> "\r\n"
    end
  end
end
defmodule Ini do
  def parse(text) do
    text
    |> String.split(["\r\n", "\n"])
    |> Enum.map(&String.trim/1)
    |> Enum.with_index(1)
    |> Enum.reject(fn {l, _} -> l == "" or String.starts_with?(l, [";", "#"]) end)
    |> Enum.reduce({%{}, nil}, fn
      {<<"[", rest::binary>>, n}, {acc, _} ->
        sz = byte_size(rest) - 1
        case rest do
          <<name::binary-size(sz), "]">> -> {Map.put_new(acc, name, %{}), name}
          _ -> throw({:bad_section, n})
        end
      {line, n}, {acc, sec} ->
        case String.split(line, "=", parts: 2) |> Enum.map(&String.trim/1) do
          [k, v] when k != "" -> {update_in(acc, [Access.key(sec, %{}), k], &join(&1, val(v))), sec}
          _ -> throw({:bad_line, n, line})
        end
    end)
    |> elem(0)
    |> then(&{:ok, &1})
  catch
    {tag, n} when is_integer(n) -> {:error, "#{tag} at #{n}"}
    {:bad_line, n, l} -> {:error, "cannot parse line #{n}: #{inspect(l)}"}
  end
  defp join(nil, v), do: v
  defp join(l, v) when is_list(l), do: l ++ [v]
  defp join(o, v), do: [o, v]
  defp val(<<q, r::binary>>) when q in [?", ?'] and binary_part(r, byte_size(r) - 1, 1) == <<q>>, do: binary_part(r, 0, byte_size(r) - 1)
  defp val(v) when v in ~w(true yes on), do: true
  defp val(v) when v in ~w(false no off), do: false
  defp val(v) do
    with :error <- num(Integer, v), :error <- num(Float, v), do: v
  end
  defp num(m, v) do
    case m.parse(v) do
      {n, ""} -> n
      _ -> :error
    end
  end
end
defmodule Yaml do
  def parse(src) do
    lines = for l <- String.split(src, "\n"), t = String.trim_trailing(l), String.trim(t) != "", not match?("#" <> _, String.trim_leading(t)) do
      {byte_size(t) - byte_size(String.trim_leading(t)), String.trim_leading(t)}
    end
    {v, []} = node(lines, 0)
    v
  end
  defp node([{i, "- " <> _} | _] = ls, min) when i >= min, do: seq(ls, i, [])
  defp node([{i, _} | _] = ls, min) when i >= min, do: map(ls, i, [])
  defp node(ls, _), do: {nil, ls}
  defp seq([{i, "- " <> r} | ls], i, acc) do
    case key(r) do
      {_, _} -> {v, ls} = map([{i + 2, r} | ls], i + 2, []); seq(ls, i, [v | acc])
      nil -> seq(ls, i, [scalar(r) | acc])
    end
  end
  defp seq(ls, _, acc), do: {Enum.reverse(acc), ls}
  defp map([{i, l} | ls], i, acc) do
    case key(l) do
      {k, ""} -> {v, ls} = node(ls, i + 1); map(ls, i, [{k, v} | acc])
      {k, "|"} ->
        {block, ls} = Enum.split_while(ls, fn {j, _} -> j > i end)
        map(ls, i, [{k, Enum.map_join(block, &(elem(&1, 1) <> "\n"))} | acc])
      {k, v} -> map(ls, i, [{k, scalar(v)} | acc])
      nil -> raise ArgumentError, message: "bad line: " <> l
    end
  end
  defp map(ls, _, acc), do: {Map.new(acc), ls}
  defp key(l) do
    case :binary.match(l, ":") do
      {p, 1} when p + 1 == byte_size(l) -> {binary_part(l, 0, p), ""}
      {p, 1} -> if :binary.at(l, p + 1) == ?\s, do: {binary_part(l, 0, p), String.trim(binary_part(l, p + 1, byte_size(l) - p - 1))}
      :nomatch -> nil
    end
  end
  defp scalar("[" <> r), do: r |> String.trim_trailing("]") |> String.split(",", trim: true) |> Enum.map(&(&1 |> String.trim() |> scalar))
  defp scalar("~"), do: nil
  defp scalar("null"), do: nil
  defp scalar(<<":", r::binary>>), do: String.to_atom(r)
  defp scalar(v) do
    cond do
      match?({_, ""}, Integer.parse(v)) -> String.to_integer(v)
      match?({_, ""}, Float.parse(v)) -> String.to_float(v)
      v in ["true", "false"] -> String.to_existing_atom(v)
      String.starts_with?(v, "\"") and String.ends_with?(v, "\"") -> String.slice(v, 1..-2//1)
      true -> v
    end
  end
end
defmodule Expr do
  # precedence climbing with sigil
  defmacro sigil_m({:<<>>, _, [s]}, mods) when is_binary(s) do
    ast = parse!(s)
    if ~c"d" -- mods == [], do: Macro.escape(ast), else: ast
  end
  defmacro sigil_m({:<<>>, m, parts}, _) do
    quote do: Expr.eval(unquote({:<<>>, m, parts}))
  end
  def eval(s), do: s |> parse!() |> Code.eval_quoted() |> elem(0)
  def parse!(s) do
    {e, []} = expr(lex(s), 0)
    e
  end
  defp lex(<<c, r::binary>>) when c in ~c" \n\t", do: lex(r)
  defp lex(<<c, _::binary>> = s) when c in ?0..?9 do
    {n, r} = case Float.parse(s) do
      {f, r} -> if f == trunc(f) and not String.contains?(binary_part(s, 0, byte_size(s) - byte_size(r)), "."), do: {trunc(f), r}, else: {f, r}
    end
    [n | lex(r)]
  end
  defp lex("**" <> r), do: [:** | lex(r)]
  defp lex(<<c, r::binary>>) when c in ~c[+-*/()], do: [List.to_atom([c]) | lex(r)]
  defp lex(""), do: []
  defp lex(<<c::utf8, _::binary>>), do: raise(ArgumentError, "unexpected #{<<c::utf8>>}")
  @prec %{+: {1, :l}, -: {1, :l}, *: {2, :l}, /: {2, :l}, **: {3, :r}}
  defp expr(ts, min) do
    {lhs, ts} = atom(ts)
    climb(lhs, ts, min)
  end
  defp climb(lhs, [op | ts] = all, min) when is_map_key(@prec, op) do
    {p, a} = @prec[op]
    if p >= min do
      {rhs, ts} = expr(ts, if(a == :l, do: p + 1, else: p))
      climb({op, [], [lhs, rhs]}, ts, min)
    else
      {lhs, all}
    end
  end
  defp climb(lhs, ts, _), do: {lhs, ts}
  defp atom([n | ts]) when is_number(n), do: {n, ts}
  defp atom([:- | ts]) do
    {e, ts} = atom(ts)
    {{:-, [], [e]}, ts}
  end
  defp atom([:"(" | ts]) do
    {e, [:")" | ts]} = expr(ts, 0)
    {e, ts}
  end
end
defmodule Main do
  import Expr
  def run do
    csv = "a,b,c\r\n1,\"x, \"\"y\"\"\",\n2,\"multi\nline\",é\n"
    IO.inspect Csv.parse(csv)
    IO.inspect Csv.parse(csv, headers: true)
    IO.inspect Csv.parse("1;2\n3;4", separator: ?;, headers: [:p, :q])
    IO.inspect csv |> Csv.parse() |> Csv.dump()
    try do Csv.parse("a,\"b\nc") rescue e -> IO.puts e.message end
    ini = """
    ; comment
    top = 1
    [db]
    host = "localhost"
    port=5432
    ssl = yes
    ratio = 1.5
    host2 = a = b
    tag = one
    tag = two
    tag = three
    [empty]
    """
    IO.inspect Ini.parse(ini)
    IO.inspect Ini.parse("[db")
    IO.inspect Ini.parse("novalue")
    yaml = ~S"""
    name: test
    version: 1.5
    # c
    list:
      - 1
      - two
      - key: v
        other: [1, 2, x]
      - ~
    nested:
      deep:
        atom: :abc
        flag: true
      text: |
        line one
        line two
    quoted: "a: b"
    """
    IO.inspect Yaml.parse(yaml)
    IO.puts(inspect(Yaml.parse(yaml), width: 30, pretty: true))
    try do Yaml.parse("a: 1\nbroken") rescue e in ArgumentError -> IO.inspect e end
    IO.inspect ~m(1 + 2 * 3 ** 2 ** 1 - -4)
    IO.inspect ~m[(1 + 2) * 3]d
    n = 5
    IO.inspect ~m"#{n} * 2"
    IO.inspect Macro.to_string(Expr.parse!("1.5*(2-3)/4"))
    try do Expr.eval("1 $ 2") rescue e -> IO.puts Exception.message(e) end
    try do Expr.eval("(1 + 2") rescue e -> IO.inspect e end
    try do Expr.eval("1 / 0") rescue e -> IO.inspect e end
  end
end
Main.run()
