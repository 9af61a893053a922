// SPDX-License-Identifier: Apache-2.0
//
// The scheduler: who runs, for how long, on which thread, and what happens when nobody can.
//
// One Scheduler per scheduler worker: a run queue with four priorities, an eventfd that wakes it, a list of processes to trim. The first
// runs in the thread that calls sched_run; the others have threads of their own, started
// when there is first more to run than the running ones can take. The picker decides who runs next and for how long: in turn by
// priority, or, with --seed, drawn by a generator on virtual time.
//
//  W1  A runnable process stands in exactly one run queue (STATE_QUEUED); a running one in none.
//  W2  Whoever waits is woken by a push to its inbound queue, its timer, or never.
//  W3  Virtual time moves only when nobody can run and no other thread owes an answer; it jumps to the next timer. While a program is being
//      stopped it also passes with the reductions that are used: who waits for the end of one that computes for ever waits no longer than it said.
//  W4  An idle worker sleeps until its next timer, a post, or until another has more to run than it can take.
//  W5  Workers run only between the beginning and the end of a sched_run, and stand still while another has the VM for itself
//      (rendezvous.c).
#ifndef JOIST_SCHED_SCHED_H
#define JOIST_SCHED_SCHED_H

#include <pthread.h>

#include "vm/process/process.h"
#include "vm/process/timer.h"

// "Who runs next" and for how long: one interface, two implementations (picker.c).
typedef struct Picker {
  void (*add)(struct Picker *k, Process *p, Priority priority); // newly runnable
  void (*remove)(struct Picker *k, Process *p);
  Process *(*next)(struct Picker *k);                           // NULL: nobody; taken out
  int64_t (*slice)(struct Picker *k);                           // reductions
  bool (*reserve)(struct Picker *k, size_t count);              // so that `add` cannot fail; false: no memory
  size_t size_bytes; // of the whole implementation
  _Atomic(size_t) count; // runnable processes; written under the queue's lock (any: read)
} Picker;
static inline size_t picker_count(const Picker *k) { return atomic_load_explicit(&k->count, memory_order_relaxed); }

enum {
  HOUSEKEEPING_ROUNDS = 16, // a power of two
  TRIM_LIST_MAX = 1024,     // processes that wait to be trimmed
  STEAL_MAX = 64,           // processes taken from another's queue at once
  CROWDED_REDUCTIONS = 8000, // after so many a scheduler that shares its processor with others gives way
  SHARE_WORK = 2000,        // reductions that a queue must have been too long for before another worker is woken
};

// What sched has of each scheduler worker.
typedef struct Scheduler {
  Worker *worker;
  Vm *vm;
  struct Schedulers *all;
  bool is_fair;              // its picker is the fair one
  Lock queue_lock;           // of the picker, when there are several workers
  Picker *picker;
  int wake_fd;               // eventfd
  _Atomic(bool) sleeping;    // any
  bool standing;             // not counted as active; own
  int64_t surplus_work;      // reductions used while more waited in the queue
  uint32_t share_next;       // migration: whose turn it is
  Term *trim;                // pids of processes that wait with little garbage: collected when idle
  uint32_t trim_count;
  uint64_t slice_count, switch_count;
  int64_t slice_start_ns;    // while slices are watched (vm/process/alarm.h)
  uint64_t reduction_count;  // used so far
  uint64_t limit_start;      // reduction_count when sched_run_limited began
  uint64_t passed;           // with a seed: reduction_count when virtual time was looked at last (VmClock.passes)
  uint64_t gave_way;         // reduction_count when it yielded the processor last
  uint64_t timers_seen;      // reduction_count when timers were looked at last
  pthread_t thread;          // of all but the first, once it is started
} Scheduler;

typedef enum SchedEnd {
  SCHED_STOPPED,  // vm_stop was called: vm->stop_status
  SCHED_DEADLOCK, // --seed: everybody waits for ever; vm->hooks.report told who and where
  SCHED_DONE,       // *limits.done
  SCHED_TIME,       // the deadline is over
  SCHED_REDUCTIONS, // so many were used (by the first worker)
  SCHED_RESTING,       // limits.return_when_idle: it would sleep. The wake fd tells when there is something to do, timers apart
} SchedEnd;

// When sched_run_limited comes back by itself.
typedef struct SchedLimits {
  int64_t deadline_ns;   // of the host's monotonic clock (also with --seed); -1: none
  uint64_t reductions;   // 0: no limit
  bool return_when_idle;
  const _Atomic(bool) *done; // looked at between slices; who sets it elsewhere than on the first worker calls sched_wake; NULL: none
} SchedLimits;

// Makes vm->schedulers, as many as vm->options.schedulers says. Fails: STATUS_NO_MEMORY, STATUS_IO.
MUST_USE Status sched_new(Vm *vm);
// Ends their threads. Nobody runs.
void sched_free(Vm *vm);
// Runs in the calling thread until told to stop.
SchedEnd sched_run(Vm *vm);
// The same, until a limit says otherwise; it may be called again. limits NULL: none. Other workers run meanwhile and no longer.
SchedEnd sched_run_limited(Vm *vm, const SchedLimits *limits);
// Becomes readable when somebody posts while nobody runs (after SCHED_RESTING), or after sched_rest. Belongs to the scheduler.
int sched_wake_fd(Vm *vm);
// Nobody will run for a while: from now on posts make the wake fd readable, and it is so already when there is work left. Thread: scheduler.
void sched_rest(Vm *vm);
// When the next timer is due, of the VM's clock. -1: there is none. Nobody runs.
int64_t sched_next_timer_ns(Vm *vm);
// The scheduler of worker `index`, or NULL.
Scheduler *sched_of(Vm *vm, uint32_t index);
uint32_t sched_count(Vm *vm);
// Of all queues.
size_t sched_runnable_count(Vm *vm);
size_t sched_queue_length(Vm *vm, uint32_t index);
// Does it run a process just now?
bool sched_runs_one(Vm *vm, uint32_t index);
// Processes that wait for a dirty thread of a kind, and with `running` those at work on one too. Thread: any.
size_t sched_dirty_load(Vm *vm, bool blocking, bool running);
// What all schedulers have done; they stand meanwhile. Thread: a worker's, as for vm_exclusive_begin.
typedef struct SchedWork {
  uint64_t reductions, switches;
} SchedWork;
SchedWork sched_work(Vm *vm);
// Runs `work` in a scheduler worker's thread, between two slices, soon: the first that sleeps or comes to the end of its slice. One
// at a time, in the order in which they were posted. Thread: any. False: no memory.
bool sched_post(Vm *vm, void (*work)(Vm *vm, void *state), void *state);
// How many processes are, or are about to be, with dirty threads? sched_end_dirty waits for them, for ever perhaps. Nobody runs.
static inline size_t sched_dirty_busy(Vm *vm) { return sched_dirty_load(vm, false, true) + sched_dirty_load(vm, true, true); }
// Waits for what dirty threads do and ends them: before anything goes that natives use. Nobody runs, and nobody will.
void sched_end_dirty(Vm *vm);
// The same for so long at most. False: one is at work still; nothing is freed that it may use, and this may be called again.
bool sched_end_dirty_within(Vm *vm, int64_t ns);
// Dirty threads at most, of one kind.
uint32_t sched_dirty_threads(const Vm *vm, bool blocking);
// Wakes the first worker if it sleeps. Thread: any.
void sched_wake(Vm *vm);

#endif
