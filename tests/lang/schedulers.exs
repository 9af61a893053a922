# schedulers: 3
# How many schedulers there are and how many of them work, told and set; the shapes of what is said about processors.
IO.inspect({System.schedulers(), System.schedulers_online()})
IO.inspect(for k <- [:multi_scheduling, :multi_scheduling_blockers, :normal_multi_scheduling_blockers, :scheduler_bind_type, :threads, :smp_support], do: {k, :erlang.system_info(k)})

[configured, online, available] = for k <- [:logical_processors, :logical_processors_online, :logical_processors_available], do: :erlang.system_info(k)
IO.inspect({configured >= online, online >= available, available >= 1})
quota = :erlang.system_info(:cpu_quota)
IO.inspect(quota == :unknown or (is_integer(quota) and quota > 0))
IO.inspect(:erlang.system_info(:scheduler_id) in 1..3)
IO.inspect(for k <- [:dirty_cpu_schedulers, :dirty_cpu_schedulers_online, :dirty_io_schedulers], do: :erlang.system_info(k) >= 0)

# The answer is what it was before; all threads see it at once.
IO.inspect(for n <- [1, 2, 3, 1], do: :erlang.system_flag(:schedulers_online, n))
IO.inspect({System.schedulers(), System.schedulers_online()})
IO.inspect(Task.await(Task.async(fn -> System.schedulers_online() end)))
# Whoever runs when only one does still ends, and so do all the others.
IO.inspect(1..50 |> Enum.map(&Task.async(fn -> Enum.sum(1..&1) end)) |> Enum.map(&Task.await/1) |> Enum.sum())
IO.inspect(:erlang.system_flag(:schedulers_online, 3))

tell = fn f -> try do: f.(), rescue: (e -> IO.write(Exception.message(e))) end
for n <- [0, 4, -1, 1.0, :all, 2 ** 64, 1025], do: tell.(fn -> :erlang.system_flag(:schedulers_online, n) end)
tell.(fn -> :erlang.system_flag(:no_flag, 1) end)
tell.(fn -> :erlang.system_info(:no_item) end)
IO.inspect(System.schedulers_online())
