// SPDX-License-Identifier: Apache-2.0
//
// Reclamation by quiescent states: memory that others may still be reading is retired, and freed when every participating thread
// has since said that it holds no reference any more (after Hart, McKenney et al., "Performance of memory reclamation for lockless
// synchronization", QSBR).
//
//  Q1  A participant that is online may read shared structures without a lock; what it found there stays valid until it passes.
//  Q2  Passing costs two loads while little is retired. Offline threads hold no reference and hold up nobody. (Dirty threads are while they
//      compute: what that rests on stands in vm/engine/dirty.c.)
//  Q3  Who retires something has first made it unreachable for those who look from now on.
//  Q4  What a thread retired is freed by that thread, in a later pass of its own; what it still has when it goes offline or leaves,
//      by whoever passes or goes offline later, and the rest by the last one to leave.
#ifndef JOIST_BASE_QUIESCENT_H
#define JOIST_BASE_QUIESCENT_H

#include <stdatomic.h>
#include "vm/base/lock.h"

// Stands in what is retired.
typedef struct Retired {
  struct Retired *next;
  void (*release)(void *state, struct Retired *r);
} Retired;

enum {
  RETIRED_BATCH = 64, // so many are kept before a pass looks whether they can be freed
  RETIRED_PATIENCE = 16, // and then every so many passes, while one thread is slow
  RETIRED_BAGS = 3,
};

// What was retired, by the epoch it is counted to.
typedef struct RetiredBags {
  struct RetiredBag {
    Retired *first, *last;
    size_t count;
    uint64_t epoch;
  } bags[RETIRED_BAGS]; // that of epoch e: e % RETIRED_BAGS
} RetiredBags;

typedef struct Participant {
  _Atomic(uint64_t) seen;   // the epoch it saw when it passed last; 0: offline (any)
  struct Quiescence *all;
  struct Participant *next; // under the lock of `all`
  // Own:
  RetiredBags retired;
  size_t retired_count;
  uint32_t patience;        // passes until it looks again
  void *state;              // for release
} Participant;

typedef struct Quiescence {
  _Atomic(uint64_t) epoch;  // 2 and up
  _Atomic(size_t) left_count; // in `left`
  Lock lock;                // the list, and:
  Participant *first;
  RetiredBags left;         // by those who went offline or left
} Quiescence;

void quiescence_init(Quiescence *q);
// The participant starts offline. It stays where it is until it leaves. Thread: any.
void participant_join(Quiescence *q, Participant *t, void *state);
// Offline by then. What it has retired goes to the others; the last one to leave frees all.
void participant_leave(Participant *t);
// Thread: the participant's own, all of the following.
void participant_online(Participant *t);
static inline bool participant_is_online(const Participant *t) { return atomic_load_explicit(&t->seen, memory_order_relaxed) != 0; }
// Q1: it holds no reference now. Frees what can be freed.
void participant_offline(Participant *t);
// Q1: it holds no reference now. Frees what is due.
void participant_advance(Participant *t);
static inline void participant_pass(Participant *t) {
  uint64_t now = atomic_load_explicit(&t->all->epoch, memory_order_acquire);
  if (UNLIKELY(t->retired_count >= RETIRED_BATCH || atomic_load_explicit(&t->seen, memory_order_relaxed) != now)) participant_advance(t);
}
// Q3. `release(state, r)` is called when nobody can hold it, in whatever participant's thread, with that one's state.
void participant_retire(Participant *t, Retired *r, void (*release)(void *state, Retired *r));

#endif
