# SPDX-License-Identifier: Apache-2.0
# What is said of calls on things that are no modules, and of supervisors that cannot start.

same = fn x -> x end

for call <- [
      fn -> same.([]).start() end,
      fn -> same.("text").start() end,
      fn -> same.(%{a: 1}).start(1) end,
      fn -> apply(same.({1, 2}), :start, []) end,
      fn -> apply(String, "upcase", ["x"]) end
    ] do
  try do
    call.()
  rescue
    error in ArgumentError ->
      [{module, function, args, _} | _] = __STACKTRACE__
      IO.inspect({Exception.message(error), module, function, args})
  end
end

blamed = fn call ->
  try do
    call.()
  catch
    kind, reason -> kind |> Exception.blame(reason, __STACKTRACE__) |> elem(0) |> Exception.message() |> IO.puts()
  end
end

blamed.(fn -> same.(%{a: 1}).start(1) end)
blamed.(fn -> apply(Enum, :map, same.([[1] | 2])) end)
blamed.(fn -> :erlang.element("a", "b") end)
blamed.(fn -> :erlang.setelement(:a, :b, 1) end)
blamed.(fn -> apply(Map, :gett, [1]) end)
blamed.(fn -> apply(List, :frist, [1]) end)

defmodule Plan do
  @callback needed(integer) :: term
  @callback wanted(integer) :: term
  @optional_callbacks wanted: 1
end

defmodule Lacking do
  @behaviour Plan
  def needed(x), do: x
end

defmodule LackingAll do
  @behaviour Plan
  def other, do: 1
end

blamed.(fn -> same.(Lacking).wanted(1) end)
blamed.(fn -> same.(LackingAll).needed(1) end)

for reason <- [
      {:start_spec, {:invalid_mfa, 3}},
      {:start_spec, {:invalid_modules, :x}},
      {:start_spec, {:invalid_child_type, :boss}},
      {:start_spec, {:invalid_restart_type, :never}},
      {:start_spec, {:invalid_shutdown, -1}},
      {:start_spec, {:duplicate_child_name, Plan}},
      {:start_spec, [:other]},
      {:supervisor_data, {:invalid_strategy, :some}},
      {:supervisor_data, {:invalid_intensity, -1}},
      {:supervisor_data, {:invalid_period, 0}},
      {:supervisor_data, :other}
    ] do
  IO.puts(Exception.format_exit(reason))
end
