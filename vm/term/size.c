// SPDX-License-Identifier: Apache-2.0
//
// Counting what a copy takes. The rules for slices are those of copy.c.
#include "vm/term/size.h"

#include "vm/term/copy.h"

// A walk, depth first: of the object at hand, words p to end are still to be looked at; of those around it, as much stands on the stack.
__attribute__((always_inline)) static inline Status count(const TermContext *c, Term t, size_t most, size_t *words) {
  const uintptr_t lo = c->literal_lo, literal_bytes = c->literal_hi - lo;
  TermStack s;
  term_stack_init(&s, c->alloc);
  Status status = STATUS_OK;
  size_t total = 0;
  const Term *p = &t, *end = p + 1;
  for (;;) {
    while (p < end) {
      Term word = *p++;
      if (!term_is_pointer(word) || (uintptr_t)word - lo < literal_bytes) continue;
      const Term *object, *behind;
      if (term_is_cons(word)) {
        object = cons_ptr(word);
        behind = object + CONS_WORDS;
        total += CONS_WORDS;
      } else {
        object = boxed_ptr(word);
        Term header = *object;
        size_t first = kind_terms_at(header), all = header_words(header) + 1;
        if (UNLIKELY(header_is(header, KIND_BIN_SLICE))) {
          total += copy_slice_words(c, word);
          continue;
        }
        total += all;
        if (!first) continue;
        behind = object + all;
        object += first;
      }
      if (UNLIKELY(total > most)) goto done;
      if (p < end) {
        if (UNLIKELY(!term_stack_reserve(&s, 2))) {
          status = STATUS_NO_MEMORY;
          goto done;
        }
        term_stack_push(&s, (Term)(uintptr_t)p);
        term_stack_push(&s, (Term)(uintptr_t)end);
      }
      p = object;
      end = behind;
    }
    if (s.count == 0) break;
    end = (const Term *)(uintptr_t)term_stack_pop(&s);
    p = (const Term *)(uintptr_t)term_stack_pop(&s);
  }
done:
  term_stack_free(&s);
  *words = total;
  return status;
}

Status size_term(const TermContext *c, Term t, size_t *words) { return count(c, t, SIZE_MAX, words); }
Status size_term_within(const TermContext *c, Term t, size_t most, size_t *words) { return count(c, t, most, words); }

size_t size_slow(const TermContext *c, Term t) {
  size_t words;
  if (size_term(c, t, &words) != STATUS_OK) context_no_memory(c);
  return words;
}
