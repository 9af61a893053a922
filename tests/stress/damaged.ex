# SPDX-License-Identifier: Apache-2.0
#
# What tests/script/damaged-files compiles and damages: a bit of everything that code is made of.
defmodule Sample do
  def main do
    IO.inspect(numbers(20, []))
    IO.inspect(bits(<<1, 2, 3, 4.5::float, "héllo"::binary>>))
    IO.inspect(maps(%{a: 1, b: {2, [3]}}))
    IO.inspect(caught(fn -> :erlang.error({:bad, 1}) end))
    IO.inspect(caught(fn -> throw(:ball) end))
    me = self()
    pid = spawn_link(fn -> serve(me, 3) end)
    send(pid, {:work, 1_000_000_000_000_000_000_000})
    IO.inspect(receive do {:done, n, s} when n > 1 -> s after 1000 -> :late end)
    IO.puts("#{choose(:b)} #{choose(7)} #{choose({1, 2})} #{many(1, 2, 3, 4, 5, 6)}")
  end
  defp numbers(0, acc), do: acc
  defp numbers(n, acc) when rem(n, 2) == 0, do: numbers(n - 1, [n * n / 3, n <<< 0 | acc])
  defp numbers(n, acc), do: numbers(n - 1, [-n | acc])
  defp a <<< b, do: :erlang.bsl(a, b + 60)
  defp bits(<<a, b::4, c::12, f::float, rest::binary>>), do: {a, b, c, f, for(<<x::utf8 <- rest>>, do: x), <<a::3, rest::binary, c::size(b)-unit(8)>>}
  defp maps(%{a: a, b: {x, [y | _]}} = m), do: {Map.put(m, :c, a + x), %{m | a: y}, Enum.map(m, fn {k, v} -> {v, k} end), map_size(m)}
  defp caught(f) do
    try do
      f.()
    rescue
      e -> {:rescued, Exception.message(e)}
    catch
      kind, value -> {kind, value}
    after
      Process.put(:after, true)
    end
  end
  defp serve(to, k) do
    receive do
      {:work, n} when is_integer(n) -> send(to, {:done, n * k, Integer.to_string(n * n)})
      _other -> serve(to, k)
    end
  end
  defp choose(:a), do: 1
  defp choose(:b), do: 2
  defp choose(n) when n in 3..9, do: n + 1
  defp choose({x, y}), do: elem({x, y, 3}, x)
  defp many(a, b, c, d, e, f) do
    [g, h | _] = Enum.sort([f, e, d, c])
    {i, j} = {a + g, b - h}
    with {:ok, k} <- Map.fetch(%{i => j}, i), true <- k < 10, do: k + a * b, else: (_ -> :none)
  end
end
