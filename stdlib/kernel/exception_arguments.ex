# SPDX-License-Identifier: Apache-2.0
#
# Exception.Arguments: which argument of a native function is at fault, found again from the arguments in the stack
# trace. Natives only say "bad argument"; the texts are made here, when somebody looks at the exception.
# Invariant: `explain/3` never raises and never calls the function in question; what it does not know gives `[]`.
defmodule Exception.Arguments do
  @moduledoc false

  @process_flags [
    :trap_exit,
    :priority,
    :min_heap_size,
    :min_bin_vheap_size,
    :max_heap_size,
    :message_queue_data,
    :fullsweep_after,
    :save_calls,
    :sensitive,
    :error_handler,
    :monitor_nodes
  ]

  @doc false
  # A list of `{index, text}`; `{:general, text}` for messages without an index.
  def explain(:erlang, :element, [_, tuple] = args) when is_tuple(tuple),
    do: check([{:index, tuple_size(tuple)}, :any], args, 1)

  def explain(:erlang, :element, args), do: check([:integer, :tuple], args, 1)

  def explain(:erlang, :setelement, [_, tuple, _] = args) when is_tuple(tuple),
    do: check([{:index, tuple_size(tuple)}, :any, :any], args, 1)

  def explain(:erlang, :setelement, args), do: check([:integer, :tuple, :any], args, 1)

  def explain(:erlang, :delete_element, [_, tuple] = args) when is_tuple(tuple),
    do: check([{:index, tuple_size(tuple)}, :any], args, 1)

  def explain(:erlang, :insert_element, [_, tuple, _] = args) when is_tuple(tuple),
    do: check([{:index, tuple_size(tuple) + 1}, :any, :any], args, 1)

  def explain(:erlang, :spawn_opt, args), do: spawn_options(:lists.last(args), length(args))

  def explain(:erlang, :process_flag, [:mailbox, value]) do
    case mailbox_fault(value) do
      nil -> []
      text -> [{2, text}]
    end
  end

  def explain(:erlang, :process_flag, [flag, _]) do
    if flag in @process_flags, do: [{2, "invalid value for this process flag"}], else: [{1, "invalid process flag"}]
  end

  def explain(:erlang, :monitor, [kind, object | options]) do
    fault =
      case kind do
        :process -> unless_(is_pid(object) or is_atom(object) or named?(object), "not a pid")
        :port -> unless_(is_port(object) or is_atom(object) or named?(object), "not a port")
        :time_offset -> nil
        _ -> :kind
      end

    if fault == :kind, do: [{1, "invalid monitor type"}], else: for({n, text} <- [{2, fault} | in_options(options, 3, &monitor_option?/1)], text != nil, do: {n, text})
  end

  def explain(:erlang, :send, [_, _, options] = args) do
    case in_options([options], 3, &(&1 in [:nosuspend, :noconnect])) do
      [] -> check([:destination, :any, :any], args, 1)
      faults -> faults
    end
  end

  def explain(:erlang, :demonitor, [ref | _]) when not is_reference(ref), do: [{1, "not a reference"}]
  def explain(:erlang, :demonitor, [_ | options]), do: in_options(options, 2, &(&1 in [:flush, :info]))
  def explain(:erlang, :alias, [_] = options), do: in_options(options, 1, &(&1 in [:explicit_unalias, :reply]))
  def explain(:erlang, :system_flag, [:schedulers_online, _]), do: [{2, "invalid value for this system flag"}]
  def explain(:erlang, :make_tuple, args), do: check([:non_negative, :any], args, 1)

  def explain(:erlang, name, [_, base]) when name in [:binary_to_integer, :list_to_integer] and (not is_integer(base) or base < 2 or base > 36),
    do: [{2, fault(:base, base)}]

  def explain(:erlang, :process_info, [pid, _]) when is_pid(pid), do: [{2, "invalid item or item list"}]

  # Searching in binaries: patterns, then options.
  def explain(:binary, name, [subject | _]) when name in [:match, :matches, :split, :replace] and not is_binary(subject), do: [{1, "not a binary"}]

  def explain(:binary, name, [_, pattern | rest]) when name in [:match, :matches, :split, :replace] do
    cond do
      not pattern?(pattern) -> [{2, "not a valid pattern"}]
      rest == [] -> []
      true -> [{length(rest) + 2, "invalid options"}]
    end
  end

  def explain(:binary, :compile_pattern, [_]), do: [{1, "not a valid pattern"}]

  def explain(module, function, args) do
    case rules(module, function, length(args)) do
      nil -> []
      rules -> check(rules, args, 1)
    end
  end

  defp pattern?(x) when is_binary(x), do: x != ""
  defp pattern?([_ | _] = list), do: :lists.all(fn x -> is_binary(x) and x != "" end, proper(list))
  defp pattern?(x), do: is_tuple(x)

  # Of the list of options that may be the last argument.
  defp in_options([], _, _), do: []
  defp in_options([options], n, _) when not is_list(options), do: [{n, "not a list"}]

  defp in_options([options], n, known?) do
    cond do
      not proper?(options) -> [{n, "not a proper list"}]
      not :lists.all(known?, options) -> [{n, "invalid option in list"}]
      true -> []
    end
  end

  defp monitor_option?({:alias, kind}), do: kind in [:explicit_unalias, :demonitor, :reply_demonitor]
  defp monitor_option?({:tag, _}), do: true
  defp monitor_option?(_), do: false

  defp named?({name, node}), do: is_atom(name) and node == :erlang.node()
  defp named?(_), do: false

  @doc false
  # Why a segment of a binary could not be built.
  def segment(segment, type, error, value) when is_integer(segment) and is_atom(type) do
    "construction of binary failed: segment #{segment} of type '#{type}': " <> segment_fault(type, error, inspect(value))
  end

  def segment(_, _, _, _), do: ""

  defp segment_fault(:binary, :type, value), do: "expected a binary but got: " <> value
  defp segment_fault(:integer, :type, value), do: "expected an integer but got: " <> value
  defp segment_fault(:float, :type, value), do: "expected a float or an integer but got: " <> value
  defp segment_fault(type, :type, value), do: "expected a non-negative integer encodable as #{type} but got: " <> value
  defp segment_fault(_, :size, value), do: "expected a non-negative integer as size but got: " <> value
  defp segment_fault(_, :short, value), do: "the value " <> value <> " is shorter than the size of the segment"
  defp segment_fault(_, :unit, value), do: "the size of the value " <> value <> " is not a multiple of the unit of the segment"
  defp segment_fault(_, :no_float, value), do: "the value " <> value <> " is outside the range expressible as a float"
  defp segment_fault(_, _, value), do: "bad value: " <> value

  # The last argument of spawn_opt: only the mailbox, where a text can say what is wrong within.
  defp spawn_options(options, index) when is_list(options) do
    case :lists.keyfind(:mailbox, 1, proper(options)) do
      {_, value} -> for text <- [mailbox_fault(value)], text != nil, do: {index, text}
      false -> if proper(options) == options, do: [{index, "invalid spawn option"}], else: [{index, "not a proper list"}]
    end
  end

  defp spawn_options(_, index), do: [{index, "not a list"}]

  defp proper([head | tail]), do: [head | proper(tail)]
  defp proper(_), do: []

  # `nil` for what bounds a mailbox.
  defp mailbox_fault(:unbounded), do: nil

  defp mailbox_fault(options) when is_list(options) do
    max = :lists.keyfind(:max, 1, proper(options))
    policy = :lists.keyfind(:on_full, 1, proper(options))
    others = for option <- proper(options), not (is_tuple(option) and tuple_size(option) == 2 and elem(option, 0) in [:max, :on_full]), do: option

    cond do
      others != [] -> "mailbox: unknown option #{inspect(hd(others))}, only max: and on_full: are known"
      max == false -> "mailbox: max: is missing, as in mailbox: [max: 1000]"
      not (elem(max, 1) == :infinity or (is_integer(elem(max, 1)) and elem(max, 1) > 0)) -> "mailbox: max: is a positive integer or :infinity, got: #{inspect(elem(max, 1))}"
      policy != false and elem(policy, 1) not in [:block, :drop_newest, :drop_oldest, :error, :kill] -> "mailbox: on_full: is :block, :drop_newest, :drop_oldest, :error or :kill, got: #{inspect(elem(policy, 1))}"
      true -> nil
    end
  end

  defp mailbox_fault(other), do: "mailbox: is :unbounded or [max: n, on_full: policy], got: #{inspect(other)}"

  defp check([rule | rules], [arg | args], index) do
    case fault(rule, arg) do
      nil -> check(rules, args, index + 1)
      text -> [{index, text} | check(rules, args, index + 1)]
    end
  end

  defp check(_, _, _), do: []

  # `nil` when the argument is good.
  defp fault(:any, _), do: nil
  defp fault(:atom, x), do: unless_(is_atom(x), "not an atom")
  defp fault(:binary, x), do: unless_(is_binary(x), "not a binary")
  defp fault(:bitstring, x), do: unless_(is_bitstring(x), "not a bitstring")
  defp fault(:integer, x), do: unless_(is_integer(x), "not an integer")
  defp fault(:float, x), do: unless_(is_float(x), "not a float")
  defp fault(:number, x), do: unless_(is_number(x), "not a number")
  defp fault(:tuple, x), do: unless_(is_tuple(x), "not a tuple")
  defp fault(:map, x), do: unless_(is_map(x), "not a map")
  defp fault(:list, x), do: list_fault(x)
  defp fault(:nonempty_list, x), do: unless_(is_list(x) and x != [], "not a nonempty list")
  defp fault(:pid, x), do: unless_(is_pid(x), "not a pid")
  defp fault(:reference, x), do: unless_(is_reference(x), "not a reference")
  defp fault(:fun, x), do: unless_(is_function(x), "not a fun")
  defp fault(:boolean, x), do: unless_(is_boolean(x), "not a boolean value")
  defp fault(:iodata, x), do: unless_(iodata?(x), "not an iodata term")
  defp fault(:destination, x), do: destination_fault(x)
  defp fault(:non_negative, x) when is_integer(x) and x >= 0, do: nil
  defp fault(:non_negative, x), do: if(is_integer(x), do: "out of range", else: "not an integer")
  defp fault(:base, x) when is_integer(x) and x >= 2 and x <= 36, do: nil
  defp fault(:base, _), do: "not an integer in the range 2 through 36"

  defp fault(:integer_text, x) when is_binary(x), do: "not a textual representation of an integer"
  defp fault(:integer_text, _), do: "not a binary"
  defp fault(:integer_chars, x) when is_list(x), do: "not a textual representation of an integer"
  defp fault(:integer_chars, _), do: "not a list"
  defp fault(:float_text, x) when is_binary(x), do: "not a textual representation of a float"
  defp fault(:float_text, _), do: "not a binary"
  defp fault(:float_chars, x) when is_list(x), do: "not a textual representation of a float"
  defp fault(:float_chars, _), do: "not a list"
  defp fault(:existing_atom, x) when is_binary(x), do: "not an already existing atom"
  defp fault(:existing_atom, _), do: "not a binary"
  defp fault(:existing_atom_chars, x) when is_list(x), do: "not an already existing atom"
  defp fault(:existing_atom_chars, _), do: "not a list"
  defp fault(:table, _), do: "the table identifier does not refer to an existing ETS table"
  defp fault({:index, _}, x) when not is_integer(x), do: "not an integer"
  defp fault({:index, size}, x), do: unless_(x >= 1 and x <= size, "out of range")
  defp fault({:text, text}, _), do: text

  defp unless_(true, _), do: nil
  defp unless_(false, text), do: text

  defp list_fault(x) when not is_list(x), do: "not a list"
  defp list_fault(x), do: unless_(proper?(x), "not a list")

  @doc false
  def proper?([_ | rest]), do: proper?(rest)
  def proper?([]), do: true
  def proper?(_), do: false

  defp iodata?(x) when is_binary(x), do: true
  defp iodata?([]), do: true
  defp iodata?([head | tail]), do: ((is_integer(head) and head in 0..255) or iodata?(head)) and iodata?(tail)
  defp iodata?(_), do: false

  defp destination_fault(x) when is_pid(x) or is_port(x) or is_reference(x), do: nil
  defp destination_fault({name, node}) when is_atom(name) and is_atom(node), do: nil
  defp destination_fault(x) when is_atom(x), do: "invalid destination"
  defp destination_fault(_), do: "invalid destination"

  defp rules(:erlang, :hd, 1), do: [:nonempty_list]
  defp rules(:erlang, :tl, 1), do: [:nonempty_list]
  defp rules(:erlang, :length, 1), do: [:list]
  defp rules(:erlang, :tuple_size, 1), do: [:tuple]
  defp rules(:erlang, :byte_size, 1), do: [:bitstring]
  defp rules(:erlang, :bit_size, 1), do: [:bitstring]
  defp rules(:erlang, :abs, 1), do: [:number]
  defp rules(:erlang, name, 1) when name in [:round, :trunc, :floor, :ceil, :float], do: [:number]
  defp rules(:erlang, :++, 2), do: [:list, :any]
  defp rules(:erlang, :--, 2), do: [:list, :list]
  defp rules(:erlang, :atom_to_binary, _), do: [:atom, :any]
  defp rules(:erlang, :atom_to_list, 1), do: [:atom]
  defp rules(:erlang, :binary_to_atom, _), do: [:binary, :any]
  defp rules(:erlang, :binary_to_existing_atom, _), do: [:existing_atom, :any]
  defp rules(:erlang, :list_to_existing_atom, 1), do: [:existing_atom_chars]
  defp rules(:erlang, :list_to_atom, 1), do: [:list]
  defp rules(:erlang, :integer_to_binary, 1), do: [:integer]
  defp rules(:erlang, :integer_to_binary, 2), do: [:integer, :base]
  defp rules(:erlang, :integer_to_list, 1), do: [:integer]
  defp rules(:erlang, :integer_to_list, 2), do: [:integer, :base]
  defp rules(:erlang, :float_to_binary, _), do: [:float, :any]
  defp rules(:erlang, :float_to_list, _), do: [:float, :any]
  defp rules(:erlang, :binary_to_integer, 1), do: [:integer_text]
  defp rules(:erlang, :list_to_integer, 1), do: [:integer_chars]
  defp rules(:erlang, :binary_to_integer, 2), do: [:integer_text]
  defp rules(:erlang, :list_to_integer, 2), do: [:integer_chars]
  defp rules(:erlang, :binary_to_float, 1), do: [:float_text]
  defp rules(:erlang, :list_to_float, 1), do: [:float_chars]
  defp rules(:erlang, :binary_to_list, 1), do: [:binary]
  defp rules(:erlang, :list_to_binary, 1), do: [{:text, "not an iolist term"}]
  defp rules(:erlang, :iolist_to_binary, 1), do: [{:text, "not an iodata term"}]
  defp rules(:erlang, :iolist_size, 1), do: [:iodata]
  defp rules(:erlang, :list_to_tuple, 1), do: [:list]
  defp rules(:erlang, :tuple_to_list, 1), do: [:tuple]
  defp rules(:erlang, :map_size, 1), do: [:map]
  defp rules(:erlang, :not, 1), do: nil
  defp rules(:erlang, :spawn, 1), do: [:fun]
  defp rules(:erlang, :spawn_link, 1), do: [:fun]
  defp rules(:erlang, :spawn_monitor, 1), do: [:fun]
  defp rules(:erlang, :spawn, 3), do: [:atom, :atom, :list]
  defp rules(:erlang, :send, 2), do: [:destination, :any]
  defp rules(:erlang, :send_after, 3), do: [:non_negative, :any, :any]
  defp rules(:erlang, :send_after, 4), do: [:non_negative, :any, :any, :list]
  defp rules(:erlang, :start_timer, 3), do: [:non_negative, :any, :any]
  defp rules(:erlang, :start_timer, 4), do: [:non_negative, :any, :any, :list]
  defp rules(:erlang, :cancel_timer, _), do: [:reference, :any]
  defp rules(:erlang, :link, 1), do: [:pid]
  defp rules(:erlang, :unlink, 1), do: [:pid]
  defp rules(:erlang, :exit, 2), do: [:pid, :any]
  defp rules(:erlang, :unalias, 1), do: [:reference]
  defp rules(:erlang, :process_info, _), do: [:pid, :any]
  defp rules(:erlang, :is_process_alive, 1), do: [:pid]
  defp rules(:erlang, :whereis, 1), do: [:atom]
  defp rules(:erlang, :unregister, 1), do: [{:text, "not a registered name"}]
  defp rules(:erlang, :pid_to_list, 1), do: [:pid]
  defp rules(:erlang, :binary_part, 3), do: [:binary, {:text, "out of range"}, :any]
  defp rules(:erlang, :binary_to_term, _), do: [{:text, "invalid external representation of a term"}, :any]
  defp rules(:erlang, :apply, 3), do: [:atom, :atom, :list]
  defp rules(:erlang, :fun_info, _), do: [:fun, :any]
  defp rules(:erlang, :unique_integer, 1), do: [{:text, "invalid modifier"}]
  defp rules(:erlang, :system_info, 1), do: [{:text, "invalid system info item"}]
  defp rules(:erlang, :system_flag, 2), do: [{:text, "invalid system flag"}, :any]
  defp rules(:ets, _, n), do: [:table | :lists.duplicate(n - 1, :any)]
  defp rules(:binary, :copy, 2), do: [:binary, :non_negative]
  defp rules(:binary, :copy, 1), do: [:binary]
  defp rules(:binary, :at, 2), do: [:binary, {:text, "out of range"}]
  defp rules(:binary, :decode_unsigned, _), do: [:binary, :any]
  defp rules(:binary, :encode_unsigned, _), do: [{:text, "not a non-negative integer"}, :any]
  defp rules(:binary, :first, 1), do: [{:text, "a zero-sized binary is not allowed"}]
  defp rules(:binary, :last, 1), do: [{:text, "a zero-sized binary is not allowed"}]
  defp rules(:math, :module_info, _), do: []
  defp rules(:math, _, 1), do: [:number]
  defp rules(:math, _, 2), do: [:number, :number]
  defp rules(:maps, :from_list, 1), do: [:list]
  defp rules(:maps, :take, 2), do: [:any, :map]
  defp rules(:lists, :member, 2), do: [:any, :list]
  defp rules(:lists, :reverse, _), do: [:list, :any]
  defp rules(:lists, :keyfind, 3), do: [:any, :any, :list]
  defp rules(:persistent_term, :get, 1), do: [{:text, "no persistent term stored with this key"}]
  defp rules(_, _, _), do: nil
end
