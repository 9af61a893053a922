// SPDX-License-Identifier: Apache-2.0
//
// The two hash tables of the expander: by name, and by name and arity. Both grow in the job's arena and
// never forget; a stale entry is overwritten with NULL.

#include <string.h>

#include "compiler/expand/job.h"

static uint32_t slot_of(const NameMap *map, const Name *key) {
  uint32_t i = key->hash & (map->capacity - 1);
  while (map->keys[i] && map->keys[i] != key) i = (i + 1) & (map->capacity - 1);
  return i;
}

void *name_map_get(const NameMap *map, const Name *key) {
  if (map->capacity == 0) return NULL;
  return map->values[slot_of(map, key)];
}

void name_map_put(Arena *arena, NameMap *map, const Name *key, void *value) {
  if (map->count * 2 >= map->capacity) {
    NameMap bigger = {0};
    bigger.capacity = map->capacity ? map->capacity * 2 : 32;
    bigger.keys = ARENA_ARRAY(arena, const Name *, bigger.capacity);
    bigger.values = ARENA_ARRAY(arena, void *, bigger.capacity);
    for (uint32_t i = 0; i < map->capacity; i++) {
      if (!map->keys[i]) continue;
      uint32_t j = slot_of(&bigger, map->keys[i]);
      bigger.keys[j] = map->keys[i];
      bigger.values[j] = map->values[i];
      bigger.count++;
    }
    *map = bigger;
  }
  uint32_t i = slot_of(map, key);
  if (!map->keys[i]) {
    map->keys[i] = key;
    map->count++;
  }
  map->values[i] = value;
}

static uint32_t function_hash(const Name *name, uint32_t arity) { return name->hash + arity * 0x9E3779B1u; }

static uint32_t function_slot(const FunctionSet *set, const Name *name, uint32_t arity) {
  uint32_t mask = set->index_size - 1;
  uint32_t i = function_hash(name, arity) & mask;
  for (; set->index[i]; i = (i + 1) & mask) {
    const FunctionEntry *entry = &set->items[set->index[i] - 1];
    if (entry->name == name && entry->arity == arity) break;
  }
  return i;
}

FunctionEntry *function_set_find(const FunctionSet *set, const Name *name, uint32_t arity) {
  if (set->index_size == 0) return NULL;
  uint32_t found = set->index[function_slot(set, name, arity)];
  return found ? &set->items[found - 1] : NULL;
}

FunctionEntry *function_set_add(Arena *arena, FunctionSet *set, const Name *name, uint32_t arity, void *value) {
  FunctionEntry *old = function_set_find(set, name, arity);
  if (old) {
    old->value = value;
    return old;
  }
  if (set->count == set->capacity) {
    uint32_t capacity = set->capacity ? set->capacity * 2 : 16;
    FunctionEntry *items = ARENA_ARRAY(arena, FunctionEntry, capacity);
    if (set->count) memcpy(items, set->items, sizeof(FunctionEntry) * set->count);
    set->items = items;
    set->capacity = capacity;
    set->index_size = capacity * 2;
    set->index = ARENA_ARRAY(arena, uint32_t, set->index_size);
    for (uint32_t i = 0; i < set->count; i++)
      set->index[function_slot(set, items[i].name, items[i].arity)] = i + 1;
  }
  set->items[set->count] = (FunctionEntry){name, arity, value};
  set->index[function_slot(set, name, arity)] = ++set->count;
  return &set->items[set->count - 1];
}

bool function_set_has_name(const FunctionSet *set, const Name *name) {
  for (uint32_t i = 0; i < set->count; i++)
    if (set->items[i].name == name) return true;
  return false;
}
