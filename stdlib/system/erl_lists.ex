# SPDX-License-Identifier: Apache-2.0
#
# The list functions under their Erlang name. `reverse`, `member` and `keyfind` with its kin are natives of the same module. Order of arguments and
# behaviour on wrong ones (no matching clause) are OTP's. Sorting lives in `:lists` too but in its own machinery, see `Joist.Sort`.

defmodule :lists do
  @moduledoc """
  Lists, under Erlang's name.

      iex> :lists.seq(1, 3)
      [1, 2, 3]
  """

  # ---- parts ----

  @doc "The n-th element, from 1."
  @spec nth(pos_integer, list) :: term
  def nth(1, [head | _]), do: head
  def nth(n, [_ | tail]) when n > 1, do: nth(n - 1, tail)

  @doc "What is left after n elements."
  @spec nthtail(non_neg_integer, list) :: list
  def nthtail(0, list) when is_list(list), do: list
  def nthtail(n, [_ | tail]) when n > 0, do: nthtail(n - 1, tail)

  @doc "The last element."
  @spec last(list) :: term
  def last([last]), do: last
  def last([_ | tail]), do: last(tail)

  @doc "All but the last element."
  @spec droplast(list) :: list
  def droplast([_]), do: []
  def droplast([head | tail]), do: [head | droplast(tail)]

  @doc "The first n elements, or fewer."
  @spec sublist(list, non_neg_integer) :: list
  def sublist(list, n) when is_integer(n) and n >= 0 and is_list(list), do: take(list, n)

  @doc "n elements from a start, from 1."
  @spec sublist(list, pos_integer, non_neg_integer) :: list
  def sublist(list, 1, n) when is_list(list) and is_integer(n) and n >= 0, do: take(list, n)
  def sublist([], start, n) when is_integer(start) and start > 1 and is_integer(n) and n >= 0, do: []
  def sublist([_ | tail], start, n) when is_integer(start) and start > 1 and is_integer(n) and n >= 0, do: sublist(tail, start - 1, n)

  defp take(_, 0), do: []
  defp take([head | tail], n), do: [head | take(tail, n - 1)]
  defp take([], _), do: []

  @doc "Splits after n elements; there must be that many."
  @spec split(non_neg_integer, list) :: {list, list}
  def split(n, list) when is_integer(n) and n >= 0 and is_list(list), do: split_at(n, list, [])
  def split(_, _), do: :erlang.error(:badarg)

  defp split_at(0, rest, acc), do: {:lists.reverse(acc), rest}
  defp split_at(n, [head | tail], acc), do: split_at(n - 1, tail, [head | acc])
  defp split_at(_, [], _), do: :erlang.error(:badarg)

  @doc "Splits at the first element for which the function is false."
  @spec splitwith((term -> boolean), list) :: {list, list}
  def splitwith(fun, list) when is_function(fun, 1), do: splitwith(fun, list, [])

  defp splitwith(fun, [head | tail], acc) do
    case fun.(head) do
      true -> splitwith(fun, tail, [head | acc])
      false -> {:lists.reverse(acc), [head | tail]}
    end
  end

  defp splitwith(_, [], acc), do: {:lists.reverse(acc), []}

  @doc "Elements while the function is true."
  @spec takewhile((term -> boolean), list) :: list
  def takewhile(fun, [head | tail]) when is_function(fun, 1) do
    case fun.(head) do
      true -> [head | takewhile(fun, tail)]
      false -> []
    end
  end

  def takewhile(fun, []) when is_function(fun, 1), do: []

  @doc "What is left after elements while the function is true."
  @spec dropwhile((term -> boolean), list) :: list
  def dropwhile(fun, [head | tail] = list) when is_function(fun, 1) do
    case fun.(head) do
      true -> dropwhile(fun, tail)
      false -> list
    end
  end

  def dropwhile(fun, []) when is_function(fun, 1), do: []

  @doc "Those for which the function is true, and the others."
  @spec partition((term -> boolean), list) :: {list, list}
  def partition(fun, list) when is_function(fun, 1), do: partition(fun, list, [], [])

  defp partition(fun, [head | tail], yes, no) do
    case fun.(head) do
      true -> partition(fun, tail, [head | yes], no)
      false -> partition(fun, tail, yes, [head | no])
    end
  end

  defp partition(_, [], yes, no), do: {:lists.reverse(yes), :lists.reverse(no)}

  @doc "Whether one list begins another."
  @spec prefix(list, list) :: boolean
  def prefix([same | left], [same | right]), do: prefix(left, right)
  def prefix([], list) when is_list(list), do: true
  def prefix([_ | _], list) when is_list(list), do: false

  @doc "Whether one list ends another."
  @spec suffix(list, list) :: boolean
  def suffix(suffix, list) do
    case length(list) - length(suffix) do
      missing when missing < 0 -> false
      skipped -> nthtail(skipped, list) === suffix
    end
  end

  # ---- building ----

  @doc "All lists of a list in one."
  @spec append([list]) :: list
  def append([last]), do: last
  def append([head | tail]), do: head ++ append(tail)
  def append([]), do: []

  @doc "Two lists in one."
  @spec append(list, list) :: list
  def append(left, right), do: left ++ right

  @doc "The first list without the elements of the second, each once."
  @spec subtract(list, list) :: list
  def subtract(left, right), do: left -- right

  @doc "Integers from one to another."
  @spec seq(integer, integer) :: [integer]
  def seq(first, last) when is_integer(first) and is_integer(last) and first - 1 <= last, do: seq_down(last, first, [])

  defp seq_down(at, first, acc) when at >= first, do: seq_down(at - 1, first, [at | acc])
  defp seq_down(_, _, acc), do: acc

  @doc "Integers from one to another by steps."
  @spec seq(integer, integer, integer) :: [integer]
  def seq(first, last, step)
      when is_integer(first) and is_integer(last) and is_integer(step) and
             ((step > 0 and first - step <= last) or (step < 0 and first - step >= last)),
      do: seq_step(first, last, step)

  def seq(same, same, 0) when is_integer(same), do: [same]
  def seq(_, _, _), do: :erlang.error(:badarg)

  defp seq_step(at, last, step) when (step > 0 and at <= last) or (step < 0 and at >= last), do: [at | seq_step(at + step, last, step)]
  defp seq_step(_, _, _), do: []

  @doc "n times the same element."
  @spec duplicate(non_neg_integer, term) :: list
  def duplicate(n, element) when is_integer(n) and n >= 0, do: duplicate(n, element, [])

  defp duplicate(0, _, acc), do: acc
  defp duplicate(n, element, acc), do: duplicate(n - 1, element, [element | acc])

  @doc "A deep list without its depth."
  @spec flatten(list) :: list
  def flatten(list) when is_list(list), do: flatten_onto(list, [])

  @doc "A deep list without its depth, in front of another."
  @spec flatten(list, list) :: list
  def flatten(list, tail) when is_list(list) and is_list(tail), do: flatten_onto(list, tail)

  defp flatten_onto([head | rest], tail) when is_list(head), do: flatten_onto(head, flatten_onto(rest, tail))
  defp flatten_onto([head | rest], tail), do: [head | flatten_onto(rest, tail)]
  defp flatten_onto([], tail), do: tail

  @doc "How many elements a deep list has."
  @spec flatlength(list) :: non_neg_integer
  def flatlength(list), do: flat_count(list, 0)

  defp flat_count([head | rest], count) when is_list(head), do: flat_count(rest, flat_count(head, count))
  defp flat_count([_ | rest], count), do: flat_count(rest, count + 1)
  defp flat_count([], count), do: count

  @doc "The text of atoms, numbers and strings, joined."
  @spec concat([atom | number | charlist]) :: charlist
  def concat(list), do: flatmap(&thing_to_list/1, list)

  defp thing_to_list(thing) when is_integer(thing), do: :erlang.integer_to_list(thing)
  defp thing_to_list(thing) when is_float(thing), do: :erlang.float_to_list(thing)
  defp thing_to_list(thing) when is_atom(thing), do: :erlang.atom_to_list(thing)
  defp thing_to_list(thing) when is_list(thing), do: thing

  @doc "A separator between each two elements."
  @spec join(term, list) :: list
  def join(_, []), do: []
  def join(separator, [head | tail]), do: [head | join_rest(separator, tail)]

  defp join_rest(_, []), do: []
  defp join_rest(separator, [head | tail]), do: [separator, head | join_rest(separator, tail)]

  @doc "Elements with their place, from 1."
  @spec enumerate(list) :: [{integer, term}]
  def enumerate(list), do: enumerate(1, 1, list)

  @doc "Elements with their place, from a start."
  @spec enumerate(integer, list) :: [{integer, term}]
  def enumerate(index, list), do: enumerate(index, 1, list)

  @doc "Elements with their place, from a start, by steps."
  @spec enumerate(integer, integer, list) :: [{integer, term}]
  def enumerate(index, step, list) when is_integer(index) and is_integer(step) and is_list(list), do: number(list, index, step)

  defp number([], _, _), do: []
  defp number([head | tail], index, step), do: [{index, head} | number(tail, index + step, step)]

  @doc "Pairs of two lists of one length."
  @spec zip(list, list) :: [{term, term}]
  def zip([a | left], [b | right]), do: [{a, b} | zip(left, right)]
  def zip([], []), do: []

  @doc "Triples of three lists of one length."
  @spec zip3(list, list, list) :: [{term, term, term}]
  def zip3([a | as], [b | bs], [c | cs]), do: [{a, b, c} | zip3(as, bs, cs)]
  def zip3([], [], []), do: []

  @doc "Two lists of one length, combined by a function."
  @spec zipwith((term, term -> term), list, list) :: list
  def zipwith(fun, [a | left], [b | right]), do: [fun.(a, b) | zipwith(fun, left, right)]
  def zipwith(fun, [], []) when is_function(fun, 2), do: []

  @doc "Three lists of one length, combined by a function."
  @spec zipwith3((term, term, term -> term), list, list, list) :: list
  def zipwith3(fun, [a | as], [b | bs], [c | cs]), do: [fun.(a, b, c) | zipwith3(fun, as, bs, cs)]
  def zipwith3(fun, [], [], []) when is_function(fun, 3), do: []

  @doc "Pairs taken apart."
  @spec unzip([{term, term}]) :: {list, list}
  def unzip(pairs), do: unzip(pairs, [], [])

  defp unzip([{a, b} | tail], left, right), do: unzip(tail, [a | left], [b | right])
  defp unzip([], left, right), do: {:lists.reverse(left), :lists.reverse(right)}

  @doc "Triples taken apart."
  @spec unzip3([{term, term, term}]) :: {list, list, list}
  def unzip3(triples), do: unzip3(triples, [], [], [])

  defp unzip3([{a, b, c} | tail], as, bs, cs), do: unzip3(tail, [a | as], [b | bs], [c | cs])
  defp unzip3([], as, bs, cs), do: {:lists.reverse(as), :lists.reverse(bs), :lists.reverse(cs)}

  # ---- with functions ----

  @doc "The function's results."
  @spec map((term -> term), list) :: list
  def map(fun, list) when is_function(fun, 1), do: map_all(fun, list)

  defp map_all(fun, [head | tail]), do: [fun.(head) | map_all(fun, tail)]
  defp map_all(_, []), do: []

  @doc "The function's resulting lists, in one."
  @spec flatmap((term -> list), list) :: list
  def flatmap(fun, [head | tail]) when is_function(fun, 1), do: fun.(head) ++ flatmap(fun, tail)
  def flatmap(fun, []) when is_function(fun, 1), do: []

  @doc "Elements for which the function is true."
  @spec filter((term -> boolean), list) :: list
  def filter(fun, list) when is_function(fun, 1), do: filter_all(fun, list)

  defp filter_all(fun, [head | tail]) do
    case fun.(head) do
      true -> [head | filter_all(fun, tail)]
      false -> filter_all(fun, tail)
      other -> :erlang.error({:bad_filter, other})
    end
  end

  defp filter_all(_, []), do: []

  @doc "Keeps (true), replaces (`{true, value}`) or drops (false) elements."
  @spec filtermap((term -> boolean | {true, term}), list) :: list
  def filtermap(fun, [head | tail]) when is_function(fun, 1) do
    case fun.(head) do
      true -> [head | filtermap(fun, tail)]
      {true, value} -> [value | filtermap(fun, tail)]
      false -> filtermap(fun, tail)
    end
  end

  def filtermap(fun, []) when is_function(fun, 1), do: []

  @doc "Likewise, under its old name."
  @spec zf((term -> boolean | {true, term}), list) :: list
  def zf(fun, list), do: filtermap(fun, list)

  @doc "Calls the function with each element."
  @spec foreach((term -> term), list) :: :ok
  def foreach(fun, list) when is_function(fun, 1), do: each(fun, list)

  defp each(fun, [head | tail]) do
    fun.(head)
    each(fun, tail)
  end

  defp each(_, []), do: :ok

  @doc "Folds from the left; the function gets element and accumulator."
  @spec foldl((term, acc -> acc), acc, list) :: acc when acc: term
  def foldl(fun, acc, list) when is_function(fun, 2), do: fold_left(fun, acc, list)

  defp fold_left(fun, acc, [head | tail]), do: fold_left(fun, fun.(head, acc), tail)
  defp fold_left(_, acc, []), do: acc

  @doc "Folds from the right."
  @spec foldr((term, acc -> acc), acc, list) :: acc when acc: term
  def foldr(fun, acc, list) when is_function(fun, 2), do: fold_left(fun, acc, :lists.reverse(list))

  @doc "Maps and folds from the left."
  @spec mapfoldl((term, acc -> {term, acc}), acc, list) :: {list, acc} when acc: term
  def mapfoldl(fun, acc, list) when is_function(fun, 2), do: mapfold(fun, acc, list, [])

  defp mapfold(fun, acc, [head | tail], done) do
    {value, acc} = fun.(head, acc)
    mapfold(fun, acc, tail, [value | done])
  end

  defp mapfold(_, acc, [], done), do: {:lists.reverse(done), acc}

  @doc "Maps and folds from the right."
  @spec mapfoldr((term, acc -> {term, acc}), acc, list) :: {list, acc} when acc: term
  def mapfoldr(fun, acc, list) when is_function(fun, 2), do: mapfold_right(fun, acc, :lists.reverse(list), [])

  defp mapfold_right(fun, acc, [head | tail], done) do
    {value, acc} = fun.(head, acc)
    mapfold_right(fun, acc, tail, [value | done])
  end

  defp mapfold_right(_, acc, [], done), do: {done, acc}

  @doc "Whether the function is true for all."
  @spec all((term -> boolean), list) :: boolean
  def all(fun, [head | tail]) when is_function(fun, 1) do
    case fun.(head) do
      true -> all(fun, tail)
      false -> false
    end
  end

  def all(fun, []) when is_function(fun, 1), do: true

  @doc "Whether the function is true for any."
  @spec any((term -> boolean), list) :: boolean
  def any(fun, [head | tail]) when is_function(fun, 1) do
    case fun.(head) do
      true -> true
      false -> any(fun, tail)
    end
  end

  def any(fun, []) when is_function(fun, 1), do: false

  @doc "The first for which the function is true: `{:value, element}` or false."
  @spec search((term -> boolean), list) :: {:value, term} | false
  def search(fun, [head | tail]) when is_function(fun, 1) do
    case fun.(head) do
      true -> {:value, head}
      false -> search(fun, tail)
    end
  end

  def search(fun, []) when is_function(fun, 1), do: false

  # ---- numbers and elements ----

  @doc "The sum."
  @spec sum([number]) :: number
  def sum(list), do: sum(list, 0)

  defp sum([head | tail], acc), do: sum(tail, acc + head)
  defp sum([], acc), do: acc

  @doc "The greatest element."
  @spec max(list) :: term
  def max([head | tail]), do: greatest(tail, head)

  defp greatest([head | tail], best) when head > best, do: greatest(tail, head)
  defp greatest([_ | tail], best), do: greatest(tail, best)
  defp greatest([], best), do: best

  @doc "The least element."
  @spec min(list) :: term
  def min([head | tail]), do: least(tail, head)

  defp least([head | tail], best) when head < best, do: least(tail, head)
  defp least([_ | tail], best), do: least(tail, best)
  defp least([], best), do: best

  @doc "Without the first occurrence of an element."
  @spec delete(term, list) :: list
  def delete(item, [item | tail]), do: tail
  def delete(item, [head | tail]), do: [head | delete(item, tail)]
  def delete(_, []), do: []

  @doc "Each element once, the first stays."
  @spec uniq(list) :: list
  def uniq(list), do: uniq_all(list, %{})

  defp uniq_all([head | tail], seen) do
    case :maps.is_key(head, seen) do
      true -> uniq_all(tail, seen)
      false -> [head | uniq_all(tail, :maps.put(head, [], seen))]
    end
  end

  defp uniq_all([], _), do: []

  @doc "Each element once by what the function makes of it."
  @spec uniq((term -> term), list) :: list
  def uniq(fun, list) when is_function(fun, 1), do: uniq_by(fun, list, %{})

  defp uniq_by(fun, [head | tail], seen) do
    key = fun.(head)

    case :maps.is_key(key, seen) do
      true -> uniq_by(fun, tail, seen)
      false -> [head | uniq_by(fun, tail, :maps.put(key, [], seen))]
    end
  end

  defp uniq_by(_, [], _), do: []

  # ---- lists of tuples ----

  @doc "Without the first tuple with that key."
  @spec keydelete(term, pos_integer, [tuple]) :: [tuple]
  def keydelete(key, n, list) when is_integer(n) and n > 0, do: delete_key(key, n, list)

  defp delete_key(key, n, [head | tail]) when :erlang.element(n, head) == key, do: tail
  defp delete_key(key, n, [head | tail]), do: [head | delete_key(key, n, tail)]
  defp delete_key(_, _, []), do: []

  @doc "Replaces the first tuple with that key."
  @spec keyreplace(term, pos_integer, [tuple], tuple) :: [tuple]
  def keyreplace(key, n, list, new) when is_integer(n) and n > 0 and is_tuple(new), do: replace_key(key, n, list, new)

  defp replace_key(key, n, [head | tail], new) when :erlang.element(n, head) == key, do: [new | tail]
  defp replace_key(key, n, [head | tail], new), do: [head | replace_key(key, n, tail, new)]
  defp replace_key(_, _, [], _), do: []

  @doc "Replaces the first tuple with that key, or adds one at the end."
  @spec keystore(term, pos_integer, [tuple], tuple) :: [tuple]
  def keystore(key, n, list, new) when is_integer(n) and n > 0 and is_tuple(new), do: store_key(key, n, list, new)

  defp store_key(key, n, [head | tail], new) when :erlang.element(n, head) == key, do: [new | tail]
  defp store_key(key, n, [head | tail], new), do: [head | store_key(key, n, tail, new)]
  defp store_key(_, _, [], new), do: [new]

  @doc "Takes the first tuple with that key out: `{:value, tuple, rest}` or false."
  @spec keytake(term, pos_integer, [tuple]) :: {:value, tuple, [tuple]} | false
  def keytake(key, n, list) when is_integer(n) and n > 0, do: take_key(key, n, list, [])

  defp take_key(key, n, [head | tail], before) when :erlang.element(n, head) == key, do: {:value, head, :lists.reverse(before, tail)}
  defp take_key(key, n, [head | tail], before), do: take_key(key, n, tail, [head | before])
  defp take_key(_, _, [], _), do: false

  @doc "Maps the n-th element of each tuple."
  @spec keymap((term -> term), pos_integer, [tuple]) :: [tuple]
  def keymap(fun, n, [head | tail]), do: [:erlang.setelement(n, head, fun.(:erlang.element(n, head))) | keymap(fun, n, tail)]
  def keymap(fun, n, []) when is_integer(n) and n >= 1 and is_function(fun, 1), do: []

  # ---- sorting ----

  @doc "Sorted, equal elements in their order."
  @spec sort(list) :: list
  def sort(list), do: Joist.Sort.sort(list)

  @doc "Sorted by a function that tells whether the first may stand before the second."
  @spec sort((term, term -> boolean), list) :: list
  def sort(fun, list) when is_function(fun, 2), do: Joist.Sort.sort(fun, list)

  @doc "Sorted, of equal elements the first."
  @spec usort(list) :: list
  def usort(list), do: list |> Joist.Sort.sort() |> Joist.Sort.unique()

  @doc "Sorted by a function, of equal elements the first."
  @spec usort((term, term -> boolean), list) :: list
  def usort(fun, list) when is_function(fun, 2), do: Joist.Sort.unique(fun, Joist.Sort.sort(fun, list))

  @doc "Tuples sorted by their n-th element."
  @spec keysort(pos_integer, [tuple]) :: [tuple]
  def keysort(n, list) when is_integer(n) and n > 0, do: Joist.Sort.keysort(n, list)

  @doc "Tuples sorted by their n-th element, of equal keys the first."
  @spec ukeysort(pos_integer, [tuple]) :: [tuple]
  def ukeysort(n, list) when is_integer(n) and n > 0, do: Joist.Sort.unique_keys(n, Joist.Sort.keysort(n, list))

  @doc "Sorted lists in one."
  @spec merge([list]) :: list
  def merge([]), do: []
  def merge([list]), do: list
  def merge([left, right | rest]), do: merge([merge(left, right) | rest])

  @doc "Two sorted lists in one."
  @spec merge(list, list) :: list
  def merge(left, right), do: Joist.Sort.merge(left, right)

  @doc "Two lists sorted by a function in one."
  @spec merge((term, term -> boolean), list, list) :: list
  def merge(fun, left, right) when is_function(fun, 2), do: Joist.Sort.merge(fun, left, right)

  @doc "Three sorted lists in one."
  @spec merge3(list, list, list) :: list
  def merge3(first, second, third), do: merge(merge(first, second), third)

  @doc "Sorted lists without duplicates in one."
  @spec umerge([list]) :: list
  def umerge([]), do: []
  def umerge([list]), do: list
  def umerge([left, right | rest]), do: umerge([umerge(left, right) | rest])

  @doc "Two sorted lists without duplicates in one."
  @spec umerge(list, list) :: list
  def umerge(left, right), do: Joist.Sort.unique(Joist.Sort.merge(left, right))

  @doc "Two lists without duplicates, sorted by a function, in one."
  @spec umerge((term, term -> boolean), list, list) :: list
  def umerge(fun, left, right) when is_function(fun, 2), do: Joist.Sort.unique(fun, Joist.Sort.merge(fun, left, right))

  @doc "Three sorted lists without duplicates in one."
  @spec umerge3(list, list, list) :: list
  def umerge3(first, second, third), do: umerge(umerge(first, second), third)

  @doc "Two lists of tuples, sorted by the n-th element, in one."
  @spec keymerge(pos_integer, [tuple], [tuple]) :: [tuple]
  def keymerge(n, left, right) when is_integer(n) and n > 0,
    do: Joist.Sort.merge(fn a, b -> :erlang.element(n, a) <= :erlang.element(n, b) end, left, right)

  @doc "Two lists of tuples, sorted by the n-th element without duplicates, in one."
  @spec ukeymerge(pos_integer, [tuple], [tuple]) :: [tuple]
  def ukeymerge(n, left, right) when is_integer(n) and n > 0, do: Joist.Sort.unique_keys(n, keymerge(n, left, right))
end
