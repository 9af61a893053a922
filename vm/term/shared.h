// SPDX-License-Identifier: Apache-2.0
//
// Off-heap objects: shared binaries and native objects, both counted.
//
// A SharedBinary is immutable below `used_bits`. Appending in place is allowed to whoever moves
// `used_bits` forward by compare-and-swap from exactly the end of its own bit string: bytes above
// that end are visible to nobody else, so writers in two processes cannot meet.
#ifndef JOIST_TERM_SHARED_H
#define JOIST_TERM_SHARED_H

#include <stdatomic.h>
#include "vm/base/alloc.h"
#include "vm/term/term.h"

typedef struct SharedBinary {
  _Atomic(uint64_t) references;
  _Atomic(uint64_t) used_bits;
  uint64_t capacity_bytes;
  const Alloc *alloc;
  unsigned char bytes[];
} SharedBinary;

// One reference, used_bits = 0. Fails: NULL.
SharedBinary *shared_binary_new(const Alloc *alloc, uint64_t capacity_bytes);
static inline void shared_binary_keep(SharedBinary *b) { atomic_fetch_add_explicit(&b->references, 1, memory_order_relaxed); }
void shared_binary_drop(SharedBinary *b);

typedef struct NativeType {
  const char *name;                        // "file", as printed in #Reference-like form
  void (*destroy)(void *object_payload);   // the last reference went; any thread
} NativeType;

typedef struct NativeObject {
  _Atomic(uint64_t) references;
  const NativeType *type;
  const Alloc *alloc;
  uint64_t id;            // unique in the VM: prints and compares by it
  uint64_t payload_bytes;
  _Alignas(8) unsigned char payload[];
} NativeObject;

NativeObject *native_object_new(const Alloc *alloc, const NativeType *type, uint64_t id, uint64_t payload_bytes);
static inline void native_object_keep(NativeObject *o) { atomic_fetch_add_explicit(&o->references, 1, memory_order_relaxed); }
void native_object_drop(NativeObject *o);

// Wraps; the heap takes over the caller's reference. Words: BIN_SHARED_WORDS / NATIVE_WORDS.
Term heap_shared_binary(TermHeap *h, SharedBinary *b, uint64_t bit_count);
Term heap_native_object(TermHeap *h, NativeObject *o);
// Drops what a dead heap's chain holds.
void off_heap_drop_all(Term chain);

static inline SharedBinary *term_shared_binary(Term t) { return (SharedBinary *)(uintptr_t)boxed_ptr(t)[2]; }
static inline NativeObject *term_native_object(Term t) { return (NativeObject *)(uintptr_t)boxed_ptr(t)[1]; }

#endif
