// SPDX-License-Identifier: Apache-2.0
//
// Free stretches of an address range: sorted, neighbours joined, the first that fits is taken.
//
// For ranges whose pieces come and go as wholes (literal areas, machine code). There are at most one more holes than pieces, so
// who reserves for its pieces when they are made can always give them back. Thread: the owner's.
#ifndef JOIST_BASE_STRETCHES_H
#define JOIST_BASE_STRETCHES_H

#include <string.h>

#include "vm/base/alloc.h"

typedef struct Stretch {
  uintptr_t lo, hi;
} Stretch;

typedef struct Stretches {
  const Alloc *alloc;
  Stretch *items;
  size_t count, capacity;
} Stretches;

static inline void stretches_free(Stretches *s) { alloc_put(s->alloc, s->items, s->capacity * sizeof *s->items); }

// Room for so many holes. False: no memory.
static inline bool stretches_reserve(Stretches *s, size_t count) {
  if (count <= s->capacity) return true;
  size_t capacity = s->capacity ? s->capacity * 2 : 16;
  while (capacity < count) capacity *= 2;
  Stretch *grown = alloc_grow(s->alloc, s->items, s->capacity * sizeof *grown, capacity * sizeof *grown);
  if (!grown) return false;
  s->items = grown;
  s->capacity = capacity;
  return true;
}

// Takes `bytes` from the start of the first that has them. 0: none.
static inline uintptr_t stretches_take(Stretches *s, size_t bytes) {
  for (size_t i = 0; i < s->count; i++) {
    Stretch *f = &s->items[i];
    if (f->hi - f->lo < bytes) continue;
    uintptr_t at = f->lo;
    f->lo += bytes;
    if (f->lo == f->hi) memmove(f, f + 1, (--s->count - i) * sizeof *f);
    return at;
  }
  return 0;
}

// Gives [lo, hi) back; there is room (stretches_reserve).
static inline void stretches_give(Stretches *s, uintptr_t lo, uintptr_t hi) {
  size_t low = 0, high = s->count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (s->items[middle].lo < lo) low = middle + 1;
    else high = middle;
  }
  size_t i = low;
  bool joins_left = i > 0 && s->items[i - 1].hi == lo, joins_right = i < s->count && s->items[i].lo == hi;
  if (joins_left && joins_right) {
    s->items[i - 1].hi = s->items[i].hi;
    memmove(&s->items[i], &s->items[i + 1], (--s->count - i) * sizeof *s->items);
  } else if (joins_left) {
    s->items[i - 1].hi = hi;
  } else if (joins_right) {
    s->items[i].lo = lo;
  } else {
    DCHECK(s->count < s->capacity);
    memmove(&s->items[i + 1], &s->items[i], (s->count++ - i) * sizeof *s->items);
    s->items[i] = (Stretch){lo, hi};
  }
}

#endif
