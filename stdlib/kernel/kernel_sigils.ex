# SPDX-License-Identifier: Apache-2.0
#
# What Kernel's sigils of regular expressions, words and dates expand to; the others need no more than `Macro.unescape_string/1`.
#
# Invariants: compiled right behind Kernel.Definer, with what that may use.
defmodule Kernel.Sigils do
  @moduledoc false

  def regex(source, options) do
    quote(do: Regex.compile!(unquote(source), unquote(:erlang.list_to_binary(options))))
  end

  def unescape_regex(binary), do: Macro.unescape_string(binary, &regex_escape/1)
  def unescape_regex_tokens(pieces), do: Macro.unescape_tokens(pieces, &regex_escape/1)

  defp regex_escape(:newline), do: true
  defp regex_escape(?a), do: ?\a
  defp regex_escape(?f), do: ?\f
  defp regex_escape(?n), do: ?\n
  defp regex_escape(?r), do: ?\r
  defp regex_escape(?t), do: ?\t
  defp regex_escape(?v), do: ?\v
  defp regex_escape(_), do: false

  def words(source, modifiers) do
    kind =
      case modifiers do
        [] -> ?s
        [kind] when kind in [?s, ?a, ?c] -> kind
        _ -> :erlang.error(ArgumentError.exception("modifier must be one of: s, a, c"))
      end

    case source do
      binary when is_binary(binary) ->
        :lists.map(fn word -> word_as(word, kind) end, split_words(binary, <<>>, []))

      _ ->
        quote(do: Kernel.Sigils.words_at_run_time(unquote(source), unquote(kind)))
    end
  end

  def words_at_run_time(string, kind) do
    :lists.map(fn word -> word_as(word, kind) end, split_words(string, <<>>, []))
  end

  defp word_as(word, ?s), do: word
  defp word_as(word, ?a), do: :erlang.binary_to_atom(word)
  defp word_as(word, ?c), do: :unicode.characters_to_list(word)

  defp split_words(<<char, rest::binary>>, word, acc) when char in [?\s, ?\n, ?\r, ?\t, ?\v, ?\f] do
    if word == <<>>, do: split_words(rest, word, acc), else: split_words(rest, <<>>, [word | acc])
  end

  defp split_words(<<char, rest::binary>>, word, acc), do: split_words(rest, <<word::binary, char>>, acc)
  defp split_words(<<>>, <<>>, acc), do: :lists.reverse(acc)
  defp split_words(<<>>, word, acc), do: :lists.reverse([word | acc])

  def date_sigil(module, string) do
    result =
      case module.from_iso8601(string) do
        {:ok, value} -> {:ok, value}
        {:ok, value, 0} -> {:ok, value}
        {:ok, _, _} -> {:error, :non_utc_offset}
        {:error, reason} -> {:error, reason}
      end

    case result do
      {:ok, value} ->
        Macro.escape(value)

      {:error, reason} ->
        :erlang.error(
          ArgumentError.exception(
            "cannot parse #{Kernel.inspect(string)} as #{Kernel.inspect(module)} for Calendar.ISO, " <>
              "reason: #{Kernel.inspect(reason)}"
          )
        )
    end
  end
end
