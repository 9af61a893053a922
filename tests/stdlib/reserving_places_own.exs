# SPDX-License-Identifier: Apache-2.0
# Joist's own natives that no public function of the library reaches with certainty: see tests/lang/reserving_places.exs.

show = fn name, f ->
  me = self()
  spawn(fn -> send(me, {name, try do f.() catch kind, what -> {kind, what} end}) end)
  receive do
    {^name, value} -> IO.inspect(value, label: name, limit: :infinity)
  end
end

show.("code", fn -> {length(:joist_code.all_loaded()) > 3, {:map, 2} in :joist_code.exports(Enum)} end)
show.("async timer", fn ->
  [t] = Enum.map([100_000], &:erlang.start_timer(&1, self(), :x))
  :ok = :erlang.cancel_timer(t, async: true)
  receive do
    {:cancel_timer, ^t, left} -> is_integer(left)
  end
end)
show.("file", fn ->
  name = Path.join(System.tmp_dir!(), "joist-own-#{System.os_time()}")
  {:ok, f} = :joist_file.open(name, [:write, {:encoding, {:utf16, :little}}])
  {:joist_file.encoding(f), File.rm(name)}
end)
