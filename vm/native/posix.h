// SPDX-License-Identifier: Apache-2.0
//
// Errors of the system as atoms: ENOENT is :enoent.
#ifndef JOIST_NATIVE_POSIX_H
#define JOIST_NATIVE_POSIX_H

#include "vm/process/vm.h"

Term posix_atom(Vm *vm, int error);
// The text of a binary argument with a zero byte behind, on the VM's Alloc (size + 1 bytes). NULL: badarg is raised.
char *native_c_string(Process *p, Term t, size_t *size);

#endif
