// SPDX-License-Identifier: Apache-2.0
#include "vm/native/posix.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
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

// No SIGPIPE: the signal is blocked around the writes; one that they raised is taken off before it is let through again. One that was
// pending before stays so.
typedef struct Quiet {
  sigset_t pipe_only, before, pending;
} Quiet;
static void quiet_begin(Quiet *q) {
  sigemptyset(&q->pipe_only);
  sigaddset(&q->pipe_only, SIGPIPE);
  sigpending(&q->pending);
  pthread_sigmask(SIG_BLOCK, &q->pipe_only, &q->before);
}
static void quiet_end(Quiet *q, int error) {
  if (error == EPIPE && !sigismember(&q->pending, SIGPIPE)) {
    struct timespec now = {0, 0};
    while (sigtimedwait(&q->pipe_only, NULL, &now) < 0 && errno == EINTR) {}
  }
  pthread_sigmask(SIG_SETMASK, &q->before, NULL);
}

int posix_write_all(int fd, const void *bytes, size_t size) {
  Quiet quiet;
  quiet_begin(&quiet);
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
  quiet_end(&quiet, error);
  return error;
}

bool posix_is_ready(int fd, short events) {
  struct pollfd look = {fd, events, 0};
  int n;
  while ((n = poll(&look, 1, 0)) < 0 && errno == EINTR) {} // no wait, and yet a signal ends it, whatever SA_RESTART says
  return n != 0; // where poll fails, reading or writing tells why
}

// The descriptor may be shared with other programs, so it is not ours to make non-blocking. A pipe that can be written takes a page; a
// terminal has little room left when it can be written at all, so it gets little at a time.
enum { PIPE_PIECE = 4096, TERMINAL_PIECE = 512 };

ssize_t posix_write_some(int fd, const void *bytes, size_t size) {
  struct stat s;
  bool known = fstat(fd, &s) == 0, waits = !known || !S_ISREG(s.st_mode);
  size_t piece = !waits ? size : known && S_ISCHR(s.st_mode) ? TERMINAL_PIECE : PIPE_PIECE;
  Quiet quiet;
  quiet_begin(&quiet);
  size_t done = 0;
  int error = 0;
  while (done < size && !error) {
    if (waits && !posix_is_ready(fd, POLLOUT)) break;
    ssize_t n = write(fd, (const char *)bytes + done, size - done < piece ? size - done : piece);
    if (n >= 0) done += (size_t)n;
    else if (errno == EAGAIN) break;
    else if (errno != EINTR) error = errno;
  }
  quiet_end(&quiet, error);
  return error ? -error : (ssize_t)done;
}
