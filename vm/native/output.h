// SPDX-License-Identifier: Apache-2.0
//
// The program's standard output: buffered in the VM, written on every way out.
//
//  O1  What is in the buffer goes out before a read from standard input, before anything on standard error, when nobody can run, after
//      OUTPUT_DELAY_MS of work, and at the end, however that comes. On a terminal it goes out at once.
//  O2  The first failure is kept. EPIPE (nobody reads any more) ends the VM quietly with STATUS_PIPE; any other is the answer to
//      the next write and makes the end's status 1, with a text when the program did not end by an error of its own.
//  O3  The buffer belongs to who holds the lock. Schedulers hold it while they write, which may block; whoever
//      must not wait (a signal's thread, a fault's report) tries it for a bounded time.
#ifndef JOIST_NATIVE_OUTPUT_H
#define JOIST_NATIVE_OUTPUT_H

#include <pthread.h>

#include "vm/process/vm.h"

enum { OUTPUT_BUFFER_BYTES = 1 << 16, OUTPUT_DELAY_MS = 20, STATUS_PIPE = 141 };

typedef struct Output {
  pthread_mutex_t lock;
  Buffer buffer;         // under lock
  bool is_terminal;
  _Atomic(int) error;    // errno of the first write that failed, or 0 (any)
  int untold;            // errno of a flush that no write has answered yet, or 0; scheduler
  int64_t oldest_ns;     // when the oldest byte in the buffer was written; scheduler
} Output;

void output_init(Vm *vm, Output *o);
void output_free(Output *o);
// Standard output (to the buffer) or standard error (at once, after what is buffered). 0, or errno. With EPIPE the VM stops.
// Thread: scheduler.
int output_write(Vm *vm, bool to_stderr, const void *bytes, size_t size);
// Writes what is buffered. False: it failed, now or before (o->error). Thread: scheduler.
bool native_output_flush(Vm *vm);
// Writes it when it is older than OUTPUT_DELAY_MS. Thread: scheduler.
void output_flush_old(Vm *vm);
// What can be written within `wait_ms`, from any thread, for a program that ends now. Never blocks for longer.
void output_flush_now(Vm *vm, int wait_ms);
// The end: writes what is left, says what failed on standard error, and answers the status to end with instead of `status`.
int output_finish(Vm *vm, int status);

#endif
