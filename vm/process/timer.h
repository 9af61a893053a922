// SPDX-License-Identifier: Apache-2.0
//
// Timers: a hierarchical wheel per worker, one tick a millisecond.
//
//  T1  A timer never fires early. Timers of one tick fire by deadline, then in the order they were started.
//  T2  Fired or cancelled, never both: cancelling answers whether it won.
//  T3  A timer to a pid that ended fires at nobody and is not found any more; one to a name fires at whoever then has it.
#ifndef JOIST_PROCESS_TIMER_H
#define JOIST_PROCESS_TIMER_H

#include "vm/base/alloc.h"
#include "vm/term/term.h"

typedef struct Vm Vm;
typedef struct Process Process;
typedef struct Timer Timer;
typedef struct TimerWheel TimerWheel;

// --- the wheel alone
typedef void (*TimerFire)(void *state, Timer *t); // owns t from here on
enum { TIMER_LEVELS = 7, TIMER_SLOT_SHIFT = 6, TIMER_SLOTS = 1 << TIMER_SLOT_SHIFT };
struct Timer {
  Timer *next, *prev;   // in its slot; prev NULL and not armed: in none
  int64_t deadline_ns;
  uint64_t sequence;    // order of starting
  uint64_t ref_number;  // as the program knows it; of a receive's timeout: 0
  Term to;              // pid or name
  struct HeapFragment *message; // owned; NULL: a receive's timeout
  Timer *hash_next;     // by ref_number
  uint8_t level, slot;
  bool armed;
};
TimerWheel *timer_wheel_new(const Alloc *alloc, int64_t now_ns);
void timer_wheel_free(TimerWheel *w, TimerFire drop, void *state);
// Room for one more timer with a reference. Fails: false.
bool timer_wheel_reserve_ref(TimerWheel *w);
// The armed timer of a reference, or NULL.
Timer *timer_wheel_find(const TimerWheel *w, uint64_t ref_number);
// Owns: the wheel holds t until it fires or is cancelled. With a ref_number: after timer_wheel_reserve_ref.
void timer_wheel_add(TimerWheel *w, Timer *t, int64_t deadline_ns);
// False: it had fired (or was never armed).
bool timer_wheel_cancel(TimerWheel *w, Timer *t);
// Fires all that are due. `fire` may add timers and must not cancel any. Answers how many.
size_t timer_wheel_advance(TimerWheel *w, int64_t now_ns, TimerFire fire, void *state);
// When to advance next, at the latest; -1: no timer.
int64_t timer_wheel_next_ns(const TimerWheel *w);
size_t timer_wheel_count(const TimerWheel *w);
void timer_wheel_each(const TimerWheel *w, void (*visit)(void *state, const Timer *t), void *state);

// --- what programs do. Words: REF_WORDS must be reserved by the caller for the answer.
// Sends `message` (wrap: {:timeout, ref, message}) to `to` (pid or registered name) in ms (absolute: at that monotonic
// millisecond). Answers the reference; T_NONE: badarg or no memory.
Term timer_start(Process *p, int64_t ms, bool absolute, Term to, Term message, bool wrap);
// Milliseconds left, or -1: no such timer.
int64_t timer_cancel(Vm *vm, Term ref);
int64_t timer_read(Vm *vm, Term ref);
// Fires what is due. Scheduler thread.
size_t timer_run_due(Vm *vm);
// Milliseconds as timers count them, from the VM's clock.
static inline int64_t timer_ms_ceil(int64_t ns) { return (ns + 999999) / 1000000; }

#endif
