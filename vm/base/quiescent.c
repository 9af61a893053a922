// SPDX-License-Identifier: Apache-2.0
//
// The epoch moves from e to e + 1 when every participant that is online has seen e. What was retired in epoch e is freed when the
// epoch reads e + 2: whoever could have found it was online in e or e - 1, and has passed since.
//
// Orders. A reader's loads of shared structures must not move before it says that it is online, nor what it read there be used
// after it says that it passed: `seen` is stored sequentially consistent when it comes online (the store must be visible before its
// loads are done), with release when it passes. Who moves the epoch reads every `seen` with acquire: what readers did before
// passing has happened before anything is freed.
#include "vm/base/quiescent.h"

#include <stddef.h>

void quiescence_init(Quiescence *q) {
  atomic_init(&q->epoch, 2);
  lock_init(&q->lock, LOCK_RETIRED);
  q->first = NULL;
}

void participant_join(Quiescence *q, Participant *t, void *state) {
  *t = (Participant){.all = q, .state = state};
  lock_take(&q->lock);
  t->next = q->first;
  q->first = t;
  lock_give(&q->lock);
}

static void empty(Participant *t, int bag) {
  Retired *r = t->bags[bag];
  t->bags[bag] = NULL;
  while (r) {
    Retired *next = r->next;
    t->retired_count--;
    r->release(t->state, r);
    r = next;
  }
}

void participant_leave(Participant *t) {
  Quiescence *q = t->all;
  if (!q) return;
  while (t->retired_count) { // releasing may retire more
    empty(t, 0);
    empty(t, 1);
  }
  lock_take(&q->lock);
  for (Participant **at = &q->first; *at; at = &(*at)->next)
    if (*at == t) {
      *at = t->next;
      break;
    }
  lock_give(&q->lock);
  t->all = NULL;
}

void participant_online(Participant *t) {
  uint64_t now = atomic_load_explicit(&t->all->epoch, memory_order_acquire);
  atomic_store_explicit(&t->seen, now, memory_order_seq_cst);
  // The epoch may have moved on meanwhile without us: what we say must not be older than what we may find.
  uint64_t again = atomic_load_explicit(&t->all->epoch, memory_order_seq_cst);
  while (again != now) {
    now = again;
    atomic_store_explicit(&t->seen, now, memory_order_seq_cst);
    again = atomic_load_explicit(&t->all->epoch, memory_order_seq_cst);
  }
}

void participant_offline(Participant *t) { atomic_store_explicit(&t->seen, 0, memory_order_release); }

// Everybody who is online has seen `now`.
static bool all_saw(Quiescence *q, uint64_t now) {
  if (!lock_try(&q->lock)) return false; // another is looking: later
  bool all = true;
  for (Participant *t = q->first; t && all; t = t->next) {
    uint64_t seen = atomic_load_explicit(&t->seen, memory_order_seq_cst);
    all = seen == 0 || seen == now;
  }
  lock_give(&q->lock);
  return all;
}

void participant_advance(Participant *t) {
  Quiescence *q = t->all;
  uint64_t now = atomic_load_explicit(&q->epoch, memory_order_acquire);
  atomic_store_explicit(&t->seen, now, memory_order_release);
  if (!t->retired_count) return;
  if (all_saw(q, now) && atomic_compare_exchange_strong_explicit(&q->epoch, &now, now + 1, memory_order_seq_cst, memory_order_acquire)) {
    now++;
    atomic_store_explicit(&t->seen, now, memory_order_release);
  }
  for (int bag = 0; bag < 2; bag++)
    if (t->bags[bag] && t->bag_epochs[bag] + 2 <= now) empty(t, bag);
}

void participant_retire(Participant *t, Retired *r, void (*release)(void *state, Retired *r)) {
  // An epoch is asked for anew: of what was retired now, others may have found a reference in the epoch that is current.
  uint64_t now = atomic_load_explicit(&t->all->epoch, memory_order_seq_cst);
  int bag = (int)(now & 1);
  if (t->bags[bag] && t->bag_epochs[bag] != now) empty(t, bag); // of now - 2 or before: due
  t->bag_epochs[bag] = now;
  r->release = release;
  r->next = t->bags[bag];
  t->bags[bag] = r;
  t->retired_count++;
}
