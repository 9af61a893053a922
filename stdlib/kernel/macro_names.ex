# SPDX-License-Identifier: Apache-2.0
#
# Names in source text, behind Macro: between `FooBar` and `foo_bar`, what kind of name an atom is, how it is written.
#
# What may stand without quotes follows the lexer: identifiers, aliases, operators and `foo@bar`; beyond ASCII the
# general category of a character decides.
# Invariants: as for Macro, nothing but Kernel, its definer and natives: it runs while everything else is being compiled.
defmodule Macro.Names do
  @moduledoc false

  ## Cases of letters

  def camel(char, rest), do: <<upper(char), camel(rest)::binary>>

  defp camel(<<?_, ?_, rest::binary>>), do: camel(<<?_, rest::binary>>)

  defp camel(<<?_, char, rest::binary>>) when char in ?a..?z, do: <<upper(char), camel(rest)::binary>>
  defp camel(<<?_, char, rest::binary>>) when char in ?0..?9, do: <<char, camel(rest)::binary>>

  defp camel(<<?_>>), do: <<>>
  defp camel(<<?/, rest::binary>>), do: <<?., Macro.camelize(rest)::binary>>
  defp camel(<<char, rest::binary>>), do: <<char, camel(rest)::binary>>
  defp camel(<<>>), do: <<>>

  def under(char, rest), do: <<lower(char), under_rest(rest, char)::binary>>

  defp under_rest(<<char, next, rest::binary>>, _) when char in ?A..?Z and not (next in ?A..?Z) and not (next in ?0..?9) and next != ?. and next != ?_,
    do: <<?_, lower(char), next, under_rest(rest, next)::binary>>

  defp under_rest(<<char, rest::binary>>, prev) when char in ?A..?Z and not (prev in ?A..?Z) and prev != ?_,
    do: <<?_, lower(char), under_rest(rest, char)::binary>>

  defp under_rest(<<?., rest::binary>>, _), do: <<?/, Macro.underscore(rest)::binary>>
  defp under_rest(<<char, rest::binary>>, _), do: <<lower(char), under_rest(rest, char)::binary>>
  defp under_rest(<<>>, _), do: <<>>

  defp upper(char) when char in ?a..?z, do: char - 32
  defp upper(char), do: char

  defp lower(char) when char in ?A..?Z, do: char + 32
  defp lower(char), do: char

  ## Kinds of atoms

  @operator_atoms [
    :!, :!=, :!==, :%, :%{}, :&, :&&, :&&&, :*, :**, :+, :++, :+++, :-, :--, :---, :., :.., :..., :..//, :/, :<,
    :<-, :<<<, :<<>>, :<<~, :<=, :<>, :<~, :<~>, :=, :==, :===, :=~, :>, :>=, :>>>, :@, :^, :and, :in,
    :not, :or, :when, :{}, :|, :|>, :||, :|||, :~>, :~>>, :\\, :->
  ]

  def classify(:%), do: :unquoted

  # What the lexer would put into normal form is no name as it stands.
  def classify(atom) do
    binary = :erlang.atom_to_binary(atom)

    case kind(atom, binary) do
      kind when kind == :identifier or kind == :unquoted -> if composed?(binary, binary), do: kind, else: :quoted
      kind -> kind
    end
  end

  defp composed?(<<char, rest::binary>>, binary) when char < 128, do: composed?(rest, binary)
  defp composed?(<<>>, _), do: true
  defp composed?(_, binary), do: :joist_text.normalize(binary, :nfc) == binary

  defp kind(atom, binary) do
    case scan_identifier(binary) do
      :identifier ->
        if atom in [:and, :or, :not, :in, :when], do: :operator, else: :identifier

      :other ->
        case alias_parts?(binary) do
          true ->
            :alias

          false ->
            cond do
              atom in [:%{}, :{}, :<<>>, :..., :..] -> :unquoted
              atom in [:., :%] -> :unquoted
              :lists.member(atom, @operator_atoms) -> :operator
              true -> scan_unquoted(binary)
            end
        end
    end
  end

  defp scan_identifier(<<char, rest::binary>>) when char in ?a..?z or char == ?_, do: identifier_rest(rest)

  defp scan_identifier(<<char::utf8, rest::binary>>) when char > 127 do
    if identifier_start?(char) and not upper?(char), do: identifier_rest(rest), else: :other
  end

  defp scan_identifier(_), do: :other

  defp identifier_rest(<<>>), do: :identifier
  defp identifier_rest(<<char>>) when char == ?? or char == ?!, do: :identifier

  defp identifier_rest(<<char, rest::binary>>)
       when char in ?a..?z or char in ?0..?9 or char == ?_ or char in ?A..?Z,
       do: identifier_rest(rest)

  defp identifier_rest(<<char::utf8, rest::binary>>) when char > 127 do
    if identifier_continue?(char), do: identifier_rest(rest), else: :other
  end

  defp identifier_rest(_), do: :other

  # Beyond ASCII the general category decides.
  defp identifier_start?(char), do: :joist_text.category(char) in [:lu, :ll, :lt, :lm, :lo, :nl]

  defp upper?(char), do: :joist_text.category(char) in [:lu, :lt]

  defp identifier_continue?(char),
    do: :joist_text.category(char) in [:lu, :ll, :lt, :lm, :lo, :nl, :mn, :mc, :nd, :pc]

  defp alias_parts?("Elixir"), do: true
  defp alias_parts?(<<"Elixir.", rest::binary>>), do: alias_start?(rest)
  defp alias_parts?(_), do: false

  defp alias_start?(<<char, rest::binary>>) when char in ?A..?Z, do: alias_rest?(rest)
  defp alias_start?(_), do: false

  defp alias_rest?(<<>>), do: true
  defp alias_rest?(<<?., rest::binary>>), do: alias_start?(rest)

  defp alias_rest?(<<char, rest::binary>>) when char in ?a..?z or char in ?A..?Z or char in ?0..?9 or char == ?_,
    do: alias_rest?(rest)

  defp alias_rest?(_), do: false

  # Atoms such as `:Foo` or `:foo@bar`.
  defp scan_unquoted(<<char, rest::binary>>) when char in ?a..?z or char in ?A..?Z or char == ?_,
    do: unquoted_rest(rest)

  defp scan_unquoted(<<char::utf8, rest::binary>>) when char > 127 do
    if identifier_start?(char), do: unquoted_rest(rest), else: :quoted
  end

  defp scan_unquoted(_), do: :quoted

  defp unquoted_rest(<<>>), do: :unquoted
  defp unquoted_rest(<<char>>) when char == ?? or char == ?!, do: :unquoted

  defp unquoted_rest(<<char, rest::binary>>)
       when char in ?a..?z or char in ?0..?9 or char == ?_ or char in ?A..?Z or char == ?@,
       do: unquoted_rest(rest)

  defp unquoted_rest(<<char::utf8, rest::binary>>) when char > 127 do
    if identifier_continue?(char), do: unquoted_rest(rest), else: :quoted
  end

  defp unquoted_rest(_), do: :quoted

  ## Atoms as they are written

  # Names of operators that stand behind a dot without quotes.
  @remote_operators [
    :!, :!=, :!==, :&, :&&, :&&&, :*, :**, :+, :++, :+++, :-, :--, :---, :/, :<, :<-, :<<<, :<<~, :<=, :<>, :"<|>", :<~,
    :<~>, :=, :==, :===, :=~, :>, :>=, :>>>, :@, :^, :^^^, :and, :in, :not, :or, :when, :|, :|>, :||, :|||, :~>, :~>>,
    :~~~, :\\, :"::"
  ]

  def literal(atom, opts) do
    binary = :erlang.atom_to_binary(atom)

    case classify(atom) do
      :alias ->
        case binary do
          <<"Elixir.", rest::binary>> when rest not in ["Elixir"] -> alias_name(rest, binary)
          _ -> binary
        end

      :quoted ->
        <<":", quote_atom(binary, opts)::binary>>

      _ ->
        <<":", binary::binary>>
    end
  end

  def key(atom, opts) do
    binary = :erlang.atom_to_binary(atom)

    case classify(atom) do
      :alias -> <<?", binary::binary, ?", ?:>>
      :quoted -> <<quote_atom(binary, opts)::binary, ?:>>
      _ -> <<binary::binary, ?:>>
    end
  end

  def remote_call(atom, opts) do
    binary = :erlang.atom_to_binary(atom)

    case classify(atom) do
      :identifier -> binary
      _ -> if :lists.member(atom, @remote_operators), do: binary, else: quote_atom(binary, opts)
    end
  end

  # `Elixir.Elixir.Foo` must keep its prefix, else it would read as `Elixir.Foo`.
  defp alias_name(<<"Elixir.", _::binary>>, whole), do: whole
  defp alias_name(rest, _), do: rest

  defp quote_atom(binary, opts) do
    escaped =
      case :lists.keyfind(:escape, 1, opts) do
        {_, fun} when fun != nil -> :erlang.iolist_to_binary(fun.(binary, ?"))
        _ -> Inspect.Text.escape(binary, ?")
      end

    <<?", escaped::binary, ?">>
  end
end
