# A process that owns a connection. Clients never wait for one another's queries to be sent, only for answers.
defmodule DatabaseServer do
  def start, do: spawn(fn -> loop(:erlang.phash2(:connection, 1000)) end)

  def run_async(server, query), do: send(server, {:run_query, self(), query})

  def get_result do
    receive do
      {:query_result, result} -> result
    after
      5000 -> {:error, :timeout}
    end
  end

  defp loop(connection) do
    receive do
      {:run_query, caller, query} ->
        send(caller, {:query_result, run(connection, query)})
        loop(connection)
    end
  end

  defp run(connection, query) when is_integer(connection), do: "#{query} result"
end

server = DatabaseServer.start()
DatabaseServer.run_async(server, "query 1")
IO.puts(DatabaseServer.get_result())
DatabaseServer.run_async(server, "query 2")
DatabaseServer.run_async(server, "query 3")
IO.inspect([DatabaseServer.get_result(), DatabaseServer.get_result()])
