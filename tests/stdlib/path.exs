# SPDX-License-Identifier: Apache-2.0
# Path.

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

paths = ["", "/", ".", "..", "a", "/a", "a/", "a/b", "/a/b/", "//a//b", "./a", "../a", "a/../b", "/../a", "/a/../../b", "foo.ex", "foo.tar.gz", ".bashrc", "/x/.bashrc", "a.", "a.b/", "é/ü.x", ["a", ?/, "b.c"]]
for f <- [:type, :relative, :basename, :dirname, :extname, :rootname, :split], do: T.calls(Path, for(p <- paths, do: {f, [p]}))
T.calls(Path, for(p <- paths, do: {:expand, [p, "/base/dir"]}))
T.calls(Path, for(p <- ["a", "/a", "a/../b", "", "a//b"], q <- ["/x", "y", "/x/"], f <- [:absname, :join, :expand], do: {f, [p, if(f == :expand, do: "/x" <> q, else: q)]}))
T.calls(Path, join: [["a", "b", "c"]], join: [["a"]], join: [["/", "a"]], join: ["", "a"], join: ["a/", "/b"], join: [[]])
T.calls(Path, basename: ["a/b.ex", ".ex"], basename: ["a/b.ex", ".erl"], rootname: ["a/b.ex", ".ex"], rootname: ["a/b.ex", ".erl"], relative_to: ["/usr/local/foo", "/usr/local"], relative_to: ["/usr/local/foo", "/"], relative_to: ["/usr/local/foo", "/etc"], safe_relative: ["a/../b"], safe_relative: ["../a"], safe_relative: ["/a"])
T.calls(Path, join: [["a"], "b"])
T.show("expand home", fn -> Path.expand("~/x") == Path.join(System.user_home!(), "x") end)
T.show("absname", fn -> Path.absname("x") == Path.join(File.cwd!(), "x") end)
root = Path.join(System.tmp_dir!(), "joist-path-#{System.pid()}")
File.mkdir_p!(Path.join(root, "a/b/c"))
File.mkdir_p!(Path.join(root, ".hidden"))
for f <- ["a/1.ex", "a/2.exs", "a/b/3.ex", "a/b/c/4.ex", ".hidden/5.ex", "top.ex", "top.txt"], do: File.write!(Path.join(root, f), "")

for glob <- ["*", "*.ex", "**/*.ex", "**", "a/*", "?op.ex", "top.{ex,txt}", "[a-t]*", "nope", "a", "a/1.ex", "*/b", "a/../*.ex", ".hidden/*", "**/{3,4}.ex"] do
  T.show(glob, fn -> Path.wildcard(Path.join(root, glob)) |> Enum.map(&String.replace_prefix(&1, root <> "/", "")) end)
end

T.show("dots", fn -> Path.wildcard(Path.join(root, "**/*.ex"), match_dot: true) |> Enum.map(&String.replace_prefix(&1, root <> "/", "")) end)
File.rm_rf!(root)
