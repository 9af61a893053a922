// SPDX-License-Identifier: Apache-2.0
//
// Guards the parser where the corpus of tests/lang/quoted does not reach: several errors
// in one run, what the exceptions of syntax need, incomplete input, limits.

#include "support.h"

static int errors_in(const char *source) {
  Job *job = job_new();
  job_parse(job, source, parse_options_compile());
  int count = job->sink.error_count;
  job_free(job);
  return count;
}

Test(parser, several_errors_in_one_run) {
  cr_expect_eq(errors_in("a = [1,, 2]\nb = 3 4\nc = (5\n+)\n"), 3);
  cr_expect_eq(errors_in("if a do\n  1 2\n  3 4\nend\n5 6\n"), 3);
  cr_expect_eq(errors_in("x = 1__0\ny = \"\\xZ\"\nz = 1 2\n"), 3);
  cr_expect_eq(errors_in("bar(3 4)\nfoo(1, 2\n"), 2);
  cr_expect_eq(errors_in("ok = 1\n"), 0);
}

Test(parser, errors_end) {
  char source[40000];
  source[0] = 0;
  for (int i = 0; i < 5000; i++) strcat(source, "1 2\n");
  cr_expect_leq(errors_in(source), 21);
}

typedef struct Failure {
  SyntaxFailureKind kind;
  int line, column;
  const char *token, *opening, *expected;
} Failure;

static void expect_failure(const char *source, Failure want) {
  Job *job = job_new();
  cr_assert_null(job_parse(job, source, parse_options_full()), "%s", source);
  cr_assert_not_null(job->sink.first);
  cr_assert_null(job->sink.first->next, "one error only: %s", source);
  const SyntaxFailure *f = job->sink.first->failure;
  cr_assert_not_null(f);
  cr_expect_eq(f->kind, want.kind, "%s", source);
  cr_expect_eq(f->line, want.line, "%s: line %d", source, f->line);
  cr_expect_eq(f->column, want.column, "%s: column %d", source, f->column);
  cr_expect_str_eq(f->token, want.token);
  if (want.opening) cr_expect_str_eq(f->opening, want.opening);
  if (want.expected) cr_expect_str_eq(f->expected, want.expected);
  job_free(job);
}

Test(parser, what_exceptions_tell) {
  expect_failure("1 2", (Failure){FAILURE_SYNTAX, 1, 3, "\"2\"", NULL, NULL});
  expect_failure("a = ", (Failure){FAILURE_TOKEN_MISSING, 1, 3, "", NULL, NULL});
  expect_failure("foo bar baz)", (Failure){FAILURE_SYNTAX, 1, 12, ")", NULL, NULL});
  expect_failure("foo(1", (Failure){FAILURE_TOKEN_MISSING, 1, 6, "", "(", ")"});
  expect_failure("if a do\n  b\n", (Failure){FAILURE_TOKEN_MISSING, 3, 1, "", "do", "end"});
  expect_failure("[1)", (Failure){FAILURE_MISMATCHED, 1, 1, ")", "[", "]"});
  expect_failure("\"abc", (Failure){FAILURE_TOKEN_MISSING, 1, 5, "", "\"", "\""});
  expect_failure("a -> b", (Failure){FAILURE_SYNTAX, 1, 3, "'->'", NULL, NULL});
}

Test(parser, incomplete_input) {
  struct {
    const char *source;
    ParseStatus status;
  } cases[] = {
      {"1 + 2", PARSE_COMPLETE},   {"", PARSE_COMPLETE},        {"1 +", PARSE_INCOMPLETE},    {"foo(", PARSE_INCOMPLETE},
      {"if a do", PARSE_INCOMPLETE}, {"\"abc", PARSE_INCOMPLETE}, {"\"\"\"\nabc", PARSE_INCOMPLETE}, {"[1,", PARSE_INCOMPLETE},
      {"fn x ->", PARSE_INCOMPLETE}, {"foo a,", PARSE_INCOMPLETE}, {"~s(", PARSE_INCOMPLETE},    {"\"#{a", PARSE_INCOMPLETE},
      {"1 2", PARSE_WRONG},        {")", PARSE_WRONG},          {"(]", PARSE_WRONG},          {"1 2 (", PARSE_INCOMPLETE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Job *job = job_new();
    cr_expect_eq(parse_status(&job->names, cases[i].source, strlen(cases[i].source)), cases[i].status, "%s", cases[i].source);
    job_free(job);
  }
}

static void expect_depth(const char *open, const char *middle, const char *close, int depth, bool good) {
  size_t size = (strlen(open) + strlen(close)) * (size_t)depth + strlen(middle) + 1;
  char *source = malloc(size), *p = source;
  for (int i = 0; i < depth; i++) p = stpcpy(p, open);
  p = stpcpy(p, middle);
  for (int i = 0; i < depth; i++) p = stpcpy(p, close);
  Job *job = job_new();
  Quoted *q = job_parse(job, source, parse_options_compile());
  cr_expect_eq(q != NULL, good, "%d times %s", depth, open);
  if (!good) cr_expect_eq(job->sink.first->code, DIAG_TOO_DEEP, "%s", open);
  job_free(job);
  free(source);
}

Test(parser, depth_is_bounded) {
  expect_depth("(", "a", ")", 700, true);
  expect_depth("[", "a", "]", 700, true);
  expect_depth("(", "a", ")", 100000, false);
  expect_depth("[", "a", "]", 100000, false);
  expect_depth("%{a: ", "1", "}", 100000, false);
  expect_depth("f(", "a", ")", 100000, false);
  expect_depth("f do ", "a", " end", 50000, false);
  expect_depth("fn -> ", "a", " end", 50000, false);
  expect_depth("not ", "a", "", 100000, false);
  expect_depth("a <> ", "a", "", 100000, false);
  expect_depth("f ", "a", "", 100000, false);
  expect_depth("a + ", "a", "", 100000, true); // no depth: groups to the left
  expect_depth("\"#{", "a", "}\"", 60, true);
  expect_depth("\"#{", "a", "}\"", 1000, false);
}

Test(parser, compiler_keeps_columns_only) {
  Job *job = job_new();
  cr_assert_str_eq(job_print(job, job_parse(job, "foo do\n  a.b()\nend", parse_options_compile())),
                   "{:foo, [line: 1, column: 1], [[do: {{:., [line: 2, column: 4], [{:a, [line: 2, column: 3], nil}, :b]}, [line: 2, column: 5], []}]]}");
  job_free(job);
}

Test(parser, warnings) {
  Job *job = job_new();
  cr_assert_not_null(job_parse(job, "fn x -> end\n'abc'\nfoo(a: 1,)\n", parse_options_compile()));
  cr_assert_eq(job->sink.warning_count, 3);
  cr_assert_eq(job->sink.error_count, 0);
  job_free(job);
}
