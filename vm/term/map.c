// SPDX-License-Identifier: Apache-2.0
//
// Maps as their users see them; flat maps are handled here, tries by map_trie.c, building from many pairs by
// map_build.c, merging by map_merge.c, iteration by map_iterate.c.
#include "vm/term/map.h"

#include "vm/term/hash.h"
#include "vm/term/map_trie.h"

Term map_empty(TermHeap *heap) {
  Term *p = heap_take(heap, MAP_EMPTY_WORDS);
  p[0] = HEADER(KIND_MAP_FLAT, 1);
  p[1] = T_NIL;
  return term_boxed(p);
}

Term flat_take(TermHeap *heap, size_t count, Term **keys, Term **values) {
  Term key_tuple = T_NIL;
  *keys = count ? heap_tuple(heap, count, &key_tuple) : NULL;
  Term *p = heap_take(heap, count + 2);
  p[0] = HEADER(KIND_MAP_FLAT, count + 1);
  p[1] = key_tuple;
  *values = p + 2;
  return term_boxed(p);
}

Term map_with_keys(TermHeap *heap, Term keys, const Term *values) {
  size_t count = keys == T_NIL ? 0 : tuple_arity(keys);
  Term *p = heap_take(heap, count + 2);
  p[0] = HEADER(KIND_MAP_FLAT, count + 1);
  p[1] = keys;
  if (count) memcpy(p + 2, values, count * sizeof(Term));
  return term_boxed(p);
}

int64_t flat_find(const TermContext *c, Term map, Term key) {
  const Term *keys = map_flat_keys(map);
  int64_t n = (int64_t)map_size(map);
  if (!term_is_pointer(key)) {
    for (int64_t i = 0; i < n; i++)
      if (keys[i] == key) return i;
    return -1;
  }
  for (int64_t i = 0; i < n; i++)
    if (term_identical(c, keys[i], key)) return i;
  return -1;
}

// Where a missing key belongs among the sorted ones.
static size_t flat_place(const TermContext *c, Term map, Term key) {
  const Term *keys = map_flat_keys(map);
  size_t low = 0, high = map_size(map);
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (term_compare_exact(c, keys[middle], key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

Term map_get_slow(const TermContext *c, Term map, Term key) {
  if (!map_is_flat(map)) return map_hash_get(c, map, key, term_hash(c, key));
  int64_t i = flat_find(c, map, key);
  return i < 0 ? T_NONE : map_flat_values(map)[i];
}

Term map_hash_get(const TermContext *c, Term map, Term key, uint64_t hash) {
  Term node = trie_root(map);
  for (int level = 0; level < MAP_LEVELS; level++) {
    uint32_t bitmap = node_bitmap(node), slot = hash_slot(hash, level);
    if (!(bitmap >> slot & 1)) return T_NONE;
    Term child = node_children(node)[bitmap_index(bitmap, slot)];
    if (term_is_cons(child)) return term_identical(c, cons_head(child), key) ? cons_tail(child) : T_NONE;
    node = child;
  }
  const Term *leaves = node_children(node);
  for (size_t i = 0, n = node_count(node); i < n; i++)
    if (term_identical(c, cons_head(leaves[i]), key)) return cons_tail(leaves[i]);
  return T_NONE;
}

// --- putting
size_t map_put_words(Term map) {
  if (!map_is_flat(map)) return TRIE_PUT_WORDS;
  size_t n = map_size(map);
  return n < MAP_FLAT_MAX ? flat_words(n + 1) : trie_words_max(n + 1);
}

static Term flat_replace(TermHeap *heap, Term map, size_t index, Term value) {
  size_t words = header_words(boxed_header(map)) + 1;
  if (map_flat_values(map)[index] == value) return map;
  Term *p = heap_take(heap, words);
  memcpy(p, boxed_ptr(map), words * sizeof(Term));
  p[2 + index] = value;
  return term_boxed(p);
}

static Term flat_insert(const TermContext *c, TermHeap *heap, Term map, Term key, Term value) {
  size_t n = map_size(map), at = flat_place(c, map, key);
  const Term *old_keys = map_flat_keys(map), *old_values = map_flat_values(map);
  Term *keys, *values;
  Term result = flat_take(heap, n + 1, &keys, &values);
  for (size_t i = 0; i < at; i++) keys[i] = old_keys[i], values[i] = old_values[i];
  keys[at] = key;
  values[at] = value;
  for (size_t i = at; i < n; i++) keys[i + 1] = old_keys[i], values[i + 1] = old_values[i];
  return result;
}

// The 33rd key makes a trie.
static Term flat_to_trie(const TermContext *c, TermHeap *heap, Term map, Term key, Term value) {
  enum { COUNT = MAP_FLAT_MAX + 1 };
  Term pairs[2 * COUNT];
  size_t at = flat_place(c, map, key);
  for (size_t i = 0, from = 0; i < COUNT; i++) {
    bool fresh = i == at;
    pairs[2 * i] = fresh ? key : map_flat_keys(map)[from];
    pairs[2 * i + 1] = fresh ? value : map_flat_values(map)[from];
    from += !fresh;
  }
  MapPlanEntry entries[COUNT], scratch[COUNT];
  for (size_t i = 0; i < COUNT; i++) entries[i] = (MapPlanEntry){term_hash(c, pairs[2 * i]), i};
  entries_sort_hashes(entries, scratch, COUNT); // stable: equal hashes stay sorted by key
  return entries_build_trie(heap, entries, COUNT, pairs);
}

Term map_put(const TermContext *c, TermHeap *heap, Term map, Term key, Term value) {
  if (!map_is_flat(map)) return trie_put(c, heap, map, key, value);
  int64_t i = flat_find(c, map, key);
  if (i >= 0) return flat_replace(heap, map, (size_t)i, value);
  return map_size(map) < MAP_FLAT_MAX ? flat_insert(c, heap, map, key, value) : flat_to_trie(c, heap, map, key, value);
}

size_t map_update_words(Term map) { return map_is_flat(map) ? map_size(map) + 2 : TRIE_PUT_WORDS; }

Term map_update(const TermContext *c, TermHeap *heap, Term map, Term key, Term value) {
  if (map_is_flat(map)) {
    int64_t i = flat_find(c, map, key);
    return i < 0 ? T_NONE : flat_replace(heap, map, (size_t)i, value);
  }
  return map_has(c, map, key) ? trie_put(c, heap, map, key, value) : T_NONE;
}

// --- removing
size_t map_remove_words(Term map) {
  size_t flat = flat_words(MAP_FLAT_MAX);
  if (map_is_flat(map)) return flat_words(map_size(map));
  return TRIE_PUT_WORDS > flat ? TRIE_PUT_WORDS : flat;
}

static Term flat_remove(const TermContext *c, TermHeap *heap, Term map, Term key) {
  int64_t at = flat_find(c, map, key);
  if (at < 0) return map;
  size_t n = map_size(map);
  const Term *old_keys = map_flat_keys(map), *old_values = map_flat_values(map);
  Term *keys, *values;
  Term result = flat_take(heap, n - 1, &keys, &values);
  for (size_t i = 0, to = 0; i < n; i++) {
    if (i == (size_t)at) continue;
    keys[to] = old_keys[i];
    values[to++] = old_values[i];
  }
  return result;
}

// The trie of 33 keys without one of them is flat.
static Term trie_to_flat(const TermContext *c, TermHeap *heap, Term map, Term key) {
  if (!map_has(c, map, key)) return map;
  Term pairs[2 * MAP_FLAT_MAX];
  MapPlanEntry entries[MAP_FLAT_MAX], scratch[MAP_FLAT_MAX];
  size_t count = 0;
  MapIterator i;
  for (map_iterate(&i, map); map_next(&i);) {
    if (term_identical(c, i.key, key)) continue;
    entries[count] = (MapPlanEntry){0, count};
    pairs[2 * count] = i.key;
    pairs[2 * count++ + 1] = i.value;
  }
  entries_sort_keys(c, entries, scratch, count, pairs);
  return entries_build_flat(heap, entries, count, pairs);
}

Term map_remove(const TermContext *c, TermHeap *heap, Term map, Term key) {
  if (map_is_flat(map)) return flat_remove(c, heap, map, key);
  return map_size(map) == MAP_FLAT_MAX + 1 ? trie_to_flat(c, heap, map, key) : trie_remove(c, heap, map, key);
}

// --- several keys at once
static Term flat_update_pairs(const TermContext *c, TermHeap *heap, Term map, const Term *pairs, size_t pair_count, Term *missing) {
  for (size_t i = 0; i < pair_count; i++) {
    if (flat_find(c, map, pairs[2 * i]) >= 0) continue;
    if (missing) *missing = pairs[2 * i];
    return T_NONE;
  }
  size_t words = header_words(boxed_header(map)) + 1;
  Term *p = heap_take(heap, words);
  memcpy(p, boxed_ptr(map), words * sizeof(Term));
  for (size_t i = 0; i < pair_count; i++) p[2 + flat_find(c, map, pairs[2 * i])] = pairs[2 * i + 1];
  return term_boxed(p);
}

Term map_update_pairs(const TermContext *c, TermHeap *heap, Term map, const Term *pairs, size_t pair_count, Term *missing) {
  if (map_is_flat(map)) return pair_count ? flat_update_pairs(c, heap, map, pairs, pair_count, missing) : map;
  for (size_t i = 0; i < pair_count; i++) {
    if (missing) *missing = pairs[2 * i];
    map = map_update(c, heap, map, pairs[2 * i], pairs[2 * i + 1]);
    if (map == T_NONE) break;
  }
  return map;
}

size_t map_put_pairs_words(Term map, size_t pair_count) {
  if (!map_is_flat(map)) return pair_count * TRIE_PUT_WORDS;
  size_t n = map_size(map) + pair_count;
  if (n <= MAP_FLAT_MAX) return flat_words(n);
  if (pair_count <= MAP_FLAT_MAX) return trie_words_max(n);
  return pair_count * TRIE_PUT_WORDS + trie_words_max(MAP_FLAT_MAX + 1) + MAP_FLAT_MAX * flat_words(MAP_FLAT_MAX);
}

Term map_put_pairs(const TermContext *c, TermHeap *heap, Term map, const Term *pairs, size_t pair_count) {
  if (map_is_flat(map) && pair_count <= MAP_FLAT_MAX) {
    // The new pairs as a flat map outside the heap, then merged: one result instead of one for each pair.
    Term room[2 * MAP_FLAT_MAX + 3];
    TermHeap scratch = {.top = room, .end = room + sizeof room / sizeof *room, .off_heap = T_NIL};
    return map_merge(c, heap, map, map_from_pairs(c, &scratch, pairs, pair_count));
  }
  for (size_t i = 0; i < pair_count && map != T_NONE; i++) map = map_put(c, heap, map, pairs[2 * i], pairs[2 * i + 1]);
  return map;
}
