// SPDX-License-Identifier: Apache-2.0
//
// Deep copies. `shallow` copies one object (of a list all cells in a row), leaving the source's terms in it; the scan then walks the
// copied words in order and replaces each such term by a shallow copy, until it meets the heap's top.
//
//  I1  Words between the scan and the top hold terms of the source, except two that `shallow` completes: the tails
//      inside a row of cells (each the address right behind its own cell), and what a slice holds.
#include "vm/term/copy.h"

#include "vm/term/binary.h"
#include "vm/term/shared.h"

static bool is_small_slice(const Term *p) { return p[1] <= (uint64_t)BIN_HEAP_MAX * 8; }

size_t copy_slice_words(const TermContext *c, Term slice) {
  const Term *p = boxed_ptr(slice);
  if (is_small_slice(p)) return bits_words(p[1]);
  if (p[2] == 0) return BIN_SHARED_WORDS;
  return term_is_literal(c, p[3]) ? BIN_SLICE_WORDS : BIN_SLICE_WORDS + BIN_SHARED_WORDS;
}

static Term copy_shared(TermHeap *heap, Term root, uint64_t bit_count) {
  SharedBinary *b = term_shared_binary(root);
  shared_binary_keep(b);
  return heap_shared_binary(heap, b, bit_count);
}

// Large slices have a shared binary as root: a binary on the heap is too small for them.
static Term copy_slice(const TermContext *c, TermHeap *heap, const Term *p) {
  if (is_small_slice(p)) {
    unsigned char *bytes;
    Term t = bits_new(c, heap, p[1], &bytes);
    bits_copy(bytes, 0, bits_root_bytes(p[3]), p[2], p[1]);
    return t;
  }
  if (p[2] == 0) return copy_shared(heap, p[3], p[1]);
  Term root = term_is_literal(c, p[3]) ? p[3] : copy_shared(heap, p[3], bits_count(p[3]));
  return bits_slice_root(heap, root, p[2], p[1]);
}

// Those that are more than their words.
enum { OFF_HEAP_KINDS = 1 << KIND_BIN_SHARED | 1 << KIND_BIN_SLICE | 1 << KIND_NATIVE };

static Term copy_off_heap(const TermContext *c, TermHeap *heap, Term t) {
  const Term *p = boxed_ptr(t);
  if (header_is(p[0], KIND_BIN_SLICE)) return copy_slice(c, heap, p);
  if (header_is(p[0], KIND_BIN_SHARED)) return copy_shared(heap, t, p[1]);
  native_object_keep(term_native_object(t));
  return heap_native_object(heap, term_native_object(t));
}

// What a copy needs at hand: all in registers, as `shallow` is inlined.
typedef struct Copy {
  const TermContext *context;
  TermHeap *heap;
  Term *top; // of the heap, while nobody else looks
  uintptr_t literal_lo, literal_bytes;
} Copy;

#define ALWAYS_INLINE __attribute__((always_inline)) static inline
ALWAYS_INLINE bool must_copy(const Copy *c, Term t) { return term_is_pointer(t) && (uintptr_t)t - c->literal_lo >= c->literal_bytes; }

ALWAYS_INLINE Term shallow(Copy *c, Term t) {
  Term *to = c->top;
  if (term_is_cons(t)) {
    for (;; to += CONS_WORDS) {
      const Term *from = cons_ptr(t);
      to[0] = from[0];
      t = from[1];
      if (!term_is_cons(t) || !must_copy(c, t)) break;
      to[1] = term_cons(to + CONS_WORDS);
    }
    to[1] = t;
    Term first = term_cons(c->top);
    c->top = to + CONS_WORDS;
    return first;
  }
  const Term *p = boxed_ptr(t);
  Term header = p[0];
  if (UNLIKELY((uint32_t)OFF_HEAP_KINDS >> header_kind(header) & 1)) {
    c->heap->top = to;
    t = copy_off_heap(c->context, c->heap, t);
    c->top = c->heap->top;
    return t;
  }
  size_t words = header_words(header) + 1;
  size_t i = words & 1; // in pairs: most objects are short, and calling memcpy takes longer
  to[0] = header;
  for (; i < words; i += 2) memcpy(to + i, p + i, 2 * sizeof(Term));
  c->top = to + words;
  return term_boxed(to);
}

Term term_copy(const TermContext *context, TermHeap *heap, Term t) {
  Copy c = {context, heap, heap->top, context->literal_lo, context->literal_hi - context->literal_lo};
  Term top = t;
  for (Term *scan = c.top, *p = &top, *end = p + 1;;) {
    for (; p < end; p++)
      if (must_copy(&c, *p)) *p = shallow(&c, *p);
    if (scan == c.top) break;
    Term word = *scan;
    p = scan;
    if (!word_is_header(word)) { // a cell; its tail is done when it is the next cell of the row
      end = scan + (scan[1] == term_cons(scan + CONS_WORDS) ? 1 : CONS_WORDS);
      scan += CONS_WORDS;
      continue;
    }
    size_t first = kind_terms_at(word);
    scan += header_words(word) + 1;
    end = scan;
    p = first && !header_is(word, KIND_BIN_SLICE) ? p + first : end;
  }
  DCHECK(c.top <= heap->end);
  heap->top = c.top;
  return top;
}
