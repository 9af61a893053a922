# SPDX-License-Identifier: Apache-2.0
#
# Kernel: what every module sees without asking. Three kinds of definitions stand here:
#   1. functions over `:erlang` natives; a direct call never reaches them (the compiler emits the opcode),
#      they exist for captures and `apply/3`;
#   2. macros on top of special forms; the hot ones (`if`, `|>`, `in`, ...) have twins inside the compiler that must
#      expand to the same terms;
#   3. the names `def defp defmacro defmacrop defmodule @`, which only the compiler expands.
# Invariants: this file is compiled before any other module, so bodies name `:erlang` in full, quotes contain only
# special forms and remote calls, and whatever needs more work is done at run time by `Kernel.Definer` and the modules
# beside it (`Kernel.Operators`, `Kernel.Guards`, `Kernel.Paths`, `Kernel.Sigils`).
defmodule Kernel do
  @moduledoc "The functions and macros that are imported everywhere: operators, guards, definitions, control flow."

  ## Arithmetic

  @doc "The absolute value.\n\n    iex> abs(-3)\n    3"
  @spec abs(number) :: number
  def abs(number), do: :erlang.abs(number)

  @doc "Adds.\n\n    iex> 1 + 2\n    3"
  @spec number + number :: number
  def left + right, do: :erlang.+(left, right)

  @doc "Subtracts.\n\n    iex> 3 - 2\n    1"
  @spec number - number :: number
  def left - right, do: :erlang.-(left, right)

  @doc "Unary plus.\n\n    iex> +1\n    1"
  @spec +number :: number
  def +value, do: :erlang.+(value)

  @doc "Negates.\n\n    iex> -(2)\n    -2"
  @spec -number :: number
  def -value, do: :erlang.-(value)

  @doc "Multiplies.\n\n    iex> 2 * 3\n    6"
  @spec number * number :: number
  def left * right, do: :erlang.*(left, right)

  @doc "Divides; the result is always a float.\n\n    iex> 1 / 2\n    0.5"
  @spec number / number :: float
  def left / right, do: :erlang./(left, right)

  @doc "Power: an integer for integers with a non-negative exponent, else a float.\n\n    iex> 2 ** 10\n    1024"
  @spec number ** number :: number
  def base ** exponent
      when :erlang.andalso(
             :erlang.is_integer(base),
             :erlang.andalso(:erlang.is_integer(exponent), :erlang.>=(exponent, 0))
           ),
      do: integer_pow(base, 1, exponent)

  def base ** exponent
      when :erlang.andalso(:erlang.is_integer(base), :erlang.is_integer(exponent)),
      do: :math.pow(base, exponent)

  def base ** exponent
      when :erlang.andalso(:erlang.is_number(base), :erlang.is_number(exponent)),
      do: :math.pow(base, exponent)

  defp integer_pow(_, acc, 0), do: acc
  defp integer_pow(base, acc, 1), do: :erlang.*(base, acc)

  defp integer_pow(base, acc, n) when :erlang."=:="(:erlang.band(n, 1), 0),
    do: integer_pow(:erlang.*(base, base), acc, :erlang.bsr(n, 1))

  defp integer_pow(base, acc, n),
    do: integer_pow(:erlang.*(base, base), :erlang.*(base, acc), :erlang.bsr(n, 1))

  @doc "Integer division, truncating.\n\n    iex> div(7, 2)\n    3"
  @spec div(integer, integer) :: integer
  def div(dividend, divisor), do: :erlang.div(dividend, divisor)

  @doc "The remainder, with the sign of the dividend.\n\n    iex> rem(-7, 2)\n    -1"
  @spec rem(integer, integer) :: integer
  def rem(dividend, divisor), do: :erlang.rem(dividend, divisor)

  @doc "Rounds to the nearest integer, half away from zero.\n\n    iex> round(2.5)\n    3"
  @spec round(number) :: integer
  def round(number), do: :erlang.round(number)

  @doc "The integer part.\n\n    iex> trunc(-2.9)\n    -2"
  @spec trunc(number) :: integer
  def trunc(number), do: :erlang.trunc(number)

  @doc "The smallest integer not below the number.\n\n    iex> ceil(2.1)\n    3"
  @spec ceil(number) :: integer
  def ceil(number), do: :erlang.ceil(number)

  @doc "The largest integer not above the number.\n\n    iex> floor(-2.1)\n    -3"
  @spec floor(number) :: integer
  def floor(number), do: :erlang.floor(number)

  ## Comparison

  @doc "Equal, with `1 == 1.0`.\n\n    iex> 1 == 1.0\n    true"
  @spec term == term :: boolean
  def left == right, do: :erlang.==(left, right)

  @doc "Not equal.\n\n    iex> 1 != 2\n    true"
  @spec term != term :: boolean
  def left != right, do: :erlang."/="(left, right)

  @doc "Strictly equal.\n\n    iex> 1 === 1.0\n    false"
  @spec term === term :: boolean
  def left === right, do: :erlang."=:="(left, right)

  @doc "Strictly different.\n\n    iex> 1 !== 1.0\n    true"
  @spec term !== term :: boolean
  def left !== right, do: :erlang."=/="(left, right)

  @doc "Less, in the order of all terms.\n\n    iex> 1 < :a\n    true"
  @spec term < term :: boolean
  def left < right, do: :erlang.<(left, right)

  @doc "Less or equal.\n\n    iex> 1 <= 1\n    true"
  @spec term <= term :: boolean
  def left <= right, do: :erlang."=<"(left, right)

  @doc "Greater.\n\n    iex> 2 > 1\n    true"
  @spec term > term :: boolean
  def left > right, do: :erlang.>(left, right)

  @doc "Greater or equal.\n\n    iex> 2 >= 2\n    true"
  @spec term >= term :: boolean
  def left >= right, do: :erlang.>=(left, right)

  @doc "The greater of two terms; the first when equal.\n\n    iex> max(1, 2)\n    2"
  @spec max(first, second) :: first | second when first: term, second: term
  def max(first, second), do: :erlang.max(first, second)

  @doc "The smaller of two terms; the first when equal.\n\n    iex> min(1, 2)\n    1"
  @spec min(first, second) :: first | second when first: term, second: term
  def min(first, second), do: :erlang.min(first, second)

  @doc "Negates a boolean, strictly.\n\n    iex> not true\n    false"
  @spec not boolean :: boolean
  def not value, do: :erlang.not(value)

  ## Lists, tuples, maps, binaries

  @doc "Concatenates two lists.\n\n    iex> [1] ++ [2]\n    [1, 2]"
  @spec list ++ term :: maybe_improper_list
  def left ++ right, do: :erlang.++(left, right)

  @doc "Removes from the left list the first occurrence of each element of the right.\n\n    iex> [1, 2, 1] -- [1]\n    [2, 1]"
  @spec list -- list :: list
  def left -- right, do: :erlang.--(left, right)

  @doc "The head of a list.\n\n    iex> hd([1, 2])\n    1"
  @spec hd(nonempty_maybe_improper_list(elem, term)) :: elem when elem: term
  def hd(list), do: :erlang.hd(list)

  @doc "The tail of a list.\n\n    iex> tl([1, 2])\n    [2]"
  @spec tl(nonempty_maybe_improper_list) :: term
  def tl(list), do: :erlang.tl(list)

  @doc "The length of a proper list.\n\n    iex> length([1, 2])\n    2"
  @spec length(list) :: non_neg_integer
  def length(list), do: :erlang.length(list)

  @doc "The element at a zero-based index.\n\n    iex> elem({:a, :b}, 1)\n    :b"
  @spec elem(tuple, non_neg_integer) :: term
  def elem(tuple, index), do: :erlang.element(:erlang.+(index, 1), tuple)

  @doc "Replaces the element at a zero-based index.\n\n    iex> put_elem({:a, :b}, 0, :c)\n    {:c, :b}"
  @spec put_elem(tuple, non_neg_integer, term) :: tuple
  def put_elem(tuple, index, value), do: :erlang.setelement(:erlang.+(index, 1), tuple, value)

  @doc "The number of elements of a tuple.\n\n    iex> tuple_size({1, 2})\n    2"
  @spec tuple_size(tuple) :: non_neg_integer
  def tuple_size(tuple), do: :erlang.tuple_size(tuple)

  @doc "The number of entries of a map.\n\n    iex> map_size(%{a: 1})\n    1"
  @spec map_size(map) :: non_neg_integer
  def map_size(map), do: :erlang.map_size(map)

  @doc "Is the key in the map?\n\n    iex> is_map_key(%{a: 1}, :a)\n    true"
  @spec is_map_key(map, term) :: boolean
  def is_map_key(map, key), do: :erlang.is_map_key(key, map)

  @doc "The bytes of a binary.\n\n    iex> byte_size(\"abc\")\n    3"
  @spec byte_size(bitstring) :: non_neg_integer
  def byte_size(bitstring), do: :erlang.byte_size(bitstring)

  @doc "The bits of a bitstring.\n\n    iex> bit_size(<<1::3>>)\n    3"
  @spec bit_size(bitstring) :: non_neg_integer
  def bit_size(bitstring), do: :erlang.bit_size(bitstring)

  @doc "A part of a binary, by start and length.\n\n    iex> binary_part(\"hello\", 1, 3)\n    \"ell\""
  @spec binary_part(binary, non_neg_integer, integer) :: binary
  def binary_part(binary, start, size), do: :erlang.binary_part(binary, start, size)

  @doc "The bytes of a range of offsets; negative ones count from the end.\n\n    iex> binary_slice(\"elixir\", 1..3)\n    \"lix\""
  @spec binary_slice(binary, Range.t()) :: binary
  def binary_slice(binary, %{__struct__: Range, first: first, last: last, step: step})
      when :erlang.andalso(:erlang.is_binary(binary), :erlang.>(step, 0)) do
    total = :erlang.byte_size(binary)

    case :erlang.<(first, 0) do
      true -> slice_from(binary, :erlang.max(:erlang.+(first, total), 0), last, step, total)
      false -> slice_from(binary, first, last, step, total)
    end
  end

  def binary_slice(binary, %{__struct__: Range} = range) when :erlang.is_binary(binary),
    do: :erlang.error(Kernel.Definer.bad_slice_range(range))

  @doc "The bytes from an offset on, at most `size` of them.\n\n    iex> binary_slice(\"elixir\", 2, 9)\n    \"ixir\""
  @spec binary_slice(binary, integer, non_neg_integer) :: binary
  def binary_slice(binary, start, size)
      when :erlang.andalso(
             :erlang.is_binary(binary),
             :erlang.andalso(
               :erlang.is_integer(start),
               :erlang.andalso(:erlang.is_integer(size), :erlang.>=(size, 0))
             )
           ) do
    total = :erlang.byte_size(binary)

    start =
      case :erlang.<(start, 0) do
        true -> :erlang.max(:erlang.+(start, total), 0)
        false -> start
      end

    case :erlang.<(start, total) do
      true -> :erlang.binary_part(binary, start, :erlang.min(size, :erlang.-(total, start)))
      false -> ""
    end
  end

  defp slice_from(binary, first, last, 1, total) do
    last =
      case :erlang.<(last, 0) do
        true -> :erlang.+(last, total)
        false -> :erlang.min(last, :erlang.-(total, 1))
      end

    case :erlang.andalso(:erlang.<(first, total), :erlang."=<"(first, last)) do
      true -> :erlang.binary_part(binary, first, :erlang.+(:erlang.-(last, first), 1))
      false -> ""
    end
  end

  defp slice_from(binary, first, last, step, total),
    do: slice_every(slice_from(binary, first, last, 1, total), step)

  defp slice_every(<<byte, rest::binary>>, step) do
    skip = :erlang.-(step, 1)

    case rest do
      <<_::binary-size(skip), rest::binary>> -> <<byte, slice_every(rest, step)::binary>>
      _ -> <<byte>>
    end
  end

  defp slice_every(<<>>, _), do: <<>>

  ## Types

  @doc "Is it an atom?\n\n    iex> is_atom(:a)\n    true"
  @spec is_atom(term) :: boolean
  def is_atom(term), do: :erlang.is_atom(term)

  @doc "Is it a binary?\n\n    iex> is_binary(\"a\")\n    true"
  @spec is_binary(term) :: boolean
  def is_binary(term), do: :erlang.is_binary(term)

  @doc "Is it a bitstring (binaries too)?\n\n    iex> is_bitstring(<<1::2>>)\n    true"
  @spec is_bitstring(term) :: boolean
  def is_bitstring(term), do: :erlang.is_bitstring(term)

  @doc "Is it `true` or `false`?\n\n    iex> is_boolean(nil)\n    false"
  @spec is_boolean(term) :: boolean
  def is_boolean(term), do: :erlang.is_boolean(term)

  @doc "Is it a float?\n\n    iex> is_float(1.0)\n    true"
  @spec is_float(term) :: boolean
  def is_float(term), do: :erlang.is_float(term)

  @doc "Is it a function?\n\n    iex> is_function(fn -> 1 end)\n    true"
  @spec is_function(term) :: boolean
  def is_function(term), do: :erlang.is_function(term)

  @doc "Is it a function of that arity?\n\n    iex> is_function(fn -> 1 end, 1)\n    false"
  @spec is_function(term, non_neg_integer) :: boolean
  def is_function(term, arity), do: :erlang.is_function(term, arity)

  @doc "Is it an integer?\n\n    iex> is_integer(1)\n    true"
  @spec is_integer(term) :: boolean
  def is_integer(term), do: :erlang.is_integer(term)

  @doc "Is it a list, proper or not?\n\n    iex> is_list([1 | 2])\n    true"
  @spec is_list(term) :: boolean
  def is_list(term), do: :erlang.is_list(term)

  @doc "Is it a map (structs too)?\n\n    iex> is_map(%{})\n    true"
  @spec is_map(term) :: boolean
  def is_map(term), do: :erlang.is_map(term)

  @doc "Is it a number?\n\n    iex> is_number(1.5)\n    true"
  @spec is_number(term) :: boolean
  def is_number(term), do: :erlang.is_number(term)

  @doc "Is it a process identifier?\n\n    iex> is_pid(self())\n    true"
  @spec is_pid(term) :: boolean
  def is_pid(term), do: :erlang.is_pid(term)

  @doc "Is it a port?\n\n    iex> is_port(self())\n    false"
  @spec is_port(term) :: boolean
  def is_port(term), do: :erlang.is_port(term)

  @doc "Is it a reference?\n\n    iex> is_reference(make_ref())\n    true"
  @spec is_reference(term) :: boolean
  def is_reference(term), do: :erlang.is_reference(term)

  @doc "Is it a tuple?\n\n    iex> is_tuple({})\n    true"
  @spec is_tuple(term) :: boolean
  def is_tuple(term), do: :erlang.is_tuple(term)

  ## Processes and control

  @doc "Calls a function value with a list of arguments.\n\n    iex> apply(fn x -> x * 2 end, [2])\n    4"
  @spec apply(fun, [any]) :: any
  def apply(fun, args), do: :erlang.apply(fun, args)

  @doc "Calls `module.function` with a list of arguments.\n\n    iex> apply(Enum, :reverse, [[1, 2]])\n    [2, 1]"
  @spec apply(module, atom, [any]) :: any
  def apply(module, function, args), do: :erlang.apply(module, function, args)

  @doc "Ends the process with a reason, or goes to a `catch :exit`.\n\n    iex> try do exit(:bye) catch :exit, r -> r end\n    :bye"
  @spec exit(term) :: no_return
  def exit(reason), do: :erlang.exit(reason)

  @doc "Throws a value to the nearest `catch`.\n\n    iex> try do throw(1) catch x -> x end\n    1"
  @spec throw(term) :: no_return
  def throw(value), do: :erlang.throw(value)

  @doc "The process that calls.\n\n    iex> self() == self()\n    true"
  @spec self() :: pid
  def self(), do: :erlang.self()

  @doc "A reference that never was before.\n\n    iex> make_ref() == make_ref()\n    false"
  @spec make_ref() :: reference
  def make_ref(), do: :erlang.make_ref()

  @doc "The name of this node.\n\n    iex> node()\n    :nonode@nohost"
  @spec node() :: atom
  def node(), do: :erlang.node()

  @doc "The node where a pid, reference or port lives.\n\n    iex> node(self())\n    :nonode@nohost"
  @spec node(pid | reference | port) :: atom
  def node(term), do: :erlang.node(term)

  @doc "Sends a message and returns it.\n\n    iex> send(self(), :hi)\n    :hi"
  @spec send(dest :: pid | port | atom | {atom, node}, message) :: message when message: any
  def send(dest, message), do: :erlang.send(dest, message)

  @doc "Starts a process that runs the function.\n\n    iex> is_pid(spawn(fn -> 1 end))\n    true"
  @spec spawn((-> any)) :: pid
  def spawn(fun), do: :erlang.spawn(fun)

  @doc "Starts a process that runs `module.function(args)`.\n\n    iex> is_pid(spawn(Enum, :reverse, [[]]))\n    true"
  @spec spawn(module, atom, list) :: pid
  def spawn(module, fun, args), do: :erlang.spawn(module, fun, args)

  @doc "Starts a process linked to the caller.\n\n    iex> is_pid(spawn_link(fn -> 1 end))\n    true"
  @spec spawn_link((-> any)) :: pid
  def spawn_link(fun), do: :erlang.spawn_link(fun)

  @doc "Starts a linked process that runs `module.function(args)`.\n\n    iex> is_pid(spawn_link(Enum, :reverse, [[]]))\n    true"
  @spec spawn_link(module, atom, list) :: pid
  def spawn_link(module, fun, args), do: :erlang.spawn_link(module, fun, args)

  @doc "Starts a process that the caller monitors.\n\n    iex> {pid, ref} = spawn_monitor(fn -> 1 end)\n    iex> is_pid(pid) and is_reference(ref)\n    true"
  @spec spawn_monitor((-> any)) :: {pid, reference}
  def spawn_monitor(fun), do: :erlang.spawn_monitor(fun)

  @doc "Starts a monitored process that runs `module.function(args)`.\n\n    iex> {pid, _} = spawn_monitor(Enum, :reverse, [[]])\n    iex> is_pid(pid)\n    true"
  @spec spawn_monitor(module, atom, list) :: {pid, reference}
  def spawn_monitor(module, fun, args), do: :erlang.spawn_monitor(module, fun, args)

  @doc "Is the function exported by a loaded module?\n\n    iex> function_exported?(Kernel, :length, 1)\n    true"
  @spec function_exported?(module, atom, arity) :: boolean
  def function_exported?(module, function, arity),
    do: :erlang.function_exported(module, function, arity)

  @doc "Is the macro exported by a loaded module?\n\n    iex> macro_exported?(Kernel, :if, 2)\n    true"
  @spec macro_exported?(module, atom, arity) :: boolean
  def macro_exported?(module, macro, arity) do
    :erlang.function_exported(
      module,
      :erlang.binary_to_atom(<<"MACRO-", :erlang.atom_to_binary(macro)::binary>>),
      :erlang.+(arity, 1)
    )
  end

  ## Strings and structs

  @doc "Does the string match the regular expression, or contain the string?\n\n    iex> \"abcd\" =~ \"bc\"\n    true"
  @spec String.t() =~ (String.t() | Regex.t()) :: boolean
  def left =~ "" when :erlang.is_binary(left), do: true

  def left =~ right when :erlang.andalso(:erlang.is_binary(left), :erlang.is_binary(right)),
    do: :erlang."=/="(:binary.match(left, right), :nomatch)

  def left =~ right when :erlang.is_binary(left), do: Regex.match?(right, left)

  @doc "The text of a term as `IO.inspect` shows it; options as in `Inspect.Opts`.\n\n    iex> inspect(:foo)\n    \":foo\""
  @spec inspect(term, keyword) :: String.t()
  def inspect(term, opts \\ [])
  def inspect(term, []), do: Inspect.Flat.inspect(term)
  def inspect(term, opts) when :erlang.is_list(opts), do: Inspect.Flat.inspect(term, opts)

  @doc "Builds or updates a struct, ignoring unknown keys.\n\n    iex> struct(Range, first: 1).first\n    1"
  @spec struct(module | struct, Enumerable.t()) :: struct
  def struct(struct, fields \\ []), do: Kernel.Definer.struct(struct, fields)

  @doc "Builds or updates a struct; unknown keys raise.\n\n    iex> struct!(%URI{}, port: 80).port\n    80"
  @spec struct!(module | struct, Enumerable.t()) :: struct
  def struct!(struct, fields \\ []), do: Kernel.Definer.struct!(struct, fields)

  @doc "Milliseconds from a duration in parts.\n\n    iex> to_timeout(minute: 1, second: 30)\n    90000"
  @spec to_timeout([{atom, non_neg_integer}] | timeout | struct) :: timeout
  def to_timeout(:infinity), do: :infinity

  def to_timeout(timeout)
      when :erlang.andalso(:erlang.is_integer(timeout), :erlang.>=(timeout, 0)),
      do: timeout

  def to_timeout(other), do: Kernel.Definer.to_timeout(other)

  ## Nested access

  @doc "Reads a value along a path of keys and accessor functions.\n\n    iex> get_in(%{a: %{b: 1}}, [:a, :b])\n    1"
  @spec get_in(Access.t(), nonempty_list) :: term
  def get_in(data, keys), do: Kernel.Paths.get_in(data, keys)

  @doc "Writes a value along a path.\n\n    iex> put_in(%{a: %{b: 1}}, [:a, :b], 2)\n    %{a: %{b: 2}}"
  @spec put_in(Access.t(), nonempty_list, term) :: Access.t()
  def put_in(data, [_ | _] = keys, value),
    do: :erlang.element(2, get_and_update_in(data, keys, fn _ -> {nil, value} end))

  @doc "Changes the value at a path.\n\n    iex> update_in(%{a: 1}, [:a], &(&1 + 1))\n    %{a: 2}"
  @spec update_in(Access.t(), nonempty_list, (term -> term)) :: Access.t()
  def update_in(data, [_ | _] = keys, fun) when :erlang.is_function(fun),
    do: :erlang.element(2, get_and_update_in(data, keys, fn x -> {nil, fun.(x)} end))

  @doc "Changes the value at a path and returns `{got, new_data}`.\n\n    iex> get_and_update_in(%{a: 1}, [:a], &{&1, &1 + 1})\n    {1, %{a: 2}}"
  @spec get_and_update_in(Access.t(), nonempty_list, (term -> {get, term} | :pop)) :: {get, Access.t()}
        when get: var
  def get_and_update_in(data, keys, fun), do: Kernel.Paths.get_and_update_in(data, keys, fun)

  @doc "Takes the value at a path out.\n\n    iex> pop_in(%{a: %{b: 1}}, [:a, :b])\n    {1, %{a: %{}}}"
  @spec pop_in(Access.t(), nonempty_list) :: {term, Access.t()}
  def pop_in(data, keys), do: Kernel.Paths.pop_in(data, keys)

  @doc "Reads along a path written as code, giving `nil` from the first `nil` on.\n\n    iex> m = %{a: nil}\n    iex> get_in(m.a.b)\n    nil"
  defmacro get_in(path), do: Kernel.Paths.get_in_path(path, __CALLER__)

  @doc "Writes at a path written as code.\n\n    iex> m = %{a: %{b: 1}}\n    iex> put_in(m.a.b, 2)\n    %{a: %{b: 2}}"
  defmacro put_in(path, value), do: Kernel.Paths.put_in_path(path, value, __CALLER__)

  @doc "Changes the value at a path written as code.\n\n    iex> m = %{a: 1}\n    iex> update_in(m.a, &(&1 + 1))\n    %{a: 2}"
  defmacro update_in(path, fun), do: Kernel.Paths.update_in_path(path, fun, __CALLER__)

  @doc "Takes out the value at a path written as code.\n\n    iex> m = %{a: 1}\n    iex> pop_in(m[:a])\n    {1, %{}}"
  defmacro pop_in(path), do: Kernel.Paths.pop_in_path(path, __CALLER__)

  @doc "Changes and reads at a path written as code.\n\n    iex> m = %{a: 1}\n    iex> get_and_update_in(m.a, &{&1, 0})\n    {1, %{a: 0}}"
  defmacro get_and_update_in(path, fun),
    do: Kernel.Paths.get_and_update_in_path(path, fun, __CALLER__)

  ## Boolean macros

  @doc "Runs `do` when the condition is neither `nil` nor `false`, else `else`.\n\n    iex> if 1 < 2, do: :yes, else: :no\n    :yes"
  defmacro if(condition, clauses), do: build_if(:if, condition, clauses)

  @doc "Runs `do` when the condition is `nil` or `false`.\n\n    iex> unless false, do: :yes\n    :yes"
  defmacro unless(condition, clauses), do: build_if(:unless, condition, clauses)

  defp build_if(:if, condition, [{:do, do_clause}]), do: truthy_case(condition, do_clause, nil)

  defp build_if(:if, condition, [{:do, do_clause}, {:else, else_clause}]),
    do: truthy_case(condition, do_clause, else_clause)

  defp build_if(:if, condition, [{:else, else_clause}, {:do, do_clause}]),
    do: truthy_case(condition, do_clause, else_clause)

  defp build_if(:unless, condition, [{:do, do_clause}]), do: truthy_case(condition, nil, do_clause)

  defp build_if(:unless, condition, [{:do, do_clause}, {:else, else_clause}]),
    do: truthy_case(condition, else_clause, do_clause)

  defp build_if(:unless, condition, [{:else, else_clause}, {:do, do_clause}]),
    do: truthy_case(condition, else_clause, do_clause)

  defp build_if(kind, _condition, _clauses) do
    :erlang.error(
      ArgumentError.exception(
        <<"invalid or duplicate keys for ", :erlang.atom_to_binary(kind)::binary,
          ", only \"do\" and an optional \"else\" are permitted">>
      )
    )
  end

  defp truthy_case(condition, do_clause, else_clause) do
    optimize_boolean(
      quote do
        case unquote(condition) do
          x when :erlang.orelse(:erlang."=:="(x, false), :erlang."=:="(x, nil)) ->
            unquote(else_clause)

          _ ->
            unquote(do_clause)
        end
      end
    )
  end

  defp optimize_boolean({:case, meta, args}), do: {:case, [{:optimize_boolean, true} | meta], args}

  @doc "The left when it is falsy, else the right.\n\n    iex> nil && 1\n    nil"
  defmacro left && right do
    quote do
      case unquote(left) do
        x when :erlang.orelse(:erlang."=:="(x, false), :erlang."=:="(x, nil)) -> x
        _ -> unquote(right)
      end
    end
  end

  @doc "The left when it is truthy, else the right.\n\n    iex> nil || 1\n    1"
  defmacro left || right do
    quote do
      case unquote(left) do
        x when :erlang.orelse(:erlang."=:="(x, false), :erlang."=:="(x, nil)) -> unquote(right)
        x -> x
      end
    end
  end

  @doc "`true` for `nil` and `false`.\n\n    iex> !nil\n    true"
  defmacro !value

  defmacro !{:!, _, [value]} do
    optimize_boolean(
      quote do
        case unquote(value) do
          x when :erlang.orelse(:erlang."=:="(x, false), :erlang."=:="(x, nil)) -> false
          _ -> true
        end
      end
    )
  end

  defmacro !value do
    optimize_boolean(
      quote do
        case unquote(value) do
          x when :erlang.orelse(:erlang."=:="(x, false), :erlang."=:="(x, nil)) -> true
          _ -> false
        end
      end
    )
  end

  @doc "Strict and; the left must be a boolean.\n\n    iex> true and 1\n    1"
  defmacro left and right do
    case __CALLER__ do
      %{context: nil} -> boolean_case(:and, left, right, false)
      _ -> quote(do: :erlang.andalso(unquote(left), unquote(right)))
    end
  end

  @doc "Strict or; the left must be a boolean.\n\n    iex> false or 1\n    1"
  defmacro left or right do
    case __CALLER__ do
      %{context: nil} -> boolean_case(:or, left, true, right)
      _ -> quote(do: :erlang.orelse(unquote(left), unquote(right)))
    end
  end

  defp boolean_case(:and, left, on_true, on_false) do
    optimize_boolean(
      quote do
        case unquote(left) do
          false -> unquote(on_false)
          true -> unquote(on_true)
          other -> :erlang.error({:badbool, :and, other})
        end
      end
    )
  end

  defp boolean_case(:or, left, on_true, on_false) do
    optimize_boolean(
      quote do
        case unquote(left) do
          false -> unquote(on_false)
          true -> unquote(on_true)
          other -> :erlang.error({:badbool, :or, other})
        end
      end
    )
  end

  ## Operators that are macros

  @doc "Passes the left as first argument of the call on the right.\n\n    iex> [1, 2] |> length()\n    2"
  defmacro left |> right

  # `dbg` wants to see the pipeline itself.
  defmacro left |> {:dbg, meta, []}, do: {:dbg, meta, [left]}
  defmacro left |> {:dbg, meta, [_] = args}, do: {:dbg, meta, [left | args]}

  defmacro left |> right do
    [{head, _} | tail] = Macro.unpipe({:|>, [], [left, right]})
    pipe_each(tail, head)
  end

  defp pipe_each([{call, position} | rest], acc), do: pipe_each(rest, Macro.pipe(acc, call, position))
  defp pipe_each([], acc), do: acc

  @doc "Concatenates binaries, also in patterns.\n\n    iex> \"a\" <> \"b\"\n    \"ab\""
  defmacro left <> right, do: Kernel.Operators.concat_binaries(left, right, __CALLER__)

  @doc "Is the element in the list, range or enumerable? Fit for guards with a literal list or range.\n\n    iex> 1 in [1, 2]\n    true"
  defmacro left in right, do: Kernel.Operators.in_expand(left, right, __CALLER__)

  @doc "The full range `0..-1//1`.\n\n    iex> Enum.slice([1, 2], ..)\n    [1, 2]"
  defmacro unquote(:..)() do
    {:%{}, [], [__struct__: Range, first: 0, last: -1, step: 1]}
  end

  @doc "A range.\n\n    iex> Enum.to_list(1..3)\n    [1, 2, 3]"
  defmacro first..last, do: Kernel.Operators.range_expand(first, last, __CALLER__)

  @doc "A range with a step.\n\n    iex> Enum.to_list(1..5//2)\n    [1, 3, 5]"
  defmacro first..last//step, do: Kernel.Operators.range_expand(first, last, step, __CALLER__)

  @doc "Reads or sets a module attribute; expanded by the compiler."
  defmacro @expr, do: compiler_only("@/1", expr)

  # The arguments are named for the docs alone.
  defp compiler_only(name, _args) do
    :erlang.error(
      ArgumentError.exception(<<name::binary, " is expanded by the compiler and cannot be called">>)
    )
  end

  ## Guards that are macros

  @doc "Is it `nil`?\n\n    iex> is_nil(nil)\n    true"
  defmacro is_nil(term), do: quote(do: :erlang."=:="(unquote(term), nil))

  @doc "Is it a struct?\n\n    iex> is_struct(1..2)\n    true"
  defmacro is_struct(term), do: Kernel.Guards.is_struct(term, __CALLER__)

  @doc "Is it a struct of that module?\n\n    iex> is_struct(1..2, Range)\n    true"
  defmacro is_struct(term, name), do: Kernel.Guards.is_struct(term, name, __CALLER__)

  @doc "Is it a map that is no struct?\n\n    iex> is_non_struct_map(%{})\n    true"
  defmacro is_non_struct_map(term), do: Kernel.Guards.is_non_struct_map(term, __CALLER__)

  @doc "Is it an exception?\n\n    iex> is_exception(%RuntimeError{})\n    true"
  defmacro is_exception(term), do: Kernel.Guards.is_exception(term, __CALLER__)

  @doc "Is it an exception of that module?\n\n    iex> is_exception(%RuntimeError{}, RuntimeError)\n    true"
  defmacro is_exception(term, name), do: Kernel.Guards.is_exception(term, name, __CALLER__)

  ## Matching and values

  @doc "Does the value match the pattern?\n\n    iex> match?({:ok, _}, {:ok, 1})\n    true"
  defmacro match?(pattern, expr) do
    success =
      quote generated: true do
        unquote(pattern) -> true
      end

    failure =
      quote generated: true do
        _ -> false
      end

    {:case, [], [expr, [do: success ++ failure]]}
  end

  @doc "Binds the variables of a list pattern, `nil` for what is missing.\n\n    iex> destructure([x, y], [1])\n    iex> {x, y}\n    {1, nil}"
  defmacro destructure(left, right) when :erlang.is_list(left) do
    quote do
      unquote(left) = Kernel.Definer.destructure(unquote(right), unquote(:erlang.length(left)))
    end
  end

  @doc "Calls a function with the value and gives the function's result.\n\n    iex> then(1, &(&1 + 1))\n    2"
  defmacro then(value, fun), do: quote(do: unquote(fun).(unquote(value)))

  @doc "Calls a function with the value and gives the value.\n\n    iex> tap(1, fn x -> x + 1 end)\n    1"
  defmacro tap(value, fun) do
    quote bind_quoted: [fun: fun, value: value] do
      _ = fun.(value)
      value
    end
  end

  @doc "The text of a term by `String.Chars`.\n\n    iex> to_string(:foo)\n    \"foo\""
  defmacro to_string(term), do: quote(do: String.Chars.to_string(unquote(term)))

  @doc "The characters of a term by `List.Chars`.\n\n    iex> to_charlist(1)\n    ~c\"1\""
  defmacro to_charlist(term), do: quote(do: List.Chars.to_charlist(unquote(term)))

  @doc false
  defmacro to_char_list(term), do: quote(do: List.Chars.to_charlist(unquote(term)))

  @doc "The variables in scope as a keyword list.\n\n    iex> x = 1\n    iex> binding()\n    [x: 1]"
  defmacro binding(context \\ nil), do: Kernel.Definer.binding(context, __CALLER__)

  @doc "Takes a variable in a quote as the caller's own.\n\n    iex> var!(x) = 1\n    iex> x\n    1"
  defmacro var!(var, context \\ nil), do: Kernel.Definer.var!(var, context, __CALLER__)

  @doc "Takes an alias in a quote as the caller's own.\n\n    iex> alias!(List)\n    List"
  defmacro alias!(alias)
  defmacro alias!(alias) when :erlang.is_atom(alias), do: alias

  defmacro alias!({:__aliases__, meta, args}),
    do: {:__aliases__, :lists.keydelete(:alias, 1, meta), args}

  @doc "Prints code, location and value, and gives the value."
  defmacro dbg(code \\ {:binding, [context: Kernel, imports: [{0, Kernel}, {1, Kernel}]], []}, options \\ []),
    do: Macro.dbg(code, options, __CALLER__)

  ## Errors

  @doc "Raises a `RuntimeError`, or the exception of a module, or the given exception.\n\n    iex> try do raise \"oops\" rescue e -> e.message end\n    \"oops\""
  defmacro raise(message) do
    quote(do: :erlang.error(unquote(Kernel.Definer.raise_expr(message, __CALLER__))))
  end

  @doc "Raises the exception that `exception.exception(attributes)` builds.\n\n    iex> try do raise ArgumentError, \"bad\" rescue e -> e.message end\n    \"bad\""
  defmacro raise(exception, attributes) do
    quote do
      :erlang.error(unquote(exception).exception(unquote(attributes)))
    end
  end

  @doc "Raises again with a given stack trace."
  defmacro reraise(message, stacktrace) do
    quote do
      :erlang.raise(
        :error,
        unquote(Kernel.Definer.raise_expr(message, __CALLER__)),
        unquote(stacktrace)
      )
    end
  end

  @doc "Raises again, another exception, with a given stack trace."
  defmacro reraise(exception, attributes, stacktrace) do
    quote do
      :erlang.raise(
        :error,
        unquote(exception).exception(unquote(attributes)),
        unquote(stacktrace)
      )
    end
  end

  ## Definitions

  @doc "Defines a module; expanded by the compiler."
  defmacro defmodule(alias, do_block), do: compiler_only("defmodule/2", {alias, do_block})

  @doc "Defines a public function; expanded by the compiler."
  defmacro def(call, expr \\ nil), do: compiler_only("def/2", {call, expr})

  @doc "Defines a private function; expanded by the compiler."
  defmacro defp(call, expr \\ nil), do: compiler_only("defp/2", {call, expr})

  @doc "Defines a public macro; expanded by the compiler."
  defmacro defmacro(call, expr \\ nil), do: compiler_only("defmacro/2", {call, expr})

  @doc "Defines a private macro; expanded by the compiler."
  defmacro defmacrop(call, expr \\ nil), do: compiler_only("defmacrop/2", {call, expr})

  @doc "Defines the fields of the module's struct.\n\n    defstruct name: nil, age: 0"
  defmacro defstruct(fields), do: Kernel.Definer.defstruct(fields, __CALLER__)

  @doc "Defines an exception: a struct with `message/1` and `exception/1`.\n\n    defexception message: \"went wrong\""
  defmacro defexception(fields), do: Kernel.Definer.defexception(fields, __CALLER__)

  @doc "Defines a protocol.\n\n    defprotocol Size do\n      def size(term)\n    end"
  defmacro defprotocol(name, do_block)
  defmacro defprotocol(name, do: block), do: Protocol.define(name, block, __CALLER__)

  @doc "Implements a protocol for types.\n\n    defimpl Size, for: Tuple do\n      def size(t), do: tuple_size(t)\n    end"
  defmacro defimpl(name, opts, do_block \\ []),
    do: Protocol.define_impl(name, :erlang.++(opts, do_block), __CALLER__)

  @doc "Makes definitions of this module overridable, by name and arity or by behaviour."
  defmacro defoverridable(keywords_or_behaviour) do
    quote(do: Module.make_overridable(__MODULE__, unquote(keywords_or_behaviour)))
  end

  @doc "Requires a module and lets it inject code by its `__using__/1`.\n\n    use GenServer, restart: :temporary"
  defmacro use(module, opts \\ []), do: Kernel.Definer.use(module, opts, __CALLER__)

  @doc "Defines functions that call the same function of another module.\n\n    defdelegate reverse(list), to: Enum"
  defmacro defdelegate(funs, opts), do: Kernel.Definer.defdelegate(funs, opts, __CALLER__)

  @doc "Defines a macro fit for guards.\n\n    defguard is_even(n) when is_integer(n) and rem(n, 2) == 0"
  defmacro defguard(guard), do: Kernel.Guards.defguard(:defmacro, guard, __CALLER__)

  @doc "Defines a private macro fit for guards."
  defmacro defguardp(guard), do: Kernel.Guards.defguard(:defmacrop, guard, __CALLER__)

  ## Sigils

  @doc "A string with escapes and interpolation.\n\n    iex> ~s(a\"b)\n    \"a\\\"b\""
  defmacro sigil_s(term, modifiers)
  defmacro sigil_s({:<<>>, _, [piece]}, []) when :erlang.is_binary(piece), do: Macro.unescape_string(piece)
  defmacro sigil_s({:<<>>, meta, pieces}, []), do: {:<<>>, meta, Macro.unescape_tokens(pieces)}

  @doc "A string as it stands.\n\n    iex> ~S(a\\nb)\n    \"a\\\\nb\""
  defmacro sigil_S(term, modifiers)
  defmacro sigil_S({:<<>>, _, [binary]}, []) when :erlang.is_binary(binary), do: binary

  @doc "A charlist with escapes and interpolation.\n\n    iex> ~c(ab)\n    [97, 98]"
  defmacro sigil_c(term, modifiers)

  defmacro sigil_c({:<<>>, _, [piece]}, []) when :erlang.is_binary(piece),
    do: :unicode.characters_to_list(Macro.unescape_string(piece))

  defmacro sigil_c({:<<>>, meta, pieces}, []) do
    quote(do: :unicode.characters_to_list(unquote({:<<>>, meta, Macro.unescape_tokens(pieces)})))
  end

  @doc "A charlist as it stands.\n\n    iex> ~C(ab)\n    [97, 98]"
  defmacro sigil_C(term, modifiers)

  defmacro sigil_C({:<<>>, _, [binary]}, []) when :erlang.is_binary(binary),
    do: :unicode.characters_to_list(binary)

  @doc "A regular expression with interpolation.\n\n    iex> \"foo\" =~ ~r/o+/\n    true"
  defmacro sigil_r(term, modifiers)

  defmacro sigil_r({:<<>>, _, [binary]}, options) when :erlang.is_binary(binary),
    do: Kernel.Sigils.regex(Kernel.Sigils.unescape_regex(binary), options)

  defmacro sigil_r({:<<>>, meta, pieces}, options) do
    Kernel.Sigils.regex(
      {:<<>>, meta, Kernel.Sigils.unescape_regex_tokens(pieces)},
      options
    )
  end

  @doc false
  defmacro sigil_R({:<<>>, _, [binary]}, options) when :erlang.is_binary(binary),
    do: Kernel.Sigils.regex(binary, options)

  @doc "A list of words: strings, or atoms (`a`) or charlists (`c`).\n\n    iex> ~w(foo bar)a\n    [:foo, :bar]"
  defmacro sigil_w(term, modifiers)

  defmacro sigil_w({:<<>>, _, [binary]}, modifiers) when :erlang.is_binary(binary),
    do: Kernel.Sigils.words(Macro.unescape_string(binary), modifiers)

  defmacro sigil_w({:<<>>, meta, pieces}, modifiers),
    do: Kernel.Sigils.words({:<<>>, meta, Macro.unescape_tokens(pieces)}, modifiers)

  @doc "A list of words as they stand.\n\n    iex> ~W(a b)\n    [\"a\", \"b\"]"
  defmacro sigil_W(term, modifiers)

  defmacro sigil_W({:<<>>, _, [binary]}, modifiers) when :erlang.is_binary(binary),
    do: Kernel.Sigils.words(binary, modifiers)

  @doc "A date.\n\n    iex> ~D[2024-02-29].day\n    29"
  defmacro sigil_D(date, modifiers)
  defmacro sigil_D({:<<>>, _, [string]}, []), do: Kernel.Sigils.date_sigil(Date, string)

  @doc "A time.\n\n    iex> ~T[10:20:30].minute\n    20"
  defmacro sigil_T(time, modifiers)
  defmacro sigil_T({:<<>>, _, [string]}, []), do: Kernel.Sigils.date_sigil(Time, string)

  @doc "A date and time without zone.\n\n    iex> ~N[2024-02-29 10:20:30].hour\n    10"
  defmacro sigil_N(naive_datetime, modifiers)
  defmacro sigil_N({:<<>>, _, [string]}, []), do: Kernel.Sigils.date_sigil(NaiveDateTime, string)

  @doc "A date and time in UTC.\n\n    iex> ~U[2024-02-29 10:20:30Z].hour\n    10"
  defmacro sigil_U(datetime, modifiers)
  defmacro sigil_U({:<<>>, _, [string]}, []), do: Kernel.Sigils.date_sigil(DateTime, string)
end
