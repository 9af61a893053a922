# schedulers: 2
# What is asked of a process that is in a native which does not come back, and needs none of its memory, is answered at once.
# (It opens a pipe that nobody writes to, until the end.)
path = Path.join(System.tmp_dir!(), "joist_info_#{:os.getpid()}_#{System.unique_integer([:positive])}")
{_, 0} = {File.rm(path), FFI.call(FFI.open("libc.so.6"), "mkfifo", [:string, :int], :int, [path, 0o600])}
me = self()
other = spawn(fn -> receive do: (:stop -> :ok) end)

blocked =
  spawn(fn ->
    Process.flag(:trap_exit, true)
    Process.flag(:priority, :high)
    Process.register(self(), :blocked)
    Process.link(other)
    Process.monitor(other)
    send(me, :ready)
    {:ok, _} = File.open(path)
    send(me, :opened)
    receive do: (:end -> :ok)
  end)

receive do: (:ready -> :ok)
Process.monitor(blocked)
send(blocked, :one)
send(blocked, :two)

ask = fn -> Process.info(blocked, [:status, :registered_name, :links, :monitors, :monitored_by, :message_queue_len, :trap_exit, :priority, :parent]) end

# It may not be there yet: then it is asked where it runs.
wait = fn wait ->
  case ask.() do
    [{:status, :running} | _] = info -> info
    _ -> wait.(wait)
  end
end

info = wait.(wait)
[{:status, status}, {:registered_name, name}, {:links, links}, {:monitors, monitors}, {:monitored_by, watchers}, {:message_queue_len, length}, {:trap_exit, traps}, {:priority, priority}, {:parent, parent}] = info
IO.inspect({status, name, links == [other], monitors == [process: other], watchers == [me], length, traps, priority, parent == me})
IO.inspect(Process.info(blocked, :status))
IO.inspect(Process.info(blocked, :registered_name))
IO.inspect(Process.info(blocked, []))
send(blocked, :three)
IO.inspect(Process.info(blocked, :message_queue_len))

# What is asked of its memory beside is answered when it is back.
task = Task.async(fn -> Process.info(blocked, [:status, :dictionary])[:dictionary] end)
writer = File.open!(path, [:write])
receive do: (:opened -> IO.puts("opened"))
IO.inspect(Task.await(task))
send(blocked, :end)
File.close(writer)
File.rm!(path)
