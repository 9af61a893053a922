# SPDX-License-Identifier: Apache-2.0
#
# Messages `{:system, from, request}`, that every server of the library answers: looking at its state, changing it, stopping it.

defmodule :sys do
  @moduledoc """
  Looking into a running server, under Erlang's name.

      iex> {:ok, pid} = Agent.start_link(fn -> 1 end)
      iex> :sys.get_state(pid)
      1
  """

  @doc "The state of a server."
  @spec get_state(term, timeout) :: term
  def get_state(server, timeout \\ 5000) do
    case request(server, :get_state, timeout, :get_state) do
      {:ok, state} -> state
      {:error, reason} -> :erlang.error(reason)
    end
  end

  @doc "Changes the state of a server by a function and answers the new one."
  @spec replace_state(term, (term -> term), timeout) :: term
  def replace_state(server, fun, timeout \\ 5000) do
    case request(server, {:replace_state, fun}, timeout, :replace_state) do
      {:ok, state} -> state
      {:error, reason} -> :erlang.error(reason)
    end
  end

  @doc "What a server is and does: `{:status, pid, {:module, module}, items}`."
  @spec get_status(term, timeout) :: tuple
  def get_status(server, timeout \\ 5000), do: request(server, :get_status, timeout, :get_status)

  @doc "Makes a server answer nothing but system messages."
  @spec suspend(term, timeout) :: :ok
  def suspend(server, timeout \\ 5000), do: request(server, :suspend, timeout, :suspend)

  @doc "Ends a suspension."
  @spec resume(term, timeout) :: :ok
  def resume(server, timeout \\ 5000), do: request(server, :resume, timeout, :resume)

  @doc "Lets a suspended server make the state for a new version of its module, by that module's `code_change/3`."
  @spec change_code(term, module, term, term, timeout) :: :ok | {:error, term}
  def change_code(server, module, old, extra, timeout \\ 5000), do: request(server, {:change_code, module, old, extra}, timeout, :change_code)

  @doc "Ends a server."
  @spec terminate(term, term, timeout) :: :ok
  def terminate(server, reason, timeout \\ 5000), do: request(server, {:terminate, reason}, timeout, :terminate)

  defp request(server, request, timeout, function) do
    case GenServer.whereis(server) do
      nil ->
        exit({:noproc, {:sys, function, [server]}})

      process ->
        ref = :erlang.monitor(:process, process)
        send(process, {:system, {self(), ref}, request})

        receive do
          {^ref, answer} ->
            :erlang.demonitor(ref, [:flush])
            answer

          {:DOWN, ^ref, _, _, reason} ->
            exit({reason, {:sys, function, [server]}})
        after
          timeout ->
            :erlang.demonitor(ref, [:flush])
            exit({:timeout, {:sys, function, [server]}})
        end
    end
  end
end
