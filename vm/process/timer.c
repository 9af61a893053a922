// SPDX-License-Identifier: Apache-2.0
//
// Timers as programs know them: a reference, a receiver, a message; and the timeouts of receives. With several workers too.
//
// A timer is started in the wheel of the worker that runs the process, and stays there while the process goes elsewhere. Each wheel has a
// lock, which only one thread ever wants most of the time. The owner takes what is due out under the lock and fires it outside of it.
//
// From a reference to its wheel: the numbers of references are given out in lanes (worker.h), one for each scheduler worker, so the
// number says whose table to look into. Nothing is shared that is not one worker's.
//
// A lost race (T5). Between being taken out and its message being delivered a timer is in no table. Who looks for it then from another worker
// waits until that batch is delivered (LOCK_FIRING), so that the usual "cancel, and if there was none take the message out of the mailbox"
// finds it there.
//
// Timeouts of receives. The process owns the timer when the receive ends, the worker when it fires; who of them comes second frees it.
// That is decided by one exchange of `fate`:
//
//   the worker, for a timer that it has taken out    the process, at the end of its receive
//   FIRED; it was OPEN:  the process's from now on   FIRED already: free it, no lock is taken
//          it was ENDED: free it                     still armed: cancel it under the lock, free it
//                                                    else ENDED; it was OPEN:  the worker frees it
//                                                                it was FIRED: free it
//
// After that the worker knows the pid alone. It sets STATE_TIMED_OUT and wakes; by then the process may be in its next receive. So
// that bit only says that it is worth looking: whether a receive timed out is the fate of its own timer (mailbox_timed_out).
#include "vm/process/timer.h"

#include "vm/process/bound.h"
#include "vm/process/extra.h"
#include "vm/process/long_copy.h"
#include "vm/process/mailbox.h"
#include "vm/process/registry.h"
#include "vm/process/signal.h"
#include "vm/term/copy.h"

#define MS_NS 1000000

static void free_timer(Vm *vm, Timer *t) {
  if (t->message) vm_fragment_free(vm, t->message);
  alloc_put(&vm->alloc, t, sizeof *t);
}

static inline void lock(Vm *vm, TimerWheel *w) {
  if (UNLIKELY(vm->shared)) lock_take(&timer_wheel_gate(w)->wheel);
}
static inline void unlock(Vm *vm, TimerWheel *w) {
  if (UNLIKELY(vm->shared)) lock_give(&timer_wheel_gate(w)->wheel);
}

// --- the wheels of a VM

static TimerWheel *wheel_at(const Vm *vm, uint64_t index) {
  return index < vm->options.schedulers ? atomic_load_explicit(&vm->wheels[index], memory_order_acquire) : NULL;
}

bool timers_init(Vm *vm) {
  vm->wheels = alloc_zero(&vm->alloc, vm->options.schedulers * sizeof *vm->wheels);
  return vm->wheels != NULL;
}

TimerWheel *timers_wheel_for(Vm *vm, uint32_t worker_index) {
  TimerWheel *w = wheel_at(vm, worker_index);
  if (w || worker_index >= vm->options.schedulers) return w;
  w = timer_wheel_new(&vm->alloc, vm_monotonic_ns(vm), (uint16_t)worker_index);
  atomic_store_explicit(&vm->wheels[worker_index], w, memory_order_release);
  return w;
}

static void drop(void *state, Timer *t) { free_timer(state, t); }

void timers_free(Vm *vm) {
  if (!vm->wheels) return;
  for (uint32_t i = 0; i < vm->options.schedulers; i++) timer_wheel_free(wheel_at(vm, i), drop, vm);
  alloc_put(&vm->alloc, vm->wheels, vm->options.schedulers * sizeof *vm->wheels);
  vm->wheels = NULL;
}

bool timers_walk(Vm *vm, TimerPlace *at, size_t *budget, void (*visit)(void *state, const Timer *t), void *state) {
  for (; at->wheel < vm->options.schedulers; at->wheel++, at->chain = 0) {
    TimerWheel *w = wheel_at(vm, at->wheel);
    if (!w) continue;
    lock(vm, w);
    bool more = timer_wheel_walk(w, &at->chain, budget, visit, state);
    unlock(vm, w);
    if (more) return true;
  }
  return false;
}

// --- by reference

static Term timeout_tuple(TermHeap *heap, uint64_t number, Term message) {
  Term ref = heap_ref(heap, number, 0), tuple, *items = heap_tuple(heap, 3, &tuple);
  items[0] = ATOM_timeout;
  items[1] = ref;
  items[2] = message;
  return tuple;
}

// {:timeout, ref, message}, or the message alone. NULL: no memory, or it has more words than `most`.
static HeapFragment *timer_message(Process *p, uint64_t number, Term message, bool wrap, size_t most) {
  Vm *vm = p->vm;
  HeapFragment *made = long_copy_take(p);
  if (UNLIKELY(made)) {
    TermHeap room = long_copy_room(made);
    if (wrap) fragment_close(made, &room, timeout_tuple(&room, number, made->term));
    return made;
  }
  if (!wrap) return vm_fragment_copy_within(vm, message, most);
  size_t words = 0;
  if (term_is_pointer(message) && (size_term_within(&vm->context, message, most, &words) != STATUS_OK || words > most)) return NULL;
  if (!account_allows(&vm->account, words * sizeof(Term))) return NULL;
  HeapFragment *m = vm_fragment_new(vm, words + 4 + REF_WORDS);
  if (!m) return NULL;
  TermHeap heap = fragment_heap(m);
  if (words) message = term_copy(&vm->context, &heap, message);
  fragment_close(m, &heap, timeout_tuple(&heap, number, message));
  return m;
}

// Into the calling worker's wheel. False: no memory.
static inline bool arm(Vm *vm, Timer *t, int64_t now_ns, int64_t deadline_ns) {
  TimerWheel *w = vm_worker(vm)->wheel;
  lock(vm, w);
  bool armed = timer_wheel_add(w, t, now_ns, deadline_ns);
  unlock(vm, w);
  return armed;
}

Term timer_start(Process *p, int64_t ms, bool absolute, Term to, Term message, bool wrap) {
  Vm *vm = p->vm;
  if (!term_is_pid(to) && !term_is_atom(to)) return T_NONE;
  if (!absolute && (ms < 0 || ms > INT64_MAX / MS_NS / 4)) return T_NONE;
  if (ms > INT64_MAX / MS_NS / 4 || ms < INT64_MIN / MS_NS / 4) return T_NONE;
  uint64_t number = vm_next_ref(vm);
  Timer *t = alloc_zero(&vm->alloc, sizeof *t);
  if (!t) return T_NONE;
  t->ref_number = number;
  t->to = to;
  t->message = timer_message(p, number, message, wrap, COPY_HERE_WORDS);
  if (UNLIKELY(!t->message)) {
    if (long_copy_may_leave(p)) {
      free_timer(vm, t);
      return T_YIELD;
    }
    t->message = timer_message(p, number, message, wrap, SIZE_MAX);
  }
  int64_t now = vm_monotonic_ns(vm);
  if (t->message) t->message->kind = SIGNAL_MESSAGE;
  if (!t->message || !arm(vm, t, now, ms * MS_NS + (absolute ? 0 : now))) {
    free_timer(vm, t);
    return T_NONE;
  }
  mailbox_note_ref(p, number);
  return process_wrap_ref(p, number, false);
}

static int64_t ms_left(Vm *vm, const Timer *t) {
  int64_t left = t->deadline_ns - vm_monotonic_ns(vm);
  return left <= 0 ? 0 : timer_ms_ceil(left);
}

// Answers what is left of a reference's timer and takes it away, if wanted. One whose receiver ended is no timer any more: it goes.
static int64_t ask(Vm *vm, Term ref, bool cancel) {
  if (!term_is_ref(ref)) return -1;
  uint64_t number = boxed_ptr(ref)[1];
  TimerWheel *w = wheel_at(vm, vm->shared ? vm_ref_lane(vm, number) : 0);
  if (!w) return -1;
  lock(vm, w);
  Timer *t = timer_wheel_find(w, number);
  int64_t left = -1;
  bool dead = t && term_is_pid(t->to) && !process_find(vm, t->to), found = t != NULL;
  if (t && !dead) left = ms_left(vm, t);
  if (dead || cancel) {
    if (t) timer_wheel_cancel(w, t);
  } else {
    t = NULL;
  }
  unlock(vm, w);
  if (t) free_timer(vm, t);
  if (!found && vm->shared && w != vm_worker(vm)->wheel) { // T5
    lock_take(&timer_wheel_gate(w)->firing);
    lock_give(&timer_wheel_gate(w)->firing);
  }
  return left;
}

int64_t timer_cancel(Vm *vm, Term ref) { return ask(vm, ref, true); }
int64_t timer_read(Vm *vm, Term ref) { return ask(vm, ref, false); }

// --- timeouts of receives

Timer *timer_start_timeout(Process *p, int64_t ms) {
  Vm *vm = p->vm;
  Timer *t = alloc_zero(&vm->alloc, sizeof *t);
  if (!t) return NULL;
  t->to = p->pid;
  int64_t now = vm_monotonic_ns(vm);
  CHECK(arm(vm, t, now, now + ms * MS_NS)); // without a reference there is always room
  return t;
}

bool timer_has_fired(const Timer *t) { return atomic_load_explicit(&t->fate, memory_order_acquire) == TIMER_FIRED; }

void timer_end_timeout(Vm *vm, Timer *t) {
  if (!timer_has_fired(t)) {
    TimerWheel *w = wheel_at(vm, t->wheel);
    lock(vm, w);
    bool won = timer_wheel_cancel(w, t);
    unlock(vm, w);
    if (!won && atomic_exchange_explicit(&t->fate, TIMER_ENDED, memory_order_acq_rel) != TIMER_FIRED) return;
  }
  alloc_put(&vm->alloc, t, sizeof *t);
}

// t is not the caller's afterwards. False: it was ended.
static bool hand_over(Vm *vm, Timer *t) {
  if (LIKELY(!vm->shared)) {
    atomic_store_explicit(&t->fate, TIMER_FIRED, memory_order_relaxed);
    return true;
  }
  if (atomic_exchange_explicit(&t->fate, TIMER_FIRED, memory_order_acq_rel) != TIMER_ENDED) return true;
  alloc_put(&vm->alloc, t, sizeof *t);
  return false;
}

// --- firing

static void fire(Vm *vm, Timer *t) {
  if (!t->message) {
    Term pid = t->to;
    Process *p = hand_over(vm, t) ? process_find(vm, pid) : NULL;
    if (!p) return;
    atomic_fetch_or_explicit(&p->state, STATE_TIMED_OUT, memory_order_acq_rel);
    process_wake(p);
    return;
  }
  if (UNLIKELY(vm->searches)) vm->hooks.search_message(vm, t->message); // the search may come to this wheel only later
  Term pid = term_is_atom(t->to) ? registry_whereis(vm, t->to) : t->to;
  Process *p = pid == T_NONE ? NULL : process_find(vm, pid);
  if (p && (!(atomic_load_explicit(&p->state, memory_order_acquire) & STATE_BOUNDED) || bound_admits_foreign(p, t->message))) {
    signal_push(vm, p, t->message);
    t->message = NULL;
  }
  free_timer(vm, t);
}

// Of one tick. Answers how many there were.
static size_t fire_next(Vm *vm, TimerWheel *w, int64_t now_ns, size_t *budget) {
  size_t fired = 0;
  lock(vm, w);
  Timer *due = timer_wheel_take(w, now_ns, budget);
  unlock(vm, w);
  for (Timer *next; due; due = next) {
    next = due->next;
    fired++;
    fire(vm, due);
  }
  return fired;
}

size_t timer_fire_due(Vm *vm, TimerWheel *w) {
  int64_t now = vm_monotonic_ns(vm);
  if (!timer_wheel_is_due(w, now)) return 0;
  // Who runs next must not wait for a million timers; with a seed the clock stands, and all of a moment fire at once.
  size_t budget = vm->options.seeded ? SIZE_MAX : TIMER_BATCH, fired = 0;
  if (vm->shared) lock_take(&timer_wheel_gate(w)->firing);
  for (size_t n; (n = fire_next(vm, w, now, &budget)) != 0;) fired += n;
  if (vm->shared) lock_give(&timer_wheel_gate(w)->firing);
  return fired;
}

int64_t timer_next_ns(Vm *vm, TimerWheel *w) {
  if (timer_wheel_count(w) == 0) return -1;
  lock(vm, w);
  int64_t next = timer_wheel_next_ns(w);
  unlock(vm, w);
  return next;
}
