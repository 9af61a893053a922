// SPDX-License-Identifier: Apache-2.0
#include "vm/main/compile_thread.h"

#include <errno.h>
#include <sys/mman.h>

#include "vm/base/thread.h"

// Of a stack that is kept: below this depth its pages go back to the system.
enum { STACK_KEPT_BYTES = 256 << 10, STACK_MARGIN_BYTES = 64 << 10, PAGE = 4096 };

struct CompileThread {
  CompileThreads *all;
  CompileThread *next;   // idle list
  pthread_t thread;
  size_t stack_bytes;
  uintptr_t stack_low;   // lowest byte of its stack that may be given back; 0: not known. Its own
  pthread_cond_t wanted; // all below: the mutex of `all`
  void (*work)(void *state); // NULL: idle
  void *state;
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

static void drop(CompileThread *t) {
  const Alloc *alloc = &t->all->vm->alloc;
  pthread_cond_destroy(&t->wanted);
  alloc_put(alloc, t, sizeof *t);
}

static void join(CompileThread *t) {
  if (!t) return;
  pthread_join(t->thread, NULL);
  drop(t);
}

// Under the mutex: until there is work. False: it is to end.
static bool await_work(CompileThread *t) {
  CompileThreads *all = t->all;
  if (all->ending || all->idle_count == COMPILE_THREADS_KEPT) return false;
  t->next = all->idle;
  all->idle = t;
  all->idle_count++;
  while (!t->work && !all->ending) pthread_cond_wait(&t->wanted, &all->mutex);
  return t->work != NULL;
}

static void *run(void *argument) {
  CompileThread *t = argument;
  CompileThreads *all = t->all;
  const VmHooks *hooks = &all->vm->hooks;
  const char *here = __builtin_frame_address(0); // not a local's address: sanitizers keep locals elsewhere
  t->stack_low = stack_low();
  if (hooks->thread_begin) hooks->thread_begin();
  do {
    t->work(t->state);
    give_back_stack(t, here);
    pthread_mutex_lock(&all->mutex);
    t->work = NULL;
    bool go_on = await_work(t);
    if (!go_on) break;
    pthread_mutex_unlock(&all->mutex);
  } while (true);
  CompileThread *before = all->over;
  all->over = t;
  pthread_mutex_unlock(&all->mutex);
  if (hooks->thread_end) hooks->thread_end();
  join(before);
  // The last that it does with what others may free: then it is joined.
  pthread_mutex_lock(&all->mutex);
  all->count--;
  pthread_cond_signal(&all->ended);
  pthread_mutex_unlock(&all->mutex);
  return NULL;
}

static bool thread_new(CompileThreads *all, size_t stack_bytes, void (*work)(void *state), void *state, int *error) {
  CompileThread *t = alloc_zero(&all->vm->alloc, sizeof *t);
  *error = ENOMEM;
  if (!t) return false;
  t->all = all;
  t->stack_bytes = stack_bytes;
  t->work = work;
  t->state = state;
  pthread_cond_init(&t->wanted, NULL);
  pthread_mutex_lock(&all->mutex); // it may end, and be joined, only when `thread` is known
  *error = thread_start(&t->thread, stack_bytes, run, t);
  if (*error == 0) all->count++;
  pthread_mutex_unlock(&all->mutex);
  if (*error != 0) drop(t);
  return *error == 0;
}

void compile_threads_init(CompileThreads *all, Vm *vm) {
  all->vm = vm;
  pthread_mutex_init(&all->mutex, NULL);
  pthread_cond_init(&all->ended, NULL);
}

bool compile_thread_start(CompileThreads *all, size_t stack_bytes, void (*work)(void *state), void *state, int *error) {
  pthread_mutex_lock(&all->mutex);
  CompileThread *t = all->idle;
  if (t) {
    all->idle = t->next;
    all->idle_count--;
    t->work = work;
    t->state = state;
    pthread_cond_signal(&t->wanted);
  }
  pthread_mutex_unlock(&all->mutex);
  return t || thread_new(all, stack_bytes, work, state, error);
}

void compile_threads_free(CompileThreads *all) {
  if (!all->vm) return;
  pthread_mutex_lock(&all->mutex);
  all->ending = true;
  for (CompileThread *t = all->idle; t; t = t->next) pthread_cond_signal(&t->wanted);
  while (all->count) pthread_cond_wait(&all->ended, &all->mutex);
  pthread_mutex_unlock(&all->mutex);
  join(all->over);
  pthread_cond_destroy(&all->ended);
  pthread_mutex_destroy(&all->mutex);
}
