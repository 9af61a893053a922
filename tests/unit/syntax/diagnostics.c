// SPDX-License-Identifier: Apache-2.0
//
// Guards compiler/diagnostics: the table, the text people see, the search for near words.

#include "support.h"

Test(diagnostics, table_is_sound) {
  for (int i = 0; i < DIAG_COUNT; i++) {
    const DiagnosticInfo *info = diagnostic_info((DiagnosticCode)i);
    cr_assert_eq(strlen(info->code), 5u);
    cr_assert_eq(info->code[0], info->severity == SEVERITY_ERROR ? 'E' : 'W', "%s", info->code);
    cr_assert_gt(strlen(info->explanation), 20u, "%s", info->code);
    cr_assert_eq(diagnostic_find(info->code), info, "%s stands twice", info->code);
  }
  cr_assert_eq(diagnostic_find("e0301"), diagnostic_info(DIAG_UNDEFINED_VARIABLE));
  cr_assert_null(diagnostic_find("E9999"));
}

Test(diagnostics, text_with_excerpt) {
  Job *job = job_new();
  Diagnostic *d = diagnostics_add(&job->sink, DIAG_UNDEFINED_VARIABLE, 2, 3, "undefined variable \"%s\"", "foo");
  diagnostic_span(d, 2, 6);
  diagnostic_hint(&job->sink, d, "did you mean \"%s\"?", "fox");
  diagnostic_note(&job->sink, d, 1, 1, "fox is bound here");
  diagnostic_note(&job->sink, d, 0, 0, "nothing else is");
  cr_assert_str_eq(job_render(job, "fox = 1\n  foo + 1\n", (DiagnosticStyle){0}),
                   "error[E0301]: undefined variable \"foo\"\n"
                   "  --> file.exs:2:3\n"
                   "   |\n"
                   " 2 |   foo + 1\n"
                   "   |   ^^^\n"
                   "   = note: fox is bound here (line 1)\n"
                   "   |\n"
                   " 1 | fox = 1\n"
                   "   | ^\n"
                   "   = note: nothing else is\n"
                   "   = hint: did you mean \"fox\"?\n");
  job_free(job);
}

Test(diagnostics, caret_stands_under_wide_text_and_tabs) {
  Job *job = job_new();
  diagnostics_add(&job->sink, DIAG_SYNTAX, 1, 5, "here");
  cr_assert_str_eq(job_render(job, "\t\xC3\xA9\xC3\xA9 +", (DiagnosticStyle){0}),
                   "error[E0201]: here\n  --> file.exs:1:5\n   |\n 1 | \t\xC3\xA9\xC3\xA9 +\n   | \t   ^\n");
  job_free(job);
}

Test(diagnostics, sorted_and_apart) {
  Job *job = job_new();
  diagnostics_add(&job->sink, DIAG_SYNTAX, 5, 1, "second");
  diagnostics_add(&job->sink, DIAG_UNUSED_VARIABLE, 2, 1, "first");
  cr_assert_str_eq(job_render(job, NULL, (DiagnosticStyle){0}),
                   "warning[W0301]: first\n  --> file.exs:2:1\n\nerror[E0201]: second\n  --> file.exs:5:1\n");
  cr_assert_eq(job->sink.error_count, 1);
  cr_assert_eq(job->sink.warning_count, 1);
  job_free(job);
}

Test(diagnostics, color_and_control_characters) {
  Job *job = job_new();
  diagnostics_add(&job->sink, DIAG_SYNTAX, 1, 1, "x");
  const char *text = job_render(job, "a\033[2Jb", (DiagnosticStyle){.color = true});
  cr_assert_not_null(strstr(text, "\033[1;31merror[E0201]\033[0m"));
  cr_assert_null(strstr(text, "\033[2J"));
  job_free(job);
}

Test(diagnostics, limit_counts_the_rest) {
  Job *job = job_new();
  job->sink.error_max = 2;
  for (int i = 1; i <= 5; i++) diagnostics_add(&job->sink, DIAG_SYNTAX, i, 1, "x");
  const char *text = job_render(job, NULL, (DiagnosticStyle){0});
  cr_assert_not_null(strstr(text, "3 further errors"));
  cr_assert_eq(job->sink.error_count, 5);
  job_free(job);
}

Test(diagnostics, very_long_lines_are_cut) {
  Job *job = job_new();
  char source[5001];
  memset(source, 'a', 5000);
  source[5000] = 0;
  diagnostics_add(&job->sink, DIAG_SYNTAX, 1, 3000, "x");
  const char *text = job_render(job, source, (DiagnosticStyle){0});
  cr_assert_lt(strlen(text), 700u);
  cr_assert_not_null(strstr(text, "^"));
  job_free(job);
}

Test(diagnostics, nearest_word) {
  const char *words[] = {"length", "reduce", "reverse", "map", "x"};
  cr_assert_str_eq(diagnostics_nearest("lenght", words, 5), "length");
  cr_assert_str_eq(diagnostics_nearest("revers", words, 5), "reverse");
  cr_assert_str_eq(diagnostics_nearest("mpa", words, 5), "map");
  cr_assert_null(diagnostics_nearest("banana", words, 5));
  cr_assert_null(diagnostics_nearest("y", words, 5));
}
