// SPDX-License-Identifier: Apache-2.0
//
// RelationTable: entries in order of making, with an index by key above RELATION_LINEAR_MAX.
#include <string.h>

#include "vm/process/bound.h"

static uint32_t key_hash(uint64_t key) { return (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 32); }

Relation *relation_find(const RelationTable *t, uint64_t key) {
  if (t->count == 0) return NULL;
  if (!t->index) {
    for (uint32_t i = 0; i < t->used; i++)
      if (t->items[i].key == key) return &t->items[i];
    return NULL;
  }
  uint32_t mask = t->index_capacity - 1;
  for (uint32_t i = key_hash(key) & mask; t->index[i]; i = (i + 1) & mask)
    if (t->index[i] != RELATION_INDEX_GONE && t->items[t->index[i] - 1].key == key) return &t->items[t->index[i] - 1];
  return NULL;
}

static void index_put(RelationTable *t, uint32_t position) {
  uint32_t mask = t->index_capacity - 1, i = key_hash(t->items[position].key) & mask;
  while (t->index[i] != 0 && t->index[i] != RELATION_INDEX_GONE) i = (i + 1) & mask;
  t->index[i] = position + 1;
}

// Closes the gaps and makes the index anew, in `index_capacity` places (0: none).
static void rebuild(RelationTable *t) {
  uint32_t to = 0;
  for (uint32_t i = 0; i < t->used; i++)
    if (t->items[i].key) t->items[to++] = t->items[i];
  t->used = to;
  if (!t->index) return;
  memset(t->index, 0, t->index_capacity * sizeof *t->index);
  for (uint32_t i = 0; i < t->used; i++) index_put(t, i);
}

static bool reserve(const Alloc *alloc, RelationTable *t) {
  if (t->used < t->capacity) return true;
  if (!t->items) {
    t->items = &t->one;
    t->capacity = 1;
    return true;
  }
  if (t->used >= 2 * t->count + RELATION_LINEAR_MAX) {
    rebuild(t);
    return true;
  }
  if (t->capacity >= (uint32_t)1 << 30) return false;
  uint32_t capacity = t->capacity < 4 ? 4 : t->capacity * 2;
  uint32_t index_capacity = capacity > RELATION_LINEAR_MAX ? capacity * 2 : 0;
  uint32_t *index = NULL;
  if (index_capacity) {
    index = alloc_get(alloc, index_capacity * sizeof *index);
    if (!index) return false;
  }
  bool first = t->items == &t->one;
  Relation *items = alloc_grow(alloc, first ? NULL : t->items, first ? 0 : t->capacity * sizeof *items, capacity * sizeof *items);
  if (!items) {
    alloc_put(alloc, index, index_capacity * sizeof *index);
    return false;
  }
  alloc_put(alloc, t->index, t->index_capacity * sizeof *index);
  if (first) *items = t->one;
  t->items = items;
  t->capacity = capacity;
  t->index = index;
  t->index_capacity = index_capacity;
  rebuild(t);
  return true;
}

Relation *relation_add(const Alloc *alloc, RelationTable *t, uint64_t key) {
  DCHECK(relation_find(t, key) == NULL && key != 0);
  if (!reserve(alloc, t)) return NULL;
  Relation *r = &t->items[t->used++];
  *r = (Relation){.key = key, .a = T_NONE, .b = T_NONE, .tag = T_NONE};
  t->count++;
  if (t->index) index_put(t, t->used - 1);
  return r;
}

void relation_remove(const Alloc *alloc, RelationTable *t, Relation *r) {
  if (t->index) {
    uint32_t mask = t->index_capacity - 1, position = (uint32_t)(r - t->items) + 1, i = key_hash(r->key) & mask;
    while (t->index[i] != position) i = (i + 1) & mask;
    t->index[i] = RELATION_INDEX_GONE;
  }
  r->key = 0;
  r->tag = T_NONE;
  t->count--;
  if (t->count == 0) relation_free(alloc, t);
  else if (t->used >= 4 * t->count + RELATION_LINEAR_MAX) rebuild(t);
}

Relation *relation_add_awaited(Process *p, RelationTable *t, uint64_t key) {
  Lock *l = bound_lock(p);
  Relation *r = relation_add(vm_alloc_of(p->vm, METER_PROCESS), t, key);
  bound_unlock(l);
  return r;
}

void relation_remove_awaited(Process *p, RelationTable *t, Relation *r) {
  Lock *l = bound_lock(p);
  relation_remove(vm_alloc_of(p->vm, METER_PROCESS), t, r);
  bound_unlock(l);
}

void relation_free_entries(const Alloc *alloc, RelationTable *t) {
  if (t->items != &t->one) alloc_put(alloc, t->items, t->capacity * sizeof *t->items);
  if (t->index) alloc_put(alloc, t->index, t->index_capacity * sizeof *t->index);
  t->items = NULL;
  t->index = NULL;
  t->count = t->used = t->capacity = t->index_capacity = 0;
}

size_t relation_bytes(const RelationTable *t) {
  size_t items = t->items && t->items != &t->one ? account_chunk(t->capacity * sizeof *t->items) : 0;
  return items + (t->index ? account_chunk(t->index_capacity * sizeof *t->index) : 0);
}
