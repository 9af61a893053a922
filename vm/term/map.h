// SPDX-License-Identifier: Apache-2.0
//
// Maps. Keys are the same when identical (1 and 1.0 are two keys).
//
//  M1  Up to MAP_FLAT_MAX keys: MAP_FLAT [keys tuple or T_NIL when empty, value…], keys sorted by
//      term_compare_exact. Maps made by replacing values share the keys tuple.
//  M2  Above: MAP_HASH [count, root]. Each level of the trie takes four bits of term_hash(key), high
//      ones first. A node is MAP_NODE [small bitmap, child…] with the children in order of their bits, a child is a node or a
//      leaf, the cons [key|value]. Behind MAP_LEVELS levels comes a collision node: bitmap MAP_COLLISION, leaves
//      sorted by term_compare_exact.
//  M3  No node but the root has a single leaf as its only child: with M1 a content has one shape,
//      and so one order of iteration.
//
// Words: `…_words` tell at most what is needed; they are exact where that is cheap. No function here
// collects. Pointers into maps (iterators) end with the next collection.
//
// Whatever puts a key answers T_NONE when more than MAP_COLLISION_MAX keys of the map would share one hash: nobody
// meets that who does not make such keys on purpose. It is a system_limit.
#ifndef JOIST_TERM_MAP_H
#define JOIST_TERM_MAP_H

#include "vm/term/compare.h"
#include "vm/term/term.h"
#include "vm/term/term_context.h"

#define MAP_COLLISION ((int64_t)1 << 16)

enum {
  // Of a change in a trie: every level copied, a collision node behind them, a leaf, the map.
  TRIE_PUT_WORDS = MAP_LEVELS * 18 + (MAP_COLLISION_MAX + 2) + 2 + 3,
};

static inline bool map_is_flat(Term map) { return header_is(boxed_header(map), KIND_MAP_FLAT); }
static inline size_t map_size(Term map) {
  const Term *p = boxed_ptr(map);
  return header_is(p[0], KIND_MAP_FLAT) ? header_words(p[0]) - 1 : (size_t)small_value(p[1]);
}
// The keys and values of a flat map, map_size of each, in order.
static inline const Term *map_flat_keys(Term map) { return boxed_ptr(map)[1] == T_NIL ? NULL : tuple_items(boxed_ptr(map)[1]); }
static inline Term *map_flat_values(Term map) { return boxed_ptr(map) + 2; }

// The value, or T_NONE.
Term map_get_slow(const TermContext *c, Term map, Term key);
static inline Term map_get(const TermContext *c, Term map, Term key) {
  const Term *p = boxed_ptr(map);
  if (LIKELY(header_is(p[0], KIND_MAP_FLAT) && !term_is_pointer(key))) {
    size_t n = header_words(p[0]) - 1;
    if (n == 0) return T_NONE;
    const Term *keys = tuple_items(p[1]);
    for (size_t i = 0; i < n; i++)
      if (keys[i] == key) return p[2 + i];
    return T_NONE;
  }
  return map_get_slow(c, map, key);
}
static inline bool map_has(const TermContext *c, Term map, Term key) { return map_get(c, map, key) != T_NONE; }
// The same by the known hash of the key (tries only).
Term map_hash_get(const TermContext *c, Term map, Term key, uint64_t hash);

enum { MAP_EMPTY_WORDS = 2 };
Term map_empty(TermHeap *heap);

size_t map_put_words(Term map);
Term map_put(const TermContext *c, TermHeap *heap, Term map, Term key, Term value);
// Replaces the value of a key that is there. Fails: T_NONE, nothing built.
size_t map_update_words(Term map);
Term map_update(const TermContext *c, TermHeap *heap, Term map, Term key, Term value);
// The same map when the key is missing.
size_t map_remove_words(Term map);
Term map_remove(const TermContext *c, TermHeap *heap, Term map, Term key);
// Several at once, `pairs` being key, value, key, value…; later ones win. map_update_pairs: T_NONE when a
// key is missing (*missing tells it).
size_t map_put_pairs_words(Term map, size_t pair_count);
Term map_put_pairs(const TermContext *c, TermHeap *heap, Term map, const Term *pairs, size_t pair_count);
static inline size_t map_update_pairs_words(Term map, size_t pair_count) { return map_is_flat(map) ? map_size(map) + 2 : pair_count * TRIE_PUT_WORDS; }
Term map_update_pairs(const TermContext *c, TermHeap *heap, Term map, const Term *pairs, size_t pair_count, Term *missing);

// A flat map of a keys tuple (sorted, as M1 says: from a literal) and its values. Words: count + 2.
Term map_with_keys(TermHeap *heap, Term keys, const Term *values);

// A map of pairs, last wins. The bound of words is good to 32 pairs and generous above: use a plan for many.
size_t map_from_pairs_words(size_t pair_count);
Term map_from_pairs(const TermContext *c, TermHeap *heap, const Term *pairs, size_t pair_count);

// The same for many pairs, with the exact need: make the plan, reserve plan.words, build. When reserving
// collected, fill the array anew with the moved terms (same order) before building.
typedef struct MapPlanEntry {
  uint64_t hash; // unused in flat ones
  size_t index;  // of the pair
} MapPlanEntry;
typedef struct MapPlan {
  const TermContext *context;
  MapPlanEntry *entries; // sorted, without duplicates
  size_t count;          // keys; below pair_count when keys came twice
  size_t capacity;       // entries allocated
  size_t words;
} MapPlan;
// Fails: STATUS_NO_MEMORY, STATUS_LIMIT (MAP_COLLISION_MAX).
MUST_USE Status map_plan_make(MapPlan *plan, const TermContext *c, const Term *pairs, size_t pair_count);
// The same for no more than about *work words of keys (compare.h), of which nothing is left when there was not enough: STATUS_LIMIT too.
MUST_USE Status map_plan_make_within(MapPlan *plan, const TermContext *c, const Term *pairs, size_t pair_count, size_t *work);
Term map_plan_build(const MapPlan *plan, TermHeap *heap, const Term *pairs);
void map_plan_free(MapPlan *plan);

// b's values win.
size_t map_merge_words(const TermContext *c, Term a, Term b);
Term map_merge(const TermContext *c, TermHeap *heap, Term a, Term b);

// --- iteration, in the map's one order
typedef struct MapIterator {
  Term key, value;       // after map_next was true
  Term map;
  size_t index;          // flat: of the next pair
  int level;             // trie: of the innermost node; -1: at the end
  Term nodes[MAP_LEVELS + 1];
  uint32_t next[MAP_LEVELS + 1]; // child to look at next in each
} MapIterator;
void map_iterate(MapIterator *i, Term map);
bool map_next(MapIterator *i);
// The rest of an iteration as a term, for natives that go on later: `T_NIL` at the end. Words: at most
// MAP_CONTINUATION_WORDS. Resuming is O(levels). Fails: false when `t` is none.
enum { MAP_CONTINUATION_WORDS = 6 };
Term map_iterator_save(const MapIterator *i, TermHeap *heap);
bool map_iterator_load(MapIterator *i, Term continuation);

static inline size_t map_list_words(Term map) { return map_size(map) * 2; }
Term map_keys(TermHeap *heap, Term map);
Term map_values(TermHeap *heap, Term map);
// [{key, value}…]
static inline size_t map_to_list_words(Term map) { return map_size(map) * 5; }
Term map_to_list(TermHeap *heap, Term map);

// For the collector's and others' checks: shape and order are right.
bool map_is_valid(const TermContext *c, Term map);

#endif
