// SPDX-License-Identifier: Apache-2.0
//
// Guards compiler/syntax/quoted.c and quoted_print.c: the invariants I1 to I4 of quoted.h,
// equality, and the text of terms.

#include "support.h"

#define LIST(...) quoted_list_of(&job->names, sizeof((Quoted *[]){__VA_ARGS__}) / sizeof(Quoted *), __VA_ARGS__)
#define INT(n) quoted_int(&job->names, n)
#define ATOM(text) quoted_atom(names_intern_text(&job->names, text))
#define PAIR(a, b) quoted_pair(&job->names, a, b)

Test(quoted, three_tuple_with_list_is_a_call) {
  Job *job = job_new();
  Quoted *items[] = {ATOM("foo"), LIST(PAIR(ATOM("line"), INT(3))), ATOM("nil")};
  Quoted *q = quoted_tuple(&job->names, items, 3);
  cr_assert(quoted_is_call(q));
  cr_assert(quoted_is_variable(q));
  cr_assert_eq(q->line, 3);
  cr_assert_null(q->extra);
  cr_assert_eq(quoted_tuple_size(q), 3u);
  cr_assert_str_eq(job_print(job, quoted_tuple_item(&job->names, q, 1)), "[line: 3]");
  Quoted *plain[] = {ATOM("foo"), ATOM("bar"), ATOM("nil")};
  cr_assert_eq(quoted_tuple(&job->names, plain, 3)->kind, Q_TUPLE);
  job_free(job);
}

Test(quoted, metadata_keeps_any_order) {
  Job *job = job_new();
  Quoted *meta = LIST(PAIR(ATOM("line"), INT(3)), PAIR(ATOM("context"), ATOM("x")));
  Quoted *items[] = {ATOM("foo"), meta, LIST(INT(1))};
  Quoted *q = quoted_tuple(&job->names, items, 3);
  cr_assert_eq(q->line, 3);
  cr_assert(q->meta_whole);
  cr_assert_str_eq(job_print(job, q), "{:foo, [line: 3, context: :x], [1]}");
  Quoted *odd = LIST(INT(1), ATOM("line"));
  Quoted *others[] = {ATOM("foo"), odd, LIST(INT(1))};
  cr_assert_str_eq(job_print(job, quoted_tuple(&job->names, others, 3)), "{:foo, [1, :line], [1]}");
  job_free(job);
}

Test(quoted, metadata_can_be_asked_and_added) {
  Job *job = job_new();
  Names *names = &job->names;
  Quoted *q = quoted_call(names, ATOM("foo"), LIST(INT(1)), NULL, 2, 5);
  q = quoted_with_meta(names, q, NAME(names, GENERATED), Q_NAME(names, TRUE));
  q = quoted_with_meta(names, q, NAME(names, CONTEXT), ATOM("x"));
  cr_assert_str_eq(job_print(job, q), "{:foo, [context: :x, generated: true, line: 2, column: 5], [1]}");
  q = quoted_with_meta(names, q, NAME(names, GENERATED), Q_NAME(names, FALSE));
  cr_assert_str_eq(job_print(job, q), "{:foo, [generated: false, context: :x, line: 2, column: 5], [1]}");
  cr_assert_eq(quoted_meta_get(names, q, N_COLUMN)->integer, 5);
  cr_assert_eq(quoted_meta_get(names, q, N_CONTEXT), ATOM("x"));
  cr_assert_null(quoted_meta_get(names, q, N_KEEP));
  Quoted *r = quoted_call_like(names, NAME(names, PLUS), q, NULL, 0);
  cr_assert_str_eq(job_print(job, r), "{:+, [generated: false, context: :x, line: 2, column: 5], []}");
  job_free(job);
}

Test(quoted, improper_tails_are_joined) {
  Job *job = job_new();
  Names *names = &job->names;
  Quoted *one = INT(1);
  cr_assert_str_eq(job_print(job, quoted_improper(names, &one, 1, LIST(INT(2), INT(3)))), "[1, 2, 3]");
  Quoted *improper = quoted_improper(names, &one, 1, INT(2));
  cr_assert_str_eq(job_print(job, improper), "[1 | 2]");
  cr_assert_not(quoted_is_list(improper));
  cr_assert_str_eq(job_print(job, quoted_improper(names, &one, 1, improper)), "[1, 1 | 2]");
  cr_assert_eq(quoted_improper(names, &one, 0, improper), improper);
  job_free(job);
}

Test(quoted, big_numbers_become_small_when_they_fit) {
  Job *job = job_new();
  Names *names = &job->names;
  cr_assert_eq(quoted_bigint(names, "9223372036854775807", 19, false)->kind, Q_INT);
  cr_assert_eq(quoted_bigint(names, "9223372036854775808", 19, false)->kind, Q_BIGINT);
  cr_assert_eq(quoted_bigint(names, "9223372036854775808", 19, true)->integer, INT64_MIN);
  cr_assert_eq(quoted_bigint(names, "00000000000000000000000042", 26, true)->integer, -42);
  cr_assert_str_eq(job_print(job, quoted_bigint(names, "123456789012345678901", 21, true)), "-123456789012345678901");
  job_free(job);
}

Test(quoted, equality_is_deep) {
  Job *job = job_new();
  Names *names = &job->names;
  const char *source = "a = %{b: [1, 2.5, \"x\"], c: {d, e, f}} |> g(h)";
  Quoted *a = job_parse(job, source, parse_options_full()), *b = job_parse(job, source, parse_options_full());
  cr_assert_neq(a, b);
  cr_assert(quoted_equal(names, a, b));
  cr_assert_not(quoted_equal(names, a, job_parse(job, "a = %{b: [1, 2.5, \"y\"], c: {d, e, f}} |> g(h)", parse_options_full())));
  cr_assert_not(quoted_equal(names, INT(1), quoted_float(names, 1.0)));
  // The same metadata, once split and once whole.
  Quoted *meta = LIST(PAIR(ATOM("line"), INT(1)));
  Quoted *items[] = {ATOM("x"), meta, ATOM("nil")};
  cr_assert(quoted_equal(names, quoted_tuple(names, items, 3), quoted_call(names, ATOM("x"), ATOM("nil"), NULL, 1, 0)));
  job_free(job);
}

Test(quoted, deep_terms_need_no_stack) {
  Job *job = job_new();
  Names *names = &job->names;
  Quoted *a = INT(1), *b = INT(1);
  for (int i = 0; i < 300000; i++) a = LIST(a), b = LIST(b);
  cr_assert(quoted_equal(names, a, b));
  cr_assert_eq(strlen(job_print(job, a)), 600001u);
  cr_assert_eq(quoted_line(a), 0);
  job_free(job);
}

Test(quoted, text_of_terms) {
  Job *job = job_new();
  Names *names = &job->names;
  struct {
    Quoted *q;
    const char *text;
  } cases[] = {
      {ATOM("foo bar"), ":\"foo bar\""}, {ATOM("Elixir.Foo.Bar"), "Foo.Bar"}, {ATOM("Elixir.foo"), ":\"Elixir.foo\""},
      {ATOM("Elixir.Elixir"), "Elixir.Elixir"}, {ATOM("nil"), "nil"}, {ATOM("+"), ":+"}, {ATOM("::"), ":\"::\""},
      {ATOM("a?"), ":a?"}, {ATOM("a?b"), ":\"a?b\""}, {ATOM(""), ":\"\""},
      {quoted_float(names, 0.1), "0.1"}, {quoted_float(names, 1e5), "100000.0"}, {quoted_float(names, 1e22), "1.0e22"},
      {quoted_float(names, 1.2e-4), "1.2e-4"}, {quoted_float(names, -2.5), "-2.5"}, {quoted_float(names, 5e-324), "5.0e-324"},
      {quoted_float(names, 123456789.25), "123456789.25"}, {quoted_float(names, 9007199254740993.0), "9007199254740992.0"},
      {quoted_binary(names, "a\"b\\\n#{", 7), "\"a\\\"b\\\\\\n\\#{\""}, {quoted_binary(names, "\xFF\x01", 2), "<<255, 1>>"},
      {quoted_binary(names, "", 0), "\"\""}, {LIST(PAIR(ATOM("a"), INT(1)), PAIR(ATOM("b c"), INT(2))), "[a: 1, \"b c\": 2]"},
      {LIST(PAIR(ATOM("Elixir.A"), INT(1))), "[{A, 1}]"}, {quoted_empty_list(names), "[]"},
      {quoted_tuple(names, NULL, 0), "{}"}, {quoted_map(names, (Quoted *[]){INT(1), INT(2)}, 1), "%{1 => 2}"},
      {quoted_map(names, (Quoted *[]){ATOM("a"), INT(2)}, 1), "%{a: 2}"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) cr_expect_str_eq(job_print(job, cases[i].q), cases[i].text);
  job_free(job);
}

Test(quoted, keywords) {
  Job *job = job_new();
  Quoted *list = LIST(PAIR(ATOM("a"), INT(1)), PAIR(ATOM("a"), INT(2)));
  cr_assert(quoted_is_keyword(list));
  cr_assert_eq(quoted_keyword_get(list, names_intern_text(&job->names, "a"))->integer, 1);
  cr_assert_null(quoted_keyword_get(list, names_intern_text(&job->names, "b")));
  cr_assert_not(quoted_is_keyword(LIST(INT(1))));
  cr_assert(quoted_is_keyword(quoted_empty_list(&job->names)));
  job_free(job);
}
