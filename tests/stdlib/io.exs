# SPDX-License-Identifier: Apache-2.0
# IO, IO.ANSI and StringIO.

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

IO.puts("puts")
IO.puts(["io", ?d, [["ata"], "é"], 8364])
IO.puts(:atom)
IO.puts(12)
IO.puts(1.5)
IO.write("no line end")
IO.write(["\n"])
IO.binwrite(["bytes", ?\n])
IO.inspect({:a, "b", [1, 2]})
IO.inspect(%{a: 1}, label: "label")
IO.puts(:stdio, "stdio")
IO.puts(:standard_io, "standard_io")
IO.inspect(Enum.to_list(1..60), limit: 5)
IO.inspect(Enum.to_list(1..40), width: 40)
T.calls(IO, chardata_to_string: [[1, "é", [?a | "b"]]], iodata_to_binary: [[1, "a", [2]]], iodata_length: [["a", 1]], iodata_to_binary: [[300]], chardata_to_string: [:a])
T.message("invalid", fn -> IO.chardata_to_string(["a", <<255>>]) end)
T.message("incomplete", fn -> IO.chardata_to_string(["a", <<195>>]) end)
T.message("no text", fn -> IO.puts(<<255>>) end)
T.message("no text", fn -> IO.puts([1_114_112]) end)
T.message("no device", fn -> IO.puts(:no_such_device, "x") end)
T.message("tuple", fn -> IO.puts({1}) end)

{:ok, p} = StringIO.open("héa\nb\nccc")
T.show("reading", fn -> [IO.read(p, :line), IO.gets(p, ">"), IO.getn(p, ">", 2), IO.read(p, 5), IO.read(p, :line), IO.read(p, 1)] end)
T.show("writing", fn -> [IO.write(p, "hé"), IO.puts(p, ["x", ?y]), IO.binwrite(p, "z"), IO.inspect(p, [1], label: "l"), StringIO.contents(p), StringIO.flush(p), StringIO.contents(p), StringIO.close(p)] end)
{:ok, p} = StringIO.open("abc", capture_prompt: true)
T.show("prompts", fn -> [IO.gets(p, "? "), IO.getn(p, "! ", 2), StringIO.contents(p)] end)
T.show("function", fn -> StringIO.open("foo", fn p -> IO.read(p, 2) end) end)
T.show("function", fn -> StringIO.open("foo", [capture_prompt: true], fn p -> IO.gets(p, "?") end) end)
{:ok, p} = StringIO.open("a\nb\nc")
T.show("stream", fn -> IO.stream(p, :line) |> Enum.map(&String.trim/1) end)
{:ok, p} = StringIO.open("abcde")
T.show("binstream", fn -> IO.binstream(p, 2) |> Enum.to_list() end)
{:ok, p} = StringIO.open("")
T.show("collect", fn -> Enum.into(["x", "é"], IO.stream(p, :line)); StringIO.contents(p) end)
T.show("wrong", fn -> StringIO.open(1) end)

{:ok, p} = StringIO.open("in\n")
old = Process.group_leader()
Process.group_leader(self(), p)
IO.puts("captured")
IO.inspect(%{a: 1}, label: "x")
line = IO.gets("prompt ")
parent = self()
spawn(fn -> IO.write("from a child"); send(parent, :done) end)
receive do: (:done -> :ok)
Process.group_leader(self(), old)
T.show("group leader", fn -> {line, StringIO.contents(p)} end)

T.calls(IO.ANSI, red: [], clear: [], reset: [], light_white_background: [], color: [100], color: [1, 2, 3], color_background: [5], color: [256], cursor: [1, 2], cursor_up: [], cursor_down: [3])
for data <- ["a", :red, ["a", :red, "b", [:bright, ["c" | :green]]], [], ["a" | "b"]], emit <- [true, false] do
  T.show("format #{inspect(data)} #{emit}", fn -> data |> IO.ANSI.format(emit) |> IO.iodata_to_binary() end)
  T.show("format_fragment #{inspect(data)} #{emit}", fn -> data |> IO.ANSI.format_fragment(emit) |> IO.iodata_to_binary() end)
end
T.message("no sequence", fn -> IO.ANSI.format([:nope], true) end)
