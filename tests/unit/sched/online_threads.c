// SPDX-License-Identifier: Apache-2.0
//
// Threads that look at processors and threads that ask for a number of schedulers, at the same time: the last wish stays.
#include "tests/unit/threads.h"
#include "vm/sched/online.h"

enum { THREADS = 4, ROUNDS = 3000, SCHEDULERS = 7 };

// Two processors; somebody else may decide meanwhile.
static int machine(pid_t thread, size_t bytes, cpu_set_t *mask) {
  (void)thread;
  for (int i = 0; i < 20; i++) sched_yield();
  CPU_ZERO_S(bytes, mask);
  CPU_SET_S(0, bytes, mask);
  CPU_SET_S(1, bytes, mask);
  return 0;
}

static int64_t clock_forward(VmClock *c) {
  (void)c;
  static _Atomic(int64_t) now;
  return atomic_fetch_add(&now, ONLINE_ASK_NS / 2) + ONLINE_ASK_NS;
}

typedef struct Shared {
  Vm vm; // a few fields of it, no more is looked at
  pthread_barrier_t start, end;
} Shared;
static Shared shared;

// One step between two barriers, as the next one would mend what was lost.
static void follow(int round) {
  if (round & 1) sched_follow_cpus(&shared.vm);
  else sched_follow_sometimes(&shared.vm);
}
static void wish(uint64_t *random) {
  uint32_t n = draw(random, SCHEDULERS + 2);
  EXPECT(sched_set_online(&shared.vm, n) == (n > 0 && n <= SCHEDULERS));
}

// random 0: it looks at processors.
static void run(void *random) {
  for (int i = 0; i < ROUNDS; i++) {
    pthread_barrier_wait(&shared.start);
    if (*(uint64_t *)random) wish(random);
    else follow(i);
    pthread_barrier_wait(&shared.end);
  }
}

int main(void) {
  Shared *s = &shared;
  EXPECT(pthread_barrier_init(&s->start, NULL, THREADS + 1) == 0 && pthread_barrier_init(&s->end, NULL, THREADS + 1) == 0);
  Vm *vm = &s->vm;
  vm->options = (VmOptions){.schedulers = SCHEDULERS, .follow_cpus = true};
  vm->clock.monotonic = clock_forward;
  cpu_reader_init(&vm->cpus);
  vm->cpus.affinity = machine;
  vm->cpus.groups.lines = "";
  Threads threads;
  uint64_t randoms[THREADS];
  for (uint64_t i = 0; i < THREADS; i++) randoms[i] = i & 1 ? 0 : random_of(i);
  threads_start(&threads, THREADS, run, randoms, sizeof *randoms);
  for (int round = 0; round < ROUNDS; round++) {
    pthread_barrier_wait(&s->start);
    pthread_barrier_wait(&s->end);
    uint32_t set = atomic_load(&vm->schedulers_set);
    EXPECT(sched_online(vm) == (set ? set : 2));
    atomic_store(&vm->schedulers_set, 0);
  }
  threads_join(&threads);
  return 0;
}
