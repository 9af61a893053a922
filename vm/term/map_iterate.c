// SPDX-License-Identifier: Apache-2.0
//
// Walking maps, and what is made by walking them. Flat maps are walked in term order, tries in order of
// their keys' hashes.
#include "vm/term/hash.h"
#include "vm/term/map_trie.h"

void map_iterate(MapIterator *i, Term map) {
  i->map = map;
  i->index = 0;
  i->level = -1;
  if (map_is_flat(map)) return;
  i->level = 0;
  i->nodes[0] = trie_root(map);
  i->next[0] = 0;
}

static bool flat_next(MapIterator *i) {
  if (i->index >= map_size(i->map)) return false;
  i->key = map_flat_keys(i->map)[i->index];
  i->value = map_flat_values(i->map)[i->index++];
  return true;
}

bool map_next(MapIterator *i) {
  if (i->level < 0) return i->map != T_NONE && map_is_flat(i->map) && flat_next(i);
  for (;;) {
    Term node = i->nodes[i->level];
    uint32_t next = i->next[i->level];
    if (next == node_count(node)) {
      if (--i->level < 0) return false;
      continue;
    }
    i->next[i->level]++;
    Term child = node_children(node)[next];
    if (term_is_cons(child)) {
      i->key = cons_head(child);
      i->value = cons_tail(child);
      return true;
    }
    i->level++;
    i->nodes[i->level] = child;
    i->next[i->level] = 0;
  }
}

// --- as a term: flat [index|map]; tries {map, level, path of the outer levels in two halves, next child}.
// A path has four bits a level: the child gone into.
Term map_iterator_save(const MapIterator *i, TermHeap *heap) {
  if (map_is_flat(i->map)) {
    if (i->index >= map_size(i->map)) return T_NIL;
    return heap_cons(heap, term_small((int64_t)i->index), i->map);
  }
  int level = i->level;
  while (level >= 0 && i->next[level] == node_count(i->nodes[level])) level--;
  if (level < 0) return T_NIL;
  uint64_t path = 0;
  for (int l = 0; l < level; l++) path |= (uint64_t)(i->next[l] - 1) << (4 * l);
  Term tuple, *items = heap_tuple(heap, 5, &tuple);
  items[0] = i->map;
  items[1] = term_small(level);
  items[2] = term_small((int64_t)(path & 0xffffffff));
  items[3] = term_small((int64_t)(path >> 32));
  items[4] = term_small(i->next[level]);
  return tuple;
}

static bool load_trie(MapIterator *i, const Term *items) {
  for (int k = 1; k < 5; k++)
    if (!term_is_small(items[k]) || small_value(items[k]) < 0 || small_value(items[k]) > UINT32_MAX) return false;
  int64_t level = small_value(items[1]);
  if (level > MAP_LEVELS) return false;
  uint64_t path = (uint64_t)small_value(items[2]) | (uint64_t)small_value(items[3]) << 32;
  for (int l = 0; l < level; l++) {
    uint32_t index = (uint32_t)(path >> (4 * l)) & 15;
    if (index >= node_count(i->nodes[l]) || term_is_cons(node_children(i->nodes[l])[index])) return false;
    i->next[l] = index + 1;
    i->nodes[l + 1] = node_children(i->nodes[l])[index];
  }
  i->level = (int)level;
  i->next[level] = (uint32_t)small_value(items[4]);
  return i->next[level] <= node_count(i->nodes[level]);
}

bool map_iterator_load(MapIterator *i, Term continuation) {
  if (term_is_cons(continuation)) {
    Term map = cons_tail(continuation), index = cons_head(continuation);
    if (!term_is_map(map) || !map_is_flat(map) || !term_is_small(index) || small_value(index) < 0) return false;
    map_iterate(i, map);
    i->index = (size_t)small_value(index);
    return true;
  }
  if (!term_is_tuple(continuation) || tuple_arity(continuation) != 5) return false;
  const Term *items = tuple_items(continuation);
  if (!term_is_map(items[0]) || map_is_flat(items[0])) return false;
  map_iterate(i, items[0]);
  return load_trie(i, items);
}

// --- lists
typedef enum ListOf { KEYS, VALUES, PAIRS } ListOf;

static Term list_of(TermHeap *heap, Term map, ListOf what) {
  Term first = T_NIL, *tail = &first;
  MapIterator i;
  for (map_iterate(&i, map); map_next(&i);) {
    Term item = what == KEYS ? i.key : i.value;
    if (what == PAIRS) {
      Term *items = heap_tuple(heap, 2, &item);
      items[0] = i.key;
      items[1] = i.value;
    }
    *tail = heap_cons(heap, item, T_NIL);
    tail = &cons_ptr(*tail)[1];
  }
  return first;
}

Term map_keys(TermHeap *heap, Term map) { return list_of(heap, map, KEYS); }
Term map_values(TermHeap *heap, Term map) { return list_of(heap, map, VALUES); }
Term map_to_list(TermHeap *heap, Term map) { return list_of(heap, map, PAIRS); }

// --- checks
static bool flat_is_valid(const TermContext *c, Term map) {
  size_t n = map_size(map);
  Term keys = boxed_ptr(map)[1];
  if (n == 0) return keys == T_NIL;
  if (n > MAP_FLAT_MAX || !term_is_tuple(keys) || tuple_arity(keys) != n) return false;
  for (size_t i = 1; i < n; i++)
    if (term_compare_exact(c, tuple_items(keys)[i - 1], tuple_items(keys)[i]) >= 0) return false;
  return true;
}

static bool node_is_valid(Term node, int level) {
  size_t n = node_count(node);
  if ((boxed_ptr(node)[1] == NODE_COLLISION) != (level == MAP_LEVELS)) return false;
  if (level < MAP_LEVELS && (size_t)__builtin_popcount(node_bitmap(node)) != n) return false;
  if (n == 0 || (level > 0 && n == 1 && term_is_cons(node_children(node)[0]))) return false;
  for (size_t i = 0; level == MAP_LEVELS && i < n; i++)
    if (!term_is_cons(node_children(node)[i])) return false;
  return true;
}

bool map_is_valid(const TermContext *c, Term map) {
  if (map_is_flat(map)) return flat_is_valid(c, map);
  size_t count = 0;
  uint64_t last = 0;
  MapIterator i;
  for (map_iterate(&i, map); map_next(&i); count++) {
    for (int level = 0; level <= i.level; level++)
      if (!node_is_valid(i.nodes[level], level)) return false;
    uint64_t hash = term_hash(c, i.key);
    if (hash < last) return false;
    for (int level = 0; level < i.level && level < MAP_LEVELS; level++) {
      uint32_t slot = hash_slot(hash, level), bitmap = node_bitmap(i.nodes[level]);
      if (!(bitmap >> slot & 1) || bitmap_index(bitmap, slot) + 1 != i.next[level]) return false;
    }
    if (map_hash_get(c, map, i.key, hash) != i.value) return false;
    last = hash;
  }
  return count == map_size(map) && count > MAP_FLAT_MAX;
}
