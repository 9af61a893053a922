# SPDX-License-Identifier: Apache-2.0
# Guards Inspect and Inspect.Algebra: every built-in type, options, line breaks at several widths, structs, deriving.
defmodule InspectTest.Plain do
  defstruct [:a, b: 2]
end

defmodule InspectTest.Own do
  defstruct [:value]

  defimpl Inspect do
    import Inspect.Algebra

    def inspect(%{value: value}, opts) do
      concat(["#Own<", to_doc(value, opts), ">"])
    end
  end
end

defmodule InspectTest.Only do
  @derive {Inspect, only: [:id, :name]}
  defstruct [:id, :name, :secret]
end

defmodule InspectTest.Except do
  @derive {Inspect, except: [:secret]}
  defstruct id: 1, secret: "x"
end

defmodule InspectTest.Whole do
  @derive Inspect
  defstruct z: 1, a: 2
end

defmodule InspectTest.Bad do
  defstruct [:x]

  defimpl Inspect do
    def inspect(_, _), do: raise("cannot show")
  end
end

defmodule InspectTest.Lines do
  defstruct [:x]

  defimpl Inspect do
    def inspect(_, _), do: "two\nlines"
  end
end

defmodule InspectTest do
  import Inspect.Algebra
  alias InspectTest.{Plain, Own, Only, Except, Whole}

  def run do
    for term <- terms(), do: IO.puts(inspect(term))

    for opts <- options(), term <- samples() do
      IO.puts("#{Kernel.inspect(opts)}: #{inspect(term, opts)}")
    end

    for width <- [0, 10, 20, 40, 80, 120], term <- wide() do
      IO.puts("-- #{width}")
      IO.puts(inspect(term, pretty: true, width: width))
    end

    structs()
    algebra()
  end

  defp terms do
    [
      1, -1, 0, 123_456_789_012_345_678_901_234_567_890, 1.5, -0.5, 1.0, 100.0, 1.0e15, 1.0e16, 1.0e22, 1.0e-5, 0.1, 123456.789e3,
      :a, :foo?, :bar!, :"foo bar", :"", :+, :.., :"::", :%{}, :{}, :<<>>, :and, :not, :@, :when, :Foo, :foo@bar, :"1a", :"a-b", :é,
      nil, true, false, Foo, Foo.Bar, Elixir, :"Elixir.foo", :"Elixir.Foo.bar",
      "", "abc", "a\"b", "tab\tnew\nline\r", "esc\e\a\b\v\f\d\0", "back\\slash", "\#{x}", "#x", "héllo", "日本", "👍", <<255>>, <<1, 2, 3>>, <<"ab", 255>>,
      "\u200B", "\u00A0", <<1::3>>, <<1, 2, 3::4>>, <<0::1>>,
      [], [1, 2, 3], [1 | 2], [1, 2 | :c], [[]], [[1], [2, [3]]], [a: 1], [a: 1, "b c": 2], [{:a, 1}, {"b", 2}], [{Foo, 1}], [{:a, 1} | :b], [nil, true],
      {}, {1}, {1, 2, 3}, {:ok, "x"}, {{}, {{}}},
      %{}, %{a: 1}, %{"a" => 1, 2 => [3]}, %{nil => 1, true: 2}, %{{1, 2} => %{a: %{}}}, %{"a b": 1}, %{Foo => 1},
      1..3, 1..3//2, &Enum.map/2, &Kernel.+/2, &:erlang.abs/1,
      %Plain{}, %Plain{a: "x", b: [1]}, %Own{value: [1, %Own{}]}, %Only{id: 1, name: "n", secret: 2}, %Except{}, %Whole{},
      %{__struct__: Foo}, %{__struct__: 1}, %{__struct__: Plain, a: 1}, %RuntimeError{message: "m"}, %{__exception__: true}
    ]
  end

  defp samples do
    [
      [1, 2, 3, 4, 5],
      %{a: [1, 2, 3], b: %{c: {1, 2, 3}}},
      "hello world",
      <<1, 2, 255>>,
      {:a, "b", [c: 1, d: 2]},
      [1, 2 | 3],
      255,
      %Plain{a: [1, 2, 3]}
    ]
  end

  defp options do
    [
      [limit: 0], [limit: 1], [limit: 2], [limit: 3], [limit: :infinity],
      [base: :hex], [base: :octal], [base: :binary],
      [binaries: :as_binaries], [binaries: :as_strings], [printable_limit: 3],
      [structs: false], [charlists: :as_lists], [pretty: true, width: 8], [limit: 2, pretty: true, width: 15]
    ]
  end

  defp wide do
    [
      Enum.to_list(1..60) |> Enum.map(&(&1 + 1000)),
      for(i <- 1..12, do: "string number #{i}"),
      for(i <- 1..10, do: {:"key_#{i}", i * 100}),
      Map.new(1..8, fn i -> {"key #{i}", [i, 1000 + i]} end),
      %{name: "some name", list: [:a, :b, {:c, %{d: 1}}], nested: %{deep: %{deeper: %{deepest: "value"}}}},
      {:ok, %Plain{a: %Plain{a: "xxxxxxxxxxxxxxxxxx"}, b: [one: 1, two: 2]}, "and more text here"},
      [[:a, :b], [:c, [:d, [:e, [:f]]]]],
      <<0::400>>,
      ["a long string that does not fit in forty columns", :x],
      [{:a, 1}, {:b, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"} | :tail],
      %Only{id: 1, name: String.duplicate("n", 70)},
      %Own{value: Enum.to_list(1..40) |> Enum.map(&{:item, &1})}
    ]
  end

  defp structs do
    IO.puts(inspect(%InspectTest.Lines{}))
    IO.puts(inspect([%InspectTest.Lines{}, 1]))
    [first | _] = String.split(inspect(%InspectTest.Bad{x: 1}), "\n")
    IO.puts(first)

    try do
      inspect(%InspectTest.Bad{x: 1}, safe: false)
    rescue
      e -> IO.puts(Exception.message(e) |> String.split("\n\nStacktrace") |> hd())
    end
  end

  defp show(doc, width), do: IO.puts(IO.iodata_to_binary(format(doc, width)))

  defp algebra do
    show(empty(), 10)
    show(concat(["a", "b", "c"]), 10)
    show(glue("a", "b"), 1)
    show(group(glue("aaa", "bbb")), 5)
    show(group(glue("aaa", "bbb")), 10)
    show(nest(glue("a", "b"), 4), 1)
    show(group(nest(glue("aaaa", glue("bbbb", "cccc")), 2)), 8)
    show(nest(line("a", "b"), 3), 80)
    show(concat("xx", nest(line("a", "b"), :cursor)), 80)
    show(nest(concat("a", nest(line("b", "c"), :reset)), 5), 80)
    show(space("a", "b"), 10)
    show(fold_doc(["a", "b", "c"], fn d, acc -> concat([d, "!", acc]) end), 10)
    show(group(flex_glue("aaaa", flex_glue("bbbb", flex_glue("cccc", "dddd")))), 11)
    show(group(force_unfit(glue("a", "b"))), 80)
    show(concat([line(), collapse_lines(2), line(), line(), line(), "x"]), 80)
    show(string("日本"), 10)
    show(container_doc("(", [1, 2, 3], ")", %Inspect.Opts{}, fn i, _ -> to_string(i) end), 80)
    show(container_doc("(", [1, 2, 3], ")", %Inspect.Opts{limit: 2}, fn i, _ -> to_string(i) end), 80)
    show(container_doc("(", ["aaaaa", "bbbbb"], ")", %Inspect.Opts{}, fn i, _ -> i end, break: :strict), 8)
    show(container_doc("(", ["aaaaa", "bbbbb"], ")", %Inspect.Opts{}, fn i, _ -> i end, break: :flex, separator: ";"), 8)
    show(container_doc("(", [], ")", %Inspect.Opts{}, fn i, _ -> i end), 8)
    show(group(concat("f(", next_break_fits(group(glue(nest(glue("[", "", "aaaaaaaa"), 2), "", "])"))))), 9)
  end
end

InspectTest.run()
