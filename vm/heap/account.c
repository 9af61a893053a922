// SPDX-License-Identifier: Apache-2.0
//
// Meters, and the default budget: 80% of the least of the machine's memory, the limits of the control group this program
// runs in (version 2 or 1) as far as they can be read, and the limits of this program itself (ulimit -v, -d).
#include <sys/resource.h>
#include <unistd.h>

#include "vm/heap/account.h"

static void least_limit(void *state, int version, const char *folder) {
  uint64_t *limit = state;
  int64_t own;
  bool is_there = control_group_numbers(folder, version == 2 ? "memory.max" : "memory.limit_in_bytes", &own, 1);
  if (is_there && own >= 0 && (uint64_t)own < *limit) *limit = (uint64_t)own;
}

// What a limit of this program leaves of address space (or of data) beside what is mapped now.
static uint64_t resource_limit(int resource, uint64_t none) {
  struct rlimit r;
  if (getrlimit(resource, &r) != 0 || r.rlim_cur == RLIM_INFINITY) return none;
  int64_t pages;
  bool known = control_group_numbers("/proc/self", "statm", &pages, 1);
  uint64_t mapped = known && pages > 0 ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
  if (resource != RLIMIT_AS) return r.rlim_cur;
  return r.rlim_cur > 2 * mapped ? r.rlim_cur - mapped : r.rlim_cur / 2;
}

uint64_t account_budget(const ControlGroups *groups) {
  long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  uint64_t machine = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : (uint64_t)1 << 32;
  uint64_t limit = machine;
  control_groups_walk(groups, "memory", least_limit, &limit);
  limit = resource_limit(RLIMIT_AS, limit) < limit ? resource_limit(RLIMIT_AS, limit) : limit;
  limit = resource_limit(RLIMIT_DATA, limit) < limit ? resource_limit(RLIMIT_DATA, limit) : limit;
  if (limit > machine) limit = machine;
  return limit / 5 * 4;
}

uint64_t account_default_budget(void) {
  ControlGroups own = control_groups_own();
  return account_budget(&own);
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
