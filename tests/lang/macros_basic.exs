# SPDX-License-Identifier: Apache-2.0
# defmacro, quote, unquote, unquote_splicing, hygiene, var!, bind_quoted, compile-time code.

IO.inspect(quote do: 1 + 2)
IO.inspect(quote do: foo(1, :a, "s", x))
IO.inspect(quote do: [1, {2, 3}, {1, 2, 3}])
IO.inspect(quote do: x)
IO.inspect(quote do: %{a: 1})
IO.inspect(quote do: Foo.bar(1))
IO.inspect(quote do: &(&1 + 1))
a = 5
IO.inspect(quote do: unquote(a) + 1)
IO.inspect(quote do: [1, unquote_splicing([2, 3]), 4])
IO.inspect(quote do: f(unquote_splicing([1, 2])))
IO.inspect(quote(do: unquote(:name)(1)))
IO.inspect(Macro.to_string(quote do: if(x > 1, do: :a, else: :b)))
IO.inspect(quote do: (1; 2))
IO.inspect(quote do: fn x -> x end)
IO.inspect({:+, [], [1, 2]} |> Code.eval_quoted())

defmodule My do
  defmacro unless_(cond, do: body, else: other) do
    quote do
      if unquote(cond), do: unquote(other), else: unquote(body)
    end
  end

  defmacro show(expr) do
    text = Macro.to_string(expr)

    quote do
      value = unquote(expr)
      IO.puts("#{unquote(text)} = #{inspect(value)}")
      value
    end
  end

  defmacro swap(a, b) do
    quote do
      {unquote(a), unquote(b)} = {unquote(b), unquote(a)}
    end
  end

  # hygiene: this x is the macro's own
  defmacro own_x do
    quote do
      x = :macro_x
      x
    end
  end

  defmacro set_x(v) do
    quote do: var!(x) = unquote(v)
  end

  defmacro twice(expr) do
    quote bind_quoted: [v: expr] do
      {v, v}
    end
  end

  defmacro twice_evaluated(expr) do
    quote do: {unquote(expr), unquote(expr)}
  end

  defmacro while(cond, do: body) do
    quote do
      f = fn f ->
        if unquote(cond) do
          unquote(body)
          f.(f)
        else
          :ok
        end
      end

      f.(f)
    end
  end

  defmacro sum_all(list) when is_list(list), do: Enum.reduce(list, fn x, acc -> quote(do: unquote(acc) + unquote(x)) end)

  defmacro const(name, value) do
    quote do
      def unquote(name)(), do: unquote(value)
    end
  end

  defmacro getters(kw) do
    for {k, v} <- kw do
      quote do
        def unquote(:"get_#{k}")(), do: unquote(v)
        def get(unquote(k)), do: unquote(v)
      end
    end
  end

  defmacro compile_time(expr) do
    {v, _} = Code.eval_quoted(expr)
    Macro.escape(v)
  end

  defmacro is_small(n), do: quote(do: is_integer(unquote(n)) and unquote(n) < 10)

  defmacro count_args(args) do
    length(args)
  end

  defmacro env_info do
    {__CALLER__.module, __CALLER__.function, __CALLER__.line > 0}
    |> Macro.escape()
  end

  defmacro pipe_to(v, f), do: quote(do: unquote(v) |> unquote(f))

  defmacro with_block(opts \\ [], do: block) do
    quote do: {unquote(opts), unquote(block)}
  end

  def helper(x), do: {:helped, x}
  defmacro calls_helper(x), do: quote(do: helper_of(unquote(x)))
  defmacro calls_remote(x), do: quote(do: My.helper(unquote(x)))
  defmacro expands_again(x), do: quote(do: My.calls_remote(unquote(x)))
end

defmodule Use do
  require My
  import My, only: [show: 1, is_small: 1, sum_all: 1, with_block: 1, with_block: 2]

  My.const(:answer, 42)
  My.getters(a: 1, b: %{x: {1, 2, 3}}, c: "str")

  def small?(n) when is_small(n), do: true
  def small?(_), do: false
  defp helper_of(x), do: {:local, x}

  def run do
    IO.inspect(My.unless_(false, do: 1, else: 2))
    show(1 + 2 * 3)
    show(Enum.map([1, 2], &(&1 * 2)))
    {p, q} = {1, 2}
    My.swap(p, q)
    IO.inspect({p, q})
    x = :mine
    IO.inspect({My.own_x(), x})
    My.set_x(:changed)
    IO.inspect(x)
    IO.inspect(My.twice((IO.puts("once"); 1)))
    IO.inspect(My.twice_evaluated((IO.puts("two times"); 1)))
    IO.inspect(sum_all([1, 2, 3 + 4]))
    IO.inspect({answer(), get_a(), get_b(), get(:c)})
    IO.inspect(My.compile_time(Enum.sum(1..100)))
    IO.inspect({small?(5), small?(50), small?(:a)})
    IO.inspect(My.count_args([1, 2, x]))
    IO.inspect(My.env_info())
    IO.inspect(My.pipe_to([3, 1], Enum.sort()))
    IO.inspect(with_block do 1 + 1 end)
    IO.inspect(with_block a: 1 do :body end)
    IO.inspect(My.calls_helper(1))
    IO.inspect(My.expands_again(2))
  end
end

Use.run()
