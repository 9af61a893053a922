// SPDX-License-Identifier: Apache-2.0
//
// Run queues: one per scheduler, and how work gets from one to another.
//
// Whoever makes a process runnable puts it into the queue of its own worker: who was sent a message runs where the message lies in the
// cache, and two that talk to each other stay together. A thread that is no scheduler worker takes the queue of the worker that the
// process ran on last, or that of one that sleeps when that worker is busy, and wakes it: there it need not wait for the end of a slice.
//
// A worker that takes no work now (online.h) still wakes up for its timers. It gives what they make runnable to one that does, and
// so what stands in its own queue when it comes to the end of its slice.
//
// Work spreads by need. A worker whose queue has been too long for SHARE_WORK reductions wakes one that sleeps, or starts one; who has
// nothing to do takes half of the longest queue, of those that were woken and of those that compute alike, the longest waiting first. So a pair of processes that wake each other never costs a wake-up of a
// thread, and a hundred that compute are spread within microseconds.
//
// A queue has a lock only when there are several workers. Its length is read without: who reads a stale one looks again.
#include "vm/base/thread.h"
#include "vm/process/extra.h"
#include "vm/sched/internal.h"
#include "vm/sched/online.h"
#include "vm/sched/picker.h"

static inline void lock_queue(Scheduler *s) {
  if (s->vm->shared) lock_take(&s->queue_lock);
}
static inline void unlock_queue(Scheduler *s) {
  if (s->vm->shared) lock_give(&s->queue_lock);
}

typedef enum Arrival { WOKEN, PREEMPTED, MOVED } Arrival;

static inline void add_fair(Scheduler *s, Process *p, Arrival how) {
  FairPicker *f = (FairPicker *)s->picker;
  if (how == WOKEN) fair_picker_add(f, p, (Priority)p->priority);
  else if (how == PREEMPTED) fair_picker_add_preempted(f, p, (Priority)p->priority);
  else fair_picker_add_moved(f, p);
}

static inline void add(Scheduler *s, Process *p, Arrival how) {
  lock_queue(s);
  if (LIKELY(s->is_fair)) add_fair(s, p, how);
  else s->picker->add(s->picker, p, (Priority)p->priority);
  unlock_queue(s);
}

Process *queue_next_shared(Scheduler *s) {
  lock_take(&s->queue_lock);
  Process *p = fair_picker_next((FairPicker *)s->picker);
  lock_give(&s->queue_lock);
  return p;
}

static void start_another(Scheduler *s);

// --migrate: with every slice to the next worker.
static Scheduler *migration_target(Scheduler *from) {
  Schedulers *all = from->all;
  if (atomic_load(&all->started) < sched_online(all->vm)) start_another(from);
  from->share_next = (from->share_next + 1) % sched_takers(all);
  return &all->list[from->share_next];
}

// For what an offline worker has: one that sleeps, or the shortest queue.
__attribute__((noinline)) static Scheduler *online_target(Schedulers *all) {
  Scheduler *best = &all->list[0];
  for (uint32_t i = 0, takers = sched_takers(all); i < takers; i++) {
    Scheduler *s = &all->list[i];
    if (atomic_load_explicit(&s->sleeping, memory_order_relaxed)) return s;
    if (picker_count(s->picker) < picker_count(best->picker)) best = s;
  }
  return best;
}

// For what a thread that is no scheduler's made runnable: where it ran last, unless that worker is busy and another sleeps.
static Scheduler *foreign_target(Schedulers *all, const Process *p) {
  Scheduler *last = &all->list[p->last_worker];
  if (atomic_load_explicit(&all->sleepers, memory_order_relaxed) == 0 || atomic_load_explicit(&last->sleeping, memory_order_relaxed)) return last;
  return online_target(all);
}

// own: the calling thread's, or NULL.
__attribute__((noinline)) static void enqueue_shared(Vm *vm, Scheduler *own, Process *p, Arrival how) {
  Scheduler *to = own;
  if (!own) to = foreign_target(vm->schedulers, p);
  else if (UNLIKELY(vm->options.migrate) && vm->shared) to = migration_target(own);
  if (UNLIKELY(to->worker->index >= sched_online(vm))) to = online_target(to->all);
  add(to, p, how);
  if (UNLIKELY(to != own || own->standing)) scheduler_poke(to);
}

// One scheduler alone saves no registers for the rest.
static inline void enqueue(Vm *vm, Scheduler *own, Process *p, Arrival how) {
  if (UNLIKELY(!own || vm->shared || !own->is_fair)) {
    enqueue_shared(vm, own, p, how);
    return;
  }
  add_fair(own, p, how);
  if (UNLIKELY(own->standing)) scheduler_poke(own);
}

void sched_enqueue(Vm *vm, Process *p) { enqueue(vm, vm_worker(vm)->scheduler, p, WOKEN); }
void queue_add_preempted(Scheduler *s, Process *p) { enqueue(s->vm, s, p, PREEMPTED); }

void queue_hand_over(Scheduler *s) {
  for (Process *p; (p = queue_next(s)) != NULL;) {
    Scheduler *to = online_target(s->all);
    add(to, p, MOVED);
    scheduler_poke(to);
    if (to == s) return; // it takes work again
  }
}

void sched_dequeue(Vm *vm, Process *p) {
  Scheduler *s = first_scheduler(vm);
  CHECK(!vm->shared);
  s->picker->remove(s->picker, p);
  process_clear_bits(p, STATE_QUEUED);
}

bool sched_reserve(Vm *vm, size_t count) {
  Picker *k = first_scheduler(vm)->picker;
  return k->reserve(k, count);
}

// --- from one to another

static Scheduler *longest(Scheduler *s) {
  Schedulers *all = s->all;
  Scheduler *best = NULL;
  size_t most = 0;
  for (uint32_t i = 1; i < all->count; i++) { // beginning behind the asking one, so that they do not all go to the first
    Scheduler *other = &all->list[(s->worker->index + i) % all->count];
    size_t count = picker_count(other->picker);
    if (count > most) {
      most = count;
      best = other;
    }
  }
  return best;
}

Process *queue_steal(Scheduler *s) {
  Scheduler *from = longest(s);
  if (!from || !lock_try(&from->queue_lock)) return NULL;
  Process *taken[STEAL_MAX];
  size_t count = fair_picker_take_half((FairPicker *)from->picker, taken, STEAL_MAX);
  lock_give(&from->queue_lock);
  if (!count) return NULL;
  for (size_t i = 1; i < count; i++) add(s, taken[i], MOVED);
  return taken[0];
}

// One at a time, outside of any lock: it may take a while. Counted as started, and so given work, is only who has a thread: when none can
// be had those that run go on, and it is tried again in a second.
static void start_another(Scheduler *s) {
  Schedulers *all = s->all;
  if (atomic_load_explicit(&all->starting, memory_order_relaxed) || atomic_exchange(&all->starting, true)) return;
  uint32_t number = atomic_load(&all->started);
  bool failed_before = all->start_failed_ns != 0;
  if (number < sched_online(all->vm) && number < all->count &&
      (LIKELY(!failed_before) || host_monotonic_ns() - all->start_failed_ns >= START_AGAIN_NS)) {
    Scheduler *fresh = &all->list[number];
    bool made = thread_start(&fresh->thread, THREAD_STACK_BYTES, scheduler_thread, fresh) == 0;
    if (made) atomic_store(&all->started, number + 1);
    all->start_failed_ns = made ? 0 : host_monotonic_ns();
  }
  atomic_store(&all->starting, false);
}

void queue_share(Scheduler *s) {
  Schedulers *all = s->all;
  uint32_t online = sched_online(all->vm);
  bool asleep = atomic_load_explicit(&all->sleepers, memory_order_relaxed) > 0;
  if (!asleep && atomic_load_explicit(&all->started, memory_order_relaxed) >= online) return;
  if (s->surplus_work < SHARE_WORK || atomic_load_explicit(&all->searching, memory_order_relaxed)) return;
  s->surplus_work = 0;
  if (asleep)
    for (uint32_t i = 0; i < online; i++)
      if (atomic_load_explicit(&all->list[i].sleeping, memory_order_relaxed)) {
        scheduler_poke(&all->list[i]);
        return;
      }
  start_another(s);
}
