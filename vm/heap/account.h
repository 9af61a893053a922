// SPDX-License-Identifier: Apache-2.0
//
// The chain of memory accounting: what a process holds is counted in its Heap, and everything once more in the
// MemoryAccount of the VM, whose limit is the budget.
//
//  A1  All memory of a VM is counted: blocks, fragments and control blocks of processes by those who make them
//      (account_add), everything else by the Meter of its kind, through whose Alloc it is had. So `used_bytes` is the sum of
//      what processes hold and of all meters, always (once settled: A5).
//  A2  A piece counts as the C library takes it (account_chunk), or a million small ones would burst a budget that they obey.
//  A3  Counting never fails; asking does. Who is about to take much asks account_allows first; a Meter that refuses
//      asks for its callers. A small piece may go into the reserve above the budget, so that who hoards is refused before who works.
//  A4  A process that is refused gets an error or is ended with a report; the VM lives on.
//
//  A5  With several schedulers each thread counts apart, in a stripe of its own, and settles with the account when that is more
//      than slack_bytes of one kind. So what is asked for before taking (A3) is right to within threads * ACCOUNT_KINDS * slack_bytes,
//      a few per mille of the budget; what is told (account_used, meter_used) adds the stripes up and is exact.
//
// A stripe is chosen by the thread's address for its own things (a register): no thread is asked to bring its counter along, through
// allocators that know no threads. It belongs to the first thread that comes to it, which counts there with plain additions (a locked one
// takes five times as long, and every message needs two). A thread that finds its place taken looks a few stripes further; when none is free it
// shares the last one, whose counters are added to atomically. A thread that ended leaves its stripe to whoever gets its address.
//
// Thread: any.
#ifndef JOIST_HEAP_ACCOUNT_H
#define JOIST_HEAP_ACCOUNT_H

#include <stdatomic.h>
#include "vm/base/alloc.h"
#include "vm/base/check.h"
#include "vm/base/control_group.h"

enum { ACCOUNT_KINDS = 7 }; // what processes hold themselves, and one for each MeterKind
typedef struct AccountStripe {
  _Atomic(uintptr_t) owner;              // its thread's address; 0: nobody's yet (any; set once)
  _Atomic(int64_t) bytes[ACCOUNT_KINDS]; // not settled yet; less than nothing: given back (owner; any: read)
} AccountStripe;
_Static_assert(sizeof(AccountStripe) == 64, "a cache line each");

typedef struct Meter Meter;
typedef struct MemoryAccount {
  _Atomic(int64_t) used_bytes;  // A1, what is settled of it: less than nothing for a moment perhaps (any thread)
  uint64_t limit_bytes;         // the budget; fixed at start
  const Alloc *raw;             // below all counting; NULL: what callers name
  AccountStripe *stripes;       // A5, and behind them the shared one; NULL: all count in used_bytes. Fixed at start
  void *stripes_memory;
  uint32_t stripe_shift;        // 64 - log2 of how many
  uint32_t slack_bytes;
} MemoryAccount;

enum { ACCOUNT_SMALL_MIN_BYTES = 64 << 10, ACCOUNT_SMALL_MAX_BYTES = 4 << 20, ACCOUNT_SMALL_SHIFT = 6, ACCOUNT_RESERVE_SHIFT = 3 };

// What the C library takes for a piece of that size.
static inline size_t account_chunk(size_t bytes) { return bytes <= 24 ? 32 : (bytes + 23) & ~(size_t)15; }
// In the thread's stripe; meter NULL: of processes.
void account_count_apart(MemoryAccount *a, Meter *meter, int64_t bytes);
static inline void account_add(MemoryAccount *a, size_t bytes) {
  if (UNLIKELY(a->stripes != NULL)) account_count_apart(a, NULL, (int64_t)bytes);
  else atomic_fetch_add_explicit(&a->used_bytes, (int64_t)bytes, memory_order_relaxed);
}
static inline void account_sub(MemoryAccount *a, size_t bytes) {
  if (UNLIKELY(a->stripes != NULL)) account_count_apart(a, NULL, -(int64_t)bytes);
  else atomic_fetch_sub_explicit(&a->used_bytes, (int64_t)bytes, memory_order_relaxed);
}
// Exact while nobody counts.
uint64_t account_used(const MemoryAccount *a);
static inline uint64_t account_settled(const MemoryAccount *a) {
  int64_t used = atomic_load_explicit(&a->used_bytes, memory_order_relaxed);
  return used > 0 ? (uint64_t)used : 0;
}
static inline bool account_allows(const MemoryAccount *a, uint64_t more_bytes) {
  uint64_t used = account_settled(a);
  return used <= a->limit_bytes && more_bytes <= a->limit_bytes - used;
}
// A piece of a 64th of the budget at most (within bounds) is small.
static inline uint64_t account_small_bytes(const MemoryAccount *a) {
  uint64_t small = a->limit_bytes >> ACCOUNT_SMALL_SHIFT;
  return small < ACCOUNT_SMALL_MIN_BYTES ? ACCOUNT_SMALL_MIN_BYTES : small > ACCOUNT_SMALL_MAX_BYTES ? ACCOUNT_SMALL_MAX_BYTES : small;
}
// The same for what keeps a process or the VM going: a piece of small_bytes at most may come from the reserve.
static inline bool account_allows_small(const MemoryAccount *a, uint64_t more_bytes, uint64_t small_bytes) {
  uint64_t limit = a->limit_bytes;
  if (more_bytes <= small_bytes) limit += limit >> ACCOUNT_RESERVE_SHIFT;
  uint64_t used = account_settled(a);
  return used <= limit && more_bytes <= limit - used;
}
static inline bool account_allows_work(const MemoryAccount *a, uint64_t more_bytes) {
  return account_allows_small(a, more_bytes, account_small_bytes(a));
}
static inline const Alloc *account_alloc(const MemoryAccount *a, const Alloc *otherwise) { return a->raw ? a->raw : otherwise; }
// A5, for about so many threads. Before others count. Fails: false: no memory; then all count in one place.
bool account_divide(MemoryAccount *a, uint32_t threads, const Alloc *alloc);
// Settles all; meters: one of each kind, or NULL when there are none. Nobody else counts any more.
void account_unite(MemoryAccount *a, Meter *meters, const Alloc *alloc);
// 80% of what the control group, the limits of this program or else the machine leave.
uint64_t account_default_budget(void);
// The same with a tree of control groups that a test made.
uint64_t account_budget(const ControlGroups *groups);

// --- meters

typedef enum MeterKind {
  METER_SYSTEM,  // tables and buffers of the VM
  METER_SCRATCH, // stacks of walks over terms, bounded by those terms: never refused, as such walks cannot fail
  METER_PROCESS, // what processes hold beside A1's: links, monitors, dictionary, bounds
  METER_BINARY,  // shared binaries
  METER_ATOM,
  METER_CODE,    // loaded units, linked and compiled code, literals
  METER_COUNT
} MeterKind;

_Static_assert(1 + METER_COUNT <= ACCOUNT_KINDS, "every kind has a counter in a stripe");

struct Meter {
  Alloc alloc;                  // memory of this kind is had through it
  MemoryAccount *account;
  _Atomic(int64_t) used_bytes;  // settled (any thread)
  MeterKind kind;
  bool refuses;                 // A3 …
  uint64_t small_bytes;         // … but pieces up to so many come from the reserve
};

// account->raw must be set and the meter stay where it is.
void meter_init(Meter *m, MemoryAccount *account, MeterKind kind);
static inline void meter_count_together(Meter *m, int64_t bytes) {
  atomic_fetch_add_explicit(&m->used_bytes, bytes, memory_order_relaxed);
  atomic_fetch_add_explicit(&m->account->used_bytes, bytes, memory_order_relaxed);
}
// Counts memory of this kind that is had elsewhere (mapped ranges).
static inline void meter_count(Meter *m, int64_t bytes) {
  if (UNLIKELY(m->account->stripes != NULL)) {
    account_count_apart(m->account, m, bytes);
    return;
  }
  meter_count_together(m, bytes);
}
static inline void meter_add(Meter *m, size_t bytes) { meter_count(m, (int64_t)bytes); }
static inline void meter_sub(Meter *m, size_t bytes) { meter_count(m, -(int64_t)bytes); }
// Exact while nobody counts.
uint64_t meter_used(const Meter *m);

#endif
