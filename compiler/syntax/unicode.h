// SPDX-License-Identifier: Apache-2.0
//
// What the lexer and the printer ask of Unicode: which code points may stand in a name,
// which can be printed, where a grapheme ends. Tables are utf8proc's.
// Thread: any. Fails: never.
#ifndef JOIST_SYNTAX_UNICODE_H
#define JOIST_SYNTAX_UNICODE_H

#include "vm/base/arena.h"

// Decodes one code point; the bytes used, or 0 when they are no valid UTF-8.
int unicode_decode(const unsigned char *p, const unsigned char *end, uint32_t *code_point);
bool unicode_is_start(uint32_t code_point);    // may begin a name
bool unicode_is_upper(uint32_t code_point);    // would begin an alias
bool unicode_is_continue(uint32_t code_point); // may go on in a name
bool unicode_is_printable(uint32_t code_point);
// Controls of text direction, which may hide what a program does.
bool unicode_is_bidi_control(uint32_t code_point);
// Bytes of the grapheme cluster at p (at least one code point). p < end, valid UTF-8.
size_t unicode_grapheme(const unsigned char *p, const unsigned char *end);
// True when the bytes are in composed form (NFC).
bool unicode_is_nfc(const char *text, size_t length);

// A name in composed form (NFC), as names are interned; the text itself when it is so
// already. The micro sign becomes the Greek letter. Owns: arena.
const char *unicode_compose(Arena *arena, const char *text, size_t *length);

typedef enum NameShape {
  SHAPE_PLAIN,    // foo, foo?, foo@bar: needs no quotes as atom or key
  SHAPE_ALIAS,    // Elixir.Foo
  SHAPE_OPERATOR, // + and the like, no quotes as atom
  SHAPE_QUOTED,   // all others
} NameShape;
// How a name is written as an atom.
NameShape unicode_name_shape(const char *text, size_t length);

#endif
