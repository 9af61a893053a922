// SPDX-License-Identifier: Apache-2.0
//
// The sink of diagnostics and the table of their codes. Rendering is in render.c.

#include "compiler/diagnostics/diagnostic.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const DiagnosticInfo table[DIAG_COUNT] = {
#define X(id, text, severity, title, explanation, wrong, right) [DIAG_##id] = {text, severity, title, explanation, wrong, right},
#include "compiler/diagnostics/diagnostics.def"
#undef X
};

static const ExceptionInfo exceptions[] = {
#define X(name, title, explanation, wrong, right) {name, title, explanation, wrong, right},
#include "compiler/diagnostics/exceptions.def"
#undef X
};

const DiagnosticInfo *diagnostic_info(DiagnosticCode code) {
  CHECK((int)code >= 0 && code < DIAG_COUNT);
  return &table[code];
}

const DiagnosticInfo *diagnostic_find(const char *code) {
  for (int i = 0; i < DIAG_COUNT; i++)
    if (strcasecmp(table[i].code, code) == 0) return &table[i];
  return NULL;
}

const ExceptionInfo *diagnostic_exception(size_t index) { return index < sizeof exceptions / sizeof *exceptions ? &exceptions[index] : NULL; }

const ExceptionInfo *diagnostic_exception_find(const char *name) {
  for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
    if (strcasecmp(exceptions[i].name, name) == 0) return &exceptions[i];
  return NULL;
}

void diagnostics_init(Diagnostics *sink, Arena *arena, const char *file) {
  memset(sink, 0, sizeof *sink);
  sink->arena = arena;
  sink->file = file;
}

Diagnostic *diagnostics_add(Diagnostics *sink, DiagnosticCode code, int line, int column, const char *format,
                            ...) {
  Diagnostic *d = ARENA_NEW(sink->arena, Diagnostic);
  va_list args;
  va_start(args, format);
  d->message = arena_format_list(sink->arena, format, args);
  va_end(args);
  d->code = code;
  d->severity = diagnostic_info(code)->severity;
  d->file = sink->file;
  d->line = line;
  d->column = column;
  if (d->severity == SEVERITY_ERROR) {
    sink->error_count++;
    // Beyond the limit the caller still gets something to fill in, but it is not kept.
    if (sink->error_max > 0 && sink->error_count > sink->error_max) return d;
  } else if (d->severity == SEVERITY_WARNING) {
    sink->warning_count++;
  }
  if (sink->last) sink->last->next = d;
  else sink->first = d;
  sink->last = d;
  return d;
}

void diagnostic_note(Diagnostics *sink, Diagnostic *d, int line, int column, const char *format, ...) {
  DiagnosticNote *note = ARENA_NEW(sink->arena, DiagnosticNote);
  va_list args;
  va_start(args, format);
  note->text = arena_format_list(sink->arena, format, args);
  va_end(args);
  note->line = line;
  note->column = column;
  DiagnosticNote **end = &d->notes;
  while (*end) end = &(*end)->next;
  *end = note;
}

void diagnostic_hint(Diagnostics *sink, Diagnostic *d, const char *format, ...) {
  va_list args;
  va_start(args, format);
  d->hint = arena_format_list(sink->arena, format, args);
  va_end(args);
}

void diagnostic_span(Diagnostic *d, int end_line, int end_column) {
  d->end_line = end_line;
  d->end_column = end_column;
}

// Words longer than this are never looked at for a hint.
enum { WORD_MAX = 64 };

// Edit distance with neighbouring characters swapped as one step.
static int distance(const char *a, size_t a_size, const char *b, size_t b_size) {
  int rows[3][WORD_MAX + 1];
  int *before = rows[0], *last = rows[1], *now = rows[2];
  for (size_t j = 0; j <= b_size; j++) last[j] = (int)j;
  for (size_t i = 1; i <= a_size; i++) {
    now[0] = (int)i;
    for (size_t j = 1; j <= b_size; j++) {
      int best = last[j - 1] + (a[i - 1] != b[j - 1]);
      if (last[j] + 1 < best) best = last[j] + 1;
      if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
        best = before[j - 2] + 1;
      now[j] = best;
    }
    int *oldest = before;
    before = last, last = now, now = oldest;
  }
  return last[b_size];
}

const char *diagnostics_nearest(const char *word, const char *const *candidates, size_t count) {
  size_t size = strlen(word);
  if (size == 0 || size > WORD_MAX) return NULL;
  const char *best = NULL;
  // A third of the word may differ, and never all of it.
  int limit = (int)(size + 2) / 3, best_distance = limit + 1;
  if (size == 1) return NULL;
  for (size_t i = 0; i < count; i++) {
    size_t other = strlen(candidates[i]);
    if (other > WORD_MAX || strcmp(candidates[i], word) == 0) continue;
    int d = distance(word, size, candidates[i], other);
    if (d < best_distance) best_distance = d, best = candidates[i];
  }
  return best;
}
