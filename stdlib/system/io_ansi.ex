# SPDX-License-Identifier: Apache-2.0
#
# Escape sequences of terminals. Each plain sequence is one row of the table below and becomes a function of that name; `format/2` reads the same
# table by name. Whether sequences are wanted is asked once per call: they are when standard output is a terminal.

defmodule IO.ANSI do
  @moduledoc """
  Colours and movements for terminals.

      iex> IO.ANSI.format([:red, "x"], true) |> IO.iodata_to_binary()
      "\\e[31mx\\e[0m"
  """

  @type ansicode :: atom
  @type ansilist :: maybe_improper_list(char | ansicode | binary | ansilist, binary | ansicode | [])
  @type ansidata :: ansilist | ansicode | binary

  @sequences [
    reset: 0,
    bright: 1,
    faint: 2,
    italic: 3,
    underline: 4,
    blink_slow: 5,
    blink_rapid: 6,
    inverse: 7,
    reverse: 7,
    conceal: 8,
    crossed_out: 9,
    primary_font: 10,
    font_1: 11,
    font_2: 12,
    font_3: 13,
    font_4: 14,
    font_5: 15,
    font_6: 16,
    font_7: 17,
    font_8: 18,
    font_9: 19,
    normal: 22,
    not_italic: 23,
    no_underline: 24,
    blink_off: 25,
    inverse_off: 27,
    reverse_off: 27,
    black: 30,
    red: 31,
    green: 32,
    yellow: 33,
    blue: 34,
    magenta: 35,
    cyan: 36,
    white: 37,
    default_color: 39,
    black_background: 40,
    red_background: 41,
    green_background: 42,
    yellow_background: 43,
    blue_background: 44,
    magenta_background: 45,
    cyan_background: 46,
    white_background: 47,
    default_background: 49,
    framed: 51,
    encircled: 52,
    overlined: 53,
    not_framed_encircled: 54,
    not_overlined: 55,
    light_black: 90,
    light_red: 91,
    light_green: 92,
    light_yellow: 93,
    light_blue: 94,
    light_magenta: 95,
    light_cyan: 96,
    light_white: 97,
    light_black_background: 100,
    light_red_background: 101,
    light_green_background: 102,
    light_yellow_background: 103,
    light_blue_background: 104,
    light_magenta_background: 105,
    light_cyan_background: 106,
    light_white_background: 107
  ]

  for {name, code} <- @sequences do
    sequence = "\e[" <> :erlang.integer_to_binary(code) <> "m"

    @doc "The sequence for `#{name}`."
    @spec unquote(name)() :: String.t()
    def unquote(name)(), do: unquote(sequence)

    defp sequence(unquote(name)), do: unquote(sequence)
  end

  defp sequence(:home), do: "\e[H"
  defp sequence(:clear), do: "\e[2J"
  defp sequence(:clear_line), do: "\e[2K"
  defp sequence(other), do: raise(ArgumentError, "invalid ANSI sequence specification: #{inspect(other)}")

  @doc "Moves the cursor to the upper left corner."
  @spec home() :: String.t()
  def home, do: "\e[H"

  @doc "Clears the screen."
  @spec clear() :: String.t()
  def clear, do: "\e[2J"

  @doc "Clears the line."
  @spec clear_line() :: String.t()
  def clear_line, do: "\e[2K"

  @doc """
  Whether sequences are wanted: standard output is a terminal.

      iex> is_boolean(IO.ANSI.enabled?())
      true
  """
  @spec enabled?() :: boolean
  def enabled?, do: :joist_io.is_terminal(:stdio)

  @doc """
  A foreground colour, 0 to 255.

      iex> IO.ANSI.color(100)
      "\\e[38;5;100m"
  """
  @spec color(0..255) :: String.t()
  def color(code) when code in 0..255, do: "\e[38;5;#{code}m"

  @doc """
  A foreground colour by red, green and blue, each 0 to 5.

      iex> IO.ANSI.color(1, 2, 3)
      "\\e[38;5;67m"
  """
  @spec color(0..5, 0..5, 0..5) :: String.t()
  def color(r, g, b) when r in 0..5 and g in 0..5 and b in 0..5, do: color(16 + 36 * r + 6 * g + b)

  @doc """
  A background colour, 0 to 255.

      iex> IO.ANSI.color_background(100)
      "\\e[48;5;100m"
  """
  @spec color_background(0..255) :: String.t()
  def color_background(code) when code in 0..255, do: "\e[48;5;#{code}m"

  @doc """
  A background colour by red, green and blue, each 0 to 5.

      iex> IO.ANSI.color_background(1, 2, 3)
      "\\e[48;5;67m"
  """
  @spec color_background(0..5, 0..5, 0..5) :: String.t()
  def color_background(r, g, b) when r in 0..5 and g in 0..5 and b in 0..5, do: color_background(16 + 36 * r + 6 * g + b)

  @doc """
  Moves the cursor to line and column.

      iex> IO.ANSI.cursor(2, 3)
      "\\e[2;3H"
  """
  @spec cursor(non_neg_integer, non_neg_integer) :: String.t()
  def cursor(line, column) when is_integer(line) and line >= 0 and is_integer(column) and column >= 0, do: "\e[#{line};#{column}H"

  @doc "Moves the cursor up."
  @spec cursor_up(pos_integer) :: String.t()
  def cursor_up(lines \\ 1) when is_integer(lines) and lines >= 1, do: "\e[#{lines}A"

  @doc "Moves the cursor down."
  @spec cursor_down(pos_integer) :: String.t()
  def cursor_down(lines \\ 1) when is_integer(lines) and lines >= 1, do: "\e[#{lines}B"

  @doc "Moves the cursor to the right."
  @spec cursor_right(pos_integer) :: String.t()
  def cursor_right(columns \\ 1) when is_integer(columns) and columns >= 1, do: "\e[#{columns}C"

  @doc "Moves the cursor to the left."
  @spec cursor_left(pos_integer) :: String.t()
  def cursor_left(columns \\ 1) when is_integer(columns) and columns >= 1, do: "\e[#{columns}D"

  @doc "The colours for inspected terms."
  @spec syntax_colors() :: keyword
  def syntax_colors do
    [
      atom: :cyan,
      binary: :default_color,
      boolean: :magenta,
      charlist: :yellow,
      list: :default_color,
      map: :default_color,
      nil: :magenta,
      number: :yellow,
      string: :green,
      tuple: :default_color,
      variable: :light_cyan,
      call: :default_color,
      operator: :default_color
    ]
  end

  @doc """
  Chardata with names of sequences in it, as chardata; ends with a reset if there was a sequence. Without `emit?` they are left out.

      iex> IO.ANSI.format(["a", :bright, "b"], false) |> IO.iodata_to_binary()
      "ab"
  """
  @spec format(ansidata, boolean) :: IO.chardata()
  def format(ansidata, emit? \\ enabled?()) when is_boolean(emit?) do
    {chardata, styled?} = walk(ansidata, [], [], false, emit?)
    if styled?, do: [chardata | "\e[0m"], else: chardata
  end

  @doc """
  Like `format/2`, without the reset at the end.

      iex> IO.ANSI.format_fragment([:bright, "b"], true) |> IO.iodata_to_binary()
      "\\e[1mb"
  """
  @spec format_fragment(ansidata, boolean) :: IO.chardata()
  def format_fragment(ansidata, emit? \\ enabled?()) when is_boolean(emit?) do
    {chardata, _} = walk(ansidata, [], [], false, emit?)
    chardata
  end

  # `later` holds the tails still to be walked, so that deep lists need no deep stack.
  defp walk([head | tail], later, acc, styled?, emit?), do: walk(head, [tail | later], acc, styled?, emit?)
  defp walk([], [next | later], acc, styled?, emit?), do: walk(next, later, acc, styled?, emit?)
  defp walk([], [], acc, styled?, _), do: {acc, styled?}

  defp walk(name, later, acc, _styled?, true) when is_atom(name), do: walk([], later, [acc | sequence(name)], true, true)

  defp walk(name, later, acc, styled?, false) when is_atom(name), do: walk([], later, acc, styled?, false)

  defp walk(char, later, acc, styled?, emit?) when is_integer(char), do: walk([], later, [acc, char], styled?, emit?)
  defp walk(text, later, acc, styled?, emit?), do: walk([], later, [acc, text], styled?, emit?)
end
