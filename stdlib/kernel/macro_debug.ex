# SPDX-License-Identifier: Apache-2.0
#
# Macro.Debug: what `dbg/2` expands to and prints. Of a pipeline each step is shown, of `case`, `if`, `and`, … the
# expression and its value.
defmodule Macro.Debug do
  @moduledoc false

  @doc false
  def expand({:|>, _, _} = pipe, options, header) do
    [{first, 0} | rest] = Macro.unpipe(pipe)
    value = Macro.unique_var(:value, __MODULE__)
    values = Macro.unique_var(:values, __MODULE__)

    start =
      quote do
        unquote(value) = unquote(first)
        unquote(values) = [{unquote(Macro.to_string(first)), unquote(value)}]
      end

    steps =
      for {call, position} <- rest do
        quote do
          unquote(value) = unquote(Macro.pipe(value, call, position))
          unquote(values) = [{unquote(Macro.to_string(call)), unquote(value)} | unquote(values)]
        end
      end

    quote do
      unquote(start)
      unquote_splicing(steps)

      Macro.__dbg__(
        unquote(Macro.escape(header)),
        {:pipe, :lists.reverse(unquote(values)), unquote(value)},
        unquote(options)
      )
    end
  end

  def expand(code, options, header) do
    value = Macro.unique_var(:value, __MODULE__)

    quote do
      unquote(value) = unquote(code)

      Macro.__dbg__(
        unquote(Macro.escape(header)),
        {:value, unquote(Macro.to_string(code)), unquote(value)},
        unquote(options)
      )
    end
  end

  @doc false
  def print(header, values, options) do
    {print?, options} =
      case :lists.keytake(:print_location, 1, options) do
        {:value, {_, flag}, options} -> {flag, options}
        false -> {true, options}
      end

    options = [{:pretty, true} | :lists.keydelete(:pretty, 1, options)]
    location = if print?, do: [header(header), "\n"], else: []

    {text, value} =
      case values do
        {:value, code, value} -> {[code, " #=> ", inspect(value, options), "\n"], value}
        {:pipe, steps, value} -> {pipe(steps, options), value}
      end

    IO.write([location, text, "\n"])
    value
  end

  defp pipe([{code, value} | rest], options) do
    [[code, " #=> ", inspect(value, options), "\n"] |
       for({code, value} <- rest, do: ["|> ", code, " #=> ", inspect(value, options), "\n"])]
  end

  defp header({file, line, module, function}) do
    place =
      case {module, function} do
        {nil, _} -> "(file)"
        {module, nil} -> inspect(module)
        {module, {name, arity}} -> Exception.format_mfa(module, name, arity)
      end

    "[" <> Path.relative_to_cwd(file) <> ":" <> :erlang.integer_to_binary(line) <> ": " <> place <> "]"
  end
end
