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

// Two bits a kind: the index of its first word that is a term, or 0 when it holds none. (A table in a word: looked up for every object that is
// counted, copied or collected.)
#define FIRST_TERM(kind, index) ((uint64_t)(index) << 2 * KIND_##kind)
static const uint64_t FIRST_TERMS = FIRST_TERM(TUPLE, 1) | FIRST_TERM(MAP_FLAT, 1) | FIRST_TERM(MAP_HASH, 1) | FIRST_TERM(MAP_NODE, 1) |
                                    FIRST_TERM(FUN, 2) | FIRST_TERM(BIN_SLICE, 3) | FIRST_TERM(BIN_MATCH, 3);
#undef FIRST_TERM
_Static_assert(KIND_COUNT <= 32, "two bits each");

// The index of the first word behind the header that is a term, or 0.
static inline size_t kind_terms_at(Term header) { return FIRST_TERMS >> (2 * header_kind(header)) & 3; }
// The same, but header_words + 1 when there is none.
static inline size_t kind_first_term(Term header) {
  size_t first = kind_terms_at(header);
  return first ? first : header_words(header) + 1;
}

#endif
