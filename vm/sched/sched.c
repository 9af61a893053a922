// SPDX-License-Identifier: Apache-2.0
//
// The schedulers' loops, and what wakes them.
//
// One round: fire the timers that are due, take the next process (or another's), run it for a slice. A round's housekeeping is a
// few loads, and a clock reading now and then while there are timers (fire_due). The first worker is the one that a limited run
// ends with; the others live as long as the schedulers, and run while the gate is open (rendezvous.c).
//
// What foreign threads posted is done by whichever worker comes by first: one at a time, and in order, as it takes all there is at once. Who
// posts wakes one that sleeps; when none does, all look at the end of their slices. A worker that finds another at it may sleep
// (sched_posts_wait): that one looks once more afterwards, and wakes somebody for what came meanwhile. So a long slice of one worker delays
// nothing.
//
// --seed: one worker. The picker draws, the clock stands still while anybody can run, and an idle worker does not sleep: it
// puts the clock to the next timer. When there is none and no other thread owes an answer, everybody waits for ever, which is
// reported: who, where, and for whom.
#include "vm/sched/sched.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "vm/base/thread.h"
#include "vm/process/extra.h"
#include "vm/sched/internal.h"
#include "vm/sched/online.h"
#include "vm/sched/picker.h"
#include "vm/sched/watch.h"

enum { SPIN_ROUNDS = 200 }; // looks for work before sleeping, a microsecond each at most

// --- posts of other threads

bool sched_has_posts(const Schedulers *all) { return atomic_load(&all->posts) != NULL; }
bool sched_posts_wait(const Schedulers *all) { return sched_has_posts(all) && !atomic_load(&all->delivering); }

void sched_wake(Vm *vm) { scheduler_poke(first_scheduler(vm)); }

// The first one comes first: while nobody runs it alone can be woken.
static void wake_for_posts(Schedulers *all) {
  atomic_thread_fence(memory_order_seq_cst);
  for (uint32_t i = 0, takers = sched_takers(all); i < takers; i++)
    if (atomic_load_explicit(&all->list[i].sleeping, memory_order_relaxed)) {
      scheduler_poke(&all->list[i]);
      return;
    }
}

bool sched_post(Vm *vm, void (*work)(Vm *vm, void *state), void *state) {
  Schedulers *all = vm->schedulers;
  Post *post = alloc_get(&vm->alloc, sizeof *post);
  if (!post) return false;
  *post = (Post){NULL, work, state};
  Post *newest = atomic_load(&all->posts);
  do post->next = newest;
  while (!atomic_compare_exchange_weak(&all->posts, &newest, post)); // sequential: ordered with `sleeping`
  wake_for_posts(all);
  return true;
}

static void deliver(Schedulers *all) {
  if (atomic_exchange(&all->delivering, true)) return;
  Post *newest = atomic_exchange(&all->posts, NULL), *oldest = NULL;
  while (newest) {
    Post *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  for (Post *next; oldest; oldest = next) {
    next = oldest->next;
    oldest->work(all->vm, oldest->state);
    alloc_put(&all->vm->alloc, oldest, sizeof *oldest);
  }
  atomic_store(&all->delivering, false); // sequential: ordered with the last look before sleeping
  if (sched_has_posts(all)) wake_for_posts(all);
}

static inline void do_posts(Schedulers *all) {
  if (UNLIKELY(atomic_load_explicit(&all->posts, memory_order_relaxed))) deliver(all);
}

// --- making

static void scheduler_free(Scheduler *s) {
  Vm *vm = s->all->vm;
  picker_free(&vm->alloc, s->picker);
  alloc_put(&vm->alloc, s->trim, TRIM_LIST_MAX * sizeof *s->trim);
  if (s->wake_fd >= 0) close(s->wake_fd);
  if (s->worker) s->worker->scheduler = NULL;
  if (s->worker != vm->first_worker) worker_free(s->worker);
}

static Status scheduler_init(Schedulers *all, uint32_t index) {
  Vm *vm = all->vm;
  Scheduler *s = &all->list[index];
  s->all = all;
  s->vm = vm;
  s->is_fair = !vm->options.seeded;
  s->standing = true;
  s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  lock_init(&s->queue_lock, LOCK_RUN_QUEUE);
  s->worker = index == 0 ? vm->first_worker : worker_new(vm, index, false);
  s->picker = vm->options.seeded ? picker_seeded_new(&vm->alloc, &vm->random) : picker_fair_new(&vm->alloc, &s->reduction_count);
  s->trim = alloc_get(&vm->alloc, TRIM_LIST_MAX * sizeof *s->trim);
  if (s->worker) s->worker->scheduler = s;
  return s->wake_fd < 0 ? STATUS_IO : s->picker && s->worker && s->trim ? STATUS_OK : STATUS_NO_MEMORY;
}

Status sched_new(Vm *vm) {
  uint32_t count = vm->options.seeded || vm->options.schedulers == 0 ? 1 : vm->options.schedulers;
  Schedulers *all = alloc_zero(&vm->alloc, sizeof *all + count * sizeof(Scheduler));
  if (!all) return STATUS_NO_MEMORY;
  all->vm = vm;
  all->capacity = count;
  gate_init(&all->gate);
  atomic_init(&all->started, 1);
  vm->schedulers = all;
  vm->shared = count > 1;
  vm->scheduling = (VmScheduling){.enqueue = sched_enqueue, .dequeue = sched_dequeue, .unwatch = watch_end, .give_away = sched_give_away, .post = sched_post, .wake = sched_wake,
                                  .reserve = sched_reserve, .exclusive_begin = sched_exclusive_begin, .exclusive_end = sched_exclusive_end};
  Status status = STATUS_OK;
  while (status == STATUS_OK && all->count < count) status = scheduler_init(all, all->count++);
  if (status != STATUS_OK) sched_free(vm);
  return status;
}

static void end_threads(Schedulers *all) {
  pthread_mutex_lock(&all->gate.mutex);
  all->gate.quit = true;
  atomic_store(&all->gate.closing, true);
  pthread_cond_broadcast(&all->gate.changed);
  pthread_mutex_unlock(&all->gate.mutex);
  for (uint32_t i = 1, started = atomic_load(&all->started); i < started; i++) {
    scheduler_poke(&all->list[i]);
    pthread_join(all->list[i].thread, NULL);
  }
}

void sched_free(Vm *vm) {
  Schedulers *all = vm->schedulers;
  if (!all) return;
  watch_free(vm);
  sched_end_dirty(vm);
  end_threads(all);
  do_posts(all); // what they carry is their makers' to drop: do it
  for (uint32_t i = 0; i < all->count; i++) scheduler_free(&all->list[i]);
  gate_free(&all->gate);
  alloc_put(&vm->alloc, all, sizeof *all + all->capacity * sizeof(Scheduler));
  vm->schedulers = NULL;
  memset(&vm->scheduling, 0, sizeof vm->scheduling);
}

Scheduler *sched_of(Vm *vm, uint32_t index) { return index < vm->schedulers->count ? &vm->schedulers->list[index] : NULL; }
uint32_t sched_count(Vm *vm) { return vm->schedulers->count; }
size_t sched_runnable_count(Vm *vm) {
  size_t count = 0;
  for (uint32_t i = 0; i < vm->schedulers->count; i++) count += picker_count(vm->schedulers->list[i].picker);
  return count;
}

size_t sched_queue_length(Vm *vm, uint32_t index) { return picker_count(vm->schedulers->list[index].picker); }
bool sched_runs_one(Vm *vm, uint32_t index) { return worker_current(vm->schedulers->list[index].worker) != NULL; }

SchedWork sched_work(Vm *vm) {
  SchedWork w = {0, 0};
  vm_exclusive_begin(vm);
  for (uint32_t i = 0; i < vm->schedulers->count; i++) {
    w.reductions += vm->schedulers->list[i].reduction_count;
    w.switches += vm->schedulers->list[i].switch_count;
  }
  vm_exclusive_end(vm);
  return w;
}

int64_t host_monotonic_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// --- rounds

static void wake_all(Schedulers *all) {
  for (uint32_t i = 0; i < all->count; i++) scheduler_poke(&all->list[i]);
}

enum { REDUCTION_NS = 100 };

static void pass_time(Scheduler *s) {
  if (s->vm->clock.passes) s->vm->clock.virtual_ns += (int64_t)(s->reduction_count - s->passed) * REDUCTION_NS;
  s->passed = s->reduction_count;
}

// What need not be looked at in every round of a busy worker.
static void housekeeping(Scheduler *s) {
  Vm *vm = s->all->vm;
  if (sched_follow_sometimes(vm)) wake_all(s->all);
  if (vm->hooks.between) vm->hooks.between(s->worker);
  if (UNLIKELY(vm->options.seeded)) pass_time(s);
  if (s->trim_count == TRIM_LIST_MAX) trim_some(s);
}

// Several schedulers on one processor: the system's own slices are milliseconds, too long for who waits in another's queue.
static void give_way(Scheduler *s) {
  if (s->reduction_count - s->gave_way < CROWDED_REDUCTIONS) return;
  s->gave_way = s->reduction_count;
  sched_yield();
}

// p was taken out of a queue.
static void run_one(Scheduler *s, Process *p) {
  if (UNLIKELY(s->vm->shared)) {
    if (picker_count(s->picker) == 0) s->surplus_work = 0;
    else queue_share(s);
  }
  s->switch_count++;
  ProcessState taken = process_take(p);
  if (LIKELY(taken == PROCESS_RUNNING)) slice_run(s, p);
  else if (taken == PROCESS_DIRTY_IN_C) process_serve_dirty(p);
  if (UNLIKELY(sched_crowded(s->vm))) give_way(s);
  if (UNLIKELY((s->switch_count & (HOUSEKEEPING_ROUNDS - 1)) == 0)) housekeeping(s);
}

// Somebody who has nothing to do looks for work of others, for a moment: one at a time.
static Process *search(Scheduler *s) {
  Schedulers *all = s->all;
  if (!all->vm->shared || atomic_load_explicit(&all->started, memory_order_relaxed) < 2) return NULL;
  if (s->worker->index >= sched_online(all->vm)) return NULL;
  Process *p = queue_steal(s);
  if (p || atomic_exchange(&all->searching, true)) return p;
  for (int i = 0; i < SPIN_ROUNDS && !p; i++) {
    if (picker_count(s->picker) || scheduler_is_asked_to_stand(all) || sched_has_posts(all)) break;
    p = queue_steal(s);
    if (!p) thread_pause();
  }
  atomic_store(&all->searching, false);
  return p;
}

// Reading the clock takes as long as a short slice. So while processes wait for their turn, timers are looked at only every few slices, or after
// more work than a few; and each round as long as more are due than fire at once.
enum { TIMER_ROUNDS = 8, TIMER_REDUCTIONS = 1000 };

static inline void fire_due(Scheduler *s) {
  TimerWheel *w = s->worker->wheel;
  if (timer_wheel_count(w) == 0) return;
  bool soon = s->switch_count & (TIMER_ROUNDS - 1) && s->reduction_count - s->timers_seen < TIMER_REDUCTIONS;
  if (soon && s->is_fair && picker_count(s->picker)) return;
  s->timers_seen = timer_fire_due(s->vm, w) < TIMER_BATCH ? s->reduction_count : s->reduction_count - TIMER_REDUCTIONS;
}

void *scheduler_thread(void *argument) {
  Scheduler *s = argument;
  Vm *vm = s->all->vm;
  if (vm->hooks.thread_begin) vm->hooks.thread_begin();
  worker_now = s->worker;
  bool go_on = scheduler_come_in(s);
  while (go_on) {
    if (scheduler_is_asked_to_stand(s->all)) {
      scheduler_go_out(s);
      go_on = scheduler_come_in(s);
      continue;
    }
    participant_pass(&s->worker->participant);
    do_posts(s->all);
    fire_due(s);
    if (UNLIKELY(s->worker->index >= sched_online(vm))) queue_hand_over(s);
    Process *p = queue_next(s);
    if (!p) p = search(s);
    if (p) {
      run_one(s, p);
    } else if (!trim_some(s)) {
      if (vm->hooks.idle) vm->hooks.idle(s->worker);
      go_on = scheduler_sleep(s, timer_next_ns(vm, s->worker->wheel), -1);
    }
  }
  worker_now = NULL;
  if (vm->hooks.thread_end) vm->hooks.thread_end();
  return NULL;
}

// --- the first worker's run

// Comes to rest without sleeping: from now on posts write to the wake fd. False: something was posted meanwhile.
static bool rest(Scheduler *s) {
  atomic_store(&s->sleeping, true); // before the last look at posts
  if (!sched_has_posts(s->all) && !atomic_load(&s->all->vm->stopping)) return true;
  atomic_store(&s->sleeping, false);
  return false;
}

// Somebody else runs, or is about to, be it only for a timer that is due: then the VM does not rest.
static bool others_are_busy(Schedulers *all) {
  if (!all->vm->shared) return false;
  int64_t next_ns = sched_next_timer_ns(all->vm);
  if (next_ns >= 0 && next_ns <= vm_monotonic_ns(all->vm)) return true;
  pthread_mutex_lock(&all->gate.mutex);
  bool busy = all->gate.active > 1;
  pthread_mutex_unlock(&all->gate.mutex);
  return busy || sched_runnable_count(all->vm) > 0;
}

enum { BUSY_LOOK_NS = 1000000 };

// Nobody can run. False: nobody will (*end says why).
static bool idle(Scheduler *s, const SchedLimits *limits, SchedEnd *end) {
  Vm *vm = s->all->vm;
  *end = SCHED_DEADLOCK;
  if (trim_some(s)) return true;
  if (vm->hooks.idle) vm->hooks.idle(s->worker);
  int64_t next_ns = timer_next_ns(vm, s->worker->wheel);
  bool seeded = vm->options.seeded, owed = atomic_load(&vm->pending_work) > 0;
  if (limits->return_when_idle && (!seeded || owed || next_ns < 0)) {
    if (!seeded && next_ns >= 0 && next_ns <= vm_monotonic_ns(vm)) return true;
    if (others_are_busy(s->all)) {
      int64_t soon = vm_monotonic_ns(vm) + BUSY_LOOK_NS;
      scheduler_sleep(s, next_ns >= 0 && next_ns < soon ? next_ns : soon, limits->deadline_ns);
      return true;
    }
    *end = SCHED_RESTING;
    return !rest(s);
  }
  if (!seeded || owed) { // seeded: exactly one of the other thread and this one runs
    scheduler_sleep(s, seeded ? -1 : next_ns, limits->deadline_ns);
    return true;
  }
  if (next_ns < 0) return sched_has_posts(s->all); // W3
  if (next_ns > vm->clock.virtual_ns) vm->clock.virtual_ns = next_ns;
  return true;
}

int sched_wake_fd(Vm *vm) { return first_scheduler(vm)->wake_fd; }

void sched_rest(Vm *vm) {
  Scheduler *s = first_scheduler(vm);
  bool idle = rest(s);
  atomic_store(&s->sleeping, true);
  if (!idle || sched_runnable_count(vm) || (vm->options.seeded && timer_next_ns(vm, s->worker->wheel) >= 0)) sched_wake(vm);
}

int64_t sched_next_timer_ns(Vm *vm) {
  int64_t least = -1;
  for (uint32_t i = 0; i < vm->schedulers->count; i++) {
    int64_t next = timer_next_ns(vm, vm->schedulers->list[i].worker->wheel);
    if (next >= 0 && (least < 0 || next < least)) least = next;
  }
  return least;
}

// The deadline is looked at after every slice of a limited run: a clock reading beside thousands of reductions.
static bool limit_reached(Scheduler *s, const SchedLimits *limits, SchedEnd *end) {
  if (limits->done && atomic_load_explicit(limits->done, memory_order_acquire)) *end = SCHED_DONE;
  else if (limits->reductions && s->reduction_count - s->limit_start >= limits->reductions) *end = SCHED_REDUCTIONS;
  else if (limits->deadline_ns >= 0 && host_monotonic_ns() >= limits->deadline_ns) *end = SCHED_TIME;
  else return false;
  return true;
}

static SchedEnd rounds(Scheduler *s, const SchedLimits *limits, bool limited) {
  Vm *vm = s->all->vm;
  SchedEnd end;
  while (!atomic_load_explicit(&vm->stopping, memory_order_relaxed)) {
    if (scheduler_is_asked_to_stand(s->all)) {
      scheduler_go_out(s);
      scheduler_come_in(s);
    }
    participant_pass(&s->worker->participant);
    do_posts(s->all);
    fire_due(s);
    if (limited && limits->done && atomic_load_explicit(limits->done, memory_order_acquire)) return SCHED_DONE;
    Process *p = queue_next(s);
    if (!p) p = search(s);
    if (p) {
      run_one(s, p);
    } else if (!idle(s, limits, &end)) {
      if (end == SCHED_DEADLOCK) report_deadlock(vm);
      return end;
    }
    if (limited && limit_reached(s, limits, &end)) return end;
  }
  return SCHED_STOPPED;
}

SchedEnd sched_run_limited(Vm *vm, const SchedLimits *limits) {
  static const SchedLimits NO_LIMITS = {.deadline_ns = -1};
  Scheduler *s = first_scheduler(vm);
  Worker *before = worker_now;
  worker_now = s->worker;
  s->limit_start = s->reduction_count;
  gate_open(s->all);
  scheduler_come_in(s);
  if (atomic_exchange(&s->sleeping, false)) drain_wake_fd(s); // the run before came to rest
  s->all->done = limits ? limits->done : NULL;
  SchedEnd end = rounds(s, limits ? limits : &NO_LIMITS, limits != NULL);
  s->all->done = NULL;
  scheduler_go_out(s);
  gate_close(s->all);
  // Another worker may have found something to do just before it stood.
  if (end == SCHED_RESTING && (sched_runnable_count(vm) || sched_has_posts(s->all))) sched_wake(vm);
  worker_now = before;
  return end;
}

SchedEnd sched_run(Vm *vm) { return sched_run_limited(vm, NULL); }
