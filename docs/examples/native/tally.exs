# SPDX-License-Identifier: Apache-2.0
#
# Uses the natives of tally.c; README.md tells how to build them.
Joist.Native.load!(Path.join(__DIR__, "tally.so"))

tally = Tally.new()
Tally.add(tally, "hello")
Tally.add(tally, "world")
IO.inspect(Tally.counts(tally)[?l], label: "how often l")

# Another process counts a large binary; this one goes on meanwhile.
text = String.duplicate("abcd", 5_000_000)
task = Task.async(fn -> Tally.add(tally, text) end)
IO.puts("counting")
IO.inspect(Task.await(task), label: "counted")
IO.inspect(Tally.counts(tally)[?a], label: "how often a")

try do
  Tally.counts(:no_tally)
rescue
  error in ArgumentError -> IO.puts("refused: " <> Exception.message(error))
end
