// SPDX-License-Identifier: Apache-2.0
//
// The small lock: its states, that who waits sleeps and is woken, and in debug builds that locks are taken in rising rank.
// (Many threads at once, and the order in every build: lock_threads.c.)
#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "vm/base/lock.h"

enum { FREE, TAKEN, AWAITED };
static uint32_t word(Lock *l) { return atomic_load(&l->word); }

Test(lock, states) {
  Lock l;
  lock_init(&l, LOCK_TEST);
  cr_expect_eq(word(&l), FREE);
  lock_take(&l);
  cr_expect_eq(word(&l), TAKEN);
  lock_give(&l);
  cr_expect_eq(word(&l), FREE);
  cr_assert(lock_try(&l));
  cr_expect_eq(word(&l), TAKEN);
  cr_expect_not(lock_try(&l));
  cr_expect_eq(word(&l), TAKEN, "who only tries leaves no trace");
  lock_give(&l);
  cr_expect_eq(word(&l), FREE);
}

typedef struct Waiter {
  Lock *lock;
  _Atomic(pid_t) thread;
  _Atomic(bool) entered;
} Waiter;
static void *wait_for_it(void *state) {
  Waiter *w = state;
  atomic_store(&w->thread, (pid_t)syscall(SYS_gettid));
  lock_take(w->lock);
  atomic_store(&w->entered, true);
  lock_give(w->lock);
  return NULL;
}

// 'S' when the kernel has put it to sleep.
static char thread_state(pid_t thread) {
  char path[64], state = 0;
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
  FILE *f = fopen(path, "r");
  if (!f) return 0;
  if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1) state = 0;
  fclose(f);
  return state;
}

Test(lock, who_waits_sleeps_and_is_woken, .timeout = 60) {
  enum { WAITERS = 3 };
  Lock l;
  lock_init(&l, LOCK_TEST);
  Waiter waiters[WAITERS] = {0};
  pthread_t threads[WAITERS];
  lock_take(&l);
  for (int i = 0; i < WAITERS; i++) {
    waiters[i].lock = &l;
    cr_assert_eq(pthread_create(&threads[i], NULL, wait_for_it, &waiters[i]), 0);
  }
  for (int i = 0; i < WAITERS; i++)
    while (!atomic_load(&waiters[i].thread) || thread_state(atomic_load(&waiters[i].thread)) != 'S') sched_yield();
  cr_expect_eq(word(&l), AWAITED);
  for (int i = 0; i < WAITERS; i++) cr_expect_not(atomic_load(&waiters[i].entered));
  lock_give(&l); // wakes one, who wakes the next
  for (int i = 0; i < WAITERS; i++) {
    pthread_join(threads[i], NULL);
    cr_expect(atomic_load(&waiters[i].entered));
  }
  cr_expect_eq(word(&l), FREE);
}

#ifdef JOIST_DEBUG
static Lock low, high, high_too;
static void init_locks(void) {
  lock_init(&low, LOCK_RUN_QUEUE);
  lock_init(&high, LOCK_TEST);
  lock_init(&high_too, LOCK_TEST);
}

Test(lock_order, rising_is_allowed, .init = init_locks) {
  for (int i = 0; i < 2; i++) {
    lock_take(&low);
    lock_take(&high);
    lock_give(&low); // in whatever order they are given
    lock_give(&high);
    lock_take(&high);
    lock_give(&high);
  }
}
Test(lock_order, falling_is_not, .init = init_locks, .signal = SIGABRT) {
  lock_take(&high);
  lock_take(&low);
}
Test(lock_order, two_of_one_rank_are_not, .init = init_locks, .signal = SIGABRT) {
  lock_take(&high);
  lock_take(&high_too);
}
Test(lock_order, trying_counts_as_taking, .init = init_locks, .signal = SIGABRT) {
  cr_assert(lock_try(&high));
  lock_take(&low);
}
Test(lock_order, giving_what_one_has_not, .init = init_locks, .signal = SIGABRT) { lock_give(&low); }
#endif
