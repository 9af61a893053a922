# Rarely used forms side by side: overriding, step macros, enumerables and collectables of one's own, pins, captures, try in all its parts.

defmodule Base1 do
  @callback start(integer) :: {:ok, term} | {:error, String.t()}
  @callback stop(term) :: :ok
  @callback info() :: term
  @macrocallback mac(Macro.t()) :: Macro.t()
  @optional_callbacks info: 0, mac: 1, stop: 1
  defmacro __using__(opts) do
    quote location: :keep, bind_quoted: [opts: opts] do
      @behaviour Base1
      @opts opts
      def start(n, extra \\ :none)
      def start(n, extra), do: {:ok, {:base, n, extra, @opts}}
      def stop(_), do: :ok
      def helper(x), do: {:base_helper, x}
      defoverridable start: 1, start: 2, helper: 1, stop: 1
      Module.register_attribute(__MODULE__, :steps, accumulate: true)
      @before_compile Base1
      import Base1, only: [step: 1, step: 2, ~>: 2, sigil_v: 2, +++: 2]
    end
  end
  defmacro step(name, do: b) do
    quote do
      @steps unquote(name)
      def unquote(:"step_#{name}")(), do: unquote(b)
    end
  end
  defmacro step(name), do: quote(do: @steps(unquote(name)))
  defmacro left ~> right, do: quote(do: {:arrow, unquote(left), unquote(right)})
  def a +++ b, do: "#{a}+++#{b}"
  defmacro sigil_v({:<<>>, _, [s]}, mods), do: {Version1.parse(s), mods} |> Macro.escape()
  defmacro __before_compile__(%{module: mod}) do
    steps = mod |> Module.get_attribute(:steps) |> Enum.reverse()
    has = Module.defines?(mod, {:helper, 1}, :def)
    quote do
      def __steps__, do: unquote(steps)
      def run_all, do: for(s <- unquote(steps), function_exported?(__MODULE__, :"step_#{s}", 0), do: apply(__MODULE__, :"step_#{s}", []))
      def __has__, do: unquote(has)
      def fallback(_), do: :fallback
    end
  end
end
defmodule Version1 do
  defstruct [:major, :minor, pre: []]
  def parse(s) do
    [a, b | rest] = String.split(s, ".") |> Enum.map(&String.to_integer/1)
    %__MODULE__{major: a, minor: b, pre: rest}
  end
  defimpl String.Chars do
    def to_string(%{major: a, minor: b}), do: "v#{a}.#{b}"
  end
  defimpl Inspect do
    import Inspect.Algebra
    def inspect(v, opts), do: concat(["#V<", to_doc(v.major, opts), color(".", :atom, opts), to_doc(v.pre, opts), ">"])
  end
end
defmodule Impl1 do
  use Base1, name: :x
  @impl true
  def start(n, extra) when n > 10, do: {:big, super(n, extra)}
  def start(n, extra), do: super(n, extra)
  def helper(x) do
    f = &super/1
    {f.(x), super(x + 1)}
  end
  defoverridable helper: 1
  def helper(x), do: [super(x)]
  step :one, do: 1 ~> 2
  step(:two) do
    "a" +++ "b"
  end
  step :three
  def v, do: ~v(1.2.3)ab
  def v2, do: ~v|4.5|
  def fallback(:known), do: :known
end
defmodule Coll do
  defstruct items: [], log: []
  def new(l), do: %__MODULE__{items: l}
  defimpl Enumerable do
    def count(%{items: l}) when length(l) > 3, do: {:ok, length(l)}
    def count(_), do: {:error, __MODULE__}
    def member?(_, :magic), do: {:ok, true}
    def member?(_, _), do: {:error, __MODULE__}
    def slice(_), do: {:error, __MODULE__}
    def reduce(_, {:halt, acc}, _), do: (IO.puts("halted"); {:halted, acc})
    def reduce(c, {:suspend, acc}, f), do: {:suspended, acc, &reduce(c, &1, f)}
    def reduce(%{items: []}, {:cont, acc}, _), do: {:done, acc}
    def reduce(%{items: [h | t]} = c, {:cont, acc}, f), do: reduce(%{c | items: t}, f.(h, acc), f)
  end
  defimpl Collectable do
    def into(orig) do
      {orig, fn
        c, {:cont, x} -> %{c | items: [x | c.items]}
        c, :done -> %{c | items: Enum.reverse(c.items)}
        _, :halt -> IO.puts("collect halted")
      end}
    end
  end
end
defmodule Odd do
  alias __MODULE__, as: Me
  alias __MODULE__.{A, B.C}
  defmodule A do
    def x, do: :a
    defmodule Inner do
      def y, do: A.x()
    end
  end
  defmodule B.C do
    def z, do: Odd.A.x()
  end
  @list [1, 2, 3]
  @key :k
  @pre "ab"
  def g1(x) when x in @list, do: :in_list
  def g1(x) when x in 10..20//5, do: :in_range
  def g1(x) when is_map_key(x, @key), do: :has_key
  def g1(x) when is_atom(x) when is_binary(x), do: :atom_or_bin
  def g1(x) when hd(x) == 1 or is_list(x), do: :list
  def g1(x) when map_size(x) > 100 or true, do: :never_map_error
  def g1(_), do: :else
  def h(@pre <> rest), do: {:pre, rest}
  def h(~c"xy" ++ rest), do: {:cl, rest}
  def h(<<n, s::binary-size(n), t::binary>>), do: {:sized, s, t}
  def h(%{@key => v}), do: {:map, v}
  def h(%{} = m) when m == %{}, do: :empty
  def h([a, b | _] = l), do: {a, b, length(l)}
  def h([_ | t]), do: t
  def h({:ok, %{a: [%{b: b} | _]}} = _full), do: b
  def h(%Coll{items: [i | _]}), do: i
  def h(f) when is_function(f, 2), do: f.(1, 2)
  def h(_), do: :none
  def pins(k, m) do
    s = 2
    case m do
      %{^k => v} -> {:got, v}
      <<^k, _::binary>> -> :bin_pin
      <<x::binary-size(s), ^k::8>> -> {:sz, x}
      {^k, ^k} -> :both
      [^k | _] = all -> all
      _ -> (fn ^k, v -> v; _, v -> {:not, v} end).(k, m)
    end
  end
  def caps do
    mod = String
    f = &mod.upcase/1
    g = &String.pad_leading(&1, &2, "0")
    h = &{&1, &2, [&1 | &3]}
    i = &(&1.a.b)
    j = &is_nil/1
    k = &Enum.map(&1, fn x -> x * 2 end)
    l = & &1
    m = &Me.g1/1
    n = &"#{&1}-#{inspect(&2)}"
    o = &(&1 ++ &2)
    p = &if(&1, do: :t, else: :f)
    q = &%{&1 | a: &2}
    r = &<<&1::16>>
    s = &(&1 && &2)
    [f.("a"), g.("1", 3), h.(1, 2, []), i.(%{a: %{b: 1}}), j.(nil), k.([1]), l.(2), m.(:x), n.(1, "2"), o.([1], [2]), p.(nil), q.(%{a: 1}, 2), r.(1), s.(1, 2)]
  rescue
    e -> e
  end
  def exc do
    r1 = try do
      try do
        raise "inner"
      after
        IO.puts("after1")
      end
    rescue
      e in [RuntimeError] ->
        try do
          reraise ArgumentError, [message: "re " <> e.message], __STACKTRACE__
        rescue
          x -> {x, is_list(__STACKTRACE__)}
        end
    else
      _ -> :never
    after
      IO.puts("after2")
    end
    r2 = try do
      throw({:a, 1})
    catch
      {:a, n} when n > 1 -> :big
      :throw, {:a, n} -> {:small, n}
    end
    r3 = try do
      exit({:shutdown, :x})
    catch
      :exit, {:shutdown, w} -> w
    end
    r4 = try do
      :erlang.raise(:error, :custom, [])
    rescue
      e in ErlangError -> e.original
    end
    r5 = try do
      %{a: 1}.b
    rescue
      KeyError -> :key
    end
    r6 = try do
      :ok
    rescue
      _ -> :no
    else
      :ok when r5 == :key -> :else_branch
    end
    r7 = (try do
      Integer.parse(:a)
    rescue
      e in [FunctionClauseError, UndefinedFunctionError] -> {e.__struct__, e.function, e.arity}
    end)
    [r1, r2, r3, r4, r5, r6, r7]
  end
  def implicit(x) do
    if x == 1, do: raise(ArgumentError), else: x
  rescue
    ArgumentError -> :arg
  catch
    y -> {:thrown, y}
  else
    2 -> :two
    o -> {:other, o}
  after
    send(self(), {:after, x})
  end
  def withs(a) do
    with {:ok, x} when x > 0 <- a,
         y = x * 2,
         {:ok, z} <- (if y > 10, do: {:error, y}, else: {:ok, y}),
         [w | _] <- [z, y] do
      {:done, w}
    else
      {:error, n} when n > 100 -> :huge
      {:error, n} -> {:err, n}
      :neg -> :neg
    end
  end
  def compr do
    [
      for(x <- 1..3, y <- x..3, x != y, do: {x, y}),
      for({k, [v | _]} <- [a: [1], b: [], c: [2, 3]], do: {k, v}),
      for(<<c <- "hello">>, c in ?a..?h, into: "", do: <<c>>),
      (for x <- [1, 2, 3], reduce: {0, []} do {s, l} when s < 3 -> {s + x, [x | l]}; acc -> acc end),
      for(l <- ["a b", "c"], w <- String.split(l), uniq: true, into: MapSet.new(), do: w),
      for(<<x::4, y::4 <- <<0x12, 0x34>> >>, x > 1, do: x * y),
      for(x <- 1..2, do: for(y <- [x], do: y)),
      for(%Coll{items: i} <- [Coll.new([1]), 2], do: i),
      for(x <- Coll.new([3, 4]), into: Coll.new([]), do: x + 1),
      for(i <- 0..1, j <- 0..1, into: %{}, do: {{i, j}, i * 2 + j}),
      for(f <- [&Kernel.+/2, &rem/2], do: f.(3, 4))
    ]
  end
end
IO.inspect [Impl1.start(1), Impl1.start(11, :e), Impl1.helper(5), Impl1.__steps__(), Impl1.run_all(), Impl1.v(), Impl1.v2(), "#{elem(Impl1.v2(), 0)}", Impl1.fallback(:known), Impl1.__has__()], charlists: :as_lists
try do Impl1.fallback(:x) |> IO.inspect() rescue e -> IO.puts Exception.message(e) end
IO.inspect Base1.behaviour_info(:callbacks) |> Enum.sort
IO.inspect Base1.behaviour_info(:optional_callbacks) |> Enum.sort
c = Coll.new([1, 2, 3])
IO.inspect [Enum.count(c), Enum.count(Coll.new([1, 2, 3, 4])), Enum.member?(c, :magic), 2 in c, Enum.at(c, 1), Enum.take(c, 2), Enum.zip(c, [:a, :b]), Enum.slice(c, 1..2), Enum.reverse(c), Enum.to_list(Stream.map(c, & &1 * 2)), Enum.into([5], c), Enum.split(c, 1), Enum.random(Coll.new([7])), Enum.chunk_every(c, 2), Enum.find(c, & &1 > 1), Enum.reduce_while(c, 0, fn x, a -> {:halt, a + x} end), Enum.empty?(c), Enum.max(c), Enum.with_index(c), Enum.sort(c, :desc), Enum.join(c, "-"), Enum.any?(c, & &1 > 2)]
IO.inspect Enum.map([1, 2, 15, 20, 16, %{k: 1}, :a, "b", [1], [2], %{}, 1.5, {}], fn x -> Odd.g1(x) end)
IO.inspect Enum.map(["abc", ~c"xyz", <<2, "hi!">>, %{k: 1}, %{}, [1, 2, 3], [1], {:ok, %{a: [%{b: 5}]}}, Coll.new([9]), &div/2, nil], &Odd.h/1), charlists: :as_lists
IO.inspect [Odd.pins(:a, %{a: 1}), Odd.pins(65, "Abc"), Odd.pins(?c, "xyc"), Odd.pins(1, {1, 1}), Odd.pins(1, [1, 2]), Odd.pins(1, :z)]
IO.inspect Odd.caps(), charlists: :as_lists
IO.inspect Odd.exc()
IO.inspect Enum.map([1, 2, 3], &Odd.implicit/1)
IO.inspect Process.info(self(), :messages)
IO.inspect Enum.map([{:ok, 1}, {:ok, 6}, {:error, 101}, :neg], &Odd.withs/1)
IO.inspect Odd.compr(), charlists: :as_lists
IO.inspect [Odd.A.Inner.y(), Odd.B.C.z()]
try do Odd.withs(:unmatched) rescue e in WithClauseError -> IO.puts Exception.message(e) end
try do for x <- Coll.new([1]), into: Coll.new([]), do: raise("q#{x}") rescue e -> IO.puts e.message end

defmodule Strict do
  defmacro only(:x, n) when is_integer(n), do: n
end
try do Code.eval_string("require Strict; Strict.only(:y, 2)") rescue e -> IO.puts Exception.message(e); IO.inspect {e.module, e.function, e.arity} end
