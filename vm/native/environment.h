// SPDX-License-Identifier: Apache-2.0
//
// The program's environment: a copy of the VM's own (environment.c).
#ifndef JOIST_NATIVE_ENVIRONMENT_H
#define JOIST_NATIVE_ENVIRONMENT_H

#include "vm/process/vm.h"

typedef struct EnvironmentVariable {
  char *text; // name, then value, then a zero byte
  size_t name_size, value_size;
} EnvironmentVariable;
typedef struct Environment {
  EnvironmentVariable *variables;
  size_t count, capacity;
  char *first; // the block that has the texts of those that were there at the start
  size_t first_bytes;
} Environment;

// Copies what the program was started with. After native_state is there. Fails: STATUS_NO_MEMORY.
MUST_USE Status environment_init(Vm *vm);
void environment_free(Vm *vm);

#endif
