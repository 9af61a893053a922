# SPDX-License-Identifier: Apache-2.0
#
# What helpers print in columns and tables: names side by side, facts about a process, facts about the VM.

defmodule IEx.Report do
  @moduledoc false

  @doc "Prints names in columns that fit the width, down the rows as they come; `color` gives the colour of one, or nil."
  def columns(names, color \\ fn _ -> nil end)
  def columns([], _), do: :ok

  def columns(names, color) do
    column = (names |> Enum.map(&String.length/1) |> Enum.max()) + 5
    count = max(div(IEx.width(), column), 1)

    for row <- Enum.chunk_every(names, count) do
      IO.puts(for name <- row, do: [colored(name, color.(name)), String.duplicate(" ", column - String.length(name))])
    end

    :ok
  end

  defp colored(name, nil), do: name
  defp colored(name, color), do: IEx.color(color, name)

  @doc "The colour for a file in a list."
  def file_color(path) do
    case File.stat(path) do
      {:ok, %{type: :directory}} -> :ls_directory
      {:ok, %{type: :device}} -> :ls_device
      _ -> nil
    end
  end

  ## Processes

  @items [
    :registered_name,
    :current_function,
    :initial_call,
    :status,
    :message_queue_len,
    :group_leader,
    :priority,
    :trap_exit,
    :reductions
  ]

  def process(name) when is_atom(name) and name not in [nil, true, false] do
    case Process.whereis(name) do
      pid when is_pid(pid) -> process(pid)
      _ -> IO.puts(IEx.color(:eval_error, "There is no process with the name #{inspect(name)}"))
    end
  end

  def process(pid) when is_pid(pid) do
    case Process.info(pid, @items ++ [:links, :monitors, :monitored_by, :memory, :total_heap_size, :heap_size, :stack_size, :current_stacktrace]) do
      nil ->
        IO.puts(IEx.color(:eval_error, "The process #{inspect(pid)} has ended, or never was"))

      info ->
        title("Process #{inspect(pid)}")
        rows(for item <- @items, do: {label(item), shown(item, info[item])})
        list("Links", info[:links])
        list("Monitors", info[:monitors])
        list("Monitored by", info[:monitored_by])
        title("Memory")
        word = :erlang.system_info(:wordsize)

        rows([
          {"Total", bytes(info[:memory])},
          {"Heap and stack", bytes(info[:total_heap_size] * word)},
          {"Heap", bytes(info[:heap_size] * word)},
          {"Stack", bytes(info[:stack_size] * word)}
        ])


        if info[:current_stacktrace] not in [nil, []] do
          title("Stack")
          IO.puts(Exception.format_stacktrace(info[:current_stacktrace]))
        end

        IO.puts("")
    end
  end

  def process(other), do: IO.puts(IEx.color(:eval_error, "process_info/1 wants a pid or a registered name, got: #{inspect(other)}"))

  defp label(:message_queue_len), do: "Message queue length"
  defp label(item), do: item |> Atom.to_string() |> String.replace("_", " ") |> String.capitalize()

  defp shown(:registered_name, name) when name in [nil, []], do: "none"
  defp shown(:current_function, {module, name, arity}), do: Exception.format_mfa(module, name, arity)
  defp shown(:initial_call, {module, name, arity}), do: Exception.format_mfa(module, name, arity)
  defp shown(_, value), do: inspect(value)

  defp list(_, list) when list in [nil, []], do: :ok

  defp list(label, list) do
    title(label)
    for item <- list, do: IO.puts("  " <> inspect(item))
  end

  ## The VM

  def runtime(:system) do
    title("System and architecture")

    rows([
      {"Joist version", to_string(:erlang.system_info(:version))},
      {"Language level", "Elixir " <> System.version()},
      {"Compiled for", to_string(:erlang.system_info(:system_architecture))},
      {"Schedulers", :erlang.system_info(:schedulers)},
      {"Schedulers online", :erlang.system_info(:schedulers_online)}
    ])
  end

  def runtime(:memory) do
    title("Memory")
    memory = :erlang.memory()
    names = [total: "Total", processes: "Processes", system: "System", atom: "Atoms", binary: "Binaries", code: "Code", ets: "ETS"]
    rows(for {key, name} <- names, is_integer(memory[key]) and memory[key] > 0, do: {name, bytes(memory[key])})
  end

  def runtime(:limits) do
    title("Statistics and limits")
    {uptime, _} = :erlang.statistics(:wall_clock)

    rows([
      {"Uptime", duration(div(uptime, 1000))},
      {"Atoms", used(:erlang.system_info(:atom_count), :erlang.system_info(:atom_limit))},
      {"Processes", used(:erlang.system_info(:process_count), :erlang.system_info(:process_limit))}
    ])
  end

  def runtime(topic), do: raise(ArgumentError, "unknown topic #{inspect(topic)}, there are :system, :memory and :limits")

  defp used(count, limit), do: "#{count} / #{limit} (#{div(count * 100, limit)}% used)"

  defp duration(seconds) when seconds < 60, do: "#{seconds} seconds"
  defp duration(seconds) when seconds < 3600, do: "#{div(seconds, 60)} minutes and #{rem(seconds, 60)} seconds"
  defp duration(seconds), do: "#{div(seconds, 3600)} hours and #{seconds |> rem(3600) |> div(60)} minutes"

  defp bytes(count) when count < 10_000, do: "#{count} bytes"
  defp bytes(count) when count < 10_000_000, do: "#{div(count, 1000)} KB"
  defp bytes(count), do: "#{div(count, 1_000_000)} MB"

  defp title(text), do: IO.puts(["\n", IEx.color(:eval_result, "## " <> text), "\n"])

  defp rows(rows) do
    column = (rows |> Enum.map(fn {label, _} -> String.length(label) end) |> Enum.max()) + 2
    for {label, value} <- rows, do: IO.puts([IEx.color(:eval_info, String.pad_trailing(label <> ":", column)), to_string(value)])
  end
end
