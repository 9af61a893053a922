// SPDX-License-Identifier: Apache-2.0
//
// The wheel: TIMER_LEVELS rings of TIMER_SLOTS slots. A slot of level 0 is one tick (an eighth of a millisecond), one of level n
// is all of level n-1. A timer lies at the lowest level whose ring, seen from `now`, reaches its tick; when the
// clock enters a slot of a higher level, its timers move down (cascade). Adding, cancelling and firing are O(1); each timer
// moves at most TIMER_LEVELS - 1 times. What lies beyond the top ring waits in its last slot and is put in anew from there.
//
//   W1  Every armed timer's tick is later than `now`, the last tick that was entered, or it stands in a slot the clock is in, or on the
//       list of those that are due.
//   W2  At level n a timer's tick, shifted by n slots, differs from now's by 1 to TIMER_SLOTS - 1 … so its slot
//       is never the one the clock is in, but while that one is being worked off (`entered`).
//   W3  `occupied` has a bit for each slot that is not empty: the next event is found with one instruction a level.
//   W4  No slot that is not empty is entered before the tick `event`. It may be too early (what lay there was cancelled), never too late.
//       Only the owner looks at it: so a busy worker learns with one comparison that nothing is due.
//
// A tick is the deadline rounded up, so nothing fires early (T1). Timers of one tick are sorted by deadline and order of
// starting when they fire: the way they came down the levels does not show. They mostly come in that order already, so the sort is one
// that finds ascending runs first.
//
// A slot may hold a million timers. Working it off can be interrupted anywhere (`budget`): what was not looked at stays in its slot,
// what is due and not handed out stays armed on its list, and both can be cancelled there. The clock goes on when both are empty.
//
// Timers with a reference stand in a hash that grows by linear hashing (Litwin): each new one splits one chain, so no insertion
// moves all, and a walk over the chains in order can be interrupted anywhere: none moves to where it has been.
//
// Thread: who holds the wheel's lock, or is alone (timer.c), but for what says otherwise in timer.h.
#include <stddef.h>
#include <string.h>

#include "vm/process/timer.h"
#include "vm/heap/heap.h"

enum { DUE = TIMER_LEVELS * TIMER_SLOTS, SLOT_COUNT, RING_COUNT = TIMER_LEVELS + 1, REF_CHAINS_MIN = 64 };

struct TimerWheel {
  TimerGate gate; // first: timer_wheel_gate
  const Alloc *alloc;
  int64_t now;       // tick
  int64_t event;     // W4 (owner alone)
  uint64_t sequence; // of the newest timer
  uint16_t index;    // of its worker
  bool entered;      // the slots that the clock is in are being worked off
  Timer **by_ref;    // chains of those with a reference
  size_t ref_count, ref_chains, ref_capacity;
  size_t ref_mask;   // of the numbers of chains, once the present round of splits is over
  uint64_t occupied[RING_COUNT];
  struct {
    Timer *first, *last;
  } slots[SLOT_COUNT]; // level by level; DUE: the list of those that are due
};
_Static_assert(offsetof(TimerWheel, gate) == 0, "a wheel begins with its gate");

#define TICK_NS TIMER_TICK_NS

static int64_t tick_after(int64_t ns) { return ns <= 0 ? 0 : (ns - 1) / TICK_NS + 1; }

TimerWheel *timer_wheel_new(const Alloc *alloc, int64_t now_ns, uint16_t index) {
  TimerWheel *w = alloc_zero(alloc, sizeof *w);
  if (!w) return NULL;
  lock_init(&w->gate.wheel, LOCK_WHEEL);
  lock_init(&w->gate.firing, LOCK_FIRING);
  w->alloc = alloc;
  w->index = index;
  w->now = now_ns / TICK_NS;
  w->event = INT64_MAX;
  return w;
}

void timer_wheel_free(TimerWheel *w, TimerFire drop, void *state) {
  if (!w) return;
  for (int slot = 0; slot < SLOT_COUNT; slot++)
    for (Timer *t = w->slots[slot].first, *next; t; t = next) {
      next = t->next;
      drop(state, t);
    }
  alloc_put(w->alloc, w->by_ref, w->ref_capacity * sizeof *w->by_ref);
  alloc_put(w->alloc, w, sizeof *w);
}

static inline void append(TimerWheel *w, int slot, Timer *t) {
  t->slot = (uint16_t)slot;
  t->next = NULL;
  t->prev = w->slots[slot].last;
  if (t->prev) t->prev->next = t;
  else w->slots[slot].first = t;
  w->slots[slot].last = t;
  w->occupied[slot >> TIMER_SLOT_SHIFT] |= (uint64_t)1 << (slot & (TIMER_SLOTS - 1));
}

static inline void unlink(TimerWheel *w, Timer *t) {
  int slot = t->slot;
  if (t->prev) t->prev->next = t->next;
  else w->slots[slot].first = t->next;
  if (t->next) t->next->prev = t->prev;
  else w->slots[slot].last = t->prev;
  if (!w->slots[slot].first) w->occupied[slot >> TIMER_SLOT_SHIFT] &= ~((uint64_t)1 << (slot & (TIMER_SLOTS - 1)));
}

// Answers the tick at which its slot is entered.
static inline int64_t place(TimerWheel *w, Timer *t) {
  int64_t tick = tick_after(t->deadline_ns);
  if (tick <= w->now) tick = w->now + 1;
  // The level at which the distance is below TIMER_SLOTS slots; with both ends rounded it may be that many: then the next one.
  int level = (63 - __builtin_clzll((uint64_t)(tick - w->now))) / TIMER_SLOT_SHIFT;
  if (UNLIKELY(level >= TIMER_LEVELS)) level = TIMER_LEVELS - 1;
  int shift = TIMER_SLOT_SHIFT * level;
  int64_t position = tick >> shift, here = w->now >> shift;
  if (UNLIKELY(position - here >= TIMER_SLOTS)) {
    if (level < TIMER_LEVELS - 1) {
      shift += TIMER_SLOT_SHIFT;
      level++;
      position = tick >> shift;
    } else {
      position = here + TIMER_SLOTS - 1;
    }
  }
  append(w, level * TIMER_SLOTS + (int)(position & (TIMER_SLOTS - 1)), t);
  return position << shift;
}

// --- by reference

static Timer **ref_chain(const TimerWheel *w, uint64_t number) {
  size_t chain = (size_t)((number * 0x9e3779b97f4a7c15u) >> 32) & w->ref_mask;
  return &w->by_ref[chain < w->ref_chains ? chain : chain & w->ref_mask >> 1]; // not split off yet: in the one it comes from
}

static void ref_insert(TimerWheel *w, Timer *t) {
  Timer **chain = ref_chain(w, t->ref_number);
  t->hash_next = *chain;
  *chain = t;
}

static void ref_remove(TimerWheel *w, Timer *t) {
  Timer **at = ref_chain(w, t->ref_number);
  while (*at != t) at = &(*at)->hash_next;
  *at = t->hash_next;
  w->ref_count--;
}

static bool ref_room(TimerWheel *w) {
  if (w->ref_chains < w->ref_capacity) return true;
  size_t capacity = w->ref_capacity ? w->ref_capacity * 2 : REF_CHAINS_MIN;
  Timer **table = alloc_grow(w->alloc, w->by_ref, w->ref_capacity * sizeof *table, capacity * sizeof *table);
  if (!table) return false;
  w->by_ref = table;
  w->ref_capacity = capacity;
  if (w->ref_chains) return true;
  memset(table, 0, capacity * sizeof *table);
  w->ref_chains = capacity;
  w->ref_mask = capacity - 1;
  return true;
}

// One more chain, out of the one that holds its timers too.
static bool ref_split(TimerWheel *w) {
  if (!ref_room(w)) return false;
  if (w->ref_chains == w->ref_capacity) return true; // the first ones
  if (w->ref_chains > w->ref_mask) w->ref_mask = w->ref_mask * 2 + 1;
  Timer **from = &w->by_ref[w->ref_chains & w->ref_mask >> 1], *t = *from;
  *from = w->by_ref[w->ref_chains] = NULL;
  w->ref_chains++;
  for (Timer *next; t; t = next) {
    next = t->hash_next;
    ref_insert(w, t);
  }
  return true;
}

Timer *timer_wheel_find(const TimerWheel *w, uint64_t ref_number) {
  if (w->ref_chains == 0) return NULL;
  for (Timer *t = *ref_chain(w, ref_number); t; t = t->hash_next)
    if (t->ref_number == ref_number) return t;
  return NULL;
}

// A split moves timers into a chain behind all others, never into one that the walk is over with.
bool timer_wheel_walk(const TimerWheel *w, size_t *chain, size_t *budget, void (*visit)(void *state, const Timer *t), void *state) {
  for (; *budget && *chain < w->ref_chains; ++*chain) {
    size_t cost = 1;
    for (const Timer *t = w->by_ref[*chain]; t; t = t->hash_next, cost++) visit(state, t);
    *budget -= cost < *budget ? cost : *budget;
  }
  return *chain < w->ref_chains;
}

// --- adding and taking away

static void count(TimerWheel *w, size_t by) {
  atomic_store_explicit(&w->gate.count, timer_wheel_count(w) + by, memory_order_relaxed);
}

bool timer_wheel_add(TimerWheel *w, Timer *t, int64_t now_ns, int64_t deadline_ns) {
  DCHECK(!t->armed);
  if (t->ref_number) {
    if (w->ref_count >= w->ref_chains && !ref_split(w)) return false;
    ref_insert(w, t);
    w->ref_count++;
  }
  t->deadline_ns = deadline_ns;
  t->sequence = ++w->sequence;
  t->wheel = w->index;
  t->armed = true;
  if (timer_wheel_count(w) == 0 && !w->entered) w->event = INT64_MAX; // of what was cancelled
  count(w, 1);
  int64_t tick = now_ns / TICK_NS;
  if (tick > w->now && tick < w->event) w->now = tick; // nothing lies between: seen from here it lies lower
  tick = place(w, t);
  if (tick < w->event) w->event = tick;
  return true;
}

static inline void disarm(TimerWheel *w, Timer *t) {
  t->armed = false;
  count(w, (size_t)-1);
  if (t->ref_number) ref_remove(w, t);
}

bool timer_wheel_cancel(TimerWheel *w, Timer *t) {
  if (!t->armed) return false;
  unlink(w, t);
  disarm(w, t);
  return true;
}

// --- order of firing

static bool before(const Timer *a, const Timer *b) {
  return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->sequence < b->sequence;
}

static Timer *merge(Timer *a, Timer *b) {
  Timer *merged = NULL, **tail = &merged;
  while (a && b) {
    Timer **from = before(b, a) ? &b : &a;
    *tail = *from;
    tail = &(*from)->next;
    *from = *tail;
  }
  *tail = a ? a : b;
  return merged;
}

// Cuts the list behind its first ascending run; answers the rest.
static Timer *cut_run(Timer *list) {
  while (list->next && before(list, list->next)) list = list->next;
  Timer *rest = list->next;
  list->next = NULL;
  return rest;
}

// Merge sort of a list linked by next, by its ascending runs: merged[i] holds 2^i of them.
static Timer *sort(Timer *list) {
  Timer *rest = cut_run(list);
  if (!rest) return list;
  Timer *merged[64] = {list};
  int top = 0;
  while (rest) {
    Timer *run = rest;
    rest = cut_run(run);
    int i = 0;
    for (; merged[i]; i++) {
      run = merge(merged[i], run);
      merged[i] = NULL;
    }
    merged[i] = run;
    if (i > top) top = i;
  }
  Timer *all = NULL;
  for (int i = 0; i <= top; i++) all = merge(merged[i], all);
  return all;
}

static void sort_due(TimerWheel *w) {
  if (!w->slots[DUE].first || !w->slots[DUE].first->next) return;
  Timer *last = NULL;
  w->slots[DUE].first = sort(w->slots[DUE].first);
  for (Timer *t = w->slots[DUE].first; t; t = t->next) {
    t->prev = last;
    last = t;
  }
  w->slots[DUE].last = last;
}

// --- time goes on

// The next tick at which a slot of any level is entered that is not empty; -1: none.
static int64_t next_tick(const TimerWheel *w) {
  int64_t best = -1;
  for (int level = 0; level < TIMER_LEVELS; level++) {
    uint64_t occupied = w->occupied[level];
    if (!occupied) continue;
    int shift = TIMER_SLOT_SHIFT * level;
    int64_t here = w->now >> shift;
    unsigned at = (unsigned)here & (TIMER_SLOTS - 1);
    // Turned so that bit 0 is the slot behind the clock's.
    unsigned turn = (at + 1) & (TIMER_SLOTS - 1);
    uint64_t ahead = turn ? occupied >> turn | occupied << (TIMER_SLOTS - turn) : occupied;
    int64_t tick = (here + 1 + __builtin_ctzll(ahead)) << shift;
    if (best < 0 || tick < best) best = tick;
  }
  return best;
}

int64_t timer_wheel_next_ns(const TimerWheel *w) {
  if (w->entered || w->slots[DUE].first) return w->now * TICK_NS;
  int64_t tick = next_tick(w);
  return tick < 0 ? -1 : tick * TICK_NS;
}

bool timer_wheel_is_due(const TimerWheel *w, int64_t now_ns) { return w->event <= now_ns / TICK_NS; }

// The slots that the clock is in: those due go to their list, the others down. False: the budget was used before.
static bool work_off(TimerWheel *w, size_t *budget) {
  for (int level = 0; level < TIMER_LEVELS; level++) {
    int shift = TIMER_SLOT_SHIFT * level;
    if (w->now & (((int64_t)1 << shift) - 1)) break; // no slot of this level begins here
    int slot = level * TIMER_SLOTS + (int)(w->now >> shift & (TIMER_SLOTS - 1));
    for (Timer *t = w->slots[slot].first; t; t = w->slots[slot].first) {
      if (*budget == 0) return false;
      --*budget;
      unlink(w, t);
      if (tick_after(t->deadline_ns) > w->now) place(w, t);
      else append(w, DUE, t);
    }
  }
  w->entered = false;
  sort_due(w);
  return true;
}

static Timer *hand_out(TimerWheel *w, size_t *budget) {
  Timer *first = w->slots[DUE].first, *last = NULL;
  for (Timer *t = first; t && *budget; t = t->next) {
    --*budget;
    disarm(w, t); // T2: from here on it has fired
    last = t;
  }
  Timer *rest = last->next;
  last->next = NULL;
  w->slots[DUE].first = rest;
  if (rest) {
    rest->prev = NULL;
  } else {
    w->slots[DUE].last = NULL;
    w->occupied[TIMER_LEVELS] = 0;
  }
  return first;
}

Timer *timer_wheel_take(TimerWheel *w, int64_t now_ns, size_t *budget) {
  int64_t target = now_ns / TICK_NS;
  while (*budget) {
    if (w->entered) {
      if (!work_off(w, budget)) return NULL;
    } else if (w->slots[DUE].first) {
      return hand_out(w, budget);
    } else {
      int64_t tick = next_tick(w);
      if (tick < 0 || tick > target) {
        if (target > w->now) w->now = target;
        w->event = tick < 0 ? INT64_MAX : tick;
        return NULL;
      }
      w->now = tick;
      w->entered = true;
    }
  }
  return NULL;
}

size_t timer_wheel_advance(TimerWheel *w, int64_t now_ns, TimerFire fire, void *state) {
  size_t fired = 0, unlimited = SIZE_MAX;
  for (Timer *due; (due = timer_wheel_take(w, now_ns, &unlimited));)
    for (Timer *next; due; due = next) {
      next = due->next;
      fired++;
      fire(state, due);
    }
  return fired;
}
