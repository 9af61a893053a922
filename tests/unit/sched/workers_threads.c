// SPDX-License-Identifier: Apache-2.0
//
// Workers among themselves: posts while the first one does not come back, workers that take no more work, threads that cannot be had.
//
// Guards: a post is done though one worker is in a slice that does not end, those of one thread in order and one at a time; who is on a worker that
// takes no work now goes on elsewhere, called by a timer that lies there or standing in its queue; a VM whose threads are refused runs
// everything with those it has, and starts more when they can be had; an end that takes long to tell of does not wait for computations; who is asked to
// collect a large heap does so on a dirty thread, once for all who ask meanwhile, and goes on waiting.
#include <errno.h>
#include <unistd.h>

#include "tests/unit/process/scripted_vm.h"
#include "tests/unit/threads.h"
#include "vm/process/ask.h"
#include "vm/sched/internal.h"
#include "vm/sched/online.h"

// The VM's threads are made by this (linked with --wrap).
static _Atomic(bool) refusing;
static _Atomic(int) refused;
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
  if (!atomic_load(&refusing)) return __real_pthread_create(thread, attributes, run, argument);
  atomic_fetch_add(&refused, 1);
  return EAGAIN;
}

static FakeVm *several(void) { return fake_new_with((VmOptions){.schedulers = 3, .migrate = true}); }
static EngineExit yield(Process *p) {
  p->reductions = 0;
  return ENGINE_YIELD;
}
static EngineExit leave(Process *p) {
  p->exit_reason = ATOM_normal;
  return ENGINE_EXIT;
}

// --- posts

enum { SOURCES = 2, POSTS = 2000 };
static _Atomic(bool) held;
static _Atomic(int) delivered;
static int last_of[SOURCES]; // of who delivers: ThreadSanitizer sees when two do

// On the first worker, once others run: its slice ends when all is delivered.
static EngineExit hold_step(Worker *w, Process *p, Script *s) {
  if (w->index != 0) s->phase = 1;
  if (w->index != 0 || !s->phase) return yield(p);
  atomic_store(&held, true);
  while (atomic_load(&delivered) < SOURCES * POSTS) sched_yield();
  vm_stop(w->vm, 0);
  return leave(p);
}

static void take_post(Vm *vm, void *state) {
  int source = (int)((intptr_t)state / POSTS), number = (int)((intptr_t)state % POSTS);
  EXPECT(vm_worker(vm)->index != 0 && worker_now == vm_worker(vm));
  EXPECT(last_of[source] == number);
  last_of[source] = number + 1;
  atomic_fetch_add(&delivered, 1);
}

typedef struct Source {
  Vm *vm;
  int number;
} Source;
static void post_all(void *context) {
  const Source *s = context;
  while (!atomic_load(&held)) sched_yield();
  for (intptr_t i = 0; i < POSTS; i++) EXPECT(sched_post(s->vm, take_post, (void *)(s->number * POSTS + i)));
}

static void posts_pass_a_long_slice(void) {
  FakeVm *f = several();
  Script hold = {hold_step, NULL, 0, 0};
  fake_spawn_options(f, NULL, NULL, &hold);
  Source sources[SOURCES] = {{&f->vm, 0}, {&f->vm, 1}};
  Threads t;
  threads_start(&t, SOURCES, post_all, sources, sizeof *sources);
  EXPECT(sched_run(&f->vm) == SCHED_STOPPED);
  threads_join(&t);
  EXPECT(atomic_load(&delivered) == SOURCES * POSTS);
  fake_free(f);
}

// --- workers that take no work

enum { ROUNDS = 20, CHILDREN = 9 };
static Script children[CHILDREN];
static _Atomic(int) children_left;

// phase 1: it stands in the queue of the last worker, which is offline before it can run.
static EngineExit child_step(Worker *w, Process *p, Script *s) {
  EXPECT(w->index != 2 || s->phase == 0);
  s->phase = 0; // the workers may all be online again when it runs next
  if (--s->number > 0) return yield(p);
  atomic_fetch_sub(&children_left, 1);
  return leave(p);
}

static EngineExit lowering_step(Worker *w, Process *p, Script *s) {
  switch (s->phase) {
    case 0: // from the last worker, with children in its queue
      if (w->index != 2) return yield(p);
      atomic_store(&children_left, CHILDREN);
      for (int i = 0; i < CHILDREN; i++) {
        const Scheduler *own = w->scheduler;
        children[i] = (Script){child_step, NULL, (own->share_next + 1) % 3 == 2, 3};
        fake_spawn_options((FakeVm *)w->vm, p, NULL, &children[i]);
      }
      EXPECT(sched_set_online(w->vm, 1));
      s->phase = 1;
      return yield(p);
    case 1:
      EXPECT(w->index == 0);
      if (atomic_load(&children_left)) return yield(p);
      EXPECT(sched_set_online(w->vm, 3));
      s->phase = 2;
      return yield(p);
    case 2: // from the last worker, with a timer in its wheel
      if (w->index != 2) return yield(p);
      EXPECT(sched_set_online(w->vm, 1));
      s->phase = 3;
      EXPECT(process_receive_timeout(p, term_small(1)) == RECEIVE_WAIT);
      return ENGINE_WAIT;
    default:
      EXPECT(w->index == 0);
      if (process_receive_timeout(p, term_small(1)) == RECEIVE_WAIT) return ENGINE_WAIT;
      EXPECT(sched_set_online(w->vm, 3));
      s->phase = 0;
      if (--s->number > 0) return yield(p);
      vm_stop(w->vm, 0);
      return leave(p);
  }
}

static void offline_workers_give_away(void) {
  FakeVm *f = several();
  Script lowering = {lowering_step, NULL, 0, ROUNDS};
  fake_spawn_options(f, NULL, NULL, &lowering);
  EXPECT(sched_run(&f->vm) == SCHED_STOPPED);
  fake_free(f);
}

// --- no threads

enum { BUSY = 6, SLICES = 200 };
static _Atomic(int) busy_left, dirty_runs;

static void run_dirty(Worker *w, Process *p) {
  EXPECT(w->is_dirty && process_state(p) == PROCESS_DIRTY);
  atomic_fetch_add(&dirty_runs, 1);
}
// Every tenth time it has something long or something that blocks to do.
static EngineExit busy_step(Worker *w, Process *p, Script *s) {
  if (s->phase) EXPECT(w->index == 0);
  if (--s->number > 0 && s->number % 10) return yield(p);
  if (s->number > 0) return s->number % 20 ? ENGINE_LONG : ENGINE_BLOCKS;
  if (atomic_fetch_sub(&busy_left, 1) == 1) vm_stop(w->vm, 0);
  return leave(p);
}
static void run_busy(FakeVm *f, Script *scripts, bool alone) {
  atomic_store(&busy_left, BUSY);
  atomic_store(&f->vm.stopping, false);
  for (int i = 0; i < BUSY; i++) {
    scripts[i] = (Script){busy_step, NULL, alone, SLICES};
    fake_spawn_options(f, NULL, NULL, &scripts[i]);
  }
  EXPECT(sched_run(&f->vm) == SCHED_STOPPED);
  EXPECT(atomic_load(&busy_left) == 0 && sched_runnable_count(&f->vm) == 0);
}

static void threads_are_refused(void) {
  FakeVm *f = several();
  static Script scripts[BUSY];
  f->vm.hooks.run_dirty = run_dirty;
  atomic_store(&refusing, true);
  run_busy(f, scripts, true);
  EXPECT(atomic_load(&refused) > 2 && sched_takers(f->vm.schedulers) == 1 && sched_online(&f->vm) == 3);
  EXPECT(atomic_load(&dirty_runs) == BUSY * (SLICES / 10 - 1));
  atomic_store(&refusing, false);
  f->vm.schedulers->start_failed_ns = 1; // long ago
  run_busy(f, scripts, false);
  EXPECT(sched_takers(f->vm.schedulers) > 1);
  EXPECT(atomic_load(&dirty_runs) == 2 * BUSY * (SLICES / 10 - 1));
  fake_free(f);
}

// --- ends that are told while all threads for long work compute

enum { COMPUTING = 3, LINKED = 6000 };
static _Atomic(int) computing;
static _Atomic(bool) told;

static void compute(Worker *w, Process *p) {
  (void)w, (void)p;
  atomic_fetch_add(&computing, 1);
  while (!atomic_load(&told)) usleep(100);
}
static EngineExit compute_step(Worker *w, Process *p, Script *s) {
  (void)w;
  return s->phase++ ? leave(p) : ENGINE_LONG;
}
static EngineExit linked_step(Worker *w, Process *p, Script *s) {
  (void)w, (void)s;
  return process_receive_wait(p) ? yield(p) : ENGINE_WAIT;
}
// Its end is told to so many that a dirty thread does it.
static EngineExit parent_step(Worker *w, Process *p, Script *s) {
  static Script child = {linked_step, NULL, 0, 0};
  SpawnOptions o = spawn_options_default();
  o.flags = SPAWN_LINK;
  for (; s->number; s->number--) fake_spawn_options((FakeVm *)w->vm, p, &o, &child);
  if (atomic_load(&computing) < COMPUTING) return yield(p);
  p->exit_reason = ATOM_killed;
  return ENGINE_EXIT;
}
static EngineExit watch_step(Worker *w, Process *p, Script *s) {
  (void)s;
  if (process_count(w->vm) > COMPUTING + 1) return yield(p);
  atomic_store(&told, true);
  vm_stop(w->vm, 0);
  return leave(p);
}

static void ends_are_told_meanwhile(void) {
  FakeVm *f = several();
  Script parent = {parent_step, NULL, 0, LINKED}, watch = {watch_step, NULL, 0, 0}, computers[COMPUTING];
  f->vm.hooks.run_dirty = compute;
  fake_spawn_options(f, NULL, NULL, &parent);
  for (int i = 0; i < COMPUTING; i++) {
    computers[i] = (Script){compute_step, NULL, 0, 0};
    fake_spawn_options(f, NULL, NULL, &computers[i]);
  }
  fake_spawn_options(f, NULL, NULL, &watch);
  EXPECT(sched_run(&f->vm) == SCHED_STOPPED);
  fake_free(f);
}

// --- a collection that is asked for

enum { LARGE = 400000, ASKERS = 3 };
static _Atomic(int) collections, askers_left;
static _Atomic(bool) is_up;
static Term asked_pid;

static void collect_dirty(Worker *w, Process *p) {
  EXPECT(w->is_dirty && p->pid == asked_pid && (p->flags & PROCESS_COLLECTED_AS_ASKED));
  atomic_fetch_add(&collections, 1);
  EXPECT(process_collect_full(p, 0));
}
// Waits for ever, with a long list.
static EngineExit large_step(Worker *w, Process *p, Script *s) {
  (void)w;
  EXPECT(s->phase++ == 0); // nothing comes that it would run for
  EXPECT(process_reserve(p, 2 * LARGE));
  for (int i = 0; i < LARGE; i++) p->fp[0] = heap_cons(&p->heap, term_small(i), p->fp[0]);
  atomic_store(&is_up, true);
  EXPECT(process_receive_timeout(p, ATOM_infinity) == RECEIVE_WAIT);
  return ENGINE_WAIT;
}
static EngineExit ask_step(Worker *w, Process *p, Script *s) {
  (void)s;
  if (!atomic_load(&is_up)) return yield(p);
  Term answer = process_ask(p, asked_pid, ASK_COLLECT, T_NIL);
  if (answer == T_YIELD) return ENGINE_WAIT;
  EXPECT(answer == ATOM_true && atomic_load(&collections) > 0);
  if (atomic_fetch_sub(&askers_left, 1) == 1) vm_stop(w->vm, 0);
  return leave(p);
}

static void large_heaps_are_collected_elsewhere(uint32_t schedulers) {
  FakeVm *f = fake_new_with((VmOptions){.schedulers = schedulers});
  static Script large, askers[ASKERS];
  f->vm.hooks.run_dirty = collect_dirty;
  atomic_store(&collections, 0);
  atomic_store(&is_up, false);
  atomic_store(&askers_left, ASKERS);
  large = (Script){large_step, NULL, 0, 0};
  Process *p = fake_spawn_options(f, NULL, NULL, &large);
  asked_pid = p->pid;
  for (int i = 0; i < ASKERS; i++) {
    askers[i] = (Script){ask_step, NULL, 0, 0};
    fake_spawn_options(f, NULL, NULL, &askers[i]);
  }
  EXPECT(sched_run(&f->vm) == SCHED_STOPPED);
  int done = atomic_load(&collections);
  EXPECT(done >= 1 && done <= ASKERS && large.phase == 1);
  size_t length = 0;
  for (Term l = p->fp[0]; l != T_NIL; l = cons_tail(l)) length++;
  EXPECT(length == LARGE && process_state(p) == PROCESS_WAITING);
  fake_free(f);
}

int main(void) {
  ends_are_told_meanwhile();
  posts_pass_a_long_slice();
  offline_workers_give_away();
  threads_are_refused();
  large_heaps_are_collected_elsewhere(1);
  large_heaps_are_collected_elsewhere(3);
  return 0;
}
