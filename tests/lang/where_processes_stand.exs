# What Process.info tells about where a process stands.
defmodule Stand do
  def wait(parent) do
    send(parent, :up)
    inner(parent)
    :done
  end

  def inner(_) do
    receive do
      :go -> :ok
    end
  end
end

parent = self()
pid = spawn(fn -> Stand.wait(parent) end)
receive do: (:up -> :ok)

waits = fn waits ->
  case Process.info(pid, :status) do
    {:status, :waiting} -> :ok
    _ -> waits.(waits)
  end
end

waits.(waits)
IO.inspect(Process.info(pid, :current_function))
{:current_stacktrace, [first, second | _]} = Process.info(pid, :current_stacktrace)

for {module, function, arity, location} <- [first, second] do
  # OTP gives a receive the line of its function.
  line = if function == :wait, do: location[:line]
  IO.inspect({module, function, arity, Path.basename(List.to_string(location[:file])), line})
end

{:current_stacktrace, own} = Process.info(self(), :current_stacktrace)
IO.inspect(own != [])
