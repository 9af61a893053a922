// SPDX-License-Identifier: Apache-2.0
//
// What natives keep for the whole VM. Natives run on several threads at once: what is read often is published whole and read without
// a lock (tables that replace each other are retired, literals stay), the rest is under one.
#ifndef JOIST_NATIVE_NATIVE_STATE_H
#define JOIST_NATIVE_NATIVE_STATE_H

#include "vm/native/environment.h"
#include "vm/native/output.h"
#include "vm/process/worker.h"

typedef struct InputBuffer InputBuffer;

typedef struct NativeState {
  Lock lock;                // LOCK_NATIVES: writers of the tables below, and the environment
  // (any) Published; changed under the lock.
  _Atomic(struct ImplTable *) impls;            // protocol dispatch's cache (impls.c); NULL: empty
  _Atomic(struct PersistentTable *) persistent; // :persistent_term (persistent.c); NULL: empty
  _Atomic(struct FileTable *) files;            // open files (files.c); NULL: there never was one
  // (any) Literals, exchanged whole.
  _Atomic(Term) arguments;  // list of binaries: System.argv
  _Atomic(Term) at_exit;    // list of funs, the newest first
  _Atomic(Term) code_path;  // list of binaries
  _Atomic(bool) stop_begun; // (any) the program is being stopped in order
  Environment environment;  // under lock
  Lock libraries_lock;      // LOCK_LIBRARIES: Vm.foreign (foreign_load.c)
  Output output;
  InputBuffer *input;                   // standard input (input.c)
  Term empty_binary, single_bytes[256]; // literals: what text is cut into most often; constant
  int64_t started_ns;                   // monotonic time when the VM started; constant
  _Atomic(int64_t) asked_wall_ms, asked_runtime_ms, asked_reductions; // (any) what statistics/1 told last
} NativeState;

static inline NativeState *native_state(Vm *vm) { return (NativeState *)(void *)vm->natives; }

MUST_USE Status native_state_init(Vm *vm, const char *const *arguments, uint32_t argument_count);
void native_state_free(Vm *vm);
// Their parts of that, by those who keep them.
MUST_USE Status native_bytes_init(Vm *vm);
void native_files_free(Vm *vm);
// p ends: the files it opened are closed. Thread: worker.
void native_process_end(Process *p);
MUST_USE Status native_input_init(Vm *vm);
void native_input_free(Vm *vm);
void native_persistent_free(Vm *vm);
void native_impls_free(Vm *vm);
// The items of system_info about schedulers and processors (schedulers.c). T_NONE: it is none of them.
Term native_scheduler_info(Process *p, Term item);
// Likewise those that never change while the VM runs (statistics.c).
Term native_constant_info(Process *p, Term item);
#define NATIVE_VERSION "0.1.0"
// What :persistent_term holds for a key, or T_NONE. Thread: any worker's, or who has a worker's turn.
Term native_persistent_value(Vm *vm, Term key);

#endif
