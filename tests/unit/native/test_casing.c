// SPDX-License-Identifier: Apache-2.0
//
// Case mappings: the short ways agree with the tables, and special mappings come out whole.
#include <criterion/criterion.h>
#include <utf8proc.h>

#include "vm/native/casing.h"

static const Alloc *allocator(void) {
  static Alloc a;
  a = alloc_system();
  return &a;
}
static void check(void (*change)(Buffer *, const unsigned char *, size_t, CasingMode), CasingMode mode, const char *text, const char *wanted) {
  Buffer b;
  buffer_init(&b, allocator());
  change(&b, (const unsigned char *)text, strlen(text), mode);
  cr_assert(!b.failed);
  cr_assert_eq(b.size, strlen(wanted), "%s gives %.*s", text, (int)b.size, b.data);
  cr_assert_arr_eq(b.data, wanted, b.size, "%s gives %.*s", text, (int)b.size, b.data);
  buffer_free(&b);
}

Test(casing, every_code_point_as_the_tables_say) {
  for (uint32_t c = 0; c <= 0x10ffff; c++) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    uint32_t to[CASING_POINTS_MAX];
    unsigned n = casing_upper(c, CASING_DEFAULT, to);
    cr_assert(n >= 1 && n <= CASING_POINTS_MAX);
    if (n == 1) cr_assert_eq(to[0], (uint32_t)utf8proc_toupper((utf8proc_int32_t)c), "U+%04X", c);
    unsigned char text[5] = {0};
    char lower[5] = {0};
    if (c == 0 || c == 0x130) continue;
    utf8proc_encode_char((utf8proc_int32_t)c, text);
    utf8proc_encode_char(utf8proc_tolower((utf8proc_int32_t)c), (utf8proc_uint8_t *)lower);
    check(casing_text_lower, CASING_DEFAULT, (const char *)text, lower);
  }
}

Test(casing, special_mappings) {
  check(casing_text_upper, CASING_DEFAULT, "stra\u00dfe \ufb03 \u0390", "STRASSE FFI \u0399\u0308\u0301");
  check(casing_text_lower, CASING_DEFAULT, "\u0130I\u03a3", "i\u0307i\u03c3");
  check(casing_text_upper, CASING_TURKIC, "i\u0131", "\u0130I");
  check(casing_text_lower, CASING_TURKIC, "I\u0130I\u0307", "\u0131ii");
  check(casing_text_upper, CASING_ASCII, "a\u00e9", "A\u00e9");
  check(casing_text_lower, CASING_GREEK, "\u0391\u03a3 \u0391\u03a3.\u0391 \u03a3 \u0391\u03a3,", "\u03b1\u03c2 \u03b1\u03c3.\u03b1 \u03c3 \u03b1\u03c2,");
  uint32_t to[CASING_POINTS_MAX];
  cr_assert_eq(casing_title(0x1c6, CASING_DEFAULT, to), 1u);
  cr_assert_eq(to[0], 0x1c5u);
  cr_assert_eq(casing_title(0xdf, CASING_DEFAULT, to), 2u);
  cr_assert(to[0] == 'S' && to[1] == 's');
}

Test(casing, stray_bytes_stay) { check(casing_text_upper, CASING_DEFAULT, "a\xff\xe2\x82z", "A\xff\xe2\x82Z"); }

Test(casing, ascii_blocks) {
  unsigned char text[100], out[100];
  for (size_t size = 0; size < sizeof text; size++) {
    for (size_t odd = 0; odd <= size; odd++) {
      memset(text, 'x', size);
      if (odd < size) text[odd] = odd % 2 ? 'X' : 0xc3;
      cr_assert_eq(casing_ascii_unchanged(text, size, false), odd < size ? odd : size);
      casing_ascii(text, size, out, true);
      for (size_t i = 0; i < size; i++) cr_assert_eq(out[i], i == odd ? text[i] : 'X');
    }
  }
}
