# SPDX-License-Identifier: Apache-2.0
# System: what is the same everywhere.

defmodule T do
  # Prints each call with its result, or with what it raised. Messages of ArgumentError come from primitives as a rule: only the class is shown.
  def calls(module, calls), do: Enum.each(calls, fn {name, args} -> show("#{name}(#{Enum.map_join(args, ", ", &text/1)})", fn -> apply(module, name, args) end) end)

  def show(label, fun) do
    result =
      try do
        fun.()
      rescue
        e in FunctionClauseError -> {:raised, FunctionClauseError, e.function, e.arity}
        e in [ArgumentError, ErlangError] -> {:raised, e.__struct__}
        e -> {:raised, e.__struct__, Exception.message(e)}
      catch
        kind, value -> {kind, value}
      end

    IO.puts("#{label} = #{text(result)}")
  end

  def message(label, fun) do
    fun.()
    IO.puts("#{label}: nothing raised")
  rescue
    e -> IO.puts("#{label}: #{inspect(e.__struct__)} #{Exception.message(e)}")
  end

  def text(term), do: inspect(term, charlists: :as_lists, limit: :infinity, printable_limit: :infinity, width: 1000)
end

System.put_env("JOIST_TEST", "1")
T.calls(System, get_env: ["JOIST_TEST"], get_env: ["JOIST_NONE"], get_env: ["JOIST_NONE", "d"], fetch_env: ["JOIST_TEST"], fetch_env: ["JOIST_NONE"], fetch_env!: ["JOIST_TEST"], get_env: [1], put_env: ["JOIST_X", "é"], get_env: ["JOIST_X"], delete_env: ["JOIST_X"], get_env: ["JOIST_X"], put_env: [%{"JOIST_Y" => "2"}], get_env: ["JOIST_Y"], put_env: ["A", 1])
T.message("fetch_env!", fn -> System.fetch_env!("JOIST_NONE") end)
T.message("put_env", fn -> System.put_env("A=B", "x") end)
T.message("unit", fn -> System.convert_time_unit(1, :foo, :second) end)
T.calls(System, for(t <- [0, 1500, -1500, 123_456_789_012_345_678_901], a <- [:second, :millisecond, :nanosecond, 7], b <- [:second, :microsecond, 3], do: {:convert_time_unit, [t, a, b]}))
T.show("types", fn -> [is_map(System.get_env()), is_list(System.argv()), is_binary(System.cwd!()), is_binary(System.tmp_dir!()), is_integer(System.monotonic_time()), is_integer(System.system_time(:second)), is_integer(System.os_time(:millisecond)), is_integer(System.unique_integer()), System.unique_integer([:positive]) > 0, is_binary(System.otp_release()), is_binary(System.pid()), System.schedulers_online() >= 1, System.endianness()] end)
T.show("order", fn -> a = System.monotonic_time(); b = System.monotonic_time(); x = System.unique_integer([:monotonic]); y = System.unique_integer([:monotonic]); {b >= a, y > x} end)
T.show("one clock in two units", fn -> abs(System.system_time(:millisecond) - div(System.system_time(:microsecond), 1000)) < 1000 end)
T.show("offset", fn -> abs(System.system_time(:second) - System.monotonic_time(:second) - System.time_offset(:second)) <= 1 end)
T.calls(System, find_executable: ["no-such-program"], find_executable: ["/bin/no-such-program"])
T.show("sh", fn -> String.ends_with?(System.find_executable("sh"), "/sh") end)
System.argv(["a", "b"])
IO.inspect(System.argv())
IO.inspect(:os.type())
