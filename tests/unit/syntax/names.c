// SPDX-License-Identifier: Apache-2.0
//
// Guards compiler/syntax/names.c: one pointer per text, the well-known names, growth.

#include "support.h"

Test(names, same_text_is_same_pointer) {
  Job *job = job_new();
  Name *a = names_intern_text(&job->names, "hello");
  char copy[] = "hello";
  cr_assert_eq(a, names_intern(&job->names, copy, 5));
  cr_assert_neq(a, names_intern(&job->names, copy, 4));
  cr_assert_eq(a->known, N_NONE);
  cr_assert_eq(a->quoted->kind, Q_ATOM);
  cr_assert_eq(a->quoted->name, a);
  job_free(job);
}

Test(names, known_names_have_their_index) {
  Job *job = job_new();
  for (int id = N_NONE + 1; id < N_COUNT; id++) {
    Name *name = job->names.known[id];
    cr_assert_eq((int)name->known, id);
    cr_assert_eq(names_intern(&job->names, name->text, name->length), name);
  }
  cr_assert_str_eq(NAME(&job->names, STRICT_EQUAL)->text, "===");
  cr_assert(name_is(names_intern_text(&job->names, "case"), N_CASE));
  job_free(job);
}

Test(names, bytes_may_be_zero) {
  Job *job = job_new();
  Name *a = names_intern(&job->names, "a\0b", 3), *b = names_intern(&job->names, "a\0c", 3);
  cr_assert_neq(a, b);
  cr_assert_eq(a->length, 3u);
  cr_assert_eq(names_intern(&job->names, "", 0), NAME(&job->names, EMPTY));
  job_free(job);
}

Test(names, many_names_survive_growth) {
  Job *job = job_new();
  enum { COUNT = 20000 };
  Name **all = malloc(COUNT * sizeof *all);
  for (int i = 0; i < COUNT; i++) all[i] = names_format(&job->names, "name_%d", i);
  for (int i = 0; i < COUNT; i++) cr_assert_eq(all[i], names_format(&job->names, "name_%d", i));
  cr_assert_gt(job->names.bucket_count, 1024u);
  cr_assert_null(names_find(&job->names, "name_x", 6));
  free(all);
  job_free(job);
}

Test(names, long_text_through_format) {
  Job *job = job_new();
  char text[600];
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = 0;
  cr_assert_eq(names_format(&job->names, "%s", text), names_intern_text(&job->names, text));
  job_free(job);
}

Test(names, aliases) {
  Job *job = job_new();
  cr_assert(name_is_alias(NAME(&job->names, M_KERNEL)));
  cr_assert_not(name_is_alias(NAME(&job->names, ELIXIR_PREFIX)));
  cr_assert_not(name_is_alias(NAME(&job->names, ERLANG)));
  job_free(job);
}
