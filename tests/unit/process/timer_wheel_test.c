// SPDX-License-Identifier: Apache-2.0
//
// The wheel against a sorted list: order, precision, cancelling, far deadlines, being interrupted.
#include "fake_engine.h"

typedef struct Fired {
  uint64_t *ids;
  size_t count;
  int64_t now_ns;
} Fired;
static void fire(void *state, Timer *t) {
  Fired *f = state;
  cr_assert(t->deadline_ns <= f->now_ns, "early");
  f->ids[f->count++] = t->to;
}
static void drop(void *state, Timer *t) { (void)state, (void)t; }

static void random_run(uint64_t seed, int64_t start_ns, int64_t horizon_ms, int count) {
  Alloc alloc = alloc_system();
  VmRandom random;
  vm_random_seed(&random, seed);
  TimerWheel *w = timer_wheel_new(&alloc, start_ns, 0);
  Timer *timers = calloc((size_t)count, sizeof *timers);
  uint64_t *ids = calloc((size_t)count + 1, sizeof *ids);
  bool *cancelled = calloc((size_t)count, sizeof *cancelled);
  Fired fired = {ids, 0, start_ns};
  int added = 0, live = 0;
  int64_t last_deadline = INT64_MIN;
  uint64_t last_sequence = 0;
  size_t checked = 0;
  while (added < count || timer_wheel_count(w)) {
    uint64_t what = vm_random_below(&random, 10);
    if (what < 6 && added < count) {
      timers[added].to = (Term)added;
      int64_t left = (int64_t)vm_random_below(&random, vm_random_below(&random, 2) ? 200 : (uint64_t)horizon_ms) * 1000000 + (int64_t)vm_random_below(&random, 1000000);
      cr_assert(timer_wheel_add(w, &timers[added], fired.now_ns, fired.now_ns + left));
      added++;
      live++;
    } else if (what == 6 && added) {
      int i = (int)vm_random_below(&random, (uint64_t)added);
      if (timers[i].armed) {
        cr_assert(timer_wheel_cancel(w, &timers[i]));
        cancelled[i] = true;
      } else {
        cr_assert_not(timer_wheel_cancel(w, &timers[i]));
      }
    } else {
      int64_t next = timer_wheel_next_ns(w);
      if (next < 0) continue;
      int64_t to = what < 9 ? next : fired.now_ns + (int64_t)vm_random_below(&random, (uint64_t)horizon_ms) * 1000000;
      if (to < fired.now_ns) to = fired.now_ns;
      fired.now_ns = to;
      timer_wheel_advance(w, to, fire, &fired);
      for (int i = 0; i < added; i++) // all that is due a full tick ago has fired
        if (timers[i].armed) cr_assert(timers[i].deadline_ns > to - TIMER_TICK_NS, "late: timer %d", i);
      for (; checked < fired.count; checked++) {
        Timer *t = &timers[ids[checked]];
        cr_assert_not(cancelled[ids[checked]]);
        int64_t tick = (t->deadline_ns + TIMER_TICK_NS - 1) / TIMER_TICK_NS, last_tick = (last_deadline + TIMER_TICK_NS - 1) / TIMER_TICK_NS;
        if (last_deadline != INT64_MIN) {
          cr_assert(tick >= last_tick || t->sequence > last_sequence);
          if (tick == last_tick) cr_assert(t->deadline_ns > last_deadline || (t->deadline_ns == last_deadline && t->sequence > last_sequence));
        }
        last_deadline = t->deadline_ns;
        last_sequence = t->sequence;
      }
    }
  }
  size_t expected = 0;
  for (int i = 0; i < count; i++) expected += !cancelled[i];
  cr_assert_eq(fired.count, expected);
  timer_wheel_free(w, drop, NULL);
  free(timers);
  free(ids);
  free(cancelled);
}

Test(timer_wheel, random_short) { random_run(1, 0, 1000, 2000); }
Test(timer_wheel, random_long) { random_run(2, 123456789012345, 100000000, 2000); }
Test(timer_wheel, random_far) {
  for (uint64_t seed = 3; seed < 10; seed++) random_run(seed, (int64_t)seed * 99999999999, (int64_t)1 << 36, 300);
}

static bool visited[4000];
static void visit(void *state, const Timer *t) {
  (void)state;
  visited[t->to] = true;
}

// A walk over those with a reference, in small steps, while others come, fire and are cancelled: who is there all the time is seen.
Test(timer_wheel, walk) {
  enum { COUNT = 4000 };
  static Timer timers[COUNT];
  static uint64_t ids[COUNT];
  Alloc alloc = alloc_system();
  VmRandom random;
  vm_random_seed(&random, 11);
  TimerWheel *w = timer_wheel_new(&alloc, 0, 0);
  Fired fired = {ids, 0, 0};
  int added = 0;
  for (int walk = 0; walk < 8; walk++) {
    memset(visited, 0, sizeof visited);
    int before = added, steps = 0;
    size_t chain = 0;
    for (bool more = true; more; steps++) {
      size_t budget = 1 + vm_random_below(&random, 40);
      more = timer_wheel_walk(w, &chain, &budget, visit, NULL);
      for (uint64_t n = vm_random_below(&random, 30); n && added < COUNT / 8 * (walk + 1); n--, added++) {
        timers[added].to = (Term)added;
        timers[added].ref_number = vm_random_below(&random, 8) ? (uint64_t)added + 1 : 0;
        cr_assert(timer_wheel_add(w, &timers[added], fired.now_ns, fired.now_ns + (int64_t)vm_random_below(&random, 2000) * 1000000));
      }
      if (added) timer_wheel_cancel(w, &timers[vm_random_below(&random, (uint64_t)added)]);
      fired.now_ns += 1000000;
      timer_wheel_advance(w, fired.now_ns, fire, &fired);
    }
    for (int i = 0; i < before; i++) cr_assert(visited[i] || !timers[i].armed || !timers[i].ref_number, "walk %d did not see %d", walk, i);
    for (int i = 0; i < added; i++) cr_assert(!visited[i] || timers[i].ref_number);
    cr_assert(walk < 2 || steps > 10);
  }
  timer_wheel_free(w, drop, NULL);
}

// All timers at once: sorted by deadline, then by order of starting.
Test(timer_wheel, order_of_firing) {
  Alloc alloc = alloc_system();
  enum { COUNT = 1000 };
  static Timer timers[COUNT];
  static uint64_t ids[COUNT];
  VmRandom random;
  vm_random_seed(&random, 4);
  TimerWheel *w = timer_wheel_new(&alloc, 0, 0);
  for (int i = 0; i < COUNT; i++) {
    timers[i].to = (Term)i;
    timer_wheel_add(w, &timers[i], 0, (int64_t)vm_random_below(&random, 50) * 100000000);
    if (i % 100 == 50) { // time goes on between, so equal deadlines lie at different levels for a while
      Fired none = {ids, 0, i * 10000};
      timer_wheel_advance(w, i * 10000, fire, &none);
      for (size_t k = 0; k < none.count; k++) timers[ids[k]].to = (Term)COUNT;
    }
  }
  Fired fired = {ids, 0, (int64_t)10 * 1000000000};
  timer_wheel_advance(w, fired.now_ns, fire, &fired);
  for (size_t i = 1; i < fired.count; i++) {
    Timer *a = &timers[ids[i - 1]], *b = &timers[ids[i]];
    cr_assert(a->deadline_ns < b->deadline_ns || (a->deadline_ns == b->deadline_ns && a->sequence < b->sequence));
  }
  cr_assert(fired.count > COUNT / 2);
  timer_wheel_free(w, drop, NULL);
}

Test(timer_wheel, by_reference) {
  Alloc alloc = alloc_system();
  enum { COUNT = 5000 };
  static Timer timers[COUNT];
  TimerWheel *w = timer_wheel_new(&alloc, 0, 0);
  for (int i = 0; i < COUNT; i++) {
    timers[i].ref_number = (uint64_t)i * 3 + 1;
    cr_assert(timer_wheel_add(w, &timers[i], 0, (int64_t)i * 1000000 + 5));
    int k = (int)((int64_t)i * 7919 % (i + 1)); // while chains are split
    cr_assert_eq(timer_wheel_find(w, (uint64_t)k * 3 + 1), &timers[k]);
  }
  for (int i = 0; i < COUNT; i += 2) cr_assert(timer_wheel_cancel(w, timer_wheel_find(w, (uint64_t)i * 3 + 1)));
  for (int i = 0; i < COUNT; i++) cr_assert_eq(timer_wheel_find(w, (uint64_t)i * 3 + 1), i % 2 ? &timers[i] : NULL);
  cr_assert_null(timer_wheel_find(w, 2));
  timer_wheel_free(w, drop, NULL);
}

// A few timers at a time, with cancelling between: the same order, nothing lost, nothing twice, and until the end something is due.
Test(timer_wheel, in_parts) {
  Alloc alloc = alloc_system();
  enum { COUNT = 4000 };
  static Timer timers[COUNT];
  static bool cancelled[COUNT], fired[COUNT];
  VmRandom random;
  vm_random_seed(&random, 5);
  TimerWheel *w = timer_wheel_new(&alloc, 0, 0);
  for (int i = 0; i < COUNT; i++) {
    timers[i].to = (Term)i;
    timers[i].ref_number = (uint64_t)i + 1;
    cr_assert(timer_wheel_add(w, &timers[i], 0, (int64_t)vm_random_below(&random, 20000) * 400000));
  }
  int64_t now = 0, last_tick = 0;
  const Timer *last = NULL;
  size_t gone = 0, interrupted = 0;
  while (timer_wheel_count(w)) {
    if (!timer_wheel_is_due(w, now)) {
      cr_assert_gt(timer_wheel_next_ns(w), now);
      now += (int64_t)vm_random_below(&random, 900) * 1000000;
    }
    size_t budget = 1 + (size_t)vm_random_below(&random, 20), had = budget;
    Timer *due = timer_wheel_take(w, now, &budget);
    cr_assert_lt(budget, had + !timer_wheel_is_due(w, now)); // nothing is done for nothing
    if (!due && timer_wheel_is_due(w, now)) {
      cr_assert_eq(budget, 0u);
      cr_assert_leq(timer_wheel_next_ns(w), now);
      interrupted++;
    }
    for (; due; due = due->next) {
      cr_assert_not(due->armed);
      cr_assert_not(cancelled[due->to] || fired[due->to]);
      fired[due->to] = true;
      gone++;
      int64_t tick = (due->deadline_ns + 999999) / 1000000;
      cr_assert(due->deadline_ns <= now && tick >= last_tick);
      if (last && tick == last_tick) cr_assert(last->deadline_ns < due->deadline_ns || (last->deadline_ns == due->deadline_ns && last->sequence < due->sequence));
      last_tick = tick;
      last = due;
    }
    int i = (int)vm_random_below(&random, COUNT);
    Timer *found = timer_wheel_find(w, (uint64_t)i + 1);
    cr_assert_eq(found, fired[i] || cancelled[i] ? NULL : &timers[i]);
    if (found) {
      cr_assert(timer_wheel_cancel(w, found));
      cancelled[i] = true;
      gone++;
    }
  }
  cr_assert_eq(gone, (size_t)COUNT);
  cr_assert_gt(interrupted, 100u);
  cr_assert_eq(timer_wheel_next_ns(w), -1);
  timer_wheel_free(w, drop, NULL);
}
