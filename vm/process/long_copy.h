// SPDX-License-Identifier: Apache-2.0
//
// Copies of huge terms, made on a dirty thread before they are needed.
//
// Sending, spawning, exit/2 and starting a timer copy terms. More than COPY_HERE_WORDS would hold up a scheduler for a millisecond and more. So the
// process goes to a dirty thread, which makes the copy and leaves it in its extension (ProcessExtra.made). Then what the process did is done once
// more, on a scheduler, and finds it. To push it from the dirty thread would be simpler, and wrong: a worker that ends the process
// meanwhile tells links and monitors at once, and the message could come behind the DOWN (S1 of signal.h).
//
//  C1  What was made belongs to the operation that asked for it: taken by it, or dropped before the process does anything else.
//  C2  The original stays alive in the process until then, and with it all that the copy refers to: literals, code.
//  C3  In front of it lie the words of a signal, and behind it is room for what signals and timers wrap around their term.
#ifndef JOIST_PROCESS_LONG_COPY_H
#define JOIST_PROCESS_LONG_COPY_H

#include "vm/base/check.h"
#include "vm/process/extra.h"
#include "vm/process/signal.h"
#include "vm/process/worker.h"

// Copying a word takes some 13 ns, as its memory is new.
enum { COPY_HERE_WORDS = HOSTILE ? 64 : 1 << 16, COPY_SPARE_WORDS = 16 };

// p, which may be NULL, runs where a long copy is not to be made, and none was made for it.
static inline bool long_copy_may_leave(const Process *p) {
  return p && p->vm->hooks.run_dirty && !vm_worker(p->vm)->is_dirty && !(p->extra && p->extra->made);
}
// Are the terms together too much for this thread? Then p is to leave for a dirty one, where long_copy_make is called. Thread: p's.
bool long_copy_is_due(const Process *p, const Term *terms, size_t count);
// Copies one term, or several, as a tuple. Fails: false: no memory, or the budget does not allow for it. GC: no. Thread: p's.
MUST_USE bool long_copy_make(Process *p, const Term *terms, size_t count);
static inline bool long_copy_is_made(const Process *p) { return p && p->extra && p->extra->made; }
// What was made, or NULL. The caller owns it: a message (kind SIGNAL_MESSAGE).
static inline HeapFragment *long_copy_take(Process *p) {
  HeapFragment *f = p && p->extra ? p->extra->made : NULL;
  if (f) p->extra->made = NULL;
  return f;
}
// C3: the room behind it; fragment_close when done.
static inline TermHeap long_copy_room(HeapFragment *f) {
  Term *end = f->words + f->word_count;
  return (TermHeap){end - COPY_SPARE_WORDS, end, T_NIL, 0};
}
// C1. Who copied, or did not come to it.
static inline void long_copy_drop(Process *p) {
  HeapFragment *f = long_copy_take(p);
  if (UNLIKELY(f)) vm_fragment_free(p->vm, f);
}

#endif
