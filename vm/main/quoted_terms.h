// SPDX-License-Identifier: Apache-2.0
//
// Terms of a process <-> quoted terms of a compile job.
#ifndef JOIST_MAIN_QUOTED_TERMS_H
#define JOIST_MAIN_QUOTED_TERMS_H

#include "compiler/syntax/quoted.h"
#include "vm/process/process.h"

// Q_VALUE.tag: the value is a term that is immediate or a literal.
enum { QUOTED_TERM_VALUE = 1 };

// The quoted form of a term, in the arena of `names`. What has none (funs, references) becomes a Q_VALUE over a literal
// copy owned by `owner_unit`. Fails: NULL when it nests too deep or memory for a literal ends.
Quoted *quoted_from_term(Names *names, Vm *vm, Term t, uint32_t owner_unit);

// Words that term_from_quoted needs at most; SIZE_MAX: nested too deep.
size_t quoted_term_words(Quoted *q);
// Builds the term. Atoms are interned. Fails: T_NONE: the atom table is full, or memory ended.
Term term_from_quoted(Names *names, Vm *vm, TermHeap *heap, Quoted *q);
// The term on p's heap without a collection: in a fragment that p adopts. Fails: T_NONE.
Term process_term_from_quoted(Process *p, Names *names, Quoted *q);

#endif
