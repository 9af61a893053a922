# SPDX-License-Identifier: Apache-2.0
# Paths with a null byte, and the modes of streams.

path = "in\0side"

for {name, call} <- [
      rm_rf: fn -> File.rm_rf(path) end,
      cp_r_from: fn -> File.cp_r(path, "x") end,
      cp_r_to: fn -> File.cp_r("x", path) end,
      wildcard: fn -> Path.wildcard(path) end,
      read: fn -> File.read(path) end,
      mkdir_p: fn -> File.mkdir_p(path) end,
      dir?: fn -> File.dir?(path) end
    ] do
  result =
    try do
      call.()
    rescue
      error -> {error.__struct__, Exception.message(error)}
    end

  IO.inspect({name, result})
end

for modes <- [[], [:utf8], [:append], [:trim_bom], [:read_ahead], [read_ahead: false], [read_ahead: 10], [:utf8, :trim_bom]] do
  stream = File.stream!("any", modes)
  IO.inspect({stream.modes, stream.raw})
end

IO.inspect(:file.native_name_encoding())
