# SPDX-License-Identifier: Apache-2.0
#
# :joist_fault: the report of an error that nobody rescued, for people.
#
#     ** (KeyError) key :nmae not found in: %{name: 1}. Did you mean: …      what and which values
#         shop.exs:9: Shop.total/1                                           frames, the program's own first
#         (joist) stdlib/data/enum.ex:609: Enum.map_list/2                   the library's in place, dimmed
#       --> shop.exs:9:7                                                     the line, and what of it failed
#        |
#      9 |     item.nmae * 2
#        |          ^^^^
#        = keys: :name                                                       what else helps
#
# The first lines read as `Exception.format/3` has them after `Exception.blame/3`. Frames above the program's first one (where
# in the library it failed) come behind the others. Several equal frames in a row are counted.
# Invariants: the whole has a bound (@banner_bytes_max and at most a line each for the rest); nothing here raises, whatever the
# error is: help that fails is left out. What depends on the place alone is made once and kept (@kept_max places), so that a
# storm of crashes costs no parsing.
defmodule :joist_fault do
  @moduledoc false

  @banner_bytes_max 8_000
  @frame_bytes_max 1_000
  @line_columns_max 160
  @kept_max 256

  @doc false
  # Text for standard error; `color?` as `color?/0` says. Kind `:stop` is the exit of a server or task.
  def report(kind, reason, stack, color?) do
    {reason, stack} = blame(kind, reason, stack)

    # The compiler has shown the places of its own errors; its callers' frames help only when there are some.
    if compiling?(reason) do
      stack = :lists.dropwhile(&(elem(&1, 1) == :__FILE__ or library?(&1)), :lists.reverse(visible(stack)))
      # For people alone: what the codes in brackets mean can be asked for.
      more = if color? and reason.__struct__ == CompileError, do: [paint("joist help CODE explains the codes in brackets", :dim, color?), ?\n], else: []
      [banner(kind, reason, stack, color?), frames(:lists.reverse(stack), color?), more]
    else
      [banner(kind, reason, stack, color?), frames(stack, color?), help(kind, reason, stack, color?)]
    end
  end

  defp compiling?(%{__struct__: struct}), do: struct in [CompileError, SyntaxError, TokenMissingError, MismatchedDelimiterError]
  defp compiling?(_), do: false

  @doc false
  # The same without frames: for the reason that a linked process handed on.
  def exit_report(pid, from, reason, color?) do
    text = Exception.format_banner({:EXIT, pid}, reason)
    because = if is_pid(from), do: ["  ended because the linked process ", Kernel.inspect(from), " exited\n"], else: []

    inner =
      case reason do
        {error, [{_, _, _, _} | _] = stack} -> help(:error, error, stack, color?)
        _ -> []
      end

    [paint(cut(text, @banner_bytes_max), :red, color?), ?\n, because, inner]
  end

  @doc false
  # Is standard error a terminal that wants colours?
  def color?(), do: :joist_io.is_terminal(:stderr) and :os.getenv(~c"NO_COLOR") in [false, []] and :os.getenv(~c"TERM") != ~c"dumb"

  defp blame(kind, reason, stack) do
    Exception.blame(kind, reason, stack)
  catch
    _, _ -> {reason, stack}
  end

  defp banner(:stop, reason, _stack, color?), do: [paint(cut("** (stop) " <> Exception.format_exit(reason), @banner_bytes_max), :red, color?), ?\n]

  defp banner(kind, reason, stack, color?) do
    text = Exception.format_banner(kind, reason, stack)
    # As the language's own tools do, so that arguments and clauses stand apart.
    text = if is_struct(reason, FunctionClauseError), do: Exception.indent(text, "    ") |> String.trim_leading(), else: text
    # Attempted clauses are marked, not coloured: one text for terminals and files.
    [paint(cut(text, @banner_bytes_max), :red, color?), ?\n]
  end

  defp cut(text, max) when byte_size(text) <= max, do: text

  defp cut(text, max) do
    kept = :binary.part(text, 0, whole_characters(text, max))
    kept <> " … (#{byte_size(text) - byte_size(kept)} more bytes)"
  end

  # Not in the middle of a character.
  defp whole_characters(text, at) do
    case :binary.at(text, at) do
      byte when byte in 0x80..0xBF -> whole_characters(text, at - 1)
      _ -> at
    end
  end

  ## Frames

  @doc false
  def frames(stack, color?) do
    {above, below} = split(visible(stack))

    case {above, below} do
      {[], _} -> lines(below, color?)
      {_, []} -> lines(above, color?)
      _ -> [lines(below, color?), paint(label(above), :dim, color?), ?\n, lines(above, color?)]
    end
  end

  defp label([{_, _, args, []}]) when is_list(args), do: "  in the call of:"
  defp label(_), do: "  there, inside the library:"

  # Frames below the program are the runner's own, those of the evaluator between are the compiler's.
  defp visible([{:joist_main, _, _, _} | _]), do: []
  defp visible([{:joist_evaluator, _, _, _} | rest]), do: visible(rest)
  defp visible([frame | rest]), do: [frame | visible(rest)]
  defp visible(_), do: []

  # The place of a missing implementation is where the protocol's function is called.
  defp about_protocol(%{__struct__: Protocol.UndefinedError, protocol: protocol}, [{protocol, _, _, _} = frame | rest]),
    do: [put_elem(frame, 3, []) | rest]

  defp about_protocol(%{__struct__: Protocol.UndefinedError} = error, [frame | rest]), do: [frame | about_protocol(error, rest)]
  defp about_protocol(_, stack), do: stack

  # What stands above the first frame of the program, and the rest.
  defp split(stack), do: split(stack, [])
  defp split([], above), do: {[], :lists.reverse(above)} |> turn()
  defp split([frame | rest], above), do: if(library?(frame), do: split(rest, [frame | above]), else: {:lists.reverse(above), [frame | rest]})

  # No frame of the program at all.
  defp turn({[], above}), do: {above, []}

  defp lines([], _), do: []

  defp lines([frame | rest], color?) do
    {same, rest} = same(frame, rest, 1)
    text = cut(Exception.format_stacktrace_entry(frame), @frame_bytes_max)
    times = if same > 1, do: " (#{same} times)", else: ""
    [paint("    " <> text <> times, if(library?(frame), do: :dim, else: nil), color?), ?\n | lines(rest, color?)]
  end

  defp same(frame, [frame | rest], n), do: same(frame, rest, n + 1)
  defp same(_, rest, n), do: {n, rest}

  @doc false
  # Is the frame of the library, or of a function without a place?
  def library?({_, _, _, []}), do: true
  def library?({module, _, _, _}) when is_atom(module), do: Exception.library?(module)
  def library?({_, _, _}), do: true
  def library?(_), do: false

  ## The place

  defp help(kind, reason, stack, color?) do
    {above, below} = split(about_protocol(reason, visible(stack)))

    case place(kind, reason, above, below, color?) do
      {excerpt, tried} -> [excerpt, values(kind, reason, tried, color?)]
      nil -> values(kind, reason, [], color?)
    end
  catch
    _, _ -> []
  end

  # The first frame of the program whose source is at hand.
  defp place(_, _, _, [], _), do: nil

  defp place(kind, reason, above, [frame | below], color?) do
    case library?(frame) or excerpt_of(kind, reason, above, frame, color?) do
      {text, _} = found when is_binary(text) -> found
      _ -> place(kind, reason, above ++ [frame], below, color?)
    end
  end

  defp excerpt_of(kind, reason, above, {module, _, _, location} = frame, color?) do
    file = :unicode.characters_to_binary(keyword(location, :file, ""))
    line = keyword(location, :line, 0)

    if line > 0 do
      about = about(kind, reason, above, frame)
      kept({:joist_fault, file, module, line, about, color?}, fn -> excerpt(file, module, line, about, color?) end)
    else
      {[], []}
    end
  end

  defp excerpt_of(_, _, _, _, _), do: {[], []}

  defp kept(key, make) do
    case :persistent_term.get(key, nil) do
      nil ->
        made = make.()
        count = :persistent_term.get({:joist_fault, :count}, 0)

        if count < @kept_max do
          :persistent_term.put({:joist_fault, :count}, count + 1)
          :persistent_term.put(key, made)
        end

        made

      made ->
        made
    end
  end

  # What failed there: groups of wishes for :joist_place.columns/3, the most exact first, and the form whose clauses were tried.
  defp about(kind, reason, above, frame) do
    called =
      case :lists.reverse(above) do
        [{module, function, args, _} | _] when is_atom(module) ->
          arity = if is_list(args), do: length(args), else: args
          [[{:call, function, arity}], [{:call, function, nil}], [{:like, function}], [{:of, module}]]

        _ ->
          []
      end

    {called ++ wants(kind, reason, frame), form(reason)}
  end

  defp wants(:throw, _, _), do: [[{:form, :throw}]]
  defp wants(:exit, _, _), do: [[{:form, :exit}]]
  defp wants(:stop, {:nocatch, _}, _), do: [[{:form, :throw}]]
  defp wants(:stop, _, _), do: [[{:form, :exit}], [{:call, :error, nil}], [{:call, :raise, 3}]]
  defp wants(_, %{__struct__: KeyError, key: key}, _) when is_atom(key), do: [[{:dot, key}], [:update], [{:call, :fetch!, nil}]]
  defp wants(_, %{__struct__: KeyError}, _), do: [[:update], [{:call, :fetch!, nil}]]
  defp wants(_, %{__struct__: BadMapError}, _), do: [[:update]]
  defp wants(_, %{__struct__: MatchError}, _), do: [[{:form, :=}]]
  defp wants(_, %{__struct__: CaseClauseError}, _), do: [[{:form, :case}]]
  defp wants(_, %{__struct__: CondClauseError}, _), do: [[{:form, :cond}]]
  defp wants(_, %{__struct__: WithClauseError}, _), do: [[{:form, :with}]]
  defp wants(_, %{__struct__: TryClauseError}, _), do: [[{:form, :try}]]
  defp wants(_, %{__struct__: BadBooleanError, operator: operator}, _), do: [[{:form, operator}]]
  defp wants(_, %{__struct__: struct}, _) when struct in [BadFunctionError, BadArityError], do: [[:fun_call]]
  defp wants(_, %{__struct__: UndefinedFunctionError, function: function, arity: arity}, _), do: [[{:call, function, arity}]]

  defp wants(_, %{__struct__: FunctionClauseError, module: module, function: function, arity: arity}, {module, function, arity, _}),
    do: [[{:call, function, arity}], [{:form, :fn}]]

  defp wants(_, %{__struct__: ArgumentError}, _), do: [[{:raise, ArgumentError}], [{:form, :raise}], [:binary]]
  defp wants(_, %{__struct__: ErlangError, original: {:nocatch, _}}, _), do: [[{:form, :throw}]]
  defp wants(_, %{__struct__: ErlangError}, _), do: [[{:call, :error, nil}], [{:call, :raise, 3}]]

  defp wants(_, %{__struct__: struct}, _), do: [[{:raise, struct}], [{:form, :raise}, {:form, :reraise}], [{:call, :error, nil}]]
  defp wants(_, _, _), do: []

  defp form(%{__struct__: CaseClauseError}), do: :case
  defp form(%{__struct__: CondClauseError}), do: :cond
  defp form(%{__struct__: WithClauseError}), do: :with
  defp form(%{__struct__: TryClauseError}), do: :try
  defp form(%{__struct__: MatchError}), do: :=
  defp form(_), do: nil

  defp excerpt(file, module, line, {wants, form}, color?) do
    with {:ok, text} <- :joist_source.text(file, module),
         source when is_binary(source) <- :joist_source.line(text, line) do
      quoted = :joist_source.quoted(file, text)
      spans = spans(quoted, line, wants)
      {draw(file, line, source, spans, color?), tried(quoted, line, form)}
    else
      _ -> {[], []}
    end
  catch
    _, _ -> {[], []}
  end

  defp spans(:error, _, _), do: []
  defp spans(_, _, []), do: []

  defp spans(quoted, line, [wants | rest]) do
    case :joist_place.columns(quoted, line, wants) do
      [] -> spans(quoted, line, rest)
      found -> found
    end
  end

  defp tried(:error, _, _), do: []
  defp tried(_, _, nil), do: []

  defp tried(quoted, line, :=) do
    case for({{:=, _, [left, _]}, _, _} <- :joist_place.on_line(quoted, line), do: left) do
      [left] -> [["pattern: ", source_of(left)]]
      _ -> []
    end
  end

  # The line of an unmatched `cond` is that of its first condition.
  defp tried(quoted, line, :cond) do
    clauses = :joist_place.form_clauses(quoted, line, :cond)
    for [condition] <- Enum.take(clauses, 10), do: ["tried: ", source_of(condition)]
  end

  defp tried(quoted, line, form) do
    clauses = :joist_place.form_clauses(quoted, line, form)
    shown = for left <- Enum.take(clauses, 10), do: ["tried: ", clause_text(left)]
    if length(clauses) > 10, do: shown ++ [["and #{length(clauses) - 10} clauses more"]], else: shown
  end

  defp clause_text([pattern]), do: source_of(pattern)
  defp clause_text(patterns), do: Enum.map_join(patterns, ", ", &source_of/1)

  defp source_of(quoted) do
    text = Macro.to_string(quoted)
    if byte_size(text) > 200, do: cut(text, 200), else: :binary.replace(text, "\n", " ", [:global])
  end

  ## The excerpt, as the compiler draws it

  defp draw(file, line, source, spans, color?) do
    place =
      case spans do
        [{column, _} | _] -> "#{file}:#{line}:#{column}"
        [] -> "#{file}:#{line}"
      end

    {source, spans} = window(source, spans)
    number = :erlang.integer_to_binary(line)
    pad = :binary.copy(" ", byte_size(number))

    [
      [pad, paint(" --> ", :blue, color?), place, ?\n],
      [pad, paint("  |", :blue, color?), ?\n],
      [paint(" " <> number <> " |", :blue, color?), if(source == "", do: "", else: " "), source, ?\n],
      if(spans == [], do: [], else: [pad, paint("  | ", :blue, color?), paint(carets(source, spans), :red, color?), ?\n])
    ]
    |> :erlang.iolist_to_binary()
  end

  # A long line is cut, around the first mark when that lies far in it. Control characters do not reach a terminal.
  defp window(source, spans) do
    points = for <<c::utf8 <- printable(source)>>, do: if((c < 32 and c != ?\t) or c == 127, do: ??, else: c)

    cond do
      length(points) <= @line_columns_max ->
        {:unicode.characters_to_binary(points), spans}

      true ->
        first =
          case spans do
            [{column, _} | _] when column > 100 -> column - 60
            _ -> 0
          end

        # What is left out in front is one sign.
        lead = if first > 0, do: [?…], else: []
        part = :lists.sublist(:lists.nthtail(first, points), @line_columns_max)
        moved = for {column, width} <- spans, at = column - first + length(lead), at >= 1, at <= @line_columns_max, do: {at, width}
        {:unicode.characters_to_binary(lead ++ part ++ [?…]), moved}
    end
  end

  defp printable(source), do: if(String.valid?(source), do: source, else: for(<<b <- source>>, into: "", do: <<min(b, 126)>>))

  defp carets(source, spans), do: carets(:unicode.characters_to_list(source), 1, spans)

  defp carets(_, _, []), do: []
  defp carets(points, column, [{at, width} | rest]) when column >= at + width, do: carets(points, column, rest)

  defp carets(points, column, [{at, _} | _] = spans) do
    {c, points} =
      case points do
        [c | points] -> {c, points}
        [] -> {?\s, []}
      end

    mark = if column >= at, do: ?^, else: if(c == ?\t, do: ?\t, else: ?\s)
    [mark | carets(points, column + 1, spans)]
  end

  ## What else helps

  defp values(kind, reason, tried, color?) do
    for text <- tried ++ facts(kind, reason), do: ["   ", paint("= ", :blue, color?), text, ?\n]
  end

  defp facts(:error, %{__struct__: KeyError, key: key, term: term}) when is_map(term) or is_list(term), do: keys(key, term)

  defp facts(:error, %{__struct__: UndefinedFunctionError, module: module, function: function, arity: arity})
       when is_atom(module) and module != nil and is_atom(function) do
    :joist_near.functions(module, function, arity)
  end

  defp facts(:error, %{__struct__: Protocol.UndefinedError, protocol: protocol}) do
    case :joist_near.implementations(protocol) do
      [] -> []
      names -> [["implemented for: ", listed(names)]]
    end
  end

  defp facts(_, _), do: []

  defp keys(_, term) when is_map(term) and :erlang.map_size(term) == 0, do: [["the map is empty"]]

  defp keys(_, %{__struct__: struct} = term) when is_atom(struct),
    do: [["fields of ", Kernel.inspect(struct), ": ", listed(for(key <- :maps.keys(term), key != :__struct__, do: Kernel.inspect(key)))]]

  defp keys(key, term) when is_map(term) do
    keys = :maps.keys(term)
    # "name" for :name is the commonest mistake of all.
    twin = for other <- keys, other != key, twin?(key, other), do: other

    case twin do
      [other | _] -> [["the key is there as ", Kernel.inspect(other), ", which is ", kind_of(other), ", not ", kind_of(key)], key_list(keys)]
      [] -> [key_list(keys)]
    end
  end

  defp keys(_, []), do: [["the list is empty"]]

  defp keys(_, list) do
    case for({key, _} <- list, is_atom(key), do: key) do
      [] -> []
      keys -> [key_list(keys)]
    end
  end

  defp key_list(keys), do: ["keys: ", listed(for(key <- Enum.take(keys, 30), do: cut(Kernel.inspect(key), 60)), length(keys))]

  defp listed(texts), do: listed(texts, length(texts))

  defp listed(texts, count) do
    shown = Enum.take(texts, 20)
    more = if count > length(shown), do: " and #{count - length(shown)} more", else: ""
    [:lists.join(", ", shown), more]
  end

  defp twin?(key, other) when is_atom(key) and is_binary(other), do: :erlang.atom_to_binary(key) == other
  defp twin?(key, other) when is_binary(key) and is_atom(other), do: :erlang.atom_to_binary(other) == key
  defp twin?(_, _), do: false

  defp kind_of(key) when is_atom(key), do: "an atom"
  defp kind_of(_), do: "a string"

  ## Colours

  defp paint(text, _, false), do: text
  defp paint(text, nil, _), do: text
  defp paint(text, :red, _), do: ["\e[31m", text, "\e[0m"]
  defp paint(text, :dim, _), do: ["\e[2m", text, "\e[0m"]
  defp paint(text, :blue, _), do: ["\e[34m", text, "\e[0m"]

  defp keyword(list, key, default) do
    case :lists.keyfind(key, 1, list) do
      {_, value} -> value
      false -> default
    end
  end
end
