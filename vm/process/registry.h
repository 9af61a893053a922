// SPDX-License-Identifier: Apache-2.0
//
// Registered names: an array over atom numbers, made in pieces on demand. Reading is one load and needs no lock;
// registering and unregistering are one compare-and-swap.
//
//  R1  A process has at most one name, kept in its extension too, and loses it first when it ends.
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
// Calls visit for each name, by atom number.
void registry_each(Vm *vm, void (*visit)(void *state, Term name, Term pid), void *state);
size_t registry_count(Vm *vm);

#endif
