// SPDX-License-Identifier: Apache-2.0
#include "vm/base/thread.h"

#include <signal.h>

int thread_start(pthread_t *thread, size_t stack_bytes, void *(*run)(void *argument), void *argument) {
  static const int FAULTS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS};
  sigset_t most, before; // a thread inherits its maker's mask
  sigfillset(&most);
  for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) sigdelset(&most, FAULTS[i]);
  pthread_attr_t attributes;
  int error = pthread_attr_init(&attributes);
  if (error != 0) return error;
  if (stack_bytes) error = pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_sigmask(SIG_BLOCK, &most, &before);
  if (error == 0) error = pthread_create(thread, &attributes, run, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return error;
}
