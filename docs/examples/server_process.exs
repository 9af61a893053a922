# What every server does stands in ServerProcess; what this one does, in its callback module.
defmodule ServerProcess do
  def start(callback_module) do
    spawn(fn -> loop(callback_module, callback_module.init()) end)
  end

  def call(server, request) do
    ref = make_ref()
    send(server, {:call, request, self(), ref})

    receive do
      {:response, ^ref, response} -> response
    end
  end

  def cast(server, request), do: send(server, {:cast, request})

  defp loop(callback_module, state) do
    receive do
      {:call, request, caller, ref} ->
        {response, state} = callback_module.handle_call(request, state)
        send(caller, {:response, ref, response})
        loop(callback_module, state)

      {:cast, request} ->
        loop(callback_module, callback_module.handle_cast(request, state))
    end
  end
end

defmodule KeyValueStore do
  def start, do: ServerProcess.start(__MODULE__)
  def put(server, key, value), do: ServerProcess.cast(server, {:put, key, value})
  def get(server, key), do: ServerProcess.call(server, {:get, key})
  def keys(server), do: ServerProcess.call(server, :keys)

  def init, do: %{}
  def handle_cast({:put, key, value}, state), do: Map.put(state, key, value)
  def handle_call({:get, key}, state), do: {Map.get(state, key), state}
  def handle_call(:keys, state), do: {state |> Map.keys() |> Enum.sort(), state}
end

store = KeyValueStore.start()
KeyValueStore.put(store, :some_key, :some_value)
KeyValueStore.put(store, :other, [1, 2, 3])
IO.inspect(KeyValueStore.get(store, :some_key))
IO.inspect(KeyValueStore.get(store, :nothing))
IO.inspect(KeyValueStore.keys(store))
