# SPDX-License-Identifier: Apache-2.0
#
# Timers and measuring. What happens once is a timer of the VM; what repeats is a small process that ends with the receiver.

defmodule :timer do
  @moduledoc """
  Timers, under Erlang's name. Times are in milliseconds, measured ones in microseconds.

      iex> :timer.seconds(2)
      2000
  """

  @doc "Waits."
  @spec sleep(timeout) :: :ok
  def sleep(timeout) do
    receive do
    after
      timeout -> :ok
    end
  end

  @doc "Milliseconds of so many seconds."
  @spec seconds(number) :: number
  def seconds(seconds), do: 1000 * seconds

  @doc "Milliseconds of so many minutes."
  @spec minutes(number) :: number
  def minutes(minutes), do: 1000 * 60 * minutes

  @doc "Milliseconds of so many hours."
  @spec hours(number) :: number
  def hours(hours), do: 1000 * 60 * 60 * hours

  @doc "Milliseconds of hours, minutes and seconds."
  @spec hms(number, number, number) :: number
  def hms(hours, minutes, seconds), do: hours(hours) + minutes(minutes) + seconds(seconds)

  @doc "Microseconds between two time stamps."
  @spec now_diff(tuple, tuple) :: integer
  def now_diff({mega2, sec2, micro2}, {mega1, sec1, micro1}), do: ((mega2 - mega1) * 1_000_000 + sec2 - sec1) * 1_000_000 + micro2 - micro1

  @doc "Microseconds a function takes, and its result."
  @spec tc((-> result)) :: {integer, result} when result: var
  def tc(fun) do
    from = :erlang.monotonic_time()
    result = fun.()
    {elapsed(from, :microsecond), result}
  end

  @doc "Like `tc/1`, with arguments, or with a unit."
  @spec tc((... -> result), list | atom) :: {integer, result} when result: var
  def tc(fun, args) when is_list(args) do
    from = :erlang.monotonic_time()
    result = apply(fun, args)
    {elapsed(from, :microsecond), result}
  end

  def tc(fun, unit) when is_atom(unit) do
    from = :erlang.monotonic_time()
    result = fun.()
    {elapsed(from, unit), result}
  end

  @doc "Like `tc/1`, for `module.function(args)`, or for a function with arguments and a unit."
  @spec tc(module | function, atom | list, list | atom) :: {integer, term}
  def tc(fun, args, unit) when is_function(fun) and is_list(args) and is_atom(unit) do
    from = :erlang.monotonic_time()
    result = apply(fun, args)
    {elapsed(from, unit), result}
  end

  def tc(module, function, args) do
    from = :erlang.monotonic_time()
    result = apply(module, function, args)
    {elapsed(from, :microsecond), result}
  end

  @doc "Like `tc/3`, with a unit."
  @spec tc(module, atom, list, atom) :: {integer, term}
  def tc(module, function, args, unit) do
    from = :erlang.monotonic_time()
    result = apply(module, function, args)
    {elapsed(from, unit), result}
  end

  defp elapsed(from, unit), do: System.convert_time_unit(:erlang.monotonic_time() - from, :native, unit)

  @doc "Sends a message to this process later."
  @spec send_after(non_neg_integer, term) :: {:ok, term} | {:error, term}
  def send_after(time, message), do: send_after(time, self(), message)

  @doc "Sends a message later."
  @spec send_after(non_neg_integer, pid | atom, term) :: {:ok, term} | {:error, term}
  def send_after(time, dest, message) when is_integer(time) and time >= 0 and (is_pid(dest) or is_atom(dest)),
    do: {:ok, {:once, :erlang.send_after(time, dest, message)}}

  def send_after(_, _, _), do: {:error, :badarg}

  @doc "Calls `module.function(args)` in a new process later."
  @spec apply_after(non_neg_integer, module, atom, list) :: {:ok, term} | {:error, term}
  def apply_after(time, module, function, args) when is_integer(time) and time >= 0 and is_atom(module) and is_atom(function) and is_list(args) do
    pid =
      :erlang.spawn(fn ->
        receive do
          :cancel -> :ok
        after
          time -> apply(module, function, args)
        end
      end)

    {:ok, {:apply, pid}}
  end

  def apply_after(_, _, _, _), do: {:error, :badarg}

  @doc "Sends a message to this process again and again."
  @spec send_interval(pos_integer, term) :: {:ok, term} | {:error, term}
  def send_interval(time, message), do: send_interval(time, self(), message)

  @doc "Sends a message again and again, until the receiver ends."
  @spec send_interval(pos_integer, pid | atom, term) :: {:ok, term} | {:error, term}
  def send_interval(time, dest, message) when is_integer(time) and time > 0 and (is_pid(dest) or is_atom(dest)),
    do: interval(time, dest, fn -> :erlang.send(dest, message) end)

  def send_interval(_, _, _), do: {:error, :badarg}

  @doc "Calls `module.function(args)` in new processes again and again, until the caller ends."
  @spec apply_interval(pos_integer, module, atom, list) :: {:ok, term} | {:error, term}
  def apply_interval(time, module, function, args) when is_integer(time) and time > 0 and is_atom(module) and is_atom(function) and is_list(args),
    do: interval(time, self(), fn -> :erlang.spawn(module, function, args) end)

  def apply_interval(_, _, _, _), do: {:error, :badarg}

  defp interval(time, watched, action) do
    pid =
      :erlang.spawn(fn ->
        ref = :erlang.monitor(:process, watched)
        tick(:erlang.monotonic_time(:millisecond) + time, time, ref, action)
      end)

    {:ok, {:interval, pid}}
  end

  # Ticks stand at multiples of the interval: being late once does not shift those that follow.
  defp tick(next, time, ref, action) do
    receive do
      :cancel -> :ok
      {:DOWN, ^ref, :process, _, _} -> :ok
    after
      max(next - :erlang.monotonic_time(:millisecond), 0) ->
        action.()
        tick(next + time, time, ref, action)
    end
  end

  @doc "Sends an exit signal to a process later."
  @spec exit_after(non_neg_integer, pid | atom, term) :: {:ok, term} | {:error, term}
  def exit_after(time, target, reason), do: apply_after(time, :erlang, :exit, [target, reason])

  @doc "Sends an exit signal to this process later."
  @spec exit_after(non_neg_integer, term) :: {:ok, term} | {:error, term}
  def exit_after(time, reason), do: exit_after(time, self(), reason)

  @doc "Kills a process later."
  @spec kill_after(non_neg_integer, pid) :: {:ok, term} | {:error, term}
  def kill_after(time, target), do: exit_after(time, target, :kill)

  @doc "Kills this process later."
  @spec kill_after(non_neg_integer) :: {:ok, term} | {:error, term}
  def kill_after(time), do: exit_after(time, self(), :kill)

  @doc "Cancels what one of these functions began."
  @spec cancel(term) :: {:ok, :cancel} | {:error, term}
  def cancel({:once, ref}) when is_reference(ref) do
    :erlang.cancel_timer(ref)
    {:ok, :cancel}
  end

  def cancel({kind, pid}) when (kind == :apply or kind == :interval) and is_pid(pid) do
    :erlang.send(pid, :cancel)
    {:ok, :cancel}
  end

  def cancel(_), do: {:error, :badarg}

  @doc "Nothing to start here: `:ok`."
  @spec start() :: :ok
  def start, do: :ok
end
