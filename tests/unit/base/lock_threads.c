// SPDX-License-Identifier: Apache-2.0
//
// The small lock alone under many threads, with the check of the order compiled in whatever the build is.
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/threads.h"
#include "vm/base/lock.h"

enum { THREADS = 6, ROUNDS = 30000, SLOTS = 8 };

// Plain data under locks: only they order it.
typedef struct Shared {
  Lock first, second;
  uint64_t under_first[SLOTS], under_second[SLOTS];
  uint64_t both;   // written under both: readable under either
  uint64_t tries_won;
} Shared;
static Shared shared;

// What a thread did, counted for itself: the sums must come out the same.
typedef struct Thread {
  uint64_t random, first, second, both, tries_won;
} Thread;

static void work(void *context) {
  Thread *t = context;
  for (int i = 0; i < ROUNDS; i++) {
    switch (draw(&t->random, 8)) {
      case 0: // both
        lock_take(&shared.first);
        lock_take(&shared.second);
        shared.both++, t->both++;
        lock_give(&shared.second);
        lock_give(&shared.first);
        break;
      case 1: // only if it is free
        if (!lock_try(&shared.second)) break;
        shared.tries_won++, t->tries_won++;
        for (int s = 1; s < SLOTS; s++) EXPECT(shared.under_second[s] == shared.under_second[0]);
        lock_give(&shared.second);
        break;
      case 2:
        lock_take(&shared.second);
        for (int s = 0; s < SLOTS; s++) shared.under_second[s]++;
        t->second++;
        EXPECT(shared.both <= (uint64_t)THREADS * ROUNDS);
        lock_give(&shared.second);
        break;
      default: // nobody is seen half way
        lock_take(&shared.first);
        for (int s = 1; s < SLOTS; s++) EXPECT(shared.under_first[s] == shared.under_first[0]);
        for (int s = 0; s < SLOTS; s++) shared.under_first[s]++;
        t->first++;
        lock_give(&shared.first);
    }
  }
}

// Does what is wrong, in a process of its own; answers what it said before it aborted.
static void expect_panic(void (*wrong)(void), const char *words) {
  int ends[2];
  EXPECT(pipe(ends) == 0);
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    wrong();
    _exit(0);
  }
  close(ends[1]);
  char said[400] = "";
  ssize_t size = read(ends[0], said, sizeof said - 1);
  close(ends[0]);
  int status;
  EXPECT(waitpid(child, &status, 0) == child && size > 0);
  EXPECT(WIFSIGNALED(status));
  if (strstr(said, words)) return;
  fprintf(stderr, "wanted \"%s\" in: %s\n", words, said);
  abort();
}
static void falling(void) {
  lock_take(&shared.second);
  lock_take(&shared.first);
}
static void one_rank_twice(void) {
  Lock other;
  lock_init(&other, LOCK_TEST);
  lock_take(&shared.second);
  lock_take(&other);
}
static void giving_too_much(void) { lock_give(&shared.first); }

int main(void) {
  lock_init(&shared.first, LOCK_RUN_QUEUE);
  lock_init(&shared.second, LOCK_TEST);
  Thread done[THREADS], sum = {0};
  for (int i = 0; i < THREADS; i++) done[i] = (Thread){.random = random_of((uint64_t)i)};
  threads_run(THREADS, work, done, sizeof *done);
  for (int i = 0; i < THREADS; i++)
    sum.first += done[i].first, sum.second += done[i].second, sum.both += done[i].both, sum.tries_won += done[i].tries_won;
  EXPECT(sum.tries_won > 0 && shared.both == sum.both && shared.tries_won == sum.tries_won);
  for (int s = 0; s < SLOTS; s++) EXPECT(shared.under_first[s] == sum.first && shared.under_second[s] == sum.second);
  EXPECT(atomic_load(&shared.first.word) == 0 && atomic_load(&shared.second.word) == 0);
  expect_panic(falling, "lock RUN_QUEUE is taken while TEST is held");
  expect_panic(one_rank_twice, "lock TEST is taken while TEST is held");
  expect_panic(giving_too_much, "lock.c");
  return 0;
}
