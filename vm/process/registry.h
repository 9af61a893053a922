// SPDX-License-Identifier: Apache-2.0
//
// Registered names: an array over atom numbers, made in pieces on demand. Reading is one load and needs no lock; registering and
// unregistering take one of many. All calls: any worker that is online.
//
//  R1  A process has at most one name, which stands in the process too (process_name), and loses it first when it ends: before
//      anybody is told of its end, nobody finds it by name any more.
//  R2  A process that has ended (NAME_GONE) gets no name again.
#ifndef JOIST_PROCESS_REGISTRY_H
#define JOIST_PROCESS_REGISTRY_H

#include "vm/process/process.h"

typedef struct NameTable NameTable;
NameTable *name_table_new(const Alloc *alloc);
void name_table_free(NameTable *t);

// False: badarg (no atom, `undefined`, nil, true, false; taken; process dead or already named).
bool registry_register(Vm *vm, Term name, Term pid);
// The same; *no_memory: set when that is why.
bool registry_register_or(Vm *vm, Term name, Term pid, bool *no_memory);
// False: nobody has it.
bool registry_unregister(Vm *vm, Term name);
// The pid, or T_NONE.
Term registry_whereis(Vm *vm, Term name);
// p, which is in no table any more, has no name from now on. Thread: the one that ends p.
void registry_end_slow(Process *p);
static inline void registry_end(Process *p) {
  if (UNLIKELY(atomic_load_explicit(&p->name, memory_order_relaxed) != NAME_NONE || p->vm->shared)) registry_end_slow(p);
}
// Calls visit for each name, by atom number, until it answers false (then false). Names may come and go meanwhile.
bool registry_each(Vm *vm, bool (*visit)(void *state, Term name, Term pid), void *state);
// Now, or a moment ago.
size_t registry_count(Vm *vm);

#endif
