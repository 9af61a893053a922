// SPDX-License-Identifier: Apache-2.0
//
// The process dictionary: entries in order of insertion, found through an index by the hash of the key's content (so a
// collection that moves keys changes nothing). Grows from nothing; keys and values are roots.
#include <string.h>

#include "vm/process/extra.h"
#include "vm/term/compare.h"
#include "vm/term/hash.h"

static DictionaryEntry *find_pointer(Process *p, const TermContext *c, Term key, uint64_t hash) {
  Dictionary *d = &p->extra->dictionary;
  uint32_t mask = d->index_capacity - 1;
  for (uint32_t i = (uint32_t)hash & mask; d->index[i]; i = (i + 1) & mask) {
    DictionaryEntry *e = &d->entries[d->index[i] - 1];
    if (e->key != T_NONE && e->hash == hash && term_identical(c, e->key, key)) return e;
  }
  return NULL;
}

// Keys are mostly atoms, and those are the same when their words are: no call, no hash to compare.
static inline DictionaryEntry *find(Process *p, const TermContext *c, Term key, uint64_t hash) {
  Dictionary *d = &p->extra->dictionary;
  if (d->index_capacity == 0) return NULL;
  if (term_is_pointer(key)) return find_pointer(p, c, key, hash);
  uint32_t mask = d->index_capacity - 1;
  for (uint32_t i = (uint32_t)hash & mask; d->index[i]; i = (i + 1) & mask) {
    DictionaryEntry *e = &d->entries[d->index[i] - 1];
    if (e->key == key) return e;
  }
  return NULL;
}

static void index_put(Dictionary *d, uint32_t position) {
  uint32_t mask = d->index_capacity - 1, i = (uint32_t)d->entries[position].hash & mask;
  while (d->index[i]) i = (i + 1) & mask;
  d->index[i] = position + 1;
}

// Closes gaps; removed entries keep their place in the index until then (their key says so).
static void rebuild(Dictionary *d) {
  uint32_t to = 0;
  for (uint32_t i = 0; i < d->used; i++)
    if (d->entries[i].key != T_NONE) d->entries[to++] = d->entries[i];
  d->used = to;
  memset(d->index, 0, d->index_capacity * sizeof *d->index);
  for (uint32_t i = 0; i < to; i++) index_put(d, i);
}

static bool reserve(Process *p) {
  const Alloc *alloc = vm_alloc_of(p->vm, METER_PROCESS);
  Dictionary *d = &p->extra->dictionary;
  if (d->used < d->capacity) return true;
  if (d->used > 2 * p->dictionary_count + 4) {
    rebuild(d);
    return true;
  }
  if (d->capacity >= (uint32_t)1 << 29) return false;
  uint32_t capacity = d->capacity ? d->capacity * 2 : 4, index_capacity = capacity * 2;
  uint32_t *index = alloc_get(alloc, index_capacity * sizeof *index);
  DictionaryEntry *entries = index ? alloc_grow(alloc, d->entries, d->capacity * sizeof *entries, capacity * sizeof *entries) : NULL;
  if (!entries) {
    alloc_put(alloc, index, index_capacity * sizeof *index);
    return false;
  }
  alloc_put(alloc, d->index, d->index_capacity * sizeof *index);
  d->entries = entries;
  d->capacity = capacity;
  d->index = index;
  d->index_capacity = index_capacity;
  rebuild(d);
  return true;
}

Term process_dictionary_get(Process *p, const TermContext *c, Term key) {
  if (p->dictionary_count == 0) return T_NONE;
  DictionaryEntry *e = find(p, c, key, term_hash(c, key));
  return e ? e->value : T_NONE;
}

Term process_dictionary_put(Process *p, const TermContext *c, Term key, Term value, bool *no_memory) {
  *no_memory = true;
  if (!process_extra(p)) return T_NONE;
  uint64_t hash = term_hash(c, key);
  DictionaryEntry *e = find(p, c, key, hash);
  if (e) {
    Term old = e->value;
    e->value = value;
    *no_memory = false;
    return old;
  }
  if (!reserve(p)) return T_NONE;
  Dictionary *d = &p->extra->dictionary;
  d->entries[d->used] = (DictionaryEntry){key, value, hash};
  index_put(d, d->used++);
  p->dictionary_count++;
  *no_memory = false;
  return T_NONE;
}

Term process_dictionary_erase(Process *p, const TermContext *c, Term key) {
  if (p->dictionary_count == 0) return T_NONE;
  DictionaryEntry *e = find(p, c, key, term_hash(c, key));
  if (!e) return T_NONE;
  Term old = e->value;
  e->key = e->value = T_NONE;
  if (--p->dictionary_count == 0) process_dictionary_clear(p);
  return old;
}

bool process_dictionary_is_full(const Process *p) { return p->extra && p->extra->dictionary.used == p->extra->dictionary.capacity; }

void process_dictionary_clear(Process *p) {
  if (!p->extra) return;
  Dictionary *d = &p->extra->dictionary;
  d->used = 0;
  p->dictionary_count = 0;
  if (d->index) memset(d->index, 0, d->index_capacity * sizeof *d->index);
}

void process_dictionary_entry(Process *p, uint32_t i, Term *key, Term *value) {
  Dictionary *d = &p->extra->dictionary;
  CHECK(i < p->dictionary_count);
  if (d->used != p->dictionary_count) rebuild(d);
  *key = d->entries[i].key;
  *value = d->entries[i].value;
}
