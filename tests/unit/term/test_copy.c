// SPDX-License-Identifier: Apache-2.0
//
// Guards vm/term/size.c and copy.c: exact sizes, equal copies, literals, counted binaries, depth.
#include "term_test.h"
#include "vm/term/copy.h"

// Copies to fresh memory of exactly the counted size.
static Term copy_out(World *w, Term t, TermHeap *to, Term **words, size_t *count) {
  *count = term_copy_words(&w->context, t);
  *words = malloc((*count + 1) * sizeof(Term));
  *to = (TermHeap){*words, *words + *count, T_NIL, 0};
  Term copy = term_copy(&w->context, to, t);
  cr_assert_eq((size_t)(to->top - *words), *count);
  return copy;
}

Test(copy, is_identical_and_apart) {
  World w;
  world_open(&w, 4000000, 1);
  for (int round = 0; round < 4000; round++) {
    world_reset(&w);
    Term t = random_term(&w, 300), *words;
    TermHeap to;
    size_t count;
    Term copy = copy_out(&w, t, &to, &words, &count);
    cr_assert(term_identical(&w.context, t, copy));
    cr_assert_eq(term_compare_exact(&w.context, t, copy), 0);
    uint64_t before = term_hash(&w.context, copy);
    // Nothing of the source is needed any more.
    off_heap_drop_all(w.heap.off_heap);
    w.heap = (TermHeap){w.words, w.words + w.word_count, T_NIL, 0};
    memset(w.words, 0x5a, 4000 * sizeof(Term));
    cr_assert_eq(term_hash(&w.context, copy), before);
    cr_assert_eq(term_size(&w.context, copy) <= count, true);
    off_heap_drop_all(to.off_heap);
    free(words);
  }
  world_close(&w);
}

Test(copy, leaves_literals_where_they_are) {
  World w;
  world_open(&w, 1000, 2);
  Term literal = list_of_terms(&w, 2, (Term[]){ATOM_a, text_binary(&w, "abc")});
  w.context.literal_lo = (uintptr_t)w.words;
  w.context.literal_hi = (uintptr_t)w.heap.top;
  Term t = tuple_of(&w, 2, (Term[]){literal, heap_cons(&w.heap, ATOM_b, literal)}), *words;
  TermHeap to;
  size_t count;
  cr_assert_eq(term_copy_words(&w.context, literal), 0);
  cr_assert_eq(term_copy(&w.context, &w.heap, literal), literal);
  Term copy = copy_out(&w, t, &to, &words, &count);
  cr_assert_eq(count, 5);
  cr_assert_eq(tuple_items(copy)[0], literal);
  cr_assert_eq(cons_tail(tuple_items(copy)[1]), literal);
  free(words);
  world_close(&w);
}

Test(copy, counts_shared_binaries) {
  World w;
  world_open(&w, 1000, 3);
  unsigned char *bytes;
  Term shared = bits_new(&w.context, &w.heap, 1000 * 8, &bytes);
  memset(bytes, 7, 1000);
  SharedBinary *b = term_shared_binary(shared);
  Term slices[] = {bits_slice(&w.heap, shared, 0, 800), bits_slice(&w.heap, shared, 9, 900), bits_slice(&w.heap, shared, 16, 64)}, *words;
  TermHeap to;
  size_t count;
  Term copy = copy_out(&w, tuple_of(&w, 3, slices), &to, &words, &count);
  cr_assert_eq(b->references, 3); // the source, and the two large slices
  cr_assert(term_is_kind(tuple_items(copy)[0], KIND_BIN_SHARED));
  cr_assert(term_is_kind(tuple_items(copy)[1], KIND_BIN_SLICE));
  cr_assert(term_is_kind(tuple_items(copy)[2], KIND_BIN_HEAP));
  off_heap_drop_all(to.off_heap);
  cr_assert_eq(b->references, 1);
  free(words);
  world_close(&w);
}

static int destroyed;
static void destroy(void *payload) { destroyed += *(int *)payload; }

Test(copy, counts_native_objects) {
  World w;
  world_open(&w, 1000, 3);
  static const NativeType type = {"thing", destroy};
  destroyed = 0;
  NativeObject *o = native_object_new(&w.alloc, &type, 5, sizeof(int));
  *(int *)(void *)o->payload = 3;
  Term t = heap_native_object(&w.heap, o), *words;
  TermHeap to;
  size_t count;
  Term copy = copy_out(&w, heap_cons(&w.heap, t, t), &to, &words, &count);
  cr_assert(term_identical(&w.context, cons_head(copy), t));
  cr_assert_eq(term_compare(&w.context, cons_head(copy), t), 0);
  world_reset(&w);
  cr_assert_eq(destroyed, 0);
  off_heap_drop_all(to.off_heap);
  cr_assert_eq(destroyed, 3);
  free(words);
  world_close(&w);
}

Test(copy, funs_keep_their_entries) {
  World w;
  world_open(&w, 1000, 3);
  FunEntry entry = {.module = ATOM_Elixir_Enum, .name = ATOM_a, .arity = 1, .capture_count = 2};
  Export export = {.module = ATOM_lists, .name = ATOM_a, .arity = 2};
  Term *p = heap_take(&w.heap, 4), *q = heap_take(&w.heap, 2), *words;
  p[0] = HEADER(KIND_FUN, 3), p[1] = (Term)(uintptr_t)&entry, p[2] = text_binary(&w, "captured"), p[3] = ATOM_b;
  q[0] = HEADER(KIND_EXPORT, 1), q[1] = (Term)(uintptr_t)&export;
  Term t = heap_cons(&w.heap, term_boxed(p), term_boxed(q));
  TermHeap to;
  size_t count;
  Term copy = copy_out(&w, t, &to, &words, &count);
  cr_assert(term_identical(&w.context, t, copy));
  cr_assert_neq(fun_captures(cons_head(copy))[0], p[2]);
  cr_assert_eq(term_hash(&w.context, t), term_hash(&w.context, copy));
  cr_assert(term_compare(&w.context, cons_head(copy), cons_tail(copy)) < 0);
  free(words);
  world_close(&w);
}

Test(copy, a_million_deep) {
  World w;
  world_open(&w, 14000000, 6);
  enum { DEPTH = 1000000 };
  for (int kind = 0; kind < DEEP_KINDS; kind++) {
    world_reset(&w);
    Term t = deep(&w, kind, DEPTH), *words;
    TermHeap to;
    size_t count;
    Term copy = copy_out(&w, t, &to, &words, &count);
    cr_assert(term_identical(&w.context, t, copy));
    free(words);
  }
  world_close(&w);
}
