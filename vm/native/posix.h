// SPDX-License-Identifier: Apache-2.0
//
// Errors of the system as atoms: ENOENT is :enoent.
#ifndef JOIST_NATIVE_POSIX_H
#define JOIST_NATIVE_POSIX_H

#include <sys/types.h>

#include "vm/process/vm.h"

Term posix_atom(Vm *vm, int error);
// The text of a binary argument with a zero byte behind, on the VM's Alloc (size + 1 bytes). NULL: badarg is raised.
char *native_c_string(Process *p, Term t, size_t *size);

// Writes all of it, however long that takes. No SIGPIPE comes of it, whatever the program does with that signal: a host shall
// not die of a pipe whose reader went away. Answers 0 or an errno. Thread: any.
int posix_write_all(int fd, const void *bytes, size_t size);
// The same for as much as goes without waiting for a reader. Answers how much that was, or -errno (then some may have gone). Thread: any.
ssize_t posix_write_some(int fd, const void *bytes, size_t size);
// Can it be read (POLLIN) or written (POLLOUT) now, or has it an error to tell? A signal that comes during the look is no answer. Thread: any.
bool posix_is_ready(int fd, short events);

#endif
