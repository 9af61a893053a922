// SPDX-License-Identifier: Apache-2.0
//
// The inbound queue: a stack that any thread pushes to and its owner takes whole.
//
// Pushing is one compare-and-swap; taking is one exchange and a walk that turns the list over. So
// what one sender pushed comes out in the order it was pushed, and no node is ever looked at by two threads at once
// (there is no pop of a single node, hence no ABA).
#include "vm/process/signal.h"

void inbound_push(_Atomic(HeapFragment *) *inbound, HeapFragment *s) {
  HeapFragment *newest = atomic_load_explicit(inbound, memory_order_relaxed);
  do s->next = newest; // release: what the sender wrote is seen by who takes
  while (!atomic_compare_exchange_weak_explicit(inbound, &newest, s, memory_order_release, memory_order_relaxed));
}

HeapFragment *inbound_take(_Atomic(HeapFragment *) *inbound) {
  HeapFragment *newest = atomic_exchange_explicit(inbound, NULL, memory_order_acquire), *oldest = NULL;
  while (newest) {
    HeapFragment *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  return oldest;
}
