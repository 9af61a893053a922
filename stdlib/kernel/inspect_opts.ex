# SPDX-License-Identifier: Apache-2.0
#
# Inspect.Opts: the options of `inspect/2` as a struct, as implementations of `Inspect` get them.
defmodule Inspect.Opts do
  @moduledoc "The options for `Inspect`: base, limit, width, charlists and so on."

  defstruct base: :decimal,
            binaries: :infer,
            charlists: :infer,
            custom_options: [],
            inspect_fun: &Inspect.inspect/2,
            limit: 50,
            pretty: false,
            printable_limit: 4096,
            safe: true,
            structs: true,
            syntax_colors: [],
            width: 80

  @type t :: %Inspect.Opts{}

  @doc "Options from a keyword list.\n\n    iex> Inspect.Opts.new(limit: 3).limit\n    3"
  @spec new(keyword) :: t
  def new(opts) when is_list(opts) do
    opts =
      :lists.foldl(
        fn
          {:char_lists, :as_char_lists}, acc -> %{acc | charlists: :as_charlists}
          {:char_lists, value}, acc -> %{acc | charlists: value}
          {:__struct__, _}, acc -> acc
          {key, value}, acc when is_map_key(acc, key) -> %{acc | key => value}
          _, acc -> acc
        end,
        %Inspect.Opts{inspect_fun: default_inspect_fun()},
        opts
      )

    opts
  end

  @doc "The function that inspects when the options name none."
  @spec default_inspect_fun() :: (term, t -> Inspect.Algebra.t())
  def default_inspect_fun(), do: :persistent_term.get({Inspect.Opts, :inspect_fun}, &Inspect.inspect/2)

  @doc "Sets the default inspect function for the whole VM."
  @spec default_inspect_fun((term, t -> Inspect.Algebra.t())) :: :ok
  def default_inspect_fun(fun) when is_function(fun, 2), do: :persistent_term.put({Inspect.Opts, :inspect_fun}, fun)
end
