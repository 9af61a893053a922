// SPDX-License-Identifier: Apache-2.0
//
// Guards vm/term/print.c and print_text.c. Texts of ordinary terms are compared with real Elixir's in test_etf.c.
#include "term_test.h"

static void assert_prints(World *w, Term t, const PrintOptions *options, const char *expected) {
  Buffer out;
  buffer_init(&out, &w->alloc);
  cr_assert_eq(term_print(&w->context, &out, t, options), STATUS_OK);
  buffer_byte(&out, 0);
  cr_assert_str_eq(out.data, expected);
  buffer_free(&out);
}

Test(print, own_kinds) {
  World w;
  world_open(&w, 10000, 1);
  FunEntry entry = {.module = ATOM_Elixir_Enum, .name = atom_named(&w, "-odd name/2-fun-0-"), .index = 3, .arity = 1, .unit_id = 7};
  FunEntry plain = {.module = ATOM_lists, .name = atom_named(&w, "-map/2-fun-1-"), .index = 1, .arity = 0, .unit_id = 7};
  Term *p = heap_take(&w.heap, 4);
  p[0] = p[2] = HEADER(KIND_FUN, 1), p[1] = (Term)(uintptr_t)&entry, p[3] = (Term)(uintptr_t)&plain;
  assert_prints(&w, term_boxed(p), NULL, "#Function<3.7/1 in Enum.\"odd name\"/2>");
  assert_prints(&w, term_boxed(p + 2), NULL, "#Function<1.7/0 in :lists.map/2>");
  assert_prints(&w, term_pid(120, 4), NULL, "#PID<0.120.4>");
  assert_prints(&w, heap_ref(&w.heap, ((uint64_t)3 << 36) + ((uint64_t)2 << 18) + 1, 0), NULL, "#Reference<0.3.2.1>");
  assert_prints(&w, list_of_terms(&w, 2, (Term[]){term_small('a'), term_small('\n')}), NULL, "~c\"a\\n\"");
  world_close(&w);
}

Test(print, structs) {
  World w;
  world_open(&w, 10000, 1);
  Term range = map_from_pairs(&w.context, &w.heap, (Term[]){ATOM___struct__, ATOM_Elixir_Range, ATOM_first, term_small(1), ATOM_last, term_small(2)}, 3);
  assert_prints(&w, range, NULL, "%Range{first: 1, last: 2}");
  Term empty = map_from_pairs(&w.context, &w.heap, (Term[]){ATOM___struct__, ATOM_a}, 1);
  assert_prints(&w, empty, NULL, "%:a{}");
  Term none = map_from_pairs(&w.context, &w.heap, (Term[]){ATOM___struct__, term_small(1)}, 1);
  assert_prints(&w, none, NULL, "%{__struct__: 1}");
  world_close(&w);
}

Test(print, limits) {
  World w;
  world_open(&w, 10000, 1);
  Term numbers[] = {term_small(1), term_small(2), term_small(300)}, list = list_of_terms(&w, 3, numbers), tuple = tuple_of(&w, 3, numbers);
  PrintOptions items = {.item_limit = 2}, depth = {.depth_limit = 1}, bytes = {.byte_limit = 5};
  assert_prints(&w, list, &items, "[1, 2, ...]");
  assert_prints(&w, tuple, &items, "{1, 2, ...}");
  assert_prints(&w, map_from_pairs(&w.context, &w.heap, (Term[]){ATOM_a, ATOM_a, ATOM_b, ATOM_b, ATOM_c, ATOM_c}, 3), &items, "%{a: :a, b: :b, ...}");
  assert_prints(&w, tuple_of(&w, 2, (Term[]){ATOM_a, tuple}), &depth, "{:a, ...}");
  assert_prints(&w, list, &bytes, "[1, 2...");
  assert_prints(&w, text_binary(&w, "abc\xc3\xa9 and more"), &bytes, "\"abc...");
  assert_prints(&w, binary_make(&w.context, &w.heap, "\x01\xff\x02", 3), &items, "<<1, 255, ...>>");
  world_close(&w);
}

Test(print, a_million_deep) {
  World w;
  world_open(&w, 14000000, 1);
  enum { DEPTH = 1000000 };
  Buffer out;
  buffer_init(&out, &w.alloc);
  cr_assert_eq(term_print(&w.context, &out, deep_tuple(&w, DEPTH), NULL), STATUS_OK);
  cr_assert_eq(out.size, 2 * DEPTH + 2);
  out.size = 0;
  cr_assert_eq(term_print(&w.context, &out, deep_list(&w, DEPTH), NULL), STATUS_OK);
  cr_assert_eq(out.size, 2 * DEPTH + 2);
  buffer_free(&out);
  world_close(&w);
}
