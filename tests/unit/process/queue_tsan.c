// SPDX-License-Identifier: Apache-2.0
//
// The inbound queue alone under ThreadSanitizer: many threads push, one takes; each sender's order is kept, what a sender
// wrote before pushing is seen, nothing is lost. A program of its own: exit status 0 and "ok".
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "vm/process/signal.h"

enum { THREADS = 6, COUNT = 60000 };

static _Atomic(HeapFragment *) inbound;

static void *sender(void *context) {
  uint32_t number = (uint32_t)(uintptr_t)context;
  for (uint32_t i = 0; i < COUNT; i++) {
    HeapFragment *s = malloc(sizeof *s);
    if (!s) abort();
    s->word_count = number;
    s->term = term_small(i); // plain writes: the queue must order them
    if (!inbound_push(&inbound, s)) abort();
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  int64_t next[THREADS] = {0};
  for (uintptr_t i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, sender, (void *)i);
  for (long received = 0; received < (long)THREADS * COUNT;)
    for (HeapFragment *s = inbound_take(&inbound), *after; s; s = after) {
      after = s->next;
      if (small_value(s->term) != next[s->word_count]++) {
        fprintf(stderr, "out of order\n");
        return 1;
      }
      free(s);
      received++;
    }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  puts("ok");
  return 0;
}
