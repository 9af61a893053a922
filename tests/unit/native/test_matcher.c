// SPDX-License-Identifier: Apache-2.0
//
// Every kind of matcher finds what a plain search finds: the earliest match, of those the longest.
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "vm/native/matcher.h"

static uint64_t seed = 1;
static uint32_t any(uint32_t below) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33) % below;
}

static bool plain_find(const Pattern *patterns, size_t count, const unsigned char *bytes, size_t from, size_t until, size_t *at, size_t *size) {
  for (size_t i = from; i < until; i++) {
    *size = 0;
    for (size_t k = 0; k < count; k++) {
      const Pattern *p = &patterns[k];
      if (p->size <= until - i && p->size > *size && memcmp(bytes + i, p->bytes, p->size) == 0) *size = p->size;
    }
    *at = i;
    if (*size) return true;
  }
  return false;
}

// All matches of both, one behind the other.
static void compare(const Pattern *patterns, size_t count, const unsigned char *bytes, size_t size, bool keep, MatcherKind *kind) {
  Alloc alloc = alloc_system();
  size_t extra_bytes;
  cr_assert(matcher_plan(patterns, count, keep, kind, &extra_bytes));
  Matcher *m = malloc(sizeof *m + extra_bytes);
  cr_assert(matcher_make(m, *kind, patterns, count, m + 1, keep, &alloc));
  size_t from = any(4) ? 0 : any((uint32_t)size + 1), until = any(4) ? size : from + any((uint32_t)(size - from) + 1);
  for (;;) {
    size_t at, length, wanted_at, wanted_length;
    bool found = matcher_find(m, bytes, from, until, &at, &length);
    bool wanted = plain_find(patterns, count, bytes, from, until, &wanted_at, &wanted_length);
    cr_assert_eq(found, wanted, "kind %d: found %d", *kind, found);
    if (!found) break;
    cr_assert_eq(at, wanted_at, "kind %d: at %zu, not %zu", *kind, at, wanted_at);
    cr_assert_eq(length, wanted_length, "kind %d: %zu bytes, not %zu", *kind, length, wanted_length);
    from = at + length;
  }
  free(m);
}

Test(matcher, finds_what_a_plain_search_finds) {
  unsigned seen[5] = {0};
  unsigned char bytes[400], pattern_bytes[40][100];
  for (int round = 0; round < 20000; round++) {
    uint32_t letters = 1 + any(4), longest = any(8) ? 1 + any(6) : 1 + any(90);
    size_t size = any(sizeof bytes), count = any(3) ? 1 + any(9) : 1 + any(40);
    if (any(4) == 0) longest = 1;
    for (size_t i = 0; i < size; i++) bytes[i] = (unsigned char)('a' + any(letters));
    Pattern patterns[40];
    for (size_t i = 0; i < count; i++) {
      patterns[i] = (Pattern){pattern_bytes[i], 1 + any(longest)};
      for (size_t k = 0; k < patterns[i].size; k++) pattern_bytes[i][k] = (unsigned char)('a' + any(letters));
    }
    MatcherKind kind;
    compare(patterns, count, bytes, size, any(2), &kind);
    seen[kind]++;
  }
  for (int kind = 0; kind < 5; kind++) cr_assert_gt(seen[kind], 100u, "kind %d was tried %u times", kind, seen[kind]);
}

// With every byte in some pattern no class is left for others.
Test(matcher, all_bytes_have_classes) {
  unsigned char pairs[256][2], text[512];
  Pattern patterns[256];
  for (int b = 0; b < 256; b++) {
    pairs[b][0] = pairs[b][1] = text[2 * b] = text[2 * b + 1] = (unsigned char)b;
    patterns[b] = (Pattern){pairs[b], 2};
  }
  MatcherKind kind;
  for (int i = 0; i < 50; i++) compare(patterns, 256, text, sizeof text, i & 1, &kind);
  cr_assert_eq(kind, MATCHER_MANY);
}

// Many false starts make TEXT change its way of searching.
Test(matcher, text_with_many_false_starts) {
  unsigned char text[5000], pattern[200];
  memset(text, 'a', sizeof text);
  memset(pattern, 'a', sizeof pattern);
  pattern[199] = 'b';
  MatcherKind kind;
  Pattern p = {pattern, sizeof pattern};
  compare(&p, 1, text, sizeof text, false, &kind);
  text[4999] = 'b';
  size_t at;
  cr_assert(matcher_find_text(&p, text, 0, sizeof text, &at));
  cr_assert_eq(at, sizeof text - sizeof pattern);
}
