# SPDX-License-Identifier: Apache-2.0
#
# What natives share between processes that run at once: persistent terms, files, the environment, at_exit, iodata and numbers that are
# another thread's work. Each part says what it found; nothing depends on who was faster.

defmodule Together do
  # Runs f.(1) … f.(count) in processes of their own and answers what they answered, in order.
  def all(count, f) do
    me = self()
    pids = for n <- 1..count, do: spawn_link(fn -> send(me, {self(), f.(n)}) end)
    for pid <- pids, do: receive(do: ({^pid, answer} -> answer))
  end
end

# A value is always whole and of its key.
turns = 400
keys = 20

whole =
  Together.all(8, fn n ->
    Enum.all?(1..turns, fn turn ->
      key = {:together, rem(turn * n, keys)}

      case rem(turn + n, 4) do
        0 -> :persistent_term.put(key, {key, List.duplicate(turn, 5)}) == :ok
        1 -> is_boolean(:persistent_term.erase(key))
        _ ->
          case :persistent_term.get(key, nil) do
            nil -> true
            {^key, [turn, turn, turn, turn, turn]} -> true
            _ -> false
          end
      end
    end)
  end)

IO.inspect(whole, label: "persistent terms")
for k <- 0..(keys - 1), do: :persistent_term.erase({:together, k})
IO.inspect(for({{:together, _}, _} = entry <- :persistent_term.get(), do: entry), label: "left")

# Every process reads and writes a file of its own, several times.
dir = Path.join(System.tmp_dir!(), "joist-together-#{System.pid()}-#{System.unique_integer([:positive])}")
File.mkdir!(dir)

own =
  Together.all(8, fn n ->
    path = Path.join(dir, "own#{n}")
    text = Enum.map_join(1..200, "", &"#{n} #{&1}\n")

    Enum.all?(1..5, fn _ ->
      :ok = File.write(path, text)
      File.read!(path) == text and Enum.count(File.stream!(path)) == 200
    end)
  end)

IO.inspect(own, label: "own files")

# One handle, many readers: each line goes to one of them.
shared = Path.join(dir, "shared")
File.write!(shared, Enum.map_join(1..3000, "", &"#{&1}\n"))
{:ok, handle} = :file.open(shared, [:read, :raw, :binary])

read_all = fn read_all, lines ->
  case :file.read_line(handle) do
    {:ok, line} -> read_all.(read_all, [String.to_integer(String.trim(line)) | lines])
    :eof -> lines
  end
end

lines = Together.all(6, fn _ -> read_all.(read_all, []) end)
IO.inspect(Enum.sort(Enum.concat(lines)) == Enum.to_list(1..3000), label: "each line once")
IO.inspect(Enum.all?(lines, fn l -> l == Enum.sort(l, :desc) end), label: "in order")

# Closed by one while the others read: they find it so, or read what there is.
{:ok, handle} = :file.open(shared, [:read, :raw, :binary])

ends =
  Together.all(6, fn
    1 -> :file.close(handle)
    _ ->
      Enum.reduce_while(1..4000, nil, fn _, _ ->
        case :file.read(handle, 10) do
          {:ok, bytes} when byte_size(bytes) <= 10 -> {:cont, :read}
          :eof -> {:halt, :ended}
          {:error, reason} when reason in [:terminated, :einval] -> {:halt, :ended}
        end
      end)
  end)

IO.inspect({hd(ends), Enum.uniq(tl(ends)), :file.read(handle, 1) |> elem(0)}, label: "closed")

# The file of a process that ends is closed.
me = self()
{pid, ref} = spawn_monitor(fn -> send(me, {:handle, elem(:file.open(shared, [:read, :raw, :binary]), 1)}); receive(do: (:go -> :ok)) end)
opened = receive(do: ({:handle, h} -> h))
{:ok, "1\n"} = :file.read_line(opened)
send(pid, :go)
receive(do: ({:DOWN, ^ref, _, _, _} -> :ok))
IO.inspect(:file.read_line(opened) |> elem(0), label: "its file")
File.rm_rf!(dir)

# The environment.
sane =
  Together.all(6, fn n ->
    Enum.all?(1..200, fn turn ->
      System.put_env("JOIST_TOGETHER", String.duplicate("#{n}", rem(turn, 30) + 1))
      value = System.get_env("JOIST_TOGETHER") || ""
      value == String.duplicate(String.first(value) || "", String.length(value))
    end)
  end)

IO.inspect(sane, label: "environment")

# Work that is long for a scheduler: right, whoever does it, and beside each other.
huge = Integer.pow(3, 60_000)
big = :binary.copy("abcdefghij", 400_000)
list = Enum.to_list(1..200_000)

results =
  Together.all(4, fn n ->
    text = Integer.to_string(huge)

    {
      byte_size(text) == 28_628 and String.to_integer(text) == huge,
      rem(huge * (huge + n), 1_000_007) == rem(rem(huge, 1_000_007) * rem(huge + n, 1_000_007), 1_000_007),
      byte_size(:erlang.iolist_to_binary([big, [big | "x"]])) == 8_000_001,
      :binary.match(big, "jb") == :nomatch,
      String.upcase(big) == :binary.copy("ABCDEFGHIJ", 400_000),
      :erlang.binary_to_term(:erlang.term_to_binary({n, list})) == {n, list},
      :erlang.phash2(list) == :erlang.phash2(Enum.to_list(1..200_000)),
      :erlang.md5(big) == :erlang.md5([binary_part(big, 0, 7), binary_part(big, 7, byte_size(big) - 7)]),
      length(list -- Enum.to_list(1..100_000)) == 100_000,
      Enum.member?(list, 200_000) and not Enum.member?(list, :none),
      :lists.keyfind(200_000, 1, Enum.map(list, &{&1})) == {200_000},
      map_size(Map.new(list, &{&1, n})) == 200_000
    }
  end)

IO.inspect(Enum.uniq(results), label: "long work")
