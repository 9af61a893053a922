# SPDX-License-Identifier: Apache-2.0
#
# Double-ended queues as two lists, `{rear, front}`: the rear is reversed. Invariant: a queue of two elements or more has none of the lists empty, so
# both ends are at hand; when one would become empty, half of the other moves over.

defmodule :queue do
  @moduledoc """
  Queues, under Erlang's name.

      iex> q = :queue.in(1, :queue.new())
      iex> {{:value, x}, _} = :queue.out(q)
      iex> x
      1
  """

  @type queue :: {list, list}

  @doc "An empty queue."
  @spec new() :: queue
  def new, do: {[], []}

  @doc "Whether a term is a queue."
  @spec is_queue(term) :: boolean
  def is_queue({rear, front}) when is_list(rear) and is_list(front), do: true
  def is_queue(_), do: false

  @doc "Whether a queue is empty."
  @spec is_empty(queue) :: boolean
  def is_empty({[], []}), do: true
  def is_empty({rear, front}) when is_list(rear) and is_list(front), do: false
  def is_empty(_), do: :erlang.error(:badarg)

  @doc "How many elements there are."
  @spec len(queue) :: non_neg_integer
  def len({rear, front}) when is_list(rear) and is_list(front), do: length(rear) + length(front)
  def len(_), do: :erlang.error(:badarg)

  @doc "The elements, front first."
  @spec to_list(queue) :: list
  def to_list({rear, front}) when is_list(rear) and is_list(front), do: front ++ :lists.reverse(rear)
  def to_list(_), do: :erlang.error(:badarg)

  @doc "A queue of the elements of a list, front first."
  @spec from_list(list) :: queue
  def from_list(list) when is_list(list), do: from_front(list)
  def from_list(_), do: :erlang.error(:badarg)

  @doc "Whether an element is in a queue."
  @spec member(term, queue) :: boolean
  def member(item, {rear, front}) when is_list(rear) and is_list(front), do: :lists.member(item, rear) or :lists.member(item, front)
  def member(_, _), do: :erlang.error(:badarg)

  @doc "Puts an element at the rear."
  @spec unquote(:in)(term, queue) :: queue
  def unquote(:in)(item, {[_] = rear, []}), do: {[item], rear}
  def unquote(:in)(item, {rear, front}) when is_list(rear) and is_list(front), do: {[item | rear], front}
  def unquote(:in)(_, _), do: :erlang.error(:badarg)

  @doc "Puts an element at the front."
  @spec in_r(term, queue) :: queue
  def in_r(item, {[], [_] = front}), do: {front, [item]}
  def in_r(item, {rear, front}) when is_list(rear) and is_list(front), do: {rear, [item | front]}
  def in_r(_, _), do: :erlang.error(:badarg)

  @doc "Takes the element at the front: `{{:value, item}, queue}` or `{:empty, queue}`."
  @spec out(queue) :: {{:value, term} | :empty, queue}
  def out({[], []} = queue), do: {:empty, queue}
  def out({[item], []}), do: {{:value, item}, {[], []}}

  def out({[last | rear], []}) do
    [item | front] = :lists.reverse(rear)
    {{:value, item}, {[last], front}}
  end

  def out({rear, [item]}) when is_list(rear), do: {{:value, item}, from_rear(rear)}
  def out({rear, [item | front]}) when is_list(rear), do: {{:value, item}, {rear, front}}
  def out(_), do: :erlang.error(:badarg)

  @doc "Takes the element at the rear."
  @spec out_r(queue) :: {{:value, term} | :empty, queue}
  def out_r({[], []} = queue), do: {:empty, queue}
  def out_r({[], [item]}), do: {{:value, item}, {[], []}}

  def out_r({[], [first | front]}) do
    [item | rear] = :lists.reverse(front)
    {{:value, item}, {rear, [first]}}
  end

  def out_r({[item], front}) when is_list(front), do: {{:value, item}, from_front(front)}
  def out_r({[item | rear], front}) when is_list(front), do: {{:value, item}, {rear, front}}
  def out_r(_), do: :erlang.error(:badarg)

  @doc "The element at the front; there must be one."
  @spec get(queue) :: term
  def get({[], []}), do: :erlang.error(:empty)
  def get({rear, front}) when is_list(rear) and is_list(front), do: first(rear, front)
  def get(_), do: :erlang.error(:badarg)

  defp first(_, [item | _]), do: item
  defp first([item], []), do: item
  defp first([_ | rear], []), do: :lists.last(rear)

  @doc "The element at the rear; there must be one."
  @spec get_r(queue) :: term
  def get_r({[], []}), do: :erlang.error(:empty)
  def get_r({[item | _], front}) when is_list(front), do: item
  def get_r({[], [item]}), do: item
  def get_r({[], [_ | front]}), do: :lists.last(front)
  def get_r(_), do: :erlang.error(:badarg)

  @doc "The element at the front: `{:value, item}` or `:empty`."
  @spec peek(queue) :: {:value, term} | :empty
  def peek({[], []}), do: :empty
  def peek(queue), do: {:value, get(queue)}

  @doc "The element at the rear: `{:value, item}` or `:empty`."
  @spec peek_r(queue) :: {:value, term} | :empty
  def peek_r({[], []}), do: :empty
  def peek_r(queue), do: {:value, get_r(queue)}

  @doc "Without the element at the front."
  @spec drop(queue) :: queue
  def drop({[], []}), do: :erlang.error(:empty)
  def drop(queue), do: queue |> out() |> elem(1)

  @doc "Without the element at the rear."
  @spec drop_r(queue) :: queue
  def drop_r({[], []}), do: :erlang.error(:empty)
  def drop_r(queue), do: queue |> out_r() |> elem(1)

  @doc "In reverse order."
  @spec reverse(queue) :: queue
  def reverse({rear, front}) when is_list(rear) and is_list(front), do: {front, rear}
  def reverse(_), do: :erlang.error(:badarg)

  @doc "Two queues in one."
  @spec join(queue, queue) :: queue
  def join({rear, front} = queue, {[], []}) when is_list(rear) and is_list(front), do: queue
  def join({[], []}, {rear, front} = queue) when is_list(rear) and is_list(front), do: queue

  def join({rear1, front1}, {rear2, front2}) when is_list(rear1) and is_list(front1) and is_list(rear2) and is_list(front2),
    do: {rear2, front1 ++ :lists.reverse(rear1, front2)}

  def join(_, _), do: :erlang.error(:badarg)

  @doc "Splits after n elements."
  @spec split(non_neg_integer, queue) :: {queue, queue}
  def split(n, {rear, front} = queue) when is_integer(n) and n >= 0 and is_list(rear) and is_list(front) do
    in_front = length(front)
    count = in_front + length(rear)

    cond do
      n == 0 ->
        {{[], []}, queue}

      n > count ->
        :erlang.error(:badarg)

      n < in_front ->
        {first, rest} = :lists.split(n, front)
        {last_in_rear(:lists.reverse(first)), {rear, rest}}

      n == in_front ->
        {from_front(front), from_rear(rear)}

      n == count ->
        {queue, {[], []}}

      true ->
        {last, rest} = :lists.split(count - n, rear)
        {{rest, front}, {[hd(last)], :lists.reverse(tl(last))}}
    end
  end

  def split(_, _), do: :erlang.error(:badarg)

  defp last_in_rear([_] = front), do: {[], front}
  defp last_in_rear([last | rest]), do: {[last], :lists.reverse(rest)}

  @doc "Elements for which the function is true, or what the list it answers holds."
  @spec filter((term -> boolean | list), queue) :: queue
  def filter(fun, {rear, front}) when is_function(fun, 1) and is_list(rear) and is_list(front) do
    keep = fn item ->
      case fun.(item) do
        true -> [item]
        false -> []
        list when is_list(list) -> list
      end
    end

    front = :lists.flatmap(keep, front)
    balanced({:lists.flatmap(&:lists.reverse(keep.(&1)), rear), front})
  end

  def filter(_, _), do: :erlang.error(:badarg)

  @doc "Keeps (true), replaces (`{true, value}`) or drops (false) elements."
  @spec filtermap((term -> boolean | {true, term}), queue) :: queue
  def filtermap(fun, {rear, front}) when is_function(fun, 1) and is_list(rear) and is_list(front) do
    front = :lists.filtermap(fun, front)
    balanced({:lists.filtermap(fun, rear), front})
  end

  def filtermap(_, _), do: :erlang.error(:badarg)

  @doc "Folds, front first."
  @spec fold((term, acc -> acc), acc, queue) :: acc when acc: term
  def fold(fun, acc, {rear, front}) when is_function(fun, 2) and is_list(rear) and is_list(front),
    do: :lists.foldr(fun, :lists.foldl(fun, acc, front), rear)

  def fold(_, _, _), do: :erlang.error(:badarg)

  @doc "Whether the function is true for any element."
  @spec any((term -> boolean), queue) :: boolean
  def any(fun, {rear, front}) when is_function(fun, 1) and is_list(rear) and is_list(front),
    do: :lists.any(fun, front) or :lists.any(fun, rear)

  def any(_, _), do: :erlang.error(:badarg)

  @doc "Whether the function is true for all elements."
  @spec all((term -> boolean), queue) :: boolean
  def all(fun, {rear, front}) when is_function(fun, 1) and is_list(rear) and is_list(front),
    do: :lists.all(fun, front) and :lists.all(fun, rear)

  def all(_, _), do: :erlang.error(:badarg)

  @doc "Without the first occurrence of an element."
  @spec delete(term, queue) :: queue
  def delete(item, queue), do: delete_with(&(&1 === item), queue)

  @doc "Without the last occurrence of an element."
  @spec delete_r(term, queue) :: queue
  def delete_r(item, queue), do: delete_with_r(&(&1 === item), queue)

  @doc "Without the first element for which the function is true."
  @spec delete_with((term -> boolean), queue) :: queue
  def delete_with(fun, {rear, front} = queue) when is_function(fun, 1) and is_list(rear) and is_list(front) do
    case without_first(fun, front, []) do
      :none ->
        case without_first(fun, :lists.reverse(rear), []) do
          :none -> queue
          rest -> balanced({:lists.reverse(rest), front})
        end

      rest ->
        balanced({rear, rest})
    end
  end

  def delete_with(_, _), do: :erlang.error(:badarg)

  defp balanced({[], front}), do: from_front(front)
  defp balanced({rear, []}), do: from_rear(rear)
  defp balanced(queue), do: queue

  defp without_first(fun, [item | rest], acc), do: if(fun.(item), do: :lists.reverse(acc, rest), else: without_first(fun, rest, [item | acc]))
  defp without_first(_, [], _), do: :none

  @doc "Without the last element for which the function is true."
  @spec delete_with_r((term -> boolean), queue) :: queue
  def delete_with_r(fun, queue), do: reverse(delete_with(fun, reverse(queue)))

  # Names of the other interface of the module.
  @doc false
  def cons(item, queue), do: in_r(item, queue)
  @doc false
  def head(queue), do: get(queue)
  @doc false
  def tail(queue), do: drop(queue)
  @doc false
  def snoc(queue, item), do: :queue.in(item, queue)
  @doc false
  def daeh(queue), do: get_r(queue)
  @doc false
  def last(queue), do: get_r(queue)
  @doc false
  def liat(queue), do: drop_r(queue)
  @doc false
  def lait(queue), do: drop_r(queue)
  @doc false
  def init(queue), do: drop_r(queue)

  defp from_rear([]), do: {[], []}
  defp from_rear([_] = rear), do: {[], rear}
  defp from_rear([y, x]), do: {[y], [x]}

  defp from_rear(list) do
    {rear, front} = :lists.split(div(length(list), 2), list)
    {rear, :lists.reverse(front)}
  end

  defp from_front([]), do: {[], []}
  defp from_front([_] = front), do: {front, []}
  defp from_front([x, y]), do: {[y], [x]}

  defp from_front(list) do
    {front, rear} = :lists.split(div(length(list), 2), list)
    {:lists.reverse(rear), front}
  end
end
