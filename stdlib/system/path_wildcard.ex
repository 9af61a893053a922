# SPDX-License-Identifier: Apache-2.0
#
# Patterns of file names. Braces are multiplied out first; then each pattern is walked segment by segment: a plain segment is looked up, a segment
# with wildcards is matched against the names in the directory, `**` stands for any depth. A base is the path found so far, ending in "/" or empty.

defmodule Path.Wildcard do
  @moduledoc false

  @doc false
  def expand(glob, dots?) do
    found = for pattern <- braces(:unicode.characters_to_list(glob)), path <- find(pattern, dots?), do: path
    sort_unique(found)
  end

  defp sort_unique(paths), do: :maps.keys(:maps.from_keys(paths, true)) |> Enum.sort()

  # "a{b,c}d" -> "abd", "acd"
  defp braces(chars) do
    case open_brace(chars, []) do
      :none ->
        [chars]

      {before, inside} ->
        case alternatives(inside, 0, [], []) do
          :none -> [chars]
          {choices, rest} -> for(choice <- choices, tail <- [rest], pattern <- braces(before ++ choice ++ tail), do: pattern)
        end
    end
  end

  defp open_brace([?\\, char | rest], acc), do: open_brace(rest, [char, ?\\ | acc])
  defp open_brace([?{ | rest], acc), do: {:lists.reverse(acc), rest}
  defp open_brace([char | rest], acc), do: open_brace(rest, [char | acc])
  defp open_brace([], _), do: :none

  defp alternatives([?\\, char | rest], depth, acc, done), do: alternatives(rest, depth, [char, ?\\ | acc], done)
  defp alternatives([?} | rest], 0, acc, done), do: {:lists.reverse([:lists.reverse(acc) | done]), rest}
  defp alternatives([?, | rest], 0, acc, done), do: alternatives(rest, 0, [], [:lists.reverse(acc) | done])
  defp alternatives([?{ | rest], depth, acc, done), do: alternatives(rest, depth + 1, [?{ | acc], done)
  defp alternatives([?} | rest], depth, acc, done), do: alternatives(rest, depth - 1, [?} | acc], done)
  defp alternatives([char | rest], depth, acc, done), do: alternatives(rest, depth, [char | acc], done)
  defp alternatives([], _, _, _), do: :none

  defp find(chars, dots?) do
    case segments(chars, [], []) do
      {:absolute, []} -> ["/"]
      {:absolute, segments} -> walk(segments, "/", dots?)
      {:relative, []} -> []
      {:relative, segments} -> walk(segments, "", dots?)
    end
  end

  defp segments([?/ | rest], [], []), do: {:absolute, split(rest, [], [])}
  defp segments(chars, [], []), do: {:relative, split(chars, [], [])}

  defp split([?/ | rest], [], done), do: split(rest, [], done)
  defp split([?/ | rest], acc, done), do: split(rest, [], [:lists.reverse(acc) | done])
  defp split([?\\, char | rest], acc, done), do: split(rest, [char, ?\\ | acc], done)
  defp split([char | rest], acc, done), do: split(rest, [char | acc], done)
  defp split([], [], done), do: :lists.reverse(done)
  defp split([], acc, done), do: :lists.reverse([:lists.reverse(acc) | done])

  defp walk([~c"." | [_ | _] = rest], base, dots?), do: walk(rest, base, dots?)
  defp walk([~c"**"], base, dots?), do: for({path, _} <- tree(base, dots?), do: path)

  defp walk([~c"**" | rest], base, dots?) do
    walk(rest, base, dots?) ++
      for({path, :directory} <- tree(base, dots?), found <- walk(rest, path <> "/", dots?), do: found)
  end

  defp walk([segment | rest], base, dots?) do
    case compile(segment, []) do
      {:literal, name} ->
        path = base <> name

        cond do
          :joist_file.stat(path, :nofollow) |> elem(0) == :error -> []
          rest == [] -> [path]
          true -> walk(rest, path <> "/", dots?)
        end

      {:pattern, pattern} ->
        names = for name <- names(base, dots?), match(pattern, :unicode.characters_to_list(name)), do: base <> name
        if rest == [], do: names, else: for(path <- names, directory?(path), found <- walk(rest, path <> "/", dots?), do: found)
    end
  end

  # Everything below a directory, the directories before what is in them. Links are followed; the system ends circles of them.
  defp tree(base, dots?) do
    for name <- names(base, dots?), entry <- entry(base <> name, dots?), do: entry
  end

  defp entry(path, dots?) do
    if directory?(path), do: [{path, :directory} | tree(path <> "/", dots?)], else: [{path, :file}]
  end

  defp names(base, dots?) do
    case :joist_file.list_dir(if(base == "", do: ".", else: base)) do
      {:ok, names} -> if(dots?, do: names, else: for(name <- names, not hidden?(name), do: name))
      _ -> []
    end
  end

  defp hidden?(<<?., _::binary>>), do: true
  defp hidden?(_), do: false

  defp directory?(path) do
    case :joist_file.stat(path, :follow) do
      {:ok, {_, :directory, _, _, _, _, _, _, _, _, _, _, _}} -> true
      _ -> false
    end
  end

  # A segment as a list of code points, :any, :many and {:set, ranges}.
  defp compile([?\\, char | rest], acc), do: compile(rest, [char | acc])
  defp compile([?? | rest], acc), do: compile(rest, [:any | acc])
  defp compile([?*, ?* | rest], acc), do: compile([?* | rest], acc)
  defp compile([?* | rest], acc), do: compile(rest, [:many | acc])

  defp compile([?[ | rest], acc) do
    case set(rest, []) do
      {ranges, rest} -> compile(rest, [{:set, ranges} | acc])
      :none -> compile(rest, [?[ | acc])
    end
  end

  defp compile([char | rest], acc), do: compile(rest, [char | acc])

  defp compile([], acc) do
    if all_plain?(acc),
      do: {:literal, :unicode.characters_to_binary(:lists.reverse(acc))},
      else: {:pattern, :lists.reverse(acc)}
  end

  defp all_plain?([char | rest]) when is_integer(char), do: all_plain?(rest)
  defp all_plain?([]), do: true
  defp all_plain?(_), do: false

  defp set([?] | rest], [_ | _] = acc), do: {acc, rest}
  defp set([low, ?-, high | rest], acc) when high != ?], do: set(rest, [{low, high} | acc])
  defp set([char | rest], acc), do: set(rest, [{char, char} | acc])
  defp set([], _), do: :none

  defp match([:many], _), do: true
  defp match([:many | rest] = pattern, chars), do: match(rest, chars) or (chars != [] and match(pattern, tl(chars)))
  defp match([:any | rest], [_ | chars]), do: match(rest, chars)
  defp match([{:set, ranges} | rest], [char | chars]), do: in_set?(ranges, char) and match(rest, chars)
  defp match([char | rest], [char | chars]), do: match(rest, chars)
  defp match([], []), do: true
  defp match(_, _), do: false

  defp in_set?([{low, high} | _], char) when char >= low and char <= high, do: true
  defp in_set?([_ | rest], char), do: in_set?(rest, char)
  defp in_set?([], _), do: false
end
