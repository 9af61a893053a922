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

static Term copy_cells(const TermContext *c, TermHeap *heap, Term list) {
  Term first = term_cons(heap->top);
  for (;;) {
    const Term *from = cons_ptr(list);
    Term *to = heap_take(heap, CONS_WORDS);
    to[0] = from[0];
    list = from[1];
    if (!term_is_cons(list) || term_is_literal(c, list)) {
      to[1] = list;
      return first;
    }
    to[1] = term_cons(to + CONS_WORDS);
  }
}

static Term shallow(const TermContext *c, TermHeap *heap, Term t) {
  if (term_is_cons(t)) return copy_cells(c, heap, t);
  const Term *p = boxed_ptr(t);
  switch (header_kind(p[0])) {
    case KIND_BIN_SLICE: return copy_slice(c, heap, p);
    case KIND_BIN_SHARED: return copy_shared(heap, t, p[1]);
    case KIND_NATIVE: native_object_keep(term_native_object(t)); return heap_native_object(heap, term_native_object(t));
    case KIND_BIN_MATCH:
    case KIND_FILLER: UNREACHABLE();
    default: break;
  }
  size_t words = header_words(p[0]) + 1;
  Term *to = heap_take(heap, words);
  for (size_t i = 0; i < words; i++) to[i] = p[i];
  return term_boxed(to);
}

static bool must_copy(const TermContext *c, Term t) { return term_is_pointer(t) && !term_is_literal(c, t); }

Term term_copy(const TermContext *c, TermHeap *heap, Term t) {
  if (!must_copy(c, t)) return t;
  Term *scan = heap->top;
  t = shallow(c, heap, t);
  while (scan < heap->top) {
    Term word = *scan;
    if (!word_is_header(word)) { // a cell
      if (must_copy(c, word)) scan[0] = shallow(c, heap, word);
      if (scan[1] != term_cons(scan + CONS_WORDS) && must_copy(c, scan[1])) scan[1] = shallow(c, heap, scan[1]);
      scan += CONS_WORDS;
      continue;
    }
    size_t words = header_words(word) + 1;
    if (!header_is(word, KIND_BIN_SLICE))
      for (size_t i = kind_first_term(word); i < words; i++)
        if (must_copy(c, scan[i])) scan[i] = shallow(c, heap, scan[i]);
    scan += words;
  }
  return t;
}
