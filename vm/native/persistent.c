// SPDX-License-Identifier: Apache-2.0
//
// :persistent_term: values for the whole VM, read without copying and without a lock.
//
// Keys and values are literals of their own. Readers find the table by one load and a value by another; a table only gains keys,
// and an entry can be read from the moment its key stands in it. Writers hold LOCK_NATIVES; a table that is full gives way to another
// and is retired. Copies are made before the lock is taken, which makes writing the same key at once a race that one of them wins.
//
// A value that was replaced or erased stays where it is while any process holds it: its area is handed to the search for unused code
// (vm/engine/purge.c), which looks at every process after that, so also at one that was reading it meanwhile. So does the key of an
// erased entry when the table that held it is replaced.
#include "vm/code/code.h"
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"
#include "vm/term/hash.h"
#include "vm/term/size.h"

typedef struct PersistentEntry {
  _Atomic(Term) key, value; // key T_NONE: free; value T_NONE: erased
  uint64_t hash;            // before key
  LiteralArea *area, *key_area; // lock; NULL: immediate
} PersistentEntry;
typedef struct PersistentTable {
  Retired retired;
  _Atomic(uint32_t) used;   // keys, erased ones included
  uint32_t live;            // lock: keys with a value
  uint32_t capacity;        // a power of two, at least twice `used`
  PersistentEntry entries[];
} PersistentTable;

enum { CAPACITY_MIN = 64 };

static size_t table_bytes(uint32_t capacity) { return sizeof(PersistentTable) + capacity * sizeof(PersistentEntry); }
static Term key_of(const PersistentEntry *e) { return atomic_load_explicit(&e->key, memory_order_acquire); }
static Term value_of(const PersistentEntry *e) { return atomic_load_explicit(&e->value, memory_order_acquire); }

// The key's entry, or the free one where it would stand. With the lock: without it a free one may be another's by now.
static PersistentEntry *find(const TermContext *c, PersistentTable *t, Term key, uint64_t hash) {
  uint32_t at = (uint32_t)(hash >> 32) & (t->capacity - 1);
  for (;; at = (at + 1) & (t->capacity - 1)) {
    PersistentEntry *e = &t->entries[at];
    Term there = key_of(e);
    if (there == T_NONE || (e->hash == hash && term_identical(c, there, key))) return e;
  }
}
// The key's value; T_NONE: there is none. Without a lock.
static Term find_value(const TermContext *c, PersistentTable *t, Term key, uint64_t hash) {
  uint32_t at = (uint32_t)(hash >> 32) & (t->capacity - 1);
  for (;; at = (at + 1) & (t->capacity - 1)) {
    PersistentEntry *e = &t->entries[at];
    Term there = key_of(e);
    if (there == T_NONE) return T_NONE;
    if (e->hash == hash && term_identical(c, there, key)) return value_of(e);
  }
}
// The key as it stands in the table, if it does: what is found by that under the lock is the same word, and a huge key compared without it.
static Term the_same(const TermContext *c, PersistentTable *t, Term key, uint64_t hash) {
  if (!t) return key;
  for (uint32_t at = (uint32_t)(hash >> 32) & (t->capacity - 1);; at = (at + 1) & (t->capacity - 1)) {
    Term there = key_of(&t->entries[at]);
    if (there == T_NONE) return key;
    if (t->entries[at].hash == hash && term_identical(c, there, key)) return there;
  }
}
static void enter(PersistentTable *t, PersistentEntry *e, uint64_t hash, Term key, LiteralArea *key_area, Term value, LiteralArea *area) {
  e->hash = hash;
  e->area = area;
  e->key_area = key_area;
  atomic_store_explicit(&e->value, value, memory_order_relaxed);
  atomic_store_explicit(&e->key, key, memory_order_release);
  t->live++;
  atomic_store_explicit(&t->used, atomic_load_explicit(&t->used, memory_order_relaxed) + 1, memory_order_release);
}

static void release(void *state, Retired *r) {
  PersistentTable *t = (PersistentTable *)(void *)r;
  alloc_put(&((Vm *)state)->alloc, t, table_bytes(t->capacity));
}
_Static_assert(offsetof(PersistentTable, retired) == 0, "a table is found by what is retired of it");

void native_persistent_free(Vm *vm) {
  PersistentTable *t = atomic_load(&native_state(vm)->persistent);
  if (t) release(vm, &t->retired);
}

// Entries that must be moved for one more; without the lock, about.
enum { GROWTH_SHIFT = 2 };
static size_t growth(PersistentTable *t) {
  size_t used = t ? atomic_load_explicit(&t->used, memory_order_relaxed) : 0;
  return t && (used + 1) * 2 > t->capacity ? t->capacity : 0;
}
// A table with room for one more, of those keys of `old` that have a value; old itself while it has room. NULL: no memory.
static PersistentTable *with_room(Vm *vm, PersistentTable *old) {
  if (old && (atomic_load_explicit(&old->used, memory_order_relaxed) + 1) * 2 <= old->capacity) return old;
  uint32_t capacity = CAPACITY_MIN;
  while (old && capacity < (old->live + 1) * 4) capacity *= 2;
  PersistentTable *t = alloc_get(&vm->alloc, table_bytes(capacity));
  if (!t) return NULL;
  atomic_init(&t->used, 0);
  t->live = 0;
  t->capacity = capacity;
  for (uint32_t i = 0; i < capacity; i++) atomic_init(&t->entries[i].key, T_NONE);
  for (uint32_t i = 0; old && i < old->capacity; i++) {
    PersistentEntry *e = &old->entries[i];
    if (key_of(e) != T_NONE && value_of(e) != T_NONE)
      enter(t, find(&vm->context, t, key_of(e), e->hash), e->hash, key_of(e), e->key_area, value_of(e), e->area);
  }
  return t;
}
// It was replaced: nobody writes to it any more. Without the lock.
static void retire(Vm *vm, PersistentTable *old) {
  for (uint32_t i = 0; i < old->capacity; i++)
    if (key_of(&old->entries[i]) != T_NONE && value_of(&old->entries[i]) == T_NONE) code_orphan_area(vm->code, old->entries[i].key_area);
  participant_retire(&vm_worker(vm)->participant, &old->retired, release);
}

// What belongs to a put or an erase, made and dropped without the lock.
typedef struct PersistentChange {
  Term key, value;
  LiteralArea *key_area, *area;
} PersistentChange;

// Enters or replaces; `key` is the change's or the_same. *replaced: the table that is not used any more, or NULL. Answers false without memory; else change's areas are
// what is to be dropped now.
static bool put_locked(Vm *vm, NativeState *s, PersistentChange *change, Term key, uint64_t hash, PersistentTable **replaced) {
  PersistentTable *t = atomic_load_explicit(&s->persistent, memory_order_relaxed);
  PersistentEntry *e = t ? find(&vm->context, t, key, hash) : NULL;
  *replaced = NULL;
  if (e && key_of(e) != T_NONE) {
    LiteralArea *old = e->area;
    if (value_of(e) == T_NONE) t->live++;
    e->area = change->area;
    atomic_store_explicit(&e->value, change->value, memory_order_release);
    change->area = old;
    return true;
  }
  PersistentTable *fresh = with_room(vm, t);
  if (!fresh) return false;
  enter(fresh, find(&vm->context, fresh, change->key, hash), hash, change->key, change->key_area, change->value, change->area);
  change->area = change->key_area = NULL;
  if (fresh == t) return true;
  *replaced = t;
  atomic_store_explicit(&s->persistent, fresh, memory_order_release);
  return true;
}

static PersistentTable *table_of(Vm *vm) {
  DCHECK(worker_may_look(vm));
  return atomic_load_explicit(&native_state(vm)->persistent, memory_order_acquire);
}

static Term value_in(const TermContext *c, PersistentTable *t, Term key) { return t ? find_value(c, t, key, term_hash(c, key)) : T_NONE; }
Term native_persistent_value(Vm *vm, Term key) { return value_in(&vm->context, table_of(vm), key); }
static Term lookup(Process *p, Term key) { return value_in(engine_key_context(p), table_of(p->vm), key); }
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
  NativeState *s = native_state(p->vm);
  size_t words = native_term_words(p, ARG(0)) + native_term_words(p, ARG(1));
  if (native_is_long(p, words >> TERM_SHIFT)) return native_go_dirty(p);
  Term there = lookup(p, ARG(0));
  if (there != T_NONE && term_identical(engine_key_context(p), there, ARG(1))) return ATOM_ok;
  if (!account_allows_work(&p->vm->account, 8 * words)) return native_error(p, ATOM_system_limit);
  if (native_is_long(p, growth(table_of(p->vm)) >> GROWTH_SHIFT)) return native_go_dirty(p);
  native_charge(p, words >> TERM_SHIFT);
  PersistentChange change = {0};
  PersistentTable *replaced = NULL;
  change.value = literal_copy_to(p->vm->literals, c, ARG(1), 0, &change.area);
  change.key = change.value == T_NONE ? T_NONE : literal_copy_to(p->vm->literals, c, ARG(0), 0, &change.key_area);
  bool done = change.key != T_NONE;
  Term key;
  if (done) {
    uint64_t hash = term_hash(c, change.key);
    key = the_same(c, table_of(p->vm), change.key, hash);
    lock_take(&s->lock);
    done = put_locked(p->vm, s, &change, key, hash, &replaced);
    lock_give(&s->lock);
  }
  // Copies that nobody ever saw go at once, what others may hold does not.
  if (change.key_area) literal_area_free(p->vm->literals, change.key_area);
  if (change.area && !done) literal_area_free(p->vm->literals, change.area);
  else code_orphan_area(p->vm->code, change.area);
  if (replaced) retire(p->vm, replaced);
  return done ? ATOM_ok : native_error(p, ATOM_system_limit);
}

Term native_persistent_erase(Process *p) {
  NativeState *s = native_state(p->vm);
  const TermContext *c = native_context(p);
  uint64_t hash = term_hash(engine_key_context(p), ARG(0));
  Term key = the_same(c, table_of(p->vm), ARG(0), hash);
  LiteralArea *area = NULL;
  bool there = false;
  lock_take(&s->lock);
  PersistentTable *t = atomic_load_explicit(&s->persistent, memory_order_relaxed);
  PersistentEntry *e = t ? find(c, t, key, hash) : NULL;
  if (e && key_of(e) != T_NONE && value_of(e) != T_NONE) {
    there = true;
    area = e->area;
    e->area = NULL;
    atomic_store_explicit(&e->value, T_NONE, memory_order_release);
    t->live--;
  }
  lock_give(&s->lock);
  code_orphan_area(p->vm->code, area);
  return native_bool(there);
}

// All of it. The table may gain keys, or be replaced, while room is made.
Term native_persistent_get_0(Process *p) {
  for (size_t room = 0;;) {
    PersistentTable *t = table_of(p->vm);
    size_t used = t ? atomic_load_explicit(&t->used, memory_order_acquire) : 0;
    if (!used) return T_NIL;
    if (native_is_long(p, used >> 2)) return native_go_dirty(p);
    if (used > room) {
      room = used;
      NATIVE_RESERVE(room * (PAIR_WORDS + CONS_WORDS));
      continue;
    }
    Term list = T_NIL, value;
    size_t left = room;
    for (uint32_t i = 0; i < t->capacity && left; i++) {
      if (key_of(&t->entries[i]) == T_NONE || (value = value_of(&t->entries[i])) == T_NONE) continue;
      list = heap_cons(&p->heap, native_pair(p, key_of(&t->entries[i]), value), list);
      left--;
    }
    native_charge(p, used >> 4);
    return list;
  }
}
