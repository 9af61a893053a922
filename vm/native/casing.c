// SPDX-License-Identifier: Apache-2.0
#include "vm/native/casing.h"

#include "vm/native/text_scan.h"

typedef struct Mapping {
  uint16_t from, to[CASING_POINTS_MAX]; // zeros behind the last
} Mapping;

#define TITLE(from, a, b, c)
static const Mapping UPPER_MAPPINGS[] = {
#define UPPER(from, a, b, c) {from, {a, b, c}},
#include "vm/native/casing.def"
#undef UPPER
};
#undef TITLE
#define UPPER(from, a, b, c)
static const Mapping TITLE_MAPPINGS[] = {
#define TITLE(from, a, b, c) {from, {a, b, c}},
#include "vm/native/casing.def"
#undef TITLE
};
#undef UPPER
enum { DOTTED_I = 0x130, DOTLESS_I = 0x131, DOT_ABOVE = 0x307, SIGMA = 0x3a3, SMALL_SIGMA = 0x3c3, FINAL_SIGMA = 0x3c2 };

static unsigned look_up(const Mapping *table, size_t count, uint32_t point, uint32_t *to) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (table[middle].from < point) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == count || table[low].from != point) return 0;
  unsigned n = 0;
  for (; n < CASING_POINTS_MAX && table[low].to[n]; n++) to[n] = table[low].to[n];
  return n;
}

// --- the letters that most text is written in, without looking in tables

static inline bool has_no_case(uint32_t c) { return (c >= 0x2e80 && c < 0xa4d0) || (c >= 0xac00 && c < 0xd7a4); }
static inline uint32_t simple_upper(uint32_t c) {
  if (c >= 0x410 && c < 0x460) return c < 0x430 ? c : c < 0x450 ? c - 0x20 : c - 0x50; // Cyrillic
  if (c >= 0xc0 && c < 0xff) return c >= 0xe0 && c != 0xf7 ? c - 0x20 : c;              // Latin-1, sharp s was taken before
  if (c >= 0x3b1 && c < 0x3ca) return c == FINAL_SIGMA ? SIGMA : c - 0x20;              // Greek
  return has_no_case(c) ? c : (uint32_t)utf8proc_toupper((utf8proc_int32_t)c);
}
static inline uint32_t simple_lower(uint32_t c) {
  if (c >= 0x400 && c < 0x460) return c < 0x410 ? c + 0x50 : c < 0x430 ? c + 0x20 : c;
  if (c >= 0xc0 && c < 0x100) return c < 0xdf && c != 0xd7 ? c + 0x20 : c;
  if (c >= 0x3b1 && c < 0x3ca) return c;
  return has_no_case(c) ? c : (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}
static inline void put_point(Buffer *b, uint32_t c) {
  if (UNLIKELY(b->capacity - b->size < 4) && !buffer_reserve(b, 4)) return;
  unsigned char *to = (unsigned char *)b->data + b->size;
  if (c < 0x80) {
    to[0] = (unsigned char)c;
    b->size += 1;
  } else if (c < 0x800) {
    to[0] = (unsigned char)(0xc0 | c >> 6);
    to[1] = (unsigned char)(0x80 | (c & 0x3f));
    b->size += 2;
  } else if (c < 0x10000) {
    to[0] = (unsigned char)(0xe0 | c >> 12);
    to[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
    to[2] = (unsigned char)(0x80 | (c & 0x3f));
    b->size += 3;
  } else {
    to[0] = (unsigned char)(0xf0 | c >> 18);
    to[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
    to[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
    to[3] = (unsigned char)(0x80 | (c & 0x3f));
    b->size += 4;
  }
}

unsigned casing_upper(uint32_t point, CasingMode mode, uint32_t to[CASING_POINTS_MAX]) {
  if (point < 0x80) {
    to[0] = point >= 'a' && point <= 'z' ? point - 32 : point;
    if (mode == CASING_TURKIC && point == 'i') to[0] = DOTTED_I;
    return 1;
  }
  to[0] = point;
  if (mode == CASING_ASCII) return 1;
  bool may_be_special = point == 0xdf || (point >= 0x149 && point <= 0x587 && (point < 0x400 || point == 0x587)) || (point >= 0x1e96 && point <= 0x1ffc) || (point >= 0xfb00 && point <= 0xfb17);
  unsigned n = may_be_special ? look_up(UPPER_MAPPINGS, sizeof UPPER_MAPPINGS / sizeof *UPPER_MAPPINGS, point, to) : 0;
  if (n) return n;
  to[0] = simple_upper(point);
  return 1;
}

unsigned casing_title(uint32_t point, CasingMode mode, uint32_t to[CASING_POINTS_MAX]) {
  unsigned n = mode == CASING_ASCII || point < 0x80 ? 0 : look_up(TITLE_MAPPINGS, sizeof TITLE_MAPPINGS / sizeof *TITLE_MAPPINGS, point, to);
  return n ? n : casing_upper(point, mode, to);
}

size_t casing_ascii_unchanged(const unsigned char *bytes, size_t size, bool upper) {
  unsigned char first = upper ? 'a' : 'A';
  size_t i = 0;
  // Blocks without a branch inside, so that they become vector code.
  for (; size - i >= 32; i += 32) {
    unsigned changed = 0;
    for (size_t k = 0; k < 32; k++) changed |= (unsigned)((unsigned char)(bytes[i + k] - first) < 26) | bytes[i + k] >> 7;
    if (changed) break;
  }
  while (i < size && bytes[i] < 0x80 && (unsigned char)(bytes[i] - first) >= 26) i++;
  return i;
}

void casing_ascii(const unsigned char *bytes, size_t size, unsigned char *to, bool upper) {
  unsigned char first = upper ? 'a' : 'A';
  for (size_t i = 0; i < size; i++) to[i] = (unsigned char)(bytes[i] ^ ((unsigned char)(bytes[i] - first) < 26 ? 0x20 : 0));
}

// Appends a run of ASCII; answers its size.
static size_t add_ascii(Buffer *out, const unsigned char *bytes, size_t size, bool upper) {
  if (bytes[0] >= 0x80) return 0;
  size_t run = text_ascii_run(bytes, size);
  if (run && buffer_reserve(out, run)) {
    casing_ascii(bytes, run, (unsigned char *)out->data + out->size, upper);
    out->size += run;
  }
  return run;
}

void casing_text_upper(Buffer *out, const unsigned char *bytes, size_t size, CasingMode mode) {
  for (size_t at = 0; at < size && !out->failed;) {
    if (mode != CASING_TURKIC) at += add_ascii(out, bytes + at, size - at, true);
    if (at >= size) break;
    uint32_t point, to[CASING_POINTS_MAX];
    unsigned n = text_decode(bytes + at, size - at, &point);
    if (!n) {
      buffer_byte(out, bytes[at++]);
      continue;
    }
    unsigned count = casing_upper(point, mode, to);
    for (unsigned i = 0; i < count; i++) put_point(out, to[i]);
    at += n;
  }
}

// --- the final sigma: behind a letter, and no letter follows; what has no case of its own is looked through.

static bool is_cased(uint32_t c) {
  utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
  return k == UTF8PROC_CATEGORY_LU || k == UTF8PROC_CATEGORY_LL || k == UTF8PROC_CATEGORY_LT;
}
static bool is_looked_through(uint32_t c) {
  switch (c) {
    case '\'':
    case '.':
    case ':':
    case 0xb7:
    case 0x387:
    case 0x5f4:
    case 0x2018:
    case 0x2019:
    case 0x2024:
    case 0x2027:
    case 0xfe13:
    case 0xfe52:
    case 0xfe55:
    case 0xff07:
    case 0xff0e:
    case 0xff1a: return true;
    default: break;
  }
  switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK: return true;
    default: return false;
  }
}
// The size of the valid character that ends before `end`; 0: none.
static unsigned decode_before(const unsigned char *start, const unsigned char *end, uint32_t *point) {
  for (unsigned n = 1; n <= 4 && n <= (size_t)(end - start); n++)
    if ((end[-(ptrdiff_t)n] & 0xc0) != 0x80) return text_decode(end - n, n, point) == n ? n : 0;
  return 0;
}
enum { LETTERS_WITH_SIGMA = 0xc0, LOOKED_THROUGH_BEFORE = 0x340 };
static bool is_final_sigma(const unsigned char *bytes, size_t size, size_t at, size_t sigma_bytes) {
  uint32_t c = 0;
  const unsigned char *before = bytes + at;
  for (;;) {
    unsigned n = decode_before(bytes, before, &c);
    if (!n) return false;
    if (c >= LETTERS_WITH_SIGMA && is_cased(c)) break;
    if (c < LOOKED_THROUGH_BEFORE || !is_looked_through(c)) return false;
    before -= n;
  }
  for (at += sigma_bytes; at < size;) {
    unsigned n = text_decode(bytes + at, size - at, &c);
    if (!n) return true;
    if (is_cased(c)) return false;
    if (!is_looked_through(c)) return true;
    at += n;
  }
  return true;
}

void casing_text_lower(Buffer *out, const unsigned char *bytes, size_t size, CasingMode mode) {
  for (size_t at = 0; at < size && !out->failed;) {
    if (mode != CASING_TURKIC) at += add_ascii(out, bytes + at, size - at, false);
    if (at >= size) break;
    uint32_t point;
    unsigned n = text_decode(bytes + at, size - at, &point);
    if (!n) {
      buffer_byte(out, bytes[at++]);
      continue;
    }
    if (point == 'I' && mode == CASING_TURKIC) {
      bool dotted = size - at >= 3 && bytes[at + 1] == 0xcc && bytes[at + 2] == 0x87; // a dot above follows: one letter
      put_point(out, dotted ? 'i' : DOTLESS_I);
      n = dotted ? 3 : 1;
    } else if (point == DOTTED_I) {
      buffer_byte(out, 'i');
      if (mode != CASING_TURKIC) put_point(out, DOT_ABOVE);
    } else if (point == SIGMA && mode == CASING_GREEK) {
      put_point(out, is_final_sigma(bytes, size, at, n) ? FINAL_SIGMA : SMALL_SIGMA);
    } else {
      put_point(out, simple_lower(point));
    }
    at += n;
  }
}
