// SPDX-License-Identifier: Apache-2.0
//
// Signals: all that processes do to each other, messages included, travels as a HeapFragment in the receiver's
// inbound queue, in the order in which it was sent.
//
//  S1  Signals from one process to another are handled in the order they were sent. Nothing else is promised.
//  S2  The inbound queue is a lock-free stack: any thread pushes, the owner takes all and turns them over.
//  S3  Handling a signal happens at the receiver, by whoever may touch it (state.def): at a receive, at the start of
//      a slice, or by one who claimed it.
//  S4  A signal to nobody is answered at once where an answer is due (link, monitor: noproc; unlink: acknowledged; a question: gone).
#ifndef JOIST_PROCESS_SIGNAL_H
#define JOIST_PROCESS_SIGNAL_H

#include "vm/process/process.h"

enum SignalKind {
  SIGNAL_MESSAGE,      // term: the message
  SIGNAL_ALIAS,        // term: the message; a: alias number. Dropped when the alias is not active
  SIGNAL_EXIT,         // exit/2. term: {:EXIT, from, reason}
  SIGNAL_EXIT_LINK,    // a linked process ended, or there was none. term: {:EXIT, from, reason}
  SIGNAL_LINK,         // from
  SIGNAL_UNLINK,       // from, a: id
  SIGNAL_UNLINK_ACK,   // from, a: id
  SIGNAL_MONITOR,      // from, a: reference number, b: the name it was monitored by, or T_NONE
  SIGNAL_DEMONITOR,    // from, a: reference number
  SIGNAL_DOWN,         // a: reference number; term: {:DOWN, ref, :process, pid or {name, node}, reason}
  SIGNAL_GROUP_LEADER, // b: the new one
  SIGNAL_OVERFULL,     // its bounded mailbox is to end it; a: its max
  SIGNAL_OUTGROWN,     // its unread messages outgrew its max_heap_size: they end it
  SIGNAL_ASK,          // from, a: number, b: AskKind, term: argument (ask.h)
  SIGNAL_ANSWER,       // a: number; term
  SIGNAL_RESUME,       // from
  SIGNAL_INTERRUPT,    // an exception is raised wherever it is: class exit, reason :interrupted
  SIGNAL_LOOK,         // nothing more than a wake-up: what the native in which it waits wants to know may have changed
  SIGNAL_COUNT
};

// The first words of every signal but SIGNAL_MESSAGE: a filler's header, raw number a, immediate b, sender.
enum { SIGNAL_WORDS = 4 };
static inline uint64_t signal_a(const HeapFragment *s) { return s->words[1]; }
static inline Term signal_b(const HeapFragment *s) { return s->words[2]; }
static inline Term signal_from(const HeapFragment *s) { return s->words[3]; }

// A signal without or with a term copied into it. Fails: NULL.
HeapFragment *signal_new(Vm *vm, enum SignalKind kind, Term from, uint64_t a, Term b);
HeapFragment *signal_new_term(Vm *vm, enum SignalKind kind, Term from, uint64_t a, Term b, Term term);
// The same for a term of at most `most` words. Fails: NULL, when it has more, too.
HeapFragment *signal_new_term_within(Vm *vm, enum SignalKind kind, Term from, uint64_t a, Term b, Term term, size_t most);
// Makes a signal of a copy that has room for one (long_copy.h).
void signal_dress(HeapFragment *copy, enum SignalKind kind, Term from, uint64_t a, Term b);
// {:EXIT, from, reason} and {:DOWN, ref, :process, object, reason} as described above.
HeapFragment *signal_new_exit(Vm *vm, enum SignalKind kind, Term from, Term reason);
// SIGNAL_EXIT of a copy of the reason.
void signal_dress_exit(HeapFragment *copy, Term from);
HeapFragment *signal_new_down(Vm *vm, uint64_t ref_number, Term pid, Term name, Term reason);

// Pushes and wakes. Owns: takes s. Thread: any that may hold `to` (scheduler).
void signal_push(Vm *vm, Process *to, HeapFragment *s);
// For who holds a lock: pushes a message in silence, and, when the lock is given back and `to` can be held still, wakes it, and tells
// of its queue if signal_put answered that it is long.
bool signal_put(Vm *vm, Process *to, HeapFragment *message);
void signal_was_put(Vm *vm, Process *to, bool is_long);
// To a pid; answers for the dead (S4). `s` may be NULL (no memory): then nothing is sent.
void signal_send(Vm *vm, Term to, HeapFragment *s);

// Takes over what is in the inbound queue: messages go to the private queue, the others are acted on.
// Answers true when new messages came. May set exit_pending. Thread: owner.
bool signal_handle_inbound(Process *p);
static inline bool signal_inbound(const Process *p) {
  return atomic_load_explicit(&p->inbound, memory_order_relaxed) != NULL;
}
// The same in place of p, which is DIRTY_IN_C: links, monitors and exits are acted on, whether it lives is answered; what needs its heap or is
// for its mailbox is kept in order until it comes back. True: it is to end with *reason, which lies in *in (the caller's, or NULL).
MUST_USE bool signal_handle_dirty(Process *p, Term *reason, HeapFragment **in);
// What was kept, oldest first, linked by next. Who may touch p's signals.
HeapFragment *signal_take_kept(Process *p);
// What is left when p ends: closes the queue, answers links and monitors, frees all.
void signal_drain_dead(Process *p);

// The lock-free queue itself (queue.c), usable alone. Pushing answers false when it is closed; then s is still the caller's.
MUST_USE bool inbound_push(_Atomic(HeapFragment *) *inbound, HeapFragment *s);
// Takes what is there; from now on nothing can be pushed. Thread: owner.
HeapFragment *inbound_close(_Atomic(HeapFragment *) *inbound);
// All that is there, oldest first, linked by next.
HeapFragment *inbound_take(_Atomic(HeapFragment *) *inbound);

#endif
