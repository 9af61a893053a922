// SPDX-License-Identifier: Apache-2.0
#include "vm/main/compile_thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

// Of a stack that is kept: below this depth its pages go back to the system.
enum { STACK_KEPT_BYTES = 256 << 10, STACK_MARGIN_BYTES = 64 << 10, PAGE = 4096 };

struct CompileThread {
  const Alloc *alloc;
  pthread_t thread;
  size_t stack_bytes;
  uintptr_t stack_low;   // lowest byte of its stack that may be given back; 0: not known. Its own
  pthread_mutex_t mutex; // all below
  pthread_cond_t changed;
  void (*work)(void *state); // NULL: idle
  void *state;
  bool quit;
};

static void give_back_stack(const CompileThread *t, const char *here) {
  if (t->stack_bytes < (size_t)STACK_KEPT_BYTES + 2 * STACK_MARGIN_BYTES) return;
  uintptr_t hi = ((uintptr_t)here - STACK_KEPT_BYTES) & ~(uintptr_t)(PAGE - 1), lo = t->stack_low;
  if (lo && lo < hi) madvise((void *)lo, hi - lo, MADV_DONTNEED);
}

// Asked for, not reckoned from here: above the stack's first frame lie the thread's own variables, as many as the program's libraries
// have, and what lies below the stack is another's.
static uintptr_t stack_low(void) {
  pthread_attr_t attributes;
  void *low;
  size_t size, guard;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  bool known = pthread_attr_getstack(&attributes, &low, &size) == 0 && pthread_attr_getguardsize(&attributes, &guard) == 0;
  pthread_attr_destroy(&attributes);
  return known ? ((uintptr_t)low + guard + STACK_MARGIN_BYTES) & ~(uintptr_t)(PAGE - 1) : 0;
}

static void *run(void *argument) {
  CompileThread *t = argument;
  const char *here = __builtin_frame_address(0); // not a local's address: sanitizers keep locals elsewhere
  t->stack_low = stack_low();
  pthread_mutex_lock(&t->mutex);
  while (!t->quit) {
    if (!t->work) {
      pthread_cond_wait(&t->changed, &t->mutex);
      continue;
    }
    pthread_mutex_unlock(&t->mutex);
    t->work(t->state);
    give_back_stack(t, here);
    pthread_mutex_lock(&t->mutex);
    t->work = NULL;
    pthread_cond_broadcast(&t->changed);
  }
  pthread_mutex_unlock(&t->mutex);
  return NULL;
}

// A thread inherits its maker's mask. Signals of the program are for threads of the program: a host's handler must not find itself here. What
// tells of a fault in the thread itself stays.
static void block_signals(sigset_t *before) {
  static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
  sigset_t most;
  sigfillset(&most);
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&most, faults[i]);
  pthread_sigmask(SIG_BLOCK, &most, before);
}

static CompileThread *thread_new(const Alloc *alloc, size_t stack_bytes, int *error) {
  CompileThread *t = alloc_zero(alloc, sizeof *t);
  *error = ENOMEM;
  if (!t) return NULL;
  t->alloc = alloc;
  t->stack_bytes = stack_bytes;
  pthread_mutex_init(&t->mutex, NULL);
  pthread_cond_init(&t->changed, NULL);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  *error = pthread_attr_setstacksize(&attributes, stack_bytes);
  sigset_t before;
  block_signals(&before);
  if (*error == 0) *error = pthread_create(&t->thread, &attributes, run, t);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (*error == 0) return t;
  pthread_cond_destroy(&t->changed);
  pthread_mutex_destroy(&t->mutex);
  alloc_put(alloc, t, sizeof *t);
  return NULL;
}

static void thread_end(CompileThread *t) {
  pthread_mutex_lock(&t->mutex);
  t->quit = true;
  pthread_cond_broadcast(&t->changed);
  pthread_mutex_unlock(&t->mutex);
  pthread_join(t->thread, NULL);
  pthread_cond_destroy(&t->changed);
  pthread_mutex_destroy(&t->mutex);
  alloc_put(t->alloc, t, sizeof *t);
}

CompileThread *compile_thread_start(CompileThreads *threads, const Alloc *alloc, size_t stack_bytes, void (*work)(void *state), void *state,
                                    int *error) {
  CompileThread *t = threads->idle_count ? threads->idle[--threads->idle_count] : thread_new(alloc, stack_bytes, error);
  if (!t) return NULL;
  pthread_mutex_lock(&t->mutex);
  t->work = work;
  t->state = state;
  pthread_cond_broadcast(&t->changed);
  pthread_mutex_unlock(&t->mutex);
  return t;
}

void compile_thread_finish(CompileThreads *threads, CompileThread *t) {
  pthread_mutex_lock(&t->mutex);
  while (t->work) pthread_cond_wait(&t->changed, &t->mutex);
  pthread_mutex_unlock(&t->mutex);
  if (threads->idle_count < COMPILE_THREADS_KEPT) threads->idle[threads->idle_count++] = t;
  else thread_end(t);
}

void compile_threads_free(CompileThreads *threads) {
  while (threads->idle_count) thread_end(threads->idle[--threads->idle_count]);
}
