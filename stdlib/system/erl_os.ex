# SPDX-License-Identifier: Apache-2.0
#
# The operating system under Erlang's name: text goes in and out as char lists.

defmodule :os do
  @moduledoc """
  The operating system, under Erlang's name.

      iex> :os.type()
      {:unix, :linux}
  """

  @doc "Family and name."
  @spec type() :: {atom, atom}
  def type, do: :joist_system.os_type()

  @doc "The version of the kernel."
  @spec version() :: tuple
  def version, do: :joist_system.os_version()

  @doc "The system's clock as megaseconds, seconds and microseconds."
  @spec timestamp() :: {non_neg_integer, non_neg_integer, non_neg_integer}
  def timestamp do
    micros = div(:joist_system.os_time(), 1000)
    {div(micros, 1_000_000_000_000), rem(div(micros, 1_000_000), 1_000_000), rem(micros, 1_000_000)}
  end

  @doc "The system's clock in nanoseconds."
  @spec system_time() :: integer
  def system_time, do: :joist_system.os_time()

  @doc "The system's clock in a unit."
  @spec system_time(atom | pos_integer) :: integer
  def system_time(unit), do: System.os_time(unit)

  @doc "A clock for measuring, in nanoseconds."
  @spec perf_counter() :: integer
  def perf_counter, do: :erlang.monotonic_time()

  @doc "A clock for measuring, in a unit."
  @spec perf_counter(atom | pos_integer) :: integer
  def perf_counter(unit), do: :erlang.monotonic_time(unit)

  @doc "A variable of the environment, or false."
  @spec getenv(charlist) :: charlist | false
  def getenv(name), do: getenv(name, false)

  @doc "A variable of the environment, or the default."
  @spec getenv(charlist, term) :: charlist | term
  def getenv(name, default) do
    case :joist_system.getenv(text(name)) do
      nil -> default
      value -> :unicode.characters_to_list(value)
    end
  end

  @doc "All variables as `NAME=value`."
  @spec getenv() :: [charlist]
  def getenv, do: for({name, value} <- :joist_system.env(), do: :unicode.characters_to_list([name, "=", value]))

  @doc "All variables as pairs."
  @spec env() :: [{charlist, charlist}]
  def env, do: for({name, value} <- :joist_system.env(), do: {:unicode.characters_to_list(name), :unicode.characters_to_list(value)})

  @doc "Sets a variable of the environment."
  @spec putenv(charlist, charlist) :: true
  def putenv(name, value) do
    :joist_system.putenv(text(name), text(value))
    true
  end

  @doc "Removes a variable of the environment."
  @spec unsetenv(charlist) :: true
  def unsetenv(name) do
    :joist_system.unsetenv(text(name))
    true
  end

  @doc "The number of this operating system process, as a char list."
  @spec getpid() :: charlist
  def getpid, do: :erlang.integer_to_list(:joist_system.os_pid())

  @doc "Where a program lies, or false."
  @spec find_executable(charlist) :: charlist | false
  def find_executable(name) do
    case System.find_executable(text(name)) do
      nil -> false
      path -> :unicode.characters_to_list(path)
    end
  end

  @doc """
  What a signal of the operating system does to this program: `:handle` it as `System.trap_signal/3` does, `:ignore` it, or the
  system's `:default`. SIGTERM stops the program in order unless this says something else.
  """
  @spec set_signal(atom, :default | :handle | :ignore) :: :ok
  def set_signal(signal, action) when is_atom(signal) and action in [:default, :handle, :ignore] do
    if :joist_system.set_signal(signal, action), do: :ok, else: :erlang.error(:badarg, [signal, action])
  end

  def set_signal(signal, action), do: :erlang.error(:badarg, [signal, action])

  defp text(chars), do: :unicode.characters_to_binary(chars)
end
