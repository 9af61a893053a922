# SPDX-License-Identifier: Apache-2.0
# with: chains, guards, bare matches, else clauses, and errors.

user = %{name: "Ann", email: "ann@example.org", age: 31}

fetch = fn m, k ->
  case m do
    %{^k => v} -> {:ok, v}
    _ -> {:error, {:missing, k}}
  end
end

IO.inspect(
  with {:ok, name} <- fetch.(user, :name),
       {:ok, age} <- fetch.(user, :age) do
    {name, age}
  end
)

IO.inspect(
  with {:ok, name} <- fetch.(user, :name),
       {:ok, phone} <- fetch.(user, :phone) do
    {name, phone}
  end
)

IO.inspect(
  with {:ok, name} <- fetch.(user, :name),
       upper = String.upcase(name),
       {:ok, mail} <- fetch.(user, :email),
       [_, host] <- String.split(mail, "@") do
    {upper, host}
  else
    {:error, reason} -> {:failed, reason}
    list when is_list(list) -> :bad_mail
  end
)

parse = fn s ->
  with {n, ""} <- Integer.parse(s),
       true <- n > 0 || {:error, :not_positive},
       half when half < 50 <- div(n, 2) do
    {:ok, half}
  else
    :error -> {:error, :not_a_number}
    {_, rest} when is_binary(rest) -> {:error, {:rest, rest}}
    {:error, _} = e -> e
    n when is_integer(n) -> {:error, {:too_big, n}}
  end
end

for s <- ["10", "x", "10x", "-4", "200"], do: IO.inspect(parse.(s))

# no else clause matches
try do
  with {:ok, v} <- {:error, :odd} do
    v
  else
    {:error, :even} -> :even
  end
rescue
  e in WithClauseError -> IO.inspect({e.term, Exception.message(e)})
end

# a match with = that fails raises
try do
  with {:ok, v} = {:error, 1} do
    v
  end
rescue
  e in MatchError -> IO.inspect(e.term)
end

# no clauses at all, only do
IO.inspect(with do: 5)
IO.inspect(with(a = 1, b = a + 1, do: a + b))

# variables do not leave; else cannot see bindings of the clauses
v = :outer
with v <- :inner do
  IO.inspect(v)
end
IO.inspect(v)

IO.inspect(
  with v when v == :x <- :y do
    v
  else
    _ -> v
  end
)

# pins and side effects stop at the failure
expected = 2
IO.inspect(
  with ^expected <- 2,
       _ = IO.puts("passed the pin"),
       ^expected <- 3,
       _ = IO.puts("never") do
    :done
  end
)

# body is not covered by else
try do
  with 1 <- 1 do
    raise "from body"
  else
    _ -> :else
  end
rescue
  e -> IO.puts(Exception.message(e))
end

# nested with
IO.inspect(
  with {:ok, a} <- {:ok, 1} do
    with {:ok, b} <- {:error, :inner} do
      a + b
    else
      {:error, r} -> {:inner_failed, r, a}
    end
  end
)

defmodule Registration do
  def register(params) do
    with :ok <- check_name(params),
         {:ok, age} <- check_age(params) do
      {:registered, params["name"], age}
    else
      {:error, field, message} -> {:invalid, "#{field}: #{message}"}
      :banned -> :banned
    end
  end

  defp check_name(%{"name" => "root"}), do: :banned
  defp check_name(%{"name" => name}) when byte_size(name) > 2, do: :ok
  defp check_name(%{"name" => _}), do: {:error, :name, "too short"}
  defp check_name(_), do: {:error, :name, "missing"}

  defp check_age(%{"age" => age}) do
    case Integer.parse(age) do
      {n, ""} when n >= 18 -> {:ok, n}
      {_, ""} -> {:error, :age, "too young"}
      _ -> {:error, :age, "no number"}
    end
  end

  defp check_age(_), do: {:ok, :unknown}
end

for p <- [
      %{"name" => "Bob", "age" => "20"},
      %{"name" => "Bob", "age" => "12"},
      %{"name" => "Bob", "age" => "x"},
      %{"name" => "Bo"},
      %{"name" => "root"},
      %{"name" => "Eve"},
      %{}
    ],
    do: IO.inspect(Registration.register(p))
