// SPDX-License-Identifier: Apache-2.0
//
// A small lock: one word, on a futex when it is contended (after Drepper, "Futexes are tricky": 0 free, 1 taken, 2 taken and somebody
// waits). For short sections: nothing that may block is called while one is held.
//
// Every lock has a rank of locks.def. Debug builds check that a thread takes locks in rising rank.
#ifndef JOIST_BASE_LOCK_H
#define JOIST_BASE_LOCK_H

#include <stdatomic.h>
#include "vm/base/check.h"

typedef enum LockRank {
#define LOCK(name, guards) LOCK_##name,
#include "vm/base/locks.def"
#undef LOCK
  LOCK_COUNT
} LockRank;
_Static_assert(LOCK_COUNT <= 32, "the ranks a thread holds are bits of a word");

typedef struct Lock {
  _Atomic(uint32_t) word;
  uint8_t rank; // LockRank
} Lock;

static inline void lock_init(Lock *l, LockRank rank) {
  atomic_init(&l->word, 0);
  l->rank = (uint8_t)rank;
}

// The slow halves, and what debug builds check.
void lock_wait(Lock *l);
void lock_wake(Lock *l);
void lock_note_taken(const Lock *l);
void lock_note_given(const Lock *l);

// Thread: any. Acquire and release: what was written under the lock is seen under it.
static inline void lock_take(Lock *l) {
#ifdef JOIST_DEBUG
  lock_note_taken(l);
#endif
  uint32_t free = 0;
  if (UNLIKELY(!atomic_compare_exchange_strong_explicit(&l->word, &free, 1, memory_order_acquire, memory_order_relaxed))) lock_wait(l);
}
static inline bool lock_try(Lock *l) {
  uint32_t free = 0;
  if (!atomic_compare_exchange_strong_explicit(&l->word, &free, 1, memory_order_acquire, memory_order_relaxed)) return false;
#ifdef JOIST_DEBUG
  lock_note_taken(l);
#endif
  return true;
}
static inline void lock_give(Lock *l) {
#ifdef JOIST_DEBUG
  lock_note_given(l);
#endif
  if (UNLIKELY(atomic_exchange_explicit(&l->word, 0, memory_order_release) == 2)) lock_wake(l);
}

#endif
