// SPDX-License-Identifier: Apache-2.0
//
// Order and equality of terms.
//
// number < atom < reference < fun < port < pid < tuple < map < [] < list < bit string. Numbers compare
// by value, atoms by text, tuples by size first, maps by size, then keys in order, then values.
// In map keys, and wherever the comparison is *exact*, all integers come before all floats (as OTP orders keys), so 1
// and 1.0 differ. 0.0 and -0.0 are identical.
//
// All walk with explicit stacks. The plain forms call context_no_memory when memory for those ends.
#ifndef JOIST_TERM_COMPARE_H
#define JOIST_TERM_COMPARE_H

#include "vm/term/atom.h"
#include "vm/term/term.h"
#include "vm/term/term_context.h"

// The general forms. Fails: STATUS_NO_MEMORY.
MUST_USE Status compare_terms(const TermContext *c, Term a, Term b, bool exact, int *order);
MUST_USE Status equal_terms(const TermContext *c, Term a, Term b, bool exact, bool *equal);
// The same, for no more than about *work words that are looked at (binaries: eight bytes each), which are counted down there.
// Fails also: STATUS_LIMIT: it would take more; then the whole is to be done again by who may take that long.
MUST_USE Status compare_terms_within(const TermContext *c, Term a, Term b, bool exact, int *order, size_t *work);
MUST_USE Status equal_terms_within(const TermContext *c, Term a, Term b, bool exact, bool *equal, size_t *work);
// What comparing or hashing the object t itself takes of that, without its parts.
size_t term_own_work(Term t);

int compare_slow(const TermContext *c, Term a, Term b, bool exact);
bool equal_slow(const TermContext *c, Term a, Term b, bool exact);

// The order of `<`, `>` and sorting: <0, 0 (as ==), >0.
static inline int term_compare(const TermContext *c, Term a, Term b) {
  if (a == b) return 0;
  if (terms_are_small(a, b)) return (int64_t)a < (int64_t)b ? -1 : 1;
  if (term_is_atom(a) && term_is_atom(b)) return atom_compare(c->atoms, a, b);
  return compare_slow(c, a, b, false);
}
// The order of map keys: 0 only when identical.
static inline int term_compare_exact(const TermContext *c, Term a, Term b) {
  if (a == b) return 0;
  if (terms_are_small(a, b)) return (int64_t)a < (int64_t)b ? -1 : 1;
  if (term_is_atom(a) && term_is_atom(b)) return atom_compare(c->atoms, a, b);
  return compare_slow(c, a, b, true);
}
// `===`
static inline bool term_identical(const TermContext *c, Term a, Term b) {
  if (a == b) return true;
  // Terms of different tag, or immediate, differ when their words do.
  if (((a ^ b) & TAG_MASK) != 0 || !term_is_pointer(a)) return false;
  return equal_slow(c, a, b, true);
}
// `==`
static inline bool term_equal(const TermContext *c, Term a, Term b) {
  if (a == b) return true;
  if (!term_is_pointer(a) && !term_is_pointer(b)) return false;
  return equal_slow(c, a, b, false);
}
// Rank in the order of types, 0 (number) to 10 (bit string).
int term_rank(Term t);

#endif
