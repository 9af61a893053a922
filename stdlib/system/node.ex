# SPDX-License-Identifier: Apache-2.0
#
# The node-local part: this VM is one node with no others, and says so.

defmodule Node do
  @moduledoc """
  This node. There are no connections to others; functions that would need one answer as for a node that cannot be reached, or raise.

      iex> Node.self()
      :nonode@nohost
  """

  @doc "The name of this node."
  @spec self() :: node
  def self, do: :erlang.node()

  @doc "Whether this node can be connected to."
  @spec alive?() :: boolean
  def alive?, do: :erlang.is_alive()

  @doc "The connected nodes."
  @spec list() :: [node]
  def list, do: :erlang.nodes()

  @doc "Nodes of a kind: `:visible`, `:hidden`, `:connected`, `:this`, `:known`."
  @spec list(atom | [atom]) :: [node]
  def list(kind), do: :erlang.nodes(kind)

  @doc "Tries to reach a node: `:pang`, as this node is not alive."
  @spec ping(node) :: :pong | :pang
  def ping(node) when is_atom(node), do: :pang

  @doc "Tries to connect: `:ignored`, as this node is not alive."
  @spec connect(node) :: boolean | :ignored
  def connect(node) when is_atom(node), do: :ignored

  @doc "Ends a connection: `:ignored`, as there is none."
  @spec disconnect(node) :: boolean | :ignored
  def disconnect(node) when is_atom(node), do: :ignored

  @doc "The cookie of this node."
  @spec get_cookie() :: atom
  def get_cookie, do: :nocookie

  @doc "Spawns a function on a node."
  @spec spawn(node, (-> any)) :: pid
  def spawn(node, fun) when is_function(fun, 0), do: here(node, fn -> :erlang.spawn(fun) end)

  @doc "Spawns a function on a node, with options."
  @spec spawn(node, (-> any), list) :: pid
  def spawn(node, fun, options) when is_function(fun, 0), do: here(node, fn -> :erlang.spawn_opt(fun, options) end)

  @doc "Spawns `module.function(args)` on a node."
  @spec spawn(node, module, atom, list) :: pid
  def spawn(node, module, function, args), do: here(node, fn -> :erlang.spawn(module, function, args) end)

  @doc "Spawns `module.function(args)` on a node, with options."
  @spec spawn(node, module, atom, list, list) :: pid
  def spawn(node, module, function, args, options), do: here(node, fn -> :erlang.spawn_opt(module, function, args, options) end)

  @doc "Spawns a linked function on a node."
  @spec spawn_link(node, (-> any)) :: pid
  def spawn_link(node, fun) when is_function(fun, 0), do: here(node, fn -> :erlang.spawn_link(fun) end)

  @doc "Spawns a linked `module.function(args)` on a node."
  @spec spawn_link(node, module, atom, list) :: pid
  def spawn_link(node, module, function, args), do: here(node, fn -> :erlang.spawn_link(module, function, args) end)

  @doc "Spawns a monitored function on a node."
  @spec spawn_monitor(node, (-> any)) :: {pid, reference}
  def spawn_monitor(node, fun) when is_function(fun, 0), do: here(node, fn -> :erlang.spawn_monitor(fun) end)

  @doc "Spawns a monitored `module.function(args)` on a node."
  @spec spawn_monitor(node, module, atom, list) :: {pid, reference}
  def spawn_monitor(node, module, function, args), do: here(node, fn -> :erlang.spawn_monitor(module, function, args) end)

  defp here(node, fun) do
    if node == :erlang.node(),
      do: fun.(),
      else: raise(ArgumentError, "cannot spawn on #{inspect(node)}: this node has no connections")
  end
end
