// SPDX-License-Identifier: Apache-2.0
//
// The wheel: TIMER_LEVELS rings of TIMER_SLOTS slots. A slot of level 0 is one tick (a millisecond), one of level n
// is all of level n-1. A timer lies at the lowest level whose ring, seen from `now`, reaches its tick; when the
// clock enters a slot of a higher level, its timers move down (cascade). Adding, cancelling and firing are O(1); each timer
// moves at most TIMER_LEVELS - 1 times. What lies beyond the top ring waits in its last slot and is put in anew from there.
//
//   W1  Every armed timer's tick is later than `now`, the last tick that was worked off.
//   W2  At level n a timer's tick, shifted by n slots, differs from now's by 1 to TIMER_SLOTS - 1 … so its slot
//       is never the one the clock is in.
//   W3  `occupied` has a bit for each slot that is not empty: the next event is found with one instruction a level.
//
// A tick is the deadline rounded up, so nothing fires early (T1). Timers of one tick are sorted by deadline and order of
// starting when they fire: the way they came down the levels does not show.
#include "vm/process/timer.h"
#include "vm/heap/heap.h"

typedef struct Ring {
  uint64_t occupied;
  struct {
    Timer *first, *last;
  } slots[TIMER_SLOTS];
} Ring;

struct TimerWheel {
  const Alloc *alloc;
  int64_t now;       // tick
  uint64_t sequence; // of the newest timer
  size_t count;
  Timer **by_ref;    // hash of those with a reference
  size_t ref_count, ref_capacity;
  Ring rings[TIMER_LEVELS];
};

#define TICK_NS 1000000

static int64_t tick_after(int64_t ns) { return ns <= 0 ? 0 : (ns - 1) / TICK_NS + 1; }

TimerWheel *timer_wheel_new(const Alloc *alloc, int64_t now_ns) {
  TimerWheel *w = alloc_zero(alloc, sizeof *w);
  if (!w) return NULL;
  w->alloc = alloc;
  w->now = now_ns / TICK_NS;
  return w;
}

void timer_wheel_free(TimerWheel *w, TimerFire drop, void *state) {
  if (!w) return;
  for (int level = 0; level < TIMER_LEVELS; level++)
    for (int slot = 0; slot < TIMER_SLOTS; slot++)
      for (Timer *t = w->rings[level].slots[slot].first, *next; t; t = next) {
        next = t->next;
        drop(state, t);
      }
  alloc_put(w->alloc, w->by_ref, w->ref_capacity * sizeof *w->by_ref);
  alloc_put(w->alloc, w, sizeof *w);
}

void timer_wheel_each(const TimerWheel *w, void (*visit)(void *state, const Timer *t), void *state) {
  for (int level = 0; level < TIMER_LEVELS; level++)
    for (int slot = 0; slot < TIMER_SLOTS; slot++)
      for (const Timer *t = w->rings[level].slots[slot].first; t; t = t->next) visit(state, t);
}

static void place(TimerWheel *w, Timer *t) {
  int64_t tick = tick_after(t->deadline_ns);
  if (tick <= w->now) tick = w->now + 1;
  int level = 0;
  while (level < TIMER_LEVELS - 1 && (tick >> (TIMER_SLOT_SHIFT * level)) - (w->now >> (TIMER_SLOT_SHIFT * level)) >= TIMER_SLOTS) level++;
  int64_t position = tick >> (TIMER_SLOT_SHIFT * level), here = w->now >> (TIMER_SLOT_SHIFT * level);
  if (position - here >= TIMER_SLOTS) position = here + TIMER_SLOTS - 1;
  uint8_t slot = (uint8_t)(position & (TIMER_SLOTS - 1));
  Ring *ring = &w->rings[level];
  t->level = (uint8_t)level;
  t->slot = slot;
  t->next = NULL;
  t->prev = ring->slots[slot].last;
  if (t->prev) t->prev->next = t;
  else ring->slots[slot].first = t;
  ring->slots[slot].last = t;
  ring->occupied |= (uint64_t)1 << slot;
}

// --- by reference

static size_t ref_place(const TimerWheel *w, uint64_t number) { return (size_t)((number * 0x9e3779b97f4a7c15u) >> 32) & (w->ref_capacity - 1); }

static void ref_insert(TimerWheel *w, Timer *t) {
  size_t i = ref_place(w, t->ref_number);
  t->hash_next = w->by_ref[i];
  w->by_ref[i] = t;
}

static void ref_remove(TimerWheel *w, Timer *t) {
  Timer **at = &w->by_ref[ref_place(w, t->ref_number)];
  while (*at != t) at = &(*at)->hash_next;
  *at = t->hash_next;
  w->ref_count--;
}

bool timer_wheel_reserve_ref(TimerWheel *w) {
  if (w->ref_count < w->ref_capacity) return true;
  size_t capacity = w->ref_capacity ? w->ref_capacity * 2 : 64, old_capacity = w->ref_capacity;
  Timer **table = alloc_zero(w->alloc, capacity * sizeof *table), **old = w->by_ref;
  if (!table) return false;
  w->by_ref = table;
  w->ref_capacity = capacity;
  for (size_t i = 0; i < old_capacity; i++)
    for (Timer *t = old[i], *next; t; t = next) {
      next = t->hash_next;
      ref_insert(w, t);
    }
  alloc_put(w->alloc, old, old_capacity * sizeof *old);
  return true;
}

Timer *timer_wheel_find(const TimerWheel *w, uint64_t ref_number) {
  if (w->ref_capacity == 0) return NULL;
  for (Timer *t = w->by_ref[ref_place(w, ref_number)]; t; t = t->hash_next)
    if (t->ref_number == ref_number) return t;
  return NULL;
}

// --- adding and taking away

void timer_wheel_add(TimerWheel *w, Timer *t, int64_t deadline_ns) {
  DCHECK(!t->armed);
  t->deadline_ns = deadline_ns;
  t->sequence = ++w->sequence;
  t->armed = true;
  w->count++;
  if (t->ref_number) {
    CHECK(w->ref_count < w->ref_capacity); // timer_wheel_reserve_ref saw to it
    ref_insert(w, t);
    w->ref_count++;
  }
  place(w, t);
}

static void disarm(TimerWheel *w, Timer *t) {
  t->armed = false;
  t->prev = NULL;
  w->count--;
  if (t->ref_number) ref_remove(w, t);
}

bool timer_wheel_cancel(TimerWheel *w, Timer *t) {
  if (!t->armed) return false;
  Ring *ring = &w->rings[t->level];
  if (t->prev) t->prev->next = t->next;
  else ring->slots[t->slot].first = t->next;
  if (t->next) t->next->prev = t->prev;
  else ring->slots[t->slot].last = t->prev;
  if (!ring->slots[t->slot].first) ring->occupied &= ~((uint64_t)1 << t->slot);
  disarm(w, t);
  return true;
}

static Timer *take_slot(TimerWheel *w, int level, int slot) {
  Ring *ring = &w->rings[level];
  Timer *list = ring->slots[slot].first;
  ring->slots[slot].first = ring->slots[slot].last = NULL;
  ring->occupied &= ~((uint64_t)1 << slot);
  return list;
}

// --- time goes on

static bool before(const Timer *a, const Timer *b) {
  return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->sequence < b->sequence;
}

// Merge sort of a list linked by next, bottom up: runs[i] holds 2^i timers.
static Timer *sort(Timer *list) {
  Timer *runs[64] = {0};
  int top = 0;
  while (list) {
    Timer *one = list;
    list = list->next;
    one->next = NULL;
    int i = 0;
    for (; i < 64 && runs[i]; i++) {
      Timer *a = runs[i], *b = one, *merged = NULL, **tail = &merged; // a was first
      while (a && b) {
        Timer **from = before(b, a) ? &b : &a;
        *tail = *from;
        tail = &(*from)->next;
        *from = *tail;
      }
      *tail = a ? a : b;
      one = merged;
      runs[i] = NULL;
    }
    runs[i] = one;
    if (i > top) top = i;
  }
  Timer *all = NULL;
  for (int i = 0; i <= top; i++) {
    Timer *a = runs[i], *b = all, *merged = NULL, **tail = &merged;
    while (a && b) {
      Timer **from = before(b, a) ? &b : &a;
      *tail = *from;
      tail = &(*from)->next;
      *from = *tail;
    }
    *tail = a ? a : b;
    all = merged;
  }
  return all;
}

// The next tick at which a slot of any level is entered that is not empty; -1: none.
static int64_t next_tick(const TimerWheel *w) {
  int64_t best = -1;
  for (int level = 0; level < TIMER_LEVELS; level++) {
    uint64_t occupied = w->rings[level].occupied;
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
  int64_t tick = next_tick(w);
  return tick < 0 ? -1 : tick * TICK_NS;
}

size_t timer_wheel_count(const TimerWheel *w) { return w->count; }

size_t timer_wheel_advance(TimerWheel *w, int64_t now_ns, TimerFire fire, void *state) {
  int64_t target = now_ns / TICK_NS;
  size_t fired = 0;
  for (;;) {
    int64_t tick = next_tick(w);
    if (tick < 0 || tick > target) break;
    w->now = tick;
    Timer *due = take_slot(w, 0, (int)(tick & (TIMER_SLOTS - 1)));
    for (int level = TIMER_LEVELS - 1; level > 0; level--) {
      int shift = TIMER_SLOT_SHIFT * level;
      if (tick & (((int64_t)1 << shift) - 1)) continue; // no slot of this level begins here
      Timer *list = take_slot(w, level, (int)(tick >> shift & (TIMER_SLOTS - 1)));
      for (Timer *next; list; list = next) {
        next = list->next;
        if (tick_after(list->deadline_ns) > tick) {
          place(w, list);
        } else {
          list->next = due;
          due = list;
        }
      }
    }
    due = sort(due);
    for (Timer *t = due; t; t = t->next) disarm(w, t); // T2: from here on they have fired
    for (Timer *t = due; t; t = due) {
      due = t->next;
      t->next = NULL;
      fired++;
      fire(state, t);
    }
  }
  if (target > w->now) w->now = target;
  return fired;
}
