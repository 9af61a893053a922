// SPDX-License-Identifier: Apache-2.0
//
// Numbers and characters: 1_000, 0x1F, 0b101, 0o17, 1.5e-3, ?a, ?\n.

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/syntax/lexer.h"
#include "compiler/syntax/unicode.h"

// Digits a literal of base 2, 8 or 16 may have: turning it into decimal is quadratic.

static int digit_value(int c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// Copies digits of a base from p, single underscores between them left out.
static const unsigned char *scan_digits(const Lexer *l, const unsigned char *p, int base, char *out, size_t *count) {
  for (;;) {
    if (p >= l->end) break;
    if (digit_value(*p) < base) {
      out[(*count)++] = (char)*p++;
    } else if (*p == '_' && *count && p + 1 < l->end && digit_value(p[1]) < base) {
      p++;
    } else {
      break;
    }
  }
  return p;
}

// The decimal digits of a number in another base, by limbs of 18 decimal digits.
static Quoted *from_base(Names *names, const char *digits, size_t count, unsigned base) {
  const uint64_t limit = 1000000000000000000ull;
  size_t limb_max = count / 14 + 2, limb_count = 1;
  uint64_t *limbs = ARENA_ARRAY(names->arena, uint64_t, limb_max);
  // As many digits at once as a machine word takes.
  for (size_t i = 0; i < count;) {
    uint64_t factor = 1, chunk = 0;
    while (i < count && factor < (1ull << 56)) {
      chunk = chunk * base + (uint64_t)digit_value(digits[i++]);
      factor *= base;
    }
    for (size_t k = 0; k < limb_count; k++) {
      unsigned __int128 wide = (unsigned __int128)limbs[k] * factor + chunk;
      limbs[k] = (uint64_t)(wide % limit);
      chunk = (uint64_t)(wide / limit);
    }
    while (chunk) {
      CHECK(limb_count < limb_max);
      limbs[limb_count++] = chunk % limit;
      chunk /= limit;
    }
  }
  char *text = arena_get(names->arena, limb_count * 18 + 1);
  for (size_t k = 0; k < limb_count; k++) {
    uint64_t limb = limbs[limb_count - 1 - k];
    for (int d = 17; d >= 0; d--) {
      text[k * 18 + (size_t)d] = (char)('0' + limb % 10);
      limb /= 10;
    }
  }
  return quoted_bigint(names, text, limb_count * 18, false);
}

// A letter or underscore right behind a number.
static bool check_end(Lexer *l, const unsigned char *start, int column) {
  if (l->p >= l->end) return true;
  uint32_t c;
  int used = unicode_decode(l->p, l->end, &c);
  if (!used || !unicode_is_start(c)) return true;
  Arena *arena = l->names->arena;
  int length = (int)(l->p - start);
  const char *bad = arena_copy(arena, l->p, (size_t)used);
  const char *number = arena_copy(arena, start, (size_t)length);
  Diagnostic *d = lexer_error(l, DIAG_NUMBER, l->line, column,
                              arena_format(arena, "invalid character \"%s\" after number %s, names cannot begin with digits. Unexpected token: ", bad, number),
                              bad, "\"%s\" directly after the number %s", bad, number);
  diagnostic_span(d, l->line, column + length + 1);
  if (c == 'e' || c == 'E') diagnostic_hint(l->sink, d, "an exponent needs a fraction before it and digits behind it: 1.0e5");
  else if (c == '_') diagnostic_hint(l->sink, d, "underscores stand one by one between digits: 1_000");
  else diagnostic_hint(l->sink, d, "separate the number from what follows; names cannot begin with a digit");
  while (l->p < l->end && (used = unicode_decode(l->p, l->end, &c)) && unicode_is_continue(c)) {
    l->p += used;
    l->wide += used - 1;
  }
  return false;
}

void lexer_number(Lexer *l) {
  const unsigned char *start = l->p, *p = start;
  int column = lexer_column(l, start);
  unsigned base = 10;
  if (*p == '0' && l->end - p > 2) {
    unsigned wanted = p[1] == 'x' ? 16 : p[1] == 'o' ? 8 : p[1] == 'b' ? 2 : 10;
    if (wanted != 10 && digit_value(p[2]) < (int)wanted) base = wanted, p += 2;
  }
  // Small literals are the rule: no copy for them.
  char small[64], *digits = small;
  const unsigned char *q = p;
  while (q < l->end && (digit_value(*q) < (int)base || *q == '_')) q++;
  if ((size_t)(q - p) >= sizeof small) digits = arena_get(l->names->arena, (size_t)(q - p) + 1);
  size_t count = 0;
  p = scan_digits(l, p, (int)base, digits, &count);
  if (base == 10 && l->end - p > 1 && *p == '.' && lexer_is_digit(p[1])) {
    // A float: fraction and exponent, read as text.
    const unsigned char *f = p + 1;
    while (f < l->end && (lexer_is_digit(*f) || *f == '_')) f++;
    size_t room = (size_t)(f - start) + 64;
    const unsigned char *e = f;
    while (e < l->end && lexer_is_digit(*e)) e++;
    const unsigned char *x = f;
    if (x < l->end && (*x == 'e' || *x == 'E')) {
      x++;
      if (x < l->end && (*x == '-' || *x == '+')) x++;
      while (x < l->end && (lexer_is_digit(*x) || *x == '_')) x++;
    }
    room += (size_t)(x - start);
    char *text = arena_get(l->names->arena, room);
    memcpy(text, digits, count);
    size_t size = count;
    text[size++] = '.';
    count = 0;
    p = scan_digits(l, p + 1, 10, text + size, &count);
    size += count;
    if (l->end - p > 1 && (*p == 'e' || *p == 'E')) {
      const unsigned char *sign = p + 1;
      bool has_sign = *sign == '-' || *sign == '+';
      const unsigned char *first = sign + (has_sign ? 1 : 0);
      if (first < l->end && lexer_is_digit(*first)) {
        text[size++] = 'e';
        if (has_sign) text[size++] = (char)*sign;
        count = 0;
        p = scan_digits(l, first, 10, text + size, &count);
        size += count;
      }
    }
    text[size] = 0;
    l->p = p;
    double value = strtod(text, NULL);
    if (isinf(value)) {
      lexer_error(l, DIAG_NUMBER, l->line, column, "invalid float number ",
                  arena_copy(l->names->arena, start, (size_t)(p - start)), "the float is out of range");
      value = 0;
    }
    if (!check_end(l, start, column)) {
      lexer_add(l, T_BAD, start, l->line, column);
      return;
    }
    lexer_add(l, T_NUMBER, start, l->line, column)->value = quoted_float(l->names, value);
    return;
  }
  l->p = p;
  if (!check_end(l, start, column)) {
    lexer_add(l, T_BAD, start, l->line, column);
    return;
  }
  Quoted *value;
  if (base == 10) {
    value = quoted_bigint(l->names, digits, count, false);
  } else if (count <= 15 || (base != 16 && count <= 20)) {
    int64_t number = 0;
    for (size_t i = 0; i < count; i++) number = number * base + digit_value(digits[i]);
    value = quoted_int(l->names, number);
  } else if (count > BASED_DIGITS_MAX) {
    lexer_error(l, DIAG_NUMBER, l->line, column, "number too long ", "", "a literal of base %u has at most %d digits", base,
                BASED_DIGITS_MAX);
    value = quoted_int(l->names, 0);
  } else {
    value = from_base(l->names, digits, count, base);
  }
  lexer_add(l, T_INTEGER, start, l->line, column)->value = value;
}

void lexer_char(Lexer *l) {
  const unsigned char *start = l->p, *p = start + 1;
  int line = l->line, column = lexer_column(l, start);
  bool escaped = p < l->end && *p == '\\' && p + 1 < l->end;
  if (escaped) p++;
  uint32_t c = 0;
  int used = unicode_decode(p, l->end, &c);
  if (used == 0) {
    Diagnostic *d = lexer_error(l, DIAG_UNEXPECTED_CHARACTER, line, column, "unexpected token: ",
                                lexer_char_text(l, start), "? without a character behind it");
    diagnostic_hint(l->sink, d, "?a is the code point of a; a space is ?\\s");
    lexer_add(l, T_BAD, start, line, column);
    l->p = p < l->end ? p + 1 : l->end;
    return;
  }
  p += used;
  l->wide += used - 1;
  if (escaped) {
    switch (c) {
    case '0': c = 0; break;
    case 'a': c = 7; break;
    case 'b': c = 8; break;
    case 'd': c = 127; break;
    case 'e': c = 27; break;
    case 'f': c = 12; break;
    case 'n': c = 10; break;
    case 'r': c = 13; break;
    case 's': c = 32; break;
    case 't': c = 9; break;
    case 'v': c = 11; break;
    default: break;
    }
  }
  l->p = p;
  Token *t = lexer_add(l, T_NUMBER, start, line, column);
  t->value = quoted_int(l->names, c);
  if (p[-1] == '\n') lexer_newline(l, p);
}
