# SPDX-License-Identifier: Apache-2.0
#
# What `i` tells about a term: a list of labels and texts, by type.

defprotocol IEx.Info do
  @moduledoc """
  What `IEx.Helpers.i/1` tells about a term. Implement it for a struct of yours to say more than the fields do.
  """
  @fallback_to_any true

  @doc "Pairs of a label and a text, in the order in which they are printed."
  @spec info(t) :: [{label :: String.t(), text :: String.t()}]
  def info(term)
end

defimpl IEx.Info, for: Any do
  def info(%module{}), do: [{"Data type", inspect(module)}, {"Description", "This is a struct: a map with a __struct__ key."}, {"Reference modules", inspect(module) <> ", Map"}]
  def info(_), do: []
end

defimpl IEx.Info, for: Tuple do
  def info(_), do: [{"Data type", "Tuple"}, {"Reference modules", "Tuple"}]
end

defimpl IEx.Info, for: Map do
  def info(_), do: [{"Data type", "Map"}, {"Reference modules", "Map"}]
end

defimpl IEx.Info, for: Integer do
  def info(_), do: [{"Data type", "Integer"}, {"Reference modules", "Integer"}]
end

defimpl IEx.Info, for: Float do
  def info(_), do: [{"Data type", "Float"}, {"Reference modules", "Float"}]
end

defimpl IEx.Info, for: Reference do
  def info(_), do: [{"Data type", "Reference"}]
end

defimpl IEx.Info, for: Atom do
  def info(atom) do
    if is_alias?(atom) and Code.ensure_loaded?(atom), do: module(atom), else: plain(atom)
  end

  defp is_alias?(atom), do: match?("Elixir." <> _, Atom.to_string(atom)) or :joist_code.loaded(atom)

  defp module(module) do
    source = if function_exported?(module, :__info__, 1), do: module.__info__(:compile)[:source], else: module.module_info(:compile)[:source]
    call = inspect(module)

    [
      {"Data type", "Atom"},
      {"Source", if(source, do: List.to_string(source), else: if(:joist_code.is_findable(module), do: "not here, it is compiled", else: "unknown"))},
      {"Kind", kind(module)},
      {"Description", "Use h(#{call}) to read its documentation.\nUse exports(#{call}) to see its functions."},
      {"Raw representation", ":\"" <> Atom.to_string(module) <> "\""},
      {"Reference modules", "Module, Atom"}
    ]
  end

  defp kind(module) do
    cond do
      function_exported?(module, :__protocol__, 1) -> "protocol"
      function_exported?(module, :__impl__, 1) -> "implementation of #{inspect(module.__impl__(:protocol))} for #{inspect(module.__impl__(:for))}"
      function_exported?(module, :exception, 1) and function_exported?(module, :__struct__, 0) -> "exception"
      function_exported?(module, :__struct__, 0) -> "module with a struct"
      function_exported?(module, :behaviour_info, 1) -> "module with callbacks: b(#{inspect(module)}) lists them"
      true -> "module"
    end
  end

  defp plain(atom) do
    raw = if is_alias?(atom), do: [{"Raw representation", ":\"" <> Atom.to_string(atom) <> "\""}], else: []
    [{"Data type", "Atom"}] ++ raw ++ [{"Reference modules", "Atom"}]
  end
end

defimpl IEx.Info, for: List do
  def info(list) do
    {description, raw, modules} =
      cond do
        list == [] -> {nil, nil, "List"}
        List.ascii_printable?(list) -> {charlist(), inspect(list, charlists: :as_lists), "List"}
        Keyword.keyword?(list) -> {"This is a keyword list: a list of pairs, each with an atom first.", nil, "Keyword, List"}
        not proper?(list) -> {"This is an improper list: its last tail is no list.", nil, "List"}
        true -> {nil, nil, "List"}
      end

    [{"Data type", "List"}] ++
      if(description, do: [{"Description", description}], else: []) ++
      if(raw, do: [{"Raw representation", raw}], else: []) ++ [{"Reference modules", modules}]
  end

  defp charlist do
    "This is a list of integers. As all of them are printable ASCII characters, it\n" <>
      "is shown as a charlist, with ~c\"\"."
  end

  defp proper?([_ | rest]), do: proper?(rest)
  defp proper?(tail), do: tail == []
end

defimpl IEx.Info, for: BitString do
  def info(binary) when is_binary(binary) do
    cond do
      String.printable?(binary) -> string(binary, "in it are printable")
      String.valid?(binary) -> string(binary, "in it are valid, though not all can be printed")
      true -> bytes(binary)
    end
  end

  def info(bits) do
    [
      {"Data type", "BitString"},
      {"Bits", Integer.to_string(bit_size(bits))},
      {"Description", "This is a bitstring: bits whose number is no multiple of 8."}
    ]
  end

  defp string(text, why) do
    [
      {"Data type", "BitString"},
      {"Byte size", Integer.to_string(byte_size(text))},
      {"Description", "This is a string: text in UTF-8. It is shown in \"quotes\", as the characters\n#{why}."},
      {"Raw representation", inspect(text, binaries: :as_binaries)},
      {"Reference modules", "String, :binary"}
    ]
  end

  defp bytes(binary) do
    [
      {"Data type", "BitString"},
      {"Byte size", Integer.to_string(byte_size(binary))},
      {"Description", "This is a binary: bytes. It is shown with <<>>, as it is no text in UTF-8; the\nfirst byte that does not fit is #{inspect(first_wrong(binary))}."},
      {"Reference modules", ":binary"}
    ]
  end

  defp first_wrong(<<_::utf8, rest::binary>>), do: first_wrong(rest)
  defp first_wrong(<<byte, _::binary>>), do: <<byte>>
end

defimpl IEx.Info, for: Function do
  def info(fun) do
    info = Function.info(fun)

    specific =
      if info[:type] == :external,
        do: [{"Description", "This is #{Exception.format_mfa(info[:module], info[:name], info[:arity])}.\nUse h(#{Exception.format_mfa(info[:module], info[:name], info[:arity])}) to read its documentation."}],
        else: [{"Made in", inspect(info[:module])}, {"Description", "This is an anonymous function."}]

    [{"Data type", "Function"}, {"Type", Atom.to_string(info[:type])}, {"Arity", Integer.to_string(info[:arity])}] ++ specific
  end
end

defimpl IEx.Info, for: PID do
  def info(pid) do
    alive? = node(pid) == node() and Process.alive?(pid)
    about = if alive?, do: Process.info(pid, [:registered_name, :links, :message_queue_len, :current_function]), else: nil

    more =
      if about do
        [
          {"Name", if(about[:registered_name] in [nil, []], do: "not registered", else: inspect(about[:registered_name]))},
          {"Links", if(about[:links] == [], do: "none", else: Enum.map_join(about[:links], ", ", &inspect/1))},
          {"Message queue length", Integer.to_string(about[:message_queue_len])},
          {"At", at(about[:current_function])}
        ]
      else
        []
      end

    [{"Data type", "PID"}, {"Alive", to_string(alive?)}] ++
      more ++ [{"Description", "Use process_info/1 to see more of this process."}, {"Reference modules", "Process, Node"}]
  end

  defp at({module, name, arity}), do: Exception.format_mfa(module, name, arity)
  defp at(_), do: "unknown"
end
