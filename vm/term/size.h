// SPDX-License-Identifier: Apache-2.0
//
// The flat size of a term: the words that a copy (copy.h) takes. Shared parts count as often as they occur; literals
// count nothing; what lies off the heap counts as its reference.
#ifndef JOIST_TERM_SIZE_H
#define JOIST_TERM_SIZE_H

#include "vm/term/term.h"
#include "vm/term/term_context.h"

// Fails: STATUS_NO_MEMORY.
MUST_USE Status size_term(const TermContext *c, Term t, size_t *words);
// The same, but it stops counting soon after `most` words: then *words is more than that.
MUST_USE Status size_term_within(const TermContext *c, Term t, size_t most, size_t *words);
size_t size_slow(const TermContext *c, Term t);
static inline size_t term_size(const TermContext *c, Term t) { return term_is_pointer(t) ? size_slow(c, t) : 0; }

// The index of the first word behind the header that is a term; header_words + 1 when there is none.
static inline size_t kind_first_term(Term header) {
  switch (header_kind(header)) {
    case KIND_TUPLE:
    case KIND_MAP_FLAT:
    case KIND_MAP_HASH:
    case KIND_MAP_NODE: return 1;
    case KIND_FUN: return 2;
    case KIND_BIN_SLICE:
    case KIND_BIN_MATCH: return 3;
    default: return header_words(header) + 1;
  }
}

#endif
