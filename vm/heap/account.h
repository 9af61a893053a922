// SPDX-License-Identifier: Apache-2.0
//
// The chain of memory accounting: what a process holds is counted in its Heap, and everything once more in the
// MemoryAccount of the VM, whose limit is the budget.
//
//  A1  All memory of a VM is counted: blocks, fragments and control blocks of processes by those who make them
//      (account_add), everything else by the Meter of its kind, through whose Alloc it is had. So `used_bytes` is the sum of
//      what processes hold and of all meters, always.
//  A2  A piece counts as the C library takes it (account_chunk), or a million small ones would burst a budget that they obey.
//  A3  Counting never fails; asking does. Who is about to take much asks account_allows first; a Meter that refuses
//      asks for its callers. A small piece may go into the reserve above the budget, so that who hoards is refused before who works.
//  A4  A process that is refused gets an error or is ended with a report; the VM lives on.
//
// Thread: any. (One counter for all of them now; with several schedulers each will count apart and settle in steps.)
#ifndef JOIST_HEAP_ACCOUNT_H
#define JOIST_HEAP_ACCOUNT_H

#include <stdatomic.h>
#include "vm/base/alloc.h"
#include "vm/base/check.h"
#include "vm/base/control_group.h"

typedef struct MemoryAccount {
  _Atomic(uint64_t) used_bytes; // A1 (any thread)
  uint64_t limit_bytes;         // the budget; fixed at start
  const Alloc *raw;             // below all counting; NULL: what callers name
} MemoryAccount;

enum { ACCOUNT_SMALL_MIN_BYTES = 64 << 10, ACCOUNT_SMALL_MAX_BYTES = 4 << 20, ACCOUNT_SMALL_SHIFT = 6, ACCOUNT_RESERVE_SHIFT = 3 };

// What the C library takes for a piece of that size.
static inline size_t account_chunk(size_t bytes) { return bytes <= 24 ? 32 : (bytes + 23) & ~(size_t)15; }
static inline void account_add(MemoryAccount *a, size_t bytes) {
  atomic_fetch_add_explicit(&a->used_bytes, bytes, memory_order_relaxed);
}
static inline void account_sub(MemoryAccount *a, size_t bytes) {
  atomic_fetch_sub_explicit(&a->used_bytes, bytes, memory_order_relaxed);
}
static inline uint64_t account_used(const MemoryAccount *a) {
  return atomic_load_explicit(&a->used_bytes, memory_order_relaxed);
}
static inline bool account_allows(const MemoryAccount *a, uint64_t more_bytes) {
  uint64_t used = account_used(a);
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
  uint64_t used = account_used(a);
  return used <= limit && more_bytes <= limit - used;
}
static inline bool account_allows_work(const MemoryAccount *a, uint64_t more_bytes) {
  return account_allows_small(a, more_bytes, account_small_bytes(a));
}
static inline const Alloc *account_alloc(const MemoryAccount *a, const Alloc *otherwise) { return a->raw ? a->raw : otherwise; }
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

typedef struct Meter {
  Alloc alloc;                  // memory of this kind is had through it
  MemoryAccount *account;
  _Atomic(uint64_t) used_bytes; // (any thread)
  bool refuses;                 // A3 …
  uint64_t small_bytes;         // … but pieces up to so many come from the reserve
} Meter;

// account->raw must be set and the meter stay where it is.
void meter_init(Meter *m, MemoryAccount *account, MeterKind kind);
// Counts memory of this kind that is had elsewhere (mapped ranges).
static inline void meter_add(Meter *m, size_t bytes) {
  atomic_fetch_add_explicit(&m->used_bytes, bytes, memory_order_relaxed);
  account_add(m->account, bytes);
}
static inline void meter_sub(Meter *m, size_t bytes) {
  atomic_fetch_sub_explicit(&m->used_bytes, bytes, memory_order_relaxed);
  account_sub(m->account, bytes);
}
static inline uint64_t meter_used(const Meter *m) { return atomic_load_explicit(&m->used_bytes, memory_order_relaxed); }

#endif
