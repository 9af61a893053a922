# SPDX-License-Identifier: Apache-2.0
#
# What surrounds the program: arguments, environment, directories, clocks, the end of it all. The clocks' native unit is the nanosecond; the
# monotonic one never goes back and is the one to measure with.

defmodule System do
  @moduledoc """
  The system around the program.

      iex> System.version()
      "1.18.0"
  """

  @type time_unit :: :second | :millisecond | :microsecond | :nanosecond | pos_integer
  @signals [:sigabrt, :sigalrm, :sigchld, :sighup, :sigquit, :sigstop, :sigterm, :sigtstp, :sigusr1, :sigusr2]
  @type signal :: :sigabrt | :sigalrm | :sigchld | :sighup | :sigquit | :sigstop | :sigterm | :sigtstp | :sigusr1 | :sigusr2

  @doc """
  The version of the language.

      iex> System.version()
      "1.18.0"
  """
  @spec version() :: String.t()
  def version, do: "1.18.0"

  @doc """
  What was built: version and so on.

      iex> System.build_info().version
      "1.18.0"
  """
  @spec build_info() :: map
  def build_info, do: %{version: "1.18.0", build: "1.18.0 (Joist)", otp_release: otp_release(), date: "", revision: ""}

  @doc """
  The release of OTP whose functions are followed.

      iex> is_binary(System.otp_release())
      true
  """
  @spec otp_release() :: String.t()
  def otp_release, do: :erlang.list_to_binary(:erlang.system_info(:otp_release))

  @doc "The byte order of this machine."
  @spec endianness() :: :little | :big
  def endianness do
    <<first, _::binary>> = <<1::native-16>>
    if first == 1, do: :little, else: :big
  end

  @doc "The byte order of the machine this was compiled on."
  @spec compiled_endianness() :: :little | :big
  def compiled_endianness, do: endianness()

  @doc "Number of schedulers."
  @spec schedulers() :: pos_integer
  def schedulers, do: :erlang.system_info(:schedulers)

  @doc "Number of schedulers that run."
  @spec schedulers_online() :: pos_integer
  def schedulers_online, do: :erlang.system_info(:schedulers_online)

  # ---- arguments and environment ----

  @doc "The arguments of the program."
  @spec argv() :: [String.t()]
  def argv, do: :joist_system.argv()

  @doc "Sets the arguments of the program."
  @spec argv([String.t()]) :: :ok
  def argv(args) when is_list(args), do: :joist_system.set_argv(args)

  @doc """
  The whole environment.

      iex> is_map(System.get_env())
      true
  """
  @spec get_env() :: %{optional(String.t()) => String.t()}
  def get_env, do: :maps.from_list(:joist_system.env())

  @doc """
  A variable of the environment.

      iex> System.get_env("NOT_SET", "default")
      "default"
  """
  @spec get_env(String.t(), String.t() | nil) :: String.t() | nil
  def get_env(name, default \\ nil)

  def get_env(name, default) when is_binary(name) and (is_binary(default) or default == nil) do
    case :joist_system.getenv(name) do
      nil -> default
      value -> value
    end
  end

  @doc """
  A variable of the environment: `{:ok, value}` or `:error`.

      iex> System.fetch_env("NOT_SET")
      :error
  """
  @spec fetch_env(String.t()) :: {:ok, String.t()} | :error
  def fetch_env(name) when is_binary(name) do
    case :joist_system.getenv(name) do
      nil -> :error
      value -> {:ok, value}
    end
  end

  @doc "A variable of the environment, or raises."
  @spec fetch_env!(String.t()) :: String.t()
  def fetch_env!(name) when is_binary(name) do
    case :joist_system.getenv(name) do
      nil -> raise System.EnvError, env: name
      value -> value
    end
  end

  @doc """
  Sets a variable of the environment.

      iex> System.put_env("A_NAME", "x")
      :ok
  """
  @spec put_env(String.t(), String.t()) :: :ok
  def put_env(name, value) when is_binary(name) and is_binary(value) do
    case :binary.match(name, "=") do
      {_, _} -> raise ArgumentError, "cannot execute System.put_env/2 for key with \"=\", got: #{inspect(name)}"
      :nomatch -> :joist_system.putenv(name, value)
    end
  end

  @doc """
  Sets variables of the environment; nil removes one.

      iex> System.put_env(%{"A_NAME" => "x"})
      :ok
  """
  @spec put_env(Enumerable.t()) :: :ok
  def put_env(enumerable) do
    Enum.each(enumerable, fn
      {name, nil} -> delete_env(to_string(name))
      {name, value} -> put_env(to_string(name), to_string(value))
    end)
  end

  @doc """
  Removes a variable of the environment.

      iex> System.delete_env("A_NAME")
      :ok
  """
  @spec delete_env(String.t()) :: :ok
  def delete_env(name), do: :joist_system.unsetenv(name)

  # ---- places ----

  @doc "The current directory, or nil."
  @spec cwd() :: String.t() | nil
  def cwd do
    case :joist_file.cwd() do
      {:ok, path} -> path
      _ -> nil
    end
  end

  @doc "The current directory, or raises."
  @spec cwd!() :: String.t()
  def cwd!, do: cwd() || raise(RuntimeError, "could not get a current working directory, the current location is not accessible")

  @doc "The user's home directory, or nil."
  @spec user_home() :: String.t() | nil
  def user_home, do: :joist_system.getenv("HOME")

  @doc "The user's home directory, or raises."
  @spec user_home!() :: String.t()
  def user_home!, do: user_home() || raise(RuntimeError, "could not find the user home, please set the HOME environment variable")

  @doc "A directory for temporary files that can be written to, or nil."
  @spec tmp_dir() :: String.t() | nil
  def tmp_dir, do: first_writable([get_env("TMPDIR"), get_env("TEMP"), get_env("TMP"), "/tmp", cwd()])

  @doc "A directory for temporary files, or raises."
  @spec tmp_dir!() :: String.t()
  def tmp_dir! do
    tmp_dir() ||
      raise(RuntimeError, "could not get a writable temporary directory, please set the TMPDIR environment variable")
  end

  defp first_writable([]), do: nil
  defp first_writable([nil | rest]), do: first_writable(rest)

  defp first_writable([path | rest]) do
    case :joist_file.stat(path, :follow) do
      {:ok, {_, :directory, access, _, _, _, _, _, _, _, _, _, _}} when access == :write or access == :read_write -> Path.expand(path)
      _ -> first_writable(rest)
    end
  end

  @doc """
  Where a program lies, or nil.

      iex> System.find_executable("no-such-program")
      nil
  """
  @spec find_executable(binary) :: binary | nil
  def find_executable(program) when is_binary(program) do
    case :binary.match(program, "/") do
      {_, _} -> executable([Path.dirname(program)], Path.basename(program))
      :nomatch -> executable(:binary.split(get_env("PATH", ""), ":", [:global, :trim_all]), program)
    end
  end

  defp executable([], _), do: nil

  defp executable([directory | rest], program) do
    path = Path.absname(Path.join(directory, program))

    case :joist_file.stat(path, :follow) do
      {:ok, {_, :regular, _, _, _, _, mode, _, _, _, _, _, _}} ->
        if :erlang.band(mode, 0o111) != 0, do: path, else: executable(rest, program)

      _ ->
        executable(rest, program)
    end
  end

  @doc "The number of this operating system process."
  @spec pid() :: String.t()
  def pid, do: :erlang.integer_to_binary(:joist_system.os_pid())

  @doc false
  def get_pid, do: pid()

  # ---- other programs ----

  @doc "Runs a program. Not there yet: raises."
  @spec cmd(binary, [binary], keyword) :: {Collectable.t(), non_neg_integer}
  def cmd(command, args, options \\ []) when is_binary(command) and is_list(args) and is_list(options),
    do: raise(RuntimeError, "System.cmd/3 is not supported yet: cannot run #{inspect(command)}")

  @doc "Runs a command of the shell. Not there yet: raises."
  @spec shell(binary, keyword) :: {Collectable.t(), non_neg_integer}
  def shell(command, options \\ []) when is_binary(command) and is_list(options),
    do: raise(RuntimeError, "System.shell/2 is not supported yet: cannot run #{inspect(command)}")

  # ---- the end ----

  @doc """
  Has a function called with the exit status when the program ends by itself or by `stop/1`; the last one first.
  One that exits with `{:shutdown, n}` changes the status to n, with `:normal` to 0; one that fails in another way to 1.

      System.at_exit(fn status -> IO.puts("bye \#{status}") end)
  """
  @spec at_exit((non_neg_integer -> any)) :: :ok
  def at_exit(fun) when is_function(fun, 1), do: :joist_system.at_exit(fun)

  # Called by the command line when a program ends; answers the status that it ends with.
  @doc false
  def run_at_exit(status) do
    case :joist_system.take_at_exit() do
      [] -> status
      funs -> funs |> call_all(status) |> run_at_exit()
    end
  end

  # A function that fails makes the status 1, one that exits with {:shutdown, n} makes it n: the next ones are told that.
  defp call_all([], status), do: status

  defp call_all([fun | rest], status) do
    status =
      try do
        fun.(status)
        status
      catch
        :exit, {:shutdown, status} when is_integer(status) ->
          status

        :exit, reason when reason in [:normal, :shutdown] ->
          0

        kind, reason ->
          :joist_io.write(:stderr, :erlang.iolist_to_binary(:joist_fault.report(kind, reason, __STACKTRACE__, :joist_fault.color?())))
          1
      end

    call_all(rest, status)
  end

  @doc "Ends the program at once with a status, without the functions of `at_exit/1`."
  @spec halt(non_neg_integer | binary | :abort) :: no_return
  def halt(status \\ 0)
  def halt(status) when is_integer(status) or status == :abort or is_binary(status), do: :erlang.halt(status)

  @doc """
  Stops the program in order with a status, and goes on meanwhile.

  First what `at_exit/1` left is called, then processes are told to shut down: supervisors stop their children in
  reverse order, each within its shutdown time. The operating system's SIGTERM does the same with status 0. A text instead of a
  status is printed; the status is 1 then.

      System.stop(1)
      Process.sleep(:infinity)
  """
  @spec stop(non_neg_integer | binary) :: :ok
  def stop(status \\ 0) when is_integer(status) or is_binary(status), do: :joist_stop.begin(status)

  @doc """
  Has a function called when the operating system sends this program a signal: `{:ok, id}`.

  Functions of one signal are called newest first, in a process of their own; they shall return `:ok`. What the signal does by
  default comes after them: `:sigterm` stops the program in order, `:sigquit` reports its processes; other signals do
  nothing more once they are trapped. `:sigstop` cannot be trapped: `{:error, :not_sup}`.

      {:ok, _} = System.trap_signal(:sigusr1, fn -> IO.puts("reload"); :ok end)
  """
  @spec trap_signal(signal, (-> :ok)) :: {:ok, reference} | {:error, :not_sup}
  def trap_signal(signal, fun), do: trap_signal(signal, make_ref(), fun)

  @doc """
  The same with an id of one's own, by which `untrap_signal/2` finds it: `{:error, :already_registered}` when it is taken.

      iex> System.trap_signal(:sigusr2, :example, fn -> :ok end)
      {:ok, :example}
      iex> System.trap_signal(:sigusr2, :example, fn -> :ok end)
      {:error, :already_registered}
      iex> System.untrap_signal(:sigusr2, :example)
      :ok
  """
  @spec trap_signal(signal, id, (-> :ok)) :: {:ok, id} | {:error, :already_registered} | {:error, :not_sup} when id: term
  def trap_signal(signal, id, fun) when signal in @signals and is_function(fun, 0), do: :joist_signal.add(signal, id, fun)

  @doc """
  Removes a function of `trap_signal/3`.

      iex> System.untrap_signal(:sigusr1, :nothing)
      {:error, :not_found}
  """
  @spec untrap_signal(signal, id) :: :ok | {:error, :not_found} when id: term
  def untrap_signal(signal, id) when signal in @signals, do: :joist_signal.remove(signal, id)

  # ---- clocks ----

  @doc """
  Nanoseconds of a clock that never goes back.

      iex> is_integer(System.monotonic_time())
      true
  """
  @spec monotonic_time() :: integer
  def monotonic_time, do: :erlang.monotonic_time()

  @doc "The monotonic clock in a unit."
  @spec monotonic_time(time_unit | :native) :: integer
  def monotonic_time(unit), do: :erlang.monotonic_time(unit(unit))

  @doc """
  Nanoseconds since 1970.

      iex> System.system_time() > 0
      true
  """
  @spec system_time() :: integer
  def system_time, do: :erlang.system_time()

  @doc "The time since 1970 in a unit."
  @spec system_time(time_unit | :native) :: integer
  def system_time(unit), do: :erlang.system_time(unit(unit))

  @doc "What is added to the monotonic time to get the system time."
  @spec time_offset() :: integer
  def time_offset, do: :erlang.time_offset()

  @doc "The time offset in a unit."
  @spec time_offset(time_unit | :native) :: integer
  def time_offset(unit), do: :erlang.time_offset(unit(unit))

  @doc "The operating system's clock, in nanoseconds since 1970."
  @spec os_time() :: integer
  def os_time, do: :joist_system.os_time()

  @doc "The operating system's clock in a unit."
  @spec os_time(time_unit | :native) :: integer
  def os_time(unit), do: convert_time_unit(:joist_system.os_time(), :native, unit)

  @doc """
  A time in another unit, rounded down.

      iex> System.convert_time_unit(1500, :millisecond, :second)
      1
  """
  @spec convert_time_unit(integer, time_unit | :native, time_unit | :native) :: integer
  def convert_time_unit(time, from_unit, to_unit) do
    from = per_second(from_unit)
    to = per_second(to_unit)
    Integer.floor_div(time * to, from)
  end

  defp per_second(:second), do: 1
  defp per_second(:millisecond), do: 1000
  defp per_second(:microsecond), do: 1_000_000
  defp per_second(:nanosecond), do: 1_000_000_000
  defp per_second(:native), do: 1_000_000_000
  defp per_second(:seconds), do: 1
  defp per_second(:milliseconds), do: 1000
  defp per_second(:microseconds), do: 1_000_000
  defp per_second(:nanoseconds), do: 1_000_000_000
  defp per_second(parts) when is_integer(parts) and parts > 0, do: parts

  defp per_second(other) do
    raise ArgumentError,
          "unsupported time unit. Expected :second, :millisecond, :microsecond, :nanosecond, or a positive integer, " <>
            "got #{inspect(other)}"
  end

  defp unit(:native), do: :native
  defp unit(:seconds), do: :second
  defp unit(:milliseconds), do: :millisecond
  defp unit(:microseconds), do: :microsecond
  defp unit(:nanoseconds), do: :nanosecond

  defp unit(unit) do
    per_second(unit)
    unit
  end

  @doc """
  An integer never answered before. Modifiers `:positive` and `:monotonic`.

      iex> System.unique_integer([:positive]) > 0
      true
  """
  @spec unique_integer([:positive | :monotonic]) :: integer
  def unique_integer(modifiers \\ []), do: :erlang.unique_integer(modifiers)
end
