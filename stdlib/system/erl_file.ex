# SPDX-License-Identifier: Apache-2.0
#
# The part of Erlang's file module that programs in Elixir reach for, and the texts for the reasons that file operations answer.

defmodule :file do
  @moduledoc """
  Files, under Erlang's name. Paths may be strings or char lists.

      iex> :file.format_error(:enoent) |> to_string()
      "no such file or directory"
  """

  @doc "The text of a reason, as a char list."
  @spec format_error(term) :: charlist
  def format_error(reason), do: reason |> text() |> :erlang.binary_to_list()

  defp text(:e2big), do: "argument list too long"
  defp text(:eacces), do: "permission denied"
  defp text(:eagain), do: "resource temporarily unavailable"
  defp text(:ebadf), do: "bad file number"
  defp text(:ebusy), do: "file busy"
  defp text(:edquot), do: "disk quota exceeded"
  defp text(:eexist), do: "file already exists"
  defp text(:efault), do: "bad address in system call argument"
  defp text(:efbig), do: "file too large"
  defp text(:eintr), do: "interrupted system call"
  defp text(:einval), do: "invalid argument"
  defp text(:eio), do: "I/O error"
  defp text(:eisdir), do: "illegal operation on a directory"
  defp text(:eloop), do: "too many levels of symbolic links"
  defp text(:emfile), do: "too many open files"
  defp text(:emlink), do: "too many links"
  defp text(:enametoolong), do: "file name too long"
  defp text(:enfile), do: "file table overflow"
  defp text(:enodev), do: "no such device"
  defp text(:enoent), do: "no such file or directory"
  defp text(:enomem), do: "not enough memory"
  defp text(:enospc), do: "no space left on device"
  defp text(:enosys), do: "function not implemented"
  defp text(:enotblk), do: "block device required"
  defp text(:enotdir), do: "not a directory"
  defp text(:enotempty), do: "directory not empty"
  defp text(:enotsup), do: "operation not supported"
  defp text(:enxio), do: "no such device or address"
  defp text(:eoverflow), do: "offset too large for file system"
  defp text(:eperm), do: "not owner"
  defp text(:epipe), do: "broken pipe"
  defp text(:erofs), do: "read-only file system"
  defp text(:espipe), do: "invalid seek"
  defp text(:esrch), do: "no such process"
  defp text(:estale), do: "stale remote file handle"
  defp text(:etxtbsy), do: "text file or pseudo-device busy"
  defp text(:exdev), do: "cross-domain link"
  defp text(:ewouldblock), do: "operation would block"
  defp text(:badarg), do: "bad argument"
  defp text(:terminated), do: "the file server process is terminated"
  defp text(:system_limit), do: "a system limit was hit, probably not enough ports"
  defp text(_), do: "unknown POSIX error"

  @doc "How names of files are encoded: always `:utf8`."
  @spec native_name_encoding() :: :utf8
  def native_name_encoding, do: :utf8

  @doc "The content of a file."
  @spec read_file(Path.t()) :: {:ok, binary} | {:error, atom}
  def read_file(path), do: File.read(path)

  @doc "Writes a file."
  @spec write_file(Path.t(), iodata) :: :ok | {:error, atom}
  def write_file(path, bytes), do: File.write(path, bytes)

  @doc "Writes a file, with modes."
  @spec write_file(Path.t(), iodata, list) :: :ok | {:error, atom}
  def write_file(path, bytes, modes), do: File.write(path, bytes, modes)

  @doc "Opens a file."
  @spec open(Path.t(), list) :: {:ok, reference} | {:error, atom}
  def open(path, modes), do: File.open(path, modes)

  @doc "Closes an open file."
  @spec close(reference) :: :ok | {:error, atom}
  def close(handle), do: :joist_file.close(handle)

  @doc "Reads so many bytes."
  @spec read(reference, non_neg_integer) :: {:ok, binary} | :eof | {:error, atom}
  def read(handle, count), do: :joist_file.read(handle, count)

  @doc "Reads a line."
  @spec read_line(reference) :: {:ok, binary} | :eof | {:error, atom}
  def read_line(handle), do: :joist_file.read_line(handle)

  @doc "Writes bytes."
  @spec write(reference, iodata) :: :ok | {:error, atom}
  def write(handle, bytes), do: :joist_file.write(handle, bytes)

  @doc "Moves the place for reading and writing."
  @spec position(reference, term) :: {:ok, non_neg_integer} | {:error, atom}
  def position(handle, place), do: :joist_file.position(handle, place)

  @doc "Reads at a place."
  @spec pread(reference, non_neg_integer, non_neg_integer) :: {:ok, binary} | :eof | {:error, atom}
  def pread(handle, place, count) do
    with {:ok, _} <- :joist_file.position(handle, place), do: :joist_file.read(handle, count)
  end

  @doc "Writes at a place."
  @spec pwrite(reference, non_neg_integer, iodata) :: :ok | {:error, atom}
  def pwrite(handle, place, bytes) do
    with {:ok, _} <- :joist_file.position(handle, place), do: :joist_file.write(handle, bytes)
  end

  @doc "Cuts a file off at the current place."
  @spec truncate(reference) :: :ok | {:error, atom}
  def truncate(handle), do: :joist_file.truncate(handle)

  @doc "Has the system write everything to the disk."
  @spec sync(reference) :: :ok | {:error, atom}
  def sync(handle), do: :joist_file.sync(handle)

  @doc "Like `sync/1`."
  @spec datasync(reference) :: :ok | {:error, atom}
  def datasync(handle), do: :joist_file.sync(handle)

  @doc "Removes a file."
  @spec delete(Path.t()) :: :ok | {:error, atom}
  def delete(path), do: File.rm(path)

  @doc "Renames a file."
  @spec rename(Path.t(), Path.t()) :: :ok | {:error, atom}
  def rename(source, destination), do: File.rename(source, destination)

  @doc "Makes a directory."
  @spec make_dir(Path.t()) :: :ok | {:error, atom}
  def make_dir(path), do: File.mkdir(path)

  @doc "Removes an empty directory."
  @spec del_dir(Path.t()) :: :ok | {:error, atom}
  def del_dir(path), do: File.rmdir(path)

  @doc "The names in a directory, as char lists."
  @spec list_dir(Path.t()) :: {:ok, [charlist]} | {:error, atom}
  def list_dir(path) do
    with {:ok, names} <- File.ls(path), do: {:ok, for(name <- names, do: :unicode.characters_to_list(name))}
  end

  @doc "The current directory, as a char list."
  @spec get_cwd() :: {:ok, charlist} | {:error, atom}
  def get_cwd do
    with {:ok, path} <- :joist_file.cwd(), do: {:ok, :unicode.characters_to_list(path)}
  end

  @doc "Changes the current directory."
  @spec set_cwd(Path.t()) :: :ok | {:error, atom}
  def set_cwd(path), do: File.cd(path)

  @doc "Makes a symbolic link."
  @spec make_symlink(Path.t(), Path.t()) :: :ok | {:error, atom}
  def make_symlink(existing, new), do: File.ln_s(existing, new)

  @doc "Makes a hard link."
  @spec make_link(Path.t(), Path.t()) :: :ok | {:error, atom}
  def make_link(existing, new), do: File.ln(existing, new)

  @doc "Copies a file: `{:ok, bytes}`."
  @spec copy(Path.t(), Path.t()) :: {:ok, non_neg_integer} | {:error, atom}
  def copy(source, destination), do: File.copy(source, destination)
end
