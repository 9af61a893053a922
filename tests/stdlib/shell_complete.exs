# Completion: for each text what is inserted and what is offered.
defmodule Shop do
  @moduledoc "A shop."
  defmodule Item do
    defstruct [:name, :price, tags: []]
  end

  defmodule Itinerary do
    def plan, do: :ok
  end

  @doc "Buys."
  def buy(item, count \\ 1), do: {item, count}
  def buyer, do: :someone
  @doc false
  def buy_secretly, do: :ok
  defmacro buy_macro(x), do: x
  def open?, do: true
  def close!, do: true
  def sell(_), do: :ok
end

{_, _, env} =
  Code.eval_quoted_with_env(
    quote do
      import Shop, only: [sell: 1, buy_macro: 1]
      alias Shop.Item, as: Thing
      alias Shop.Itinerary
    end,
    [],
    Code.env_for_eval([])
  )

dir = Path.join(System.tmp_dir!(), "complete_#{System.pid()}")
File.mkdir_p!(Path.join(dir, "folder"))
for name <- ["first.exs", "first.txt", ".hidden", "a b.txt"], do: File.write!(Path.join(dir, name), "")
File.cd!(dir)

bindings = [
  user: %{"text" => 1, name: "x", address: %{street: "s", number: 1}, age: 3, "odd key": 2},
  usage: 1,
  item: %{__struct__: Shop.Item, name: "n", price: 1, tags: []},
  shop: Shop,
  list: [1]
]

shown = fn text ->
  {insert, candidates} = :joist_complete.expand(text, bindings, env)
  candidates = if length(candidates) > 9, do: Enum.take(candidates, 9) ++ ["..."], else: candidates
  IO.puts([String.pad_trailing(inspect(text), 34), " ", String.pad_trailing(inspect(insert), 12), " ", Enum.intersperse(candidates, " ")])
end

sections = [
  modules: ["Sho", "Shop", "Shop.", "Shop.It", "Shop.Item", "Thin", "Thing", "Itinerary.", "NoSuch", "NoSuch.", "Keywor", "Keyword", "foo(bar, Sho", "alias Shop.{It", "use GenSer", "h Sho"],
  erlang: [":lis", ":lists", ":lists.key", ":no_such", ":no_such.", "a: ", ":"],
  functions: ["Shop.b", "Shop.buy", "Shop.buy_", "&Shop.se", "Shop.op", "Shop.open", "x = Shop.cl", "a |> Shop.sel", "Shop .sel", "Shop.\n  sel", "Shop.zzz", "shop.sel", "Kernel.is_bi", "self().a", "Enum.map([1], &(&1."],
  locals: ["sel", "buy_m", "is_ato", "quot", "unles", "zzz", "__MODU", "!is_ni", "-sel", "us", "^us", "[us", "{:ok, us", "%{a: us", "1..us", "fn x -> us", "x = if us", "not us", "@mod"],
  fields: ["user.", "user.na", "user.name", "user.name.", "user.address", "user.address.", "user.address.st", "item.", "item.pr", "case user.ag", "nobody.na", "user[:na", "list."],
  keys: ["%{user | ", "%{user | na", "%{user | name: 1, a", "%{user.address | st", "%{nobody | n", "%Thing{", "%Thing{pr", "%Thing{price: 1, ", "%Thing{item | na", "%Shop.Item{na", "%Shop.Nothing{na", "%{item | "],
  structs: ["%Shop.", "%Shop.It", "%Thi", "%NoSuch", "%Rang"],
  calls: ["Shop.buy(", "sell(", "if(", "case(", "nothing(", "Shop.buy/", "sell/", "Shop.buy/1"],
  signs: ["~", "~w", "<<x::", "<<x::in", "<<x::little-", "<<x::little-uns", "<<x::size(8)-un", "<<x::ut", "(x::in", "?a", "?", "1", "1.", "12", "1 / us"],
  strings: ["\"./", "\"./fi", "\"./first.e", "\"./fo", "\"#{dir}/fol", "File.read(\"fir", "c \"fir", "~s(./fi", "\"no such", "\"./.h", "\"./a", "\"", "'./fi", "\"\"\"\n./fi", "# user.na", "x # y\nuser.na"],
  inside: ["\"a \#{user.na", "\"a \#{user.name} user.na", "\"\#{\"x\#{user.na", "\"a\" <> user.na", "~s(a) <> user.na", "~r/a\"b/ |> user.na", "?\" |> user.na", "?\\\" |> user.na", "valid? && user.na", "[?a, user.na", "f(?x, user.na", "'a' ++ user.na", "\"\"\"\nabc\n\"\"\" <> user.na", ":\"a b\" == user.na", "\"\\\"\" <> user.na", "~S(\#{) <> user.na"]
]

for {section, texts} <- sections do
  IO.puts("## #{section}")
  Enum.each(texts, fn text -> if(String.contains?(text, dir), do: :skip, else: shown.(text)) end)
end

# A path from the root.
IO.inspect(:joist_complete.expand("\"#{dir}/fol", bindings, env))
# Nothing at all, and much.
IO.inspect(length(elem(:joist_complete.expand("", bindings, env), 1)) > 100)
IO.inspect(length(elem(:joist_complete.expand("Enum.", bindings, env), 1)) > 100)
IO.inspect(Enum.take(elem(:joist_complete.expand("Enum.ma", bindings, env), 1), 4))
# No atom is made of what is typed.
before = :erlang.system_info(:atom_count)
for n <- 1..50, do: :joist_complete.expand("surely_no_atom_#{n}", bindings, env)
for n <- 1..50, do: :joist_complete.expand("SurelyNoAtom#{n}", bindings, env)
IO.inspect(:erlang.system_info(:atom_count) - before)
File.rm_rf!(dir)
