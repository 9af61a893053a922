# Functions whose frames grow large behind a call, in the body and in a handler: the heap may have come close to the call's window.
defmodule LargeFrames do
  def n(i), do: String.length(String.duplicate("x", i))

  # Few values are alive while `f` runs, forty afterwards.
  def in_handler(f) do
    try do
      f.()
    rescue
      e -> forty(Exception.message(e))
    end
  end

  def after_handler(f, text) do
    caught =
      try do
        f.()
      catch
        kind, reason ->
          {a, b, c, d, e} = {n(1), n(2), n(3), n(4), n(5)}
          {g, h, i, j, k} = {n(6), n(7), n(8), n(9), n(10)}
          {l, m, o, p, q} = {n(11), n(12), n(13), n(14), n(15)}
          {r, s, t, u, v} = {n(16), n(17), n(18), n(19), n(20)}
          {w, x, y, z, aa} = {n(21), n(22), n(23), n(24), n(25)}
          {bb, cc, dd, ee, ff} = {n(26), n(27), n(28), n(29), n(30)}
          first = [a, b, c, d, e, g, h, i, j, k, l, m, o, p, q]
          second = [r, s, t, u, v, w, x, y, z, aa, bb, cc, dd, ee, ff]
          third = [a + ff, b + ee, c + dd, d + cc, e + bb, g + aa, h + z, i + y, j + x, k + w, l + v, m + u, o + t, p + s, q + r]
          {kind, reason, first, second, third}
      end

    {text, caught, text}
  end

  defp forty(text) do
    a = n(1); b = n(2); c = n(3); d = n(4); e = n(5); f = n(6); g = n(7); h = n(8); i = n(9); j = n(10)
    k = n(11); l = n(12); m = n(13); o = n(14); p = n(15); q = n(16); r = n(17); s = n(18); t = n(19); u = n(20)
    sum = a + b + c + d + e + f + g + h + i + j + k + l + m + o + p + q + r + s + t + u
    {text, sum, [a, b, c, d, e, f, g, h, i, j], [k, l, m, o, p, q, r, s, t, u], text}
  end

  # Garbage close to the end of the block, then the raise.
  def fill(0, kept), do: raise(ArgumentError, "kept #{length(kept)}")
  def fill(i, kept), do: fill(i - 1, [{i, [i]} | kept])
end

for i <- [0, 1, 7, 30, 100, 333, 1_000, 5_000] do
  IO.inspect(LargeFrames.in_handler(fn -> LargeFrames.fill(i, []) end), limit: :infinity)
  IO.inspect(LargeFrames.after_handler(fn -> throw(Enum.sum(Enum.to_list(1..(i + 1)))) end, "t#{i}"), limit: :infinity)
end
