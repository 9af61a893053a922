# SPDX-License-Identifier: Apache-2.0
#
# Inspect.Flat: `inspect/2` itself, and the short way for what is common. Without `pretty` there are no line breaks, so
# built-in terms are written straight to iodata, with no documents between. With `pretty` the same is done when the
# term is so small that its text fits the width; `fits/2` looks at no more nodes than the width has columns.
# Invariant: the text is, byte for byte, what `Inspect.Algebra.format(to_doc(term))` gives; anything unusual (options,
# structs whose text has line breaks) goes the long way.
defmodule Inspect.Flat do
  @moduledoc false

  @limit 50

  @doc false
  def inspect(term) do
    if default_fun?(), do: write_or_format(term, nil), else: format(term, Inspect.Opts.new([]))
  end

  @doc false
  def inspect(term, opts) do
    if plain_opts?(opts) and default_fun?() do
      case pretty_width(opts, false, 80) do
        nil -> write_or_format(term, opts)
        width when is_integer(width) -> if fits(term, width) >= 0, do: write_in(term, opts, width), else: format(term, Inspect.Opts.new(opts))
        _ -> format(term, Inspect.Opts.new(opts))
      end
    else
      format(term, Inspect.Opts.new(opts))
    end
  end

  defp default_fun?(), do: :persistent_term.get({Inspect.Opts, :inspect_fun}, nil) == nil

  # Only `pretty` and `width` (and options of `IO.inspect`) leave the text of built-in terms alone.
  defp plain_opts?([{key, _} | rest]) when key in [:pretty, :width, :label], do: plain_opts?(rest)
  defp plain_opts?([]), do: true
  defp plain_opts?(_), do: false

  defp pretty_width([{:pretty, pretty} | rest], _, width), do: pretty_width(rest, pretty, width)
  defp pretty_width([{:width, width} | rest], pretty, _), do: pretty_width(rest, pretty, width)
  defp pretty_width([_ | rest], pretty, width), do: pretty_width(rest, pretty, width)
  defp pretty_width([], false, _), do: nil
  defp pretty_width([], nil, _), do: nil
  defp pretty_width([], _, width), do: width

  defp format(term, opts) do
    width = if :erlang.map_get(:pretty, opts), do: :erlang.map_get(:width, opts), else: :infinity
    doc = Inspect.Algebra.group(Inspect.Algebra.to_doc(term, opts))
    :erlang.iolist_to_binary(Inspect.Algebra.format(doc, width))
  end

  defp write_or_format(term, opts) do
    try do
      :erlang.iolist_to_binary(write(term, @limit))
    catch
      :throw, :joist_long_way -> format(term, Inspect.Opts.new(opts || []))
    end
  end

  defp write_in(term, opts, width) do
    text =
      try do
        :erlang.iolist_to_binary(write(term, @limit))
      catch
        :throw, :joist_long_way -> nil
      end

    if text != nil and byte_size(text) <= width, do: text, else: format(term, Inspect.Opts.new(opts))
  end

  # How many columns are left when every node takes its least; negative when the text cannot fit.
  defp fits(_, left) when left < 0, do: left
  defp fits([head | tail], left), do: fits(tail, fits(head, left - 2))
  defp fits(term, left) when is_binary(term), do: left - byte_size(term) - 2
  defp fits(term, left) when is_tuple(term), do: fits(:erlang.tuple_to_list(term), left)
  defp fits(%{__struct__: _}, left), do: left - 2
  defp fits(term, left) when is_map(term), do: if(map_size(term) > left, do: -1, else: fits(:maps.to_list(term), left))
  defp fits(_, left), do: left - 1

  defp write(term, _) when is_integer(term), do: :erlang.integer_to_binary(term)
  defp write(term, _) when is_atom(term), do: Macro.inspect_atom(:literal, term)
  defp write(term, _) when is_binary(term), do: binary(term)
  defp write([], _), do: "[]"

  defp write(term, limit) when is_list(term) do
    cond do
      Inspect.Text.ascii_printable?(term, 4096) -> long(Inspect.List.inspect(term, default_opts()))
      Inspect.List.keyword?(term) -> [?[, pairs(term, limit) | "]"]
      true -> [?[, elements(term, limit) | "]"]
    end
  end

  defp write({}, _), do: "{}"
  defp write(term, limit) when is_tuple(term), do: [?{, elements(:erlang.tuple_to_list(term), limit) | "}"]

  defp write(%{__struct__: struct} = term, limit) when is_atom(struct) do
    opts = %{default_opts() | limit: limit}
    doc = Inspect.Algebra.to_doc(term, opts)
    text = if is_binary(doc), do: doc, else: :erlang.iolist_to_binary(Inspect.Algebra.format(Inspect.Algebra.group(doc), :infinity))

    case :binary.match(text, "\n") do
      :nomatch -> text
      _ -> throw(:joist_long_way)
    end
  end

  defp write(term, _) when is_map(term) and map_size(term) == 0, do: "%{}"

  defp write(term, limit) when is_map(term) do
    list = :maps.to_list(term)

    if Inspect.List.keyword?(list),
      do: ["%{", pairs(list, limit) | "}"],
      else: ["%{", entries(list, limit) | "}"]
  end

  defp write(term, _) when is_float(term), do: Inspect.Float.text(term)
  defp write(term, _) when is_pid(term), do: Inspect.PID.inspect(term, nil)
  defp write(term, _) when is_reference(term), do: Inspect.Reference.inspect(term, nil)
  defp write(term, _) when is_function(term), do: Inspect.Function.text(term)
  defp write(term, _), do: long(Inspect.inspect(term, default_opts()))

  # A call, not `%Inspect.Opts{}`: errors while the library itself is being compiled are inspected too.
  defp default_opts(), do: Inspect.Opts.__struct__()

  defp long(doc) when is_binary(doc), do: doc
  defp long(doc), do: Inspect.Algebra.format(Inspect.Algebra.group(doc), :infinity)

  defp binary(term) do
    if Inspect.Text.printable?(term, 4096) do
      case Inspect.Text.escape_limited(term, ?", 4096) do
        {escaped, ""} -> [?", escaped | "\""]
        {escaped, _} -> [?", escaped | "\" <> ..."]
      end
    else
      long(Inspect.BitString.inspect(term, default_opts()))
    end
  end

  # `limit` is what is left before this element; 0 means that the rest is not shown.
  defp elements(_, 0), do: "..."
  defp elements([term], limit), do: write(term, limit - 1)
  defp elements([term | rest], limit) when is_list(rest), do: [write(term, limit - 1), ", " | elements(rest, limit - 1)]

  defp elements([term | last], limit) do
    [write(term, limit - 1), " | " | write(last, limit - 1)]
  end


  defp pairs(_, 0), do: "..."
  defp pairs([{key, value}], limit), do: [Macro.inspect_atom(:key, key), ?\s | write(value, limit - 1)]

  defp pairs([{key, value} | rest], limit),
    do: [Macro.inspect_atom(:key, key), ?\s, write(value, limit - 1), ", " | pairs(rest, limit - 1)]

  defp entries(_, 0), do: "..."
  defp entries([{key, value}], limit), do: [write(key, limit - 1), " => " | write(value, limit - 1)]

  defp entries([{key, value} | rest], limit),
    do: [write(key, limit - 1), " => ", write(value, limit - 1), ", " | entries(rest, limit - 1)]
end
