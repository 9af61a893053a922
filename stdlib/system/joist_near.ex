# SPDX-License-Identifier: Apache-2.0
#
# :joist_near: what exists near a name that does not, for reports of errors.
#
# Answers lines of text (iodata). What `Exception.blame/3` says already (functions of the same module that look alike) is not
# said again. Invariant: loads no module of the program; nothing here is called where speed matters.
defmodule :joist_near do
  @moduledoc false

  @functions_max 12

  @doc false
  # For a call of a function that is not there.
  def functions(module, function, arity) do
    cond do
      :joist_code.loaded(module) -> of_module(module, function, arity)
      :joist_code.native_exports(module) != [] -> of_natives(module, function, arity)
      true -> modules(module, function, arity)
    end
  end

  # A module made of natives alone, as :erlang and :math are.
  defp of_natives(module, function, arity) do
    case Exception.similar_functions(module, function, arity) do
      [] -> [["#{inspect(module)} has #{length(for {name, _} = pair <- :joist_code.native_exports(module), shown?(name), do: pair)} functions, none with a name like this"]]
      _ -> []
    end
  end

  defp of_module(module, function, arity) do
    cond do
      private?(module, function, arity) ->
        [["#{inspect(module)} defines #{Exception.format_fa_name(function, arity)}, but as private (defp)"]]

      Exception.similar_functions(module, function, arity) != [] ->
        []

      true ->
        case exports(module) do
          [] -> []
          list when length(list) <= @functions_max -> [["#{inspect(module)} has: ", :lists.join(", ", names(list))]]
          list -> [["#{inspect(module)} has #{length(list)} functions, none with a name like this"]]
        end
    end
  end

  # A function that the module has without exporting it.
  defp private?(module, function, arity) do
    with {_, file} <- :lists.keyfind(:source, 1, module.__info__(:compile)),
         file = :unicode.characters_to_binary(file),
         {:ok, text} <- :joist_source.text(file, module),
         quoted when quoted != :error <- :joist_source.quoted(file, text) do
      :joist_place.defines_private?(quoted, module, function, arity)
    else
      _ -> false
    end
  catch
    _, _ -> false
  end

  defp exports(module) do
    for {name, arity} <- :joist_code.exports(module), shown?(name), do: {name, arity}
  end

  defp shown?(name) do
    case :erlang.atom_to_binary(name) do
      "__" <> _ -> false
      "MACRO-" <> _ -> false
      "module_info" -> false
      "-" <> _ -> false
      _ -> true
    end
  end

  defp names(list), do: for({name, arity} <- :lists.sort(list), do: Exception.format_fa_name(name, arity))

  # The module itself is not there: one whose name is near and that has the function, or just one near.
  defp modules(module, function, arity) do
    case lacking(plain(:erlang.atom_to_binary(module))) do
      nil -> near_modules(module, function, arity)
      text -> [[text]]
    end
  end

  # What Elixir and OTP have and Joist has not yet: a program that uses it is right, and no other name is meant.
  defp lacking(name) do
    first = name |> :binary.split(".") |> hd()

    cond do
      name in ["PartitionSupervisor", "OptionParser", "URI", "Port", "Application", "Config", "GenEvent"] or
        first in ["Regex", "Date", "Time", "DateTime", "NaiveDateTime", "Calendar", "Version", "JSON", "ExUnit", "EEx", "Mix"] ->
        "#{name} is a module of Elixir that Joist does not have yet"

      name in ["ets", "dets", "mnesia", "re", "code", "calendar", "crypto", "gen_statem", "gen_event", "gen_tcp", "gen_udp", "inet", "ssl", "httpc", "supervisor", "application", "init", "net_kernel", "rpc", "global", "pg", "zlib", "digraph", "base64", "uri_string", "json", "erl_eval", "erl_scan", "erl_parse", "error_logger", "dbg", "erts_debug"] ->
        ":#{name} is a module of OTP that Joist does not have yet"

      true ->
        nil
    end
  end

  defp near_modules(module, function, arity) do
    wanted = plain(:erlang.atom_to_binary(module))

    near =
      for other <- known(),
          name = plain(other),
          distance = String.jaro_distance(wanted, name),
          distance > 0.85 or :string.lowercase(wanted) == :string.lowercase(name),
          do: {distance, other}

    best = near |> :lists.sort() |> :lists.reverse() |> Enum.take(3)

    case for {_, name} <- best, other = :erlang.binary_to_atom(name), has?(other, function, arity), do: other do
      [other | _] -> [["did you mean ", Exception.format_mfa(other, function, arity), "?"]]
      [] -> for {_, name} <- Enum.take(best, 1), do: ["did you mean the module ", inspect(:erlang.binary_to_atom(name)), "?"]
    end
  end

  defp plain("Elixir." <> name), do: name
  defp plain(name), do: name

  # Library modules may be loaded; what is on the code path only, not.
  defp has?(module, function, arity), do: Code.ensure_loaded?(module) and function_exported?(module, function, arity)

  # Names of the modules that could be meant, without loading them.
  defp known(), do: :lists.usort(for name <- :joist_code.module_names(), not internal?(name), do: name)

  defp internal?("joist_" <> _), do: true
  defp internal?(_), do: false

  @types [:Atom, :BitString, :Float, :Function, :Integer, :List, :Map, :PID, :Port, :Reference, :Tuple, :Any]

  @doc false
  # For what types a protocol is implemented, as text.
  def implementations(protocol) do
    prefix = :erlang.atom_to_binary(protocol) <> "."
    size = byte_size(prefix)
    # The library's own may not have been loaded yet.
    if Exception.library?(protocol), do: :lists.foreach(fn type -> Code.ensure_loaded(Module.concat(protocol, type)) end, @types)

    names =
      for module <- :joist_code.all_loaded(),
          <<^prefix::binary-size(size), name::binary>> <- [:erlang.atom_to_binary(module)],
          :erlang.function_exported(module, :__impl__, 1),
          do: name

    :lists.sort(names)
  end
end
