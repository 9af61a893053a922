defmodule Counter do
  use GenServer
  def start_link(n), do: GenServer.start_link(__MODULE__, n, name: __MODULE__)
  def init(n), do: {:ok, n}
  def handle_call(:next, _from, n), do: {:reply, n, n + 1}
  def handle_cast(:crash, n), do: raise("lost at #{n}")
end
{:ok, _} = Supervisor.start_link([{Counter, 1}], strategy: :one_for_one)
IO.inspect(for _ <- 1..3, do: GenServer.call(Counter, :next))
GenServer.cast(Counter, :crash)
Process.sleep(100)
IO.inspect(GenServer.call(Counter, :next))
