// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics as text for people.
//
//     error[E0301]: undefined variable "x"
//       --> shop.exs:3:5
//        |
//      3 |     x + 1
//        |     ^
//        = note: opened here, line 1
//        = hint: did you mean "y"?
//
// Columns count code points; the caret line repeats tabs so that it stays under its
// character in any terminal.

#include <stdlib.h>
#include <string.h>

#include "compiler/diagnostics/diagnostic.h"

static const char *const severity_text[] = {"error", "warning", "note"};
static const char *const severity_color[] = {"\033[1;31m", "\033[1;33m", "\033[1;36m"};

typedef struct Painter {
  Buffer *out;
  bool color;
} Painter;

static void paint(Painter *p, const char *color) {
  if (p->color) buffer_text(p->out, color);
}
static void plain(Painter *p) { paint(p, "\033[0m"); }

// The text of line `number` (from 1); false when the source is shorter.
static bool find_line(const char *source, size_t size, int number, const char **start, size_t *length) {
  const char *p = source, *end = source + size;
  for (int line = 1; line < number; line++) {
    const char *next = memchr(p, '\n', (size_t)(end - p));
    if (!next) return false;
    p = next + 1;
  }
  const char *stop = memchr(p, '\n', (size_t)(end - p));
  if (!stop) stop = end;
  if (stop > p && stop[-1] == '\r') stop--;
  *start = p;
  *length = (size_t)(stop - p);
  return p < end || number == 1;
}

static int digit_count(int number) {
  int digits = 1;
  while (number >= 10) number /= 10, digits++;
  return digits;
}

static void add_spaces(Buffer *out, int count) {
  for (int i = 0; i < count; i++) buffer_byte(out, ' ');
}

static void gutter(Painter *p, int width, const char *mark) {
  add_spaces(p->out, width + 2);
  paint(p, "\033[34m");
  buffer_text(p->out, mark);
  plain(p);
}

// The line of source, and below it carets from `column` to `end_column`.
static void excerpt(Painter *p, const char *source, size_t size, int line, int column, int end_column, int width,
                    const char *color) {
  const char *text;
  size_t length;
  if (!source || line <= 0 || !find_line(source, size, line, &text, &length)) return;
  // Very long lines (generated code) are cut around the caret.
  enum { LINE_MAX_BYTES = 200 };
  int first_column = 1;
  bool cut_end = false;
  if (length > LINE_MAX_BYTES) {
    while (column - first_column > 60 && length > 0) {
      do text++, length--;
      while (length > 0 && ((unsigned char)*text & 0xC0) == 0x80);
      first_column++;
    }
    if (length > LINE_MAX_BYTES) {
      length = LINE_MAX_BYTES;
      while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
      cut_end = true;
    }
  }
  gutter(p, width, "|\n");
  add_spaces(p->out, 1 + width - digit_count(line));
  paint(p, "\033[34m");
  buffer_format(p->out, "%d |", line);
  plain(p);
  if (length > 0) buffer_byte(p->out, ' ');
  if (first_column > 1) buffer_text(p->out, "...");
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    // Control characters must not reach a terminal.
    if ((c < 32 && c != '\t') || c == 127) buffer_byte(p->out, '?');
    else buffer_byte(p->out, c);
  }
  if (cut_end) buffer_text(p->out, "...");
  buffer_byte(p->out, '\n');
  if (column <= 0) return;
  gutter(p, width, "| ");
  if (first_column > 1) buffer_text(p->out, "   ");
  size_t i = 0;
  int at = first_column;
  for (; at < column; at++) {
    bool tab = i < length && text[i] == '\t';
    buffer_byte(p->out, tab ? '\t' : ' ');
    if (i < length)
      do i++;
      while (i < length && ((unsigned char)text[i] & 0xC0) == 0x80);
  }
  paint(p, color);
  int carets = 0;
  do {
    buffer_byte(p->out, '^');
    carets++;
    if (i < length)
      do i++;
      while (i < length && ((unsigned char)text[i] & 0xC0) == 0x80);
  } while (++at < end_column && i < length && carets < LINE_MAX_BYTES);
  plain(p);
  buffer_byte(p->out, '\n');
}

// Text whose further lines are indented under the first.
static void indented(Painter *p, const char *text, int indent) {
  for (; *text; text++) {
    buffer_byte(p->out, (unsigned char)*text);
    if (*text == '\n' && text[1] && text[1] != '\n') add_spaces(p->out, indent);
  }
}

void diagnostic_render(Buffer *out, const Diagnostics *sink, const Diagnostic *d, const char *source,
                       size_t source_size, DiagnosticStyle style) {
  Painter painter = {out, style.color}, *p = &painter;
  Severity severity = d->severity;
  if (severity == SEVERITY_WARNING && style.warnings_as_errors) severity = SEVERITY_ERROR;
  const char *color = severity_color[severity];
  int width = digit_count(d->line > 0 ? d->line : 1);
  for (const DiagnosticNote *n = d->notes; n; n = n->next)
    if (n->line > 0 && digit_count(n->line) > width) width = digit_count(n->line);

  paint(p, color);
  buffer_format(out, "%s[%s]", severity_text[severity], diagnostic_info(d->code)->code);
  plain(p);
  buffer_text(out, ": ");
  indented(p, d->message, 2);
  buffer_byte(out, '\n');
  const char *file = d->file ? d->file : sink->file;
  if (file || d->line > 0) {
    add_spaces(out, width + 1);
    paint(p, "\033[34m");
    buffer_text(out, "-->");
    plain(p);
    buffer_format(out, " %s", file ? file : "nofile");
    if (d->line > 0) buffer_format(out, ":%d", d->line);
    if (d->line > 0 && d->column > 0) buffer_format(out, ":%d", d->column);
    buffer_byte(out, '\n');
  }
  int end_column = d->end_column;
  if (d->end_line > d->line) end_column = 1 << 30;
  excerpt(p, source, source_size, d->line, d->column, end_column, width, color);
  for (const DiagnosticNote *n = d->notes; n; n = n->next) {
    gutter(p, width, "= ");
    buffer_text(out, "note: ");
    indented(p, n->text, width + 10);
    if (n->line > 0) {
      buffer_format(out, " (line %d)\n", n->line);
      if (n->line != d->line) excerpt(p, source, source_size, n->line, n->column, 0, width, "\033[1;36m");
    } else {
      buffer_byte(out, '\n');
    }
  }
  if (d->hint) {
    gutter(p, width, "= ");
    paint(p, "\033[1;32m");
    buffer_text(out, "hint");
    plain(p);
    buffer_text(out, ": ");
    indented(p, d->hint, width + 10);
    buffer_byte(out, '\n');
  }
}

typedef struct Ranked {
  const Diagnostic *d;
  int order;
} Ranked;

static int compare_places(const void *left, const void *right) {
  const Ranked *a = left, *b = right;
  int files = strcmp(a->d->file ? a->d->file : "", b->d->file ? b->d->file : "");
  if (files) return files;
  if (a->d->line != b->d->line) return a->d->line < b->d->line ? -1 : 1;
  if (a->d->column != b->d->column) return a->d->column < b->d->column ? -1 : 1;
  return a->order < b->order ? -1 : a->order > b->order;
}

void diagnostics_render(Buffer *out, const Diagnostics *sink, const char *source, size_t source_size,
                        DiagnosticStyle style) {
  int count = 0;
  for (const Diagnostic *d = sink->first; d; d = d->next) count++;
  if (count == 0) return;
  Ranked *ranked = ARENA_ARRAY(sink->arena, Ranked, count);
  int i = 0;
  for (const Diagnostic *d = sink->first; d; d = d->next, i++) ranked[i] = (Ranked){d, i};
  qsort(ranked, (size_t)count, sizeof *ranked, compare_places);
  for (i = 0; i < count; i++) {
    if (i > 0) buffer_byte(out, '\n');
    const Diagnostic *d = ranked[i].d;
    // The excerpt is only right for the file whose text was given.
    bool same = !d->file || !sink->file || strcmp(d->file, sink->file) == 0;
    diagnostic_render(out, sink, d, same ? source : NULL, same ? source_size : 0, style);
  }
  if (sink->error_max > 0 && sink->error_count > sink->error_max)
    buffer_format(out, "\n%d further errors are not shown\n", sink->error_count - sink->error_max);
}
