// SPDX-License-Identifier: Apache-2.0
//
// What operations over whole terms need beside the terms: memory for their explicit stacks,
// the atom table, and the range of addresses that literals live in. Each VM has one
// TermContext, immutable once the VM runs, so any thread may use it.
//
// Walks over terms keep what is still to do in a TermStack: its first places lie in the caller's
// frame, deeper ones in memory of the Alloc. So no term, however deep, grows the C stack.
#ifndef JOIST_TERM_TERM_CONTEXT_H
#define JOIST_TERM_TERM_CONTEXT_H

#include "vm/base/alloc.h"
#include "vm/base/limits.h"
#include "vm/term/term.h"

struct AtomTable;
struct Export;
struct FunEntry;

typedef struct TermContext {
  const Alloc *alloc;        // stacks of walks; never to be refused for anybody's budget
  const Alloc *binary_alloc; // shared binaries; NULL: alloc too
  struct AtomTable *atoms;
  // Objects in [literal_lo, literal_hi) outlive every heap: they are never copied or freed.
  uintptr_t literal_lo, literal_hi;
  // Called when memory for an explicit stack ends in an operation that has no Status to answer
  // with. Must not return. NULL: panic.
  void (*no_memory)(void *state);
  // Told by the plain forms of hashing and comparing (hash.h, compare.h) of walks that were not short; `more`: it is far from over, and is begun
  // anew when this returns. It need not return (engine_key_context). NULL: nobody wants to know.
  void (*walked)(void *state, size_t words, bool more);
  // For decoding the external term format. NULL: such terms are bad data.
  const struct Export *(*find_export)(void *state, Term module, Term name, uint32_t arity);
  const struct FunEntry *(*find_fun)(void *state, Term module, uint32_t index, uint32_t function_index, uint32_t arity);
  void *state;
} TermContext;

static inline bool term_is_literal(const TermContext *c, Term t) {
  return (uintptr_t)t - c->literal_lo < c->literal_hi - c->literal_lo;
}

NORETURN COLD void context_no_memory(const TermContext *c);

// Words of terms that are walked before that is more than a millisecond; what is nothing to speak of.
enum { WALK_LONG = 160000, WALK_SHORT = 512, WALK_BITS_SHIFT = 8 }; // as many bits count as a word
#define WALK_SHORT_BITS ((uint64_t)WALK_SHORT << WALK_BITS_SHIFT)
static inline void context_walked(const TermContext *c, size_t words, bool more) {
  if (c->walked) c->walked(c->state, words, more);
}
// Before bit strings that are not short are looked at.
static inline void context_walks_bits(const TermContext *c, uint64_t bits) {
  context_walked(c, (size_t)(bits >> WALK_BITS_SHIFT), bits >> WALK_BITS_SHIFT > WALK_LONG);
}

typedef struct TermStack {
  Term *items;
  size_t count, capacity;
  const Alloc *alloc;
  Term inline_items[TERM_STACK_INLINE];
} TermStack;

static inline void term_stack_init(TermStack *s, const Alloc *alloc) {
  s->items = s->inline_items;
  s->count = 0;
  s->capacity = TERM_STACK_INLINE;
  s->alloc = alloc;
}
// Room for `more` words. Fails: false.
bool term_stack_grow(TermStack *s, size_t more);
static inline bool term_stack_reserve(TermStack *s, size_t more) {
  return LIKELY(s->capacity - s->count >= more) || term_stack_grow(s, more);
}
static inline void term_stack_free(TermStack *s) {
  if (UNLIKELY(s->items != s->inline_items)) alloc_put(s->alloc, s->items, s->capacity * sizeof(Term));
}
// After a reserve.
static inline void term_stack_push(TermStack *s, Term t) { s->items[s->count++] = t; }
static inline Term term_stack_pop(TermStack *s) { return s->items[--s->count]; }

#endif
