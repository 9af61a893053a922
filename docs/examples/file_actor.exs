# One process owns the file; whoever wants to write sends it a message. No locks, and lines never mix.
defmodule FileActor do
  def open(path) do
    spawn(fn ->
      {:ok, file} = File.open(path, [:write])
      loop(file)
    end)
  end

  def write(actor, line), do: send(actor, {:write, line})

  def close(actor) do
    ref = Process.monitor(actor)
    send(actor, :close)

    receive do
      {:DOWN, ^ref, :process, ^actor, reason} -> reason
    end
  end

  defp loop(file) do
    receive do
      {:write, line} ->
        IO.write(file, [line, ?\n])
        loop(file)

      :close ->
        File.close(file)
    end
  end
end

path = Path.join(System.tmp_dir!(), "file_actor_#{System.pid()}.txt")
actor = FileActor.open(path)
parent = self()

writers =
  for name <- ["ann", "bob", "eve"] do
    spawn(fn ->
      Enum.each(1..3, fn i -> FileActor.write(actor, "#{name} #{i}") end)
      send(parent, {:written, self()})
    end)
  end

for pid <- writers do
  receive do
    {:written, ^pid} -> :ok
  end
end

IO.inspect(FileActor.close(actor))
path |> File.read!() |> String.split("\n", trim: true) |> Enum.sort() |> Enum.each(&IO.puts/1)
File.rm!(path)
