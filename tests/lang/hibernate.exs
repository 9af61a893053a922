# SPDX-License-Identifier: Apache-2.0
# A process that hibernates wakes with its message, and its callers are still there.
defmodule H do
  def start do
    try do
      go(1)
    rescue
      e -> IO.inspect(e)
    end
  end
  def go(n), do: :erlang.hibernate(__MODULE__, :wake, [n])
  def wake(n) do
    receive do
      {:m, p} -> send(p, {:woke, n})
    end
    if n < 3, do: go(n + 1), else: :ok
  end
end
pid = spawn(fn -> H.start() end)
ref = Process.monitor(pid)
for _ <- 1..3 do
  send(pid, {:m, self()})
  receive do x -> IO.inspect(x) end
end
receive do {:DOWN, ^ref, _, _, r} -> IO.inspect(r) end
