// SPDX-License-Identifier: Apache-2.0
//
// Counted objects outside the heaps, and their places on the off-heap chains.
#include "vm/term/shared.h"

SharedBinary *shared_binary_new(const Alloc *alloc, uint64_t capacity_bytes) {
  if (capacity_bytes > (uint64_t)1 << 60) return NULL;
  SharedBinary *b = alloc_get(alloc, sizeof(SharedBinary) + (size_t)capacity_bytes);
  if (!b) return NULL;
  atomic_init(&b->references, 1);
  atomic_init(&b->used_bits, 0);
  b->capacity_bytes = capacity_bytes;
  b->alloc = alloc;
  return b;
}

void shared_binary_drop(SharedBinary *b) {
  // Release: what this holder did happens before the free; acquire: by whoever frees.
  if (atomic_fetch_sub_explicit(&b->references, 1, memory_order_acq_rel) != 1) return;
  alloc_put(b->alloc, b, sizeof(SharedBinary) + (size_t)b->capacity_bytes);
}

NativeObject *native_object_new(const Alloc *alloc, const NativeType *type, uint64_t id, uint64_t payload_bytes) {
  if (payload_bytes > (uint64_t)1 << 60) return NULL;
  NativeObject *o = alloc_get(alloc, sizeof(NativeObject) + (size_t)payload_bytes);
  if (!o) return NULL;
  atomic_init(&o->references, 1);
  o->type = type;
  o->alloc = alloc;
  o->id = id;
  o->payload_bytes = payload_bytes;
  memset(o->payload, 0, (size_t)payload_bytes);
  return o;
}

void native_object_drop(NativeObject *o) {
  if (atomic_fetch_sub_explicit(&o->references, 1, memory_order_acq_rel) != 1) return;
  if (o->type->destroy) o->type->destroy(o->payload);
  alloc_put(o->alloc, o, sizeof(NativeObject) + (size_t)o->payload_bytes);
}

Term heap_shared_binary(TermHeap *h, SharedBinary *b, uint64_t bit_count) {
  Term *p = heap_take(h, BIN_SHARED_WORDS);
  p[0] = HEADER(KIND_BIN_SHARED, BIN_SHARED_WORDS - 1);
  p[1] = bit_count;
  p[2] = (Term)(uintptr_t)b;
  p[OFF_HEAP_LINK] = h->off_heap;
  h->off_heap = term_boxed(p);
  h->off_heap_words += (size_t)(b->capacity_bytes >> 3);
  return h->off_heap;
}

Term heap_native_object(TermHeap *h, NativeObject *o) {
  Term *p = heap_take(h, NATIVE_WORDS);
  p[0] = HEADER(KIND_NATIVE, NATIVE_WORDS - 1);
  p[1] = (Term)(uintptr_t)o;
  p[2] = 0;
  p[OFF_HEAP_LINK] = h->off_heap;
  h->off_heap = term_boxed(p);
  h->off_heap_words += (size_t)(o->payload_bytes >> 3);
  return h->off_heap;
}

void off_heap_drop_all(Term chain) {
  while (chain != T_NIL) {
    const Term *p = boxed_ptr(chain);
    chain = p[OFF_HEAP_LINK];
    if (header_is(p[0], KIND_BIN_SHARED)) shared_binary_drop((SharedBinary *)(uintptr_t)p[2]);
    else native_object_drop((NativeObject *)(uintptr_t)p[1]);
  }
}
