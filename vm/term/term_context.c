// SPDX-License-Identifier: Apache-2.0
//
// Growing the stacks of walks over terms, and what happens when memory for them ends.
#include "vm/term/term_context.h"

void context_no_memory(const TermContext *c) {
  if (c->no_memory) c->no_memory(c->state);
  PANIC("no memory for a walk over a term");
}

bool term_stack_grow(TermStack *s, size_t more) {
  size_t capacity = s->capacity * 2;
  while (capacity - s->count < more) capacity *= 2;
  Term *items;
  if (s->items == s->inline_items) {
    items = alloc_get(s->alloc, capacity * sizeof(Term));
    if (items) memcpy(items, s->inline_items, s->count * sizeof(Term));
  } else {
    items = alloc_grow(s->alloc, s->items, s->capacity * sizeof(Term), capacity * sizeof(Term));
  }
  if (!items) return false;
  s->items = items;
  s->capacity = capacity;
  return true;
}
