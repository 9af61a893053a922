# SPDX-License-Identifier: Apache-2.0
#
# C in one line: functions of the C library, of libm and of zlib as functions of the language.

cos = FFI.fun(FFI.open("libm.so.6"), "cos", [:double], :double)
IO.puts("cos(0) = #{cos.(0)}")

# Variable arguments, and memory that C writes to.
text = FFI.alloc(64)
format = FFI.fun(FFI.open("libc.so.6"), "snprintf", [:pointer, :size, :string, :..., :int, :double], :int)
written = format.(text, FFI.size(text), "%05d|%.3f", 42, 2.5)
IO.puts("#{written} characters: #{FFI.read_string(text)}")

defmodule Zlib do
  @moduledoc "Packs and unpacks with C's zlib."
  @lib "libz.so.1"

  def compress(data), do: convert("compress", data, bound(byte_size(data)))
  def uncompress(packed, size), do: convert("uncompress", packed, size)

  defp bound(size), do: FFI.call(FFI.open(@lib), "compressBound", [:ulong], :ulong, [size])

  # int compress(unsigned char *dest, unsigned long *dest_size, const unsigned char *source, unsigned long source_size)
  defp convert(function, source, room) do
    {dest, dest_size} = {FFI.alloc(room), FFI.alloc(8)}
    FFI.write(dest_size, 0, :ulong, room)

    case FFI.call(FFI.open(@lib), function, [:pointer, :pointer, :binary, :ulong], :int, [dest, dest_size, source, byte_size(source)]) do
      0 -> FFI.read_bytes(dest, FFI.read(dest_size, :ulong))
      error -> raise "zlib answers #{error}"
    end
  end
end

poem = String.duplicate("So much depends upon a red wheel barrow. ", 50)
packed = Zlib.compress(poem)
IO.puts("#{byte_size(poem)} bytes become #{byte_size(packed)}")
IO.puts("and back: #{Zlib.uncompress(packed, byte_size(poem)) == poem}")

# A value that does not fit its type is refused before C sees it.
try do
  FFI.call(FFI.open("libc.so.6"), "abs", [:int], :int, [10_000_000_000])
rescue
  e in ArgumentError -> IO.puts(e.message)
end
