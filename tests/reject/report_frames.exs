defmodule Shop do
  def total(items) do
    items
    |> Enum.map(&price/1)
    |> Enum.sum()
  end

  defp price(item) do
    item.price * 2
  end
end

Shop.total([%{price: 1}, %{prise: 2}])
