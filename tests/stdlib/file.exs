# SPDX-License-Identifier: Apache-2.0
# File and File.Stream, in a directory of its own.

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

root = Path.join(System.tmp_dir!(), "joist-file-#{System.pid()}")
File.rm_rf!(root)
File.mkdir_p!(root)
File.cd!(root)
short = fn result -> result |> inspect(charlists: :as_lists) |> String.replace(root, "ROOT") |> IO.puts() end
message = fn fun -> (try do short.({:nothing_raised, fun.()}) rescue e -> short.({e.__struct__, Exception.message(e)}) end) end

short.([File.write("a.txt", "l1\nl2\r\nl3"), File.read("a.txt"), File.write("a.txt", ["m", ?o, "re"], [:append]), File.read!("a.txt"), File.write("a.txt", "x", [:exclusive])])
short.([File.read("none"), File.read("."), File.write("none/x", ""), File.exists?("a.txt"), File.exists?("none"), File.dir?("."), File.dir?("a.txt"), File.regular?("a.txt"), File.regular?(".")])
short.([File.mkdir("d"), File.mkdir("d"), File.mkdir("x/y"), File.mkdir_p("d/e/f"), File.mkdir_p("d/e"), File.mkdir_p("a.txt/b"), Enum.sort(File.ls!()), File.ls("none"), File.ls!("d")])
short.([File.touch("d/e/x", 1000), File.stat!("d/e/x").mtime, File.touch("d/e/x", {{2020, 1, 2}, {3, 4, 5}}), File.stat!("d/e/x").mtime, File.stat!("d/e/x", time: :posix).mtime, File.stat!("a.txt").size, File.stat!("a.txt").type, File.stat!("d").type, File.stat("none")])
short.([File.cp("a.txt", "b.txt"), File.read("b.txt"), File.cp("d", "z"), File.cp("none", "z"), elem(File.cp_r("d", "d2"), 1) |> Enum.sort(), File.cp_r("none", "z"), File.copy("a.txt", "c.txt"), File.copy("a.txt", "c.txt", 3), File.read("c.txt")])
short.([File.rename("c.txt", "r.txt"), File.exists?("c.txt"), File.rename("none", "z"), File.ln_s("a.txt", "s"), File.read_link("s"), File.read_link("a.txt"), File.lstat!("s").type, File.ln("a.txt", "h"), File.read("h"), File.chmod("r.txt", 0o600), rem(File.stat!("r.txt").mode, 512)])
short.([File.rm("r.txt"), File.rm("r.txt"), File.rm("d"), File.rmdir("d"), File.rmdir("none"), elem(File.rm_rf("d"), 1) |> Enum.sort(), File.rm_rf("none"), File.cd!("d2", fn -> File.ls!() end), File.cwd!() == File.cwd!()])

message.(fn -> File.read!("none") end)
message.(fn -> File.write!("none/x", "") end)
message.(fn -> File.open!("none") end)
message.(fn -> File.ls!("none") end)
message.(fn -> File.mkdir!("d2") end)
message.(fn -> File.mkdir_p!("a.txt/b") end)
message.(fn -> File.rm!("none") end)
message.(fn -> File.rmdir!("none") end)
message.(fn -> File.stat!("none") end)
message.(fn -> File.lstat!("none") end)
message.(fn -> File.cd!("none") end)
message.(fn -> File.cp!("none", "z") end)
message.(fn -> File.cp_r!("none", "z") end)
message.(fn -> File.copy!("none", "z") end)
message.(fn -> File.rename!("none", "z") end)
message.(fn -> File.ln_s!("a", "none/z") end)
message.(fn -> File.ln!("none", "z") end)
message.(fn -> File.read_link!("a.txt") end)
message.(fn -> File.touch!("none/z") end)
message.(fn -> File.chmod!("none", 0o600) end)
message.(fn -> File.stream!("none") |> Enum.to_list() end)

File.write!("t.txt", "héllo wörld\nline2\r\n日本\nlast")
short.(File.open!("t.txt", [:read, :utf8], fn f -> [IO.read(f, :line), IO.read(f, 3), IO.read(f, :line), IO.getn(f, "", 1), IO.read(f, :line), IO.read(f, :line), IO.read(f, :line)] end))
short.(File.open!("t.txt", [:read], fn f -> [IO.binread(f, 3), IO.binread(f, :line), IO.binread(f, :line), IO.binread(f, 100), IO.binread(f, 1), IO.binread(f, :line)] end))
short.(File.open!("t.txt", [:read], fn f -> [IO.read(f, 2), IO.read(f, :line)] end))
short.([File.open("t.txt", [:read], &IO.read(&1, :line)), File.open("none", [:read], &IO.read(&1, :line)), File.open("t.txt", &IO.binread(&1, 1))])
short.([File.open!("o", [:write, :utf8], fn f -> [IO.puts(f, "é€"), IO.write(f, ["a", 233]), IO.inspect(f, {1, "x"}, label: "l")] end), File.read!("o")])
short.([File.open!("o", [:write], fn f -> [IO.write(f, "é"), IO.binwrite(f, "é")] end), File.read!("o")])
short.([File.open!("o", [:append], fn f -> IO.binwrite(f, "+") end), File.read!("o"), File.open!("o", [:read, :write], fn f -> [IO.binread(f, 1), IO.binwrite(f, "#")] end), File.read!("o")])
{:ok, f} = File.open("o")
short.([File.close(f), IO.binread(f, 1)])
message.(fn -> File.open!("o", [:write], fn f -> IO.write(f, "€") end) end)

short.(File.stream!("t.txt") |> Enum.to_list())
short.(File.stream!("t.txt") |> Stream.map(&String.trim/1) |> Enum.take(2))
short.(File.stream!("t.txt") |> Stream.zip(1..2) |> Enum.to_list())
short.([File.stream!("t.txt") |> Enum.member?("line2\n"), File.stream!("t.txt") |> Enum.reduce(0, fn l, n -> n + byte_size(l) end)])
short.(Enum.into(["x\n", "y\n"], File.stream!("w.txt")).path |> File.read!())
short.((for l <- ["1", "2"], into: File.stream!("w.txt", [:append]), do: l).path |> File.read!())
message.(fn -> File.stream!("t.txt") |> Enum.each(fn _ -> raise "stop" end) end)
File.cd!("/")
File.rm_rf!(root)
IO.puts(File.exists?(root))
