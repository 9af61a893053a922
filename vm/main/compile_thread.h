// SPDX-License-Identifier: Apache-2.0
//
// The threads that compile jobs run on. A thread that has done its work is kept for the next job: evaluating small expressions costs no
// thread each. At most COMPILE_THREADS_KEPT wait idle, and what they used of their deep stacks is given back.
// Thread: the scheduler's, all of it; the work runs on the other.
#ifndef JOIST_MAIN_COMPILE_THREAD_H
#define JOIST_MAIN_COMPILE_THREAD_H

#include "vm/base/alloc.h"

enum { COMPILE_THREADS_KEPT = 2 };

typedef struct CompileThread CompileThread;
typedef struct CompileThreads {
  CompileThread *idle[COMPILE_THREADS_KEPT];
  unsigned idle_count;
} CompileThreads;

// Runs work(state) on a thread with a stack of about so many bytes. Fails: NULL, *error an errno.
CompileThread *compile_thread_start(CompileThreads *threads, const Alloc *alloc, size_t stack_bytes, void (*work)(void *state), void *state,
                                    int *error);
// Waits until the work is done, then keeps or ends the thread. Owns: takes t.
void compile_thread_finish(CompileThreads *threads, CompileThread *t);
// Ends those that are idle. After the last job.
void compile_threads_free(CompileThreads *threads);

#endif
