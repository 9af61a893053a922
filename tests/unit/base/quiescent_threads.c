// SPDX-License-Identifier: Apache-2.0
//
// Reclamation by quiescent states under many threads: they read what others replace and retire, come and go, leave and join again.
// Nothing is released while one may read it (it is poisoned then, and never used again), and everything in the end.
#include <stddef.h>

#include "tests/unit/threads.h"
#include "vm/base/quiescent.h"

enum { THREADS = 6, ROUNDS = 200000, SLOTS = 16, HELD = 4 };
enum { ALIVE = 0x600d, RELEASED = 0xdead };

typedef struct Thing {
  Retired retired;
  uint32_t state;     // plain: readers are ordered before the release, or it is a race
  struct Thing *made; // all of a thread's
} Thing;

static Quiescence all;
static _Atomic(Thing *) slots[SLOTS];
static _Atomic(uint64_t) released;

typedef struct Thread {
  Participant participant;
  uint64_t random;
  Thing *made;
  uint64_t made_count;
} Thread;

static void release(void *state, Retired *r) {
  Thing *g = (Thing *)(void *)r;
  EXPECT(state == &slots && g->state == ALIVE);
  g->state = RELEASED;
  atomic_fetch_add_explicit(&released, 1, memory_order_relaxed);
}
_Static_assert(offsetof(Thing, retired) == 0, "what is retired starts with its Retired");

static void replace(Thread *t, uint32_t slot) {
  Thing *g = malloc(sizeof *g);
  EXPECT(g);
  g->state = ALIVE;
  g->made = t->made;
  t->made = g;
  t->made_count++;
  Thing *old = atomic_exchange_explicit(&slots[slot], g, memory_order_acq_rel);
  if (old) participant_retire(&t->participant, &old->retired, release);
}

static void run(void *context) {
  Thread *t = context;
  participant_join(&all, &t->participant, &slots);
  participant_online(&t->participant);
  Thing *held[HELD] = {NULL};
  for (int i = 0; i < ROUNDS; i++) {
    Thing *found = atomic_load_explicit(&slots[draw(&t->random, SLOTS)], memory_order_acquire);
    if (found) held[draw(&t->random, HELD)] = found;
    for (int h = 0; h < HELD; h++) EXPECT(!held[h] || held[h]->state == ALIVE);
    uint32_t what = draw(&t->random, 64);
    if (what < 24) replace(t, draw(&t->random, SLOTS));
    if (what < 32 || what > 40) continue;
    for (int h = 0; h < HELD; h++) held[h] = NULL;
    if (what > 33) {
      participant_pass(&t->participant);
      continue;
    }
    participant_offline(&t->participant);
    if (what == 32) {
      if (draw(&t->random, 4) == 0) replace(t, draw(&t->random, SLOTS)); // retiring while offline
      if (draw(&t->random, 16) == 0) {
        participant_leave(&t->participant);
        participant_join(&all, &t->participant, &slots);
      }
    }
    participant_online(&t->participant);
  }
  participant_offline(&t->participant);
}

int main(void) {
  static Thread threads[THREADS];
  quiescence_init(&all);
  for (int i = 0; i < THREADS; i++) threads[i].random = random_of((uint64_t)i);
  threads_run(THREADS, run, threads, sizeof *threads);
  uint64_t made = 0, here = 0;
  for (int i = 0; i < THREADS; i++) made += threads[i].made_count;
  for (int i = 0; i < SLOTS; i++) here += atomic_load(&slots[i]) != NULL;
  // All are offline: the last one to go offline has freed what was left.
  EXPECT(atomic_load(&released) > 0 && atomic_load(&released) == made - here && atomic_load(&all.left_count) == 0);
  for (int i = 0; i < THREADS; i++) {
    participant_leave(&threads[i].participant);
    for (Thing *g = threads[i].made, *next; g; g = next) {
      next = g->made;
      free(g);
    }
  }
  EXPECT(atomic_load(&all.epoch) > 100);
  return 0;
}
