# SPDX-License-Identifier: Apache-2.0
# Names beyond ASCII as inspect shows them; documents that show nothing, and such without an end of line.

for name <- [:Ärger, :ärger, :"ü?", :ß@x, :日本, String.to_atom(String.normalize("größe", :nfd))] do
  IO.puts([
    inspect(name),
    ?\s,
    inspect([{name, 1}]),
    ?\s,
    inspect(%{name => 1}),
    ?\s,
    Exception.format_mfa(Colour, name, 2),
    ?\s,
    inspect(Function.capture(Colour, name, 0))
  ])
end

import Inspect.Algebra

show = fn doc, width -> doc |> format(width) |> IO.iodata_to_binary() |> IO.puts() end
list = fn items, limit -> container_doc("(", items, ")", %Inspect.Opts{limit: limit}, fn item, _ -> item end, separator: ";") end

show.(list.(["one", empty(), "two", "three"], 2), 80)
show.(list.([empty(), empty(), "one", "two"], 1), 80)
show.(list.([empty(), "one"], 1), 80)
show.(list.([empty(), empty()], 3), 80)
show.(list.(["one" | empty()], 3), 80)

words = group(glue(glue("some", "more"), "words"))
show.(words, 6)
show.(no_limit(words), 6)
show.(no_limit(concat(words, nest(group(glue("and", "then")), 2))), 6)
show.(concat(no_limit(words), nest(group(glue("and", "then")), 2)), 6)
show.(group(glue("first", no_limit(words))), 6)
show.(no_limit(force_unfit(words)), 6)

defmodule Broken do
  defstruct [:id]

  defimpl Inspect do
    def inspect(_, _), do: raise(ArgumentError, "cannot be shown\n\n")
  end
end

try do
  inspect(struct(Broken, id: 3), safe: false)
rescue
  error -> IO.puts(Exception.message(error))
end
