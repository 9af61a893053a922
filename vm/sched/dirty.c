// SPDX-License-Identifier: Apache-2.0
//
// Dirty threads: where a process goes with work that would hold up a scheduler.
//
// Two kinds: long work (a thread per scheduler: they compute), and blocking work (up to VmOptions.max_blocking: they wait for the system, and
// perhaps for one another; ends that take long to tell of go there too). A process goes to an idle thread of its kind, the one that was used last; with none to a new one; with as many as there
// may be into a line. Threads that had nothing to do for IDLE_NS end. A process that goes there is DIRTY (vm/process/dirty.c): its memory is the
// dirty thread's, its signals are acted on in its place, and it is made runnable on the worker it came from. Long ones have a lower priority of the
// system's, so that a scheduler that wakes does not wait for them.
//
//  D1  A dirty thread touches the one process it has, and shared tables; it is online for the quiescence but while it blocks in the system.
//  D2  With the first process that goes to a dirty thread a VM of one worker becomes shared: from then on tables are locked, and what others may
//      read is retired.
//  D3  Nothing of the process is touched behind process_leave_dirty.
//  D4  A process stands in the line only while each thread of its kind has one: whoever is put in the line has found none idle, and who is done looks
//      there first.
//  D5  A thread that ended is joined and freed by whoever makes the next one, or by the end of all.
//  D6  Who gives a process away has but to look at its timers and sleep. A thread that wakes on its processor may displace it all the same, lower
//      priority or not, and compute until the system's next tick, 4 ms later, while timers are due that nobody looks at. So a thread for long work
//      lets go of the processor before it begins.
#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "vm/base/limits.h"
#include "vm/base/thread.h"
#include "vm/process/extra.h"
#include "vm/sched/internal.h"

enum { LONG_NICENESS = 9, NS = 1000000000 };
#define IDLE_NS ((int64_t)5 * NS) // or VmOptions.idle_thread_ns

typedef struct DirtyKind DirtyKind;
typedef struct DirtyThreads DirtyThreads;

typedef struct DirtyThread {
  DirtyThreads *all;
  DirtyKind *kind;
  pthread_t thread;
  Worker *worker;
  pthread_cond_t wanted;
  Process *given;            // to it while it is idle, or to begin with
  struct DirtyThread *next;  // among the idle, or the ended
} DirtyThread;

struct DirtyKind {
  Process *first, *last;     // the line, by dirty_next
  size_t waiting;            // processes in it, or given to a thread that has not begun
  DirtyThread *idle;         // the one that was used last first
  uint32_t count, max, busy; // threads that take processes; those that have one
  bool is_long;
  bool told;                 // that there is a line
};

struct DirtyThreads {
  Vm *vm;
  pthread_mutex_t mutex;     // all of it
  pthread_cond_t changed;    // a thread ended while all are to
  bool quit;
  uint32_t made, living;     // threads that were made; that have not ended
  _Atomic(DirtyThread *) ended; // (any: read)
  DirtyKind kinds[2];        // long, blocking
};

uint32_t sched_dirty_threads(const Vm *vm, bool blocking) {
  if (!blocking) return vm->options.schedulers ? vm->options.schedulers : 1;
  return vm->options.max_blocking ? vm->options.max_blocking : BLOCKING_CALLS_MAX;
}

// --- the threads

static void work(Worker *w, Process *p) {
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

static Process *take_from_line(DirtyKind *k) {
  Process *p = k->first;
  if (!p) return NULL;
  k->first = p->dirty_next;
  if (!k->first) {
    k->last = NULL;
    k->told = false;
  }
  p->dirty_next = NULL;
  return p;
}

static struct timespec in_ns(int64_t ns) {
  int64_t at = host_monotonic_ns() + ns;
  return (struct timespec){at / NS, at % NS};
}

// Waits for a process, under the mutex. NULL: it is to end.
static Process *wait_for_work(DirtyThread *t) {
  DirtyKind *k = t->kind;
  t->next = k->idle;
  k->idle = t;
  int64_t idle_ns = t->all->vm->options.idle_thread_ns;
  struct timespec until = in_ns(idle_ns ? idle_ns : IDLE_NS);
  int error = 0;
  while (!t->given && !t->all->quit && error != ETIMEDOUT) error = pthread_cond_timedwait(&t->wanted, &t->all->mutex, &until);
  if (!t->given) { // else who gave it has taken it out
    DirtyThread **at = &k->idle;
    while (*at != t) at = &(*at)->next;
    *at = t->next;
  }
  return t->given;
}

static void *dirty_main(void *argument) {
  DirtyThread *t = argument;
  DirtyThreads *all = t->all;
  DirtyKind *k = t->kind;
  Vm *vm = all->vm;
  if (vm->hooks.thread_begin) vm->hooks.thread_begin();
  worker_now = t->worker;
  if (k->is_long) (void)!setpriority(PRIO_PROCESS, (id_t)gettid(), LONG_NICENESS);
  pthread_mutex_lock(&all->mutex);
  while (t->given || (t->given = take_from_line(k)) || (!all->quit && wait_for_work(t))) {
    Process *p = t->given;
    t->given = NULL;
    k->waiting--;
    k->busy++;
    pthread_mutex_unlock(&all->mutex);
    if (k->is_long) sched_yield(); // D6
    work(t->worker, p);
    pthread_mutex_lock(&all->mutex);
    k->busy--;
  }
  k->count--; // D4: from here on it takes nothing
  pthread_mutex_unlock(&all->mutex);
  worker_now = NULL;
  if (vm->hooks.thread_end) vm->hooks.thread_end();
  pthread_mutex_lock(&all->mutex);
  all->living--;
  t->next = all->ended;
  all->ended = t;
  pthread_cond_signal(&all->changed);
  pthread_mutex_unlock(&all->mutex);
  return NULL;
}

// D5. Without the mutex.
static void join_ended(DirtyThreads *all) {
  pthread_mutex_lock(&all->mutex);
  DirtyThread *t = all->ended;
  all->ended = NULL;
  pthread_mutex_unlock(&all->mutex);
  for (DirtyThread *next; t; t = next) {
    next = t->next;
    pthread_join(t->thread, NULL);
    worker_free(t->worker);
    pthread_cond_destroy(&t->wanted);
    alloc_put(&all->vm->alloc, t, sizeof *t);
  }
}

static void condition_init(pthread_cond_t *c) {
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(c, &attributes);
  pthread_condattr_destroy(&attributes);
}

// A thread that begins with p. Under the mutex. False: none can be had.
static bool add_thread(DirtyThreads *all, DirtyKind *k, Process *p) {
  Vm *vm = all->vm;
  DirtyThread *t = alloc_zero(&vm->alloc, sizeof *t);
  if (!t) return false;
  t->all = all;
  t->kind = k;
  t->given = p;
  t->worker = worker_new(vm, vm->schedulers->count + all->made, true);
  condition_init(&t->wanted);
  if (t->worker) {
    t->worker->is_blocking = !k->is_long;
    if (thread_start(&t->thread, THREAD_STACK_BYTES, dirty_main, t) == 0) {
      all->made++;
      all->living++;
      k->count++;
      return true;
    }
  }
  worker_free(t->worker);
  pthread_cond_destroy(&t->wanted);
  alloc_put(&vm->alloc, t, sizeof *t);
  return false;
}

// --- all of them

static DirtyThreads *dirty_new(Vm *vm) {
  DirtyThreads *all = alloc_zero(&vm->alloc, sizeof *all);
  if (!all) return NULL;
  all->vm = vm;
  pthread_mutex_init(&all->mutex, NULL);
  condition_init(&all->changed);
  for (int blocking = 0; blocking < 2; blocking++) {
    all->kinds[blocking].is_long = !blocking;
    all->kinds[blocking].max = sched_dirty_threads(vm, blocking);
  }
  return vm->schedulers->dirty = all;
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

bool sched_end_dirty_within(Vm *vm, int64_t ns) {
  DirtyThreads *all = vm->schedulers ? vm->schedulers->dirty : NULL;
  if (!all) return true;
  struct timespec until = in_ns(ns < 0 ? 0 : ns);
  pthread_mutex_lock(&all->mutex);
  all->quit = true;
  for (int i = 0; i < 2; i++)
    for (DirtyThread *t = all->kinds[i].idle; t; t = t->next) pthread_cond_signal(&t->wanted);
  int error = 0;
  while (all->living && error != ETIMEDOUT)
    error = ns < 0 ? pthread_cond_wait(&all->changed, &all->mutex) : pthread_cond_timedwait(&all->changed, &all->mutex, &until);
  bool over = all->living == 0;
  pthread_mutex_unlock(&all->mutex);
  join_ended(all);
  if (!over) return false;
  pthread_cond_destroy(&all->changed);
  pthread_mutex_destroy(&all->mutex);
  alloc_put(&vm->alloc, all, sizeof *all);
  vm->schedulers->dirty = NULL;
  return true;
}

void sched_end_dirty(Vm *vm) { (void)!sched_end_dirty_within(vm, -1); }

size_t sched_dirty_load(Vm *vm, bool blocking, bool running) {
  pthread_mutex_lock(&vm->schedulers->gate.mutex);
  DirtyThreads *all = vm->schedulers->dirty;
  pthread_mutex_unlock(&vm->schedulers->gate.mutex);
  if (!all) return 0;
  pthread_mutex_lock(&all->mutex);
  const DirtyKind *k = &all->kinds[blocking];
  size_t load = k->waiting + (running ? k->busy : 0);
  pthread_mutex_unlock(&all->mutex);
  return load;
}

// --- going there

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

static void stand_in_line(DirtyKind *k, Process *p) {
  p->dirty_next = NULL;
  if (k->last) k->last->dirty_next = p;
  else k->first = p;
  k->last = p;
}

static void tell_of_line(Vm *vm, uint32_t max) {
  Buffer b;
  buffer_init(&b, &vm->alloc);
  buffer_text(&b, "Calls that block wait for one another: ");
  limit_say(&b, LIMIT_BLOCKING_CALLS_MAX, max);
  buffer_byte(&b, '\n');
  if (!b.failed && vm->hooks.report) vm->hooks.report(vm, b.data, b.size);
  buffer_free(&b);
}

// p is DIRTY or ABANDONED. False: there is no thread, and none can be had.
static bool put(DirtyThreads *all, Process *p, bool blocks) {
  DirtyKind *k = &all->kinds[blocks];
  if (atomic_load_explicit(&all->ended, memory_order_relaxed)) join_ended(all);
  pthread_mutex_lock(&all->mutex);
  DirtyThread *t = k->idle;
  bool taken = true, told = true;
  k->waiting++;
  if (t) {
    k->idle = t->next;
    t->given = p;
    pthread_cond_signal(&t->wanted);
  } else if (k->count >= k->max || !add_thread(all, k, p)) {
    taken = k->count > 0;
    if (taken) stand_in_line(k, p);
    else k->waiting--;
    told = !taken || !blocks || k->told || k->count < k->max;
    if (!told) k->told = true;
  }
  pthread_mutex_unlock(&all->mutex);
  if (!told) tell_of_line(all->vm, k->max);
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
  // Whose end is still to be told goes where nobody stands in a line behind computations: others wait to hear of it.
  return all && put(all, p, p->flags & PROCESS_UNTOLD);
}
