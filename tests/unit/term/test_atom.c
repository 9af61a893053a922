// SPDX-License-Identifier: Apache-2.0
//
// Guards vm/term/atom.c: constants, identity, limits, order, concurrent insertion.
#include <pthread.h>

#include "term_test.h"

Test(atom, constants_name_their_text) {
  World w;
  world_open(&w, 10, 1);
  size_t size;
  cr_assert_str_eq(atom_text(w.context.atoms, ATOM_ok, &size), "ok");
  cr_assert_eq(size, 2);
  cr_assert_str_eq(atom_text(w.context.atoms, ATOM_Elixir_Enum, &size), "Elixir.Enum");
  cr_assert_str_eq(atom_text(w.context.atoms, ATOM_default_op, &size), "\\\\");
  cr_assert_eq(atom_lookup(w.context.atoms, "badarith", 8), ATOM_badarith);
  cr_assert_eq(atom_lookup(w.context.atoms, "nobody named this", 17), T_NONE);
  cr_assert_eq(atom_count(w.context.atoms), ATOM_PREDEFINED_COUNT);
  world_close(&w);
}

Test(atom, one_text_is_one_atom) {
  World w;
  world_open(&w, 10, 1);
  char text[32];
  Term atoms[20000];
  for (int i = 0; i < 20000; i++) {
    snprintf(text, sizeof text, "made_%d", i);
    atoms[i] = atom_named(&w, text);
  }
  for (int i = 0; i < 20000; i++) {
    size_t size;
    snprintf(text, sizeof text, "made_%d", i);
    cr_assert_eq(atom_named(&w, text), atoms[i]);
    cr_assert_eq(atom_lookup(w.context.atoms, text, strlen(text)), atoms[i]);
    cr_assert_str_eq(atom_text(w.context.atoms, atoms[i], &size), text);
  }
  cr_assert_eq(atom_count(w.context.atoms), ATOM_PREDEFINED_COUNT + 20000);
  world_close(&w);
}

Test(atom, limits) {
  World w;
  world_open(&w, 10, 1);
  Term atom;
  char text[256 * 4];
  for (int i = 0; i < 256; i++) memcpy(text + 4 * i, "\xf0\x9f\x98\x80", 4);
  cr_assert_eq(atom_intern(w.context.atoms, text, 255 * 4, &atom), STATUS_OK);
  cr_assert_eq(atom_intern(w.context.atoms, text, 256 * 4, &atom), STATUS_LIMIT);
  cr_assert_eq(atom_intern(w.context.atoms, "\xff", 1, &atom), STATUS_BAD_DATA);
  AtomTable *small = atom_table_new(&w.alloc, ATOM_PREDEFINED_COUNT + 1);
  cr_assert_eq(atom_intern(small, "one more", 8, &atom), STATUS_OK);
  cr_assert_eq(atom_intern(small, "too many", 8, &atom), STATUS_LIMIT);
  cr_assert_eq(atom_intern(small, "one more", 8, &atom), STATUS_OK);
  atom_table_free(small);
  world_close(&w);
}

Test(atom, order_is_of_the_text) {
  World w;
  world_open(&w, 10, 1);
  const char *texts[] = {"", "a", "aa", "aaaaaaaa", "aaaaaaaaa", "aaaaaaaab", "ab", "b", "\xc3\xa9", "\xe2\x88\x80"};
  size_t count = sizeof texts / sizeof *texts;
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < count; j++) {
      int order = atom_compare(w.context.atoms, atom_named(&w, texts[i]), atom_named(&w, texts[j]));
      cr_assert_eq((order > 0) - (order < 0), (i > j) - (i < j), "%s %s", texts[i], texts[j]);
    }
  Term nul;
  cr_assert_eq(atom_intern(w.context.atoms, "a\0", 2, &nul), STATUS_OK);
  cr_assert(atom_compare(w.context.atoms, atom_named(&w, "a"), nul) < 0);
  world_close(&w);
}

enum { THREADS = 4, PER_THREAD = 5000 };

static void *insert_many(void *table) {
  char text[32];
  for (int i = 0; i < PER_THREAD; i++) {
    Term atom, again;
    snprintf(text, sizeof text, "shared_%d", i);
    if (atom_intern(table, text, strlen(text), &atom) != STATUS_OK) return (void *)"intern failed";
    if (atom_intern(table, text, strlen(text), &again) != STATUS_OK || atom != again) return (void *)"two atoms";
    size_t size;
    if (strcmp(atom_text(table, atom, &size), text) != 0) return (void *)"wrong text";
  }
  return NULL;
}

Test(atom, threads_agree) {
  Alloc alloc = alloc_system();
  AtomTable *table = atom_table_new(&alloc, 0);
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, insert_many, table);
  for (int i = 0; i < THREADS; i++) {
    void *error;
    pthread_join(threads[i], &error);
    cr_assert_null(error, "%s", (char *)error);
  }
  cr_assert_eq(atom_count(table), ATOM_PREDEFINED_COUNT + PER_THREAD);
  atom_table_free(table);
}
