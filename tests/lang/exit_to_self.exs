# schedulers: 2
# SPDX-License-Identifier: Apache-2.0
# exit/2 to oneself: acted on before it returns, but by who traps exits; then it waits, and what counts is the flag when it is looked at.
# Real Elixir prints the same.
defmodule Case do
  def run(name, fun) do
    {pid, ref} = spawn_monitor(fn -> exit({:returned, fun.()}) end)
    _ = pid

    receive do
      {:DOWN, ref2, _, _, reason} when ref2 == ref -> IO.inspect({name, reason})
    end
  end

  def messages, do: self() |> Process.info(:messages) |> elem(1) |> Enum.map(fn {:EXIT, _, reason} -> reason end)

  def told_by(fun) do
    me = self()
    ref = Process.monitor(spawn(fn -> fun.(me) end))

    receive do
      {:DOWN, ref2, _, _, _} when ref2 == ref -> :ok
    end
  end
end

Case.run("trapping, then not", fn -> Process.flag(:trap_exit, true); Process.exit(self(), :x); Process.flag(:trap_exit, false); Case.messages() end)
Case.run("normal likewise", fn -> Process.flag(:trap_exit, true); Process.exit(self(), :normal); Process.flag(:trap_exit, false); Case.messages() end)
Case.run("kill", fn -> Process.flag(:trap_exit, true); Process.exit(self(), :kill); Case.messages() end)
Case.run("looked at first", fn -> Process.flag(:trap_exit, true); Process.exit(self(), :x); m = Case.messages(); Process.flag(:trap_exit, false); {m, Case.messages()} end)
Case.run("received", fn -> Process.flag(:trap_exit, true); Process.exit(self(), :x); receive do {:EXIT, p, r} when p == self() -> r after 0 -> :none end end)
Case.run("normal received", fn -> Process.flag(:trap_exit, true); Process.exit(self(), :normal); receive do {:EXIT, p, r} when p == self() -> r after 0 -> :none end end)
Case.run("too late", fn -> Process.exit(self(), :x); Process.flag(:trap_exit, true); Case.messages() end)
Case.run("normal too late", fn -> Process.exit(self(), :normal); Process.flag(:trap_exit, true); Case.messages() end)
Case.run("two", fn -> Process.flag(:trap_exit, true); Process.exit(self(), :a); Process.exit(self(), :b); Case.messages() end)
Case.run("another's", fn -> Process.flag(:trap_exit, true); Case.told_by(&Process.exit(&1, :z)); Process.flag(:trap_exit, false); Case.messages() end)
Case.run("another's normal", fn -> Case.told_by(&Process.exit(&1, :normal)); Case.messages() end)
