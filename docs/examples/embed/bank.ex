# SPDX-License-Identifier: Apache-2.0
#
# What host.c loads: an account as a server under a supervisor, which tells the host about every deposit.
defmodule Bank.Account do
  use GenServer

  def start_link(_), do: GenServer.start_link(__MODULE__, 0, name: __MODULE__)
  def balance, do: GenServer.call(__MODULE__, :balance)

  @impl true
  def init(balance) do
    send(:host, {:opened, self()})
    {:ok, balance}
  end

  @impl true
  def handle_call(:balance, _from, balance), do: {:reply, balance, balance}

  @impl true
  def handle_info({:deposit, amount}, balance) do
    balance = balance + amount
    send(:host, {:deposited, amount, balance})
    {:noreply, balance}
  end
end

defmodule Bank do
  def start do
    {:ok, supervisor} = Supervisor.start_link([Bank.Account], strategy: :one_for_one)
    Process.unlink(supervisor)
    :ok
  end
end
