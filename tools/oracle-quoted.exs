# SPDX-License-Identifier: Apache-2.0
#
# What real Elixir makes of snippets: the expected side of tests/lang/quoted.
#
#   elixir tools/oracle-quoted.exs [--plain] [--whole] FILE... > FILE.expected
#
# Snippets are separated by lines `----`; each gives one line. --whole: each file is one snippet.
# --plain: without columns and token metadata.
{flags, files} = Enum.split_with(System.argv(), &String.starts_with?(&1, "--"))

options =
  if "--plain" in flags,
    do: [emit_warnings: false],
    else: [columns: true, token_metadata: true, emit_warnings: false]

text = fn
  {prefix, suffix} -> prefix <> suffix
  message -> message
end

line = fn source ->
  try do
    case Code.string_to_quoted(source, options) do
      {:ok, quoted} ->
        inspect(quoted, limit: :infinity, printable_limit: :infinity, width: :infinity, charlists: :as_lists)

      {:error, {place, message, token}} ->
        "error #{place[:line]}:#{place[:column]} #{text.(message)}#{token}" |> String.replace("\n", " ")
    end
  rescue
    error -> "raised #{inspect(error.__struct__)}"
  end
end

for file <- files do
  source = File.read!(file)
  snippets = if "--whole" in flags, do: [source], else: source |> String.trim_trailing("\n") |> String.split("\n----\n")
  for snippet <- snippets, do: IO.puts(line.(snippet))
end
