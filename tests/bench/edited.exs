# A program as one edits it: a shop that reads orders from text, books them in a process each, and prints a report. tests/bench/start changes
# the number in `revision` before every run.
defmodule Shop.Money do
  @moduledoc "Amounts in cents."
  defstruct cents: 0

  def new(cents) when is_integer(cents), do: %__MODULE__{cents: cents}
  def add(%__MODULE__{cents: a}, %__MODULE__{cents: b}), do: new(a + b)
  def times(%__MODULE__{cents: a}, n) when is_integer(n) and n >= 0, do: new(a * n)

  def parse(text) do
    case Integer.parse(text) do
      {whole, ""} -> {:ok, new(whole * 100)}
      {whole, <<".", a, b>>} when a in ?0..?9 and b in ?0..?9 -> {:ok, new(whole * 100 + (a - ?0) * 10 + (b - ?0))}
      _ -> {:error, "no amount: #{text}"}
    end
  end

  defimpl String.Chars do
    def to_string(%{cents: cents}) do
      rest = rem(cents, 100)
      "#{div(cents, 100)}.#{if rest < 10, do: "0"}#{rest}"
    end
  end
end

defmodule Shop.Line do
  @enforce_keys [:item, :count, :price]
  defstruct [:item, :count, :price, tags: []]

  alias Shop.Money

  def total(%__MODULE__{count: count, price: price}), do: Money.times(price, count)

  def cheap?(%__MODULE__{price: %Money{cents: cents}}), do: cents < 500
end

defmodule Shop.Order do
  defstruct id: nil, customer: nil, lines: [], state: :new

  alias Shop.{Line, Money}

  def total(%__MODULE__{lines: lines}) do
    lines
    |> Enum.map(&Line.total/1)
    |> Enum.reduce(Money.new(0), &Money.add/2)
  end

  def advance(%__MODULE__{state: :new, lines: []} = order), do: {:error, {:empty, order.id}}
  def advance(%__MODULE__{state: :new} = order), do: {:ok, %{order | state: :paid}}
  def advance(%__MODULE__{state: :paid} = order), do: {:ok, %{order | state: :sent}}
  def advance(%__MODULE__{state: state}), do: {:error, {:final, state}}
end

defmodule Shop.Parser do
  @moduledoc "Lines like `7;Ada;pen:3:1.20|ink:1:4.75`."
  alias Shop.{Line, Money, Order}

  def parse(text) do
    text
    |> String.split("\n", trim: true)
    |> Enum.reject(&String.starts_with?(&1, "#"))
    |> Enum.with_index(1)
    |> Enum.map(fn {line, number} ->
      case order(line) do
        {:ok, order} -> {:ok, order}
        {:error, why} -> {:error, {number, why}}
      end
    end)
    |> Enum.split_with(&match?({:ok, _}, &1))
    |> then(fn {good, bad} -> {Enum.map(good, &elem(&1, 1)), Enum.map(bad, &elem(&1, 1))} end)
  end

  defp order(line) do
    with [id, customer, items] <- String.split(line, ";"),
         {id, ""} <- Integer.parse(id),
         {:ok, lines} <- lines(items) do
      {:ok, %Order{id: id, customer: String.trim(customer), lines: lines}}
    else
      {:error, why} -> {:error, why}
      _ -> {:error, "not an order: #{line}"}
    end
  end

  defp lines(""), do: {:ok, []}

  defp lines(text) do
    text
    |> String.split("|")
    |> Enum.reduce_while({:ok, []}, fn part, {:ok, done} ->
      with [item, count, price] <- String.split(part, ":"),
           {count, ""} when count > 0 <- Integer.parse(count),
           {:ok, price} <- Money.parse(price) do
        {:cont, {:ok, [%Line{item: item, count: count, price: price, tags: tags(item)} | done]}}
      else
        _ -> {:halt, {:error, "no item: #{part}"}}
      end
    end)
    |> case do
      {:ok, done} -> {:ok, Enum.reverse(done)}
      error -> error
    end
  end

  defp tags("p" <> _), do: [:paper]
  defp tags(item) when byte_size(item) > 4, do: [:large]
  defp tags(_), do: []
end

defmodule Shop.Ledger do
  use GenServer

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)
  def book(order), do: GenServer.call(__MODULE__, {:book, order})
  def totals, do: GenServer.call(__MODULE__, :totals)

  @impl true
  def init(opts), do: {:ok, %{limit: Keyword.get(opts, :limit, 100_000), booked: %{}, refused: []}}

  @impl true
  def handle_call({:book, order}, _from, state) do
    total = Shop.Order.total(order)

    cond do
      Map.has_key?(state.booked, order.id) ->
        {:reply, {:error, :twice}, %{state | refused: [order.id | state.refused]}}

      total.cents > state.limit ->
        {:reply, {:error, :limit}, %{state | refused: [order.id | state.refused]}}

      true ->
        {:reply, {:ok, total}, put_in(state.booked[order.id], {order.customer, total})}
    end
  end

  def handle_call(:totals, _from, state) do
    by_customer =
      for {_id, {customer, total}} <- state.booked, reduce: %{} do
        sums -> Map.update(sums, customer, total, &Shop.Money.add(&1, total))
      end

    {:reply, {by_customer, Enum.sort(state.refused)}, state}
  end
end

defmodule Shop.Report do
  @width 24

  def print(title, rows) do
    IO.puts("== #{title} ==")

    for {name, value} <- Enum.sort_by(rows, &elem(&1, 0)) do
      text = to_string(value)
      dots = String.duplicate(".", max(2, @width - String.length(name) - String.length(text)))
      IO.puts("#{name} #{dots} #{text}")
    end
  end
end

defmodule Shop do
  alias Shop.{Ledger, Order, Parser, Report}

  @orders """
  # id;customer;item:count:price|…
  1;Ada;pen:3:1.20|ink:1:4.75
  2;Bob;paper:10:0.05
  3;Ada;desk:1:250
  3;Eve;pen:1:1.20
  4;Bob;lamp:2:not
  5;Cid;castle:1:999999
  6;Eve;
  """

  def run(revision) do
    {:ok, _} = Supervisor.start_link([{Ledger, limit: 5_000_000}], strategy: :one_for_one)
    {orders, errors} = Parser.parse(@orders)

    results =
      orders
      |> Enum.map(fn order -> Task.async(fn -> {order.id, process(order)} end) end)
      |> Enum.map(&Task.await/1)

    {totals, refused} = Ledger.totals()
    Report.print("booked, revision #{revision}", totals)
    IO.puts("refused: #{inspect(refused)}")
    IO.puts("errors: #{Enum.map_join(errors, ", ", fn {line, why} -> "line #{line}: #{why}" end)}")
    IO.inspect(Enum.frequencies_by(results, fn {_, r} -> if match?({:ok, _}, r), do: :good, else: elem(r, 1) |> kind() end))
  end

  defp process(order) do
    with {:ok, paid} <- Order.advance(order), {:ok, total} <- Ledger.book(paid), {:ok, %{state: :sent}} <- Order.advance(paid) do
      {:ok, total}
    end
  end

  defp kind({name, _}), do: name
  defp kind(name) when is_atom(name), do: name
end

revision = 0
Shop.run(revision)
