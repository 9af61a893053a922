# Printing nested data as JSON: a protocol with an implementation for each kind of value.
defprotocol Json do
  @doc "The JSON text of a value, as iodata."
  def encode(value)
end

defimpl Json, for: Integer do
  def encode(n), do: Integer.to_string(n)
end

defimpl Json, for: Float do
  def encode(x), do: Float.to_string(x)
end

defimpl Json, for: Atom do
  def encode(nil), do: "null"
  def encode(value) when is_boolean(value), do: Atom.to_string(value)
  def encode(atom), do: Json.encode(Atom.to_string(atom))
end

defimpl Json, for: BitString do
  def encode(text), do: [?", for(<<c::utf8 <- text>>, do: escape(c)), ?"]

  defp escape(?"), do: "\\\""
  defp escape(?\\), do: "\\\\"
  defp escape(?\n), do: "\\n"
  defp escape(c) when c < 32, do: ["\\u", c |> Integer.to_string(16) |> String.pad_leading(4, "0")]
  defp escape(c), do: <<c::utf8>>
end

defimpl Json, for: List do
  def encode(list), do: [?[, list |> Enum.map(&Json.encode/1) |> Enum.intersperse(", "), ?]]
end

defimpl Json, for: Map do
  def encode(map) do
    fields =
      map
      |> Enum.sort_by(fn {key, _} -> to_string(key) end)
      |> Enum.map(fn {key, value} -> [Json.encode(to_string(key)), ": ", Json.encode(value)] end)

    [?{, Enum.intersperse(fields, ", "), ?}]
  end
end

defmodule Point do
  defstruct x: 0, y: 0

  defimpl Json do
    def encode(%{x: x, y: y}), do: Json.encode(%{point: [x, y]})
  end
end

defmodule Example do
  def data do
    %{
      "name" => "Ann \"the\" actor",
      :age => 42,
      "scores" => [1, 2.5, -3.0e10],
      "ok?" => true,
      "nothing" => nil,
      "where" => %Point{x: 3, y: -4},
      "text" => "line one\nline two\tünïcode",
      "empty" => [[], %{}]
    }
  end
end

Example.data() |> Json.encode() |> IO.iodata_to_binary() |> IO.puts()
