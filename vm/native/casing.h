// SPDX-License-Identifier: Apache-2.0
//
// Changing the case of text, with the full mappings of Unicode (casing.def over utf8proc's simple ones). Pure functions.
//
// Bytes that start no valid character are copied as they are.
#ifndef JOIST_NATIVE_CASING_H
#define JOIST_NATIVE_CASING_H

#include "vm/base/buffer.h"

typedef enum CasingMode { CASING_DEFAULT, CASING_ASCII, CASING_GREEK, CASING_TURKIC } CasingMode;

enum { CASING_POINTS_MAX = 3 };
// The mapping of one code point; answers how many come out.
unsigned casing_upper(uint32_t point, CasingMode mode, uint32_t to[CASING_POINTS_MAX]);
unsigned casing_title(uint32_t point, CasingMode mode, uint32_t to[CASING_POINTS_MAX]);

// Appends the text in upper or lower case to `out`. Fails: out->failed.
void casing_text_upper(Buffer *out, const unsigned char *bytes, size_t size, CasingMode mode);
void casing_text_lower(Buffer *out, const unsigned char *bytes, size_t size, CasingMode mode);
// The first byte that upper (or lower) case of ASCII changes or that is no ASCII; size when there is none.
size_t casing_ascii_unchanged(const unsigned char *bytes, size_t size, bool upper);
// ASCII letters only; other bytes are copied.
void casing_ascii(const unsigned char *bytes, size_t size, unsigned char *to, bool upper);

#endif
