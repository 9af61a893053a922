// SPDX-License-Identifier: Apache-2.0
//
// :persistent_term: values for the whole VM, read without copying.
//
// Keys and values are literals of their own. What was replaced or erased stays where it is while any process holds it
// (vm/engine/purge.c). Thread: scheduler.
#include "vm/code/code.h"
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/term/hash.h"
#include "vm/term/size.h"

typedef struct PersistentEntry {
  uint64_t hash;
  Term key, value; // key T_NONE: free; value T_NONE: erased
  LiteralArea *area; // of the value; NULL: it is immediate
} PersistentEntry;
typedef struct PersistentTable {
  uint32_t used, capacity; // capacity: a power of two
  PersistentEntry entries[];
} PersistentTable;

static size_t table_bytes(uint32_t capacity) { return sizeof(PersistentTable) + capacity * sizeof(PersistentEntry); }

// The key's entry, or the free one where it would stand.
static PersistentEntry *find(const TermContext *c, PersistentTable *t, Term key, uint64_t hash) {
  uint32_t at = (uint32_t)(hash >> 32) & (t->capacity - 1);
  for (;; at = (at + 1) & (t->capacity - 1)) {
    PersistentEntry *e = &t->entries[at];
    if (e->key == T_NONE || (e->hash == hash && term_identical(c, e->key, key))) return e;
  }
}
static PersistentTable *grow(Vm *vm) {
  NativeState *s = native_state(vm);
  PersistentTable *old = s->persistent;
  uint32_t capacity = old ? old->capacity * 2 : 64;
  PersistentTable *t = alloc_get(&vm->alloc, table_bytes(capacity));
  if (!t) return NULL;
  t->used = 0;
  t->capacity = capacity;
  for (uint32_t i = 0; i < capacity; i++) t->entries[i].key = T_NONE;
  for (uint32_t i = 0; old && i < old->capacity; i++) {
    const PersistentEntry *e = &old->entries[i];
    if (e->key == T_NONE || e->value == T_NONE) continue;
    *find(&vm->context, t, e->key, e->hash) = *e;
    t->used++;
  }
  if (old) alloc_put(&vm->alloc, old, table_bytes(old->capacity));
  return s->persistent = t;
}
void native_persistent_free(Vm *vm) {
  PersistentTable *t = native_state(vm)->persistent;
  if (t) alloc_put(&vm->alloc, t, table_bytes(t->capacity));
  native_state(vm)->persistent = NULL;
}

Term native_persistent_value(Vm *vm, Term key) {
  PersistentTable *t = native_state(vm)->persistent;
  if (!t) return T_NONE;
  const PersistentEntry *e = find(&vm->context, t, key, term_hash(&vm->context, key));
  return e->key == T_NONE ? T_NONE : e->value;
}
static Term lookup(Process *p, Term key) { return native_persistent_value(p->vm, key); }
Term native_persistent_get_1(Process *p) {
  Term value = lookup(p, ARG(0));
  return value == T_NONE ? native_badarg(p) : value;
}
Term native_persistent_get_2(Process *p) {
  Term value = lookup(p, ARG(0));
  return value == T_NONE ? ARG(1) : value;
}
Term native_persistent_put(Process *p) {
  const TermContext *c = native_context(p);
  PersistentTable *t = native_state(p->vm)->persistent;
  uint64_t hash = term_hash(c, ARG(0));
  PersistentEntry *e = t ? find(c, t, ARG(0), hash) : NULL;
  if (e && e->key != T_NONE && e->value != T_NONE && term_identical(c, e->value, ARG(1))) return ATOM_ok;
  if (!account_allows_work(&p->vm->account, 8 * (term_size(c, ARG(0)) + term_size(c, ARG(1))))) return native_error(p, ATOM_system_limit);
  LiteralArea *area;
  Term value = literal_copy_to(p->vm->literals, c, ARG(1), 0, &area);
  if (value == T_NONE) return native_error(p, ATOM_system_limit);
  if (e && e->key != T_NONE) {
    code_orphan_area(p->vm->code, e->area);
    e->value = value;
    e->area = area;
    return ATOM_ok;
  }
  Term key = literal_copy(p->vm->literals, c, ARG(0), 0);
  if (key == T_NONE) return native_error(p, ATOM_system_limit);
  if (!t || (t->used + 1) * 2 > t->capacity) t = grow(p->vm);
  if (!t) return native_error(p, ATOM_system_limit);
  *find(c, t, key, hash) = (PersistentEntry){hash, key, value, area};
  t->used++;
  return ATOM_ok;
}
Term native_persistent_erase(Process *p) {
  PersistentTable *t = native_state(p->vm)->persistent;
  if (!t) return ATOM_false;
  PersistentEntry *e = find(native_context(p), t, ARG(0), term_hash(native_context(p), ARG(0)));
  if (e->key == T_NONE || e->value == T_NONE) return ATOM_false;
  code_orphan_area(p->vm->code, e->area);
  e->value = T_NONE;
  e->area = NULL;
  return ATOM_true;
}
Term native_persistent_get_0(Process *p) {
  PersistentTable *t = native_state(p->vm)->persistent;
  if (!t) return T_NIL;
  NATIVE_RESERVE((size_t)t->used * (PAIR_WORDS + CONS_WORDS));
  Term list = T_NIL;
  for (uint32_t i = 0; i < t->capacity; i++)
    if (t->entries[i].key != T_NONE && t->entries[i].value != T_NONE)
      list = heap_cons(&p->heap, native_pair(p, t->entries[i].key, t->entries[i].value), list);
  return list;
}
