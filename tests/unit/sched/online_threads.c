// SPDX-License-Identifier: Apache-2.0
//
// Threads that look at processors and threads that ask for a number of schedulers, at the same time: the last wish stays. For
// ThreadSanitizer; exit status 0 and "ok".
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

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

// One step between two barriers, as the next one would mend what was lost.
static void *follow(void *state) {
  Shared *s = state;
  for (int i = 0; i < ROUNDS; i++) {
    pthread_barrier_wait(&s->start);
    if (i & 1) sched_follow_cpus(&s->vm);
    else sched_follow_sometimes(&s->vm);
    pthread_barrier_wait(&s->end);
  }
  return NULL;
}

static void *wish(void *state) {
  Shared *s = state;
  uint32_t random = (uint32_t)(uintptr_t)&random; // another one in each thread
  for (int i = 0; i < ROUNDS; i++) {
    pthread_barrier_wait(&s->start);
    random = random * 1664525 + 1013904223;
    uint32_t n = (random >> 20) % (SCHEDULERS + 2);
    if (sched_set_online(&s->vm, n) != (n > 0 && n <= SCHEDULERS)) exit(1);
    pthread_barrier_wait(&s->end);
  }
  return NULL;
}

int main(void) {
  Shared *s = calloc(1, sizeof *s);
  if (!s || pthread_barrier_init(&s->start, NULL, THREADS + 1) != 0 || pthread_barrier_init(&s->end, NULL, THREADS + 1) != 0) return 1;
  Vm *vm = &s->vm;
  vm->options = (VmOptions){.schedulers = SCHEDULERS, .follow_cpus = true};
  vm->clock.monotonic = clock_forward;
  cpu_reader_init(&vm->cpus);
  vm->cpus.affinity = machine;
  vm->cpus.groups.lines = "";
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, i & 1 ? follow : wish, s) != 0) return 1;
  for (int round = 0; round < ROUNDS; round++) {
    pthread_barrier_wait(&s->start);
    pthread_barrier_wait(&s->end);
    uint32_t set = atomic_load(&vm->schedulers_set);
    if (sched_online(vm) != (set ? set : 2)) {
      fprintf(stderr, "%u take work, %u were asked for\n", sched_online(vm), set);
      return 1;
    }
    atomic_store(&vm->schedulers_set, 0);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  free(s);
  puts("ok");
  return 0;
}
