// SPDX-License-Identifier: Apache-2.0
//
// Waiting for a file descriptor: a process sleeps until it can be read, and the schedulers go on with others. The poll thread, started on
// first use, waits in epoll for all of them.
//
// A process that watches has PROCESS_AWAITS_INPUT and waits (STATE_DEAF: messages do not wake it), with the instruction that wanted input to
// be run again. Signals are acted on as ever, so it can be ended, linked and asked about meanwhile.
//
//  A1  A watch goes when the descriptor is ready, the process ends or is interrupted.
//  A2  Being woken promises nothing: another reader may have been faster. Who was woken tries and watches again.
//  A3  The poll thread touches no process: it posts, and a worker finds the process by its pid.
//
// Thread: the worker's that has the process.
#ifndef JOIST_SCHED_WATCH_H
#define JOIST_SCHED_WATCH_H

#include "vm/base/limits.h"
#include "vm/sched/sched.h"

// p, which runs, shall wait until fd can be read: leave the engine with ENGINE_WAIT then. Not on virtual time, where the one
// thread simply blocks. Fails: false: there is no memory, no thread, or no descriptor for the poll thread: *lacking.
MUST_USE bool watch_begin(Process *p, int fd, LimitId *lacking);
// p does not wait any more.
void watch_end(Process *p);
// p was woken: is its descriptor ready? Then the watch is over. (It may be late news of an earlier one, which ended in another way: then
// p finds nothing, and watches again, A2.)
bool watch_is_over(Process *p);
// How many wait so. Thread: any.
uint32_t watch_count(Vm *vm);
// Ends the poll thread. Nobody runs.
void watch_free(Vm *vm);

#endif
