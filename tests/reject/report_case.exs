result = {:error, :enoent}

case result do
  {:ok, value} -> value
  :error -> 0
end
