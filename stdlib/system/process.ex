# SPDX-License-Identifier: Apache-2.0
#
# Processes by their pids and names: a thin layer over the primitives, with absence as nil instead of :undefined and names checked.

defmodule Process do
  @moduledoc """
  Functions on processes. Spawning with the plain forms, sending and receiving are in Kernel.

      iex> Process.alive?(self())
      true
  """

  @type dest :: pid | atom | {atom, node}
  @type spawn_opt :: :link | :monitor | {atom, term}
  @type spawn_opts :: [spawn_opt]

  @doc """
  Whether a local process has not ended.

      iex> Process.alive?(self())
      true
  """
  @spec alive?(pid) :: boolean
  def alive?(pid), do: :erlang.is_process_alive(pid)

  @doc """
  The whole dictionary of this process.

      iex> Process.put(:k, 1)
      iex> Process.get()[:k]
      1
  """
  @spec get() :: [{term, term}]
  def get, do: :erlang.get()

  @doc """
  A value of this process's dictionary.

      iex> Process.get(:absent, 0)
      0
  """
  @spec get(term, default :: term) :: term
  def get(key, default \\ nil) do
    case :erlang.get(key) do
      :undefined -> default
      value -> value
    end
  end

  @doc """
  The keys of this process's dictionary.

      iex> Process.put(:k, 1)
      iex> :k in Process.get_keys()
      true
  """
  @spec get_keys() :: [term]
  def get_keys, do: :erlang.get_keys()

  @doc """
  The keys under which this process's dictionary has a value.

      iex> Process.put(:k, :unusual)
      iex> Process.get_keys(:unusual)
      [:k]
  """
  @spec get_keys(term) :: [term]
  def get_keys(value), do: :erlang.get_keys(value)

  @doc """
  Stores in this process's dictionary and answers the value before, or nil.

      iex> Process.put(:new, 1)
      nil
  """
  @spec put(term, term) :: term | nil
  def put(key, value), do: nillify(:erlang.put(key, value))

  @doc """
  Removes from this process's dictionary and answers the value, or nil.

      iex> Process.put(:gone, 1)
      iex> Process.delete(:gone)
      1
  """
  @spec delete(term) :: term | nil
  def delete(key), do: nillify(:erlang.erase(key))

  @doc """
  Sends an exit signal.

      Process.exit(pid, :kill)
  """
  @spec exit(pid, term) :: true
  def exit(pid, reason), do: :erlang.exit(pid, reason)

  @doc """
  Waits for so many milliseconds, or for ever with `:infinity`.

      iex> Process.sleep(1)
      :ok
  """
  @spec sleep(timeout) :: :ok
  def sleep(timeout) when (is_integer(timeout) and timeout >= 0) or timeout == :infinity do
    receive do
    after
      timeout -> :ok
    end
  end

  @doc """
  Sends a message, with options `:noconnect` and `:nosuspend`.

      iex> Process.send(self(), :hi, [])
      :ok
  """
  @spec send(dest, msg, [:noconnect | :nosuspend]) :: :ok | :noconnect | :nosuspend when msg: any
  def send(dest, message, options), do: :erlang.send(dest, message, options)

  @doc """
  Sends a message after so many milliseconds. Option `abs: true`: at that monotonic time.

      ref = Process.send_after(self(), :tick, 10)
  """
  @spec send_after(pid | atom, term, non_neg_integer, keyword) :: reference
  def send_after(dest, message, time, options \\ []), do: :erlang.send_after(time, dest, message, options)

  @doc """
  Cancels a timer: the milliseconds that were left, or false.

      iex> Process.cancel_timer(make_ref())
      false
  """
  @spec cancel_timer(reference, keyword) :: non_neg_integer | false | :ok
  def cancel_timer(timer, options \\ []), do: :erlang.cancel_timer(timer, options)

  @doc """
  The milliseconds left of a timer, or false.

      iex> Process.read_timer(make_ref())
      false
  """
  @spec read_timer(reference) :: non_neg_integer | false
  def read_timer(timer), do: :erlang.read_timer(timer)

  @doc """
  Spawns a function with options: `:link`, `:monitor`, `:priority`, `:max_heap_size`, `:mailbox` and others.

  `mailbox: [max: n, on_full: policy]` bounds the mailbox; the policy is `:block`, `:drop_newest`, `:drop_oldest`, `:error` or `:kill`.

      pid = Process.spawn(fn -> :ok end, [:link])
  """
  @spec spawn((-> any), spawn_opts) :: pid | {pid, reference}
  def spawn(fun, options), do: :erlang.spawn_opt(fun, options)

  @doc """
  Spawns `module.function(args)` with options.

      pid = Process.spawn(IO, :puts, ["hi"], [])
  """
  @spec spawn(module, atom, list, spawn_opts) :: pid | {pid, reference}
  def spawn(module, function, args, options), do: :erlang.spawn_opt(module, function, args, options)

  @doc """
  Begins to monitor a process; its end is told in a `:DOWN` message.

      ref = Process.monitor(pid)
  """
  @spec monitor(pid | {atom, node} | atom) :: reference
  def monitor(item), do: :erlang.monitor(:process, item)

  @doc """
  Like `monitor/1`, with the options `:alias` and `:tag`.

      ref = Process.monitor(pid, alias: :reply_demonitor)
  """
  @spec monitor(pid | {atom, node} | atom, keyword) :: reference
  def monitor(item, options), do: :erlang.monitor(:process, item, options)

  @doc """
  Ends monitoring. Options `:flush` (drop a `:DOWN` message already here) and `:info`.

      iex> ref = Process.monitor(self())
      iex> Process.demonitor(ref, [:flush])
      true
  """
  @spec demonitor(reference, [:flush | :info]) :: boolean
  def demonitor(ref, options \\ []), do: :erlang.demonitor(ref, options)

  @doc """
  All processes.

      iex> self() in Process.list()
      true
  """
  @spec list() :: [pid]
  def list, do: :erlang.processes()

  @doc """
  Links this process with another.

      iex> Process.link(self())
      true
  """
  @spec link(pid | port) :: true
  def link(pid), do: :erlang.link(pid)

  @doc """
  Removes a link.

      iex> Process.unlink(self())
      true
  """
  @spec unlink(pid | port) :: true
  def unlink(pid), do: :erlang.unlink(pid)

  @doc """
  Gives a process a name.

      iex> Process.register(self(), :me)
      true
  """
  @spec register(pid | port, atom) :: true
  def register(pid, name) when is_atom(name) and name not in [nil, false, true, :undefined] do
    :erlang.register(name, pid)
  catch
    :error, :badarg ->
      raise ArgumentError,
            "could not register #{inspect(pid)} with name #{inspect(name)} because it is not alive, the name is already taken, " <>
              "or it has already been given another name"
  end

  @doc """
  Takes a name back.

      iex> Process.register(self(), :me)
      iex> Process.unregister(:me)
      true
  """
  @spec unregister(atom) :: true
  def unregister(name), do: :erlang.unregister(name)

  @doc """
  The process of a name, or nil.

      iex> Process.whereis(:nobody)
      nil
  """
  @spec whereis(atom) :: pid | port | nil
  def whereis(name), do: nillify(:erlang.whereis(name))

  @doc """
  The device where this process's output goes.

      leader = Process.group_leader()
  """
  @spec group_leader() :: pid | atom
  def group_leader, do: :erlang.group_leader()

  @doc """
  Sets where a process's output goes.

      iex> Process.group_leader(self(), Process.group_leader())
      true
  """
  @spec group_leader(pid, pid | atom) :: true
  def group_leader(pid, leader), do: :erlang.group_leader(leader, pid)

  @doc """
  All registered names.

      iex> is_list(Process.registered())
      true
  """
  @spec registered() :: [atom]
  def registered, do: :erlang.registered()

  @doc """
  Sets a flag of this process and answers the old value.

      iex> Process.flag(:trap_exit, false)
      false
  """
  @spec flag(atom, term) :: term
  def flag(flag, value), do: :erlang.process_flag(flag, value)

  @doc """
  Sets a flag of another process.

      Process.flag(pid, :save_calls, 0)
  """
  @spec flag(pid, atom, term) :: term
  def flag(pid, flag, value), do: :erlang.process_flag(pid, flag, value)

  @doc """
  What is known of a process, or nil when it has ended.

      iex> Process.info(self())[:status]
      :running
  """
  @spec info(pid) :: keyword | nil
  def info(pid), do: nillify(:erlang.process_info(pid))

  @doc """
  One item, or a list of items, of what is known of a process.

      iex> Process.info(self(), :status)
      {:status, :running}
  """
  @spec info(pid, atom | [atom]) :: {atom, term} | [{atom, term}] | nil
  def info(pid, item_or_items)

  def info(pid, :registered_name) do
    case :erlang.process_info(pid, :registered_name) do
      :undefined -> nil
      [] -> {:registered_name, []}
      other -> other
    end
  end

  def info(pid, item) when is_atom(item) or is_tuple(item), do: nillify(:erlang.process_info(pid, item))
  def info(pid, items) when is_list(items), do: nillify(:erlang.process_info(pid, items))

  @doc """
  Gives up the stack and waits for a message, which goes to `module.function(args)`.

      Process.hibernate(MyServer, :loop, [state])
  """
  @spec hibernate(module, atom, list) :: no_return
  def hibernate(module, function, args), do: :erlang.hibernate(module, function, args)

  @doc """
  A reference that messages can be sent to instead of the pid.

      iex> a = Process.alias()
      iex> send(a, :hi)
      iex> receive do: (:hi -> Process.unalias(a))
      true
  """
  @spec alias() :: reference
  def alias, do: :erlang.alias()

  @doc """
  Like `alias/0`, with `[:explicit_unalias]` or `[:reply]`.

      iex> is_reference(Process.alias([:reply]))
      true
  """
  @spec alias([:explicit_unalias | :reply]) :: reference
  def alias(options), do: :erlang.alias(options)

  @doc """
  Ends an alias: whether it was one of this process.

      iex> Process.unalias(make_ref())
      false
  """
  @spec unalias(reference) :: boolean
  def unalias(ref), do: :erlang.unalias(ref)

  @doc """
  Labels this process for whoever looks at it.

      iex> Process.set_label(:worker)
      :ok
  """
  @spec set_label(term) :: :ok
  def set_label(label) do
    :erlang.put(:"$process_label", label)
    :ok
  end

  defp nillify(:undefined), do: nil
  defp nillify(other), do: other
end
