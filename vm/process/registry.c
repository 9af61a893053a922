// SPDX-License-Identifier: Apache-2.0
//
// The name table: segments of atomic pids, indexed by atom number.
#include "vm/process/registry.h"

#include "vm/process/extra.h"

enum { NAME_SEGMENT_SHIFT = 11, NAME_SEGMENT_SIZE = 1 << NAME_SEGMENT_SHIFT, NAME_SEGMENT_COUNT = 1 << 13 };

typedef struct NameSegment {
  _Atomic(Term) pids[NAME_SEGMENT_SIZE]; // 0: free
} NameSegment;

struct NameTable {
  const Alloc *alloc;
  _Atomic(size_t) count;
  _Atomic(NameSegment *) segments[NAME_SEGMENT_COUNT];
};
_Static_assert((uint64_t)NAME_SEGMENT_SIZE * NAME_SEGMENT_COUNT >= (uint64_t)ATOM_SEGMENT_COUNT << ATOM_SEGMENT_SHIFT, "every atom has a place");

NameTable *name_table_new(const Alloc *alloc) {
  NameTable *t = alloc_zero(alloc, sizeof *t);
  if (t) t->alloc = alloc;
  return t;
}

void name_table_free(NameTable *t) {
  if (!t) return;
  for (size_t i = 0; i < NAME_SEGMENT_COUNT; i++) alloc_put(t->alloc, atomic_load(&t->segments[i]), sizeof(NameSegment));
  alloc_put(t->alloc, t, sizeof *t);
}

// The place of a name; NULL when there is none and make is false, or no memory.
static _Atomic(Term) *place(NameTable *t, Term name, bool make) {
  uint32_t n = atom_number(name);
  if (n >> NAME_SEGMENT_SHIFT >= NAME_SEGMENT_COUNT) return NULL;
  _Atomic(NameSegment *) *at = &t->segments[n >> NAME_SEGMENT_SHIFT];
  NameSegment *s = atomic_load_explicit(at, memory_order_acquire);
  if (!s && make) {
    NameSegment *fresh = alloc_zero(t->alloc, sizeof *fresh);
    if (!fresh) return NULL;
    if (atomic_compare_exchange_strong_explicit(at, &s, fresh, memory_order_acq_rel, memory_order_acquire)) s = fresh;
    else alloc_put(t->alloc, fresh, sizeof *fresh); // another was faster; s is its
  }
  return s ? &s->pids[n & (NAME_SEGMENT_SIZE - 1)] : NULL;
}

bool registry_register(Vm *vm, Term name, Term pid) {
  bool no_memory = false;
  return registry_register_or(vm, name, pid, &no_memory);
}

bool registry_register_or(Vm *vm, Term name, Term pid, bool *no_memory) {
  if (!term_is_atom(name) || name == ATOM_undefined || name == ATOM_nil || term_is_boolean(name)) return false;
  Process *p = process_find(vm, pid);
  if (!p || (process_state(p) != PROCESS_RUNNING && !process_settle(p))) return false;
  ProcessExtra *x = process_extra(p);
  if (x && x->name != T_NONE) return false;
  _Atomic(Term) *at = x ? place(vm->names, name, true) : NULL;
  Term free = 0;
  *no_memory = !at;
  if (!at || !atomic_compare_exchange_strong_explicit(at, &free, pid, memory_order_acq_rel, memory_order_relaxed)) return false;
  x->name = name;
  atomic_fetch_add_explicit(&vm->names->count, 1, memory_order_relaxed);
  return true;
}

bool registry_unregister(Vm *vm, Term name) {
  _Atomic(Term) *at = term_is_atom(name) ? place(vm->names, name, false) : NULL;
  Term pid = at ? atomic_exchange_explicit(at, 0, memory_order_acq_rel) : 0;
  if (pid == 0) return false;
  atomic_fetch_sub_explicit(&vm->names->count, 1, memory_order_relaxed);
  Process *p = process_find(vm, pid); // one that ends is in no table any more
  if (p && p->extra) p->extra->name = T_NONE;
  return true;
}

Term registry_whereis(Vm *vm, Term name) {
  _Atomic(Term) *at = term_is_atom(name) ? place(vm->names, name, false) : NULL;
  Term pid = at ? atomic_load_explicit(at, memory_order_acquire) : 0;
  return pid ? pid : T_NONE;
}

void registry_each(Vm *vm, void (*visit)(void *state, Term name, Term pid), void *state) {
  for (uint32_t i = 0; i < NAME_SEGMENT_COUNT; i++) {
    NameSegment *s = atomic_load_explicit(&vm->names->segments[i], memory_order_acquire);
    for (uint32_t j = 0; s && j < NAME_SEGMENT_SIZE; j++) {
      Term pid = atomic_load_explicit(&s->pids[j], memory_order_acquire);
      if (pid) visit(state, term_atom(i << NAME_SEGMENT_SHIFT | j), pid);
    }
  }
}

size_t registry_count(Vm *vm) { return atomic_load_explicit(&vm->names->count, memory_order_relaxed); }
