// SPDX-License-Identifier: Apache-2.0
//
// The inbound queue: a stack that any thread pushes to and its owner takes whole.
//
// Pushing is one compare-and-swap; taking is one exchange and a walk that turns the list over. So
// what one sender pushed comes out in the order it was pushed, and no node is ever looked at by two threads at once
// (there is no pop of a single node, hence no ABA).
//
// A process that ends closes its queue: then every push fails, so that nothing is pushed that nobody would ever take, and who pushed
// answers for the dead.
//
// Orders: a push releases what the sender wrote in the node, taking acquires it. A push is sequentially consistent beside, as is
// the change to WAITING (process.c): of a receiver that goes to wait and a sender that pushes and then looks whether it waits, one sees
// what the other did.
#include "vm/process/signal.h"

// A test of the tests compiles this file with one of them weakened (tests/unit/process/queue_tsan.c).
#ifndef INBOUND_PUSH_ORDER
#define INBOUND_PUSH_ORDER memory_order_seq_cst
#endif
#ifndef INBOUND_TAKE_ORDER
#define INBOUND_TAKE_ORDER memory_order_acquire
#endif

#define CLOSED ((HeapFragment *)(uintptr_t)8)

bool inbound_push(_Atomic(HeapFragment *) *inbound, HeapFragment *s) {
  HeapFragment *newest = atomic_load_explicit(inbound, memory_order_relaxed);
  do {
    if (UNLIKELY(newest == CLOSED)) return false;
    s->next = newest;
  } while (!atomic_compare_exchange_weak_explicit(inbound, &newest, s, INBOUND_PUSH_ORDER, memory_order_relaxed));
  return true;
}

static HeapFragment *turn_over(HeapFragment *newest) {
  HeapFragment *oldest = NULL;
  while (newest) {
    HeapFragment *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  return oldest;
}

HeapFragment *inbound_take(_Atomic(HeapFragment *) *inbound) { return turn_over(atomic_exchange_explicit(inbound, NULL, INBOUND_TAKE_ORDER)); }

HeapFragment *inbound_close(_Atomic(HeapFragment *) *inbound) { return turn_over(atomic_exchange_explicit(inbound, CLOSED, memory_order_acq_rel)); }
