// SPDX-License-Identifier: Apache-2.0
//
// From a signal of the operating system to processes: the library's :joist_signal gets it in a process of its own.
#ifndef JOIST_MAIN_STOP_H
#define JOIST_MAIN_STOP_H

#include "vm/process/vm.h"

// Has the scheduler start a process that acts on signal `number` (:joist_signal.deliver/1). Thread: any. False: no memory.
bool stop_deliver(Vm *vm, int number);
// Is the program being stopped in order? Then the end of the first process does not end it. Thread: any.
bool stop_has_begun(Vm *vm);
// The name of a signal (:sigterm …) as programs know it, or NULL.
const char *stop_signal_name(int number);

#endif
