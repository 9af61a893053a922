# SPDX-License-Identifier: Apache-2.0
#
# Files and directories. Each operation is a native that answers `:ok`, `{:ok, value}` or `{:error, reason}`; the forms with `!` raise `File.Error`.
# An open file is a handle: an opaque reference, to be given to the functions of `IO`, closed by `close/1` or at the end of the process that opened
# it. Without an encoding it is read and written in Latin-1, byte by byte; with `:utf8` in Unicode.

defmodule File do
  @moduledoc """
  Reading and writing files, and working with directories.

      iex> File.exists?("/no/such/file")
      false
  """

  @type posix :: atom
  @type io_device :: reference
  @type mode :: atom | {atom, term}

  # ---- what is there ----

  @doc "Whether a path leads to a regular file."
  @spec regular?(Path.t(), [:raw]) :: boolean
  def regular?(path, options \\ []) when is_list(options), do: type(path) == :regular

  @doc "Whether a path leads to a directory."
  @spec dir?(Path.t(), [:raw]) :: boolean
  def dir?(path, options \\ []) when is_list(options), do: type(path) == :directory

  @doc "Whether there is something at a path."
  @spec exists?(Path.t(), [:raw]) :: boolean
  def exists?(path, options \\ []) when is_list(options), do: type(path) != nil

  defp type(path) do
    case :joist_file.stat(text(path), :follow) do
      {:ok, stat} -> elem(stat, 1)
      _ -> nil
    end
  end

  @doc """
  What the system knows of a file: `{:ok, %File.Stat{}}`. Option `:time`: `:universal`, `:local` or `:posix`.

      iex> File.stat("/no/such/file")
      {:error, :enoent}
  """
  @spec stat(Path.t(), keyword) :: {:ok, File.Stat.t()} | {:error, posix}
  def stat(path, options \\ []), do: stat_of(path, options, :follow)

  @doc "Like `stat/2`, or raises."
  @spec stat!(Path.t(), keyword) :: File.Stat.t()
  def stat!(path, options \\ []), do: path |> stat(options) |> value!("read file stats", path)

  @doc "Like `stat/2`, but of a symbolic link itself."
  @spec lstat(Path.t(), keyword) :: {:ok, File.Stat.t()} | {:error, posix}
  def lstat(path, options \\ []), do: stat_of(path, options, :nofollow)

  @doc "Like `lstat/2`, or raises."
  @spec lstat!(Path.t(), keyword) :: File.Stat.t()
  def lstat!(path, options \\ []), do: path |> lstat(options) |> value!("read file stats", path)

  defp stat_of(path, options, follow) do
    case :joist_file.stat(text(path), follow) do
      {:ok, stat} -> {:ok, File.Stat.__from__(stat, options[:time] || :universal)}
      error -> error
    end
  end

  @doc "Writes times, mode and owner of a `File.Stat` to a file."
  @spec write_stat(Path.t(), File.Stat.t(), keyword) :: :ok | {:error, posix}
  def write_stat(path, %File.Stat{} = stat, _options \\ []) do
    path = text(path)

    with :ok <- set(stat.mode, &:joist_file.set_mode(path, :erlang.band(&1, 0o7777))),
         :ok <- set(stat.uid || stat.gid, fn _ -> :joist_file.set_owner(path, stat.uid || -1, stat.gid || -1) end) do
      set(stat.mtime, &:joist_file.set_times(path, File.Stat.seconds(stat.atime || &1), File.Stat.seconds(&1)))
    end
  end

  defp set(nil, _), do: :ok
  defp set(value, fun), do: fun.(value)

  @doc "Like `write_stat/3`, or raises."
  @spec write_stat!(Path.t(), File.Stat.t(), keyword) :: :ok
  def write_stat!(path, stat, options \\ []), do: path |> write_stat(stat, options) |> ok!("write file stats", path)

  @doc "Sets the times of a file, makes it if it is not there. Time in seconds since 1970 or as `{{y, m, d}, {h, m, s}}`."
  @spec touch(Path.t(), tuple | integer) :: :ok | {:error, posix}
  def touch(path, time \\ :erlang.system_time(:second)) when is_tuple(time) or is_integer(time) do
    path = text(path)
    seconds = File.Stat.seconds(time)

    case :joist_file.set_times(path, seconds, seconds) do
      {:error, :enoent} ->
        with :ok <- :joist_file.write_file(path, "", [:append]), do: :joist_file.set_times(path, seconds, seconds)

      other ->
        other
    end
  end

  @doc "Like `touch/2`, or raises."
  @spec touch!(Path.t(), tuple | integer) :: :ok
  def touch!(path, time \\ :erlang.system_time(:second)), do: path |> touch(time) |> ok!("touch", path)

  @doc "Sets the mode of a file."
  @spec chmod(Path.t(), non_neg_integer) :: :ok | {:error, posix}
  def chmod(path, mode), do: :joist_file.set_mode(text(path), mode)

  @doc "Like `chmod/2`, or raises."
  @spec chmod!(Path.t(), non_neg_integer) :: :ok
  def chmod!(path, mode), do: path |> chmod(mode) |> ok!("change mode for", path)

  @doc "Sets the owner of a file."
  @spec chown(Path.t(), non_neg_integer) :: :ok | {:error, posix}
  def chown(path, uid), do: :joist_file.set_owner(text(path), uid, -1)

  @doc "Like `chown/2`, or raises."
  @spec chown!(Path.t(), non_neg_integer) :: :ok
  def chown!(path, uid), do: path |> chown(uid) |> ok!("change owner for", path)

  @doc "Sets the group of a file."
  @spec chgrp(Path.t(), non_neg_integer) :: :ok | {:error, posix}
  def chgrp(path, gid), do: :joist_file.set_owner(text(path), -1, gid)

  @doc "Like `chgrp/2`, or raises."
  @spec chgrp!(Path.t(), non_neg_integer) :: :ok
  def chgrp!(path, gid), do: path |> chgrp(gid) |> ok!("change group for", path)

  # ---- whole files ----

  @doc """
  The content of a file.

      iex> File.read("/no/such/file")
      {:error, :enoent}
  """
  @spec read(Path.t()) :: {:ok, binary} | {:error, posix}
  def read(path), do: :joist_file.read_file(text(path))

  @doc "The content of a file, or raises."
  @spec read!(Path.t()) :: binary
  def read!(path), do: path |> read() |> value!("read file", path)

  @doc """
  Writes a file; modes as for `open/2`.

      File.write("hello.txt", "hello", [:append])
  """
  @spec write(Path.t(), iodata, [mode]) :: :ok | {:error, posix}
  def write(path, content, modes \\ []) when is_list(modes) do
    case bytes(content, modes) do
      bytes when is_binary(bytes) -> :joist_file.write_file(text(path), bytes, modes)
      _ -> {:error, :badarg}
    end
  end

  # With an encoding each byte is taken as a character.
  defp bytes(content, modes) do
    bytes = :erlang.iolist_to_binary(content)

    case encoding(modes) do
      nil -> bytes
      encoding -> :unicode.characters_to_binary(bytes, :latin1, encoding)
    end
  rescue
    ArgumentError -> :error
  end

  defp encoding([:utf8 | _]), do: :utf8
  defp encoding([{:encoding, encoding} | _]), do: encoding
  defp encoding([_ | rest]), do: encoding(rest)
  defp encoding([]), do: nil

  @doc "Writes a file, or raises."
  @spec write!(Path.t(), iodata, [mode]) :: :ok
  def write!(path, content, modes \\ []), do: path |> write(content, modes) |> ok!("write to file", path)

  # ---- open files ----

  @doc """
  Opens a file. Modes: `:read` (default), `:write`, `:append`, `:exclusive`, `:utf8`, `{:encoding, e}`. With a function in place of modes, like `open/3`.

      {:ok, file} = File.open("log.txt", [:append, :utf8])
  """
  @spec open(Path.t(), [mode] | (io_device -> result)) :: {:ok, io_device | result} | {:error, posix} when result: var
  def open(path, modes_or_function \\ [])
  def open(path, modes) when is_list(modes), do: :joist_file.open(text(path), modes)
  def open(path, function) when is_function(function, 1), do: open(path, [], function)

  @doc """
  Opens a file, calls the function with it, closes it and answers `{:ok, result}`.

      File.open("log.txt", [:read], &IO.read(&1, :line))
  """
  @spec open(Path.t(), [mode], (io_device -> result)) :: {:ok, result} | {:error, posix} when result: var
  def open(path, modes, function) when is_list(modes) and is_function(function, 1) do
    case open(path, modes) do
      {:ok, handle} ->
        try do
          result = function.(handle)
          {:ok, if(:lists.member(:charlist, modes) and is_binary(result), do: String.to_charlist(result), else: result)}
        after
          :joist_file.close(handle)
        end

      error ->
        error
    end
  end

  @doc "Opens a file, or raises."
  @spec open!(Path.t(), [mode] | (io_device -> result)) :: io_device | result when result: var
  def open!(path, modes_or_function \\ []), do: path |> open(modes_or_function) |> value!("open", path)

  @doc "Like `open/3`, but answers the result itself or raises."
  @spec open!(Path.t(), [mode], (io_device -> result)) :: result when result: var
  def open!(path, modes, function), do: path |> open(modes, function) |> value!("open", path)

  @doc "Closes an open file."
  @spec close(io_device) :: :ok | {:error, posix}
  def close(device), do: :joist_file.close(device)

  @doc """
  A file as a stream of lines (`:line`) or of so many bytes; to read, or to collect into.

      File.stream!("big.txt") |> Enum.count()
  """
  @spec stream!(Path.t(), :line | pos_integer | [mode], [mode] | :line | pos_integer) :: File.Stream.t()
  def stream!(path, line_or_bytes \\ :line, modes \\ [])
  def stream!(path, modes, []) when is_list(modes), do: stream!(path, :line, modes)
  def stream!(path, modes, line_or_bytes) when is_list(modes) and not is_list(line_or_bytes), do: stream!(path, line_or_bytes, modes)

  def stream!(path, line_or_bytes, modes) when (line_or_bytes == :line or (is_integer(line_or_bytes) and line_or_bytes > 0)) and is_list(modes),
    do: File.Stream.__build__(text(path), line_or_bytes, modes)

  # ---- directories and links ----

  @doc "Makes a directory."
  @spec mkdir(Path.t()) :: :ok | {:error, posix}
  def mkdir(path), do: :joist_file.make_dir(text(path))

  @doc "Makes a directory, or raises."
  @spec mkdir!(Path.t()) :: :ok
  def mkdir!(path), do: path |> mkdir() |> ok!("make directory", path)

  @doc "Makes a directory and those above it that are missing."
  @spec mkdir_p(Path.t()) :: :ok | {:error, posix}
  def mkdir_p(path), do: path |> Path.expand() |> make_all()

  defp make_all("/"), do: :ok

  defp make_all(path) do
    case :joist_file.make_dir(path) do
      {:error, :enoent} ->
        with :ok <- make_all(Path.dirname(path)), do: existing(:joist_file.make_dir(path), path)

      result ->
        existing(result, path)
    end
  end

  defp existing({:error, :eexist}, path), do: if(dir?(path), do: :ok, else: {:error, :enotdir})
  defp existing(result, _), do: result

  @doc "Like `mkdir_p/1`, or raises."
  @spec mkdir_p!(Path.t()) :: :ok
  def mkdir_p!(path), do: path |> mkdir_p() |> ok!("make directory (with -p)", path)

  @doc "The names in a directory."
  @spec ls(Path.t()) :: {:ok, [binary]} | {:error, posix}
  def ls(path \\ "."), do: :joist_file.list_dir(text(path))

  @doc "The names in a directory, or raises."
  @spec ls!(Path.t()) :: [binary]
  def ls!(path \\ "."), do: path |> ls() |> value!("list directory", path)

  @doc "Makes a hard link."
  @spec ln(Path.t(), Path.t()) :: :ok | {:error, posix}
  def ln(existing, new), do: :joist_file.make_link(text(existing), text(new))

  @doc "Makes a hard link, or raises."
  @spec ln!(Path.t(), Path.t()) :: :ok
  def ln!(existing, new), do: existing |> ln(new) |> link!("create hard link", existing, new)

  @doc "Makes a symbolic link."
  @spec ln_s(Path.t(), Path.t()) :: :ok | {:error, posix}
  def ln_s(existing, new), do: :joist_file.make_symlink(text(existing), text(new))

  @doc "Makes a symbolic link, or raises."
  @spec ln_s!(Path.t(), Path.t()) :: :ok
  def ln_s!(existing, new), do: existing |> ln_s(new) |> link!("create symlink", existing, new)

  defp link!(:ok, _, _, _), do: :ok

  defp link!({:error, reason}, action, existing, new),
    do: raise(File.LinkError, reason: reason, action: action, existing: text(existing), new: text(new))

  @doc "Where a symbolic link leads."
  @spec read_link(Path.t()) :: {:ok, binary} | {:error, posix}
  def read_link(path), do: :joist_file.read_link(text(path))

  @doc "Where a symbolic link leads, or raises."
  @spec read_link!(Path.t()) :: binary
  def read_link!(path), do: path |> read_link() |> value!("read link", path)

  @doc "The current directory."
  @spec cwd() :: {:ok, binary} | {:error, posix}
  def cwd, do: :joist_file.cwd()

  @doc "The current directory, or raises."
  @spec cwd!() :: binary
  def cwd! do
    case cwd() do
      {:ok, cwd} -> cwd
      {:error, reason} -> raise File.Error, reason: reason, action: "get current working directory"
    end
  end

  @doc "Changes the current directory."
  @spec cd(Path.t()) :: :ok | {:error, posix}
  def cd(path), do: :joist_file.set_cwd(text(path))

  @doc "Changes the current directory, or raises."
  @spec cd!(Path.t()) :: :ok
  def cd!(path), do: path |> cd() |> ok!("set current working directory to", path)

  @doc "Changes the current directory for the time of a call."
  @spec cd!(Path.t(), (-> result)) :: result when result: var
  def cd!(path, function) do
    old = cwd!()
    cd!(path)

    try do
      function.()
    after
      cd!(old)
    end
  end

  # ---- removing and renaming ----

  @doc "Removes a file."
  @spec rm(Path.t()) :: :ok | {:error, posix}
  def rm(path), do: :joist_file.delete(text(path))

  @doc "Removes a file, or raises."
  @spec rm!(Path.t()) :: :ok
  def rm!(path), do: path |> rm() |> ok!("remove file", path)

  @doc "Removes an empty directory."
  @spec rmdir(Path.t()) :: :ok | {:error, posix}
  def rmdir(path), do: :joist_file.del_dir(text(path))

  @doc "Removes an empty directory, or raises."
  @spec rmdir!(Path.t()) :: :ok
  def rmdir!(path), do: path |> rmdir() |> ok!("remove directory", path)

  @doc "Removes a file or a directory with all in it: `{:ok, removed}`."
  @spec rm_rf(Path.t()) :: {:ok, [binary]} | {:error, posix, binary}
  def rm_rf(path), do: path |> Path.__text__("File.rm_rf/1") |> remove_all({:ok, []})

  defp remove_all(path, {:ok, removed}) do
    case :joist_file.stat(path, :nofollow) do
      {:ok, stat} when elem(stat, 1) == :directory -> remove_directory(path, removed)
      {:ok, _} -> removed(:joist_file.delete(path), path, removed)
      {:error, reason} when reason == :enoent or reason == :enotdir -> {:ok, removed}
      {:error, reason} -> {:error, reason, path}
    end
  end

  defp remove_directory(path, removed) do
    case :joist_file.list_dir(path) do
      {:ok, names} ->
        case remove_each(names, path, {:ok, removed}) do
          {:ok, removed} -> removed(:joist_file.del_dir(path), path, removed)
          error -> error
        end

      {:error, reason} ->
        {:error, reason, path}
    end
  end

  defp remove_each([], _, result), do: result

  defp remove_each([name | rest], path, result) do
    case remove_all(Path.join(path, name), result) do
      {:ok, _} = result -> remove_each(rest, path, result)
      error -> error
    end
  end

  defp removed(:ok, path, removed), do: {:ok, [path | removed]}
  defp removed({:error, :enoent}, _, removed), do: {:ok, removed}
  defp removed({:error, reason}, path, _), do: {:error, reason, path}

  @doc "Like `rm_rf/1`, or raises."
  @spec rm_rf!(Path.t()) :: [binary]
  def rm_rf!(path) do
    case rm_rf(path) do
      {:ok, files} ->
        files

      {:error, reason, _} ->
        raise File.Error, reason: reason, path: text(path), action: "remove files and directories recursively from"
    end
  end

  @doc "Renames a file or directory."
  @spec rename(Path.t(), Path.t()) :: :ok | {:error, posix}
  def rename(source, destination), do: :joist_file.rename(text(source), text(destination))

  @doc "Renames a file or directory, or raises."
  @spec rename!(Path.t(), Path.t()) :: :ok
  def rename!(source, destination) do
    case rename(source, destination) do
      :ok ->
        :ok

      {:error, reason} ->
        raise File.RenameError, reason: reason, action: "rename", source: text(source), destination: text(destination)
    end
  end

  # ---- copying ----

  @doc "Copies the content from a path or open file to another: `{:ok, bytes}`."
  @spec copy(Path.t() | io_device, Path.t() | io_device, pos_integer | :infinity) :: {:ok, non_neg_integer} | {:error, posix}
  def copy(source, destination, bytes_count \\ :infinity) do
    with_handle(source, [:read], fn from -> with_handle(destination, [:write], &copy_bytes(from, &1, bytes_count, 0)) end)
  end

  defp with_handle(handle, _, fun) when is_reference(handle), do: fun.(handle)

  defp with_handle(path, modes, fun) do
    case :joist_file.open(text(path), modes) do
      {:ok, handle} ->
        result = fun.(handle)
        :joist_file.close(handle)
        result

      error ->
        error
    end
  end

  defp copy_bytes(_, _, 0, copied), do: {:ok, copied}

  defp copy_bytes(from, to, left, copied) do
    case :joist_file.read(from, if(left == :infinity, do: 65536, else: min(left, 65536))) do
      {:ok, data} ->
        size = byte_size(data)

        case :joist_file.write(to, data) do
          :ok -> copy_bytes(from, to, if(left == :infinity, do: left, else: left - size), copied + size)
          error -> error
        end

      :eof ->
        {:ok, copied}

      error ->
        error
    end
  end

  @doc "Like `copy/3`, or raises."
  @spec copy!(Path.t() | io_device, Path.t() | io_device, pos_integer | :infinity) :: non_neg_integer
  def copy!(source, destination, bytes_count \\ :infinity) do
    case copy(source, destination, bytes_count) do
      {:ok, copied} -> copied
      {:error, reason} -> copy_error(reason, "copy", source, destination, "")
    end
  end

  defp copy_error(reason, action, source, destination, on) do
    raise File.CopyError, reason: reason, action: action, source: shown(source), destination: shown(destination), on: on
  end

  defp shown(path) when is_reference(path), do: inspect(path)
  defp shown(path), do: text(path)

  @doc "Copies a file with its mode. Option `:on_conflict`: a function that tells whether to overwrite."
  @spec cp(Path.t(), Path.t(), keyword) :: :ok | {:error, posix}
  def cp(source, destination, options \\ []) do
    source = text(source)
    destination = text(destination)

    case copy_file(source, destination, conflict(options), []) do
      {:error, reason, _} -> {:error, reason}
      _ -> :ok
    end
  end

  defp conflict(fun) when is_function(fun, 2), do: fun
  defp conflict(options), do: options[:on_conflict] || fn _, _ -> true end

  # A regular file; answers the list of what was copied, or {:error, reason, path}.
  defp copy_file(source, destination, conflict, done) do
    existing? = exists?(destination)

    cond do
      dir?(source) ->
        {:error, :eisdir, source}

      existing? and path_differs?(source, destination) and not conflict.(source, destination) ->
        done

      not path_differs?(source, destination) and existing? ->
        done

      true ->
        case copy(source, destination) do
          {:ok, _} ->
            copy_mode(source, destination)
            [destination | done]

          {:error, reason} ->
            {:error, reason, source}
        end
    end
  end

  defp path_differs?(path, path), do: false
  defp path_differs?(left, right), do: Path.expand(left) != Path.expand(right)

  defp copy_mode(source, destination) do
    case :joist_file.stat(source, :follow) do
      {:ok, stat} -> :joist_file.set_mode(destination, :erlang.band(elem(stat, 6), 0o7777))
      error -> error
    end
  end

  @doc "Like `cp/3`, or raises."
  @spec cp!(Path.t(), Path.t(), keyword) :: :ok
  def cp!(source, destination, options \\ []) do
    case cp(source, destination, options) do
      :ok -> :ok
      {:error, reason} -> copy_error(reason, "copy", source, destination, "")
    end
  end

  @doc """
  Copies a file or a directory with all in it: `{:ok, copied}`. Options `:on_conflict` and `:dereference_symlinks`.

      File.cp_r("samples", "tmp")
  """
  @spec cp_r(Path.t(), Path.t(), keyword) :: {:ok, [binary]} | {:error, posix, binary}
  def cp_r(source, destination, options \\ []) do
    follow = if is_list(options) and options[:dereference_symlinks], do: :follow, else: :nofollow

    source = Path.__text__(source, "File.cp_r/3")
    destination = Path.__text__(destination, "File.cp_r/3")

    case copy_all(source, destination, conflict(options), follow, []) do
      {:error, _, _} = error -> error
      copied -> {:ok, copied}
    end
  end

  defp copy_all(source, destination, conflict, follow, done) do
    case :joist_file.stat(source, follow) do
      {:ok, stat} when elem(stat, 1) == :regular -> copy_file(source, destination, conflict, done)
      {:ok, stat} when elem(stat, 1) == :symlink -> copy_link(source, destination, conflict, done)
      {:ok, stat} when elem(stat, 1) == :directory -> copy_directory(source, destination, conflict, follow, done)
      {:ok, _} -> {:error, :eio, source}
      {:error, reason} -> {:error, reason, source}
    end
  end

  defp copy_directory(source, destination, conflict, follow, done) do
    case :joist_file.list_dir(source) do
      {:ok, names} ->
        case :joist_file.make_dir(destination) do
          result when result == :ok or result == {:error, :eexist} ->
            copy_each(names, source, destination, conflict, follow, [destination | done])

          {:error, reason} ->
            {:error, reason, destination}
        end

      {:error, reason} ->
        {:error, reason, source}
    end
  end

  defp copy_each([], _, _, _, _, done), do: done

  defp copy_each([name | rest], source, destination, conflict, follow, done) do
    case copy_all(Path.join(source, name), Path.join(destination, name), conflict, follow, done) do
      {:error, _, _} = error -> error
      done -> copy_each(rest, source, destination, conflict, follow, done)
    end
  end

  defp copy_link(source, destination, conflict, done) do
    with {:ok, target} <- :joist_file.read_link(source) do
      case :joist_file.make_symlink(target, destination) do
        :ok ->
          [destination | done]

        {:error, :eexist} ->
          if conflict.(source, destination) do
            :joist_file.delete(destination)

            case :joist_file.make_symlink(target, destination) do
              :ok -> [destination | done]
              {:error, reason} -> {:error, reason, source}
            end
          else
            done
          end

        {:error, reason} ->
          {:error, reason, source}
      end
    else
      {:error, reason} -> {:error, reason, source}
    end
  end

  @doc "Like `cp_r/3`, or raises."
  @spec cp_r!(Path.t(), Path.t(), keyword) :: [binary]
  def cp_r!(source, destination, options \\ []) do
    case cp_r(source, destination, options) do
      {:ok, copied} -> copied
      {:error, reason, on} -> copy_error(reason, "copy recursively", source, destination, on)
    end
  end

  # ---- common ----

  defp value!({:ok, value}, _, _), do: value
  defp value!({:error, reason}, action, path), do: raise(File.Error, reason: reason, action: action, path: text(path))

  defp ok!(:ok, _, _), do: :ok
  defp ok!({:error, reason}, action, path), do: raise(File.Error, reason: reason, action: action, path: text(path))

  defp text(path) when is_binary(path), do: path
  defp text(path), do: IO.chardata_to_string(path)
end
