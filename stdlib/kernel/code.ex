# SPDX-License-Identifier: Apache-2.0
#
# Code: from text and quoted code to values, modules and loaded files.
# Invariant: the compiler works in natives of `:joist_code`; this module checks arguments, turns errors into exceptions
# and keeps the conventions of file names and bindings.
defmodule Code do
  @moduledoc "Functions to parse, evaluate, compile and load code."

  ## Parsing

  @doc "Quoted code of a string: `{:ok, quoted}` or `{:error, {meta, message, token}}`.\n\n    iex> Code.string_to_quoted(\"1 + 2\")\n    {:ok, {:+, [line: 1], [1, 2]}}"
  @spec string_to_quoted(List.Chars.t(), keyword) :: {:ok, Macro.t()} | {:error, {keyword, term, String.t()}}
  def string_to_quoted(string, opts \\ []) do
    check_parser_options(opts)
    :joist_code.string_to_quoted(source(string), opts)
  end

  @doc "Quoted code of a string; raises on errors.\n\n    iex> Code.string_to_quoted!(\":a\")\n    :a"
  @spec string_to_quoted!(List.Chars.t(), keyword) :: Macro.t()
  def string_to_quoted!(string, opts \\ []) do
    text = source(string)
    check_parser_options(opts)

    case :joist_code.string_to_quoted(text, opts) do
      {:ok, quoted} -> quoted
      {:error, {meta, message, token}} -> raise_syntax(text, opts, meta, message, token)
    end
  end

  @doc "Quoted code and the comments of a string; comments are not kept, so the list is empty."
  @spec string_to_quoted_with_comments(List.Chars.t(), keyword) ::
          {:ok, Macro.t(), [map]} | {:error, {keyword, term, String.t()}}
  def string_to_quoted_with_comments(string, opts \\ []) do
    case string_to_quoted(string, opts) do
      {:ok, quoted} -> {:ok, quoted, []}
      error -> error
    end
  end

  @doc "Like `string_to_quoted_with_comments/2`; raises on errors."
  @spec string_to_quoted_with_comments!(List.Chars.t(), keyword) :: {Macro.t(), [map]}
  def string_to_quoted_with_comments!(string, opts \\ []), do: {string_to_quoted!(string, opts), []}

  # What would change the result and is not there is refused, not passed over.
  defp check_parser_options(opts) do
    for {key, value} <- opts, unknown_to_parser?(key, value) do
      raise ArgumentError, "the option #{key}: #{inspect(value)} of Code.string_to_quoted/2 is not supported yet"
    end
  end

  defp unknown_to_parser?(:unescape, value), do: value == false
  defp unknown_to_parser?(key, value), do: value not in [nil, false] and :lists.member(key, [:existing_atoms_only, :static_atoms_encoder, :literal_encoder])

  defp source(string) when is_binary(string), do: string
  defp source(other), do: :erlang.iolist_to_binary(to_charlist(other) |> :unicode.characters_to_binary())

  # The metadata says what kind of error it is: one with delimiters, one at the end of the text, or another.
  defp raise_syntax(text, opts, meta, message, token) do
    line = option(meta, :line, 1)
    first_line = option(opts, :line, 1)

    description =
      case message do
        {before, behind} -> before <> token <> behind
        message -> message <> token
      end

    common = [file: option(opts, :file, "nofile"), line: line, column: option(meta, :column, nil)]
    opening = option(meta, :opening_delimiter, nil)
    closing = option(meta, :closing_delimiter, nil)

    cond do
      opening != nil ->
        end_line = option(meta, :end_line, line)
        expected = option(meta, :expected_delimiter, nil)

        delimiters = [
          end_line: end_line,
          end_column: option(meta, :end_column, nil),
          opening_delimiter: opening,
          expected_delimiter: expected,
          snippet: source_lines(text, line - first_line, end_line - first_line)
        ]

        if closing != nil do
          raise MismatchedDelimiterError,
                common ++ delimiters ++ [closing_delimiter: closing, description: "unexpected token: #{closing}"]
        else
          raise TokenMissingError, common ++ delimiters ++ [description: "missing terminator: #{expected}"]
        end

      token == "" and message in ["syntax error before: ", "syntax error: expression is incomplete"] ->
        raise TokenMissingError,
              common ++
                [description: "syntax error: expression is incomplete", snippet: source_line(text, line - first_line)]

      true ->
        raise SyntaxError, common ++ [description: description, snippet: source_line(text, line - first_line)]
    end
  end

  defp source_lines(text, first, last) do
    lines = :binary.split(text, "\n", [:global])
    :erlang.iolist_to_binary(:lists.join("\n", :lists.sublist(lines, first + 1, last - first + 1)))
  end

  defp source_line(text, index), do: nth_line(:binary.split(text, "\n", [:global]), index)

  defp nth_line([line | _], 0), do: line
  defp nth_line([_ | rest], n) when n > 0, do: nth_line(rest, n - 1)
  defp nth_line(_, _), do: ""

  defp option(opts, key, default) do
    case :lists.keyfind(key, 1, opts) do
      {_, value} -> value
      false -> default
    end
  end

  ## Evaluating

  @doc "The environment for evaluation: from options, or from another environment with options.\n\n    iex> Code.env_for_eval(file: \"x.exs\").file\n    \"x.exs\""
  @spec env_for_eval(keyword | Macro.Env.t()) :: Macro.Env.t()
  def env_for_eval(env_or_opts)
  def env_for_eval(%{__struct__: Macro.Env} = env), do: Macro.Env.prune_compile_info(env)

  def env_for_eval(opts) when is_list(opts) do
    given = for {key, value} <- opts, :lists.member(key, [:aliases, :requires, :functions, :macros]), do: {key, value}
    :maps.merge(:joist_code.env_for_eval(opts), :maps.from_list(given))
  end

  @doc "Evaluates a string: `{value, binding}`.\n\n    iex> Code.eval_string(\"a + 1\", a: 1)\n    {2, [a: 1]}"
  @spec eval_string(List.Chars.t(), list, Macro.Env.t() | keyword) :: {term, list}
  def eval_string(string, binding \\ [], opts \\ []) do
    {file, line} =
      case opts do
        %{__struct__: Macro.Env, file: file, line: line} -> {file, line}
        opts when is_list(opts) -> {option(opts, :file, "nofile"), option(opts, :line, 1)}
      end

    text = source(string)
    quoted = string_to_quoted!(text, file: file, line: line)
    :joist_source.evaluated(file, text)
    eval_quoted(quoted, binding, opts)
  end

  @doc "Evaluates quoted code: `{value, binding}`.\n\n    iex> Code.eval_quoted(quote(do: 1 + 2))\n    {3, []}"
  @spec eval_quoted(Macro.t(), list, Macro.Env.t() | keyword) :: {term, list}
  def eval_quoted(quoted, binding \\ [], opts \\ []) do
    {value, binding, _env} = :joist_code.eval_quoted(quoted, binding, env_for_eval(opts))
    {value, binding}
  end

  @doc "Evaluates quoted code in an environment: `{value, binding, env}`."
  @spec eval_quoted_with_env(Macro.t(), list, Macro.Env.t(), keyword) :: {term, list, Macro.Env.t()}
  def eval_quoted_with_env(quoted, binding, %{__struct__: Macro.Env} = env, _opts \\ []) when is_list(binding),
    do: :joist_code.eval_quoted(quoted, binding, env)

  @doc "Evaluates a file: `{value, binding}`."
  @spec eval_file(binary, nil | binary) :: {term, list}
  def eval_file(file, relative_to \\ nil) when is_binary(file) do
    path = absolute(file, relative_to)
    eval_string(read!(path, file), [], file: path, line: 1)
  end

  ## Compiling and loading

  @doc "Compiles a string and loads its modules: `[{module, binary}]`."
  @spec compile_string(List.Chars.t(), binary) :: [{module, binary}]
  def compile_string(string, file \\ "nofile") when is_binary(file) do
    text = source(string)
    :joist_source.evaluated(file, text)
    :joist_code.compile_string(text, file)
  end

  @doc "Compiles quoted code and loads its modules."
  @spec compile_quoted(Macro.t(), binary) :: [{module, binary}]
  def compile_quoted(quoted, file \\ "nofile") when is_binary(file), do: :joist_code.compile_quoted(quoted, file)

  @doc "Compiles and loads a file."
  @spec compile_file(binary, nil | binary) :: [{module, binary}]
  def compile_file(file, relative_to \\ nil) when is_binary(file) do
    path = absolute(file, relative_to)
    :joist_code.compile_string(read!(path, file), path)
  end

  @doc "Loads a file, even when it was loaded before."
  @spec load_file(binary, nil | binary) :: [{module, binary}]
  def load_file(file, relative_to \\ nil) when is_binary(file), do: compile_file(file, relative_to)

  @doc "Loads a file once: a list of its modules, or `nil` when it was required before."
  @spec require_file(binary, nil | binary) :: [{module, binary}] | nil
  def require_file(file, relative_to \\ nil) when is_binary(file) do
    path = absolute(file, relative_to)
    if not file?(path), do: raise(Code.LoadError, file: path, reason: :enoent)

    if :lists.member(path, required_files()) do
      nil
    else
      :persistent_term.put({Code, :required}, [path | required_files()])
      :joist_code.compile_string(read!(path, file), path)
    end
  end

  @doc "The files required so far."
  @spec required_files() :: [binary]
  def required_files(), do: :persistent_term.get({Code, :required}, [])

  @doc "Forgets that files were required."
  @spec unrequire_files([binary]) :: :ok
  def unrequire_files(files) when is_list(files) do
    :persistent_term.put({Code, :required}, required_files() -- files)
    :ok
  end

  defp absolute(file, nil), do: Path.expand(file)
  defp absolute(file, relative_to), do: Path.expand(file, relative_to)

  defp read!(path, _) do
    case File.read(path) do
      {:ok, content} ->
        :joist_source.remember_file(path, content)
        content

      {:error, reason} ->
        raise Code.LoadError, file: path, reason: reason
    end
  end

  defp file?(path), do: File.regular?(path)

  ## Modules

  @doc "Loads a module if need be: `{:module, module}` or `{:error, reason}`.\n\n    iex> Code.ensure_loaded(Enum)\n    {:module, Enum}"
  @spec ensure_loaded(module) :: {:module, module} | {:error, :embedded | :badfile | :nofile | :on_load_failure}
  def ensure_loaded(module) when is_atom(module), do: :joist_code.ensure_loaded(module)

  @doc "Is the module loaded, or can it be?\n\n    iex> Code.ensure_loaded?(Enum)\n    true"
  @spec ensure_loaded?(module) :: boolean
  def ensure_loaded?(module) when is_atom(module) do
    case :joist_code.ensure_loaded(module) do
      {:module, _} -> true
      _ -> false
    end
  end

  @doc "Loads a module or raises."
  @spec ensure_loaded!(module) :: module
  def ensure_loaded!(module) do
    case ensure_loaded(module) do
      {:module, module} -> module
      {:error, reason} -> raise ArgumentError, not_loaded(module, reason)
    end
  end

  @doc "Loads all modules: `:ok` or `{:error, [{module, reason}]}`."
  @spec ensure_all_loaded([module]) :: :ok | {:error, [{module, atom}]}
  def ensure_all_loaded(modules) when is_list(modules) do
    failed =
      for module <- modules, {:error, reason} <- [ensure_loaded(module)], do: {module, reason}

    if failed == [], do: :ok, else: {:error, failed}
  end

  @doc "Like `ensure_all_loaded/1`; raises."
  @spec ensure_all_loaded!([module]) :: :ok
  def ensure_all_loaded!(modules) do
    case ensure_all_loaded(modules) do
      :ok ->
        :ok

      {:error, failed} ->
        lines = for {module, reason} <- failed, do: "  * #{inspect(module)} due to reason #{inspect(reason)}\n"
        raise ArgumentError, "could not load the following modules:\n\n" <> :erlang.iolist_to_binary(lines)
    end
  end

  @doc "Makes sure that a module is compiled, waiting for it if it is being compiled."
  @spec ensure_compiled(module) :: {:module, module} | {:error, :embedded | :badfile | :nofile | :on_load_failure | :unavailable}
  def ensure_compiled(module) when is_atom(module), do: :joist_code.ensure_compiled(module, :soft)

  @doc "Is the module compiled?"
  @spec ensure_compiled?(module) :: boolean
  def ensure_compiled?(module) when is_atom(module) do
    case ensure_compiled(module) do
      {:module, _} -> true
      _ -> false
    end
  end

  @doc "Makes sure that a module is compiled, or raises."
  @spec ensure_compiled!(module) :: module
  def ensure_compiled!(module) do
    case :joist_code.ensure_compiled(module, :hard) do
      {:module, module} -> module
      {:error, reason} -> raise ArgumentError, not_loaded(module, reason)
    end
  end

  defp not_loaded(module, reason),
    do: "could not load module #{inspect(module)} due to reason #{inspect(reason)}" <> reason_text(reason)

  defp reason_text(:unavailable),
    do: " because the module is unavailable: it may be in a deadlock with the module that asks for it"

  defp reason_text(_), do: ""

  @doc "Is the module loaded (nothing is loaded by asking)?\n\n    iex> Code.loaded?(Enum)\n    true"
  @spec loaded?(module) :: boolean
  def loaded?(module) when is_atom(module), do: :joist_code.loaded(module)

  @doc "Can modules under compilation be waited for here?"
  @spec can_await_module_compilation?() :: boolean
  def can_await_module_compilation?(), do: false

  ## Paths and options

  @doc "Adds a directory in front of the code path."
  @spec prepend_path(Path.t()) :: boolean
  def prepend_path(path), do: :joist_code.prepend_path(Path.expand(path))

  @doc "Adds a directory at the end of the code path."
  @spec append_path(Path.t()) :: boolean
  def append_path(path), do: :joist_code.append_path(Path.expand(path))

  @doc "Removes a directory from the code path."
  @spec delete_path(Path.t()) :: boolean
  def delete_path(path), do: :joist_code.delete_path(Path.expand(path))

  @defaults [
    docs: false,
    debug_info: true,
    ignore_module_conflict: false,
    relative_paths: true,
    warnings_as_errors: false,
    on_undefined_variable: :raise,
    parser_options: [],
    no_warn_undefined: [],
    tracers: []
  ]

  @doc "The names of the compiler's options."
  @spec available_compiler_options() :: [atom]
  def available_compiler_options(), do: for({key, _} <- @defaults, do: key)

  @doc "All compiler options as a map."
  @spec compiler_options() :: map
  def compiler_options(), do: :maps.from_list(for {key, _} <- @defaults, do: {key, get_compiler_option(key)})

  @doc "Sets compiler options, giving the old ones."
  @spec compiler_options(Enumerable.t()) :: map
  def compiler_options(opts) do
    for {key, value} <- opts, into: %{} do
      previous = get_compiler_option(key)
      put_compiler_option(key, value)
      {key, previous}
    end
  end

  @doc "The value of a compiler option."
  @spec get_compiler_option(atom) :: term
  def get_compiler_option(key) when is_atom(key) do
    case :lists.keyfind(key, 1, @defaults) do
      {_, default} ->
        :persistent_term.get({Code, :option, key}, default)

      false ->
        raise "unknown compiler option: #{inspect(key)}"
    end
  end

  @doc "Sets a compiler option."
  @spec put_compiler_option(atom, term) :: :ok
  def put_compiler_option(key, value) when is_atom(key) do
    if :lists.keymember(key, 1, @defaults) do
      :persistent_term.put({Code, :option, key}, value)
      :ok
    else
      raise "unknown compiler option: #{inspect(key)}"
    end
  end

  @doc """
  The documentation of a module, or of a module file named by its path, as `{:docs_v1, line, :elixir, "text/markdown", moduledoc,
  metadata, entries}`; the module is not loaded for it.

      iex> {:docs_v1, _, :elixir, "text/markdown", %{"en" => _}, _, entries} = Code.fetch_docs(Atom)
      iex> for {{:function, :to_string, 1}, _, signature, _, _} <- entries, do: signature
      [["to_string(atom)"]]
  """
  @spec fetch_docs(module | String.t()) :: tuple | {:error, :chunk_not_found | :module_not_found | File.posix()}
  def fetch_docs(module) when is_atom(module), do: standard_docs(:joist_docs.read(module))

  def fetch_docs(path) when is_binary(path) do
    case File.read(path) do
      {:ok, bytes} -> standard_docs(:joist_docs.read_file(bytes))
      {:error, :enoent} -> {:error, :module_not_found}
      error -> error
    end
  end

  defp standard_docs({:ok, docs}), do: :joist_docs.standard(docs)
  defp standard_docs(error), do: error

  ## Formatting

  @doc "Quoted code as an algebra document."
  @spec quoted_to_algebra(Macro.t(), keyword) :: Inspect.Algebra.t()
  def quoted_to_algebra(quoted, opts \\ []) when is_list(opts), do: Macro.Printer.to_algebra(quoted)

  @doc "Formats source code; the formatter is not there yet, so this raises."
  @spec format_string!(binary, keyword) :: iodata
  def format_string!(string, opts \\ []) when is_binary(string) and is_list(opts) do
    raise ArgumentError, "Code.format_string!/2 is not there yet"
  end

  @doc "Formats a file; the formatter is not there yet, so this raises."
  @spec format_file!(binary, keyword) :: iodata
  def format_file!(file, opts \\ []) when is_binary(file) and is_list(opts) do
    raise ArgumentError, "Code.format_file!/2 is not there yet"
  end
end
