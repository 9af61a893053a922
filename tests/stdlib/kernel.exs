# SPDX-License-Identifier: Apache-2.0
# Guards Kernel: operators, guards, control macros, nested access, structs, sigils, delegation, use, defguard.
defmodule KernelTest.Point do
  defstruct x: 0, y: 0
end

defmodule KernelTest.Strict do
  @enforce_keys [:id]
  defstruct [:id, name: "none"]
end

defmodule KernelTest.Oops do
  defexception [:code, message: "default oops"]
end

defmodule KernelTest.Custom do
  defexception [:code]
  @impl true
  def exception(code), do: %__MODULE__{code: code}
  @impl true
  def message(%{code: code}), do: "custom #{code}"
end

defmodule KernelTest.Guards do
  @limit 10
  defguard is_small(n) when is_integer(n) and n < @limit
  defguard is_pair(t) when is_tuple(t) and tuple_size(t) == 2
  defguard is_small_pair(t) when is_pair(t) and is_small(elem(t, 0))
  defguardp is_private(x) when x == :private

  def small?(x) when is_small(x), do: true
  def small?(_), do: false
  def pair?(x) when is_small_pair(x), do: true
  def pair?(_), do: false
  def private?(x) when is_private(x), do: true
  def private?(_), do: false
  def in_body(x), do: {is_small(x), is_pair(x)}
end

defmodule KernelTest.Using do
  defmacro __using__(opts) do
    quote do
      def used_with(), do: unquote(opts)
      def overridden(), do: :old
      defoverridable overridden: 0
    end
  end
end

defmodule KernelTest.User do
  use KernelTest.Using, a: 1, b: [2]
  def overridden(), do: {:new, super()}
  defdelegate reverse(list), to: :lists
  defdelegate backwards(list), to: :lists, as: :reverse
  defdelegate reverse_onto(list, tail \\ [:end]), to: :lists, as: :reverse
end

defmodule KernelTest do
  import KernelTest.Guards
  alias KernelTest.{Point, Strict}

  def show(label, value), do: IO.puts("#{label}: #{inspect(value, charlists: :as_lists)}")

  def attempt(label, fun) do
    result =
      try do
        fun.()
      rescue
        e -> {:raised, e.__struct__, Exception.message(e)}
      catch
        kind, reason -> {kind, reason}
      end

    show(label, result)
  end

  def id(x), do: x

  def run do
    operators()
    booleans()
    membership()
    ranges()
    functions()
    access()
    structs()
    errors()
    sigils()
    guards()
    misc()
  end

  defp operators do
    show("arith", {1 + 2, 3 - 1, -id(2), +id(3), 2 * 3, 7 / 2, div(-7, 2), rem(-7, 2), 2 ** 10, 2 ** -1, 2.0 ** 3, 2 ** 70})
    show("compare", {1 == 1.0, 1 === 1.0, 1 != 2, 1 !== 1.0, 1 < :a, [] > {}, 2 >= 2, 3 <= 2})
    show("lists", {[1] ++ [2], [1, 2, 1, 3] -- [1, 3], hd([1, 2]), tl([1, 2]), length([1, 2, 3])})
    show("strings", {"a" <> "b" <> id("c"), "abc" =~ "bc", "abc" =~ "x", "abc" =~ ""})
    show("minmax", {max(1, 2), min(1, 2), max("a", :b), abs(-3), abs(2.5)})
    show("round", {round(2.5), round(-2.5), trunc(-2.9), floor(-2.1), ceil(2.1), floor(3), ceil(-0.5)})
    "pre" <> rest = "prefix"
    show("prefix", rest)
    show("tuples", {elem({:a, :b}, 1), put_elem({:a, :b}, 0, :c), tuple_size({1, 2, 3})})
    show("sizes", {byte_size("héllo"), bit_size(<<1::3>>), map_size(%{a: 1}), binary_part("hello", 1, 3), binary_part("hello", 5, -2)})
    show("slice", for(r <- [0..1, 1..-1//1, -3..-2, 1..-1//1, 2..1//1, 9..12, 0..-1//2, -9..1], do: binary_slice("elixir", r)))
    show("slice3", {binary_slice("elixir", 2, 2), binary_slice("elixir", -3, 2), binary_slice("elixir", 9, 1), binary_slice("elixir", -9, 3)})
    show("concat_pattern", (fn "a" <> _ -> :a; _ -> :other end).("abc"))
  end

  defp booleans do
    for x <- [nil, false, true, 0] do
      show("bool #{inspect(x)}", {x && 1, x || 1, !x, !!x, if(x, do: :t), if(x, do: :t, else: :f), unless(x, do: :u), unless(x, do: :u, else: :e), is_nil(x)})
    end

    show("strict", {true and 1, false and 1, true or 1, false or 1, not true, not false})
    attempt("and error", fn -> id(1) and true end)
    attempt("or error", fn -> id(nil) or true end)
    show("short", {false && raise("no"), true || raise("no"), false and raise("no"), true or raise("no")})
  end

  defp membership do
    show("in list", for(x <- [1, 2.0, :a, nil], do: {x in [1, 2, :a], x not in [1, :a], id(x) in [id(1), nil]}))
    show("in range", for(x <- [0, 1, 3, 5, 1.0, :a], do: {x in 1..3, x in 5..1//-2, x in 1..9//4, x not in 1..3}))
    list = [1, 2]
    range = 1..10//3
    show("in value", {1 in list, 3 in list, 4 in range, 5 in range, 1 in [0 | list], 7 in [0 | list]})
    show("in empty", 1 in [])
    show("in map", {{:a, 1} in %{a: 1}, {:a, 2} in %{a: 1}})
    show("in guard", for(x <- [1, 5, :b, 12, "s"], do: in_guard(x)))
    first = 2
    last = 4
    show("in computed", for(x <- [1, 2, 4, 5], do: {x in first..last, x in first..last//2}))
  end

  defp in_guard(x) when x in [1, :b], do: :list
  defp in_guard(x) when x in 4..6, do: :range
  defp in_guard(x) when x in 10..20//2, do: :step
  defp in_guard(_), do: :none

  defp ranges do
    show("ranges", {1..3, 3..1//-1, 1..9//2, 0..-1//1, id(2)..id(5)})
    first..last//step = 1..10//3
    show("range pattern", {first, last, step})
    show("range step", (fn a..b//_ -> {a, b} end).(4..2//-1))
  end

  defp functions do
    show("apply", {apply(&+/2, [1, 2]), apply(Kernel, :max, [1, 5]), apply(String, :upcase, ["a"]), apply(fn -> 1 end, [])})
    show("captures", {(&length/1).([1]), (&Kernel.is_atom/1).(:a), Enum.map([1, 2], &(&1 * 2))})
    show("exported", {function_exported?(Kernel, :length, 1), function_exported?(Kernel, :nope, 1), macro_exported?(Kernel, :if, 2), macro_exported?(Kernel, :length, 1)})
    show("then tap", {1 |> then(&(&1 + 1)), tap(1, fn x -> x + 1 end)})
    show("pipe", [1, 2, 3] |> Enum.map(&(&1 + 1)) |> Enum.sum() |> Integer.to_string() |> String.pad_leading(5, "0"))
    show("pipe fun", 5 |> (fn x -> x * 2 end).() |> Kernel.-(1))
    show("types", for(x <- [1, 1.0, :a, "a", <<1::3>>, [], {}, %{}, self(), make_ref(), &id/1, nil, true], do: types(x)))
    show("is_function", {is_function(&id/1, 1), is_function(&id/1, 2), is_function(:a, 1)})
    show("is_map_key", {is_map_key(%{a: 1}, :a), is_map_key(%{a: 1}, :b)})
    me = self()
    show("send", {send(self(), :hello), receive(do: (x -> x)), me == self(), node()})
    pid = spawn(fn -> send(me, {:from, 1}) end)
    show("spawn", {is_pid(pid), receive(do: ({:from, n} -> n))})
    {pid, ref} = spawn_monitor(fn -> exit(:bye) end)
    show("monitor", receive(do: ({:DOWN, ^ref, :process, ^pid, reason} -> reason)))
    show("destructure", (fn -> destructure([a, b, c], [1, 2]); {a, b, c} end).())
    show("destructure long", (fn -> destructure([a], [1, 2]); a end).())
    show("destructure nil", (fn -> destructure([a, b], nil); {a, b} end).())
    show("match?", {match?({:ok, _}, {:ok, 1}), match?({:ok, x} when x > 1, {:ok, 1}), match?([_ | _], [])})
  end

  defp types(x) do
    for {name, true} <- [
          atom: is_atom(x),
          binary: is_binary(x),
          bitstring: is_bitstring(x),
          boolean: is_boolean(x),
          float: is_float(x),
          function: is_function(x),
          integer: is_integer(x),
          list: is_list(x),
          map: is_map(x),
          nil: is_nil(x),
          number: is_number(x),
          pid: is_pid(x),
          port: is_port(x),
          reference: is_reference(x),
          tuple: is_tuple(x)
        ],
        do: name
  end

  defp access do
    data = %{a: %{b: [c: 1, d: 2]}, list: [%{n: 1}, %{n: 2}], nil: nil}
    show("get_in", {get_in(data, [:a, :b, :c]), get_in(data, [:x, :y]), get_in(nil, [:a]), get_in(data, [:list, Access.all(), :n])})
    show("put_in", {put_in(data, [:a, :b, :c], 9), put_in(data.a.b, 3), put_in(data[:a][:b][:e], 4), put_in(data.a[:x], 1)})
    show("update_in", {update_in(data, [:a, :b, :d], &(&1 + 1)), update_in(data.a.b[:c], &(&1 * 10)), update_in(data[:list], &length/1)})
    show("get_and_update_in", {get_and_update_in(data.a.b[:c], &{&1, &1 + 1}), get_and_update_in(data, [:a, :b, :c], fn _ -> :pop end)})
    show("pop_in", {pop_in(data, [:a, :b]), pop_in(data[:a][:b][:c]), pop_in(data.a[:b]), pop_in(data[:x][:y]), pop_in(data, [:nil, :a])})
    attempt("put_in missing", fn -> put_in(data.zzz, 1) end)
    attempt("put_in nil", fn -> put_in(data[:x][:y], 1) end)
    attempt("pop_in nil", fn -> pop_in(nil, [:a]) end)
    show("index", {data[:a], data[:x], nil[:a], [a: 1][:a], [a: 1][:b]})
    p = %Point{x: 1}
    show("struct path", {put_in(p.x, 5), update_in(p.y, &(&1 + 2))})
  end

  defp structs do
    show("struct", {%Point{}, %Point{x: 1}, struct(Point, x: 5, z: 1), struct(%Point{x: 1}, %{y: 2}), struct!(Point, y: 1), struct!(%Point{}, x: 3)})
    attempt("struct! unknown", fn -> struct!(%Point{}, z: 1) end)
    attempt("enforce", fn -> struct!(Strict, name: "x") end)
    show("strict", %Strict{id: 1})
    show("is_struct", for(x <- [%Point{}, %{}, 1, %{__struct__: 1}], do: {is_struct(x), is_struct(x, Point), is_struct(x, Strict), struct_kind(x)}))
    show("is_exception", for(x <- [%RuntimeError{}, %Point{}, 1], do: {is_exception(x), is_exception(x, RuntimeError), exc_kind(x)}))
    show("struct pattern", (fn %Point{x: x} -> x; %name{} -> name end).(%Point{x: 7}))
    show("struct name", (fn %name{} -> name end).(%Strict{id: 0}))
    show("update", (fn p -> %Point{p | x: 9} end).(%Point{y: 1}))
    attempt("update bad", fn -> Map.fetch!(%Point{}, :q) |> id() end)
    show("__struct__", {Point.__struct__(), Point.__struct__(x: 2)})
  end

  defp struct_kind(x) when is_struct(x, Point), do: :point
  defp struct_kind(x) when is_struct(x), do: :struct
  defp struct_kind(x) when is_map(x), do: :map
  defp struct_kind(_), do: :other

  defp exc_kind(x) when is_exception(x, RuntimeError), do: :runtime
  defp exc_kind(x) when is_exception(x), do: :exception
  defp exc_kind(_), do: :other

  defp errors do
    attempt("raise string", fn -> raise "boom" end)
    attempt("raise interpolated", fn -> raise "boom #{id(1)}" end)
    attempt("raise module", fn -> raise ArgumentError end)
    attempt("raise module message", fn -> raise ArgumentError, "bad" end)
    attempt("raise opts", fn -> raise KernelTest.Oops, code: 5 end)
    attempt("raise opts message", fn -> raise KernelTest.Oops, message: "m", code: 5 end)
    attempt("raise custom", fn -> raise KernelTest.Custom, 42 end)
    attempt("raise struct", fn -> raise %KernelTest.Oops{message: "given"} end)
    attempt("raise value", fn -> raise id(%KernelTest.Oops{message: "dynamic"}) end)
    attempt("raise dynamic string", fn -> raise id("dyn") end)
    attempt("raise dynamic module", fn -> raise id(ArithmeticError) end)
    attempt("raise bad", fn -> raise id(1) end)
    attempt("throw", fn -> throw(:ball) end)
    attempt("exit", fn -> exit(:bye) end)

    attempt("reraise", fn ->
      try do
        raise "first"
      rescue
        e -> reraise e, __STACKTRACE__
      end
    end)

    attempt("reraise other", fn ->
      try do
        raise "first"
      rescue
        _ -> reraise ArgumentError, [message: "second"], __STACKTRACE__
      end
    end)

    show("exception fields", %KernelTest.Oops{code: 1})
  end

  defp sigils do
    x = 3
    show("s", {~s(a "b" #{x}), ~S(a #{x} \n), ~s|tab\t|, ~S"""
    heredoc \t
    """})
    show("c", {~c(ab), ~C(a\b), ~c(x#{x})})
    show("w", {~w(a b  c), ~w(a b)a, ~w(a b)c, ~w(a#{x} b), ~W(a#{x} b), ~w()})
    show("w multi", ~w(
      one
      two
    ))
  end

  defp guards do
    show("small", for(x <- [1, 10, 11, :a], do: small?(x)))
    show("pair", for(x <- [{1, 2}, {11, 2}, {:a, 1}, 1], do: pair?(x)))
    show("private", {private?(:private), private?(1)})
    show("guards in body", {in_body(3), in_body({1, 2}), is_small(id(4)), is_pair(id({1, 2}))})
  end

  defp misc do
    a = 1
    b = 2
    show("binding", binding())
    show("to_string", {to_string(:a), to_string(1), to_string(1.5), to_string("s"), to_string([104, 105]), to_string(nil), to_charlist(12), to_charlist("hi")})
    show("user", {KernelTest.User.used_with(), KernelTest.User.overridden(), KernelTest.User.reverse([1, 2]), KernelTest.User.backwards([3, 4])})
    show("delegate default", {KernelTest.User.reverse_onto([1]), KernelTest.User.reverse_onto([1], [0])})
    show("inspect", {inspect(:a), inspect("x"), inspect(%{a: 1}), inspect([1, 2], limit: 1)})
    show("var sum", a + b)
    show("guards kernel", {floor_div(7, 2)})
  end

  defp floor_div(a, b) when is_integer(a) and is_integer(b) and b != 0, do: div(a, b)
end

KernelTest.run()
