# schedulers: 1
# SPDX-License-Identifier: Apache-2.0
#
# Large heaps that are collected because somebody asks for it leave the scheduler: others run in between, and what is alive stays.
defmodule Collected do
  def big, do: Enum.map(1..400_000, &{&1})

  def keep(list) do
    receive do
      {:length, from} -> send(from, {:length, length(list)})
      {:collect, from} -> send(from, {:collected, :erlang.garbage_collect(), :erlang.garbage_collect(self())})
    end

    keep(list)
  end

  # The slice ends where the next function is called.
  def fresh_slice, do: :erlang.yield() && entered()
  def entered, do: true

  # Does somebody who is runnable run before `fun` is done?
  def others_run?(fun) do
    me = self()
    other = spawn(fn -> receive(do: (:go -> send(me, :ran))) end)
    fresh_slice()
    send(other, :go)
    fun.()
    ran = :erlang.process_info(self(), :messages) == {:messages, [:ran]}
    receive do: (:ran -> ran)
  end
end

# Once before, so that there is room: it is the asking that makes it leave.
list = Collected.big()
:erlang.garbage_collect()
IO.inspect(Collected.others_run?(fn -> :erlang.garbage_collect() end), label: "others run")
IO.inspect(Collected.others_run?(fn -> :ok end), label: "and else")
IO.inspect({hd(list), length(list)})

me = self()
pid = spawn(fn -> Collected.keep(Collected.big()) end)
IO.inspect(for _ <- 1..3, do: :erlang.garbage_collect(pid))
send(pid, {:length, me})
IO.inspect(receive(do: ({:length, n} -> n)))
send(pid, {:collect, me})
IO.inspect(receive(do: ({:collected, own, by_pid} -> {own, by_pid})))

# Of one that is suspended, of several at once, of one that is killed meanwhile.
true = :erlang.suspend_process(pid)
IO.inspect(:erlang.garbage_collect(pid))
true = :erlang.resume_process(pid)
for _ <- 1..5, do: spawn(fn -> send(me, {:answer, :erlang.garbage_collect(pid)}) end)
IO.inspect(for _ <- 1..5, do: receive(do: ({:answer, a} -> a)))
send(pid, {:length, me})
IO.inspect(receive(do: ({:length, n} -> n)))
spawn(fn -> send(me, {:answer, :erlang.garbage_collect(pid)}) end)
ref = Process.monitor(pid)
Process.exit(pid, :kill)
IO.inspect(receive(do: ({:DOWN, ^ref, _, _, reason} -> reason)))
IO.inspect(receive(do: ({:answer, a} -> is_boolean(a))))
IO.inspect(:erlang.garbage_collect(pid))
