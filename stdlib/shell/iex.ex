# SPDX-License-Identifier: Apache-2.0
#
# IEx: how the shell looks, as data. The configuration is one term for the whole VM, changed by `configure/1` (a `.joist.exs`
# does) and read whenever something is printed.

defmodule IEx do
  @moduledoc """
  The shell, under the name that its configuration has in Elixir.

  Start it with `joist`. An expression is evaluated when it is complete; `h()` tells about the helpers. What `.joist.exs` in the
  current directory or else in the home directory says is run first: imports, aliases, variables and `IEx.configure/1`.

      IEx.configure(inspect: [limit: 20], colors: [eval_result: [:green]])
  """

  @defaults [
    colors: [],
    history_size: 100,
    inspect: [pretty: true],
    width: 80,
    default_prompt: "%prefix(%counter)>",
    continuation_prompt: "%prefix(%counter)>"
  ]
  # What iex knows besides; accepted, so that a configuration made for it can be used here.
  @without_effect [:alive_prompt, :alive_continuation_prompt, :auto_reload, :dot_iex, :parser]
  @options Keyword.keys(@defaults) ++ @without_effect

  @colors [
    eval_result: [:yellow],
    eval_info: [:normal],
    eval_error: [:red],
    eval_interrupt: [:yellow],
    stack_info: [:red],
    blame_diff: [:red],
    ls_directory: [:blue],
    ls_device: [:green]
  ]

  @doc """
  Changes the shell's configuration.

    * `:colors` - `enabled: boolean`, and what results, errors and so on look like: `eval_result`, `eval_error`, `eval_info`,
      `eval_interrupt`, `stack_info`, `ls_directory`, `doc_title`, … with lists of names of `IO.ANSI` as values;
      `syntax_colors: [number: :cyan, atom: :blue, …]` for values, `false` for none
    * `:inspect` - options of `inspect/2` for results
    * `:width` - columns used for output at most, 80 by default; never more than the terminal has
    * `:history_size` - how many results `v/1` can give, 100 by default; a negative number keeps all
    * `:default_prompt`, `:continuation_prompt` - with `%prefix` and `%counter` in them

  The other options of iex are accepted and have no effect.

      iex> IEx.configure(width: 80)
      :ok
  """
  @spec configure(keyword) :: :ok
  def configure(options) when is_list(options) do
    for {key, value} <- options do
      if key not in @options, do: raise(ArgumentError, "unknown option #{inspect(key)} for IEx.configure/1, known are: #{inspect(@options)}")
      check(key, value)
    end

    merged =
      Enum.reduce(options, configuration(), fn
        {key, value}, all when key in [:colors, :inspect] -> Keyword.update(all, key, value, &Keyword.merge(&1, value))
        {key, value}, all -> Keyword.put(all, key, value)
      end)

    :persistent_term.put({IEx, :configuration}, merged)
  end

  defp check(key, value) when key in [:colors, :inspect] do
    if not Keyword.keyword?(value), do: raise(ArgumentError, "expected #{inspect(key)} to be a keyword list, got: #{inspect(value)}")
  end

  defp check(:width, value) when not (is_integer(value) and value > 0),
    do: raise(ArgumentError, "expected :width to be a positive integer, got: #{inspect(value)}")

  defp check(key, value) when key in [:default_prompt, :continuation_prompt] and not is_binary(value),
    do: raise(ArgumentError, "expected #{inspect(key)} to be a string, got: #{inspect(value)}")

  defp check(:history_size, value) when not is_integer(value),
    do: raise(ArgumentError, "expected :history_size to be an integer, got: #{inspect(value)}")

  defp check(_, _), do: :ok

  @doc "The shell's configuration."
  @spec configuration() :: keyword
  def configuration, do: :persistent_term.get({IEx, :configuration}, @defaults)

  @doc """
  How many columns are used for output: what is configured, or what the terminal has if that is less.

      iex> IEx.width() > 0
      true
  """
  @spec width() :: pos_integer
  def width do
    wanted = configuration()[:width]

    case :io.columns() do
      {:ok, columns} when columns > 0 -> min(wanted, columns)
      _ -> wanted
    end
  end

  @doc "The options of `inspect/2` with which results are shown."
  @spec inspect_opts() :: keyword
  def inspect_opts do
    options = Keyword.put_new(configuration()[:inspect], :width, width())
    colors = configuration()[:colors]

    if colors_enabled?() and Keyword.get(colors, :syntax_colors) != false,
      do: Keyword.put_new(options, :syntax_colors, Keyword.get(colors, :syntax_colors) || IO.ANSI.syntax_colors()),
      else: options
  end

  @doc "Are colours used? They are on a terminal, unless `colors: [enabled: …]` or the variable `NO_COLOR` in the environment says otherwise."
  @spec colors_enabled?() :: boolean
  def colors_enabled? do
    Keyword.get_lazy(configuration()[:colors], :enabled, fn -> System.get_env("NO_COLOR") in [nil, ""] and IO.ANSI.enabled?() end)
  end

  @doc """
  The text in the colour of that name, or as it is when there are no colours.

      iex> IEx.color(:no_such_color, "text")
      "text"
  """
  @spec color(atom, IO.chardata()) :: String.t()
  def color(name, text) do
    sequence = Keyword.get(configuration()[:colors], name) || Keyword.get(@colors, name)

    if sequence && colors_enabled?(),
      do: IO.iodata_to_binary(IO.ANSI.format([sequence, text], true)),
      else: IO.chardata_to_string(text)
  end

  @doc false
  def docs_options do
    colors = configuration()[:colors]
    IO.ANSI.Docs.default_options() |> Keyword.merge(colors) |> Keyword.merge(width: width(), enabled: colors_enabled?())
  end

  @doc "Does this process evaluate what is typed in the shell?"
  @spec started?() :: boolean
  def started?, do: Process.get(:joist_shell_state) != nil

  @doc "What an expression answers when the shell shall not print its value."
  @spec dont_display_result() :: :"do not show this result in output"
  def dont_display_result, do: :"do not show this result in output"

  @doc "Functions called in every new shell process; there are none, as `.joist.exs` serves that."
  @spec after_spawn() :: [fun]
  def after_spawn, do: []

  @doc "Stops here and opens a shell; not there yet, so this raises."
  defmacro pry do
    quote do: raise("IEx.pry is not there yet: a running function cannot be stopped for a shell; print with dbg/1 or IO.inspect/2")
  end

  @doc "Sets a breakpoint; not there yet, so this raises."
  @spec break!(term, term) :: no_return
  def break!(_mfa, _stops \\ 1), do: no_breakpoints()

  @doc "Sets a breakpoint; not there yet, so this raises."
  @spec break!(module, atom, arity, non_neg_integer) :: no_return
  def break!(_module, _function, _arity, _stops), do: no_breakpoints()

  @doc false
  def no_breakpoints, do: raise("breakpoints are not there yet: a running function cannot be stopped for a shell; print with dbg/1 or IO.inspect/2")
end
