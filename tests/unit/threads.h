// SPDX-License-Identifier: Apache-2.0
//
// What the programs share that put one mechanism under many threads: a check, threads that begin together, random numbers.
//
// They are plain programs (ThreadSanitizer sees all of them in the tsan build; elsewhere they are plain race tests) and end with status 0, or
// abort at the first check that does not hold. What they draw is the same in each run; what the threads make of it is not.
#ifndef JOIST_TESTS_THREADS_H
#define JOIST_TESTS_THREADS_H

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// Thread: any.
#define EXPECT(what) \
  do { \
    if (!(what)) { \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what); \
      abort(); \
    } \
  } while (0)

// The state of a generator (xorshift), other numbers for each `number`. One thread at a time draws from it.
static inline uint64_t random_of(uint64_t number) { return (number + 1) * UINT64_C(0x9e3779b97f4a7c15); }
// 0 … bound - 1.
static inline uint32_t draw(uint64_t *random, uint32_t bound) {
  *random ^= *random << 13;
  *random ^= *random >> 7;
  *random ^= *random << 17;
  return (uint32_t)(*random >> 32) % bound;
}

enum { THREADS_MAX = 8 };

typedef struct Threads {
  int count;
  pthread_barrier_t start;
  struct ThreadOfMany {
    struct Threads *all;
    pthread_t id;
    void (*body)(void *context);
    void *context;
  } each[THREADS_MAX];
} Threads;

static inline void *threads_main(void *argument) {
  struct ThreadOfMany *t = argument;
  pthread_barrier_wait(&t->all->start);
  t->body(t->context);
  return NULL;
}
// Starts `count` threads, which begin when all are there: body(contexts[i]), where a context has `bytes` bytes. All of them, the contexts
// too, stay where they are until threads_join.
static inline void threads_start(Threads *t, int count, void (*body)(void *context), void *contexts, size_t bytes) {
  EXPECT(count <= THREADS_MAX && pthread_barrier_init(&t->start, NULL, (unsigned)count) == 0);
  t->count = count;
  for (int i = 0; i < count; i++) {
    t->each[i] = (struct ThreadOfMany){.all = t, .body = body, .context = (char *)contexts + (size_t)i * bytes};
    EXPECT(pthread_create(&t->each[i].id, NULL, threads_main, &t->each[i]) == 0);
  }
}
static inline void threads_join(Threads *t) {
  for (int i = 0; i < t->count; i++) EXPECT(pthread_join(t->each[i].id, NULL) == 0);
  pthread_barrier_destroy(&t->start);
}
static inline void threads_run(int count, void (*body)(void *context), void *contexts, size_t bytes) {
  Threads t;
  threads_start(&t, count, body, contexts, bytes);
  threads_join(&t);
}

#endif
