// SPDX-License-Identifier: Apache-2.0
//
// What the tests of vm/term share: a context, a heap that is large enough, and random terms.
#ifndef JOIST_TESTS_TERM_TEST_H
#define JOIST_TESTS_TERM_TEST_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include "vm/base/buffer.h"
#include "vm/term/atom.h"
#include "vm/term/binary.h"
#include "vm/term/compare.h"
#include "vm/term/fun.h"
#include "vm/term/hash.h"
#include "vm/term/map.h"
#include "vm/term/number.h"
#include "vm/term/print.h"
#include "vm/term/shared.h"
#include "vm/term/term.h"
#include "vm/term/term_context.h"

typedef struct World {
  Alloc alloc;
  TermContext context;
  TermHeap heap;
  Term *words; // of the heap
  size_t word_count;
  uint64_t seed;
} World;

// Memory of tests counts what is given out: world_close asserts that all came back.
void world_open(World *w, size_t heap_words, uint64_t seed);
void world_close(World *w);
// Empties the heap.
void world_reset(World *w);

uint64_t random_u64(World *w);
static inline uint64_t random_below(World *w, uint64_t n) { return random_u64(w) % n; }

Term random_integer(World *w); // of many sizes, often near edges
Term random_number(World *w);
Term random_bits(World *w); // on the heap, shared, sliced, unaligned
// Any kind; `size` bounds the parts. Terms of one size often share parts or are equal.
Term random_term(World *w, unsigned size);
// An identical term built anew: integers, binaries and lists in other shapes of storage where there are some.
Term rebuild(World *w, Term t);

Term atom_named(World *w, const char *text);
Term text_binary(World *w, const char *text);
Term list_of_terms(World *w, size_t count, const Term *items);
Term tuple_of(World *w, size_t count, const Term *items);
// {{{…}}}, [[[…]]], %{%{…} => 1}: `depth` deep.
Term deep_tuple(World *w, size_t depth);
Term deep_list(World *w, size_t depth);
Term deep_map(World *w, size_t depth, bool in_key);
// One of these: tuple, list, map in values, map in keys.
enum { DEEP_KINDS = 4 };
Term deep(World *w, int kind, size_t depth);
// The text that term_print makes; valid until the next call with the same buffer.
const char *printed(World *w, Buffer *buffer, Term t);

#endif
