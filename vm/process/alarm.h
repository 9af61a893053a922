// SPDX-License-Identifier: Apache-2.0
//
// Alarms: what outgrows a threshold is told, to a process (system_monitor) and, with --alarms, on standard error.
//
//  L1  Nothing is measured that nobody asked for: a threshold that is off costs one comparison where a message is pushed,
//      one test at a collection and one at the end of a slice.
//  L2  A state (a long queue, a large heap) is told once when it begins; a queue's end is told too. An event (a long collection,
//      a long slice) is told each time, on standard error at most REPORTS_A_SECOND times.
//  L3  Under --seed no time passes while somebody runs, so work stands for it: COLLECTED_WORDS_A_MS, REDUCTIONS_A_MS.
//
// Thread: any worker. Thresholds are read one by one without a lock, dirty threads included, so for a moment after a change an alarm may go by
// old ones; changes and the count of lines are under LOCK_ALARMS.
#ifndef JOIST_PROCESS_ALARM_H
#define JOIST_PROCESS_ALARM_H

#include "vm/process/process.h"

enum { COLLECTED_WORDS_A_MS = 100000, REDUCTIONS_A_MS = 10000, REPORTS_A_SECOND = 10 };

// Puts every threshold off; with `defaults`, those of --alarms on.
void alarms_init(Vm *vm, bool defaults);
// The options of system_monitor/2 for `pid`; T_NONE: nobody is told any more. False: badarg, nothing is changed.
bool alarms_set(Process *p, Term pid, Term options);
// {pid, options} or undefined, in a fragment of p. T_NONE: no memory.
Term alarms_get(Process *p);

// Its sender's thread: p is not the caller's.
void alarm_queue_grew(Vm *vm, Process *p);
// The owner's, all of these.
void alarm_queue_shrank(Process *p);
void alarm_collected(Process *p, int64_t took_ns);
void alarm_slice(Process *p, int64_t took_ns, int64_t reductions);

#endif
