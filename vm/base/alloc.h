// SPDX-License-Identifier: Apache-2.0
//
// All memory outside the C library comes through one table, so that a host may
// bring its own allocator and tests can make the n-th allocation fail.
//
// The table is passed in an Alloc; no allocator is global. `size` is always told
// when memory is given back, so accounting needs no headers.
#ifndef JOIST_BASE_ALLOC_H
#define JOIST_BASE_ALLOC_H

#include "vm/base/check.h"

typedef struct Alloc {
  void *(*allocate)(void *state, size_t size);                             // NULL: no memory
  void *(*reallocate)(void *state, void *old, size_t old_size, size_t size); // NULL: old stays valid
  void (*release)(void *state, void *memory, size_t size);
  void *state;
} Alloc;

// The table over malloc of the C library (or what replaces it in the executable).
Alloc alloc_system(void);

// Thread: any. Fails: NULL.
static inline void *alloc_get(const Alloc *a, size_t size) { return a->allocate(a->state, size); }
static inline void *alloc_grow(const Alloc *a, void *old, size_t old_size, size_t size) {
  return a->reallocate(a->state, old, old_size, size);
}
static inline void alloc_put(const Alloc *a, void *memory, size_t size) {
  if (memory) a->release(a->state, memory, size);
}
// Like alloc_get, zeroed.
void *alloc_zero(const Alloc *a, size_t size);

#endif
