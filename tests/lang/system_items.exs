# schedulers: 3
# SPDX-License-Identifier: Apache-2.0
# What statistics/1, system_info/1 and process_info/2 tell of schedulers and processes, by shape. Real Elixir prints the same.
defmodule Shape do
  def of(x) when is_integer(x), do: :integer
  def of(x) when is_atom(x), do: x
  def of(x) when is_reference(x), do: :reference
  def of(x) when is_pid(x), do: :pid
  def of(x) when is_map(x), do: x |> Map.keys() |> Enum.sort() |> Enum.reject(&(&1 == :include_shared_binaries))
  def of([]), do: []
  def of([first | _] = list), do: if(is_integer(first) and List.ascii_printable?(list), do: :charlist, else: [of(first)])
  def of(x) when is_tuple(x), do: x |> Tuple.to_list() |> Enum.map(&of/1) |> List.to_tuple()

  def print(name, fun) do
    shape =
      try do
        of(fun.())
      rescue
        e -> {:raised, e.__struct__}
      end

    IO.inspect({name, shape})
  end
end

for item <- [:active_tasks, :context_switches, :exact_reductions, :reductions, :run_queue, :runtime, :scheduler_wall_time, :total_active_tasks, :total_active_tasks_all,
             :total_run_queue_lengths, :total_run_queue_lengths_all, :wall_clock, :no_item, {:run_queue}, 1], do: Shape.print({:statistics, item}, fn -> :erlang.statistics(item) end)

for item <- [:build_type, :compat_rel, :creation, :debug_compiled, :dynamic_trace, :dynamic_trace_probes, :emu_type, :fullsweep_after, :heap_type, :kernel_poll, :max_heap_size,
             :message_queue_data, :min_bin_vheap_size, :min_heap_size, :modified_timing_level, :port_count, :port_parallelism, :scheduler_bind_type,
             :start_time, :system_version, :time_correction, :time_offset, :time_warp_mode, :tolerant_timeofday, :trace_control_word, :wordsize, {:wordsize, :internal},
             {:wordsize, :external}, {:wordsize, :no}, {:no, :item}, :no_item], do: Shape.print({:system_info, item}, fn -> :erlang.system_info(item) end)

for item <- [:fullsweep_after, :last_calls, :max_heap_size, :min_bin_vheap_size, :min_heap_size, :sequential_trace_token, :trace],
    do: Shape.print({:process_info, item}, fn -> :erlang.process_info(self(), item) end)

# Queues of all schedulers, and behind them those of dirty threads.
n = System.schedulers()
IO.inspect(for {item, more} <- [run_queue_lengths: 1, run_queue_lengths_all: 2, active_tasks: 1, active_tasks_all: 2], do: length(:erlang.statistics(item)) == n + more)
IO.inspect(:erlang.statistics(:total_active_tasks) >= 1)
IO.inspect(tuple_size(:erlang.system_info(:scheduler_bindings)) == n)

# All processes' reductions together, and those since the last question.
loop = fn loop, n -> if n > 0, do: loop.(loop, n - 1) end
{a, _} = :erlang.statistics(:reductions)
Task.await(Task.async(fn -> loop.(loop, 100_000) end))
{b, since} = :erlang.statistics(:reductions)
IO.inspect({b - a >= 100_000, since == b - a})

{file, _} = {:file, 0}
{:current_location, {_, _, _, place}} = Process.info(self(), :current_location)
IO.inspect(Keyword.has_key?(place, file))
IO.inspect(Process.info(self(), :min_heap_size) |> elem(1) > 0)

# Processes.
IO.inspect({:erlang.yield(), :erlang.bump_reductions(0), :erlang.bump_reductions(1), :erlang.bump_reductions(100_000_000_000)})
for wrong <- [-1, :a, 1.0], do: Shape.print(:bump_reductions, fn -> :erlang.bump_reductions(wrong) end)
IO.inspect(Process.info(self(), :reductions) |> elem(1) < 100_000_000)
ref = :erlang.monitor(:time_offset, :clock_service)
IO.inspect({is_reference(ref), Process.demonitor(ref, [:flush])})
waiter = spawn(fn -> Process.sleep(:infinity) end)
IO.inspect({:erlang.garbage_collect(self(), type: :minor), :erlang.garbage_collect(waiter, []), :erlang.garbage_collect(waiter, type: :major)})
IO.inspect(:erlang.garbage_collect(waiter, async: {:id, 1}))
receive do: (answer -> IO.inspect(answer))
for wrong <- [[type: :no], [:no], :no], do: Shape.print(:garbage_collect, fn -> :erlang.garbage_collect(self(), wrong) end)
IO.inspect(Shape.of(:erlang.memory([:total, :binary, :total])))
for wrong <- [[:total, :no]], do: Shape.print(:memory, fn -> :erlang.memory(wrong) end)
