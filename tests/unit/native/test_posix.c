// SPDX-License-Identifier: Apache-2.0
//
// Looks at descriptors while signals come: a look that a signal ends must not pass for a descriptor that is ready, or who reads next
// blocks a scheduler.
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "vm/native/posix.h"

static atomic_bool over;
static void on_signal(int number) { (void)number; }
static void *send_signals(void *to) {
  while (!atomic_load(&over)) pthread_kill(*(pthread_t *)to, SIGUSR1);
  return NULL;
}

// As many looks as it takes until the system's own were ended by signals often enough.
Test(posix, a_signal_makes_nothing_ready, .timeout = 60) {
  enum { ENDED_WANTED = 30 };
  struct sigaction quiet = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  cr_assert_eq(sigaction(SIGUSR1, &quiet, NULL), 0);
  int empty[2];
  cr_assert_eq(pipe(empty), 0);
  pthread_t self = pthread_self(), sender;
  cr_assert_eq(pthread_create(&sender, NULL, send_signals, &self), 0);
  unsigned wrong = 0;
  for (int ended = 0; ended < ENDED_WANTED;) {
    struct pollfd look = {empty[0], POLLIN, 0};
    if (poll(&look, 1, 0) < 0 && errno == EINTR) ended++;
    wrong += posix_is_ready(empty[0], POLLIN);
  }
  atomic_store(&over, true);
  pthread_join(sender, NULL);
  cr_assert_eq(wrong, 0, "%u times an empty pipe was said to be ready", wrong);
  cr_assert(posix_is_ready(empty[1], POLLOUT));
  cr_assert_eq(write(empty[1], "x", 1), 1);
  cr_assert(posix_is_ready(empty[0], POLLIN));
  close(empty[0]);
  cr_assert(posix_is_ready(empty[1], POLLOUT), "it has an error to tell");
  close(empty[1]);
}
