// SPDX-License-Identifier: Apache-2.0
#include "vm/main/compile_thread.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

// Of a stack that is kept: below this depth its pages go back to the system.
enum { STACK_KEPT_BYTES = 256 << 10, STACK_MARGIN_BYTES = 64 << 10, PAGE = 4096 };

struct CompileThread {
  const Alloc *alloc;
  pthread_t thread;
  size_t stack_bytes;
  pthread_mutex_t mutex; // all below
  pthread_cond_t changed;
  void (*work)(void *state); // NULL: idle
  void *state;
  bool quit;
};

static void give_back_stack(const CompileThread *t, const char *here) {
  if (t->stack_bytes < (size_t)STACK_KEPT_BYTES + 2 * STACK_MARGIN_BYTES) return;
  uintptr_t hi = ((uintptr_t)here - STACK_KEPT_BYTES) & ~(uintptr_t)(PAGE - 1);
  uintptr_t lo = ((uintptr_t)here - t->stack_bytes + STACK_MARGIN_BYTES) & ~(uintptr_t)(PAGE - 1);
  madvise((void *)lo, hi - lo, MADV_DONTNEED);
}

static void *run(void *argument) {
  CompileThread *t = argument;
  char here = 0;
  pthread_mutex_lock(&t->mutex);
  while (!t->quit) {
    if (!t->work) {
      pthread_cond_wait(&t->changed, &t->mutex);
      continue;
    }
    pthread_mutex_unlock(&t->mutex);
    t->work(t->state);
    give_back_stack(t, &here);
    pthread_mutex_lock(&t->mutex);
    t->work = NULL;
    pthread_cond_broadcast(&t->changed);
  }
  pthread_mutex_unlock(&t->mutex);
  return NULL;
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
  if (*error == 0) *error = pthread_create(&t->thread, &attributes, run, t);
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
