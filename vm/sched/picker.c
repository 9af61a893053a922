// SPDX-License-Identifier: Apache-2.0
//
// Who runs next.
//
// Fair: one queue a priority, first in first out. The highest that is not empty is served, but nobody starves: a lower queue that
// was passed over PATIENCE times in a row is served once. (max and high are there to go first, not to
// shut out; a low process gets at least one slice in nine beside normal ones.)
//
// Seeded: all runnable processes stand in one array, the next one and the length of its slice are drawn. Priorities do not
// count: a program that is right only because of them is wrong, and this is where that shows.
#include "vm/sched/picker.h"

static const uint32_t PATIENCE[PRIORITY_COUNT] = {0, 64, 64, 8};

static void fair_add(Picker *k, Process *p, Priority priority) { fair_picker_add((FairPicker *)k, p, priority); }

static void fair_remove(Picker *k, Process *p) {
  FairPicker *f = (FairPicker *)k;
  if (p->run_prev) p->run_prev->run_next = p->run_next;
  else f->first[p->slice_priority] = p->run_next;
  if (p->run_next) p->run_next->run_prev = p->run_prev;
  else f->last[p->slice_priority] = p->run_prev;
  if (!f->first[p->slice_priority]) f->waiting &= ~(1u << p->slice_priority);
  p->run_next = p->run_prev = NULL;
  picker_grow(k, (size_t)-1);
}

Process *fair_picker_next_slow(FairPicker *f) {
  Picker *k = &f->picker;
  int chosen = -1;
  for (int i = 0; i < PRIORITY_COUNT; i++) {
    if (!f->first[i]) continue;
    if (chosen < 0) chosen = i;
    else if (++f->passed_over[i] > PATIENCE[i]) chosen = i;
  }
  if (chosen < 0) return NULL;
  f->passed_over[chosen] = 0;
  Process *p = f->first[chosen];
  fair_remove(k, p);
  return p;
}

static Process *fair_next(Picker *k) { return fair_picker_next((FairPicker *)k); }

static int64_t fair_slice(Picker *k) {
  (void)k;
  return SLICE_REDUCTIONS;
}

static bool fair_reserve(Picker *k, size_t count) { // its queues are links in the processes
  (void)k, (void)count;
  return true;
}

Picker *picker_fair_new(const Alloc *alloc) {
  FairPicker *f = alloc_zero(alloc, sizeof *f);
  if (!f) return NULL;
  f->picker = (Picker){fair_add, fair_remove, fair_next, fair_slice, fair_reserve, sizeof *f, 0};
  return &f->picker;
}

typedef struct SeededPicker {
  Picker picker;
  const Alloc *alloc;
  VmRandom *random;
  Process **ready;
  size_t capacity;
} SeededPicker;

static bool seeded_reserve(Picker *k, size_t count) {
  SeededPicker *s = (SeededPicker *)k;
  if (count <= s->capacity) return true;
  size_t capacity = s->capacity ? s->capacity : 64;
  while (capacity < count) capacity *= 2;
  Process **grown = alloc_grow(s->alloc, s->ready, s->capacity * sizeof *grown, capacity * sizeof *grown);
  if (!grown) return false;
  s->ready = grown;
  s->capacity = capacity;
  return true;
}

static void seeded_add(Picker *k, Process *p, Priority priority) {
  SeededPicker *s = (SeededPicker *)k;
  p->slice_priority = (uint8_t)priority;
  CHECK(picker_count(k) < s->capacity); // seeded_reserve saw to it
  p->run_position = picker_count(k);
  s->ready[p->run_position] = p;
  picker_grow(k, 1);
}

static void seeded_remove(Picker *k, Process *p) {
  SeededPicker *s = (SeededPicker *)k;
  picker_grow(k, (size_t)-1);
  Process *last = s->ready[picker_count(k)];
  s->ready[p->run_position] = last;
  last->run_position = p->run_position;
}

static Process *seeded_next(Picker *k) {
  SeededPicker *s = (SeededPicker *)k;
  if (picker_count(k) == 0) return NULL;
  Process *p = s->ready[vm_random_below(s->random, picker_count(k))];
  seeded_remove(k, p);
  return p;
}

static int64_t seeded_slice(Picker *k) { return 1 + (int64_t)vm_random_below(((SeededPicker *)k)->random, SEEDED_SLICE_REDUCTIONS); }

Picker *picker_seeded_new(const Alloc *alloc, VmRandom *random) {
  SeededPicker *s = alloc_zero(alloc, sizeof *s);
  if (!s) return NULL;
  s->picker = (Picker){seeded_add, seeded_remove, seeded_next, seeded_slice, seeded_reserve, sizeof *s, 0};
  s->alloc = alloc;
  s->random = random;
  return &s->picker;
}

void picker_free(const Alloc *alloc, Picker *k) {
  if (!k) return;
  if (k->next == seeded_next) {
    SeededPicker *s = (SeededPicker *)k;
    alloc_put(alloc, s->ready, s->capacity * sizeof *s->ready);
  }
  alloc_put(alloc, k, k->size_bytes);
}
