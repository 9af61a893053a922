# SPDX-License-Identifier: Apache-2.0
#
# Names of hosts under Erlang's name. The natives ask the C library and may wait for other machines; here are the shapes and what of the
# arguments is refused before anybody is asked.

defmodule :inet do
  @moduledoc """
  This host's name, and the addresses of others.

      iex> :inet.getaddr(~c"127.0.0.1", :inet)
      {:ok, {127, 0, 0, 1}}
      iex> :inet.gethostbyname(~c"::1", :inet6)
      {:ok, {:hostent, ~c"::1", [], :inet6, 16, [{0, 0, 0, 0, 0, 0, 0, 1}]}}

  A name is a char list or an atom. Whoever asks waits for the answer; other processes go on.
  """

  @type family :: :inet | :inet6
  @type address :: {byte, byte, byte, byte} | {char, char, char, char, char, char, char, char}
  @type hostent :: {:hostent, charlist, [charlist], family, 4 | 16, [address]}

  @doc "The name of this host, without its domain."
  @spec gethostname() :: {:ok, charlist}
  def gethostname, do: {:ok, :joist_inet.host_name()}

  @doc "The first address of a host. An address is its own."
  @spec getaddr(charlist | atom | address, family) :: {:ok, address} | {:error, :nxdomain | :einval | :eafnosupport}
  def getaddr(host, family) do
    case getaddrs(host, family) do
      {:ok, [address | _]} -> {:ok, address}
      error -> error
    end
  end

  @doc "All addresses of a host."
  @spec getaddrs(charlist | atom | address, family) :: {:ok, [address]} | {:error, :nxdomain | :einval | :eafnosupport}
  def getaddrs(host, family) when is_tuple(host) do
    case family_of(host) do
      nil -> {:error, :einval}
      ^family -> {:ok, [host]}
      _ -> {:error, :eafnosupport}
    end
  end

  def getaddrs(host, family) when family in [:inet, :inet6] do
    with name when name != :error <- name_text(host), {:ok, {_, _, _, _, _, addresses}} <- ask(name, family) do
      {:ok, addresses}
    else
      :error -> {:error, :einval}
      error -> error
    end
  end

  def getaddrs(_, _), do: {:error, :einval}

  @doc "A host with all its names and version 4 addresses."
  @spec gethostbyname(charlist | atom) :: {:ok, hostent} | {:error, :nxdomain | :einval}
  def gethostbyname(name), do: gethostbyname(name, :inet)

  @doc "A host with all its names and its addresses of that family."
  @spec gethostbyname(charlist | atom, family) :: {:ok, hostent} | {:error, :nxdomain | :einval}
  def gethostbyname(name, family) when (is_list(name) or is_atom(name)) and family in [:inet, :inet6] do
    case name_text(name) do
      :error -> {:error, :nxdomain}
      text -> ask(text, family)
    end
  end

  def gethostbyname(_, _), do: {:error, :einval}

  defp ask(name, family) do
    case :joist_inet.look_up(name, family) do
      {canonical, aliases, addresses} -> {:ok, {:hostent, canonical, aliases, family, length_of(family), addresses}}
      :error -> {:error, :nxdomain}
    end
  end

  defp length_of(:inet), do: 4
  defp length_of(:inet6), do: 16

  # Visible ASCII alone: nothing else is in the name of a host.
  defp name_text(name) when is_atom(name), do: name_text(:erlang.atom_to_list(name))
  defp name_text([]), do: :error
  defp name_text(name) when is_list(name), do: if(visible?(name), do: :erlang.list_to_binary(name), else: :error)
  defp name_text(_), do: :error

  defp visible?([c | rest]) when is_integer(c) and c > 0x20 and c < 0x7F, do: visible?(rest)
  defp visible?(rest), do: rest == []

  defp family_of(address) do
    case :erlang.tuple_to_list(address) do
      parts when length(parts) == 4 -> if all_within?(parts, 0xFF), do: :inet
      parts when length(parts) == 8 -> if all_within?(parts, 0xFFFF), do: :inet6
      _ -> nil
    end
  end

  defp all_within?(parts, max), do: :lists.all(&(is_integer(&1) and &1 >= 0 and &1 <= max), parts)
end
