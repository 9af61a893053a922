// SPDX-License-Identifier: Apache-2.0
//
// Putting into and removing from tries: down along the hash, remembering the path, and up again copying it.
#include "vm/term/map_trie.h"

#include "vm/term/hash.h"

typedef struct Path {
  int level;                       // of the innermost node
  Term nodes[MAP_LEVELS + 1];
  uint32_t indices[MAP_LEVELS + 1]; // of the child gone into
} Path;

// The nodes of a path again, from the innermost up, `child` in place of what was there.
static Term path_replace(TermHeap *heap, const Path *path, int level, Term child) {
  for (; level >= 0; level--) {
    Term old = path->nodes[level];
    size_t count = node_count(old);
    Term node = node_take(heap, count, boxed_ptr(old)[1]);
    memcpy(node_children(node), node_children(old), count * sizeof(Term));
    node_children(node)[path->indices[level]] = child;
    child = node;
  }
  return child;
}

static Term node_insert(TermHeap *heap, Term old, size_t index, Term bitmap, Term child) {
  size_t count = node_count(old);
  Term node = node_take(heap, count + 1, bitmap);
  const Term *from = node_children(old);
  Term *to = node_children(node);
  memcpy(to, from, index * sizeof(Term));
  to[index] = child;
  memcpy(to + index + 1, from + index, (count - index) * sizeof(Term));
  return node;
}

static Term node_without(TermHeap *heap, Term old, size_t index, Term bitmap) {
  size_t count = node_count(old);
  Term node = node_take(heap, count - 1, bitmap);
  const Term *from = node_children(old);
  Term *to = node_children(node);
  memcpy(to, from, index * sizeof(Term));
  memcpy(to + index, from + index + 1, (count - index - 1) * sizeof(Term));
  return node;
}

Term trie_split(const TermContext *c, TermHeap *heap, Term leaf_a, uint64_t hash_a, Term leaf_b, uint64_t hash_b, int level) {
  int end = level;
  while (end < MAP_LEVELS && hash_slot(hash_a, end) == hash_slot(hash_b, end)) end++;
  Term node;
  if (end == MAP_LEVELS) {
    node = node_take(heap, 2, NODE_COLLISION);
    bool a_first = term_compare_exact(c, cons_head(leaf_a), cons_head(leaf_b)) < 0;
    node_children(node)[0] = a_first ? leaf_a : leaf_b;
    node_children(node)[1] = a_first ? leaf_b : leaf_a;
  } else {
    uint32_t a = hash_slot(hash_a, end), b = hash_slot(hash_b, end);
    node = node_take(heap, 2, term_small((int64_t)(1u << a | 1u << b)));
    node_children(node)[a > b] = leaf_a;
    node_children(node)[a < b] = leaf_b;
  }
  while (end-- > level) {
    Term outer = node_take(heap, 1, term_small((int64_t)(1u << hash_slot(hash_a, end))));
    node_children(outer)[0] = node;
    node = outer;
  }
  return node;
}

// In a collision node: the index of the key (*found) or of where it belongs.
static size_t collision_find(const TermContext *c, Term node, Term key, bool *found) {
  const Term *leaves = node_children(node);
  size_t n = node_count(node), i = 0;
  *found = false;
  while (i < n) {
    int order = term_compare_exact(c, key, cons_head(leaves[i]));
    *found = order == 0;
    if (order <= 0) break;
    i++;
  }
  return i;
}

static Term collision_put(const TermContext *c, TermHeap *heap, Term map, Path *path, Term key, Term value) {
  Term node = path->nodes[MAP_LEVELS];
  bool found;
  size_t i = collision_find(c, node, key, &found);
  if (found) {
    if (cons_tail(node_children(node)[i]) == value) return map;
    path->indices[MAP_LEVELS] = (uint32_t)i;
    return trie_map(heap, map_size(map), path_replace(heap, path, MAP_LEVELS, heap_cons(heap, key, value)));
  }
  if (node_count(node) == MAP_COLLISION_MAX) return T_NONE;
  Term wider = node_insert(heap, node, i, NODE_COLLISION, heap_cons(heap, key, value));
  return trie_map(heap, map_size(map) + 1, path_replace(heap, path, MAP_LEVELS - 1, wider));
}

Term trie_put(const TermContext *c, TermHeap *heap, Term map, Term key, Term value) {
  uint64_t hash = term_hash(c, key);
  Path path;
  Term node = trie_root(map), child;
  for (int level = 0; level < MAP_LEVELS; level++, node = child) {
    uint32_t bitmap = node_bitmap(node), slot = hash_slot(hash, level), index = bitmap_index(bitmap, slot);
    path.nodes[level] = node;
    path.indices[level] = index;
    if (!(bitmap >> slot & 1)) {
      child = node_insert(heap, node, index, term_small((int64_t)(bitmap | 1u << slot)), heap_cons(heap, key, value));
      return trie_map(heap, map_size(map) + 1, path_replace(heap, &path, level - 1, child));
    }
    child = node_children(node)[index];
    if (!term_is_cons(child)) continue;
    if (term_identical(c, cons_head(child), key)) {
      if (cons_tail(child) == value) return map;
      Term leaf = heap_cons(heap, cons_head(child), value);
      return trie_map(heap, map_size(map), path_replace(heap, &path, level, leaf));
    }
    Term leaf = heap_cons(heap, key, value);
    Term split = trie_split(c, heap, child, term_hash(c, cons_head(child)), leaf, hash, level + 1);
    return trie_map(heap, map_size(map) + 1, path_replace(heap, &path, level, split));
  }
  path.nodes[MAP_LEVELS] = node;
  return collision_put(c, heap, map, &path, key, value);
}

// What is left of the path's node at `level` without its child: a leaf alone moves up as long as it is alone.
static Term path_remove(TermHeap *heap, const Path *path, int level) {
  Term node = path->nodes[level];
  uint32_t index = path->indices[level];
  if (node_count(node) == 2 && level > 0 && term_is_cons(node_children(node)[!index])) {
    Term leaf = node_children(node)[!index];
    for (level--; level > 0 && node_count(path->nodes[level]) == 1; level--) continue;
    return path_replace(heap, path, level, leaf);
  }
  Term bitmap = NODE_COLLISION;
  if (level < MAP_LEVELS) {
    uint32_t bits = node_bitmap(node), rest = bits;
    for (uint32_t i = 0; i < index; i++) rest &= rest - 1;
    bitmap = term_small((int64_t)(bits & ~(rest & (0 - rest))));
  }
  return path_replace(heap, path, level - 1, node_without(heap, node, index, bitmap));
}

Term trie_remove(const TermContext *c, TermHeap *heap, Term map, Term key) {
  uint64_t hash = term_hash(c, key);
  Path path;
  Term node = trie_root(map);
  for (int level = 0; level < MAP_LEVELS; level++) {
    uint32_t bitmap = node_bitmap(node), slot = hash_slot(hash, level), index = bitmap_index(bitmap, slot);
    if (!(bitmap >> slot & 1)) return map;
    path.nodes[level] = node;
    path.indices[level] = index;
    Term child = node_children(node)[index];
    if (term_is_cons(child)) {
      if (!term_identical(c, cons_head(child), key)) return map;
      return trie_map(heap, map_size(map) - 1, path_remove(heap, &path, level));
    }
    node = child;
  }
  bool found;
  path.nodes[MAP_LEVELS] = node;
  path.indices[MAP_LEVELS] = (uint32_t)collision_find(c, node, key, &found);
  if (!found) return map;
  return trie_map(heap, map_size(map) - 1, path_remove(heap, &path, MAP_LEVELS));
}
