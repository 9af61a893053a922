# SPDX-License-Identifier: Apache-2.0
#
# Pseudo random numbers by the generator Xorshift116 with the scrambler "starstar", 58 bits a number: OTP's `exsss`, so that the same seed gives the
# same numbers there and here. All intermediate values stay below 2^60, so no big integers arise. The state is `{%{type: :exsss}, [s1 | s0]}`, kept in
# the process dictionary for the functions without `_s`; a process that never seeded gets a seed from the VM's source of randomness.

defmodule :rand do
  @moduledoc """
  Random numbers, under Erlang's name.

      iex> :rand.seed(:exsss, {1, 2, 3})
      iex> :rand.uniform(10) in 1..10
      true
  """

  @mask 0x3FFFFFFFFFFFFFF
  @key :rand_seed

  # ---- seeding ----

  @doc "Seeds this process: with the algorithm's name, or with an exported state."
  @spec seed(atom | tuple) :: tuple
  def seed(algorithm_or_state), do: keep(seed_s(algorithm_or_state))

  @doc "Seeds this process with an algorithm (`:exsss` or `:default`) and a seed (an integer, a triple, or a list of two)."
  @spec seed(atom, term) :: tuple
  def seed(algorithm, seed), do: keep(seed_s(algorithm, seed))

  defp keep(state) do
    :erlang.put(@key, state)
    state
  end

  @doc "A state, not kept: see `seed/1`."
  @spec seed_s(atom | tuple) :: tuple
  def seed_s({:exsss, [s1 | s0]}) when is_integer(s1) and is_integer(s0), do: {%{type: :exsss}, [s1 | s0]}
  def seed_s({%{type: :exsss}, _} = state), do: state

  def seed_s(algorithm) when is_atom(algorithm) do
    <<a::64, b::64>> = :joist_system.random_bytes(16)
    seed_s(algorithm, [:erlang.bor(:erlang.band(a, @mask), 1), :erlang.band(b, @mask)])
  end

  @doc "A state, not kept: see `seed/2`."
  @spec seed_s(atom, term) :: tuple
  def seed_s(:default, seed), do: seed_s(:exsss, seed)
  def seed_s(:exsss, seed), do: {%{type: :exsss}, seeded(seed)}
  def seed_s(algorithm, _), do: :erlang.error({:no_such_algorithm, algorithm})

  defp seeded([s1, s0]) when is_integer(s1) and is_integer(s0), do: [:erlang.band(s1, @mask) | :erlang.band(s0, @mask)]

  defp seeded(number) when is_integer(number) do
    {s1, number} = seed58(:erlang.band(number, 0xFFFFFFFFFFFFFFFF))
    {s0, _} = seed58(number)
    [s1 | s0]
  end

  defp seeded({a1, a2, a3}) do
    {_, number} = seed58(:erlang.band(a1, 0xFFFFFFFFFFFFFFFF))
    {s1, number} = seed58(:erlang.bxor(:erlang.band(a2, 0xFFFFFFFFFFFFFFFF), number))
    {s0, _} = seed58(:erlang.bxor(:erlang.band(a3, 0xFFFFFFFFFFFFFFFF), number))
    [s1 | s0]
  end

  defp seed58(number) do
    {value, number} = splitmix64_next(number)

    case :erlang.band(value, @mask) do
      0 -> seed58(number)
      value -> {value, number}
    end
  end

  @doc "A step of the generator SplitMix64: `{value, state}`."
  @spec splitmix64_next(non_neg_integer) :: {non_neg_integer, non_neg_integer}
  def splitmix64_next(state) do
    state = :erlang.band(state + 0x9E3779B97F4A7C15, 0xFFFFFFFFFFFFFFFF)
    z = :erlang.band(:erlang.bxor(state, :erlang.bsr(state, 30)) * 0xBF58476D1CE4E5B9, 0xFFFFFFFFFFFFFFFF)
    z = :erlang.band(:erlang.bxor(z, :erlang.bsr(z, 27)) * 0x94D049BB133111EB, 0xFFFFFFFFFFFFFFFF)
    {:erlang.bxor(z, :erlang.bsr(z, 31)), state}
  end

  @doc "This process's state to keep, or `:undefined`."
  @spec export_seed() :: tuple | :undefined
  def export_seed do
    case :erlang.get(@key) do
      {%{type: type}, state} -> {type, state}
      _ -> :undefined
    end
  end

  @doc "A state to keep."
  @spec export_seed_s(tuple) :: tuple
  def export_seed_s({%{type: type}, state}), do: {type, state}

  # ---- numbers ----

  @doc "A float, 0.0 <= x < 1.0."
  @spec uniform() :: float
  def uniform do
    {value, state} = uniform_s(current())
    :erlang.put(@key, state)
    value
  end

  @doc "An integer, 1 <= x <= n."
  @spec uniform(pos_integer) :: pos_integer
  def uniform(n) do
    {value, state} = uniform_s(n, current())
    :erlang.put(@key, state)
    value
  end

  defp current do
    case :erlang.get(@key) do
      {_, _} = state -> state
      :undefined -> seed_s(:exsss)
    end
  end

  @doc "Like `uniform/0`, with a state."
  @spec uniform_s(tuple) :: {float, tuple}
  def uniform_s({type, state}) do
    {value, state} = next(state)
    {:erlang.bsr(value, 5) * 1.1102230246251565e-16, {type, state}}
  end

  @doc "Like `uniform/1`, with a state."
  @spec uniform_s(pos_integer, tuple) :: {pos_integer, tuple}
  def uniform_s(n, {type, state}) when is_integer(n) and n >= 1 do
    {value, state} = next(state)

    cond do
      n <= 0x400000000000000 -> below(n, value, state, type)
      true -> below_large(n, value, state, type)
    end
  end

  # Values of the last, incomplete block are thrown away, so that all remainders are equally likely.
  defp below(n, value, state, type) do
    rest = rem(value, n)

    if value - rest <= 0x400000000000000 - n do
      {rest + 1, {type, state}}
    else
      {value, state} = next(state)
      below(n, value, state, type)
    end
  end

  # More than 58 bits: as many numbers side by side as are needed.
  defp below_large(n, value, state, type) do
    {value, state, bits} = widen(n, value, state, 58)
    rest = rem(value, n)

    if value - rest <= :erlang.bsl(1, bits) - n do
      {rest + 1, {type, state}}
    else
      {value, state} = next(state)
      below_large(n, value, state, type)
    end
  end

  defp widen(n, value, state, bits) do
    if :erlang.bsl(1, bits) >= n do
      {value, state, bits}
    else
      {more, state} = next(state)
      widen(n, :erlang.bor(:erlang.bsl(value, 58), more), state, bits + 58)
    end
  end

  @doc "A float, 0.0 < x < 1.0, with all its bits random however small."
  @spec uniform_real() :: float
  def uniform_real do
    {value, state} = uniform_real_s(current())
    :erlang.put(@key, state)
    value
  end

  @doc "Like `uniform_real/0`, with a state."
  @spec uniform_real_s(tuple) :: {float, tuple}
  def uniform_real_s({type, state}) do
    {value, state} = next(state)
    real(:erlang.bsr(value, 2), 56, state, type)
  end

  # 53 significant bits are wanted: leading zeros shrink the exponent and are made up for by further numbers.
  defp real(0, bits, _, _) when bits > 1008, do: :erlang.error(:zero_seed)

  defp real(value, bits, state, type) do
    case width(value, 0) do
      significant when significant >= 53 ->
        {:erlang.bsr(value, significant - 53) * :math.pow(2.0, significant - 53 - bits), {type, state}}

      _ ->
        {more, state} = next(state)
        real(:erlang.bor(:erlang.bsl(value, 56), :erlang.bsr(more, 2)), bits + 56, state, type)
    end
  end

  defp width(0, count), do: count
  defp width(value, count) when value >= 0x100000000, do: width(:erlang.bsr(value, 32), count + 32)
  defp width(value, count), do: width(:erlang.bsr(value, 1), count + 1)

  @doc "A number of the normal distribution around 0 with deviation 1."
  @spec normal() :: float
  def normal do
    {value, state} = normal_s(current())
    :erlang.put(@key, state)
    value
  end

  @doc "A number of the normal distribution with mean and variance."
  @spec normal(number, number) :: float
  def normal(mean, variance), do: mean + :math.sqrt(variance) * normal()

  @doc "Like `normal/0`, with a state."
  @spec normal_s(tuple) :: {float, tuple}
  def normal_s(state) do
    {u, state} = uniform_s(state)
    {v, state} = uniform_s(state)
    x = 2.0 * u - 1.0
    y = 2.0 * v - 1.0

    case x * x + y * y do
      square when square > 0.0 and square < 1.0 -> {x * :math.sqrt(-2.0 * :math.log(square) / square), state}
      _ -> normal_s(state)
    end
  end

  @doc "Like `normal/2`, with a state."
  @spec normal_s(number, number, tuple) :: {float, tuple}
  def normal_s(mean, variance, state) do
    {value, state} = normal_s(state)
    {mean + :math.sqrt(variance) * value, state}
  end

  @doc "n random bytes."
  @spec bytes(non_neg_integer) :: binary
  def bytes(n) do
    {bytes, state} = bytes_s(n, current())
    :erlang.put(@key, state)
    bytes
  end

  @doc "Like `bytes/1`, with a state."
  @spec bytes_s(non_neg_integer, tuple) :: {binary, tuple}
  def bytes_s(n, {type, state}) when is_integer(n) and n >= 0, do: bytes_from(n, state, type, [])

  defp bytes_from(n, state, type, acc) when n > 7 do
    {value, state} = next(state)
    bytes_from(n - 7, state, type, [acc | <<:erlang.bsr(value, 2)::56>>])
  end

  defp bytes_from(0, state, type, acc), do: {:erlang.iolist_to_binary(acc), {type, state}}

  defp bytes_from(n, state, type, acc) do
    {value, state} = next(state)
    {:erlang.iolist_to_binary([acc | <<:erlang.bsr(value, 56 - n * 8)::size(n)-unit(8)>>]), {type, state}}
  end

  # ---- the generator ----

  defp next([s1 | s0]) do
    s0 = :erlang.band(s0, @mask)
    # s0 * 5, turned left by 7, times 9, all in 58 bits
    product = :erlang.band(s0 + :erlang.bsl(:erlang.band(s0, 0xFFFFFFFFFFFFFF), 2), @mask)
    turned = :erlang.bor(:erlang.bsl(:erlang.band(product, 0x7FFFFFFFFFFFF), 7), :erlang.bsr(product, 51))
    value = :erlang.band(turned + :erlang.bsl(:erlang.band(turned, 0x7FFFFFFFFFFFFF), 3), @mask)
    {value, [s0 | shifted(s1, s0)]}
  end

  defp shifted(s1, s0) do
    s1 = :erlang.bxor(s1, :erlang.bsl(:erlang.band(s1, 0x3FFFFFFFF), 24))
    :erlang.bxor(:erlang.bxor(:erlang.bxor(s1, s0), :erlang.bsr(s1, 11)), :erlang.bsr(s0, 41))
  end
end
