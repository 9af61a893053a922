// SPDX-License-Identifier: Apache-2.0
//
// The literal range: areas given out, freed, joined; units; small address space.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heap_fixture.h"

Test(literal, areas_are_reused) {
  Fixture f;
  fx_start(&f, 64);
  size_t start = literal_space_used(f.literals);
  uintptr_t highest = 0;
  for (int round = 0; round < 20000; round++) { // as many evaluations do: flat
    LiteralArea *a = literal_area_new(f.literals, 100 + (size_t)round % 50, 1);
    cr_assert(a);
    for (size_t i = 0; i < 100; i++) a->words[i] = T_NIL;
    if ((uintptr_t)a->words > highest) highest = (uintptr_t)a->words;
    literal_area_free(f.literals, a);
  }
  cr_assert(highest < literal_space_lo(f.literals) + 4096);
  cr_assert_eq(literal_space_used(f.literals), start);
  fx_end(&f);
}

Test(literal, random_areas_keep_their_words) {
  enum { COUNT = 200 };
  Fixture f;
  LiteralArea *areas[COUNT] = {0};
  Term mark[COUNT] = {0};
  fx_start(&f, 64);
  for (int step = 0; step < 20000; step++) {
    uint32_t i = fx_random(&f, COUNT);
    if (areas[i]) {
      for (size_t w = 0; w < areas[i]->word_count; w++) cr_assert_eq(areas[i]->words[w], mark[i]);
      literal_area_free(f.literals, areas[i]);
      areas[i] = NULL;
    } else {
      areas[i] = literal_area_new(f.literals, 1 + fx_random(&f, 2000), i);
      cr_assert(areas[i]);
      mark[i] = term_small(step);
      for (size_t w = 0; w < areas[i]->word_count; w++) areas[i]->words[w] = mark[i];
    }
  }
  size_t freed = 0;
  for (uint32_t i = 0; i < COUNT; i++)
    if (areas[i]) freed += literal_areas_free_unit(f.literals, i);
  cr_assert(freed > 0);
  cr_assert_eq(literal_space_used(f.literals), 0u);
  fx_end(&f);
}

Test(literal, copies_and_off_heap) {
  Fixture f;
  FakeCode barrier;
  fx_start(&f, 400);
  fx_first_frame(&f, &barrier, 1);
  Term big = fx_big_binary(&f, 3000);
  *fx_slot(&f, 0) = big;
  Term copy = literal_copy(f.literals, &f.context, *fx_slot(&f, 0), 3);
  cr_assert(term_is_literal(&f.context, copy));
  cr_assert(term_identical(&f.context, copy, *fx_slot(&f, 0)));
  Term again = literal_copy(f.literals, &f.context, copy, 3);
  cr_assert(again != copy && term_identical(&f.context, again, copy), "no area refers to another");
  cr_assert_eq(literal_copy(f.literals, &f.context, ATOM_ok, 3), (Term)ATOM_ok);
  cr_assert_eq(atomic_load(&term_shared_binary(copy)->references), 3u);
  cr_assert_eq(term_copy_words(&f.context, copy), 0u);
  cr_assert_eq(literal_areas_free_unit(f.literals, 3), 2u);
  cr_assert_eq(atomic_load(&term_shared_binary(*fx_slot(&f, 0))->references), 1u);
  fx_end(&f);
}

Test(literal, range_that_is_used_up) {
  Alloc alloc = alloc_system();
  LiteralSpace *s = literal_space_new(&alloc, (size_t)2 << 20);
  cr_assert(s);
  cr_assert_null(literal_area_new(s, (3 << 20) / 8, 1));
  LiteralArea *a = literal_area_new(s, (1 << 20) / 8, 1), *b = literal_area_new(s, (1 << 20) / 8, 1);
  cr_assert(a && b);
  b->words[b->word_count - 1] = T_NIL;
  cr_assert_null(literal_area_new(s, 1, 1));
  literal_area_free(s, a);
  cr_assert(literal_area_new(s, 1, 1));
  literal_space_free(s);
}

#if !defined(__SANITIZE_ADDRESS__)
Test(literal, shrinks_under_ulimit) {
  struct rlimit limit = {(rlim_t)2 << 30, (rlim_t)2 << 30};
  cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
  Alloc alloc = alloc_system();
  LiteralSpace *s = literal_space_new(&alloc, 0);
  cr_assert(s);
  cr_assert(literal_space_hi(s) - literal_space_lo(s) < (uintptr_t)2 << 30);
  literal_space_free(s);
}
#endif
