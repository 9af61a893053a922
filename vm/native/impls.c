// SPDX-License-Identifier: Apache-2.0
//
// Protocol dispatch's cache: which module implements a protocol for a target. It is forgotten whenever a module was loaded or deleted.
//
// Every call of a protocol's function on a struct looks here, so reading takes no lock: a table, once published, only gains entries, and
// an entry is readable from the moment its protocol stands in it. A table that is full or stale gives way to another and is
// retired. Writers hold LOCK_NATIVES.
//
// What is entered was found before, and code may have changed between: who enters says of which count of loads its answer is,
// and an answer of an earlier one is dropped.
#include "vm/native/native_api.h"
#include "vm/native/native_state.h"

typedef struct ImplEntry { // protocol T_NONE: free place
  _Atomic(Term) protocol;
  Term target;             // before protocol
  _Atomic(Term) module;
} ImplEntry;
typedef struct ImplTable {
  Retired retired;
  uint64_t load_count;     // of the code table: what all entries are true of
  uint32_t count, capacity; // capacity: a power of two, at least twice the count
  ImplEntry entries[];
} ImplTable;

enum { IMPLS_FIRST = 256 };

static size_t table_bytes(uint32_t capacity) { return sizeof(ImplTable) + capacity * sizeof(ImplEntry); }

// The entry of the two, or the free one where it would stand. *there: it was no free one. (A free one may be another's by now: only who
// has the lock may ask it again.)
static ImplEntry *find(ImplTable *t, Term protocol, Term target, bool *there) {
  uint32_t mask = t->capacity - 1, at = (uint32_t)((protocol * 31 + target) * 0x9e3779b97f4a7c15u >> 32) & mask;
  for (;; at = (at + 1) & mask) {
    ImplEntry *e = &t->entries[at];
    Term key = atomic_load_explicit(&e->protocol, memory_order_acquire);
    *there = key != T_NONE && key == protocol && e->target == target;
    if (*there || key == T_NONE) return e;
  }
}

static void enter(ImplTable *t, Term protocol, Term target, Term module) {
  bool there;
  ImplEntry *e = find(t, protocol, target, &there);
  atomic_store_explicit(&e->module, module, memory_order_relaxed);
  if (there) return;
  e->target = target;
  t->count++;
  atomic_store_explicit(&e->protocol, protocol, memory_order_release);
}

static void release(void *state, Retired *r) {
  ImplTable *t = (ImplTable *)(void *)r;
  alloc_put(&((Vm *)state)->alloc, t, table_bytes(t->capacity));
}
_Static_assert(offsetof(ImplTable, retired) == 0, "a table is found by what is retired of it");

// A table with room for one more, of that count of loads; with the lock. NULL: no memory.
static ImplTable *table_with_room(Vm *vm, NativeState *s, uint64_t load_count) {
  ImplTable *old = atomic_load_explicit(&s->impls, memory_order_relaxed);
  bool stale = !old || old->load_count != load_count;
  if (!stale && (old->count + 1) * 2 <= old->capacity) return old;
  uint32_t capacity = !old ? IMPLS_FIRST : stale ? old->capacity : old->capacity * 2;
  ImplTable *t = alloc_get(&vm->alloc, table_bytes(capacity));
  if (!t) return NULL;
  t->load_count = load_count;
  t->count = 0;
  t->capacity = capacity;
  for (uint32_t i = 0; i < capacity; i++) atomic_init(&t->entries[i].protocol, T_NONE);
  for (uint32_t i = 0; !stale && i < old->capacity; i++) {
    ImplEntry *e = &old->entries[i];
    if (atomic_load_explicit(&e->protocol, memory_order_relaxed) != T_NONE) enter(t, e->protocol, e->target, e->module);
  }
  atomic_store_explicit(&s->impls, t, memory_order_release);
  if (old) participant_retire(&vm_worker(vm)->participant, &old->retired, release);
  return t;
}

void native_impls_free(Vm *vm) {
  ImplTable *t = atomic_load(&native_state(vm)->impls);
  if (t) release(vm, &t->retired);
}

static uint64_t load_count(Process *p) { return atomic_load_explicit(&p->vm->code->load_count, memory_order_acquire); }

// impl_for(protocol, target): the module, nil when there is known to be none, or :unknown.
Term native_impl_for(Process *p) {
  ImplTable *t = atomic_load_explicit(&native_state(p->vm)->impls, memory_order_acquire);
  if (!t || t->load_count != load_count(p)) return ATOM_unknown;
  bool there;
  ImplEntry *e = find(t, ARG(0), ARG(1), &there);
  return there ? atomic_load_explicit(&e->module, memory_order_relaxed) : ATOM_unknown;
}

// load_count(): asked for before one looks for an implementation.
Term native_code_load_count(Process *p) { return term_small((int64_t)(load_count(p) & (uint64_t)SMALL_MAX)); }

// cache_impl(protocol, target, module or nil, load_count)
Term native_cache_impl(Process *p) {
  NativeState *s = native_state(p->vm);
  if (!term_is_atom(ARG(0)) || !term_is_atom(ARG(1)) || !term_is_atom(ARG(2)) || !term_is_small(ARG(3))) return native_badarg(p);
  lock_take(&s->lock);
  uint64_t now = load_count(p);
  bool fresh = (now & (uint64_t)SMALL_MAX) == (uint64_t)small_value(ARG(3));
  ImplTable *t = fresh ? table_with_room(p->vm, s, now) : NULL; // a cache may forget
  if (t) enter(t, ARG(0), ARG(1), ARG(2));
  lock_give(&s->lock);
  return ATOM_ok;
}
