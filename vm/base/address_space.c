// SPDX-License-Identifier: Apache-2.0
#include "vm/base/address_space.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

bool address_space_is_limited(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

// Bytes of address space in use, by the first number of /proc/self/statm. 0: unknown.
static size_t used_bytes(void) {
  char text[64];
  int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return 0;
  text[n] = 0;
  long page = sysconf(_SC_PAGESIZE);
  return (size_t)strtoull(text, NULL, 10) * (size_t)(page > 0 ? page : 4096);
}

size_t address_space_share(size_t want_bytes, unsigned parts, size_t least_bytes) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return want_bytes;
  size_t used = used_bytes(), left = limit.rlim_cur > used ? (size_t)limit.rlim_cur - used : 0;
  while (want_bytes > left / parts && want_bytes / 2 >= least_bytes) want_bytes /= 2;
  return want_bytes;
}
