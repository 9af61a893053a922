// SPDX-License-Identifier: Apache-2.0
//
// Deep copies: messages, spawn arguments, literals.
//
// One pass counts (size.h), one pass copies: the copied part of the target is scanned from its start, as Cheney's
// collector does, so copying itself needs no further memory. Literals of the context and immediates are
// not copied; shared binaries and native objects are counted once more and linked to the target's
// off-heap chain; small slices become heap binaries, larger ones keep only their shared binary.
#ifndef JOIST_TERM_COPY_H
#define JOIST_TERM_COPY_H

#include "vm/term/size.h"
#include "vm/term/term.h"
#include "vm/term/term_context.h"

// Words that term_copy takes: exactly.
static inline size_t term_copy_words(const TermContext *c, Term t) { return term_size(c, t); }
// Words of the copy of a slice.
size_t copy_slice_words(const TermContext *c, Term slice);
// Thread: any that may read t. Fails: never; the words must have been reserved.
Term term_copy(const TermContext *c, TermHeap *heap, Term t);

#endif
