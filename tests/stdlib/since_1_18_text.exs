# SPDX-License-Identifier: Apache-2.0
# What the text and system libraries have since Elixir 1.15 to 1.18, and what those changed; the output is checked by hand.

show = fn label, fun ->
  result =
    try do
      fun.()
    rescue
      e -> {:raised, e.__struct__}
    end

  IO.puts("#{label} = #{inspect(result, charlists: :as_lists, limit: :infinity)}")
end

show.("version", fn -> System.version() end)
show.("valid? fast_ascii", fn -> {String.valid?("abc", :fast_ascii), String.valid?(<<"abc", 255>>, :fast_ascii)} end)
show.("replace_invalid", fn -> {String.replace_invalid("ok"), String.replace_invalid(<<"a", 255, "b">>), String.replace_invalid(<<"x", 225, 128, "y">>, "?"), String.replace_invalid(<<0xED, 0xA0, 0x80>>, "?"), String.replace_invalid(<<0xF0, 0x90, 0x80, "a">>, "")} end)
show.("byte_slice", fn -> {String.byte_slice("héllo", 0, 2), String.byte_slice("héllo", 1, 2), String.byte_slice("héllo", 2, 3), String.byte_slice("héllo", -3, 10), String.byte_slice("日本", 0, 5), String.byte_slice("abc", 5, 2), String.byte_slice("a👍", 0, 4), String.byte_slice("abc", 1, 0)} end)
show.("slice with a step", fn -> {String.slice("elixir", 0..-1//2), String.slice("elixir", 1..4//3), String.slice("", 0..5//2)} end)
show.("ceil_div", fn -> {Integer.ceil_div(7, 2), Integer.ceil_div(-7, 2), Integer.ceil_div(7, -2), Integer.ceil_div(6, 3), Integer.ceil_div(0, 5)} end)
show.("ceil_div by zero", fn -> Integer.ceil_div(1, 0) end)
show.("relative_to", fn -> {Path.relative_to("/usr/local/foo", "/usr/local/foo"), Path.relative_to("/usr/local/../foo/bar", "/usr/foo"), Path.relative_to("foo/../bar", "/usr"), Path.relative_to("foo/..", "/usr"), Path.relative_to("../foo", "/usr"), Path.relative_to("/usr/foo", "/usr/baz", force: true), Path.relative_to("/usr/foo", "/usr/baz")} end)
show.("safe_relative", fn -> {Path.safe_relative("a/../b", "/tmp"), Path.safe_relative("a/../../b", "/tmp"), Path.safe_relative("/a", "/tmp")} end)
show.("uniq", fn -> {:lists.enumerate(0, 2, [:a, :b]), :lists.uniq([1, 1, 2])} end)
show.("alias", fn -> a = Process.alias(); {is_reference(a), Process.unalias(a), Process.unalias(a)} end)
show.("monitor with a tag", fn -> pid = spawn(fn -> :ok end); ref = Process.monitor(pid, tag: :gone); receive do {:gone, ^ref, :process, ^pid, _} -> :told end end)
show.("set_label", fn -> Process.set_label(:worker) end)
show.("tc with a unit", fn -> {time, :r} = :timer.tc(fn -> :r end, :millisecond); time < 1000 end)

path = Path.join(System.tmp_dir!(), "joist-since-#{System.pid()}")
File.write!(path, "abcde\nfg")
show.("stream! by bytes", fn -> File.stream!(path, 3) |> Enum.to_list() end)
show.("stream! by lines", fn -> File.stream!(path, :line, [:utf8]) |> Enum.to_list() end)
show.("count of lines", fn -> File.stream!(path) |> Enum.count() end)
show.("read to the end", fn -> File.open!(path, [:read], fn f -> {IO.read(f, :eof), IO.read(f, :eof), IO.binread(f, :eof)} end) end)
File.rm!(path)
