// SPDX-License-Identifier: Apache-2.0
//
// Inside of maps: nodes of the trie, and building maps from entries. For map*.c alone.
//
// Recursion here goes down the levels of a trie, which are MAP_LEVELS + 1 at most: data cannot deepen it.
#ifndef JOIST_TERM_MAP_TRIE_H
#define JOIST_TERM_MAP_TRIE_H

#include "vm/term/map.h"

#define NODE_COLLISION term_small(MAP_COLLISION)

static inline size_t node_count(Term node) { return header_words(boxed_header(node)) - 1; }
static inline Term *node_children(Term node) { return boxed_ptr(node) + 2; }
static inline uint32_t node_bitmap(Term node) { return (uint32_t)small_value(boxed_ptr(node)[1]); }
static inline uint32_t hash_slot(uint64_t hash, int level) { return (uint32_t)(hash >> (60 - 4 * level)) & 15; }
static inline uint32_t bitmap_index(uint32_t bitmap, uint32_t slot) {
  // Counted by hand: without an instruction for it, which not every processor has, the compiler calls a function.
  uint32_t bits = bitmap & ((1u << slot) - 1);
  bits -= bits >> 1 & 0x55555555;
  bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333);
  return ((bits + (bits >> 4)) & 0x0f0f0f0f) * 0x01010101 >> 24;
}
static inline Term node_take(TermHeap *heap, size_t count, Term bitmap) {
  Term *p = heap_take(heap, count + 2);
  p[0] = HEADER(KIND_MAP_NODE, count + 1);
  p[1] = bitmap;
  return term_boxed(p);
}
static inline Term trie_map(TermHeap *heap, size_t count, Term root) {
  Term *p = heap_take(heap, 3);
  p[0] = HEADER(KIND_MAP_HASH, 2);
  p[1] = term_small((int64_t)count);
  p[2] = root;
  return term_boxed(p);
}
static inline Term trie_root(Term map) { return boxed_ptr(map)[2]; }

// Any trie of n keys: at each level at most n/2 nodes, each with two words beside its children.
static inline size_t trie_words_max(size_t n) { return 27 * n + 2 + 3 + 3; }
static inline size_t flat_words(size_t n) { return n ? 2 * n + 3 : MAP_EMPTY_WORDS; }

// A fresh flat map whose keys (NULL when empty) and values the caller fills.
Term flat_take(TermHeap *heap, size_t count, Term **keys, Term **values);
// Index of a key in a flat map, or -1.
int64_t flat_find(const TermContext *c, Term map, Term key);
// The two leaves of different keys as a node for `level`, in nodes of one child where their hashes agree. heap NULL: adds to
// *words only.
Term trie_split(const TermContext *c, TermHeap *heap, Term leaf_a, uint64_t hash_a, Term leaf_b, uint64_t hash_b, int level);

Term trie_put(const TermContext *c, TermHeap *heap, Term map, Term key, Term value);
// The same map when the key is missing.
Term trie_remove(const TermContext *c, TermHeap *heap, Term map, Term key);

// Entries by key; by hash and then by key, with runs of one hash. Scratch: as many entries again.
void entries_sort_keys(const TermContext *c, MapPlanEntry *entries, MapPlanEntry *scratch, size_t count, const Term *pairs);
void entries_sort_hashes(MapPlanEntry *entries, MapPlanEntry *scratch, size_t count);
// Entries that are sorted as the form needs and hold no key twice. T_NONE: MAP_COLLISION_MAX.
Term entries_build_flat(TermHeap *heap, const MapPlanEntry *entries, size_t count, const Term *pairs);
Term entries_build_trie(TermHeap *heap, const MapPlanEntry *entries, size_t count, const Term *pairs);

#endif
