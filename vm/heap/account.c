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

enum { STRIPES_MAX = 1 << 12, PLACES_MAX = 4, SLACK_SHIFT = 12, SLACK_MIN_BYTES = 4 << 10, SLACK_MAX_BYTES = 64 << 10 };

static uint32_t stripe_count(const MemoryAccount *a) { return (uint32_t)((uint64_t)1 << (64 - a->stripe_shift)); }

// Where thread `self` looks first. Spread by Fibonacci's multiplier: threads' addresses are about one stack apart.
static uint32_t first_stripe(const MemoryAccount *a, uintptr_t self) { return (uint32_t)((uint64_t)self * 0x9e3779b97f4a7c15u >> a->stripe_shift); }

static void settle(MemoryAccount *a, Meter *meter, int64_t bytes) {
  if (meter) atomic_fetch_add_explicit(&meter->used_bytes, bytes, memory_order_relaxed);
  atomic_fetch_add_explicit(&a->used_bytes, bytes, memory_order_relaxed);
}

static bool is_too_much(const MemoryAccount *a, int64_t bytes) { return bytes > (int64_t)a->slack_bytes || bytes < -(int64_t)a->slack_bytes; }

// Only its thread changes the counter.
static inline void count_in_own(MemoryAccount *a, Meter *meter, _Atomic(int64_t) *counter, int64_t bytes) {
  bytes += atomic_load_explicit(counter, memory_order_relaxed);
  if (UNLIKELY(is_too_much(a, bytes))) {
    settle(a, meter, bytes);
    bytes = 0;
  }
  atomic_store_explicit(counter, bytes, memory_order_relaxed);
}

static void count_in_shared(MemoryAccount *a, Meter *meter, _Atomic(int64_t) *counter, int64_t bytes) {
  bytes += atomic_fetch_add_explicit(counter, bytes, memory_order_relaxed);
  if (is_too_much(a, bytes)) settle(a, meter, atomic_exchange_explicit(counter, 0, memory_order_relaxed));
}

// The thread's first count, or its first place is another's.
__attribute__((noinline)) static void count_elsewhere(MemoryAccount *a, Meter *meter, uintptr_t self, int64_t bytes) {
  uint32_t kind = meter ? 1 + meter->kind : 0, count = stripe_count(a), at = first_stripe(a, self);
  for (int i = 0; i < PLACES_MAX; i++, at = (at + 1) & (count - 1)) {
    AccountStripe *s = &a->stripes[at];
    uintptr_t owner = atomic_load_explicit(&s->owner, memory_order_relaxed);
    bool taken = owner == 0 && atomic_compare_exchange_strong_explicit(&s->owner, &owner, self, memory_order_relaxed, memory_order_relaxed);
    if (taken || owner == self) {
      count_in_own(a, meter, &s->bytes[kind], bytes);
      return;
    }
  }
  count_in_shared(a, meter, &a->stripes[count].bytes[kind], bytes);
}

void account_count_apart(MemoryAccount *a, Meter *meter, int64_t bytes) {
  uintptr_t self = (uintptr_t)__builtin_thread_pointer();
  AccountStripe *s = &a->stripes[first_stripe(a, self)];
  if (LIKELY(atomic_load_explicit(&s->owner, memory_order_relaxed) == self)) count_in_own(a, meter, &s->bytes[meter ? 1 + meter->kind : 0], bytes);
  else count_elsewhere(a, meter, self, bytes);
}

static int64_t unsettled(const MemoryAccount *a, int kind) {
  int64_t sum = 0;
  for (uint32_t i = 0; a->stripes && i <= stripe_count(a); i++) sum += atomic_load_explicit(&a->stripes[i].bytes[kind], memory_order_relaxed);
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
  // Eight times as many as threads: few meet.
  uint32_t count = 16, shift = 60;
  for (; count < 8 * (uint64_t)threads && count < STRIPES_MAX; count *= 2) shift--;
  void *memory = alloc_zero(alloc, (count + 2) * sizeof(AccountStripe)); // the shared one, and what is lost by aligning
  if (!memory) return false;
  a->stripe_shift = shift;
  a->stripes_memory = memory;
  a->stripes = (AccountStripe *)(((uintptr_t)memory + sizeof(AccountStripe) - 1) & ~(uintptr_t)(sizeof(AccountStripe) - 1));
  return true;
}

void account_unite(MemoryAccount *a, Meter *meters, const Alloc *alloc) {
  if (!a->stripes) return;
  for (uint32_t i = 0; i <= stripe_count(a); i++)
    for (int kind = 0; kind < (meters ? 1 + METER_COUNT : 1); kind++)
      settle(a, kind ? &meters[kind - 1] : NULL, atomic_exchange_explicit(&a->stripes[i].bytes[kind], 0, memory_order_relaxed));
  size_t bytes = (stripe_count(a) + 2) * sizeof(AccountStripe);
  a->stripes = NULL;
  alloc_put(alloc, a->stripes_memory, bytes);
}

// --- meters

static void *metered_get(void *state, size_t size) {
  Meter *m = state;
  MemoryAccount *a = m->account;
  size_t bytes = account_chunk(size);
  if (bytes < size || (m->refuses && !account_allows_small(a, bytes, m->small_bytes))) return NULL;
  void *memory = a->raw->allocate(a->raw->state, size);
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
  meter_count(m, (int64_t)bytes - (int64_t)before);
  return memory;
}

__attribute__((noinline)) static void put_apart(Meter *m, void *memory, size_t size) {
  account_count_apart(m->account, m, -(int64_t)account_chunk(size));
  m->account->raw->release(m->account->raw->state, memory, size);
}

// With one scheduler it calls nothing but what it ends with, and saves nothing.
static void metered_put(void *state, void *memory, size_t size) {
  Meter *m = state;
  MemoryAccount *a = m->account;
  if (UNLIKELY(a->stripes != NULL)) {
    put_apart(m, memory, size);
    return;
  }
  meter_count_together(m, -(int64_t)account_chunk(size));
  a->raw->release(a->raw->state, memory, size);
}

void meter_init(Meter *m, MemoryAccount *account, MeterKind kind) {
  CHECK(account->raw != NULL);
  // Who says what went wrong needs code of the library and small binaries for that.
  bool work = kind == METER_SYSTEM || kind == METER_CODE;
  uint64_t small = work ? account_small_bytes(account) : kind == METER_BINARY ? 4096 : 0;
  *m = (Meter){.alloc = {metered_get, metered_grow, metered_put, m}, .account = account, .kind = kind, .refuses = kind != METER_SCRATCH, .small_bytes = small};
}
