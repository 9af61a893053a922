# SPDX-License-Identifier: Apache-2.0

defmodule :logger do
  @moduledoc """
  The primary level of reports, under Erlang's name. Handlers, filters and formatters are not there yet: reports go to
  standard error.
  """

  @levels [:none, :emergency, :alert, :critical, :error, :warning, :notice, :info, :debug, :all]
  @key {:logger, :level}

  @doc """
  Sets one item of the primary configuration; `:level` is the one there is.

      iex> :logger.set_primary_config(:level, :error)
      :ok
  """
  @spec set_primary_config(:level, atom) :: :ok | {:error, term}
  def set_primary_config(:level, level) do
    case index(level) do
      nil -> {:error, {:invalid_level, level}}
      _ -> :persistent_term.put(@key, level)
    end
  end

  def set_primary_config(key, _value), do: {:error, {:unsupported, key}}

  @doc "The same with a map."
  @spec set_primary_config(map) :: :ok | {:error, term}
  def set_primary_config(%{level: level}), do: set_primary_config(:level, level)
  def set_primary_config(config), do: {:error, {:unsupported, config}}

  @doc """
  The primary configuration.

      iex> :logger.get_primary_config().filters
      []
  """
  @spec get_primary_config() :: map
  def get_primary_config, do: %{level: level(), filter_default: :log, filters: [], metadata: %{}}

  @doc """
  Compares two levels: `:gt` when the first is the graver one.

      iex> :logger.compare_levels(:error, :info)
      :gt
  """
  @spec compare_levels(atom, atom) :: :gt | :eq | :lt
  def compare_levels(a, b) do
    case {index(a), index(b)} do
      {same, same} -> :eq
      {x, y} when x < y -> :gt
      _ -> :lt
    end
  end

  @doc "Whether reports of a level are wanted."
  @spec allow(atom, module) :: boolean
  def allow(level, _module), do: index(level) <= index(level())

  defp level, do: :persistent_term.get(@key, :debug)

  defp index(level), do: index(@levels, level, 0)
  defp index([level | _], level, n), do: n
  defp index([_ | rest], level, n), do: index(rest, level, n + 1)
  defp index([], _level, _n), do: nil
end
