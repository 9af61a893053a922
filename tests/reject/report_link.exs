defmodule Server do
  use GenServer
  def init(state), do: {:ok, state}
  def handle_call(:add, _, state), do: {:reply, 1 + state, state}
end

{:ok, _} = GenServer.start_link(Server, :a, name: Server)
GenServer.call(Server, :add)
