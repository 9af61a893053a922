# SPDX-License-Identifier: Apache-2.0
#
# Planted: results come through a third process, ends directly. Order is kept between two processes only, so an end may overtake
# the result that was sent before it.
Process.flag(:trap_exit, true)
me = self()

postman =
  spawn_link(fn ->
    deliver = fn deliver ->
      receive do
        {:result, from, value} ->
          send(me, {:result, from, value})
          deliver.(deliver)
      end
    end

    deliver.(deliver)
  end)

for i <- 1..3 do
  worker =
    spawn_link(fn ->
      Enum.each(1..500, & &1)
      send(postman, {:result, self(), i * 10})
      # Tidying up takes a while: the result is mostly there before the end.
      Enum.each(1..3_000, & &1)
    end)

  receive do
    {:result, ^worker, value} -> IO.puts("worker #{i}: #{value}")
    {:EXIT, ^worker, :normal} -> raise "worker #{i} ended without a result"
  end
end
