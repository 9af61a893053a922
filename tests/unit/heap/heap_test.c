// SPDX-License-Identifier: Apache-2.0
//
// Policies of the heap: growth, home block, limits, budget, trimming, the search for references; fragments.
#include "heap_fixture.h"

Test(heap, grows_as_needed_and_keeps_all) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 64);
  fx_first_frame(&f, &barrier, 1);
  for (int i = 0; i < 50000; i++) {
    cr_assert(heap_reserve(&f.env, &f.heap, 2));
    cr_assert(f.heap.heap.end == f.heap.heap.top + 2);
    *fx_slot(&f, 0) = heap_cons(&f.heap.heap, term_small(i), *fx_slot(&f, 0));
    cr_assert(heap_free_words(&f.heap) >= HEAP_SLACK_WORDS);
  }
  int64_t expected = 49999;
  for (Term t = *fx_slot(&f, 0); t != T_NIL; t = cons_tail(t)) cr_assert_eq(small_value(cons_head(t)), expected--);
  heap_check(&f.env, &f.heap);
  fx_end(&f);
}

typedef struct Owner {
  Heap heap;
  Term home[100];
} Owner;

static Owner *owner_new(Fixture *f, FakeCode *barrier, size_t slots) {
  Owner *o = calloc(1, sizeof *o);
  cr_assert(heap_init(&f->env, &o->heap, o->home, 100, 0, 0));
  Heap *h = &o->heap;
  h->block_end[-1] = fake_return(barrier, 0, 0, MAP_BARRIER);
  h->fp = h->block_end - 2;
  for (size_t i = 0; i < slots; i++) h->fp[-(intptr_t)i] = T_NIL;
  h->stack_low = h->fp - (slots - 1);
  h->live_map = (((uint64_t)1 << slots) - 1) << MAP_MASK_SHIFT;
  return o;
}

// A small owner lives in its home block for ever, without any allocation; a burst makes it larger, rest brings it back.
Test(heap, home_block) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 64);
  Owner *o = owner_new(&f, &barrier, 2);
  Heap *h = &o->heap;
  int64_t blocks = f.counting.blocks;
  for (int i = 0; i < 2000; i++) {
    cr_assert(heap_reserve(&f.env, h, 4));
    Term t, *items = heap_tuple(&h->heap, 2, &t);
    items[0] = term_small(i);
    items[1] = term_small(i + 1);
    h->fp[0] = t;
    if (i % 20 == 0) heap_rest(h);
#ifndef JOIST_HOSTILE
    cr_assert_eq(h->block, o->home);
    cr_assert_eq(f.counting.blocks, blocks);
#endif
  }
  for (int i = 0; i < 5000; i++) { // works without a rest: a larger nursery
    cr_assert(heap_reserve(&f.env, h, 4));
    Term t, *items = heap_tuple(&h->heap, 2, &t);
    items[0] = items[1] = term_small(i);
    h->fp[0] = t;
  }
  cr_assert_neq(h->block, o->home);
  cr_assert(heap_trim_is_worth(h));
  heap_trim(&f.env, h);
  cr_assert_eq(h->block, o->home);
  cr_assert_not(heap_trim_is_worth(h));
  cr_assert_eq(tuple_items(h->fp[0])[1], term_small(4999));
  heap_check(&f.env, h);
  heap_free(&f.env, h);
  cr_assert(f.counting.blocks <= blocks + 1); // the scratch is no allocation; nothing else stays
  free(o);
  fx_end(&f);
}

// Messages that come and go in a home block leave nothing behind.
Test(heap, home_block_messages) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 64);
  Owner *o = owner_new(&f, &barrier, 2);
  for (int i = 0; i < 3000; i++) {
    Term cells[8];
    TermHeap local = {cells, cells + 8, T_NIL, 0};
    HeapFragment *m = fragment_copy(&f.env, heap_cons(&local, term_small(i), heap_cons(&local, term_small(1), T_NIL)));
    o->heap.fp[0] = m->term;
    heap_adopt(&f.env, &o->heap, m);
    if (heap_wants_collection(&o->heap)) cr_assert(heap_collect(&f.env, &o->heap, 0, false));
    heap_rest(&o->heap); // it waits between messages
    cr_assert_eq(cons_head(o->heap.fp[0]), term_small(i));
    cr_assert(o->heap.fragment_words < 200);
  }
#ifndef JOIST_HOSTILE
  cr_assert_eq(o->heap.block, o->home);
#endif
  heap_free(&f.env, &o->heap);
  free(o);
  fx_end(&f);
}

// What the next collection is thought to copy lies half way between all there is and what lived the last time; the stack, which it walks, counts too.
Test(heap, collections_are_estimated) {
  Fixture f;
  fx_start(&f, 4000);
  Heap *h = &f.heap;
  FakeCode barrier;
  fx_first_frame(&f, &barrier, 1);
  for (int i = 0; i < 1000; i++) {
    cr_assert(heap_reserve(&f.env, h, 2));
    *fx_slot(&f, 0) = heap_cons(&h->heap, term_small(i), *fx_slot(&f, 0));
  }
  cr_assert(heap_collect(&f.env, h, 0, false)); // all of it lives
  const size_t stack = heap_stack_words(h);
  cr_assert_eq(heap_collection_words(h), 2000 + stack);
  cr_assert(heap_reserve(&f.env, h, 400));
  for (int i = 0; i < 200; i++) (void)heap_cons(&h->heap, term_small(i), T_NIL);
  cr_assert_eq(heap_collection_words(h), 2200 + stack);
  *fx_slot(&f, 0) = T_NIL;
  cr_assert(heap_collect(&f.env, h, 0, false)); // what was old already goes on standing there
  cr_assert_eq(heap_collection_words(h), stack);
  cr_assert(heap_reserve(&f.env, h, 400));
  for (int i = 0; i < 200; i++) (void)heap_cons(&h->heap, term_small(i), T_NIL);
  cr_assert_eq(heap_collection_words(h), 400 + stack); // nothing lived the last time, so nothing is known
  fx_end(&f);
}

Test(heap, limit_refuses_and_loses_nothing) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 200);
  fx_first_frame(&f, &barrier, 1);
  f.heap.limit_words = 20000;
  int count = 0;
  while (heap_reserve(&f.env, &f.heap, 2) && count < 100000) {
    *fx_slot(&f, 0) = heap_cons(&f.heap.heap, term_small(count), *fx_slot(&f, 0));
    count++;
  }
  cr_assert(count > 2000 && count < 10000, "%d", count);
  cr_assert(f.heap.heap_flags & HEAP_OVER_LIMIT);
  int64_t expected = count - 1;
  for (Term t = *fx_slot(&f, 0); t != T_NIL; t = cons_tail(t)) cr_assert_eq(small_value(cons_head(t)), expected--);
  heap_check(&f.env, &f.heap);
  fx_end(&f);
}

Test(heap, budget_refuses) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 200);
  fx_first_frame(&f, &barrier, 1);
  f.account.limit_bytes = 100000;
  cr_assert_not(heap_reserve(&f.env, &f.heap, 1 << 20));
  cr_assert(heap_reserve(&f.env, &f.heap, 1000));
  cr_assert_not(heap_reserve(&f.env, &f.heap, SIZE_MAX / 8));
  fx_end(&f);
}

static bool search_found;
static void note_found(HeapSearch *s, uintptr_t address) {
  search_found = address - s->lo < s->bytes;
}
static bool refers_to(Fixture *f, uintptr_t lo, uintptr_t hi) {
  HeapSearch s = {lo, hi - lo, note_found};
  search_found = false;
  heap_search(&f->env, &s, &f->heap);
  return search_found;
}

Test(heap, refers_to) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 300);
  fx_first_frame(&f, &barrier, 2);
  LiteralArea *a = literal_area_new(f.literals, 10, 7), *b = literal_area_new(f.literals, 10, 8);
  Term in_a = heap_cons(&a->heap, term_small(1), T_NIL), in_b = heap_cons(&b->heap, term_small(2), T_NIL);
  cr_assert(heap_reserve(&f.env, &f.heap, 20));
  *fx_slot(&f, 0) = heap_cons(&f.heap.heap, in_a, T_NIL);
  uintptr_t a_lo = (uintptr_t)a->words, b_lo = (uintptr_t)b->words;
  cr_assert(refers_to(&f, a_lo, a_lo + 80));
  cr_assert_not(refers_to(&f, b_lo, b_lo + 80));
  *fx_slot(&f, 1) = in_b;
  cr_assert(refers_to(&f, b_lo, b_lo + 80));
  for (int i = 0; i < 3; i++) { // literals are never moved
    cr_assert(heap_collect(&f.env, &f.heap, 0, i == 2));
    cr_assert_eq(cons_head(*fx_slot(&f, 0)), in_a);
    cr_assert_eq(*fx_slot(&f, 1), in_b);
  }
  fx_end(&f);
}

Test(heap, collect_points_are_counted) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 300);
  fx_first_frame(&f, &barrier, 1);
  f.env.collect_always = true;
  uint64_t before = f.env.collection_count;
  static const char file[] = "place.c";
  for (int i = 0; i < 1000; i++) {
    cr_assert(heap_reserve_at(&f.env, &f.heap, 2, file, i % 300));
    heap_rest(&f.heap); // or the block would grow, and large ones are not collected every time
  }
  cr_assert_eq(f.env.collection_count - before, 1000u);
  cr_assert_eq(f.env.point_count, 300u);
  uint64_t total = 0;
  for (size_t i = 0; i < f.env.point_capacity; i++) total += f.env.points[i].count;
  cr_assert_eq(total, 1000u);
  Buffer b;
  buffer_init(&b, &f.alloc);
  heap_points_report(&f.env, &b);
  buffer_byte(&b, 0);
  cr_assert(strstr(b.data, "place.c:7 4\n"));
  buffer_free(&b);
  fx_end(&f);
}

Test(fragment, copy_is_exact_and_drops_off_heap) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 300);
  fx_first_frame(&f, &barrier, 2);
  Term big = fx_big_binary(&f, 5000);
  *fx_slot(&f, 0) = big;
  cr_assert(heap_reserve(&f.env, &f.heap, 20));
  Term t = heap_cons(&f.heap.heap, *fx_slot(&f, 0), heap_cons(&f.heap.heap, ATOM_ok, T_NIL));
  HeapFragment *m = fragment_copy(&f.env, t);
  cr_assert_eq(m->word_count, 8u);
  cr_assert(m->flags & FRAGMENT_OFF_HEAP);
  cr_assert(fragment_off_heap_words(m) >= 5000 / 8);
  cr_assert_eq(atomic_load(&term_shared_binary(*fx_slot(&f, 0))->references), 2u);
  fragment_free(&f.alloc, &f.account, m);
  cr_assert_eq(atomic_load(&term_shared_binary(*fx_slot(&f, 0))->references), 1u);
  // What the builder did not use is filled, so that the fragment can be walked.
  m = fragment_new(&f.alloc, &f.account, 9);
  TermHeap h = fragment_heap(m);
  Term c = heap_cons(&h, term_small(1), T_NIL);
  fragment_close(m, &h, c);
  heap_adopt(&f.env, &f.heap, m);
  *fx_slot(&f, 1) = c;
  heap_check(&f.env, &f.heap);
  cr_assert(heap_collect(&f.env, &f.heap, 0, false));
  cr_assert_null(f.heap.fragments);
  cr_assert_eq(cons_head(*fx_slot(&f, 1)), term_small(1));
  fx_end(&f);
}

Test(account, budget_of_this_machine) {
  uint64_t budget = account_default_budget();
  cr_assert(budget > (uint64_t)1 << 20);
  MemoryAccount a = {0, 100};
  cr_assert(account_allows(&a, 100));
  cr_assert_not(account_allows(&a, 101));
  account_add(&a, 60);
  cr_assert_not(account_allows(&a, 41));
  account_sub(&a, 60);
  cr_assert_eq(account_used(&a), 0u);
}
