// SPDX-License-Identifier: Apache-2.0
//
// Terms as text in the style of inspect, from C: crash reports, tests, display. Structs print as
// %Name{}; no protocol is called.
#ifndef JOIST_TERM_PRINT_H
#define JOIST_TERM_PRINT_H

#include "vm/base/buffer.h"
#include "vm/term/atom.h"
#include "vm/term/term.h"
#include "vm/term/term_context.h"

// 0 in any: no limit.
typedef struct PrintOptions {
  size_t item_limit;  // items of each list, tuple, map, code points of a string × 64: then `...`
  size_t depth_limit; // nesting: deeper terms are `...`
  size_t byte_limit;  // whole output: then it ends in `...`
} PrintOptions;

// options NULL: no limits. Fails: STATUS_NO_MEMORY.
Status term_print(const TermContext *c, Buffer *buffer, Term t, const PrintOptions *options);
// An atom as written in code: `:ok`, `nil`, `Enum`, `:"with space"`. 
void print_atom(const TermContext *c, Buffer *buffer, Term atom);
// An atom as a function name after a dot: `map`, `"odd name"`, `+`.
void print_function_name(const TermContext *c, Buffer *buffer, Term atom);
// `"…"` with escapes (quote: the delimiter).
void print_quoted(Buffer *buffer, const char *text, size_t text_bytes, char quote);

#endif
