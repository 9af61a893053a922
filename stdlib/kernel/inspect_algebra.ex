# SPDX-License-Identifier: Apache-2.0
#
# Inspect.Algebra: documents, and the printer that lays them out in a width (after Lindig's "Strictly Pretty", with
# flexible breaks and forced fits added).
# Model: a document is a binary, `[]` (empty) or a tagged tuple. The printer walks a list of `{indent, mode, doc}`; a
# group is printed flat when it fits, else its strict breaks become line breaks. Flex breaks decide one by one.
# Modes: `:flat`, `:break`; within `next_break_fits` also `:flat_no_break` and `:break_no_flat`, which only matter to
# the question whether something fits.
# Invariant: the printer is tail recursive over its entries, so wide documents need no stack.
defmodule Inspect.Algebra do
  @moduledoc "Documents for pretty printing: build with `concat`, `nest`, `group`, …, print with `format/2`."

  @type t :: binary | [] | tuple | :doc_line

  @doc "Is the term a document? For guards."
  defguard is_doc(doc)
           when is_binary(doc) or doc == [] or doc == :doc_line or
                  (is_tuple(doc) and
                     :erlang.element(1, doc) in [
                       :doc_string,
                       :doc_cons,
                       :doc_nest,
                       :doc_break,
                       :doc_group,
                       :doc_fits,
                       :doc_force,
                       :doc_collapse,
                       :doc_color,
                       :doc_limit
                     ])

  ## Terms to documents

  @doc "The document of a term by the `Inspect` protocol.\n\n    iex> Inspect.Algebra.to_doc(1, %Inspect.Opts{})\n    \"1\""
  @spec to_doc(any, Inspect.Opts.t()) :: t
  def to_doc(term, opts)

  def to_doc(%{__struct__: struct} = term, %{__struct__: Inspect.Opts, inspect_fun: fun} = opts) when is_atom(struct) do
    case opts do
      %{structs: true} ->
        try do
          fun.(term, opts)
        rescue
          caught -> inspect_failed(term, opts, caught, __STACKTRACE__)
        end

      _ ->
        Inspect.Map.inspect(term, opts)
    end
  end

  def to_doc(term, %{__struct__: Inspect.Opts, inspect_fun: fun} = opts), do: fun.(term, opts)

  # The failing struct is shown as a map. The error's own text may fail in the same way, hence the flag.
  defp inspect_failed(term, opts, caught, stacktrace) do
    if :erlang.get(:joist_inspect_trap) == true do
      Inspect.Map.inspect(term, opts)
    else
      try do
        :erlang.put(:joist_inspect_trap, true)

        shown =
          term
          |> Inspect.Map.inspect(%{opts | syntax_colors: [], inspect_fun: Inspect.Opts.default_inspect_fun()})
          |> format(:erlang.map_get(:width, opts))
          |> :erlang.iolist_to_binary()

        error = Inspect.Error.exception(exception: caught, stacktrace: stacktrace, inspected_struct: shown)

        if :erlang.map_get(:safe, opts) do
          Inspect.inspect(error, %{opts | inspect_fun: Inspect.Opts.default_inspect_fun()})
        else
          :erlang.raise(:error, error, stacktrace)
        end
      after
        :erlang.erase(:joist_inspect_trap)
      end
    end
  end

  @doc "A collection between delimiters, with separators and line breaks.\n\n    iex> doc = Inspect.Algebra.container_doc(\"[\", [1, 2], \"]\", %Inspect.Opts{}, fn i, _ -> to_string(i) end)\n    iex> IO.iodata_to_binary(Inspect.Algebra.format(doc, 80))\n    \"[1, 2]\""
  @spec container_doc(t, [any], t, Inspect.Opts.t(), (term, Inspect.Opts.t() -> t), keyword) :: t
  def container_doc(left, collection, right, inspect_opts, fun, opts \\ [])
  def container_doc(left, [], right, _, _, _), do: concat(left, right)

  def container_doc(left, collection, right, inspect_opts, fun, opts) when is_list(collection) and is_list(opts) do
    break = option(opts, :break, :maybe)
    separator = option(opts, :separator, ",")
    limit = :erlang.map_get(:limit, inspect_opts)
    {docs, simple?} = container_each(collection, limit, inspect_opts, fun, [], break == :maybe)
    flex? = simple? or break == :flex
    docs = join_all(docs, flex?, separator)

    if flex?,
      do: group(concat(concat(left, nest(docs, 1)), right)),
      else: group(glue(nest(glue(left, "", docs), 2), "", right))
  end

  defp option(opts, key, default) do
    case :lists.keyfind(key, 1, opts) do
      {_, value} -> value
      false -> default
    end
  end

  defp container_each([], _, _, _, acc, simple?), do: {acc, simple?}
  defp container_each(_, 0, _, _, acc, simple?), do: {["..." | acc], simple?}

  defp container_each([term | terms], limit, opts, fun, acc, simple?) when is_list(terms) do
    less = decrement(limit)

    case fun.(term, %{opts | limit: less}) do
      # What shows nothing does not count.
      [] -> container_each(terms, limit, opts, fun, acc, simple?)
      doc -> container_each(terms, less, opts, fun, [doc | acc], simple? and simple?(doc))
    end
  end

  defp container_each([left | right], limit, opts, fun, acc, simple?) do
    limit = decrement(limit)
    left = fun.(left, %{opts | limit: limit})
    right = fun.(right, %{opts | limit: limit})
    simple? = simple? and simple?(left) and simple?(right)
    doc = join(left, right, simple?, " |")
    {[doc | acc], simple?}
  end

  defp decrement(:infinity), do: :infinity
  defp decrement(limit), do: limit - 1

  defp simple?({:doc_cons, left, right}), do: simple?(left) and simple?(right)
  defp simple?({:doc_color, doc, _}), do: simple?(doc)
  defp simple?({:doc_string, _, _}), do: true
  defp simple?([]), do: true
  defp simple?(other), do: is_binary(other)

  # The docs come reversed.
  defp join_all([], _, _), do: []
  defp join_all([last | rest], flex?, separator), do: join_all(rest, last, flex?, separator)
  defp join_all([doc | rest], acc, flex?, separator), do: join_all(rest, join(doc, acc, flex?, separator), flex?, separator)
  defp join_all([], acc, _, _), do: acc

  defp join([], [], _, _), do: []
  defp join(left, [], _, _), do: left
  defp join([], right, _, _), do: right
  defp join(left, right, true, separator), do: flex_glue(concat(left, separator), right)
  defp join(left, right, false, separator), do: glue(concat(left, separator), right)

  ## Building

  @doc "The document of nothing."
  @spec empty() :: t
  def empty(), do: []

  @doc "A string whose width counts characters, not bytes."
  @spec string(String.t()) :: t
  def string(string) when is_binary(string), do: {:doc_string, string, String.length(string)}

  @doc "Two documents one behind the other.\n\n    iex> Inspect.Algebra.format(Inspect.Algebra.concat(\"a\", \"b\"), 80)\n    [\"a\", \"b\"]"
  @spec concat(t, t) :: t
  def concat(left, right) when is_doc(left) and is_doc(right), do: {:doc_cons, left, right}

  @doc "A list of documents one behind the other."
  @spec concat([t]) :: t
  def concat(docs) when is_list(docs), do: fold(docs, &concat/2)

  @doc "Documents joined from the right by a function."
  @spec fold_doc([t], (t, t -> t)) :: t
  def fold_doc(docs, fun) when is_list(docs) and is_function(fun, 2), do: fold(docs, fun)

  @doc "The same as `fold_doc/2`."
  @spec fold([t], (t, t -> t)) :: t
  def fold(docs, fun)
  def fold([], _), do: []
  def fold([doc], _), do: doc
  def fold([doc | docs], fun), do: fun.(doc, fold(docs, fun))

  @doc "Indents the lines within a document: a number, `:cursor` or `:reset`; `:break` only in broken groups."
  @spec nest(t, non_neg_integer | :cursor | :reset, :always | :break) :: t
  def nest(doc, level, mode \\ :always)
  def nest(doc, :cursor, mode) when is_doc(doc) and mode in [:always, :break], do: {:doc_nest, doc, :cursor, mode}
  def nest(doc, :reset, mode) when is_doc(doc) and mode in [:always, :break], do: {:doc_nest, doc, :reset, mode}
  def nest(doc, 0, _) when is_doc(doc), do: doc

  def nest(doc, level, mode) when is_doc(doc) and is_integer(level) and level > 0 and mode in [:always, :break],
    do: {:doc_nest, doc, level, mode}

  @doc "A break: the string when it fits, else a new line."
  @spec break(binary) :: t
  def break(string \\ " ") when is_binary(string), do: {:doc_break, string, :strict}

  @doc "A break that is decided for itself, not by its group."
  @spec flex_break(binary) :: t
  def flex_break(string \\ " ") when is_binary(string), do: {:doc_break, string, :flex}

  @doc "Two documents with a break between."
  @spec glue(t, binary, t) :: t
  def glue(left, string \\ " ", right) when is_binary(string), do: concat(left, concat(break(string), right))

  @doc "Two documents with a flex break between."
  @spec flex_glue(t, binary, t) :: t
  def flex_glue(left, string \\ " ", right) when is_binary(string), do: concat(left, concat(flex_break(string), right))

  @doc "A document that breaks all its strict breaks or none; `:inherit` follows the group around."
  @spec group(t, :self | :inherit) :: t
  def group(doc, mode \\ :self) when is_doc(doc) and mode in [:self, :inherit], do: {:doc_group, doc, mode}

  @doc "Considers the next break within as a fit (or not)."
  @spec next_break_fits(t, :enabled | :disabled) :: t
  def next_break_fits(doc, mode \\ :enabled) when is_doc(doc) and mode in [:enabled, :disabled], do: {:doc_fits, doc, mode}

  @doc "The groups around must break."
  @spec force_unfit(t) :: t
  def force_unfit(doc) when is_doc(doc), do: {:doc_force, doc}

  @doc "At most that many empty lines follow each other here."
  @spec collapse_lines(pos_integer) :: t
  def collapse_lines(max) when is_integer(max) and max > 0, do: {:doc_collapse, max}

  @doc "The document as if the line had no end.\n\n    iex> doc = Inspect.Algebra.group(Inspect.Algebra.glue(\"hello\", \"you\"))\n    iex> IO.iodata_to_binary(Inspect.Algebra.format(Inspect.Algebra.no_limit(doc), 5))\n    \"hello you\""
  @spec no_limit(t) :: t
  def no_limit(doc) when is_doc(doc), do: {:doc_limit, doc, :infinity}

  @doc "Two documents with a space between."
  @spec space(t, t) :: t
  def space(left, right), do: concat(left, concat(" ", right))

  @doc "A line break that is always one."
  @spec line() :: t
  def line(), do: :doc_line

  @doc "Two documents with a line break between."
  @spec line(t, t) :: t
  def line(left, right), do: concat(left, concat(:doc_line, right))

  @doc false
  def surround(left, doc, right) when is_doc(left) and is_doc(doc) and is_doc(right),
    do: if(doc == [], do: concat(left, right), else: group(glue(nest(glue(left, "", doc), 2), "", right)))

  @doc false
  def surround_many(left, docs, right, opts, fun, separator \\ ","),
    do: container_doc(left, docs, right, opts, fun, separator: separator)

  @doc "The document in the colour that the options give to the key."
  @spec color_doc(t, atom, Inspect.Opts.t()) :: t
  def color_doc(doc, key, %{__struct__: Inspect.Opts, syntax_colors: colors}) do
    case colors do
      [] -> doc
      _ -> colored(doc, option(colors, key, nil), colors)
    end
  end

  @doc "The same as `color_doc/3`."
  @spec color(t, atom, Inspect.Opts.t()) :: t
  def color(doc, key, opts), do: color_doc(doc, key, opts)

  defp colored(doc, nil, _), do: doc

  defp colored(doc, color, colors),
    do: concat({:doc_color, doc, color}, {:doc_color, [], option(colors, :reset, :reset)})

  ## Printing

  @doc "Lays a document out in a width: iodata.\n\n    iex> doc = Inspect.Algebra.glue(\"a\", \"b\")\n    iex> Inspect.Algebra.format(Inspect.Algebra.group(doc), 80)\n    [\"a\", \" \", \"b\"]"
  @spec format(t, non_neg_integer | :infinity) :: iodata
  def format(doc, width) when is_doc(doc) and (width == :infinity or width >= 0),
    do: :lists.reverse(print([{0, :flat, doc}], width, 0, []))

  defp print([], _, _, acc), do: acc
  defp print({:width, width, rest}, _, column, acc), do: print(rest, width, column, acc)
  defp print([{_, _, doc} | rest], width, column, acc) when is_binary(doc), do: print(rest, width, column + byte_size(doc), [doc | acc])
  defp print([{_, _, []} | rest], width, column, acc), do: print(rest, width, column, acc)

  defp print([{indent, mode, doc} | rest], width, column, acc) do
    case doc do
      {:doc_cons, left, right} ->
        print([{indent, mode, left}, {indent, mode, right} | rest], width, column, acc)

      {:doc_string, string, length} ->
        print(rest, width, column + length, [string | acc])

      {:doc_break, string, :strict} ->
        if mode == :break,
          do: print(rest, width, indent, [new_line(indent) | acc]),
          else: print(rest, width, column + byte_size(string), [string | acc])

      {:doc_break, string, :flex} ->
        after_break = column + byte_size(string)

        if width == :infinity or mode == :flat or fits?(rest, width, after_break, true),
          do: print(rest, width, after_break, [string | acc]),
          else: print(rest, width, indent, [new_line(indent) | acc])

      {:doc_nest, inner, level, :always} ->
        print([{nested(indent, column, level), mode, inner} | rest], width, column, acc)

      {:doc_nest, inner, level, :break} ->
        indent = if mode == :break, do: nested(indent, column, level), else: indent
        print([{indent, mode, inner} | rest], width, column, acc)

      {:doc_group, inner, :inherit} when mode == :break ->
        print([{indent, :break, inner} | rest], width, column, acc)

      {:doc_group, inner, _} ->
        if width == :infinity or fits?([{indent, :flat, inner}], width, column, false),
          do: print([{indent, :flat, inner} | rest], width, column, acc),
          else: print([{indent, :break, inner} | rest], width, column, acc)

      :doc_line ->
        print(rest, width, indent, [new_line(indent) | acc])

      {:doc_fits, inner, _} ->
        print([{indent, mode, inner} | rest], width, column, acc)

      {:doc_force, inner} ->
        print([{indent, mode, inner} | rest], width, column, acc)

      {:doc_limit, inner, limit} ->
        print([{indent, mode, inner} | {:width, width, rest}], limit, column, acc)

      {:doc_color, inner, color} ->
        print([{indent, mode, inner} | rest], width, column, [ansi(color) | acc])

      {:doc_collapse, max} ->
        tail = :lists.reverse(print(rest, width, column, []))
        :lists.reverse(collapse(tail, max, 0, indent), acc)
    end
  end

  defp ansi(color), do: :erlang.iolist_to_binary(IO.ANSI.format_fragment(color, true))

  defp new_line(0), do: "\n"
  defp new_line(n), do: <<"\n", :binary.copy(" ", n)::binary>>

  defp nested(_, column, :cursor), do: column
  defp nested(_, _, :reset), do: 0
  defp nested(indent, _, level), do: indent + level

  # The lines at the front of what follows, at most `max` of them.
  defp collapse(["\n" <> _ | rest], max, count, indent), do: collapse(rest, max, count + 1, indent)
  defp collapse(["" | rest], max, count, indent), do: collapse(rest, max, count, indent)

  defp collapse(rest, max, count, indent) do
    lines = :binary.copy("\n", if(max < count, do: max, else: count))
    [lines, :binary.copy(" ", indent) | rest]
  end

  # Does everything up to the next possible line break fit? `seen` says whether a break was passed in this line: a text
  # without any break has no choice, so it counts as fitting. `{:tail, seen, rest}` ends a group, `{:width, width, rest}` a document
  # with a width of its own.
  defp fits?(_, width, column, true) when column > width, do: false
  defp fits?([], _, _, _), do: true
  defp fits?({:tail, seen, rest}, width, column, _), do: fits?(rest, width, column, seen)
  defp fits?({:width, width, rest}, _, column, seen), do: fits?(rest, width, column, seen)

  defp fits?([{indent, mode, doc} | rest], width, column, seen) do
    case doc do
      text when is_binary(text) ->
        fits?(rest, width, column + byte_size(text), seen)

      [] ->
        fits?(rest, width, column, seen)

      {:doc_cons, left, right} ->
        fits?([{indent, mode, left}, {indent, mode, right} | rest], width, column, seen)

      {:doc_string, _, length} ->
        fits?(rest, width, column + length, seen)

      {:doc_fits, inner, :disabled} ->
        fits?([{indent, :flat_no_break, inner} | rest], width, column, seen)

      {:doc_fits, inner, _} when mode == :flat_no_break ->
        fits?([{indent, :flat_no_break, inner} | rest], width, column, seen)

      {:doc_fits, inner, :enabled} ->
        fits?([{indent, :break_no_flat, inner} | rest], width, column, seen)

      {:doc_force, inner} when mode == :break_no_flat ->
        fits?([{indent, :break_no_flat, inner} | rest], width, column, seen)

      {:doc_force, _} ->
        false

      {:doc_break, _, _} when mode == :break_no_flat or mode == :break ->
        true

      {:doc_break, string, _} ->
        fits?(rest, width, column + byte_size(string), true)

      :doc_line when mode == :break_no_flat or mode == :break ->
        true

      :doc_line ->
        fits?(rest, width, indent, false)

      {:doc_group, inner, _} when mode == :break ->
        fits?([{indent, :flat, inner} | {:tail, seen, rest}], width, column, seen)

      {:doc_group, inner, _} ->
        fits?([{indent, mode, inner} | {:tail, seen, rest}], width, column, seen)

      {:doc_nest, inner, _, :break} ->
        fits?([{indent, mode, inner} | rest], width, column, seen)

      {:doc_nest, inner, level, :always} ->
        fits?([{nested(indent, column, level), mode, inner} | rest], width, column, seen)

      {:doc_color, inner, _} ->
        fits?([{indent, mode, inner} | rest], width, column, seen)

      {:doc_limit, inner, limit} ->
        fits?([{indent, mode, inner} | {:width, width, rest}], limit, column, seen)

      {:doc_collapse, _} ->
        fits?(rest, width, indent, seen)
    end
  end
end
