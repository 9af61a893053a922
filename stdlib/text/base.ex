# SPDX-License-Identifier: Apache-2.0
#
# Bytes as text in 16, 32 or 64 characters. Encoding takes groups of whole bytes (1, 5, 3) that fill whole characters, then the shorter end with its
# padding. Decoding first settles the padding, then reads characters; every character goes through one function per alphabet, which raises for a
# strange one. The forms without `!` are the raising ones with the exception turned into `:error`.

defmodule Base do
  @moduledoc """
  Encoding and decoding in base 16, 32 and 64.

      iex> Base.encode64("foobar")
      "Zm9vYmFy"
  """

  @type case_option :: :upper | :lower | :mixed

  # ---- base 16 ----

  @doc """
  In base 16. Option `:case` (`:upper` or `:lower`).

      iex> Base.encode16("foo", case: :lower)
      "666f6f"
  """
  @spec encode16(binary, keyword) :: binary
  def encode16(data, options \\ [])

  def encode16(data, options) when is_binary(data) do
    case letter_case(options) do
      :upper -> :erlang.list_to_binary(hex(data, ?A - 10))
      :lower -> :erlang.list_to_binary(hex(data, ?a - 10))
    end
  end

  defp hex(<<high::4, low::4, rest::binary>>, letters), do: [hex_digit(high, letters), hex_digit(low, letters) | hex(rest, letters)]
  defp hex(<<>>, _), do: []

  defp hex_digit(value, _) when value < 10, do: ?0 + value
  defp hex_digit(value, letters), do: value + letters

  @doc """
  From base 16: `{:ok, binary}` or `:error`. Option `:case` (`:upper`, `:lower`, `:mixed`).

      iex> Base.decode16("666F6F")
      {:ok, "foo"}
  """
  @spec decode16(binary, keyword) :: {:ok, binary} | :error
  def decode16(string, options \\ []) do
    {:ok, decode16!(string, options)}
  rescue
    ArgumentError -> :error
  end

  @doc """
  From base 16, or raises.

      iex> Base.decode16!("666F6F")
      "foo"
  """
  @spec decode16!(binary, keyword) :: binary
  def decode16!(string, options \\ [])

  def decode16!(string, options) when is_binary(string) and rem(byte_size(string), 2) == 0,
    do: :erlang.list_to_binary(unhex(string, decoding_case(options)))

  def decode16!(string, _) when is_binary(string) do
    raise ArgumentError,
          "string given to decode has wrong length. An even number of bytes was expected, got: #{byte_size(string)}. " <>
            "Double check your string for unwanted characters or pad it accordingly"
  end

  defp unhex(<<high, low, rest::binary>>, kase), do: [unhex_digit(high, kase) * 16 + unhex_digit(low, kase) | unhex(rest, kase)]
  defp unhex(<<>>, _), do: []

  defp unhex_digit(char, _) when char >= ?0 and char <= ?9, do: char - ?0
  defp unhex_digit(char, kase) when char >= ?A and char <= ?F and kase != :lower, do: char - ?A + 10
  defp unhex_digit(char, kase) when char >= ?a and char <= ?f and kase != :upper, do: char - ?a + 10
  defp unhex_digit(char, _), do: bad_character(char)

  # ---- base 64 ----

  @doc """
  In base 64. Option `:padding` (default true).

      iex> Base.encode64("foob", padding: false)
      "Zm9vYg"
  """
  @spec encode64(binary, keyword) :: binary
  def encode64(data, options \\ []) when is_binary(data),
    do: :erlang.iolist_to_binary(enc64(data, ?+, ?/, padding(options)))

  @doc """
  In base 64 with the alphabet that is safe in addresses and file names.

      iex> Base.url_encode64(<<255, 127, 254, 252>>)
      "_3_-_A=="
  """
  @spec url_encode64(binary, keyword) :: binary
  def url_encode64(data, options \\ []) when is_binary(data),
    do: :erlang.iolist_to_binary(enc64(data, ?-, ?_, padding(options)))

  defp enc64(<<a::6, b::6, c::6, d::6, rest::binary>>, plus, slash, pad),
    do: [c64(a, plus, slash), c64(b, plus, slash), c64(c, plus, slash), c64(d, plus, slash) | enc64(rest, plus, slash, pad)]

  defp enc64(<<a::6, b::6, c::4>>, plus, slash, pad),
    do: [c64(a, plus, slash), c64(b, plus, slash), c64(c * 4, plus, slash) | if(pad, do: "=", else: [])]

  defp enc64(<<a::6, b::2>>, plus, slash, pad),
    do: [c64(a, plus, slash), c64(b * 16, plus, slash) | if(pad, do: "==", else: [])]

  defp enc64(<<>>, _, _, _), do: []

  defp c64(value, _, _) when value < 26, do: value + ?A
  defp c64(value, _, _) when value < 52, do: value - 26 + ?a
  defp c64(value, _, _) when value < 62, do: value - 52 + ?0
  defp c64(62, plus, _), do: plus
  defp c64(63, _, slash), do: slash

  @doc """
  From base 64: `{:ok, binary}` or `:error`. Options `:padding` and `ignore: :whitespace`.

      iex> Base.decode64("Zm9vYmFy")
      {:ok, "foobar"}
  """
  @spec decode64(binary, keyword) :: {:ok, binary} | :error
  def decode64(string, options \\ []) when is_binary(string) do
    {:ok, decode64!(string, options)}
  rescue
    ArgumentError -> :error
  end

  @doc """
  From base 64, or raises.

      iex> Base.decode64!("Zm9v")
      "foo"
  """
  @spec decode64!(binary, keyword) :: binary
  def decode64!(string, options \\ []) when is_binary(string), do: dec64_all(string, ?+, ?/, options)

  @doc """
  From base 64 in the alphabet of `url_encode64/2`.

      iex> Base.url_decode64("_3_-_A==")
      {:ok, <<255, 127, 254, 252>>}
  """
  @spec url_decode64(binary, keyword) :: {:ok, binary} | :error
  def url_decode64(string, options \\ []) when is_binary(string) do
    {:ok, url_decode64!(string, options)}
  rescue
    ArgumentError -> :error
  end

  @doc """
  From base 64 in the alphabet of `url_encode64/2`, or raises.

      iex> Base.url_decode64!("_3_-_A==")
      <<255, 127, 254, 252>>
  """
  @spec url_decode64!(binary, keyword) :: binary
  def url_decode64!(string, options \\ []) when is_binary(string), do: dec64_all(string, ?-, ?_, options)

  defp dec64_all(string, plus, slash, options) do
    string = ignore(string, options)
    :erlang.list_to_bitstring(dec64(string, plus, slash, padding(options)))
  end

  defp dec64(<<>>, _, _, _), do: []

  defp dec64(<<a, b, ?=, ?=>>, plus, slash, _), do: [:erlang.bsr(v64(a, plus, slash) * 64 + v64(b, plus, slash), 4)]

  defp dec64(<<a, b, c, ?=>>, plus, slash, _), do: dec64_three(a, b, c, plus, slash)

  defp dec64(<<a, b, c, d, rest::binary>>, plus, slash, pad) do
    value = ((v64(a, plus, slash) * 64 + v64(b, plus, slash)) * 64 + v64(c, plus, slash)) * 64 + v64(d, plus, slash)
    [<<value::24>> | dec64(rest, plus, slash, pad)]
  end

  defp dec64(<<a, b, c>>, plus, slash, false), do: dec64_three(a, b, c, plus, slash)
  defp dec64(<<a, b>>, plus, slash, false), do: [:erlang.bsr(v64(a, plus, slash) * 64 + v64(b, plus, slash), 4)]
  defp dec64(_, _, _, _), do: bad_padding()

  defp dec64_three(a, b, c, plus, slash) do
    value = :erlang.bsr((v64(a, plus, slash) * 64 + v64(b, plus, slash)) * 64 + v64(c, plus, slash), 2)
    [<<value::16>>]
  end

  defp v64(char, _, _) when char >= ?a and char <= ?z, do: char - ?a + 26
  defp v64(char, _, _) when char >= ?A and char <= ?Z, do: char - ?A
  defp v64(char, _, _) when char >= ?0 and char <= ?9, do: char - ?0 + 52
  defp v64(char, char, _), do: 62
  defp v64(char, _, char), do: 63
  defp v64(char, _, _), do: bad_character(char)

  # ---- base 32 ----

  @doc """
  In base 32. Options `:case` and `:padding`.

      iex> Base.encode32("foobar")
      "MZXW6YTBOI======"
  """
  @spec encode32(binary, keyword) :: binary
  def encode32(data, options \\ []) when is_binary(data), do: enc32_all(data, options, {?A, ?2 - 26, 26})

  @doc """
  In base 32 with the extended hexadecimal alphabet, which keeps the order.

      iex> Base.hex_encode32("foobar")
      "CPNMUOJ1E8======"
  """
  @spec hex_encode32(binary, keyword) :: binary
  def hex_encode32(data, options \\ []) when is_binary(data), do: enc32_all(data, options, {?0, ?A - 10, 10})

  # An alphabet: what is added to a value below the limit, what above it, and the limit.
  defp enc32_all(data, options, alphabet) do
    text = :erlang.iolist_to_binary(enc32(data, alphabet, padding(options)))

    case letter_case(options) do
      :upper -> text
      :lower -> :joist_text.downcase(text, :ascii)
    end
  end

  defp enc32(<<a::5, b::5, c::5, d::5, e::5, f::5, g::5, h::5, rest::binary>>, t, pad) do
    [c32(a, t), c32(b, t), c32(c, t), c32(d, t), c32(e, t), c32(f, t), c32(g, t), c32(h, t) | enc32(rest, t, pad)]
  end

  defp enc32(<<a::5, b::5, c::5, d::5, e::5, f::5, g::2>>, t, pad),
    do: [c32(a, t), c32(b, t), c32(c, t), c32(d, t), c32(e, t), c32(f, t), c32(g * 8, t) | if(pad, do: "=", else: [])]

  defp enc32(<<a::5, b::5, c::5, d::5, e::4>>, t, pad),
    do: [c32(a, t), c32(b, t), c32(c, t), c32(d, t), c32(e * 2, t) | if(pad, do: "===", else: [])]

  defp enc32(<<a::5, b::5, c::5, d::1>>, t, pad),
    do: [c32(a, t), c32(b, t), c32(c, t), c32(d * 16, t) | if(pad, do: "====", else: [])]

  defp enc32(<<a::5, b::3>>, t, pad), do: [c32(a, t), c32(b * 4, t) | if(pad, do: "======", else: [])]
  defp enc32(<<>>, _, _), do: []

  defp c32(value, {low, _, limit}) when value < limit, do: value + low
  defp c32(value, {_, high, _}), do: value + high

  @doc """
  From base 32: `{:ok, binary}` or `:error`. Options `:case` and `:padding`.

      iex> Base.decode32("MZXW6YTBOI======")
      {:ok, "foobar"}
  """
  @spec decode32(binary, keyword) :: {:ok, binary} | :error
  def decode32(string, options \\ []) do
    {:ok, decode32!(string, options)}
  rescue
    ArgumentError -> :error
  end

  @doc """
  From base 32, or raises.

      iex> Base.decode32!("MZXW6YTBOI======")
      "foobar"
  """
  @spec decode32!(binary, keyword) :: binary
  def decode32!(string, options \\ []) when is_binary(string), do: dec32_all(string, :standard, options)

  @doc """
  From base 32 in the extended hexadecimal alphabet.

      iex> Base.hex_decode32("CPNMUOJ1E8======")
      {:ok, "foobar"}
  """
  @spec hex_decode32(binary, keyword) :: {:ok, binary} | :error
  def hex_decode32(string, options \\ []) do
    {:ok, hex_decode32!(string, options)}
  rescue
    ArgumentError -> :error
  end

  @doc """
  From base 32 in the extended hexadecimal alphabet, or raises.

      iex> Base.hex_decode32!("CPNMUOJ1E8======")
      "foobar"
  """
  @spec hex_decode32!(binary, keyword) :: binary
  def hex_decode32!(string, options \\ []) when is_binary(string), do: dec32_all(string, :hex, options)

  defp dec32_all(string, alphabet, options),
    do: :erlang.list_to_bitstring(dec32(string, alphabet, decoding_case(options), padding(options)))

  defp dec32(<<>>, _, _, _), do: []
  defp dec32(<<head::binary-size(2), "======">>, t, kase, _), do: dec32_end(head, t, kase)
  defp dec32(<<head::binary-size(4), "====">>, t, kase, _), do: dec32_end(head, t, kase)
  defp dec32(<<head::binary-size(5), "===">>, t, kase, _), do: dec32_end(head, t, kase)
  defp dec32(<<head::binary-size(7), "=">>, t, kase, _), do: dec32_end(head, t, kase)

  defp dec32(<<group::binary-size(8), rest::binary>>, t, kase, pad), do: [<<v32s(group, t, kase, 0)::40>> | dec32(rest, t, kase, pad)]
  defp dec32(rest, t, kase, false) when byte_size(rest) in [2, 4, 5, 7], do: dec32_end(rest, t, kase)
  defp dec32(_, _, _, _), do: bad_padding()

  # The end holds less than 40 bits: whole bytes count, the rest of the bits is dropped.
  defp dec32_end(chars, t, kase) do
    bits = byte_size(chars) * 5
    bytes = div(bits, 8)
    [<<:erlang.bsr(v32s(chars, t, kase, 0), bits - bytes * 8)::size(bytes)-unit(8)>>]
  end

  defp v32s(<<char, rest::binary>>, t, kase, value), do: v32s(rest, t, kase, value * 32 + v32(char, t, kase))
  defp v32s(<<>>, _, _, value), do: value

  defp v32(char, :standard, kase) when char >= ?A and char <= ?Z and kase != :lower, do: char - ?A
  defp v32(char, :standard, kase) when char >= ?a and char <= ?z and kase != :upper, do: char - ?a
  defp v32(char, :standard, _) when char >= ?2 and char <= ?7, do: char - ?2 + 26
  defp v32(char, :hex, _) when char >= ?0 and char <= ?9, do: char - ?0
  defp v32(char, :hex, kase) when char >= ?A and char <= ?V and kase != :lower, do: char - ?A + 10
  defp v32(char, :hex, kase) when char >= ?a and char <= ?v and kase != :upper, do: char - ?a + 10
  defp v32(char, _, _), do: bad_character(char)

  # ---- common ----

  defp bad_character(byte), do: raise(ArgumentError, "non-alphabet character found: #{inspect(<<byte>>, binaries: :as_strings)} (byte #{byte})")
  defp bad_padding, do: raise(ArgumentError, "incorrect padding")

  defp padding(options), do: option(options, :padding, true)

  defp letter_case(options) do
    case option(options, :case, :upper) do
      kase when kase == :upper or kase == :lower -> kase
      other -> raise ArgumentError, "expected :case to be :upper or :lower, got: #{inspect(other)}"
    end
  end

  defp decoding_case(options) do
    case option(options, :case, :upper) do
      kase when kase == :upper or kase == :lower or kase == :mixed -> kase
      other -> raise ArgumentError, "expected :case to be :upper, :lower or :mixed, got: #{inspect(other)}"
    end
  end

  defp ignore(string, options) do
    case option(options, :ignore, nil) do
      nil -> string
      :whitespace -> :erlang.list_to_binary(for(<<char <- string>>, char not in [?\s, ?\t, ?\r, ?\n], do: char))
    end
  end

  defp option([], _, default), do: default
  defp option([{key, value} | _], key, _), do: value
  defp option([_ | rest], key, default), do: option(rest, key, default)
end
