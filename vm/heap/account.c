// SPDX-License-Identifier: Apache-2.0
//
// The default budget: 80% of the least of the machine's memory and the limits of the control group this
// program runs in (version 2 or 1), as far as they can be read.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vm/heap/account.h"

// The number a file begins with; `none` when there is no file or no number ("max").
static uint64_t read_number(const char *path, uint64_t none) {
  FILE *file = fopen(path, "re");
  if (!file) return none;
  unsigned long long value;
  uint64_t result = fscanf(file, "%llu", &value) == 1 ? value : none;
  fclose(file);
  return result;
}

// The control group's own path (line "0::/path"), so that a nested group's limit is found too.
static uint64_t cgroup_limit(uint64_t none) {
  uint64_t limit = read_number("/sys/fs/cgroup/memory.max", none);
  uint64_t v1 = read_number("/sys/fs/cgroup/memory/memory.limit_in_bytes", none);
  if (v1 < limit) limit = v1;
  FILE *file = fopen("/proc/self/cgroup", "re");
  if (!file) return limit;
  char line[512], path[640];
  while (fgets(line, sizeof line, file)) {
    char group[512];
    if (sscanf(line, "0::%511s", group) != 1) continue;
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.max", group);
    uint64_t own = read_number(path, none);
    if (own < limit) limit = own;
  }
  fclose(file);
  return limit;
}

uint64_t account_default_budget(void) {
  long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  uint64_t machine = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : (uint64_t)1 << 32;
  uint64_t limit = cgroup_limit(machine);
  if (limit > machine) limit = machine;
  return limit / 5 * 4;
}
