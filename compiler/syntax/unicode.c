// SPDX-License-Identifier: Apache-2.0
//
// Names follow UAX 31: a letter or letter number first, then letters, marks, digits and
// connectors, with the few code points that Unicode adds to both sets by hand.

#include "compiler/syntax/unicode.h"

#include <string.h>
#include <utf8proc.h>

int unicode_decode(const unsigned char *p, const unsigned char *end, uint32_t *code_point) {
  if (p >= end) return 0;
  uint32_t c = p[0];
  ptrdiff_t room = end - p;
  if (c < 0x80) {
    *code_point = c;
    return 1;
  }
  if (c >= 0xC2 && c <= 0xDF && room >= 2 && (p[1] & 0xC0) == 0x80) {
    *code_point = (c & 0x1F) << 6 | (p[1] & 0x3Fu);
    return 2;
  }
  if ((c & 0xF0) == 0xE0 && room >= 3 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80) {
    uint32_t value = (c & 0x0F) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    if (value < 0x800 || (value >= 0xD800 && value <= 0xDFFF)) return 0;
    *code_point = value;
    return 3;
  }
  if (c >= 0xF0 && c <= 0xF4 && room >= 4 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 && (p[3] & 0xC0) == 0x80) {
    uint32_t value = (c & 0x07) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    if (value < 0x10000 || value > 0x10FFFF) return 0;
    *code_point = value;
    return 4;
  }
  return 0;
}

bool unicode_is_start(uint32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  switch (utf8proc_category((utf8proc_int32_t)c)) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_NL:
    return c != 0x2E2F; // the one letter that is pattern syntax
  default:
    return c == 0x1885 || c == 0x1886 || c == 0x2118 || c == 0x212E || c == 0x309B || c == 0x309C;
  }
}

bool unicode_is_upper(uint32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
}

bool unicode_is_continue(uint32_t c) {
  if (c < 0x80) return unicode_is_start(c) || (c >= '0' && c <= '9');
  switch (utf8proc_category((utf8proc_int32_t)c)) {
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_MC:
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_PC:
    return true;
  default:
    return unicode_is_start(c) || c == 0xB7 || c == 0x387 || (c >= 0x1369 && c <= 0x1371) || c == 0x19DA;
  }
}

bool unicode_is_printable(uint32_t c) {
  if (c < 0x20) return c >= 7 && c <= 13 ? true : c == 27;
  if (c < 0x7F) return true;
  return c == 0x7F || (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

bool unicode_is_bidi_control(uint32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

size_t unicode_grapheme(const unsigned char *p, const unsigned char *end) {
  uint32_t before, next;
  int used = unicode_decode(p, end, &before);
  if (used == 0) return 1;
  size_t size = (size_t)used;
  utf8proc_int32_t state = 0;
  for (;;) {
    int more = unicode_decode(p + size, end, &next);
    if (more == 0 ||
        utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)next, &state))
      return size;
    size += (size_t)more;
    before = next;
  }
}

// utf8proc's own buffers come from malloc behind our back, so it works in ours. Answers the code points that `text` has
// decomposed, which may be more than `room`; negative: not UTF-8.
#define COMPOSED ((utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE))
static utf8proc_ssize_t decompose(const char *text, size_t length, utf8proc_int32_t *into, size_t room) {
  return utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)length, into, (utf8proc_ssize_t)room, COMPOSED);
}

bool unicode_is_nfc(const char *text, size_t length) {
  enum { AT_ONCE = 256 }; // code points; longer texts are looked at in pieces that begin with a starter of ASCII
  utf8proc_int32_t points[AT_ONCE + 1];
  for (size_t from = 0; from < length;) {
    size_t to = from;
    while (to < length && (to - from < AT_ONCE / 32 || (unsigned char)text[to] >= 0x80)) to++;
    utf8proc_ssize_t count = decompose(text + from, to - from, points, AT_ONCE);
    if (count < 0 || count > AT_ONCE) return false;
    utf8proc_ssize_t size = utf8proc_reencode(points, count, COMPOSED);
    if (size != (utf8proc_ssize_t)(to - from) || memcmp(points, text + from, to - from) != 0) return false;
    from = to;
  }
  return true;
}

const char *unicode_compose(Arena *arena, const char *text, size_t *length) {
  bool micro = false;
  for (size_t i = 0; i + 1 < *length; i++) micro = micro || ((unsigned char)text[i] == 0xC2 && (unsigned char)text[i + 1] == 0xB5);
  if (micro) {
    char *copy = arena_copy(arena, text, *length);
    for (size_t i = 0; i + 1 < *length; i++)
      if ((unsigned char)copy[i] == 0xC2 && (unsigned char)copy[i + 1] == 0xB5) copy[i] = (char)0xCE, copy[i + 1] = (char)0xBC;
    text = copy;
  }
  if (unicode_is_nfc(text, *length)) return text;
  utf8proc_ssize_t count = decompose(text, *length, NULL, 0);
  if (count < 0) return text;
  utf8proc_int32_t *points = arena_get(arena, ((size_t)count + 1) * sizeof *points);
  decompose(text, *length, points, (size_t)count);
  utf8proc_ssize_t size = utf8proc_reencode(points, count, COMPOSED); // in place, a zero byte behind
  if (size < 0) return text;
  *length = (size_t)size;
  return (const char *)points;
}

static const char *const bare_operators[] = {
    "!",   "!=",  "!==", "%",   "%{}", "&",   "&&",  "&&&", "*",   "**",  "+",   "++",  "+++", "-",
    "--",  "---", "->",  ".",   "..",  "...", "..//", "/",  "<",   "<-",  "<<<", "<<>>", "<<~", "<=",
    "<>",  "<~",  "<~>", "=",   "==",  "===", "=~",  ">",   ">=",  ">>>", "@",   "\\\\", "^",
    "{}",  "|",   "|>",  "||",  "|||", "~>",  "~>>",
};

NameShape unicode_name_shape(const char *text, size_t length) {
  const unsigned char *p = (const unsigned char *)text, *end = p + length;
  if (length > 7 && memcmp(text, "Elixir.", 7) == 0) {
    p += 7;
    for (;;) {
      if (p == end || *p < 'A' || *p > 'Z') break;
      while (p < end && (unicode_is_continue(*p) && *p < 0x80)) p++;
      if (p == end) return SHAPE_ALIAS;
      if (*p++ != '.') break;
    }
    return SHAPE_QUOTED;
  }
  uint32_t c;
  int used = unicode_decode(p, end, &c);
  if (used && unicode_is_start(c)) {
    bool ascii = true;
    while (p < end) {
      used = unicode_decode(p, end, &c);
      if (!used) return SHAPE_QUOTED;
      if (!unicode_is_continue(c) && c != '@') break;
      if (c >= 0x80) ascii = false;
      p += used;
    }
    if (p + 1 == end && (*p == '?' || *p == '!')) p++;
    if (p != end) return SHAPE_QUOTED;
    return ascii || unicode_is_nfc(text, length) ? SHAPE_PLAIN : SHAPE_QUOTED;
  }
  for (size_t i = 0; i < sizeof bare_operators / sizeof *bare_operators; i++)
    if (strlen(bare_operators[i]) == length && memcmp(bare_operators[i], text, length) == 0) return SHAPE_OPERATOR;
  return SHAPE_QUOTED;
}
