# SPDX-License-Identifier: Apache-2.0
#
# Logger: messages of programs, by level, on standard error, where reports of crashes go too. The level is `:logger`'s primary one; a
# process can be silenced and a module have a level of its own. Handlers, back ends and formats are not there.
#
# The macros look at the level before anything is computed: what a message is made of costs nothing when nobody wants it.

defmodule Logger do
  @moduledoc """
  Messages about what a program does, on standard error.

      require Logger
      Logger.info("started")
      Logger.debug(fn -> "dear to compute" end)

  A message is text, a function that gives text or `{text, metadata}`, or a keyword list or map, which is shown as such.
  """

  @levels [:emergency, :alert, :critical, :error, :warning, :notice, :info, :debug]
  @metadata :"$logger_metadata"
  @silenced :"$logger_silenced"

  @type level :: :emergency | :alert | :critical | :error | :warning | :warn | :notice | :info | :debug
  @type message :: iodata | String.Chars.t() | keyword | map
  @type metadata :: keyword

  for level <- @levels do
    @doc "Logs a message of level `:#{level}`, or what a function gives."
    defmacro unquote(level)(message, metadata \\ []), do: Logger.__call__(unquote(level), message, metadata)
  end

  @doc "The old name of `warning/2`."
  defmacro warn(message, metadata \\ []), do: Logger.__call__(:warning, message, metadata)

  @doc "Logs a message of a level."
  defmacro log(level, message, metadata \\ []), do: Logger.__call__(level, message, metadata)

  @doc false
  def __call__(level, message, metadata) do
    quote do
      case Logger.__wanted__(unquote(level), __MODULE__) do
        nil -> :ok
        level -> Logger.__log__(level, unquote(message), unquote(metadata))
      end
    end
  end

  @doc "Logs a message of a level; a function, so that it needs no `require`."
  @spec bare_log(level, message | (-> message | {message, metadata}), metadata) :: :ok
  def bare_log(level, message, metadata \\ []) do
    case __wanted__(level, nil) do
      nil -> :ok
      level -> __log__(level, message, metadata)
    end
  end

  @doc false
  # The level, when such messages of this module are wanted, or nil.
  def __wanted__(:warn, module), do: __wanted__(:warning, module)

  def __wanted__(level, module) when level in @levels do
    least = :persistent_term.get({Logger, module}, nil) || level()
    if :logger.compare_levels(level, least) != :lt and enabled?(self()), do: level
  end

  def __wanted__(level, _), do: raise(ArgumentError, "unknown log level #{inspect(level)}")

  @doc false
  def __log__(level, message, metadata) when is_list(metadata) do
    text = message |> given() |> text()
    :joist_io.write(:stderr, :erlang.iolist_to_binary(["\n[", Atom.to_string(level), "] ", text, ?\n]))
    :ok
  end

  defp given(fun) when is_function(fun, 0) do
    case fun.() do
      {message, metadata} when is_list(metadata) -> message
      message -> message
    end
  end

  defp given(message), do: message

  defp text([{key, _} | _] = report) when is_atom(key), do: inspect(report)
  defp text(report) when is_map(report) and not is_struct(report), do: report |> Map.to_list() |> inspect()
  defp text(chars) when is_list(chars), do: List.to_string(chars)
  defp text(other), do: to_string(other)

  @doc """
  The level from which messages are wanted.

      iex> Logger.level() in Logger.levels()
      true
  """
  @spec level() :: level | :all | :none
  def level, do: :logger.get_primary_config().level

  @doc "All levels, the gravest first."
  @spec levels() :: [level]
  def levels, do: @levels

  @doc """
  Sets `:level`: the least grave messages that are wanted, or `:none` or `:all`. Other options have no effect.

      iex> Logger.configure(level: Logger.level())
      :ok
  """
  @spec configure(keyword) :: :ok
  def configure(options) do
    case Keyword.fetch(options, :level) do
      {:ok, :warn} -> :logger.set_primary_config(:level, :warning)
      {:ok, level} -> :logger.set_primary_config(:level, level)
      :error -> :ok
    end
  end

  @doc """
  Compares two levels: `:gt` when the first is the graver one.

      iex> Logger.compare_levels(:error, :info)
      :gt
  """
  @spec compare_levels(level, level) :: :gt | :eq | :lt
  def compare_levels(left, right), do: :logger.compare_levels(known(left), known(right))

  defp known(:warn), do: :warning
  defp known(level), do: level

  @doc "A level for some modules, whatever the others have."
  @spec put_module_level(module | [module], level | :all | :none) :: :ok
  def put_module_level(modules, level), do: modules |> List.wrap() |> Enum.each(&:persistent_term.put({Logger, &1}, known(level)))

  @doc "The levels that modules have of their own."
  @spec get_module_level(module | [module]) :: [{module, level | :all | :none}]
  def get_module_level(modules) do
    for module <- List.wrap(modules), level = :persistent_term.get({Logger, module}, nil), do: {module, level}
  end

  @doc "Takes the levels of modules away."
  @spec delete_module_level(module | [module]) :: :ok
  def delete_module_level(modules), do: modules |> List.wrap() |> Enum.each(&:persistent_term.erase({Logger, &1}))

  @doc "Whether this process logs."
  @spec enabled?(pid) :: boolean
  def enabled?(pid) when pid == self(), do: Process.get(@silenced, false) == false

  @doc "This process logs nothing from now on."
  @spec disable(pid) :: :ok
  def disable(pid) when pid == self() do
    Process.put(@silenced, true)
    :ok
  end

  @doc "This process logs again."
  @spec enable(pid) :: :ok
  def enable(pid) when pid == self() do
    Process.delete(@silenced)
    :ok
  end

  @doc "What this process wants to be known with its messages. It is kept, and not shown."
  @spec metadata() :: metadata
  def metadata, do: Process.get(@metadata, [])

  @doc "Adds to this process's metadata; `nil` removes a key."
  @spec metadata(metadata) :: :ok
  def metadata(new) do
    merged = for {key, value} <- Keyword.merge(metadata(), new), value != nil, do: {key, value}
    Process.put(@metadata, merged)
    :ok
  end

  @doc "This process's metadata is that from now on."
  @spec reset_metadata(metadata) :: :ok
  def reset_metadata(new \\ []) do
    Process.delete(@metadata)
    metadata(new)
  end

  @doc "All that was logged is on its way: nothing is kept back."
  @spec flush() :: :ok
  def flush, do: :ok
end
