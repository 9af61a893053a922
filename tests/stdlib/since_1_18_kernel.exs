# SPDX-License-Identifier: Apache-2.0
# Guards what came to Kernel, Access, Inspect and the exceptions after 1.14; the expected output is checked by hand.
defmodule SinceKernel.Point do
  defstruct x: nil
end

defprotocol SinceKernel.Size do
  @undefined_impl_description "sizes are for tuples only"
  def size(data)
end

defmodule SinceKernel do
  alias SinceKernel.{Point, Size}

  def id(x), do: x

  def message(fun) do
    fun.()
  rescue
    e -> Exception.message(e)
  end

  def kind(x) when is_non_struct_map(x), do: :map
  def kind(x) when is_struct(x), do: :struct
  def kind(_), do: :other

  def run do
    IO.puts(inspect(~c"abc"))
    IO.puts(inspect([104, 105]))
    IO.puts(inspect([~c"it's", ~c"a\"b\n"]))
    IO.puts(inspect(~c"abcdef", printable_limit: 3))
    IO.puts(inspect([104, 105], charlists: :as_lists))
    IO.puts(inspect([1, 233], charlists: :as_charlists))
    IO.puts(inspect({~c"a", []}))
    IO.puts(inspect(%{b: 2, a: ~c"x"}, custom_options: [sort_maps: true]))
    IO.puts(Macro.to_string(quote(do: foo(~c"ab"))))

    IO.inspect(for x <- [%{}, %Point{}, 1], do: {kind(x), is_non_struct_map(x)})
    point = %Point{x: %Point{x: nil}}
    IO.inspect({get_in(point.x.x), get_in(point.x.x.y), get_in(point.x)})

    IO.inspect({to_timeout(5), to_timeout(:infinity), to_timeout(second: 2, millisecond: 5), to_timeout(week: 1, day: 1, hour: 1, minute: 1)})
    IO.puts(message(fn -> to_timeout(second: -1) end))
    IO.puts(message(fn -> to_timeout(year: 1) end))
    IO.puts(message(fn -> to_timeout(second: 1, second: 2) end))

    IO.inspect(get_in(%{a: 1, b: 2}, [Access.values()]))
    IO.inspect(update_in([a: 1, b: 2], [Access.values()], &(&1 * 10)))
    IO.inspect(get_in([1, 2, 3], [Access.find(&(&1 > 1))]))
    IO.inspect(update_in([1, 2, 3], [Access.find(&(&1 > 1))], &(&1 * 10)))
    IO.inspect(pop_in([1, 2, 3], [Access.find(&(&1 > 5))]))

    IO.puts(message(fn -> id(nil).foo end))
    IO.puts(message(fn -> Size.size(1) end))
    IO.puts(message(fn -> to_string(id({1, 2})) end))
    IO.puts(message(fn -> Enum.to_list(id(%Point{x: 1})) end))

    try do
      apply(nil, :foo, [])
    rescue
      e ->
        {e, _} = Exception.blame(:error, e, __STACKTRACE__)
        IO.puts(Exception.message(e))
    end

    try do
      apply(id([1]), :foo, [])
    rescue
      e ->
        {e, _} = Exception.blame(:error, e, __STACKTRACE__)
        IO.puts(Exception.message(e))
    end

    IO.puts(Macro.to_string(quote(do: "a#{id(1)}\nb")))
    IO.inspect(Macro.compile_apply(Enum, :sum, [[1, 2]], __ENV__))
    IO.inspect(Code.loaded?(Enum))
    IO.inspect(Code.ensure_all_loaded([Enum, List]))
  end
end

SinceKernel.run()
