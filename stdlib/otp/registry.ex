# SPDX-License-Identifier: Apache-2.0
#
# Registry: names that are any terms, for one process (`:unique`) or many (`:duplicate`).
#
# One server per registry keeps the entries. It is linked to their processes: an entry goes when its process ends, and a registry
# that crashes takes its processes along, so that none believes itself registered that is not. Reading asks that server too: an answer is as of one moment.
#
#   entries  %{key => [{pid, value}]}, oldest first
#   owners   %{pid => [key]}, newest first; these are linked

defmodule Registry do
  @moduledoc """
  Names for processes, that may be any terms.

      {:ok, _} = Registry.start_link(keys: :unique, name: Names)
      {:ok, _} = Registry.register(Names, {:room, 1}, :value)
      [{pid, :value}] = Registry.lookup(Names, {:room, 1})

  A process is registered at its start by the name `{:via, Registry, {Names, key}}`, or `{:via, Registry, {Names, key, value}}`.
  """
  use GenServer

  @type registry :: atom
  @type keys :: :unique | :duplicate
  @type key :: term
  @type value :: term

  @doc """
  How a registry is started under a supervisor; its id is its name.

      iex> Registry.child_spec(keys: :unique, name: Names).id
      Names
  """
  @spec child_spec(keyword) :: Supervisor.child_spec()
  def child_spec(options) do
    %{id: Keyword.get(options, :name, Registry), start: {Registry, :start_link, [options]}, type: :supervisor}
  end

  @doc """
  Starts a registry. Options: `:keys` and `:name` (both needed), `:listeners`, `:meta`; `:partitions` and `:compressed` are accepted.

      {:ok, pid} = Registry.start_link(keys: :duplicate, name: Topics)
  """
  @spec start_link(keyword) :: {:ok, pid} | {:error, term}
  def start_link(options) do
    keys = Keyword.get(options, :keys)

    unless keys in [:unique, :duplicate] do
      raise ArgumentError, "expected :keys to be given and be one of :unique or :duplicate, got: #{inspect(keys)}"
    end

    name =
      case Keyword.fetch(options, :name) do
        {:ok, name} when is_atom(name) -> name
        {:ok, other} -> raise ArgumentError, "expected :name to be an atom, got: #{inspect(other)}"
        :error -> raise ArgumentError, "expected :name option to be present"
      end

    meta = Keyword.get(options, :meta, [])
    unless is_list(meta), do: raise(ArgumentError, "expected :meta to be a keyword list, got: #{inspect(meta)}")
    listeners = Keyword.get(options, :listeners, [])
    unless is_list(listeners) and Enum.all?(listeners, &is_atom/1), do: raise(ArgumentError, "expected :listeners to be a list of named processes, got: #{inspect(listeners)}")
    compressed = Keyword.get(options, :compressed, false)
    unless is_boolean(compressed), do: raise(ArgumentError, "expected :compressed to be a boolean, got: #{inspect(compressed)}")
    GenServer.start_link(Registry, {name, keys, Map.new(meta), listeners}, name: name)
  end

  @doc """
  Registers this process under a key.

      {:ok, owner} = Registry.register(Names, :me, 1)
  """
  @spec register(registry, key, value) :: {:ok, pid} | {:error, {:already_registered, pid}}
  def register(registry, key, value) when is_atom(registry), do: ask(registry, {:register, key, self(), value})

  @doc """
  Takes this process's entries of a key back.

      iex> Registry.unregister(Names, :me)
      :ok
  """
  @spec unregister(registry, key) :: :ok
  def unregister(registry, key) when is_atom(registry), do: ask(registry, {:unregister, key, self()})

  @doc """
  The processes and values of a key.

      iex> Registry.lookup(Names, :nobody)
      []
  """
  @spec lookup(registry, key) :: [{pid, value}]
  def lookup(registry, key) when is_atom(registry) do
    for {pid, _} = entry <- ask(registry, {:lookup, key}), alive?(pid), do: entry
  end

  @doc """
  The keys of a process.

      iex> Registry.keys(Names, self())
      []
  """
  @spec keys(registry, pid) :: [key]
  def keys(registry, pid) when is_atom(registry) and is_pid(pid), do: ask(registry, {:keys, pid})

  @doc """
  The values a process has under a key.

      iex> Registry.values(Names, :me, self())
      []
  """
  @spec values(registry, key, pid) :: [value]
  def values(registry, key, pid) when is_atom(registry) do
    for {^pid, value} <- ask(registry, {:lookup, key}), do: value
  end

  @doc """
  Changes this process's value of a key; only with unique keys.

      iex> Registry.update_value(Names, :nobody, & &1)
      :error
  """
  @spec update_value(registry, key, (value -> value)) :: {new :: term, old :: term} | :error
  def update_value(registry, key, fun) when is_atom(registry) and is_function(fun, 1) do
    {kind, entries} = ask(registry, {:kind_and_lookup, key})
    if kind == :duplicate, do: raise(ArgumentError, "Registry.update_value/3 is not supported for duplicate registries")
    me = self()

    case entries do
      [{^me, old}] ->
        new = fun.(old)
        :ok = ask(registry, {:put, key, me, new})
        {new, old}

      _ ->
        :error
    end
  end

  @doc """
  Calls a function, once, with all `{pid, value}` of a key; not at all when there are none.

      iex> Registry.dispatch(Topics, :news, fn entries -> for {pid, _} <- entries, do: send(pid, :news) end)
      :ok
  """
  @spec dispatch(registry, key, (list -> term) | {module, atom, list}, keyword) :: :ok
  def dispatch(registry, key, fun_or_mfa, options \\ []) when is_atom(registry) and is_list(options) do
    case lookup(registry, key) do
      [] -> :ok
      entries -> dispatch(fun_or_mfa, entries)
    end

    :ok
  end

  defp dispatch({module, function, args}, entries), do: apply(module, function, [entries | args])
  defp dispatch(fun, entries), do: fun.(entries)

  @doc """
  How many entries there are.

      iex> Registry.count(Names)
      0
  """
  @spec count(registry) :: non_neg_integer
  def count(registry) when is_atom(registry), do: ask(registry, :count)

  @doc """
  What was stored beside the registry under an atom.

      iex> Registry.meta(Names, :limit)
      :error
  """
  @spec meta(registry, atom | tuple) :: {:ok, term} | :error
  def meta(registry, key) when is_atom(registry) and (is_atom(key) or is_tuple(key)), do: ask(registry, {:meta, key})

  @doc """
  Stores something beside the registry.

      iex> Registry.put_meta(Names, :limit, 5)
      :ok
  """
  @spec put_meta(registry, atom | tuple, term) :: :ok
  def put_meta(registry, key, value) when is_atom(registry) and (is_atom(key) or is_tuple(key)), do: ask(registry, {:put_meta, key, value})

  @doc """
  Removes what was stored beside the registry.

      iex> Registry.delete_meta(Names, :limit)
      :ok
  """
  @spec delete_meta(registry, atom | tuple) :: :ok
  def delete_meta(registry, key) when is_atom(registry) and (is_atom(key) or is_tuple(key)), do: ask(registry, {:delete_meta, key})

  @doc """
  What a match specification makes of all entries; its heads are `{key, pid, value}`.

      iex> Registry.select(Names, [{{:"$1", :_, :_}, [], [:"$1"]}])
      []
  """
  @spec select(registry, list) :: [term]
  def select(registry, spec) when is_atom(registry), do: select(registry, spec, "select/2")

  @doc """
  How many entries fit a match specification whose bodies are `[true]`.

      iex> Registry.count_select(Names, [{{:_, :_, :_}, [], [true]}])
      0
  """
  @spec count_select(registry, list) :: non_neg_integer
  def count_select(registry, spec) when is_atom(registry), do: registry |> select(spec, "count_select/2") |> Enum.count(&(&1 === true))

  defp select(registry, spec, function) do
    headed = is_list(spec) and Enum.all?(spec, &match?({{_, _, _}, _, _}, &1))

    unless headed and :joist_match_spec.valid?(spec) do
      raise ArgumentError, "invalid match specification in Registry.#{function}: #{inspect(spec)}"
    end

    clauses = for {{key, pid, value}, guards, body} <- spec, do: {{key, {pid, value}}, guards, body}
    for entry <- ask(registry, :all), {:ok, value} <- [:joist_match_spec.run(clauses, entry)], do: value
  end

  @doc """
  The entries of a key whose values fit a pattern, as in a match specification, and guards.

      iex> Registry.match(Names, :nobody, {:_, :"$1"}, [{:>, :"$1", 5}])
      []
  """
  @spec match(registry, key, term, list) :: [{pid, value}]
  def match(registry, key, pattern, guards \\ []) when is_atom(registry) and is_list(guards) do
    clauses = [{{:_, pattern}, guards, [true]}]
    Enum.filter(lookup(registry, key), &(:joist_match_spec.run(clauses, &1) != :none))
  end

  @doc "How many entries `match/4` would give."
  @spec count_match(registry, key, term, list) :: non_neg_integer
  def count_match(registry, key, pattern, guards \\ []), do: length(match(registry, key, pattern, guards))

  @doc "Takes those of this process's entries of a key back whose values fit."
  @spec unregister_match(registry, key, term, list) :: :ok
  def unregister_match(registry, key, pattern, guards \\ []) when is_atom(registry) and is_list(guards) do
    ask(registry, {:unregister_match, key, self(), [{pattern, guards, [true]}]})
  end

  # What `{:via, Registry, name}` needs.

  @doc false
  def whereis_name({registry, key}), do: whereis(registry, key)
  def whereis_name({registry, key, _value}), do: whereis(registry, key)

  defp whereis(registry, key) do
    case ask(registry, {:kind_and_lookup, key}) do
      {:duplicate, _} -> raise ArgumentError, ":via is not supported for duplicate registries"
      {:unique, [{pid, _}]} -> if alive?(pid), do: pid, else: :undefined
      {:unique, []} -> :undefined
    end
  end

  @doc false
  def register_name({registry, key}, pid) when pid == self(), do: yes(register(registry, key, nil))
  def register_name({registry, key, value}, pid) when pid == self(), do: yes(register(registry, key, value))

  defp yes({:ok, _}), do: :yes
  defp yes({:error, _}), do: :no

  @doc false
  def unregister_name({registry, key}), do: unregister(registry, key)
  def unregister_name({registry, key, _value}), do: unregister(registry, key)

  @doc false
  def send({registry, key}, message), do: send_to({registry, key}, registry, key, message)
  def send({registry, key, _value}, message), do: send_to({registry, key}, registry, key, message)

  defp send_to(name, registry, key, message) do
    case whereis(registry, key) do
      :undefined -> :erlang.error(:badarg, [name, message])
      pid -> Kernel.send(pid, message)
    end
  end

  defp alive?(pid), do: :erlang.is_process_alive(pid)

  defp ask(registry, request) do
    case Process.whereis(registry) do
      nil -> raise ArgumentError, "unknown registry: #{inspect(registry)}"
      pid -> GenServer.call(pid, request, :infinity)
    end
  end

  # The server

  @doc false
  @impl true
  def init({name, kind, meta, listeners}) do
    Process.flag(:trap_exit, true)
    {:ok, %{name: name, kind: kind, meta: meta, listeners: listeners, entries: %{}, owners: %{}}}
  end

  @doc false
  @impl true
  def handle_call({:lookup, key}, _from, state), do: {:reply, entries(state, key), state}
  def handle_call({:kind_and_lookup, key}, _from, state), do: {:reply, {state.kind, entries(state, key)}, state}

  def handle_call({:register, key, pid, value}, _from, state) do
    case entries(state, key) do
      [{other, _}] when state.kind == :unique ->
        if alive?(other) do
          {:reply, {:error, {:already_registered, other}}, state}
        else
          {:reply, {:ok, self()}, state |> drop(other) |> add(key, pid, value)}
        end

      _ ->
        {:reply, {:ok, self()}, add(state, key, pid, value)}
    end
  end

  def handle_call({:unregister, key, pid}, _from, state), do: {:reply, :ok, remove(state, key, pid)}

  def handle_call({:unregister_match, key, pid, clauses}, _from, state) do
    {gone, kept} = Enum.split_with(for({^pid, value} <- entries(state, key), do: value), &(:joist_match_spec.run(clauses, &1) != :none))
    state = if gone == [], do: state, else: Enum.reduce(kept, remove(state, key, pid), &add(&2, key, pid, &1))
    {:reply, :ok, state}
  end

  def handle_call(:all, _from, state), do: {:reply, for({key, list} <- state.entries, entry <- list, do: {key, entry}), state}

  def handle_call({:keys, pid}, _from, state) do
    case state.owners do
      %{^pid => keys} -> {:reply, keys, state}
      _ -> {:reply, [], state}
    end
  end

  def handle_call({:put, key, pid, value}, _from, state) do
    {:reply, :ok, %{state | entries: Map.put(state.entries, key, [{pid, value}])}}
  end

  def handle_call(:count, _from, state), do: {:reply, :maps.fold(fn _, list, sum -> sum + length(list) end, 0, state.entries), state}
  def handle_call({:meta, key}, _from, state), do: {:reply, Map.fetch(state.meta, key), state}
  def handle_call({:put_meta, key, value}, _from, state), do: {:reply, :ok, %{state | meta: Map.put(state.meta, key, value)}}
  def handle_call({:delete_meta, key}, _from, state), do: {:reply, :ok, %{state | meta: Map.delete(state.meta, key)}}

  @doc false
  @impl true
  def handle_info({:EXIT, pid, _reason}, state), do: {:noreply, drop(state, pid)}
  def handle_info(_other, state), do: {:noreply, state}

  defp entries(state, key), do: Map.get(state.entries, key, [])

  defp add(state, key, pid, value) do
    keys =
      case state.owners do
        %{^pid => keys} ->
          keys

        _ ->
          Process.link(pid)
          []
      end

    tell(state, {:register, state.name, key, pid, value})
    entries = Map.put(state.entries, key, entries(state, key) ++ [{pid, value}])
    %{state | entries: entries, owners: Map.put(state.owners, pid, [key | keys])}
  end

  defp remove(state, key, pid) do
    case state.owners do
      %{^pid => keys} ->
        if key in keys, do: tell(state, {:unregister, state.name, key, pid})

        owners =
          case Enum.reject(keys, &(&1 === key)) do
            [] ->
              unlink(pid)
              Map.delete(state.owners, pid)

            keys ->
              Map.put(state.owners, pid, keys)
          end

        %{state | entries: without(state.entries, key, pid), owners: owners}

      _ ->
        state
    end
  end

  # All entries of a process that has ended.
  defp drop(state, pid) do
    case Map.pop(state.owners, pid) do
      {nil, _} ->
        state

      {keys, owners} ->
        unlink(pid)
        for key <- keys, do: tell(state, {:unregister, state.name, key, pid})
        %{state | owners: owners, entries: Enum.reduce(keys, state.entries, &without(&2, &1, pid))}
    end
  end

  defp unlink(pid) do
    Process.unlink(pid)

    receive do
      {:EXIT, ^pid, _} -> :ok
    after
      0 -> :ok
    end
  end

  defp without(entries, key, pid) do
    case Enum.reject(Map.get(entries, key, []), fn {owner, _} -> owner == pid end) do
      [] -> Map.delete(entries, key)
      rest -> Map.put(entries, key, rest)
    end
  end

  defp tell(%{listeners: []}, _event), do: :ok
  defp tell(%{listeners: listeners}, event), do: for(name <- listeners, pid = Process.whereis(name), do: Kernel.send(pid, event))
end
