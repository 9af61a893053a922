// SPDX-License-Identifier: Apache-2.0
//
// Bounded mailboxes: how many ordinary messages may wait, and what becomes of the one too many.
//
//  B1  What counts are messages that a process sent to a pid or a name. Exits, DOWN, sends to an alias, replies
//      and system messages pass and are not counted; senders that are no process (timers, posts) have a count of their own.
//  B2  A sender waits only while the mailbox is full, in the order of coming; nobody overtakes one that waits.
//  B3  A waiting sender owns its message, copied already; who makes room puts it into the queue and wakes the sender,
//      whose instruction then only finishes. So a name is looked up once, and a suspended sender holds up nobody.
//  B4  When either end goes, the wait goes: the receiver's end releases all (as sending to the dead), the sender's
//      end drops its message.
//
// A process without a bound has no MailboxBound and no STATE_BOUNDED; sending to it costs one test of that bit.
// Thread: all of it the scheduler's. (With several of them a bound needs a lock, as senders of all threads meet here.)
#ifndef JOIST_PROCESS_BOUND_H
#define JOIST_PROCESS_BOUND_H

#include "vm/process/process.h"

typedef struct MailboxBound {
  uint64_t max;
  uint8_t on_full;       // enum OnFull
  bool killed;           // by ON_FULL_KILL: told once
  uint64_t held;         // messages that count, inbound ones included
  uint64_t foreign_held; // of senders that are no process
  uint64_t dropped;
  HeapFragment *oldest;  // the first that counts in the private queue, or NULL
  Process *first, *last; // senders that wait, the longest first
} MailboxBound;

// In the sender's extension while it waits.
typedef struct BlockedSend {
  Process *to;           // lives as long as this (B4)
  HeapFragment *message; // owned
  Process *next, *previous;
} BlockedSend;

// The bound of p; max 0: none. Messages that wait already count. Fails: false: no memory.
bool bound_set(Process *p, MailboxOptions options);
// Sends to a process with a bound. Charges nothing. Fails: as process_send.
SendResult bound_send(Process *from, Process *to, Term message, bool may_wait);
// Its time is over: the line goes on without it.
void bound_give_up(Process *from);
// A sender that waits was woken: is its wait over (what it sent was taken, or its time is over)? Its own thread.
bool bound_wait_is_over(Process *from);
// The instruction of a sender that waited comes again: SEND_OK, SEND_WAIT, or SEND_WOULD_WAIT when it gave up.
SendResult bound_resume(Process *from);
// A message of no process is about to be pushed: false: it is not to be (dropped, and counted as such).
bool bound_admits_foreign(Process *to, HeapFragment *m);
// The private queue got or lost a message that is FRAGMENT_COUNTED or FRAGMENT_FOREIGN. Owner.
void bound_appended(Process *p, HeapFragment *m);
void bound_unlinked(Process *p, HeapFragment *m);
// p ends: B4.
void bound_leave(Process *p);
void bound_free(Process *p); // with the extension, without telling anybody
// What Process.info tells: [max: …, on_full: …, length: …, dropped: …, blocked: [pid]]. heap NULL: only *words is counted.
Term bound_describe(const Process *p, TermHeap *heap, size_t *words);
// "to send to #PID<…>, mailbox full (max 10)" of one that waits.
void bound_describe_wait(const Process *p, Buffer *b);
size_t bound_bytes(const Process *p);
// The process that p waits to send to, or NULL.
const Process *bound_waits_for(const Process *p);

#endif
