// SPDX-License-Identifier: Apache-2.0
//
// The collector against a shadow model: every root has a copy elsewhere that must stay equal to it, whatever
// collections of whatever kind come between.
#include "heap_fixture.h"

enum { SLOTS = 24 };

typedef struct Shadow {
  HeapFragment *copy[SLOTS];
} Shadow;

static void shadow_set(Fixture *f, Shadow *s, size_t i) {
  if (s->copy[i]) fragment_free(&f->alloc, &f->account, s->copy[i]);
  s->copy[i] = fragment_copy(&f->env, *fx_slot(f, i));
  cr_assert(s->copy[i]);
}
static void shadow_check(Fixture *f, Shadow *s) {
  heap_check(&f->env, &f->heap);
  for (size_t i = 0; i < SLOTS; i++)
    cr_assert(term_identical(&f->context, *fx_slot(f, i), s->copy[i]->term), "slot %zu changed", i);
}
static void shadow_free(Fixture *f, Shadow *s) {
  for (size_t i = 0; i < SLOTS; i++) fragment_free(&f->alloc, &f->account, s->copy[i]);
}

// A random object that refers to random roots, built where the roots are.
static Term random_term(Fixture *f, TermHeap *h, const Term *roots, size_t count) {
#define ANY roots[fx_random(f, (uint32_t)count)]
  switch (fx_random(f, 9)) {
    case 0: return term_small((int64_t)fx_random(f, 1000));
    case 1: return heap_cons(h, ANY, T_NIL);
    case 2: {
      Term a = ANY, b = ANY;
      return heap_cons(h, a, heap_cons(h, b, T_NIL));
    }
    case 3: {
      Term t, *items = heap_tuple(h, 1 + fx_random(f, 3), &t);
      for (size_t i = 0; i < tuple_arity(t); i++) items[i] = term_small((int64_t)i);
      items[0] = ANY;
      return t;
    }
    case 4: return heap_float(h, (double)fx_random(f, 100) / 8);
    case 5: return heap_ref(h, fx_random(f, 100000), 0);
    case 6: {
      unsigned char data[200];
      size_t size = fx_random(f, sizeof data);
      for (size_t i = 0; i < size; i++) data[i] = (unsigned char)(fx_random(f, 256));
      return binary_make(&f->context, h, data, size);
    }
    case 7: {
      Term b = ANY;
      if (!term_is_bits(b)) return T_NIL;
      uint64_t bits = bits_count(b), from = bits ? fx_random(f, (uint32_t)bits) : 0;
      return bits_slice(h, b, from, bits > from ? fx_random(f, (uint32_t)(bits - from)) : 0);
    }
    default: {
      Term pairs[6] = {ATOM_ok, ANY, term_small(7), ANY, ATOM_error, ANY};
      return map_from_pairs(&f->context, h, pairs, 3);
    }
  }
#undef ANY
}
enum { RANDOM_WORDS = 64 };

static size_t term_weight(Fixture *f, Term t) { return term_copy_words(&f->context, t); }

static void random_run(size_t block_words, int steps, uint64_t seed, bool with_fragments, bool with_full) {
  Fixture f;
  Shadow s = {{0}};
  FakeCode barrier;
  fx_start(&f, block_words);
  f.random = seed;
  fx_first_frame(&f, &barrier, SLOTS);
  for (size_t i = 0; i < SLOTS; i++) shadow_set(&f, &s, i);
  for (int step = 0; step < steps; step++) {
    size_t slot = fx_random(&f, SLOTS);
    if (with_fragments && fx_random(&f, 6) == 0) {
      HeapFragment *m = fragment_copy(&f.env, *fx_slot(&f, fx_random(&f, SLOTS)));
      *fx_slot(&f, slot) = m->term;
      heap_adopt(&f.env, &f.heap, m);
    } else {
      cr_assert(heap_reserve(&f.env, &f.heap, RANDOM_WORDS));
      Term roots[SLOTS];
      for (size_t i = 0; i < SLOTS; i++) roots[i] = *fx_slot(&f, i);
      Term t = random_term(&f, &f.heap.heap, roots, SLOTS);
      if (term_weight(&f, t) > 2000) t = T_NIL;
      *fx_slot(&f, slot) = t;
    }
    shadow_set(&f, &s, slot);
    if (fx_random(&f, 12) == 0) cr_assert(heap_collect(&f.env, &f.heap, fx_random(&f, 200), with_full && fx_random(&f, 4) == 0));
    if (step % 16 == 0) shadow_check(&f, &s);
  }
  shadow_check(&f, &s);
  cr_assert(f.env.collection_count > 10);
  shadow_free(&f, &s);
  fx_end(&f);
}

Test(gc, tiny_block_random) { random_run(200, 6000, 1, false, false); }
Test(gc, tiny_block_fragments) { random_run(200, 6000, 2, true, true); }
Test(gc, generations_random) { random_run(3000, 12000, 3, false, false); }
Test(gc, generations_fragments_full) { random_run(3000, 12000, 4, true, true); }
Test(gc, many_seeds) {
  for (uint64_t seed = 10; seed < 30; seed++) random_run(100 + seed * 97, 1500, seed, seed & 1, seed & 2);
}

// Sharing: one object stays one.
Test(gc, sharing_survives) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 2000);
  fx_first_frame(&f, &barrier, 2);
  cr_assert(heap_reserve(&f.env, &f.heap, 100));
  Term t, *items = heap_tuple(&f.heap.heap, 2, &t);
  items[0] = items[1] = term_small(1);
  *fx_slot(&f, 0) = heap_cons(&f.heap.heap, t, heap_cons(&f.heap.heap, t, T_NIL));
  *fx_slot(&f, 1) = t;
  for (int i = 0; i < 4; i++) {
    cr_assert(heap_collect(&f.env, &f.heap, 0, i == 2));
    Term l = *fx_slot(&f, 0);
    cr_assert_eq(cons_head(l), cons_head(cons_tail(l)));
    cr_assert_eq(cons_head(l), *fx_slot(&f, 1));
    heap_check(&f.env, &f.heap);
  }
  fx_end(&f);
}

// What survived one young collection is promoted by the next, and old objects are then left alone.
Test(gc, ages_then_promotes) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 4000);
  fx_first_frame(&f, &barrier, 1);
  cr_assert(heap_reserve(&f.env, &f.heap, 300));
  for (int i = 0; i < 100; i++) *fx_slot(&f, 0) = heap_cons(&f.heap.heap, term_small(i), *fx_slot(&f, 0));
  cr_assert(heap_collect(&f.env, &f.heap, 0, false));
  cr_assert_null(f.heap.old);
  cr_assert_eq(f.heap.age_mark - f.heap.block, 200);
  cr_assert(heap_collect(&f.env, &f.heap, 0, false));
  cr_assert_not_null(f.heap.old);
  cr_assert_eq(f.heap.old->top - f.heap.old->words, 200);
  cr_assert_eq(f.heap.heap.top, f.heap.block);
  Term before = *fx_slot(&f, 0);
  cr_assert(heap_collect(&f.env, &f.heap, 0, false));
  cr_assert_eq(*fx_slot(&f, 0), before, "an old object moved in a young collection");
  heap_check(&f.env, &f.heap);
  fx_end(&f);
}

// Garbage in the old block goes in full collections, and the block is cut; when little is left the old block goes too.
Test(gc, full_empties_old) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 2048);
  fx_first_frame(&f, &barrier, 1);
  for (int i = 0; i < 20000; i++) {
    cr_assert(heap_reserve(&f.env, &f.heap, 2));
    *fx_slot(&f, 0) = heap_cons(&f.heap.heap, term_small(i), *fx_slot(&f, 0));
  }
  cr_assert(heap_collect(&f.env, &f.heap, 0, true));
  cr_assert(heap_collect(&f.env, &f.heap, 0, true));
  size_t large = heap_total_words(&f.heap);
  cr_assert(large >= 40000);
  size_t count = 0;
  for (Term t = *fx_slot(&f, 0); t != T_NIL; t = cons_tail(t)) count++;
  cr_assert_eq(count, 20000u);
  *fx_slot(&f, 0) = T_NIL;
  for (int i = 0; i < 12; i++) cr_assert(heap_collect(&f.env, &f.heap, 0, true));
  cr_assert_null(f.heap.old);
  cr_assert(heap_total_words(&f.heap) <= BURST_WORDS_MAX * 2, "%zu words", heap_total_words(&f.heap));
  heap_check(&f.env, &f.heap);
  fx_end(&f);
}

// Frames deep in the stack: only named slots are roots, and all of them are.
Test(gc, frames_and_dead_slots) {
  Fixture f;
  FakeCode barrier, code[2];
  fx_start(&f, 5000);
  fx_first_frame(&f, &barrier, 3);
  Term live_return = fake_return(&code[0], 6, 0x5, 0); // slots 0 and 2 of 0..4 are live, K = 6
  Term none_return = fake_return(&code[1], 4, 0, 0);
  Heap *h = &f.heap;
  cr_assert(heap_reserve(&f.env, h, 1000));
  *fx_slot(&f, 0) = heap_cons(&h->heap, term_small(100), T_NIL);
  *fx_slot(&f, 1) = heap_cons(&h->heap, term_small(101), T_NIL);
  *fx_slot(&f, 2) = heap_cons(&h->heap, term_small(102), T_NIL);
  for (int i = 0; i < 40; i++) { // push a frame; the caller's map says what of the caller lives
    bool named = i % 2 == 0;
    size_t k = named ? 6 : 4;
    for (size_t s = 0; s + 1 < k; s++)
      if (i > 0) h->fp[-(intptr_t)s] = heap_cons(&h->heap, term_small(i * 10 + (int)s), T_NIL);
    h->fp -= k;
    h->fp[1] = named ? live_return : none_return;
    h->stack_low = h->fp - 2;
    for (int s = 0; s < 3; s++) h->fp[-s] = T_NIL;
  }
  h->live_map = 0;
  cr_assert(heap_collect(&f.env, h, 0, false));
  // Alive: frame 0 (named): slots 0 and 2; every even frame: slots 0 and 2.
  cr_assert_eq(h->heap.top - h->block, 20 * 2 * 2);
  heap_check(&f.env, h);
  cr_assert(heap_collect(&f.env, h, 20000, false)); // the block moves
  size_t depth = 0;
  FrameWalk w;
  frame_walk_start(&w, h);
  while (frame_walk_next(&w)) depth++;
  cr_assert_eq(depth, 40u);
  heap_check(&f.env, h);
  fx_end(&f);
}

Test(gc, far_maps_and_args) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 5000);
  fx_first_frame(&f, &barrier, 10);
  Heap *h = &f.heap;
  struct {
    uint32_t words;
    uint64_t bits[4];
  } far = {4, {0, 0, 0, 1}}; // slot 192 alone
  cr_assert(heap_reserve(&f.env, h, 500));
  h->stack_low = h->fp - 199;
  for (int i = 0; i < 200; i++) h->fp[-i] = term_small(0);
  h->fp[-192] = heap_cons(&h->heap, term_small(1), T_NIL);
  h->fp[-191] = heap_cons(&h->heap, term_small(2), T_NIL); // dead
  h->fp[-198] = heap_cons(&h->heap, term_small(3), T_NIL); // an argument
  h->fp[-199] = heap_cons(&h->heap, term_small(4), T_NIL);
  h->args = h->fp - 198;
  h->arg_count = 2;
  h->live_map = MAP_FAR | ((uint64_t)(uintptr_t)&far >> 3) << MAP_MASK_SHIFT;
  cr_assert(heap_collect(&f.env, h, 8000, false)); // moves too
  cr_assert_eq(h->heap.top - h->block, 6);
  cr_assert_eq(cons_head(h->args[0]), term_small(3));
  cr_assert_eq(cons_head(h->args[-1]), term_small(4));
  cr_assert_eq(cons_head(h->fp[-192]), term_small(1));
  // Arguments that are live slots as well are visited once.
  h->args = h->fp - 192;
  h->arg_count = 1;
  cr_assert(heap_collect(&f.env, h, 0, false));
  cr_assert_eq(cons_head(h->args[0]), term_small(1));
  heap_check(&f.env, h);
  h->arg_count = 0;
  fx_end(&f);
}

// A list a million deep in heads and in tails: no recursion anywhere.
Test(gc, million_deep) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 1000);
  fx_first_frame(&f, &barrier, 2);
  for (int i = 0; i < 1000000; i++) {
    cr_assert(heap_reserve(&f.env, &f.heap, 4));
    *fx_slot(&f, 0) = heap_cons(&f.heap.heap, *fx_slot(&f, 0), T_NIL);
    Term t, *items = heap_tuple(&f.heap.heap, 1, &t);
    items[0] = *fx_slot(&f, 1);
    *fx_slot(&f, 1) = t;
  }
  cr_assert(heap_collect(&f.env, &f.heap, 0, true));
  cr_assert(f.env.full_count > 0);
  size_t depth = 0;
  for (Term t = *fx_slot(&f, 0); t != T_NIL; t = cons_head(t)) depth++;
  cr_assert_eq(depth, 1000000u);
  depth = 0;
  for (Term t = *fx_slot(&f, 1); t != T_NIL; t = tuple_items(t)[0]) depth++;
  cr_assert_eq(depth, 1000000u);
  HeapFragment *copy = fragment_copy(&f.env, *fx_slot(&f, 0));
  cr_assert_eq(copy->word_count, 2000000u);
  fragment_free(&f.alloc, &f.account, copy);
  heap_check(&f.env, &f.heap);
  fx_end(&f);
}

// H5: while a message is peeked, references into it stay as they are, through every kind of collection.
Test(gc, peeked_message_stays) {
  for (int kind = 0; kind < 3; kind++) {
    Fixture f;
    FakeCode barrier;
    fx_start(&f, kind == 0 ? 200 : 3000);
    fx_first_frame(&f, &barrier, 3);
    cr_assert(heap_reserve(&f.env, &f.heap, 100));
    Term t, *items = heap_tuple(&f.heap.heap, 2, &t);
    items[0] = heap_cons(&f.heap.heap, term_small(5), T_NIL);
    items[1] = T_NIL;
    HeapFragment *m = fragment_copy(&f.env, t);
    *fx_slot(&f, 1) = t;
    if (kind == 2) {
      for (int i = 0; i < 3; i++) cr_assert(heap_collect(&f.env, &f.heap, 0, false));
      cr_assert_not_null(f.heap.old);
    }
    f.heap.peeked = m;
    cr_assert(heap_reserve(&f.env, &f.heap, 10));
    *fx_slot(&f, 0) = m->term;
    *fx_slot(&f, 2) = heap_cons(&f.heap.heap, tuple_items(m->term)[0], T_NIL); // heap refers to the message
    Term inside = m->term;
    for (int i = 0; i < 5; i++) {
      cr_assert(heap_collect(&f.env, &f.heap, 50, i & 1));
      cr_assert_eq(*fx_slot(&f, 0), inside);
      cr_assert_eq(cons_head(*fx_slot(&f, 2)), tuple_items(m->term)[0]);
      heap_check(&f.env, &f.heap);
    }
    // Accepted: from now on it is collected like everything.
    f.heap.peeked = NULL;
    heap_adopt(&f.env, &f.heap, m);
    for (int i = 0; i < 4; i++) {
      cr_assert(heap_collect(&f.env, &f.heap, 50, i == 3));
      cr_assert_eq(cons_head(cons_head(*fx_slot(&f, 2))), term_small(5));
      cr_assert_eq(tuple_items(*fx_slot(&f, 0))[0], cons_head(*fx_slot(&f, 2)));
      heap_check(&f.env, &f.heap);
    }
    fx_end(&f);
  }
}

static void destroyed(void *payload) { (**(int **)payload)++; }
static const NativeType COUNTER_TYPE = {"counter", destroyed};

// Each off-heap object is dropped exactly once, when its last reference goes, in every generation and kind of collection.
Test(gc, off_heap_counting) {
  Fixture f;
  FakeCode barrier;
  int gone = 0, *gone_at = &gone;
  fx_start(&f, 2000);
  fx_first_frame(&f, &barrier, 8);
  int made = 0;
  for (int round = 0; round < 400; round++) {
    cr_assert(heap_reserve(&f.env, &f.heap, 20));
    NativeObject *o = native_object_new(&f.alloc, &COUNTER_TYPE, (uint64_t)round, sizeof(int *));
    memcpy(o->payload, &gone_at, sizeof gone_at);
    Term t = heap_native_object(&f.heap.heap, o);
    made++;
    *fx_slot(&f, fx_random(&f, 8)) = t;
    if (round % 3 == 0) { // through a message
      HeapFragment *m = fragment_copy(&f.env, t);
      if (round % 2) {
        heap_adopt(&f.env, &f.heap, m);
        *fx_slot(&f, fx_random(&f, 8)) = m->term;
      } else {
        fragment_free(&f.alloc, &f.account, m);
      }
    }
    if (round % 5 == 0) cr_assert(heap_collect(&f.env, &f.heap, 0, round % 35 == 0));
    heap_check(&f.env, &f.heap);
  }
  cr_assert(heap_collect(&f.env, &f.heap, 0, true));
  cr_assert(gone >= made - 8 && gone < made, "%d of %d gone", gone, made);
  for (int i = 0; i < 8; i++) *fx_slot(&f, i) = T_NIL;
  cr_assert(heap_collect(&f.env, &f.heap, 0, true));
  cr_assert_eq(gone, made);
  fx_end(&f);
}

// Large binaries ask for collections by what they hold outside.
Test(gc, off_heap_pressure) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 30000);
  fx_first_frame(&f, &barrier, 1);
  for (int i = 0; i < 1000; i++) {
    Term t = fx_big_binary(&f, 100000);
    *fx_slot(&f, 0) = t;
  }
  cr_assert(f.counting.bytes < 8 * 1000 * 1000, "%ld bytes held", (long)f.counting.bytes);
  cr_assert(f.env.collection_count > 30 && f.env.collection_count < 200);
  fx_end(&f);
}

// A small slice does not keep a large binary that nobody else holds.
Test(gc, small_slice_is_copied_out) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 500);
  fx_first_frame(&f, &barrier, 2);
  Term big = fx_big_binary(&f, 1000000);
  cr_assert(heap_reserve(&f.env, &f.heap, 10));
  *fx_slot(&f, 0) = bits_slice(&f.heap.heap, big, 8001, 83); // unaligned, partial last byte
  BitsView before = bits_view(*fx_slot(&f, 0));
  uint64_t hash = bits_hash(before, 1);
  cr_assert(f.counting.bytes > 1000000);
  cr_assert(heap_collect(&f.env, &f.heap, 0, false));
  cr_assert(header_is(boxed_header(*fx_slot(&f, 0)), KIND_BIN_HEAP));
  cr_assert_eq(bits_count(*fx_slot(&f, 0)), 83u);
  cr_assert_eq(bits_hash(bits_view(*fx_slot(&f, 0)), 1), hash);
  cr_assert(f.counting.bytes < 900000);
  // One that is held whole as well stays a slice.
  big = fx_big_binary(&f, 1000000);
  *fx_slot(&f, 1) = big;
  cr_assert(heap_reserve(&f.env, &f.heap, 10));
  *fx_slot(&f, 0) = bits_slice(&f.heap.heap, *fx_slot(&f, 1), 80, 80);
  HeapFragment *other = fragment_copy(&f.env, *fx_slot(&f, 1)); // another holder
  cr_assert(heap_collect(&f.env, &f.heap, 0, false));
  cr_assert(header_is(boxed_header(*fx_slot(&f, 0)), KIND_BIN_SLICE));
  fragment_free(&f.alloc, &f.account, other);
  fx_end(&f);
}

// A block full of slices that all become larger: they never outgrow the block.
Test(gc, many_slices_copied_out) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 600);
  fx_first_frame(&f, &barrier, 2);
  for (int round = 0; round < 200; round++) {
    Term big = fx_big_binary(&f, 20000);
    *fx_slot(&f, 1) = big;
    for (int i = 0; i < 40; i++) {
      cr_assert(heap_reserve(&f.env, &f.heap, BIN_SLICE_WORDS + 2));
      Term s = bits_slice(&f.heap.heap, *fx_slot(&f, 1), (uint64_t)i * 8, 64 * 8);
      *fx_slot(&f, 0) = heap_cons(&f.heap.heap, s, i ? *fx_slot(&f, 0) : T_NIL);
    }
    *fx_slot(&f, 1) = T_NIL;
    cr_assert(heap_collect(&f.env, &f.heap, 0, round % 7 == 0));
    heap_check(&f.env, &f.heap);
    int i = 39;
    for (Term t = *fx_slot(&f, 0); t != T_NIL; t = cons_tail(t), i--) {
      BitsView v = bits_view(cons_head(t));
      cr_assert_eq(bits_load(&v, 0) & 0xff, (uint64_t)(unsigned char)(i * 7 + 20000));
    }
  }
  fx_end(&f);
}
