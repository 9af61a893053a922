IO.puts("Hello from a process: #{is_pid(self())}")
