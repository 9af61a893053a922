// SPDX-License-Identifier: Apache-2.0
//
// Merging two maps. Flat ones merge like sorted lists. Otherwise both are tries (a flat one is first made a trie in
// scratch memory), merged node by node; parts that only one side has are shared, not copied, and a
// subtree that comes out as it was is that subtree. The same walk without a heap counts words.
#include "vm/term/hash.h"
#include "vm/term/map_trie.h"

enum { SCRATCH_WORDS = 27 * MAP_FLAT_MAX + 8 };

typedef struct Merge {
  const TermContext *context;
  TermHeap *heap; // NULL: count only
  size_t words;   // taken or needed
  size_t both;    // keys found on both sides
  bool overflow;  // MAP_COLLISION_MAX
  Term *scratch_low, *scratch_high; // what lies here must be copied
} Merge;

static bool in_scratch(const Merge *m, Term t) {
  const Term *p = (const Term *)(uintptr_t)(t & ~(Term)TAG_MASK);
  return p >= m->scratch_low && p < m->scratch_high;
}

static Term merge_cons(Merge *m, Term leaf) {
  m->words += 2;
  return m->heap ? heap_cons(m->heap, cons_head(leaf), cons_tail(leaf)) : T_NONE;
}

static Term merge_node(Merge *m, const Term *children, size_t count, Term bitmap) {
  m->words += count + 2;
  if (!m->heap) return T_NONE;
  Term node = node_take(m->heap, count, bitmap);
  memcpy(node_children(node), children, count * sizeof(Term));
  return node;
}

// A subtree that only one side has.
static Term adopt(Merge *m, Term t) {
  if (!in_scratch(m, t)) return t;
  if (term_is_cons(t)) return merge_cons(m, t);
  Term children[MAP_COLLISION_MAX > 16 ? MAP_COLLISION_MAX : 16];
  size_t count = node_count(t);
  for (size_t i = 0; i < count; i++) children[i] = adopt(m, node_children(t)[i]);
  return merge_node(m, children, count, boxed_ptr(t)[1]);
}

static Term merge_split(Merge *m, Term x, Term y, int level) {
  const TermContext *c = m->context;
  uint64_t hash_x = term_hash(c, cons_head(x)), hash_y = term_hash(c, cons_head(y));
  int end = level;
  while (end < MAP_LEVELS && hash_slot(hash_x, end) == hash_slot(hash_y, end)) end++;
  Term a = adopt(m, x), b = adopt(m, y);
  m->words += (size_t)(end - level) * 3 + 4;
  return m->heap ? trie_split(c, m->heap, a, hash_x, b, hash_y, level) : T_NONE;
}

// Leaves of one hash, each side a leaf or a collision node: merged in order of keys.
static Term merge_collision(Merge *m, Term x, Term y) {
  Term children[MAP_COLLISION_MAX];
  const Term *xs = term_is_cons(x) ? &x : node_children(x), *ys = term_is_cons(y) ? &y : node_children(y);
  size_t x_count = term_is_cons(x) ? 1 : node_count(x), y_count = term_is_cons(y) ? 1 : node_count(y);
  size_t i = 0, j = 0, count = 0;
  while (i < x_count || j < y_count) {
    int order = i == x_count ? 1 : j == y_count ? -1 : term_compare_exact(m->context, cons_head(xs[i]), cons_head(ys[j]));
    if (count == MAP_COLLISION_MAX) {
      m->overflow = true;
      return T_NONE;
    }
    children[count++] = adopt(m, order < 0 ? xs[i] : ys[j]);
    m->both += order == 0;
    i += order <= 0;
    j += order >= 0;
  }
  return count == 1 ? children[0] : merge_node(m, children, count, NODE_COLLISION);
}

static uint32_t side_bitmap(const Merge *m, Term t, int level) {
  return term_is_cons(t) ? 1u << hash_slot(term_hash(m->context, cons_head(t)), level) : node_bitmap(t);
}

static Term merge_pair(Merge *m, Term x, Term y, int level) {
  if (x == y) { // the same subtree in both; its keys must be counted: rare, so by walking
    MapIterator i = {.level = 0, .nodes = {x}};
    if (term_is_cons(x)) m->both++;
    else
      for (i.map = T_NONE; map_next(&i);) m->both++;
    return x;
  }
  if (term_is_cons(x) && term_is_cons(y)) {
    if (!term_identical(m->context, cons_head(x), cons_head(y))) return merge_split(m, x, y, level);
    m->both++;
    return cons_tail(x) == cons_tail(y) && !in_scratch(m, x) ? x : adopt(m, y);
  }
  if (level == MAP_LEVELS) return merge_collision(m, x, y);
  uint32_t x_bits = side_bitmap(m, x, level), y_bits = side_bitmap(m, y, level), bits = x_bits | y_bits;
  const Term *xs = term_is_cons(x) ? &x : node_children(x), *ys = term_is_cons(y) ? &y : node_children(y);
  Term children[16];
  size_t count = 0;
  bool as_x = !term_is_cons(x) && bits == x_bits && !in_scratch(m, x), as_y = !term_is_cons(y) && bits == y_bits && !in_scratch(m, y);
  for (uint32_t left = bits; left; left &= left - 1) {
    uint32_t slot = (uint32_t)__builtin_ctz(left);
    bool in_x = x_bits >> slot & 1, in_y = y_bits >> slot & 1;
    Term child = in_x && in_y ? merge_pair(m, *xs, *ys, level + 1) : adopt(m, in_x ? *xs : *ys);
    as_x = as_x && child == *xs;
    as_y = as_y && child == *ys;
    xs += in_x;
    ys += in_y;
    children[count++] = child;
  }
  return as_x ? x : as_y ? y : merge_node(m, children, count, term_small((int64_t)bits));
}

// A flat map as a trie in scratch memory (of any size, unlike real ones).
static Term scratch_root(const TermContext *c, Term flat, TermHeap *scratch) {
  size_t n = map_size(flat);
  Term pairs[2 * MAP_FLAT_MAX];
  MapPlanEntry entries[MAP_FLAT_MAX], room[MAP_FLAT_MAX];
  for (size_t i = 0; i < n; i++) {
    pairs[2 * i] = map_flat_keys(flat)[i];
    pairs[2 * i + 1] = map_flat_values(flat)[i];
    entries[i] = (MapPlanEntry){term_hash(c, pairs[2 * i]), i};
  }
  entries_sort_hashes(entries, room, n);
  return trie_root(entries_build_trie(scratch, entries, n, pairs));
}

static Term merge_tries(Merge *m, Term a, Term b) {
  Term room[SCRATCH_WORDS];
  TermHeap scratch = {.top = room, .end = room + SCRATCH_WORDS, .off_heap = T_NIL};
  m->scratch_low = room;
  m->scratch_high = room + SCRATCH_WORDS;
  if (map_is_flat(a) ? map_size(a) == 0 : a == b) return b;
  if (map_is_flat(b) && map_size(b) == 0) return a;
  Term x = map_is_flat(a) ? scratch_root(m->context, a, &scratch) : trie_root(a);
  Term y = map_is_flat(b) ? scratch_root(m->context, b, &scratch) : trie_root(b);
  Term root = merge_pair(m, x, y, 0);
  m->words += 3;
  if (!m->heap || m->overflow) return T_NONE;
  size_t count = map_size(a) + map_size(b) - m->both;
  if (!map_is_flat(a) && root == trie_root(a)) return a;
  if (!map_is_flat(b) && root == trie_root(b)) return b;
  return trie_map(m->heap, count, root);
}

// --- flat with flat
static Term merge_flat(const TermContext *c, TermHeap *heap, Term a, Term b) {
  Term pairs[4 * MAP_FLAT_MAX];
  const Term *a_keys = map_flat_keys(a), *b_keys = map_flat_keys(b);
  const Term *a_values = map_flat_values(a), *b_values = map_flat_values(b);
  size_t a_count = map_size(a), b_count = map_size(b), i = 0, j = 0, count = 0;
  while (i < a_count || j < b_count) {
    int order = i == a_count ? 1 : j == b_count ? -1 : term_compare_exact(c, a_keys[i], b_keys[j]);
    pairs[2 * count] = order <= 0 ? a_keys[i] : b_keys[j];
    pairs[2 * count++ + 1] = order < 0 ? a_values[i] : b_values[j];
    i += order <= 0;
    j += order >= 0;
  }
  if (count > MAP_FLAT_MAX) {
    MapPlanEntry entries[2 * MAP_FLAT_MAX], scratch[2 * MAP_FLAT_MAX];
    for (size_t k = 0; k < count; k++) entries[k] = (MapPlanEntry){term_hash(c, pairs[2 * k]), k};
    entries_sort_hashes(entries, scratch, count);
    return entries_build_trie(heap, entries, count, pairs);
  }
  Term *keys, *values, map;
  if (count == a_count) { // no new key: the keys are shared
    Term *p = heap_take(heap, count + 2);
    p[0] = HEADER(KIND_MAP_FLAT, count + 1);
    p[1] = boxed_ptr(a)[1];
    keys = NULL;
    values = p + 2;
    map = term_boxed(p);
  } else {
    map = flat_take(heap, count, &keys, &values);
  }
  for (size_t k = 0; k < count; k++) {
    if (keys) keys[k] = pairs[2 * k];
    values[k] = pairs[2 * k + 1];
  }
  return map;
}

size_t map_merge_words(const TermContext *c, Term a, Term b) {
  if (map_is_flat(a) && map_is_flat(b)) return map_from_pairs_words(map_size(a) + map_size(b));
  Merge m = {.context = c};
  merge_tries(&m, a, b);
  return m.words;
}

Term map_merge(const TermContext *c, TermHeap *heap, Term a, Term b) {
  if (map_is_flat(a) && map_is_flat(b)) return merge_flat(c, heap, a, b);
  Merge m = {.context = c, .heap = heap};
  Term map = merge_tries(&m, a, b);
  DCHECK(m.overflow || map != T_NONE);
  return map;
}
