# SPDX-License-Identifier: Apache-2.0
# What functions of at_exit do to the status: each is told the one before it left. The last called leaves 0.
System.at_exit(fn status -> IO.puts("last #{status}") && exit({:shutdown, 0}) end)
System.at_exit(fn status -> IO.puts("fourth #{status}") && exit(:normal) end)
System.at_exit(fn status -> IO.puts("third #{status}") && raise("fails") end)
System.at_exit(fn status -> IO.puts("second #{status}") && System.at_exit(fn s -> IO.puts("added late #{s}") end) end)
System.at_exit(fn status -> IO.puts("first #{status}") && exit({:shutdown, 4}) end)
exit({:shutdown, 9})
