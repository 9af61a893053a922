# SPDX-License-Identifier: Apache-2.0
#
# Paths as text: nothing here touches files, but for `expand` and `absname` (which ask for the current directory), `safe_relative` (symbolic links)
# and `wildcard`. A path is split into its segments, worked on as a list, and joined again.

defmodule Path do
  @moduledoc """
  Working with paths.

      iex> Path.join(["a", "b/", "c"])
      "a/b/c"
  """

  @type t :: IO.chardata()

  @doc """
  The path made absolute against the current directory.

      iex> Path.absname("/a//b")
      "/a/b"
  """
  @spec absname(t) :: binary
  def absname(path), do: absname(path, fn -> cwd() end)

  @doc """
  The path made absolute against another one. `..` stays as it is.

      iex> Path.absname("foo", "bar")
      "bar/foo"
  """
  @spec absname(t, t | (-> t)) :: binary
  def absname(path, relative_to) do
    path = text(path)

    case type_of(path) do
      :absolute -> join_segments(plain_segments(path))
      :relative -> join_segments(for(segment <- split(base(relative_to)), segment != ".", do: segment) ++ plain_segments(path))
    end
  end

  # A "." counts only as the very end.
  defp plain_segments(path), do: path |> split() |> plain(String.ends_with?(path, "."))

  defp plain([last], true), do: [last]
  defp plain(["." | rest], keep), do: plain(rest, keep)
  defp plain([segment | rest], keep), do: [segment | plain(rest, keep)]
  defp plain([], _), do: []

  defp base(fun) when is_function(fun, 0), do: fun.()
  defp base(path), do: text(path)

  @doc """
  The type of a path.

      iex> Path.type("/usr")
      :absolute
  """
  @spec type(t) :: :absolute | :relative | :volumerelative
  def type(path), do: path |> text() |> type_of()

  defp type_of(<<?/, _::binary>>), do: :absolute
  defp type_of(_), do: :relative

  @doc """
  The path without the root.

      iex> Path.relative("/usr/local")
      "usr/local"
  """
  @spec relative(t) :: binary
  def relative(path) do
    case text(path) do
      "/" -> "."
      <<?/, rest::binary>> -> rest
      path -> path
    end
  end

  @doc """
  Absolute, with `~`, `.` and `..` resolved.

      iex> Path.expand("/foo/bar/../baz")
      "/foo/baz"
  """
  @spec expand(t) :: binary
  def expand(path), do: path |> text() |> home() |> absname() |> without_dots()

  @doc """
  Like `expand/1`, against another directory.

      iex> Path.expand("bar/../x", "/foo")
      "/foo/x"
  """
  @spec expand(t, t) :: binary
  def expand(path, relative_to) do
    path |> text() |> home() |> absname(absname(home(text(relative_to)))) |> without_dots()
  end

  defp home("~"), do: System.user_home!()
  defp home("~/" <> rest), do: join(System.user_home!(), rest)
  defp home(path), do: path

  defp without_dots(path), do: path |> split() |> no_dots([]) |> join_segments()

  defp no_dots([".." | rest], ["/"]), do: no_dots(rest, ["/"])
  defp no_dots([".." | rest], [_ | above]), do: no_dots(rest, above)
  defp no_dots([".." | rest], []), do: no_dots(rest, [])
  defp no_dots(["." | rest], acc), do: no_dots(rest, acc)
  defp no_dots([segment | rest], acc), do: no_dots(rest, [segment | acc])
  defp no_dots([], acc), do: :lists.reverse(acc)

  @doc """
  The path as seen from a directory, if it lies below it. Option `force: true`: with `..` otherwise.

      iex> Path.relative_to("/usr/local/foo", "/usr")
      "local/foo"
  """
  @spec relative_to(t, t, keyword) :: binary
  def relative_to(path, cwd, options \\ []) do
    path_segments = split(path)
    cwd_segments = split(cwd)
    force = options[:force] == true

    case {path_segments, cwd_segments} do
      {["/" | _], ["/" | _]} ->
        below(no_dots(path_segments, []), no_dots(cwd_segments, []), force)

      {["/" | _], _} ->
        join_segments(no_dots(path_segments, []))

      {_, ["/" | _]} ->
        dotted(path_segments)

      _ ->
        case {collapse(path_segments, []), collapse(cwd_segments, [])} do
          {path_segments, cwd_segments} -> below(path_segments, cwd_segments, force)
        end
    end
  end

  defp below(same, same, _), do: "."

  defp below(path, cwd, force) do
    case {strip_common(path, cwd), force} do
      {{rest, []}, _} -> join_segments(rest)
      {{rest, left}, true} -> join_segments(for(_ <- left, do: "..") ++ rest)
      _ -> join_segments(path)
    end
  end

  defp strip_common([same | path], [same | cwd]), do: strip_common(path, cwd)
  defp strip_common(path, cwd), do: {path, cwd}

  defp dotted(segments) do
    case collapse(segments, []) do
      [] -> "."
      rest -> join_segments(rest)
    end
  end

  # Resolves dots in a relative path; what leads above its start stays.
  defp collapse([".." | rest], [above | acc]) when above != "..", do: collapse(rest, acc)
  defp collapse([".." | rest], acc), do: collapse(rest, [".." | acc])
  defp collapse(["." | rest], acc), do: collapse(rest, acc)
  defp collapse([segment | rest], acc), do: collapse(rest, [segment | acc])
  defp collapse([], acc), do: :lists.reverse(acc)

  @doc """
  The path as seen from the current directory, if it lies below it.

      iex> Path.relative_to_cwd("/never/here")
      "/never/here"
  """
  @spec relative_to_cwd(t, keyword) :: binary
  def relative_to_cwd(path, options \\ []) do
    case :joist_file.cwd() do
      {:ok, cwd} -> relative_to(path, cwd, options)
      _ -> text(path)
    end
  end

  @doc """
  The relative path with its dots resolved, or `:error` if it is absolute or leads out of the directory, through symbolic links too.

      iex> Path.safe_relative("deps/../../x")
      :error
  """
  @spec safe_relative(t, t) :: {:ok, binary} | :error
  def safe_relative(path, cwd \\ cwd()) do
    cwd = text(cwd)

    case split(path) do
      ["/" | _] -> :error
      segments -> safe(segments, [], cwd, 40)
    end
  end

  @doc false
  def safe_relative_to(path, cwd), do: safe_relative(path, cwd)

  defp safe(_, _, _, 0), do: :error
  defp safe([], acc, _, _), do: {:ok, join_segments(:lists.reverse(acc))}
  defp safe([".." | _], [], _, _), do: :error
  defp safe([".." | rest], [_ | acc], cwd, links), do: safe(rest, acc, cwd, links)
  defp safe(["." | rest], acc, cwd, links), do: safe(rest, acc, cwd, links)

  defp safe([segment | rest], acc, cwd, links) do
    case :joist_file.read_link(join(cwd, join_segments(:lists.reverse([segment | acc])))) do
      {:ok, target} ->
        case split(target) do
          ["/" | _] -> :error
          segments -> safe(segments ++ rest, acc, cwd, links - 1)
        end

      _ ->
        safe(rest, [segment | acc], cwd, links)
    end
  end

  @doc """
  The last segment.

      iex> Path.basename("foo/bar.ex")
      "bar.ex"
  """
  @spec basename(t) :: binary
  def basename(path), do: path |> text() |> last_segment()

  @doc """
  The last segment without an extension.

      iex> Path.basename("foo/bar.ex", ".ex")
      "bar"
  """
  @spec basename(t, t) :: binary
  def basename(path, extension) do
    base = path |> text() |> last_segment()
    extension = text(extension)

    if String.ends_with?(base, extension),
      do: binary_part(base, 0, byte_size(base) - byte_size(extension)),
      else: base
  end

  defp last_segment(path) do
    case :lists.reverse(:binary.split(path, "/", [:global, :trim_all])) do
      [last | _] -> last
      [] -> ""
    end
  end

  @doc """
  All but the last segment.

      iex> Path.dirname("/foo/bar.ex")
      "/foo"
  """
  @spec dirname(t) :: binary
  def dirname(path) do
    path = text(path)

    case :lists.reverse(:binary.split(path, "/", [:global])) do
      [_] -> "."
      [_ | above] -> above |> drop_empty() |> :lists.reverse() |> dirname_of()
    end
  end

  defp drop_empty(["" | [_ | _] = rest]), do: drop_empty(rest)
  defp drop_empty(segments), do: segments

  defp dirname_of([""]), do: "/"
  defp dirname_of(segments), do: join_with_slash(segments)

  @doc """
  The extension with its dot, or "".

      iex> Path.extname("foo.erl")
      ".erl"
  """
  @spec extname(t) :: binary
  def extname(path) do
    base = path |> text() |> after_slash()

    case last_dot(base) do
      nil -> ""
      at -> binary_part(base, at, byte_size(base) - at)
    end
  end

  defp after_slash(path) do
    case :binary.matches(path, "/") do
      [] ->
        path

      matches ->
        {at, _} = last_of(matches)
        binary_part(path, at + 1, byte_size(path) - at - 1)
    end
  end

  defp last_of([last]), do: last
  defp last_of([_ | rest]), do: last_of(rest)

  # A dot at the very start makes a hidden file, not an extension.
  defp last_dot(base) do
    case :binary.matches(base, ".") do
      [] ->
        nil

      matches ->
        case last_of(matches) do
          {0, _} -> nil
          {at, _} -> at
        end
    end
  end

  @doc """
  The path without its extension.

      iex> Path.rootname("/foo/bar.ex")
      "/foo/bar"
  """
  @spec rootname(t) :: binary
  def rootname(path) do
    case text(path) do
      <<?., rest::binary>> = path -> if :binary.match(rest, ["/", "."]) == :nomatch, do: "", else: without(path, extname(path))
      path -> without(path, extname(path))
    end
  end

  defp without(path, suffix), do: binary_part(path, 0, byte_size(path) - byte_size(suffix))

  @doc """
  The path without the given extension.

      iex> Path.rootname("/foo/bar.erl", ".ex")
      "/foo/bar.erl"
  """
  @spec rootname(t, t) :: binary
  def rootname(path, extension) do
    path = text(path)
    extension = text(extension)

    if String.ends_with?(path, extension) and not String.ends_with?(path, "/" <> extension),
      do: without(path, extension),
      else: path
  end

  @doc """
  Segments joined to a path.

      iex> Path.join(["~", "foo"])
      "~/foo"
  """
  @spec join(nonempty_list(t)) :: binary
  def join([left, right | rest]), do: join([join(left, right) | rest])
  def join([path]), do: text(path)

  @doc """
  Two paths joined; a slash at the start of the second does not count.

      iex> Path.join("foo", "bar")
      "foo/bar"
  """
  @spec join(t, t) :: binary
  def join(left, right) do
    left = text(left)

    right =
      case text(right) do
        <<?/, rest::binary>> -> rest
        right -> right
      end

    joined =
      case left do
        "" -> right
        "/" -> "/" <> right
        _ -> without_end_slash(left) <> "/" <> right
      end

    without_end_slash(joined)
  end

  defp without_end_slash("/"), do: "/"

  defp without_end_slash(path) do
    if String.ends_with?(path, "/"), do: binary_part(path, 0, byte_size(path) - 1), else: path
  end

  @doc """
  The segments of a path.

      iex> Path.split("/a/b")
      ["/", "a", "b"]
  """
  @spec split(t) :: [binary]
  def split(path) do
    path = text(path)

    case path do
      <<?/, rest::binary>> -> ["/" | :binary.split(rest, "/", [:global, :trim_all])]
      _ -> :binary.split(path, "/", [:global, :trim_all])
    end
  end

  defp join_segments(["/" | rest]), do: "/" <> join_with_slash(rest)
  defp join_segments(segments), do: join_with_slash(segments)

  defp join_with_slash([]), do: ""
  defp join_with_slash([first | rest]), do: :erlang.iolist_to_binary([first | for(segment <- rest, do: [?/ | segment])])

  @doc """
  The files that match a pattern with `?`, `*`, `**`, `[a-z]` and `{a,b}`, sorted. Option `match_dot: true`: hidden ones too.

      Path.wildcard("lib/**/*.ex")
  """
  @spec wildcard(t, keyword) :: [binary]
  def wildcard(glob, options \\ []) do
    glob |> __text__("Path.wildcard/2") |> Path.Wildcard.expand(options[:match_dot] == true)
  end

  # A path as text for `function`, which would not do what is meant with a part of it.
  @doc false
  def __text__(path, function) do
    text = text(path)

    if :binary.match(text, <<0>>) == :nomatch do
      text
    else
      raise ArgumentError, "cannot execute #{function} for path with null byte, got: #{inspect(path)}"
    end
  end

  defp text(path) when is_binary(path), do: path
  defp text(path), do: IO.chardata_to_string(path)

  defp cwd do
    case :joist_file.cwd() do
      {:ok, cwd} -> cwd
      {:error, reason} -> raise File.Error, reason: reason, action: "get current working directory"
    end
  end
end
