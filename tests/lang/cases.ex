# SPDX-License-Identifier: Apache-2.0
#
# For tests of processes: each case runs in a process of its own, and what comes of it is printed: its value or how it failed, and
# what it leaves behind, messages, links and monitors. Process ids, references and traces are printed as what they are, so that real
# Elixir prints the same. Nobody is to be told of processes that crash.

:logger.set_primary_config(:level, :none)

defmodule Cases do
  # With exits trapped, or not.
  def run(trap, name, fun) do
    run(if(trap, do: "trapping, #{name}", else: name), fn ->
      Process.flag(:trap_exit, trap)
      fun.()
    end)
  end

  def run(name, fun) do
    {pid, ref} = spawn_monitor(fn -> here(name, fun) end)

    receive do
      {:DOWN, ^ref, _, _, :normal} -> :ok
      {:DOWN, ^ref, _, _, reason} -> print("#{name} ended", plain(reason, pid))
    end
  end

  # Why a process that runs the function ends.
  def end_of(fun) do
    {_, ref} = spawn_monitor(fun)
    receive do: ({:DOWN, ^ref, _, _, reason} -> reason)
  end

  # Ways for a process to end.
  def ends(shutdown) do
    [
      raise: fn -> raise "x" end,
      exit: fn -> exit(:x) end,
      throw: fn -> throw(:x) end,
      normal: fn -> exit(:normal) end,
      shutdown: fn -> exit(shutdown) end,
      kill: fn -> Process.exit(self(), :kill) end
    ]
  end

  # All messages that are there.
  def messages do
    receive do
      message -> [message | messages()]
    after
      0 -> []
    end
  end

  def hang, do: Process.sleep(:infinity)

  defp here(name, fun) do
    result =
      try do
        {:ok, fun.()}
      rescue
        e -> {:raised, e.__struct__, mask(Exception.message(e))}
      catch
        kind, reason -> {kind, reason}
      end

    print(name, plain(result, self()))
    Process.flag(:trap_exit, false)
    Process.sleep(2)
    left = messages()
    if left != [], do: print("  left", plain(left, self()))
    [links: links, monitors: monitors] = Process.info(self(), [:links, :monitors])
    if links != [] or monitors != [], do: print("  links, monitors", {length(links), length(monitors)})
  end

  defp print(label, term), do: IO.inspect(term, label: label, limit: :infinity, width: 150)

  def plain(pid, me) when pid == me, do: :me
  def plain(pid, _) when is_pid(pid), do: :pid
  def plain(ref, _) when is_reference(ref), do: :ref
  def plain(fun, _) when is_function(fun), do: {:fun, elem(Function.info(fun, :arity), 1)}
  def plain([{m, f, a, place} | _], _) when is_atom(m) and is_atom(f) and is_list(place) and (is_list(a) or is_integer(a)), do: :stack
  def plain([head | tail], me), do: [plain(head, me) | plain(tail, me)]
  def plain(tuple, me) when is_tuple(tuple), do: tuple |> Tuple.to_list() |> Enum.map(&plain(&1, me)) |> List.to_tuple()
  def plain(%{__struct__: name} = struct, me), do: {name, struct |> Map.from_struct() |> plain(me)}
  def plain(map, me) when is_map(map), do: Map.new(map, fn {k, v} -> {plain(k, me), plain(v, me)} end)
  def plain(other, _), do: other

  def mask(text) do
    [first | rest] = String.split(text, ["#PID<", "#Reference<", "#Function<"])
    Enum.join([first | Enum.map(rest, &(&1 |> String.split(">", parts: 2) |> List.last()))], "#")
  end
end
