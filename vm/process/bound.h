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
// A process that never had a bound has no MailboxBound; one without a bound now has no STATE_BOUNDED, and sending to it costs one test
// of that bit. With several workers (Vm.shared) senders of all of them and the receiver meet under the bound's lock:
//
//  B5  Under the lock: the counts, the line and what hangs in it, changes of `set`, `max`, `on_full` and `gone`, and changes of the
//      receiver's own monitors and aliases while it is bounded (relation_add_awaited …), as senders look there for what passes.
//  B6  A BlockedSend is made and freed by its sender alone. While it stands in the line its message is whoever's has the lock. Who takes it
//      out of the line for the sender has pushed its message before, sets the sender's STATE_ADMITTED under the lock, and does not
//      touch it afterwards. So what the sender sends or ends with next comes behind that message (S1).
//  B7  A MailboxBound lives as long as its process's control block: who found the process may take the lock (K2 of worker.h). A sender
//      that waits reads STATE_ADMITTED first. When that is not set, the receiver's end is not over, so its block is not freed before
//      the sender's worker passes.
//  B8  No message is copied and nobody told of anything under the lock: a place is reserved (it counts), then the message is made and
//      pushed.
#ifndef JOIST_PROCESS_BOUND_H
#define JOIST_PROCESS_BOUND_H

#include "vm/base/lock.h"
#include "vm/process/extra.h"

// In the sender's extension while it waits. Fixed but for what is marked.
typedef struct BlockedSend {
  Process *from, *to;    // `to` and `bound` can be read while STATE_ADMITTED is not set (B7)
  struct MailboxBound *bound;
  Term pid;              // of `to`
  HeapFragment *message; // owned; NULL: taken (lock)
  struct BlockedSend *next, *previous; // (lock)
  bool told;             // of a circle that it is in (while all workers stand)
} BlockedSend;

// ON_FULL_DROP_OLDEST drops where the receiver looks. One that runs on another worker does so at the end of its slice at the latest, or
// of its native; until then so many more than twice its max may be there, and what comes on top of that is dropped.
enum { DROP_SLACK = 64 };

typedef struct MailboxBound {
  Lock lock;             // LOCK_BOUND
  bool set;              // there is a bound now
  bool gone;             // the process has ended: nobody waits any more
  bool killed;           // by ON_FULL_KILL: told once
  uint8_t on_full;       // enum OnFull (owner: reads without the lock, as `set` and `max`)
  uint64_t max;
  uint64_t held;         // messages that count, inbound ones and those being made included
  uint64_t foreign_held; // of senders that are no process
  uint64_t dropped;
  BlockedSend *first, *last; // the line, the longest wait first
  HeapFragment *oldest;  // the first that counts in the private queue, or NULL (owner)
  size_t shown;          // of the line, by a bound_describe that counts words (owner)
  _Atomic(Term) sends_to; // the pid that the process itself waits to send to, or T_NONE (any: read)
} MailboxBound;

// The bound of p; max 0: none. Messages that wait already count. Fails: false: no memory. Thread: owner.
bool bound_set(Process *p, MailboxOptions options);
// Sends to a process with a bound. Charges nothing. Fails: as process_send. Thread: the sender's.
SendResult bound_send(Process *from, Process *to, Term message, bool may_wait);
// Its time is over: the line goes on without it. (It may have been sent just before: bound_resume tells.) Its own thread.
void bound_give_up(Process *from);
// A sender that waits was woken: is its wait over (what it sent was taken, or its time is over)? Its own thread.
bool bound_wait_is_over(Process *from);
// The instruction of a sender that waited comes again: SEND_OK, SEND_WAIT, or SEND_WOULD_WAIT when it gave up.
SendResult bound_resume(Process *from);
// A message of no process is about to be pushed: false: it is not to be (dropped, and counted as such). Thread: any that may hold `to`.
bool bound_admits_foreign(Process *to, HeapFragment *m);
// The private queue got or lost a message that is FRAGMENT_COUNTED or FRAGMENT_FOREIGN. Owner.
void bound_appended(Process *p, HeapFragment *m);
void bound_unlinked(Process *p, HeapFragment *m);
// p, which waits to send and has left the engine, looks whether it closed a circle of such waits, and tells of it. With several workers (else
// bound_send does so). It may wait for the VM for itself. Thread: owner, worker.
void bound_look_for_circle(Process *p);
// p ends: B4. Owner.
void bound_leave(Process *p);
// What p waited to send; then, with the control block, the bound. Without telling anybody.
void bound_free_wait(Process *p);
void bound_free(Process *p);
// What p waits to send, for the search for unused code. Who may touch p.
void bound_search(Process *p, HeapSearch *s);
// What Process.info tells: [max: …, on_full: …, length: …, dropped: …, blocked: [pid]]. heap NULL: only *words is counted; who joins the line
// after that is not told of. This and all below: who may touch p.
Term bound_describe(const Process *p, TermHeap *heap, size_t *words);
// "to send to #PID<…>, mailbox full (max 10)" of one that waits.
void bound_describe_wait(const Process *p, Buffer *b);
size_t bound_bytes(const Process *p);
// The pid of the process that p waits to send to, or T_NONE.
Term bound_waits_for(const Process *p);
// Around a change of p's own monitors or aliases (B5). Owner.
static inline Lock *bound_lock(Process *p) {
  Lock *l = UNLIKELY(process_state_bits(p, STATE_BOUNDED)) && p->vm->shared ? &p->extra->bound->lock : NULL;
  if (UNLIKELY(l)) lock_take(l);
  return l;
}
static inline void bound_unlock(Lock *l) {
  if (UNLIKELY(l)) lock_give(l);
}

#endif
