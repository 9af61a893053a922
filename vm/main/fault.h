// SPDX-License-Identifier: Apache-2.0
//
// A fault in the VM itself (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT): what is needed to find it is written to standard error, then
// the program dies by the same signal, so that a core file is left where the system makes them.
//
//  H1  The handler runs on a stack of its own (fault_thread_begin), so that a full C stack can be reported too.
//  H2  It writes with write(2) alone, from a buffer on its stack; nothing is allocated and no lock is waited for.
//  H3  The VM's structures are read as they are, in stages. A fault within a stage ends that stage, not the report; an alarm ends a
//      report that hangs.
//
// For the executable alone. Sanitizers have handlers of their own: there it installs nothing.
#ifndef JOIST_MAIN_FAULT_H
#define JOIST_MAIN_FAULT_H

#include "vm/process/vm.h"

// Handlers for the whole program, and the calling thread's stack for them. Once, at the start.
void fault_install(void);
// Whose processes are named in a report; NULL: none. Thread: main.
void fault_attach(Vm *vm);
// Every further thread of the VM calls these first and last (VmHooks.thread_begin, thread_end).
void fault_thread_begin(void);
void fault_thread_end(void);

#endif
