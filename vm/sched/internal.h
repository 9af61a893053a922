// SPDX-License-Identifier: Apache-2.0
//
// Between the files of vm/sched.
#ifndef JOIST_SCHED_INTERNAL_H
#define JOIST_SCHED_INTERNAL_H

#include <pthread.h>
#include <time.h>

#include "vm/sched/online.h"
#include "vm/sched/picker.h"

typedef struct Post {
  struct Post *next;
  void (*work)(Vm *vm, void *state);
  void *state;
} Post;

// Who may run (rendezvous.c). All under `mutex` but what is marked (any).
typedef struct Gate {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  uint32_t active;         // workers between coming in and going out
  uint32_t visitors;       // workers that went out only to have the VM for themselves: they come in again at the end of that
  bool owned;              // somebody has, or is about to have, the VM for itself
  bool open;               // a sched_run is under way
  bool quit;               // threads shall end
  _Atomic(bool) closing;   // somebody waits for workers to stand: look in between slices (any)
} Gate;

typedef struct Schedulers {
  Vm *vm;
  uint32_t count;             // those made, the last one perhaps not wholly (scheduler_init failed)
  uint32_t capacity;          // of `list`
  _Atomic(uint32_t) started;  // threads, the first worker included (any)
  _Atomic(uint32_t) sleepers; // those that say that they sleep (any)
  _Atomic(bool) searching;    // one of them is looking for work: no need to wake another (any)
  _Atomic(bool) starting;     // one of them makes the next thread (any)
  int64_t start_failed_ns;    // when no thread could be had; 0: it could. Who set `starting`
  _Atomic(Post *) posts;      // from any thread; newest first
  _Atomic(bool) delivering;   // one of them does what was posted (any)
  const _Atomic(bool) *done;  // SchedLimits.done of the run under way, or NULL; the first worker's own
  Gate gate;
  struct DirtyThreads *dirty; // dirty.c; NULL: nobody went there yet
  struct PollThread *poll;    // watch.c; NULL: nobody watched yet. Under the gate's mutex
  Scheduler list[];
} Schedulers;

enum { START_AGAIN_NS = 1000000000 };

// Workers that take work and have a thread: 0 … this - 1; the first always does.
static inline uint32_t sched_takers(const Schedulers *all) {
  uint32_t online = sched_online(all->vm), started = atomic_load_explicit(&all->started, memory_order_acquire);
  return online == 0 ? 1 : started < online ? started : online;
}

static inline Scheduler *first_scheduler(Vm *vm) { return &vm->schedulers->list[0]; }

// --- sched.c
bool sched_has_posts(const Schedulers *all);
// They are there, and nobody is at them.
bool sched_posts_wait(const Schedulers *all);
int64_t host_monotonic_ns(void);
// The life of a worker with a thread of its own.
void *scheduler_thread(void *scheduler);

// --- slice.c: takes p, which stands in no queue any more, through a slice.
void slice_run(Scheduler *s, Process *p);

// --- queue.c: run queues.
// p, which became RUNNABLE, used up its slice on s, the calling worker's.
void queue_add_preempted(Scheduler *s, Process *p);
Process *queue_next_shared(Scheduler *s);
static inline Process *queue_next(Scheduler *s) {
  if (picker_count(s->picker) == 0) return NULL;
  if (UNLIKELY(!s->is_fair)) return s->picker->next(s->picker);
  return UNLIKELY(s->vm->shared) ? queue_next_shared(s) : fair_picker_next((FairPicker *)s->picker);
}
// p became RUNNABLE (VmScheduling.enqueue), or is to be taken out of the queue it stands in (unshared VMs alone).
void sched_enqueue(Vm *vm, Process *p);
void sched_dequeue(Vm *vm, Process *p);
bool sched_reserve(Vm *vm, size_t count);
// The worker takes no work now: what stands in its queue goes to those that do.
void queue_hand_over(Scheduler *s);
// Takes work from another's queue into this one's and answers one of it. NULL: nobody has any to give.
Process *queue_steal(Scheduler *s);
// There is more in the queue than the running process: has another worker look for it, if one has nothing to do.
void queue_share(Scheduler *s);

// --- idle.c
void scheduler_poke(Scheduler *s); // any thread: it shall look around
// Sleeps until the VM's clock reads next_ns or the host's reads deadline_ns; -1: never. Stands meanwhile. False: threads shall end.
bool scheduler_sleep(Scheduler *s, int64_t next_ns, int64_t deadline_ns);
void drain_wake_fd(Scheduler *s);
void trim_list_add(Scheduler *s, Process *p);
// Trims a few of those listed. False: there were none.
bool trim_some(Scheduler *s);

// --- rendezvous.c
void gate_init(Gate *g);
void gate_free(Gate *g);
// The calling worker comes in, waiting as long as others have the VM for themselves; and goes out. False: threads shall end.
bool scheduler_come_in(Scheduler *s);
void scheduler_go_out(Scheduler *s);
// Between two slices: stands when asked to.
static inline bool scheduler_is_asked_to_stand(const Schedulers *all) {
  return UNLIKELY(atomic_load_explicit(&all->gate.closing, memory_order_relaxed));
}
void gate_open(Schedulers *all);
// Waits until nobody but the caller, which is no worker by now, is active.
void gate_close(Schedulers *all);
void sched_exclusive_begin(Vm *vm);
void sched_exclusive_end(Vm *vm);

// --- dirty.c: p, which ran, goes to a dirty thread, and is runnable again when that is done with it.
void dirty_give(Scheduler *s, Process *p, bool blocks);
bool sched_give_away(Process *p); // VmScheduling.give_away

// --- report.c: who waits for what, when everybody does.
void report_deadlock(Vm *vm);

#endif
