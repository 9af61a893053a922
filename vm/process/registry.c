// SPDX-License-Identifier: Apache-2.0
//
// The name table: segments of atomic pids, indexed by atom number.
//
// A name is two words that must agree: the table's place of the atom says the pid, the process says the atom (R1). A swap of one and
// then of the other leaves a moment in which they do not, and another who comes in that moment gets a badarg that no order of the two
// calls explains (it sees a name unregistered, registers its process anew and is told that this still has one). So who changes the
// name of a process holds a lock while it does: one of NAME_STRIPES, by the process's slot. Registering is rare, and no two processes
// that have nothing to do with each other wait for one another but by chance. Both words are swapped nevertheless: two processes of
// different locks may want one name, and a process that ends takes no lock unless it has one (R2).
#include "vm/process/registry.h"

#include "vm/process/extra.h"

enum { NAME_STRIPES = 64, NAME_SEGMENT_SHIFT = 11, NAME_SEGMENT_SIZE = 1 << NAME_SEGMENT_SHIFT, NAME_SEGMENT_COUNT = 1 << 13 };

typedef struct NameSegment {
  _Atomic(Term) pids[NAME_SEGMENT_SIZE]; // 0: free
} NameSegment;

typedef struct NameStripe {
  Lock lock;
  _Atomic(int64_t) count; // names of its processes; written under the lock (any: read)
  char apart[48];
} NameStripe;
_Static_assert(sizeof(NameStripe) == 64, "a cache line each");

struct NameTable {
  const Alloc *alloc;
  NameStripe stripes[NAME_STRIPES];
  _Atomic(NameSegment *) segments[NAME_SEGMENT_COUNT];
};
_Static_assert((uint64_t)NAME_SEGMENT_SIZE * NAME_SEGMENT_COUNT >= (uint64_t)ATOM_SEGMENT_COUNT << ATOM_SEGMENT_SHIFT, "every atom has a place");

NameTable *name_table_new(const Alloc *alloc) {
  NameTable *t = alloc_zero(alloc, sizeof *t);
  if (!t) return NULL;
  t->alloc = alloc;
  for (int i = 0; i < NAME_STRIPES; i++) lock_init(&t->stripes[i].lock, LOCK_NAMES);
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

// Under it the names of some processes are changed: those of p among them.
static NameStripe *stripe_of(Vm *vm, Term pid) { return &vm->names->stripes[pid_slot(pid) % NAME_STRIPES]; }
static void count_more(NameStripe *s, int64_t more) {
  atomic_store_explicit(&s->count, atomic_load_explicit(&s->count, memory_order_relaxed) + more, memory_order_relaxed);
}

bool registry_register(Vm *vm, Term name, Term pid) {
  bool no_memory = false;
  return registry_register_or(vm, name, pid, &no_memory);
}

bool registry_register_or(Vm *vm, Term name, Term pid, bool *no_memory) {
  if (!term_is_atom(name) || name == ATOM_undefined || name == ATOM_nil || term_is_boolean(name)) return false;
  Process *p = process_find(vm, pid);
  if (!p || (process_state(p) != PROCESS_RUNNING && !process_settle(p))) return false;
  _Atomic(Term) *at = place(vm->names, name, true);
  *no_memory = !at;
  if (!at) return false;
  uint32_t none = NAME_NONE, number = atom_number(name);
  Term free = 0;
  NameStripe *s = stripe_of(vm, pid);
  lock_take(&s->lock);
  bool done = atomic_load_explicit(at, memory_order_relaxed) == 0 &&
              atomic_compare_exchange_strong_explicit(&p->name, &none, number, memory_order_acq_rel, memory_order_relaxed);
  if (done && !atomic_compare_exchange_strong_explicit(at, &free, pid, memory_order_acq_rel, memory_order_relaxed)) {
    // Another process got it at this moment. Is p's name not there any more, it has ended.
    atomic_compare_exchange_strong_explicit(&p->name, &number, NAME_NONE, memory_order_acq_rel, memory_order_relaxed);
    done = false;
  }
  if (done) count_more(s, 1);
  lock_give(&s->lock);
  return done;
}

bool registry_unregister(Vm *vm, Term name) {
  _Atomic(Term) *at = term_is_atom(name) ? place(vm->names, name, false) : NULL;
  Term pid = at ? atomic_load_explicit(at, memory_order_acquire) : 0;
  while (pid != 0) {
    NameStripe *s = stripe_of(vm, pid);
    lock_take(&s->lock);
    bool done = atomic_compare_exchange_strong_explicit(at, &pid, 0, memory_order_acq_rel, memory_order_acquire);
    if (done) {
      uint32_t number = atom_number(name);
      Process *p = process_find(vm, pid); // one that ends is in no table any more
      if (p) atomic_compare_exchange_strong_explicit(&p->name, &number, NAME_NONE, memory_order_acq_rel, memory_order_relaxed);
      count_more(s, -1);
    }
    lock_give(&s->lock);
    if (done) return true;
  }
  return false;
}

void registry_end_slow(Process *p) {
  Vm *vm = p->vm;
  uint32_t number = atomic_exchange_explicit(&p->name, NAME_GONE, memory_order_acq_rel);
  if (number == NAME_NONE) return;
  _Atomic(Term) *at = place(vm->names, term_atom(number), false);
  Term pid = p->pid;
  NameStripe *s = stripe_of(vm, pid);
  lock_take(&s->lock); // who is registering p has done so, or seen that it ended
  if (at && atomic_compare_exchange_strong_explicit(at, &pid, 0, memory_order_acq_rel, memory_order_relaxed)) count_more(s, -1);
  lock_give(&s->lock);
}

Term registry_whereis(Vm *vm, Term name) {
  _Atomic(Term) *at = term_is_atom(name) ? place(vm->names, name, false) : NULL;
  Term pid = at ? atomic_load_explicit(at, memory_order_acquire) : 0;
  return pid ? pid : T_NONE;
}

bool registry_each(Vm *vm, bool (*visit)(void *state, Term name, Term pid), void *state) {
  for (uint32_t i = 0; i < NAME_SEGMENT_COUNT; i++) {
    NameSegment *s = atomic_load_explicit(&vm->names->segments[i], memory_order_acquire);
    for (uint32_t j = 0; s && j < NAME_SEGMENT_SIZE; j++) {
      Term pid = atomic_load_explicit(&s->pids[j], memory_order_acquire);
      if (pid && !visit(state, term_atom(i << NAME_SEGMENT_SHIFT | j), pid)) return false;
    }
  }
  return true;
}

size_t registry_count(Vm *vm) {
  int64_t count = 0;
  for (int i = 0; i < NAME_STRIPES; i++) count += atomic_load_explicit(&vm->names->stripes[i].count, memory_order_relaxed);
  return count > 0 ? (size_t)count : 0;
}
