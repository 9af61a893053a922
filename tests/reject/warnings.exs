defmodule B do
  @deprecated "use g/0"
  def f, do: 1
  defp p, do: 1
  def g, do: p()
  def u(_), do: 1
  def u(1), do: 2
end

defmodule A do
  def a, do: B.f()
  def b, do: B.p()
  def c, do: String.upcas("a")
  def d, do: Strin.upcase("a")
end

defmodule B do
  @behaviour GenServer
  @impl true
  def handle_cal(_, _, s), do: {:reply, 1, s}
  @impl true
  def init(x), do: {:ok, x}
end

x = 1
case 2 do
  x -> x
  _ -> 0
end
if x = 2, do: x
System.halt(1)
