// SPDX-License-Identifier: Apache-2.0
//
// The inbound queue alone under many threads that push, while one takes; each sender's order is kept, what a sender wrote before pushing
// is seen, nothing is lost.
//
// With PLANTED the queue was compiled with one of its memory orders weakened (meson.build): then the program runs itself, and is
// content when ThreadSanitizer found the race. So we know that it would find one.
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/threads.h"
#include "vm/process/signal.h"

enum { THREADS = 6, COUNT = 60000 };

static _Atomic(HeapFragment *) inbound;

static void send_all(void *context) {
  uint32_t number = *(uint32_t *)context;
  for (uint32_t i = 0; i < COUNT; i++) {
    HeapFragment *s = malloc(sizeof *s);
    EXPECT(s);
    s->word_count = number;
    s->term = term_small(i); // plain writes: the queue must order them
    EXPECT(inbound_push(&inbound, s));
  }
}

static int push_and_take(void) {
  Threads senders;
  uint32_t numbers[THREADS];
  int64_t next[THREADS] = {0};
  for (uint32_t i = 0; i < THREADS; i++) numbers[i] = i;
  threads_start(&senders, THREADS, send_all, numbers, sizeof *numbers);
  for (long received = 0; received < (long)THREADS * COUNT;)
    for (HeapFragment *s = inbound_take(&inbound), *after; s; s = after) {
      after = s->next;
      EXPECT(small_value(s->term) == next[s->word_count]++);
      free(s);
      received++;
    }
  threads_join(&senders);
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
