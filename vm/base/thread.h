// SPDX-License-Identifier: Apache-2.0
//
// Threads of the VM's own. Signals of the program are for threads of the program: a host's handler must not find itself in one of ours. So
// they start with every signal blocked but those that tell of a fault in the thread itself. And how a thread waits for a moment.
#ifndef JOIST_BASE_THREAD_H
#define JOIST_BASE_THREAD_H

#include <pthread.h>
#include <sched.h>
#include "vm/base/check.h"

// The stack size most of ours have: nothing in the VM recurses by the depth of data.
enum { THREAD_STACK_BYTES = 512 << 10 };
// stack_bytes 0: as the system gives. Answers 0 or an errno; then there is no thread. Whoever starts it joins it.
MUST_USE int thread_start(pthread_t *thread, size_t stack_bytes, void *(*run)(void *argument), void *argument);

// Between two looks at what another thread is about to change: tells the processor that this one only waits. Thread: any.
static inline void thread_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  sched_yield();
#endif
}

#endif
