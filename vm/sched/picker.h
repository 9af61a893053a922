// SPDX-License-Identifier: Apache-2.0
//
// The two implementations of Picker (sched.h).
#ifndef JOIST_SCHED_PICKER_H
#define JOIST_SCHED_PICKER_H

#include "vm/sched/sched.h"

// Only who holds the queue writes: no read-modify-write is needed.
static inline void picker_grow(Picker *k, size_t by) { atomic_store_explicit(&k->count, picker_count(k) + by, memory_order_relaxed); }

// In turn, by priority. Here, as every message and every slice goes through it.
typedef struct FairPicker {
  Picker picker;
  uint32_t waiting; // bit: that priority's queue is not empty
  Process *first[PRIORITY_COUNT], *last[PRIORITY_COUNT];
  uint32_t passed_over[PRIORITY_COUNT];
} FairPicker;

static inline void fair_picker_add(FairPicker *f, Process *p, Priority priority) {
  p->slice_priority = (uint8_t)priority;
  p->run_next = NULL;
  p->run_prev = f->last[priority];
  if (p->run_prev) p->run_prev->run_next = p;
  else f->first[priority] = p;
  f->last[priority] = p;
  f->waiting |= 1u << priority;
  picker_grow(&f->picker, 1);
}
Process *fair_picker_next_slow(FairPicker *f);
static inline Process *fair_picker_next(FairPicker *f) {
  if (UNLIKELY(f->waiting != 1u << PRIORITY_NORMAL)) return fair_picker_next_slow(f);
  Process *p = f->first[PRIORITY_NORMAL], *next = p->run_next;
  f->first[PRIORITY_NORMAL] = next;
  if (next) {
    next->run_prev = NULL;
  } else {
    f->last[PRIORITY_NORMAL] = NULL;
    f->waiting = 0;
  }
  f->passed_over[PRIORITY_NORMAL] = 0;
  picker_grow(&f->picker, (size_t)-1);
  return p;
}

// Fails: NULL.
Picker *picker_fair_new(const Alloc *alloc);
// Drawn by `random`, slices too. Fails: NULL.
Picker *picker_seeded_new(const Alloc *alloc, VmRandom *random);
void picker_free(const Alloc *alloc, Picker *k);

#endif
