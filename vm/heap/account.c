// SPDX-License-Identifier: Apache-2.0
//
// Meters, and the default budget: 80% of the least of the machine's memory, the limits of the control group this program
// runs in (version 2 or 1) as far as they can be read, and the limits of this program itself (ulimit -v, -d).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

// The least limit of a group and all above it: `root` + `group` + `file`, group as in /proc/self/cgroup.
static uint64_t group_limit(const char *root, char *group, const char *file, uint64_t none) {
  char path[800];
  uint64_t limit = none;
  for (;;) {
    snprintf(path, sizeof path, "%s%s/%s", root, strcmp(group, "/") == 0 ? "" : group, file);
    uint64_t own = read_number(path, none);
    if (own < limit) limit = own;
    char *slash = strrchr(group, '/');
    if (!slash) return limit;
    *slash = 0;
  }
}

// Version 2 has a line "0::/path", version 1 "4:memory:/path". In a container the path may lie outside of what is mounted: then the mount's
// own root, which ends every walk, is the group.
static uint64_t cgroup_limit(uint64_t none) {
  FILE *file = fopen("/proc/self/cgroup", "re");
  if (!file) return none;
  uint64_t limit = none;
  char line[600], controllers[64], group[512];
  while (fgets(line, sizeof line, file)) {
    uint64_t found = none;
    if (sscanf(line, "0::%511[^\n]", group) == 1) found = group_limit("/sys/fs/cgroup", group, "memory.max", none);
    else if (sscanf(line, "%*u:%63[^:]:%511[^\n]", controllers, group) == 2 && strstr(controllers, "memory"))
      found = group_limit("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes", none);
    if (found < limit) limit = found;
  }
  fclose(file);
  return limit;
}

// What a limit of this program leaves of address space (or of data) beside what is mapped now.
static uint64_t resource_limit(int resource, uint64_t none) {
  struct rlimit r;
  if (getrlimit(resource, &r) != 0 || r.rlim_cur == RLIM_INFINITY) return none;
  uint64_t pages = read_number("/proc/self/statm", 0), mapped = pages * (uint64_t)sysconf(_SC_PAGESIZE);
  if (resource != RLIMIT_AS) return r.rlim_cur;
  return r.rlim_cur > 2 * mapped ? r.rlim_cur - mapped : r.rlim_cur / 2;
}

uint64_t account_default_budget(void) {
  long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  uint64_t machine = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : (uint64_t)1 << 32;
  uint64_t limit = cgroup_limit(machine);
  limit = resource_limit(RLIMIT_AS, limit) < limit ? resource_limit(RLIMIT_AS, limit) : limit;
  limit = resource_limit(RLIMIT_DATA, limit) < limit ? resource_limit(RLIMIT_DATA, limit) : limit;
  if (limit > machine) limit = machine;
  return limit / 5 * 4;
}

// --- meters

static void *metered_get(void *state, size_t size) {
  Meter *m = state;
  size_t bytes = account_chunk(size);
  if (bytes < size || (m->refuses && !account_allows_small(m->account, bytes, m->small_bytes))) return NULL;
  void *memory = m->account->raw->allocate(m->account->raw->state, size);
  if (memory) meter_add(m, bytes);
  return memory;
}

static void *metered_grow(void *state, void *old, size_t old_size, size_t size) {
  Meter *m = state;
  size_t before = old ? account_chunk(old_size) : 0, bytes = account_chunk(size);
  // Both may be there for a moment.
  if (bytes < size || (m->refuses && bytes > before && !account_allows_small(m->account, bytes, m->small_bytes))) return NULL;
  void *memory = m->account->raw->reallocate(m->account->raw->state, old, old_size, size);
  if (!memory) return NULL;
  meter_add(m, bytes);
  meter_sub(m, before);
  return memory;
}

static void metered_put(void *state, void *memory, size_t size) {
  Meter *m = state;
  meter_sub(m, account_chunk(size));
  m->account->raw->release(m->account->raw->state, memory, size);
}

void meter_init(Meter *m, MemoryAccount *account, MeterKind kind) {
  CHECK(account->raw != NULL);
  // Who says what went wrong needs code of the library and small binaries for that.
  bool work = kind == METER_SYSTEM || kind == METER_CODE;
  uint64_t small = work ? account_small_bytes(account) : kind == METER_BINARY ? 4096 : 0;
  *m = (Meter){.alloc = {metered_get, metered_grow, metered_put, m}, .account = account, .refuses = kind != METER_SCRATCH, .small_bytes = small};
}
