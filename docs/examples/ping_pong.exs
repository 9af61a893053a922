defmodule PingPong do
  def pong do
    receive do
      {:ping, from, n} ->
        send(from, {:pong, n})
        pong()

      :stop ->
        exit(:done)
    end
  end

  def ping(_pong, 0), do: :ok

  def ping(pong, n) do
    send(pong, {:ping, self(), n})

    receive do
      {:pong, ^n} -> IO.puts("pong #{n}")
    end

    ping(pong, n - 1)
  end

  def run(n) do
    {pong, ref} = spawn_monitor(&PingPong.pong/0)
    ping(pong, n)
    send(pong, :stop)

    receive do
      {:DOWN, ^ref, :process, ^pong, reason} -> reason
    end
  end
end

IO.inspect(PingPong.run(5))
