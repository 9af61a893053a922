// SPDX-License-Identifier: Apache-2.0
//
// Reclamation by quiescent states: memory that others may still be reading is retired, and freed when every participating thread
// has since said that it holds no reference any more (after Hart, McKenney et al., "Performance of memory reclamation for lockless
// synchronization", QSBR).
//
//  Q1  A participant that is online may read shared structures without a lock; what it found there stays valid until it passes.
//  Q2  Passing costs two loads while little is retired. Offline threads hold no reference and hold up nobody.
//  Q3  Who retires something has first made it unreachable for those who look from now on.
//  Q4  What a thread retired is freed by that thread, in a later pass of its own, or by quiescence_free.
#ifndef JOIST_BASE_QUIESCENT_H
#define JOIST_BASE_QUIESCENT_H

#include <stdatomic.h>
#include "vm/base/lock.h"

// Stands in what is retired.
typedef struct Retired {
  struct Retired *next;
  void (*release)(void *state, struct Retired *r);
} Retired;

enum { RETIRED_BATCH = 64 }; // so many are kept before a pass looks whether they can be freed

typedef struct Participant {
  _Atomic(uint64_t) seen;   // the epoch it saw when it passed last; 0: offline (any)
  struct Quiescence *all;
  struct Participant *next; // under the lock of `all`
  // Own: what it retired in the epochs e and e-1 (by the lowest bit), and which these were.
  Retired *bags[2];
  uint64_t bag_epochs[2];
  size_t retired_count;
  void *state;              // for release
} Participant;

typedef struct Quiescence {
  _Atomic(uint64_t) epoch;  // 2 and up
  Lock lock;                // the list
  Participant *first;
} Quiescence;

void quiescence_init(Quiescence *q);
// The participant starts offline. It stays where it is until it leaves. Thread: any.
void participant_join(Quiescence *q, Participant *t, void *state);
// Offline by then. What it has retired and is not free yet is freed here: nobody else may be online, or nothing left.
void participant_leave(Participant *t);
// Thread: the participant's own, all of the following.
void participant_online(Participant *t);
void participant_offline(Participant *t);
// Q1: it holds no reference now. Frees what is due.
void participant_advance(Participant *t);
static inline void participant_pass(Participant *t) {
  uint64_t now = atomic_load_explicit(&t->all->epoch, memory_order_acquire);
  if (UNLIKELY(t->retired_count >= RETIRED_BATCH || atomic_load_explicit(&t->seen, memory_order_relaxed) != now)) participant_advance(t);
}
// Q3. `release(state, r)` is called when nobody can hold it.
void participant_retire(Participant *t, Retired *r, void (*release)(void *state, Retired *r));

#endif
