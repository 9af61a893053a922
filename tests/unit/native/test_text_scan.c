// SPDX-License-Identifier: Apache-2.0
//
// The fast paths over text answer what the plain walks answer; boundaries of clusters are where the rules put them.
#include <criterion/criterion.h>
#include <stdlib.h>

#include "vm/native/text_scan.h"

static uint64_t seed = 1;
static uint32_t any(uint32_t below) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33) % below;
}

// Characters that the rules tell apart, and some bytes that are none.
static const char *const PARTS[] = {
    "a", "b", " ", "z", "\r", "\n", "\r\n", "\t", "\u00e9", "\u0301", "\u0308", "\u4e2d", "\u0434", "\u1100", "\u1161", "\u11a8", "\uac00", "\uac01",
    "\U0001f468", "\U0001f469", "\U0001f3fd", "\u200d", "\U0001f1e9", "\U0001f1ea", "\u0600", "\u093e", "\u00ad", "\u2028", "\xff", "\xe2\x82", "\u00a9"};

static size_t make_text(unsigned char *to, size_t parts, bool mostly_ascii) {
  size_t size = 0;
  for (size_t i = 0; i < parts; i++) {
    const char *part = PARTS[any(mostly_ascii && any(20) ? 4 : sizeof PARTS / sizeof *PARTS)];
    memcpy(to + size, part, strlen(part));
    size += strlen(part);
  }
  return size;
}

// Clusters by the rules alone, one character after the other.
static size_t plain_clusters(const unsigned char *bytes, size_t size, size_t *ends) {
  size_t count = 0, at = 0;
  uint8_t before = 0;
  enum ClusterState state = CLUSTER_PLAIN;
  while (at < size) {
    uint32_t point;
    unsigned n = text_decode(bytes + at, size - at, &point);
    uint8_t class_ = n ? text_cluster_class(point) : CLUSTER_CONTROL;
    if (at > 0 && text_cluster_breaks(before, class_, &state)) {
      ends[count++] = at;
      state = text_cluster_start(class_);
    } else if (at == 0) {
      state = text_cluster_start(class_);
    }
    before = class_;
    at += n ? n : 1;
  }
  if (size) ends[count++] = size;
  return count;
}

Test(text_scan, clusters_are_the_same_on_every_path) {
  static unsigned char text[8000], reversed[8000], wanted[8000];
  static size_t ends[8000];
  for (int round = 0; round < 3000; round++) {
    size_t size = make_text(text, any(round % 10 ? 40 : 2000), any(2)), count = plain_clusters(text, size, ends), end;
    cr_assert_eq(text_cluster_count(text, size, 0, size, &end), count);
    cr_assert_eq(end, size);
    size_t from = 0, to = size;
    for (size_t i = 0; i < count; i++) {
      cr_assert_eq(text_cluster(text + from, size - from), ends[i] - from);
      to -= ends[i] - from;
      memcpy(wanted + to, text + from, ends[i] - from);
      from = ends[i];
    }
    text_reverse(text, size, reversed);
    cr_assert_arr_eq(reversed, wanted, size);
    for (int i = 0; i < 10; i++) {
      uint64_t skip = any((uint32_t)count + 3), skipped;
      size_t at = text_cluster_skip(text, size, 0, skip, &skipped);
      cr_assert_eq(skipped, skip < count ? skip : count);
      cr_assert_eq(at, skipped ? ends[skipped - 1] : 0);
    }
    // Counted in two pieces.
    size_t middle, half = any((uint32_t)size + 1), first = text_cluster_count(text, size, 0, half, &middle);
    cr_assert_eq(first + text_cluster_count(text, size, middle, size, &end), count);
  }
}

Test(text_scan, valid_bytes_are_those_that_decode) {
  static unsigned char text[400];
  for (int round = 0; round < 20000; round++) {
    size_t size = make_text(text, any(40), any(2)), at = 0;
    if (size && any(2)) text[any((uint32_t)size)] = (unsigned char)any(256);
    uint32_t point;
    for (unsigned n; at < size && (n = text_decode(text + at, size - at, &point)) != 0;) at += n;
    cr_assert_eq(text_valid_bytes(text, size), at);
  }
}

Test(text_scan, decoding_refuses_what_is_no_character) {
  static const char *const BAD[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xf0\x9f\x98", "\xff"};
  uint32_t point;
  for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
    cr_assert_eq(text_decode((const unsigned char *)BAD[i], strlen(BAD[i]), &point), 0u, "case %zu", i);
  for (uint32_t c = 0; c <= 0x10ffff; c++) {
    unsigned char bytes[4];
    if (c >= 0xd800 && c <= 0xdfff) continue;
    unsigned n = (unsigned)utf8proc_encode_char((utf8proc_int32_t)c, bytes);
    cr_assert_eq(text_decode(bytes, n, &point), n);
    cr_assert_eq(point, c);
    if (n > 1) cr_assert_eq(text_decode(bytes, n - 1, &point), 0u);
  }
}

// The classes known without looking agree with the tables.
Test(text_scan, classes_agree_with_the_tables) {
  for (uint32_t c = 0; c <= 0x10ffff; c++)
    cr_assert_eq(text_cluster_class(c), utf8proc_get_property((utf8proc_int32_t)c)->boundclass, "U+%04X", c);
}

Test(text_scan, spaces_are_seen_from_both_ends) {
  for (uint32_t c = 0; c <= 0x10ffff; c++) {
    unsigned char bytes[4];
    if (c >= 0xd800 && c <= 0xdfff) continue;
    unsigned n = (unsigned)utf8proc_encode_char((utf8proc_int32_t)c, bytes);
    bool narrow = (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a && c != 0x2007) || c == 0x2028 ||
                  c == 0x2029 || c == 0x205f || c == 0x3000;
    bool wide = narrow || c == 0xa0 || c == 0x2007 || c == 0x202f;
    cr_assert_eq(text_space(bytes, n, false), narrow ? n : 0, "U+%04X", c);
    cr_assert_eq(text_space(bytes, n, true), wide ? n : 0, "U+%04X", c);
    cr_assert_eq(text_space_before(bytes, bytes + n, true), wide ? n : 0, "U+%04X", c);
  }
}
