// SPDX-License-Identifier: Apache-2.0
//
// All processes as text: which state each is in, where it stands, what waits in its mailbox, for whom it waits.
//
// A few are shown each with their own lines; of many the most interesting ones (the first process, what runs or is ready, long mailboxes, much
// memory), and then how many there are of each state and place.
//
// It only reads: no process notices. Between two slices, in the scheduler's thread, everything but the running process may be read,
// inbound queues included, since whoever pushes runs in this thread. (With several schedulers each process must be claimed first.)
#ifndef JOIST_OBSERVE_PROCESSES_REPORT_H
#define JOIST_OBSERVE_PROCESSES_REPORT_H

#include "vm/process/vm.h"

enum { REPORT_ALL_MAX = 40, REPORT_SHOWN_MAX = 20, REPORT_GROUPS_MAX = 512, REPORT_GROUPS_SHOWN = 20 };

typedef struct ProcessesReportOptions {
  const char *cause;  // "SIGQUIT": why it is written
  // Is this a module of the standard library? Then a frame of the program's own is shown too. NULL: none is.
  bool (*is_library)(Vm *vm, Term module);
} ProcessesReportOptions;

// Thread: scheduler, between slices. Fails: b->failed.
void processes_report(Vm *vm, const ProcessesReportOptions *options, Buffer *b);

#endif
