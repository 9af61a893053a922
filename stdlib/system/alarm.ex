# SPDX-License-Identifier: Apache-2.0
#
# Alarm: names for the thresholds of `:erlang.system_monitor/2`, whose messages it leaves as they are.

defmodule Alarm do
  @moduledoc """
  Tells a process when something outgrows a threshold: a message queue, a heap, a collection, a slice.

      Alarm.watch(long_message_queue: {100, 1000}, large_heap: 1_000_000, long_gc: 50, long_schedule: 50)

      receive do
        {:monitor, pid, :long_message_queue, true} -> IO.puts("\#{inspect(pid)} does not keep up")
      end

  Messages are `{:monitor, pid, what, info}`. For `:long_message_queue` info is `true` when the queue grew beyond the second
  number and `false` once it is back at the first; a `:large_heap` is told once until it shrinks; `:long_gc` and `:long_schedule` are
  told each time, with the milliseconds as `:timeout` of info. Heaps are measured in words.

  There is one watching process in a VM. With the option `--alarms` of `joist` extremes are told on standard error too.
  """

  @type option ::
          {:long_message_queue, {non_neg_integer, pos_integer}}
          | {:large_heap, non_neg_integer}
          | {:long_gc, non_neg_integer}
          | {:long_schedule, non_neg_integer}

  @doc """
  Has this process (or `pid`) told; answers who was before.

      iex> Alarm.watch(long_gc: 100)
      iex> Alarm.options()
      [long_gc: 100]
      iex> Alarm.unwatch()
      iex> Alarm.options()
      []
  """
  @spec watch(pid, [option]) :: :undefined | {pid, [option]}
  def watch(pid \\ self(), options), do: :erlang.system_monitor(pid, options)

  @doc "Nobody is told any more."
  @spec unwatch() :: :undefined | {pid, [option]}
  def unwatch, do: :erlang.system_monitor(:undefined)

  @doc "The thresholds in force."
  @spec options() :: [option]
  def options do
    case :erlang.system_monitor() do
      {_, options} -> options
      :undefined -> []
    end
  end
end
