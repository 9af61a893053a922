// SPDX-License-Identifier: Apache-2.0
//
// What stands behind include/joist/joist.h. The contracts stand there; this file says how they are kept.
//
//  A1  `inside` is taken by every public function that touches what belongs to the first worker, and by no other. So the one who is
//      inside is that worker's thread, whichever it is: inside a run as worker_now, else by standing in for it (vm_worker). Other workers run
//      only inside sched_run_limited; while nobody runs they stand.
//  A2  What any thread may do (pools, sending, receiving, closing) touches only what is atomic, under `lock`, or its own: the
//      atom table, the account and reference counts are safe for that; everything else travels as a post. Such a thread is no
//      worker, so it must come to nothing that asks for one's own state (what vm_worker answers is another's).
//  A3  Terms of pools lie in fragments and refer to nothing outside them but off-heap objects: constants of code are copied too, so code can
//      go while a host keeps what it answered.
//  A4  A host's calls are processes of :joist_host (stdlib/system/joist_host.ex). They answer through natives, by the number of the
//      call; when one dies without an answer, process_end answers for it. Both happen on any worker, between the begin and the end of a
//      run: what the host wrote before a run (call, until, until_message) they read, what they write the host reads after it.
#ifndef JOIST_MAIN_API_H
#define JOIST_MAIN_API_H

#include <pthread.h>

#include "joist/joist.h"
#include "vm/main/start.h"

typedef struct HostCall { // the one that runs; lies in the frame of who made it
  uint64_t id;
  Term pid;
  bool done, died;
  HeapFragment *answer; // {:ok, value} | {:raised, class, reason, message, stack}; died: the reason; NULL: there was no memory
} HostCall;

struct joist_mailbox {
  joist_vm *vm;
  joist_mailbox *next, *prev; // all of the VM (lock)
  uint64_t id;
  Term pid, name;             // name: nil when it was opened without
  HeapFragment *first, *last; // messages, linked by next (lock)
  bool closed;                // its process has ended (lock)
};

struct joist_vm {
  Vm vm;
  Alloc alloc;
  char *path_text;            // what code_path points into
  size_t path_text_size;
  const char **code_path;     // ended by NULL
  size_t code_path_count;
  void (*output)(void *context, joist_stream stream, const char *bytes, size_t size);
  void *output_context;
  bool standard_streams;
  bool started;
  void (*process_end)(Process *p); // of start.c
  _Atomic(bool) inside;       // A1
  _Atomic(bool) wake;         // the first worker shall come back (any)
  Term host_module;           // :joist_host
  // Below: who is inside.
  HostCall *call;             // or NULL
  uint64_t next_id;
  Term until;                 // the process that joist_run waits for, or T_NONE
  bool until_message;
  Buffer error_class, error_message, error_stack;
  int poll_fd, timer_fd;      // -1: nobody asked
  // Below: lock.
  pthread_mutex_t lock;
  joist_terms *pools;
  joist_mailbox *mailboxes;
  _Atomic(uint32_t) mailbox_count; // of them, read without the lock
  uint32_t next_pool;
};

// --- api_vm.c
bool host_enter(joist_vm *vm); // false: busy. Forgets the last error
joist_status host_leave(joist_vm *vm, joist_status status);
joist_status host_fail(joist_vm *vm, joist_status status, const char *format, ...) PRINTF_LIKE(3, 4); // sets the message, leaves
bool host_module_atom(Vm *vm, const char *name, Term *atom);

// --- api_terms.c
// The term of a handle, T_NONE when it is none of this pool's.
Term pool_term(const joist_terms *terms, joist_term handle);
// A handle for a term that lies in the pool, is immediate, or T_NONE (then JOIST_NONE). Fails: JOIST_NONE.
joist_term pool_handle(joist_terms *terms, Term t);
// Takes over a fragment and what it carries. Owns: takes f, always.
joist_term pool_adopt(joist_terms *terms, HeapFragment *f);
Vm *pool_vm(const joist_terms *terms);
joist_term pool_fail(const joist_terms *terms, const char *why);
// Room for `words` in the pool. NULL: no memory.
TermHeap *pool_reserve(joist_terms *terms, size_t words);
// A copy of t, a process's, that refers to nothing but itself (A3) and to code that stays (engine_pin). Thread: scheduler. Fails: NULL.
HeapFragment *host_copy(Vm *vm, Term t);
void pools_free_all(joist_vm *vm);
// Bytes kept with the pool (binaries that do not start at a byte). Fails: NULL.
void *pool_bytes(joist_terms *terms, size_t size);

// --- api_call.c
void host_come_back(joist_vm *vm); // the run ends soon. Thread: a worker
void host_process_end(Process *p); // VmHooks.process_end
// Runs a function of :joist_host to its answer; args[0] is filled in with the call's number. Who calls is inside; it leaves.
joist_status host_call(joist_vm *vm, const char *function, Term *args, uint32_t arg_count, int64_t timeout_ms, joist_terms *terms, joist_term *result);
// Runs until the mailbox has a message or cannot get one. Who calls is inside; it leaves.
joist_status host_wait_message(joist_mailbox *m, joist_terms *terms, int64_t timeout_ms, joist_term *message);

// --- api_mailbox.c
void mailbox_process_end(joist_vm *vm, Term pid);
void mailboxes_free_all(joist_vm *vm);

static inline Vm *host_vm(joist_vm *vm) { return &vm->vm; }

#endif
