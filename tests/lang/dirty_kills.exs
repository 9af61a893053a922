# schedulers: 2
# SPDX-License-Identifier: Apache-2.0
# What ends a process, or asks for it, does so while it is inside a blocking C function, which nobody can interrupt. Each writer below is known to
# be inside: it writes more into a pipe than that holds, and the first byte was read.
defmodule Pipe do
  @libc "libc.so.6"
  def new do
    ends = FFI.alloc(8)
    0 = FFI.call(FFI.open(@libc), "pipe", [:pointer], :int, [ends])
    {FFI.read(ends, 0, :int), FFI.read(ends, 4, :int)}
  end

  @bytes 300_000
  def fill({_, to}) do
    write = FFI.fun(FFI.open(@libc), "write", [:int, :binary, :size], :ssize, blocking: true)
    write.(to, :binary.copy("x", @bytes), @bytes)
  end

  def read({from, _}, size) do
    room = FFI.alloc(size)
    read = FFI.fun(FFI.open(@libc), "read", [:int, :pointer, :size], :ssize, blocking: true)
    read.(from, room, size)
  end

  # Lets the writer inside come back.
  def drain(pipe), do: drain(pipe, @bytes - 1)
  defp drain(_, 0), do: :ok
  defp drain(pipe, left), do: drain(pipe, left - read(pipe, min(left, 60_000)))
end

defmodule K do
  # A process inside: {pid, pipe}. It tells what it got back, which nobody hears of one that was killed.
  def inside(prepare \\ fn -> :ok end) do
    pipe = Pipe.new()
    main = self()

    pid =
      spawn(fn ->
        prepare.()
        written = Pipe.fill(pipe)
        send(main, {:written, self(), written})
        receive do: (:go_on -> send(main, {:went_on, self(), flush([])}))
      end)

    1 = Pipe.read(pipe, 1)
    {pid, pipe}
  end

  def flush(all) do
    receive do
      message -> flush([message | all])
    after
      0 -> Enum.reverse(all)
    end
  end

  def down(ref) do
    receive do: ({:DOWN, ^ref, :process, _, reason} -> reason)
  end
end

Process.flag(:trap_exit, true)

# A kill: name, link, monitor, pid are gone at once; what it wrote comes back to nobody.
{pid, pipe} = K.inside(fn -> Process.register(self(), :writer) end)
Process.link(pid)
ref = Process.monitor(pid)
IO.inspect(alive: Process.alive?(pid), named: Process.whereis(:writer) == pid)
Process.exit(pid, :kill)
IO.inspect(down: K.down(ref))
receive do: ({:EXIT, ^pid, reason} -> IO.inspect(exit: reason))
IO.inspect(alive: Process.alive?(pid), named: Process.whereis(:writer), info: Process.info(pid), listed: pid in Process.list())
Process.register(self(), :writer)
again = Process.monitor(pid)
IO.inspect(down: K.down(again))
send(pid, :go_on)
Pipe.drain(pipe)
Process.unregister(:writer)

# The order per pair: what comes before the exit signal meets the living, what comes behind it the dead.
{pid, pipe} = K.inside()
before = Process.monitor(pid)
Process.exit(pid, :normal)
IO.inspect(alive: Process.alive?(pid))
Process.exit(pid, {:a, "term", [1, 2, 3]})
behind = Process.monitor(pid)
IO.inspect(before: K.down(before), behind: K.down(behind))
Pipe.drain(pipe)

# A link pulls it along; one that was undone does not.
{kept, kept_pipe} = K.inside()
{pulled, pulled_pipe} = K.inside()
ref = Process.monitor(pulled)
kept_ref = Process.monitor(kept)

spawn(fn ->
  Process.link(pulled)
  Process.link(kept)
  Process.unlink(kept)
  exit(:pulls)
end)

IO.inspect(pulled: K.down(ref), kept: Process.alive?(kept))
Pipe.drain(pulled_pipe)
Pipe.drain(kept_pipe)
receive do: ({:written, ^kept, written} -> IO.inspect(written: written))
send(kept, :go_on)
IO.inspect(kept: K.down(kept_ref))
receive do: ({:went_on, ^kept, got} -> IO.inspect(got: got))

# One that traps exits gets them as messages when it comes back, in their place among the others; kill ends it all the same.
{pid, pipe} = K.inside(fn -> Process.flag(:trap_exit, true) end)
main = self()
send(pid, {:message, 1})
Process.exit(pid, :first)
send(pid, {:message, 2})
linked = spawn(fn -> Process.link(pid); send(main, :linked); receive do: (:end -> exit(:second)) end)
receive do: (:linked -> :ok)
linked_ref = Process.monitor(linked)
send(linked, :end)
IO.inspect(linked: K.down(linked_ref), alive: Process.alive?(pid))
send(pid, {:message, 3})
send(pid, :go_on)
ref = Process.monitor(pid)
Pipe.drain(pipe)
receive do: ({:written, ^pid, written} -> IO.inspect(written: written))
receive do: ({:went_on, ^pid, got} -> IO.inspect(got: Enum.map(got, fn {:EXIT, from, reason} -> {:EXIT, from == main, from == linked, reason}; message -> message end)))
IO.inspect(down: K.down(ref))

{pid, pipe} = K.inside(fn -> Process.flag(:trap_exit, true) end)
ref = Process.monitor(pid)
Process.exit(pid, :kill)
IO.inspect(down: K.down(ref))
Pipe.drain(pipe)

# A chain of links through processes that are all inside goes down as one.
chain = for _ <- 1..8, do: K.inside()
refs = for {pid, _} <- chain, do: Process.monitor(pid)
parts = Enum.map(chain, &elem(&1, 0))

for {a, b} <- Enum.zip(parts, tl(parts)) do
  # Two that are inside are linked by one that is linked to both.
  spawn(fn -> Process.link(a); Process.link(b); send(main, :linked); Process.sleep(:infinity) end)
  receive do: (:linked -> :ok)
end

Process.exit(hd(parts), :together)
IO.inspect(Enum.map(refs, &K.down/1))
for {_, pipe} <- chain, do: Pipe.drain(pipe)

# Whoever is asked for more than whether it lives answers when it is back; the question is answered if it ends first.
{pid, pipe} = K.inside()
{_, asker_ref} = spawn_monitor(fn -> send(main, {:info, Process.info(pid, :message_queue_len)}) end)
Process.exit(pid, :kill)
receive do: ({:info, info} -> IO.inspect(info: info in [nil, {:message_queue_len, 0}]))
IO.inspect(asker: K.down(asker_ref))
Pipe.drain(pipe)
IO.inspect(rest: K.flush([]))
