# C functions of the C library: values both ways, memory, errno. (Types one by one: tests/script/ffi.)
lib = FFI.open("libc.so.6")
IO.inspect(FFI.call(lib, "open", [:string, :int], :int, ["/no/such/file", 0], errno: true))
IO.inspect(FFI.fun(lib, "labs", [:long], :long).(-5_000_000_000))
IO.inspect(FFI.call(lib, "strtoull", [:string, :pointer, :int], :uint64, ["18446744073709551615", nil, 10]))
IO.inspect(FFI.call(lib, "strtod", [:string, :pointer], :double, ["2.5e3 rest", nil]))
IO.inspect(FFI.call(lib, "getenv", [:string], :string, ["NO_SUCH_VARIABLE_HERE"]))

memory = FFI.alloc(64)
IO.inspect(is_integer(FFI.address(memory)) and FFI.address(memory) > 0)
IO.inspect(FFI.call(lib, "strcpy", [:pointer, :string], :pointer, [memory, "copied by C"]) |> FFI.pointer?())
IO.inspect({FFI.read_string(memory), FFI.read_string(memory, 7), FFI.read_bytes(memory, 0, 4)})
found = FFI.call(lib, "strchr", [:pointer, :int], :pointer, [memory, ?b])
IO.inspect(FFI.address(found) - FFI.address(memory))
IO.inspect(FFI.read_string(FFI.offset(memory, 10)))
IO.inspect(FFI.read_string(FFI.pointer(FFI.address(memory) + 10)))
IO.inspect(FFI.call(lib, "strlen", [:pointer], :size, [memory]))

for types <- [[uint8: 200, int8: -1, uint16: 60_000, int64: -1, uint64: 18_446_744_073_709_551_615, double: 0.1, bool: true, pointer: nil]], {type, value} <- types do
  FFI.write(memory, 3, type, value)
  IO.inspect({type, FFI.read(memory, 3, type)})
end

for call <- [
      fn -> FFI.read(nil, :int) end,
      fn -> FFI.read(memory, 61, :int) end,
      fn -> FFI.write(memory, 0, :int8, 128) end,
      fn -> FFI.fun(lib, "no_such_function_here", [], :int) end,
      fn -> FFI.fun(lib, "abs", [:integer], :int) end,
      fn -> FFI.fun(lib, "abs", [:int], :int).(1.5) end,
      fn -> FFI.open("/no/such/library.so") end,
      fn -> FFI.alloc(0) end
    ] do
  try do
    IO.inspect({:no_error, call.()})
  rescue
    e -> IO.inspect(e.__struct__)
  end
end
