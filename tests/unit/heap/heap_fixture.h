// SPDX-License-Identifier: Apache-2.0
//
// A heap with frames made by hand, random terms, and copies of them elsewhere to compare with.
#ifndef JOIST_TESTS_HEAP_FIXTURE_H
#define JOIST_TESTS_HEAP_FIXTURE_H

#include <criterion/criterion.h>
#include <stdlib.h>

#include "vm/heap/heap_internal.h"
#include "vm/term/atom.h"
#include "vm/term/binary.h"
#include "vm/term/compare.h"
#include "vm/term/copy.h"
#include "vm/term/map.h"
#include "vm/term/shared.h"

// Counts what is allocated, so that a test can see that all came back.
typedef struct CountingAlloc {
  int64_t bytes, blocks;
} CountingAlloc;
static inline void *counting_get(void *state, size_t size) {
  CountingAlloc *c = state;
  c->bytes += (int64_t)size;
  c->blocks++;
  return malloc(size ? size : 1);
}
static inline void *counting_grow(void *state, void *old, size_t old_size, size_t size) {
  CountingAlloc *c = state;
  if (!old) c->blocks++;
  c->bytes += (int64_t)size - (int64_t)old_size;
  return realloc(old, size ? size : 1);
}
static inline void counting_put(void *state, void *memory, size_t size) {
  CountingAlloc *c = state;
  c->bytes -= (int64_t)size;
  c->blocks--;
  free(memory);
}

typedef struct Fixture {
  CountingAlloc counting;
  Alloc alloc;
  AtomTable *atoms;
  LiteralSpace *literals;
  TermContext context;
  MemoryAccount account;
  HeapEnv env;
  Heap heap;
  uint64_t random;
  Term *home;
} Fixture;

static inline uint32_t fx_random(Fixture *f, uint32_t below) {
  f->random = f->random * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(f->random >> 33) % below;
}

static inline void fx_start(Fixture *f, size_t block_words) {
  memset(f, 0, sizeof *f);
  f->alloc = (Alloc){counting_get, counting_grow, counting_put, &f->counting};
  f->atoms = atom_table_new(&f->alloc, 0);
  f->literals = literal_space_new(&f->alloc, (size_t)64 << 20);
  cr_assert(f->atoms && f->literals);
  f->context = (TermContext){.alloc = &f->alloc, .atoms = f->atoms, .literal_lo = literal_space_lo(f->literals), .literal_hi = literal_space_hi(f->literals)};
  f->account.limit_bytes = (uint64_t)4 << 30;
  heap_env_init(&f->env, &f->alloc, &f->context, &f->account);
  f->random = 12345;
  cr_assert(heap_init(&f->env, &f->heap, NULL, 0, block_words, 0));
}

// Ends the heap; everything must have come back.
static inline void fx_end(Fixture *f) {
  heap_free(&f->env, &f->heap);
  fragment_cache_empty(&f->env);
  cr_assert_eq(account_used(&f->account), 0u, "account still holds %lu", (unsigned long)account_used(&f->account));
  heap_env_free(&f->env);
  literal_space_free(f->literals);
  atom_table_free(f->atoms);
  cr_assert_eq(f->counting.bytes, 0);
  cr_assert_eq(f->counting.blocks, 0);
}

// --- frames. A return point is the word behind its map word.
typedef struct FakeCode {
  uint64_t words[2]; // map, then the return point
} FakeCode;
static inline Term fake_return(FakeCode *c, uint64_t k_words, uint64_t live, uint64_t flags) {
  c->words[0] = k_words * 8 | flags | live << MAP_MASK_SHIFT;
  return (Term)(uintptr_t)&c->words[1];
}

// The first frame: `slots` of them, all named live, returning to a barrier.
static inline void fx_first_frame(Fixture *f, FakeCode *barrier, size_t slots) {
  Heap *h = &f->heap;
  h->block_end[-1] = fake_return(barrier, 0, 0, MAP_BARRIER);
  h->fp = h->block_end - 2;
  for (size_t i = 0; i < slots; i++) h->fp[-(intptr_t)i] = T_NIL;
  h->stack_low = h->fp - (slots ? slots - 1 : 0);
  h->live_map = ((((uint64_t)1 << slots) - 1) << MAP_MASK_SHIFT);
}

static inline Term *fx_slot(Fixture *f, size_t i) { return f->heap.fp - i; }

static inline Term fx_big_binary(Fixture *f, size_t bytes) {
  unsigned char *data;
  cr_assert(heap_reserve(&f->env, &f->heap, binary_words(bytes)));
  Term t = bits_new(&f->context, &f->heap.heap, (uint64_t)bytes * 8, &data);
  for (size_t i = 0; i < bytes; i++) data[i] = (unsigned char)(i * 7 + bytes);
  return t;
}

#endif
