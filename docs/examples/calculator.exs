# Text to tokens, tokens to a tree, tree to a number.
defmodule Tokenizer do
  def tokens(text), do: tokens(text, [])

  defp tokens(<<c, rest::binary>>, acc) when c in ?0..?9, do: number(rest, c - ?0, acc)
  defp tokens(<<c, rest::binary>>, acc) when c in ~c"+-*/()", do: tokens(rest, [List.to_atom([c]) | acc])
  defp tokens(<<c, rest::binary>>, acc) when c in ~c" \t", do: tokens(rest, acc)
  defp tokens(<<>>, acc), do: {:ok, Enum.reverse(acc)}
  defp tokens(<<c::utf8, _::binary>>, _acc), do: {:error, "unexpected #{<<c::utf8>>}"}

  defp number(<<c, rest::binary>>, n, acc) when c in ?0..?9, do: number(rest, n * 10 + c - ?0, acc)
  defp number(rest, n, acc), do: tokens(rest, [n | acc])
end

defmodule Parser do
  # expression: term {(+|-) term};  term: factor {(*|/) factor};  factor: number | (expression) | - factor
  def parse(tokens) do
    with {:ok, tree, []} <- expression(tokens) do
      {:ok, tree}
    else
      {:ok, _, [token | _]} -> {:error, "unexpected #{token}"}
      {:error, _} = error -> error
    end
  end

  defp expression(tokens) do
    with {:ok, left, rest} <- term(tokens), do: more(left, rest, [:+, :-], &term/1)
  end

  defp term(tokens) do
    with {:ok, left, rest} <- factor(tokens), do: more(left, rest, [:*, :/], &factor/1)
  end

  defp more(left, [op | rest] = tokens, ops, next) do
    if op in ops do
      with {:ok, right, rest} <- next.(rest), do: more({op, left, right}, rest, ops, next)
    else
      {:ok, left, tokens}
    end
  end

  defp more(left, [], _ops, _next), do: {:ok, left, []}

  defp factor([n | rest]) when is_integer(n), do: {:ok, n, rest}

  defp factor([:- | rest]) do
    with {:ok, tree, rest} <- factor(rest), do: {:ok, {:-, 0, tree}, rest}
  end

  defp factor([:"(" | rest]) do
    case expression(rest) do
      {:ok, tree, [:")" | rest]} -> {:ok, tree, rest}
      {:ok, _, _} -> {:error, "missing )"}
      error -> error
    end
  end

  defp factor([token | _]), do: {:error, "unexpected #{token}"}
  defp factor([]), do: {:error, "unexpected end"}
end

defmodule Calculator do
  def run(text) do
    with {:ok, tokens} <- Tokenizer.tokens(text), {:ok, tree} <- Parser.parse(tokens) do
      {:ok, eval(tree)}
    end
  rescue
    ArithmeticError -> {:error, "division by zero"}
  end

  defp eval({:+, a, b}), do: eval(a) + eval(b)
  defp eval({:-, a, b}), do: eval(a) - eval(b)
  defp eval({:*, a, b}), do: eval(a) * eval(b)
  defp eval({:/, a, b}), do: div(eval(a), eval(b))
  defp eval(n) when is_integer(n), do: n
end

for text <- ["1 + 2 * 3", "(1 + 2) * 3", "-(4 - 10) / 2", "2 * (3", "7 / (5 - 5)", "2 & 3", "12345678901234567890 * 98765432109876543210", ""] do
  case Calculator.run(text) do
    {:ok, n} -> IO.puts("#{text} = #{n}")
    {:error, why} -> IO.puts("#{text}: #{why}")
  end
end
