# SPDX-License-Identifier: Apache-2.0
#
# What one types in the shell besides the language. The names are those of iex; the shell imports this module.
# Helpers that print answer IEx.dont_display_result/0. What needs the shell itself asks :joist_shell (values of earlier
# expressions, a new process); printing of docs stands in IEx.Introspection, of facts about processes and the VM in IEx.Report.

defmodule IEx.Helpers do
  @moduledoc """
  Welcome to the shell. These helpers make it a place to live in; this text came from `h()`.

  `h` shows documentation, of a module, a function or a macro:

      iex> h Enum
      iex> h Enum.map
      iex> h if

  `i` tells what a value is:

      iex> i "text"

  Tab completes names of modules, functions, variables and keys. An expression may take several lines. Ctrl-C stops an
  evaluation, Ctrl-D leaves the shell.

  All helpers:

    * `b/1`            - callbacks of a behaviour
    * `c/1`, `c/2`     - compiles files
    * `cd/1`           - changes the directory
    * `clear/0`        - clears the screen
    * `exports/1`      - functions and macros of a module
    * `flush/0`        - prints the messages that the shell got
    * `h/0`, `h/1`     - documentation
    * `i/0`, `i/1`     - what a value is; the last one without an argument
    * `import_file/1`  - evaluates a file here: its variables, imports and aliases stay
    * `l/1`            - loads a module anew
    * `ls/0`, `ls/1`   - lists a directory
    * `pid/1`, `pid/3` - a process by its number
    * `port/1`, `ref/1` - ports and references by their numbers
    * `process_info/1` - what a process does
    * `pwd/0`          - the current directory
    * `r/1`            - compiles a module's source again
    * `respawn/0`      - a new process for the shell
    * `runtime_info/0` - version, memory, limits
    * `t/1`            - types of a module
    * `tour/0`         - a tour of the language in ten steps
    * `v/0`, `v/1`     - values of earlier expressions

  `h(v/1)` tells more of each.
  """

  import IEx, only: [dont_display_result: 0]
  alias IEx.{Introspection, Report}

  ## Documentation

  @doc "Tells about the helpers."
  defmacro h, do: quote(do: IEx.Introspection.h(IEx.Helpers))

  @doc """
  Shows the documentation of a module, a function or a macro.

      iex> h Enum
      iex> h Enum.map
      iex> h Enum.map/2
      iex> h if
      iex> h :lists
  """
  defmacro h(term), do: quote(do: IEx.Introspection.h(unquote(Introspection.decompose(term, __CALLER__))))

  @doc """
  Shows the callbacks of a behaviour, or the documentation of one.

      iex> b GenServer
      iex> b GenServer.init/1
  """
  defmacro b(term), do: quote(do: IEx.Introspection.b(unquote(Introspection.decompose(term, __CALLER__))))

  @doc """
  Shows the types of a module, or one with its documentation.

      iex> t Enum
      iex> t Enum.t
  """
  defmacro t(term), do: quote(do: IEx.Introspection.t(unquote(Introspection.decompose(term, __CALLER__))))

  @doc """
  Lists the functions and macros of a module, of these helpers without an argument.

      iex> exports Atom
  """
  @spec exports(module) :: term
  def exports(module \\ __MODULE__) when is_atom(module) do
    case Introspection.exports(module) do
      [] -> IO.puts(IEx.color(:eval_error, "No functions or macros of #{inspect(module)} were found"))
      list -> list |> Enum.sort() |> Enum.map(fn {name, arity} -> Macro.inspect_atom(:remote_call, name) <> "/#{arity}" end) |> Report.columns()
    end

    dont_display_result()
  end

  @doc "Tells about the last value."
  @spec i() :: term
  def i, do: i(v())

  @doc """
  Tells what a value is: its type, what modules work with it, and more by type.

      iex> i ~c"abc"
  """
  @spec i(term) :: term
  def i(term) do
    info = [{"Term", inspect(term, Keyword.merge(IEx.inspect_opts(), syntax_colors: []))}] ++ IEx.Info.info(term) ++ [{"Implemented protocols", protocols(term)}]

    for {label, text} <- info do
      IO.puts(IEx.color(:eval_result, label))
      IO.puts(IEx.color(:eval_info, "  " <> String.replace(to_string(text), "\n", "\n  ")))
    end

    dont_display_result()
  end

  defp protocols(term) do
    known = [Collectable, Enumerable, IEx.Info, Inspect, List.Chars, String.Chars] ++ Protocol.extract_protocols([])
    known |> Enum.uniq() |> Enum.filter(& &1.impl_for(term)) |> Enum.map(&inspect/1) |> Enum.sort() |> Enum.join(", ")
  end

  ## Values

  @doc """
  The value of an earlier expression: the n-th, or for negative numbers counted from the last, which is `v(-1)`, or `v()`.

      iex> v(-1) + 1
  """
  @spec v(integer) :: term
  def v(n \\ -1) when is_integer(n), do: in_shell(:value, [n])

  @doc "Goes on in a new process; variables stay, links and messages do not."
  @spec respawn() :: term
  def respawn, do: in_shell(:respawn, [])

  # These work in the shell only.
  defp in_shell(function, args) do
    if IEx.started?(),
      do: apply(:joist_shell, function, args),
      else: raise(RuntimeError, "there is no shell here: this helper works in the shell, which `joist` without arguments starts")
  end

  ## Compiling and loading

  @doc """
  Compiles files of Elixir code and answers their modules. With a directory as second argument module files (`.jo`) are written
  there as well.

      iex> c "hello.exs"
      iex> c ["a.ex", "b.ex"], "build"
  """
  @spec c(Path.t() | [Path.t()], Path.t() | :in_memory) :: [module]
  def c(files, path \\ :in_memory) do
    files = List.wrap(files)
    missing = Enum.reject(files, &File.regular?/1)
    if missing != [], do: raise(ArgumentError, "could not find files #{Enum.join(missing, ", ")}")
    erlang = Enum.filter(files, &(Path.extname(&1) == ".erl"))
    if erlang != [], do: raise(ArgumentError, "Erlang sources are not compiled by Joist: #{Enum.join(erlang, ", ")}")
    if path != :in_memory, do: File.mkdir_p!(path)

    for file <- files, {module, bytes} <- Code.compile_file(file) do
      if path != :in_memory, do: File.write!(Path.join(path, "#{module}.jo"), bytes)
      module
    end
  end

  @doc """
  Compiles the source of a module, or of several, again and loads what comes out.

      iex> r Counter
      {:reloaded, [Counter]}
  """
  @spec r(module | [module]) :: {:reloaded, [module]}
  def r(modules) do
    sources = modules |> List.wrap() |> Enum.map(&source!/1) |> Enum.uniq()
    {:reloaded, Enum.uniq(for(source <- sources, {module, _} <- Code.compile_file(source), do: module))}
  end

  defp source!(module) when is_atom(module) do
    if not Code.ensure_loaded?(module), do: raise(ArgumentError, "could not load nor find module: #{inspect(module)}")
    source = if function_exported?(module, :__info__, 1), do: module.__info__(:compile)[:source], else: module.module_info(:compile)[:source]
    source = to_string(source || "nofile")
    if not File.regular?(source) and :joist_code.is_findable(module), do: raise(ArgumentError, "#{inspect(module)} is a compiled module whose source is not here; l(#{inspect(module)}) loads it anew")
    if not File.regular?(source), do: raise(ArgumentError, "could not find source (#{source}) for module: #{inspect(module)}")
    source
  end

  @doc """
  Loads a module anew, from the library or the code path.

      iex> l Enum
      {:module, Enum}
  """
  @spec l(module) :: {:module, module} | {:error, atom}
  def l(module) when is_atom(module) do
    # What was made here and is kept nowhere stays as it is.
    if :joist_code.is_findable(module) do
      :joist_code.delete(module)
      Code.ensure_loaded(module)
    else
      {:error, :nofile}
    end
  end

  @doc "Loads a module on all nodes; there are no clusters yet, so this raises."
  @spec nl(module) :: no_return
  def nl(module) when is_atom(module), do: raise("nl/1 is not there yet: there are no clusters, l(#{inspect(module)}) loads the module here")

  @doc "Recompiles a Mix project; there is no Mix, so this raises."
  @spec recompile(keyword) :: no_return
  def recompile(_options \\ []), do: raise("recompile/0 is not there: there are no Mix projects; r(Module) compiles a module's source again, c(\"file.ex\") a file")

  ## Directories

  @doc "Prints the current directory."
  @spec pwd() :: term
  def pwd do
    IO.puts(IEx.color(:eval_info, File.cwd!()))
    dont_display_result()
  end

  @doc "Changes the current directory; `~` is the home directory."
  @spec cd(Path.t()) :: term
  def cd(directory) do
    case File.cd(home(directory)) do
      :ok -> pwd()
      {:error, reason} -> IO.puts(IEx.color(:eval_error, "Cannot change to #{directory}: #{:file.format_error(reason)}"))
    end

    dont_display_result()
  end

  defp home(path), do: if(match?("~" <> _, to_string(path)), do: Path.expand(path), else: path)

  @doc "Lists a directory, the current one without an argument; of a file its name."
  @spec ls(Path.t()) :: term
  def ls(path \\ ".") do
    path = home(path)

    case File.ls(path) do
      {:ok, names} ->
        names |> Enum.sort() |> Report.columns(&Report.file_color(Path.join(path, &1)))

      {:error, :enotdir} ->
        IO.puts(IEx.color(:eval_info, Path.absname(path)))

      {:error, reason} ->
        IO.puts(IEx.color(:eval_error, "Cannot list #{path}: #{:file.format_error(reason)}"))
    end

    dont_display_result()
  end

  @doc "Clears the screen."
  @spec clear() :: term
  def clear do
    if IO.ANSI.enabled?(),
      do: IO.write([IO.ANSI.home(), IO.ANSI.clear()]),
      else: IO.puts("Cannot clear the screen because ANSI escape codes are not enabled on this shell")

    dont_display_result()
  end

  ## Processes

  @doc "Prints and forgets the messages in the shell's mailbox."
  @spec flush() :: :ok
  def flush do
    receive do
      message ->
        IO.puts(IEx.color(:eval_info, inspect(message, IEx.inspect_opts())))
        flush()
    after
      0 -> :ok
    end
  end

  @doc """
  A process by its number, as it is shown.

      iex> pid("0.21.0")
      #PID<0.21.0>
  """
  @spec pid(String.t() | atom) :: pid
  def pid(text) when is_binary(text) do
    if match?("#PID<" <> _, text), do: text |> String.slice(4..-1//1) |> pid_of(), else: pid_of("<#{text}>")
  end

  def pid(name) when is_atom(name) do
    case Process.whereis(name) do
      pid when is_pid(pid) -> pid
      _ -> raise ArgumentError, "could not find registered process with name: #{inspect(name)}"
    end
  end

  defp pid_of(text), do: text |> String.to_charlist() |> :erlang.list_to_pid()

  @doc "A process by the three numbers with which it is shown."
  @spec pid(non_neg_integer, non_neg_integer, non_neg_integer) :: pid
  def pid(x, y, z) when is_integer(x) and x >= 0 and is_integer(y) and y >= 0 and is_integer(z) and z >= 0, do: pid("#{x}.#{y}.#{z}")

  @doc "A reference by its numbers."
  @spec ref(String.t()) :: reference
  def ref(text) when is_binary(text) do
    numbers = if match?("#Reference<" <> _, text), do: String.slice(text, 10..-1//1), else: "<#{text}>"
    :erlang.list_to_ref(String.to_charlist("#Ref" <> numbers))
  end

  @doc "A reference by the four numbers with which it is shown."
  @spec ref(non_neg_integer, non_neg_integer, non_neg_integer, non_neg_integer) :: reference
  def ref(w, x, y, z), do: ref("#{w}.#{x}.#{y}.#{z}")

  @doc "A port by its number; there are no ports, so this raises."
  @spec port(String.t()) :: no_return
  def port(text) when is_binary(text), do: raise("port/1 is not there yet: there are no ports")

  @doc "Prints what a process does: where it is, its links and monitors, memory and stack."
  @spec process_info(pid | atom) :: term
  def process_info(pid_or_name) do
    Report.process(pid_or_name)
    dont_display_result()
  end

  ## The system

  @doc "Prints version, memory and limits."
  @spec runtime_info() :: term
  def runtime_info, do: runtime_info([:system, :memory, :limits])

  @doc "Prints one topic or several of `:system`, `:memory` and `:limits`."
  @spec runtime_info(atom | [atom]) :: term
  def runtime_info(topics) do
    topics |> List.wrap() |> Enum.each(&Report.runtime/1)
    IO.puts("")
    dont_display_result()
  end

  ## Files of expressions

  @doc """
  Evaluates a file as if it were typed here: its variables, imports and aliases stay. The path is known when the line is compiled.

      iex> import_file "~/.helpers.exs"
  """
  defmacro import_file(path) when is_binary(path), do: read_code!(Path.expand(path))

  defmacro import_file(_), do: raise(ArgumentError, "import_file/1 wants a path in quotes: the file is read when the line is compiled")

  @doc "The same, and nothing when there is no such file."
  defmacro import_file_if_available(path) when is_binary(path) do
    path = Path.expand(path)
    if File.exists?(path), do: read_code!(path)
  end

  defmacro import_file_if_available(_), do: raise(ArgumentError, "import_file_if_available/1 wants a path in quotes: the file is read when the line is compiled")

  defp read_code!(path), do: path |> File.read!() |> Code.string_to_quoted!(file: path)

  @doc "Imports a module if there is one of that name."
  defmacro import_if_available(module, options \\ []) do
    if Code.ensure_loaded?(Macro.expand(module, __CALLER__)), do: quote(do: import(unquote(module), unquote(options)))
  end

  @doc "Uses a module if there is one of that name."
  defmacro use_if_available(module, options \\ []) do
    if Code.ensure_loaded?(Macro.expand(module, __CALLER__)), do: quote(do: use(unquote(module), unquote(options)))
  end

  ## The tour

  @doc """
  Starts a tour of the language in ten steps, each done by typing here. `tour(:skip)` goes on to the next step, `tour(3)` to the third,
  `tour(:again)` shows the step once more, `tour(:answer)` one way to do it, and `tour(:stop)` ends the tour.
  """
  @spec tour(:start | :skip | :again | :answer | :stop | pos_integer) :: term
  def tour(what \\ :start) do
    :joist_tour.command(what)
    dont_display_result()
  end

  ## Not there yet

  @doc "Opens a source in an editor; not there yet, so this raises."
  @spec open(term) :: no_return
  def open(_ \\ nil), do: raise("open/1 is not there yet: i(Module) tells where a module's source is")

  @doc "Sets a breakpoint; not there yet, so this raises."
  @spec break!(term, term) :: no_return
  def break!(_, _ \\ 1), do: IEx.no_breakpoints()

  @doc "Sets a breakpoint; not there yet, so this raises."
  @spec break!(module, atom, arity, non_neg_integer) :: no_return
  def break!(_, _, _, _), do: IEx.no_breakpoints()

  @doc "Lists breakpoints; not there yet, so this raises."
  @spec breaks() :: no_return
  def breaks, do: IEx.no_breakpoints()

  @doc "Goes on behind a breakpoint; not there yet, so this raises."
  @spec continue() :: no_return
  def continue, do: IEx.no_breakpoints()

  @doc "Where a breakpoint stopped; not there yet, so this raises."
  @spec whereami(pos_integer) :: no_return
  def whereami(_ \\ 2), do: IEx.no_breakpoints()
end
