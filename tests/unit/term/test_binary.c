// SPDX-License-Identifier: Apache-2.0
//
// Guards vm/term/binary.c, segment.c and iolist.c against a naive array of bits.
#include <math.h>

#include "term_test.h"

enum { NAIVE_BITS = 3000 };

static unsigned naive_bit(const unsigned char *p, uint64_t i) { return p[i >> 3] >> (7 - (i & 7)) & 1; }

static void assert_same_bits(BitsView v, const unsigned char *bits) {
  for (uint64_t i = 0; i < v.bit_count; i++) cr_assert_eq(naive_bit(v.base, v.bit_offset + i), bits[i]);
}

Test(binary, copies_bits_and_nothing_else) {
  World w;
  world_open(&w, 10, 1);
  for (int round = 0; round < 20000; round++) {
    unsigned char from[64], to[64], before[64];
    for (int i = 0; i < 64; i++) from[i] = (unsigned char)random_u64(&w), to[i] = before[i] = (unsigned char)random_u64(&w);
    uint64_t at = random_below(&w, 200), source = random_below(&w, 200), n = random_below(&w, 300);
    bits_copy(to, at, from, source, n);
    for (uint64_t i = 0; i < 512; i++)
      cr_assert_eq(naive_bit(to, i), i >= at && i < at + n ? naive_bit(from, source + i - at) : naive_bit(before, i));
  }
  world_close(&w);
}

Test(binary, slices_compare_and_hash_by_content) {
  World w;
  world_open(&w, 100000, 2);
  for (int round = 0; round < 5000; round++) {
    world_reset(&w);
    Term a = random_bits(&w), b = rebuild(&w, a), other = random_bits(&w);
    cr_assert(bits_equal(bits_view(a), bits_view(b)));
    cr_assert_eq(term_hash(&w.context, a), term_hash(&w.context, b));
    BitsView x = bits_view(a), y = bits_view(other);
    uint64_t i = 0;
    while (i < x.bit_count && i < y.bit_count && naive_bit(x.base, x.bit_offset + i) == naive_bit(y.base, y.bit_offset + i)) i++;
    int expected = i == x.bit_count && i == y.bit_count ? 0
                   : i == x.bit_count                   ? -1
                   : i == y.bit_count                   ? 1
                                      : (int)naive_bit(x.base, x.bit_offset + i) - (int)naive_bit(y.base, y.bit_offset + i);
    int order = bits_compare(x, y), shifted = bits_compare(bits_view(b), bits_view(rebuild(&w, other)));
    cr_assert_eq((order > 0) - (order < 0), expected);
    cr_assert_eq((shifted > 0) - (shifted < 0), expected);
    if (x.bit_count) {
      uint64_t from = random_below(&w, x.bit_count), n = random_below(&w, x.bit_count - from + 1), root_offset;
      Term slice = bits_slice(&w.heap, b, from, n);
      cr_assert_eq(bits_count(slice), n);
      cr_assert(!header_is(boxed_header(bits_root(slice, &root_offset)), KIND_BIN_SLICE));
      for (uint64_t k = 0; k < n; k++)
        cr_assert_eq(naive_bit(bits_view(slice).base, bits_view(slice).bit_offset + k), naive_bit(x.base, x.bit_offset + from + k));
    }
  }
  world_close(&w);
}

Test(binary, appending_keeps_every_older_string) {
  World w;
  world_open(&w, 200000, 3);
  for (int round = 0; round < 300; round++) {
    world_reset(&w);
    unsigned char naive[NAIVE_BITS];
    Term versions[40];
    uint64_t counts[40], count = 0;
    Term t = binary_make(&w.context, &w.heap, "", 0);
    int made = 0;
    for (; made < 40; made++) {
      uint64_t more = random_below(&w, 3) ? random_below(&w, 9) * 8 : random_below(&w, 70), at;
      if (count + more > NAIVE_BITS) break;
      unsigned char *bytes;
      Term *end = w.heap.end;
      w.heap.end = w.heap.top + bits_append_words(t, more);
      Term next = bits_append(&w.context, &w.heap, t, more, &bytes, &at);
      w.heap.end = end;
      for (uint64_t i = 0; i < more; i++) {
        naive[count + i] = random_below(&w, 2);
        bits_put_u64(bytes, at + i, 1, naive[count + i]);
      }
      if (random_below(&w, 8) == 0) { // a second string on the same left side: must not disturb the first
        Term branch = bits_append(&w.context, &w.heap, t, 16, &bytes, &at);
        bits_put_u64(bytes, at, 16, 0x5a5a);
        cr_assert_eq(bits_count(branch), bits_count(t) + 16);
      }
      count += more;
      versions[made] = t = next;
      counts[made] = count;
    }
    for (int i = 0; i < made; i++) {
      cr_assert_eq(bits_count(versions[i]), counts[i]);
      assert_same_bits(bits_view(versions[i]), naive);
    }
  }
  world_close(&w);
}

Test(binary, appending_in_place_does_not_copy) {
  World w;
  world_open(&w, 100000, 3);
  Term t = binary_make(&w.context, &w.heap, "x", 1);
  int roots = 0;
  const unsigned char *last = NULL;
  for (int i = 0; i < 10000; i++) {
    unsigned char *bytes;
    uint64_t at;
    t = bits_append(&w.context, &w.heap, t, 8, &bytes, &at);
    bytes[at / 8] = 'x';
    if (bits_view(t).base != last && header_kind(boxed_header(t)) != KIND_BIN_HEAP) roots++;
    last = bits_view(t).base;
  }
  cr_assert_eq(bits_count(t), 10001 * 8);
  cr_assert_lt(roots, 12);
  world_close(&w);
}

static Term naive_integer(World *w, const unsigned char *bits, uint64_t n, unsigned flags) {
  // Bits of weight n-1 .. 0, in order of significance.
  unsigned char order[600];
  for (uint64_t i = 0; i < n; i++) order[i] = bits[i];
  if (flags & SEGMENT_LITTLE) {
    uint64_t at = n;
    for (uint64_t i = 0; i < n; i += 8) {
      uint64_t size = n - i < 8 ? n - i : 8;
      at -= size;
      memcpy(order + at, bits + i, size);
    }
  }
  Term value = term_small(0);
  for (uint64_t i = 0; i < n; i++) {
    value = number_op(&w->heap, NUMBER_BSL, value, term_small(1), NULL);
    value = number_op(&w->heap, NUMBER_ADD, value, term_small(order[i]), NULL);
  }
  if ((flags & SEGMENT_SIGNED) && n && order[0])
    value = number_op(&w->heap, NUMBER_SUB, value, number_op(&w->heap, NUMBER_BSL, term_small(1), term_small((int64_t)n), NULL), NULL);
  return value;
}

Test(binary, integers_in_and_out) {
  World w;
  world_open(&w, 100000, 4);
  for (int round = 0; round < 6000; round++) {
    world_reset(&w);
    unsigned char bytes[128], bits[600], again[128];
    for (int i = 0; i < 128; i++) bytes[i] = again[i] = (unsigned char)random_u64(&w);
    uint64_t at = random_below(&w, 50), n = random_below(&w, 2) ? random_below(&w, 70) : random_below(&w, 300);
    if (random_below(&w, 2)) n &= ~(uint64_t)7;
    unsigned flags = (unsigned)random_below(&w, 4);
    for (uint64_t i = 0; i < n; i++) bits[i] = (unsigned char)naive_bit(bytes, at + i);
    Term *end = w.heap.end;
    w.heap.end = w.heap.top + bits_integer_words(n);
    Term t = bits_get_integer(&w.heap, bytes, at, n, flags);
    w.heap.end = end;
    cr_assert_eq(number_compare(t, naive_integer(&w, bits, n, flags)), 0);
    // Written back it changes nothing; neither does what is congruent to it.
    bits_put_integer(again, at, t, n, flags);
    cr_assert_arr_eq(bytes, again, 128);
    Term more = number_op(&w.heap, NUMBER_ADD, t, number_op(&w.heap, NUMBER_BSL, random_integer(&w), term_small((int64_t)n), NULL), NULL);
    bits_put_integer(again, at, more, n, flags);
    cr_assert_arr_eq(bytes, again, 128);
  }
  world_close(&w);
}

Test(binary, floats_in_and_out) {
  World w;
  world_open(&w, 1000, 5);
  unsigned char bytes[32] = {0};
  for (unsigned half = 0; half < 0x10000; half++) {
    double d;
    bits_put_u64(bytes, 3, 16, half);
    if (!bits_get_float(bytes, 3, 16, 0, &d)) {
      cr_assert_eq(half >> 10 & 31, 31);
      continue;
    }
    world_reset(&w);
    cr_assert(bits_put_float(bytes, 40, heap_float(&w.heap, d), 16, SEGMENT_LITTLE));
    cr_assert_eq((unsigned)bytes[5] | (unsigned)bytes[6] << 8, half);
  }
  double d;
  cr_assert(bits_put_float(bytes, 5, heap_float(&w.heap, 1.0 + 0x1p-11), 16, 0)); // a tie goes to even
  cr_assert(bits_get_float(bytes, 5, 16, 0, &d) && d == 1.0);
  cr_assert(bits_put_float(bytes, 5, heap_float(&w.heap, 65519.0), 16, 0));
  cr_assert(bits_get_float(bytes, 5, 16, 0, &d) && d == 65504.0);
  cr_assert_not(bits_put_float(bytes, 5, heap_float(&w.heap, 65520.0), 16, 0));
  cr_assert_not(bits_put_float(bytes, 5, heap_float(&w.heap, 1e300), 32, 0));
  cr_assert_not(bits_put_float(bytes, 5, ATOM_ok, 64, 0));
  cr_assert_not(bits_put_float(bytes, 5, term_small(1), 24, 0));
  for (int i = 0; i < 1000; i++) {
    world_reset(&w);
    Term t = random_number(&w);
    double value, back;
    number_to_double(t, &value);
    unsigned flags = (unsigned)random_below(&w, 2), at = (unsigned)random_below(&w, 17);
    cr_assert(bits_put_float(bytes, at, t, 64, flags));
    cr_assert(bits_get_float(bytes, at, 64, flags, &back) && back == value);
    if (fabs(value) < 1e38 && bits_put_float(bytes, at, t, 32, flags)) cr_assert(bits_get_float(bytes, at, 32, flags, &back) && back == (double)(float)value);
  }
  memset(bytes, 0xff, 8);
  cr_assert_not(bits_get_float(bytes, 0, 64, 0, &d));
  cr_assert_not(bits_get_float(bytes, 0, 32, 0, &d));
  world_close(&w);
}

Test(binary, characters) {
  unsigned char bytes[16];
  for (int64_t c = -1; c <= 0x110000; c++) {
    for (unsigned kind = 8; kind <= 32; kind *= 2) {
      unsigned size = bits_utf_size(kind, term_small(c));
      cr_assert_eq(size != 0, is_code_point(c));
      if (size == 0) continue;
      for (unsigned flags = 0; flags < 2; flags++) {
        uint32_t back = 0;
        memset(bytes, 0xff, sizeof bytes);
        bits_put_utf(bytes, 5, kind, flags, (uint32_t)c);
        cr_assert_eq(bits_get_utf(bytes, 5, 5 + size, kind, flags, &back), size);
        cr_assert_eq(back, c);
        cr_assert_eq(bits_get_utf(bytes, 5, 5 + size - 8, kind, flags, &back), 0);
      }
    }
  }
  const char *bad[] = {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3", "\xe2\x88", "\xff"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char text[32];
    int n = snprintf(text, sizeof text, "plain text%s", bad[i]);
    cr_assert_eq(utf8_valid_bytes((unsigned char *)text, (size_t)n), 10, "%zu", i);
  }
  cr_assert(utf8_is_valid((const unsigned char *)"h\xc3\xa9llo w\xc3\xb6rld \xf0\x9f\x98\x80!", 19));
  cr_assert_eq(utf8_count((const unsigned char *)"h\xc3\xa9llo", 6), 5);
  // A lone half of a surrogate pair is none in UTF-16.
  uint32_t c;
  cr_assert_eq(bits_get_utf((const unsigned char *)"\xd8\x3d\x00\x41", 0, 32, 16, 0, &c), 0);
}

static void assert_flat(World *w, Term list, const char *expected) {
  uint64_t bits;
  Term bad;
  unsigned char out[64];
  cr_assert_eq(iolist_bit_count(&w->context, list, &bits, &bad), STATUS_OK);
  cr_assert_eq(bits, strlen(expected) * 8);
  cr_assert_eq(iolist_copy(&w->context, list, out), STATUS_OK);
  cr_assert_arr_eq(out, expected, strlen(expected));
}

Test(binary, iolists) {
  World w;
  world_open(&w, 3000000, 5);
  TermHeap *h = &w.heap;
  Term ab = text_binary(&w, "ab"), bad;
  assert_flat(&w, ab, "ab");
  assert_flat(&w, T_NIL, "");
  assert_flat(&w, heap_cons(h, term_small('x'), ab), "xab");
  assert_flat(&w, list_of_terms(&w, 3, (Term[]){heap_cons(h, ab, term_small('y') == 0 ? T_NIL : ab), T_NIL, term_small('z')}), "ababz");
  uint64_t n;
  cr_assert_eq(iolist_bit_count(&w.context, list_of_terms(&w, 1, (Term[]){term_small(256)}), &n, &bad), STATUS_BAD_DATA);
  cr_assert_eq(bad, term_small(256));
  cr_assert_eq(iolist_bit_count(&w.context, heap_cons(h, term_small(1), term_small(2)), &n, &bad), STATUS_BAD_DATA);
  cr_assert_eq(iolist_bit_count(&w.context, ATOM_ok, &n, &bad), STATUS_BAD_DATA);
  Term three = bits_slice(h, ab, 0, 3);
  cr_assert_eq(iolist_bit_count(&w.context, list_of_terms(&w, 2, (Term[]){three, term_small(0)}), &n, &bad), STATUS_OK);
  cr_assert_eq(n, 11);
  cr_assert_eq(iolist_byte_count(&w.context, list_of_terms(&w, 2, (Term[]){three, term_small(0)}), &n, &bad), STATUS_BAD_DATA);
  // A million deep in heads, and a million tails waiting.
  Term deep = ab;
  for (int i = 0; i < 500000; i++) deep = heap_cons(h, i ? deep : heap_cons(h, ab, T_NIL), heap_cons(h, T_NIL, T_NIL));
  cr_assert_eq(iolist_bit_count(&w.context, deep, &n, &bad), STATUS_OK);
  cr_assert_eq(n, 16);
  Buffer out;
  buffer_init(&out, &w.alloc);
  cr_assert_eq(iolist_to_buffer(&w.context, deep, &out, &bad), STATUS_OK);
  cr_assert(out.size == 2 && memcmp(out.data, "ab", 2) == 0);
  buffer_free(&out);
  world_close(&w);
}
