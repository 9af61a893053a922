# :erlang.phash2 has Erlang's values: of chosen terms, and of thousands made by a generator of numbers.

wide = [1 * 2 ** 27, -(2 ** 27), -(2 ** 27) - 1, 2 ** 59 - 1, 2 ** 59, -(2 ** 59) - 1, 2 ** 64, -(2 ** 70), 2 ** 200, 2 ** 128 - 1]
numbers = [0, 1, -1, 42, 100_000, 2 ** 27 - 1] ++ wide ++ [0.0, -0.0, 1.0, 1.5, -2.25, 1.0e300]
atoms = [:a, :abc, :é, :"ā", nil, true, :hello_world, :"", Enum, :a_name_that_is_rather_longer_than_the_others]
bits = ["", "a", "abc", "hello world", "hello world!", "hello world!!", String.duplicate("x", 100), "é", <<1::3>>, <<1, 2, 3::5>>]
part = binary_part("0123456789abcdefghij", 3, 14)
<<_::3, shifted::bits>> = "some shifted bits"
lists = [[], [1], [1, 2], [1, 2, 3], Enum.to_list(1..20), [300, 1], [1, 300], [1, :a], [[1]], [[]], [1 | 2], [1, 2, 3, 4 | :x], [97, 98 | "c"]]
tuples = [{}, {1}, {1, 2}, {:a, "b", 1.5}, {{}, [], nil, {[]}}]
maps = [%{}, %{a: 1}, %{a: 1, b: 2}, %{1 => 2, "x" => [1]}, Map.new(1..40, &{&1, &1}), Map.new(1..500, &{{&1}, "#{&1}"}), %{a: %{b: %{}, c: %{d: nil}}}, 1..3]
mixed = [[{:a, 1}, "b", %{c: nil}], {%{a: [nil]}, [%{}], [:a | nil]}]

for t <- numbers ++ atoms ++ bits ++ [part, shifted] ++ lists ++ tuples ++ maps ++ mixed do
  IO.puts("#{:erlang.phash2(t)} #{:erlang.phash2(t, 2 ** 32)} #{:erlang.phash2(t, 10)}")
end

IO.inspect(:erlang.phash2(&Enum.map/2) == :erlang.phash2(&Enum.map/2))
IO.inspect(:erlang.phash2(self(), 1))

defmodule Made do
  @atoms {:a, :b, nil, true, :ok, :error, :some_atom, Kernel}

  def next(s), do: rem(s * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407, 2 ** 64)

  def term(s, depth) do
    s = next(s)
    kind = rem(div(s, 2 ** 40), if(depth == 0, do: 5, else: 9))
    n = rem(div(s, 2 ** 50), 6)

    case kind do
      0 -> {elem(@atoms, rem(n, 8)), s}
      1 -> {div(s, 2 ** (n * 11)) - 2 ** 20, s}
      2 -> {s * s - 2 ** 127, s}
      3 -> {binary_part(<<s::64, s::64>>, 0, n * 2), s}
      4 -> {(s - 2 ** 63) / 1024, s}
      5 -> list(s, n, depth)
      6 -> with({l, s} <- list(s, n, depth), do: {List.to_tuple(l), s})
      7 -> with({ks, s} <- list(s, n, depth), {vs, s} <- list(s, n, depth), do: {Map.new(Enum.zip(ks, vs)), s})
      8 -> with({l, s} <- list(s, n + 1, depth), {t, s} <- term(s, 0), do: {l ++ t, s})
    end
  end

  defp list(s, n, depth), do: Enum.map_reduce(List.duplicate(nil, n), s, fn _, s -> term(s, depth - 1) end)
end

{sum, _} = Enum.reduce(1..4000, {0, 7}, fn _, {sum, s} ->
  {t, s} = Made.term(s, 4)
  {rem(sum * 31 + :erlang.phash2(t, 2 ** 32), 2 ** 61), s}
end)

IO.inspect(sum)
