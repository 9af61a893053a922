# SPDX-License-Identifier: Apache-2.0
#
# Each type both ways, at its limits and beyond; run by tests/script/ffi with the library's path.
[path] = System.argv()
lib = FFI.open(path)

widths = [int8: 8, int16: 16, int32: 32, int64: 64, char: 8, short: 16, int: 32, long: 64, longlong: 64, ssize: 64, intptr: 64]
unsigned = [uint8: 8, uint16: 16, uint32: 32, uint64: 64, uchar: 8, ushort: 16, uint: 32, ulong: 64, ulonglong: 64, size: 64, uintptr: 64]

fails = fn call ->
  try do
    {:no_error, call.()}
  rescue
    e -> Exception.message(e)
  end
end

check = fn what, got, expected -> unless got === expected, do: IO.puts("WRONG #{what}: #{inspect(got)}, expected #{inspect(expected)}") end

for {types, low, high} <- [{widths, fn bits -> -Integer.pow(2, bits - 1) end, fn bits -> Integer.pow(2, bits - 1) - 1 end}, {unsigned, fn _ -> 0 end, fn bits -> Integer.pow(2, bits) - 1 end}],
    {type, bits} <- types do
  next = FFI.fun(lib, "next_#{type}", [type], type)
  {low, high} = {low.(bits), high.(bits)}
  check.(type, next.(low), low + 1)
  check.(type, next.(high - 1), high)
  check.(type, next.(high), low)
  check.(type, fails.(fn -> next.(high + 1) end), "argument 1 of the C function next_#{type}: #{high + 1} is out of the range of #{inspect(type)}")
  check.(type, fails.(fn -> next.(low - 1) end), "argument 1 of the C function next_#{type}: #{low - 1} is out of the range of #{inspect(type)}")
  check.(type, fails.(fn -> next.(1.0) end), "argument 1 of the C function next_#{type}: 1.0 is no #{inspect(type)}")
  check.(type, FFI.sizeof(type), div(bits, 8))
  memory = FFI.alloc(16)
  FFI.write(memory, 3, type, low)
  check.(type, FFI.read(memory, 3, type), low)
  FFI.write(memory, 3, type, high)
  check.(type, FFI.read(memory, 3, type), high)
  check.(type, FFI.read_bytes(memory, 0, 3), <<0, 0, 0>>)
  check.(type, FFI.read(memory, 3 + div(bits, 8), :uint8), 0)
end

for type <- [:float, :double] do
  next = FFI.fun(lib, "next_#{type}", [type], type)
  check.(type, next.(0.5), 1.5)
  check.(type, next.(3), 4.0)
  check.(type, next.(:nan), :nan)
  check.(type, next.(:infinity), :infinity)
  check.(type, next.(:neg_infinity), :neg_infinity)
  check.(type, fails.(fn -> next.("1") end), "argument 1 of the C function next_#{type}: \"1\" is no #{inspect(type)}")
end

check.(:float, fails.(fn -> FFI.fun(lib, "next_float", [:float], :float).(1.0e300) end), "argument 1 of the C function next_float: 1.0e300 is out of the range of :float")
negated = FFI.fun(lib, "negated", [:bool], :bool)
check.(:bool, {negated.(true), negated.(false)}, {false, true})
check.(:bool, fails.(fn -> negated.(nil) end), "argument 1 of the C function negated: nil is no :bool")
check.(:nan, FFI.call(lib, "nothing_over_nothing", [], :double, []), :nan)
check.(:infinity, FFI.call(lib, "without_end", [], :double, []), :neg_infinity)

weigh = FFI.fun(lib, "weigh", [:int8, :double, :int16, :float, :int32, :double, :int64, :float, :uint8, :double, :uint16, :float, :uint32, :double, :uint64, :float], :double)
numbers = Enum.map(1..16, & &1)
check.(:weigh, apply(weigh, numbers), Enum.reduce(Enum.with_index(numbers, 1), 0.0, fn {n, i}, sum -> sum + n * i end))

check.(:none, FFI.fun(lib, "none", [], :int).(), 7)
check.(:void, FFI.fun(lib, "does_nothing", [:int], :void).(1), :ok)
check.(:string, FFI.call(lib, "no_text", [], :string, []), nil)
check.(:string, FFI.call(lib, "text_behind", [:string, :size], :string, ["grün und blau", 6]), "und blau")
check.(:string, FFI.call(lib, "text_behind", [:binary, :size], :string, ["abc" <> <<0>>, 1]), "bc")
check.(:string, FFI.call(lib, "is_null", [:string], :int, [nil]), 1)
check.(:string, FFI.call(lib, "is_null", [:string], :int, [""]), 0)

large = :binary.copy(<<1, 2, 3>>, 50_000)
check.(:binary, FFI.call(lib, "sum_bytes", [:binary, :size], :uint64, [large, byte_size(large)]), 300_000)
<<_::4, shifted::binary-size(5), _::4>> = <<0x0A, 0xBC, 0xDE, 0xF0, 0x12, 0x34>>
check.(:bits, FFI.call(lib, "sum_bytes", [:binary, :size], :uint64, [shifted, 5]), Enum.sum(:binary.bin_to_list(shifted)))
check.(:pointer, FFI.call(lib, "is_null", [:pointer], :int, [nil]), 1)
check.(:errno, FFI.call(lib, "fails", [:int], :int, [13], errno: true), {-1, :eacces})
check.(:errno, FFI.call(lib, "none", [], :int, [], errno: true), {7, nil})

counter = FFI.call(lib, "counter_new", [:int64], :pointer, [40])
add = FFI.fun(lib, "counter_add", [:pointer, :int64], :int64)
me = self()
spawn(fn -> send(me, {:sum, add.(counter, 1)}) end)
receive do: ({:sum, sum} -> check.(:process, sum, 41))
check.(:struct, {add.(counter, 1), FFI.read(counter, :int64), FFI.size(counter)}, {42, 42, nil})
FFI.call(lib, "counter_free", [:pointer], :void, [counter])

# What refers to memory keeps it: only the moved pointer is left, and collections go over it.
moved = (fn -> (memory = FFI.alloc(64); FFI.write_bytes(memory, 32, "still here"); FFI.offset(memory, 32)) end).()
Enum.each(1..200, fn _ -> FFI.alloc(100_000) end)
:erlang.garbage_collect()
check.(:owner, FFI.read_string(moved), "still here")
check.(:owner, FFI.size(moved), 32)

# What is no library, no pointer, no size.
check.(:null, {FFI.size(nil), FFI.address(nil)}, {0, 0})
check.(:no_pointer, fails.(fn -> FFI.size(:x) end), "FFI.size needs a pointer, got: :x")
check.(:no_pointer, fails.(fn -> FFI.address(5) end), "FFI.address needs a pointer, got: 5")
check.(:no_address, fails.(fn -> FFI.pointer(-1) end), "-1 is no address: it is no integer from 0 to 2 ** 64 - 1")
check.(:no_address, String.ends_with?(fails.(fn -> FFI.pointer(Integer.pow(2, 64)) end), "from 0 to 2 ** 64 - 1"), true)
check.(:no_size, fails.(fn -> FFI.alloc(0) end), "FFI.alloc needs a number of bytes, at least 1, got: 0")
for bytes <- [Integer.pow(2, 46), Integer.pow(2, 70)], do: check.(:no_room, (try do FFI.alloc(bytes) rescue e -> e.__struct__ end), SystemLimitError)
check.(:no_library, fails.(fn -> FFI.fun(moved, "none", [], :int) end) =~ "needs a library as FFI.open answers it", true)
check.(:no_library, fails.(fn -> FFI.call(nil, "none", [], :int, []) end), "a C function needs a library as FFI.open answers it, got: nil")
check.(:no_library, (try do FFI.open(<<?a, 0>>) rescue e in FFI.Error -> e.message end) =~ "zero byte", true)
check.(:bounds, fails.(fn -> FFI.read(moved, 29, :int32) end), "cannot read int32 at the offset 29: the memory has 32 bytes")

# The functions of a library that nobody else refers to stay callable.
only = (fn -> FFI.fun(FFI.open(path), "next_int", [:int], :int) end).()
lib = nil
:erlang.garbage_collect()
check.(:library, {only.(1), lib}, {2, nil})
IO.puts("done")
