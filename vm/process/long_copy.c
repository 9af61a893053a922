// SPDX-License-Identifier: Apache-2.0
//
// Copies of huge terms (long_copy.h): whether they are huge, and making them.
#include "vm/process/long_copy.h"

#include "vm/term/copy.h"

static bool within(const TermContext *c, const Term *terms, size_t count, size_t most, size_t *words) {
  *words = 0;
  for (size_t i = 0; i < count; i++) {
    size_t one = 0;
    if (!term_is_pointer(terms[i])) continue;
    if (size_term_within(c, terms[i], most - *words, &one) != STATUS_OK) return false;
    *words += one;
    if (*words > most) return false;
  }
  return true;
}

bool long_copy_is_due(const Process *p, const Term *terms, size_t count) {
  size_t words;
  return !within(&p->vm->context, terms, count, COPY_HERE_WORDS, &words) && long_copy_may_leave(p);
}

bool long_copy_make(Process *p, const Term *terms, size_t count) {
  Vm *vm = p->vm;
  const TermContext *c = &vm->context;
  ProcessExtra *x = process_extra(p);
  size_t words;
  if (!x || !within(c, terms, count, FRAGMENT_WORDS_MAX / 2, &words) || !account_allows(&vm->account, words * sizeof(Term))) return false;
  long_copy_drop(p);
  HeapFragment *f = vm_fragment_new(vm, SIGNAL_WORDS + words + (count == 1 ? 0 : count + 1) + COPY_SPARE_WORDS);
  if (!f) return false;
  TermHeap heap = fragment_heap(f);
  heap_take(&heap, SIGNAL_WORDS)[0] = HEADER(KIND_FILLER, SIGNAL_WORDS - 1);
  Term t, *items = count == 1 ? &t : heap_tuple(&heap, count, &t);
  for (size_t i = 0; i < count; i++) items[i] = term_is_pointer(terms[i]) ? term_copy(c, &heap, terms[i]) : terms[i];
  fragment_close(f, &heap, t);
  f->kind = SIGNAL_MESSAGE;
  x->made = f;
  return true;
}
