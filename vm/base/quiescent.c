// SPDX-License-Identifier: Apache-2.0
//
// The epoch moves from e to e + 1 when every participant that is online has seen e.
//
// When may something be freed? Say T retires it while T.seen is s. T has to pass before the epoch can leave s + 1; T's passing is
// behind T's unlinking, and whoever reads an epoch of s + 2 or more reads what was written behind that. So a reader that can have
// found it has said s + 1 or less, and when the epoch leaves s + 2 all of those have passed since. Hence: what is retired counts to
// epoch s + 1, and is freed when the epoch reads two more. The epoch that is current is not asked at all: without a fence between
// unlinking and asking, the answer could be older than the unlinking is visible, and a reader could find what is counted to an epoch
// before its own. (Who retires while offline writes to the epoch to read it, which is the fence, and
// counts from there.)
//
// Orders.
//   Passing. `seen` is stored with release: what the reader did with what it found has happened before whoever moves the epoch reads
//   it with acquire, and so before anything is freed. The epoch is read with acquire: the reader's next look-ups are not done before.
//   Coming online. Storing `seen` and the look-ups behind it against unlinking and the reading of `seen` by who moves the epoch: each
//   must see the other's store. `seen` is stored and then the epoch read once more, both sequentially consistent; who moves the epoch
//   has read it before it reads `seen`, so a move it makes either sees us or we see the epoch it started from, and say that.
//   Moving: sequentially consistent, acquire and release.
//
// Going offline must not strand what was retired (a worker that sleeps frees nothing): it tries at once, and what others may still
// hold goes to the bags of the Quiescence, for whoever moves on next.
#include "vm/base/quiescent.h"

#include <stddef.h>

enum { EPOCH_FIRST = 2 };

void quiescence_init(Quiescence *q) {
  *q = (Quiescence){.first = NULL};
  atomic_init(&q->epoch, EPOCH_FIRST);
  lock_init(&q->lock, LOCK_RETIRED);
}

void participant_join(Quiescence *q, Participant *t, void *state) {
  *t = (Participant){.all = q, .state = state};
  lock_take(&q->lock);
  t->next = q->first;
  q->first = t;
  lock_give(&q->lock);
}

static void release_all(Participant *t, struct RetiredBag bag) {
  for (Retired *r = bag.first, *next; r; r = next) {
    next = r->next;
    r->release(t->state, r);
  }
}

static struct RetiredBag take_bag(struct RetiredBag *bag) {
  struct RetiredBag taken = *bag;
  bag->first = bag->last = NULL;
  bag->count = 0;
  return taken;
}

static void free_own(Participant *t, struct RetiredBag *bag) {
  t->retired_count -= bag->count;
  release_all(t, take_bag(bag)); // may retire more
}

static bool is_due(const struct RetiredBag *bag, uint64_t now) { return bag->first && bag->epoch + 2 <= now; }

static void free_due(Participant *t, uint64_t now) {
  for (int i = 0; i < RETIRED_BAGS; i++)
    if (is_due(&t->retired.bags[i], now)) free_own(t, &t->retired.bags[i]);
}

// What others left behind.
static void free_due_left(Participant *t, uint64_t now) {
  Quiescence *q = t->all;
  for (int i = 0; i < RETIRED_BAGS; i++) {
    if (!lock_try(&q->lock)) return;
    struct RetiredBag taken = {NULL};
    if (is_due(&q->left.bags[i], now)) taken = take_bag(&q->left.bags[i]);
    atomic_fetch_sub_explicit(&q->left_count, taken.count, memory_order_relaxed);
    lock_give(&q->lock);
    release_all(t, taken);
  }
}

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

// The epoch afterwards.
static uint64_t try_move(Quiescence *q, uint64_t now) {
  if (!all_saw(q, now)) return now;
  if (atomic_compare_exchange_strong_explicit(&q->epoch, &now, now + 1, memory_order_seq_cst, memory_order_acquire)) now++;
  return now;
}

static bool any_left(Quiescence *q) { return atomic_load_explicit(&q->left_count, memory_order_relaxed) != 0; }

void participant_advance(Participant *t) {
  Quiescence *q = t->all;
  uint64_t now = atomic_load_explicit(&q->epoch, memory_order_acquire);
  if (atomic_load_explicit(&t->seen, memory_order_relaxed) != now) {
    atomic_store_explicit(&t->seen, now, memory_order_release);
    if (t->retired_count) free_due(t, now);
    t->patience = 0;
  }
  if (t->patience) {
    t->patience--;
    return;
  }
  // Who is alone moves it as often as is needed; with others the second try finds that they have not passed yet.
  for (int i = 0; i < RETIRED_BAGS && (t->retired_count >= RETIRED_BATCH || any_left(q)); i++) {
    uint64_t before = now;
    now = try_move(q, before);
    if (now == before) break;
    atomic_store_explicit(&t->seen, now, memory_order_release);
    free_due(t, now);
    if (UNLIKELY(any_left(q))) free_due_left(t, now);
  }
  t->patience = RETIRED_PATIENCE;
}

void participant_online(Participant *t) {
  uint64_t now = atomic_load_explicit(&t->all->epoch, memory_order_acquire), again;
  for (;; now = again) {
    atomic_store_explicit(&t->seen, now, memory_order_seq_cst);
    again = atomic_load_explicit(&t->all->epoch, memory_order_seq_cst);
    if (again == now) return;
  }
}

static void hand_over(Participant *t) {
  Quiescence *q = t->all;
  lock_take(&q->lock);
  for (int i = 0; i < RETIRED_BAGS; i++) {
    struct RetiredBag from = take_bag(&t->retired.bags[i]), *to = &q->left.bags[i];
    if (!from.first) continue;
    // Counted to the later of the two epochs: what waits a little longer than it must does no harm.
    if (!to->first || to->epoch < from.epoch) to->epoch = from.epoch;
    from.last->next = to->first;
    if (!to->first) to->last = from.last;
    to->first = from.first;
    to->count += from.count;
  }
  atomic_fetch_add_explicit(&q->left_count, t->retired_count, memory_order_relaxed);
  lock_give(&q->lock);
  t->retired_count = 0;
}

void participant_offline(Participant *t) {
  Quiescence *q = t->all;
  atomic_store_explicit(&t->seen, 0, memory_order_release);
  // Four moves make all of its own due, when nobody else is online.
  for (int i = 0; i <= RETIRED_BAGS && (t->retired_count || any_left(q)); i++) {
    uint64_t before = atomic_load_explicit(&q->epoch, memory_order_acquire), now = try_move(q, before);
    free_due(t, now);
    if (any_left(q)) free_due_left(t, now);
    if (now == before) break;
  }
  if (t->retired_count) hand_over(t);
}

void participant_leave(Participant *t) {
  Quiescence *q = t->all;
  if (!q) return;
  if (t->retired_count) hand_over(t);
  lock_take(&q->lock);
  for (Participant **at = &q->first; *at; at = &(*at)->next)
    if (*at == t) {
      *at = t->next;
      break;
    }
  bool last = !q->first;
  lock_give(&q->lock);
  // Nobody is left who could hold, or take, anything. Releasing may retire more.
  while (last && any_left(q)) {
    for (int i = 0; i < RETIRED_BAGS; i++) {
      atomic_fetch_sub_explicit(&q->left_count, q->left.bags[i].count, memory_order_relaxed);
      release_all(t, take_bag(&q->left.bags[i]));
    }
    if (t->retired_count) hand_over(t);
  }
  t->all = NULL;
}

void participant_retire(Participant *t, Retired *r, void (*release)(void *state, Retired *r)) {
  uint64_t epoch = atomic_load_explicit(&t->seen, memory_order_relaxed) + 1;
  if (UNLIKELY(epoch == 1)) {
    epoch = atomic_fetch_add_explicit(&t->all->epoch, 0, memory_order_seq_cst) + 1;
  }
  struct RetiredBag *bag = &t->retired.bags[epoch % RETIRED_BAGS];
  // What lies there is of epoch - RETIRED_BAGS or before: due, as the epoch has moved on to epoch - 1 at least.
  if (bag->first && bag->epoch != epoch) free_own(t, bag);
  bag->epoch = epoch;
  r->release = release;
  r->next = bag->first;
  bag->first = r;
  if (!bag->last) bag->last = r;
  bag->count++;
  t->retired_count++;
}
