// SPDX-License-Identifier: Apache-2.0
//
// What natives are written with; the convention itself stands in vm/code/native.h.
#ifndef JOIST_NATIVE_NATIVE_API_H
#define JOIST_NATIVE_NATIVE_API_H

#include <stdarg.h>
#include "vm/engine/engine.h"
#include "vm/term/binary.h"
#include "vm/term/compare.h"
#include "vm/term/map.h"
#include "vm/term/number.h"

// Argument or scratch word i. Assignable: what a yield shall keep is written back. Read it again after native_reserve.
static inline Term *native_arg_place(Process *p, unsigned i) { return &p->args[-(ptrdiff_t)i]; }
#define ARG(i) (*native_arg_place(p, (i)))

static inline const TermContext *native_context(Process *p) { return &p->vm->context; }

// Room for `words`. GC: may. False: return T_NONE at once.
// A macro, as the hostile build wants to know the place.
#define native_reserve(p, words) process_reserve((p), (words))
#define NATIVE_RESERVE(words) \
  do { \
    if (UNLIKELY(!native_reserve(p, (words)))) return T_NONE; \
  } while (0)

// Raises class error. Return what it answers.
static inline Term native_error(Process *p, Term reason) {
  p->exc_class = ATOM_error;
  p->exc_reason = reason;
  p->exc_trace = T_NONE;
  return T_NONE;
}
// Raises :system_limit of that limit.
static inline Term native_limit(Process *p, LimitId limit) {
  native_error(p, ATOM_system_limit);
  p->exc_trace = term_small(limit);
  return T_NONE;
}
static inline Term native_raise(Process *p, Term class_, Term reason, Term trace) {
  p->exc_class = class_;
  p->exc_reason = reason;
  p->exc_trace = trace;
  return T_NONE;
}
static inline Term native_badarg(Process *p) { return native_error(p, ATOM_badarg); }
// Reason {tag, value}. GC: may.
Term native_error_about(Process *p, Term tag, Term value);

// Charges work: one reduction for about 100 ns. True: the slice is over, a native that can should yield.
static inline bool native_charge(Process *p, size_t reductions) {
  p->reductions -= (int64_t)reductions;
  return p->reductions <= 0;
}
// Ends the slice; the native is called again with its words as they are. Return what it answers.
static inline Term native_yield(Process *p) {
  vm_engine_run(p->vm)->action = NATIVE_YIELD;
  return T_YIELD;
}
// Leaves to wait; the native is called again when the process is woken. Return what it answers.
static inline Term native_wait(Process *p) {
  vm_engine_run(p->vm)->action = NATIVE_WAIT;
  return T_YIELD;
}
// --- long work
//
// More than NATIVE_LONG reductions (1 ms) at a stretch are no scheduler's business. A native that can cut its work into pieces yields
// between them; another asks with what it knows of its operands' sizes and goes to a dirty thread:
//     if (native_is_long(p, cost)) return native_go_dirty(p);
// It is then called again from the start, there, from a guard too.
enum {
  NATIVE_LONG = 10000,
  TERM_SHIFT = 4, // words of a term that is walked: 6 ns each
  BYTE_SHIFT = 9, // bytes that are copied or looked through: 0.2 ns each
};
// Does it run where it may take its time?
static inline bool native_is_dirty(Process *p) { return !engine_has_dirty(p); }
static inline Term native_go_dirty(Process *p) {
  vm_engine_run(p->vm)->action = NATIVE_DIRTY;
  return T_YIELD;
}
// The same for what may wait for the system, as NATIVE_BLOCKING natives do: there are more threads for that.
static inline Term native_go_blocking(Process *p) {
  vm_engine_run(p->vm)->action = NATIVE_DIRTY_BLOCKS;
  return T_YIELD;
}
static inline bool native_may_leave(Process *p) { return !native_is_dirty(p); }
static inline bool native_is_long(Process *p, size_t reductions) { return UNLIKELY(reductions > NATIVE_LONG) && native_may_leave(p); }
// Around a call of the system that may wait for ever: nobody waits for this thread meanwhile, and what was found in shared tables before is
// not used after it.
void native_blocking_begin(Process *p);
void native_blocking_end(Process *p);
// Charges a piece of work. True: the slice is over, or the next piece would have a large heap collected here: keep where it is and yield. On a
// dirty thread it goes on.
static inline bool native_charge_piece(Process *p, size_t reductions) {
  bool over = native_charge(p, reductions);
  if (UNLIKELY(process_is_large_and_full(p)) && engine_has_dirty(p)) return true;
  return over && !vm_worker(p->vm)->is_dirty;
}
// Would making room for so much have a large heap collected here? Then a native that has kept where it is goes to a dirty thread before.
static inline bool native_room_is_long(Process *p, size_t words) {
  return UNLIKELY(process_may_be_large(p)) && heap_free_words(&p->memory) < words + HEAP_SLACK_WORDS && process_is_large(p) && native_may_leave(p);
}
// Charges, or leaves for a dirty thread: for natives whose operands say beforehand what they take.
#define NATIVE_COSTS(reductions) \
  do { \
    size_t cost_ = (reductions); \
    if (native_is_long(p, cost_)) return native_go_dirty(p); \
    native_charge(p, cost_); \
  } while (0)
// Somebody wants to end or ask the process: a long native on a dirty thread looks now and then, and yields.
static inline bool native_has_signals(Process *p) {
  return (atomic_load_explicit(&p->state, memory_order_relaxed) & (STATE_SIGNALS | STATE_KEPT | STATE_DOOMED)) != 0 ||
         atomic_load_explicit(&p->vm->stopping, memory_order_relaxed);
}
// How many words of terms a walk may look at here (compare_terms_within and its kin); on a dirty thread INT64_MAX, which they count down from
// exactly.
size_t native_work_allowed(Process *p);
// Elements of a list, as far as a scheduler's thread may count them; of a longer one so many that as many words >> TERM_SHIFT are long
// (native_is_long). (What is no proper list is counted up to its end.)
size_t native_length_within(Process *p, Term list);
// Words of a copy of t; on a scheduler's thread it stops when they are too many for one, and answers as above.
size_t native_term_words(Process *p, Term t);

// Was this call begun before, and did it yield? The engine clears the flag when it calls again, so natives keep their
// own state in scratch words, which start as [].

// Goes on as module.name(args…): the arguments are written into this native's window first. Return what it answers.
Term native_call(Process *p, Export *export, uint32_t arg_count, ...);
// The same with a fun; its arguments follow.
Term native_call_fun(Process *p, Term fun, uint32_t arg_count, ...);
// The same with arguments that already stand in the window from ARG(0) on.
Term native_call_placed(Process *p, Export *export, Term fun, uint32_t arg_count);
Export *native_export(Process *p, Term module, Term name, uint32_t arity);

// --- small helpers that many natives share
static inline Term native_bool(bool b) { return b ? ATOM_true : ATOM_false; }
static inline Term native_pair(Process *p, Term a, Term b) { // 3 words reserved
  Term t, *items = heap_tuple(&p->heap, 2, &t);
  items[0] = a;
  items[1] = b;
  return t;
}
enum { PAIR_WORDS = 3 };
// A new binary of those bytes. GC: may; no term is kept by the caller. Fails: T_NONE, raised.
Term native_binary(Process *p, const void *bytes, size_t size);
// A list of code points of UTF-8 text (as far as it is valid). GC, Fails: as above.
Term native_char_list(Process *p, const char *text, size_t size);
// {ok, value}; value must be immediate or rooted elsewhere… it is kept across the reserve here. GC: may.
Term native_ok(Process *p, Term value);
// {error, reason atom}. GC: may.
Term native_failed(Process *p, Term reason);
// The small non-negative integer in t, or false.
static inline bool native_count(Term t, uint64_t *value) {
  if (!term_is_small(t) || small_value(t) < 0) return false;
  *value = (uint64_t)small_value(t);
  return true;
}
// Length of a proper list, or -1.
static inline int64_t native_list_length(Term list) {
  int64_t n = 0;
  for (; term_is_cons(list); list = cons_tail(list)) n++;
  return list == T_NIL ? n : -1;
}

#endif
