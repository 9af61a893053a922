// SPDX-License-Identifier: Apache-2.0
//
// Timers: a hierarchical wheel per scheduler worker, eight ticks a millisecond: how late who sleeps for one is woken.
//
//  T1  A timer never fires early. Timers of one worker and one tick fire by deadline, then in the order they were started.
//  T2  Fired or cancelled, never both: cancelling answers whether it won.
//  T3  A timer to a pid that ended fires at nobody and is not found any more; one to a name fires at whoever then has it.
//  T4  A timer lies in the wheel of the worker that started it, and that worker fires it. Any worker may cancel or read it.
//  T5  Who cancels or reads a timer and is told that there is none finds its message delivered, if it fired.
//
// timer_wheel.c is the wheel alone, a structure without concurrency; timer.c has the locks, the references, and what firing does.
#ifndef JOIST_PROCESS_TIMER_H
#define JOIST_PROCESS_TIMER_H

#include "vm/base/alloc.h"
#include "vm/base/lock.h"
#include "vm/term/term.h"

typedef struct Vm Vm;
typedef struct Process Process;
typedef struct Worker Worker;
typedef struct Timer Timer;
typedef struct TimerWheel TimerWheel;

// --- the wheel alone. Under its lock, or alone, but for what says otherwise.
typedef void (*TimerFire)(void *state, Timer *t); // owns t from here on
enum { TIMER_TICK_NS = 125000, TIMER_LEVELS = 7, TIMER_SLOT_SHIFT = 6, TIMER_SLOTS = 1 << TIMER_SLOT_SHIFT };
// How a receive's timeout is decided between the worker that fires it and the process, whichever comes last.
typedef enum TimerFate {
  TIMER_OPEN,
  TIMER_FIRED, // it is the process's
  TIMER_ENDED, // it was taken out to be fired, and the process wants it no more: it is the firing worker's
} TimerFate;
struct Timer {
  Timer *next, *prev;   // in its slot; handed out: next of the list
  int64_t deadline_ns;  // constant once armed, as to, ref_number, wheel
  uint64_t sequence;    // order of starting
  uint64_t ref_number;  // as the program knows it; of a receive's timeout: 0
  Term to;              // pid or name
  struct HeapFragment *message; // owned; NULL: a receive's timeout
  Timer *hash_next;     // by ref_number
  uint16_t wheel;       // index of its worker
  uint16_t slot;
  bool armed;
  _Atomic(uint8_t) fate; // TimerFate, of a receive's timeout (any)
};
_Static_assert(sizeof(Timer) == 72, "a waiting process has one: nine words");

// What others see of a wheel. The locks are taken only while several threads may run processes (vm->shared).
typedef struct TimerGate {
  Lock wheel;
  Lock firing; // T5: held from the taking of timers until what they do is done
  _Atomic(size_t) count; // of armed timers; written under the lock (any: read)
} TimerGate;
static inline TimerGate *timer_wheel_gate(TimerWheel *w) { return (TimerGate *)(void *)w; }
static inline size_t timer_wheel_count(TimerWheel *w) { return atomic_load_explicit(&timer_wheel_gate(w)->count, memory_order_relaxed); }
TimerWheel *timer_wheel_new(const Alloc *alloc, int64_t now_ns, uint16_t index);
void timer_wheel_free(TimerWheel *w, TimerFire drop, void *state);
// The armed timer of a reference, or NULL.
Timer *timer_wheel_find(const TimerWheel *w, uint64_t ref_number);
// Owns: the wheel holds t until it is handed out or cancelled. Thread: the owner. Fails: false: no room for one more reference.
bool timer_wheel_add(TimerWheel *w, Timer *t, int64_t now_ns, int64_t deadline_ns);
// False: it had fired (or was never armed).
bool timer_wheel_cancel(TimerWheel *w, Timer *t);
// Whether there may be something to take. Thread: the owner, without the lock.
bool timer_wheel_is_due(const TimerWheel *w, int64_t now_ns);
// Takes out what is due next, of one tick: a list in order, the caller's. NULL: nothing is due, or *budget, which counts timers looked
// at, is used up. Thread: the owner.
Timer *timer_wheel_take(TimerWheel *w, int64_t now_ns, size_t *budget);
// Takes and fires all that are due. Answers how many. Thread: the owner.
size_t timer_wheel_advance(TimerWheel *w, int64_t now_ns, TimerFire fire, void *state);
// When to advance next, at the latest; -1: no timer.
int64_t timer_wheel_next_ns(const TimerWheel *w);
// Visits the timers with a reference, some chains of the table of references at each call: those from *chain on, until *budget, which counts
// chains and timers, is used up. False: these were all. A timer that was armed when the walk began and still is when it is over was visited,
// whatever is armed, fired and cancelled in between.
bool timer_wheel_walk(const TimerWheel *w, size_t *chain, size_t *budget, void (*visit)(void *state, const Timer *t), void *state);

// --- of a VM
// Room for the wheels of so many scheduler workers. Fails: false.
bool timers_init(Vm *vm);
// Drops what is armed still.
void timers_free(Vm *vm);
// The wheel of a scheduler worker, made when there is none. Fails: NULL.
TimerWheel *timers_wheel_for(Vm *vm, uint32_t worker_index);
// A walk over all timers that have a message, in steps (timer_wheel_walk). Thread: any worker's, one at a time.
typedef struct TimerPlace {
  uint32_t wheel;
  size_t chain;
} TimerPlace;
bool timers_walk(Vm *vm, TimerPlace *at, size_t *budget, void (*visit)(void *state, const Timer *t), void *state);

// --- what programs do. Words: REF_WORDS must be reserved by the caller for the answer. Thread: scheduler workers.
// Sends `message` (wrap: {:timeout, ref, message}) to `to` (pid or registered name) in ms (absolute: at that monotonic
// millisecond). Answers the reference; T_NONE: badarg or no memory; T_YIELD: the message is to be copied elsewhere first (long_copy.h).
Term timer_start(Process *p, int64_t ms, bool absolute, Term to, Term message, bool wrap);
// Milliseconds left, or -1: no such timer (T5).
int64_t timer_cancel(Vm *vm, Term ref);
int64_t timer_read(Vm *vm, Term ref);

// --- timeouts of receives (mailbox.c). Thread: who may touch the process.
// Sets STATE_TIMED_OUT of p and wakes it in so many milliseconds. NULL: no memory. Thread: a scheduler worker.
Timer *timer_start_timeout(Process *p, int64_t ms);
bool timer_has_fired(const Timer *t);
// Fired or not: frees it.
void timer_end_timeout(Vm *vm, Timer *t);

// --- what the scheduler does, each worker for itself
// Fires what is due in the calling worker's own wheel; not seeded: at most TIMER_BATCH, the rest in the next round. Answers how many.
enum { TIMER_BATCH = 1024 };
size_t timer_fire_due(Vm *vm, TimerWheel *own);
static inline size_t timer_run_due(Vm *vm, TimerWheel *own) { return timer_wheel_count(own) ? timer_fire_due(vm, own) : 0; }
// When that must be called next; -1: there is no timer. Thread: any.
int64_t timer_next_ns(Vm *vm, TimerWheel *w);
// Milliseconds as timers count them, from the VM's clock.
static inline int64_t timer_ms_ceil(int64_t ns) { return (ns + 999999) / 1000000; }

#endif
