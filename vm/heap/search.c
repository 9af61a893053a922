// SPDX-License-Identifier: Apache-2.0
//
// Looking through memory for references to what code units own: terms in their literals, entries of their funs.
//
// Whole stretches are read, garbage included, from header to header; frames by their maps. So what is found may be dead already, but
// nothing is overlooked. One walk over words, no marks: a heap is searched at the speed of memory.
#include "vm/heap/heap_internal.h"
#include "vm/term/fun.h"

static inline void look_at(HeapSearch *s, Term t) {
  if (term_is_pointer(t) && UNLIKELY((uintptr_t)t - s->lo < s->bytes)) s->found(s, (uintptr_t)t);
}

void heap_search_words(HeapSearch *s, const Term *from, const Term *to) {
  for (const Term *p = from; p < to;) {
    const Term *end = p + heap_object_words(p), *term = p;
    if (word_is_header(*p)) {
      if (header_is(*p, KIND_FUN) && (uintptr_t)p[1] - s->lo < s->bytes) s->found(s, (uintptr_t)p[1]);
      term += kind_first_term(*p);
    }
    for (; term < end; term++) look_at(s, *term);
    p = end;
  }
}

void fragment_search(HeapSearch *s, const HeapFragment *f) {
  look_at(s, f->term);
  heap_search_words(s, f->words, f->words + f->word_count);
}

typedef struct RootSearch {
  RootVisitor visitor;
  HeapSearch *search;
} RootSearch;

static void look_at_roots(RootVisitor *v, Term *roots, size_t count) {
  for (size_t i = 0; i < count; i++) look_at(((RootSearch *)(void *)v)->search, roots[i]);
}

void heap_search_memory(HeapSearch *s, const Heap *h) {
  heap_search_words(s, h->block, h->heap.top);
  if (h->old) heap_search_words(s, h->old->words, h->old->top);
  for (const HeapFragment *f = h->fragments; f; f = f->next) fragment_search(s, f);
  if (h->peeked) fragment_search(s, h->peeked);
}

void heap_search(HeapEnv *env, HeapSearch *s, Heap *h) {
  RootSearch r = {{look_at_roots}, s};
  heap_each_root(env, h, &r.visitor);
  heap_search_memory(s, h);
}
