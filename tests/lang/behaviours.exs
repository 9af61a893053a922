# SPDX-License-Identifier: Apache-2.0
# Behaviours, callbacks, optional ones, defaults by use, a server with a callback module.

defmodule Parser do
  @callback parse(String.t()) :: {:ok, term} | {:error, String.t()}
  @callback extensions() :: [String.t()]
  @callback describe(term) :: String.t()
  @macrocallback compile(term) :: Macro.t()
  @optional_callbacks describe: 1, compile: 1

  def parse!(impl, text) do
    case impl.parse(text) do
      {:ok, v} -> v
      {:error, e} -> raise ArgumentError, "parsing error: #{e}"
    end
  end

  def describe(impl, v) do
    if function_exported?(impl, :describe, 1), do: impl.describe(v), else: inspect(v)
  end
end

defmodule CsvParser do
  @behaviour Parser
  @impl true
  def parse(text), do: {:ok, text |> String.split("\n", trim: true) |> Enum.map(&String.split(&1, ","))}
  @impl Parser
  def extensions, do: [".csv"]
  @impl true
  def describe(rows), do: "#{length(rows)} rows"
end

defmodule KvParser do
  @behaviour Parser
  @impl true
  def parse(""), do: {:error, "empty"}

  def parse(text) do
    {:ok, for(p <- String.split(text, ";"), [k, v] = String.split(p, "="), into: %{}, do: {k, v})}
  end

  @impl true
  def extensions, do: [".kv", ".conf"]
end

IO.inspect(Parser.parse!(CsvParser, "a,b\nc,d\n"))
IO.inspect(Parser.parse!(KvParser, "x=1;y=2"))
IO.puts(Parser.describe(CsvParser, [[1], [2]]))
IO.puts(Parser.describe(KvParser, %{a: 1}))
IO.inspect(Enum.flat_map([CsvParser, KvParser], & &1.extensions()))

try do
  Parser.parse!(KvParser, "")
rescue
  e in ArgumentError -> IO.puts(e.message)
end

IO.inspect(Parser.behaviour_info(:callbacks) |> Enum.sort())
IO.inspect(Parser.behaviour_info(:optional_callbacks) |> Enum.sort())
IO.inspect(CsvParser.module_info(:attributes)[:behaviour])

# a tiny generic server
defmodule Server do
  @callback init(term) :: {:ok, term}
  @callback handle_call(term, term) :: {:reply, term, term}
  @callback handle_cast(term, term) :: {:noreply, term}

  defmacro __using__(_opts) do
    quote do
      @behaviour Server
      def init(x), do: {:ok, x}
      def handle_cast(_, s), do: {:noreply, s}
      def terminate(_reason, _state), do: :ok
      defoverridable init: 1, handle_cast: 2, terminate: 2
    end
  end

  def start(mod, arg) do
    parent = self()

    pid =
      spawn(fn ->
        {:ok, state} = mod.init(arg)
        send(parent, {:started, self()})
        loop(mod, state)
      end)

    receive do
      {:started, ^pid} -> {:ok, pid}
    end
  end

  def call(pid, request) do
    ref = Process.monitor(pid)
    send(pid, {:call, {self(), ref}, request})

    receive do
      {:reply, ^ref, reply} ->
        Process.demonitor(ref, [:flush])
        reply

      {:DOWN, ^ref, :process, ^pid, reason} ->
        exit({reason, {__MODULE__, :call, [request]}})
    end
  end

  def cast(pid, request), do: (send(pid, {:cast, request}); :ok)
  def stop(pid), do: call(pid, :__stop__)

  defp loop(mod, state) do
    receive do
      {:call, {from, ref}, :__stop__} ->
        mod.terminate(:normal, state)
        send(from, {:reply, ref, :ok})

      {:call, {from, ref}, request} ->
        {:reply, reply, new} = mod.handle_call(request, state)
        send(from, {:reply, ref, reply})
        loop(mod, new)

      {:cast, request} ->
        {:noreply, new} = mod.handle_cast(request, state)
        loop(mod, new)
    end
  end
end

defmodule Stack do
  use Server

  @impl true
  def init(items) when is_list(items), do: {:ok, items}

  @impl true
  def handle_call(:pop, [h | t]), do: {:reply, {:ok, h}, t}
  def handle_call(:pop, []), do: {:reply, :empty, []}
  def handle_call(:size, s), do: {:reply, length(s), s}

  @impl true
  def handle_cast({:push, x}, s), do: {:noreply, [x | s]}
  def terminate(_, s), do: IO.inspect(s, label: "terminating with")
end

defmodule Echo do
  use Server
  @impl true
  def handle_call(m, s), do: {:reply, {s, m}, s}
end

{:ok, pid} = Server.start(Stack, [1, 2])
:ok = Server.cast(pid, {:push, :new})
IO.inspect(Server.call(pid, :size))
IO.inspect(for _ <- 1..4, do: Server.call(pid, :pop))
Server.cast(pid, {:push, :last})
IO.inspect(Server.stop(pid))
{:ok, echo} = Server.start(Echo, :state)
IO.inspect(Server.call(echo, "hi"))
Server.cast(echo, :ignored)
IO.inspect(Server.call(echo, 2))

spawn(fn -> Process.exit(echo, :kill) end)
Process.sleep(20)

IO.inspect(
  try do
    Server.call(echo, 3)
  catch
    :exit, {reason, {mod, fun, args}} -> {reason, mod, fun, args}
  end
)

# strategy modules picked by data
defmodule Shape do
  @callback area(map) :: number
  def area(%{kind: k} = s), do: impl(k).area(s)
  defp impl(:circle), do: Shape.Circle
  defp impl(:square), do: Shape.Square
end

defmodule Shape.Circle do
  @behaviour Shape
  @impl Shape
  def area(%{r: r}), do: Float.round(:math.pi() * r * r, 3)
end

defmodule Shape.Square do
  @behaviour Shape
  @impl Shape
  def area(%{a: a}), do: a * a
end

IO.inspect(Enum.map([%{kind: :circle, r: 1.5}, %{kind: :square, a: 3}], &Shape.area/1))
