// SPDX-License-Identifier: Apache-2.0
//
// The worker: everything that belongs to one thread that runs processes or works on their memory.
//
// Scheduler workers have the indices 0 … schedulers - 1; worker 0 runs in the thread that calls sched_run. Dirty threads have
// workers of their own. All fields are the worker's thread's alone but those marked (any).
//
//  K1  A thread works for one worker at a time: worker_now. It is the one variable of the library that is not the Vm's, and each
//      thread's own; a thread that enters another VM keeps its old value and puts it back.
//  K2  What a worker found in a shared table without a lock (process_find) is valid until it passes a quiescent point.
#ifndef JOIST_PROCESS_WORKER_H
#define JOIST_PROCESS_WORKER_H

#include "vm/base/quiescent.h"
#include "vm/process/vm.h"

// Of the engine: what a slow path or a native left for who called it, and where a walk that finds no memory goes.
typedef struct EngineRun {
  uint8_t exit;            // EngineExit: why a slow path answered NULL
  uint8_t action;          // NativeAction, with T_YIELD from a native
  uint8_t limit;           // LimitId + 1 of a :system_limit about to be raised, for its trace; 0: none
  bool load_no_memory;     // load_module failed for that reason
  uint32_t call_arg_count; // NATIVE_CALL: arguments stand in the native's window …
  struct Export *call;     // … what to call …
  Term call_fun;           // … or this fun, when call is NULL
  // Where a walk over a term goes that finds no memory and has no other way to say so (context_no_memory): out of the running
  // instruction; its process ends. NULL while none runs, or while a compile job has the turn or is used: then it is the job's to leave.
  // So does one over a huge key, which is a dirty thread's (leaves_long).
  void **no_memory_jump;
  bool leaves_long;
  void *job;
} EngineRun;

struct Worker {
  Vm *vm;
  uint32_t index;
  bool is_dirty, is_blocking; // of the dirty ones
  _Atomic(Process *) current; // runs now, or NULL (any: read, by who is online)
  HeapEnv heap_env;
  struct TimerWheel *wheel;  // of scheduler workers; the Vm's
  EngineRun engine;
  Participant participant;
  struct SlotCache *slots;   // of the process table
  struct Scheduler *scheduler; // vm/sched/sched.h; NULL: dirty
  uint64_t next_ref, last_ref; // numbers of references that are this worker's to give: next … last
  uint64_t ref_blocks;       // so many blocks of its lane were given out
  _Atomic(uint64_t) spawn_count, exit_count; // (any: read)
  Term guard_args[256];      // arguments of guard natives (engine); roots through p->args
};

// The thread's worker, of whatever VM.
extern _Thread_local Worker *worker_now __attribute__((tls_model("initial-exec")));

// The calling thread's worker of this VM. A thread that is none (before the first run, after the last, a host's) stands in for worker 0:
// nobody else may run then.
static inline Worker *vm_worker(Vm *vm) {
  Worker *w = worker_now;
  return LIKELY(w && w->vm == vm) ? w : vm->first_worker;
}
static inline Process *worker_current(const Worker *w) { return atomic_load_explicit(&w->current, memory_order_acquire); }
static inline void worker_set_current(Worker *w, Process *p) { atomic_store_explicit(&w->current, p, memory_order_release); }
static inline HeapEnv *vm_heap_env(Vm *vm) { return &vm_worker(vm)->heap_env; }

// Fragments by way of the cache of the calling thread's worker. Thread: any; one that is no worker of this VM has no cache.
static inline HeapFragment *vm_fragment_new(Vm *vm, size_t words) {
  Worker *w = worker_now;
  return LIKELY(w && w->vm == vm) ? fragment_take(&w->heap_env, words) : fragment_new(&vm->alloc, &vm->account, words);
}
static inline void vm_fragment_free(Vm *vm, HeapFragment *f) {
  Worker *w = worker_now;
  if (LIKELY(w && w->vm == vm)) fragment_put(&w->heap_env, f);
  else fragment_free(&vm->alloc, &vm->account, f);
}
static inline HeapFragment *vm_fragment_copy(Vm *vm, Term t) {
  Worker *w = worker_now;
  return LIKELY(w && w->vm == vm) ? fragment_take_copy(&w->heap_env, t) : fragment_copy(&vm->first_worker->heap_env, t);
}
// The same for a term of at most `most` words. Fails: NULL, when it has more, too.
static inline HeapFragment *vm_fragment_copy_within(Vm *vm, Term t, size_t most) {
  Worker *w = worker_now;
  return LIKELY(w && w->vm == vm) ? fragment_take_copy_within(&w->heap_env, t, most) : fragment_copy_within(&vm->first_worker->heap_env, t, most);
}

// A dirty worker is offline while it works on its process's memory alone (vm/engine/dirty.c): before it looks anywhere else it comes back.
static inline void worker_be_online(Worker *w) {
  if (w->is_dirty && !participant_is_online(&w->participant)) participant_online(&w->participant);
}
// May this thread look into tables that are read without a lock? For checks.
static inline bool worker_may_look(const Vm *vm) {
  const Worker *w = worker_now;
  return !w || w->vm != vm || !w->is_dirty || participant_is_online(&w->participant);
}

// Counts one more; only the owner writes.
static inline void worker_count(_Atomic(uint64_t) *count) {
  atomic_store_explicit(count, atomic_load_explicit(count, memory_order_relaxed) + 1, memory_order_relaxed);
}

// A scheduler worker gets the timer wheel of its index, dirty ones none. It stays offline. Fails: NULL.
Worker *worker_new(Vm *vm, uint32_t index, bool is_dirty);
// Frees what it retired too: no other worker may be online.
void worker_free(Worker *w);

// All other workers stand between two slices, or sleep, until the end (vm/sched/rendezvous.c). The caller holds no lock; its process, if
// it is in a slice, is in order as for a collection. Others may have had such a section before it.
void vm_exclusive_begin(Vm *vm);
void vm_exclusive_end(Vm *vm);

// A number for a reference, unique in the VM. Numbers are given to workers in blocks, and blocks come in lanes: each scheduler worker has
// every n-th of them, so a number says which of them made it (timers are found so); the last lane is for all other workers.
enum { REF_BLOCK = 1 << 12 };
static inline uint64_t vm_ref_lanes(const Vm *vm) { return vm->options.seeded ? 1 : (uint64_t)vm->options.schedulers + 1; }
static inline uint64_t vm_ref_lane(const Vm *vm, uint64_t number) {
  return vm->options.seeded ? 0 : (number - 1) / REF_BLOCK % vm_ref_lanes(vm);
}
uint64_t vm_next_ref_slow(Worker *w);
static inline uint64_t vm_next_ref(Vm *vm) {
  Worker *w = vm_worker(vm);
  return LIKELY(w->next_ref < w->last_ref) ? w->next_ref++ : vm_next_ref_slow(w);
}

#endif
