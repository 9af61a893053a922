// SPDX-License-Identifier: Apache-2.0
//
// Strings, atoms and names as code writes them: what print.c writes whole.
#ifndef JOIST_TERM_PRINT_TEXT_H
#define JOIST_TERM_PRINT_TEXT_H

#include "vm/term/print.h"

// Valid UTF-8 of characters that inspect shows in a string.
bool text_is_printable(const unsigned char *text, size_t text_bytes);
// `"…"` with at most `limit` characters (0: all), then `" <> ...`.
void print_string(Buffer *buffer, const unsigned char *text, size_t text_bytes, size_t limit);
// The name of a function, quoted when it is no identifier or operator.
void print_name_text(Buffer *buffer, const char *text, size_t text_bytes);
// `key: `
void print_key(const TermContext *c, Buffer *buffer, Term atom);

#endif
