// SPDX-License-Identifier: Apache-2.0
//
// Numbers: making them from C values and back, and their order. Arithmetic is number_op.c, text
// number_text.c.
#include "vm/term/number.h"

#include <gmp.h>
#include <math.h>

_Static_assert(sizeof(mp_limb_t) == 8 && GMP_NAIL_BITS == 0, "a limb is a heap word");

Term number_from_int64(TermHeap *heap, int64_t value) {
  if (LIKELY(fits_small(value))) return term_small(value);
  Term *p = heap_take(heap, 2);
  p[0] = HEADER(value < 0 ? KIND_BIG_NEG : KIND_BIG_POS, 1);
  p[1] = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  return term_boxed(p);
}

Term number_from_uint64(TermHeap *heap, uint64_t value) {
  if (LIKELY(value <= (uint64_t)SMALL_MAX)) return term_small((int64_t)value);
  Term *p = heap_take(heap, 2);
  p[0] = HEADER(KIND_BIG_POS, 1);
  p[1] = value;
  return term_boxed(p);
}

bool number_to_int64(Term t, int64_t *value) {
  if (term_is_small(t)) {
    *value = small_value(t);
    return true;
  }
  if (!term_is_big(t) || header_words(boxed_header(t)) != 1) return false;
  uint64_t limb = boxed_ptr(t)[1];
  if (header_is(boxed_header(t), KIND_BIG_NEG)) {
    if (limb > (uint64_t)1 << 63) return false;
    *value = (int64_t)(0 - limb);
  } else {
    if (limb >= (uint64_t)1 << 63) return false;
    *value = (int64_t)limb;
  }
  return true;
}

bool number_to_uint64(Term t, uint64_t *value) {
  if (term_is_small(t)) {
    if (small_value(t) < 0) return false;
    *value = (uint64_t)small_value(t);
    return true;
  }
  if (!term_is_kind(t, KIND_BIG_POS) || header_words(boxed_header(t)) != 1) return false;
  *value = boxed_ptr(t)[1];
  return true;
}

const uint64_t *number_limbs(Term integer, uint64_t *room, size_t *count, bool *negative) {
  if (term_is_small(integer)) {
    int64_t v = small_value(integer);
    *negative = v < 0;
    *room = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    *count = v != 0;
    return room;
  }
  const Term *p = boxed_ptr(integer);
  *negative = header_is(p[0], KIND_BIG_NEG);
  *count = header_words(p[0]);
  return p + 1;
}

Term number_from_limbs(TermHeap *heap, const uint64_t *limbs, size_t count, bool negative) {
  while (count > 0 && limbs[count - 1] == 0) count--;
  if (count == 0) return term_small(0);
  if (count == 1 && limbs[0] <= (uint64_t)SMALL_MAX) return term_small(negative ? -(int64_t)limbs[0] : (int64_t)limbs[0]);
  if (count == 1 && negative && limbs[0] == (uint64_t)SMALL_MAX + 1) return term_small(SMALL_MIN);
  Term *p = heap_take(heap, count + 1);
  p[0] = HEADER(negative ? KIND_BIG_NEG : KIND_BIG_POS, count);
  memmove(p + 1, limbs, count * 8);
  return term_boxed(p);
}

bool number_is_negative(Term integer) {
  return term_is_small(integer) ? small_value(integer) < 0 : header_is(boxed_header(integer), KIND_BIG_NEG);
}

static uint64_t limbs_bit_length(const uint64_t *limbs, size_t count) {
  return count == 0 ? 0 : (uint64_t)count * 64 - (uint64_t)__builtin_clzll(limbs[count - 1]);
}

uint64_t number_bit_length(Term integer) {
  uint64_t room;
  size_t count;
  bool negative;
  const uint64_t *limbs = number_limbs(integer, &room, &count, &negative);
  return limbs_bit_length(limbs, count);
}

// The uppermost 64 bits of at least 64; *rest: whether a lower bit is set.
static uint64_t limbs_top64(const uint64_t *limbs, size_t count, bool *rest) {
  unsigned shift = (unsigned)__builtin_clzll(limbs[count - 1]);
  uint64_t top = limbs[count - 1] << shift;
  size_t i = count - 1;
  *rest = false;
  if (shift > 0 && i > 0) {
    i--;
    top |= limbs[i] >> (64 - shift);
    *rest = limbs[i] << shift != 0;
  }
  while (!*rest && i > 0) *rest = limbs[--i] != 0;
  return top;
}

bool number_to_double(Term t, double *value) {
  if (term_is_small(t)) {
    *value = (double)small_value(t);
    return true;
  }
  if (term_is_float(t)) {
    *value = float_value(t);
    return true;
  }
  if (!term_is_big(t)) return false;
  uint64_t room;
  size_t count;
  bool negative, rest;
  const uint64_t *limbs = number_limbs(t, &room, &count, &negative);
  uint64_t bits = limbs_bit_length(limbs, count);
  if (bits > 1024) return false;
  double d;
  if (bits <= 64) {
    d = (double)limbs[0];
  } else {
    uint64_t top = limbs_top64(limbs, count, &rest);
    // A set bit below may only break ties: the lowest of 64 bits is far below what a double keeps.
    d = ldexp((double)(top | rest), (int)bits - 64);
    if (isinf(d)) return false;
  }
  *value = negative ? -d : d;
  return true;
}

size_t number_from_double_words(double value) {
  int exponent;
  frexp(value, &exponent);
  return exponent < 60 ? 0 : (size_t)exponent / 64 + 2;
}

Term number_from_double(TermHeap *heap, double whole) {
  if (whole >= -0x1p60 && whole < 0x1p60) return term_small((int64_t)whole);
  int exponent;
  double fraction = frexp(fabs(whole), &exponent); // whole = fraction * 2^exponent, exponent > 60
  uint64_t mantissa = (uint64_t)ldexp(fraction, 53);
  unsigned shift = (unsigned)exponent - 53, limb = shift / 64, bit = shift % 64;
  size_t count = ((size_t)exponent + 63) / 64;
  Term *p = heap_take(heap, count + 1);
  p[0] = HEADER(whole < 0 ? KIND_BIG_NEG : KIND_BIG_POS, count);
  memset(p + 1, 0, count * 8);
  p[1 + limb] = mantissa << bit;
  if (bit > 11 && limb + 1 < count) p[2 + limb] = mantissa >> (64 - bit);
  return term_boxed(p);
}

static int order_of(bool less) { return less ? -1 : 1; }

static int compare_magnitudes(const uint64_t *a, size_t a_count, const uint64_t *b, size_t b_count) {
  if (a_count != b_count) return order_of(a_count < b_count);
  for (size_t i = a_count; i-- > 0;)
    if (a[i] != b[i]) return order_of(a[i] < b[i]);
  return 0;
}

static int compare_integers(Term a, Term b) {
  if (terms_are_small(a, b)) return ((int64_t)a > (int64_t)b) - ((int64_t)a < (int64_t)b);
  uint64_t a_room, b_room;
  size_t a_count, b_count;
  bool a_negative, b_negative;
  const uint64_t *x = number_limbs(a, &a_room, &a_count, &a_negative);
  const uint64_t *y = number_limbs(b, &b_room, &b_count, &b_negative);
  if (a_negative != b_negative) return order_of(a_negative);
  int order = compare_magnitudes(x, a_count, y, b_count);
  return a_negative ? -order : order;
}

static int compare_small_double(int64_t v, double d) {
  if (v >= -((int64_t)1 << 53) && v <= (int64_t)1 << 53) {
    double x = (double)v;
    return (x > d) - (x < d);
  }
  if (d >= 0x1p62) return -1;
  if (d <= -0x1p62) return 1;
  // |v| > 2^53: when the whole parts are equal, d has no fraction.
  int64_t whole = (int64_t)d;
  if (v != whole) return order_of(v < whole);
  double fraction = d - (double)whole;
  return (fraction < 0) - (fraction > 0);
}

static int compare_big_double(Term big, double d) {
  uint64_t room;
  size_t count;
  bool negative, rest;
  const uint64_t *limbs = number_limbs(big, &room, &count, &negative);
  if (negative != (d < 0)) return order_of(negative);
  int exponent;
  double fraction = frexp(fabs(d), &exponent);
  uint64_t bits = limbs_bit_length(limbs, count);
  int order;
  if (exponent <= 0 || bits != (uint64_t)exponent) {
    order = order_of(exponent > 0 && bits < (uint64_t)exponent);
  } else {
    uint64_t d_top = (uint64_t)ldexp(fraction, 64), top = limbs_top64(limbs, count, &rest);
    order = top != d_top ? order_of(top < d_top) : rest;
  }
  return negative ? -order : order;
}

int number_compare(Term a, Term b) {
  if (term_is_float(a)) {
    double x = float_value(a);
    if (term_is_float(b)) {
      double y = float_value(b);
      return (x > y) - (x < y);
    }
    return term_is_small(b) ? -compare_small_double(small_value(b), x) : -compare_big_double(b, x);
  }
  if (term_is_float(b)) {
    double y = float_value(b);
    return term_is_small(a) ? compare_small_double(small_value(a), y) : compare_big_double(a, y);
  }
  return compare_integers(a, b);
}
