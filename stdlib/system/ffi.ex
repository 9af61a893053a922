# SPDX-License-Identifier: Apache-2.0
#
# C functions as functions of the language, over the natives of :joist_ffi (vm/native/ffi.h), which answer refusals as
# {:ffi_error, place, why}: here they become texts.

defmodule FFI.Error do
  @moduledoc "A library that cannot be opened, a function that is not in it, a value that does not fit its C type."
  defexception [:message]
end

defmodule FFI do
  @moduledoc """
  Calls C.

      iex> cos = FFI.fun(FFI.open("libm.so.6"), "cos", [:double], :double)
      iex> cos.(0.0)
      1.0

  A library is opened, a function of it named with the types of its arguments and of its result, and the answer is an ordinary function.

  ## Types

    * integers: `:int8` `:int16` `:int32` `:int64` and `:uint8` … `:uint64`; C's own `:char` `:short` `:int` `:long` `:longlong`, with
      a `u` in front the unsigned ones; `:size` `:ssize` `:intptr` `:uintptr`. A value out of range is refused.
    * `:float`, `:double`: floats, and integers as arguments. What no float is stands as `:nan`, `:infinity`, `:neg_infinity`.
    * `:bool`: `true` and `false`.
    * `:string`: text that ends with a zero byte. As an argument a copy of a binary without zero bytes; as a result a
      new binary. `nil` is C's `NULL`.
    * `:binary` (arguments): the address of a binary's bytes, which C may read during the call and must not write.
    * `:pointer`: an address: what `alloc/1` and C functions answer; `nil` is `NULL`.
    * `:void` (results): `:ok`.
    * `:...` in front of the variable arguments of functions like `printf`.

  What C does cannot be checked: a wrong prototype, a pointer into nowhere or a function that writes where it should not can
  end the whole program. A call runs to its end in the scheduler's thread: processes that share it wait. Functions that may take long
  or wait for something are named with `blocking: true` (`fun/5`): their calls run in another thread.

      iex> libz = FFI.open("libz.so.1")
      iex> crc = FFI.fun(libz, "crc32", [:ulong, :binary, :uint], :ulong)
      iex> crc.(0, "joist", 5) == :erlang.crc32("joist")
      true
  """

  @typedoc "An open library."
  @type library :: reference
  @typedoc "An address of C; `nil` is NULL."
  @type pointer :: reference | nil
  @typedoc "The name of a C type."
  @type type :: atom

  @arity_max 16
  # More than any VM has: the native says that there is no room.
  @bytes_max 0x7FFFFFFFFFFF

  @doc """
  Opens a library by file name (`"libm.so.6"`), path, or short name (`"z"` finds `libz.so` or its newest numbered form). `nil` is the program itself,
  with the C library it runs on.

      iex> is_reference(FFI.open("libc.so.6"))
      true
  """
  @spec open(binary | nil) :: library
  def open(nil), do: open_first([nil], nil, nil)

  def open(name) when is_binary(name) do
    if String.contains?(name, <<0>>), do: raise(FFI.Error, "cannot open the library #{inspect(name)}: the name holds a zero byte")
    short? = not String.contains?(name, ["/", ".so"])
    numbered = if short?, do: for(n <- 40..0//-1, do: "lib#{name}.so.#{n}"), else: []
    open_first(if(short?, do: ["lib#{name}.so" | numbered], else: [name]), name, nil)
  end

  defp open_first([], name, why) do
    text = if String.contains?(name, ["/", ".so"]), do: why, else: "there is no lib#{name}.so, numbered or not: #{why}"
    raise FFI.Error, "cannot open the library #{inspect(name)}: #{text}"
  end

  defp open_first([file | rest], name, first_why) do
    case :joist_ffi.open(file) do
      {:error, why} -> open_first(rest, name, first_why || why)
      library -> library
    end
  end

  @doc """
  The C function `name` of a library as a function.

  With `errno: true` it answers `{result, reason}`, where `reason` is `errno` after the call as an atom (`:enoent`), `nil` when it is zero.

      iex> FFI.fun(FFI.open("libc.so.6"), "abs", [:int], :int).(-3)
      3
      iex> open = FFI.fun(FFI.open("libc.so.6"), "open", [:string, :int], :int, errno: true)
      iex> open.("/no/such/file", 0)
      {-1, :enoent}

  With `blocking: true` each call runs in a thread that no other process waits for. That takes some ten microseconds more.

      iex> FFI.fun(FFI.open("libc.so.6"), "usleep", [:uint], :int, blocking: true).(1)
      0
  """
  @spec fun(library, binary | atom, [type], type, keyword) :: (... -> any)
  def fun(library, name, types, result, options \\ []) when is_list(types) and is_atom(result) and is_list(options) do
    name = to_string(name)
    case :joist_ffi.function(library, name, types, result, how(options)) do
      {:error, why} -> raise FFI.Error, "cannot use the C function #{name}: #{why}"
      {:ffi_error, nil, :library} -> raise ArgumentError, "a C function needs a library as FFI.open answers it, got: #{inspect(library)}"
      {:ffi_error, :result, :type} -> raise ArgumentError, "#{inspect(result)} is no type that a C function can answer (see FFI)"
      {:ffi_error, place, :type} -> raise ArgumentError, wrong_type(name, types, place)
      function -> wrap(length(types) - count_dots(types), function, {name, types})
    end
  end

  defp how(options), do: {option(options, :errno, false), option(options, :blocking, false)}

  # The last one counts.
  defp option([], _key, value), do: value
  defp option([{key, value} | rest], key, _) when is_boolean(value), do: option(rest, key, value)
  defp option([{other, value} | rest], key, known) when other in [:errno, :blocking] and is_boolean(value), do: option(rest, key, known)
  defp option([other | _], _, _), do: raise(ArgumentError, "FFI.fun knows the options errno: true and blocking: true, got: #{inspect(other)}")

  defp count_dots(types), do: Enum.count(types, &(&1 == :...))

  defp wrong_type(name, types, place) do
    type = Enum.at(types, place - 1)

    cond do
      type in [:float, :bool, :char, :short, :uchar, :ushort, :int8, :int16, :uint8, :uint16] and :... in Enum.take(types, place) ->
        "C passes #{inspect(type)} as #{if type == :float, do: ":double", else: ":int"} behind the dots of #{name}: say that"

      type in [:callback, :function, :fun] ->
        "C functions that call back are not there yet (argument #{place} of #{name})"

      type == :void ->
        "an argument cannot be :void (argument #{place} of #{name}); a function without arguments has the list []"

      place > 64 ->
        "a C function can take 64 arguments here, #{name} has more"

      true ->
        "#{inspect(type)} is no C type for an argument (number #{place} of #{name}; see FFI)"
    end
  end

  # One clause for each number of arguments: a function has a fixed one.
  defp wrap(0, f, about), do: fn -> call(f, [], about) end

  for count <- 1..@arity_max do
    arguments = Macro.generate_arguments(count, __MODULE__)
    defp wrap(unquote(count), f, about), do: fn unquote_splicing(arguments) -> call(f, unquote(arguments), about) end
  end

  defp wrap(count, _, {name, _}) do
    raise ArgumentError, "#{name} takes #{count} arguments: functions of more than #{@arity_max} are called with FFI.call"
  end

  @doc """
  Calls a C function once, with its arguments in a list.

      iex> FFI.call(FFI.open("libc.so.6"), "strlen", [:string], :size, ["five!"])
      5
  """
  @spec call(library, binary | atom, [type], type, list, keyword) :: any
  def call(library, name, types, result, arguments, options \\ []) when is_list(arguments) do
    name = to_string(name)
    expected = length(types) - count_dots(types)

    unless length(arguments) == expected do
      raise ArgumentError, "#{name} takes #{expected} arguments, got #{length(arguments)}"
    end

    case :joist_ffi.function(library, name, types, result, how(options)) do
      function when is_reference(function) -> call(function, arguments, {name, types})
      _ -> fun(library, name, types, result, options)
    end
  end

  defp call(function, arguments, {name, types}) do
    case :joist_ffi.call(function, arguments) do
      {:ffi_error, place, why} -> refused(name, Enum.at(Enum.reject(types, &(&1 == :...)), place - 1), place, why, Enum.at(arguments, place - 1))
      answer -> answer
    end
  end

  defp refused(_, _, _, :no_memory, _), do: :erlang.error(:system_limit)

  defp refused(name, type, place, why, value) do
    text =
      case why do
        :zero_byte -> "holds a zero byte, where a C string would end"
        :value -> misfit(type, value)
      end

    raise ArgumentError, "argument #{place} of the C function #{name}: #{inspect(value, limit: 5, printable_limit: 40)} #{text}"
  end

  defp misfit(type, value) when is_integer(value) and type not in [:pointer, :string, :binary, :bool, :float, :double], do: "is out of the range of #{inspect(type)}"
  defp misfit(:pointer, _), do: "is no :pointer (what FFI.alloc and C functions answer, or nil)"
  defp misfit(:string, _), do: "is no :string (a binary, or nil for NULL)"
  defp misfit(:binary, _), do: "is no :binary (or nil for NULL)"
  defp misfit(type, value) when is_number(value) and type in [:float, :double], do: "is out of the range of #{inspect(type)}"
  defp misfit(type, _), do: "is no #{inspect(type)}"

  @doc """
  Memory of C of that many bytes, all zero. It goes away when nobody refers to it any more; C must not keep its address longer.

      iex> memory = FFI.alloc(8)
      iex> FFI.write(memory, 0, :int32, -1)
      :ok
      iex> FFI.read(memory, 0, :uint8)
      255
  """
  @spec alloc(pos_integer) :: pointer
  def alloc(bytes) when is_integer(bytes) and bytes > 0, do: :joist_ffi.alloc(min(bytes, @bytes_max))
  def alloc(bytes), do: raise(ArgumentError, "FFI.alloc needs a number of bytes, at least 1, got: #{inspect(bytes)}")

  @doc """
  The value of that type at an offset in bytes.

      iex> FFI.read(FFI.alloc(4), 0, :int)
      0
  """
  @spec read(pointer, integer, type) :: any
  def read(pointer, offset \\ 0, type), do: checked(:joist_ffi.read(pointer, offset, type), "read", pointer, offset, type, nil)

  @doc """
  Puts a value of that type at an offset in bytes.

      iex> FFI.write(FFI.alloc(8), 0, :double, 0.5)
      :ok
  """
  @spec write(pointer, integer, type, any) :: :ok
  def write(pointer, offset, type, value), do: checked(:joist_ffi.write(pointer, offset, type, value), "write", pointer, offset, type, value)

  @doc """
  So many bytes from an offset on.

      iex> FFI.read_bytes(FFI.alloc(4), 0, 2)
      <<0, 0>>
  """
  @spec read_bytes(pointer, integer, non_neg_integer) :: binary
  def read_bytes(pointer, offset \\ 0, bytes), do: checked(:joist_ffi.read_bytes(pointer, offset, bytes), "read", pointer, offset, bytes, nil)

  @doc """
  Puts a binary's bytes at an offset.

      iex> memory = FFI.alloc(8)
      iex> FFI.write_bytes(memory, 2, "ab")
      iex> FFI.read_bytes(memory, 0, 5)
      <<0, 0, ?a, ?b, 0>>
  """
  @spec write_bytes(pointer, integer, binary) :: :ok
  def write_bytes(pointer, offset, bytes), do: checked(:joist_ffi.write_bytes(pointer, offset, bytes), "write", pointer, offset, "bytes", bytes)

  @doc """
  The text at an offset, up to its zero byte.

      iex> memory = FFI.alloc(8)
      iex> FFI.write_bytes(memory, 0, "abc")
      iex> FFI.read_string(memory, 1)
      "bc"
  """
  @spec read_string(pointer, integer) :: binary
  def read_string(pointer, offset \\ 0), do: checked(:joist_ffi.read_string(pointer, offset), "read", pointer, offset, :string, nil)

  @doc """
  The pointer so many bytes further on; it keeps the memory alive.

      iex> memory = FFI.alloc(8)
      iex> FFI.address(FFI.offset(memory, 4)) - FFI.address(memory)
      4
  """
  @spec offset(pointer, integer) :: pointer
  def offset(pointer, bytes), do: checked(:joist_ffi.offset(pointer, bytes), "move", pointer, bytes, "pointer", nil)

  @doc """
  The address as an integer; 0 for `nil`.

      iex> FFI.address(nil)
      0
  """
  @spec address(pointer) :: non_neg_integer
  def address(nil), do: 0
  def address(pointer), do: :joist_ffi.address(real_pointer(pointer, "FFI.address"))

  @doc """
  The pointer of an address that is known by other means; nothing about it can be checked.

      iex> FFI.pointer(0)
      nil
  """
  @spec pointer(non_neg_integer) :: pointer
  def pointer(address) when is_integer(address) and address >= 0 and address <= 0xFFFFFFFFFFFFFFFF, do: :joist_ffi.pointer(address)
  def pointer(address), do: raise(ArgumentError, "#{inspect(address)} is no address: it is no integer from 0 to 2 ** 64 - 1")

  @doc """
  Whether a term is a pointer, `nil` left out.

      iex> FFI.pointer?(FFI.alloc(1))
      true
      iex> FFI.pointer?(make_ref())
      false
  """
  @spec pointer?(any) :: boolean
  def pointer?(term), do: :joist_ffi.is_pointer(term)

  @doc """
  How many bytes a pointer is known to lead to; `nil` when C gave it. NULL leads to none.

      iex> FFI.size(FFI.alloc(24))
      24
  """
  @spec size(pointer) :: non_neg_integer | nil
  def size(nil), do: 0
  def size(pointer), do: :joist_ffi.size(real_pointer(pointer, "FFI.size"))

  defp real_pointer(term, function) do
    if :joist_ffi.is_pointer(term), do: term, else: raise(ArgumentError, "#{function} needs a pointer, got: #{inspect(term)}")
  end

  @doc """
  Bytes of a C type.

      iex> FFI.sizeof(:double)
      8
  """
  @spec sizeof(type) :: pos_integer
  def sizeof(type) do
    case is_atom(type) && :joist_ffi.type_size(type) do
      bytes when is_integer(bytes) -> bytes
      _ -> raise ArgumentError, "#{inspect(type)} is no C type with a size (see FFI)"
    end
  end

  defp checked({:ffi_error, nil, why}, verb, pointer, offset, type, value) do
    raise ArgumentError, "cannot #{verb} #{memory_problem(why, pointer, offset, type, value)}"
  end

  defp checked(answer, _, _, _, _, _), do: answer

  defp memory_problem(:null, _, _, _, _), do: "through nil, which is C's NULL"
  defp memory_problem(:no_pointer, pointer, _, _, _), do: "through #{inspect(pointer, limit: 5, printable_limit: 40)}: it is no pointer"
  defp memory_problem(:offset, _, offset, _, _), do: "at the offset #{inspect(offset)}: it is no integer of 64 bits"
  defp memory_problem(:size, _, _, size, _), do: "#{inspect(size)} bytes"
  defp memory_problem(:type, _, _, type, _), do: "#{inspect(type)}: it is no type that memory holds this way (see FFI)"
  defp memory_problem(:value, _, _, type, value), do: "#{inspect(value, limit: 5, printable_limit: 40)}: it does not fit #{inspect(type)}"

  defp memory_problem(:bounds, pointer, offset, type, _) do
    what = if is_integer(type), do: "#{type} bytes", else: to_string(type)
    "#{what} at the offset #{offset}: the memory has #{size(pointer)} bytes"
  end
end
