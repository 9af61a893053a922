// SPDX-License-Identifier: Apache-2.0
//
// `joist help CODE`, `joist help EXCEPTION`, `joist help codes`: what the tables of compiler/diagnostics say.
#include <stdio.h>
#include <string.h>

#include "compiler/diagnostics/diagnostic.h"
#include "vm/main/commands.h"

static void print_program(const char *title, const char *program) {
  if (!*program) return;
  printf("\n%s\n\n", title);
  for (const char *line = program; *line;) {
    const char *end = strchr(line, '\n');
    int length = end ? (int)(end - line) : (int)strlen(line);
    if (length) printf("    %.*s\n", length, line);
    else putchar('\n');
    line += length + (end != NULL);
  }
}

static void print_entry(const char *name, const char *kind, const char *title, const char *explanation, const char *wrong, const char *right) {
  printf("%s: %s (%s)\n\n%s", name, title, kind, explanation);
  print_program("Wrong:", wrong);
  print_program("Right:", right);
}

static void print_diagnostic(const DiagnosticInfo *d) {
  print_entry(d->code, d->severity == SEVERITY_ERROR ? "error" : "warning", d->title, d->explanation, d->wrong, d->right);
}

static void print_codes(void) {
  for (int i = 0; i < DIAG_COUNT; i++) printf("%s  %s\n", diagnostic_info((DiagnosticCode)i)->code, diagnostic_info((DiagnosticCode)i)->title);
  putchar('\n');
  const ExceptionInfo *e;
  for (size_t i = 0; (e = diagnostic_exception(i)); i++) printf("%-22s  %s\n", e->name, e->title);
}

bool explain_word(const char *word) {
  const DiagnosticInfo *d = diagnostic_find(word);
  const ExceptionInfo *e = d ? NULL : diagnostic_exception_find(word);
  if (strcmp(word, "codes") == 0) print_codes();
  else if (d) print_diagnostic(d);
  else if (e) print_entry(e->name, "exception", e->title, e->explanation, e->wrong, e->right);
  return d || e || strcmp(word, "codes") == 0;
}

const char *explain_nearest(const char *word) {
  enum { NAMES_MAX = DIAG_COUNT + 64 };
  const char *names[NAMES_MAX];
  size_t n = 0;
  for (int i = 0; i < DIAG_COUNT; i++) names[n++] = diagnostic_info((DiagnosticCode)i)->code;
  const ExceptionInfo *e;
  for (size_t i = 0; n < NAMES_MAX && (e = diagnostic_exception(i)); i++) names[n++] = e->name;
  for (int i = 0; i < COMMAND_INDEX_COUNT && n < NAMES_MAX; i++)
    if (*COMMAND_TABLE[i].name) names[n++] = COMMAND_TABLE[i].name;
  return diagnostics_nearest(word, names, n);
}
