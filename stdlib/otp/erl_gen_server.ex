# SPDX-License-Identifier: Apache-2.0
#
# The loop of generic servers, and Erlang's names for their functions.
#
# A server is `loop/5`: parent, name, module, state and what to wait for (`:infinity`, milliseconds, `:hibernate` or
# `{:continue, term}`). The loop has no stack to give up, so that to hibernate is to collect garbage. A callback runs inside `caught`, a `try` that yields
# its result or `{:"$crashed", kind, reason, stack}`; the loop itself is called behind it, so that it is a tail call. A thrown value counts as the result.
# Callers monitor with an alias that ends with the first reply: one monitor, one send, one receive for a call.

defmodule :gen_server do
  @moduledoc """
  Generic servers, under Erlang's name. `GenServer` is the module to use.

      iex> {:ok, pid} = :gen_server.start_link(MyServer, 0, [])
      iex> :gen_server.call(pid, :get)
      0
  """

  @type name :: {:local, atom} | {:global, term} | {:via, module, term}

  @callback init(arg :: term) :: term
  @callback handle_call(request :: term, from :: {pid, term}, state :: term) :: term
  @callback handle_cast(request :: term, state :: term) :: term
  @callback handle_info(message :: term, state :: term) :: term
  @callback handle_continue(continuation :: term, state :: term) :: term
  @callback terminate(reason :: term, state :: term) :: term
  @callback code_change(old :: term, state :: term, extra :: term) :: term
  @callback format_status(status :: term) :: term
  @callback format_status(reason :: term, status :: term) :: term
  @optional_callbacks handle_info: 2, handle_continue: 2, terminate: 2, code_change: 3, format_status: 1, format_status: 2

  @doc "Starts a server without a name."
  @spec start(module, term, list) :: {:ok, pid} | :ignore | {:error, term}
  def start(module, arg, options), do: boot(:nolink, pid_name(), module, arg, options)

  @doc "Starts a server under a name."
  @spec start(name, module, term, list) :: {:ok, pid} | :ignore | {:error, term}
  def start(name, module, arg, options), do: boot_named(:nolink, name, module, arg, options)

  @doc "Starts a linked server without a name."
  @spec start_link(module, term, list) :: {:ok, pid} | :ignore | {:error, term}
  def start_link(module, arg, options), do: boot(:link, pid_name(), module, arg, options)

  @doc "Starts a linked server under a name."
  @spec start_link(name, module, term, list) :: {:ok, pid} | :ignore | {:error, term}
  def start_link(name, module, arg, options), do: boot_named(:link, name, module, arg, options)

  @doc "Starts a monitored server without a name."
  @spec start_monitor(module, term, list) :: {:ok, {pid, reference}} | :ignore | {:error, term}
  def start_monitor(module, arg, options) do
    case start(module, arg, options) do
      {:ok, pid} -> {:ok, {pid, :erlang.monitor(:process, pid)}}
      other -> other
    end
  end

  @doc "Asks a server and waits for its answer, five seconds long."
  @spec call(term, term) :: term
  def call(server, request), do: ask(server, request, 5000, [server, request])

  @doc "Asks a server and waits for its answer."
  @spec call(term, term, timeout) :: term
  def call(server, request, timeout), do: ask(server, request, timeout, [server, request, timeout])

  defp ask(server, request, timeout, args) do
    case find(server) do
      :undefined ->
        exit({:noproc, {:gen_server, :call, args}})

      process ->
        case ask(process, request, timeout) do
          {:ok, answer} -> answer
          {:error, reason} -> exit({reason, {:gen_server, :call, args}})
        end
    end
  end

  @doc false
  def ask(process, _request, _timeout) when process == self(), do: {:error, :calling_self}

  def ask(process, request, timeout) do
    ref = :erlang.monitor(:process, process, alias: :reply_demonitor)
    left = :joist_process.send_within(process, {:"$gen_call", {self(), [:alias | ref]}, request}, timeout)
    if is_integer(left) or left == :infinity, do: await(ref, process, left), else: not_sent(left, ref)
  end

  defp not_sent(why, ref) do
    :erlang.demonitor(ref, [:flush])
    if why == :timeout, do: {:error, :timeout}, else: :erlang.error(why)
  end

  defp await(ref, process, timeout) do
    receive do
      {[:alias | ^ref], answer} -> {:ok, answer}
      {:DOWN, ^ref, _, _, :noconnection} -> {:error, {:nodedown, :erlang.element(2, process)}}
      {:DOWN, ^ref, _, _, reason} -> {:error, reason}
    after
      timeout ->
        :erlang.demonitor(ref, [:flush])

        receive do
          {[:alias | ^ref], answer} -> {:ok, answer}
        after
          0 -> {:error, :timeout}
        end
    end
  end

  @doc """
  Asks a server and does not wait; the answer is looked for later.

      request = :gen_server.send_request(server, :get)
      {:reply, answer} = :gen_server.receive_response(request, 1000)
  """
  @spec send_request(term, term) :: reference
  def send_request(server, request) do
    case find(server) do
      :undefined ->
        ref = make_ref()
        send(self(), {:DOWN, ref, :process, server, :noproc})
        ref

      process ->
        ref = :erlang.monitor(:process, process, alias: :demonitor)
        send(process, {:"$gen_call", {self(), [:alias | ref]}, request})
        ref
    end
  end

  @doc "Waits for the answer to a request. After a timeout it can still come, and be waited for again."
  @spec wait_response(reference, timeout) :: {:reply, term} | {:error, {term, term}} | :timeout
  def wait_response(ref, timeout) do
    receive do
      {[:alias | ^ref], _} = message -> check_response(message, ref)
      {:DOWN, ^ref, _, _, _} = message -> check_response(message, ref)
    after
      timeout -> :timeout
    end
  end

  @doc "Waits for the answer to a request. After a timeout the request is given up."
  @spec receive_response(reference, timeout) :: {:reply, term} | {:error, {term, term}} | :timeout
  def receive_response(ref, timeout) do
    case wait_response(ref, timeout) do
      :timeout ->
        :erlang.demonitor(ref, [:flush])

        receive do
          {[:alias | ^ref], answer} -> {:reply, answer}
        after
          0 -> :timeout
        end

      answer ->
        answer
    end
  end

  @doc "Is a message that was received the answer to a request?"
  @spec check_response(term, reference) :: {:reply, term} | {:error, {term, term}} | :no_reply
  def check_response({[:alias | ref], answer}, ref) do
    :erlang.demonitor(ref, [:flush])
    {:reply, answer}
  end

  def check_response({:DOWN, ref, _, object, reason}, ref), do: {:error, {reason, object}}
  def check_response(_, _), do: :no_reply

  @doc "Tells a server something."
  @spec cast(term, term) :: :ok
  def cast(server, request), do: GenServer.cast(elixir_name(server), request)

  @doc "Answers a call."
  @spec reply({pid, term}, term) :: :ok
  def reply({_pid, [:alias | ref] = tag}, answer) do
    send(ref, {tag, answer})
    :ok
  end

  def reply({_pid, [[:alias | ref] | _] = tag}, answer) do
    send(ref, {tag, answer})
    :ok
  end

  def reply({pid, tag}, answer) do
    send(pid, {tag, answer})
    :ok
  end

  @doc "Stops a server."
  @spec stop(term) :: :ok
  def stop(server), do: stop(server, :normal, :infinity)

  @doc "Stops a server with a reason."
  @spec stop(term, term, timeout) :: :ok
  def stop(server, reason, timeout) do
    case find(server) do
      :undefined -> exit({:noproc, {:gen_server, :stop, [server, reason, timeout]}})
      process -> :proc_lib.stop(process, reason, timeout)
    end
  end

  @doc "Makes a process that was started by `:proc_lib` a server."
  @spec enter_loop(module, list, term) :: no_return
  def enter_loop(module, _options, state), do: loop(parent(), self(), module, state, :infinity)

  @doc "Like `enter_loop/3`, with a name or a timeout."
  @spec enter_loop(module, list, term, name | timeout) :: no_return
  def enter_loop(module, _options, state, {:local, name}), do: loop(parent(), name, module, state, :infinity)
  def enter_loop(module, _options, state, {:via, _, name}), do: loop(parent(), name, module, state, :infinity)
  def enter_loop(module, _options, state, {:global, name}), do: loop(parent(), name, module, state, :infinity)
  def enter_loop(module, _options, state, timeout), do: loop(parent(), self(), module, state, timeout)

  # Starting

  defp pid_name, do: :self

  defp boot_named(link, name, module, arg, options) do
    case find(check_name(name)) do
      :undefined -> boot(link, name, module, arg, options)
      pid -> {:error, {:already_started, pid}}
    end
  end

  defp boot(link, name, module, arg, options) do
    timeout = option(options, :timeout, :infinity)
    spawn_options = option(options, :spawn_opt, [])
    args = [self(), link, name, module, arg]

    case link do
      :link -> :proc_lib.start_link(:gen_server, :init_it, args, timeout, spawn_options)
      :nolink -> :proc_lib.start(:gen_server, :init_it, args, timeout, spawn_options)
    end
  end

  defp option([], _key, default), do: default

  defp option(options, key, default) do
    case :lists.keyfind(key, 1, options) do
      {_, value} -> value
      false -> default
    end
  end

  defp check_name({:local, name} = full) when is_atom(name), do: full
  defp check_name({:via, module, _} = full) when is_atom(module), do: full
  defp check_name({:global, _} = full), do: full
  defp check_name(_), do: :erlang.error(:badarg)

  defmacrop caught(call) do
    quote do
      try do
        unquote(call)
      catch
        :throw, value -> value
        kind, reason -> {:"$crashed", kind, reason, __STACKTRACE__}
      end
    end
  end

  @doc false
  def init_it(starter, link, name, module, arg) do
    parent = if link == :link, do: starter, else: self()

    case register(name) do
      true ->
        shown = shown_name(name)

        start_loop(caught(module.init(arg)), starter, parent, name, shown, module)

      {:already, pid} ->
        :proc_lib.init_ack(starter, {:error, {:already_started, pid}})
    end
  end

  defp start_loop(result, starter, parent, name, shown, module) do
    case result do
      {:ok, state} ->
        :proc_lib.init_ack(starter, {:ok, self()})
        loop(parent, shown, module, state, :infinity)

      {:ok, state, wait} when wait == :infinity or wait == :hibernate or (is_integer(wait) and wait >= 0) ->
        :proc_lib.init_ack(starter, {:ok, self()})
        loop(parent, shown, module, state, wait)

      {:ok, state, {:continue, _} = wait} ->
        :proc_lib.init_ack(starter, {:ok, self()})
        loop(parent, shown, module, state, wait)

      {:stop, reason} ->
        give_up(starter, name, {:error, reason}, reason)

      {:error, reason} ->
        give_up(starter, name, {:error, reason}, :normal)

      :ignore ->
        give_up(starter, name, :ignore, :normal)

      {:"$crashed", :exit, reason, _stack} ->
        give_up(starter, name, {:error, reason}, reason)

      {:"$crashed", _kind, reason, stack} ->
        give_up(starter, name, {:error, {reason, stack}}, {reason, stack})

      other ->
        give_up(starter, name, {:error, {:bad_return_value, other}}, {:bad_return_value, other})
    end
  end

  defp give_up(starter, name, answer, reason) do
    unregister(name)
    :proc_lib.init_ack(starter, answer)
    :erlang.exit(reason)
  end

  defp register(:self), do: true

  defp register({:local, name}) do
    try do
      :erlang.register(name, self())
    catch
      :error, _ -> {:already, :erlang.whereis(name)}
    end
  end

  defp register({:via, module, name} = full) do
    case module.register_name(name, self()) do
      :yes -> true
      :no -> {:already, find(full)}
    end
  end

  defp register({:global, name}), do: register({:via, :global, name})

  defp unregister({:local, name}) do
    :erlang.unregister(name)
  catch
    :error, _ -> true
  end

  defp unregister({:via, module, name}), do: module.unregister_name(name)
  defp unregister({:global, name}), do: :global.unregister_name(name)
  defp unregister(_), do: true

  defp shown_name(:self), do: self()
  defp shown_name({:local, name}), do: name
  defp shown_name({:via, _, _} = name), do: name
  defp shown_name({:global, _} = name), do: name

  defp parent do
    case :erlang.get(:"$ancestors") do
      [pid | _] when is_pid(pid) -> pid
      [name | _] when is_atom(name) -> :erlang.whereis(name)
      _ -> self()
    end
  end

  defp find({:local, name}), do: :erlang.whereis(name)

  defp find(server) do
    case GenServer.whereis(server) do
      nil -> :undefined
      process -> process
    end
  end

  defp elixir_name({:local, name}), do: name
  defp elixir_name(name), do: name

  # The loop

  defp loop(parent, name, module, state, :infinity) do
    receive do
      message -> handle(message, parent, name, module, state)
    end
  end

  defp loop(parent, name, module, state, timeout) when is_integer(timeout) do
    receive do
      message -> handle(message, parent, name, module, state)
    after
      timeout -> info(:timeout, parent, name, module, state)
    end
  end

  defp loop(parent, name, module, state, :hibernate) do
    :erlang.garbage_collect()
    loop(parent, name, module, state, :infinity)
  end

  defp loop(parent, name, module, state, {:continue, term} = message) do
    done(caught(module.handle_continue(term, state)), message, nil, parent, name, module, state)
  end

  defp loop(_parent, name, module, state, wait) do
    terminate({:bad_return_value, {:noreply, state, wait}}, wait, nil, name, module, state, nil)
  end

  defp handle({:"$gen_call", from, request} = _message, parent, name, module, state) do
    case caught(module.handle_call(request, from, state)) do
      {:reply, answer, state} ->
        reply(from, answer)
        loop(parent, name, module, state, :infinity)

      {:reply, answer, state, wait} ->
        reply(from, answer)
        loop(parent, name, module, state, wait)

      {:stop, reason, answer, state} ->
        terminate(reason, request, from, name, module, state, {from, answer})

      result ->
        done(result, request, from, parent, name, module, state)
    end
  end

  defp handle({:"$gen_cast", request} = message, parent, name, module, state) do
    done(caught(module.handle_cast(request, state)), message, nil, parent, name, module, state)
  end

  defp handle({:system, {_, _} = from, request}, parent, name, module, state) do
    system(request, from, parent, name, module, state)
  end

  defp handle({:EXIT, pid, reason} = message, parent, name, module, state) when pid == parent do
    terminate(reason, message, nil, name, module, state, nil)
  end

  defp handle(message, parent, name, module, state), do: info(message, parent, name, module, state)

  defp info(message, parent, name, module, state) do
    result =
      try do
        module.handle_info(message, state)
      catch
        :throw, value ->
          value

        :error, :undef = reason ->
          stack = __STACKTRACE__

          if function_exported?(module, :handle_info, 2) do
            {:"$crashed", :error, reason, stack}
          else
            :joist_report.unexpected(module, name, message)
            {:noreply, state}
          end

        kind, reason ->
          {:"$crashed", kind, reason, __STACKTRACE__}
      end

    done(result, message, nil, parent, name, module, state)
  end

  # What a callback came to, from the usual to the wrong.
  defp done({:noreply, state}, _message, _from, parent, name, module, _old), do: loop(parent, name, module, state, :infinity)
  defp done({:noreply, state, wait}, _message, _from, parent, name, module, _old), do: loop(parent, name, module, state, wait)
  defp done({:stop, reason, state}, message, from, _parent, name, module, _old), do: terminate(reason, message, from, name, module, state, nil)

  defp done({:"$crashed", _kind, _reason, _stack} = crash, message, from, _parent, name, module, state) do
    terminate(crash, message, from, name, module, state, nil)
  end

  defp done(value, message, from, _parent, name, module, state) do
    terminate({:bad_return_value, value}, message, from, name, module, state, nil)
  end

  defp system({:terminate, reason}, from, _parent, name, module, state) do
    reply(from, :ok)
    terminate(reason, [], nil, name, module, state, nil)
  end

  defp system(:get_state, from, parent, name, module, state) do
    reply(from, {:ok, state})
    loop(parent, name, module, state, :infinity)
  end

  defp system({:replace_state, fun}, from, parent, name, module, state) do
    {answer, state} = replaced(fun, module, state)
    reply(from, answer)
    loop(parent, name, module, state, :infinity)
  end

  defp system(:get_status, from, parent, name, module, state) do
    reply(from, status(:running, parent, name, state))
    loop(parent, name, module, state, :infinity)
  end

  defp system(:suspend, from, parent, name, module, state) do
    reply(from, :ok)
    suspended(parent, name, module, state)
  end

  defp system(:resume, from, parent, name, module, state) do
    reply(from, :ok)
    loop(parent, name, module, state, :infinity)
  end

  defp system(request, from, parent, name, module, state) do
    reply(from, {:error, {:unknown_system_msg, request}})
    loop(parent, name, module, state, :infinity)
  end

  # What :sys.change_code/4 asks for: the module makes the state of its new version from that of the old one.
  defp changed(module, old, state, extra) do
    case caught(module.code_change(old, state, extra)) do
      {:ok, new} -> {:ok, new}
      {:"$crashed", _, _, _} = crash -> {{:error, {:EXIT, elem(reason_of(crash), 0)}}, state}
      other -> {{:error, other}, state}
    end
  end

  defp replaced(fun, module, state) do
    new = fun.(state)
    {{:ok, new}, new}
  catch
    kind, reason -> {{:error, {:callback_failed, {module, :system_replace_state}, {kind, reason, __STACKTRACE__}}}, state}
  end

  defp status(how, parent, name, state) do
    data = [
      header: :erlang.binary_to_list("Status for generic server " <> Kernel.inspect(name)),
      data: [{~c"Status", how}, {~c"Parent", parent}, {~c"Logged events", []}],
      data: [{~c"State", state}]
    ]

    {:status, self(), {:module, :gen_server}, [:erlang.get(), how, parent, [], data]}
  end

  defp suspended(parent, name, module, state) do
    receive do
      {:system, from, :suspend} ->
        reply(from, :ok)
        suspended(parent, name, module, state)

      {:system, from, :get_state} ->
        reply(from, {:ok, state})
        suspended(parent, name, module, state)

      {:system, from, :get_status} ->
        reply(from, status(:suspended, parent, name, state))
        suspended(parent, name, module, state)

      {:system, from, {:replace_state, fun}} ->
        {answer, state} = replaced(fun, module, state)
        reply(from, answer)
        suspended(parent, name, module, state)

      {:system, from, {:change_code, _, old, extra}} ->
        {answer, state} = changed(module, old, state, extra)
        reply(from, answer)
        suspended(parent, name, module, state)

      {:system, from, request} ->
        system(request, from, parent, name, module, state)

      {:EXIT, ^parent, reason} = message ->
        terminate(reason, message, nil, name, module, state, nil)
    end
  end

  # Calls the module's terminate/2, reports, answers the call that asked for the end, and exits.
  # `cause`: a reason, or what `caught` says of a crash.
  defp terminate(cause, message, from, name, module, state, answer) do
    {reason, stack} = reason_of(cause)

    {reason, stack} =
      try do
        if function_exported?(module, :terminate, 2), do: module.terminate(reason, state)
        {reason, stack}
      catch
        :throw, _ -> {reason, stack}
        kind, other -> reason_of({:"$crashed", kind, other, __STACKTRACE__})
      end

    unless :joist_report.orderly?(reason), do: :joist_report.server(name, reason, stack, message, from, state)

    case answer do
      {to, value} -> reply(to, value)
      nil -> :ok
    end

    :erlang.exit(reason)
  end

  defp reason_of({:"$crashed", :exit, reason, stack}), do: {reason, stack}
  defp reason_of({:"$crashed", _kind, reason, stack}), do: {{reason, stack}, stack}
  defp reason_of(reason), do: {reason, []}
end
