# A reader and writer of JSON: binary matching, a protocol that is derived, exceptions of its own.

defmodule Json do
  @moduledoc """
  A small JSON reader and writer.

      iex> Json.decode("[1]")
      {:ok, [1]}
  """
  @type t :: nil | boolean | number | String.t() | [t] | %{optional(String.t()) => t}

  defmodule DecodeError do
    defexception [:position, :token, :data]
    @impl true
    def message(%{position: p, token: nil, data: d}) when p == byte_size(d), do: "unexpected end of input at position #{p}"
    def message(%{position: p, token: nil, data: d}) do
      b = :binary.at(d, p)
      shown = if b in 32..126, do: <<b>>, else: "0x" <> Integer.to_string(b, 16)
      "unexpected byte at position #{p}: #{inspect(shown)}"
    end
    def message(%{position: p, token: t}), do: "unexpected sequence at position #{p}: #{inspect(t)}"
  end

  defprotocol Encoder do
    @fallback_to_any true
    @spec encode(t, keyword) :: iodata
    def encode(value, opts)
  end

  defimpl Encoder, for: Any do
    defmacro __deriving__(module, struct, opts) do
      fields = Keyword.get(opts, :only, Map.keys(struct) -- [:__struct__]) -- Keyword.get(opts, :except, [])
      quote do
        defimpl Json.Encoder, for: unquote(module) do
          def encode(%{unquote_splicing(Enum.map(fields, &{&1, Macro.var(&1, __MODULE__)}))}, opts) do
            Json.encode_pairs(unquote(Enum.map(fields, &{&1, Macro.var(&1, __MODULE__)})), opts)
          end
        end
      end
    end
    def encode(%_{} = struct, _), do: raise(Protocol.UndefinedError, protocol: @protocol, value: struct, description: "derive it")
    def encode(other, _), do: raise(ArgumentError, "cannot encode #{inspect(other)}")
  end

  defimpl Encoder, for: Atom do
    def encode(nil, _), do: "null"
    def encode(true, _), do: "true"
    def encode(false, _), do: "false"
    def encode(a, o), do: Encoder.BitString.encode(Atom.to_string(a), o)
  end
  defimpl Encoder, for: Integer do
    def encode(i, _), do: Integer.to_string(i)
  end
  defimpl Encoder, for: Float do
    def encode(f, _), do: Float.to_string(f)
  end
  defimpl Encoder, for: List do
    def encode([], _), do: "[]"
    def encode(l, o), do: [?[, Enum.map_intersperse(l, ?,, &Encoder.encode(&1, o)), ?]]
  end
  defimpl Encoder, for: Map do
    def encode(m, o), do: Json.encode_pairs(Enum.sort(m), o)
  end
  defimpl Encoder, for: BitString do
    def encode(s, o), do: [?", escape(s, o[:escape] || :json, []), ?"]
    defp escape(<<>>, _, acc), do: Enum.reverse(acc)
    for {c, e} <- [{?", ~S(\")}, {?\\, ~S(\\)}, {?\n, ~S(\n)}, {?\t, ~S(\t)}, {?\r, ~S(\r)}, {?\b, ~S(\b)}, {?\f, ~S(\f)}] do
      defp escape(<<unquote(c), r::binary>>, m, acc), do: escape(r, m, [unquote(e) | acc])
    end
    defp escape(<<c, r::bits>>, m, acc) when c < 0x20, do: escape(r, m, [u(c) | acc])
    defp escape(<<c::utf8, r::bits>>, :unicode, acc) when c > 0xFFFF do
      <<hi::6-unit(1), lo::10>> = <<c - 0x10000::16>> |> then(fn <<x::16>> -> <<x::16>> end)
      _ = {hi, lo}
      c = c - 0x10000
      escape(r, :unicode, [u(0xDC00 + rem(c, 0x400)), u(0xD800 + div(c, 0x400)) | acc])
    end
    defp escape(<<c::utf8, r::bits>>, :unicode, acc) when c > 127, do: escape(r, :unicode, [u(c) | acc])
    defp escape(<<c::utf8, r::bits>>, m, acc), do: escape(r, m, [<<c::utf8>> | acc])
    defp u(c), do: "\\u" <> String.pad_leading(Integer.to_string(c, 16), 4, "0")
  end

  def encode_pairs([], _), do: "{}"
  def encode_pairs(pairs, o) do
    [?{, Enum.map_intersperse(pairs, ",", fn {k, v} -> [Encoder.encode(to_string(k), o), ?:, Encoder.encode(v, o)] end), ?}]
  end

  def encode!(v, opts \\ []), do: v |> Encoder.encode(opts) |> IO.iodata_to_binary()
  def encode(v, opts \\ []) do
    {:ok, encode!(v, opts)}
  rescue
    e in [ArgumentError, Protocol.UndefinedError] -> {:error, Exception.message(e)}
  end

  @spec decode(binary, keyword) :: {:ok, t} | {:error, %DecodeError{}}
  def decode(data, opts \\ []) when is_binary(data) do
    keys = Keyword.get(opts, :keys, :strings)
    try do
      {v, rest, pos} = value(ws(data, 0), data, keys)
      case ws(rest, pos) do
        {<<>>, _} -> {:ok, v}
        {_, p} -> throw({:error_at, p, nil})
      end
    catch
      {:error_at, p, token} -> {:error, %DecodeError{position: p, token: token, data: data}}
    end
  end
  def decode!(data, opts \\ []) do
    with {:error, e} <- decode(data, opts) do
      raise e
    else
      {:ok, v} -> v
    end
  end

  defp ws(<<c, r::bits>>, p) when c in ~c" \t\r\n", do: ws(r, p + 1)
  defp ws(r, p), do: {r, p}

  for {lit, v} <- [{"null", nil}, {"true", true}, {"false", false}] do
    defp value({unquote(lit) <> r, p}, _, _), do: {unquote(v), r, p + unquote(byte_size(lit))}
  end
  defp value({<<?", r::bits>>, p}, d, _), do: string(r, d, p + 1, [])
  defp value({<<?[, r::bits>>, p}, d, k) do
    case ws(r, p + 1) do
      {<<?], r::bits>>, p} -> {[], r, p + 1}
      rp -> array(rp, d, k, [])
    end
  end
  defp value({<<?{, r::bits>>, p}, d, k) do
    case ws(r, p + 1) do
      {<<?}, r::bits>>, p} -> {%{}, r, p + 1}
      rp -> object(rp, d, k, [])
    end
  end
  defp value({<<c, _::bits>> = r, p}, d, _) when c == ?- or c in ?0..?9, do: number(r, p, d)
  defp value({_, p}, _, _), do: throw({:error_at, p, nil})

  defp array(rp, d, k, acc) do
    {v, r, p} = value(rp, d, k)
    case ws(r, p) do
      {<<?,, r::bits>>, p} -> array(ws(r, p + 1), d, k, [v | acc])
      {<<?], r::bits>>, p} -> {Enum.reverse([v | acc]), r, p + 1}
      {_, p} -> throw({:error_at, p, nil})
    end
  end
  defp object({<<?", r::bits>>, p}, d, k, acc) do
    {key, r, p} = string(r, d, p + 1, [])
    with {<<?:, r::bits>>, p} <- ws(r, p),
         {v, r, p} = value(ws(r, p + 1), d, k),
         acc = [{key(k, key), v} | acc] do
      case ws(r, p) do
        {<<?,, r::bits>>, p} -> object(ws(r, p + 1), d, k, acc)
        {<<?}, r::bits>>, p} -> {if(k == :ordered, do: Enum.reverse(acc), else: Map.new(Enum.reverse(acc))), r, p + 1}
        {_, p} -> throw({:error_at, p, nil})
      end
    else
      {_, p} -> throw({:error_at, p, nil})
    end
  end
  defp object({_, p}, _, _, _), do: throw({:error_at, p, nil})
  defp key(:atoms, k), do: String.to_atom(k)
  defp key(f, k) when is_function(f, 1), do: f.(k)
  defp key(_, k), do: k

  defp string(<<?", r::bits>>, _, p, acc), do: {acc |> Enum.reverse() |> IO.iodata_to_binary(), r, p + 1}
  for {e, c} <- Enum.zip(~c(\"\\/bfnrt), ~c(\"\\/\b\f\n\r\t)) do
    defp string(<<?\\, unquote(e), r::bits>>, d, p, acc), do: string(r, d, p + 2, [unquote(c) | acc])
  end
  defp string(<<?\\, ?u, h::binary-size(4), r::bits>>, d, p, acc) do
    case {Integer.parse(h, 16), r} do
      {{hi, ""}, <<?\\, ?u, l::bytes-size(4), r::bits>>} when hi in 0xD800..0xDBFF ->
        lo = String.to_integer(l, 16)
        string(r, d, p + 12, [<<0x10000 + Bitwise.bsl(hi - 0xD800, 10) + (lo - 0xDC00)::utf8>> | acc])
      {{c, ""}, _} -> string(r, d, p + 6, [<<c::utf8>> | acc])
      _ -> throw({:error_at, p, "\\u" <> h})
    end
  end
  defp string(<<c::utf8, r::bits>>, d, p, acc) when c >= 0x20 and c != ?\\ do
    string(r, d, p + byte_size(<<c::utf8>>), [<<c::utf8>> | acc])
  end
  defp string(_, _, p, _), do: throw({:error_at, p, nil})

  defp number(r, p, d) do
    {int, r2} = Integer.parse(r) |> case do
      {i, r2} -> {i, r2}
      :error -> throw({:error_at, p + 1, nil})
    end
    case r2 do
      <<c, _::bits>> when c in [?., ?e, ?E] ->
        len = byte_size(r) - byte_size(skip(r))
        s = binary_part(r, 0, len)
        case Float.parse(if(c == ?., do: s, else: String.replace(s, ~w(e E), ".0e", global: false))) do
          {f, ""} -> {f, skip(r), p + len}
          _ -> throw({:error_at, p, s})
        end
      _ -> {int, r2, p + byte_size(r) - byte_size(r2)} |> tap(fn _ -> d end)
    end
  end
  defp skip(<<c, r::bits>>) when c in ?0..?9 or c in ~c"+-.eE", do: skip(r)
  defp skip(r), do: r
end

defmodule User do
  @derive {Json.Encoder, except: [:password]}
  @enforce_keys [:name]
  defstruct [:name, :password, roles: [], age: 0]
end
defmodule Plain do
  defstruct [:x]
end

defmodule Main do
 def run do
for s <- ["null", " [1, 2.5, -3e2, 1E-2 ,\"a\\u00e9\\uD83D\\uDE00\\n\"] ", "{\"a\": {\"b\": []}, \"c\": {}}", "[1,]", "{\"a\" 1}", "\"abc", "[1 2]", "nul", "-", "\"\\u12G4\"", "[true,false] x", "\"\x01\"", "1.5.5", ""] do
  case Json.decode(s) do
    {:ok, v} -> IO.puts("#{inspect(s)} -> #{inspect(v)} -> #{Json.encode!(v)}")
    {:error, e} -> IO.puts("#{inspect(s)} !! #{Exception.message(e)}")
  end
end
IO.inspect(Json.decode("{\"b\":1,\"a\":[{\"c\":null}]}", keys: :ordered))
IO.inspect(Json.decode("{\"b\":1}", keys: :atoms))
IO.inspect(Json.decode("{\"b\":1}", keys: &String.upcase/1))
IO.puts(Json.encode!(%User{name: "Zoë \u{1F600}", password: "s", roles: [:admin, :x]}))
IO.puts(Json.encode!(%User{name: "Zoë \u{1F600}\"\\\t\x02", roles: []}, escape: :unicode))
IO.inspect(elem(Json.encode(%Plain{x: 1}), 0))
IO.inspect(Json.encode({1, 2}))
IO.inspect(Json.encode([self: fn -> 1 end]) |> elem(0))
try do
  Json.decode!("[tru]")
rescue
  e in Json.DecodeError -> IO.inspect(e)
end
IO.inspect(Json.Encoder.impl_for(%Plain{}))
IO.inspect(Json.Encoder.impl_for(%User{name: 1}))
IO.inspect(Json.Encoder.impl_for!(1.0))
IO.inspect Json.Encoder.__protocol__(:functions)
big = for i <- 1..200, into: %{}, do: {"k#{i}", Enum.to_list(1..rem(i, 7))}
IO.inspect(big == big |> Json.encode!() |> Json.decode!())
end
end
Main.run()
