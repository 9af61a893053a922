// SPDX-License-Identifier: Apache-2.0
#include "vm/native/posix.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

Term posix_atom(Vm *vm, int error) {
  const char *name = strerrorname_np(error);
  char lower[32];
  size_t n = 0;
  if (!name) name = "EUNKNOWN";
  for (; name[n] && n < sizeof lower - 1; n++) lower[n] = (char)(name[n] >= 'A' && name[n] <= 'Z' ? name[n] + 32 : name[n]);
  Term atom;
  return atom_intern(vm->atoms, lower, n, &atom) == STATUS_OK ? atom : ATOM_error;
}

// The signal is blocked around the writes; one that they raised is taken off before it is let through again. One that was pending before
// stays so.
int posix_write_all(int fd, const void *bytes, size_t size) {
  sigset_t pipe_only, before, pending;
  sigemptyset(&pipe_only);
  sigaddset(&pipe_only, SIGPIPE);
  sigpending(&pending);
  pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
  const char *at = bytes;
  int error = 0;
  while (size && !error) {
    ssize_t n = write(fd, at, size);
    if (n >= 0) {
      at += n;
      size -= (size_t)n;
    } else if (errno == EAGAIN) {
      struct pollfd wait = {fd, POLLOUT, 0};
      poll(&wait, 1, -1);
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == EPIPE && !sigismember(&pending, SIGPIPE)) {
    struct timespec now = {0, 0};
    while (sigtimedwait(&pipe_only, NULL, &now) < 0 && errno == EINTR) {}
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}
