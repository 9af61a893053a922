// SPDX-License-Identifier: Apache-2.0
//
// Counting what a copy takes. The rules for slices are those of copy.c.
#include "vm/term/size.h"

#include "vm/term/copy.h"

static size_t boxed_words(const TermContext *c, Term t) {
  const Term *p = boxed_ptr(t);
  if (header_is(p[0], KIND_BIN_SLICE)) return copy_slice_words(c, t);
  return header_words(p[0]) + 1;
}

Status size_term(const TermContext *c, Term t, size_t *words) { return size_term_within(c, t, SIZE_MAX, words); }

Status size_term_within(const TermContext *c, Term t, size_t most, size_t *words) {
  TermStack s;
  term_stack_init(&s, c->alloc);
  Status status = STATUS_OK;
  size_t total = 0;
  for (;;) {
    while (term_is_cons(t) && !term_is_literal(c, t) && total <= most) {
      Term head = cons_head(t), tail = cons_tail(t);
      total += CONS_WORDS;
      if (!term_is_pointer(head)) {
        t = tail;
        continue;
      }
      if (!term_stack_reserve(&s, 1)) goto no_memory;
      if (term_is_pointer(tail)) term_stack_push(&s, tail);
      t = head;
    }
    if (term_is_boxed(t) && !term_is_literal(c, t)) {
      const Term *p = boxed_ptr(t);
      size_t end = header_words(p[0]) + 1, i = kind_first_term(p[0]);
      total += boxed_words(c, t);
      if (i < end && !header_is(p[0], KIND_BIN_SLICE)) {
        if (!term_stack_reserve(&s, end - i)) goto no_memory;
        for (; i < end; i++)
          if (term_is_pointer(p[i])) term_stack_push(&s, p[i]);
      }
    }
    if (s.count == 0 || total > most) break;
    t = term_stack_pop(&s);
  }
  goto done;
no_memory:
  status = STATUS_NO_MEMORY;
done:
  term_stack_free(&s);
  *words = total;
  return status;
}

size_t size_slow(const TermContext *c, Term t) {
  size_t words;
  if (size_term(c, t, &words) != STATUS_OK) context_no_memory(c);
  return words;
}
