// SPDX-License-Identifier: Apache-2.0
//
// What natives keep for the whole VM. Thread: scheduler.
#ifndef JOIST_NATIVE_NATIVE_STATE_H
#define JOIST_NATIVE_NATIVE_STATE_H

#include "vm/native/output.h"
#include "vm/process/vm.h"

typedef struct ImplEntry { // which module implements a protocol for a target; T_NONE: free place
  Term protocol, target, module;
} ImplEntry;

typedef struct InputBuffer InputBuffer;

typedef struct NativeState {
  ImplEntry *impls;
  uint32_t impl_count, impl_capacity;
  uint64_t impl_load_count; // of the code table when the cache was filled: it is forgotten with any load
  Term arguments;           // literal list of binaries: System.argv
  Term at_exit;             // literal list of funs, the newest first
  Term options;             // literal map of compiler options
  Term code_path;           // literal list of binaries
  _Atomic(bool) stop_begun; // the program is being stopped in order (any)
  Output output;
  Term empty_binary, single_bytes[256]; // literals: what text is cut into most often
  InputBuffer *input;                   // standard input (input.c); NULL: nobody read it
  struct FileTable *files;              // open files (files.c); NULL: there never was one
  int64_t started_ns, asked_ns;         // monotonic time when the VM started, and when statistics(:wall_clock) was last asked for
  struct PersistentTable *persistent;   // :persistent_term (persistent.c); NULL: empty
} NativeState;

static inline NativeState *native_state(Vm *vm) { return (NativeState *)(void *)vm->natives; }

MUST_USE Status native_state_init(Vm *vm, const char *const *arguments, uint32_t argument_count);
void native_state_free(Vm *vm);
// Their parts of that, by those who keep them.
MUST_USE Status native_bytes_init(Vm *vm);
void native_files_free(Vm *vm);
void native_input_free(Vm *vm);
void native_persistent_free(Vm *vm);
// The items of system_info about schedulers and processors (schedulers.c). T_NONE: it is none of them.
Term native_scheduler_info(Process *p, Term item);
// What :persistent_term holds for a key, or T_NONE. Thread: scheduler, or who has its turn.
Term native_persistent_value(Vm *vm, Term key);

#endif
