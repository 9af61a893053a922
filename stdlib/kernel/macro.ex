# SPDX-License-Identifier: Apache-2.0
#
# Macro: functions over quoted code, the `{name, meta, args}` terms that `quote` gives and macros return.
# Invariants: needs nothing but Kernel, Kernel.Definer and natives at run time (it runs while everything else is being
# compiled), except `to_string`, which is `Macro.Printer`'s, and the enumerables of `prewalker/1` and `postwalker/1`.
# Expansion itself is the compiler's: `expand_once/2` asks `:joist_macro`.
defmodule Macro do
  @moduledoc "Functions for quoted code: walking, escaping, expanding, printing."

  import Kernel, except: [to_string: 1, struct!: 2, dbg: 0, dbg: 1, dbg: 2]

  @type t :: input
  @type input :: term
  @type output :: term
  @type metadata :: keyword
  @type captured_remote_function :: fun

  ## Tables

  @special_forms [
    {:%, [2]},
    {:%{}, :any},
    {:&, [1]},
    {:., [2]},
    {:->, :any},
    {:"::", [2]},
    {:<<>>, :any},
    {:=, [2]},
    {:^, [1]},
    {:__CALLER__, [0]},
    {:__DIR__, [0]},
    {:__ENV__, [0]},
    {:__MODULE__, [0]},
    {:__STACKTRACE__, [0]},
    {:__aliases__, :any},
    {:__block__, :any},
    {:__cursor__, :any},
    {:alias, [1, 2]},
    {:case, [2]},
    {:cond, [1]},
    {:fn, :any},
    {:for, :any},
    {:import, [1, 2]},
    {:quote, [1, 2]},
    {:receive, [1]},
    {:require, [1, 2]},
    {:super, :any},
    {:try, [1]},
    {:unquote, [1]},
    {:unquote_splicing, [1]},
    {:with, :any},
    {:{}, :any},
    {:|, [2]}
  ]

  @doc "Is it the name of a special form?\n\n    iex> Macro.special_form?(:case, 2)\n    true"
  @spec special_form?(atom, arity) :: boolean
  def special_form?(name, arity) when is_atom(name) and is_integer(arity) do
    case :lists.keyfind(name, 1, @special_forms) do
      {_, :any} -> true
      {_, arities} -> :lists.member(arity, arities)
      false -> false
    end
  end

  @binary_ops [
    :=, :==, :!=, :===, :!==, :=~, :<=, :>=, :<, :>, :+, :-, :*, :/, :**, :++, :--, :+++, :---, :<>,
    :.., :and, :or, :&&, :||, :&&&, :|||, :^^^, :<<<, :>>>, :<<~, :~>>, :<~, :~>, :<~>, :"<|>", :|>, :in, :|,
    :"::", :when, :<-, :\\, :.
  ]
  @unary_ops [:!, :^, :not, :+, :-, :~~~, :&, :@]

  @doc "Is it an operator of that arity?\n\n    iex> Macro.operator?(:+, 2)\n    true"
  @spec operator?(atom, arity) :: boolean
  def operator?(name, arity)
  def operator?(:.., 0), do: true
  def operator?(:..//, 3), do: true
  def operator?(name, 2) when is_atom(name), do: :lists.member(name, @binary_ops)
  def operator?(name, 1) when is_atom(name), do: :lists.member(name, @unary_ops)
  def operator?(name, arity) when is_atom(name) and is_integer(arity), do: false

  ## Building

  @doc "The quoted variable of that name and context.\n\n    iex> Macro.var(:x, nil)\n    {:x, [], nil}"
  @spec var(atom, atom) :: {atom, [], atom}
  def var(var, context) when is_atom(var) and is_atom(context), do: {var, [], context}

  @doc "A variable that is equal to no other.\n\n    iex> {:x, [counter: _], M} = Macro.unique_var(:x, M)"
  @spec unique_var(atom, atom) :: {atom, metadata, atom}
  def unique_var(var, context) when is_atom(var) and is_atom(context),
    do: {var, [counter: :joist_macro.fresh_counter()], context}

  @doc "Quoted variables `arg1`, `arg2`, ….\n\n    iex> Macro.generate_arguments(2, M)\n    [{:arg1, [], M}, {:arg2, [], M}]"
  @spec generate_arguments(non_neg_integer, atom) :: [t]
  def generate_arguments(0, context) when is_atom(context), do: []

  def generate_arguments(count, context) when is_integer(count) and count > 0 and is_atom(context),
    do: :lists.map(fn n -> var(arg_name(n), context) end, :lists.seq(1, count))

  @doc "Like `generate_arguments/2`, each variable unique.\n\n    iex> [{:arg1, [counter: _], M}] = Macro.generate_unique_arguments(1, M)"
  @spec generate_unique_arguments(non_neg_integer, atom) :: [t]
  def generate_unique_arguments(0, context) when is_atom(context), do: []

  def generate_unique_arguments(count, context) when is_integer(count) and count > 0 and is_atom(context),
    do: :lists.map(fn n -> unique_var(arg_name(n), context) end, :lists.seq(1, count))

  defp arg_name(n), do: :erlang.binary_to_atom(<<"arg", :erlang.integer_to_binary(n)::binary>>)

  @doc "Splits a pipeline into its parts.\n\n    iex> Macro.unpipe(quote(do: 1 |> f()))\n    [{1, 0}, {{:f, [], []}, 0}]"
  @spec unpipe(t) :: [t]
  def unpipe(expr), do: Macro.Pipe.parts(expr)

  @doc "Puts an expression into a call as argument at a position.\n\n    iex> Macro.pipe(1, quote(do: f(2)), 0) |> Macro.to_string()\n    \"f(1, 2)\""
  @spec pipe(t, t, integer) :: t
  def pipe(expr, call_args, position), do: Macro.Pipe.pipe(expr, call_args, position)

  @doc "Applies a function to the metadata of a node.\n\n    iex> Macro.update_meta({:x, [line: 1], nil}, &Keyword.delete(&1, :line))\n    {:x, [], nil}"
  @spec update_meta(t, (metadata -> metadata)) :: t
  def update_meta(quoted, fun)
  def update_meta({left, meta, right}, fun) when is_list(meta), do: {left, fun.(meta), right}
  def update_meta(other, _), do: other

  @doc "Splits a call into name and arguments.\n\n    iex> Macro.decompose_call(quote(do: foo(1)))\n    {:foo, [1]}"
  @spec decompose_call(t) :: {atom, [t]} | {t, atom, [t]} | :error
  def decompose_call({:{}, _, args}) when is_list(args), do: :error
  def decompose_call({{:., _, [remote, fun]}, _, args}) when is_tuple(remote) or is_atom(remote), do: {remote, fun, args}

  def decompose_call({name, _, args}) when is_atom(name) and is_atom(args) do
    if :erlang.element(1, {name}) == name and not reserved_var?(name), do: {name, []}, else: {name, []}
  end

  def decompose_call({name, _, args}) when is_atom(name) and is_list(args), do: {name, args}
  def decompose_call(_), do: :error

  defp reserved_var?(name), do: name in [:__MODULE__, :__ENV__, :__DIR__, :__CALLER__]

  ## Escaping

  @doc "Quoted code that evaluates to the term.\n\n    iex> Macro.escape({1, 2, 3})\n    {:{}, [], [1, 2, 3]}"
  @spec escape(term, keyword) :: t
  def escape(expr, opts \\ []) do
    Macro.Escape.escape(expr, option(opts, :unquote), option(opts, :prune_metadata))
  end

  defp option(opts, key) do
    case :lists.keyfind(key, 1, opts) do
      {_, value} -> value
      false -> false
    end
  end

  ## Walking

  @doc "Walks depth first with an accumulator, `pre` before and `post` after the children."
  @spec traverse(t, any, (t, any -> {t, any}), (t, any -> {t, any})) :: {t, any}
  def traverse(ast, acc, pre, post) when is_function(pre, 2) and is_function(post, 2) do
    {ast, acc} = pre.(ast, acc)
    walk(ast, acc, pre, post)
  end

  defp walk({form, meta, args}, acc, pre, post) when is_atom(form) do
    {args, acc} = walk_args(args, acc, pre, post)
    post.({form, meta, args}, acc)
  end

  defp walk({form, meta, args}, acc, pre, post) do
    {form, acc} = pre.(form, acc)
    {form, acc} = walk(form, acc, pre, post)
    {args, acc} = walk_args(args, acc, pre, post)
    post.({form, meta, args}, acc)
  end

  defp walk({left, right}, acc, pre, post) do
    {left, acc} = pre.(left, acc)
    {left, acc} = walk(left, acc, pre, post)
    {right, acc} = pre.(right, acc)
    {right, acc} = walk(right, acc, pre, post)
    post.({left, right}, acc)
  end

  defp walk(list, acc, pre, post) when is_list(list) do
    {list, acc} = walk_args(list, acc, pre, post)
    post.(list, acc)
  end

  defp walk(other, acc, _, post), do: post.(other, acc)

  defp walk_args(atom, acc, _, _) when is_atom(atom), do: {atom, acc}

  defp walk_args(list, acc, pre, post) when is_list(list) do
    :lists.mapfoldl(
      fn item, acc ->
        {item, acc} = pre.(item, acc)
        walk(item, acc, pre, post)
      end,
      acc,
      list
    )
  end

  @doc "Replaces nodes depth first, before their children.\n\n    iex> Macro.prewalk({:+, [], [1, 2]}, fn 1 -> 5; x -> x end)\n    {:+, [], [5, 2]}"
  @spec prewalk(t, (t -> t)) :: t
  def prewalk(ast, fun) when is_function(fun, 1) do
    {ast, nil} = traverse(ast, nil, fn x, nil -> {fun.(x), nil} end, fn x, nil -> {x, nil} end)
    ast
  end

  @doc "Like `prewalk/2` with an accumulator."
  @spec prewalk(t, any, (t, any -> {t, any})) :: {t, any}
  def prewalk(ast, acc, fun) when is_function(fun, 2), do: traverse(ast, acc, fun, fn x, acc -> {x, acc} end)

  @doc "Replaces nodes depth first, after their children."
  @spec postwalk(t, (t -> t)) :: t
  def postwalk(ast, fun) when is_function(fun, 1) do
    {ast, nil} = traverse(ast, nil, fn x, nil -> {x, nil} end, fn x, nil -> {fun.(x), nil} end)
    ast
  end

  @doc "Like `postwalk/2` with an accumulator."
  @spec postwalk(t, any, (t, any -> {t, any})) :: {t, any}
  def postwalk(ast, acc, fun) when is_function(fun, 2), do: traverse(ast, acc, fn x, acc -> {x, acc} end, fun)

  @doc "A lazy enumerable of the nodes, parents first."
  @spec prewalker(t) :: Enumerable.t()
  def prewalker(ast), do: fn acc, fun -> walker_next([ast], acc, fun, :pre) end

  @doc "A lazy enumerable of the nodes, children first."
  @spec postwalker(t) :: Enumerable.t()
  def postwalker(ast), do: fn acc, fun -> walker_next([ast], acc, fun, :post) end

  defp walker_next(_, {:halt, acc}, _, _), do: {:halted, acc}

  defp walker_next(todo, {:suspend, acc}, fun, order),
    do: {:suspended, acc, fn acc -> walker_next(todo, acc, fun, order) end}

  defp walker_next([], {:cont, acc}, _, _), do: {:done, acc}

  defp walker_next([{:joist_emit, node} | todo], {:cont, acc}, fun, :post),
    do: walker_next(todo, fun.(node, acc), fun, :post)

  defp walker_next([node | todo], {:cont, acc}, fun, :pre),
    do: walker_next(children(node, todo), fun.(node, acc), fun, :pre)

  defp walker_next([node | todo], {:cont, acc}, fun, :post),
    do: walker_next(children(node, [{:joist_emit, node} | todo]), {:cont, acc}, fun, :post)

  defp children({form, _, args}, todo) when is_atom(form), do: arg_children(args, todo)
  defp children({form, _, args}, todo), do: [form | arg_children(args, todo)]
  defp children({left, right}, todo), do: [left, right | todo]
  defp children(list, todo) when is_list(list), do: list ++ todo
  defp children(_, todo), do: todo

  defp arg_children(args, todo) when is_list(args), do: args ++ todo
  defp arg_children(_, todo), do: todo

  @doc "The nodes from the first one that satisfies the function up to the root.\n\n    iex> Macro.path([1, 2], &(&1 == 2))\n    [2, [1, 2]]"
  @spec path(t, (t -> as_boolean(term))) :: [t] | nil
  def path(ast, fun) when is_function(fun, 1), do: find_path(ast, [], fun)

  defp find_path(ast, up, fun) do
    up = [ast | up]

    if fun.(ast), do: up, else: find_child(children(ast, []), up, fun)
  end

  defp find_child([child | rest], up, fun) do
    case find_path(child, up, fun) do
      nil -> find_child(rest, up, fun)
      found -> found
    end
  end

  defp find_child([], _, _), do: nil

  ## Checking

  @doc "Is it quoted code that stands for a constant?\n\n    iex> Macro.quoted_literal?(quote(do: {1, :a}))\n    true"
  @spec quoted_literal?(t) :: boolean
  def quoted_literal?(term)
  def quoted_literal?({:__aliases__, _, args}), do: all?(args, &is_atom/1)
  def quoted_literal?({:%, _, [left, right]}), do: quoted_literal?(left) and quoted_literal?(right)
  def quoted_literal?({:%{}, _, args}), do: all?(args, &quoted_literal?/1)
  def quoted_literal?({:{}, _, args}), do: all?(args, &quoted_literal?/1)
  def quoted_literal?({left, right}), do: quoted_literal?(left) and quoted_literal?(right)
  def quoted_literal?(list) when is_list(list), do: all?(list, &quoted_literal?/1)
  def quoted_literal?(term), do: is_atom(term) or is_number(term) or is_binary(term) or is_function(term)

  defp all?([head | tail], fun), do: fun.(head) and all?(tail, fun)
  defp all?([], _), do: true

  @doc "Is the term quoted code?\n\n    iex> Macro.validate({:a, [], nil})\n    :ok"
  @spec validate(term) :: :ok | {:error, term}
  def validate(expr), do: find_invalid(expr) || :ok

  defp find_invalid({left, right}), do: find_invalid(left) || find_invalid(right)

  defp find_invalid({left, meta, right}) when is_list(meta) and (is_atom(right) or is_list(right)),
    do: find_invalid(left) || find_invalid(right)

  defp find_invalid(list) when is_list(list) do
    if proper?(list), do: find_invalid_list(list), else: {:error, list}
  end

  defp find_invalid(pid) when is_pid(pid), do: nil
  defp find_invalid(atom) when is_atom(atom), do: nil
  defp find_invalid(number) when is_number(number), do: nil
  defp find_invalid(binary) when is_binary(binary), do: nil

  defp find_invalid(fun) when is_function(fun) do
    if :erlang.fun_info(fun, :env) == {:env, []} and :erlang.fun_info(fun, :type) == {:type, :external},
      do: nil,
      else: {:error, fun}
  end

  defp find_invalid(other), do: {:error, other}

  defp find_invalid_list([head | tail]), do: find_invalid(head) || find_invalid_list(tail)
  defp find_invalid_list([]), do: nil

  defp proper?([_ | tail]), do: proper?(tail)
  defp proper?([]), do: true
  defp proper?(_), do: false

  ## Expanding

  @doc "Expands the node until it is no macro any more.\n\n    iex> Macro.expand(quote(do: Enum), __ENV__)\n    Enum"
  @spec expand(input, Macro.Env.t()) :: output
  def expand(ast, env) do
    case :joist_macro.expand_once(ast, env) do
      {ast, true} -> expand(ast, env)
      {ast, false} -> ast
    end
  end

  @doc "Expands the node one step."
  @spec expand_once(input, Macro.Env.t()) :: output
  def expand_once(ast, env) do
    {ast, _} = :joist_macro.expand_once(ast, env)
    ast
  end

  @doc "Expands the aliases and attributes inside literals and calls that look like literals."
  @spec expand_literals(input, Macro.Env.t()) :: output
  def expand_literals(ast, env) do
    {ast, :ok} = expand_literals(ast, :ok, fn node, :ok -> {expand(node, env), :ok} end)
    ast
  end

  @doc "Like `expand_literals/2` with a function and an accumulator."
  @spec expand_literals(t, acc, (t, acc -> {t, acc})) :: {t, acc} when acc: term
  def expand_literals(ast, acc, fun)

  def expand_literals({:__aliases__, meta, args}, acc, fun) do
    {args, acc} = expand_literals(args, acc, fun)

    if all?(args, &is_atom/1), do: fun.({:__aliases__, meta, args}, acc), else: {{:__aliases__, meta, args}, acc}
  end

  def expand_literals({:__MODULE__, _, context} = node, acc, fun) when is_atom(context), do: fun.(node, acc)

  def expand_literals({:%, meta, [left, right]}, acc, fun) do
    {left, acc} = expand_literals(left, acc, fun)
    {right, acc} = expand_literals(right, acc, fun)
    {{:%, meta, [left, right]}, acc}
  end

  def expand_literals({:%{}, meta, args}, acc, fun) do
    {args, acc} = expand_literals(args, acc, fun)
    {{:%{}, meta, args}, acc}
  end

  def expand_literals({:{}, meta, args}, acc, fun) do
    {args, acc} = expand_literals(args, acc, fun)
    {{:{}, meta, args}, acc}
  end

  def expand_literals({left, right}, acc, fun) do
    {left, acc} = expand_literals(left, acc, fun)
    {right, acc} = expand_literals(right, acc, fun)
    {{left, right}, acc}
  end

  def expand_literals(list, acc, fun) when is_list(list),
    do: :lists.mapfoldl(fn item, acc -> expand_literals(item, acc, fun) end, acc, list)

  def expand_literals(
        {{:., _, [{:__aliases__, _, [:Application]}, :compile_env]} = node, meta, [app, key, default]},
        acc,
        fun
      ) do
    {default, acc} = expand_literals(default, acc, fun)
    {{node, meta, [app, key, default]}, acc}
  end

  def expand_literals(term, acc, _), do: {term, acc}

  @doc false
  def expand_literal(ast, env), do: expand_literals(ast, env)

  @doc "The struct map of a module, also of one being compiled."
  @spec struct!(module, Macro.Env.t()) :: map
  def struct!(module, %{module: module}) when is_atom(module) do
    case :joist_module.get_attribute(module, :__joist_struct__, nil) do
      {struct, _} -> struct
      nil -> :erlang.error(ArgumentError.exception("struct #{Kernel.inspect(module)} is not defined"))
    end
  end

  def struct!(module, _) when is_atom(module), do: module.__struct__()

  @doc "The fields of a struct in their order, as maps with `field` and `default`."
  @spec struct_info!(module, Macro.Env.t()) :: [map]
  def struct_info!(module, %{module: module} = env) when is_atom(module) do
    struct = struct!(module, env)
    fields = :joist_module.get_attribute(module, :__joist_fields__, [])
    for field <- fields, do: %{field: field, default: :erlang.map_get(field, struct)}
  end

  def struct_info!(module, _) when is_atom(module), do: module.__info__(:struct)

  ## Names

  @doc "`foo_bar` in camel case.\n\n    iex> Macro.camelize(\"foo_bar\")\n    \"FooBar\""
  @spec camelize(String.t()) :: String.t()
  def camelize(""), do: ""
  def camelize(<<?_, rest::binary>>), do: camelize(rest)
  def camelize(<<char, rest::binary>>), do: Macro.Names.camel(char, rest)

  @doc "`FooBar` with underscores.\n\n    iex> Macro.underscore(\"FooBar\")\n    \"foo_bar\""
  @spec underscore(module | atom | String.t()) :: String.t()
  def underscore(""), do: ""

  def underscore(atom) when is_atom(atom) do
    case :erlang.atom_to_binary(atom) do
      <<"Elixir.", rest::binary>> -> underscore(rest)
      rest -> underscore(rest)
    end
  end

  def underscore(<<char, rest::binary>>), do: Macro.Names.under(char, rest)

  @doc "How the atom is written: `:alias`, `:identifier`, `:unquoted` or `:quoted`.\n\n    iex> Macro.classify_atom(:foo)\n    :identifier"
  @spec classify_atom(atom) :: :alias | :identifier | :quoted | :unquoted
  def classify_atom(atom) when is_atom(atom) do
    case Macro.Names.classify(atom) do
      :alias -> :alias
      :identifier -> :identifier
      kind when kind in [:operator, :unquoted, :arity] -> :unquoted
      _ -> :quoted
    end
  end

  @doc "The atom as written in a place: `:literal`, `:key` or `:remote_call`.\n\n    iex> Macro.inspect_atom(:key, :foo)\n    \"foo:\""
  @spec inspect_atom(:literal | :key | :remote_call, atom, keyword) :: String.t()
  def inspect_atom(kind, atom, opts \\ [])

  def inspect_atom(:literal, atom, _) when atom == nil or is_boolean(atom), do: :erlang.atom_to_binary(atom)
  def inspect_atom(:literal, atom, opts) when is_atom(atom), do: Macro.Names.literal(atom, opts)
  def inspect_atom(:key, atom, opts) when is_atom(atom), do: Macro.Names.key(atom, opts)
  def inspect_atom(:remote_call, atom, opts) when is_atom(atom), do: Macro.Names.remote_call(atom, opts)

  ## Escapes in strings

  @doc "Replaces the escapes of a string literal.\n\n    iex> Macro.unescape_string(\"a\\\\nb\")\n    \"a\\nb\""
  @spec unescape_string(String.t()) :: String.t()
  def unescape_string(string) when is_binary(string), do: unescape_string(string, &Macro.Unescape.char/1)

  @doc "Like `unescape_string/1` with an own table: a function from character to character or `false`."
  @spec unescape_string(String.t(), (non_neg_integer -> non_neg_integer | false)) :: String.t()
  def unescape_string(string, map) when is_binary(string) and is_function(map, 1) do
    case :binary.match(string, "\\") do
      :nomatch -> string
      _ -> Macro.Unescape.unescape(string, map, <<>>)
    end
  end

  @doc false
  def unescape_tokens(tokens), do: unescape_tokens(tokens, &Macro.Unescape.char/1)

  @doc false
  def unescape_tokens(tokens, map) do
    :lists.map(
      fn token -> if is_binary(token), do: unescape_string(token, map), else: token end,
      tokens
    )
  end

  ## Printing

  @doc "The source text of quoted code.\n\n    iex> Macro.to_string(quote(do: a + b * c))\n    \"a + b * c\""
  @spec to_string(t) :: String.t()
  def to_string(tree), do: Macro.Printer.to_string(tree)

  @doc "Like `to_string/1`, each node's text passed through a function."
  @spec to_string(t, (t, String.t() -> String.t())) :: String.t()
  def to_string(tree, fun), do: fun.(tree, Macro.Printer.to_string(tree))

  ## dbg

  @doc "What `dbg/2` expands to; options as for `inspect`."
  @spec dbg(t, t, Macro.Env.t()) :: t
  def dbg(code, options, env) do
    case env do
      %{context: :match} ->
        :erlang.error(ArgumentError.exception("invalid expression in match, dbg is not allowed in patterns"))

      %{context: :guard} ->
        :erlang.error(ArgumentError.exception("invalid expression in guard, dbg is not allowed in guards"))

      _ ->
        header = dbg_header(env)
        Macro.Debug.expand(code, options, header)
    end
  end

  @doc false
  def __dbg__(header, values, options), do: Macro.Debug.print(header, values, options)

  defp dbg_header(%{file: file, line: line, module: module, function: function}) do
    {file, line, module, function}
  end

  @doc "Calls a function at compile time as the given environment would.\n\n    iex> Macro.compile_apply(Enum, :reverse, [[1, 2]], __ENV__)\n    [2, 1]"
  @spec compile_apply(module, atom, [term], Macro.Env.t()) :: term
  def compile_apply(module, function, args, _env), do: :erlang.apply(module, function, args)
end
