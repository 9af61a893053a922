// SPDX-License-Identifier: Apache-2.0
//
// What the program writes: standard output, standard error, the VM's own reports. Buffered in the VM, written on every way out.
//
//  O1  What is in the buffer goes out before a read from standard input, before anything on standard error, when a worker has nothing to
//      do, after OUTPUT_DELAY_MS of work, and at the end, however that comes. On a terminal it goes out at once, as do errors and
//      reports anywhere. (While the reader of standard output is slow, errors that have another reader do not wait for it.)
//  O2  The first failure is kept. EPIPE (nobody reads any more) ends the VM quietly with STATUS_PIPE; any other is the answer to
//      the next write and makes the end's status 1, with a text when the program did not end by an error of its own.
//  O3  Buffers belong to who holds the lock, a stream's `pending` to the one thread that writes (`writing`): what one process wrote
//      stays in order, and a write stays whole.
//  O4  No worker waits for a slow reader. What does not go out at once (VmHooks.write_some) is the output thread's, started then;
//      a process that writes while OUTPUT_BUFFER_BYTES are waiting waits itself (output_wait). Without write_some, and under --seed,
//      `write` is called in place.
#ifndef JOIST_NATIVE_OUTPUT_H
#define JOIST_NATIVE_OUTPUT_H

#include <pthread.h>

#include "vm/process/vm.h"

enum { OUTPUT_BUFFER_BYTES = 1 << 16, OUTPUT_DELAY_MS = 20, STATUS_PIPE = 141 };

typedef struct OutputStream {
  Buffer buffer;  // written by programs; lock
  Buffer pending; // on its way out, from `at` on; of who writes, else lock
  size_t at;
  bool writing;   // lock
  bool stuck;     // lock: its reader is slow, and what is there is the thread's to write
} OutputStream;

typedef struct Output {
  Lock lock;                // LOCK_OUTPUT
  OutputStream streams[3];  // VM_STDOUT …
  bool drained_is_told;     // lock: drained_fd is readable
  bool is_terminal;         // constant
  bool in_order;            // constant: both streams are one, or a host's: error output waits for what was written before
  int drained_fd;           // eventfd, readable while less than OUTPUT_BUFFER_BYTES wait; -1: not needed yet; lock
  _Atomic(size_t) backlog;  // (any) bytes in all streams; changed under lock
  _Atomic(int) error;       // (any) errno of the first write that failed, or 0
  _Atomic(int) untold;      // (any) errno of a flush that no write has answered yet, or 0
  _Atomic(int64_t) oldest_ns; // (any) when the oldest byte in standard output's buffer was written
  // Who waits until nobody writes, and the thread.
  _Atomic(uint32_t) waiters;  // (any)
  pthread_mutex_t calm_lock;  // taken before `lock`
  pthread_cond_t calm, wake;  // nobody writes; the thread is wanted or shall end
  pthread_t thread;
  bool has_thread, wanted, quit; // calm_lock
} Output;

void output_init(Vm *vm, Output *o);
// Writes what is left and ends the thread.
void output_free(Vm *vm);
// stream: VM_STDOUT … 0, or errno. With EPIPE the VM stops. Waits for nobody (O4), unless there is no memory to keep what is written: then
// until it is out. Thread: any worker's.
int output_write(Vm *vm, int stream, const void *bytes, size_t size);
// So much is waiting that p, which runs and has written to the stream, shall wait: leave with native_wait, and ask again. False: it need
// not. Thread: worker.
bool output_wait(Process *p, int stream);
// Writes as much of what is there as goes without waiting. Thread: any worker's.
void output_flush_some(Vm *vm);
// The same when it is older than OUTPUT_DELAY_MS.
void output_flush_old(Vm *vm);
// Is there anything to write? Thread: any.
bool output_is_waiting(Vm *vm);
// Writes all there is, however long that takes. False: it failed, now or before. Thread: any that may wait.
bool native_output_flush(Vm *vm);
// What can be written within `wait_ms`, from any thread, for a program that ends now. Never blocks for longer.
void output_flush_now(Vm *vm, int wait_ms);
// The end: writes what is left, says what failed on standard error, and answers the status to end with instead of `status`.
int output_finish(Vm *vm, int status);

#endif
