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

// --- counting apart (A5)

enum { STRIPES_MAX = 1 << 12, SLACK_SHIFT = 12, SLACK_MIN_BYTES = 4 << 10, SLACK_MAX_BYTES = 64 << 10 };

static uint32_t stripe_count(const MemoryAccount *a) { return (uint32_t)((uint64_t)1 << (64 - a->stripe_shift)); }

static AccountStripe *own_stripe(const MemoryAccount *a) {
  // Spread by Fibonacci's multiplier: threads' addresses are about one stack apart.
  return &a->stripes[(uint64_t)(uintptr_t)__builtin_thread_pointer() * 0x9e3779b97f4a7c15u >> a->stripe_shift];
}

static void settle(MemoryAccount *a, Meter *meter, _Atomic(int64_t) *counter) {
  int64_t bytes = atomic_exchange_explicit(counter, 0, memory_order_relaxed);
  if (meter) atomic_fetch_add_explicit(&meter->used_bytes, bytes, memory_order_relaxed);
  atomic_fetch_add_explicit(&a->used_bytes, bytes, memory_order_relaxed);
}

void account_count_apart(MemoryAccount *a, Meter *meter, int64_t bytes) {
  _Atomic(int64_t) *counter = &own_stripe(a)->bytes[meter ? 1 + meter->kind : 0];
  int64_t now = atomic_fetch_add_explicit(counter, bytes, memory_order_relaxed) + bytes;
  if (UNLIKELY(now > (int64_t)a->slack_bytes || now < -(int64_t)a->slack_bytes)) settle(a, meter, counter);
}

static int64_t unsettled(const MemoryAccount *a, int kind) {
  int64_t sum = 0;
  for (uint32_t i = 0; a->stripes && i < stripe_count(a); i++) sum += atomic_load_explicit(&a->stripes[i].bytes[kind], memory_order_relaxed);
  return sum;
}

uint64_t account_used(const MemoryAccount *a) {
  int64_t used = atomic_load_explicit(&a->used_bytes, memory_order_relaxed);
  for (int kind = 0; kind < ACCOUNT_KINDS; kind++) used += unsettled(a, kind);
  return used > 0 ? (uint64_t)used : 0;
}

uint64_t meter_used(const Meter *m) {
  int64_t used = atomic_load_explicit(&m->used_bytes, memory_order_relaxed) + unsettled(m->account, 1 + (int)m->kind);
  return used > 0 ? (uint64_t)used : 0;
}

bool account_divide(MemoryAccount *a, uint32_t threads, const Alloc *alloc) {
  uint64_t slack = a->limit_bytes >> SLACK_SHIFT;
  a->slack_bytes = (uint32_t)(slack < SLACK_MIN_BYTES ? SLACK_MIN_BYTES : slack > SLACK_MAX_BYTES ? SLACK_MAX_BYTES : slack);
  // Four times as many as threads: few meet.
  uint32_t count = 8, shift = 61;
  for (; count < 4 * (uint64_t)threads && count < STRIPES_MAX; count *= 2) shift--;
  void *memory = alloc_zero(alloc, (count + 1) * sizeof(AccountStripe));
  if (!memory) return false;
  a->stripe_shift = shift;
  a->stripes_memory = memory;
  a->stripes = (AccountStripe *)(((uintptr_t)memory + sizeof(AccountStripe) - 1) & ~(uintptr_t)(sizeof(AccountStripe) - 1));
  return true;
}

void account_unite(MemoryAccount *a, Meter *meters, const Alloc *alloc) {
  if (!a->stripes) return;
  for (uint32_t i = 0; i < stripe_count(a); i++)
    for (int kind = 0; kind < (meters ? 1 + METER_COUNT : 1); kind++) settle(a, kind ? &meters[kind - 1] : NULL, &a->stripes[i].bytes[kind]);
  size_t bytes = (stripe_count(a) + 1) * sizeof(AccountStripe);
  a->stripes = NULL;
  alloc_put(alloc, a->stripes_memory, bytes);
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
  *m = (Meter){.alloc = {metered_get, metered_grow, metered_put, m}, .account = account, .kind = kind, .refuses = kind != METER_SCRATCH, .small_bytes = small};
}
