// SPDX-License-Identifier: Apache-2.0
//
// Dirty threads: where a process goes with work that would hold up a scheduler.
//
// Two kinds, with a queue and threads each: long work (a thread per scheduler: they compute), and blocking work (up to BLOCKING_MAX: they wait
// for the system). Threads are made when there is work and none is idle, and stay. A process that goes there is DIRTY: its memory is the dirty
// thread's, signals wait for it, and it is made runnable on the worker it came from. Long ones have a lower priority of the
// system's, so that a scheduler that wakes does not wait for them.
//
//  D1  A dirty thread touches the one process it has, and shared tables; it is online for the quiescence but while it blocks in the system.
//  D2  With the first process that goes to a dirty thread a VM of one worker becomes shared: from then on tables are locked, and what others may
//      read is retired.
//  D3  Nothing of the process is touched behind making it runnable.
#include <sys/resource.h>
#include <unistd.h>

#include "vm/base/thread.h"
#include "vm/process/extra.h"
#include "vm/sched/internal.h"

enum { BLOCKING_MAX = 32, LONG_NICENESS = 5 };

typedef struct DirtyKind {
  struct DirtyThreads *all;
  pthread_cond_t wanted;
  Process *first, *last;   // by dirty_next
  uint32_t queued;         // of the queue
  uint32_t idle, count, max; // idle: those waiting, or woken and not here yet
  pthread_t *threads;
  Worker **workers;
  bool is_long;
} DirtyKind;

typedef struct DirtyThreads {
  Vm *vm;
  pthread_mutex_t mutex;   // all of it
  uint32_t busy;
  bool quit;
  DirtyKind kinds[2];      // long, blocking
} DirtyThreads;

uint32_t sched_dirty_threads(bool blocking, uint32_t schedulers) { return blocking ? BLOCKING_MAX : schedulers; }

static void work(Worker *w, Process *p) {
  worker_now = w;
  worker_set_current(w, p);
  participant_online(&w->participant);
  if (process_state(p) != PROCESS_ABANDONED) {
    w->vm->hooks.run_dirty(w, p);
    process_end_slice(p);
  }
  worker_set_current(w, NULL);
  process_leave_dirty(p);
  participant_offline(&w->participant);
}

static Process *next(DirtyKind *k) {
  Process *p = k->first;
  if (!p) return NULL;
  k->first = p->dirty_next;
  if (!k->first) k->last = NULL;
  p->dirty_next = NULL;
  k->queued--;
  return p;
}

static void *dirty_main(void *argument) {
  Worker *w = argument;
  Vm *vm = w->vm;
  DirtyThreads *all = vm->schedulers->dirty;
  if (vm->hooks.thread_begin) vm->hooks.thread_begin();
  pthread_mutex_lock(&all->mutex);
  DirtyKind *k = &all->kinds[w->is_blocking];
  if (k->is_long) (void)!setpriority(PRIO_PROCESS, (id_t)gettid(), LONG_NICENESS);
  while (!all->quit) {
    Process *p = next(k);
    if (!p) {
      k->idle++;
      pthread_cond_wait(&k->wanted, &all->mutex);
      k->idle--;
      continue;
    }
    all->busy++;
    pthread_mutex_unlock(&all->mutex);
    work(w, p);
    pthread_mutex_lock(&all->mutex);
    all->busy--;
  }
  pthread_mutex_unlock(&all->mutex);
  worker_now = NULL;
  if (vm->hooks.thread_end) vm->hooks.thread_end();
  return NULL;
}

static bool kind_init(DirtyThreads *all, bool blocking) {
  DirtyKind *k = &all->kinds[blocking];
  const Alloc *alloc = &all->vm->alloc;
  k->all = all;
  k->is_long = !blocking;
  k->max = sched_dirty_threads(blocking, all->vm->schedulers->count);
  pthread_cond_init(&k->wanted, NULL);
  k->threads = alloc_zero(alloc, k->max * sizeof *k->threads);
  k->workers = alloc_zero(alloc, k->max * sizeof *k->workers);
  return k->threads && k->workers;
}

static void kind_free(DirtyThreads *all, DirtyKind *k) {
  for (uint32_t i = 0; i < k->count; i++) {
    pthread_join(k->threads[i], NULL);
    worker_free(k->workers[i]);
  }
  pthread_cond_destroy(&k->wanted);
  alloc_put(&all->vm->alloc, k->threads, k->max * sizeof *k->threads);
  alloc_put(&all->vm->alloc, k->workers, k->max * sizeof *k->workers);
}

void sched_end_dirty(Vm *vm) {
  DirtyThreads *all = vm->schedulers ? vm->schedulers->dirty : NULL;
  if (!all) return;
  pthread_mutex_lock(&all->mutex);
  all->quit = true;
  for (int i = 0; i < 2; i++) pthread_cond_broadcast(&all->kinds[i].wanted);
  pthread_mutex_unlock(&all->mutex);
  for (int i = 0; i < 2; i++) kind_free(all, &all->kinds[i]);
  pthread_mutex_destroy(&all->mutex);
  alloc_put(&vm->alloc, all, sizeof *all);
  vm->schedulers->dirty = NULL;
}

static DirtyThreads *dirty_new(Vm *vm) {
  DirtyThreads *all = alloc_zero(&vm->alloc, sizeof *all);
  if (!all) return NULL;
  all->vm = vm;
  pthread_mutex_init(&all->mutex, NULL);
  bool good = kind_init(all, false);
  good = kind_init(all, true) && good;
  vm->schedulers->dirty = all;
  if (good) return all;
  sched_end_dirty(vm);
  return NULL;
}

// Made once: by the one worker there is, or under the gate's mutex.
static DirtyThreads *dirty_of(Vm *vm) {
  Schedulers *s = vm->schedulers;
  pthread_mutex_lock(&s->gate.mutex);
  DirtyThreads *all = s->dirty ? s->dirty : dirty_new(vm);
  if (all && !vm->shared) vm->shared = true; // D2; others read it only when they are several, and then it was so from the start
  pthread_mutex_unlock(&s->gate.mutex);
  return all;
}

// Under the mutex. False: none can be had.
static bool add_thread(DirtyThreads *all, DirtyKind *k) {
  Vm *vm = all->vm;
  Worker *w = worker_new(vm, vm->schedulers->count + (k->is_long ? 0 : k->max) + k->count, true);
  if (!w) return false;
  w->is_blocking = !k->is_long;
  if (thread_start(&k->threads[k->count], THREAD_STACK_BYTES, dirty_main, w) != 0) {
    worker_free(w);
    return false;
  }
  k->workers[k->count++] = w;
  return true;
}

// The work is done here and now: better late than never.
static void work_in_place(Scheduler *s, Process *p) {
  Worker *w = s->worker;
  w->is_dirty = true;
  worker_set_current(w, p);
  if (process_state(p) != PROCESS_ABANDONED) {
    w->vm->hooks.run_dirty(w, p);
    process_end_slice(p);
  }
  worker_set_current(w, NULL);
  w->is_dirty = false;
  if (process_state(p) == PROCESS_RUNNING) process_make_runnable(p, PROCESS_RUNNING);
  else process_leave_dirty(p);
}

// p is DIRTY or ABANDONED. False: there is no thread, and none can be had.
static bool put(DirtyThreads *all, Process *p, bool blocks) {
  DirtyKind *k = &all->kinds[blocks];
  pthread_mutex_lock(&all->mutex);
  // One idle thread takes one process: what is queued already has its thread. Two that block must not wait for one another.
  bool taken = k->idle > k->queued || (k->count < k->max && add_thread(all, k)) || k->count;
  if (taken) {
    p->dirty_next = NULL;
    if (k->last) k->last->dirty_next = p;
    else k->first = p;
    k->last = p;
    k->queued++;
    pthread_cond_signal(&k->wanted);
  }
  pthread_mutex_unlock(&all->mutex);
  return taken;
}

void dirty_give(Scheduler *s, Process *p, bool blocks) {
  DirtyThreads *all = dirty_of(s->all->vm);
  if (!all || !process_go_dirty(p) || !put(all, p, blocks)) work_in_place(s, p);
}

bool sched_give_away(Process *p) {
  Vm *vm = p->vm;
  if (!vm->hooks.run_dirty || vm_worker(vm)->is_dirty || !vm_worker(vm)->scheduler) return false;
  DirtyThreads *all = dirty_of(vm);
  return all && put(all, p, false);
}

size_t sched_dirty_load(Vm *vm, bool blocking, bool running) {
  pthread_mutex_lock(&vm->schedulers->gate.mutex);
  DirtyThreads *all = vm->schedulers->dirty;
  pthread_mutex_unlock(&vm->schedulers->gate.mutex);
  if (!all) return 0;
  pthread_mutex_lock(&all->mutex);
  const DirtyKind *k = &all->kinds[blocking];
  size_t load = k->queued + (running ? k->count - k->idle : 0);
  pthread_mutex_unlock(&all->mutex);
  return load;
}

bool sched_dirty_is_busy(Vm *vm) {
  DirtyThreads *all = vm->schedulers ? vm->schedulers->dirty : NULL;
  if (!all) return false;
  pthread_mutex_lock(&all->mutex);
  bool busy = all->busy || all->kinds[0].queued || all->kinds[1].queued;
  pthread_mutex_unlock(&all->mutex);
  return busy;
}
