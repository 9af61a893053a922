# While a native is at one piece of work for long, on a thread of its own, the memory of processes that end beside it is given back: nobody waits
# for that thread. (Should it be done early, there is nothing to wait for either.)
me = self()
works = [&:erlang.phash2/1, &:erlang.external_size/1, &:erlang.iolist_size/1]

ends = fn
  _, 0 -> :ok
  ends, n ->
    {pid, ref} = spawn_monitor(fn -> :ok end)
    receive do: ({:DOWN, ^ref, _, ^pid, :normal} -> ends.(ends, n - 1))
end

for work <- works do
  {_, ref} =
    spawn_monitor(fn ->
      # Small, and large for who walks it: each half is the other.
      shared = Enum.reduce(1..24, [], fn _, list -> [list | list] end)
      send(me, :begins)
      work.(shared)
    end)

  receive do: (:begins -> :ok)
  before = :erlang.memory(:processes)
  ends.(ends, 20_000)
  IO.inspect(:erlang.memory(:processes) - before < 4_000_000)
  receive do: ({:DOWN, ^ref, _, _, reason} -> IO.inspect(reason))
end
