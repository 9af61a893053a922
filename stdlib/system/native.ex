# SPDX-License-Identifier: Apache-2.0

defmodule Joist.Native do
  @moduledoc """
  Functions written in C.

  A library of natives is a shared object built against `joist/native.h`. It names a module and lists functions; once it is loaded they are
  functions of that module like any others:

      Joist.Native.load!("./sum.so")
      Sum.add(1, 2)

  A module of the same name may be defined in the language too, for documentation, specs, or as what runs where the library is
  not loaded: a loaded native replaces the function of its name and arity for callers that name the module. Calls inside the
  module that name no module keep to the language's.

  Natives run inside the VM. What they hand over is checked, but a crash in C ends the whole program.
  """

  @doc """
  Loads the library at `path`, which is relative to the current directory.

  Loading it again has no effect. A library stays loaded until the VM ends.

      iex> {:error, text} = Joist.Native.load("/nonexistent.so")
      iex> text =~ "nonexistent.so"
      true
  """
  @spec load(Path.t()) :: {:ok, module} | {:error, String.t()}
  def load(path), do: :joist_native.load(Path.expand(path))

  @doc """
  Loads the library at `path` and answers the module its functions are in.

      iex> Joist.Native.load!("/nonexistent.so")
      ** (ArgumentError) cannot load the natives of "/nonexistent.so": /nonexistent.so: cannot open shared object file: No such file or directory
  """
  @spec load!(Path.t()) :: module
  def load!(path) do
    case load(path) do
      {:ok, module} -> module
      {:error, why} -> raise ArgumentError, "cannot load the natives of #{inspect(path)}: #{why}"
    end
  end
end
