// SPDX-License-Identifier: Apache-2.0
//
// The parser's door: text in, quoted terms and diagnostics out.
//
// The result equals `Code.string_to_quoted(text, columns: true, token_metadata: true)` of
// Elixir at level 1.18 (docs/reference/differences.md lists what differs from 1.14).
// Several syntax errors are found per run; the first one carries a SyntaxFailure.
// Linear in the length of the text. Thread: the job's.
#ifndef JOIST_SYNTAX_PARSER_H
#define JOIST_SYNTAX_PARSER_H

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/syntax/quoted.h"
#include "vm/base/limits.h"

// How deep a program may nest is PARSE_DEPTH_MAX of limits.def. Operators count one, calls without parentheses three,
// brackets and blocks five (by what they take of the C stack, which stays under 2 MB).
enum { PARSE_ERRORS_MAX = 20 };

typedef struct ParseOptions {
  int line, column;     // of the first character; 0 means 1
  bool columns;         // `column:` in metadata
  bool token_metadata;  // closing, do, end, end_of_expression, newlines, delimiter, ...
  bool emit_warnings;
  bool first_error_only; // stop at the first error (string_to_quoted)
  // When given, a name that the VM does not know is an error (`existing_atoms_only: true`).
  bool (*atom_exists)(void *context, const char *text, size_t length);
  void *atom_context;
} ParseOptions;

// What the compiler wants: columns on, token metadata off, warnings on.
ParseOptions parse_options_compile(void);
// What `Code.string_to_quoted(s, columns: true, token_metadata: true)` wants.
ParseOptions parse_options_full(void);

// The program as one expression or a `__block__`; NULL when there was an error (then
// `sink` holds at least one). `text` need not end in zero and must outlive only the call.
Quoted *parse_program(Names *names, const ParseOptions *options, const char *text, size_t length,
                      Diagnostics *sink);

typedef enum ParseStatus { PARSE_COMPLETE, PARSE_INCOMPLETE, PARSE_WRONG } ParseStatus;
// Whether more lines could make this input right (for the shell).
ParseStatus parse_status(Names *names, const char *text, size_t length);

#endif
