// SPDX-License-Identifier: Apache-2.0
//
// The scheduler: who runs, for how long, and what happens when nobody can.
//
// One worker per scheduler thread (one now): a run queue with four priorities, a timer wheel, a queue of posts from foreign
// threads, an eventfd that wakes it. The picker decides who runs next and for how long: in turn by priority, or, with
// --seed, drawn by a generator on virtual time.
//
//  W1  A runnable process stands in exactly one run queue; a running one in none.
//  W2  Whoever waits is woken by a push to its inbound queue, its timer, or never.
//  W3  Virtual time moves only when nobody can run and no other thread owes an answer; it jumps to the next timer.
//  W4  An idle worker sleeps until the next timer or a post, no earlier and no later.
#ifndef JOIST_SCHED_SCHED_H
#define JOIST_SCHED_SCHED_H

#include <poll.h>

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
  size_t count;      // runnable processes
} Picker;

// Who waits for which file descriptor (watch.h).
typedef struct WatchList {
  Process **waiting;  // who …
  struct pollfd *fds; // … waits for what; fds[0] is the worker's own wake_fd
  uint32_t count, capacity;
} WatchList;

enum { HOUSEKEEPING_ROUNDS = 16 }; // a power of two

// What sched has of each scheduler worker.
typedef struct Scheduler {
  Worker *worker;
  Picker *picker;
  int wake_fd;               // eventfd
  _Atomic(bool) sleeping;    // any
  _Atomic(struct Post *) posts; // from any thread; newest first
  WatchList watches;
  Process *trim_first;       // waiting with little garbage: collected when idle
  uint64_t slice_count, switch_count;
  int64_t slice_start_ns;    // while slices are watched (vm/process/alarm.h)
  uint64_t reduction_count;  // used since sched_run_limited began
} Scheduler;

typedef enum SchedEnd {
  SCHED_STOPPED,  // vm_stop was called: vm->stop_status
  SCHED_DEADLOCK, // --seed: everybody waits for ever; vm->hooks.report told who and where
  SCHED_DONE,       // *limits.done
  SCHED_TIME,       // the deadline is over
  SCHED_REDUCTIONS, // so many were used
  SCHED_RESTING,       // limits.return_when_idle: it would sleep. The wake fd tells when there is something to do, timers apart
} SchedEnd;

// When sched_run_limited comes back by itself.
typedef struct SchedLimits {
  int64_t deadline_ns;   // of the host's monotonic clock (also with --seed); -1: none
  uint64_t reductions;   // 0: no limit
  bool return_when_idle;
  const bool *done;      // looked at between slices (scheduler thread); NULL: none
} SchedLimits;

// Makes vm->schedulers. Fails: STATUS_NO_MEMORY, STATUS_IO.
MUST_USE Status sched_new(Vm *vm);
void sched_free(Vm *vm);
// Runs in the calling thread until told to stop.
SchedEnd sched_run(Vm *vm);
// The same, until a limit says otherwise; it may be called again. limits NULL: none.
SchedEnd sched_run_limited(Vm *vm, const SchedLimits *limits);
// Becomes readable when somebody posts while nobody runs (after SCHED_RESTING), or after sched_rest. Belongs to the scheduler.
int sched_wake_fd(Vm *vm);
// Nobody will run for a while: from now on posts make the wake fd readable, and it is so already when there is work left. Thread: scheduler.
void sched_rest(Vm *vm);
// When the next timer is due, of the VM's clock. -1: there is none.
int64_t sched_next_timer_ns(Vm *vm);
Scheduler *sched_of(Vm *vm, uint32_t index);
size_t sched_runnable_count(Vm *vm);
// Runs `work` in the scheduler's thread, soon. Thread: any. False: no memory.
bool sched_post(Vm *vm, void (*work)(Vm *vm, void *state), void *state);
// Wakes a sleeping worker. Thread: any.
void sched_wake(Vm *vm);

#endif
