// SPDX-License-Identifier: Apache-2.0
//
// The two implementations of Picker (sched.h).
#ifndef JOIST_SCHED_PICKER_H
#define JOIST_SCHED_PICKER_H

#include "vm/sched/sched.h"

// Only who holds the queue writes: no read-modify-write is needed.
static inline void picker_grow(Picker *k, size_t by) { atomic_store_explicit(&k->count, picker_count(k) + by, memory_order_relaxed); }

// In turn, by priority, and within a priority those that were woken before those that compute (picker.c). Here, as every message and every
// slice goes through it.
enum {
  BACKGROUND = PRIORITY_COUNT,        // added to a priority: the line of its background
  LINE_COUNT = 2 * PRIORITY_COUNT,
  FOREGROUND_WORK = SLICE_REDUCTIONS, // what the foreground may use before it owes the background a slice
  FOREGROUND_DEBT_MAX = 2 * SLICE_REDUCTIONS,
};
typedef struct FairPicker {
  Picker picker;
  uint32_t waiting; // bit: that line is not empty
  struct {
    Process *first, *last;
  } lines[LINE_COUNT]; // the foregrounds by priority, then the backgrounds
  size_t background;   // processes in the backgrounds
  uint32_t left_front; // processes taken from foregrounds while there was a background: those before a run_turn
  uint32_t passed_over[PRIORITY_COUNT];
  // How much more than its background a priority's foreground has used (P3). Counted while there is a background alone.
  int64_t work[PRIORITY_COUNT];
  uint32_t begins;      // bit: that priority's background was empty until now: what was used before does not count
  uint8_t served;       // line of who was taken last by fair_picker_next_slow
  uint64_t seen;        // *used then
  const uint64_t *used; // reductions that its worker has used (owner alone)
} FairPicker;

static inline void fair_picker_append(FairPicker *f, Process *p, uint32_t line) {
  p->run_line = (uint8_t)line;
  p->run_next = NULL;
  p->run_prev = f->lines[line].last;
  if (p->run_prev) p->run_prev->run_next = p;
  else f->lines[line].first = p;
  f->lines[line].last = p;
  f->waiting |= 1u << line;
  picker_grow(&f->picker, 1);
}
// Who was woken, or is new.
static inline void fair_picker_add(FairPicker *f, Process *p, Priority priority) { fair_picker_append(f, p, priority); }
// Who used up its slice.
void fair_picker_add_preempted(FairPicker *f, Process *p, Priority priority);
// To the line that it stood in before, of another queue.
void fair_picker_add_moved(FairPicker *f, Process *p);

// Thread: the owner, as it tells from what was used since who is to be next.
Process *fair_picker_next_slow(FairPicker *f);
// Takes the first of normal's foreground, which is not empty. others: what `waiting` is without that.
static inline Process *fair_picker_take_normal(FairPicker *f, uint32_t others) {
  Process *p = f->lines[PRIORITY_NORMAL].first, *next = p->run_next;
  f->lines[PRIORITY_NORMAL].first = next;
  if (next) {
    next->run_prev = NULL;
  } else {
    f->lines[PRIORITY_NORMAL].last = NULL;
    f->waiting = others;
  }
  f->passed_over[PRIORITY_NORMAL] = 0;
  picker_grow(&f->picker, (size_t)-1);
  return p;
}
static inline Process *fair_picker_next(FairPicker *f) {
  return LIKELY(f->waiting == 1u << PRIORITY_NORMAL) ? fair_picker_take_normal(f, 0) : fair_picker_next_slow(f);
}
// For another worker: half of those that wait, from foreground and background alike, the longest waiting of each first, and the
// foreground's before the background's. At most `max`; answers how many. Thread: any, with the queue's lock.
size_t fair_picker_take_half(FairPicker *f, Process **taken, size_t max);

// used: reductions that the owner has used; it outlives the picker. Fails: NULL.
Picker *picker_fair_new(const Alloc *alloc, const uint64_t *used);
// Drawn by `random`, slices too. Fails: NULL.
Picker *picker_seeded_new(const Alloc *alloc, VmRandom *random);
void picker_free(const Alloc *alloc, Picker *k);

#endif
