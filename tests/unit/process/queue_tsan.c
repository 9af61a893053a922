// SPDX-License-Identifier: Apache-2.0
//
// The inbound queue alone under ThreadSanitizer: many threads push, one takes; each sender's order is kept, what a sender
// wrote before pushing is seen, nothing is lost. A program of its own: exit status 0 and "ok".
//
// With PLANTED the queue was compiled with one of its memory orders weakened (meson.build): then the program runs itself, and is
// content when ThreadSanitizer found the race. So we know that it would find one.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

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

static int push_and_take(void) {
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

#ifdef PLANTED
enum { RACE_FOUND = 66 };

int main(int argc, char **argv) {
  if (argc > 1) return push_and_take();
  pid_t child = fork();
  if (child == 0) {
    setenv("TSAN_OPTIONS", "halt_on_error=1:exitcode=66", 1);
    if (!freopen("/dev/null", "w", stderr)) _exit(1);
    execl(argv[0], argv[0], "race", (char *)NULL);
    _exit(1);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) return 1;
  bool found = WIFEXITED(status) && WEXITSTATUS(status) == RACE_FOUND;
  puts(found ? "ok: the planted race was found" : "the planted race was not found");
  return found ? 0 : 1;
}
#else
int main(void) { return push_and_take(); }
#endif
