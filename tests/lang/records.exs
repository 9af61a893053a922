# SPDX-License-Identifier: Apache-2.0
# Records: macros over tuples with a tag.

defmodule Order do
  require Record
  Record.defrecord(:item, name: "thing", count: 1, tags: [])
  Record.defrecord(:line, :order_line, [:item, :price])
  Record.defrecordp(:secret, [:key])

  def records, do: Enum.sort(@__records__)
  def hidden, do: secret(key: 3)

  def sum(lines), do: Enum.reduce(lines, 0, fn line(price: price), sum -> sum + price end)
  def cheap?(line(price: price)) when price < 10, do: true
  def cheap?(_), do: false
end

defmodule Use do
  require Order

  def say(x) do
    IO.puts("computed #{inspect(x)}")
    x
  end

  def run do
    IO.inspect(Order.item())
    IO.inspect(Order.item(count: say(4), name: say("pen")))
    IO.inspect(Order.line(price: say(2), item: Order.item(tags: say([]), name: say("cup"))))
    IO.inspect(Order.item(Order.item(), tags: say([:new]), count: say(2)))
    IO.inspect(Order.item(_: 0, name: "all"))
    IO.inspect(Order.item(:count))
    IO.inspect(Order.item(Order.item(count: 9), :count))
    item = {:item, "cap", 5, []}
    IO.inspect(Order.item(item))
    Order.item(name: name, count: 5) = item
    IO.inspect(name)
    IO.inspect(match?(Order.item(name: ^name), item))
    IO.inspect(Order.sum([Order.line(price: 3), Order.line(price: 4)]))
    IO.inspect({Order.cheap?(Order.line(price: 3)), Order.cheap?(Order.line(price: 30)), Order.cheap?(:line)})
    IO.inspect({Order.hidden(), macro_exported?(Order, :item, 2), macro_exported?(Order, :secret, 1)})
  end
end

Use.run()
IO.inspect(Order.records())

for code <- [
      "Record.defrecord(:r, [:a])\nRecord.defrecord(:r, [:b])",
      "def s(x, y), do: {x, y}\nRecord.defrecord(:s, [:a])",
      "Record.defrecord(:t, [1])",
      "Record.defrecord(:u, [:a])\ndef f, do: u(b: 1)"
    ] do
  try do
    Code.eval_string("defmodule Wrong do\nrequire Record\n#{code}\nend")
  rescue
    e -> IO.puts(Exception.message(e))
  end
end
