# SPDX-License-Identifier: Apache-2.0
# Every form of the language once: comprehensions, bits, guards, captures, structs, errors of each kind.
defmodule W do
  def a, do: (x = 1; x = x + 1; y = x; {x, y})
  def b(l), do: (for x <- l, is_integer(x), do: x)
  def c(l), do: (for {:ok, x} <- l, x > 1, into: MapSet.new(), do: x)
  def d(l), do: (for x <- l, uniq: true, do: rem(x, 3))
  def e, do: (for x <- 1..4, y <- x..4, x * y > 4, into: %{}, do: {{x, y}, x * y})
  def f(b), do: (for <<r::8, g::8, b::8 <- b>>, do: {r, g, b})
  def g(b), do: (for <<c <- b>>, into: "", do: <<c + 1>>)
  def h(m), do: (for {k, v} <- m, into: [], do: {v, k})
  def i, do: (for x <- [1, 2, 3], y <- ~w(a b), reduce: [] do acc -> [{x, y} | acc] end)
  def j, do: (for x <- 10..1//-3, do: x)
  def k, do: (for x <- Stream.map(1..5, fn x -> IO.inspect(x, label: "s"); x end), do: IO.inspect(x, label: "b"))
  def l(x) when is_list(x) and length(x) > 1 when is_tuple(x) and tuple_size(x) == 2, do: :two
  def l(_), do: :no
  def m(<<a::size(4), b::size(4), rest::bits>>), do: {a, b, rest}
  def n(<<len::16, s::binary-size(len), t::float, r::little-signed-32>>), do: {len, s, t, r}
  def o(<<c::utf8, rest::binary>>), do: {c, rest}
  def p(x), do: <<x::float-32>>
  def q(a, b), do: <<a::utf8, b::utf16-little, "x"::utf32, -1::signed-16>>
  def r(x), do: (case x do n when n in [1, 2, 3] -> :low; n when n in 4..10//2 -> :even; n when n not in ?a..?z -> :else; _ -> :letter end)
  def s(%{a: %{b: [c | _]}} = m, k), do: {c, m[:a][k], m.a.b}
  def t(f), do: (try do f.() catch :throw, x -> {:t, x}; :exit, x -> {:e, x}; :error, x -> {:r, x} end)
  def u(x) do
    x / 0
  rescue
    e in [ArithmeticError, RuntimeError] -> {:res, Exception.message(e)}
  else
    y -> y
  after
    IO.puts("aft")
  end
  def v(x), do: (y = if x, do: 1, else: 2; z = unless x, do: :a; {y, z, x && 5, x || 6, !x, not is_nil(x)})
  def w(n), do: (cond do n < 0 -> :neg; n == 0 -> :zero; true -> :pos end)
  def x(a, b) when a == b or (is_atom(a) and not is_nil(b)), do: true
  def x(_, _), do: false
  def y([{k, v} | t] = l, acc \\ []), do: {k, v, t, l, acc}
  def z(x), do: (fn 0 -> :z; n when n > 0 -> fn m -> n + m + x end; _ -> nil end)
end
IO.inspect W.a
IO.inspect W.b([1, :a, 2]); IO.inspect W.c([{:ok, 1}, {:ok, 2}, :x, {:ok, 3}]); IO.inspect W.d([1, 2, 3, 4, 5]); IO.inspect W.e
IO.inspect W.f(<<1, 2, 3, 4, 5, 6, 7>>); IO.inspect W.g("abc"); IO.inspect W.h(%{a: 1}); IO.inspect W.i; IO.inspect W.j; IO.inspect W.k
IO.inspect {W.l([1, 2]), W.l({1, 2}), W.l(3), W.l([1])}
IO.inspect W.m(<<0xAB, 1, 2>>); IO.inspect W.n(<<3::16, "abc", 1.5::float, -7::little-32>>); IO.inspect W.o("éa"); IO.inspect W.p(1.5); IO.inspect W.q(233, 0x1F600)
IO.inspect Enum.map([1, 4, 5, 6, ?b, :a, 1.0], &W.r/1)
IO.inspect W.s(%{a: %{b: [1, 2], z: 9}}, :z)
IO.inspect {W.t(fn -> throw 1 end), W.t(fn -> exit 2 end), W.t(fn -> :erlang.error(3) end), W.t(fn -> 4 end)}
IO.inspect W.u(1)
IO.inspect {W.v(true), W.v(nil), W.v(0)}
IO.inspect Enum.map([-1, 0, 1], &W.w/1)
IO.inspect {W.x(1, 1), W.x(:a, 1), W.x(:a, nil), W.x("a", 2)}
IO.inspect W.y([a: 1, b: 2]); IO.inspect W.y([a: 1], 5); IO.inspect {W.z(1).(0), W.z(1).(2).(3), W.z(1).(-1)}
{a, b} = {1, [2 | 3]}
IO.inspect {a, b}
[x, [y | z] | _] = [1, [2, 3], 4]
IO.inspect {x, y, z}
%{^a => q} = %{1 => :one}
IO.inspect q
<<"ab", rest::binary>> = "abcd"
IO.inspect rest
f = &{&1, &2}
IO.inspect f.(1, 2)
IO.inspect Enum.map([1, 2], &"#{&1}!")
IO.inspect Enum.sort_by([%{a: 2}, %{a: 1}], & &1.a)
g = &Map.get(%{a: 1}, &1, :none)
IO.inspect {g.(:a), g.(:b)}
IO.inspect (fn -> import Integer; is_odd(3) end).()
import Bitwise
IO.inspect {1 <<< 4, 5 &&& 4, 1 ||| 2, bxor(5, 1), ~~~1}
IO.inspect (quote do unquote(1) + 2 end |> Macro.to_string)
defmodule Opt do
  defstruct [:a, b: 1]
  defmacro is_big(x), do: quote(do: is_integer(unquote(x)) and unquote(x) > 100)
  defguard is_small(x) when is_integer(x) and x < 10
  defmodule Inner do
    alias Opt, as: O
    def new, do: %O{a: 1}
    def t(%O{a: a} = o) when a == 1, do: %O{o | b: 2}
  end
  def test(x) when is_small(x), do: :small
  def test(_), do: :other
  defdelegate rev(l), to: Enum, as: :reverse
  @doc "hi"
  @spec foo(integer) :: integer
  def foo(x), do: x
  @callback bar(integer) :: atom
  @optional_callbacks bar: 1
end
IO.inspect {Opt.Inner.t(Opt.Inner.new()), Opt.test(3), Opt.test(30), Opt.rev([1, 2])}
IO.inspect Opt.behaviour_info(:callbacks)
IO.inspect (try do Opt.Inner.t(3) rescue e -> e.__struct__ end)
IO.inspect (try do %{a: 1}.b rescue e -> Exception.message(e) end)
IO.inspect (try do raise "x" rescue e in RuntimeError -> e end)
IO.inspect (try do case 5 do 1 -> 1 end rescue e -> Exception.message(e) end)
IO.inspect (try do {:a, 1} = {:b, 2} rescue e -> Exception.message(e) end)
IO.inspect (try do (fn 1 -> 1 end).(2) rescue e -> e.__struct__ end)
IO.inspect (try do Foo.bar(1) rescue e -> Exception.message(e) end)
IO.inspect (try do %{} |> Map.fetch!(:x) rescue e -> Exception.message(e) end)
IO.inspect (try do cond do nil -> 1 end rescue e -> Exception.message(e) end)
IO.inspect (try do with 1 <- 2, do: 3, else: (5 -> 6) rescue e -> Exception.message(e) end)
IO.inspect (try do nil and true rescue e -> Exception.message(e) end)
IO.inspect (try do %{%{a: 1} | b: 2} rescue e -> Exception.message(e) end)
IO.inspect (with {:ok, a} <- {:ok, 1}, b = a + 1, {:ok, c} <- {:error, b} do c end)
IO.inspect binding() |> Keyword.keys() |> Enum.sort()
x = 10
y = case x do ^x -> :same; _ -> :diff end
IO.inspect y
IO.inspect (receive do :never -> 1 after 0 -> :timeout end)
send self(), {:msg, 1}
send self(), :other
IO.inspect (receive do {:msg, n} when n > 0 -> n end)
IO.inspect (receive do x -> x end)
IO.inspect __MODULE__
IO.inspect ~w(a b c)a ++ ~w(x y)
IO.puts """
  heredoc
    indented #{1 + 1}
  """
IO.inspect ?a + ?\n
IO.inspect 0x1F + 0b11 + 0o7 + 1_000
IO.inspect {1.0e10, 1.5e-3}
IO.inspect :"foo bar"
IO.inspect [{:a, 1}, {:b, 2}] == [a: 1, b: 2]
IO.inspect (if false do 1 end)
IO.inspect Enum.reduce([1, 2, 3], fn x, acc -> x * acc end)
