// SPDX-License-Identifier: Apache-2.0
//
// Starting and stopping a whole VM, in order.
#ifndef JOIST_MAIN_START_H
#define JOIST_MAIN_START_H

#include "vm/main/compile_host.h"
#include "vm/process/vm.h"

typedef enum EngineKind { ENGINE_DEFAULT, ENGINE_INTERPRETER, ENGINE_JIT } EngineKind;

typedef struct StartOptions {
  EngineKind engine;
  VmOptions vm;
  const char *const *arguments; // of the program: System.argv
  uint32_t argument_count;
  const char *const *code_path; // ended by NULL
  bool without_library;         // the image stays unused
  bool quiet;                   // a library that cannot be used is not told on standard error
  // VmHooks.write and write_some; both NULL: the standard streams.
  int (*write)(Vm *vm, int stream, const char *bytes, size_t size);
  ssize_t (*write_some)(Vm *vm, int stream, const char *bytes, size_t size);
  struct joist_vm *host;
} StartOptions;

// Everything up to where processes can be spawned. Fails: a status; nothing is left behind.
// Is the compiled engine part of this build?
bool start_has_jit(void);
// STATUS_BAD_DATA: the image in this executable is not its own; said on standard error.
MUST_USE Status start_vm(Vm *vm, const Alloc *alloc, const StartOptions *options);
void stop_vm(Vm *vm);

// Spawns the first process, module.function(args), and runs until the VM stops. Answers the status to exit with: what
// halt asked for, 0 when the first process ended normally, 1 when it did not.
int run_first_process(Vm *vm, const char *module, const char *function, const Term *args, uint32_t arg_count);

// To the program's own streams (VmHooks.write): through the shell's terminal when there is one. 0 or errno. Thread: any.
int write_standard(Vm *vm, int stream, const char *bytes, size_t size);
// VmHooks.write_some of it.
ssize_t write_standard_some(Vm *vm, int stream, const char *bytes, size_t size);

#endif
