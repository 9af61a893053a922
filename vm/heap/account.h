// SPDX-License-Identifier: Apache-2.0
//
// The chain of memory accounting: what a process holds is counted in its Heap, and all of that once
// more in the MemoryAccount of the VM, whose limit is the budget.
//
// Counting never fails; asking does: whoever is about to take much asks account_allows first. A process
// that is refused is ended with a report, the VM lives on.
#ifndef JOIST_HEAP_ACCOUNT_H
#define JOIST_HEAP_ACCOUNT_H

#include <stdatomic.h>
#include "vm/base/check.h"

typedef struct MemoryAccount {
  _Atomic(uint64_t) used_bytes; // blocks, fragments, tables of processes (any thread)
  uint64_t limit_bytes;         // the budget; fixed at start
} MemoryAccount;

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
// 80% of what the cgroup or else the machine has.
uint64_t account_default_budget(void);

#endif
