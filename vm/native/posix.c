// SPDX-License-Identifier: Apache-2.0
#include "vm/native/posix.h"

#include <string.h>

Term posix_atom(Vm *vm, int error) {
  const char *name = strerrorname_np(error);
  char lower[32];
  size_t n = 0;
  if (!name) name = "EUNKNOWN";
  for (; name[n] && n < sizeof lower - 1; n++) lower[n] = (char)(name[n] >= 'A' && name[n] <= 'Z' ? name[n] + 32 : name[n]);
  Term atom;
  return atom_intern(vm->atoms, lower, n, &atom) == STATUS_OK ? atom : ATOM_error;
}
