// SPDX-License-Identifier: Apache-2.0
//
// SIGQUIT's report on standard error: every process, or, while the scheduler does not come back from a native, what can be seen from
// outside. The program goes on afterwards.
#ifndef JOIST_MAIN_REPORT_H
#define JOIST_MAIN_REPORT_H

#include "vm/process/vm.h"

enum { REPORT_WAIT_MS = 300 }; // so long the scheduler may take until it is reported as stuck

// Has the scheduler write the report, and waits for it to begin, no longer than `hurry` answers false. Thread: any but the scheduler's.
void report_from_outside(Vm *vm, bool (*hurry)(void));
// Writes it now. Thread: scheduler, between slices or in a native.
void report_processes(Vm *vm);

#endif
