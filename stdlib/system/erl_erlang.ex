# SPDX-License-Identifier: Apache-2.0
#
# What of `:erlang` needs no native: the rest of that module are natives (`vm/code/natives.def`), and a name must stand in one place alone.
# Nothing here may be called by what Kernel expands to, as this file is compiled late.
defmodule :erlang do
  @moduledoc """
  The functions of Erlang's own module. Most are natives.

      iex> :erlang.make_tuple(3, 0, [{2, :x}])
      {0, :x, 0}
  """

  # ---- terms ----

  @doc "A tuple of one value, but for the `{position, value}` given."
  @spec make_tuple(non_neg_integer, term, [{pos_integer, term}]) :: tuple
  def make_tuple(size, default, changes) when is_list(changes) do
    :lists.foldl(
      fn
        {position, value}, tuple -> :erlang.setelement(position, tuple, value)
        _, _ -> :erlang.error(:badarg)
      end,
      :erlang.make_tuple(size, default),
      changes
    )
  end

  @doc "Whether this is a tuple that begins with that atom."
  @spec is_record(term, atom) :: boolean
  def is_record(term, tag) when is_atom(tag), do: is_tuple(term) and tuple_size(term) > 0 and elem(term, 0) == tag

  @doc "Likewise, of that size."
  @spec is_record(term, atom, non_neg_integer) :: boolean
  def is_record(term, tag, size) when is_atom(tag) and is_integer(size), do: is_tuple(term) and tuple_size(term) == size and size > 0 and elem(term, 0) == tag

  @doc "I/O data as a list of binaries."
  @spec iolist_to_iovec(iodata) :: [binary]
  def iolist_to_iovec(data) do
    case :erlang.iolist_to_binary(data) do
      "" -> []
      binary -> [binary]
    end
  end

  @doc "A term in the external format, as a list of binaries."
  @spec term_to_iovec(term) :: [binary]
  def term_to_iovec(term), do: [:erlang.term_to_binary(term)]

  @doc "Likewise, with the options of `term_to_binary/2`."
  @spec term_to_iovec(term, list) :: [binary]
  def term_to_iovec(term, options), do: [:erlang.term_to_binary(term, options)]

  @doc "The beginning of a digest made in parts."
  @spec md5_init() :: iodata
  def md5_init, do: []

  @doc "One part more."
  @spec md5_update(iodata, iodata) :: iodata
  def md5_update(parts, data), do: [parts | :erlang.iolist_to_binary(data)]

  @doc "The digest of all parts."
  @spec md5_final(iodata) :: binary
  def md5_final(parts), do: :erlang.md5(parts)

  # ---- time ----

  @doc "The day, by the system's time zone."
  @spec date() :: {integer, 1..12, 1..31}
  def date, do: elem(:erlang.localtime(), 0)

  @doc "The time of day, by the system's time zone."
  @spec time() :: {0..23, 0..59, 0..59}
  def time, do: elem(:erlang.localtime(), 1)

  @doc "The time of the system, each answer later than the one before."
  @spec now() :: {non_neg_integer, non_neg_integer, non_neg_integer}
  def now, do: :erlang.timestamp()

  @doc "A time in another unit."
  @spec convert_time_unit(integer, System.time_unit(), System.time_unit()) :: integer
  def convert_time_unit(time, from, to), do: System.convert_time_unit(time, from, to)

  # ---- processes ----

  @doc "There are no ports."
  @spec ports :: []
  def ports, do: []

  @doc "Collects a process. Options: `type: :major | :minor` (all of it either way), `async: id` (the answer comes as `{:garbage_collect, id, collected}`)."
  @spec garbage_collect(pid, list) :: boolean | :async
  def garbage_collect(pid, options) when is_pid(pid) and is_list(options) do
    case collect_options(options, :none) do
      :none ->
        :erlang.garbage_collect(pid)

      {:async, id} ->
        send(:erlang.self(), {:garbage_collect, id, :erlang.garbage_collect(pid)})
        :async

      :wrong ->
        :erlang.error(:badarg, [pid, options])
    end
  end

  def garbage_collect(pid, options), do: :erlang.error(:badarg, [pid, options])

  defp collect_options([], async), do: async
  defp collect_options([{:type, type} | rest], async) when type == :major or type == :minor, do: collect_options(rest, async)
  defp collect_options([{:async, id} | rest], _), do: collect_options(rest, {:async, id})
  defp collect_options(_, _), do: :wrong

  @doc "Spawns a function on a node."
  @spec spawn(node, (-> any)) :: pid
  def spawn(node, fun), do: Node.spawn(node, fun)

  @doc "Spawns `module.function(args)` on a node."
  @spec spawn(node, module, atom, list) :: pid
  def spawn(node, module, function, args), do: Node.spawn(node, module, function, args)

  @doc "Spawns a linked function on a node."
  @spec spawn_link(node, (-> any)) :: pid
  def spawn_link(node, fun), do: Node.spawn_link(node, fun)

  @doc "Spawns a linked `module.function(args)` on a node."
  @spec spawn_link(node, module, atom, list) :: pid
  def spawn_link(node, module, function, args), do: Node.spawn_link(node, module, function, args)

  @doc "Spawns a monitored function on a node."
  @spec spawn_monitor(node, (-> any)) :: {pid, reference}
  def spawn_monitor(node, fun), do: Node.spawn_monitor(node, fun)

  @doc "Spawns a monitored `module.function(args)` on a node."
  @spec spawn_monitor(node, module, atom, list) :: {pid, reference}
  def spawn_monitor(node, module, function, args), do: Node.spawn_monitor(node, module, function, args)

  @doc """
  Starts a process and does not wait for it: `{:spawn_reply, request, :ok, pid}` tells of it. With `:monitor` the request is the monitor's reference too.

      iex> request = :erlang.spawn_request(fn -> :ok end)
      iex> receive do: ({:spawn_reply, ^request, :ok, pid} -> is_pid(pid))
      true
  """
  @spec spawn_request((-> term)) :: reference
  def spawn_request(fun), do: spawn_request(fun, [])

  @doc "Like `spawn_request/1`, with options: those of `spawn_opt/2`, `{:reply, :yes | :no | :success_only | :error_only}` and `{:reply_tag, term}`."
  @spec spawn_request((-> term), list) :: reference
  def spawn_request(fun, options) when is_function(fun, 0) and is_list(options) do
    {reply, options} = reply_options(options, {:yes, :spawn_reply}, [])
    spawned(:erlang.spawn_opt(fun, options), reply)
  end

  def spawn_request(_, _), do: :erlang.error(:badarg)

  @doc "Like `spawn_request/1`, by module, function and arguments."
  @spec spawn_request(module, atom, list) :: reference
  def spawn_request(module, function, args), do: spawn_request(module, function, args, [])

  @doc "Like `spawn_request/2`, by module, function and arguments."
  @spec spawn_request(module, atom, list, list) :: reference
  def spawn_request(module, function, args, options) when is_atom(module) and is_atom(function) and is_list(args) and is_list(options) do
    {reply, options} = reply_options(options, {:yes, :spawn_reply}, [])
    spawned(:erlang.spawn_opt(module, function, args, options), reply)
  end

  def spawn_request(_, _, _, _), do: :erlang.error(:badarg)

  defp reply_options([{:reply, how} | rest], {_, tag}, others) when how in [:yes, :no, :success_only, :error_only], do: reply_options(rest, {how, tag}, others)
  defp reply_options([{:reply_tag, tag} | rest], {how, _}, others), do: reply_options(rest, {how, tag}, others)
  defp reply_options([other | rest], reply, others), do: reply_options(rest, reply, [other | others])
  defp reply_options([], reply, others), do: {reply, :lists.reverse(others)}

  defp spawned({pid, request}, reply), do: tell_spawned(pid, request, reply)
  defp spawned(pid, reply), do: tell_spawned(pid, make_ref(), reply)

  defp tell_spawned(pid, request, {how, tag}) do
    if how == :yes or how == :success_only, do: send(self(), {tag, request, :ok, pid})
    request
  end

  @doc """
  Like `suspend_process/1`, with options. `:unless_suspending`: false if this process suspends that one already. `:asynchronous` and
  `{:asynchronous, id}` are not needed here, as nobody but this process waits; the latter is told `{id, :suspended}`.
  """
  @spec suspend_process(pid, list) :: boolean
  def suspend_process(pid, options) when is_pid(pid) and is_list(options) do
    {:suspending, suspending} = :erlang.process_info(self(), :suspending)

    if :lists.member(:unless_suspending, options) and :lists.keymember(pid, 1, suspending) do
      false
    else
      :erlang.suspend_process(pid)
      for {:asynchronous, id} <- options, do: send(self(), {id, :suspended})
      true
    end
  end

  def suspend_process(_, _), do: :erlang.error(:badarg)

  @doc "Does a process run old code of a module? There is none: a process stays in the version that it runs."
  @spec check_process_code(pid, module) :: false
  def check_process_code(pid, module) when is_pid(pid) and is_atom(module), do: false
  def check_process_code(_, _), do: :erlang.error(:badarg)

  @doc "What a function raises whose native was not loaded."
  @spec nif_error(term) :: no_return
  def nif_error(reason), do: :erlang.error(reason)

  @doc "Likewise, with the arguments of its caller."
  @spec nif_error(term, list) :: no_return
  def nif_error(reason, args), do: :erlang.error(reason, args)
end
