// SPDX-License-Identifier: Apache-2.0
//
// Waiting for a file descriptor: a process sleeps until it can be read, and the scheduler goes on with others.
//
// A process that watches has PROCESS_AWAITS_INPUT and is WAITING, with the instruction that wanted input to be run again. Messages do
// not wake it; signals are acted on as ever, so it can be ended, linked and asked about meanwhile. Watches are few (who reads
// standard input): one list, looked at in idle sleep and every HOUSEKEEPING_ROUNDS rounds of a busy worker.
//
//  A1  A watch belongs to exactly one waiting or claimed process; it goes when the descriptor is ready or the process ends.
//  A2  Being woken promises nothing: another reader may have been faster. Who was woken tries and watches again.
//
// Thread: the worker's.
#ifndef JOIST_SCHED_WATCH_H
#define JOIST_SCHED_WATCH_H

#include "vm/sched/sched.h"

// p, which runs, shall wait until fd can be read: leave the engine with ENGINE_WAIT then. Not on virtual time, where the one
// thread simply blocks. Fails: false: no memory.
MUST_USE bool watch_begin(Process *p, int fd);
// p does not wait any more.
void watch_end(Scheduler *w, Process *p);
// Sleeps until the worker is woken, a watched descriptor is ready or `timeout` (NULL: none) is over; wakes who waited for it.
void watch_sleep(Scheduler *w, const struct timespec *timeout);
// A look without sleeping.
void watch_look(Scheduler *w);
void watch_free(Scheduler *w);

#endif
