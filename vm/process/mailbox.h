// SPDX-License-Identifier: Apache-2.0
//
// The private queue of a process and what receive does with it. Owner thread only.
//
// `save` is the message a receive looks at next. A receive marker remembers where the queue ended when
// a reference was made; a receive that awaits that reference starts behind it.
#ifndef JOIST_PROCESS_MAILBOX_H
#define JOIST_PROCESS_MAILBOX_H

#include "vm/process/process.h"

// --- what the engine calls
// The message at the save pointer, or T_NONE when all were looked at. GC: no. The message stays where it is until
// accept, next or wait.
Term process_receive_peek(Process *p);
// Takes the peeked message out; its terms belong to the heap from here on. Cancels the receive's timeout. May set
// p->reductions to 0 so that the process is collected soon.
void process_receive_accept(Process *p);
// Leaves it, goes on to the next.
void process_receive_next(Process *p);
// Gives the receive up, wherever it is: the next one starts anew.
void process_receive_leave(Process *p);
// Nothing matched. True: new messages came, look again. False: leave with ENGINE_WAIT; when
// it runs again it looks again.
bool process_receive_wait(Process *p);
typedef enum ReceiveTimeout {
  RECEIVE_AGAIN,   // new messages: look again
  RECEIVE_WAIT,    // leave with ENGINE_WAIT, look again when it runs
  RECEIVE_EXPIRED, // the time is over: the save pointer is at the start, no timer is left
  RECEIVE_BADARG,  // neither 0..2^32-1 nor :infinity: timeout_value
} ReceiveTimeout;
ReceiveTimeout process_receive_timeout(Process *p, Term ms);
// All clauses want this reference. No effect when it is not fresh.
void process_receive_mark(Process *p, Term ref);

// --- for the layer itself
// 0..2^32-1 milliseconds, what a timeout may be beside infinity.
bool mailbox_is_timeout(Term t);
// Has the owner woken with STATE_TIMED_OUT after so long, unless it is ended before. Fails: false: no memory.
bool mailbox_arm_timeout(Process *p, int64_t ms);
void mailbox_end_timeout(Process *p);
// Whether the timeout that was armed is over. STATE_TIMED_OUT only asks for this look, and is cleared by it: it may come late, from the
// timeout of an earlier receive.
bool mailbox_timed_out(Process *p);
void mailbox_append(Process *p, HeapFragment *message);
// Takes a message out of the queue: the caller owns it.
void mailbox_unlink(Process *p, HeapFragment *message);
// Notes that a reference was made now.
void mailbox_note_ref(Process *p, uint64_t ref_number);
// Removes the first {_, ref, _, _, _} (demonitor's flush). True: there was one.
bool mailbox_flush_down(Process *p, uint64_t ref_number);
void mailbox_free(Process *p);

#endif
