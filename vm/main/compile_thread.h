// SPDX-License-Identifier: Apache-2.0
//
// The threads that compile jobs run on. A thread that has done its work waits for the next job: evaluating small expressions costs no
// thread each. At most COMPILE_THREADS_KEPT wait idle, and what they used of their deep stacks is given back; a thread too many ends by
// itself, and the next one that ends (or compile_threads_free) joins it.
#ifndef JOIST_MAIN_COMPILE_THREAD_H
#define JOIST_MAIN_COMPILE_THREAD_H

#include <pthread.h>
#include "vm/process/vm.h"

enum { COMPILE_THREADS_KEPT = 2 };

typedef struct CompileThread CompileThread;
typedef struct CompileThreads {
  Vm *vm;
  pthread_mutex_t mutex; // all below
  pthread_cond_t ended;  // a thread has, while `ending`
  CompileThread *idle, *over; // over: it ends, and is to be joined
  uint32_t idle_count, count; // count: those that are not over
  bool ending;
} CompileThreads;

void compile_threads_init(CompileThreads *threads, Vm *vm);
// Runs work(state) on a thread with a stack of about so many bytes. Thread: any. Fails: false, *error an errno.
bool compile_thread_start(CompileThreads *threads, size_t stack_bytes, void (*work)(void *state), void *state, int *error);
// Waits for work that is still done, and ends all threads. Nobody starts more.
void compile_threads_free(CompileThreads *threads);

#endif
