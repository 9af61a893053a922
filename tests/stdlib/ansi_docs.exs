# Markdown on a terminal: with colours (sequences shown as data) and without.
text = """
First paragraph with `code`, *emphasis*, **bold with `code`** and _underscores_, long enough to be wrapped; snake_case_name stays.
Second line with a [link](http://example.com), [a reference][1] and \\*escaped\\* marks, 2 * 3 * 4.

# One

## Two with `code`

  * item one, which is rather long and has to be wrapped somewhere near the end
  * item two
    continued

    a paragraph of item two

    * nested
    * nested too

  - another list

1. first
2. second, which is rather long and has to be wrapped somewhere near the end

> quoted text that is long enough to be wrapped at the end of the line, surely
> and more

    iex> 1 + 1
    2

```elixir
fenced
  code
```

| a | b |
|---|---|
| `1` | two |
| three | 4 |

---

  * a list before an example

    iex> :ok
    :ok

<!-- a comment
of two lines -->
End.
"""

for enabled <- [true, false] do
  {:ok, device} = StringIO.open("")
  leader = Process.group_leader()
  Process.group_leader(self(), device)
  IO.ANSI.Docs.print_headings(["one(a)", "two(a, b)"], enabled: enabled, width: 50)
  IO.ANSI.Docs.print_metadata(%{since: "1.0", deprecated: "use two/2", defaults: 1, delegate_to: {Enum, :map, 2}}, enabled: enabled, width: 50)
  IO.ANSI.Docs.print(text, "text/markdown", enabled: enabled, width: 50)
  Process.group_leader(self(), leader)
  {_, printed} = StringIO.contents(device)
  if enabled, do: for(line <- String.split(printed, "\n"), do: IO.inspect(line)), else: IO.puts(printed)
  # Nothing that can be seen is wider than the width, but what may not be broken.
  for line <- String.split(printed, "\n"), not enabled, String.length(line) > 50, do: IO.puts("too wide: " <> line)
end

# Whatever is written, something is printed.
:rand.seed(:exsss, 7)
pieces = ["# ", "* ", "1. ", "    ", "```", "`", "**", "_", "[", "](", ")", "|", "---", "> ", "\n", "\n\n", "word", "é", "\\", "<!--", "-->", "iex> "]
{:ok, device} = StringIO.open("")
leader = Process.group_leader()
Process.group_leader(self(), device)

for _ <- 1..400 do
  written = Enum.map_join(1..:rand.uniform(25), "", fn _ -> Enum.random(pieces) end)
  :ok = IO.ANSI.Docs.print(written, "text/markdown", enabled: Enum.random([true, false]), width: Enum.random([1, 20, 80]))
end

Process.group_leader(self(), leader)
IO.puts("done")
