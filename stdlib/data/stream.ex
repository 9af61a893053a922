# SPDX-License-Identifier: Apache-2.0
#
# Lazy operations: nothing is computed until an Enum function or Stream.run/1 walks the stream.
#
# Two kinds of streams are made here.
# * %Stream{}: a source and stages. A stage is a function that is given the reducing function behind it and
#   gives the one in front of it, so a pipeline of any length is one walk over the source, without queues
#   between its stages. A stage that remembers something keeps it in the accumulator, which is
#   [state | what the stages behind it see]; the caller's accumulator is innermost. `funs` and `accs`
#   hold stages and first states, the last stage first.
#   Stages that remember are made by Stream.Stage.
#   A stage that still has something to give when the source ends (`done`) is always the last of its
#   %Stream{}; stages after it begin another one around it.
# * Functions of two arguments, for what may give several elements for one or none for many steps, where a
#   suspension can fall in between. Stream.Flow runs them.
#
# Invariant: a stage gives at most one element behind it for each in front, so `:suspend` from
# behind can be passed on as it is.

defmodule Stream do
  @moduledoc """
  Lazy, composable enumerables.

      iex> 1..3 |> Stream.map(fn x -> x * 2 end) |> Enum.to_list()
      [2, 4, 6]
  """

  defstruct enum: nil, funs: [], accs: [], done: nil

  @type acc :: any
  @type element :: any
  @type index :: non_neg_integer
  @type default :: any
  @type timer :: non_neg_integer | :infinity

  alias Stream.Stage

  # --- making stages -------------------------------------------------------------------------

  defp lazy(%Stream{done: nil, funs: funs} = stream, fun), do: %{stream | funs: [fun | funs]}
  defp lazy(enum, fun), do: %Stream{enum: enum, funs: [fun]}

  defp lazy(%Stream{done: nil, funs: funs, accs: accs} = stream, state, fun) do
    %{stream | funs: [fun | funs], accs: [state | accs]}
  end

  defp lazy(enum, state, fun), do: %Stream{enum: enum, funs: [fun], accs: [state]}

  # --- without memory --------------------------------------------------------------------------

  @doc """
  Maps each element.

      iex> Enum.to_list(Stream.map([1, 2], fn x -> x + 1 end))
      [2, 3]
  """
  @spec map(Enumerable.t(), (element -> any)) :: Enumerable.t()
  def map(enum, fun) when is_function(fun, 1) do
    lazy(enum, fn next -> fn x, acc -> next.(fun.(x), acc) end end)
  end

  @doc """
  Keeps elements for which `fun` is truthy.

      iex> Enum.to_list(Stream.filter(1..4, fn x -> x > 2 end))
      [3, 4]
  """
  @spec filter(Enumerable.t(), (element -> as_boolean(term))) :: Enumerable.t()
  def filter(enum, fun) when is_function(fun, 1) do
    lazy(enum, fn next -> fn x, acc -> if fun.(x), do: next.(x, acc), else: {:cont, acc} end end)
  end

  @doc """
  Leaves out elements for which `fun` is truthy.

      iex> Enum.to_list(Stream.reject(1..4, fn x -> x > 2 end))
      [1, 2]
  """
  @spec reject(Enumerable.t(), (element -> as_boolean(term))) :: Enumerable.t()
  def reject(enum, fun) when is_function(fun, 1) do
    lazy(enum, fn next -> fn x, acc -> if fun.(x), do: {:cont, acc}, else: next.(x, acc) end end)
  end

  @doc false
  @deprecated "Use Stream.filter/2 + Stream.map/2"
  def filter_map(enum, filter, mapper), do: enum |> filter(filter) |> map(mapper)

  @doc """
  Calls `fun` with each element that passes.

      iex> Enum.to_list(Stream.each([1, 2], fn x -> x end))
      [1, 2]
  """
  @spec each(Enumerable.t(), (element -> term)) :: Enumerable.t()
  def each(enum, fun) when is_function(fun, 1) do
    lazy(enum, fn next ->
      fn x, acc ->
        fun.(x)
        next.(x, acc)
      end
    end)
  end

  @doc """
  Ends where `fun` is falsy.

      iex> Enum.to_list(Stream.take_while(1..100, fn x -> x < 3 end))
      [1, 2]
  """
  @spec take_while(Enumerable.t(), (element -> as_boolean(term))) :: Enumerable.t()
  def take_while(enum, fun) when is_function(fun, 1) do
    lazy(enum, fn next -> fn x, acc -> if fun.(x), do: next.(x, acc), else: {:halt, acc} end end)
  end

  # --- with memory ---------------------------------------------------------------------------

  @doc """
  The first `count` elements; the last ones when negative.

      iex> Enum.to_list(Stream.take(1..100, 2))
      [1, 2]
  """
  @spec take(Enumerable.t(), integer) :: Enumerable.t()
  def take(enum, count) when is_integer(count), do: take_count(enum, count)

  defp take_count(_enum, 0), do: %Stream{enum: []}

  defp take_count(enum, count) when count > 0 do
    lazy(enum, count, Stage.take())
  end

  defp take_count(enum, count), do: &Enumerable.reduce(Enum.take(enum, count), &1, &2)

  @doc """
  Every `nth` element, beginning with the first.

      iex> Enum.to_list(Stream.take_every(1..6, 2))
      [1, 3, 5]
  """
  @spec take_every(Enumerable.t(), non_neg_integer) :: Enumerable.t()
  def take_every(enum, nth) when is_integer(nth) and nth >= 0, do: every_taken(enum, nth)

  defp every_taken(_enum, 0), do: %Stream{enum: []}

  defp every_taken(enum, nth) do
    lazy(enum, 0, Stage.take_every(nth))
  end

  @doc """
  Without the first `n` elements; without the last ones when negative.

      iex> Enum.to_list(Stream.drop(1..4, -1))
      [1, 2, 3]
  """
  @spec drop(Enumerable.t(), integer) :: Enumerable.t()
  def drop(enum, n) when is_integer(n) and n >= 0 do
    lazy(enum, n, Stage.drop())
  end

  def drop(enum, n) when is_integer(n) do
    lazy(enum, {-n, [], []}, Stage.drop_last())
  end

  @doc """
  Without every `nth` element, the first one included.

      iex> Enum.to_list(Stream.drop_every(1..6, 2))
      [2, 4, 6]
  """
  @spec drop_every(Enumerable.t(), non_neg_integer) :: Enumerable.t()
  def drop_every(enum, nth) when is_integer(nth) and nth >= 0, do: every_dropped(enum, nth)

  defp every_dropped(enum, 0), do: %Stream{enum: enum}
  defp every_dropped(_enum, 1), do: %Stream{enum: []}

  defp every_dropped(enum, nth) do
    lazy(enum, 0, Stage.drop_every(nth))
  end

  @doc """
  Without the first elements for which `fun` is truthy.

      iex> Enum.to_list(Stream.drop_while(1..4, fn x -> x < 3 end))
      [3, 4]
  """
  @spec drop_while(Enumerable.t(), (element -> as_boolean(term))) :: Enumerable.t()
  def drop_while(enum, fun) when is_function(fun, 1) do
    lazy(enum, true, Stage.drop_while(fun))
  end

  @doc """
  Maps every `nth` element, from the first one on; the others stay.

      iex> Enum.to_list(Stream.map_every(1..5, 2, fn x -> x + 100 end))
      [101, 2, 103, 4, 105]
  """
  @spec map_every(Enumerable.t(), non_neg_integer, (element -> any)) :: Enumerable.t()
  def map_every(enum, nth, fun) when is_integer(nth) and nth >= 0 and is_function(fun, 1) do
    every_mapped(enum, nth, fun)
  end

  defp every_mapped(enum, 1, fun), do: map(enum, fun)
  defp every_mapped(enum, 0, _fun), do: %Stream{enum: enum}

  defp every_mapped(enum, nth, fun) do
    lazy(enum, 0, Stage.map_every(nth, fun))
  end

  @doc """
  Each element with its index, counted from an offset; or `fun.(element, index)`.

      iex> Enum.to_list(Stream.with_index([:a, :b]))
      [a: 0, b: 1]
  """
  @spec with_index(Enumerable.t(), integer | (element, index -> any)) :: Enumerable.t()
  def with_index(enum, fun_or_offset \\ 0)

  def with_index(enum, offset) when is_integer(offset) do
    lazy(enum, offset, Stage.with_index())
  end

  def with_index(enum, fun) when is_function(fun, 2) do
    lazy(enum, 0, Stage.with_index(fun))
  end

  @doc """
  Successive accumulators, the first element being the first.

      iex> Enum.to_list(Stream.scan(1..4, fn x, acc -> x + acc end))
      [1, 3, 6, 10]
  """
  @spec scan(Enumerable.t(), (element, acc -> any)) :: Enumerable.t()
  def scan(enum, fun) when is_function(fun, 2) do
    lazy(enum, :none, Stage.scan_first(fun))
  end

  @doc """
  Successive accumulators, starting from `acc`.

      iex> Enum.to_list(Stream.scan(1..3, 10, fn x, acc -> x + acc end))
      [11, 13, 16]
  """
  @spec scan(Enumerable.t(), acc, (element, acc -> any)) :: Enumerable.t()
  def scan(enum, acc, fun) when is_function(fun, 2) do
    lazy(enum, acc, Stage.scan(fun))
  end

  @doc """
  Without elements equal to the one before.

      iex> Enum.to_list(Stream.dedup([1, 1, 2]))
      [1, 2]
  """
  @spec dedup(Enumerable.t()) :: Enumerable.t()
  def dedup(enum), do: dedup_by(enum, fn x -> x end)

  @doc """
  Without elements whose result of `fun` equals that of the one before.

      iex> Enum.to_list(Stream.dedup_by([1, -1, 2], &abs/1))
      [1, 2]
  """
  @spec dedup_by(Enumerable.t(), (element -> term)) :: Enumerable.t()
  def dedup_by(enum, fun) when is_function(fun, 1) do
    lazy(enum, :none, Stage.dedup_by(fun))
  end

  @doc """
  Without elements that occurred before; remembers all of them.

      iex> Enum.to_list(Stream.uniq([1, 2, 1]))
      [1, 2]
  """
  @spec uniq(Enumerable.t()) :: Enumerable.t()
  def uniq(enum), do: uniq_by(enum, fn x -> x end)

  @doc false
  @deprecated "Use Stream.uniq_by/2 instead"
  def uniq(enum, fun), do: uniq_by(enum, fun)

  @doc """
  Without elements whose result of `fun` occurred before; remembers all of these.

      iex> Enum.to_list(Stream.uniq_by([1, -1, 2], &abs/1))
      [1, 2]
  """
  @spec uniq_by(Enumerable.t(), (element -> term)) :: Enumerable.t()
  def uniq_by(enum, fun) when is_function(fun, 1) do
    lazy(enum, %{}, Stage.uniq_by(fun))
  end

  # --- chunks --------------------------------------------------------------------------------

  @doc """
  Lists of `count` elements each; the last may be shorter.

      iex> Enum.to_list(Stream.chunk_every(1..3, 2))
      [[1, 2], [3]]
  """
  @spec chunk_every(Enumerable.t(), pos_integer) :: Enumerable.t()
  def chunk_every(enum, count), do: chunk_every(enum, count, count, [])

  @doc """
  Lists of `count` elements, each beginning `step` after the one before; see `Enum.chunk_every/4`.

      iex> Enum.to_list(Stream.chunk_every(1..6, 3, 2, :discard))
      [[1, 2, 3], [3, 4, 5]]
  """
  @spec chunk_every(Enumerable.t(), pos_integer, pos_integer, Enumerable.t() | :discard) :: Enumerable.t()
  def chunk_every(enum, count, step, leftover \\ [])
      when is_integer(count) and count > 0 and is_integer(step) and step > 0 do
    {chunk_fun, after_fun} = Stage.windows(count, step, leftover)
    chunk_while(enum, {[], count, 0, false}, chunk_fun, after_fun)
  end

  @doc false
  @deprecated "Use Stream.chunk_every/2 instead"
  def chunk(enum, n), do: chunk(enum, n, n, nil)

  @doc false
  @deprecated "Use Stream.chunk_every/3 instead"
  def chunk(enum, n, step), do: chunk(enum, n, step, nil)

  @doc false
  @deprecated "Use Stream.chunk_every/4 instead"
  def chunk(enum, n, step, leftover), do: chunk_every(enum, n, step, leftover || :discard)

  @doc """
  A new list wherever the result of `fun` changes.

      iex> Enum.to_list(Stream.chunk_by([1, 2, 2, 3], &(rem(&1, 2) == 1)))
      [[1], [2, 2], [3]]
  """
  @spec chunk_by(Enumerable.t(), (element -> any)) :: Enumerable.t()
  def chunk_by(enum, fun) when is_function(fun, 1) do
    {chunk_fun, after_fun} = Stage.runs(fun)
    chunk_while(enum, :none, chunk_fun, after_fun)
  end

  @doc """
  Chunks by hand; see `Enum.chunk_while/4`.

      iex> Enum.to_list(Stream.chunk_while([1, 2, 3], 0, fn x, acc -> {:cont, acc + x} end, fn acc -> {:cont, acc, 0} end))
      [6]
  """
  @spec chunk_while(
          Enumerable.t(),
          acc,
          (element, acc -> {:cont, any, acc} | {:cont, acc} | {:halt, acc}),
          (acc -> {:cont, any, acc} | {:cont, acc})
        ) :: Enumerable.t()
  def chunk_while(enum, acc, chunk_fun, after_fun) when is_function(chunk_fun, 2) and is_function(after_fun, 1) do
    %{lazy(enum, acc, Stage.chunk_while(chunk_fun)) | done: Stage.chunk_after(after_fun)}
  end

  # --- several enumerables ---------------------------------------------------------------------

  @doc """
  Maps each element to an enumerable and walks those one after the other.

      iex> Enum.to_list(Stream.flat_map([1, 2], fn x -> [x, x] end))
      [1, 1, 2, 2]
  """
  @spec flat_map(Enumerable.t(), (element -> Enumerable.t())) :: Enumerable.t()
  def flat_map(enum, mapper) when is_function(mapper, 1) do
    transform(enum, nil, fn x, state -> {mapper.(x), state} end)
  end

  @doc """
  Walks a stream of enumerables one after the other.

      iex> Enum.to_list(Stream.concat([1..2, [3]]))
      [1, 2, 3]
  """
  @spec concat(Enumerable.t()) :: Enumerable.t()
  def concat(enumerables), do: flat_map(enumerables, fn x -> x end)

  @doc """
  Walks the first, then the second.

      iex> Enum.to_list(Stream.concat(1..2, [3]))
      [1, 2, 3]
  """
  @spec concat(Enumerable.t(), Enumerable.t()) :: Enumerable.t()
  def concat(first, second), do: flat_map([first, second], fn x -> x end)

  @doc """
  `flat_map/2` with an accumulator: `reducer` gives `{enumerable, acc}` or `{:halt, acc}`.

      iex> Enum.to_list(Stream.transform(1..9, 0, fn x, acc -> if acc < 3, do: {[x], acc + 1}, else: {:halt, acc} end))
      [1, 2, 3]
  """
  @spec transform(Enumerable.t(), acc, (element, acc -> {Enumerable.t(), acc} | {:halt, acc})) :: Enumerable.t()
  def transform(enum, acc, reducer) when is_function(reducer, 2) do
    &Stream.Flow.transform(enum, acc, reducer, &1, &2)
  end

  @doc """
  `transform/3` whose accumulator is made by `start_fun` when walking begins and given to `after_fun` at its end.

      iex> Enum.to_list(Stream.transform([1, 2], fn -> 0 end, fn x, acc -> {[x + acc], x} end, fn _ -> :ok end))
      [1, 3]
  """
  @spec transform(Enumerable.t(), (() -> acc), (element, acc -> {Enumerable.t(), acc} | {:halt, acc}), (acc -> term)) ::
          Enumerable.t()
  def transform(enum, start_fun, reducer, after_fun)
      when is_function(start_fun, 0) and is_function(reducer, 2) and is_function(after_fun, 1) do
    &Stream.Flow.transform(enum, start_fun, reducer, nil, after_fun, &1, &2)
  end

  @doc """
  `transform/4` where `last_fun` may give more elements when all of `enum` was walked.

      iex> Enum.to_list(Stream.transform([1, 2], fn -> 0 end, fn x, acc -> {[], x + acc} end, fn acc -> {[acc], acc} end, fn _ -> :ok end))
      [3]
  """
  @spec transform(
          Enumerable.t(),
          (() -> acc),
          (element, acc -> {Enumerable.t(), acc} | {:halt, acc}),
          (acc -> {Enumerable.t(), acc} | {:halt, acc}),
          (acc -> term)
        ) :: Enumerable.t()
  def transform(enum, start_fun, reducer, last_fun, after_fun)
      when is_function(start_fun, 0) and is_function(reducer, 2) and is_function(last_fun, 1) and
             is_function(after_fun, 1) do
    &Stream.Flow.transform(enum, start_fun, reducer, last_fun, after_fun, &1, &2)
  end

  @doc """
  `intersperse_element` between each two elements.

      iex> Enum.to_list(Stream.intersperse([1, 2], 0))
      [1, 0, 2]
  """
  @spec intersperse(Enumerable.t(), any) :: Enumerable.t()
  def intersperse(enumerable, intersperse_element) do
    transform(enumerable, false, fn
      x, true -> {[intersperse_element, x], true}
      x, false -> {[x], true}
    end)
  end

  @doc """
  Pairs of the elements of both, as long as both last.

      iex> Enum.to_list(Stream.zip(1..3, [:a, :b]))
      [{1, :a}, {2, :b}]
  """
  @spec zip(Enumerable.t(), Enumerable.t()) :: Enumerable.t()
  def zip(left, right), do: zip_with(left, right, fn x, y -> {x, y} end)

  @doc """
  Tuples of the elements of all enumerables in a collection.

      iex> Enum.to_list(Stream.zip([1..2, [:a, :b]]))
      [{1, :a}, {2, :b}]
  """
  @spec zip([Enumerable.t()] | Enumerable.t()) :: Enumerable.t()
  def zip(enumerables), do: zip_with(enumerables, &:erlang.list_to_tuple/1)

  @doc """
  `zip_fun` of the elements of both, as long as both last.

      iex> Enum.to_list(Stream.zip_with(1..2, 3..4, fn x, y -> x + y end))
      [4, 6]
  """
  @spec zip_with(Enumerable.t(), Enumerable.t(), (term, term -> term)) :: Enumerable.t()
  def zip_with(left, right, zip_fun) when is_function(zip_fun, 2) do
    zip_with([left, right], fn [x, y] -> zip_fun.(x, y) end)
  end

  @doc """
  `zip_fun` of the lists of the elements of all enumerables in a collection.

      iex> Enum.to_list(Stream.zip_with([1..2, 3..4], &Enum.sum/1))
      [4, 6]
  """
  @spec zip_with(Enumerable.t(), ([term] -> term)) :: Enumerable.t()
  def zip_with(enumerables, zip_fun) when is_function(zip_fun, 1) do
    &Stream.Flow.zip(enumerables, zip_fun, &1, &2)
  end

  # --- sources -------------------------------------------------------------------------------

  @doc """
  Walks an enumerable over and over.

      iex> Enum.take(Stream.cycle([1, 2]), 3)
      [1, 2, 1]
  """
  @spec cycle(Enumerable.t()) :: Enumerable.t()
  def cycle(enumerable)
  def cycle([]), do: raise(ArgumentError, "cannot cycle over an empty enumerable")
  def cycle(list) when is_list(list), do: &Stream.Flow.cycle_list(list, list, &1, &2)
  def cycle(enumerable), do: &Stream.Flow.cycle(enumerable, &1, &2)

  @doc """
  `start_value`, then `next_fun` of it, then of that, without end.

      iex> Enum.take(Stream.iterate(1, fn x -> x * 2 end), 4)
      [1, 2, 4, 8]
  """
  @spec iterate(element, (element -> element)) :: Enumerable.t()
  def iterate(start_value, next_fun) when is_function(next_fun, 1) do
    &Stream.Flow.iterate(start_value, next_fun, &1, &2)
  end

  @doc """
  The elements that `next_fun` gives as `{element, next_acc}`, until it gives nil.

      iex> Enum.to_list(Stream.unfold(3, fn 0 -> nil; n -> {n, n - 1} end))
      [3, 2, 1]
  """
  @spec unfold(acc, (acc -> {element, acc} | nil)) :: Enumerable.t()
  def unfold(next_acc, next_fun) when is_function(next_fun, 1) do
    &Stream.Flow.unfold(next_acc, next_fun, &1, &2)
  end

  @doc """
  The results of calling `generator_fun`, without end.

      iex> Enum.take(Stream.repeatedly(fn -> 1 end), 2)
      [1, 1]
  """
  @spec repeatedly((() -> element)) :: Enumerable.t()
  def repeatedly(generator_fun) when is_function(generator_fun, 0) do
    &Stream.Flow.repeatedly(generator_fun, &1, &2)
  end

  @doc """
  `value`, `n` times.

      iex> Enum.to_list(Stream.duplicate(:a, 2))
      [:a, :a]
  """
  @spec duplicate(any, non_neg_integer) :: Enumerable.t()
  def duplicate(value, n) when is_integer(n) and n >= 0 do
    unfold(n, fn
      0 -> nil
      left -> {value, left - 1}
    end)
  end

  @doc """
  The indexes from an offset on, or `fun` of the indexes from 0 on, without end.

      iex> Enum.take(Stream.from_index(5), 2)
      [5, 6]
  """
  @spec from_index(integer | (index -> any)) :: Enumerable.t()
  def from_index(fun_or_offset \\ 0)
  def from_index(offset) when is_integer(offset), do: iterate(offset, fn i -> i + 1 end)
  def from_index(fun) when is_function(fun, 1), do: unfold(0, fn i -> {fun.(i), i + 1} end)

  @doc """
  The elements of something opened by `start_fun`: `next_fun` gives `{enumerable, acc}` or `{:halt, acc}`,
  `after_fun` is called at the end, whatever that is.

      iex> Enum.to_list(Stream.resource(fn -> 2 end, fn 0 -> {:halt, 0}; n -> {[n], n - 1} end, fn _ -> :ok end))
      [2, 1]
  """
  @spec resource((() -> acc), (acc -> {Enumerable.t(), acc} | {:halt, acc}), (acc -> term)) :: Enumerable.t()
  def resource(start_fun, next_fun, after_fun)
      when is_function(start_fun, 0) and is_function(next_fun, 1) and is_function(after_fun, 1) do
    &Stream.Flow.resource(start_fun, next_fun, after_fun, &1, &2)
  end

  @doc """
  0, 1, 2 and so on, each after `n` milliseconds.

      iex> Enum.take(Stream.interval(1), 2)
      [0, 1]
  """
  @spec interval(timer) :: Enumerable.t()
  def interval(n) when (is_integer(n) and n >= 0) or n == :infinity do
    unfold(0, fn count ->
      wait(n)
      {count, count + 1}
    end)
  end

  @doc """
  0 after `n` milliseconds, and no more.

      iex> Enum.to_list(Stream.timer(1))
      [0]
  """
  @spec timer(timer) :: Enumerable.t()
  def timer(n) when (is_integer(n) and n >= 0) or n == :infinity do
    take(interval(n), 1)
  end

  defp wait(n) do
    receive do
    after
      n -> :ok
    end
  end

  # --- effects -------------------------------------------------------------------------------

  @doc """
  Walks the stream for its effects.

      iex> Stream.run(Stream.map([1], fn x -> x end))
      :ok
  """
  @spec run(Enumerable.t()) :: :ok
  def run(stream) do
    Enumerable.reduce(stream, {:cont, nil}, fn _, _ -> {:cont, nil} end)
    :ok
  end

  @doc """
  Puts `transform` of each element that passes into `collectable`.

      iex> Enum.to_list(Stream.into([1, 2], []))
      [1, 2]
  """
  @spec into(Enumerable.t(), Collectable.t(), (term -> term)) :: Enumerable.t()
  def into(enum, collectable, transform \\ fn x -> x end) when is_function(transform, 1) do
    &Stream.Flow.into(enum, collectable, transform, &1, &2)
  end
end

defimpl Enumerable, for: Stream do
  @stopped {Stream, :stopped}

  def count(_stream), do: {:error, __MODULE__}
  def member?(_stream, _value), do: {:error, __MODULE__}
  def slice(_stream), do: {:error, __MODULE__}

  def reduce(%Stream{enum: enum}, {:halt, acc}, fun), do: Enumerable.reduce(enum, {:halt, acc}, fun)
  def reduce(stream, {:suspend, acc}, fun), do: {:suspended, acc, &reduce(stream, &1, fun)}

  def reduce(%Stream{enum: enum, funs: funs, accs: accs, done: done}, {:cont, acc}, fun) do
    result = Enumerable.reduce(enum, {:cont, push(accs, acc)}, compose(funs, fun))
    settle(result, length(accs), done, fun)
  end

  # The last stage and its state come first, and end up innermost.
  defp compose([stage | stages], fun), do: compose(stages, stage.(fun))
  defp compose([], fun), do: fun

  defp push([state | states], acc), do: push(states, [state | acc])
  defp push([], acc), do: acc

  # The accumulator under `depth` states, and the states above another one.
  defp inner(acc, 0), do: acc
  defp inner([_ | rest], depth), do: inner(rest, depth - 1)

  defp replace(_old, 0, acc), do: acc
  defp replace([state | rest], depth, acc), do: [state | replace(rest, depth - 1, acc)]

  defp settle({:suspended, states, continue}, depth, done, fun) do
    {:suspended, inner(states, depth), &resume(states, continue, depth, done, fun, &1)}
  end

  defp settle({ended, states}, depth, nil, _fun), do: {ended, inner(states, depth)}

  # The stage that may have something left is the last: its state is the innermost.
  defp settle({ended, states}, depth, done, fun) do
    case inner(states, depth - 1) do
      [@stopped | acc] -> {ended, acc}
      [state | acc] -> finish(done.(state, acc, fun), ended)
    end
  end

  defp finish({:cont, acc}, ended), do: {ended, acc}
  defp finish({:halt, acc}, _ended), do: {:halted, acc}
  defp finish({:suspend, acc}, ended), do: {:suspended, acc, &finish(&1, ended)}

  defp resume(states, continue, depth, done, fun, {:cont, acc}) do
    settle(continue.({:cont, replace(states, depth, acc)}), depth, done, fun)
  end

  defp resume(states, continue, depth, _done, _fun, {:halt, acc}) do
    continue.({:halt, replace(states, depth, acc)})
    {:halted, acc}
  end

  defp resume(states, continue, depth, done, fun, {:suspend, acc}) do
    {:suspended, acc, &resume(states, continue, depth, done, fun, &1)}
  end
end

defimpl Inspect, for: Stream do
  import Inspect.Algebra
  import Kernel, except: [inspect: 2]

  def inspect(%{enum: enum, funs: funs}, opts) do
    concat(["#Stream<", to_doc([enum: enum, funs: :lists.reverse(funs)], opts), ">"])
  end
end
