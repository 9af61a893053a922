// SPDX-License-Identifier: Apache-2.0
//
// The scheduler's loop, and what wakes it.
//
// One round: fire the timers that are due, do what foreign threads posted, take the next process, run it for a
// slice. A round's housekeeping is a clock reading and a load; the posts' list is looked at only when it is not empty.
//
// A process comes back from the engine in one of three ways (EngineExit):
//   YIELD  its slice is over; or it was interrupted (process_interrupt): a collection is due or it must end. Then what it
//          had left of the slice is given back to it at once, so that being interrupted costs it nothing and shifts no slice.
//   WAIT   it waits in a receive. Only now, with everything saved, does it become WAITING; a signal that came meanwhile is
//          seen by the look at the inbound queue behind that (W2: no wake-up is lost).
//   EXIT   it is over.
//
// Signals that are no messages do not start a waiting process: they are acted on here, and it goes on waiting.
//
// Waiting processes with a little garbage (adopted messages) are listed and collected when there is nothing else to
// do: so a process that sleeps is small, and one that talks busily pays nothing for that.
//
// Idle. The worker sleeps in ppoll on its eventfd until the next timer. Who posts writes to the eventfd if the worker
// says that it sleeps; it says so before it looks for posts a last time, so none is missed.
//
// --seed: the same loop. The picker draws, the clock stands still while anybody can run, and an idle worker does not sleep: it
// puts the clock to the next timer. When there is none and no other thread owes an answer, everybody waits for ever, which is
// reported: who, where, and for whom.
#include "vm/sched/sched.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "vm/process/alarm.h"
#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/mailbox.h"
#include "vm/process/signal.h"
#include "vm/sched/picker.h"
#include "vm/sched/online.h"
#include "vm/sched/watch.h"

typedef struct Schedulers Schedulers;

typedef struct Post {
  struct Post *next;
  void (*work)(Vm *vm, void *state);
  void *state;
} Post;

struct Schedulers {
  Scheduler scheduler; // one for now
};

// --- queues

static void enqueue(Vm *vm, Process *p) {
  Scheduler *w = &vm->schedulers->scheduler;
  if (p->flags & PROCESS_TRIM_LISTED) vm->scheduling.dequeue(vm, p);
  DCHECK(!(p->flags & PROCESS_IN_RUN_QUEUE));
  p->flags |= PROCESS_IN_RUN_QUEUE;
  w->picker->add(w->picker, p, (Priority)p->priority);
}

static bool reserve(Vm *vm, size_t count) {
  Picker *k = vm->schedulers->scheduler.picker;
  return k->reserve(k, count);
}

static void trim_list_remove(Scheduler *w, Process *p) {
  if (p->run_prev) p->run_prev->run_next = p->run_next;
  else w->trim_first = p->run_next;
  if (p->run_next) p->run_next->run_prev = p->run_prev;
  p->run_next = p->run_prev = NULL;
  p->flags &= ~(uint32_t)PROCESS_TRIM_LISTED;
}

static void dequeue(Vm *vm, Process *p) {
  Scheduler *w = &vm->schedulers->scheduler;
  if (p->flags & PROCESS_AWAITS_INPUT) watch_end(w, p);
  if (p->flags & PROCESS_TRIM_LISTED) {
    trim_list_remove(w, p);
  } else if (p->flags & PROCESS_IN_RUN_QUEUE) {
    p->flags &= ~(uint32_t)PROCESS_IN_RUN_QUEUE;
    w->picker->remove(w->picker, p);
  }
}

static void trim_list_add(Scheduler *w, Process *p) {
  p->run_prev = NULL;
  p->run_next = w->trim_first;
  if (w->trim_first) w->trim_first->run_prev = p;
  w->trim_first = p;
  p->flags |= PROCESS_TRIM_LISTED;
}

// --- posts of other threads

void sched_wake(Vm *vm) {
  Scheduler *w = &vm->schedulers->scheduler;
  if (!atomic_load(&w->sleeping)) return;
  uint64_t one = 1;
  while (write(w->wake_fd, &one, sizeof one) < 0 && errno == EINTR) {}
}

bool sched_post(Vm *vm, void (*work)(Vm *vm, void *state), void *state) {
  Scheduler *w = &vm->schedulers->scheduler;
  Post *post = alloc_get(&vm->alloc, sizeof *post);
  if (!post) return false;
  *post = (Post){NULL, work, state};
  Post *newest = atomic_load(&w->posts);
  do post->next = newest;
  while (!atomic_compare_exchange_weak(&w->posts, &newest, post)); // sequential: ordered with `sleeping`
  sched_wake(vm);
  return true;
}

static Post *take_posts(Scheduler *w) {
  Post *newest = atomic_exchange(&w->posts, NULL), *oldest = NULL;
  while (newest) {
    Post *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  return oldest;
}

static void do_posts(Scheduler *w) {
  if (!atomic_load_explicit(&w->posts, memory_order_relaxed)) return;
  for (Post *post = take_posts(w), *next; post; post = next) {
    next = post->next;
    post->work(w->worker->vm, post->state);
    alloc_put(&w->worker->vm->alloc, post, sizeof *post);
  }
}

// --- making

Status sched_new(Vm *vm) {
  Schedulers *s = alloc_zero(&vm->alloc, sizeof *s);
  if (!s) return STATUS_NO_MEMORY;
  Scheduler *w = &s->scheduler;
  w->worker = vm->first_worker;
  w->worker->scheduler = w;
  w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  w->picker = vm->options.seeded ? picker_seeded_new(&vm->alloc, &vm->random) : picker_fair_new(&vm->alloc);
  vm->schedulers = s;
  vm->scheduling = (VmScheduling){enqueue, dequeue, sched_post, sched_wake, reserve};
  if (w->wake_fd >= 0 && w->picker) return STATUS_OK;
  Status status = w->wake_fd < 0 ? STATUS_IO : STATUS_NO_MEMORY;
  sched_free(vm);
  return status;
}

void sched_free(Vm *vm) {
  Schedulers *s = vm->schedulers;
  if (!s) return;
  Scheduler *w = &s->scheduler;
  for (Post *post = take_posts(w), *next; post; post = next) { // what they carry is their makers' to drop: do it
    next = post->next;
    post->work(vm, post->state);
    alloc_put(&vm->alloc, post, sizeof *post);
  }
  watch_free(w);
  picker_free(&vm->alloc, w->picker);
  if (w->wake_fd >= 0) close(w->wake_fd);
  alloc_put(&vm->alloc, s, sizeof *s);
  vm->schedulers = NULL;
  memset(&vm->scheduling, 0, sizeof vm->scheduling);
}

Scheduler *sched_of(Vm *vm, uint32_t index) { return index == 0 ? &vm->schedulers->scheduler : NULL; }
size_t sched_runnable_count(Vm *vm) { return vm->schedulers->scheduler.picker->count; }

// --- one slice

static void finish(Process *p) { process_finish(p, p->exit_reason == T_NONE ? ATOM_normal : p->exit_reason); }

// It left the engine in a receive.
static void went_to_wait(Scheduler *w, Process *p) {
  heap_rest(&p->memory);
  if (p->fragment_words > HEAP_WAIT_FRAGMENT_WORDS || heap_wants_collection(&p->memory)) {
    if (!process_collect(p, 0)) {
      finish(p);
      return;
    }
    heap_rest(&p->memory);
  }
  bool trim = heap_trim_is_worth(&p->memory);
  CHECK(process_transition(p, PROCESS_RUNNING, PROCESS_WAITING));
  // W2: what came after its last look. Who waits to send or for input looks for no message.
  if (p->flags & (PROCESS_SENDING | PROCESS_AWAITS_INPUT)) {
    if (atomic_load_explicit(&p->state, memory_order_acquire) & (STATE_SIGNALS | STATE_TIMED_OUT)) process_wake(p);
  } else if (signal_inbound(p) || (atomic_load_explicit(&p->state, memory_order_acquire) & (STATE_SIGNALS | STATE_TIMED_OUT))) process_wake(p);
  else if (trim) trim_list_add(w, p);
}

// Acts on signals before p runs. False: it does not run now.
static bool ready(Process *p) {
  uint64_t state = atomic_load_explicit(&p->state, memory_order_acquire);
  if (state & STATE_SIGNALS) signal_handle_inbound(p);
  if (p->exit_pending) {
    finish(p);
    return false;
  }
  if (p->flags & PROCESS_SUSPEND_WANTED) {
    CHECK(process_transition(p, PROCESS_RUNNING, PROCESS_SUSPENDED));
    atomic_fetch_or_explicit(&p->state, STATE_WOKEN, memory_order_acq_rel);
    return false;
  }
  if (UNLIKELY(p->flags & PROCESS_INTERRUPTED)) {
    if (p->flags & PROCESS_SENDING) bound_give_up(p);
    p->flags &= ~(uint32_t)(PROCESS_SEND_FLAGS | PROCESS_IN_RECEIVE);
    return true;
  }
  if (p->flags & PROCESS_SENDING) { // messages came, or signals that ask for nothing: it goes on waiting for room
    if (mailbox_timed_out(p)) {
      bound_give_up(p);
      return true;
    }
    CHECK(process_transition(p, PROCESS_RUNNING, PROCESS_WAITING));
    return false;
  }
  if (p->flags & PROCESS_AWAITS_INPUT) {
    CHECK(process_transition(p, PROCESS_RUNNING, PROCESS_WAITING));
    return false;
  }
  if (!(p->flags & PROCESS_IN_RECEIVE)) return true;
  // Nothing new for its receive: it goes on waiting.
  if (!p->save && !signal_inbound(p) && !mailbox_timed_out(p)) {
    CHECK(process_transition(p, PROCESS_RUNNING, PROCESS_WAITING));
    if (signal_inbound(p)) process_wake(p);
    return false;
  }
  p->flags &= ~(uint32_t)PROCESS_IN_RECEIVE;
  return true;
}

// slice_start_ns is 0 for a slice that began before anybody asked.
__attribute__((noinline)) static void watched_slice(Scheduler *w, Process *p, int64_t used) {
  if (w->slice_start_ns) alarm_slice(p, vm_monotonic_ns(w->worker->vm) - w->slice_start_ns, used);
  w->slice_start_ns = 0;
}

static inline void end_slice(Scheduler *w, Process *p) {
  int64_t used = p->slice_given - p->reductions - p->slice_rest;
  if (UNLIKELY(w->worker->vm->alarms.watches_slices)) watched_slice(w, p, used);
  if (used > 0) {
    p->reduction_total += (uint64_t)used;
    p->vm->schedulers->scheduler.reduction_count += (uint64_t)used;
  }
  p->slice_given = p->reductions = p->slice_rest = 0;
}

static void run(Scheduler *w, Process *p) {
  Vm *vm = w->worker->vm;
  p->flags &= ~(uint32_t)PROCESS_IN_RUN_QUEUE;
  CHECK(process_transition(p, PROCESS_RUNNABLE, PROCESS_RUNNING));
  process_be_searched(p);
  if (!ready(p)) return;
  w->worker->current = p;
  w->slice_count++;
  if (UNLIKELY(w->worker->vm->alarms.watches_slices)) w->slice_start_ns = vm_monotonic_ns(w->worker->vm) | 1;
  p->slice_given = p->reductions = w->picker->slice(w->picker);
  p->slice_rest = 0;
  for (;;) {
    if (UNLIKELY(p->flags & PROCESS_INTERRUPTED)) {
      p->flags &= ~(uint32_t)PROCESS_INTERRUPTED;
      if (!vm->hooks.interrupt(p)) break;
    }
    EngineExit how = vm->hooks.run(w->worker, p);
    if (how == ENGINE_EXIT || p->exit_pending) break;
    if (how == ENGINE_WAIT) {
      w->worker->current = NULL;
      end_slice(w, p);
      went_to_wait(w, p);
      return;
    }
    if (atomic_load_explicit(&p->state, memory_order_relaxed) & STATE_SIGNALS) signal_handle_inbound(p);
    if (heap_wants_collection(&p->memory)) process_collect(p, 0);
    if (p->exit_pending) break;
    if (p->slice_rest <= 0 || (p->flags & PROCESS_SUSPEND_WANTED)) {
      w->worker->current = NULL;
      end_slice(w, p);
      CHECK(process_transition(p, PROCESS_RUNNING, PROCESS_RUNNABLE));
      enqueue(vm, p);
      return;
    }
    p->reductions += p->slice_rest; // it was interrupted: the slice goes on
    p->slice_rest = 0;
  }
  w->worker->current = NULL;
  end_slice(w, p);
  finish(p);
}

// --- idle

static void trim_waiting(Scheduler *w) {
  // A few at a time: who becomes runnable meanwhile must not wait for all.
  for (int i = 0; i < 64 && w->trim_first; i++) {
    Process *p = w->trim_first;
    trim_list_remove(w, p);
    if (!process_transition(p, PROCESS_WAITING, PROCESS_IN_C)) continue;
    heap_trim(&w->worker->heap_env, &p->memory);
    CHECK(process_transition(p, PROCESS_IN_C, PROCESS_WAITING));
  }
}

static void drain_wake_fd(Scheduler *w) {
  uint64_t count;
  while (read(w->wake_fd, &count, sizeof count) < 0 && errno == EINTR) {}
}

static int64_t host_monotonic_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// Until the VM's clock reads next_ns or the host's reads deadline_ns; -1: never.
static void sleep_until(Scheduler *w, int64_t next_ns, int64_t deadline_ns) {
  Vm *vm = w->worker->vm;
  atomic_store(&w->sleeping, true); // before the last look at posts
  if (!atomic_load(&w->posts) && !atomic_load(&vm->stopping)) {
    int64_t left = next_ns < 0 ? INT64_MAX : next_ns - vm_monotonic_ns(vm);
    int64_t allowed = deadline_ns < 0 ? INT64_MAX : deadline_ns - host_monotonic_ns();
    if (allowed < left) left = allowed;
    struct timespec t = {0, 0};
    if (left > 0) t = (struct timespec){left / 1000000000, left % 1000000000};
    watch_sleep(w, left == INT64_MAX ? NULL : &t);
  }
  atomic_store(&w->sleeping, false);
  drain_wake_fd(w);
}

typedef struct WaitReport {
  Buffer buffer;
  size_t count;
} WaitReport;
enum { WAIT_REPORT_MAX = 50 };

static bool report_waiting(void *state, Process *p) {
  WaitReport *r = state;
  if (r->count++ < WAIT_REPORT_MAX) {
    buffer_text(&r->buffer, "  ");
    process_describe(p, &r->buffer);
    buffer_byte(&r->buffer, '\n');
  }
  return true;
}

static void report_deadlock(Vm *vm) {
  WaitReport r = {.count = 0};
  buffer_init(&r.buffer, &vm->alloc);
  buffer_text(&r.buffer, "deadlock: every process waits, and nothing can wake any of them\n");
  process_each(vm, report_waiting, &r);
  if (r.count > WAIT_REPORT_MAX) buffer_format(&r.buffer, "  … and %zu more\n", r.count - WAIT_REPORT_MAX);
  if (!r.buffer.failed && vm->hooks.report) vm->hooks.report(vm, r.buffer.data, r.buffer.size);
  else vm_report(vm, "Everybody waits for ever, and there is no memory to say who and where\n");
  buffer_free(&r.buffer);
}

// Comes to rest without sleeping: from now on posts write to the wake fd. False: something was posted meanwhile.
static bool rest(Scheduler *w) {
  atomic_store(&w->sleeping, true); // before the last look at posts
  if (!atomic_load(&w->posts) && !atomic_load(&w->worker->vm->stopping)) return true;
  atomic_store(&w->sleeping, false);
  return false;
}

// Nobody can run. False: nobody will (*end says why).
static bool idle(Scheduler *w, const SchedLimits *limits, SchedEnd *end) {
  Vm *vm = w->worker->vm;
  *end = SCHED_DEADLOCK;
  if (w->trim_first) {
    trim_waiting(w);
    return true;
  }
  if (vm->hooks.idle) vm->hooks.idle(w->worker);
  int64_t next_ns = timer_next_ns(vm, w->worker->wheel);
  bool seeded = vm->options.seeded, owed = atomic_load(&vm->pending_work) > 0;
  if (limits->return_when_idle && (!seeded || owed || next_ns < 0)) {
    if (!seeded && next_ns >= 0 && next_ns <= vm_monotonic_ns(vm)) return true;
    *end = SCHED_RESTING;
    return !rest(w);
  }
  if (!seeded || owed) { // seeded: exactly one of the other thread and this one runs
    sleep_until(w, seeded ? -1 : next_ns, limits->deadline_ns);
    return true;
  }
  if (next_ns < 0) return atomic_load(&w->posts) != NULL; // W3
  if (next_ns > vm->clock.virtual_ns) vm->clock.virtual_ns = next_ns;
  return true;
}

int sched_wake_fd(Vm *vm) { return vm->schedulers->scheduler.wake_fd; }

void sched_rest(Vm *vm) {
  Scheduler *w = &vm->schedulers->scheduler;
  bool idle = rest(w);
  atomic_store(&w->sleeping, true);
  if (!idle || w->picker->count || (vm->options.seeded && timer_next_ns(vm, w->worker->wheel) >= 0)) sched_wake(vm);
}

int64_t sched_next_timer_ns(Vm *vm) { return timer_next_ns(vm, vm->schedulers->scheduler.worker->wheel); }

// The deadline is looked at after every slice of a limited run: a clock reading beside thousands of reductions.
static bool limit_reached(Scheduler *w, const SchedLimits *limits, SchedEnd *end) {
  if (limits->done && *limits->done) *end = SCHED_DONE;
  else if (limits->reductions && w->reduction_count >= limits->reductions) *end = SCHED_REDUCTIONS;
  else if (limits->deadline_ns >= 0 && host_monotonic_ns() >= limits->deadline_ns) *end = SCHED_TIME;
  else return false;
  return true;
}

// What need not be looked at in every round of a busy worker.
static void housekeeping(Scheduler *w) {
  watch_look(w);
  sched_follow_sometimes(w->worker->vm);
  if (w->worker->vm->hooks.between) w->worker->vm->hooks.between(w->worker);
}

SchedEnd sched_run_limited(Vm *vm, const SchedLimits *wanted) {
  static const SchedLimits NO_LIMITS = {.deadline_ns = -1};
  const SchedLimits *limits = wanted ? wanted : &NO_LIMITS;
  Scheduler *w = &vm->schedulers->scheduler;
  SchedEnd end;
  w->reduction_count = 0;
  if (atomic_exchange(&w->sleeping, false)) drain_wake_fd(w); // the run before came to rest
  while (!atomic_load_explicit(&vm->stopping, memory_order_relaxed)) {
    do_posts(w);
    timer_run_due(vm);
    if (wanted && limits->done && *limits->done) return SCHED_DONE;
    Process *p = w->picker->next(w->picker);
    if (p) {
      w->switch_count++;
      run(w, p);
      if (UNLIKELY((w->switch_count & (HOUSEKEEPING_ROUNDS - 1)) == 0)) housekeeping(w);
    } else if (!idle(w, limits, &end)) {
      if (end == SCHED_DEADLOCK) report_deadlock(vm);
      return end;
    }
    if (wanted && limit_reached(w, limits, &end)) return end;
  }
  return SCHED_STOPPED;
}

SchedEnd sched_run(Vm *vm) { return sched_run_limited(vm, NULL); }
