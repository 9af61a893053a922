// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics: errors and warnings as data.
//
// Every pass of the compiler adds to one sink per job; several per run are wanted. A
// diagnostic names a code (diagnostics.def: severity, title, explanation shown by
// `joist help CODE`), a file, a span, a message, and may carry notes and a hint. Text
// lives in the sink's arena. Rendering is apart: the same data becomes text for people,
// fields for exceptions and terms for tools.
//
// Thread: the job's. Fails: as the arena does.
#ifndef JOIST_DIAGNOSTICS_DIAGNOSTIC_H
#define JOIST_DIAGNOSTICS_DIAGNOSTIC_H

#include "vm/base/arena.h"
#include "vm/base/buffer.h"

typedef enum Severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE } Severity;

// DIAG_SYNTAX, DIAG_UNDEFINED_VARIABLE, ...
typedef enum DiagnosticCode {
#define X(id, text, severity, title, explanation, wrong, right) DIAG_##id,
#include "compiler/diagnostics/diagnostics.def"
#undef X
  DIAG_COUNT
} DiagnosticCode;

typedef struct DiagnosticInfo {
  const char *code; // "E0101"
  Severity severity;
  const char *title;
  const char *explanation;  // lines
  const char *wrong, *right; // programs that get it and that do not; "" where none can show it
} DiagnosticInfo;

// What is said about an exception at run time (exceptions.def).
typedef struct ExceptionInfo {
  const char *name; // "KeyError"
  const char *title, *explanation, *wrong, *right;
} ExceptionInfo;

// The table's row. Fails: never.
const DiagnosticInfo *diagnostic_info(DiagnosticCode code);
// The row of a text such as "E0101" or "e0101", or NULL.
const DiagnosticInfo *diagnostic_find(const char *code);
const ExceptionInfo *diagnostic_exception_find(const char *name);
// The rows by index; NULL behind the last.
const ExceptionInfo *diagnostic_exception(size_t index);

typedef struct DiagnosticNote {
  const char *text;
  int line, column; // 0: the note points nowhere
  struct DiagnosticNote *next;
} DiagnosticNote;

// What the exceptions of Elixir's parser need, exactly in its terms.
typedef enum SyntaxFailureKind { FAILURE_SYNTAX, FAILURE_TOKEN_MISSING, FAILURE_MISMATCHED } SyntaxFailureKind;
typedef struct SyntaxFailure {
  SyntaxFailureKind kind;
  int line, column;
  const char *prefix;        // the message, or what stands before the token
  const char *suffix;        // what stands behind the token: message is {prefix, suffix}; NULL: prefix alone
  const char *token;         // may be ""
  const char *opening;       // delimiters as text: "(", "fn", "do", ...; NULL when unknown
  const char *closing;       // FAILURE_MISMATCHED: what was found
  const char *expected;      // what should have been found
  int end_line, end_column;  // FAILURE_MISMATCHED, FAILURE_TOKEN_MISSING: where the input broke
} SyntaxFailure;

typedef struct Diagnostic {
  DiagnosticCode code;
  Severity severity;
  const char *file; // NULL: the sink's file
  int line, column;         // from 1; 0: unknown
  int end_line, end_column; // behind the last character; 0: one character
  const char *message;
  const char *hint; // NULL: none
  DiagnosticNote *notes;
  const SyntaxFailure *failure; // syntax errors only
  struct Diagnostic *next;
} Diagnostic;

typedef struct Diagnostics {
  Arena *arena;
  const char *file; // default for new diagnostics
  Diagnostic *first, *last;
  int error_count, warning_count;
  int error_max; // further errors are counted, not kept; 0: no limit
} Diagnostics;

void diagnostics_init(Diagnostics *sink, Arena *arena, const char *file);
// Adds one; the result may be given notes, a hint and an end. Never NULL.
PRINTF_LIKE(5, 6)
Diagnostic *diagnostics_add(Diagnostics *sink, DiagnosticCode code, int line, int column, const char *format, ...);
PRINTF_LIKE(5, 6)
void diagnostic_note(Diagnostics *sink, Diagnostic *d, int line, int column, const char *format, ...);
PRINTF_LIKE(3, 4) void diagnostic_hint(Diagnostics *sink, Diagnostic *d, const char *format, ...);
void diagnostic_span(Diagnostic *d, int end_line, int end_column);

typedef struct DiagnosticStyle {
  bool color;
  bool warnings_as_errors;
} DiagnosticStyle;

// One diagnostic as text. `source` (may be NULL) is the text of its file, for the
// excerpt with the caret. Ends in a newline.
void diagnostic_render(Buffer *out, const Diagnostics *sink, const Diagnostic *d, const char *source,
                       size_t source_size, DiagnosticStyle style);
// All of them, sorted by file and place, a blank line between.
void diagnostics_render(Buffer *out, const Diagnostics *sink, const char *source, size_t source_size,
                        DiagnosticStyle style);

// The candidate nearest to `word` for a "did you mean", or NULL when none is near.
const char *diagnostics_nearest(const char *word, const char *const *candidates, size_t count);

#endif
