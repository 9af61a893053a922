# SPDX-License-Identifier: Apache-2.0
# Every function of List.

defmodule T do
  # Prints a label and the result of fun, or what it raised or threw.
  def t(label, fun) do
    result =
      try do
        fun.()
      rescue
        e in FunctionClauseError -> {:raised, FunctionClauseError, e.function, e.arity}
        e in Protocol.UndefinedError -> {:raised, Protocol.UndefinedError, e.protocol, e.value}
        e in BadMapError -> {:raised, BadMapError, e.term}
        e -> {:raised, e.__struct__, Exception.message(e)}
      catch
        kind, value -> {kind, value}
      end

    IO.inspect(result, label: label, charlists: :as_lists, limit: :infinity, width: 120)
  end
end

lists = [[], [1], [1, 2, 3], [1, [2, [3, []], 4]]]
indexes = [-4, -3, -2, -1, 0, 1, 2, 3, 4]

for list <- lists do
  T.t("ends", fn -> {List.first(list), List.last(list), List.first(list, :none), List.last(list, :none)} end)
  T.t("insert_at", fn -> for i <- indexes, do: List.insert_at(list, i, :v) end)
  T.t("replace_at", fn -> for i <- indexes, do: List.replace_at(list, i, :v) end)
  T.t("update_at", fn -> for i <- indexes, do: List.update_at(list, i, &{&1}) end)
  T.t("delete_at", fn -> for i <- indexes, do: List.delete_at(list, i) end)
  T.t("pop_at", fn -> for i <- indexes, do: List.pop_at(list, i, :none) end)
  T.t("flatten", fn -> {List.flatten(list), List.flatten(list, [[0]])} end)
  T.t("fold", fn -> {List.foldl(list, [], &[&1 | &2]), List.foldr(list, [], &[&1 | &2])} end)
  T.t("starts_with?", fn -> for p <- [[], [1], [1, 2], [2], [1, 2, 3, 4]], do: List.starts_with?(list, p) end)
  T.t("delete", fn -> {List.delete(list, 1), List.delete(list, 1.0), List.delete(list, 3)} end)
  T.t("to_tuple", fn -> {List.to_tuple(list), List.wrap(list), List.improper?(list)} end)
end

T.t("improper?", fn -> List.improper?([1 | 2]) end)
T.t("wrap", fn -> {List.wrap(nil), List.wrap(1), List.wrap(%{a: 1}), List.wrap("a")} end)
T.t("duplicate", fn -> {List.duplicate(:a, 3), List.duplicate(:a, 0)} end)
T.t("delete twice", fn -> List.delete([1, 2, 1], 1) end)
T.t("zip", fn -> {List.zip([]), List.zip([[]]), List.zip([[1, 2], [3, 4], [5, 6]]), List.zip([[1, 2], [3]]), List.zip([[a: 1], [2]])} end)

pairs = [b: 2, a: 1, c: 3, a: 4]
T.t("keyfind", fn -> {List.keyfind(pairs, :a, 0), List.keyfind(pairs, 3, 1), List.keyfind(pairs, :z, 0), List.keyfind(pairs, :z, 0, :none), List.keyfind([{1, 2}], 1.0, 0)} end)
T.t("keyfind!", fn -> List.keyfind!(pairs, :a, 0) end)
T.t("keyfind! none", fn -> List.keyfind!([a: 1], :z, 0) end)
T.t("keymember?", fn -> {List.keymember?(pairs, :a, 0), List.keymember?(pairs, :z, 0), List.keymember?([:x, {1}], 1, 1)} end)
T.t("keydelete", fn -> {List.keydelete(pairs, :a, 0), List.keydelete(pairs, 3, 1), List.keydelete(pairs, :z, 0)} end)
T.t("keytake", fn -> {List.keytake(pairs, :a, 0), List.keytake(pairs, :z, 0)} end)
T.t("keyreplace", fn -> {List.keyreplace(pairs, :a, 0, {:q}), List.keyreplace(pairs, :z, 0, {:q})} end)
T.t("keystore", fn -> {List.keystore(pairs, :a, 0, {:q}), List.keystore(pairs, :z, 0, {:q})} end)
T.t("keysort", fn -> {List.keysort(pairs, 0), List.keysort(pairs, 1), List.keysort(pairs, 0, :desc), List.keysort(pairs, 1, &>=/2)} end)

T.t("to_string", fn -> {List.to_string([104, "ë", [33, ["!"]]]), List.to_string([]), List.to_string([1114111, 8364])} end)
T.t("to_charlist", fn -> {List.to_charlist([104, "ë", [33]]), List.to_charlist([])} end)
T.t("to_integer", fn -> {List.to_integer([?4, ?2]), List.to_integer([?-, ?1]), List.to_integer([?f, ?F], 16), List.to_integer([?1, ?0], 2)} end)
T.t("to_float", fn -> {List.to_float([?2, ?., ?5]), List.to_float([?1, ?., ?0, ?e, ?3])} end)
T.t("to_atom", fn -> {List.to_atom([?o, ?k]), List.to_existing_atom([?o, ?k])} end)
T.t("ascii_printable?", fn -> for l <- [[], [?a], [?a, 0], [7, 8, 9, 10, 11, 12, 13, 27], [6], [127], [300], [:a]], do: List.ascii_printable?(l) end)
T.t("ascii_printable? limit", fn -> {List.ascii_printable?([?a, 0], 1), List.ascii_printable?([?a, 0], 2), List.ascii_printable?([?a | ?b], 1), List.ascii_printable?([?a | ?b], 2)} end)

T.t("myers", fn -> {List.myers_difference([1, 4, 2, 3], [1, 2, 3, 4]), List.myers_difference([], [1]), List.myers_difference([1], []), List.myers_difference([], [])} end)
T.t("myers 2", fn -> {List.myers_difference([1, 2, 3, 4, 5], [3, 4, 6]), List.myers_difference([3, 1, 3, 2], [1, 3, 2, 3]), List.myers_difference([1, 1, 2], [2, 2, 1])} end)
T.t("myers 3", fn -> List.myers_difference(["a", "db", "c"], ["a", "bc"], fn a, b -> if String.contains?(a, "b") and String.contains?(b, "b"), do: {a, b} end) end)

T.t("error insert_at", fn -> List.insert_at([1], :a, 1) end)
T.t("error duplicate", fn -> try do List.duplicate(1, -1) rescue e -> e.__struct__ end end)
T.t("error starts_with?", fn -> List.starts_with?([1], 1) end)
T.t("error to_string", fn -> List.to_string([1, :a]) end)
T.t("error to_string code point", fn -> List.to_string([0xD800]) end)
T.t("error to_string bytes", fn -> List.to_string(["abc", 255, <<255>>]) end)
T.t("error to_string cut", fn -> List.to_string(["abc", <<195>>]) end)
T.t("error to_charlist", fn -> List.to_charlist([:a]) end)
T.t("error to_integer", fn -> try do List.to_integer([?x]) rescue e -> e.__struct__ end end)
T.t("error to_existing_atom", fn -> try do List.to_existing_atom(Enum.to_list(?a..?z) ++ Enum.to_list(?A..?Z)) rescue e -> e.__struct__ end end)
T.t("error first", fn -> List.first(:a) end)
